"""Columns of words that answer a wrong one: a comparison with a word that never stands in the column selects nothing, and says so."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from sim.errors import near

LISTED = 12  # words; of a longer list, as of the names of places, only the nearest is told


class Words(np.ndarray):
    """An array of words. `names` are all that can stand in it; `==`, `!=`, `in` and `np.isin` with another give what they give of
    any array, and warn at that line (once, as Python does)."""

    names: tuple[str, ...]

    def __array_finalize__(self, whole: Any) -> None:
        self.names = getattr(whole, "names", ())

    def __eq__(self, other: Any) -> Any:
        warn_of(other, self.names)
        return self.view(np.ndarray) == other

    def __ne__(self, other: Any) -> Any:
        warn_of(other, self.names)
        return self.view(np.ndarray) != other

    __hash__ = None  # type: ignore[assignment]  # no array has one

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
    """An array of words in which only `names` can stand."""
    column = words.view(Words)
    column.names = names
    return column


def warn_of(word: Any, names: tuple[str, ...]) -> None:
    if names and np.isscalar(word) and word not in names:
        warnings.warn(
            f"{word!r} never stands in this column, so nothing is selected{instead_of(word, names)}",
            stacklevel=3,
        )


def instead_of(word: Any, names: tuple[str, ...]) -> str:
    """What could have been meant: all names where they are few, and the nearest where there is one."""
    return (f"; there are {', '.join(names)}." if len(names) <= LISTED else ".") + near(
        str(word), names
    )
