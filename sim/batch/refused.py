"""What a results folder or the system refuses, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.scenario.problems import UserError

AGAIN = "the same command that made the folder writes it anew"


class ResultsError(UserError):
    """A results folder that cannot be read, written or asked as wanted (exit status 2)."""


class Interrupted(ResultsError):
    """A batch that something other than the user's input ended; what it has done is saved (exit status 1)."""

    status = 1


@contextmanager
def in_words(root: Path) -> Iterator[None]:
    """What the system refuses, as a ResultsError that names the file."""
    try:
        yield
    except OSError as error:
        file = error.filename2 or error.filename or root
        raise ResultsError(f"{file}: {error.strerror or error}; see to it, or choose another folder with --out") from None
