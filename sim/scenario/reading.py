"""Read a short text file that a user names, and the rows of a CSV text.

Anything else at that path is refused with a message that says what it is.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.errors import near
from sim.scenario.toml import NotTOML, parse

MAX_BYTES = 1_000_000


class Unreadable(Exception):
    """A path without a readable text; the argument says what is there."""


class NotCSV(Exception):
    """A row that cannot be read; the arguments are the line on which it begins and the reason."""


def read_text(path: Path, noun: str) -> str:
    """Read a file of at most 1 MB in UTF-8; Unreadable for anything else.

    noun: what was expected, such as `scenario file`.
    """
    try:
        if path.is_symlink() and not path.exists():
            raise Unreadable(f'is a link to "{path.readlink()}", which does not exist')
        if path.is_dir():
            raise Unreadable(f"is a directory, not a {noun}")
        if not path.exists():
            beside = (
                [other.name for other in path.parent.glob(f"*{path.suffix}")]
                if path.parent.is_dir()
                else []
            )
            escaped = (
                ""
                if str(path).isprintable()
                else " (in \"...\" a backslash begins an escape; write / in a path, or use '...')"
            )
            raise Unreadable(
                f"does not exist; expected a {noun}.{near(path.name, beside)}{escaped}"
            )
        if not path.is_file():
            raise Unreadable(f"is a device or a pipe, not a {noun}")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    except ValueError as error:  # a path that no file system takes
        raise Unreadable(f"cannot be read: {error}") from None
    if len(content) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES // 1_000_000} MB; a {noun} is a short text")
    if wide := wide_encoding(content):
        raise Unreadable(f"is {wide} text; save it as UTF-8")
    if b"\0" in content:
        raise Unreadable("is a binary file, not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        old = " it looks like Latin-1 or Windows-1252;" if content[error.start] >= 0xA0 else ""
        raise Unreadable(
            f"is not UTF-8 text (byte {error.start}) in line {line};{old} save it as UTF-8"
        ) from None


def wide_encoding(content: bytes) -> str | None:
    """Name an encoding of two or four bytes a character, or None.

    It is recognised by its byte order mark, or by the zero bytes of plain letters.
    """
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "UTF-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    head = content[:1_000]
    for width, name in ((4, "UTF-32"), (2, "UTF-16")):
        zeros = [head[byte::width].count(0) * width / max(len(head), 1) for byte in range(width)]
        if len(head) >= width and sorted(zeros)[0] < 0.1 and sorted(zeros)[1] > 0.7:
            return name
    return None


def csv_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line, cells) of each row of a CSV text that is not blank.

    A quoted cell may span several lines. Only the line ends of files end a line: other breaks, such
    as U+2028, are part of a cell. NotCSV for a row that cannot be read.
    """
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise NotCSV(line, f"not CSV: {error}") from None
        if cells is None:
            return
        if len(cells) > 1 or "".join(cells).strip():
            yield line, cells


def comma_hint(header: str) -> str:
    """Explain a header with a semicolon or a tab, which some programs write between columns."""
    return " (columns are separated by commas)" if {*header} & {";", "\t"} else ""


def lists_numbers(cells: Sequence[str]) -> bool:
    """Whether the first row of a table, which should name its columns, holds only numbers.

    The numbers may be separated by commas, semicolons or spaces.
    """
    found = [
        cell
        for cell in re.split(r"[\s;]+", " ".join(cells).replace('"', "").removeprefix("#"))
        if cell
    ]
    return bool(found) and all(map(is_plain_number, found))


def decimal_hint(cells: Sequence[str], columns: int) -> str:
    """Explain a row with too many cells that may hold decimal commas: 0,1 is two cells, 0 and 1."""
    parts = [re.fullmatch(r"[+-]?[0-9]+([eE][+-]?[0-9]+)?", cell.strip()) for cell in cells]
    return (
        " (a decimal is written with a point: 0.1, not 0,1)"
        if columns < len(cells) <= 2 * columns and all(parts)
        else ""
    )


def is_plain_number(text: str) -> bool:
    """Whether a cell is a plain decimal number, not `0x1`, `26_028` or digits of other scripts."""
    return re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text) is not None


def as_value(text: str) -> object:
    """Read a value as TOML, or return the text itself."""
    try:
        parsed = parse(f"value = {text}")
    except NotTOML:
        parsed = {}
    return parsed["value"] if parsed.keys() == {"value"} else text
