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
from sim.names import HORIZONS

CLOSE = 0.02  # a vacuum of at most this has recovered; it is 0 on day 0
RECENT_DAYS = 28  # people, places and fighters are means of so many days


def days_summed(horizon_days: int) -> set[int]:
    """Return the days of the horizon at which a run keeps the sums of its tally.

    The tally is weekly, so that a sum up to such a day, or over the 28 days before it, could not be
    read from it afterwards.
    """
    read = {horizon_days, *(day for day in HORIZONS.values() if day <= horizon_days)}
    days = {RECENT_DAYS, *read, *(day - RECENT_DAYS for day in read)}
    return {day for day in days if 0 < day <= horizon_days}


@dataclass
class Ledger:
    """A finished run.

    tally: f8[weeks + 1, quantities, areas], of which row 0 is the burn-in. sums: the sums of the
    tally from day 0 to each day of `days_summed`, f8[quantities, areas] each.
    """

    tally: np.ndarray
    horizon_days: int
    world: Any
    sums: dict[int, np.ndarray]

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

    def summed(self, day: int | None) -> np.ndarray | None:
        """Return the sums from day 0 to a day, by default the last. f8[quantities, areas]

        None where the run ends before that day, or has not kept the sums of that day.
        """
        if day is None or day == self.horizon_days:
            return self.total
        return self.sums.get(day) if day > 0 else np.zeros_like(self.total)

    def until(
        self, quantities: tuple[int, ...], areas: tuple[int, ...], day: int | None
    ) -> float | None:
        """Return the sum of flows from day 0 to a day; None where the run ends before it."""
        sums = self.summed(day)
        if sums is None:
            return None
        return added(sums[quantity, area] for quantity in quantities for area in areas)

    def recent(self, quantity: int, areas: tuple[int, ...], day: int | None) -> float | None:
        """Return the mean of a state over the 28 days before a day, added over the areas.

        There are fewer days in a shorter run. None where the run ends before the day.
        """
        last = self.horizon_days if day is None else day
        first = max(last - RECENT_DAYS, 0)
        after, before = (self.until((quantity,), areas, at) for at in (last, first))
        if after is None or before is None:
            return None
        return (after - before) / (last - first)

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

        The vacuum is 0 on day 0 and has recovered when it is at most CLOSE. If it never does, this
        returns (days of the horizon, 1.0).
        """
        vacuum = self.four_weeks(counts.VACUUM, theatre)
        peak = int(np.argmax(vacuum))
        back = np.flatnonzero(vacuum[peak:] <= CLOSE)
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
