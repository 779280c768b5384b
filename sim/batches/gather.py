"""Joins many small parts into a few.

Each part repeats the names, units and labels of some 200 columns, which take 85 KB whatever it
holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.results.columns import KINDS
from sim.results.parts import Part, parquet, write_part
from sim.results.results import Results

LARGEST = 100  # most runs in a part, which takes some 50 MB while it is written


def gather(results: Results, largest: int = LARGEST) -> None:
    """Join neighbouring parts of a results folder, `largest` runs to a part.

    The digest does not change. A part is removed only when all its runs have been read back from
    others, so that this can stop at any moment.
    """
    stored = results.stored
    for several in list(groups(stored.all(), largest)):
        kinds = [kind for kind in KINDS if any(kind in part.kinds for part in several)]
        write_part(results.path, {kind: joined(results, kind, several) for kind in kinds})
        stored.all()
        stored.drop(stored.contained)
    stored.all()
    stored.drop(stored.contained)


def joined(results: Results, kind: str, parts: Sequence[Part]) -> bytes:
    """Return what several parts hold of a kind, as the content of one file."""
    import pyarrow as pa

    tables = [results.stored.table(part, kind) for part in parts if kind in part.kinds]
    return parquet(kind, pa.concat_tables(tables, promote_options="permissive"))


def groups(parts: Sequence[Part], largest: int) -> Iterator[list[Part]]:
    """Yield two or more parts at a time that together have at most `largest` runs."""
    group: list[Part] = []
    for part in parts:
        if sum(len(each.run_ids) for each in [*group, part]) > largest:
            if len(group) > 1:
                yield group
            group = []
        group.append(part)
    if len(group) > 1:
        yield group
