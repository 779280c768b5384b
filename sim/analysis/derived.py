"""Outcomes that exist only as a pair of an arm with its baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.paired import Estimate, Floats, Whole, mean_of, ratio_of
from sim.names import HORIZONS

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


def exported(suffix: str) -> dict[str, Derived]:
    """Return what is kept in Peru at a reading, and the part of it that was only diverted."""
    border, total = f"delivered_kg_border{suffix}", f"delivered_kg_total{suffix}"
    until = f", until day {HORIZONS[suffix]:,}" if suffix else ""
    return {
        f"averted_kg_border{suffix}": Derived(
            "kg", f"cocaine kept from the border exits{until}", MORE, (border,)
        ),
        f"averted_kg_total{suffix}": Derived(
            "kg", f"cocaine kept from all exits{until}", MORE, (total,)
        ),
        f"diverted_share{suffix}": Derived(
            "1",
            f"share of the averted border kilograms that left by other exits{until}",
            LESS,
            (border, total),
            ratio=True,
        ),
    }


EXCHANGE_RATE = "exchange_rate"
DERIVED = (
    exported("")
    | {
        EXCHANGE_RATE: Derived(
            "0.01 vacuum / (t/year)",
            "hundredths of VRAEM vacuum paid per tonne a year averted",
            LESS,
            ("vacuum_vraem", "delivered_kg_border"),
            ratio=True,
        ),
    }
    | {name: each for suffix in HORIZONS for name, each in exported(suffix).items()}
)


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
    if name == EXCHANGE_RATE:
        vacuum, border = (change[need] for need in needs)
        tonnes_a_year = -border / 1_000 * 365 / horizon_days
        return ratio_of(vacuum, tonnes_a_year, 100.0, confidence, futures), np.empty(0)
    border, total = (change[need] for need in needs)
    return ratio_of(total - border, -border, 1.0, confidence, futures), np.empty(0)


def futures_of(runs: pd.DataFrame) -> Whole:
    """Return the future of each run, from the index (future, replication)."""
    return runs.index.get_level_values("future").to_numpy(np.int64)
