"""Statistics of paired differences: t and bootstrap intervals, ratios of sums, Holm's correction.

The bootstrap resamples finished results. It uses numpy's generator with a fixed seed, so the same
results always give the same table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

RESAMPLES = 2_000
SEED = 20_260_101
# n is enough when the half-width of the interval is at most this share of the difference.
PRECISION = 0.5


@dataclass(frozen=True)
class Estimate:
    """A mean or ratio over `n` pairs with its two intervals, in the unit of the data.

    What is not defined is NaN. `p`: two-sided, against 0. `exactly_zero`: every pair is 0.
    `futures`: how many futures the pairs come from, 1 where they are not given."""

    n: int
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    boot_low: float = math.nan
    boot_high: float = math.nan
    p: float = math.nan
    n_needed: float = math.nan
    exactly_zero: bool = False
    futures: int = 1

    @property
    def enough(self) -> bool:
        """Whether there are enough pairs for the precision that `n_needed` aims at."""
        return self.n >= 2 and self.n >= self.n_needed


def units_of(differences: Floats, futures: Whole | None) -> Floats:
    """Return the independent values of paired differences, f8[pairs, ...].

    These are the pairs themselves, or, where the pairs come from two futures or more, the mean of
    each future, in the order of futures. Further axes stay as they are."""
    if futures is None or number_of(futures) == 1:
        return differences
    _, row, times = np.unique(futures, return_inverse=True, return_counts=True)
    sums = np.zeros((len(times), *differences.shape[1:]))
    np.add.at(sums, row, differences)
    return (sums.T / times).T


def mean_of(
    differences: Floats, confidence: float = 0.95, futures: Whole | None = None
) -> Estimate:
    """Return the mean of paired differences with Student's t interval and a percentile bootstrap.

    `futures`: the future of each pair. From two futures on, the mean and its intervals are over the
    means of the futures, since the replications of one future share its parameters. Pairs that are
    all exactly 0 give the interval [0, 0] and p = 1. Fewer than two independent values give no
    interval."""
    from scipy.stats import t

    n, units = len(differences), units_of(differences, futures)
    k = len(units)
    if k == 0:
        return Estimate(0)
    value = float(units.mean())
    if k == 1:
        return Estimate(n, value)
    error = float(units.std(ddof=1)) / math.sqrt(k)
    half = float(t.ppf((1 + confidence) / 2, k - 1)) * error
    if error == 0:
        p = 1.0 if value == 0 else 0.0
    else:
        p = float(2 * t.sf(abs(value) / error, k - 1))
    boot_low, boot_high = percentiles(units[resamples(k)].mean(axis=1), confidence)
    return Estimate(
        n,
        value,
        value - half,
        value + half,
        boot_low,
        boot_high,
        p,
        needed(k, half, value) * n / k,
        not differences.any(),
        number_of(futures),
    )


def value_of(values: Floats, futures: Whole | None = None) -> float:
    """Return the value of `mean_of` without its intervals."""
    return float(units_of(values, futures).mean()) if len(values) else math.nan


def number_of(futures: Whole | None) -> int:
    """Return how many futures there are."""
    return 1 if futures is None else max(1, len(np.unique(futures)))


def ratio_of(
    above: Floats,
    below: Floats,
    factor: float = 1.0,
    confidence: float = 0.95,
    futures: Whole | None = None,
) -> Estimate:
    """Return factor x sum(above) / sum(below) over the pairs, with a percentile bootstrap.

    The bootstrap resamples whole pairs, or whole futures as in `mean_of`. The ratio is not defined
    (NaN) when the t interval or the bootstrap interval of the denominator's mean contains 0, since
    the sign of the denominator is then unknown."""
    pairs, base = len(below), mean_of(below, confidence, futures)
    zero = not above.any()
    above, below = units_of(above, futures), units_of(below, futures)
    n = len(below)
    if not (clear_of_zero(base.low, base.high) and clear_of_zero(base.boot_low, base.boot_high)):
        return Estimate(pairs, futures=number_of(futures))
    value = factor * float(above.sum() / below.sum())
    drawn = resamples(n)
    sums = below[drawn].sum(axis=1)
    kept = sums != 0
    low, high = percentiles(factor * above[drawn].sum(axis=1)[kept] / sums[kept], confidence)
    n_needed = needed(n, (high - low) / 2, value) * pairs / n
    return Estimate(
        pairs,
        value,
        boot_low=low,
        boot_high=high,
        n_needed=n_needed,
        exactly_zero=zero,
        futures=number_of(futures),
    )


def needed(n: int, half: float, value: float) -> float:
    """Return the number of pairs at which the half-width is PRECISION of the value.

    The half-width falls as 1 / sqrt(n). Infinite for a value of 0 that varies."""
    if half == 0:
        return 2
    return math.inf if value == 0 else max(2, math.ceil(n * (half / (PRECISION * abs(value))) ** 2))


def clear_of_zero(low: float, high: float) -> bool:
    """Say whether an interval lies wholly on one side of 0."""
    return low > 0 or high < 0


def percentiles(values: Floats, confidence: float) -> tuple[float, float]:
    """Return the central interval of the values."""
    low, high = np.percentile(values, [50 * (1 - confidence), 50 * (1 + confidence)])
    return float(low), float(high)


@lru_cache(maxsize=8)
def resamples(n: int) -> NDArray[np.int64]:
    """Return i8[RESAMPLES, n]: indices of pairs drawn with replacement, the same at every call."""
    return np.random.default_rng([SEED, n]).integers(0, n, (RESAMPLES, n))


def holm(p: Floats) -> Floats:
    """Return Holm's step-down adjusted p values (Holm 1979, Scand. J. Stat. 6:65-70).

    NaN stays NaN and does not count as a test."""
    adjusted = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    weights = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(weights * p[order]))
    return adjusted
