"""The writing side of a results folder: one writer, one plan, whole files."""

from __future__ import annotations

import fcntl
import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.batches.design import design_of, write_design
from sim.batches.manifest import manifest_of
from sim.batches.plan import Plan
from sim.batches.shard import Shard
from sim.machine.durable import append, make_folder, opened_to_lock, remove, rename, replace_file
from sim.results.columns import KINDS
from sim.results.design import read_design, says_of_itself
from sim.results.manifest import FORMAT, add_versions, differences, manifest_in
from sim.results.reading import names_in
from sim.results.refused import (
    Damaged,
    OtherFormat,
    ResultsError,
    ResultsWarning,
    Unreadable,
    in_words,
)
from sim.results.results import Results
from sim.results.sealed import sealed

# The files that a batch or a command writes, and what a killed `replace_file` leaves of them. Any
# other *.tmp is the user's.
WRITTEN = (
    r"((manifest|calibration|scoreboard)\.json|(design|part-\w+)\.parquet|part-\w+\.sha256"
    r"|failures\.jsonl|report\.html|fitted\.csv|fans\.png)"
)
LEFTOVER = re.compile(WRITTEN + r"\.\d+\.tmp")


@contextmanager
def writing(root: Path, plan: Plan, shard: Shard, replace: bool = False) -> Iterator[Results]:
    """Hold the folder `root` for this plan, or a shard of it, and give what it already holds.

    This makes the folder, its manifest and its design if they are absent; `replace` first moves an
    existing folder to `<name>.old-N`. ResultsError for what `refuse` refuses, and if the folder
    cannot be made or moved.
    """
    refuse(root, plan, shard, replace)
    with in_words(root):
        if replace and root.is_dir() and any(root.iterdir()):
            with locked(root):
                home = root.resolve()  # `a/..` has no name of its own, and a link stays in place
                move_aside(home)
                make_folder(home)
        make_folder(root)
    with locked(root):
        with in_words(root):
            results = prepare(root, plan, shard)
        for what in results.stored.damaged.values():
            warnings.warn(f"{what}; its runs are done again", ResultsWarning, stacklevel=3)
        yield results


def refuse(root: Path, plan: Plan, shard: Shard, replace: bool = False) -> None:
    """Raise ResultsError if `root` cannot be written for this plan, or a shard of it.

    This is so if a file or a dangling link is in the way, if the folder holds other things than
    results, if another batch writes there, or if the folder belongs to another plan (the message
    says how they differ) and `replace` does not move it aside. Nothing is written but the lock.
    """
    with in_words(root):
        refuse_what_is_no_folder(root)
        if not root.is_dir() or not any(root.iterdir()):
            return
        refuse_what_is_not_ours(root)  # only a results folder is ever moved
        with locked(root):
            if not replace:
                refuse_links(root)
                earlier_manifest(root, plan, shard)
            elif Path.cwd().is_relative_to(root.resolve()):
                raise ResultsError(
                    f"{root}: cannot be moved aside from inside it; "
                    "change to a directory outside, or choose another --out"
                )


def prepare(root: Path, plan: Plan, shard: Shard) -> Results:
    """Remove what a stopped batch left, write design and manifest, and open the folder."""
    earlier = earlier_manifest(root, plan, shard)
    manifest = manifest_of(plan)
    manifest["replications"] = max(plan.replications, earlier["replications"] if earlier else 0)
    in_shard = sum(replication in shard for replication in range(manifest["replications"]))
    manifest["planned"] = in_shard * len(plan.points)
    manifest["shard"] = str(shard)
    results = Results(root, manifest, mending=True)
    done = results.done()  # raises for what cannot be read before anything is changed
    kept = failures_to_keep(results)
    if earlier:
        ours = (task for task in plan.tasks() if task.replication in shard)
        goes_on = any(task.run_id not in done for task in ours)
        note_versions(results, earlier, goes_on)
    clear_leftovers(root, *(root / kind for kind in KINDS))
    remove(root / "stop")
    # Each failure stays until its run is done, so that no reason is lost if this batch stops too.
    write_failures(root, kept)
    results.stored.drop(results.stored.leftovers())
    # An intact design is kept: a new one would not fit the manifest until that is written too.
    kept_sum = sum_of_design(root, earlier)
    manifest["design_sha256"] = kept_sum or write_design(root, design_of(plan), plan.plan_id)
    write_manifest(results)
    for kind in KINDS:
        make_folder(root / kind)
    return results


def note_versions(results: Results, earlier: dict[str, Any], goes_on: bool) -> None:
    """Keep the versions with which the folder was begun.

    If the batch adds runs with other versions, note these and warn (ResultsWarning).
    """
    here = results.manifest["versions"]
    results.manifest |= {
        key: earlier[key] for key in ("versions", "later_versions") if key in earlier
    }
    if goes_on and (told := add_versions(results.manifest, [here])):
        warnings.warn(f"{results.path}: {told}", ResultsWarning, stacklevel=5)


def failures_to_keep(results: Results) -> list[dict[str, Any]]:
    """Return the failed runs; none, with a ResultsWarning, if failures.jsonl is damaged."""
    try:
        return results.failures()
    except Damaged:
        told = (
            "damaged, and written anew; "
            "runs that had failed count as not done until they are tried again"
        )
        warnings.warn(f"{results.path / 'failures.jsonl'}: {told}", ResultsWarning, stacklevel=5)
        return []


def sum_of_design(root: Path, manifest: dict[str, Any] | None) -> str | None:
    """Return the SHA-256 of design.parquet from the manifest.

    None if there is no manifest, or if the design is not what was written.
    """
    if not manifest:
        return None
    try:
        read_design(root, manifest["design_sha256"])
    except Damaged:
        return None
    return manifest["design_sha256"]


def earlier_manifest(root: Path, plan: Plan, shard: Shard) -> dict[str, Any] | None:
    """Return the manifest of the folder.

    None in a new folder, and if the manifest is lost or damaged but the design is that of this
    plan. ResultsError if the folder belongs to another plan (the message says how they differ) or
    shard, or has another format.
    """
    elsewhere = "choose another --out, or --replace to move it aside"
    try:
        earlier = manifest_in(root)
    except (Unreadable, OtherFormat):
        raise
    except ResultsError:
        known = of_its_design(root, plan.plan_id, elsewhere)
        if known is None:
            return None
        earlier = known
    if earlier["format"] < FORMAT:
        raise OtherFormat(
            f"{root}: a folder of format {earlier['format']}, "
            f"to which this version cannot add runs; {elsewhere}"
        )
    if "plan_id" not in earlier:
        return None
    if earlier["plan_id"] != plan.plan_id:
        what = differences(earlier, manifest_of(plan))
        raise ResultsError(f"{root}: belongs to another plan ({what}); {elsewhere}")
    if earlier.get("shard", "1/1") != str(shard):
        raise ResultsError(
            f"{root}: holds shard {earlier.get('shard', '1/1')}, not {shard}; choose another --out"
        )
    return earlier


def of_its_design(root: Path, plan_id: str, elsewhere: str) -> dict[str, Any] | None:
    """Return the format that the design names, for a folder without a sound manifest.

    None if the folder has neither design nor parts. ResultsError if the design is not that of this
    plan; `elsewhere` says what the user may do then.
    """
    said = says_of_itself(root)
    if not said and not any(name.startswith("part-") for name in names_in(root / "runs")):
        return None
    if said.get("plan_id") != plan_id:
        raise ResultsError(
            f"{root}: manifest.json is missing or damaged, "
            f"and design.parquet is not of this plan; {elsewhere}"
        ) from None
    return {"format": int(said.get("format", 1))}


def refuse_links(root: Path) -> None:
    """Raise ResultsError if the folder of a kind is a link: its files may belong to another."""
    for folder in (root / kind for kind in KINDS):
        if folder.is_symlink():
            raise ResultsError(
                f"{folder}: is a link to {folder.readlink()}; "
                "nothing is written through it; choose another folder with --out"
            )


def refuse_what_is_no_folder(root: Path) -> None:
    """Raise ResultsError for a file in the way, and for a dangling link there or above."""
    for path in (root, *root.parents):
        if path.is_symlink() and not path.exists():
            raise ResultsError(
                f"{path}: is a link to {path.readlink()}, which does not exist; "
                "choose another folder with --out"
            )
    if root.exists() and not root.is_dir():
        raise ResultsError(f"{root}: a file is in the way of the results folder")


def refuse_what_is_not_ours(root: Path) -> None:
    """Raise ResultsError if a folder without manifest and design holds anything but a lock."""
    names = {path.name for path in root.iterdir()}
    unfinished = {name for name in names if name == "lock" or LEFTOVER.fullmatch(name)}
    if not names & {"manifest.json", "design.parquet"} and names - unfinished:
        raise ResultsError(f"{root}: not empty and not a results folder; choose another with --out")


def clear_leftovers(*folders: Path) -> None:
    """Remove what a killed process left of the files that it was writing."""
    for folder in folders:
        for path in folder.glob("*.tmp"):
            if LEFTOVER.fullmatch(path.name):
                remove(path)


def move_aside(path: Path) -> None:
    """Rename a folder to the first free `<name>.old-N`; ResultsError if the system refuses."""
    names = (path.with_name(f"{path.name}.old-{n}") for n in range(1, 10_000))
    aside = next(name for name in names if not name.exists())
    try:
        rename(path, aside)
    except OSError as error:
        raise ResultsError(
            f"{path}: cannot be moved aside to {aside.name}: {error.strerror}; choose another --out"
        ) from None


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold `root/lock`; ResultsError if another batch holds it.

    The system frees the lock when its holder dies.
    """
    with in_words(root):
        lock = opened_to_lock(root / "lock")
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_ino != (root / "lock").stat().st_ino:
                raise BlockingIOError  # the folder was moved aside between the two calls
        except (BlockingIOError, FileNotFoundError):
            raise ResultsError(f"{root}: another batch is writing to this folder") from None
        except OSError as error:
            raise ResultsError(
                f"{root}: cannot be locked: {error.strerror}; "
                "choose a folder on another file system"
            ) from None
        yield
    finally:
        os.close(lock)


def write_manifest(results: Results, aborted: Sequence[str] = ()) -> None:
    """Write manifest.json with the present counts by status.

    `aborted` are the runs that had begun when the batch stopped.
    """
    results.manifest["aborted"] = list(aborted)
    results.manifest["counts"] = results.status()
    replace_file(
        results.path / "manifest.json", lambda file: file.write(sealed(results.manifest, indent=1))
    )


def write_failures(root: Path, failures: Sequence[dict[str, Any]]) -> None:
    """Write failures.jsonl with these lines only; if there are none, remove the file."""
    lines = b"".join(sealed(failure) + b"\n" for failure in failures)
    if failures:
        replace_file(root / "failures.jsonl", lambda file: file.write(lines))
    else:
        remove(root / "failures.jsonl")


def add_failure(root: Path, failure: dict[str, Any]) -> None:
    """Add the line of a failed run to failures.jsonl."""
    append(root / "failures.jsonl", sealed(failure) + b"\n")
