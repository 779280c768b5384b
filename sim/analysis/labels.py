"""Short labels of arms, for tables and pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sim.errors import printable
from sim.names import HOLD, label_of_strategy

if TYPE_CHECKING:
    import pandas as pd


def short_labels(design: pd.DataFrame) -> dict[str, str]:
    """Return the short label of each arm of a design, by its full label.

    The strategy and the share that it moves come from the scenario of the arm."""
    arms = design.drop_duplicates("label")
    found = {}
    for label, scenario in zip(arms["label"], arms["scenario"]):
        strategy = json.loads(scenario)["strategy"]
        found[str(label)] = short(label, strategy["name"], strategy["share_to_border"])
    return found


def short(label: str, strategy: str, share: float) -> str:
    """Return a label for a narrow column: `static share_to_border=0.15` becomes `static 15 %`.

    An own strategy that moves no share is named without one. A label that the user wrote stands as
    it is."""
    beginning = label_of_strategy(strategy, share)
    written_by_plan = label == beginning or label.startswith(f"{beginning} ")
    if strategy == HOLD or not written_by_plan:
        return printable(label)
    is_own_code = ":" in strategy
    percent = "" if is_own_code and not share else f" {100 * share:g} %"
    return printable(f"{strategy}{percent}{label.removeprefix(beginning)}")
