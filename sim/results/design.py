"""Reads the design of a results folder: the points of its plan as a table."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.columns import DESIGN_COLUMNS
from sim.results.reading import bytes_in
from sim.results.refused import AGAIN, Damaged, ResultsError

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "design.parquet"


def read_design(root: Path, sum_: str | None) -> pa.Table:
    """Return the design of a folder, checked against its SHA-256 if there is one.

    Damaged if the file is missing or is not what was written; Unreadable if the system refuses to
    read it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = bytes_in(root / NAME)
        if sum_ is not None and hashlib.sha256(content).hexdigest() != sum_:
            raise ValueError
        table = pq.read_table(pa.BufferReader(content))
        for name, kind in DESIGN_COLUMNS.items():
            if table.schema.field(name).type != pa.type_for_alias(kind):
                raise ValueError
        if len(set(table["point_id"].to_pylist())) < len(table):
            raise ValueError
    except ResultsError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException):
        raise Damaged(f"{root / NAME}: missing or damaged; {AGAIN}") from None
    return table


def says_of_itself(root: Path) -> dict[str, str]:
    """Return the plan_id and format in design.parquet, nothing if it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        said = pq.read_schema(pa.BufferReader(bytes_in(root / NAME))).metadata or {}
        return {
            key: said[key.encode()].decode()
            for key in ("plan_id", "format")
            if key.encode() in said
        }
    except ResultsError:
        raise
    except (OSError, ValueError, pa.ArrowException):
        return {}
