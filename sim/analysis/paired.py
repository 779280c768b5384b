"""Statistics of paired differences: t and bootstrap intervals, ratios of sums, Holm's correction, replications needed.

The resampling here is of results that are already there; it uses numpy's generator with a fixed seed, so a table is the same each time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2_000
SEED = 20_260_101
PRECISION = 0.5  # n is enough when the interval's half-width is at most this share of the difference


@dataclass(frozen=True)
class Estimate:
    """A mean or ratio with its two intervals, in the unit of the data; NaN where it is not defined. `p` is two-sided, against 0."""

    n: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    boot_low: float = math.nan
    boot_high: float = math.nan
    p: float = math.nan
    n_needed: float = math.nan

    @property
    def enough(self) -> bool:
        return self.n >= 2 and self.n >= self.n_needed

    @property
    def exactly_zero(self) -> bool:
        return self.n > 0 and self.value == self.boot_low == self.boot_high == 0.0


def mean_of(differences: Floats, confidence: float = 0.95) -> Estimate:
    """The mean of paired differences: Student's t interval and a percentile bootstrap.

    All pairs exactly 0 give the interval [0, 0] and p = 1. Fewer than two pairs give no interval.
    """
    from scipy.stats import t

    n = len(differences)
    if n == 0:
        return Estimate(0)
    value = float(differences.mean())
    if n == 1:
        return Estimate(1, value)
    error = float(differences.std(ddof=1)) / math.sqrt(n)
    half = float(t.ppf((1 + confidence) / 2, n - 1)) * error
    if error == 0:
        p = 1.0 if value == 0 else 0.0
    else:
        p = float(2 * t.sf(abs(value) / error, n - 1))
    boot_low, boot_high = percentiles(differences[resamples(n)].mean(axis=1), confidence)
    return Estimate(n, value, value - half, value + half, boot_low, boot_high, p, needed(n, half, value))


def ratio_of(above: Floats, below: Floats, factor: float = 1.0, confidence: float = 0.95) -> Estimate:
    """factor x sum(above) / sum(below) over the pairs, with a percentile bootstrap of whole pairs.

    Not defined (NaN) when the t interval or the bootstrap interval of the denominator's mean holds 0: then its sign is not known.
    """
    n = len(below)
    base = mean_of(below, confidence)
    if not (clear_of_zero(base.low, base.high) and clear_of_zero(base.boot_low, base.boot_high)):
        return Estimate(n)
    value = factor * float(above.sum() / below.sum())
    drawn = resamples(n)
    sums = below[drawn].sum(axis=1)
    kept = sums != 0
    low, high = percentiles(factor * above[drawn].sum(axis=1)[kept] / sums[kept], confidence)
    return Estimate(n, value, boot_low=low, boot_high=high, n_needed=needed(n, (high - low) / 2, value))


def needed(n: int, half: float, value: float) -> float:
    """Pairs at which the half-width, falling as 1 / sqrt(n), is PRECISION of the value; infinite for a value of 0 that varies."""
    if half == 0:
        return 2
    return math.inf if value == 0 else max(2, math.ceil(n * (half / (PRECISION * abs(value))) ** 2))


def clear_of_zero(low: float, high: float) -> bool:
    """Whether an interval lies wholly on one side of 0."""
    return low > 0 or high < 0


def percentiles(values: Floats, confidence: float) -> tuple[float, float]:
    """The central interval of the values."""
    low, high = np.percentile(values, [50 * (1 - confidence), 50 * (1 + confidence)])
    return float(low), float(high)


@lru_cache(maxsize=8)
def resamples(n: int) -> NDArray[np.int64]:
    """RESAMPLES x n indices of pairs drawn with replacement, the same at every call."""
    return np.random.default_rng([SEED, n]).integers(0, n, (RESAMPLES, n))


def holm(p: Floats) -> Floats:
    """Holm's step-down adjusted p values (Holm 1979, Scand. J. Stat. 6:65-70); NaN stays NaN and is not counted."""
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    weights = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(weights * p[order]))
    return adjusted
