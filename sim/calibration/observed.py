"""Observations as a table, and what the runs of a batch give for the same series and days.

The table is a CSV file with one observation in each row:

| column | holds |
|---|---|
| `series` | a name of `SERIES`: a quantity and a region, as in `coca_ha_vraem` |
| `unit` | the unit of that series; another one is refused |
| `when` | a day, month or year (`2019-12-31`, `2020-01`, `2020`), or two of these with a slash |
| `value`, `low`, `high` | the figure, 0 or more (a share at most 1), and its range |
| `source` | where the figure is from; a source F0123 is a row of `figures.csv` |
| `use` | `fit`: it counts in the distance; `held_out`: it is compared and does not count |
| `note` | any text; the column may be left out |

The truth may lie anywhere in the range, and the *error* is half of it. Two dates with a slash stand
for the time from the first to the end of the second.

A state (hectares, fighters, a price) is averaged over the days of `when`, and a flow (acts,
laboratories) is summed over them. A share is the ratio of two such sums. The model has weeks: a
week that lies partly in `when` counts by its days there.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import Problem, ScenarioError, alternatives, got, near
from sim.names import EXITS, MODELLED_THEATRES, REGIONS
from sim.parameters import load_figures
from sim.scenario.reading import (
    NotCSV,
    Unreadable,
    comma_hint,
    csv_rows,
    is_plain_number,
    read_text,
)
from sim.scenario.shipped import TABLE, located

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.results import Results

FIT, HELD_OUT = "fit", "held_out"
COLUMNS = ("series", "unit", "when", "value", "low", "high", "source", "use")
NUMBERS, NOTE, SHARE = ("value", "low", "high"), "note", "share"
LARGEST = 1_000_000_000_000  # the largest figure; no unit here can reach it
NARROWEST = 1e-9  # the narrowest range, as a part of its high end or of one unit
SERIES_REGIONS = REGIONS | {"elsewhere": ("elsewhere",)}  # the theatres of each region
# States that are summed over theatres, and flows, each with its unit.
SUMMED = {"coca_ha": "ha", "poppy_ha": "ha", "fighters": "people"}
FLOWS = {
    "attacks": "acts",
    "ambushes": "acts",
    "state_losses": "people",
    "fighters_lost": "people",
    "leaders_killed": "people",
    "labs_destroyed": "laboratories",
    "strips_cratered": "strips",
    "coca_ha_destroyed": "ha",
    "seized_kg": "kg",
}


@dataclass(frozen=True)
class Series:
    """A series as a ratio of two aggregates over the rows of one week, each summed over weeks.

    `top` stands above and `bottom` below; a `bottom` of "" is 1."""

    unit: str
    top: str
    bottom: str = ""


def over(column: str, region: str) -> str:
    """Return the SQL of the sum of a weekly column, or an expression, over a region's theatres."""
    names = ", ".join(f"'{name}'" for name in SERIES_REGIONS[region])
    return f"sum({column}) filter (theatre in ({names}))"


DAYS = "max(days)"
SEIZED = over("seized_kg + seized_stock_kg", "total")
LEFT = over(" + ".join(f"exported_kg_{exit_}" for exit_ in EXITS), "elsewhere")
SERIES = {
    **{
        f"{name}_{region}": Series(unit, over(f"{name} * days", region), DAYS)
        for name, unit in SUMMED.items()
        for region in SERIES_REGIONS
    },
    **{
        f"price_hcl_{region}": Series("USD/kg", over("price_hcl * days", region), DAYS)
        for region in MODELLED_THEATRES
    },
    **{
        f"{name}_{region}": Series(unit, over(name, region))
        for name, unit in FLOWS.items()
        for region in SERIES_REGIONS
    },
    # Cocaine seized, in shipments and in stock, of all that was seized or left.
    "seized_share_total": Series(SHARE, SEIZED, f"{SEIZED} + {LEFT}"),
}


@dataclass(frozen=True)
class Observation:
    """One row of the table. `when` is as written, `start` and `end` are its first and last day."""

    series: str
    unit: str
    when: str
    value: float
    low: float
    high: float
    source: str
    use: str
    note: str
    line: int
    start: datetime.date
    end: datetime.date

    @property
    def error(self) -> float:
        """Half of the range from low to high."""
        return (self.high - self.low) / 2


def read_observed(path: Path) -> list[Observation]:
    """Read the rows of a table. The ScenarioError lists everything that is wrong, by line."""
    try:
        text = read_text(located(path, TABLE), "table of observed series")
    except Unreadable as error:
        raise ScenarioError([Problem(str(path), "", str(error))]) from None
    table = csv_rows(text)
    found: list[Observation] = []
    wrong: list[tuple[int, str]] = []
    known: dict[tuple[str, datetime.date, datetime.date], int] = {}
    line = 1
    try:
        line, cells = next(table, (1, []))
        headers = [cell.strip() for cell in cells]
        wrong += [(line, fault) for fault in _header_faults(headers)]
        for line, cells in () if wrong else table:
            if len(cells) != len(headers):
                wrong.append(
                    (
                        line,
                        f"expected {len(headers)} cells (got {len(cells)}){comma_hint(cells[0])}",
                    )
                )
                continue
            row = dict(zip(headers, (cell.strip() for cell in cells)))
            if faults := _faults(row):
                wrong += [(line, fault) for fault in faults]
                continue
            start, end = period(row["when"])
            first = known.setdefault((row["series"], start, end), line)
            if first != line:
                told = f"{row['series']} in {row['when']} stands in line {first} already"
                wrong.append((line, told))
            values: dict[str, Any] = {name: float(row[name]) for name in NUMBERS}
            values |= {NOTE: row.get(NOTE, "")}
            found.append(Observation(**row | values, line=line, start=start, end=end))
    except NotCSV as error:
        wrong.append(error.args)
    if not wrong and not any(row.use == FIT for row in found):
        wrong.append((line, f'expected at least one row with use = "{FIT}": nothing to fit'))
    if wrong:
        raise ScenarioError([Problem(path.name, f"line {line}", text) for line, text in wrong])
    return found


def _header_faults(headers: Sequence[str]) -> list[str]:
    """Return what is wrong with the first row: one fault where it has no known column at all."""
    if not {*headers} & {*COLUMNS}:
        hint = comma_hint("".join(headers)) or (
            " in small letters" if {header.lower() for header in headers} & {*COLUMNS} else ""
        )
        return [f"expected the headers {','.join(COLUMNS)}{hint} {got(','.join(headers) or None)}"]
    wrong = [
        f"expected a column {name}.{near(name, headers)}" for name in COLUMNS if name not in headers
    ]
    wrong += [
        f"unknown column {got(name)[5:-1]}.{near(name, COLUMNS)}"
        for name in headers
        if name not in (*COLUMNS, NOTE)
    ]
    return wrong + [
        f"column {name} stands twice" for name in (*COLUMNS, NOTE) if headers.count(name) > 1
    ]


def _faults(row: dict[str, str]) -> list[str]:
    """Return what is wrong with the cells of one row."""
    series, wrong = SERIES.get(row["series"]), []
    if series is None:
        hint = (
            near(row["series"], SERIES, 0.5)
            or f" Expected a quantity and a region, as in {next(iter(SERIES))}"
        )
        wrong.append(f"series: no such series {got(row['series'])}.{hint}")
    elif row["unit"] != series.unit:
        wrong.append(f"unit: expected {series.unit} {got(row['unit'])}")
    try:
        start, end = period(row["when"])
        if end < start:
            wrong.append(f"when: expected the later day last {got(row['when'])}")
    except ValueError:
        wrong.append(
            "when: expected a day, a month, a year (2019-12-31, 2020-01, 2020), or two of these "
            f"with a slash {got(row['when'])}"
        )
    wrong += _number_faults(row, is_share=series is not None and series.unit == SHARE)
    uses = (FIT, HELD_OUT)
    if row["use"] not in uses:
        hint = near(row["use"], uses)
        wrong.append(f"use: expected {alternatives(uses)} {got(row['use'])}.{hint}")
    if not row["source"]:
        wrong.append("source: expected where the figure is from (got nothing)")
    figures = load_figures()
    cited = re.findall(r"\b[Ff]\d{3,5}\b", row["source"], re.ASCII)
    return wrong + [
        f"source: {name} is not in figures.csv.{near(name, figures)}"
        for name in cited
        if name not in figures
    ]


def _number_faults(row: dict[str, str], is_share: bool) -> list[str]:
    """Return what is wrong with value, low and high: each by itself, else the three together."""
    if wrong := [
        f"{name}: expected a number {got(row[name])}"
        for name in NUMBERS
        if not is_plain_number(row[name])
    ]:
        return wrong
    value, low, high = (float(row[name]) for name in NUMBERS)
    told = f"(got {row['low']}, {row['value']}, {row['high']})"
    if not (low <= value <= high and low < high):
        return [f"expected low <= value <= high, and low under high {told}"]
    largest = 1 if is_share else LARGEST
    if low < 0 or high > largest:
        kind = "shares" if is_share else "numbers"
        return [f"low, value, high: expected {kind} from 0 to {largest:,} {told}"]
    # The distance divides by the error, so a range narrower than rounding is refused.
    apart = NARROWEST * max(high, 1)
    if high - low >= apart:
        return []
    return [f"expected low and high at least {apart:g} apart: half of that is the error {told}"]


def period(when: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of `when`. Raises ValueError where it has none."""
    first, slash, last = when.partition("/")
    return _span(first)[0], _span(last if slash else first)[1]


def _span(text: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a day, a month or a year."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text, re.ASCII):
        raise ValueError(text)
    year, *rest = map(int, text.split("-"))
    start = datetime.date(year, *(*rest, 1, 1)[:2])
    if len(rest) == 2:
        return start, start
    after = (
        datetime.date(year, start.month + 1, 1)
        if rest and start.month < 12
        else datetime.date(year + 1, 1, 1)
    )
    return start, after - datetime.timedelta(days=1)


def refuse_other_days(
    rows: Sequence[Observation], path: Path, start: datetime.date, horizon_days: int
) -> None:
    """Raise ScenarioError for the rows with a day that the runs do not have."""
    last = start + datetime.timedelta(days=horizon_days - 1)
    told = f"lies outside the days of the scenario, {start} to {last}"
    if outside := [row for row in rows if row.start < start or row.end > last]:
        raise ScenarioError(
            [Problem(path.name, f"line {row.line}", f"when: {row.when} {told}") for row in outside]
        )


@dataclass(frozen=True)
class Weekly:
    """The weekly series of the runs of a batch.

    - `runs`: future and replication of each.
    - `days`: i8[weeks], the days of each week.
    - `top`, `bottom`: the two parts of each series, f8[runs, weeks]."""

    start: datetime.date
    runs: pd.DataFrame
    days: np.ndarray
    top: dict[str, np.ndarray]
    bottom: dict[str, np.ndarray]

    def value(self, row: Observation) -> np.ndarray:
        """Return what each run gives for an observation, f8[runs]; NaN for a share of nothing."""
        first = 7 * np.arange(len(self.days))
        begin, end = (
            (day - self.start).days for day in (row.start, row.end + datetime.timedelta(days=1))
        )
        inside = (
            np.clip(np.minimum(first + self.days, end) - np.maximum(first, begin), 0, None)
            / self.days
        )
        top = self.top[row.series] @ inside
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(
                top / (self.bottom[row.series] @ inside) if SERIES[row.series].bottom else top
            )

    def sliding(self, series: str, weeks: int) -> np.ndarray:
        """Return the series over a sliding window of weeks that ends at each week, f8[runs, weeks].

        At the beginning the window is shorter. A flow is expressed per year."""
        top, bottom = (np.cumsum(each, axis=1) for each in (self.top[series], self._below(series)))
        for each in (top, bottom):
            each[:, weeks:] -= each[:, :-weeks].copy()
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(top / bottom)

    def _below(self, series: str) -> np.ndarray:
        return (
            self.bottom[series]
            if SERIES[series].bottom
            else np.broadcast_to(self.days / 365.0, self.top[series].shape)
        )


def read_weekly(results: Results, names: Sequence[str], replications: int) -> Weekly:
    """Return the weekly values of some of SERIES in the first replications of a folder.

    All runs have the same days."""
    parts: list[str] = []
    for i, name in enumerate(names):
        parts += [f"{SERIES[name].top} as top_{i}", f"{SERIES[name].bottom or '1'} as bottom_{i}"]
    table = results.sql(
        f"select future, replication, week, {DAYS} as days, {', '.join(parts)}\n"
        f"from weekly join runs using (run_id)\nwhere replication < {replications}\n"
        "group by future, replication, week order by future, replication, week"
    )
    runs = table.loc[table["week"] == 0, ["future", "replication"]].reset_index(drop=True)
    shape = (len(runs), -1)
    start = datetime.date.fromisoformat(results.manifest["scenario"]["time"]["start_date"])
    of: list[dict[str, Any]] = [
        {name: table[f"{part}_{i}"].to_numpy(float).reshape(shape) for i, name in enumerate(names)}
        for part in ("top", "bottom")
    ]
    return Weekly(start, runs, table["days"].to_numpy(np.int64).reshape(shape)[0], *of)
