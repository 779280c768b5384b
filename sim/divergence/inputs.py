"""What was given to two runs and differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sim.divergence.answer import Input
from sim.divergence.digests import Digests
from sim.divergence.sides import Side, of_both
from sim.results.manifest import NOT_DECIDING


def inputs_that_differ(
    sides: tuple[Side, Side],
    told: tuple[dict[str, Any], dict[str, Any]],
    starts: tuple[dict[str, Any], dict[str, Any]],
    digests: Digests,
) -> Iterator[Input]:
    """Yield every input that differs: keys of the scenario, seeds, code, fields and the map.

    `told`: the answers to `Tracer.open`. `starts`: those to `Tracer.start`."""
    a, b = told
    given = values_given(sides, list(digests.given))
    trees = a["scenario"], b["scenario"]
    keys = [
        key
        for key in {**trees[0], **trees[1]}
        if key not in NOT_DECIDING and trees[0].get(key) != trees[1].get(key)
    ]
    for key in keys:
        # Where one run leaves a parameter at its default, only the world knows its value.
        texts = tuple(as_text(tree[key]) if key in tree else absent(key) for tree in trees)
        yield Input(key, *given.pop(key, texts))
    for key in ("replication", "seed"):
        if a[key] != b[key] and not (key == "seed" and "replications.base_seed" in keys):
            yield Input(key, str(a[key]), str(b[key]))
    for key, name in (
        ("source_hash", "the model's code"),
        ("strategy_source", "the file of the strategy"),
    ):
        if a[key] != b[key]:
            yield Input(name, a[key][:12] or "none", b[key][:12] or "none")
    for field, pair in given.items():
        yield Input(field, *pair)
    maps = starts[0]["map"], starts[1]["map"]
    names = [name for name in maps[0] if name in maps[1] and maps[0][name] != maps[1][name]]
    if names:
        yield Input(f"arrays of the map: {', '.join(names)}", "", "")
    if alone := sorted(digests.now[0].keys() ^ digests.now[1].keys()):
        yield Input(f"fields that only one of the codes has: {', '.join(alone)}", "", "")


def values_given(sides: tuple[Side, Side], fields: list[str]) -> dict[str, tuple[str, str]]:
    """Return the values of inputs in both runs as text; "" for an array of several numbers."""
    a, b = of_both(*sides, "values", 0, fields)
    found = {}
    for field in fields:
        is_one = a[field].size == b[field].size == 1
        found[field] = (number(a[field]), number(b[field])) if is_one else ("", "")
    return found


def number(array: Any) -> str:
    """Return the only number of an array as text."""
    return repr(array.ravel()[0].item())


def as_text(value: Any) -> str:
    """Return a value of a scenario as text."""
    return json.dumps(value, ensure_ascii=False, default=str)


def absent(key: str) -> str:
    """Return the text for a value that a scenario does not give."""
    return "the default" if key.startswith("parameters.") else "absent"
