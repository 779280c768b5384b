"""Roads: the cheapest way over the terrain between the stops of every corridor."""

from itertools import pairwise

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from sim.geography.map import NO_COUNTRY, Grid

from .admin import Admin
from .corridors import ROADS
from .elevation import Relief
from .sources import SourceError
from .water import edges_of

# Road km for each straight km: 1.2 on flat land, and up to 0.9 more where cells that are 5 km apart
# differ by 400 m (assumed).
WINDING = (1.2, 0.9, 400.0)


def trace_roads(grid: Grid, admin: Admin, relief: Relief) -> list[tuple[int, np.ndarray]]:
    """Return (class, [k, 2] x, y in km) of every stretch between two stops."""
    seats = {seat.district: (seat.lat, seat.lon) for seat in admin.seats}
    network = _network(grid, admin, relief)
    x, y = grid.centres()
    lines = []
    for name, kind, stops in ROADS:
        missing = [stop for stop in stops if isinstance(stop, str) and stop not in seats]
        if missing:
            raise SourceError(f"road {name}: no district seat is called {', '.join(missing)}")
        points = [seats[stop] if isinstance(stop, str) else stop for stop in stops]
        cells = grid.national_of([lon for _, lon in points], [lat for lat, _ in points])
        for start, end in pairwise(cells):
            if start != end:
                path = _path(network, grid, int(start), int(end))
                lines.append((kind, np.column_stack([x[path], y[path]])))
    return lines


def road_edges(
    lines, grid: Grid, relief_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the edges [m, 3] (national a < b, class), their km [m], and the best class per cell.

    `relief_of` is the roughness [m] of each cell.
    """
    flat, steep, full = WINDING
    best: dict[tuple[int, int], tuple[int, float]] = {}
    cells = np.zeros(grid.rows * grid.cols, np.int64)
    for kind, line in lines:
        for a, b, km in edges_of(line, grid):
            winding = flat + steep * min(1.0, float(relief_of[a] + relief_of[b]) / 2 / full)
            key = (min(a, b), max(a, b))
            known = best.get(key, (0, np.inf))
            best[key] = (max(kind, known[0]), min(km * winding, known[1]))
            cells[[a, b]] = np.maximum(cells[[a, b]], kind)
    keys = sorted(best)
    return (
        np.array([(*key, best[key][0]) for key in keys]),
        np.array([best[key][1] for key in keys]),
        cells,
    )


def _network(grid: Grid, admin: Admin, relief: Relief):
    """Return the graph of steps between neighbouring cells, weighted by their cost."""
    rows, cols = grid.rows, grid.cols
    height = relief.elevation.reshape(rows, cols)
    rough = ndimage.maximum_filter(height, 3) - ndimage.minimum_filter(height, 3)
    cost = np.where(
        admin.country != NO_COUNTRY,
        1 + np.clip(rough, 0, 4000).ravel() / 250 * (10 / grid.resolution_km) ** 0.5,
        1e3,
    )
    index = np.arange(rows * cols).reshape(rows, cols)
    pairs = (
        (index[:, :-1], index[:, 1:], 1.0),
        (index[:-1], index[1:], 1.0),
        (index[:-1, :-1], index[1:, 1:], 2**0.5),
        (index[:-1, 1:], index[1:, :-1], 2**0.5),
    )
    a = np.concatenate([p[0].ravel() for p in pairs])
    b = np.concatenate([p[1].ravel() for p in pairs])
    step = np.concatenate([np.full(p[0].size, p[2]) for p in pairs])
    climb = np.abs(relief.elevation[a] - relief.elevation[b]) / 100
    weight = step * ((cost[a] + cost[b]) / 2 + climb)
    return coo_matrix((weight, (a, b)), (rows * cols,) * 2).tocsr()


def _path(network, grid: Grid, start: int, end: int) -> np.ndarray:
    """Return the cheapest cells from start to end, within the box around both and 40 km more."""
    margin = int(40 / grid.resolution_km)
    row, col = np.divmod([start, end], grid.cols)
    inside_rows = np.arange(max(0, row.min() - margin), min(grid.rows, row.max() + margin + 1))
    inside_cols = np.arange(max(0, col.min() - margin), min(grid.cols, col.max() + margin + 1))
    box = (inside_rows[:, None] * grid.cols + inside_cols).ravel()
    first, last = np.searchsorted(box, [start, end])
    _, before = dijkstra(
        network[box][:, box], directed=False, indices=first, return_predecessors=True
    )
    path = [int(last)]
    while path[-1] != first:
        path.append(int(before[path[-1]]))
    return box[path[::-1]]
