"""Tasking: where each unit of a theatre is posted, and its mission there.

All movements and the initial postings share these rules.

| tasking | where | mission |
|---|---|---|
| area | towns, by population | patrol |
| garrison | the larger half of the towns, by population | garrison |
| line | a company per place, nearest to a town abroad first | river_patrol at ports, else patrol |
| chokepoint | a company per place, first where most surface travel passes | checkpoint |
| reports | up to half at reported places, a company per report; the rest as `area` | raid; patrol |
| random | each unit in a town drawn by population, again every week | patrol |
| none | the largest town | idle |

Reports are those of the last 8 weeks. River infantry stays at ports and patrols the river, except
under garrison, reports and none. Some units follow the same rule under every tasking: police guard
the larger towns, eradication teams spread by population, and anti-narcotics teams man chokepoints,
one each, except that they raid under `reports`.

The rules use only public knowledge: census population, travel times, which towns lie abroad, and
reports. They never use what the other side has or does.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.names import MODELLED_THEATRES

if TYPE_CHECKING:
    from sim.strategies.situation import PlaceTable, ReportTable

VRAEM_TASKINGS = ("area", "garrison", "reports", "random")
BORDER_TASKINGS = ("line", "chokepoint", "area", "reports", "random", "none")
RENEWED = ("reports", "random")  # taskings that a review changes
WEEKLY = ("random",)  # of these, those that also change between two reviews of the movement
TROOPS = {  # kinds of units that can replace one another are of the same troops
    "special": "army",
    "line": "army",
    "river_infantry": "river",
    "antinarcotics": "antinarcotics",
}
LEAST = 4  # the smallest number of towns that a choice of towns keeps
COMPANY = 4  # units that hold one post, and the most that one report attracts
ON_THE_WAY = 1.02  # a town lies on a journey if it adds at most 2 % to its travel time
DRAWS = 16_384  # draws reserved for each theatre; the first 16,384 are the strategy's own

Slot = tuple[int, str]  # site, mission


def assign(
    tasking: str,
    theatre: str,
    units: Sequence[tuple[int, str]],
    places: PlaceTable,
    reports: ReportTable | None,
    chance: Callable[[int], float],
    travel_days: np.ndarray,
) -> list[tuple[int, int, str]]:
    """Assign a posting and a mission to each unit: (uid, site, mission), by uid within its troops.

    units: (uid, kind).
    places: all places of the map.
    reports: those of the last 8 weeks, or None.
    chance: draw number -> [0, 1).
    travel_days: f8[places, places], days by surface.
    ValueError for an unknown tasking or a theatre without a place.
    """
    known = dict.fromkeys(VRAEM_TASKINGS + BORDER_TASKINGS)
    if tasking not in known:
        raise ValueError(f'no tasking "{tasking}"; expected one of {", ".join(known)}')
    ground = Ground(theatre, places, reports, chance, travel_days)
    groups: dict[str, list[tuple[bool, int]]] = {}
    for uid, kind in units:
        # Special units come first, so that they are the ones that raid.
        groups.setdefault(TROOPS.get(kind, kind), []).append((kind != "special", uid))
    return [
        (uid, *slot)
        for group, members in sorted(groups.items())
        for (_, uid), slot in zip(
            sorted(members), slots(tasking, group, len(members), ground), strict=True
        )
    ]


class Ground:
    """The places of a theatre, and what makes a place important.

    Hamlets hold a post only on travel routes, or if the theatre has no town.
    """

    def __init__(self, theatre, places, reports, chance, travel_days) -> None:
        here = places.theatre == theatre
        towns = here & (places.kind == "town")
        self.every = np.flatnonzero(here)
        self.site = np.flatnonzero(towns) if towns.any() else self.every
        if len(self.site) == 0:
            raise ValueError(f'no place in theatre "{theatre}"')
        self.theatre, self.places, self.chance, self.travel_days = (
            theatre,
            places,
            chance,
            travel_days,
        )
        self.people = places.population[self.site].astype(float)
        self.named = np.zeros(len(places.id))
        if reports is not None:
            raidable = (reports.theatre == theatre) & (reports.kind != "field")
            np.add.at(self.named, reports.place[raidable], 1.0)

    def larger(self) -> np.ndarray:
        """Return the population of the larger half of the towns, and 0 for the others."""
        return best(self.people, self.people, len(self.site) // 2)

    def on_the_line(self) -> np.ndarray:
        """Return the places, the nearest to a town abroad (in a straight line) first."""
        p = self.places
        abroad = np.flatnonzero(p.abroad)
        north = 111.2 * (p.lat[self.every, None] - p.lat[abroad])
        east = (
            111.2
            * np.cos(np.radians(p.lat[self.every, None]))
            * (p.lon[self.every, None] - p.lon[abroad])
        )
        return self.every[
            np.argsort(np.sqrt(north * north + east * east).min(axis=1, initial=1e9), kind="stable")
        ]

    def chokepoints(self) -> np.ndarray:
        """Return the places, those with the most travel days through them first."""
        ends = np.append(
            self.every, np.flatnonzero(self.places.abroad | (self.places.kind == "hub"))
        )
        days = np.ascontiguousarray(self.travel_days[np.ix_(self.every, ends)])
        return self.every[
            np.argsort(
                -np.array(passing(days.shape[0], days.shape[1], days.tobytes())), kind="stable"
            )
        ]

    def posts(self, ranked: np.ndarray, n: int, size: int, river: bool = False) -> list[int]:
        """Post n units, `size` to a place, in the order of rank; river infantry only at ports.

        One more unit moves none of the others.
        """
        ports = ranked[self.places.port[ranked]]
        ranked = ports if river and len(ports) else ranked
        return [int(ranked[i // size % len(ranked)]) for i in range(n)]

    def drawn(self, n: int) -> list[int]:
        """Draw n towns by population.

        The i-th unit uses the i-th draw, so that one more unit changes none of the others.
        """
        first = DRAWS * (1 + MODELLED_THEATRES.index(self.theatre))
        share = np.cumsum(np.maximum(self.people, 1.0))
        place = np.searchsorted(
            share, [self.chance(first + i % DRAWS) * share[-1] for i in range(n)], side="right"
        )
        return [int(self.site[min(k, len(self.site) - 1)]) for k in place]

    def towns(self, weight: np.ndarray, n: int) -> list[int]:
        return [int(self.site[k]) for k in apportion(weight, n)]


def slots(tasking: str, group: str, n: int, ground: Ground) -> list[Slot]:
    """Return the site and mission of n units of the same troops."""
    if group == "police":
        return [(site, "garrison") for site in ground.towns(ground.larger(), n)]
    if group == "eradication":
        return [(site, "escort") for site in ground.towns(ground.people, n)]
    if tasking == "reports" and ground.named.any():
        raids = (
            n if group == "antinarcotics" else min((n + 1) // 2, COMPANY * int(ground.named.sum()))
        )
        return [(place, "raid") for place in apportion(ground.named, raids)] + slots(
            "area", group, n - raids, ground
        )
    if group == "antinarcotics":
        return [(site, "checkpoint") for site in ground.posts(ground.chokepoints(), n, 1)]
    if tasking == "none":
        return [(int(ground.site[np.argmax(ground.people)]), "idle")] * n
    if tasking == "random":
        where = ground.drawn(n)
    elif tasking in ("line", "chokepoint"):
        where = ground.posts(
            ground.on_the_line() if tasking == "line" else ground.chokepoints(),
            n,
            COMPANY,
            group == "river",
        )
    else:
        weight = ground.larger() if tasking == "garrison" else ground.people
        ports = weight * ground.places.port[ground.site]
        where = ground.towns(
            ports if group == "river" and tasking != "garrison" and ports.any() else weight, n
        )
    return [(site, mission(tasking, group, bool(ground.places.port[site]))) for site in where]


def mission(tasking: str, group: str, port: bool) -> str:
    """Return the mission of a unit in a town with or without a port."""
    if tasking == "garrison":
        return "garrison"
    if port and (group == "river" or tasking == "line"):
        return "river_patrol"
    return "checkpoint" if tasking == "chokepoint" else "patrol"


def best(values: np.ndarray, by: np.ndarray, n: int) -> np.ndarray:
    """Keep `values` where `by` is among the n largest (at least LEAST) and set the rest to 0.

    Of equal values, the first counts as larger.
    """
    chosen = np.argsort(-by, kind="stable")[: max(n, LEAST)]
    kept = np.zeros(len(values))
    kept[chosen] = values[chosen]
    return kept


def apportion(weight: np.ndarray, n: int) -> list[int]:
    """Distribute n seats among places in proportion to weight; return each seat's place index.

    The rule is Sainte-Lague's: one more unit adds a seat and moves none of the others.
    """
    weight = np.asarray(weight, float)
    if not weight.any():
        weight = np.ones(len(weight))
    queue = [(-w, k, 1) for k, w in enumerate(weight.tolist()) if w > 0.0]
    heapq.heapify(queue)
    seats = []
    for _ in range(n):
        _, k, odd = queue[0]
        seats.append(k)
        heapq.heapreplace(queue, (-weight[k] / (odd + 2), k, odd + 2))
    return seats


@lru_cache(maxsize=32)
def passing(n: int, ends: int, table: bytes) -> tuple[float, ...]:
    """Sum, for each town, the travel days of the journeys whose quickest route leads through it.

    table: f8[n, ends], days from towns to ends; the first n ends are the towns. This is a kind of
    betweenness. It depends on the map alone, so the result is cached.
    """
    days = np.frombuffer(table).reshape(n, ends)
    limit = np.where(np.isfinite(days), days * ON_THE_WAY, -1.0)
    total = []
    for c in range(n):
        on = days[:, c, None] + days[c] <= limit
        on[c] = False
        on[:, c] = False
        total.append(float(days[on].sum()))
    return tuple(total)
