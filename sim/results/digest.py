"""The digest of results: the exact bits of every run, however files hold them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

TRAIL = b"\x1e"  # separates the items of a hash
INTEGER_NULL = np.uint64(2**64 - 1)


def digests_by_run(table: pa.Table) -> Iterator[tuple[str, bytes]]:
    """Yield (run_id, SHA-256 of its rows) for each run of a table.

    All columns but `wall_s` enter, by name; series are sorted by week and theatre.
    """
    import pyarrow as pa

    # The order of a run's rows is chosen for compression and is not part of the result.
    if "week" in table.column_names:
        order = ("run_id", "week", "theatre")
        table = table.sort_by([(name, "ascending") for name in order])
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
        content = TRAIL.join([head, bits[start:stop].tobytes(), *texts])
        yield str(ids[start]), hashlib.sha256(content).digest()


def eight_bytes(column: pa.ChunkedArray) -> np.ndarray:
    """Return the exact bits of a column of numbers, shape (rows,), uint64.

    Every null of a float becomes one and the same NaN, every null of an integer INTEGER_NULL.
    """
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        values = column.to_numpy().astype(np.float64)
        return np.where(np.isnan(values), np.nan, values).view(np.uint64)
    filled = column.fill_null(False if pa.types.is_boolean(column.type) else 0)
    whole = filled.to_numpy().astype(np.int64).view(np.uint64)
    return np.where(column.is_null().to_numpy(), INTEGER_NULL, whole)
