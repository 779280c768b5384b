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

WRITTEN = r"((manifest|calibration|scoreboard)\.json|(design|part-\w+)\.parquet|part-\w+\.sha256|failures\.jsonl|report\.html|fitted\.csv|fans\.png)"
LEFTOVER = re.compile(
    WRITTEN + r"\.\d+\.tmp"
)  # of a killed `replace_file`; any other *.tmp is the user's


@contextmanager
def writing(root: Path, plan: Plan, shard: Shard, replace: bool = False) -> Iterator[Results]:
    """Hold the folder `root` for this plan, or a shard of it, and give what it already has.

    Makes the folder, its manifest and design when absent; `replace` first moves a folder that is there to `<name>.old-N`. Raises
    ResultsError for what `refuse` tells, and when the folder cannot be made or moved.
    """
    refuse(root, plan, shard, replace)
    with in_words(root):
        if replace and root.is_dir() and any(root.iterdir()):
            with locked(root):
                home = root.resolve()  # of `a/..` the name is no name, and a link stays where it is
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
                refuse_links(root)
                earlier_manifest(root, plan, shard)
            elif Path.cwd().is_relative_to(root.resolve()):
                raise ResultsError(
                    f"{root}: cannot be moved aside from inside it; change to a directory outside, or choose another --out"
                )


def prepare(root: Path, plan: Plan, shard: Shard) -> Results:
    """Clear what a stopped batch left behind, write design and manifest, and open the folder for the batch."""
    earlier = earlier_manifest(root, plan, shard)
    manifest = manifest_of(plan)
    manifest["replications"] = max(plan.replications, earlier["replications"] if earlier else 0)
    manifest["planned"] = sum(
        replication in shard for replication in range(manifest["replications"])
    ) * len(plan.points)
    manifest["shard"] = str(shard)
    results = Results(root, manifest, mending=True)
    done = results.done()  # what cannot be read is told before anything is changed
    kept = failures_to_keep(results)
    if earlier:
        note_versions(
            results,
            earlier,
            goes_on=any(
                task.run_id not in done for task in plan.tasks() if task.replication in shard
            ),
        )
    clear_leftovers(root, *(root / kind for kind in KINDS))
    remove(root / "stop")
    write_failures(
        root, kept
    )  # each stays until its run is done, so that no reason gets lost on the way
    results.stored.drop(results.stored.leftovers())
    # A design that is whole stays: written anew, it would not fit the manifest until that is written too.
    manifest["design_sha256"] = sum_of_design(root, earlier) or write_design(
        root, design_of(plan), plan.plan_id
    )
    write_manifest(results)
    for kind in KINDS:
        make_folder(root / kind)
    return results


def note_versions(results: Results, earlier: dict[str, Any], goes_on: bool) -> None:
    """Keep the versions with which the folder was begun; where the batch adds runs with others, note these and warn (ResultsWarning)."""
    here = results.manifest["versions"]
    results.manifest |= {
        key: earlier[key] for key in ("versions", "later_versions") if key in earlier
    }
    if goes_on and (told := add_versions(results.manifest, [here])):
        warnings.warn(f"{results.path}: {told}", ResultsWarning, stacklevel=5)


def failures_to_keep(results: Results) -> list[dict[str, Any]]:
    """The failed runs; with a ResultsWarning, none where failures.jsonl is damaged."""
    try:
        return results.failures()
    except Damaged:
        told = "damaged, and written anew; runs that had failed count as not done until they are tried again"
        warnings.warn(f"{results.path / 'failures.jsonl'}: {told}", ResultsWarning, stacklevel=5)
        return []


def sum_of_design(root: Path, manifest: dict[str, Any] | None) -> str | None:
    """The SHA-256 of design.parquet by the manifest; None where it is not what was written, or there is no manifest."""
    try:
        return (
            read_design(root, manifest["design_sha256"]) and manifest["design_sha256"]
            if manifest
            else None
        )
    except Damaged:
        return None


def earlier_manifest(root: Path, plan: Plan, shard: Shard) -> dict[str, Any] | None:
    """The manifest of the folder; None in a new one, and where it is lost or damaged but the design is that of this plan.

    ResultsError where the folder belongs to another plan, naming what differs, to another shard, or is of another format."""
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
            f"{root}: a folder of format {earlier['format']}, to which this version does not add; {elsewhere}"
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
    """What the design tells of a folder whose manifest is missing or damaged: its format; None of a folder with neither design nor parts.

    ResultsError where the design is not that of this plan; `elsewhere` is what the user may do then."""
    said = says_of_itself(root)
    if not said and not any(name.startswith("part-") for name in names_in(root / "runs")):
        return None
    if said.get("plan_id") != plan_id:
        raise ResultsError(
            f"{root}: manifest.json is missing or damaged, and design.parquet is not of this plan; {elsewhere}"
        ) from None
    return {"format": int(said.get("format", 1))}


def refuse_links(root: Path) -> None:
    """Raise ResultsError where a kind's folder is a link: what is joined or removed there may be another's."""
    for place in (root / kind for kind in KINDS):
        if place.is_symlink():
            raise ResultsError(
                f"{place}: is a link to {place.readlink()}; nothing is written through it; choose another folder with --out"
            )


def refuse_what_is_no_folder(root: Path) -> None:
    """Raise ResultsError for a file where a folder is to be, and for a link to nowhere there or above."""
    for place in (root, *root.parents):
        if place.is_symlink() and not place.exists():
            raise ResultsError(
                f"{place}: is a link to {place.readlink()}, which does not exist; choose another folder with --out"
            )
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
    for path in (
        path for folder in folders for path in folder.glob("*.tmp") if LEFTOVER.fullmatch(path.name)
    ):
        remove(path)


def move_aside(path: Path) -> None:
    """Rename a file or folder to `<name>.old-N`, the first that is free; ResultsError where the system refuses."""
    aside = next(
        aside
        for n in range(1, 10_000)
        if not (aside := path.with_name(f"{path.name}.old-{n}")).exists()
    )
    try:
        rename(path, aside)
    except OSError as error:
        raise ResultsError(
            f"{path}: cannot be moved aside to {aside.name}: {error.strerror}; choose another --out"
        ) from None


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold `root/lock`; raises ResultsError when another batch holds it. The system frees it when the holder dies."""
    with in_words(root):
        lock = opened_to_lock(root / "lock")
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(lock).st_ino != (root / "lock").stat().st_ino:
                raise BlockingIOError  # the folder was moved aside between the two
        except (BlockingIOError, FileNotFoundError):
            raise ResultsError(f"{root}: another batch is writing to this folder") from None
        except OSError as error:
            raise ResultsError(
                f"{root}: cannot be locked: {error.strerror}; choose a folder on another file system"
            ) from None
        yield
    finally:
        os.close(lock)


def write_manifest(results: Results, aborted: Sequence[str] = ()) -> None:
    """Write manifest.json with the present counts by status; `aborted` are runs that had begun when the batch stopped."""
    results.manifest["aborted"] = list(aborted)
    results.manifest["counts"] = results.status()
    replace_file(
        results.path / "manifest.json", lambda file: file.write(sealed(results.manifest, indent=1))
    )


def write_failures(root: Path, failures: Sequence[dict[str, Any]]) -> None:
    """Write failures.jsonl with these lines alone; where there are none, there is no file."""
    if failures:
        replace_file(
            root / "failures.jsonl",
            lambda file: file.write(b"".join(sealed(failure) + b"\n" for failure in failures)),
        )
    else:
        remove(root / "failures.jsonl")


def add_failure(root: Path, failure: dict[str, Any]) -> None:
    """Add the line of a failed run to failures.jsonl."""
    append(root / "failures.jsonl", sealed(failure) + b"\n")
