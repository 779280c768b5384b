"""What a user did wrong, said so that it can be put right: file, key, what was expected, what stood there, a near name."""

import datetime
import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

MAX_KEY = 120  # letters of a file's name or a key in a message
MAX_LINE = (
    400  # letters of a message: what lists all the names there are is cut after the first of them
)
SHOWN = 40  # lines of one report; a file of another kind may hold thousands of unknown keys


class Problem(NamedTuple):
    """One fault: the file (or `--set`), the dotted key ("" for the file as a whole) and what was expected."""

    file: str
    key: str
    text: str

    def __str__(self) -> str:
        places = [
            part if len(part) <= MAX_KEY else f"{part[:MAX_KEY]}..."
            for part in (self.file, self.key)
        ]
        line = printable(": ".join(part for part in (*places, self.text) if part))
        return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE - 3]}..."


class UserError(ValueError):
    """What a user asked for cannot be done; the text says what and why. The command prints it and exits with `status`."""

    status = 2


class ScenarioError(UserError):
    """A scenario is wrong: every problem found, one line each; of very many, the first ones and how many more there are."""

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
    """A text as one line that moves no cursor and sets no colour, whatever a key, a label or a path holds."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def plain(name: str) -> str:
    """A name without accents and in lower case: what it is looked up by."""
    return "".join(
        letter
        for letter in unicodedata.normalize("NFKD", name)
        if not unicodedata.combining(letter)
    ).casefold()


def near(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """` Did you mean "x"?`, or nothing where no known name is close, whatever the case and the accents of its letters."""
    names = {plain(each): each for each in known}
    close = difflib.get_close_matches(plain(name), names, 1, likeness)
    return f' Did you mean "{names[close[0]]}"?' if close else ""


def got(value: object) -> str:
    """A value as the file would write it, cut to a readable length."""
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
        case list() | tuple():  # no more of it than is shown: a list may be as long as a file
            text = f"[{', '.join(got(each)[5:-1] for each in value[:20])}{', ...' * (len(value) > 20)}]"
        case None:
            text = "nothing"
        case _:
            text = repr(value)
    return f"(got {text if len(text) <= 60 else text[:57] + '...'})"


def alternatives(names: Iterable[object]) -> str:
    """`"a", "b" or "c"`."""
    *others, last = [f'"{name}"' if isinstance(name, str) else str(name) for name in names]
    return f"{', '.join(others)} or {last}" if others else last
