"""Joins shards into the folder that one batch would have written."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

from sim.batches.design import write_design
from sim.batches.folder import (
    clear_leftovers,
    locked,
    of_its_design,
    refuse_links,
    refuse_what_is_no_folder,
    refuse_what_is_not_ours,
    write_failures,
    write_manifest,
)
from sim.machine.durable import make_folder
from sim.results.columns import KINDS
from sim.results.manifest import FORMAT, add_versions, differences
from sim.results.parts import Part, write_part
from sim.results.reading import bytes_in
from sim.results.refused import Damaged, OtherFormat, ResultsError, ResultsWarning, in_words
from sim.results.results import Results


def merge(folders: Sequence[str | Path], out: str | Path | None = None) -> Results:
    """Copy the runs of several folders of one plan into the folder `out`.

    `out` may hold some of the runs already. By default it is the name that the shards
    `NAME.shard-i-of-n` share. ResultsError for folders of different plans, and if another batch
    writes to `out`. Runs that no folder has are pending: the same `redeploy batch` command does
    them.
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
        make_folder(root)
        refuse_what_is_not_ours(root)
        plan_id = first.manifest["plan_id"]
        earlier = whole.manifest if whole else None
        if earlier is None:
            earlier = of_its_design(root, plan_id, "choose another --out")
    if earlier and earlier["format"] < FORMAT:
        raise OtherFormat(
            f"{root}: a folder of format 1, to which this version cannot add runs; "
            "choose another --out"
        )
    with locked(root), in_words(root):
        refuse_links(root)
        clear_leftovers(root, *(root / kind for kind in KINDS))
        manifest = dict((whole or first).manifest)
        manifest.pop("shard", None)
        manifest["format"] = FORMAT
        if not whole:
            manifest["design_sha256"] = write_design(root, first.design_table(), plan_id)
        each_manifest = [shard.manifest for shard in (*shards, *([whole] if whole else []))]
        manifest["replications"] = max(each["replications"] for each in each_manifest)
        manifest["planned"] = manifest["replications"] * len(manifest["points"])
        theirs: list[dict[str, str]] = []
        for shard in shards:
            theirs += [shard.manifest["versions"], *shard.manifest.get("later_versions", [])]
        if told := add_versions(manifest, theirs):
            warnings.warn(f"{root}: {told}", ResultsWarning, stacklevel=2)
        merged = Results(root, manifest, mending=True)
        for shard in shards:
            there = {part.name for part in merged.stored.all()}

            def copy(parts: list[Part], shard: Results = shard, there: set[str] = there) -> None:
                for part in (part for part in parts if part.name not in there):
                    files = {
                        kind: shard.path / kind / f"{part.name}.parquet" for kind in part.kinds
                    }
                    write_part(root, {kind: bytes_in(file) for kind, file in files.items()})

            shard.stored.read(copy)
        try:
            known = merged.failures()
        except Damaged as error:
            warnings.warn(f"{error}", ResultsWarning, stacklevel=2)
            known = []
        failures = {failure["run_id"]: failure for failure in known}
        for shard in shards:
            failures |= {failure["run_id"]: failure for failure in shard.failures()}
        done = merged.done()
        left = [failure for run_id, failure in failures.items() if run_id not in done]
        write_failures(root, left)
        write_manifest(merged)
    return Results.open(root)


def common_name(shards: Sequence[Results]) -> Path:
    """Return the NAME of shards `NAME.shard-i-of-n`; ResultsError if they do not share one."""
    endings = re.compile(r"\.shard-\d+-of-\d+$")
    names = {shard.path.with_name(endings.sub("", shard.path.name)) for shard in shards}
    if len(names) > 1 or names & {shard.path for shard in shards}:
        raise ResultsError(
            "--out: expected a folder where the names of the shards are not NAME.shard-i-of-n"
        )
    return names.pop()
