"""4.4 Presence: how much force people and travellers meet.

Reads: units, groups, communities (population, committees), theatres (foot). Writes: fields (force, patrols, guard), communities
(coverage, felt, felt_0, armed_coverage, felt_armed). No chance.

`D_i = 1000 sum_u alpha_u E_u K_ui / (sum_j pop_j K_ij + 2,000)`, coverage `C = 1 - exp(-ln 3 D / c)` (Athena's form, evidence B1; no
cliff at 20 per 1,000), K = exp(-d / reach) over foot-equivalent km. Felt coverage follows with a lag of `felt_days` and drives tips,
fear and control only; area search uses today's patrols. `vacuum_coupling` replaces felt coverage by `C~_0 + chi (C~ - C~_0)`. Armed
groups: the same with fighters + .3 supporters and `armed_scale` in place of c. Rain slows those on foot: a patrol counts by the pace that
the season leaves it. Only patrols search the land: who waits for a raid answers leads and is not seen (`secrecy`), who escorts is with the
team that it guards.

A unit without supplies guards its post (`sustainment`): it weighs as a garrison in its own place and reaches no other; it sends no patrol
and no escort, stops no traveller, answers no lead.

Left out: hours of the day and days of the week; people who have left still count among those in reach; fear or favour that force itself
brings to those who see it (`communities` knows only harm); forces of the neighbour, which cover nobody on this side."""

import math

from sim.model.compile import loop, rule
from sim.model.rules.units import duty, service_of
from sim.model.state.agents import (
    CHECKPOINT,
    ERADICATION,
    ESCORT,
    GARRISON,
    IDLE,
    PATROL,
    POLICE,
    POSTED,
    PREPARING,
    RAID,
    RIVER_PATROL,
)
from sim.model.state.arrays import (
    ANSWERING,
    ANSWERS,
    CLEARERS,
    ESCORTS,
    HOLDING,
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
)

LN3 = math.log(3.0)


class Parameters:
    reach_km: float
    alpha_patrol: float
    alpha_post: float
    alpha_garrison: float
    police_weight: float
    committee_weight: float
    coverage_scale: float
    armed_scale: float
    supporter_weight: float
    floor_population: float
    felt_days: float
    vacuum_coupling: float
    patrol_size: float
    raider_response: float
    guard_response: float
    river_post_share: float


@rule
def alpha(mission, p):
    """Weight of a person on task by mission; nothing for a unit that has none."""
    if mission == PATROL or mission == RIVER_PATROL or mission == RAID or mission == ESCORT:
        return p.alpha_patrol
    if mission == CHECKPOINT:
        return p.alpha_post
    return p.alpha_garrison if mission == GARRISON else 0.0


@rule
def coverage_of(density, scale):
    """Share of a population that a density (weighted people per 1,000) covers. 18.75 gives .56 at scale 25."""
    return 1.0 - math.exp(-LN3 * density / max(scale, 1e-9))


@loop
def place_units(actors, fields, sites, parameters):
    """What stands at each site today; posts stand at the site that controls the cell (`Sites.post`)."""
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
        if unit.guarding == 1:
            force[s, HOLDING] += weight * unit.effort
            continue
        if unit.kind == ERADICATION:
            force[s, CLEARERS] += unit.effort
            continue
        force[s, WEIGHTED] += alpha(mission, p) * weight * unit.effort
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
def spread(actors, places, fields, sites, near, bench, parameters):
    """From sites to communities and cells. weigh: f8[sites, 2] work space (state, armed)."""
    groups = actors.groups
    communities, theatres = places.communities, places.theatres
    site_theatre = sites.theatre
    force, patrols, guard = fields.force, fields.patrols, fields.guard
    reach_people = sites.people_in_reach
    cell_start, cell, cell_share = near.cell_start, near.cell, near.cell_share
    weigh = bench.weigh
    p = parameters.presence[0]
    n = len(communities)
    for s in range(len(force)):
        weigh[s, 0] = 0.0
        weigh[s, 1] = 0.0
        guard[s] = 0.0
    for c in range(len(patrols)):
        patrols[c] = 0.0
    for s in range(len(force)):
        if s < n:
            force[s, WEIGHTED] += (
                p.committee_weight * communities[s].committee * communities[s].vigour
            )
        if force[s, WEIGHTED] > 0.0 or force[s, PEOPLE] > 0.0:
            for e in range(near.start[s], near.start[s + 1]):
                weigh[near.site[e], 0] += force[s, WEIGHTED] * near.k[e]
                guard[near.site[e]] += force[s, PEOPLE] * near.k[e]
        if force[s, HOLDING] > 0.0:
            weigh[s, 0] += p.alpha_garrison * force[s, HOLDING]
            guard[s] += force[s, HOLDING]
        if force[s, TEAMS] > 0.0:
            teams = force[s, TEAMS] * theatres[site_theatre[s]].foot
            for e in range(cell_start[s], cell_start[s + 1]):
                patrols[cell[e]] += teams * cell_share[e]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            people = group.fighters + p.supporter_weight * group.supporters
            for e in range(near.start[group.site], near.start[group.site + 1]):
                weigh[near.site[e], 1] += people * near.k[e]
    for i in range(n):
        town = communities[i]
        around = reach_people[i] + p.floor_population
        town.coverage = coverage_of(1000.0 * weigh[i, 0] / around, p.coverage_scale)
        town.armed_coverage = coverage_of(1000.0 * weigh[i, 1] / around, p.armed_scale)


@loop
def feel(places, parameters, today):
    """Felt coverage follows with a lag. held: 1 during the burn-in, when the reference of `vacuum_coupling` still settles."""
    held, t = today.held, today.t
    communities = places.communities
    p = parameters.presence[0]
    follow = 1.0 - math.exp(-1.0 / max(p.felt_days, 1e-9))
    for i in range(len(communities)):
        town = communities[i]
        if t == 0:
            town.felt = town.coverage
            town.felt_armed = town.armed_coverage
        target = town.coverage
        if held == 0:
            target = town.felt_0 + p.vacuum_coupling * (town.coverage - town.felt_0)
        town.felt += follow * (target - town.felt)
        town.felt_armed += follow * (town.armed_coverage - town.felt_armed)
        if held == 1:
            town.felt_0 = town.felt
