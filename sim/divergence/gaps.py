"""Where the values of two runs differ.

For a field that is known to differ: how many agents and numbers do, and which is the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.divergence.answer import Difference, Element

ROWS = "table_row"  # the field of a table that says which of its rows are in use
# Tables of agents that have a uid.
WITH_UID = {"units", "groups", "networks", "shipments", "labs", "leads", "communities"}


@dataclass(frozen=True)
class Gap:
    """A field that differs: `agents` out of `of`, and `entries` (numbers) in all.

    `a`, `b`: the index of the first difference in each run, None where that run lacks it."""

    field: str
    agents: int
    of: int
    entries: int
    a: tuple[int, ...] | None
    b: tuple[int, ...] | None

    def told(self, values: tuple[dict[str, Any], ...], named: list[dict[str, Any]]) -> Difference:
        """Return the difference in words.

        `values`: the arrays of each side, by field. `named`: what `describe` of each side gave, or
        {}."""
        indices = (self.a, self.b)
        a, b = (
            None if index is None else each[self.field][index].item()
            for each, index in zip(values, indices)
        )
        spot = named[0] if self.a is not None else named[1]
        element = Element(
            *(str(spot.get(key, "")) for key in ("kind", "name", "uid", "place", "theatre", "at"))
        )
        word_a, word_b = (str(each.get("word", "")) for each in named)
        return Difference(
            self.field, self.agents, self.of, self.entries, element, a, b, word_a, word_b
        )


def gaps(fields: Sequence[str], a: dict[str, Any], b: dict[str, Any]) -> Iterator[Gap]:
    """Yield where each field differs, in the order given.

    Rows of a table of agents are matched by uid. Agents that exist in one run only are listed once,
    as `alive`. A different order of rows is listed only where nothing else differs in the table."""
    tables = dict.fromkeys(field.partition(".")[0] for field in fields)
    for table in tables:
        own = [field for field in fields if field.partition(".")[0] == table]
        if table not in WITH_UID:
            yield from (of_arrays(field, a[field], b[field]) for field in own)
            continue
        found = list(of_table(table, own, a, b))
        yield from found or [Gap(f"{table}.{ROWS}", 0, 0, 0, None, None)]


def of_arrays(field: str, a: np.ndarray, b: np.ndarray) -> Gap:
    """Return where two arrays differ in their bits; the first axis counts as agents.

    Where they differ in shape or type only, no index is given."""
    if a.shape != b.shape:
        if a.ndim != b.ndim or a.shape[1:] != b.shape[1:]:
            return Gap(field, len(a), len(a), a.size, None, None)
        rows = max(len(a), len(b))
        a, b = (
            np.concatenate([each, np.zeros((rows - len(each), *each.shape[1:]), each.dtype)])
            for each in (a, b)
        )
    differ = bits(a) != bits(b)
    if not differ.any():  # two codes may store the same numbers as another type
        return Gap(field, 0, len(a), 0, None, None)
    first = tuple(int(i) for i in np.argwhere(differ)[0])
    agents = int(differ.reshape(len(differ), -1).any(axis=1).sum())
    return Gap(field, agents, len(differ), int(differ.sum()), first, first)


def of_table(
    table: str, fields: Sequence[str], a: dict[str, Any], b: dict[str, Any]
) -> Iterator[Gap]:
    """Yield where the columns of a table of agents differ."""
    uids = a[f"{table}.uid"], b[f"{table}.uid"]
    shared, here, there = np.intersect1d(uids[0], uids[1], return_indices=True)
    order = np.argsort(here, kind="stable")
    here, there = here[order], there[order]
    alone = [np.flatnonzero(~np.isin(own, shared)) for own in uids]
    of = len(shared) + len(alone[0]) + len(alone[1])
    if len(alone[0]) or len(alone[1]):
        first = [(int(rows[0]),) if len(rows) else None for rows in alone]
        born = len(alone[0]) + len(alone[1])
        yield Gap(
            f"{table}.alive", born, of, born, first[0], None if first[0] is not None else first[1]
        )
    for field in fields:
        if field in (f"{table}.uid", f"{table}.{ROWS}"):
            continue
        differ = np.flatnonzero(bits(a[field][here]) != bits(b[field][there]))
        if len(differ):
            yield Gap(
                field,
                len(differ),
                of,
                len(differ),
                (int(here[differ[0]]),),
                (int(there[differ[0]]),),
            )


def bits(array: np.ndarray) -> np.ndarray:
    """Return the stored bits of an array, so that equal means equal to the last bit."""
    return np.ascontiguousarray(array).view(np.int64) if array.dtype.itemsize == 8 else array


def agents_that_differ(a: dict[str, Any], b: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return which agents of a table differ or exist in one run only, and their theatres.

    Both arrays have all agents of either run: bool[n], and i8[n], the theatre in A, else in B."""
    there = dict(zip(b["uid"].tolist(), zip(b["digest"], b["theatre"].tolist())))
    differ, where = [], []
    for uid, digest, theatre in zip(a["uid"].tolist(), a["digest"], a["theatre"].tolist()):
        differ.append(there.pop(uid, (None, 0))[0] != digest)
        where.append(theatre)
    differ += [True] * len(there)
    where += [theatre for _, theatre in there.values()]
    return np.array(differ, bool), np.array(where, np.int64)
