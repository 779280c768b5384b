"""Stages: direct changes of a world after day 0, for cases that no scenario can state.

A stage gets a run whose day 0 is over: the prologue has placed the camps and set the rule of the
first day. It changes the world, may simulate part of the horizon to look at it, and returns
outcomes of its own; the rest of the horizon follows. Distances are foot-equivalent kilometres, as
everywhere in the model. Units that leave have no task from then on: they protect, see and search
nothing wherever they are, and nobody is told of it. What a stage does not name stays as it is.

These changes bypass the strategies on purpose. A strategy never knows where armed groups are, so
it cannot choose the posts near a column.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.state.agents import IDLE, MPCP, PUTUMAYO
from sim.model.state.event_log import ATTACK
from sim.names import THEATRES

if TYPE_CHECKING:
    from sim.model.state.world import World
    from sim.simulation.run import Run

Rows = NDArray[np.int64]
Own = dict[str, float]

VRAEM, LORETO = THEATRES.index("vraem"), THEATRES.index("loreto")
NEAR_KM = 15.0
HAMLETS, HAMLET_PEOPLE = 5, 3_000
POSTS, POST_UNITS = 6, 4  # posts that rotate, and the units that such a post has at least
WEEK, TURN = 7, 28  # days
LOOK_WEEKS = 26
COLUMN = range(13, 27)  # fighters of the columns of 2011
LARGE_COLUMN = 100


def reached(world: World, site: int) -> dict[int, float]:
    """Return the communities within political reach of a site and their distance in km."""
    start, end = world.reach.start[site], world.reach.start[site + 1]
    return dict(
        zip(world.reach.place[start:end].tolist(), world.reach.km[start:end].tolist(), strict=True)
    )


def around(world: World, sites: Rows) -> set[int]:
    """Return the communities within NEAR_KM of any of the sites, and the sites themselves."""
    found = set(sites.tolist())
    for site in sites.tolist():
        found |= {place for place, km in reached(world, site).items() if km <= NEAR_KM}
    return found


def units_at(world: World, places: set[int]) -> Rows:
    """Return the rows of the units, of every service, that are posted at these places."""
    units = world.actors.units
    return np.flatnonzero((units.alive == 1) & np.isin(units.posting, sorted(places)))


def posts_of(world: World, theatre: int, people: float = math.inf, least_units: int = 1) -> Rows:
    """Return the communities of a theatre under a number of people where units are posted."""
    towns, units = world.places.communities, world.actors.units
    here = np.bincount(units.posting[units.alive == 1], minlength=len(towns))[: len(towns)]
    small = (towns.theatre == theatre) & (towns.population < people)
    return np.flatnonzero(small & (here >= least_units))


def columns_of(world: World) -> Rows:
    """Return the rows of the MPCP's columns."""
    groups = world.actors.groups
    return np.flatnonzero((groups.alive == 1) & (groups.kind == MPCP))


def km_to(world: World, place: int, groups: Rows) -> dict[int, float]:
    """Return how far each group camps from a community, infinite out of political reach."""
    near = reached(world, place)
    at = world.actors.groups.site
    return {row: near.get(int(at[row]), math.inf) for row in groups.tolist()}


def leave(world: World, rows: Rows) -> None:
    """Let units leave: they have no task any more."""
    world.actors.units.mission[rows] = IDLE


def hamlets_with_columns(world: World) -> dict[int, int]:
    """Return five hamlets of the VRAEM with a post that nobody rules, and the column near each.

    They are those nearest to a column, among those with another community within NEAR_KM. Where
    no column is so near, the nearest that no other hamlet needs moves to that community."""
    ruled = world.places.communities.ruled
    free = [
        place
        for place in posts_of(world, VRAEM, HAMLET_PEOPLE).tolist()
        if ruled[place] == 0 and len(around(world, np.array([place]))) > 1
    ]
    columns = columns_of(world)
    apart = {place: km_to(world, place, columns) for place in free}
    chosen = sorted(free, key=lambda place: (min(apart[place].values()), place))[:HAMLETS]
    if len(chosen) < HAMLETS:
        raise RuntimeError(f"only {len(chosen)} hamlets of the VRAEM have a post and no ruler")
    found: dict[int, int] = {}
    for place in chosen:
        column = min(columns.tolist(), key=lambda row: (apart[place][row], row))
        if apart[place][column] > NEAR_KM:
            column = min(
                (row for row in columns.tolist() if row not in found.values()),
                key=lambda row: (apart[place][row], row),
            )
            near = reached(world, place)
            world.actors.groups.site[column] = min(
                (other for other in near if other != place), key=lambda other: (near[other], other)
            )
        found[place] = column
    return found


class PostsLeft:
    """Five hamlets of the VRAEM with a column near each; every unit around leaves, or stays.

    `fighters`: the least and the most of a column. Outcomes: the share of the hamlets that an armed
    group rules after a week, at a weekly look within 26 weeks, and at the last of these looks; and
    the acts elsewhere in the VRAEM in that time, where the run keeps events."""

    def __init__(self, least: int, most: int, weeks: int, leaves: bool) -> None:
        self.least, self.most, self.weeks, self.leaves = least, most, weeks, leaves

    def __call__(self, one: Run) -> Own:
        """Change the world on day 1 and look at it every week."""
        world = one.world
        hamlets = hamlets_with_columns(world)
        groups = world.actors.groups
        for column in set(hamlets.values()):
            groups.fighters[column] = min(max(groups.fighters[column], self.least), self.most)
        places = np.array(sorted(hamlets))
        zone = around(world, places)
        if self.leaves:
            leave(world, units_at(world, zone))
        began, ever = one.t, np.zeros(len(places), bool)
        first = math.nan
        for week in range(self.weeks):
            one.advance(WEEK)
            ruled = one.world.places.communities.ruled[places] == 1
            ever |= ruled
            first = float(ruled.mean()) if week == 0 else first
        return {
            "hamlets_ruled_1w": first,
            "hamlets_ruled_once": float(ever.mean()),
            "hamlets_ruled_end": float(ruled.mean()),
            "acts_elsewhere": float(acts_outside(one, zone, began)),
        }


def acts_outside(one: Run, zone: set[int], since: int) -> int:
    """Return the acts in the VRAEM from day `since` of the run on, outside some communities."""
    owner = one.world.ground.community
    found = 0
    for log in one.events:
        acts = log[(log["kind"] == ATTACK) & (log["t"] >= since) & (log["theatre"] == VRAEM)]
        found += int((~np.isin(owner[acts["cell"]], sorted(zone))).sum())
    return found


class PutumayoPosts:
    """The posts on the Putumayo, which all units leave, or keep.

    Outcomes: services and cooperation there at the end, weighted by the people of the census."""

    def __init__(self, leaves: bool) -> None:
        self.leaves = leaves

    def __call__(self, one: Run) -> Own:
        """Change the world on day 1 and run to the end."""
        world = one.world
        posts = posts_of(world, LORETO)
        posts = posts[world.ways.basin[posts] == PUTUMAYO]
        if self.leaves:
            leave(world, units_at(world, set(posts.tolist())))
        one.advance(one.end - one.t)
        towns, people = one.world.places.communities[posts], one.world.census[posts]
        return {
            "services_at_posts": float(np.average(towns.services, weights=people)),
            "cooperation_at_posts": float(np.average(towns.cooperation, weights=people)),
        }


def no_fighters(one: Run) -> Own:
    """Remove the fighters of every armed group. Outcomes: people x armed share before, by
    theatre."""
    towns = one.world.places.communities
    armed = towns.population * towns.armed
    one.world.actors.groups.fighters[:] = 0.0
    return {
        "people_armed_before_vraem": float(armed[towns.theatre == VRAEM].sum()),
        "people_armed_before_loreto": float(armed[towns.theatre == LORETO].sum()),
    }


def rotating_posts(world: World) -> list[Rows]:
    """Return the units of the six posts of the VRAEM nearest to a column, post by post."""
    columns = columns_of(world)
    posts = posts_of(world, VRAEM, least_units=POST_UNITS).tolist()
    nearest = sorted(posts, key=lambda place: (min(km_to(world, place, columns).values()), place))
    return [units_at(world, {place}) for place in nearest[:POSTS]]


def turns(one: Run) -> Iterator[int]:
    """Yield the number of each turn of four weeks to the end; the turn passes after each."""
    turn = 0
    while one.t < one.end:
        yield turn
        one.advance(TURN)
        turn += 1


def rotation(one: Run) -> Own:
    """Empty six posts in turn, each for four weeks."""
    posts = rotating_posts(one.world)
    usual = [one.world.actors.units.mission[rows].copy() for rows in posts]
    for turn in turns(one):
        for post, rows in enumerate(posts):
            one.world.actors.units.mission[rows] = usual[post]
        leave(one.world, posts[turn % POSTS])
    return {}


def thinning(one: Run) -> Own:
    """Take a sixth of the people of the same posts away for good."""
    units = one.world.actors.units
    for rows in rotating_posts(one.world):
        gone = np.round(units.soldiers[rows] / POSTS)
        units.soldiers[rows] -= gone
        units.established[rows] -= gone
    return {}


def unchanged(one: Run) -> Own:
    """Leave the world as it is: the arm that the others are compared with."""
    del one
    return {}
