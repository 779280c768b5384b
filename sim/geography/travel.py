"""How long travel takes: graphs of foot, road and river, and the tables that a run looks up.

The tables are computed at the first use of a map (about a second each) and cached. Nothing here
runs inside a simulated day. Distances are in km and times in days. Speeds are schematic: averages
over a day of travel in the dry season, with halts.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from sim.geography import cache as cache_file
from sim.geography.cache import Arrays, cached, digest_of
from sim.geography.map import COUNTRIES, RIVER_CLASSES, ROAD_CLASSES, TERRAINS, Map
from sim.names import ELSEWHERE

REACH_KM = 40.0  # beyond this distance a force is not felt (model section 4.4)
FAR_KM = 110.0  # political reach and moves of camps end nearer than this
COMMUNITY_KM = 60.0  # a cell farther than this from every community belongs to none
# Foot-equivalent km of a km (model section 4.4); off road it is 1.
ON_TRACK, ON_ROAD, ON_RIVER = 0.7, 0.4, 0.5
LANDING_KM = 20.0
OBSTACLE = RIVER_CLASSES.index("obstacle")  # a river that no boat can use
SMALL_BOAT = RIVER_CLASSES.index("small boat")  # from this class on, rivers carry boats all year
RIVER_CLASS = 3  # column of `Map.river_edges`
TRACK = ROAD_CLASSES.index("track")
SEA = TERRAINS.index("sea")
PERU = COUNTRIES.index("peru")
HAIR = 1e-6  # a small change of the time on the water, to measure how much of a journey it is
AT_ONCE = 64  # sources of one call: this bounds the memory of a dense answer to 8 MB
EARTH_KM = 6371.0


class Speeds(NamedTuple):
    """Travel speeds in km/day unless said otherwise.

    F-numbers are rows of the facts table; the other values are assumed.
    """

    foot_costa: float = 22.0
    foot_sierra: float = 16.0
    foot_puna: float = 14.0
    foot_selva_alta: float = 8.0
    foot_selva_baja: float = 6.0  # F0510: 6 [3-10] for a patrol day in jungle
    foot_trail: float = 20.0  # F0509: 2-3 km/h on a trail, eight hours
    slope_permille: float = 150.0  # off-road speed is divided by 1 + slope / this
    road_paved: float = 400.0
    road_secondary: float = 200.0  # Ayacucho-Pichari in a day
    road_track: float = 80.0
    river_large: float = 200.0  # F0501: Iquitos-Santa Rosa, 660 km on this map, 72 h by slow boat
    river_medium: float = 90.0
    river_small: float = 40.0
    road_winding: float = 1.0  # true length over the map's, which already allows for relief
    river_winding: float = 1.25  # true length over that of the map's generalised courses
    helicopter_km_h: float = 230.0  # F0467; km/h


class Edges(NamedTuple):
    """Two-way edges between active cells `a` and `b` (i8).

    `km` is the true length (f8), `days` the time to pass (f8, inf where this means of travel
    cannot pass), `grade` the class of the road or river (i8).
    """

    a: np.ndarray
    b: np.ndarray
    km: np.ndarray
    days: np.ndarray
    grade: np.ndarray


@dataclass(frozen=True, eq=False)
class Travel:
    """Tables over settlements (sites, in the map's order) and active cells. i8 and f8, read-only.

    reach_*: for each site, the active cells within 40 foot-equivalent km, sorted (CSR:
        `reach_start[n_sites + 1]`, `reach_cell`, `reach_km`). Its own cell counts as half a cell.
        Hubs off the map reach nothing.
    near_*: the same for sites; a site is at 0 km from itself, and at half a cell from another site
        in its cell.
    far_*: as near_*, within 110 foot-equivalent km (`far_start[n_sites + 1]`, `far_site`,
        `far_km`). Sites off the map reach only themselves.
    days_surface: by foot, road, river and connectors.
    days_river: the days of these that are spent on boats; 0 where there is no way.
    air_km: great-circle distance.
        These three are [n_sites, n_sites], symmetric, and inf where there is no way.
    nearest_site[n_cells]: the community to which each Peruvian cell of a theatre belongs, -1 for
        other cells.
    speeds, digest: what the tables follow from.
    """

    reach_start: np.ndarray
    reach_cell: np.ndarray
    reach_km: np.ndarray
    near_start: np.ndarray
    near_site: np.ndarray
    near_km: np.ndarray
    far_start: np.ndarray
    far_site: np.ndarray
    far_km: np.ndarray
    days_surface: np.ndarray
    days_river: np.ndarray
    air_km: np.ndarray
    nearest_site: np.ndarray
    speeds: Speeds
    digest: str


def travel(map: Map, speeds: Speeds | None = None) -> Travel:
    """Return the travel tables of a map under the given speeds, from the cache where possible."""
    speeds = Speeds() if speeds is None else speeds
    digest = digest_of((map.digest, tuple(speeds)), (__file__, cache_file.__file__))
    return Travel(
        **cached("travel", digest, lambda: _tables(map, speeds)), speeds=speeds, digest=digest
    )


def foot_edges(map: Map, speeds: Speeds) -> Edges:
    """Return the steps to the eight neighbouring cells, off road. Nobody walks on sea and lakes."""
    by_terrain = dict(zip(TERRAINS, (0.0, *speeds[:5], 0.0)))
    pace = np.array([by_terrain[name] for name in TERRAINS])[map.terrain_of] / (
        1.0 + map.slope_permille / speeds.slope_permille
    )
    # A rim of inactive cells saves the checks of bounds.
    active = np.full((map.rows + 2, map.cols + 2), -1)
    row, col = map.cells // map.cols + 1, map.cells % map.cols + 1
    active[row, col] = np.arange(len(map.cells))
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        other = active[row + down, col + right]
        a = np.flatnonzero(other >= 0)
        walkable = (pace[a] > 0) & (pace[other[a]] > 0)
        pairs.append(np.stack((a, other[a]), axis=1)[walkable])
    a, b = np.concatenate(pairs).T
    km = np.sqrt((map.x_km[a] - map.x_km[b]) ** 2 + (map.y_km[a] - map.y_km[b]) ** 2)
    return Edges(a, b, km, km * (0.5 / pace[a] + 0.5 / pace[b]), np.zeros(len(a), np.int64))


def road_edges(map: Map, speeds: Speeds) -> Edges:
    """Return the stored road edges, for vehicles. Grade is the class (1 track to 3 trunk)."""
    a, b, grade = map.road_edges.T
    pace = np.array([np.inf, speeds.road_track, speeds.road_secondary, speeds.road_paved])
    km = map.road_km * speeds.road_winding
    return Edges(a, b, km, km / pace[grade], grade)


def trail_edges(map: Map, speeds: Speeds) -> Edges:
    """Return the stored road edges, for people on foot, since trails follow roads and tracks."""
    road = road_edges(map, speeds)
    return road._replace(days=road.km / speeds.foot_trail)


def river_edges(map: Map, speeds: Speeds) -> Edges:
    """Return the navigable river edges, for loaded boats. Grade is the class (1 to 3)."""
    navigable = map.river_edges[:, RIVER_CLASS] > OBSTACLE
    a, b, _, grade = map.river_edges[navigable].T
    pace = np.array([np.inf, speeds.river_small, speeds.river_medium, speeds.river_large])
    km = map.river_km[navigable] * speeds.river_winding
    return Edges(a, b, km, km / pace[grade], grade)


def nodes_of_sites(map: Map) -> np.ndarray:
    """Return the graph node of each settlement. i8[n_sites]

    It is the settlement's active cell, or, for a hub off the map, a node of its own after the
    cells.
    """
    cell = np.array([s.cell for s in map.settlements], np.int64)
    return np.where(cell >= 0, cell, len(map.cells) + np.arange(len(cell)))


def _graph(
    size: int, a: list[np.ndarray], b: list[np.ndarray], weight: list[np.ndarray]
) -> csr_matrix:
    """Return a symmetric graph. Of parallel edges the lightest is kept."""
    ends = np.concatenate(a), np.concatenate(b)
    tail, head, light = (
        np.concatenate(ends),
        np.concatenate(ends[::-1]),
        np.tile(np.concatenate(weight), 2),
    )
    order = np.lexsort((light, head, tail))
    tail, head, light = tail[order], head[order], light[order]
    first = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0)) & (tail != head)
    return csr_matrix((light[first], (tail[first], head[first])), (size, size))


def _between(graph: csr_matrix, nodes: np.ndarray) -> np.ndarray:
    """Return the shortest way between every two of the nodes.

    The table is made symmetric to the last bit, since sums in two directions round differently.
    """
    rows = [
        dijkstra(graph, indices=nodes[i : i + AT_ONCE])[:, nodes]
        for i in range(0, len(nodes), AT_ONCE)
    ]
    table = np.concatenate(rows)
    table = np.minimum(table, table.T)
    np.fill_diagonal(table, 0.0)
    return table


def _tables(map: Map, speeds: Speeds) -> Arrays:
    """Return the arrays of `Travel`."""
    days = surface_days(map, speeds)
    # On the quickest way, what a hair more time on the water adds is a hair of the days on the
    # water.
    with np.errstate(invalid="ignore"):
        more = (surface_days(map, speeds, 1.0 + HAIR) - days) / HAIR
    by_boat = np.where(np.isfinite(days), more, 0.0)
    return {
        **_reach(map, _felt(map, speeds)),
        "days_surface": days,
        "days_river": np.clip(by_boat, 0.0, days),
        "air_km": air_km(map),
        "nearest_site": nearest_site(map, speeds),
    }


def surface_days(map: Map, speeds: Speeds, water: float = 1.0) -> np.ndarray:
    """Return the days between sites by foot, road, river and connectors. f8[n_sites, n_sites]

    A day on the water counts as `water` days.
    """
    sites = nodes_of_sites(map)
    on_land = (
        foot_edges(map, speeds),
        road_edges(map, speeds),
        _port_edges(map, speeds),
        _connector_edges(map, sites, "road"),
    )
    on_water = (river_edges(map, speeds), _connector_edges(map, sites, "river"))
    ways = [(e.a, e.b, e.days) for e in on_land] + [(e.a, e.b, e.days * water) for e in on_water]
    return _between(_graph(len(map.cells) + len(sites), *zip(*ways)), sites)  # type: ignore[arg-type]


def _felt(map: Map, speeds: Speeds) -> csr_matrix:
    """Return the graph along which a force is felt, in foot-equivalent km."""
    foot, road, river = foot_edges(map, speeds), road_edges(map, speeds), river_edges(map, speeds)
    on_road = np.where(road.grade == TRACK, ON_TRACK, ON_ROAD)
    weights = [foot.km, road.km * on_road, river.km * ON_RIVER]
    return _graph(len(map.cells), [foot.a, road.a, river.a], [foot.b, road.b, river.b], weights)


def ports(map: Map) -> np.ndarray:
    """Return the landing of each settlement, -1 where there is none. i8[n_sites]

    It is the settlement's port, or the nearest river cell for boats within 20 km. The generalised
    course of a large river may pass a town on its bank at more than the 10 km within which the map
    looks for a port.
    """
    boats = np.unique(map.river_edges[map.river_edges[:, RIVER_CLASS] >= SMALL_BOAT, :2])
    landing = np.array([s.port for s in map.settlements], np.int64)
    for i, s in enumerate(map.settlements):
        if s.port < 0 <= s.cell:
            east, north = map.x_km[boats] - map.x_km[s.cell], map.y_km[boats] - map.y_km[s.cell]
            away = east**2 + north**2
            if away.min() <= LANDING_KM * LANDING_KM:
                landing[i] = boats[away.argmin()]
    return landing


def _port_edges(map: Map, speeds: Speeds) -> Edges:
    """Return a trail from each settlement to its landing."""
    cell, port = np.array([s.cell for s in map.settlements], np.int64), ports(map)
    apart = (cell >= 0) & (port >= 0) & (port != cell)
    a, b = cell[apart], port[apart]
    km = np.sqrt((map.x_km[a] - map.x_km[b]) ** 2 + (map.y_km[a] - map.y_km[b]) ** 2)
    return Edges(a, b, km, km / speeds.foot_trail, np.zeros(len(a), np.int64))


def _connector_edges(map: Map, sites: np.ndarray, mode: str) -> Edges:
    """Return the connectors of a mode between settlements.

    Soldiers cannot use connectors that leave the country, so these are left out.
    """
    legs = [c for c in map.connectors if c.start >= 0 and c.end >= 0 and c.mode == mode]
    a, b = sites[np.array([(c.start, c.end) for c in legs], np.int64).reshape(-1, 2)].T
    days = np.array([c.days for c in legs], np.float64)
    return Edges(a, b, np.zeros(len(legs)), days, np.zeros(len(legs), np.int64))


def _reach(map: Map, felt: csr_matrix) -> Arrays:
    """Return the cells and sites near each site and the sites far from it, as three CSR tables.

    One search as far as the longest of them serves all three: a shorter limit changes no distance
    within it.
    """
    cell = np.array([s.cell for s in map.settlements], np.int64)
    half = 0.5 * map.resolution_km
    cells, kms, sites, site_kms, far_sites, far_kms = [], [], [], [], [], []
    for i, own in enumerate(cell):
        if own >= 0:
            to_cell = dijkstra(felt, indices=own, limit=FAR_KM)
            to_cell[own] = half
        else:
            to_cell = np.full(len(map.cells), np.inf)
        inside = np.flatnonzero(to_cell <= REACH_KM)
        to_site = np.where(cell >= 0, to_cell[cell], np.inf)
        to_site[i] = 0.0
        near, far = np.flatnonzero(to_site <= REACH_KM), np.flatnonzero(to_site <= FAR_KM)
        cells.append(inside)
        kms.append(to_cell[inside])
        sites.append(near)
        site_kms.append(to_site[near])
        far_sites.append(far)
        far_kms.append(to_site[far])
    return {
        "reach_start": _starts(cells),
        "reach_cell": np.concatenate(cells),
        "reach_km": np.concatenate(kms),
        "near_start": _starts(sites),
        "near_site": np.concatenate(sites),
        "near_km": np.concatenate(site_kms),
        "far_start": _starts(far_sites),
        "far_site": np.concatenate(far_sites),
        "far_km": np.concatenate(far_kms),
    }


def _starts(rows: list[np.ndarray]) -> np.ndarray:
    """Return where each of several joined rows starts, and where the last one ends."""
    return np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)


def nearest_site(map: Map, speeds: Speeds) -> np.ndarray:
    """Return the community to which each Peruvian cell of a theatre belongs, -1 for other cells.

    i8[n_cells]. Ways run through Peruvian cells only, so that the far bank of a border river brings
    nobody nearer. Of several communities in one cell, the first owns it.
    """
    felt = _felt(map, speeds)
    home = np.flatnonzero((map.cell_country == PERU) & (map.terrain_of != SEA))
    index_at_home = np.full(len(map.cells), -1)
    index_at_home[home] = np.arange(len(home))
    site_of: dict[int, int] = {}
    for i, s in enumerate(map.settlements[: map.n_communities]):
        if s.cell >= 0 and index_at_home[s.cell] >= 0:
            site_of.setdefault(int(index_at_home[s.cell]), i)
    seeds = np.array(sorted(site_of), np.int64)
    km, _, seed = dijkstra(
        felt[home][:, home],
        indices=seeds,
        min_only=True,
        limit=COMMUNITY_KM,
        return_predecessors=True,
    )
    owner = np.full(len(map.cells), -1)
    held = np.isfinite(km) & (map.theatre[home] != ELSEWHERE)
    owner[home[held]] = [site_of[int(s)] for s in seed[held]]
    return owner


def air_km(map: Map) -> np.ndarray:
    """Return the great-circle distance between sites. f8[n_sites, n_sites]"""
    lon, lat = np.radians([[s.lon for s in map.settlements], [s.lat for s in map.settlements]])
    chord = (
        np.sin((lat[:, None] - lat) / 2) ** 2
        + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    )
    km = 2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return np.maximum(km, km.T)
