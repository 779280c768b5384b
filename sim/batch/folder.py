"""The writing side of a results folder: one writer, one plan, whole files."""

from __future__ import annotations

import fcntl
import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from sim.batch.plan import Plan
from sim.batch.store import KINDS, Results, ResultsError

VERSIONS = ("redeploy", "numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")
NOT_DECIDING = ("title", "description", "replications.count", "allow_outside_range")
SHOWN = 6  # differences named when a folder belongs to another plan


@contextmanager
def writing(root: Path, plan: Plan, replace: bool = False) -> Iterator[set[str]]:
    """Hold the folder `root` for this plan and give the run_ids that it already has.

    Makes the folder, its manifest and design when absent; `replace` first moves a folder that is there to `<name>.old-N`. Raises
    ResultsError when another batch writes there, when it belongs to another plan (naming what differs), or holds other things.
    """
    if root.exists() and not root.is_dir():
        raise ResultsError(f"{root}: a file is in the way of the results folder")
    if replace and root.is_dir() and any(root.iterdir()):
        Results.open(root)  # only a results folder is ever moved
        with locked(root):
            root.rename(next(aside for n in range(1, 10_000) if not (aside := root.with_name(f"{root.name}.old-{n}")).exists()))
    if root.is_dir() and not (root / "manifest.json").exists() and {path.name for path in root.iterdir()} - {"lock"}:
        raise ResultsError(f"{root}: not empty and not a results folder; choose another with --out")
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(f"{root}: cannot be made: {error.strerror}") from None
    with locked(root):
        earlier = Results.open(root).manifest if (root / "manifest.json").exists() else None
        if earlier and earlier["plan_id"] != plan.plan_id:
            what = differences(earlier, manifest_of(plan))
            raise ResultsError(f"{root}: belongs to another plan ({what}); choose another --out, or --replace to move it aside")
        for leftover in [*root.glob("*/*.tmp"), *root.glob("*.tmp"), root / "stop", root / "failures.jsonl"]:
            leftover.unlink(missing_ok=True)  # failed runs are tried again, so their lines go too
        for kind in KINDS:
            for part in (root / kind).glob("part-*.parquet"):
                if not (root / "runs" / part.name).exists():
                    part.unlink()
        write_design(root, plan)
        manifest = manifest_of(plan)
        manifest["replications"] = max(plan.replications, earlier["replications"] if earlier else 0)
        manifest["planned"] = manifest["replications"] * len(plan.points)
        write_manifest(root, manifest)
        yield Results.open(root).done()


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold `root/lock`; raises ResultsError when another batch holds it. The system frees it when the holder dies."""
    with (root / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ResultsError(f"{root}: another batch is writing to this folder") from None
        yield


def manifest_of(plan: Plan) -> dict[str, Any]:
    """What a folder says about itself: plan, resolved scenario, sources and versions."""
    return {
        "plan_id": plan.plan_id,
        "scenario": json.loads(plan.base.to_json()),
        "source_hash": plan.source,
        "points": {point.point_id: point.label for point in plan.points},
        "replications": plan.replications,
        "planned": len(plan),
        "versions": {"python": platform.python_version()} | {name: found for name in VERSIONS if (found := installed(name))},
    }


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
    """Write design.parquet: one row per point, in the order of the plan."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = x_types(plan)
    columns: dict[str, Any] = {
        "point_id": [point.point_id for point in plan.points],
        "label": [point.label for point in plan.points],
        "strategy": [point.strategy for point in plan.points],
        "hold_id": [point.hold_id for point in plan.points],
        "horizon_days": [int(point.scenario.time.horizon_days) for point in plan.points],
    }
    for name, kind in kinds.items():
        columns[name] = pa.array([stored(point.x.get(name[2:]), kind) for point in plan.points], pa.type_for_alias(kind))
    columns["scenario"] = [point.scenario.to_json() for point in plan.points]
    table = pa.table(columns)
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
    old, new = flat(there["scenario"]), flat(here["scenario"])
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key) and key not in NOT_DECIDING]
    found += [f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} here" for key in changed]
    if not changed:
        found += [f"point {label} only there" for point, label in there["points"].items() if point not in here["points"]]
        found += [f"point {label} only here" for point, label in here["points"].items() if point not in there["points"]]
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

    words = [field.name for field in table.schema if pa.types.is_string(field.type)]
    # Measured on weekly series: dictionaries and statistics of the float columns would cost a fifth more bytes and serve no query.
    options: dict[str, Any] = {"compression": "zstd", "use_dictionary": words, "write_statistics": False}
    options["use_byte_stream_split"] = [field.name for field in table.schema if pa.types.is_float32(field.type)]
    (root / kind).mkdir(exist_ok=True)
    replace_file(root / kind / f"{name}.parquet", lambda file: pq.write_table(table, file, **options))


def replace_file(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Call `write(file)` on a temporary file and move it to `path` once its bytes are on the disk."""
    temporary = path.with_name(path.name + ".tmp")
    with temporary.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
