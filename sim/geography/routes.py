"""The library of trafficking routes: from each production cluster to each exit, by each mode.

Of every such combination it holds a few routes that really differ. Routes are penalised shortest
paths (model section 4.13) over the graphs of `travel`, cut into steps: one for each active cell or
connector. Beliefs are held for each *leg*: a block of 25 km and a mode, or a connector. Routes that
overlap therefore share what is learned on their common legs.
"""

from dataclasses import dataclass

import numpy as np

from sim.geography import cache, clusters, route_search
from sim.geography import travel as travel_file
from sim.geography.cache import Arrays, cached, digest_of
from sim.geography.clusters import CLUSTERS, cluster_sites, site_clusters
from sim.geography.map import Map
from sim.geography.route_search import (
    AIR,
    ALTERNATIVES,
    ANY,
    FOOT,
    MODES,
    RIVER,
    ROAD,
    SURFACE,
    Network,
    Route,
    Step,
)
from sim.geography.travel import PERU, Travel, ports
from sim.machine import addition
from sim.machine.addition import added
from sim.names import EXITS, THEATRES

MOST_ROUTES = 600
LOADING_DAYS = 0.1  # at an airstrip, where the shipment can be seen
BLOCK_KM = 25.0
BLOCK_ROW = 4096  # more than the blocks of a row, so that each block has a number of its own


@dataclass(frozen=True, eq=False)
class Routes:
    """The routes as CSR tables of i8 and f8, read-only.

    Sites are settlement indices, cells are active indices, and -1 means off the map.

    cluster_site[n_clusters]: the settlement that stands for each cluster.
    site_cluster[n_communities]: the production cluster of the same theatre that is nearest by
        travel days, -1 where the theatre has none.
    For each route: origin (cluster), exit (code in EXITS), mode (code in MODES), days, km (on the
        active map), foot_days, river_km and road_km of these, connectors_usd_per_kg (what its
        connectors cost).
    start[n + 1] cuts the steps: cell, step_days, step_leg, step_risk (seizure probability of a
        connector, 0 on the map), step_exposed (1 on Peruvian soil or water of the active map, 0
        abroad and off the map).
    For each leg: leg_theatre (of most of its cells), leg_mode; leg_start[n_legs + 1] cuts leg_cell,
        sorted. Connectors have no cells.
    """

    cluster_names: tuple[str, ...]
    cluster_zone: tuple[str, ...]
    cluster_site: np.ndarray
    site_cluster: np.ndarray
    origin: np.ndarray
    exit: np.ndarray
    mode: np.ndarray
    days: np.ndarray
    km: np.ndarray
    foot_days: np.ndarray
    river_km: np.ndarray
    road_km: np.ndarray
    connectors_usd_per_kg: np.ndarray
    start: np.ndarray
    cell: np.ndarray
    step_days: np.ndarray
    step_leg: np.ndarray
    step_risk: np.ndarray
    step_exposed: np.ndarray
    leg_theatre: np.ndarray
    leg_mode: np.ndarray
    leg_start: np.ndarray
    leg_cell: np.ndarray

    @property
    def n_legs(self) -> int:
        """The number of legs."""
        return len(self.leg_mode)


def routes(map: Map, travel: Travel) -> Routes:
    """Return the route library of a map, from the cache where it is there.

    ValueError names a cluster none of whose towns is on the map.
    """
    used = (clusters, route_search, travel_file, cache, addition)
    sources = (__file__, *(str(module.__file__) for module in used))
    digest = digest_of((travel.digest,), sources)
    arrays = cached("routes", digest, lambda: _library(map, travel))
    return Routes(
        cluster_names=tuple(c.name for c in CLUSTERS),
        cluster_zone=tuple(c.zone for c in CLUSTERS),
        **arrays,
    )


def _found(map: Map, travel: Travel, sites: list[int]) -> list[Route]:
    """Return all routes, sorted by cluster, exit, mode and rank.

    Of more than MOST_ROUTES, the last and longest alternatives are left out.
    """
    network = Network(map, travel)
    arcs = {mode: network.arcs_of(mode) for mode in (*SURFACE, ANY)}
    landing, every = ports(map), range(len(EXITS))
    found: list[Route] = []
    for origin, site in enumerate(sites):
        place, known = map.settlements[site], len(found)
        for mode in SURFACE:
            node = int(landing[site]) if mode == RIVER and landing[site] >= 0 else place.cell
            found += network.search(origin, node, mode, arcs[mode], ALTERNATIVES, every)
        # An exit that no single mode reaches gets one long haul by several modes.
        lacking = set(every) - {r.exit for r in found[known:]}
        found += network.search(origin, place.cell, ANY, arcs[ANY], 1, sorted(lacking))
        for i, c in enumerate(map.connectors):
            flies_out = c.mode == "air" and c.exit >= 0
            if flies_out and map.settlements[c.start].theatre == place.theatre:
                steps = [Step(place.cell, -1, AIR, LOADING_DAYS), Step(-1, i, AIR, c.days)]
                cost = c.cost_usd_per_kg
                found.append(Route(origin, c.exit, AIR, 0, (0.0, 0.0, 0.0), cost, steps))
    found = sorted(found, key=lambda r: (r.rank, r.days))[:MOST_ROUTES]
    return sorted(found, key=lambda r: (r.origin, r.exit, r.mode, r.rank))


def _library(map: Map, travel: Travel) -> Arrays:
    """Return the arrays of `Routes`."""
    sites = cluster_sites(map)
    found = _found(map, travel, sites)
    steps = [step for route in found for step in route.steps]
    cell, connector, by = (np.array([step[i] for step in steps], np.int64) for i in range(3))
    on_map = cell >= 0
    here = cell[on_map]
    row, column = np.floor(map.y_km / BLOCK_KM), np.floor(map.x_km / BLOCK_KM)
    block = (row * BLOCK_ROW + column).astype(np.int64)
    blocks, leg_of = np.unique(block[here] * len(MODES) + by[on_map], return_inverse=True)
    leg = len(blocks) + connector
    leg[on_map] = leg_of
    by_leg = np.unique(np.stack((leg_of, here)), axis=1)
    ways = np.array([MODES.index(c.mode) for c in map.connectors], np.int64)
    counts = np.zeros((len(blocks) + len(ways), len(THEATRES)), np.int64)
    np.add.at(counts, (by_leg[0], map.theatre[by_leg[1]]), 1)
    risk = np.array([c.seizure_probability for c in map.connectors])
    return {
        "cluster_site": np.array(sites, np.int64),
        "site_cluster": site_clusters(map, travel.days_surface, travel.air_km),
        "origin": np.array([r.origin for r in found], np.int64),
        "exit": np.array([r.exit for r in found], np.int64),
        "mode": np.array([r.mode for r in found], np.int64),
        "days": np.array([r.days for r in found], np.float64),
        "km": np.array([added(r.along) for r in found], np.float64),
        "foot_days": np.array([r.days_by(FOOT) for r in found], np.float64),
        "river_km": np.array([r.along[RIVER] for r in found], np.float64),
        "road_km": np.array([r.along[ROAD] for r in found], np.float64),
        "connectors_usd_per_kg": np.array([r.usd for r in found], np.float64),
        "start": np.cumsum([0, *(len(r.steps) for r in found)], dtype=np.int64),
        "cell": cell,
        "step_days": np.array([step.days for step in steps], np.float64),
        "step_leg": leg,
        "step_risk": np.where(on_map, 0.0, risk[connector]),
        "step_exposed": np.where(on_map, map.cell_country[cell] == PERU, False).astype(np.int64),
        "leg_theatre": counts.argmax(axis=1),
        "leg_mode": np.concatenate((blocks % len(MODES), ways)),
        "leg_start": np.searchsorted(by_leg[0], np.arange(len(counts) + 1)),
        "leg_cell": by_leg[1],
    }
