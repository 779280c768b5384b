"""What the weekly reference of bases of support needs from a run on day 0 of the built world."""

import numpy as np
from weekly_support import DISSIDENTS, MPCP, Camps, Constants, Force, Ground, Support

from sim.model.mechanisms.forces.presence import alpha
from sim.model.rules.units import duty
from sim.model.state import agents
from sim.model.state.arrays import CAPACITY
from sim.names import HCL
from sim.simulation.build.world import geography_of
from sim.simulation.run import Run


def force_of(world) -> Force:
    """Weighted people on task by site today, soldiers and police apart."""
    p = world.parameters.presence[0]
    found = Force(*np.zeros((4, len(world.sites.cell))))
    for unit in world.actors.units:
        at_post = unit.status in (agents.POSTED, agents.PREPARING)
        if not unit.alive or not at_post or unit.mission == agents.IDLE:
            continue
        police = unit.kind >= agents.POLICE
        people = unit.effort * (p.police_weight if police else 1.0)
        if unit.guarding == 1:
            found[3 if police else 2][unit.posting] += people
        elif unit.kind != agents.ERADICATION:
            found[1 if police else 0][unit.posting] += alpha(duty(unit), p) * people
    return found


def felt_km(run: Run) -> np.ndarray:
    """Foot-equivalent km between sites, f8[sites, sites]; inf beyond the travel tables."""
    _, travel, _ = geography_of(run.scenario)
    n = len(travel.far_start) - 1
    km = np.full((n, n), np.inf)
    km[np.repeat(np.arange(n), np.diff(travel.far_start)), travel.far_site] = travel.far_km
    return km


def flows_of(world) -> tuple[tuple[float, int, np.ndarray], ...]:
    """Kilograms of hydrochloride a week on each route, its cluster, and the places on its way."""
    facts, markets, owner = world.route_facts, world.places.markets, world.ground.community
    kg = np.zeros(len(facts.origin))
    for share, book in zip(world.trade.share, world.trade.book):
        kg += share * book[facts.origin, CAPACITY] * markets.outflow[facts.origin]
    found = []
    for r in np.flatnonzero((markets.product[facts.origin] == HCL) & (kg > 0.0)):
        cells = world.routes.cell[world.routes.start[r] : world.routes.start[r + 1]]
        way = np.unique(owner[cells[cells >= 0]])
        found.append((float(kg[r]), int(facts.origin[r]), way[way >= 0]))
    return tuple(found)


def ground_of(run: Run) -> Ground:
    world = run.world
    towns, n = world.places.communities, len(world.places.communities)
    p = world.parameters.presence[0]
    kernel = np.zeros((len(world.sites.cell),) * 2)
    for site in range(len(kernel)):
        part = slice(world.near.start[site], world.near.start[site + 1])
        kernel[site, world.near.site[part]] = world.near.kernel[part]
    return Ground(
        people=towns.population.copy(),
        theatre=towns.theatre.copy(),
        country=world.sites.country.copy(),
        km=felt_km(run),
        kernel=kernel,
        ronda=towns.ronda == 1,
        committee=towns.committee.copy(),
        hectares=towns.coca + towns.poppy,
        kg_week=towns.kg_recent.copy(),
        flows=flows_of(world),
        cluster=towns.cluster.copy(),
        danger=world.fields.guard[:n].copy(),
        coverage_scale=float(p.coverage_scale),
        committee_weight=float(p.committee_weight),
        garrison_weight=float(p.alpha_garrison),
    )


def camps_of(world) -> Camps:
    groups = world.actors.groups[world.actors.groups.alive == 1]
    party = np.where(groups.kind == agents.MPCP, MPCP, DISSIDENTS)
    return Camps(party, groups.uid.copy(), groups.site.copy(), groups.fighters.copy())


def support_of(run: Run, constants: Constants | None = None) -> Support:
    """The reference on day 0 of a run that has reached the end of its burn-in."""
    world = run.world
    made = Support(
        ground_of(run), force_of(world), camps_of(world), constants or Constants(), world.key
    )
    made.prologue()
    return made
