"""What a results folder says of itself: plan, resolved scenario, sources, versions."""

from __future__ import annotations

import difflib
import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batch.reading import text_in
from sim.batch.refused import AGAIN, ResultsError

if TYPE_CHECKING:
    from sim.batch.plan import Plan

VERSIONS = ("redeploy", "numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")
NOT_DECIDING = ("title", "description", "replications.count", "allow_outside_range")
SHOWN = 6  # differences named when a folder belongs to another plan
TEXTS, TABLES, COUNTS = ("plan_id", "source_hash"), ("scenario", "points"), ("replications", "planned")
MANIFEST_TYPES = dict.fromkeys(TEXTS, str) | dict.fromkeys(TABLES, dict) | dict.fromkeys(COUNTS, int) | {"aborted": list}


def manifest_in(path: Path) -> dict[str, Any]:
    """The manifest of the results folder `path`; ResultsError says what is amiss."""
    if not path.is_dir():
        near = difflib.get_close_matches(path.name, [p.name for p in path.parent.glob("*/")] if path.parent.is_dir() else [], 1)
        raise ResultsError(f"{path}: no such results folder" + (f"; did you mean {path.parent / near[0]}?" if near else ""))
    try:
        manifest: dict[str, Any] = json.loads(text_in(path / "manifest.json"))
        set(manifest["aborted"])  # TypeError where they are no run_ids
        if missing := [key for key, kind in MANIFEST_TYPES.items() if not isinstance(manifest[key], kind)]:
            raise KeyError(*missing)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        if (path / "design.parquet").exists():
            raise ResultsError(f"{path / 'manifest.json'}: missing or damaged; {AGAIN}") from None
        raise ResultsError(f"{path}: not a results folder (no readable manifest.json); `redeploy batch` writes one") from None
    return manifest


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

    homes = {point.strategy: point.scenario.home for point in plan.points}
    return {name: found for name, home in homes.items() if (found := source_hash(name, home))}


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a result depends on."""
    return {"python": platform.python_version()} | {name: found for name in VERSIONS if (found := installed(name))}


def installed(package: str) -> str | None:
    """The installed version of a package, None when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


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
