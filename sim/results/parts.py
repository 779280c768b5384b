"""The parts of a results folder: some runs each, as one file of each kind.

The name of a part follows from what is in it. `runs/NAME.sha256` is the *record* of a part: the
SHA-256 of each of its files, as `sha256sum --check runs/*.sha256` reads it. NAME begins with the
SHA-256 of these sums. This has three consequences:
- A part is whole if the sums of its files give its name, whether its record is there or not.
- No part is ever written over another: parts of equal names hold equal bytes.
- If the name does not fit, the record tells which file is damaged or missing.

The file in `runs` is the last to be written and the first to be removed, and each file is safe on
the disk before the next. A part without that file does not count: it was left by a stopped write or
removal. A part does not count either if all of its runs are in other parts.

A batch may join parts while somebody reads. It removes them only when the joined part is there, and
their files in `runs` first. A reader that loses a part therefore looks up which parts there are now
and reads these.

Folders of format 1 have parts of any name and no records. In them only a file that cannot be read,
or that has the wrong shape, is noticed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sim.machine.durable import make_folder, remove, replace_file, sync
from sim.results.columns import ALWAYS, KINDS, RUNS_LAST, columns_amiss
from sim.results.reading import bytes_in, names_in, sum_of, table_in
from sim.results.refused import AGAIN, ANEW, Damaged, ResultsError, Unreadable

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")
END, RECORD = ".parquet", ".sha256"
TRIES = 100  # of a reader while parts are joined; each join leaves fewer, so one or two suffice
OURS = re.compile(r"part-[0-9a-f]{16}\.(parquet|sha256)")
OF_FORMAT_1 = re.compile(r"part-.*\.parquet", re.DOTALL)


@dataclass(frozen=True)
class Part:
    """A whole part: its name, its kinds, and the runs in it."""

    name: str
    kinds: tuple[str, ...]
    run_ids: tuple[str, ...]


class Parts:
    """The parts of the folder `root`. Each is checked once, before anything of it is read.

    With `mending`, damaged parts are left out and named in `damaged`; otherwise a damaged part
    raises Damaged.
    """

    def __init__(self, root: Path, format_: int, mending: bool = False) -> None:
        self.root, self.format, self.mending = root, format_, mending
        self.damaged: dict[str, str] = {}  # part -> what is wrong with it
        self.contained: set[str] = set()  # parts all of whose runs are in other parts
        self.repeated: dict[str, set[str]] = {}  # part -> its runs that another part also has
        self._checked: dict[str, Part] = {}

    def all(self) -> list[Part]:
        """Return the parts that count, by name.

        Unreadable if they do not stay the same for long enough to be read.
        """
        for _ in range(TRIES):
            names = self._names()
            self._check(names)
            if self._names() == names:
                return self._those_that_count()
        raise self._restless()

    def read(self, work: Callable[[list[Part]], T]) -> T:
        """Return the result of `work` on the parts that count.

        The work begins again if one of them was joined with others meanwhile.
        """
        for _ in range(TRIES):
            parts = self.all()
            try:
                return work(parts)
            except Exception:
                if {part.name for part in parts} <= set(self._names()):
                    raise
        raise self._restless()

    def table(self, part: Part, kind: str, columns: list[str] | None = None) -> pa.Table:
        """Return what a part holds of a kind, without the runs that another part also has."""
        import pyarrow as pa
        import pyarrow.compute as pc

        file = self.root / kind / f"{part.name}{END}"
        try:
            table = table_in(file, kind, columns)
        except (OSError, pa.ArrowException):
            raise Damaged(f"{file}: missing or damaged; {self._again}") from None
        if again := self.repeated.get(part.name):
            is_repeated = pc.is_in(table["run_id"], pa.array(sorted(again), pa.string()))
            table = table.filter(pc.invert(is_repeated))
        return table

    def drop(self, names: Iterable[str]) -> None:
        """Remove the parts of these names, or what is left of them.

        The record goes last, since it shows that the other files are ours.
        """
        names = sorted(names)
        for kind in ("runs", *RUNS_LAST[:-1]):
            if names and (self.root / kind).is_dir():
                for name in names:
                    remove(self.root / kind / f"{name}{END}")
                sync(self.root / kind)
        for name in names:
            remove(self.root / "runs" / f"{name}{RECORD}")

    def leftovers(self) -> list[str]:
        """Return the parts that a stopped write or removal left.

        These have a record and no file in `runs`. Files without even a record stay, since `runs`
        may have been moved away for a while.
        """
        names = names_in(self.root / "runs")
        ours = [name for name in names if name.endswith(RECORD) and OURS.fullmatch(name)]
        recorded = [name.removesuffix(RECORD) for name in ours]
        return [name for name in recorded if name + END not in names]

    @property
    def _again(self) -> str:
        """What a user can do about a damaged part."""
        return AGAIN if self.format > 1 else ANEW

    def _names(self) -> list[str]:
        """Return the names of the parts that have a file in `runs`."""
        shape = OURS if self.format > 1 else OF_FORMAT_1
        return sorted(
            name.removesuffix(END)
            for name in names_in(self.root / "runs")
            if name.endswith(END) and shape.fullmatch(name)
        )

    def _check(self, names: list[str]) -> None:
        """Check the parts of these names that are not checked yet."""
        self._checked = {name: part for name, part in self._checked.items() if name in set(names)}
        self.damaged = {}
        check = self._whole if self.format > 1 else self._readable
        for name in names:
            if name not in self._checked:
                try:
                    self._checked[name] = check(name)
                except Damaged as error:
                    self.damaged[name] = str(error)

    def _those_that_count(self) -> list[Part]:
        """Return the parts that count; Damaged for a damaged part whose runs are in no other."""
        parts = self._counted()
        stored = {run_id for part in parts for run_id in part.run_ids}
        # A damaged part may be somebody's copy of a whole one, for example.
        for name in [name for name in self.damaged if self._named(name) <= stored]:
            self.contained.add(name)
            del self.damaged[name]
        if self.damaged and not self.mending:
            first, more = next(iter(self.damaged.values())), len(self.damaged) - 1
            others = f" ({more} more parts are damaged)" if more else ""
            raise Damaged(f"{first}; {self._again}{others}")
        return parts

    def _restless(self) -> Unreadable:
        return Unreadable(
            f"{self.root}: its parts change faster than they can be read; "
            "wait until the batch that writes here has ended"
        )

    def _counted(self) -> list[Part]:
        """Return the parts that have a run of their own.

        Of parts that share runs, those with the most kinds, then with the most runs, come first.
        """
        seen: set[str] = set()
        counted = []
        self.contained, self.repeated = set(), {}
        largest_first = sorted(
            self._checked.values(),
            key=lambda part: (-len(part.kinds), -len(part.run_ids), len(part.name), part.name),
        )
        for part in largest_first:
            again = seen.intersection(part.run_ids)
            if len(again) == len(part.run_ids):
                self.contained.add(part.name)
                continue
            if again:
                self.repeated[part.name] = again
            seen.update(part.run_ids)
            counted.append(part)
        return sorted(counted, key=lambda part: part.name)

    def _whole(self, name: str) -> Part:
        """Return a part whose files have the sums that its name says; Damaged otherwise."""
        import pyarrow as pa

        sums = {}
        for kind in KINDS:
            try:
                sums[kind] = sum_of(self.root / kind / f"{name}{END}")
            except FileNotFoundError:
                continue
            except OSError:
                sums[kind] = ""
        record = self.root / "runs" / f"{name}{RECORD}"
        kept = record_in(record)
        if name_of(sums) == name:
            if kept != sums and self.mending:
                write_record(self.root, name, sums)
            elif kept != sums and record.name in names_in(record.parent):
                raise Damaged(f"{record}: damaged")
            try:
                return Part(name, tuple(sums), self._run_ids(name))
            except (OSError, pa.ArrowException):
                raise Damaged(f"{self.root / 'runs' / name}{END}: missing or damaged") from None
        if kept is None or name_of(kept) != name:
            raise Damaged(f"{self.root / 'runs' / name}{END}: this part or its record is damaged")
        kind = next(kind for kind in KINDS if kept.get(kind) != sums.get(kind))
        what = "missing" if kind not in sums else "damaged" if kind in kept else "not of this part"
        raise Damaged(f"{self.root / kind / name}{END}: {what}")

    def _readable(self, name: str) -> Part:
        """Return a part of format 1 whose tables can be read and fit; Damaged otherwise."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        kinds = []
        for kind in KINDS:
            file = self.root / kind / f"{name}{END}"
            try:
                if f"{name}{END}" not in names_in(file.parent):
                    if kind in ALWAYS:
                        raise FileNotFoundError(file)
                    continue
                ids = table_in(file, kind, ["run_id"])["run_id"].to_pylist()
                if columns_amiss(kind, pq.read_schema(file.absolute())):
                    raise pa.ArrowInvalid("columns")
                if kind == "runs":
                    run_ids = tuple(ids)
                elif not set(ids) <= set(run_ids) or (kind in ALWAYS and set(ids) != set(run_ids)):
                    raise pa.ArrowInvalid("runs")
            except (OSError, pa.ArrowException):
                raise Damaged(f"{file}: missing or damaged") from None
            kinds.append(kind)
        return Part(name, tuple(kinds), run_ids)

    def _named(self, name: str) -> set[str]:
        """Return the run_ids that can be read of a damaged part.

        If none can be read this is `{""}`, which is no run.
        """
        import pyarrow as pa

        try:
            return set(self._run_ids(name))
        except (OSError, pa.ArrowException):
            return {""}

    def _run_ids(self, name: str) -> tuple[str, ...]:
        file = self.root / "runs" / f"{name}{END}"
        return tuple(table_in(file, "runs", ["run_id"])["run_id"].to_pylist())


def write_part(root: Path, files: Mapping[str, bytes]) -> str:
    """Store one part, given as the content of its file of each kind, and return its name."""
    sums = {kind: hashlib.sha256(files[kind]).hexdigest() for kind in KINDS if kind in files}
    name = name_of(sums)
    for kind in (*files, "runs"):
        make_folder(root / kind)
    write_record(root, name, sums)
    for kind in (kind for kind in RUNS_LAST if kind in files):
        path = root / kind / f"{name}{END}"
        replace_file(path, lambda file, kind=kind: file.write(files[kind]))  # type: ignore[misc]
    return name


def name_of(sums: Mapping[str, str]) -> str:
    """Return the name of a part whose files, by kind, have these sums."""
    by_kind = repr([(kind, sums[kind]) for kind in KINDS if kind in sums])
    return f"part-{hashlib.sha256(by_kind.encode()).hexdigest()[:16]}"


def write_record(root: Path, name: str, sums: Mapping[str, str]) -> None:
    """Write the record of a part."""
    text = "".join(f"{sum_}  {kind}/{name}{END}\n" for kind, sum_ in sums.items())
    replace_file(root / "runs" / f"{name}{RECORD}", lambda file: file.write(text.encode()))


def record_in(file: Path) -> dict[str, str] | None:
    """Return the sums in a record, by kind; None if it is missing or not what was written."""
    try:
        text = bytes_in(file)
        sums = {line[66:].partition("/")[0]: line[:64] for line in text.decode().splitlines()}
    except (OSError, ValueError) as error:
        if isinstance(error, ResultsError):
            raise
        return None
    written = "".join(f"{sum_}  {kind}/{file.stem}{END}\n" for kind, sum_ in sums.items())
    return sums if written.encode() == text else None


def parquet(kind: str, table: pa.Table) -> bytes:
    """Return a table as the content of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    if kind == "series":  # the weeks of one theatre resemble one another, so they compress well
        order = ("run_id", "theatre", "week")
        table = table.sort_by([(name, "ascending") for name in order])
    # Measured on weekly series of 1,095 days: a run takes 97 KB with this order, dictionaries of
    # repeated values and byte planes, and 113 KB without them. Whole numbers and the f4 of
    # snapshots are smaller without a dictionary (16 KB for a run of 5 snapshots, 22 KB with one).
    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    doubles = [field.name for field in table.schema if pa.types.is_float64(field.type)]
    repeated = [*words, *(name for name in doubles if 4 * len(table[name].unique()) <= len(table))]
    spread = [
        field.name
        for field in table.schema
        if pa.types.is_floating(field.type) and field.name not in repeated
    ]
    options: dict[str, Any] = {
        "use_dictionary": repeated,
        "use_byte_stream_split": spread,
        "write_statistics": False,
    }
    pq.write_table(table, content := BytesIO(), compression="zstd", **options)
    return content.getvalue()
