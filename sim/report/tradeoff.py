"""The trade-off: people whom a point leaves to armed rule, against the kilograms kept in Peru.

Both are changes against the `hold` of the point, with their intervals. Two panels share their axes:
cocaine kept from the border exits, and cocaine kept from leaving at all. A point that stands high
on the left and near 0 on the right has moved the trade to another exit. No Pareto front is drawn,
since points whose intervals overlap cannot be ranked.
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
from sim.analysis.paired import clear_of_zero
from sim.report import style
from sim.results.results import Results

PAID = "people_armed_vraem"
BOUGHT = {
    "averted_kg_border": "Kept from the border exits",
    "averted_kg_total": "Kept from leaving Peru at all",
}
NEAR = 4  # distance in points from a mark to its name; a name farther off gets a line to its mark
# Offsets in points at which a name may stand from its mark, best first.
OFFSETS = tuple(
    (dx, dy)
    for dy in (NEAR, 16, 28, 40, 52, 64)
    for dx, dy in ((5, dy), (-5, dy), (5, -dy), (-5, -dy))
)
MOST_NAMED = 16  # with more points than this their names would cover the marks


def marks(results: Results, comparison: Comparison, bought: str) -> pd.DataFrame:
    """Return a row for each point: label, short, strategy, n, x, y, their intervals, clear.

    `short`: the short label without the strategy. `x` is in people, `y` in tonnes a year, each
    with `_low` and `_high`. `clear`: neither interval contains 0."""
    design = results.design().drop_duplicates("label").set_index("label")
    table = comparison.table.set_index("label")
    rows = []
    for label in dict.fromkeys(comparison.table["label"]):
        of_point = table.loc[[label]].set_index("outcome")
        paid, gained = of_point.loc[PAID], of_point.loc[bought]
        years = float(design.loc[label, "horizon_days"]) / 365
        strategy = str(design.loc[label, "strategy"])
        row = {
            "label": label,
            "short": comparison.short[label].removeprefix(f"{strategy} "),
            "strategy": strategy,
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
    """Draw the two panels, with every point whose `hold` has finished runs.

    `comparison`: the answer of `compare`, where the caller has it already. Raises ResultsError when
    there is nothing to compare or the folder lacks the people or the kilograms."""
    comparison = comparison or compare(results, outcomes=(PAID, *BOUGHT))
    picture = style.figure(4.3)
    panels: Any = picture.subplots(1, 2, sharex=True, sharey=True)
    shown = [marks(results, comparison, bought) for bought in BOUGHT]
    looks = {
        strategy: (colour, shape)
        for strategy, colour, shape in zip(
            dict.fromkeys(shown[0]["strategy"]),
            itertools.cycle(style.COLOURS),
            itertools.cycle(style.MARKERS),
        )
    }
    for axes, found, title in zip(panels, shown, BOUGHT.values()):
        axes.axhline(0, color=style.INK, lw=0.8)
        axes.axvline(0, color=style.INK, lw=0.8)
        for strategy, rows in found.groupby("strategy", sort=False):
            draw(axes, rows, *looks[strategy])
        axes.plot(0, 0, "s", color=style.HOLD, ms=6, zorder=5)
        axes.set_title(title)
        axes.set_xlabel("change of people under armed rule\nin the VRAEM, against hold")
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.margins(0.12)
        axes.grid()
    panels[0].set_ylabel("tonnes a year kept, against hold")
    marker: Any = {"marker": "o", "ls": "", "mec": style.INK, "ms": 6}
    clear, unclear = "both 95 % intervals exclude 0", "an interval contains 0: sign not known"
    keys = [
        Line2D([], [], mfc=colour, label=words, **marker)
        for colour, words in ((style.INK, clear), (style.PAPER, unclear))
    ]
    if len(looks) > 1:
        keys += [
            Line2D([], [], color=colour, marker=shape, ls="", label=strategy)
            for strategy, (colour, shape) in looks.items()
        ]
    picture.legend(handles=keys, loc="outside lower center", ncols=min(len(keys), 4))
    picture.draw_without_rendering()  # so that the position of every mark is known
    for axes, found in zip(panels, shown):
        name(axes, found, looks)
    return picture


def draw(axes: Axes, rows: pd.DataFrame, colour: str, shape: str) -> None:
    """Draw the marks of one strategy, joined by a thin line that only shows their order."""
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
    """Write the names of `hold` and of the points beside their marks.

    Each stands at the first of OFFSETS where it covers no mark, interval or other name. A name has
    the colour of its strategy and does not repeat it."""
    words: list[Any] = [("hold", 0.0, 0.0, style.HOLD)]
    ends: list[Any] = [((0.0, 0.0), (0.0, 0.0))]
    row: Any
    for row in found.itertuples():
        ends += [
            ((row.x_low, row.y), (row.x_high, row.y)),
            ((row.x, row.y_low), (row.x, row.y_high)),
        ]
        if len(found) <= MOST_NAMED:
            words.append((row.short, row.x, row.y, looks[row.strategy][0]))
    taken = [Bbox(np.add(axes.transData.transform(pair), [[-3, -3], [3, 3]])) for pair in ends]
    for word, x, y, colour in words:
        for dx, dy in OFFSETS:
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
            text.get_window_extent()  # sets its position
            box = Text.get_window_extent(text)  # of the word alone, without its line
            is_inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 + 20
            is_free = is_inside and not any(box.overlaps(other) for other in taken)
            if is_free or (dx, dy) == OFFSETS[-1]:
                break
            text.remove()
        taken.append(box)
