"""Outcomes that exist only as a pair of an arm with its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.paired import Estimate, Floats, Whole, mean_of, ratio_of

if TYPE_CHECKING:
    import pandas as pd

LESS, MORE, NEUTRAL = "less is better", "more is better", "neutral"


@dataclass(frozen=True)
class Derived:
    """An outcome that exists only against the baseline.

    `needs`: the outcomes that it is computed from. `ratio`: a ratio of two sums over the pairs,
    which has no value in a single pair and none for the baseline; otherwise it is a difference in
    each pair, 0 for the baseline."""

    unit: str
    label: str
    direction: str
    needs: tuple[str, ...]
    ratio: bool = False


DERIVED = {
    "averted_kg_border": Derived(
        "kg", "cocaine kept from the border exits", MORE, ("delivered_kg_border",)
    ),
    "averted_kg_total": Derived("kg", "cocaine kept from all exits", MORE, ("delivered_kg_total",)),
    "displaced_share": Derived(
        "1",
        "share of the averted border kilograms that left by other exits",
        LESS,
        ("delivered_kg_border", "delivered_kg_total"),
        ratio=True,
    ),
    "exchange_rate": Derived(
        "0.01 vacuum / (t/year)",
        "hundredths of VRAEM vacuum paid per tonne a year averted",
        LESS,
        ("vacuum_vraem", "delivered_kg_border"),
        ratio=True,
    ),
}


def derived(
    name: str, mine: pd.DataFrame, theirs: pd.DataFrame, horizon_days: float, confidence: float
) -> tuple[Estimate, Floats]:
    """Return the estimate of a derived outcome and its value in each pair (empty for a ratio).

    `mine` and `theirs` are the runs of the arm and of its baseline, row by row a pair."""
    needs, futures = DERIVED[name].needs, futures_of(mine)
    pairs = [(mine[need], theirs[need]) for need in needs]
    both = np.logical_and.reduce(
        [(here.notna() & there.notna()).to_numpy() for here, there in pairs]
    )
    futures = futures[both]
    change = {
        need: (here - there).to_numpy(float)[both] for need, (here, there) in zip(needs, pairs)
    }
    if not DERIVED[name].ratio:
        averted = 0.0 - change[needs[0]]
        return mean_of(averted, confidence, futures), averted
    averted = -change["delivered_kg_border"]
    if name == "displaced_share":
        elsewhere = change["delivered_kg_total"] - change["delivered_kg_border"]
        return ratio_of(elsewhere, averted, 1.0, confidence, futures), np.empty(0)
    tonnes_a_year = averted / 1_000 * 365 / horizon_days
    return ratio_of(change["vacuum_vraem"], tonnes_a_year, 100.0, confidence, futures), np.empty(0)


def futures_of(runs: pd.DataFrame) -> Whole:
    """Return the future of each run, from the index (future, replication)."""
    return runs.index.get_level_values("future").to_numpy(np.int64)
