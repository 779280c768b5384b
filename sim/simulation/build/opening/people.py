"""The communities on the first day, with their people and crops."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.errors import UserError
from sim.geography.clusters import CLUSTERS
from sim.geography.map import Map, plain
from sim.machine.addition import added
from sim.model.rules.fields import bearing
from sim.model.state import arrays
from sim.model.state.agents import Community, Table, table
from sim.names import CAJAMARCA, VRAEM
from sim.simulation.build.opening.founders import share_out, uid_of

HA_PER_KM2 = 100
MOSTLY = 0.9  # share of a zone that the published departments must cover for the table to be used


def parts(
    here: np.ndarray, department: np.ndarray, start: dict[str, float]
) -> list[tuple[float, np.ndarray]]:
    """Return the parts of a zone, each with its share of the zone's coca.

    The parts are departments where the published table distinguishes those of the zone; otherwise
    the zone is one part.
    """
    told = {
        "ayacucho": start["coca_ayacucho_ha"],
        "junin": start["coca_junin_ha"],
        "cusco": start["coca_cusco_ha"],
    }
    inside = {name: np.where(department == name, here, 0.0) for name in told}
    covered = added(part.sum() for part in inside.values())
    if not here.any() or covered < MOSTLY * here.sum():
        return [(1.0, here)]
    total = added(told[name] for name, part in inside.items() if part.any())
    return [(told[name] / total, part) for name, part in inside.items() if part.any()]


def communities(
    scenario: Any,
    map_: Map,
    site_cluster: np.ndarray,
    nearest_site: np.ndarray,
    start: dict[str, float],
) -> Table:
    """Return the settlements and hamlets of the theatres with their people and fields.

    `site_cluster` is the production cluster of each (-1: none), `nearest_site` the community to
    which each cell of the map belongs (-1: none). The hectares of a zone go to the communities
    whose cluster lies in it, by suitable land. UserError if the map cannot hold the hectares of a
    zone.
    """
    n = map_.n_communities
    towns = table(Community, n)
    held = nearest_site >= 0
    suitable = map_.coca_suitability * map_.area_km2 * HA_PER_KM2
    poppy_band = map_.poppy_share * map_.area_km2 * HA_PER_KM2
    land = np.bincount(nearest_site[held], suitable[held], n)
    high = np.bincount(nearest_site[held], poppy_band[held], n)
    people = np.array([float(place.population) for place in map_.settlements[:n]])
    theatre = np.array([place.theatre for place in map_.settlements[:n]])
    zone = np.array([CLUSTERS[c].zone if c >= 0 else "" for c in site_cluster])
    towns.cell = [place.cell for place in map_.settlements[:n]]
    towns.theatre = theatre
    towns.cluster = np.maximum(site_cluster, 0)
    towns.population = people
    towns.ronda = theatre == CAJAMARCA
    towns.cooperation = start["cooperation"]
    towns.goodwill = start["cooperation"]
    towns.cooperation_0 = start["cooperation"]
    towns.services = [
        start["services_town"] if place.kind == "town" else start["services_hamlet"]
        for place in map_.settlements[:n]
    ]
    valley = theatre == VRAEM
    towns.committee = np.where(
        valley, start["committee_members"] * people / max(people[valley].sum(), 1.0), 0.0
    )
    towns.coca_max = np.where(zone == "cajamarca", 0.0, start["land_share"] * land)
    department = np.array([plain(place.department) for place in map_.settlements[:n]])
    for name, hectares in scenario.crops.coca_ha.model_dump().items():
        here = np.where(zone == name, 1.0, 0.0)
        given = np.zeros(n)
        for share, part in parts(here, department, start):
            given += share_out(hectares * share, part * land, part * towns.coca_max)
        if given.sum() < hectares - 1.0:
            raise UserError(
                f"crops.coca_ha.{name}: the map's suitable land holds {given.sum():,.0f} ha "
                f"(got {hectares:,.0f})"
            )
        towns.coca += given * (1.0 - start["young_share"])
        towns.coca_young += given * start["young_share"]
    band = np.where(theatre == CAJAMARCA, high, 0.0)
    towns.poppy_max = start["poppy_land_share"] * band
    hectares = scenario.crops.poppy_ha.cajamarca
    towns.poppy = share_out(hectares, band, towns.poppy_max)
    if towns.poppy.sum() < hectares - 1.0:
        raise UserError(
            f"crops.poppy_ha.cajamarca: the poppy band holds {towns.poppy.sum():,.0f} ha "
            f"(got {hectares:,.0f})"
        )
    return towns


def name_communities(towns: Table) -> None:
    """Give each community its uid.

    This is a function of its own because it calls compiled code, and the check of a scenario must
    compile nothing.
    """
    towns.uid = [uid_of("community", i) for i in range(len(towns))]


def young_coca(towns: Table, p: Any) -> np.ndarray:
    """Return the coca that does not bear yet, by week of planting. f8[communities, AGES, 2]

    The ages are those that planting at an even pace leaves.
    """
    ages = np.arange(1, arrays.AGES)
    left = np.array(
        [1.0 - bearing(age - 1.0, float(p.maturation_weeks), float(p.ramp_weeks)) for age in ages]
    )
    young = np.zeros((len(towns), arrays.AGES, 2))
    young[:, -ages % arrays.AGES, 0] = towns.coca_young[:, None] * left / left.sum()
    return young
