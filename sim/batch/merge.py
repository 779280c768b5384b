"""Shards joined into the folder that one batch would have written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from sim.batch.columns import RUNS_LAST
from sim.batch.durable import append_line, replace_file
from sim.batch.folder import locked, refuse_what_is_no_folder, refuse_what_is_not_ours, write_manifest
from sim.batch.manifest import differences
from sim.batch.refused import ResultsError, in_words
from sim.batch.store import Results


def merge(folders: Sequence[str | Path], out: str | Path | None = None) -> Results:
    """Copy the runs of several folders of one plan into the folder `out`, which may hold some of them already.

    `out` is by default the name that the shards `NAME.shard-i-of-n` share. Raises ResultsError for folders of different plans, or when
    another batch writes to `out`. What no folder has is pending: the `redeploy batch` command does it.
    """
    shards = [Results.open(folder) for folder in folders]
    first = shards[0]
    root = Path(out) if out is not None else common_name(shards)
    whole = Results.open(root) if (root / "manifest.json").exists() else None
    for other in [*shards[1:], *([whole] if whole else [])]:
        if other.manifest["plan_id"] != first.manifest["plan_id"]:
            what = differences(first.manifest, other.manifest)
            raise ResultsError(f"{other.path}: belongs to another plan than {first.path} ({what})")
    with in_words(root):
        refuse_what_is_no_folder(root)
        root.mkdir(parents=True, exist_ok=True)
        refuse_what_is_not_ours(root)
    with locked(root), in_words(root):
        copy(first.path / "design.parquet", root / "design.parquet")
        for kind in RUNS_LAST:
            (root / kind).mkdir(exist_ok=True)
            for part in (part for shard in shards for part in shard.parts(kind)):
                copy(part, root / kind / part.name)
        manifest = {key: value for key, value in first.manifest.items() if key != "shard"}
        known = {failure["run_id"] for failure in (whole.failures() if whole else [])}
        for failure in (failure for shard in shards for failure in shard.failures() if failure["run_id"] not in known):
            append_line(root / "failures.jsonl", failure)
        manifest["replications"] = max(each.manifest["replications"] for each in [*shards, *([whole] if whole else [])])
        manifest["planned"] = manifest["replications"] * len(manifest["points"])
        write_manifest(root, manifest)
    return Results.open(root)


def common_name(shards: Sequence[Results]) -> Path:
    names = {shard.path.with_name(re.sub(r"\.shard-\d+-of-\d+$", "", shard.path.name)) for shard in shards}
    if len(names) > 1 or names & {shard.path for shard in shards}:
        raise ResultsError("--out: expected a folder where the names of the shards are not NAME.shard-i-of-n")
    return names.pop()


def copy(source: Path, target: Path) -> None:
    def write(file: BinaryIO) -> None:
        with source.open("rb") as content:
            shutil.copyfileobj(content, file)

    if source.resolve() != target.resolve():
        replace_file(target, write)
