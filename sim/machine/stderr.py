"""Messages on standard error, one plain line at a time."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def say(text: str, status: int) -> int:
    """Print a message on stderr without control characters, and return the status."""
    try:
        print(
            "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text),
            file=sys.stderr,
        )
    except OSError:  # a full stderr does not change the status
        drop(sys.stderr)
    return status


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """Print each of the library's warnings as one line on stderr, once; leave others to Python."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, UserWarning):
            usual(message, category, *where, **more)
        elif str(message) not in told:
            told.add(str(message))
            say(f"warning: {message}", 0)

    with warnings.catch_warnings():
        # Show them whatever the options of the interpreter say.
        warnings.simplefilter("always", UserWarning)
        usual, warnings.showwarning = warnings.showwarning, show
        yield


def drop(stream: Any) -> None:
    """Redirect a stream that cannot be written to /dev/null, so that nothing fails on it later."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
