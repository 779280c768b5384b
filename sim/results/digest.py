"""The digest of results: the exact bits of every run, whatever the layout of the files that hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

TRAIL = b"\x1e"


def digests_by_run(table: pa.Table) -> Iterator[tuple[str, bytes]]:
    """(run_id, SHA-256 of its rows) for each run of a table: all columns but `wall_s`, by name; series by week and theatre."""
    import pyarrow as pa

    if (
        "week" in table.column_names
    ):  # how the rows of a run are laid out for compression is no part of the result
        table = table.sort_by(
            [("run_id", "ascending"), ("week", "ascending"), ("theatre", "ascending")]
        )
    ids = table["run_id"].to_numpy()
    names = sorted(set(table.column_names) - {"run_id", "wall_s"})
    words = {
        name: table[name].fill_null("\0").to_pylist()
        for name in names
        if pa.types.is_string(table.schema.field(name).type)
    }
    numbers = [name for name in names if name not in words]
    bits = np.empty((len(ids), len(numbers)), np.uint64)
    for column, name in enumerate(numbers):
        bits[:, column] = eight_bytes(table[name])
    head = "\x1f".join([*numbers, "", *words]).encode()
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]]) if len(ids) else np.empty(0, int)
    for start, stop in zip(starts, [*starts[1:], len(ids)]):
        texts = ("\x1f".join(column[start:stop]).encode() for column in words.values())
        yield (
            str(ids[start]),
            hashlib.sha256(TRAIL.join([head, bits[start:stop].tobytes(), *texts])).digest(),
        )


def eight_bytes(column: pa.ChunkedArray) -> np.ndarray:
    """The exact bits of a column of numbers, shape (rows,) uint64; one NaN for every null of a float, all ones for one of an integer."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        values = column.to_numpy().astype(np.float64)
        return np.where(np.isnan(values), np.nan, values).view(np.uint64)
    whole = (
        column.fill_null(False if pa.types.is_boolean(column.type) else 0)
        .to_numpy()
        .astype(np.int64)
        .view(np.uint64)
    )
    return np.where(column.is_null().to_numpy(), np.uint64(2**64 - 1), whole)
