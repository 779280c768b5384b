"""Checks of a fact in the finished runs of its arms: values with intervals against accepted ranges.

A *gate* is a sign. It passes when the whole interval of the mean lies on the right side, fails when
it lies on the wrong side, and is open when chance decides. A *band* is a magnitude. It is inside or
outside, which is reported and not enforced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paired import Floats, mean_of

if TYPE_CHECKING:
    from sim.results.results import Results


class Result(StrEnum):
    """What a check found; the value is the text that the scoreboard shows."""

    PASS = "pass"
    FAIL = "fail"
    OPEN = "open"
    INSIDE = "inside"
    OUTSIDE = "outside"
    UNDEFINED = "undefined"


@dataclass(frozen=True)
class Check:
    """One check of a fact: `value` with its 95 % interval, and what is accepted (None: no end).

    `gate`: whether it is a sign that must hold, or else a band."""

    what: str
    value: float
    low: float
    high: float
    accept: tuple[float | None, float | None]
    gate: bool
    unit: str = ""

    @property
    def result(self) -> Result:
        """Pass, fail or open of a gate, inside or outside of a band, undefined without a value."""
        least = -math.inf if self.accept[0] is None else self.accept[0]
        most = math.inf if self.accept[1] is None else self.accept[1]
        if math.isnan(self.value):
            return Result.UNDEFINED
        if not self.gate:
            return Result.INSIDE if least <= self.value <= most else Result.OUTSIDE
        if 0.0 in self.accept and self.low == self.high == 0.0:
            return Result.FAIL  # no effect at all has no sign
        if least <= self.low and self.high <= most:
            return Result.PASS
        return Result.FAIL if self.high < least or self.low > most else Result.OPEN


class Arms:
    """The finished runs of a fact, by arm, in the order of replications."""

    def __init__(self, results: Results) -> None:
        runs = results.runs().sort_values("replication")
        self._runs = {label: rows.reset_index(drop=True) for label, rows in runs.groupby("label")}
        self._weekly = results.weekly().merge(runs[["run_id", "label", "replication"]], on="run_id")

    def of(self, arm: str, outcome: str) -> Floats:
        """Return an outcome, f8[replications]; NaN where it is not defined."""
        return self._runs[arm][outcome].to_numpy(float)

    def series(self, arm: str, quantity: str, *theatres: str) -> Floats:
        """Return a weekly series summed over theatres, f8[replications, weeks]."""
        rows = self._weekly[(self._weekly["label"] == arm) & self._weekly["theatre"].isin(theatres)]
        return rows.pivot_table(
            index="replication", columns="week", values=quantity, aggfunc="sum"
        ).to_numpy(float)


def sign(what: str, values: Floats, positive: bool, unit: str = "") -> Check:
    """Return a gate: the mean of paired values is above 0, or below."""
    return gate(what, values, (0.0, None) if positive else (None, 0.0), unit)


def gate(
    what: str, values: Floats, accept: tuple[float | None, float | None], unit: str = ""
) -> Check:
    """Return a gate: the mean of the values lies in `accept`."""
    return _check(what, values, accept, True, unit)


def band(
    what: str, values: Floats, accept: tuple[float | None, float | None], unit: str = ""
) -> Check:
    """Return a band: the magnitude of the mean should lie in `accept`."""
    return _check(what, values, accept, False, unit)


def ratio_to(values: Floats, reference: Floats) -> Floats:
    """Return one value for each pair, whose mean is mean(values) / mean(reference).

    Their spread is that of the ratio of the two means to first order, so that the interval of a
    check covers the chance in both. NaN where the mean of the reference is 0."""
    least = reference.mean()
    if least == 0.0:
        return np.full(len(values), math.nan)
    ratio = values.mean() / least
    return np.asarray(ratio + (values - ratio * reference) / least)


def share(
    what: str, happens: NDArray[np.bool_], accept: tuple[float | None, float | None], as_gate: bool
) -> Check:
    """Return a check of a share of replications, with Wilson's interval.

    As a gate it passes where the share itself is inside, as published facts state it, and fails
    where its whole interval is outside."""
    from scipy.stats import binomtest

    n, k = len(happens), int(np.sum(happens))
    ends = binomtest(k, n).proportion_ci(0.95, "wilson")
    inside = (accept[0] is None or k / n >= accept[0]) and (accept[1] is None or k / n <= accept[1])
    low, high = (k / n, k / n) if as_gate and inside else (float(ends.low), float(ends.high))
    return Check(what, k / n, low, high, accept, as_gate, "of runs")


def _check(
    what: str, values: Floats, accept: tuple[float | None, float | None], as_gate: bool, unit: str
) -> Check:
    found = mean_of(values[~np.isnan(values)])
    return Check(what, found.value, found.low, found.high, accept, as_gate, unit)
