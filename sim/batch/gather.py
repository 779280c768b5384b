"""Many small parts joined into few: each part repeats the names, units and labels of some 200 columns, 85 KB whatever it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sim.batch.columns import RUNS_LAST
from sim.batch.parts import write_part
from sim.batch.plan import digest_of
from sim.batch.reading import table_in
from sim.batch.store import Results

LARGEST = 100  # runs in a part: some 50 MB while it is written


def gather(root: Path, largest: int = LARGEST) -> None:
    """Join neighbouring parts of a results folder, `largest` runs to a part; the digest stays.

    A new part is whole before an old one goes, and a run that stands in two parts counts once: the folder can be left at any moment.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    for names, run_ids in list(groups(Results.open(root), largest)):
        joined = f"part-{digest_of(*run_ids)}.parquet"
        for kind in RUNS_LAST:
            tables, seen = [], pa.array([], pa.string())
            for name in names:
                if (root / kind / name).exists():
                    table = table_in(root / kind / name)
                    tables.append(table.filter(pc.invert(pc.is_in(table["run_id"], seen))))
                    seen = pa.concat_arrays([seen, table["run_id"].unique().cast(pa.string())])
            if tables:
                write_part(root, kind, joined.removesuffix(".parquet"), pa.concat_tables(tables, promote_options="permissive"))
        for kind in reversed(RUNS_LAST):
            for name in names:
                (root / kind / name).unlink(missing_ok=True)


def groups(results: Results, largest: int) -> Iterator[tuple[list[str], list[str]]]:
    """(names, run_ids) of two or more parts that make one of at most `largest` runs."""
    names: list[str] = []
    run_ids: list[str] = []
    for part in [*results.parts("runs"), None]:
        more = table_in(part, ["run_id"])["run_id"].to_pylist() if part else []
        if part is None or (names and len(run_ids) + len(more) > largest):
            if len(names) > 1:
                yield names, list(dict.fromkeys(run_ids))
            names, run_ids = [], []
        if part:
            names, run_ids = [*names, part.name], [*run_ids, *more]
