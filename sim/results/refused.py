"""Errors and warnings about results folders, in the words that a user sees."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import UserError

AGAIN = "the same command that made the folder writes it again"
ANEW = (
    "a folder of format 1 cannot be repaired: "
    "`redeploy batch` with --replace or another --out makes its runs again"
)
UNCHANGED = "nothing was changed"
# These errors concern the file itself. All others (permission, memory, open files, the disk) say
# that the system refuses to read it.
OF_THE_FILE = {
    None,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ELOOP,
    errno.ENXIO,
    errno.EINVAL,
}


class ResultsError(UserError):
    """A results folder cannot be read, written or queried as the user wants (exit status 2)."""


class Unreadable(ResultsError):
    """The system does not let a file be read. The file may be intact, and nothing is changed."""


class OtherFormat(ResultsError):
    """Another version of redeploy wrote a results folder in a format that cannot be used here."""


class Damaged(ResultsError):
    """A file of a results folder is missing or is not what was written."""


class Interrupted(ResultsError):
    """A batch ended for another cause than the user's input; what it has done is saved.

    The exit status is 1.
    """

    status = 1


class ResultsWarning(UserWarning):
    """Something about a results folder that its reader should know.

    The command line prints it as one plain line.
    """


@contextmanager
def in_words(root: Path) -> Iterator[None]:
    """Turn what the system refuses into a ResultsError that names the file."""
    try:
        yield
    except OSError as error:
        file = error.filename2 or error.filename or root
        raise ResultsError(
            f"{file}: {error.strerror or error}; correct this, or choose another folder with --out"
        ) from None


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Raise Unreadable if the system refuses to read a file.

    The cause may be permission, memory, too many open files or a failing disk. An OSError that
    concerns the file itself (it is missing, or no regular file) passes.
    """
    try:
        yield
    except MemoryError:
        raise Unreadable(f"{file}: cannot be read: not enough memory; {UNCHANGED}") from None
    except OSError as error:
        if error.errno in OF_THE_FILE:
            raise
        reason = error.strerror or error
        raise Unreadable(f"{file}: cannot be read: {reason}; {UNCHANGED}") from None
