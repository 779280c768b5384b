"""Errors that a user can correct, and the parts of their messages.

A message names the file and the key, what was expected, what was found, and a known name that is
close to a misspelt one.
"""

import datetime
import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

MAX_KEY = 120  # characters of a file name or a key in a message
MAX_LINE = 400  # characters of a message; a longer list of names is cut
SHOWN = 40  # problems in one report; a wrong file may hold thousands of unknown keys
MAX_VALUE = 60  # characters of a value in a message


class Problem(NamedTuple):
    """One problem: file (or `--set`), dotted key ("" for the whole file) and what was expected."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        where = [
            part if len(part) <= MAX_KEY else f"{part[:MAX_KEY]}..."
            for part in (self.file, self.key)
        ]
        line = printable(": ".join(part for part in (*where, self.text) if part))
        return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 3]}..."


class UserError(ValueError):
    """A request that cannot be met; the command prints the text and exits with `status`."""

    status = 2


class ScenarioError(UserError):
    """A wrong scenario; the text has a line for each of the first 40 problems, then a count."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        more = len(problems) - SHOWN
        lines = [str(problem) for problem in problems[:SHOWN]] + (
            [f"and {more:,} more problems"] if more > 0 else []
        )
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (self.problems,)


def printable(text: str) -> str:
    """Replace control characters by `?`: a key or a path must not control the terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def plain(name: str) -> str:
    """Return a name in lower case and without accents, for look-ups."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name)
        if not unicodedata.combining(letter)
    ).casefold()


def near(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return ` Did you mean "x"?`, or "" if no known name is close; ignore case and accents."""
    names = {plain(each): each for each in known}
    close = difflib.get_close_matches(plain(name), names, 1, likeness)
    return f' Did you mean "{names[close[0]]}"?' if close else ""


def got(value: object) -> str:
    """Return `(got VALUE)`, the end of many messages."""
    return f"(got {shown(value)})"


def shown(value: object) -> str:
    """Write a value as a scenario file would, cut to a readable length."""
    match value:
        case dict():
            text = "a table"
        case bool():
            text = str(value).lower()
        case str():
            text = f'"{printable(value[:80])}"'
        case int() if abs(value) >= 10**20:
            text = "a number of more than 20 digits"
        case datetime.date() | datetime.time():
            text = value.isoformat()
        case list() | tuple():  # a list may be as long as a file: only its start is written out
            first = ", ".join(shown(each) for each in value[:20])
            text = f"[{first}{', ...' * (len(value) > 20)}]"
        case None:
            text = "nothing"
        case _:
            text = repr(value)
    return text if len(text) <= MAX_VALUE else f"{text[: MAX_VALUE - 3]}..."


def alternatives(names: Iterable[object]) -> str:
    """Join names into `"a", "b" or "c"`."""
    *others, last = [f'"{name}"' if isinstance(name, str) else str(name) for name in names]
    return f"{', '.join(others)} or {last}" if others else last
