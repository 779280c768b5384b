"""The parts of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sim.batch.durable import replace_file


def write_part(root: Path, kind: str, name: str, table: Any) -> None:
    """Write one part of a kind of table, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if "week" in table.column_names:  # weeks of a theatre in a row resemble one another
        table = table.sort_by([("run_id", "ascending"), ("theatre", "ascending"), ("week", "ascending")])
    # Measured on weekly series of 1,095 days: 113 KB a run without order, dictionaries of repeated values and byte planes, 97 with them.
    # Whole numbers and the f4 of snapshots are smaller without a dictionary (16 KB a run of 5 snapshots, 22 with).
    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    doubles = [field.name for field in table.schema if pa.types.is_float64(field.type)]
    repeated = [*words, *(name for name in doubles if 4 * len(table[name].unique()) <= len(table))]
    spread = [field.name for field in table.schema if pa.types.is_floating(field.type) and field.name not in repeated]
    options: dict[str, Any] = {"use_dictionary": repeated, "use_byte_stream_split": spread, "write_statistics": False}
    (root / kind).mkdir(exist_ok=True)
    replace_file(root / kind / f"{name}.parquet", lambda file: pq.write_table(table, file, compression="zstd", **options))
