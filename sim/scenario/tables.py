"""The points of a sweep as a table: a CSV file whose headers are dotted keys, one point a row."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.scenario.frozen import hashable
from sim.scenario.reading import Unreadable, as_value, read_text


class Source(str):
    """The name of a table that has been read; `lines` are those of its rows in the file, for messages."""

    lines: tuple[int, ...] = ()


def with_table(sweep: Mapping[str, Any], folder: Path) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The sweep with the columns of its `table`, a CSV file in `folder`, as lists of equal length; and what is wrong, by key."""
    name = str(sweep["table"])
    wrong = [(key, f'expected as a column of the table "{name}", which lists whole points') for key in sweep if "." in key]
    try:
        found, faults = _rows(read_text(folder / name, "CSV table"))
    except Unreadable as error:
        found, faults = [], [str(error)]
    wrong += [("table", f'"{name}" {fault}') for fault in faults]
    if wrong:
        return {key: value for key, value in sweep.items() if key not in ("design", "table")}, wrong
    source = Source(name)
    source.lines = tuple(line for line, _ in found)
    return {**sweep, "table": source, **{header: [row[header] for _, row in found] for header in found[0][1]}}, []


def _rows(text: str) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    """(line, row by header) of each sound row, and every fault with its line and column."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[str] = []
    try:
        headers = [header.strip().replace('"', "") for header in next(filter(None, reader), [])]
        line = reader.line_num
        for column, header in enumerate(headers, 1):
            if ";" in header or ("." not in header and header != "ablate"):
                more = " (columns are separated by commas)" if ";" in header else ""
                expected = "expected a dotted key such as strategy.share_to_border"
                faults.append(f'line {line}, column {column}: {expected} (got "{header}"){more}')
            elif headers.index(header) < column - 1:
                faults.append(f"line {line}, column {column}: {header} is column {headers.index(header) + 1} already")
        if faults:
            return [], faults
        seen: dict[Any, int] = {}
        for cells in reader:
            line = reader.line_num
            if not cells:
                continue
            empty = [column for column, cell in enumerate(cells[: len(headers)], 1) if not cell.strip()]
            faults += [f"line {line}, column {column}: expected a value of {headers[column - 1]} (got nothing)" for column in empty]
            if len(cells) != len(headers):
                faults.append(f"line {line}, column {min(len(cells), len(headers)) + 1}: expected {len(headers)} cells (got {len(cells)})")
            elif not empty:
                row = {header: _value(cell.strip()) for header, cell in zip(headers, cells)}
                first = seen.setdefault(hashable(list(row.values())), line)
                if first != line:
                    faults.append(f"line {line}, column 1: the same point as line {first}")
                rows.append((line, row))
    except csv.Error as error:
        return rows, [*faults, f"line {reader.line_num}, column 1: not CSV: {error}"]
    if not rows and not faults:
        faults.append("line 2, column 1: expected at least one row under the headers")
    return rows, faults


def _value(cell: str) -> object:
    """A cell as TOML would read it, or as a spreadsheet writes it: .5, TRUE."""
    if (value := as_value(cell)) != cell:
        return value
    if cell in ("TRUE", "FALSE"):
        return cell == "TRUE"
    try:
        return float(cell)
    except ValueError:
        return cell
