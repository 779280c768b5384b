"""4.4 Presence: how much force people and travellers meet.

Reads: units, groups, communities (population, committees), theatres (foot). Writes: fields (force,
patrols, guard), communities (coverage, covered_by_soldiers, covered_by_police, felt, felt_soldiers,
felt_police, armed_coverage), support.present. No chance.

The density of force around community i is `D_i = 1000 sum_u alpha_u E_u K_ui / (sum_j pop_j K_ij +
2,000)`, with E the people on task, alpha their weight by mission and K = exp(-d / reach) over
foot-equivalent km. Coverage is `C = 1 - exp(-ln 3 D / c)` (Athena's form, evidence B1; there is no
threshold at 20 per 1,000). Soldiers with committees and police cover apart, and together they cover
`1 - (1 - C_f)(1 - C_p)`. Felt coverage follows each day, with a time constant of `felt_down_days`
when it falls and `felt_up_days` when it rises: a closed post protects nobody next week, and trust
takes weeks. It drives tips, fear and protection; area search uses today's patrols. The coupling chi
(`vacuum_coupling`) replaces either felt coverage by `C~_0 + chi (C~ - C~_0)`. Fighters at hand
cover by the same law, with `armed_scale` in place of c, and within the country that they stand in.

Rain slows people on foot, so a patrol counts by the pace that the season leaves it. Only patrols
search the land. Units that wait for a raid answer leads and are not seen (`secrecy`); units on
escort stay with the team that they guard.

A unit without supplies guards its post (`sustainment`). It then has the weight of a garrison in its
own place and reaches no other place. It sends no patrol and no escort, stops no traveller and
answers no lead.

Left out: hours of the day and days of the week; people who have left still count among those in
reach; the fear or favour that the sight of a force itself causes (`communities` knows only harm);
the neighbour's forces, which cover nobody on this side.
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.units import duty, service_of
from sim.model.state.agents import (
    CHECKPOINT,
    ERADICATION,
    ESCORT,
    GARRISON,
    IDLE,
    PARTIES,
    PATROL,
    POLICE,
    POSTED,
    PREPARING,
    RAID,
    RIVER_PATROL,
    Community,
)
from sim.model.state.arrays import (
    ANSWERING,
    ANSWERS,
    CLEARERS,
    ESCORTS,
    HOLDING,
    HOLDING_POLICE,
    N_PATROL,
    N_POLICE,
    N_POST,
    PEOPLE,
    POST_BRIBED,
    POST_PEOPLE,
    RESPONDERS,
    RIVER_PEOPLE,
    SERVES,
    TEAMS,
    WEIGHTED,
    WEIGHTED_POLICE,
    Actors,
    Bench,
    Fields,
    Near,
    Places,
    Sites,
    Support,
    Today,
)

LN3 = math.log(3.0)
BY_SOLDIERS, BY_POLICE = range(2)  # columns of the weights that a community feels


class Parameters:
    reach_km: float  # km: foot-equivalent km over which presence fades by e
    alpha_patrol: float  # weight: weight of a person on patrol
    alpha_post: float  # weight: weight of a person at a checkpoint
    alpha_garrison: float  # weight: weight of a person in a garrison
    police_weight: float  # weight: weight of police against soldiers
    committee_weight: float  # weight: weight of a committee member
    coverage_scale: float  # per 1,000: weighted density that covers two thirds
    armed_scale: float  # per 1,000: density of fighters that covers two thirds
    # people: added to every neighbourhood, so that one patrol does not cover an empty border
    floor_population: float
    felt_down_days: float  # days: time constant of felt coverage when force leaves
    felt_up_days: float  # days: time constant of felt coverage when force comes
    # share: how much of a change of force people feel; at 0 only fighters change the vacuum
    vacuum_coupling: float
    patrol_size: float  # people: people of one patrol
    raider_response: float  # ratio: weight of a raid team in answering leads, against a patrol
    guard_response: float  # ratio: weight of guards and posts in answering leads, against a patrol
    # share: share of a river patrol that stops boats at its post; the rest patrols
    river_post_share: float


@rule
def alpha(mission: int, p: Parameters) -> float:
    """Return the weight of a person on task by mission; 0 for a unit without a mission."""
    if mission == PATROL or mission == RIVER_PATROL or mission == RAID or mission == ESCORT:
        return p.alpha_patrol
    if mission == CHECKPOINT:
        return p.alpha_post
    return p.alpha_garrison if mission == GARRISON else 0.0


@rule
def coverage_of(density: float, scale: float) -> float:
    """Return the share of a population covered by a density (weighted people per 1,000). A density
    of 18.75 gives .56 at scale 25."""
    return 1.0 - math.exp(-LN3 * density / max(scale, 1e-9))


@loop
def place_units(actors: Actors, fields: Fields, sites: Sites, parameters: Any) -> None:
    """Add up the forces that stand at each site today. Posts stand at the site that controls the
    cell (`Sites.post`)."""
    site_post = sites.post
    units = actors.units
    force = fields.force
    p = parameters.presence[0]
    spare = parameters.crops[0].escort_spare
    for s in range(len(force)):
        for c in range(force.shape[1]):
            force[s, c] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if (
            unit.alive == 0
            or (unit.status != POSTED and unit.status != PREPARING)
            or unit.mission == IDLE
        ):
            continue
        s = unit.posting
        mission = duty(unit)
        weight = p.police_weight if unit.kind >= POLICE else 1.0
        guards = mission == GARRISON or mission == CHECKPOINT
        if unit.kind >= POLICE:
            force[s, N_POLICE] += 1.0
        elif guards:
            force[s, N_POST] += 1.0
        else:
            force[s, N_PATROL] += 1.0
        police = unit.kind >= POLICE
        if unit.guarding == 1:
            force[s, HOLDING_POLICE if police else HOLDING] += weight * unit.effort
            continue
        if unit.kind == ERADICATION:
            force[s, CLEARERS] += unit.effort
            continue
        force[s, WEIGHTED_POLICE if police else WEIGHTED] += (
            alpha(mission, p) * weight * unit.effort
        )
        force[s, PEOPLE] += unit.effort
        force[s, SERVES + service_of(unit.kind)] += unit.effort
        at_post = (
            1.0 if mission == CHECKPOINT else p.river_post_share if mission == RIVER_PATROL else 0.0
        )
        if at_post > 0.0:
            post = site_post[s]
            force[post, RIVER_PEOPLE if mission == RIVER_PATROL else POST_PEOPLE] += (
                at_post * unit.effort
            )
            force[post, POST_BRIBED] += at_post * unit.effort * unit.bribed_usd
        if mission == PATROL or mission == RIVER_PATROL:
            force[s, TEAMS] += (
                (1.0 - at_post) * unit.effort * unit.knowledge / max(p.patrol_size, 1.0)
            )
        answers = p.raider_response if mission == RAID else p.guard_response if guards else 1.0
        teams = answers * unit.effort / max(p.patrol_size, 1.0)
        force[s, ANSWERING] += teams
        force[s, RESPONDERS] += teams * unit.knowledge
        force[s, ANSWERS + service_of(unit.kind)] += teams
        force[s, ESCORTS] += (1.0 if mission == ESCORT else spare) * unit.effort


@loop
def spread(
    places: Places,
    fields: Fields,
    sites: Sites,
    near: Near,
    bench: Bench,
    parameters: Any,
) -> None:
    """Spread the forces from sites to communities and cells. weight_on: f8[sites, 2] work space,
    columns BY_SOLDIERS (without committees) and BY_POLICE; `cover` reads it."""
    theatres = places.theatres
    site_theatre = sites.theatre
    force, patrols, guard = fields.force, fields.patrols, fields.guard
    cell_start, cell, cell_share = near.cell_start, near.cell, near.cell_share
    weight_on = bench.pair_per_site
    p = parameters.presence[0]
    for s in range(len(force)):
        weight_on[s, BY_SOLDIERS] = 0.0
        weight_on[s, BY_POLICE] = 0.0
        guard[s] = 0.0
    for c in range(len(patrols)):
        patrols[c] = 0.0
    for s in range(len(force)):
        if force[s, WEIGHTED] > 0.0 or force[s, WEIGHTED_POLICE] > 0.0 or force[s, PEOPLE] > 0.0:
            for e in range(near.start[s], near.start[s + 1]):
                weight_on[near.site[e], BY_SOLDIERS] += force[s, WEIGHTED] * near.kernel[e]
                weight_on[near.site[e], BY_POLICE] += force[s, WEIGHTED_POLICE] * near.kernel[e]
                guard[near.site[e]] += force[s, PEOPLE] * near.kernel[e]
        weight_on[s, BY_SOLDIERS] += p.alpha_garrison * force[s, HOLDING]
        weight_on[s, BY_POLICE] += p.alpha_garrison * force[s, HOLDING_POLICE]
        guard[s] += force[s, HOLDING] + force[s, HOLDING_POLICE]
        if force[s, TEAMS] > 0.0:
            teams = force[s, TEAMS] * theatres[site_theatre[s]].foot
            for e in range(cell_start[s], cell_start[s + 1]):
                patrols[cell[e]] += teams * cell_share[e]


@loop
def cover(places: Places, sites: Sites, near: Near, bench: Bench, parameters: Any) -> None:
    """Set what soldiers with committees and what police cover in each community today. weight_on:
    as `spread` leaves it; committees: f8[sites] work space."""
    communities = places.communities
    reach_people = sites.people_in_reach
    weight_on, committees = bench.pair_per_site, bench.per_site
    p = parameters.presence[0]
    n = len(communities)
    for s in range(len(committees)):
        committees[s] = 0.0
    for i in range(n):
        members = p.committee_weight * communities[i].committee * communities[i].vigour
        if members > 0.0:
            for e in range(near.start[i], near.start[i + 1]):
                committees[near.site[e]] += members * near.kernel[e]
    for i in range(n):
        town = communities[i]
        around = (reach_people[i] + p.floor_population) / 1000.0
        town.covered_by_soldiers = coverage_of(
            (weight_on[i, BY_SOLDIERS] + committees[i]) / around, p.coverage_scale
        )
        town.covered_by_police = coverage_of(weight_on[i, BY_POLICE] / around, p.coverage_scale)
        town.coverage = together(town.covered_by_soldiers, town.covered_by_police)


@loop
def cover_by_armed(
    actors: Actors, places: Places, sites: Sites, near: Near, support: Support, parameters: Any
) -> None:
    """Set what the fighters at hand cover in each community: of each party, and of all. A group
    covers nobody across a border."""
    groups = actors.groups
    communities = places.communities
    country, reach_people = sites.country, sites.people_in_reach
    present = support.present
    p = parameters.presence[0]
    n = len(communities)
    for i in range(n):
        for k in range(PARTIES):
            present[i, k] = 0.0
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            for e in range(near.start[group.site], near.start[group.site + 1]):
                i = near.site[e]
                if i < n and country[i] == country[group.site]:
                    present[i, group.party] += group.fighters * near.kernel[e]
    for i in range(n):
        around = (reach_people[i] + p.floor_population) / 1000.0
        fighters = 0.0
        for k in range(PARTIES):
            fighters += present[i, k]
            if present[i, k] > 0.0:
                present[i, k] = coverage_of(present[i, k] / around, p.armed_scale)
        communities[i].armed_coverage = coverage_of(fighters / around, p.armed_scale)


@rule
def together(first: float, second: float) -> float:
    """Return what two shares that are independent of one another cover together."""
    return 1.0 - (1.0 - first) * (1.0 - second)


@rule
def pace(days: float, p: Parameters) -> tuple[float, float]:
    """Return how far felt coverage falls and how far it rises in some days, as shares of the
    way."""
    falls = 1.0 - math.exp(-days / max(p.felt_down_days, 1e-9))
    return falls, 1.0 - math.exp(-days / max(p.felt_up_days, 1e-9))


@rule
def felt_after(felt: float, target: float, falls: float, rises: float) -> float:
    """Return felt coverage after it has gone its share of the way to a target."""
    return felt + (falls if target < felt else rises) * (target - felt)


@rule
def follow(town: Community, falls: float, rises: float, chi: float) -> None:
    """Let felt coverage follow today's. chi: the share of a change since day 0 that people feel."""
    soldiers = town.felt_soldiers_0 + chi * (town.covered_by_soldiers - town.felt_soldiers_0)
    police = town.felt_police_0 + chi * (town.covered_by_police - town.felt_police_0)
    town.felt_soldiers = felt_after(town.felt_soldiers, soldiers, falls, rises)
    town.felt_police = felt_after(town.felt_police, police, falls, rises)
    town.felt = together(town.felt_soldiers, town.felt_police)


@loop
def feel(places: Places, parameters: Any, today: Today) -> None:
    """Let felt coverage follow for one day. Up to day 0 people feel every change."""
    communities = places.communities
    p = parameters.presence[0]
    falls, rises = pace(1.0, p)
    chi = 1.0 if today.opening == 1 else p.vacuum_coupling
    for i in range(len(communities)):
        town = communities[i]
        if today.t == 0:
            town.felt_soldiers = town.covered_by_soldiers
            town.felt_police = town.covered_by_police
        follow(town, falls, rises, chi)


@loop
def mark_felt(places: Places) -> None:
    """Keep felt coverage as that of day 0, from which `vacuum_coupling` counts."""
    communities = places.communities
    for i in range(len(communities)):
        communities[i].felt_soldiers_0 = communities[i].felt_soldiers
        communities[i].felt_police_0 = communities[i].felt_police
