"""The base of every map: land, neighbours, rivers, towns, outlines of theatres and a scale bar.

Coordinates are kilometres of the map's projection.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from sim.geography.map import COUNTRIES, DATA, Map, load_map
from sim.geography.travel import travel
from sim.names import BORDER_THEATRES, THEATRES
from sim.report.style import ABROAD, INK, LAND, PAPER, RULE, WATER

RIVER, BOUNDARY = "#5b9bc8", "#8c8c8c"
MARGIN_KM = 25.0
SIDES = {
    "right": (4, 0, "left"),
    "left": (-4, 0, "right"),
    "below": (0, -7, "center"),
    "below left": (3, -7, "right"),
}


@dataclass(frozen=True)
class Frame:
    """A part of the country that a panel shows.

    - `theatres`: those that it shows.
    - `towns`: name, and the side of the mark on which the name stands.
    - `words`: text, longitude, latitude.
    - `scale_km`: the length of the scale bar.
    - `locator`: left and bottom of the inset that locates the frame in the country; None where the
      frame shows the outline of the country itself."""

    title: str
    theatres: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, float, float], ...]
    scale_km: int
    locator: tuple[float, float] | None = None


VRAEM = Frame(
    "VRAEM",
    ("vraem",),
    (
        ("Satipo", "right"),
        ("Pichari", "right"),
        ("Huanta", "left"),
        ("San Miguel", "right"),
        ("Llochegua", "left"),
        ("Kimbiri", "right"),
    ),
    (
        ("JUNÍN", -74.85, -10.95),
        ("HUANCAVELICA", -74.83, -12.35),
        ("CUSCO", -73.25, -12.05),
        ("AYACUCHO", -74.45, -13.28),
    ),
    50,
    (0.735, 0.715),
)
BORDER = Frame(
    "northern border",
    BORDER_THEATRES,
    (
        ("Iquitos", "left"),
        ("Caballococha", "below left"),
        ("El Estrecho", "below"),
        ("Jaen", "right"),
        ("San Ignacio", "right"),
    ),
    (
        ("ECUADOR", -77.6, -1.6),
        ("COLOMBIA", -72.0, -1.3),
        ("BRAZIL", -71.6, -5.6),
        ("PERU", -75.6, -5.9),
    ),
    200,
)


@cache
def territories(resolution_km: int) -> np.ndarray:
    """Return i8[rows, cols]: the community on whose land each cell lies, -1 for none."""
    map_ = load_map(resolution_km)
    grid = np.full(map_.rows * map_.cols, -1, np.int64)
    grid[map_.cells] = travel(map_).nearest_site
    return grid.reshape(map_.rows, map_.cols)


@cache
def courses(name: str, resolution_km: int) -> tuple[np.ndarray, ...]:
    """Return the lines of `outline` (departments) or `outline_rivers`, each f8[points, 2] in km."""
    stored = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8")).values()
    lines = stored if name == "outline_rivers" else (ring for rings in stored for ring in rings)
    return tuple(
        np.column_stack(load_map(resolution_km).project(*np.transpose(line))) for line in lines
    )


@cache
def edges(name: str, resolution_km: int) -> tuple[np.ndarray, ...]:
    """Return the edge of a country or theatre on the grid, as lines f8[points, 2] in km."""
    map_ = load_map(resolution_km)
    inside = (
        map_.country == COUNTRIES.index(name)
        if name in COUNTRIES
        else map_.theatre_grid == THEATRES.index(name)
    )
    lines: Any = contour_generator(
        *centres(map_), inside.reshape(map_.rows, map_.cols).astype(float)
    ).lines(0.5)
    return tuple(lines)


def centres(map_: Map) -> tuple[np.ndarray, np.ndarray]:
    """Return x, f8[cols], and y, f8[rows], of the cells of the national grid, in km."""
    x, y = map_.centres()
    return x[: map_.cols], y[:: map_.cols]


def extent(map_: Map) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of the national grid in km, as `imshow` takes them."""
    km = map_.resolution_km
    return map_.x0_km, map_.x0_km + map_.cols * km, map_.y1_km - map_.rows * km, map_.y1_km


def box(map_: Map, frame: Frame) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of what a frame shows, in km."""
    here = np.isin(map_.theatre, [THEATRES.index(name) for name in frame.theatres])
    x, y = map_.x_km[here], map_.y_km[here]
    return x.min() - MARGIN_KM, x.max() + MARGIN_KM, y.min() - MARGIN_KM, y.max() + MARGIN_KM


def under(axes: Axes, map_: Map) -> None:
    """Draw land, neighbours and sea, below what is painted."""
    axes.set(aspect="equal", xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=RULE)
    land = np.where(
        map_.country == COUNTRIES.index("peru"), 1, np.where(map_.country == 0, 0, 2)
    ).reshape(map_.rows, map_.cols)
    axes.imshow(
        land,
        ListedColormap([WATER, LAND, ABROAD]),
        extent=extent(map_),
        interpolation="nearest",
        vmin=0,
        vmax=2,
        zorder=0,
    )


def over(axes: Axes, map_: Map, frame: Frame, first: bool) -> None:
    """Draw rivers, boundaries, outlines of theatres, towns and words above what is painted.

    The `first` panel also has the scale bar and the locator."""
    km = int(map_.resolution_km)
    left, right, bottom, top = box(map_, frame)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.add_collection(
        LineCollection(courses("outline", km), colors=BOUNDARY, linewidths=0.35, zorder=4),
        autolim=False,
    )
    axes.add_collection(
        LineCollection(courses("outline_rivers", km), colors=RIVER, linewidths=0.7, zorder=4),
        autolim=False,
    )
    borders = [line for name in COUNTRIES[1:] for line in edges(name, km)]
    axes.add_collection(
        LineCollection(borders, colors=BOUNDARY, linewidths=0.8, zorder=4), autolim=False
    )
    outline = [line for name in frame.theatres for line in edges(name, km)]
    axes.add_collection(
        LineCollection(outline, colors=INK, linewidths=0.9, zorder=5), autolim=False
    )
    for name, side in frame.towns:
        town = map_.settlements[map_.settlement(name)]
        at = map_.project(town.lon, town.lat)
        axes.plot(*at, "o", ms=2.4, mfc=PAPER, mec=INK, mew=0.6, zorder=8)
        write(axes, town.name, at, side)
    for word, lon, lat in frame.words:
        write(axes, word, map_.project(lon, lat), colour="#5a5a5a", size=5.5)
    if first:
        x, y = left + 0.03 * (right - left), bottom + 0.03 * (top - bottom)
        axes.plot([x, x + frame.scale_km], [y, y], color=INK, lw=2, solid_capstyle="butt", zorder=8)
        write(axes, f"{frame.scale_km} km", (x + frame.scale_km, y), "right")
    if first and frame.locator:
        inset = axes.inset_axes((*frame.locator, 0.255, 0.275), zorder=10)
        under(inset, map_)
        inset.add_collection(
            LineCollection(edges("peru", km), colors=BOUNDARY, linewidths=0.6), autolim=False
        )
        inset.add_patch(
            Rectangle((left, bottom), right - left, top - bottom, fill=False, ec=INK, lw=0.9)
        )


def write(
    axes: Axes, text: str, at: Any, side: str = "", colour: str = INK, size: float = 6.5
) -> None:
    """Write a word at x, y in km, or beside it. It has a pale rim and is clipped at the frame."""
    dx, dy, align = SIDES.get(side, (0, 0, "center"))
    rim = [withStroke(linewidth=1.6, foreground=PAPER, alpha=0.85)]
    word = axes.annotate(
        text,
        at,
        (dx, dy),
        textcoords="offset points",
        ha=align,
        va="center",
        color=colour,
        fontsize=size,
        zorder=9,
    )
    word.set(path_effects=rim, in_layout=False, clip_on=True)
