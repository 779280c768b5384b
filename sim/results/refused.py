"""What a results folder or the system refuses, in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import UserError

AGAIN = "the same command that made the folder writes it anew"
ANEW = "a folder of format 1 is not mended: `redeploy batch` with --replace or another --out does its runs anew"
# What these tell is of the file itself; anything else that the system refuses (permission, memory, open files, the disk) is not.
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
    """A results folder that cannot be read, written or asked as wanted (exit status 2)."""


class Unreadable(ResultsError):
    """The system does not let a file be read: it may be as good as ever, and nothing is changed."""


class OtherFormat(ResultsError):
    """A results folder that another version of redeploy wrote, in a format that cannot be used as wanted."""


class Damaged(ResultsError):
    """A file of a results folder that is not what was written, or is not there."""


class Interrupted(ResultsError):
    """A batch that something other than the user's input ended; what it has done is saved (exit status 1)."""

    status = 1


class ResultsWarning(UserWarning):
    """Something about a results folder that its reader should know; the command line prints it as one plain line."""


@contextmanager
def in_words(root: Path) -> Iterator[None]:
    """What the system refuses, as a ResultsError that names the file."""
    try:
        yield
    except OSError as error:
        file = error.filename2 or error.filename or root
        raise ResultsError(
            f"{file}: {error.strerror or error}; see to it, or choose another folder with --out"
        ) from None


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Raise Unreadable where the system refuses to read: no permission, no memory, too many open files, a failing disk.

    An OSError that tells of the file itself (it is not there, it is no file) passes."""
    try:
        yield
    except MemoryError:
        raise Unreadable(
            f"{file}: cannot be read: not enough memory; nothing was changed"
        ) from None
    except OSError as error:
        if error.errno in OF_THE_FILE:
            raise
        raise Unreadable(
            f"{file}: cannot be read: {error.strerror or error}; nothing was changed"
        ) from None
