"""Fan charts of a calibration: the ensemble week by week, and the observations.

Each line is the median over members and replications, and the bands contain the middle 50 and 90 %
of them. A point is an observation with its range from low to high: filled where it was fitted,
hollow where it was held out. The horizontal line through a point spans the days of the observation.
Flows, of runs and of observations alike, are expressed per year."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure

from sim.calibration.calibrate import Calibration
from sim.calibration.observed import DAYS, FIT, SERIES
from sim.names import REGION_LABELS
from sim.report import style

# Flows and shares are taken over a sliding year, since a single week of them is mostly chance; in
# runs of less than two years, over half of the weeks of the run.
YEAR_WEEKS = 52
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TITLES = {
    "coca_ha": "Coca",
    "poppy_ha": "Opium poppy",
    "fighters": "Fighters",
    "price_hcl": "Farm-gate price of hydrochloride",
    "seized_share": "Share seized",
}
LABELS = REGION_LABELS | {"elsewhere": "elsewhere"}


@style.look()
def fans(found: Calibration) -> Figure:
    """Draw one panel for each observed series, two in a row."""
    names = list(dict.fromkeys(row.series for row in found.rows))
    rows = -(-len(names) // 2)
    picture = style.figure(2.3 * rows + 0.4)
    grid: Any = picture.subplots(rows, 2, sharex=True, squeeze=False)
    members = np.isin(found.weekly.runs["future"], found.ensemble["future"])
    for axes, name in zip(grid.flat, names):
        fan(axes, found, name, members)
        points(axes, found, name)
        axes.set_ylim(bottom=0)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for axes in grid.flat[: len(names)][-2:]:  # the lowest panel of each column has the years
        axes.tick_params(labelbottom=True)
    handles: dict[str, Any] = {}
    for axes in grid.flat:
        handles |= dict(zip(*axes.get_legend_handles_labels()[::-1]))
    picture.legend(
        [*handles.values()],
        [*handles],
        loc="outside lower center",
        ncols=len(handles),
        handlelength=1.6,
    )
    return picture


def fan(axes: Axes, found: Calibration, name: str, members: np.ndarray) -> None:
    """Draw the median and the bands of one series.

    A value over a sliding year stands at the middle of that year."""
    whole = len(found.weekly.days)
    window = 1 if SERIES[name].bottom == DAYS else min(YEAR_WEEKS, (whole + 1) // 2)
    values = found.weekly.sliding(name, window)[members, window - 1 :]
    weeks = np.arange(window - 1, whole) - (window - 1) / 2
    low, quarter, middle, three, high = np.quantile(values, QUANTILES, axis=0)
    days = date2num(found.weekly.start) + 7 * weeks + 3.5
    axes.fill_between(days, low, high, color=style.BLUE, alpha=0.15, lw=0, label="90 % of runs")
    axes.fill_between(days, quarter, three, color=style.BLUE, alpha=0.3, lw=0, label="50 %")
    axes.plot(days, middle, color=style.BLUE, label="median")
    quantity, _, region = name.rpartition("_")
    title = TITLES.get(quantity, quantity.replace("_", " ").capitalize())
    over = (
        "" if window == 1 else f", over {'a year' if window == YEAR_WEEKS else f'{window} weeks'}"
    )
    axes.set_title(f"{title}, {LABELS[region]}{over}")
    axes.set_ylabel(SERIES[name].unit + ("" if SERIES[name].bottom else " a year"))
    axes.grid(axis="y")
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def points(axes: Axes, found: Calibration, name: str) -> None:
    """Draw the observations of one series; a flow is expressed per year, as in its fan."""
    for row in found.rows:
        if row.series != name:
            continue
        start, end = date2num(row.start), date2num(row.end + datetime.timedelta(days=1))
        scale = 1 if SERIES[name].bottom else 365 / (end - start)
        fitted = row.use == FIT
        colour = style.VERMILION if fitted else style.INK
        axes.errorbar(
            (start + end) / 2,
            scale * row.value,
            yerr=[[scale * (row.value - row.low)], [scale * (row.high - row.value)]],
            xerr=(end - start) / 2,
            fmt="o" if fitted else "s",
            ms=4.5,
            mfc=colour if fitted else style.PAPER,
            color=colour,
            elinewidth=1,
            label="observed, fitted" if fitted else "observed, held out",
        )
