"""Columns of words that warn of a wrong word.

A comparison with a word that never occurs in the column selects nothing; it also warns.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from sim.errors import near

LISTED = 12  # the most words that a message lists; of a longer list, such as places, the nearest


class Words(np.ndarray):
    """An array of words, all of which are in `names`.

    `==`, `!=`, `in` and `np.isin` with any other word give the usual result, and warn once at the
    line of the caller.
    """

    names: tuple[str, ...]

    def __array_finalize__(self, whole: Any) -> None:
        self.names = getattr(whole, "names", ())

    def __eq__(self, other: Any) -> Any:
        warn_of(other, self.names)
        return self.view(np.ndarray) == other

    def __ne__(self, other: Any) -> Any:
        warn_of(other, self.names)
        return self.view(np.ndarray) != other

    __hash__ = None  # type: ignore[assignment]  # arrays are not hashable

    def __array_function__(self, function: Any, types: Any, given: Any, named: Any) -> Any:
        if (
            function is np.isin
            and len(given) == 2
            and isinstance(given[0], Words)
            and not isinstance(given[1], Words)
        ):
            for word in given[1]:
                warn_of(word, given[0].names)
        return super().__array_function__(function, types, given, named)


def column_of(words: np.ndarray, names: tuple[str, ...]) -> Words:
    """Make an array of words that can hold only `names`."""
    column = words.view(Words)
    column.names = names
    return column


def warn_of(word: Any, names: tuple[str, ...]) -> None:
    if names and np.isscalar(word) and word not in names:
        wrong = f"{word!r} never occurs in this column, so nothing is selected"
        warnings.warn(f"{wrong}{instead_of(word, names)}", stacklevel=3)


def instead_of(word: Any, names: tuple[str, ...]) -> str:
    """Say what may have been meant: all names if they are few, and the nearest, if any."""
    return (f"; there are {', '.join(names)}." if len(names) <= LISTED else ".") + near(
        str(word), names
    )
