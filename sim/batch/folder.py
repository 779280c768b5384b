"""The writing side of a results folder: one writer, one plan, whole files."""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.batch.columns import KINDS
from sim.batch.design import write_design
from sim.batch.durable import replace_file
from sim.batch.manifest import differences, manifest_of
from sim.batch.plan import Plan
from sim.batch.refused import ResultsError, in_words
from sim.batch.shard import Shard
from sim.batch.store import Results

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


def write_manifest(root: Path, manifest: dict[str, Any], aborted: list[str] | None = None) -> None:
    """Write manifest.json with the present counts by status; `aborted` are runs that had begun when the batch stopped."""
    manifest = manifest | {"aborted": aborted or []}
    manifest["counts"] = Results(root, manifest).status()
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    replace_file(root / "manifest.json", lambda file: file.write(text))
