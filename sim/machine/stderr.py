"""What is told on the standard error output: one plain line at a time."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def say(text: str, status: int) -> int:
    """Tell on stderr, with no character that moves the cursor, and give the status back."""
    try:
        print(
            "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text),
            file=sys.stderr,
        )
    except OSError:  # a full stderr changes no status
        drop(sys.stderr)
    return status


@contextmanager
def warnings_as_lines() -> Iterator[None]:
    """What the library warns a user of is one line on stderr, told once; other warnings stay as Python shows them."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, UserWarning):
            usual(message, category, *where, **more)
        elif str(message) not in told:
            told.add(str(message))
            say(f"warning: {message}", 0)

    with warnings.catch_warnings():
        warnings.simplefilter(
            "always", UserWarning
        )  # whatever the interpreter was told: nothing is dropped without a word
        usual, warnings.showwarning = warnings.showwarning, show
        warnings.simplefilter("always", UserWarning)
        yield


def drop(stream: Any) -> None:
    """Nothing more is tried on a stream that cannot be written, at the end of the process either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
