"""Files of a results folder as text and tables; one message where they cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.batch.columns import ALWAYS, DESIGN_COLUMNS, KINDS
from sim.batch.refused import AGAIN, ResultsError

if TYPE_CHECKING:
    import pyarrow as pa


def text_in(file: Path) -> str:
    """A text file of the folder; OSError for a pipe too, on which a reader would wait for ever."""
    if not file.is_file():
        raise FileNotFoundError(file)
    return file.read_text(encoding="utf-8")


def table_in(file: Path, columns: list[str] | None = None) -> pa.Table:
    """A Parquet file of the folder; ResultsError when it is missing or damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if not file.is_file():  # of a directory Arrow would make a table without columns
            raise FileNotFoundError(file)
        table = pq.read_table(file, columns=columns)
        needed = DESIGN_COLUMNS if file.name == "design.parquet" else KINDS[file.parent.name].keys() if file.parent.name in ALWAYS else ()
        if missing := set(columns or needed) - set(table.column_names):
            raise pa.ArrowInvalid(f"no {missing}")
        return table
    except (OSError, pa.ArrowException):
        part = file if file.parent.name in ALWAYS else file.parents[1] / "runs" / file.name  # what has no `runs` part is done again
        what = AGAIN if file.name == "design.parquet" else f"remove {'it' if part == file else part}, and {AGAIN}"
        raise ResultsError(f"{file}: missing or damaged; {what}") from None
