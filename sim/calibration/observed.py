"""What was observed, as a table to hold a batch against, and what the runs of a batch give for the same series and days.

A CSV file, one observation a row:

| column | holds |
|---|---|
| `series` | a name of `SERIES`: a quantity and a place, as in `coca_ha_vraem` |
| `unit` | the unit of that series; another one is refused |
| `when` | a day, a month, a year (`2019-12-31`, `2020-01`, `2020`), or two of these with a slash: from the first to the end of the second |
| `value`, `low`, `high` | the figure, from 0 (a share to 1), and the range in which the truth may lie; the *error* is half of that range |
| `source` | where it is from; what is cited as F0123 is a row of `figures.csv` |
| `use` | `fit`: it counts in the distance; `held_out`: it is compared, and does not count |
| `note` | anything, or nothing; the column may be left out |

A state (hectares, fighters, a price) is averaged over the days of `when`; a flow (acts, laboratories) is summed over them; a share is the
ratio of two such sums. The model has weeks: one that lies partly in `when` counts by its days there.
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
LARGEST = 1_000_000_000_000  # of a figure: past what any unit here can count
NARROWEST = 1e-9  # of a range, as a part of its high end or of one unit
PLACES = REGIONS | {"elsewhere": ("elsewhere",)}  # where a series is of, and the theatres in each
SUMMED = {
    "coca_ha": "ha",
    "poppy_ha": "ha",
    "fighters": "people",
}  # states that add up over theatres
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
    """A series as aggregates over the rows of one week: `top`, summed over weeks, over `bottom`, summed likewise; "" for 1."""

    unit: str
    top: str
    bottom: str = ""


def over(column: str, place: str) -> str:
    """SQL: the sum of a weekly column (or an expression of columns) over the theatres of a place."""
    names = ", ".join(f"'{name}'" for name in PLACES[place])
    return f"sum({column}) filter (theatre in ({names}))"


DAYS = "max(days)"
SEIZED = over("seized_kg + seized_stock_kg", "total")
LEFT = over(" + ".join(f"exported_kg_{exit_}" for exit_ in EXITS), "elsewhere")
SERIES = {
    **{
        f"{name}_{place}": Series(unit, over(f"{name} * days", place), DAYS)
        for name, unit in SUMMED.items()
        for place in PLACES
    },
    **{
        f"price_hcl_{place}": Series("USD/kg", over("price_hcl * days", place), DAYS)
        for place in MODELLED_THEATRES
    },
    **{
        f"{name}_{place}": Series(unit, over(name, place))
        for name, unit in FLOWS.items()
        for place in PLACES
    },
    "seized_share_total": Series(
        SHARE, SEIZED, f"{SEIZED} + {LEFT}"
    ),  # of loads and in stock, of all that was seized or left
}


@dataclass(frozen=True)
class Observation:
    """One row of the table. `when` as written, `start` and `end` its first and last day."""

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
    """The rows of a table; ScenarioError lists everything that is wrong with it, by line."""
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
                wrong.append(
                    (line, f"{row['series']} in {row['when']} stands in line {first} already")
                )
            told: dict[str, Any] = (
                row | {name: float(row[name]) for name in NUMBERS} | {NOTE: row.get(NOTE, "")}
            )
            found.append(Observation(**told, line=line, start=start, end=end))
    except NotCSV as error:
        wrong.append(error.args)
    if not wrong and not any(row.use == FIT for row in found):
        wrong.append((line, f'expected at least one row with use = "{FIT}": nothing to fit'))
    if wrong:
        raise ScenarioError([Problem(path.name, f"line {line}", text) for line, text in wrong])
    return found


def _header_faults(headers: Sequence[str]) -> list[str]:
    """What is wrong with the first row; where it holds no column of the table at all, one fault."""
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
    """What is wrong with the cells of one row."""
    series, wrong = SERIES.get(row["series"]), []
    if series is None:
        hint = (
            near(row["series"], SERIES, 0.5)
            or f" Expected a quantity and a place, as in {next(iter(SERIES))}"
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
            f"when: expected a day, a month, a year (2019-12-31, 2020-01, 2020), or two of these with a slash {got(row['when'])}"
        )
    wrong += _number_faults(row, is_share=series is not None and series.unit == SHARE)
    if row["use"] not in (FIT, HELD_OUT):
        wrong.append(
            f"use: expected {alternatives((FIT, HELD_OUT))} {got(row['use'])}.{near(row['use'], (FIT, HELD_OUT))}"
        )
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
    """What is wrong with value, low and high: each by itself, else the three together."""
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
        return [
            f"low, value, high: expected {'shares' if is_share else 'numbers'} from 0 to {largest:,} {told}"
        ]
    # The error divides: what is nearer than the digits of a number can tell is no range.
    apart = NARROWEST * max(high, 1)
    return (
        []
        if high - low >= apart
        else [f"expected low and high at least {apart:g} apart: their half is the error {told}"]
    )


def period(when: str) -> tuple[datetime.date, datetime.date]:
    """First and last day of `when`; ValueError for what is none."""
    first, slash, last = when.partition("/")
    return _span(first)[0], _span(last if slash else first)[1]


def _span(text: str) -> tuple[datetime.date, datetime.date]:
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
    """ScenarioError for every row with a day that the runs do not have."""
    last = start + datetime.timedelta(days=horizon_days - 1)
    told = f"lies outside the days of the scenario, {start} to {last}"
    if outside := [row for row in rows if row.start < start or row.end > last]:
        raise ScenarioError(
            [Problem(path.name, f"line {row.line}", f"when: {row.when} {told}") for row in outside]
        )


@dataclass(frozen=True)
class Weekly:
    """Runs of a batch by week. `runs`: future and replication of each; `days`: i8[weeks]; `top`, `bottom`: series -> f8[runs, weeks]."""

    start: datetime.date
    runs: pd.DataFrame
    days: np.ndarray
    top: dict[str, np.ndarray]
    bottom: dict[str, np.ndarray]

    def value(self, row: Observation) -> np.ndarray:
        """f8[runs]: what each run gives for an observation; NaN for a share of nothing."""
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
        """f8[runs, weeks]: the series over the last so many weeks at each, fewer at the beginning; a flow is told by the year."""
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
    """The weekly numbers of some of SERIES in the finished runs of a folder, the first so many replications; all have the same days."""
    parts: list[str] = []
    for i, name in enumerate(names):
        parts += [f"{SERIES[name].top} as top_{i}", f"{SERIES[name].bottom or '1'} as bottom_{i}"]
    table = results.sql(
        f"select future, replication, week, {DAYS} as days, {', '.join(parts)}\nfrom weekly join runs using (run_id)\n"
        f"where replication < {replications}\n"
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
