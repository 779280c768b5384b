"""Fields of a table's rows as attributes: how the views of this folder read and write in place."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np


class Columns(dict[str, np.ndarray]):
    """Columns of one table by field, found at first use.

    They are cleared after every step, since a table that grows is replaced.
    """

    def __init__(self, find: Callable[[], np.ndarray]) -> None:
        super().__init__()
        self.find = find

    def __missing__(self, field: str) -> np.ndarray:
        column = self[field] = self.find()[field]
        return column


class Gone(dict[str, np.ndarray]):
    """The columns of an agent that has left the model; its row may be another agent's."""

    def __missing__(self, field: str) -> np.ndarray:
        raise LookupError(
            f"{field}: this agent is no longer in the model; look again with model.agents"
        )


GONE = Gone()


class Column:
    """A field of the agent's row as an attribute, read and written in place."""

    def __init__(self, field: str, note: str) -> None:
        self.field, self.__doc__ = field, note

    def __get__(self, view: Any, owner: type | None = None) -> Any:
        return self if view is None else view.columns[self.field].item(view.row)

    def __set__(self, view: Any, value: float) -> None:
        view.columns[self.field][view.row] = value


def notes(record: type) -> dict[str, str]:
    """Return the unit and range of every field of a record class, from its comments."""
    return dict(
        re.findall(r"^    (\w+): \w+(?:  # (.*))?$", inspect.getsource(record), re.MULTILINE)
    )


def named(field: str, names: tuple[str, ...]) -> property:
    """Return a property that gives the code in a field as a word."""
    return property(
        lambda view: names[getattr(view, field)], doc=f"`{field}` as a word: {', '.join(names)}"
    )
