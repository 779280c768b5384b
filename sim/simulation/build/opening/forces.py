"""The units of the state and the forces of its neighbours on the first day."""

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

CLEARING_WEEKS = 20.0  # in which a theatre's clearing teams do the programme of a year
THEATRE_STEP = 16  # more than there are kinds of units, so that each theatre and kind has a number


def packages(
    scenario: Any, name: str, start: dict[str, float], crops: Any
) -> list[tuple[str, int]]:
    """Return (kind, people) of every unit of a theatre.

    There are as many clearing teams as can do the year's programme in CLEARING_WEEKS.
    """
    season_ha = float(crops.team_ha_day * crops.work_days * CLEARING_WEEKS)
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
    """Return every unit at its first post, with a mission by the tasking of its theatre.

    No unit is larger than `start.package_people`, and none is empty.
    """
    scenario, strategy = world.scenario, world.scenario.strategy
    planned = {
        name: packages(scenario, name, start, world.parameters.crops[0])
        for name in MODELLED_THEATRES
    }
    rows = table(Unit, sum(len(found) for found in planned.values()))
    places = places_of(world)
    supplies = world.parameters.sustainment
    ration_kg = float(supplies.stock_days[0] * supplies.ration_kg[0])  # a person's full store
    i = 0
    for name, found in planned.items():
        row_of: dict[int, int] = {}
        to_post: list[tuple[int, str]] = []
        for n, (kind, size) in enumerate(found):
            row = rows[i]
            code = UNIT_KINDS.index(kind)
            ordinal = sum(other == kind for other, _ in found[:n])
            row.alive, row.kind = 1, code
            row.uid = uid_of("unit", ordinal, THEATRE_STEP * THEATRES.index(name) + code)
            row.soldiers = row.established = size
            row.order_site, row.status = -1, POSTED
            row.readiness, row.knowledge, row.sustained = start["readiness"], 1.0, 1.0
            row.stock_kg = ration_kg * size
            row_of[int(row.uid)] = i
            to_post.append((int(row.uid), kind))
            i += 1
        tasking = strategy.tasking_vraem if name == "vraem" else strategy.tasking_border
        # Under `none` redeployed units have no task, but those at the border hold chokepoints.
        tasking = "chokepoint" if tasking == "none" else tasking
        chance = opening_chance(world.key)
        for uid, site, mission in assign(
            tasking, name, to_post, places, None, chance, world.days_surface
        ):
            row = rows[row_of[uid]]
            row.home = row.posting = site
            row.mission = MISSIONS.index(mission)
    return rows


def opening_chance(key: np.uint64) -> Any:
    """Return the function that draws the first postings."""

    def chance(k: int) -> float:
        with np.errstate(over="ignore"):
            return float(uniform(key, BUILD_NETWORK, 1, U(0), k))

    return chance


def partners(sites: arrays.Sites, start: dict[str, float]) -> Table:
    """Return each neighbour's people, spread evenly over its towns in the strip abroad."""
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
