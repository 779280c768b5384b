"""The search for trafficking routes: penalised shortest paths over the graphs of `travel`.

An arc is a column of a table of seven rows (TAIL to EFFORT): it leads from one node of the network
to another by one mode.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sim.geography.map import NO_ROAD, Connector, Map
from sim.geography.travel import (
    PERU,
    Travel,
    foot_edges,
    nodes_of_sites,
    river_edges,
    road_edges,
    trail_edges,
)
from sim.machine.addition import added
from sim.names import ELSEWHERE, EXITS

MODES = ("foot", "river", "road", "air")
FOOT, RIVER, ROAD, AIR = range(4)
ANY = 4  # a search by whatever mode gets there; no route has it as its mode
SURFACE = (FOOT, RIVER, ROAD)
TAIL, HEAD, MODE, DAYS, KM, USD, EFFORT = range(7)  # rows of a table of arcs; USD is per kg

ALTERNATIVES = 8  # most routes for each cluster, exit and mode
MOST_WAYS = 4  # most exits of the map among which these alternatives are shared
PENALTY = 1.7  # factor on the edges of each route found, for the next search
NEW_SHARE = 0.2  # share of its length on the map that a route must not have in common with another
WORST = 2.0  # most effort of an alternative, as a multiple of the best route's
SPARE_EFFORT = 1.0  # or the best route's effort and this much more, whichever is larger
MISSES = 4  # searches in a row without a new route, after which the search ends
FOOT_DAYS = 12.0  # longest march of a team on foot (mochileros)
ACCESS_DAYS = 2.0  # longest walk to and from a boat or a vehicle
ACCESS_KM = 15.0  # largest distance of that walk from a road or river
MARCH_KM = 150.0  # largest distance from a connector's start at which a team may meet the truck
# Longitude and latitude of the crossing to which a connector without an end leads: Desaguadero.
CROSSING = {"bolivia": (-69.04, -16.56)}
# Effort of a day by foot, river and road in a search by each mode; inf where the mode is excluded.
# Walking costs more in the searches by river and road, so that the access to them stays short.
EFFORT_OF_A_DAY = {
    FOOT: (1, np.inf, np.inf),
    RIVER: (3, 1, 2),
    ROAD: (3, np.inf, 1),
    ANY: (1, 1, 1),
}
# Modes of the connectors, and of the exits, that each search may use.
CONNECTORS = {FOOT: ("road",), RIVER: ("river",), ROAD: ("road",), ANY: ("river", "road")}
EXIT_MODES = {
    FOOT: ("foot", "road"),
    RIVER: ("river",),
    ROAD: ("road",),
    ANY: ("foot", "river", "road"),
}


class Step(NamedTuple):
    """One step of a route: an active cell or a connector (the other is -1), mode and days."""

    cell: int
    connector: int
    mode: int
    days: float


class Route(NamedTuple):
    """One route before it is tabulated.

    `rank` counts the alternatives of one search from 0. `along` is the length on the active map by
    foot, river and road [km]; `usd` is what its connectors cost [USD/kg].
    """

    origin: int
    exit: int
    mode: int
    rank: int
    along: tuple[float, float, float]
    usd: float
    steps: list[Step]

    @property
    def days(self) -> float:
        """Days of the whole journey."""
        return added(step.days for step in self.steps)

    def days_by(self, mode: int) -> float:
        """Return the days of the journey by one mode."""
        return added(step.days for step in self.steps if step.mode == mode)


class Network:
    """All arcs of the map, each in one direction.

    The nodes are, in this order: the active cells, the sites (used for hubs off the map), the
    connectors and the ways out. The ways out are the exits of the map, then one for each exit that
    a connector reaches.
    """

    def __init__(self, map: Map, travel: Travel):
        self.map, self.sites = map, nodes_of_sites(map)
        self.first_connector = len(map.cells) + len(map.settlements)
        self.first_out = self.first_connector + len(map.connectors)
        # The exit (code in EXITS) to which each way out belongs.
        self.exit_of = np.array([*(e.exit for e in map.exits), *range(len(EXITS))])
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
        self.arcs = np.concatenate(parts, axis=1)  # rows TAIL to USD

    def arcs_of(self, mode: int) -> np.ndarray:
        """Return the arcs open to a search by `mode`, with the row EFFORT added.

        They are sorted by tail and head; of parallel arcs only the easiest is kept.
        """
        by = self.arcs[MODE].astype(np.int64)
        effort = np.array(EFFORT_OF_A_DAY[mode], float)[by] * self.arcs[DAYS]
        if mode in (RIVER, ROAD):
            effort[(by == FOOT) & ~self._accessible()[self.arcs[TAIL].astype(np.int64)]] = np.inf
        added_arcs = [*self._connector_arcs(mode), *self._exit_arcs(mode)]
        links = np.array(added_arcs, float).reshape(-1, EFFORT).T
        on_map = np.vstack((self.arcs, effort))[:, np.isfinite(effort)]
        arcs = np.concatenate((on_map, np.vstack((links, links[DAYS]))), axis=1)
        arcs = arcs[:, np.lexsort((arcs[EFFORT], arcs[HEAD], arcs[TAIL]))]
        first = np.append(True, (np.diff(arcs[TAIL]) != 0) | (np.diff(arcs[HEAD]) != 0))
        return arcs[:, first & (arcs[TAIL] != arcs[HEAD])]

    def _accessible(self) -> np.ndarray:
        """Return which cells are within a walk of a road or a navigable river. bool[n_cells]"""
        ways = np.unique(self.arcs[TAIL, self.arcs[MODE] != FOOT].astype(np.int64))
        xy = np.stack((self.map.x_km, self.map.y_km), axis=1)
        return cKDTree(xy[ways]).query(xy)[0] <= ACCESS_KM

    def _connector_arcs(self, mode: int) -> Iterator[tuple[float, ...]]:
        """Yield the arcs of connectors: half of the days and cost to its node, half from it.

        A connector's exit lies at its end, where that is a place. On foot, a team may meet the
        truck that leaves the country at any road head near the connector's start.
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
        """Return the node of the way out to an exit by connector."""
        return self.first_out + len(self.map.exits) + exit

    def _road_heads(self, connector: Connector) -> list[int]:
        """Return the Peruvian road cells where a team on foot may meet the truck of a connector.

        They lie outside the theatres, within a march of its start and nearer to where it leads.
        """
        m, end = self.map, connector.end
        start = m.settlements[connector.start]
        goal = (
            (m.settlements[end].lon, m.settlements[end].lat)
            if end >= 0
            else CROSSING.get(EXITS[connector.exit], (start.lon, start.lat))
        )
        (x, there_x), (y, there_y) = m.project(*zip((start.lon, start.lat), goal))
        near = (m.x_km - x) ** 2 + (m.y_km - y) ** 2 <= MARCH_KM * MARCH_KM
        apart = (x - there_x) ** 2 + (y - there_y) ** 2
        nearer = (m.x_km - there_x) ** 2 + (m.y_km - there_y) ** 2 < apart
        outside = (m.theatre == ELSEWHERE) & (m.cell_country == PERU)
        return np.flatnonzero(near & nearer & outside & (m.road > NO_ROAD)).tolist()

    def _exit_arcs(self, mode: int) -> Iterator[tuple[float, ...]]:
        """Yield the arcs from the cells of exits to their ways out; they take no time."""
        for i, e in enumerate(self.map.exits):
            if e.mode in EXIT_MODES[mode]:
                yield (e.cell, self.first_out + i, MODES.index(e.mode), 0.0, 0.0, 0.0)

    def search(
        self, origin: int, node: int, mode: int, arcs: np.ndarray, most: int, exits: Iterable[int]
    ) -> Iterator[Route]:
        """Yield up to `most` routes from a node to each exit, over its few easiest ways out."""
        start = np.searchsorted(arcs[TAIL], np.arange(self.size + 1))
        graph = csr_matrix(
            (arcs[EFFORT].copy(), arcs[HEAD].astype(np.int32), start), (self.size, self.size)
        )
        effort = dijkstra(graph, indices=node)[self.first_out :]
        for exit in exits:
            ways = np.flatnonzero((self.exit_of == exit) & np.isfinite(effort))
            ways = ways[np.argsort(effort[ways], kind="stable")][: min(MOST_WAYS, most)]
            ways = ways[effort[ways] <= _bearable(effort[ways].min(initial=np.inf))]
            rank = 0
            for way in ways.tolist():
                graph.data[:] = arcs[EFFORT]
                for route in self._alternatives(
                    graph, (origin, node, mode), way, arcs, most // len(ways)
                ):
                    yield route._replace(rank=rank)
                    rank += 1

    def _alternatives(
        self, graph: csr_matrix, start: tuple[int, int, int], way: int, arcs: np.ndarray, most: int
    ) -> Iterator[Route]:
        """Yield alternatives: shortest paths, after each of which its edges are made dearer.

        A path is kept if enough of it is new and it is not too long.
        """
        origin, node, mode = start
        key = arcs[TAIL] * self.size + arcs[HEAD]
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
            effort = float(arcs[EFFORT, used].sum())
            if effort > limit:
                return
            limit = min(limit, _bearable(effort))
            back = nodes[1:] * self.size + nodes[:-1]
            at = np.minimum(np.searchsorted(key, back), len(key) - 1)
            graph.data[np.union1d(used, at[key[at] == back])] *= PENALTY
            route = self._route(origin, int(self.exit_of[way]), mode, nodes, arcs[:, used])
            km = dict(zip(nodes[1:].tolist(), arcs[KM, used].tolist()))
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
        """Return a path as a route of steps.

        Two neighbouring cells share the days of the arc between them; a connector takes all of its
        own. A route that any mode may take has the mode by which it travels most days.
        """
        cells = len(self.map.cells)
        on_map = (nodes[:-1] < cells) & (nodes[1:] < cells)
        halves = np.where(on_map, arcs[DAYS] / 2, 0.0)
        days = np.append(halves, 0.0) + np.append(0.0, halves)
        steps = []
        for j, node in enumerate(nodes[:-1].tolist()):
            by = int(arcs[MODE, j - 1] if j > 0 and on_map[j - 1] else arcs[MODE, j])
            if node < cells:
                steps.append(Step(node, -1, by, float(days[j])))
            elif node >= self.first_connector:
                whole = float(arcs[DAYS, j - 1] + arcs[DAYS, j])
                steps.append(Step(-1, node - self.first_connector, by, whole))
        if mode == ANY:
            time = [added(step.days for step in steps if step.mode == m) for m in SURFACE]
            mode = time.index(max(time))
        foot, river, road = (float(arcs[KM, arcs[MODE] == m].sum()) for m in SURFACE)
        return Route(origin, exit, mode, 0, (foot, river, road), float(arcs[USD].sum()), steps)


def _bearable(effort: float) -> float:
    """Return the most effort that an alternative may take, given that of the best route.

    The spare effort allows a day more where the best route takes an hour.
    """
    return max(WORST * effort, effort + SPARE_EFFORT)


def _fits(route: Route, search: int) -> bool:
    """Return whether a path is what the mode of its search promises.

    By foot: a march and at most one truck. By boat or vehicle: short access on foot, and at least
    half of the time on board.
    """
    if search == FOOT:
        trucks = sum(step.connector >= 0 for step in route.steps)
        return 0.0 < route.days_by(FOOT) <= FOOT_DAYS and trucks <= 1
    on_board = route.days_by(search) >= route.days / 2
    return search == ANY or (route.days_by(FOOT) <= ACCESS_DAYS and on_board)
