"""The library of trafficking routes: from each production cluster to each exit, by each mode, a few that really differ.

Routes are penalised shortest paths (model section 4.13) over the graphs of `travel`, cut into steps (one per active cell or connector).
Beliefs are held per *leg*: a block of 25 km and a mode, or a connector, so that routes which overlap share what is learned on them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sim.geography import cache as cache_file
from sim.geography import travel as travel_file
from sim.geography.cache import Arrays, cached, digest_of
from sim.geography.map import Connector, Map, plain
from sim.geography.travel import (
    PERU,
    Speeds,
    Travel,
    air_km,
    foot_edges,
    nearest_site,
    nodes_of_sites,
    ports,
    river_edges,
    road_edges,
    surface_days,
    trail_edges,
)
from sim.machine import addition as addition_file
from sim.machine.addition import added
from sim.names import EXITS, THEATRES

MODES = ("foot", "river", "road", "air")
FOOT, RIVER, ROAD, AIR = range(4)
ANY = 4  # a search mode, not a mode of a route: whatever gets there

MOST_ROUTES = 600
ALTERNATIVES = 8  # per cluster, exit and mode
MOST_WAYS = 4  # exits of the map among which they are shared
PENALTY = 1.7  # on the edges of each route found, for the next search
NEW_SHARE = 0.2  # of its length on the map that a route must not share with any kept one
WORST = 2.0  # times the effort of the best route, or a day more
MISSES = 4  # searches in a row that brought nothing new
FOOT_DAYS = 12.0  # mochilero teams march no longer
ACCESS_DAYS = 2.0  # of walking to and from a boat or a vehicle
ACCESS_KM = 15.0  # no farther from a road or river than that
MARCH_KM = 150.0  # as far from a connector's start a team may meet the truck
CROSSING = {
    "bolivia": (-69.04, -16.56)
}  # lon, lat of the crossing to which a connector without an end leads: Desaguadero
LOADING_DAYS = 0.1  # at an airstrip, in sight
BLOCK_KM = 25.0
# Effort of a day by foot, river, road when a route of a mode is sought; inf: never. Access to a boat or truck is to be short.
EFFORT = {FOOT: (1, np.inf, np.inf), RIVER: (3, 1, 2), ROAD: (3, np.inf, 1), ANY: (1, 1, 1)}
CONNECTORS = {FOOT: ("road",), RIVER: ("river",), ROAD: ("road",), ANY: ("river", "road")}
EXIT_MODES = {
    FOOT: ("foot", "road"),
    RIVER: ("river",),
    ROAD: ("road",),
    ANY: ("foot", "river", "road"),
}


class Cluster(NamedTuple):
    """Where product is gathered: `seeds` are the towns that may stand for it (the first on the map does); `zone` names the origin."""

    name: str
    zone: str
    theatre: str
    seeds: tuple[str, ...]
    products: tuple[str, ...]


COCA, POPPY = ("coca",), ("poppy",)
CLUSTERS = (
    Cluster("Pichari-Kimbiri", "vraem", "vraem", ("Pichari", "Kimbiri", "Quimbiri"), COCA),
    Cluster("Sivia-Llochegua", "vraem", "vraem", ("Llochegua", "Sivia"), COCA),
    Cluster(
        "Santa Rosa-Samugari-Anchihuay",
        "vraem",
        "vraem",
        ("Samugari", "Palmapampa", "Santa Rosa", "Anchihuay"),
        COCA,
    ),
    Cluster("Canayre-Vizcatan del Ene", "vraem", "vraem", ("Canayre", "Vizcatan del Ene"), COCA),
    Cluster(
        "Pangoa-Mazamari-Satipo",
        "vraem",
        "vraem",
        ("Pangoa", "San Martin de Pangoa", "Mazamari", "Satipo"),
        COCA,
    ),
    Cluster(
        "Caballococha",
        "bajo_amazonas",
        "loreto",
        ("Caballococha", "Caballo Cocha", "Ramon Castilla"),
        COCA,
    ),
    Cluster("Pebas-San Pablo", "bajo_amazonas", "loreto", ("Pebas", "San Pablo"), COCA),
    Cluster("El Estrecho", "putumayo", "loreto", ("El Estrecho", "San Antonio del Estrecho"), COCA),
    Cluster("Soplin Vargas-Gueppi", "putumayo", "loreto", ("Soplin Vargas", "Gueppi"), COCA),
    Cluster("Nieva", "condorcanqui", "cajamarca", ("Nieva", "Santa Maria de Nieva"), COCA),
    Cluster("Jaen-Bagua", "maranon", "cajamarca", ("Bagua", "Jaen"), COCA),
    Cluster("Chota-Cutervo", "cajamarca", "cajamarca", ("Cutervo", "Chota"), POPPY),
    Cluster("Celendin", "cajamarca", "cajamarca", ("Celendin",), POPPY),
    Cluster(
        "Ucayali inflow", "ucayali", "loreto", ("Nauta", "Iquitos"), ()
    ),  # product of other valleys, passing through
)


@dataclass(frozen=True, eq=False)
class Routes:
    """Routes as CSR tables; i8 and f8, read-only. Sites are settlement indices, cells active indices, -1 off the map.

    cluster_site[n_clusters]; site_cluster[n_communities]: the production cluster of the same theatre nearest by travel days, -1 where
    the theatre has none. Per route: origin (cluster), exit (code in EXITS), mode (code in MODES), days, km (on the active map),
    foot_days, river_km and road_km of these, connectors_usd_per_kg (what its connectors cost). start[n + 1] cuts the steps: cell,
    step_days, step_leg, step_risk (seizure probability of a connector, 0 on the map), step_exposed (1 on Peruvian soil or water of
    the active map, 0 abroad and off the map).
    Per leg: leg_theatre (of most of its cells), leg_mode; leg_start[n_legs + 1] cuts leg_cell, sorted; connectors have no cells.
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
        return len(self.leg_mode)


def routes(map: Map, travel: Travel) -> Routes:
    """The route library of a map, from the cache where it is there. ValueError names a cluster none of whose towns is on the map."""
    digest = digest_of(
        (travel.digest,),
        (__file__, travel_file.__file__, cache_file.__file__, addition_file.__file__),
    )
    arrays = cached("routes", digest, lambda: _library(map, travel))
    return Routes(
        cluster_names=tuple(c.name for c in CLUSTERS),
        cluster_zone=tuple(c.zone for c in CLUSTERS),
        **arrays,
    )


class Route(NamedTuple):
    """One route before it is tabulated; `along` are its km on the active map by foot, river and road, `usd` what its
    connectors cost, `steps` (cell or -1, connector or -1, mode, days) in order."""

    origin: int
    exit: int
    mode: int
    rank: int
    along: tuple[float, float, float]
    usd: float
    steps: list[tuple[int, int, int, float]]

    @property
    def days(self) -> float:
        return added(step[3] for step in self.steps)

    def days_by(self, mode: int) -> float:
        return added(step[3] for step in self.steps if step[2] == mode)


class Network:
    """All arcs of the map, one way each. Nodes: active cells, sites (hubs off the map), connectors, ways out.

    The ways out are the exits of the map, then one for each country by connector.
    """

    def __init__(self, map: Map, travel: Travel):
        self.map, self.sites = map, nodes_of_sites(map)
        self.first_connector = len(map.cells) + len(map.settlements)
        self.first_out = self.first_connector + len(map.connectors)
        self.exit_of = np.array(
            [*(e.exit for e in map.exits), *range(len(EXITS))]
        )  # of each way out
        self.size = self.first_out + len(self.exit_of)
        speeds = travel.speeds
        parts = []
        for mode, edges in (
            (FOOT, foot_edges),
            (FOOT, trail_edges),
            (RIVER, river_edges),
            (ROAD, road_edges),
        ):
            e = edges(map, speeds)
            parts += [
                np.stack((a, b, np.full(len(a), mode), e.days, e.km, np.zeros(len(a))))
                for a, b in ((e.a, e.b), (e.b, e.a))
            ]
        self.arcs = np.concatenate(
            parts, axis=1
        )  # tail, head, mode, days, km, USD/kg of a connector

    def arcs_of(self, mode: int) -> np.ndarray:
        """The arcs open to a search, sorted by (tail, head), of parallel ones the easiest. Row 6 is added: the effort of each."""
        by = self.arcs[2].astype(np.int64)
        effort = np.array(EFFORT[mode], float)[by] * self.arcs[3]
        if mode in (RIVER, ROAD):
            effort[(by == FOOT) & ~self._accessible()[self.arcs[0].astype(np.int64)]] = np.inf
        links = (
            np.array([*self._connector_arcs(mode), *self._exit_arcs(mode)], float).reshape(-1, 6).T
        )
        arcs = np.concatenate(
            (np.vstack((self.arcs, effort))[:, np.isfinite(effort)], np.vstack((links, links[3]))),
            axis=1,
        )
        arcs = arcs[:, np.lexsort((arcs[6], arcs[1], arcs[0]))]
        return arcs[
            :,
            np.append(True, (np.diff(arcs[0]) != 0) | (np.diff(arcs[1]) != 0))
            & (arcs[0] != arcs[1]),
        ]

    def _accessible(self) -> np.ndarray:
        """Cells within a walk of a road or a navigable river, bool [n]."""
        ways = np.unique(self.arcs[0, self.arcs[2] != FOOT].astype(np.int64))
        xy = np.stack((self.map.x_km, self.map.y_km), axis=1)
        return cKDTree(xy[ways]).query(xy)[0] <= ACCESS_KM

    def _connector_arcs(self, mode: int) -> Iterator[tuple[float, ...]]:
        """Half of a connector's days and cost to its node, half from it; its exit lies at its end, where that is a place.

        On foot, a team may meet the truck out of the country where it leaves the hills.
        """
        for i, c in enumerate(self.map.connectors):
            if c.mode not in CONNECTORS[mode]:
                continue
            by, node = MODES.index(c.mode), self.first_connector + i
            half = (by, c.days / 2, 0.0, c.cost_usd_per_kg / 2)
            ends = [int(self.sites[s]) for s in (c.start, c.end) if s >= 0]
            for door in self._road_heads(c) if mode == FOOT and c.exit >= 0 else ends:
                yield (door, node, *half)
            if c.end >= 0:
                for door in ends:
                    yield (node, door, *half)
                if c.exit >= 0:
                    yield (ends[-1], self._abroad(c.exit), by, 0.0, 0.0, 0.0)
            elif c.exit >= 0:
                yield (node, self._abroad(c.exit), *half)

    def _abroad(self, exit: int) -> int:
        return self.first_out + len(self.map.exits) + exit

    def _road_heads(self, connector: Connector) -> list[int]:
        """Road cells of Peru outside the theatres, within a march of a connector's start and nearer to where it leads."""
        m, end = self.map, connector.end
        start = m.settlements[connector.start]
        goal = (
            (m.settlements[end].lon, m.settlements[end].lat)
            if end >= 0
            else CROSSING.get(EXITS[connector.exit], (start.lon, start.lat))
        )
        (x, there_x), (y, there_y) = m.project(*zip((start.lon, start.lat), goal))
        near = (m.x_km - x) ** 2 + (m.y_km - y) ** 2 <= MARCH_KM * MARCH_KM
        nearer = (m.x_km - there_x) ** 2 + (m.y_km - there_y) ** 2 < (x - there_x) ** 2 + (
            y - there_y
        ) ** 2
        return np.flatnonzero(
            near & nearer & (m.theatre == 0) & (m.road > 0) & (m.cell_country == PERU)
        ).tolist()

    def _exit_arcs(self, mode: int) -> Iterator[tuple[float, ...]]:
        for i, e in enumerate(self.map.exits):
            if e.mode in EXIT_MODES[mode]:
                yield (e.cell, self.first_out + i, MODES.index(e.mode), 0.0, 0.0, 0.0)

    def search(
        self, origin: int, node: int, mode: int, arcs: np.ndarray, most: int, exits: Iterable[int]
    ) -> Iterator[Route]:
        """Up to `most` routes from a node to each of the exits, shared out over the few easiest ways out."""
        start = np.searchsorted(arcs[0], np.arange(self.size + 1))
        graph = csr_matrix(
            (arcs[6].copy(), arcs[1].astype(np.int32), start), (self.size, self.size)
        )
        effort = dijkstra(graph, indices=node)[self.first_out :]
        for exit in exits:
            ways = np.flatnonzero((self.exit_of == exit) & np.isfinite(effort))
            ways = ways[np.argsort(effort[ways], kind="stable")][: min(MOST_WAYS, most)]
            ways = ways[effort[ways] <= _bearable(effort[ways].min(initial=np.inf))]
            rank = 0
            for way in ways.tolist():
                graph.data[:] = arcs[6]
                for route in self._alternatives(
                    graph, (origin, node, mode), way, arcs, most // len(ways)
                ):
                    yield route._replace(rank=rank)
                    rank += 1

    def _alternatives(
        self, graph: csr_matrix, start: tuple[int, int, int], way: int, arcs: np.ndarray, most: int
    ) -> Iterator[Route]:
        """Repeated shortest paths, each making its own edges dearer for the next; kept if new enough and not too long."""
        origin, node, mode = start
        key = arcs[0] * self.size + arcs[1]
        kept: list[set[int]] = []
        limit, misses = np.inf, 0
        while len(kept) < most and misses < MISSES:
            _, before = dijkstra(
                graph, indices=node, limit=limit * PENALTY * PENALTY, return_predecessors=True
            )
            path = [self.first_out + way]
            while path[-1] != node:
                if before[path[-1]] < 0:
                    return
                path.append(int(before[path[-1]]))
            nodes = np.array(path[::-1])
            used = np.searchsorted(key, nodes[:-1] * self.size + nodes[1:])
            effort = float(arcs[6, used].sum())
            if effort > limit:
                return
            limit = min(limit, _bearable(effort))
            back = nodes[1:] * self.size + nodes[:-1]
            at = np.minimum(np.searchsorted(key, back), len(key) - 1)
            graph.data[np.union1d(used, at[key[at] == back])] *= PENALTY
            route = self._route(origin, int(self.exit_of[way]), mode, nodes, arcs[:, used])
            km = dict(zip(nodes[1:].tolist(), arcs[4, used].tolist()))
            new = [added(km[n] for n in km if n not in other) for other in kept]
            if _fits(route, mode) and all(k > NEW_SHARE * added(km.values()) for k in new):
                kept.append(set(km))
                misses = 0
                yield route
            else:
                misses += 1

    def _route(
        self, origin: int, exit: int, mode: int, nodes: np.ndarray, arcs: np.ndarray
    ) -> Route:
        """A path as steps. Between two cells each takes half of the arc's days; a connector takes all of its own."""
        cells = len(self.map.cells)
        on_map = (nodes[:-1] < cells) & (nodes[1:] < cells)
        halves = np.where(on_map, arcs[3] / 2, 0.0)
        days = np.append(halves, 0.0) + np.append(0.0, halves)
        steps = []
        for j, node in enumerate(nodes[:-1].tolist()):
            by = int(arcs[2, j - 1] if j > 0 and on_map[j - 1] else arcs[2, j])
            if node < cells:
                steps.append((node, -1, by, float(days[j])))
            elif node >= self.first_connector:
                steps.append(
                    (-1, node - self.first_connector, by, float(arcs[3, j - 1] + arcs[3, j]))
                )
        if mode == ANY:
            time = [added(step[3] for step in steps if step[2] == m) for m in (FOOT, RIVER, ROAD)]
            mode = time.index(max(time))
        foot, river, road = (float(arcs[4, arcs[2] == m].sum()) for m in (FOOT, RIVER, ROAD))
        return Route(origin, exit, mode, 0, (foot, river, road), float(arcs[5].sum()), steps)


def _bearable(effort: float) -> float:
    """The most effort that an alternative may take. A day more is no matter where the best takes an hour."""
    return max(WORST * effort, effort + 1.0)


def _fits(route: Route, search: int) -> bool:
    """Whether a path is what its mode promises: a march and at most one truck, or a boat or truck with short access on foot."""
    if search == FOOT:
        return (
            0.0 < route.days_by(FOOT) <= FOOT_DAYS
            and sum(step[1] >= 0 for step in route.steps) <= 1
        )
    return search == ANY or (
        route.days_by(FOOT) <= ACCESS_DAYS and route.days_by(search) >= route.days / 2
    )


def cluster_sites(map: Map) -> list[int]:
    """The settlement that stands for each cluster."""
    names = {
        (s.theatre, plain(s.name)): i
        for i, s in reversed(list(enumerate(map.settlements)))
        if s.cell >= 0
    }
    sites = []
    for c in CLUSTERS:
        theatres = (THEATRES.index(c.theatre), *range(len(THEATRES)))  # its own first: names repeat
        found = [
            names[t, plain(seed)] for t in theatres for seed in c.seeds if (t, plain(seed)) in names
        ]
        if not found:
            raise ValueError(
                f"cluster {c.name!r}: none of {', '.join(c.seeds)} is a settlement on the map"
            )
        sites.append(found[0])
    return sites


def _found(map: Map, travel: Travel, sites: list[int]) -> list[Route]:
    """All routes, by cluster, exit, mode and rank; of more than 600 the last and longest alternatives go."""
    network = Network(map, travel)
    arcs = {mode: network.arcs_of(mode) for mode in (FOOT, RIVER, ROAD, ANY)}
    landing, every = ports(map), range(len(EXITS))
    found: list[Route] = []
    for origin, site in enumerate(sites):
        place, known = map.settlements[site], len(found)
        for mode in (FOOT, RIVER, ROAD):
            node = int(landing[site]) if mode == RIVER and landing[site] >= 0 else place.cell
            found += network.search(origin, node, mode, arcs[mode], ALTERNATIVES, every)
        lacking = set(every) - {
            r.exit for r in found[known:]
        }  # no way by one mode: a long haul by several
        found += network.search(origin, place.cell, ANY, arcs[ANY], 1, sorted(lacking))
        for i, c in enumerate(map.connectors):
            if (
                c.mode == "air"
                and c.exit >= 0
                and map.settlements[c.start].theatre == place.theatre
            ):
                steps = [(place.cell, -1, AIR, LOADING_DAYS), (-1, i, AIR, c.days)]
                found.append(
                    Route(origin, c.exit, AIR, 0, (0.0, 0.0, 0.0), c.cost_usd_per_kg, steps)
                )
    found = sorted(found, key=lambda r: (r.rank, r.days))[:MOST_ROUTES]
    return sorted(found, key=lambda r: (r.origin, r.exit, r.mode, r.rank))


def _library(map: Map, travel: Travel) -> Arrays:
    sites = cluster_sites(map)
    found = _found(map, travel, sites)
    steps = [step for route in found for step in route.steps]
    cell, connector, by = (np.array([step[i] for step in steps], np.int64) for i in range(3))
    on_map = cell >= 0
    here = cell[on_map]
    block = (np.floor(map.y_km / BLOCK_KM) * 4096 + np.floor(map.x_km / BLOCK_KM)).astype(np.int64)
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
        "step_days": np.array([step[3] for step in steps], np.float64),
        "step_leg": leg,
        "step_risk": np.where(on_map, 0.0, risk[connector]),
        "step_exposed": np.where(on_map, map.cell_country[cell] == PERU, False).astype(np.int64),
        "leg_theatre": counts.argmax(axis=1),
        "leg_mode": np.concatenate((blocks % len(MODES), ways)),
        "leg_start": np.searchsorted(by_leg[0], np.arange(len(counts) + 1)),
        "leg_cell": by_leg[1],
    }


def site_clusters(map: Map, days_surface: np.ndarray, air_km: np.ndarray) -> np.ndarray:
    """The producing cluster of its theatre nearest to each community, i8[n_communities]; as the crow flies where no way is known."""
    sites, nearest = cluster_sites(map), np.full(map.n_communities, -1, np.int64)
    for i, place in enumerate(map.settlements[: map.n_communities]):
        own = [
            k
            for k, c in enumerate(CLUSTERS)
            if c.products and THEATRES.index(c.theatre) == place.theatre
        ]
        if own:
            nearest[i] = min(own, key=lambda k: (days_surface[i, sites[k]], air_km[i, sites[k]]))
    return nearest


def cluster_and_nearest(map: Map, speeds: Speeds) -> tuple[np.ndarray, np.ndarray]:
    """`Routes.site_cluster` and `Travel.nearest_site` by themselves, in a fifth of the time of the tables that hold them."""
    digest = digest_of(
        (map.digest, tuple(speeds)), (__file__, travel_file.__file__, cache_file.__file__)
    )

    def found() -> Arrays:
        clusters = site_clusters(map, surface_days(map, speeds), air_km(map))
        return {"site_cluster": clusters, "nearest_site": nearest_site(map, speeds)}

    arrays = cached("land", digest, found)
    return arrays["site_cluster"], arrays["nearest_site"]
