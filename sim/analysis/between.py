"""Comparison of two results folders, arm by arm.

It shows what a change of inputs, of the model's code or of a version does to the same arms. Runs
are paired by label, future and replication, and the first folder is the baseline of the second. The
answer lists every input that differs, since a difference in outcomes can come from any of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sim.analysis.compare import (
    Comparison,
    NothingFinished,
    Pairs,
    asked_of,
    framed,
    head_of,
    paired,
    row_for,
    runs_by_label,
    same_bits,
)
from sim.analysis.derived import DERIVED
from sim.analysis.labels import short_labels
from sim.results.manifest import NOT_DECIDING, flat, goes_on
from sim.results.missing import Missing
from sim.results.results import Results, ResultsError

if TYPE_CHECKING:
    import pandas as pd

NAMED = 12  # keys or labels that are listed one by one
LONGEST = 60  # characters of a value that are shown


def compare_folders(
    first: Results,
    second: Results,
    outcomes: Iterable[str] | str | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Return the paired differences, second folder minus first, of each arm that both have.

    The columns are those of `compare`. Derived outcomes are left out where the horizons differ,
    since they are expressed per year. Raises ResultsError for an unknown outcome, and where the
    folders have no arm or no pair in common."""
    known = {name: about for name, about in first.outcomes().items() if name in second.outcomes()}
    designs = [each.design() for each in (first, second)]
    theirs_of, mine_of = runs_by_label(first), runs_by_label(second)
    heads = [each[each["future"] == 0].set_index("label", drop=False) for each in designs]
    shared = [label for label in heads[1].index if label in heads[0].index]
    if not shared:
        labels = [", ".join(list(each.index)[:4]) for each in heads]
        raise ResultsError(
            f"no arm has the same label in both folders; {first.path}: {labels[0]}; "
            f"{second.path}: {labels[1]}"
        )
    asked, names = asked_of(outcomes, known)
    if any(
        heads[0].loc[label, "horizon_days"] != heads[1].loc[label, "horizon_days"]
        for label in shared
    ):
        names = [name for name in names if name not in DERIVED]
    missing = [first.missing(), second.missing()]
    planned_of = [absent.planned // len(design) for absent, design in zip(missing, designs)]

    rows: list[dict[str, Any]] = []
    pairs: list[Pairs] = []
    runs: list[tuple[pd.DataFrame, pd.DataFrame]] = []
    baselines: dict[str, str] = {}
    for label in shared:
        point = heads[1].loc[label]
        mine, theirs = paired(mine_of.get(label), theirs_of.get(label))
        planned = max(
            int((design["label"] == label).sum()) * each
            for design, each in zip(designs, planned_of)
        )
        pairs.append(Pairs(label, label, len(mine), planned, same_bits(mine, theirs, known)))
        if len(mine):
            runs.append((mine, theirs))
            baselines[str(point["point_id"])] = str(heads[0].loc[label, "point_id"])
            head = head_of(str(point["point_id"]), point, label)
            rows += [
                head | row_for(name, mine, theirs, known, float(point["horizon_days"]), confidence)
                for name in names
            ]
    if not rows:
        raise NothingFinished(
            f"{first.path} and {second.path}: no run of an arm is finished in both"
        )
    folders = (str(first.path), str(second.path))
    absent = Missing(
        tuple(arm for each in missing for arm in each.arms), sum(each.planned for each in missing)
    )
    futures = min(int(design["future"].nunique()) for design in designs)
    inputs = tuple(inputs_that_differ(first, second, shared, runs))
    short = short_labels(designs[0]) | short_labels(designs[1])
    return Comparison(
        framed(rows),
        baselines,
        asked,
        confidence,
        futures,
        tuple(pairs),
        absent,
        short,
        folders,
        inputs,
        tuple(int(heads[1].loc[label, "horizon_days"]) for label in shared),
    )


def inputs_that_differ(
    first: Results,
    second: Results,
    shared: list[str],
    runs: list[tuple[pd.DataFrame, pd.DataFrame]],
) -> Iterator[str]:
    """Yield a line for each input that differs.

    Inputs are the keys of the scenarios, drawn parameters, the model's code, strategy files,
    versions, replications, shards and arms."""
    there, here = first.manifest, second.manifest
    keys = list(keys_that_differ(first, second, shared))
    yield from keys[:NAMED]
    if len(keys) > NAMED:
        yield f"and {len(keys) - NAMED:,} more keys of the scenarios"
    if there["source_hash"] != here["source_hash"]:
        old_code, new_code = (each["source_hash"][:12] for each in (there, here))
        yield f"the model's code: {old_code} in the first, {new_code} in the second"
    for name, mark in here.get("strategy_files", {}).items():
        if there.get("strategy_files", {}).get(name, mark) != mark:
            yield f"the file of strategy {name} differs"
    old, new = (each.get("versions", {}) for each in (there, here))
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            was, now = old.get(name, "absent"), new.get(name, "absent")
            yield f"version of {name}: {was} in the first, {now} in the second"
    for words, each in (("first", there), ("second", here)):
        for later in each.get("later_versions", []):
            yield f"versions in the {words}: it {goes_on(each['versions'], later)}"
    for name, absent in (("replications", None), ("shard", "1/1")):
        if there.get(name, absent) != here.get(name, absent):
            was, now = there.get(name, absent), here.get(name, absent)
            yield f"{name}: {was} in the first, {now} in the second"
    drawn = sorted(drawn_otherwise(first, second))
    if drawn:
        yield f"the draws of the futures differ in: {', '.join(drawn[:NAMED])}"
    if any((mine["seed"] != theirs["seed"]).any() for mine, theirs in runs):
        yield (
            "the seeds of the two runs of a pair differ, so they meet different worlds "
            "and pairing takes no chance out of the difference"
        )
    for words, mine, other in (("first", first, second), ("second", second, first)):
        labels = [
            label
            for label in dict.fromkeys(mine.design()["label"])
            if label not in set(other.design()["label"])
        ]
        if labels:
            yield f"arms only in the {words}: {', '.join(labels[:NAMED])}" + (
                ", ..." if len(labels) > NAMED else ""
            )


def keys_that_differ(first: Results, second: Results, shared: list[str]) -> Iterator[str]:
    """Yield a line for each key of the scenarios that differs, with the arms where not all differ.

    A line reads `time.horizon_days: 364 in the first, 728 in the second`."""
    found: dict[tuple[str, str, str], list[str]] = {}
    there, here = (of_future_0(each) for each in (first, second))
    for label in shared:
        old, new = (flat(json.loads(each.loc[label, "scenario"])) for each in (there, here))
        for key in sorted({*old, *new}):
            if old.get(key) != new.get(key) and key not in NOT_DECIDING:
                found.setdefault(
                    (key, shown(old.get(key, "absent")), shown(new.get(key, "absent"))), []
                ).append(label)
    for (key, old_value, new_value), labels in found.items():
        where = (
            ""
            if len(labels) == len(shared)
            else f" (in {', '.join(labels[:4])}{', ...' if len(labels) > 4 else ''})"
        )
        yield f"{key}: {old_value} in the first, {new_value} in the second{where}"


def drawn_otherwise(first: Results, second: Results) -> set[str]:
    """Return the uncertain parameters whose values differ in some future that both folders have."""
    there, here = (each.design().set_index(["label", "future"]) for each in (first, second))
    there, here = there.align(here, join="inner", axis=0)
    drawn = {name for each in (there, here) for name in each.columns if name.startswith("drawn.")}
    return {
        name.removeprefix("drawn.")
        for name in drawn
        if name not in there or name not in here or not there[name].equals(here[name])
    }


def of_future_0(results: Results) -> pd.DataFrame:
    """Return the points of future 0, which has the scenario's own values, by label."""
    design = results.design()
    return design[design["future"] == 0].set_index("label")


def shown(value: Any) -> str:
    """Return a value as text, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False, default=str) if value != "absent" else "absent"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
