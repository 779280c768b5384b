"""What each point pays in vacuum and buys in kilograms, as changes against its own `hold`, with intervals both ways.

Two panels share their axes: what is kept from the border exits, and what is kept from leaving at all. A point that stands high on the
left and at 0 on the right has moved the trade to another exit. No front is drawn: intervals that overlap carry no ranking.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from sim.analysis.compare import Comparison, compare
from sim.analysis.labels import short
from sim.analysis.paired import clear_of_zero
from sim.report import style
from sim.results.results import Results

PAID = "vacuum_vraem"
BOUGHT = {
    "averted_kg_border": "Kept from the border exits",
    "averted_kg_total": "Kept from leaving Peru at all",
}
NEAR = 4  # points from mark to name; farther off, a line joins them
PLACES = tuple(
    (dx, dy) for dy in (NEAR, 16, 28, 40) for dx, dy in ((5, dy), (-5, dy), (5, -dy), (-5, -dy))
)  # of names, best first
MOST_NAMED = 16  # points; more names would cover the marks


def marks(results: Results, comparison: Comparison, bought: str) -> pd.DataFrame:
    """One row per point: label, strategy, n; x (share of weight) and y (t a year), each with `_low` and `_high`; clear: none holds 0."""
    design = results.design().drop_duplicates("label").set_index("label")
    table = comparison.table.set_index("label")
    rows = []
    for label in dict.fromkeys(comparison.table["label"]):
        of_point = table.loc[[label]].set_index("outcome")
        paid, gained = of_point.loc[PAID], of_point.loc[bought]
        years = float(design.loc[label, "horizon_days"]) / 365
        row = {
            "label": label,
            "strategy": design.loc[label, "strategy"],
            "n": min(paid["n"], gained["n"]),
        }
        for axis, estimate, per in (("x", paid, 1.0), ("y", gained, 1_000 * years)):
            row |= {
                axis: estimate["difference"] / per,
                f"{axis}_low": estimate["low"] / per,
                f"{axis}_high": estimate["high"] / per,
            }
        row["clear"] = clear_of_zero(row["x_low"], row["x_high"]) and clear_of_zero(
            row["y_low"], row["y_high"]
        )
        rows.append(row)
    return pd.DataFrame(rows)


@style.look()
def tradeoff(results: Results, comparison: Comparison | None = None) -> Figure:
    """The two panels for every point with a finished `hold`; `comparison`: of `compare`, when it is at hand.

    Raises ResultsError when there is nothing to compare or the folder lacks the vacuum or the kilograms.
    """
    comparison = comparison or compare(results, outcomes=(PAID, *BOUGHT))
    picture = style.figure(4.3)
    panels: Any = picture.subplots(1, 2, sharex=True, sharey=True)
    shown = [marks(results, comparison, bought) for bought in BOUGHT]
    looks = dict(
        zip(dict.fromkeys(shown[0]["strategy"]), itertools.cycle(zip(style.COLOURS, style.MARKERS)))
    )
    for axes, found, title in zip(panels, shown, BOUGHT.values()):
        axes.axhline(0, color=style.INK, lw=0.8)
        axes.axvline(0, color=style.INK, lw=0.8)
        for strategy, rows in found.groupby("strategy", sort=False):
            draw(axes, rows, *looks[strategy])
        axes.plot(0, 0, "s", color=style.HOLD, ms=6, zorder=5)
        axes.set_title(title)
        axes.set_xlabel("vacuum opened in the VRAEM, share of weight")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.margins(0.12)
        axes.grid()
    panels[0].set_ylabel("tonnes a year kept, against hold")
    marker: Any = {"marker": "o", "ls": "", "mec": style.INK, "ms": 6}
    keys = [Line2D([], [], mfc=style.INK, label="both 95 % intervals clear of 0", **marker)]
    keys.append(
        Line2D([], [], mfc=style.PAPER, label="an interval holds 0: sign not known", **marker)
    )
    if len(looks) > 1:
        keys += [
            Line2D([], [], color=colour, marker=shape, ls="", label=strategy)
            for strategy, (colour, shape) in looks.items()
        ]
    picture.legend(handles=keys, loc="outside lower center", ncols=min(len(keys), 4))
    picture.draw_without_rendering()  # so that the place of every mark is known
    for axes, found in zip(panels, shown):
        name(axes, found, looks)
    return picture


def draw(axes: Axes, rows: pd.DataFrame, colour: str, shape: str) -> None:
    """The marks of one strategy in the order of its points, joined by a thin line that shows the order and nothing else."""
    axes.plot(rows["x"], rows["y"], color=colour, lw=0.7, alpha=0.45, zorder=2)
    row: Any
    for row in rows.itertuples():
        axes.plot([row.x_low, row.x_high], [row.y, row.y], color=colour, lw=1.1, zorder=3)
        axes.plot([row.x, row.x], [row.y_low, row.y_high], color=colour, lw=1.1, zorder=3)
        axes.plot(
            row.x,
            row.y,
            shape,
            ms=6,
            mec=colour,
            mfc=colour if row.clear else style.PAPER,
            mew=1.3,
            zorder=4,
        )


def name(axes: Axes, found: pd.DataFrame, looks: Mapping[str, tuple[str, str]]) -> None:
    """`hold` and the points by name, each at the first place around its mark that covers no mark, interval or other name.

    Names are in the colour of their strategy, and do not repeat it.
    """
    words: list[Any] = [("hold", 0.0, 0.0, style.HOLD)]
    ends: list[Any] = [((0.0, 0.0), (0.0, 0.0))]
    row: Any
    for row in found.itertuples():
        ends += [
            ((row.x_low, row.y), (row.x_high, row.y)),
            ((row.x, row.y_low), (row.x, row.y_high)),
        ]
        if len(found) <= MOST_NAMED:
            words.append(
                (
                    short(row.label).removeprefix(f"{row.strategy} "),
                    row.x,
                    row.y,
                    looks[row.strategy][0],
                )
            )
    taken = [Bbox(np.add(axes.transData.transform(pair), [[-3, -3], [3, 3]])) for pair in ends]
    for word, x, y, colour in words:
        for dx, dy in PLACES:
            how: Any = {
                "ha": "left" if dx > 0 else "right",
                "va": "bottom" if dy > 0 else "top",
                "fontsize": 7.5,
                "color": colour,
            }
            if abs(dy) > NEAR:
                how["arrowprops"] = {"arrowstyle": "-", "color": "#888888", "lw": 0.6, "shrinkB": 4}
            text = axes.annotate(
                word, (x, y), (dx, dy), textcoords="offset points", annotation_clip=False, **how
            )
            text.get_window_extent()  # puts it in its place
            box = Text.get_window_extent(text)  # of the word alone, without its line
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 + 20
            if (inside and not any(box.overlaps(other) for other in taken)) or (dx, dy) == PLACES[
                -1
            ]:
                break
            text.remove()
        taken.append(box)
