"""Weekly series of one point against its `hold`.

The upper panels show the median over the runs and bands that contain the middle 50 and 95 % of
them: how much single worlds vary by chance. The lower panels show the mean difference within pairs
that met the same world, with its 95 % t interval, week by week.
"""

from __future__ import annotations

import datetime
import difflib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.labels import short_labels
from sim.calibration.observed import SERIES_REGIONS, over
from sim.names import HOLD, MODELLED_THEATRES, REGION_LABELS
from sim.report import style
from sim.results.results import Results, ResultsError

PAIR = ("future", "replication")  # what the two runs of a pair share
FLOW_WEEKS = 4  # a count is averaged over these, since a count of one week is mostly chance
UNIT_PEOPLE = 30.0  # a change of fewer people than one unit is no move
ARRIVED = 0.9  # the move is over once this share of the largest gain stands at the border
PEOPLE = ("people_vraem", "people_border")


@dataclass(frozen=True)
class Series:
    """A weekly series. `sql`: an aggregate over the rows of one week.

    `flow`: it is a count of the week, and is shown as a mean over FLOW_WEEKS."""

    title: str
    unit: str
    sql: str
    flow: bool = False


def quoted(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


WEEKLY_T = "t a week, mean of 4"
SERIES = {
    **{
        f"people_armed_{region}": Series(
            f"People under armed rule: {REGION_LABELS[region]}",
            "people x armed share",
            over("people_armed", region),
        )
        for region in ("vraem", "border")
    },
    "fighters_mpcp": Series("Fighters of the MPCP", "people", over("fighters_mpcp", "total")),
    "fighters_dissident_peru": Series(
        "Fighters of dissidents in Peru", "people", over("fighters_dissident_peru", "total")
    ),
    "vacuum_vraem": Series("Vacuum in the VRAEM", "share of weight", over("vacuum", "vraem")),
    "coverage_vraem": Series(
        "Covered by force in the VRAEM", "share of weight", over("1 - coverage_gap", "vraem")
    ),
    "attacks_vraem": Series(
        "Acts opened by armed groups, VRAEM", "a week, mean of 4", over("attacks", "vraem"), True
    ),
    "delivered_kg_border": Series(
        "Cocaine that left by Colombia, Brazil, Ecuador",
        WEEKLY_T,
        over("exported_kg_colombia + exported_kg_brazil + exported_kg_ecuador", "elsewhere")
        + " / 1000",
        True,
    ),
    "attempted_kg_border": Series(
        "Cocaine that entered the border theatres",
        WEEKLY_T,
        over("attempted_kg", "border") + " / 1000",
        True,
    ),
    "seized_kg_border": Series(
        "Cocaine seized there from shipments",
        WEEKLY_T,
        over("seized_kg", "border") + " / 1000",
        True,
    ),
    **{
        f"on_task_{theatre}": Series(
            f"On task: {REGION_LABELS[theatre]}", "people, by readiness", over("on_task", theatre)
        )
        for theatre in MODELLED_THEATRES
    },
}


@dataclass(frozen=True)
class Arm:
    """A point of the results by its label, and the label of its `hold` (None for a `hold`).

    One label may stand for the same point in several futures. `columns`: the columns of the weekly
    series. `short`: short labels by full label."""

    label: str
    hold: str | None
    start: datetime.date
    columns: tuple[str, ...]
    short: Mapping[str, str]


@dataclass(frozen=True)
class Weekly:
    """One series of an arm.

    `values` and `hold`: weeks x runs. `difference`: weeks x (mean, low, high).
    `hold` and `difference` are None where there is nothing to pair."""

    series: Series
    values: pd.DataFrame
    hold: pd.DataFrame | None
    difference: pd.DataFrame | None
    pairs: int


def arm_of(results: Results, point: str | None = None) -> Arm:
    """Return the arm of a label (whole or short) or a point_id.

    The default is the middle one of the points that move somebody. Raises ResultsError, with a near
    name, for a point that does not exist or has no finished run."""
    design, runs = results.design(), results.sql("select distinct on (label) * from runs")
    design = design[design["label"].isin(set(runs["label"]))]
    if design.empty:
        raise ResultsError(f"{results.path}: no finished run yet")
    short = short_labels(design)
    if point is None:
        compared = design[design["point_id"] != design["hold_id"]].drop_duplicates("label")
        moving = compared[compared["strategy"] != HOLD]
        moving = moving if len(moving) else compared
        row = moving.iloc[len(moving) // 2] if len(moving) else design.iloc[0]
    else:
        named = design[
            (design["label"] == point)
            | (design["label"].map(short) == point)
            | (design["point_id"] == point)
        ]
        if named.empty:
            known = list(dict.fromkeys(design["label"].map(short)))
            near = difflib.get_close_matches(point, known, 1, 0.4)
            told = f"did you mean {near[0]!r}?" if near else f"finished: {', '.join(known[:8])}"
            raise ResultsError(f"point: no finished point {point!r} in {results.path}; {told}")
        row = named.iloc[0]
    holds = design.loc[design["point_id"] == row["hold_id"], "label"]
    start = json.loads(row["scenario"]).get("time", {}).get("start_date", "2022-01-01")
    hold = None if row["point_id"] == row["hold_id"] or holds.empty else str(holds.iloc[0])
    columns = results.sql(
        "select * exclude (run_id, week, days, theatre) from weekly limit 0"
    ).columns
    return Arm(str(row["label"]), hold, datetime.date.fromisoformat(start), tuple(columns), short)


def query(series: Mapping[str, Series], arm: Arm) -> str:
    """Return the SQL, for `Results.sql`, whose answer a figure shows.

    The answer has the columns label, future, replication, week, and one for each series. It has
    whole weeks only, since what happens once a week would make a short last week look busy. Of
    `runs` it takes the keys alone, since an outcome may have the name of a weekly column."""
    keys = ", ".join(["label", *PAIR, "week"])
    columns = ", ".join(f"{each.sql} as {name}" for name, each in series.items())
    labels = ", ".join(quoted(label) for label in (arm.label, arm.hold) if label is not None)
    return (
        f"select {keys}, {columns}\nfrom weekly\n"
        f"join (select run_id, label, {', '.join(PAIR)} from runs) using (run_id)\n"
        f"where label in ({labels}) and days = 7\ngroup by {keys} order by {keys}"
    )


def chosen(arm: Arm, names: Sequence[str]) -> dict[str, Series]:
    """Return series by name: those of SERIES, or any weekly column with a region.

    A column with a region, such as `price_hcl_loreto`, is shown as it is, week by week. Raises
    ResultsError, with a near name, for what the results do not hold."""
    known = {
        name: each
        for name, each in SERIES.items()
        if not set(arm.columns).isdisjoint(re.findall(r"\w+", each.sql))
    }
    found = {}
    for name in names:
        column, _, region = name.rpartition("_")
        if name not in known and (column not in arm.columns or region not in SERIES_REGIONS):
            possible = [
                *known,
                *(f"{each}_{where}" for each in arm.columns for where in SERIES_REGIONS),
            ]
            near = difflib.get_close_matches(name, possible, 1)
            regions = ", ".join(SERIES_REGIONS)
            told = (
                f"did you mean {near[0]!r}?"
                if near
                else f"expected a column and a region ({regions}), as in fear_vraem"
            )
            raise ResultsError(f"series: no {name!r} in these results; {told}")
        found[name] = known.get(name) or Series(name, "", over(column, region))
    return found


def read(results: Results, series: Mapping[str, Series], arm: Arm) -> dict[str, Weekly]:
    """Return the weekly values of an arm and of its `hold`, and the paired differences."""
    table = results.sql(query(series, arm))
    if table.empty:
        raise ResultsError(f"{results.path}: no whole week to show")
    return {
        name: paired(each, table[["label", *PAIR, "week", name]], arm)
        for name, each in series.items()
    }


def paired(series: Series, table: pd.DataFrame, arm: Arm) -> Weekly:
    """Return one series of the answer of `query`, paired by future and replication."""
    of_label = {}
    for label, rows in table.groupby("label"):
        values = rows.pivot(index="week", columns=list(PAIR), values=rows.columns[-1])
        of_label[label] = values.rolling(FLOW_WEEKS, 1).mean() if series.flow else values
    values, hold = of_label[arm.label], of_label.get(arm.hold)
    if hold is None:
        return Weekly(series, values, None, None, 0)
    both = (values - hold).dropna(axis=1, how="all")
    pairs = both.shape[1]
    if both.columns.get_level_values("future").nunique() > 1:
        both = both.T.groupby(level="future").mean().T  # runs of one future are not independent
    return Weekly(series, values, hold, interval(both) if pairs else None, pairs)


def interval(differences: pd.DataFrame, confidence: float = 0.95) -> pd.DataFrame:
    """Return mean, low and high of each row by Student's t.

    With fewer than two columns low and high are NaN."""
    from scipy.stats import t

    n = differences.count(axis=1)
    mean = differences.mean(axis=1)
    half = (
        t.ppf((1 + confidence) / 2, np.maximum(n - 1, 1))
        * differences.std(axis=1, ddof=1)
        / np.sqrt(n)
    )
    return pd.DataFrame({"mean": mean, "low": mean - half, "high": mean + half})


def move(away: pd.DataFrame | None, there: pd.DataFrame | None) -> tuple[int, int] | None:
    """Return the first and the last week of the move, on average over the pairs.

    It begins when the VRAEM is first short of one unit, and ends when the share ARRIVED of the
    largest gain stands at the border. `away`, `there`: the paired changes of the people posted in
    the VRAEM and at the border. None when less than one unit moves."""
    if away is None or there is None:
        return None
    if there["mean"].max() < UNIT_PEOPLE or away["mean"].min() > -UNIT_PEOPLE:
        return None
    leave = away.index[away["mean"] <= -UNIT_PEOPLE][0]
    return int(leave), int(there.index[there["mean"] >= ARRIVED * there["mean"].max()][0])


def weekly(results: Results, series: str | Sequence[str], point: str | None = None) -> Figure:
    """Draw a column of panels for each series: the point, its `hold` and their paired difference.

    `series`: names of SERIES, or weekly columns with a region (`fear_vraem`). Raises ResultsError
    for a series or point that does not exist."""
    return of_arm(results, [series] if isinstance(series, str) else series, arm_of(results, point))


@style.look()
def of_arm(results: Results, names: Sequence[str], arm: Arm) -> Figure:
    """Draw `weekly` for an arm that is already known."""
    asked = chosen(arm, names)
    people: dict[str, Series] = {}
    with suppress(ResultsError):  # a folder without these series does not say when the move was
        people = chosen(arm, PEOPLE)
    answer = read(results, asked | people, arm)
    moved = move(*(answer[name].difference for name in PEOPLE)) if people else None
    return drawn([answer[name] for name in names], arm, moved)


def drawn(columns: list[Weekly], arm: Arm, moved: tuple[int, int] | None) -> Figure:
    """Draw the panels of `weekly`, with the weeks of the move shaded."""
    rows = 2 if any(each.difference is not None for each in columns) else 1
    width = 4.8 if len(columns) == 1 else style.WIDTH_IN + 1.5 * (len(columns) - 2)
    picture = style.figure((2.4, 3.5)[rows - 1], width)
    grid: Any = picture.subplots(
        rows, len(columns), sharex=True, squeeze=False, height_ratios=[3, 2][:rows]
    )
    for column, each in enumerate(columns):
        for axes in grid[:, column]:
            if moved:
                words = f"move, week {moved[0]} to {moved[1]}"
                axes.axvspan(
                    moved[0],
                    moved[1] + 1,
                    color=style.YELLOW,
                    alpha=0.6,
                    lw=0,
                    zorder=0,
                    label=words,
                )
        fan(grid[0, column], each, arm)
        if each.difference is not None:
            difference(grid[1, column], each)
        weeks(grid[-1, column], each.values.index, arm.start, most=min(6.5, 9 / len(columns)))
    grid[0, 0].legend(loc="best", handlelength=1.4)
    picture.align_ylabels()
    return picture


def fan(axes: Axes, each: Weekly, arm: Arm) -> None:
    """Draw the median and bands of the runs of an arm, over those of its `hold`."""
    for values, label, colour, dash in (
        (each.hold, arm.hold, style.HOLD, "--"),
        (each.values, arm.label, style.BLUE, "-"),
    ):
        if values is None:
            continue
        n = values.shape[1]
        spread = values.quantile([0.025, 0.25, 0.5, 0.75, 0.975], axis=1)
        if n > 1:
            axes.fill_between(
                values.index, spread.loc[0.025], spread.loc[0.975], color=colour, alpha=0.13, lw=0
            )
            axes.fill_between(
                values.index, spread.loc[0.25], spread.loc[0.75], color=colour, alpha=0.28, lw=0
            )
        axes.plot(
            values.index,
            spread.loc[0.5],
            dash,
            color=colour,
            label=f"{arm.short[str(label)]} ({n} run{'s' if n > 1 else ''})",
        )
    axes.set_title(each.series.title)
    axes.set_ylabel(each.series.unit)
    axes.grid(axis="y")


def difference(axes: Axes, each: Weekly) -> None:
    """Draw the mean paired difference of every week, with its interval where it has one."""
    change = each.difference
    assert change is not None
    axes.axhline(0, color=style.INK, lw=0.8)
    axes.fill_between(
        change.index, change["low"], change["high"], color=style.VERMILION, alpha=0.25, lw=0
    )
    axes.plot(change.index, change["mean"], color=style.VERMILION)
    axes.set_ylabel("difference" if each.pairs > 1 else "difference\n(one pair)")
    axes.grid(axis="y")


def weeks(axes: Axes, index: Any, start: datetime.date, most: float) -> None:
    """Draw the axis of time: at most `most` steps, each with its week and month."""
    last = int(index.max())
    step = next(
        (each for each in (1, 2, 4, 13, 26, 39, 52, 78, 104) if last <= most * each), max(last, 1)
    )
    ticks = list(range(0, last + 1, step))
    axes.set_xticks(
        ticks,
        [f"{week}\n{start + datetime.timedelta(weeks=week):%b %Y}" for week in ticks],
        fontsize=7,
    )
    axes.set_xlabel("week")
