"""Points of a sweep, or futures, as a CSV file: dotted keys as headers and a row for each point."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim import parameters as registry
from sim.errors import got
from sim.scenario.frozen import hashable
from sim.scenario.reading import (
    NotCSV,
    Unreadable,
    as_value,
    comma_hint,
    csv_rows,
    decimal_hint,
    is_plain_number,
    lists_numbers,
    read_text,
)
from sim.scenario.shipped import TABLE, beside
from sim.scenario.toml import MAX_PARTS

# Columns of fitted.csv, which `redeploy calibrate` writes, that are no parameters.
FUTURE, DISTANCE, EDITION = "future", "distance", "edition"
NOTES = (FUTURE, DISTANCE, EDITION)


class Source(str):
    """The name of a table that has been read.

    lines: the line of each row in the file, for messages; note: what was left out of the table;
    stale: that its draws were fitted on another edition of the model, or "".
    """

    lines: tuple[int, ...] = ()
    note: str = ""
    stale: str = ""


def with_table(
    sweep: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Read the `table` of a sweep, a CSV file in `folder`.

    Returns the sweep with the columns of the table as lists of equal length, and what is wrong, by
    key. A point may be in several rows. A header may be the name of a parameter without a prefix.
    """
    wrong = [
        (key, f'expected as a column of the table "{sweep["table"]}", which lists whole points')
        for key in sweep
        if "." in key
    ]
    source, columns, more = _columns(folder, str(sweep["table"]))
    # The designs of an analysis use the registry's names of parameters.
    # Those of former parameters too, so that the message about them is that of [parameters].
    names = {*registry.load_registry().names, *registry.load_moved()}
    columns = {
        f"parameters.{header}" if header in names else header: column
        for header, column in columns.items()
    }
    if wrong := wrong + more:
        return {key: value for key, value in sweep.items() if key not in ("design", "table")}, wrong
    return {**sweep, "table": source, **columns}, []


def with_futures(
    futures: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Read the `table` of `[futures]`, which has a row for each future.

    Returns `[futures]` with the columns of the table as lists, and what is wrong, by key. The
    optional columns `future`, `distance` and `edition` are notes and are left out.
    """
    name = str(futures["table"])
    wrong = [
        (key, f'the table "{name}" has it; leave it out')
        for key in ("samples", "seed", "parameters")
        if key in futures
    ]
    source, columns, more = _columns(folder, name, NOTES, "a parameter such as crops.growth_coca")
    if wrong := wrong + more:
        return {
            key: value
            for key, value in futures.items()
            if key not in ("design", "table", "parameters", "samples")
        }, wrong
    return {**futures, "table": source, "samples": len(source.lines), "parameters": columns}, []


def _columns(
    folder: Path,
    name: str,
    notes: tuple[str, ...] = (),
    wanted: str = "a dotted key such as strategy.share_to_border",
) -> tuple[Source, dict[str, list[Any]], list[tuple[str, str]]]:
    """Return the table's name, its columns by header without the notes, and what is wrong."""
    note = stale = ""
    try:
        text = read_text(beside(folder, name, TABLE), "CSV table")
        found, faults = _rows(text, notes, wanted)
        stale = _stale(text) if notes and not faults else ""
        if found and "" in found[0][1]:
            found, note, wrong = _without_index(found)
            faults += wrong
    except Unreadable as error:
        found, faults = [], [str(error)]
    source = Source(name)
    source.note = note
    source.stale = stale
    source.lines = tuple(line for line, _ in found)
    columns = {header: [row[header] for _, row in found] for header in found[0][1]} if found else {}
    return source, columns, [("table", f'"{name}" {fault}') for fault in faults]


def _stale(text: str) -> str:
    """Say that draws were fitted on another edition of the model, or return "".

    Only draws of a calibration have a distance; the first edition wrote none with them.
    """
    (_, top), *rows = csv_rows(text)
    headers = [header.strip().removeprefix("#").lstrip() for header in top]
    if EDITION in headers:
        editions = [cells[headers.index(EDITION)].strip() for _, cells in rows]
    else:
        editions = [str(registry.FIRST)] if DISTANCE in headers else []
    other = next(filter(None, map(registry.other_edition, editions)), "")
    if not other:
        return ""
    fitted = f"its draws were fitted {other}: they may no longer fit what was observed"
    return f"{fitted}; `redeploy calibrate` fits anew"


NO_NAME = (
    "line 1, column 1: this column has no name; give it one, "
    "or write the table without its index (index=False in pandas)"
)


def _without_index(
    rows: list[tuple[int, dict[str, Any]]],
) -> tuple[list[tuple[int, dict[str, Any]]], str, list[str]]:
    """Leave out a first column that has no name and counts the rows from 0: the index of pandas.

    Returns the rows, a note of what was left out, and faults.
    """
    if [row[""] for _, row in rows] != list(range(len(rows))):
        return rows, "", [NO_NAME]
    kept = [
        (line, {header: value for header, value in row.items() if header}) for line, row in rows
    ]
    return kept, "its first column, which has no name and counts the rows", []


def _rows(
    text: str, notes: tuple[str, ...], wanted: str
) -> tuple[list[tuple[int, dict[str, Any]]], list[str]]:
    """Return (line, values by header without notes) of each sound row, and every fault.

    A fault names its line and column.
    """
    table = csv_rows(text)
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[str] = []
    try:
        top, cells = next(table, (0, []))
        if not cells:
            return [], [f"is empty; expected headers, each {wanted}"]
        if lists_numbers(cells):
            expected = f"expected the names of the columns, each {wanted}, in the first line"
            number = next(cell.strip() for cell in cells if cell.strip())
            return [], [f"line {top}, column 1: {expected} {got(number)}"]
        headers = [header.strip().replace('"', "") for header in cells]
        headers[0] = headers[0].removeprefix("#").lstrip()  # numpy.savetxt writes headers so
        for column, header in enumerate(headers, 1):
            where = f"line {top}, column {column}"
            if header.count(".") >= MAX_PARTS:
                too_long = f"a dotted key of more than {MAX_PARTS} parts"
                faults.append(f"{where}: {too_long} {got(header)}")
            elif not header and column == 1 and len(headers) > 1:
                continue  # this may be the index of pandas
            elif (hint := comma_hint(header)) or (
                "." not in header and header not in (notes or ("ablate",))
            ):
                faults.append(f"{where}: expected {wanted} {got(header)}{hint}")
            elif headers.index(header) < column - 1:
                earlier = headers.index(header) + 1
                faults.append(f"{where}: {header} is column {earlier} already")
        if not faults and not any("." in header or header == "ablate" for header in headers):
            faults.append(
                f"line {top}, column 1: expected {wanted} (got only {', '.join(headers)})"
            )
        if faults:
            return [], faults
        seen: dict[Any, int] = {}
        for line, cells in table:
            empty = [
                column for column, cell in enumerate(cells[: len(headers)], 1) if not cell.strip()
            ]
            for column in empty:
                expected = f"expected a value of {headers[column - 1]}"
                faults.append(f"line {line}, column {column}: {expected} (got nothing)")
            if len(cells) != len(headers):
                where = f"line {line}, column {min(len(cells), len(headers)) + 1}"
                expected = f"expected {len(headers)} cell{'s' * (len(headers) > 1)}"
                hint = decimal_hint(cells, len(headers))
                faults.append(f"{where}: {expected} (got {len(cells)}){hint}")
            elif not empty:
                row = {
                    header: _value(cell.strip())
                    for header, cell in zip(headers, cells)
                    if header not in notes
                }
                first = seen.setdefault(
                    hashable([value for header, value in row.items() if header]), line
                )
                if first != line and notes:
                    same = f"the same future as line {first}; leave one of them out"
                    faults.append(f"line {line}, column 1: {same}")
                rows.append((line, row))
    except NotCSV as error:
        line, why = error.args
        return rows, [*faults, f"line {line}, column 1: {why}"]
    if not rows and not faults:
        faults.append(f"line {top + 1}, column 1: expected at least one row under the headers")
    return rows, faults


def _value(cell: str) -> object:
    """Read a cell as TOML, or as spreadsheets and pandas write values: .5, TRUE, True.

    Anything that is no plain number, such as 0x1, stays text.
    """
    value = as_value(cell)
    if is_plain_number(cell):
        return float(cell) if value == cell else value
    if cell in ("TRUE", "FALSE", "True", "False"):
        return cell in ("TRUE", "True")
    return cell if isinstance(value, int | float) and not isinstance(value, bool) else value
