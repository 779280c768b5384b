"""Maps of a results folder: the vacuum, and what crosses the land and is seized there, at the start, once the move is done and at the end.

Communities are painted on their land (one that shares its cell with another may have none). Levels are means over the replications; below
them stands the difference to the point's `hold`, paired by replication, pale and hatched where its 95 % interval holds 0 (each community
by itself)."""

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

from sim.analysis.places import Change, Places, by_place
from sim.geography.map import Map, load_map
from sim.report.basemap import BORDER, VRAEM, Frame, centres, extent, over, territories, under
from sim.report.style import DIVERGING, INK, PAPER, RULE, SEQUENTIAL, VERMILION, figure, look
from sim.results.results import Results, ResultsError

PALE = 0.35  # opacity of a difference that is not clear of 0
LEAST_T = 0.1  # tonnes a year under which a land stays unpainted
LARGEST_DISC = 11.0  # points across


def vacuum(results: Results, point: str) -> Figure:
    """The vacuum (1 - state) of every community of the VRAEM, painted on its land: three panels, means over the replications.

    point: a label or a point_id of the folder. Below the levels stands the difference to the point's `hold`, paired by replication, pale
    and hatched where its 95 % interval holds 0; `hold` itself has levels only. ResultsError when the folder has no layers or no such point.
    """
    places = by_place(results, point)
    map_, here = map_of(results, places), places.inside(VRAEM.theatres)
    days = list(dict.fromkeys([0, move_of(places), places.days[-1]]))
    rows = 2 if places.hold else 1
    with look():
        picture = figure(1.0 + 3.0 * rows)
        panels = picture.subplots(rows, len(days), squeeze=False)
        level = Normalize(0.0, 1.0)
        for column, day in enumerate(days):
            paint(
                panels[0, column],
                map_,
                VRAEM,
                places.vacuum(day),
                here,
                SEQUENTIAL,
                level,
                first=column == 0,
            )
            panels[0, column].set_title(f"day {day}{told(places, day)}")
        bar(
            picture,
            panels[0],
            SEQUENTIAL,
            level,
            "vacuum: 1 less the state's share of control",
            "neither",
        )
        if places.hold:
            changes = [places.vacuum_change(day) for day in days]
            both_ways = about_zero([change.mean[here] for change in changes])
            for axes, change in zip(panels[1], changes):
                paint_change(axes, map_, VRAEM, change, here, both_ways)
            bar(picture, panels[1], DIVERGING, both_ways, "change against hold", "both")
        finish(picture, f"Vacuum in the VRAEM: {places.label}", places, [])
    return picture


def interdiction(results: Results, point: str) -> Figure:
    """Cocaine that came over the land of each community (colour) and was seized there (discs), tonnes a year: northern border and VRAEM.

    point: a label or a point_id of the folder. Panels are the periods up to the move, after it, and up to the end; below the levels
    stands the difference to the point's `hold`, as in `vacuum`. ResultsError when the folder has no layers or no such point.
    """
    places = by_place(results, point)
    map_, periods = map_of(results, places), periods_of(places)
    rows = 4 if places.hold else 2
    with look():
        picture = figure(1.3 + 2.35 * rows)
        panels = picture.subplots(
            rows, len(periods), squeeze=False, height_ratios=[1.75, 2.3] * (rows // 2)
        )
        largest = max(places.flow("seized_kg", *period).max() for period in periods)
        most = max(places.flow("attempted_kg", *period).max() for period in periods)
        level = LogNorm(LEAST_T, max(most, 10.0 * LEAST_T))
        for row, frame in enumerate((BORDER, VRAEM)):
            here = places.inside(frame.theatres)
            for column, period in enumerate(periods):
                came, seized = (
                    places.flow(quantity, *period) for quantity in ("attempted_kg", "seized_kg")
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
                discs(panels[row, column], map_, places, seized, here & (seized > 0), largest)
        bar(
            picture,
            panels[:2],
            SEQUENTIAL,
            level,
            "cocaine that came over the land, t a year",
            "neither",
        )
        if places.hold:
            changes = [places.flow_change("attempted_kg", *period) for period in periods]
            both_ways = about_zero(
                [
                    change.mean[places.inside((*BORDER.theatres, *VRAEM.theatres))]
                    for change in changes
                ]
            )
            for row, frame in enumerate((BORDER, VRAEM), 2):
                here = places.inside(frame.theatres)
                for column, (change, period) in enumerate(zip(changes, periods)):
                    paint_change(panels[row, column], map_, frame, change, here, both_ways)
                    seized_change = places.flow_change("seized_kg", *period)
                    discs(
                        panels[row, column],
                        map_,
                        places,
                        seized_change.mean,
                        here & seized_change.clear,
                        largest,
                    )
            bar(picture, panels[2:], DIVERGING, both_ways, "change against hold, t a year", "both")
        for column, (start, stop) in enumerate(periods):
            panels[0, column].set_title(f"days {start}–{stop}{told(places, stop)}")
        finish(
            picture,
            f"Cocaine over the land, and seized there: {places.label}",
            places,
            disc_key(largest, places),
        )
    return picture


def map_of(results: Results, places: Places) -> Map:
    """The map on which the folder was made. ResultsError when its communities are others today."""
    map_ = load_map(places.resolution_km)
    if [place.name for place in map_.settlements[: map_.n_communities]] != list(
        places.places["name"]
    ):
        raise ResultsError(
            f"{results.path}: made on another map than today's; run the batch again to draw it"
        )
    return map_


def move_of(places: Places) -> int:
    """The day on which the redeployed are in place; where nobody moves, that of the first snapshot after day 0."""
    return (
        places.arrived if places.arrived is not None else places.days[min(1, len(places.days) - 1)]
    )


def told(places: Places, day: int) -> str:
    """What a day, or the period that ends with it, stands for, to follow its number."""
    if day == places.arrived:
        return ": move done"
    return (
        ": start"
        if day == 0
        else ": end"
        if day == places.days[-1]
        else ": later"
        if places.arrived is not None
        else ""
    )


def periods_of(places: Places) -> list[tuple[int, int]]:
    """Day 0 to the move, then the rest in two halves, as far as there are snapshots."""
    first, last = move_of(places), places.days[-1]
    middle = min(
        (day for day in places.days if first < day < last),
        key=lambda day: abs(2 * day - first - last),
        default=last,
    )
    return list(pairwise(sorted({0, first, middle, last})))


def about_zero(values: Sequence[Any]) -> Normalize:
    """A scale with 0 in its middle that holds 98 of 100 values."""
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
    """A frame with `values` f8[places] of the communities `here` on their land; alpha: their opacity, one for all or f8[places]."""
    owner = territories(int(map_.resolution_km))
    shown = (owner >= 0) & here[owner]
    colours = np.zeros((*owner.shape, 4))
    colours[shown] = colormaps[cmap](norm(values[owner[shown]]))
    colours[shown, 3] = np.broadcast_to(alpha, values.shape)[owner[shown]]
    under(axes, map_)
    axes.imshow(colours, extent=extent(map_), interpolation="nearest", zorder=2)
    over(axes, map_, frame, first)


def paint_change(axes: Axes, map_: Map, frame: Frame, change: Change, here: Any, norm: Any) -> None:
    """A frame with differences: full colour where clear of 0, pale and hatched where not, and a word where all pairs are equal."""
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
        axes.set_title("= 0 exactly in every pair", fontsize=8)


def discs(axes: Axes, map_: Map, places: Places, values: Any, shown: Any, largest: float) -> None:
    """Discs by area at the communities `shown`: full for values f8[places] over 0, empty for those below, t a year."""
    x, y = map_.project(places.places["lon"][shown], places.places["lat"][shown])
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
    """Area of discs, points squared."""
    return LARGEST_DISC * LARGEST_DISC * values / max(largest, 1e-9)


def disc_key(largest: float, places: Places) -> list[Line2D]:
    """What the discs mean."""
    sizes = [float(f"{largest * share:.1g}") for share in (1.0, 0.2)]
    discs = [(size, VERMILION, PAPER, f"{size:g} t a year seized") for size in sizes if size > 0]
    if places.hold:
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
    """A colour bar beside rows of panels."""
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


def finish(picture: Figure, title: str, places: Places, handles: list[Any]) -> None:
    """Title above; below, a key and what the picture rests on."""
    picture.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    if places.hold:
        handles = [
            *handles,
            Patch(
                fc=PAPER, ec=INK, hatch="////", lw=0.4, label="95 % interval of the change holds 0"
            ),
        ]
    runs = "1 run" if places.n == 1 else f"mean of {places.n} runs"
    source = f"Hypothetical scenario; {runs}. Colours lie on the land of each community, tested each by itself; rivers are schematic."
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
