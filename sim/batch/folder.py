"""The writing side of a results folder: one writer, one plan, whole files."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from sim.batch.plan import Plan
from sim.batch.shard import Shard
from sim.batch.store import KINDS, Results, ResultsError

VERSIONS = ("redeploy", "numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")
NOT_DECIDING = ("title", "description", "replications.count", "allow_outside_range")
SHOWN = 6  # differences named when a folder belongs to another plan
WRITTEN = r"((manifest|calibration|scoreboard)\.json|(design|part-\w+)\.parquet|fitted\.csv|fans\.png)"
LEFTOVER = re.compile(WRITTEN + r"\.\d+\.tmp")  # of a killed `replace_file`; any other *.tmp is the user's


@contextmanager
def writing(root: Path, plan: Plan, shard: Shard, replace: bool = False) -> Iterator[set[str]]:
    """Hold the folder `root` for this plan, or a shard of it, and give the run_ids that it already has.

    Makes the folder, its manifest and design when absent; `replace` first moves a folder that is there to `<name>.old-N`. Raises
    ResultsError for what `refuse` tells, and when the folder cannot be made or moved.
    """
    refuse(root, plan, shard, replace)
    with in_words(root):
        if replace and root.is_dir() and any(root.iterdir()):
            with locked(root):
                home = root.resolve()  # of `a/..` the name is no name, and a link stays where it is
                move_aside(home)
                home.mkdir()
        root.mkdir(parents=True, exist_ok=True)
    with locked(root):
        with in_words(root):
            done = prepare(root, plan, shard)
        yield done


def refuse(root: Path, plan: Plan, shard: Shard, replace: bool = False) -> None:
    """Raise ResultsError where `root` cannot be written for this plan, or a shard of it, and write nothing but its lock.

    A file or a link to nowhere is in the way; the folder holds other things than results; another batch writes there; it belongs to
    another plan (naming what differs), unless `replace` can move it aside.
    """
    with in_words(root):
        refuse_what_is_no_folder(root)
        if not root.is_dir() or not any(root.iterdir()):
            return
        refuse_what_is_not_ours(root)  # only a results folder is ever moved
        with locked(root):
            if not replace:
                earlier_manifest(root, plan, shard)
            elif Path.cwd().is_relative_to(root.resolve()):
                raise ResultsError(f"{root}: cannot be moved aside from inside it; change to a directory outside, or choose another --out")


def prepare(root: Path, plan: Plan, shard: Shard) -> set[str]:
    """Clear what a stopped batch left behind, write design and manifest, give the run_ids that are stored."""
    earlier = earlier_manifest(root, plan, shard)
    clear_leftovers(root, *(root / kind for kind in KINDS))
    for leftover in (root / "stop", root / "failures.jsonl"):
        leftover.unlink(missing_ok=True)  # failed runs are tried again, so their lines go too
    for kind in KINDS:
        for part in (root / kind).glob("part-*.parquet"):
            if not (root / "runs" / part.name).exists():
                part.unlink()
    write_design(root, plan)
    manifest = manifest_of(plan)
    manifest["replications"] = max(plan.replications, earlier["replications"] if earlier else 0)
    manifest["planned"] = sum(replication in shard for replication in range(manifest["replications"])) * len(plan.points)
    manifest["shard"] = str(shard)
    write_manifest(root, manifest)
    for kind in KINDS:
        (root / kind).mkdir(exist_ok=True)
    return Results.open(root).done()


def earlier_manifest(root: Path, plan: Plan, shard: Shard) -> dict[str, Any] | None:
    """The manifest of the folder; None in a new one, and where it is lost or damaged but the design is that of this plan.

    ResultsError where the folder belongs to another plan, naming what differs, or to another shard."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        earlier = Results.open(root).manifest
    except ResultsError:
        try:
            ours = (pq.read_schema(root / "design.parquet").metadata or {}).get(b"plan_id") == plan.plan_id.encode()
        except (OSError, pa.ArrowException):
            ours = not any((root / "runs").glob("part-*.parquet"))
        if ours:
            return None
        raise ResultsError(
            f"{root}: manifest.json is damaged, and design.parquet is not of this plan; choose another --out, or --replace to move it aside"
        ) from None
    if earlier["plan_id"] != plan.plan_id:
        what = differences(earlier, manifest_of(plan))
        raise ResultsError(f"{root}: belongs to another plan ({what}); choose another --out, or --replace to move it aside")
    if earlier.get("shard", "1/1") != str(shard):
        raise ResultsError(f"{root}: holds shard {earlier.get('shard', '1/1')}, not {shard}; choose another --out")
    return earlier


def refuse_what_is_no_folder(root: Path) -> None:
    """Raise ResultsError for a file where a folder is to be, and for a link to nowhere there or above."""
    for place in (root, *root.parents):
        if place.is_symlink() and not place.exists():
            raise ResultsError(f"{place}: is a link to {place.readlink()}, which does not exist; choose another folder with --out")
    if root.exists() and not root.is_dir():
        raise ResultsError(f"{root}: a file is in the way of the results folder")


def refuse_what_is_not_ours(root: Path) -> None:
    """Raise ResultsError for a folder with neither manifest nor design that holds anything but a lock."""
    names = {path.name for path in root.iterdir()}
    unfinished = {name for name in names if name == "lock" or LEFTOVER.fullmatch(name)}
    if not names & {"manifest.json", "design.parquet"} and names - unfinished:
        raise ResultsError(f"{root}: not empty and not a results folder; choose another with --out")


def clear_leftovers(*folders: Path) -> None:
    """Remove what a killed process left of the files that it was writing."""
    for path in (path for folder in folders for path in folder.glob("*.tmp") if LEFTOVER.fullmatch(path.name)):
        path.unlink()


def move_aside(path: Path) -> None:
    """Rename a file or folder to `<name>.old-N`, the first that is free; ResultsError where the system refuses."""
    aside = next(aside for n in range(1, 10_000) if not (aside := path.with_name(f"{path.name}.old-{n}")).exists())
    try:
        path.rename(aside)
    except OSError as error:
        raise ResultsError(f"{path}: cannot be moved aside to {aside.name}: {error.strerror}; choose another --out") from None


@contextmanager
def in_words(root: Path) -> Iterator[None]:
    """What the system refuses, as a ResultsError that names the file."""
    try:
        yield
    except OSError as error:
        file = error.filename2 or error.filename or root
        raise ResultsError(f"{file}: {error.strerror or error}; see to it, or choose another folder with --out") from None


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold `root/lock`; raises ResultsError when another batch holds it. The system frees it when the holder dies."""
    with in_words(root):
        lock = (root / "lock").open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ResultsError(f"{root}: another batch is writing to this folder") from None
        except OSError as error:
            raise ResultsError(f"{root}: cannot be locked: {error.strerror}; choose a folder on another file system") from None
        yield


def manifest_of(plan: Plan) -> dict[str, Any]:
    """What a folder says about itself: plan, resolved scenario, sources and versions."""
    return {
        "plan_id": plan.plan_id,
        "scenario": json.loads(plan.base.to_json()),
        "source_hash": plan.source,
        "strategy_files": strategy_files(plan),
        "points": {point.point_id: point.label for point in plan.points},
        "replications": plan.replications,
        "planned": len(plan),
        "versions": versions(),
    }


def strategy_files(plan: Plan) -> dict[str, str]:
    """Each user's own strategy of a plan and the hash of its file."""
    from sim.scenario.lookup import source_hash

    folders = {point.strategy: point.scenario.folder for point in plan.points}
    return {name: found for name, folder in folders.items() if (found := source_hash(name, folder))}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a result depends on."""
    return {"python": platform.python_version()} | {name: found for name in VERSIONS if (found := installed(name))}


def installed(package: str) -> str | None:
    """The installed version of a package, None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def write_manifest(root: Path, manifest: dict[str, Any], aborted: list[str] | None = None) -> None:
    """Write manifest.json with the present counts by status; `aborted` are runs that had begun when the batch stopped."""
    manifest = manifest | {"aborted": aborted or []}
    manifest["counts"] = Results(root, manifest).status()
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    replace_file(root / "manifest.json", lambda file: file.write(text))


def write_design(root: Path, plan: Plan) -> None:
    """Write design.parquet: one row per point, in the order of the plan; `drawn.<parameter>` holds each future's values."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = x_types(plan)
    columns: dict[str, Any] = {
        "point_id": [point.point_id for point in plan.points],
        "label": [point.label for point in plan.points],
        "strategy": [point.strategy for point in plan.points],
        "future": [point.future for point in plan.points],
        "hold_id": [point.hold_id for point in plan.points],
        "horizon_days": [int(point.scenario.time.horizon_days) for point in plan.points],
    }
    for name, kind in kinds.items():
        columns[name] = pa.array([stored(point.x.get(name[2:]), kind) for point in plan.points], pa.type_for_alias(kind))
    for name in plan.drawn_keys:
        columns[f"drawn.{name}"] = [point.drawn.get(name) for point in plan.points]
    columns["scenario"] = [point.scenario.to_json() for point in plan.points]
    table = pa.table(columns).replace_schema_metadata({"plan_id": plan.plan_id})
    replace_file(root / "design.parquet", lambda file: pq.write_table(table, file, compression="zstd"))


def x_types(plan: Plan) -> dict[str, str]:
    """`x.<dotted key>` -> Arrow type of each varied key: double where all its values are numbers, bool, else string."""
    found = {}
    for key in plan.x_keys:
        values = [point.x[key] for point in plan.points if point.x.get(key) is not None]
        if all(isinstance(value, bool) for value in values):
            found[f"x.{key}"] = "bool"
        elif all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
            found[f"x.{key}"] = "double"
        else:
            found[f"x.{key}"] = "string"
    return found


def stored(value: Any, kind: str) -> Any:
    """A varied value as its column holds it; tables and lists as JSON."""
    return value if value is None or kind != "string" or isinstance(value, str) else json.dumps(value, default=str)


def differences(there: dict[str, Any], here: dict[str, Any]) -> str:
    """What differs between two manifests, in words: sources, keys of the scenario, points."""
    found = []
    if there["source_hash"] != here["source_hash"]:
        found.append("the model's code has changed")
    for name, hash_ in here["strategy_files"].items():
        if there.get("strategy_files", {}).get(name, hash_) != hash_:
            found.append(f"the file of strategy {name} has changed")
    old, new = flat(there["scenario"]), flat(here["scenario"])
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key) and key not in NOT_DECIDING]
    found += [f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} here" for key in changed]
    if not changed and not found:
        theirs, ours = ({*each["points"].items()} for each in (there, here))
        found += [f"point {label} only there" for _, label in sorted(theirs - ours)]
        found += [f"point {label} only here" for _, label in sorted(ours - theirs)]
    more = len(found) - SHOWN
    return "; ".join(found[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys; lists stay whole."""
    if not isinstance(value, dict):
        return {prefix: value}
    return {key: leaf for name, item in value.items() for key, leaf in flat(item, f"{prefix}.{name}" if prefix else name).items()}


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


def append_line(path: Path, line: dict[str, Any]) -> None:
    """Add one JSON line to a file and see it on the disk."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def replace_file(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Call `write(file)` on a temporary file and move it to `path` once its bytes are on the disk."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
