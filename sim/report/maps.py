"""Maps of a results folder: armed rule, and the cocaine that crosses the land and is seized there.

Panels show the start, the time when the move is done and the end. Each community is painted on its
land; a community that shares its cell with another may have none. Levels are means over the
replications. Below them stands the difference to the `hold` of the point, paired by replication,
pale and hatched where its 95 % interval, of each community by itself, contains 0."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.layers import Change, Layers, layers_of
from sim.analysis.verdicts import Verdict
from sim.geography.map import Map, load_map
from sim.report.basemap import BORDER, VRAEM, Frame, centres, extent, over, territories, under
from sim.report.style import DIVERGING, INK, PAPER, RULE, SEQUENTIAL, VERMILION, figure, look
from sim.results.results import Results, ResultsError

PALE = 0.35  # opacity of a difference whose interval contains 0
LEAST_T = 0.1  # tonnes a year; land with less stays unpainted
LARGEST_DISC = 11.0  # diameter in points
PEOPLE_ARMED = "people_armed"  # the weekly series of every folder whose layers count people


def armed_rule(results: Results, point: str) -> Figure:
    """Draw the armed share of the people of every community of the VRAEM, in three panels.

    `point`: a label or a point_id of the folder. Below the levels stands the difference to the
    `hold` of the point; a `hold` has levels only. Raises ResultsError when the folder has no layers
    or no such point, or is of the first edition of the model, whose armed share is not one of
    people."""
    layers = layers_of(results, point)
    if PEOPLE_ARMED not in results.sql("select * from weekly limit 0").columns:
        raise ResultsError(
            f"{results.path}: no series {PEOPLE_ARMED}, so its layers do not hold the armed share "
            "of people; run the batch again with this version"
        )
    map_, here = map_of(results, layers), layers.inside(VRAEM.theatres)
    days = list(dict.fromkeys([0, move_of(layers), layers.days[-1]]))
    rows = 2 if layers.hold else 1
    with look():
        picture = figure(1.0 + 3.0 * rows)
        panels = picture.subplots(rows, len(days), squeeze=False)
        level = Normalize(0.0, 1.0)
        for column, day in enumerate(days):
            paint(
                panels[0, column],
                map_,
                VRAEM,
                layers.armed(day),
                here,
                SEQUENTIAL,
                level,
                first=column == 0,
            )
            panels[0, column].set_title(f"day {day}{told(layers, day)}")
        bar(
            picture,
            panels[0],
            SEQUENTIAL,
            level,
            "share of the people under armed rule",
            "neither",
        )
        if layers.hold:
            changes = [layers.armed_change(day) for day in days]
            both_ways = about_zero([change.mean[here] for change in changes])
            for axes, change in zip(panels[1], changes):
                paint_change(axes, map_, VRAEM, change, here, both_ways)
            bar(picture, panels[1], DIVERGING, both_ways, "change against hold", "both")
        finish(picture, f"People under armed rule in the VRAEM: {layers.label}", layers, [])
    return picture


def interdiction(results: Results, point: str) -> Figure:
    """Draw the cocaine that crossed the land of each community and was seized there.

    Colours show what crossed and discs what was seized, in tonnes a year, at the northern border
    and in the VRAEM. Panels are the
    periods up to the move, after it, and up to the end. `point`, the differences to `hold` and the
    errors are those of `armed_rule`, but for the last."""
    layers = layers_of(results, point)
    map_, periods = map_of(results, layers), periods_of(layers)
    rows = 4 if layers.hold else 2
    with look():
        picture = figure(1.3 + 2.35 * rows)
        panels = picture.subplots(
            rows, len(periods), squeeze=False, height_ratios=[1.75, 2.3] * (rows // 2)
        )
        largest = max(layers.flow("seized_kg", *period).max() for period in periods)
        most = max(layers.flow("attempted_kg", *period).max() for period in periods)
        level = LogNorm(LEAST_T, max(most, 10.0 * LEAST_T))
        for row, frame in enumerate((BORDER, VRAEM)):
            here = layers.inside(frame.theatres)
            for column, period in enumerate(periods):
                came, seized = (
                    layers.flow(quantity, *period) for quantity in ("attempted_kg", "seized_kg")
                )
                paint(
                    panels[row, column],
                    map_,
                    frame,
                    came,
                    here & (came >= LEAST_T),
                    SEQUENTIAL,
                    level,
                    first=column == 0,
                )
                discs(panels[row, column], map_, layers, seized, here & (seized > 0), largest)
        bar(
            picture,
            panels[:2],
            SEQUENTIAL,
            level,
            "cocaine that crossed the land, t a year",
            "neither",
        )
        if layers.hold:
            changes = [layers.flow_change("attempted_kg", *period) for period in periods]
            shown = layers.inside((*BORDER.theatres, *VRAEM.theatres))
            both_ways = about_zero([change.mean[shown] for change in changes])
            for row, frame in enumerate((BORDER, VRAEM), 2):
                here = layers.inside(frame.theatres)
                for column, (change, period) in enumerate(zip(changes, periods)):
                    paint_change(panels[row, column], map_, frame, change, here, both_ways)
                    seized_change = layers.flow_change("seized_kg", *period)
                    discs(
                        panels[row, column],
                        map_,
                        layers,
                        seized_change.mean,
                        here & seized_change.clear,
                        largest,
                    )
            bar(picture, panels[2:], DIVERGING, both_ways, "change against hold, t a year", "both")
        for column, (start, stop) in enumerate(periods):
            panels[0, column].set_title(f"days {start}–{stop}{told(layers, stop)}")
        finish(
            picture,
            f"Cocaine over the land, and seized there: {layers.label}",
            layers,
            disc_key(largest, layers),
        )
    return picture


def map_of(results: Results, layers: Layers) -> Map:
    """Return the map on which the folder was made.

    Raises ResultsError when the communities of that map have changed since."""
    map_ = load_map(layers.resolution_km)
    names = [settlement.name for settlement in map_.settlements[: map_.n_communities]]
    if names != list(layers.communities["name"]):
        raise ResultsError(
            f"{results.path}: made on another map than today's; run the batch again to draw it"
        )
    return map_


def move_of(layers: Layers) -> int:
    """Return the day on which the move is done; where nobody moves, the second day with layers."""
    if layers.arrived is not None:
        return layers.arrived
    return layers.days[min(1, len(layers.days) - 1)]


def told(layers: Layers, day: int) -> str:
    """Return what a day, or the period that ends with it, stands for, to follow its number."""
    if day == layers.arrived:
        return ": move done"
    if day == 0:
        return ": start"
    if day == layers.days[-1]:
        return ": end"
    return "" if layers.arrived is None else ": later"


def periods_of(layers: Layers) -> list[tuple[int, int]]:
    """Return the periods (start, stop): day 0 to the move, then the rest in two halves.

    Both halves exist only where a day with layers lies between the move and the end."""
    first, last = move_of(layers), layers.days[-1]
    middle = min(
        (day for day in layers.days if first < day < last),
        key=lambda day: abs(2 * day - first - last),
        default=last,
    )
    return list(pairwise(sorted({0, first, middle, last})))


def about_zero(values: Sequence[Any]) -> Normalize:
    """Return a scale with 0 in its middle that contains 98 % of the values."""
    most = float(np.percentile(np.abs(np.concatenate(values)), 98)) or 1.0
    return Normalize(-most, most)


def paint(
    axes: Axes,
    map_: Map,
    frame: Frame,
    values: Any,
    here: Any,
    cmap: str,
    norm: Any,
    alpha: Any = 1.0,
    first: bool = False,
) -> None:
    """Draw a frame with `values`, f8[communities], on the land of the communities `here`.

    `alpha`: the opacity, one for all or f8[communities]. `first`: the first panel of a row, which
    has the scale bar and the locator."""
    owner = territories(int(map_.resolution_km))
    shown = (owner >= 0) & here[owner]
    colours = np.zeros((*owner.shape, 4))
    colours[shown] = colormaps[cmap](norm(values[owner[shown]]))
    colours[shown, 3] = np.broadcast_to(alpha, values.shape)[owner[shown]]
    under(axes, map_)
    axes.imshow(colours, extent=extent(map_), interpolation="nearest", zorder=2)
    over(axes, map_, frame, first)


def paint_change(axes: Axes, map_: Map, frame: Frame, change: Change, here: Any, norm: Any) -> None:
    """Draw a frame with differences: in full colour where clear of 0, else pale and hatched.

    Where all pairs are equal, a title says so."""
    unclear = here & ~change.clear & ~change.zero
    paint(axes, map_, frame, change.mean, here, DIVERGING, norm, np.where(unclear, PALE, 1.0))
    owner = territories(int(map_.resolution_km))
    hatched = (owner >= 0) & unclear[owner]
    if hatched.any():
        axes.contourf(
            *centres(map_),
            hatched.astype(float),
            [0.5, 1.5],
            hatches=["////"],
            colors="none",
            zorder=3,
        )
    if change.zero[here].all():
        axes.set_title(f"{Verdict.EXACTLY_ZERO} in every pair", fontsize=8)


def discs(axes: Axes, map_: Map, layers: Layers, values: Any, shown: Any, largest: float) -> None:
    """Draw discs at the communities `shown`, by area, for `values` f8[communities] in t a year.

    Discs of values above 0 are filled, those of values below 0 are empty."""
    x, y = map_.project(layers.communities["lon"][shown], layers.communities["lat"][shown])
    more = values[shown] > 0
    faces, rims = np.where(more, VERMILION, PAPER), np.where(more, PAPER, VERMILION)
    axes.scatter(
        x,
        y,
        s=area(np.abs(values[shown]), largest),
        color=faces,
        edgecolor=rims,
        linewidth=np.where(more, 0.4, 1.1),
        zorder=6,
    )


def area(values: Any, largest: float) -> Any:
    """Return the area of discs in square points."""
    return LARGEST_DISC * LARGEST_DISC * values / max(largest, 1e-9)


def disc_key(largest: float, layers: Layers) -> list[Line2D]:
    """Return the entries of the legend that explain the discs."""
    sizes = [float(f"{largest * share:.1g}") for share in (1.0, 0.2)]
    discs = [(size, VERMILION, PAPER, f"{size:g} t a year seized") for size in sizes if size > 0]
    if layers.hold:
        discs.append((0.3 * largest, PAPER, VERMILION, "less seized than under hold"))
    return [
        Line2D(
            [],
            [],
            ls="",
            marker="o",
            ms=float(np.sqrt(area(size, largest))),
            mfc=face,
            mec=rim,
            label=label,
        )
        for size, face, rim, label in discs
    ]


def bar(picture: Figure, axes: Any, cmap: str, norm: Any, label: str, extend: str) -> None:
    """Draw a colour bar beside rows of panels."""
    drawn = picture.colorbar(
        ScalarMappable(norm, colormaps[cmap]),
        ax=axes,
        shrink=0.8,
        aspect=22,
        pad=0.01,
        extend=extend,
        format="{x:g}",
    )
    drawn.set_label(label, fontsize=8)
    drawn.ax.tick_params(labelsize=7)
    drawn.outline.set_edgecolor(RULE)


def finish(picture: Figure, title: str, layers: Layers, handles: list[Any]) -> None:
    """Write the title above the picture, and the legend and the source of the data below it."""
    picture.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    if layers.hold:
        words = "95 % interval of the change contains 0"
        handles = [*handles, Patch(fc=PAPER, ec=INK, hatch="////", lw=0.4, label=words)]
    runs = "1 run" if layers.n == 1 else f"mean of {layers.n} runs"
    source = (
        f"Hypothetical scenario; {runs}. Colours lie on the land of each community, each tested by "
        "itself; rivers are schematic."
    )
    if handles:
        key = picture.legend(
            handles=handles,
            loc="outside lower left",
            ncols=4,
            title=source,
            title_fontsize=7,
            fontsize=7.5,
        )
        key.set_alignment("left")
    else:
        picture.supxlabel(source, x=0.01, ha="left", fontsize=7)
