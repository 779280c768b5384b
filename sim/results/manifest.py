"""The manifest of a results folder: its plan, resolved scenario, sources and versions."""

from __future__ import annotations

import difflib
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim import __version__
from sim.results.reading import bytes_in
from sim.results.refused import AGAIN, OtherFormat, ResultsError, reading
from sim.results.sealed import unsealed

PACKAGES = ("numpy", "numba", "scipy", "pandas", "pyarrow", "mesa")
NOT_DECIDING = ("title", "description", "replications.count", "allow_outside_range")
SHOWN = 6  # differences that are named if a folder belongs to another plan
FORMAT = 2  # the format that this version writes; format 1 has no checksums and no seals
TEXTS = ("plan_id", "source_hash")
TABLES = ("scenario", "points", "versions")
COUNTS = ("replications", "planned")
MANIFEST_TYPES = (
    dict.fromkeys(TEXTS, str)
    | dict.fromkeys(TABLES, dict)
    | dict.fromkeys(COUNTS, int)
    | {"aborted": list}
)
OPTIONAL_TYPES = {
    "strategy_files": dict,
    "rows": dict,
    "shard": str,
    "design_sha256": str,
    "later_versions": list,
}


def manifest_in(path: Path) -> dict[str, Any]:
    """Return the manifest of the results folder `path`.

    ResultsError says what is wrong with it, OtherFormat that a newer version wrote the folder.
    """
    with reading(path):
        is_folder = path.is_dir()
    if not is_folder:
        beside = [p.name for p in path.parent.glob("*/")] if path.parent.is_dir() else []
        near = difflib.get_close_matches(path.name, beside, 1)
        hint = f"; did you mean {path.parent / near[0]}?" if near else ""
        raise ResultsError(f"{path}: no such results folder{hint}")
    try:
        manifest, is_sealed = unsealed(bytes_in(path / "manifest.json"))
        format_ = manifest.setdefault("format", 1)
        if type(format_) is int and format_ > FORMAT:
            what = (
                f"a results folder of format {format_}, which a newer redeploy wrote; "
                f"this one reads formats 1 to {FORMAT}"
            )
            raise OtherFormat(f"{path}: {what}")
        if (format_, is_sealed) not in ((1, False), (FORMAT, True)) or not is_whole(manifest):
            raise ValueError
    except (OSError, ValueError) as error:
        if isinstance(error, ResultsError):
            raise
        if (path / "design.parquet").exists():
            raise ResultsError(f"{path / 'manifest.json'}: missing or damaged; {AGAIN}") from None
        raise ResultsError(
            f"{path}: not a results folder (no readable manifest.json); `redeploy batch` writes one"
        ) from None
    return manifest


def is_whole(manifest: dict[str, Any]) -> bool:
    """Return whether a manifest holds all that a reader asks of it, each with its type."""
    optional = {key: kind for key, kind in OPTIONAL_TYPES.items() if key in manifest}
    return (
        all(isinstance(manifest.get(key), kind) for key, kind in MANIFEST_TYPES.items())
        and all(isinstance(manifest[key], kind) for key, kind in optional.items())
        and all(type(manifest[key]) is int and manifest[key] >= 0 for key in COUNTS)
        and all(isinstance(text, str) for text in manifest["aborted"])
        and all(isinstance(text, str) for text in manifest["points"].values())
        and (manifest["format"] == 1 or "design_sha256" in manifest)
    )


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages on which a result depends."""
    # Our own version is that of the code that runs, whichever distribution is installed.
    ours = {"python": platform.python_version(), "redeploy": __version__}
    return ours | {name: found for name in PACKAGES if (found := installed(name))}


def add_versions(manifest: dict[str, Any], others: Iterable[Mapping[str, str]]) -> str:
    """Add versions to the manifest of a folder that goes on with them.

    Return in words which of them are new, or "". `versions` are those with which the folder was
    begun, and they do not change. `later_versions` are the others, in the order in which they came.
    """
    begun, later = manifest["versions"], list(manifest.get("later_versions", []))
    new = [each for each in others if each != begun and each not in later]
    manifest["later_versions"] = later + [each for i, each in enumerate(new) if each not in new[:i]]
    return "; ".join(goes_on(begun, each) for each in manifest["later_versions"][len(later) :])


def goes_on(begun: Mapping[str, str], later: Mapping[str, str]) -> str:
    """Return `was begun with numpy 2.4.6 and goes on with numpy 2.5.0: ...`."""
    names = [name for name in dict.fromkeys([*begun, *later]) if begun.get(name) != later.get(name)]
    there, here = (
        ", ".join(f"{name} {each.get(name, 'absent')}" for name in names) for each in (begun, later)
    )
    promise = "equal bytes are not promised across versions"
    return f"was begun with {there} and goes on with {here}: {promise}"


def installed(package: str) -> str | None:
    """Return the installed version of a package, None if it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def differences(there: dict[str, Any], here: dict[str, Any]) -> str:
    """Return in words how two manifests differ: in sources, keys of the scenario or points."""
    found = []
    if there["source_hash"] != here["source_hash"]:
        found.append("the model's code has changed")
    for name, hash_ in here["strategy_files"].items():
        if there.get("strategy_files", {}).get(name, hash_) != hash_:
            found.append(f"the file of strategy {name} has changed")
    old, new = flat(there["scenario"]), flat(here["scenario"])
    different = (key for key in sorted({*old, *new}) if old.get(key) != new.get(key))
    changed = [key for key in different if key not in NOT_DECIDING]
    found += [
        f"{key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} here" for key in changed
    ]
    if not changed and not found:
        theirs, ours = ({*each["points"].items()} for each in (there, here))
        found += [f"point {label} only there" for _, label in sorted(theirs - ours)]
        found += [f"point {label} only here" for _, label in sorted(ours - theirs)]
    more = len(found) - SHOWN
    return "; ".join(found[:SHOWN]) + (f"; and {more} more" if more > 0 else "")


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Return nested tables with dotted keys; lists stay whole."""
    if not isinstance(value, dict):
        return {prefix: value}
    return {
        key: leaf
        for name, item in value.items()
        for key, leaf in flat(item, f"{prefix}.{name}" if prefix else name).items()
    }
