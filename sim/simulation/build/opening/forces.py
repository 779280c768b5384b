"""The state's units and the partners' forces at the opening."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.geography.map import COUNTRIES
from sim.model.chance import BUILD_NETWORK, U, uniform
from sim.model.state import arrays
from sim.model.state.agents import (
    MISSIONS,
    PERU,
    POSTED,
    UNIT_KINDS,
    Partner,
    Table,
    Unit,
    table,
)
from sim.model.state.world import World
from sim.names import MODELLED_THEATRES, THEATRES
from sim.simulation.build.opening.founders import spread_whole, uid_of
from sim.simulation.situation import places_of
from sim.strategies.tasking import assign


def packages(
    scenario: Any, name: str, start: dict[str, float], crops: Any
) -> list[tuple[str, int]]:
    """(kind, people) of every unit of a theatre, with as many clearing teams as do the programme in their 20 weeks."""
    season_ha = float(crops.team_ha_day * crops.work_days * 20.0)
    force = getattr(scenario.forces, name)
    people = {
        "line": force.soldiers - force.special - force.river_infantry,
        "special": force.special,
        "river_infantry": force.river_infantry,
        "police": force.police - force.antinarcotics,
        "antinarcotics": force.antinarcotics,
        "eradication": round(crops.team_people)
        * math.ceil(getattr(scenario.eradication.ha_per_year, name) / season_ha),
    }
    found = []
    for kind in UNIT_KINDS:
        parts = math.ceil(people[kind] / start["package_people"]) if people[kind] else 0
        found += [(kind, int(size)) for size in spread_whole(people[kind], parts)]
    return found


def units(world: World, start: dict[str, float]) -> Table:
    """Every package at its first posting, by the tasking of its theatre; none is over 30 people and none is empty."""
    scenario = world.scenario
    planned = {
        name: packages(scenario, name, start, world.parameters.crops[0])
        for name in MODELLED_THEATRES
    }
    rows = table(Unit, sum(len(found) for found in planned.values()))
    at = places_of(world)
    tasking = {
        name: scenario.strategy.tasking_vraem
        if name == "vraem"
        else scenario.strategy.tasking_border
        for name in MODELLED_THEATRES
    }
    i = 0
    for name, found in planned.items():
        first = i
        for kind, size in found:
            row = rows[i]
            code = UNIT_KINDS.index(kind)
            row.alive, row.uid, row.kind = (
                1,
                uid_of(
                    "unit",
                    i - first - sum(k != kind for k, _ in found[: i - first]),
                    16 * THEATRES.index(name) + code,
                ),
                code,
            )
            row.soldiers = row.established = size
            row.order_site, row.status = -1, POSTED
            row.readiness, row.knowledge, row.sustained = start["readiness"], 1.0, 1.0
            row.stock_kg = (
                float(
                    world.parameters.sustainment.stock_days[0]
                    * world.parameters.sustainment.ration_kg[0]
                )
                * size
            )
            i += 1
        of = {int(rows[j].uid): j for j in range(first, i)}
        # with `none` it is the redeployed units that get no task; those already at the border keep the chokepoints
        stand = "chokepoint" if tasking[name] == "none" else tasking[name]
        chance = opening_chance(world.key)
        for uid, site, mission in assign(
            stand,
            name,
            [(int(rows[j].uid), UNIT_KINDS[rows[j].kind]) for j in range(first, i)],
            at,
            None,
            chance,
            world.days_surface,
        ):
            row = rows[of[uid]]
            row.home = row.posting = site
            row.mission = MISSIONS.index(mission)
    return rows


def opening_chance(key: np.uint64) -> Any:
    """Draws of the first postings."""

    def chance(k: int) -> float:
        with np.errstate(over="ignore"):
            return float(uniform(key, BUILD_NETWORK, 1, U(0), k))

    return chance


def partners(sites: arrays.Sites, start: dict[str, float]) -> Table:
    """Each neighbour's people, spread evenly over its towns in the strip."""
    strip = np.flatnonzero((sites.country != PERU) & (sites.cell >= 0))
    named = [
        (COUNTRIES.index(name.removeprefix("partner_")), people)
        for name, people in start.items()
        if name.startswith("partner_")
    ]
    posts = [
        (s, country, people)
        for country, people in named
        for s in strip[sites.country[strip] == country]
    ]
    rows = table(Partner, len(posts))
    for row, (s, country, people) in zip(rows, posts):
        row.site, row.country = s, country
        row.presence = people / (sites.country[strip] == country).sum()
    return rows
