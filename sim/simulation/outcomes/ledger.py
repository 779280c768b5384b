"""The tally of a finished run, and the functions from which outcomes are made.

An *area* is a column of the tally: a theatre, or an exit where a quantity is counted by exit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sim.machine.addition import added
from sim.model.state import counts

CLOSE = 0.02  # a vacuum within this of its level on day 0 has recovered


@dataclass
class Ledger:
    """A finished run. tally: f8[weeks + 1, quantities, areas], of which row 0 is the burn-in."""

    tally: np.ndarray
    horizon_days: int
    world: Any

    @cached_property
    def days(self) -> np.ndarray:
        """Days of each week; the last week may be short."""
        full, rest = divmod(self.horizon_days, 7)
        return np.array([7.0] * full + ([float(rest)] if rest else []))

    @cached_property
    def total(self) -> np.ndarray:
        """Sums over the horizon. f8[quantities, areas]"""
        return self.tally[1:].sum(axis=0)

    def flow(self, quantity: int, areas: tuple[int, ...]) -> float:
        """Return the sum of a quantity over the horizon and the areas."""
        return added(self.total[quantity, area] for area in areas)

    def mean(self, quantity: int, areas: tuple[int, ...]) -> float:
        """Return the mean over the days of the horizon of a sum over areas."""
        return self.flow(quantity, areas) / self.horizon_days

    def four_weeks(self, quantity: int, area: int) -> np.ndarray:
        """Return the means over the 28 days that end with each week; fewer at the start."""
        sums = np.cumsum(np.concatenate([[0.0], self.tally[1:, quantity, area]]))
        days = np.cumsum(np.concatenate([[0.0], self.days]))
        first = np.maximum(np.arange(1, len(days)) - 4, 0)
        return (sums[1:] - sums[first]) / (days[1:] - days[first])

    def weighted(self, column: str, theatre: int) -> float:
        """Return a field of the communities of a theatre on the last day, added by weight."""
        towns = self.world.places.communities
        here = towns.theatre == theatre
        return float((towns.weight[here] * towns[column][here]).sum())

    def recovery(self, theatre: int) -> tuple[float, float]:
        """Return (days from the peak of the vacuum until it recovers, 0.0).

        A vacuum has recovered when it is within CLOSE of its level on day 0. If it never does, this
        returns (days of the horizon, 1.0).
        """
        vacuum = self.four_weeks(counts.VACUUM, theatre)
        level = 1.0 - self.weighted("state_0", theatre)
        peak = int(np.argmax(vacuum))
        back = np.flatnonzero(vacuum[peak:] <= level + CLOSE)
        return (float(7 * back[0]), 0.0) if len(back) else (float(self.horizon_days), 1.0)


Of = Callable[[Ledger], "float | None"]


def flow(quantity: int, areas: tuple[int, ...], per: float = 1.0) -> Of:
    """Sum over the horizon and the areas, in units of `per`."""
    return lambda run: run.flow(quantity, areas) / per


def mean(quantity: int, areas: tuple[int, ...], per: float = 1.0) -> Of:
    """Mean over the days of the horizon of a sum over areas, in units of `per`."""
    return lambda run: run.mean(quantity, areas) / per


def last_week(quantity: int, areas: tuple[int, ...]) -> Of:
    """Mean of a state over the days of the last week, added over the areas."""
    return lambda run: float(added(run.tally[-1, quantity, area] for area in areas) / run.days[-1])


def weighted(column: str, theatre: int) -> Of:
    """Field of the communities of a theatre on the last day, added by weight."""
    return lambda run: run.weighted(column, theatre)


def part(top: tuple[int, ...], bottom: tuple[int, ...], areas: tuple[int, ...]) -> Of:
    """Sum of the flows `top` over the sum of the flows `bottom`."""
    return lambda run: ratio(
        added(run.flow(quantity, areas) for quantity in top),
        added(run.flow(quantity, areas) for quantity in bottom),
    )


def ratio(top: float, bottom: float) -> float | None:
    """Return top / bottom, None where the denominator is not positive."""
    return top / bottom if bottom > 0 else None
