"""Rivers: their courses, traced along the segments of WDBII, and the edges between their cells.

The segments are decoded from GMT's bins.
"""

from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sim.geography.map import Grid

from .corridors import RIVERS
from .sources import SourceError, only

FRAME = (-83.0, -20.0, -67.0, 2.0)  # west, south, east, north
GAP_KM = 3.2  # nearer ends of segments are joined (edges of bins, confluences)


@dataclass
class Rivers:
    """Courses and unnamed water, as lines [k, 2] of x, y in km.

    `courses` are by name, from source to mouth; `segments` have no names.
    """

    courses: dict[str, np.ndarray]
    segments: list[np.ndarray]


def read_rivers(folders: dict[str, Path], grid: Grid) -> Rivers:
    """Return the courses of the named rivers and all segments of the package."""
    segments = [
        np.column_stack(grid.project(points[:, 0], points[:, 1]))
        for points in _segments(only(folders["gmt-gshhg-full"], "*.nc"))
    ]
    vertices, network = _network(segments)
    tree = cKDTree(vertices)
    courses: dict[str, np.ndarray] = {}
    for river in RIVERS:
        points = np.column_stack(
            grid.project([lon for _, lon in river.points], [lat for lat, _ in river.points])
        )
        course = (
            points
            if river.by_hand
            else vertices[_trace(network, *tree.query(points[[0, -1]])[1], river.name)]
        )
        course = _dense(course)
        if river.into:  # the last stretch leads to the nearest point of the river it joins
            parent = courses[river.into]
            course = np.vstack(
                [
                    course,
                    _dense(np.vstack([course[-1], parent[cKDTree(parent).query(course[-1])[1]]])),
                ]
            )
        courses[river.name] = course
    return Rivers(courses, segments)


def edges_of(line: np.ndarray, grid: Grid) -> list[tuple[int, int, float]]:
    """Return (cell, next cell, km along the line) for every step from one cell to the next."""
    line = _dense(line, grid.resolution_km / 10)
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    cells = grid.national_at(line[:, 0], line[:, 1])
    start = np.r_[0, np.flatnonzero(np.diff(cells)) + 1]  # where the line enters a cell
    middle = (along[start] + np.r_[along[start[1:]], along[-1]]) / 2
    steps = zip(cells[start][:-1], cells[start][1:], np.diff(middle))
    return [(int(a), int(b), float(km)) for a, b, km in steps if a >= 0 and b >= 0]


def river_edges(rivers: Rivers, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the edges [m, 4] (national a, b downstream, code, class), their km [m], and the water.

    The water is the class of each cell: 0 for none, else 1 + the class of the best river.
    """
    cells = np.zeros(grid.rows * grid.cols, np.int64)
    for segment in rivers.segments:
        inside = grid.national_at(*_dense(segment, grid.resolution_km / 5).T)
        cells[inside[inside >= 0]] = 1
    best: dict[tuple[int, int], tuple[int, int, int, int, float]] = {}
    for code, river in enumerate(RIVERS):
        for a, b, km in edges_of(rivers.courses[river.name], grid):
            key = (min(a, b), max(a, b))
            known = best.get(key)
            if known is None or (-river.navigability, km) < (-known[3], known[4]):
                best[key] = (a, b, code, river.navigability, km)
            cells[[a, b]] = np.maximum(cells[[a, b]], river.navigability + 1)
    ordered = [best[key] for key in sorted(best)]
    return np.array([edge[:4] for edge in ordered]), np.array([edge[4] for edge in ordered]), cells


def _dense(line: np.ndarray, step_km: float = 0.5) -> np.ndarray:
    """Return the line with points at most `step_km` apart, its end included."""
    along = np.r_[0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    at = np.append(np.arange(0, along[-1], step_km), along[-1])
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _segments(path: Path) -> list[np.ndarray]:
    """Return [k, 2] lon, lat of every river segment in the frame.

    GMT's binned format is described in GMT's `gmt_shore.c`.
    """
    with netCDF4.Dataset(path) as data:
        data.set_auto_maskandscale(False)

        def column(part: str) -> np.ndarray:
            """Return the first variable whose name contains `part`."""
            return next(
                np.asarray(data.variables[name][:]) for name in data.variables if part in name
            )

        size, across = float(column("Bin_size_in_minutes")[0]) / 60, int(column("N_bins_in_360")[0])
        first, count = column("Id_of_first_segment_in_a_bin"), column("N_segments_in_a_bin")
        first_point = column("Id_of_first_point_in_a_segment")
        points = column("N_points_for_a_segment")
        dx = column("Relative_longitude").astype(np.uint16) / 65535 * size
        dy = column("Relative_latitude").astype(np.uint16) / 65535 * size
    west, south, east, north = FRAME
    found = []
    for cell in np.flatnonzero(count):
        row, col = divmod(int(cell), across)
        lon, lat = (col * size + 180) % 360 - 180, 90 - (row + 1) * size
        if lon > east or lon + size < west or lat > north or lat + size < south:
            continue
        for k in range(first[cell], first[cell] + count[cell]):
            piece = slice(first_point[k], first_point[k] + points[k])
            found.append(np.column_stack([lon + dx[piece], lat + dy[piece]]))
    return found


def _network(segments: list[np.ndarray]):
    """Return the vertices [v, 2] of all segments, and the graph that joins them, in km."""
    vertices = np.vstack(segments)
    ends = np.cumsum([len(segment) for segment in segments])
    inner = np.setdiff1d(np.arange(len(vertices) - 1), ends - 1)
    pairs = [np.column_stack([inner, inner + 1])]
    tree = cKDTree(vertices)
    for end in np.unique(np.r_[ends - 1, ends[:-1], 0]):
        around = tree.query_ball_point(vertices[end], GAP_KM)
        near = np.array([j for j in around if j != end], np.int64)
        pairs.append(np.column_stack([np.full(len(near), end), near]))
    a, b = np.vstack(pairs).T
    a, b = np.minimum(a, b), np.maximum(a, b)
    a, b = np.unique(np.column_stack([a, b]), axis=0).T
    length = np.hypot(*(vertices[a] - vertices[b]).T) + 0.001
    return vertices, coo_matrix((length, (a, b)), (len(vertices),) * 2).tocsr()


def _trace(network, start: int, end: int, name: str) -> list[int]:
    """Return the shortest path of vertices from start to end; SourceError if there is none."""
    _, before = dijkstra(network, directed=False, indices=start, return_predecessors=True)
    path = [int(end)]
    while path[-1] != start:
        if before[path[-1]] < 0:
            raise SourceError(f"no watercourse joins the ends of {name}")
        path.append(int(before[path[-1]]))
    return path[::-1]
