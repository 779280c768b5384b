"""Finding arms and points by what a user types, and the baseline of each arm."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.analysis.labels import short_labels
from sim.results.results import ResultsError

if TYPE_CHECKING:
    import pandas as pd


LEVERS = "levers"


def baselines_of(design: pd.DataFrame, baseline: str | None) -> dict[str, str]:
    """Return the baseline of each arm that is not a baseline itself.

    Arms go by their point_id in future 0. `baseline`: None for each arm's own `hold`; "levers" for
    the `hold` with the levers of its own strategy, which only strategies with levers have."""
    arms = design[design["future"] == 0]
    if baseline == LEVERS and LEVERS not in set(arms["label"]):
        if "levers_id" not in arms:
            raise ResultsError("baseline: no strategy of these results has levers of its own")
        return {
            row.point_id: row.levers_id
            for row in arms.itertuples()
            if row.levers_id and row.levers_id != row.point_id
        }
    if baseline is None:
        return {
            row.point_id: row.hold_id for row in arms.itertuples() if row.point_id != row.hold_id
        }
    base_id = find_arm(design, baseline)
    return {point_id: base_id for point_id in arms["point_id"] if point_id != base_id}


def arms_with_levers(design: pd.DataFrame, baselines: Mapping[str, str]) -> tuple[str, ...]:
    """Return the labels of the arms whose levers their baseline has not."""
    if "levers_id" not in design:
        return ()
    return tuple(
        row.label
        for row in design.itertuples()
        if row.levers_id and baselines.get(row.point_id, row.levers_id) != row.levers_id
    )


def nothing_to_compare(design: pd.DataFrame) -> str:
    """Say why no arm has a baseline: there is one arm, or each is a `hold` of its own world."""
    labels = list(dict.fromkeys(design["label"]))
    if len(labels) == 1:
        return f'there is only one arm, "{labels[0]}", and nothing to compare it with'
    named = ", ".join(f'"{label}"' for label in labels[:4]) + (", ..." if len(labels) > 4 else "")
    return (
        f"no strategy moves anybody in any of the {len(labels)} arms ({named}), "
        "so each is its own baseline; choose one of them as the baseline"
    )


def find_arm(design: pd.DataFrame, wanted: str, asked_by: str = "baseline") -> str:
    """Return the point_id in future 0 of an arm, named as in `find_point` or by any point_id."""
    named = design.loc[design["point_id"] == wanted, "label"]
    name = named.iloc[0] if len(named) else wanted
    return find_point(design[design["future"] == 0], name, asked_by)


def find_point(design: pd.DataFrame, wanted: str, asked_by: str = "baseline") -> str:
    """Return the point_id of a label (whole or short), a point_id or `key=value,...`.

    A key is a varied key, whole or by its last part, `strategy` or `label`. `asked_by`: what an
    error message begins with, the option or the folder. Raises ResultsError unless exactly one
    point fits."""
    exact = design[(design["label"] == wanted) | (design["point_id"] == wanted)]
    if len(exact) == 1:
        return str(exact["point_id"].iloc[0])
    keys = {
        column.removeprefix("x."): column for column in design.columns if column.startswith("x.")
    }
    keys |= {key.rpartition(".")[2]: column for key, column in keys.items()} | {
        "strategy": "strategy",
        "label": "label",
    }
    found = design
    for term in wanted.split(",") if "=" in wanted else []:
        key, _, value = (part.strip() for part in term.partition("="))
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            raise ResultsError(
                f"{asked_by}: no varied key {key!r}"
                + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(keys)}")
            )
        found = found[[same(cell, value) for cell in found[keys[key]]]]
    if "=" in wanted and len(found) == 1:
        return str(found["point_id"].iloc[0])
    if "=" in wanted and len(found) > 1:
        raise ResultsError(
            f"{asked_by}: {wanted!r} fits {len(found)} points: {', '.join(found['label'][:4])}; "
            "give more keys"
        )
    printed = design[design["label"].map(short_labels(design)) == wanted]
    if len(printed) == 1:
        return str(printed["point_id"].iloc[0])
    labels = list(design["label"])
    near = difflib.get_close_matches(wanted, [*labels, *design["point_id"]], 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"labels: {', '.join(labels[:6])}"
    raise ResultsError(f"{asked_by}: no point {wanted!r}; {hint}")


def same(cell: Any, text: str) -> bool:
    """Say whether a stored value is what the user typed; numbers are compared by value."""
    try:
        return math.isclose(float(cell), float(text), rel_tol=1e-9)
    except (TypeError, ValueError):
        return str(cell).lower() == text.lower()
