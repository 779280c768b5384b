"""Fans: where the ensemble of a calibration goes, week by week, and what was observed.

Each line is the median over members and replications, the bands hold the middle 50 and 90 % of them. A point is an observation with its
range from low to high: filled where it was fitted, hollow where it was held out; a flat line through it spans the days it speaks of."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure

from sim.analysis.calibrate import Calibration
from sim.analysis.observed import DAYS, FIT, SERIES
from sim.pictures import style

YEAR_WEEKS = 52  # over which flows and shares slide: a week of them is mostly chance
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
TITLES = {
    "coca_ha": "Coca",
    "poppy_ha": "Opium poppy",
    "fighters": "Fighters",
    "price_hcl": "Farm-gate price of hydrochloride",
    "seized_share": "Share seized",
}
PLACES = {
    "vraem": "VRAEM",
    "loreto": "Loreto",
    "cajamarca": "Cajamarca-Amazonas",
    "border": "northern border",
    "elsewhere": "elsewhere",
    "total": "all theatres",
}


@style.look()
def fans(found: Calibration) -> Figure:
    """One panel for each observed series, two in a row."""
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
    for axes in grid.flat[::-1][len(grid.flat) - len(names) :][:2]:  # the lowest panel of each column has the years
        axes.tick_params(labelbottom=True)
    handles: dict[str, Any] = {}
    for axes in grid.flat:
        handles |= dict(zip(*axes.get_legend_handles_labels()[::-1]))
    picture.legend([*handles.values()], [*handles], loc="outside lower center", ncols=len(handles), handlelength=1.6)
    return picture


def fan(axes: Axes, found: Calibration, name: str, members: np.ndarray) -> None:
    """Median and bands of one series; what slides over a year stands at the middle of that year."""
    window = 1 if SERIES[name].bottom == DAYS else YEAR_WEEKS
    values = found.weekly.sliding(name, window)[members, window - 1 :]
    weeks = np.arange(window - 1, len(found.weekly.days)) - (window - 1) / 2
    low, quarter, middle, three, high = np.quantile(values, QUANTILES, axis=0)
    days = date2num(found.weekly.start) + 7 * weeks + 3.5
    axes.fill_between(days, low, high, color=style.BLUE, alpha=0.15, lw=0, label="90 % of runs")
    axes.fill_between(days, quarter, three, color=style.BLUE, alpha=0.3, lw=0, label="50 %")
    axes.plot(days, middle, color=style.BLUE, label="median")
    quantity, _, place = name.rpartition("_")
    title = TITLES.get(quantity, quantity.replace("_", " ").capitalize())
    axes.set_title(f"{title}, {PLACES[place]}" + (", over a year" if window > 1 else ""))
    axes.set_ylabel(SERIES[name].unit)
    axes.grid(axis="y")
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))


def points(axes: Axes, found: Calibration, name: str) -> None:
    """The observations of one series."""
    for row in found.rows:
        if row.series != name:
            continue
        start, end = date2num(row.start), date2num(row.end + datetime.timedelta(days=1))
        fitted = row.use == FIT
        colour = style.VERMILION if fitted else style.INK
        axes.errorbar(
            (start + end) / 2,
            row.value,
            yerr=[[row.value - row.low], [row.high - row.value]],
            xerr=(end - start) / 2,
            fmt="o" if fitted else "s",
            ms=4.5,
            mfc=colour if fitted else style.PAPER,
            color=colour,
            elinewidth=1,
            label="observed, fitted" if fitted else "observed, held out",
        )
