"""Reads what a user names as one of two runs: a scenario file, a stored run or a checkout.

A stored run is named `FOLDER@POINT`. A checkout is a folder with the code of the model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.analysis.arms import find_point
from sim.divergence.sides import HERE, Source
from sim.errors import UserError
from sim.results.missing import MissingRunsWarning
from sim.results.results import Results
from sim.scenario.shipped import located
from sim.strategies.own_code import is_own

BASELINE = Path("scenarios", "baseline.toml")


def sources(
    a: str,
    b: str,
    settings: Mapping[str, Sequence[str]],
    *,
    scenario: Path | None = None,
    replication: int = 0,
    seed: int | None = None,
    allow_code: bool = False,
) -> tuple[Source, Source]:
    """Return the two sides that a user names.

    `settings`: key=value by the option that gave them, `--set` for both sides, `--set-a` and
    `--set-b` for one. `scenario`: what two checkouts run (default: the shipped baseline), or the
    file beside which the own code of a stored run stands. Raises UserError where a name is none of
    the three, or where the two do not go together."""
    checkouts = [is_checkout(text) for text in (a, b)]
    if checkouts[0] != checkouts[1]:
        one, other = (a, b) if checkouts[0] else (b, a)
        raise UserError(
            f"{one} is a checkout of the code, and {other} is not; "
            "expected two checkouts, which run the same scenario"
        )
    asked = {"replication": replication, "seed": seed, "allow_code": allow_code}
    of_side = [
        {label: texts for label, texts in settings.items() if label in ("--set", own)}
        for own in ("--set-a", "--set-b")
    ]
    if all(checkouts):
        # A checkout of another version may not know the names of shipped scenarios.
        file = located(scenario) if scenario else shipped_baseline(Path(a), Path(b))
        first, second = (
            Source(
                text,
                Path(text).resolve(),
                file_request(file, of_one) | asked | {"by_steps": True},
                checkout=True,
            )
            for text, of_one in zip((a, b), of_side)
        )
        return first, second
    first, second = (run_of(text, of_one, scenario, asked) for text, of_one in zip((a, b), of_side))
    if scenario is not None and not any(each.stored for each in (first, second)):
        raise UserError(
            "--scenario: says what two checkouts run; here the two sides are scenarios themselves; "
            "leave it out"
        )
    return first, second


def is_checkout(text: str) -> bool:
    """Say whether a path is a folder with the code of the model."""
    return (Path(text) / "sim" / "__init__.py").is_file()


def shipped_baseline(*checkouts: Path) -> Path:
    """Return the baseline of the first checkout that has it, else the one of this code.

    Raises UserError where there is none."""
    for folder in checkouts:
        if (folder / BASELINE).is_file():
            return folder / BASELINE
    return located("redeploy:baseline")


def file_request(file: Path, settings: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return the request for the process that runs a scenario file."""
    return {
        "file": str(file),
        "name": str(file),
        "settings": {label: list(texts) for label, texts in settings.items()},
    }


def run_of(
    text: str, settings: Mapping[str, Sequence[str]], scenario: Path | None, asked: dict[str, Any]
) -> Source:
    """Return the side of a scenario file or of a stored run."""
    path = Path(text)
    if path.is_dir():
        refuse_folder(path)
    folder, sign, point = split(text)
    if path.exists() or not sign:
        return Source(text, HERE, file_request(path, settings) | asked | {"by_steps": False})
    if given := [label for label, texts in settings.items() if texts]:
        raise UserError(
            f"{given[0]}: {text} is a stored run and is made again as it was; "
            "name a scenario file to change a value"
        )
    if asked["seed"] is not None:
        raise UserError(
            f"--seed: {text} is a stored run and has its own seed; leave the option out"
        )
    if not point and folder.is_dir():
        refuse_folder(folder)
    stored = stored_run(folder, point, asked["replication"])
    home = None if scenario is None else str(scenario)
    if stored["own_code"] and home is None:
        names = ", ".join(stored["own_code"])
        raise UserError(
            f"{text}: its strategy {names} is code that no results folder keeps; "
            "name with --scenario the scenario file beside which it stands"
        )
    request = {
        "stored": stored.pop("scenario"),
        "name": text,
        "home": home,
        "settings": {},
        "by_steps": False,
    }
    return replace(Source(text, HERE, request | asked), stored=stored)


def refuse_folder(path: Path) -> None:
    """Raise UserError for a folder that is no checkout; for a results folder it names points."""
    if (path / "manifest.json").is_file():
        labels = list(dict.fromkeys(Results.open(path).design()["label"]))
        named = ", ".join(f'"{label}"' for label in labels[:4]) + (
            ", ..." if len(labels) > 4 else ""
        )
        raise UserError(
            f"{path}: is a results folder; name one of its points too, as "
            f'"{path}@{labels[0]}" (labels: {named})'
        )
    raise UserError(
        f"{path}: expected a scenario file, a stored run FOLDER@POINT, or a checkout (a "
        f"folder that holds {Path('sim', '__init__.py')})"
    )


def split(text: str) -> tuple[Path, str, str]:
    """Split `FOLDER@POINT` into the folder, the sign and the point.

    It is split at the first `@` that follows a folder, else at the first `@`."""
    signs = [i for i, letter in enumerate(text) if letter == "@"]
    first = signs[0] if signs else len(text)
    at = next((i for i in signs if Path(text[:i] or ".").is_dir()), first)
    return Path(text[:at]), text[at : at + 1], text[at + 1 :]


def stored_run(folder: Path, point: str, replication: int) -> dict[str, Any]:
    """Return what a results folder has of a run.

    That is its scenario (JSON), source_hash, versions, own_code, strategy_file, and its outcomes by
    name, None where the run is not done. Raises ResultsError where there is no such folder or
    point."""
    results = Results.open(folder)
    design = results.design()
    heads = design[(design["future"] == 0) | (design["point_id"] == point)]
    point_id = find_point(heads, point, str(folder))
    row = design.set_index("point_id").loc[point_id]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingRunsWarning)  # other runs do not matter here
        runs = results.runs()
    done = runs[(runs["point_id"] == point_id) & (runs["replication"] == replication)]
    known = results.outcomes() if len(done) else {}
    strategy = str(row["strategy"])
    return {
        "folder": str(folder),
        "point_id": point_id,
        "label": str(row["label"]),
        "scenario": str(row["scenario"]),
        "source_hash": results.manifest["source_hash"],
        "versions": results.manifest["versions"],
        "own_code": [strategy] if is_own(strategy) else [],
        "strategy_file": results.manifest.get("strategy_files", {}).get(strategy, ""),
        "replications": results.manifest["replications"],
        "outcomes": {name: whole(done[name].iloc[0]) for name in known} if len(done) else None,
    }


def whole(value: Any) -> float | None:
    """Return a stored outcome as a run gives it: None where it is undefined."""
    return None if value is None or math.isnan(value) else float(value)
