"""One run: the loop that every interface of the model shares, and what comes out of it.

`run(scenario, replication)` goes from the first day of the burn-in to the end of the horizon. It
runs in compiled stretches, which end at the reviews of the strategy. Mesa's `step()` is a stretch
of one day of the same loop.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.model.compile import is_compiled
from sim.model.day import Arrays, advance
from sim.model.state.event_log import LOGGED
from sim.model.state.world import World
from sim.scenario import with_code
from sim.scenario.events import turns
from sim.simulation.apply_events import lay
from sim.simulation.build.world import build
from sim.simulation.orders import OrderError, enter
from sim.simulation.outcomes.ledger import days_summed
from sim.simulation.outcomes.registry import compute
from sim.simulation.records import Records
from sim.simulation.situation import situation
from sim.simulation.snapshots import Snapshots
from sim.strategies import Orders, StrategyError
from sim.strategies.situation import Situation

STRETCH_DAYS = 28


def arrays_of(world: World) -> Arrays:
    """Return the groups of a world that a day reads and writes; they change where a table grows."""
    return Arrays(**{name: getattr(world, name) for name in Arrays._fields})


class Run:
    """A run under way. `t` counts days from the first day of the burn-in."""

    def __init__(self, scenario: Any, replication: int = 0, base_seed: int | None = None) -> None:
        scenario = with_code(scenario)
        self.scenario, self.replication = scenario, replication
        self.seed = scenario.replications.base_seed if base_seed is None else base_seed
        self.world: World = build(scenario, replication, base_seed)
        self.t = 0
        self.events: list[Any] = []
        self.burn_in: int = scenario.time.burn_in_days
        self.today = scenario  # the scenario as its dated events leave it today
        with self._told():
            self.strategy = scenario.strategy_class()(scenario.strategy.settings, scenario.strategy)
        self.end: int = self.burn_in + scenario.time.horizon_days
        self.snapshots = Snapshots(scenario.record.layers_every_days, scenario.time.horizon_days)
        self.turns = turns(scenario)
        self.sums: dict[int, np.ndarray] = {}
        self.days_summed = days_summed(scenario.time.horizon_days)
        # Days of the horizon at which a stretch must end.
        self.cuts = {*self.snapshots.days, *self.turns, *self.days_summed}
        self.snapshots.take(self.day, self.world)

    @property
    def day(self) -> int:
        """The day of the horizon; it is negative in the burn-in."""
        return self.t - self.burn_in

    @property
    def finished(self) -> bool:
        """Whether the horizon is over."""
        return self.t >= self.end

    @property
    def review_days(self) -> int:
        """The days between two reviews, as the strategy sets them today."""
        with self._told():
            days = self.strategy.review_days
            if type(days) is not int or days < 1:
                raise ValueError(
                    f"review_days: expected a whole number of days, 1 or more (got {days!r})"
                )
        return days

    def next_cut(self, stop: int) -> int:
        """Return the day on which the stretch from today must end.

        A stretch ends at a review, at a day of `cuts`, after STRETCH_DAYS or at `stop`.
        """
        if self.t < self.burn_in:
            review = self.burn_in
        else:
            review = self.t + self.review_days - self.day % self.review_days
        cut = min((self.burn_in + day for day in self.cuts if day > self.day), default=self.end)
        return min(stop, review, cut, self.t + STRETCH_DAYS, self.end)

    def advance(self, days: int) -> None:
        """Simulate up to `days` more days, with every review in them."""
        stop = min(self.t + days, self.end)
        while self.t < stop:
            if self.day in self.turns:
                self._turn()
            if self.day >= 0 and self.day % self.review_days == 0:
                self._review()
            self._stretch(self.next_cut(stop))

    def _turn(self) -> None:
        """Apply the events that start or end today to the world and to the strategy's settings.

        The strategy object stays the same, so it keeps what it remembers.
        """
        self.today = lay(self.world, self.scenario, self.day)
        with self._told():
            self.strategy.settings = self.strategy.Settings.model_validate(
                self.today.strategy.settings
            )
        self.strategy.levers = self.today.strategy

    def _review(self) -> None:
        """Ask the strategy and carry out its orders."""
        with self._told():
            orders = self.ask(situation(self.world, self.day, self.today.strategy.settings))
            enter(self.world, orders, self.t)
        if orders:
            self.world.over_budget()

    def ask(self, shown: Situation) -> Orders | None:
        """Return what the strategy orders; a rehearsal keeps it."""
        orders: Orders | None = self.strategy.decide(shown)
        return orders

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn whatever the strategy's code raises into an error with strategy, day and line."""
        try:
            yield
        except StrategyError:
            raise
        except OrderError as error:
            raise StrategyError(str(error)) from error
        except (Exception, SystemExit) as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = f'strategy "{self.scenario.strategy.name}", day {self.day}'
            raise StrategyError(
                f"{where}: {type(error).__name__}: {error} ({at.filename}, line {at.lineno})"
            ) from error

    def _stretch(self, stop: int) -> None:
        """Simulate the days up to `stop`, then check the world and collect what it wrote."""
        w, arrays = self.world, arrays_of(self.world)
        if is_compiled():
            reached = self._days(arrays, self.t, stop)
        else:
            with np.errstate(over="ignore"):
                reached = self._days(arrays, self.t, stop)
        w.check()
        self.t = int(reached)
        self._drain()
        self.snapshots.take(self.day, w)
        if self.day in self.days_summed:
            self.sums[self.day] = w.tally[1:].sum(axis=0)
        w.grow_if_nearly_full()

    def _days(self, arrays: Any, start: int, stop: int) -> int:
        """Simulate the days of a stretch, compiled; a profiled run replaces this."""
        return advance(arrays, start, stop)

    def _drain(self) -> None:
        """Take over the events that the last stretch wrote."""
        status = self.world.status
        if status[LOGGED]:
            self.events.append(self.world.events[: status[LOGGED]].copy())
            status[LOGGED] = 0

    def records(self) -> Records:
        """Return what the run has written; this is complete once the run is finished."""
        days = max(min(self.day, self.scenario.time.horizon_days), 0)
        weeks = -(-days // 7)
        return Records(
            self.world.tally[: weeks + 1].copy(),
            days,
            self.seed,
            self.replication,
            compute(self.world.tally[: weeks + 1], days, self.world, self.sums) if days else {},
            np.concatenate(self.events) if self.events else self.world.events[:0],
            self.burn_in,
            self.snapshots.columns(self.world),
            dict(self.sums),
        )


def run(scenario: Any, replication: int = 0) -> Records:
    """Run a scenario from the first day of the burn-in to the end.

    The same scenario and replication give the same records, bit for bit.
    """
    one = Run(scenario, replication)
    one.advance(one.end)
    return one.records()


def warm_up() -> None:
    """Compile the day, or load it from the cache, before workers start."""
    from sim.scenario.schema import Scenario

    if is_compiled():
        shortest = {
            "schema": 1,
            "time": {"horizon_days": 7, "burn_in_days": 0},
            "map": {"resolution_km": 10},
        }
        run(Scenario.model_validate(shortest))
