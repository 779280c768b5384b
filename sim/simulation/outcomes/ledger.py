"""A finished run as numbers, and the few ways in which outcomes are made of them: sums, means, shares of sums, levels at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.machine.addition import added
from sim.model.state import counts as q

CLOSE = 0.02  # a vacuum within this of its level on day 0 has recovered


@dataclass
class Ledger:
    """A finished run as numbers. tally: f8[weeks + 1, quantities, places]."""

    tally: np.ndarray
    horizon_days: int
    world: Any

    @cached_property
    def days(self) -> np.ndarray:
        """Days of every week; the last may be short."""
        full, rest = divmod(self.horizon_days, 7)
        return np.array([7.0] * full + ([float(rest)] if rest else []))

    @cached_property
    def total(self) -> np.ndarray:
        return self.tally[1:].sum(axis=0)

    def flow(self, quantity: int, places: tuple[int, ...]) -> float:
        return added(self.total[quantity, place] for place in places)

    def mean(self, quantity: int, places: tuple[int, ...]) -> float:
        return self.flow(quantity, places) / self.horizon_days

    def four_weeks(self, quantity: int, place: int) -> np.ndarray:
        """Means over 28 days ending with each week."""
        sums = np.cumsum(np.concatenate([[0.0], self.tally[1:, quantity, place]]))
        days = np.cumsum(np.concatenate([[0.0], self.days]))
        first = np.maximum(np.arange(1, len(days)) - 4, 0)
        return (sums[1:] - sums[first]) / (days[1:] - days[first])

    def weighted(self, column: str, theatre: int) -> float:
        towns = self.world.places.communities
        here = towns.theatre == theatre
        return float((towns.weight[here] * towns[column][here]).sum())

    def recovery(self, theatre: int) -> tuple[float, float]:
        """(days from the peak of the vacuum to within CLOSE of day 0, 1 if it never came to that)."""
        vacuum = self.four_weeks(q.VACUUM, theatre)
        level = 1.0 - self.weighted("state_0", theatre)
        peak = int(np.argmax(vacuum))
        back = np.flatnonzero(vacuum[peak:] <= level + CLOSE)
        return (float(7 * back[0]), 0.0) if len(back) else (float(self.horizon_days), 1.0)


Of = Callable[[Ledger], "float | None"]


def flow(quantity: int, places: tuple[int, ...], per: float = 1.0) -> Of:
    """Sum over the horizon and the places, in units of `per`."""
    return lambda d: d.flow(quantity, places) / per


def mean(quantity: int, places: tuple[int, ...], per: float = 1.0) -> Of:
    """Mean over the days of the horizon of a sum over places, in units of `per`."""
    return lambda d: d.mean(quantity, places) / per


def last_week(quantity: int, places: tuple[int, ...]) -> Of:
    return lambda d: float(added(d.tally[-1, quantity, place] for place in places) / d.days[-1])


def weighted(column: str, theatre: int) -> Of:
    return lambda d: d.weighted(column, theatre)


def part(top: tuple[int, ...], bottom: tuple[int, ...], places: tuple[int, ...]) -> Of:
    """Sum of the flows `top` over the sum of the flows `bottom`."""
    return lambda d: ratio(
        added(d.flow(k, places) for k in top), added(d.flow(k, places) for k in bottom)
    )


def ratio(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 0 else None
