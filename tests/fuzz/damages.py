"""Damages to a results folder: flipped bits, cut, lost, copied and swapped files, edited tables.

Every damage takes a folder and a `random.Random`, and returns a description of what it did.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Damage = Callable[[Path, Random], str]
KINDS = ("runs", "series", "events", "layers")
NAMES = (
    "{} - copia{}",
    "{} (1){}",
    "Copy of {}{}",
    "g{}{}",
    "{}{}.bak",
    "[{}]{}",
    "-{}{}",
    "ñ{}{}",
    "{}*{}",
    "{}{}.tmp",
    "{}\n{}",
)
JSON_VALUES = (
    None,
    True,
    -1,
    0,
    1.5,
    10**400,
    float("nan"),
    float("inf"),
    "",
    "ñ",
    "x" * 10_000,
    [],
    {},
    [[]],
    [{}],
    [1],
    {"a": None},
)
BYTES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\0\1",
    b"[" * 100_000,
    b'{"a": 1}\n',
    b"\xff\xfe{\0}\0",
    b"PAR1",
    b"PAR1" * 9,
    b"1" * 10_000,
)
LINE = (
    '{"run_id": "x", "point_id": "p", "label": "l", "replication": 0, "status": "FAILED",'
    ' "error": "e", "traceback": "t"}\n'
)


def files_in(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and path.name != "lock")


def parts_in(root: Path) -> list[Path]:
    return [path for path in files_in(root) if path.suffix == ".parquet"]


def a_bit_flips(root: Path, pick: Random) -> str:
    file = pick.choice(files_in(root))
    content = bytearray(file.read_bytes())
    if not content:
        return f"{file.name} is empty"
    at = pick.randrange(len(content))
    content[at] ^= 1 << pick.randrange(8)
    file.write_bytes(content)
    return f"a bit of byte {at} of {len(content)} flips in {file.relative_to(root)}"


def a_file_is_rewritten(root: Path, pick: Random) -> str:
    file = pick.choice(files_in(root))
    content = file.read_bytes()
    at = pick.randrange(len(content) + 1)
    new = pick.choice(
        (
            content[:at],
            content[:-1],
            content[:-9],
            content + b"x",
            content * 2,
            bytes(len(content)),
            *BYTES,
        )
    )
    file.write_bytes(new)
    return f"{file.relative_to(root)} now holds {new[:12]!r} ({len(new)} of {len(content)} bytes)"


def a_file_goes(root: Path, pick: Random) -> str:
    file = pick.choice([path for path in root.rglob("*") if path.name != "lock"])
    shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    return f"{file.relative_to(root)} is removed"


def a_file_is_copied(root: Path, pick: Random) -> str:
    file = pick.choice(files_in(root))
    names = [name.format(file.stem, file.suffix) for name in NAMES] + ["part-0000.parquet"]
    folder = pick.choice((file.parent, file.parent, root, *(root / kind for kind in KINDS)))
    target = folder / pick.choice(names)
    folder.mkdir(exist_ok=True)
    move = pick.random() < 0.4
    (shutil.move if move else shutil.copy)(file, target)
    return (
        f"{file.relative_to(root)} is {'moved' if move else 'copied'} to {target.relative_to(root)}"
    )


def a_part_is_copied(root: Path, pick: Random) -> str:
    """All files of a part, or of some kinds, under another name, as a synchroniser leaves them."""
    file = pick.choice([path for path in parts_in(root) if path.parent != root])
    name = pick.choice(NAMES).format(file.stem, file.suffix)
    kinds = pick.choice((KINDS, KINDS, ("runs",), ("runs", "series")))
    for kind in kinds:
        if (root / kind / file.name).is_file():
            shutil.copy(root / kind / file.name, root / kind / name)
    return f"part {file.name} is copied to {name!r} in {', '.join(kinds)}"


def two_files_are_swapped(root: Path, pick: Random) -> str:
    one, other = (pick.choice(files_in(root)) for _ in range(2))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    return f"{one.relative_to(root)} and {other.relative_to(root)} are swapped"


def something_else_stands_there(root: Path, pick: Random) -> str:
    """A folder, a pipe, a device or a link where a file or a folder was."""
    place = pick.choice(
        [
            *files_in(root),
            root / "lock",
            root / "stop",
            *(root / kind for kind in KINDS),
            root / "runs" / "part-x.parquet",
        ]
    )
    aside = root.parent / "aside"
    if place.exists() or place.is_symlink():
        shutil.rmtree(aside, ignore_errors=True)
        place.rename(aside) if place.is_dir() else shutil.move(place, aside)
    place.parent.mkdir(exist_ok=True)
    kind = pick.choice(
        (
            "folder",
            "pipe",
            "a link to nowhere",
            "a link to itself",
            "a link to what was there",
            "/dev/zero",
            "/dev/null",
            "empty",
        )
    )
    match kind:
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "a link to nowhere":
            place.symlink_to("nowhere")
        case "a link to itself":
            place.symlink_to(place.name)
        case "a link to what was there":
            place.symlink_to(aside)
        case "empty":
            place.touch()
        case device:
            place.symlink_to(device)
    return f"{place.relative_to(root)} is now: {kind}"


def the_manifest_is_edited(root: Path, pick: Random) -> str:
    file = root / "manifest.json"
    manifest = json.loads(file.read_text())
    table, key = manifest, pick.choice(list(manifest))
    while isinstance(table[key], dict) and table[key] and pick.random() < 0.4:
        table = table[key]
        key = pick.choice(list(table))
    what = pick.choice(("removed", "renamed", "set", "set", "set"))
    value = pick.choice(JSON_VALUES)
    if what == "removed":
        del table[key]
    elif what == "renamed":
        table[key + "x"] = table.pop(key)
    else:
        table[key] = value
    file.write_text(json.dumps(manifest))
    return f"manifest.json: {key} is {what}" + (f" to {str(value)[:20]}" if what == "set" else "")


def failures_are_written(root: Path, pick: Random) -> str:
    known = json.loads(LINE)
    known[pick.choice(list(known))] = pick.choice(JSON_VALUES)
    texts = (
        LINE,
        LINE * 2,
        LINE[:-20],
        LINE + "\xff\n",
        json.dumps(known) + "\n",
        "[]\n",
        "3\n",
        "NaN\n",
        "[" * 50_000 + "}\n",
    )
    text = pick.choice((*texts, json.dumps(known) + "\n"))
    (root / "failures.jsonl").write_bytes(text.encode("latin-1", "replace"))
    return f"failures.jsonl is {text[:200]!r}"


def a_table_is_written_anew(root: Path, pick: Random) -> str:
    """A Parquet file read and written by another program: columns and rows changed."""
    file = pick.choice(parts_in(root))
    try:
        table = pq.ParquetFile(file).read()
    except (OSError, pa.ArrowException):  # what befell it before has left no table
        return f"{file.relative_to(root)} cannot be written anew"
    what, table = changed(table, pick)
    options: dict[str, Any] = pick.choice(
        ({}, {"compression": "none"}, {"version": "1.0"}, {"row_group_size": 2})
    )
    pq.write_table(table, file, **options)
    return f"{file.relative_to(root)}: {what}"


def changed(table: pa.Table, pick: Random) -> tuple[str, pa.Table]:
    at = pick.randrange(table.num_columns)
    name, column = table.column_names[at], table.column(at)
    rows = list(range(table.num_rows))
    match pick.randrange(10):
        case 0:
            return f"column {name} dropped", table.drop_columns([name])
        case 1:
            kinds = (
                pa.string(),
                pa.large_string(),
                pa.float64(),
                pa.float32(),
                pa.int64(),
                pa.int8(),
                pa.dictionary(pa.int32(), pa.string()),
            )
            kind = pick.choice(kinds)
            try:
                return f"column {name} as {kind}", table.set_column(
                    at, name, column.cast(kind, safe=False)
                )
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                return f"column {name} as lists", table.set_column(
                    at, name, pa.array([[1]] * len(rows))
                )
        case 2:
            names = list(table.column_names)
            names[at] = pick.choice((name.upper(), f"{name} ", "run_id", "", "ñ", "week"))
            return f"column {name} renamed to {names[at]!r}", table.rename_columns(names)
        case 3:
            return "rows doubled", pa.concat_tables([table, table])
        case 4:
            return "one row doubled", pa.concat_tables(
                [table, table.slice(pick.randrange(len(rows) or 1), 1)]
            )
        case 5:
            kept = [row for row in rows if pick.random() < 0.7]
            return f"{len(rows) - len(kept)} rows dropped", table.take(kept)
        case 6:
            return "rows in another order", table.take(pick.sample(rows, len(rows)))
        case 7:
            kept = pa.array([pick.random() < 0.8 for _ in rows])
            nulls = pa.nulls(len(rows), column.type)
            return f"nulls in {name}", table.set_column(
                at, name, pa.compute.if_else(kept, column, nulls)
            )
        case 8:
            return "no rows", table.slice(0, 0)
    return "a column more", table.append_column(
        pick.choice(("extra", "x.y", "week")), pa.array(rows)
    )


DAMAGES: tuple[Damage, ...] = (
    a_bit_flips,
    a_bit_flips,
    a_file_is_rewritten,
    a_file_goes,
    a_file_is_copied,
    a_part_is_copied,
    two_files_are_swapped,
    something_else_stands_there,
    the_manifest_is_edited,
    the_manifest_is_edited,
    failures_are_written,
    a_table_is_written_anew,
    a_table_is_written_anew,
)
