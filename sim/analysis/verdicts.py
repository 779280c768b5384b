"""What may be said of a paired difference."""

from __future__ import annotations

import math
from enum import StrEnum

from sim.analysis.paired import Estimate, clear_of_zero

RARE = ("dead_state", "state_losses", "leaders_killed")
"""Counts of rare events: 30 replications tell them no better than to 25 % either way."""


class Verdict(StrEnum):
    """What may be said of an outcome of an arm; the value is the text that tables show."""

    NOT_DEFINED = "not defined"
    EXACTLY_ZERO = "= 0 exactly"
    TOO_FEW = "n too small to rank"
    UNCLEAR = "no clear difference"
    ABOVE_ZERO = "above 0"
    BELOW_ZERO = "below 0"
    BETTER = "better"
    WORSE = "worse"


def verdict(name: str, estimate: Estimate, sign: int | None) -> Verdict:
    """Return what may be said of an outcome.

    `sign`: 1 where more is better, -1 where less is better, None where neither can be said."""
    if estimate.n < 2 or math.isnan(estimate.value):
        return Verdict.NOT_DEFINED
    if estimate.exactly_zero:
        return Verdict.EXACTLY_ZERO
    if name.startswith(RARE) and not estimate.enough:
        return Verdict.TOO_FEW
    has_t_interval = not math.isnan(estimate.low)
    low = estimate.low if has_t_interval else estimate.boot_low
    high = estimate.high if has_t_interval else estimate.boot_high
    if not clear_of_zero(low, high):
        return Verdict.UNCLEAR
    if sign is None:
        return Verdict.ABOVE_ZERO if estimate.value > 0 else Verdict.BELOW_ZERO
    return Verdict.BETTER if sign * estimate.value > 0 else Verdict.WORSE
