"""What the weekly reference of bases of support needs from a run on the built world."""

import numpy as np
from weekly_support import Camps, Constants, Flow, Force, Ground, Support

from sim.model.mechanisms.forces.presence import alpha
from sim.model.mechanisms.intelligence.secrecy import visibility
from sim.model.rules.units import duty
from sim.model.state import agents
from sim.model.state.arrays import CARRIED_DAYS
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


def flows_of(world) -> tuple[Flow, ...]:
    """Kilograms of hydrochloride a week on each route, as counted in the burn-in."""
    support, along, origin = world.support, world.along, world.route_facts.origin
    weeks = min(int(world.levers.burn_in[0]), CARRIED_DAYS) / 7.0
    found = []
    for r in np.flatnonzero(support.sent_kg > 0.0):
        part = slice(along.start[r], along.start[r + 1])
        found.append(
            Flow(
                float(support.sent_kg[r]) / weeks,
                int(origin[r]),
                along.place[part],
                support.passed_kg[part] / weeks,
            )
        )
    return tuple(found)


def visible_of(world) -> np.ndarray:
    """People on task by site whom a camp can see today. f8[sites]"""
    found, p = np.zeros(len(world.sites.cell)), world.parameters.secrecy[0]
    for unit in world.actors.units:
        if unit.alive and unit.status != agents.TRANSIT:
            found[unit.posting] += unit.effort * visibility(duty(unit), p)
    return found


def ground_of(run: Run) -> Ground:
    world = run.world
    towns = world.places.communities
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
        danger=world.minds.danger[world.actors.groups.alive == 1].copy(),
        coverage_scale=float(p.coverage_scale),
        committee_weight=float(p.committee_weight),
        garrison_weight=float(p.alpha_garrison),
        visible=visible_of(world),
    )


def camps_of(world) -> Camps:
    groups = world.actors.groups[world.actors.groups.alive == 1]
    return Camps(groups.party.copy(), groups.uid.copy(), groups.site.copy(), groups.fighters.copy())


def support_of(run: Run, force: Force, constants: Constants | None = None) -> Support:
    """The reference with the ground and camps of a run as they are now, before its prologue."""
    world = run.world
    return Support(ground_of(run), force, camps_of(world), constants or Constants(), world.key)


def take_over(made: Support, run: Run) -> None:
    """Let the reference start where rule, vigour and protection of a run stand."""
    towns = run.world.places.communities
    made.b = run.world.support.b.copy()
    made.vigour = towns.vigour.copy()
    made.felt = np.array([towns.felt_soldiers, towns.felt_police])
    made.s_usual = towns.protection_usual.copy()
