"""One run: the loop that every face of the model shares, and what comes out of it.

`run(scenario, replication)` goes from the first day of the burn-in to the end of the horizon in compiled stretches, cut at the reviews of
the strategy; Mesa's `step()` is a stretch of one day of the same loop."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import kernel
from sim.build import build
from sim.dated import lay
from sim.day import advance
from sim.mechanisms.command import OrderError, enter
from sim.outcomes import compute
from sim.scenario import with_code
from sim.scenario.dated import turns
from sim.snapshots import Snapshots, frame
from sim.strategies import StrategyError
from sim.strategies.situation import situation
from sim.world.log import EVENT_KINDS, EVENT_UNITS, LOGGED
from sim.world.state import SOURCES
from sim.world.tally import QUANTITIES, STATES
from sim.world.world import World

if TYPE_CHECKING:
    import pandas

STRETCH_DAYS = 28
EXITS = ("colombia", "brazil", "ecuador", "bolivia", "coast")
THEATRES = ("elsewhere", "vraem", "loreto", "cajamarca")


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
        self.today = scenario  # as its dated events leave it
        with self._told():
            self.strategy = scenario.strategy_class()(scenario.strategy.settings, scenario.strategy)
        self.end: int = self.burn_in + scenario.time.horizon_days
        self.snapshots = Snapshots(scenario.record.layers_every_days, scenario.time.horizon_days)
        self.turns = turns(scenario)
        self.cuts = {*self.snapshots.days, *self.turns}  # days of the horizon at which a stretch must end
        self.snapshots.take(self.day, self.world)

    @property
    def day(self) -> int:
        """Day of the horizon; negative in the burn-in."""
        return self.t - self.burn_in

    @property
    def finished(self) -> bool:
        return self.t >= self.end

    @property
    def review_days(self) -> int:
        """Days between two reviews, as the strategy has it today."""
        with self._told():
            days = self.strategy.review_days
            if type(days) is not int or days < 1:
                raise ValueError(f"review_days: expected a whole number of days, 1 or more (got {days!r})")
        return days

    def next_cut(self, stop: int) -> int:
        """Where the stretch from today must end: at a review, at a day of `cuts`, at 28 days, or at `stop`."""
        if self.t < self.burn_in:
            review = self.burn_in
        else:
            review = self.t + self.review_days - self.day % self.review_days
        cut = min((self.burn_in + day for day in self.cuts if day > self.day), default=self.end)
        return min(stop, review, cut, self.t + STRETCH_DAYS, self.end)

    def advance(self, days: int) -> None:
        """Simulate up to `days` more days, with every review on the way."""
        stop = min(self.t + days, self.end)
        while self.t < stop:
            if self.day in self.turns:
                self._turn()
            if self.day >= 0 and self.day % self.review_days == 0:
                self._review()
            self._stretch(self.next_cut(stop))

    def _turn(self) -> None:
        """A day on which an event starts or ends: its values enter the world and the strategy, which keeps what it remembers."""
        self.today = lay(self.world, self.scenario, self.day)
        with self._told():
            self.strategy.settings = self.strategy.Settings.model_validate(self.today.strategy.settings)
        self.strategy.levers = self.today.strategy

    def _review(self) -> None:
        """Ask the strategy and carry out its orders; what its code raises is told by strategy, day and line."""
        with self._told():
            orders = self.strategy.decide(situation(self.world, self.day, self.today.strategy.settings))
            enter(self.world, orders, self.t)
        if orders:
            self.world.over_budget()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except StrategyError:
            raise
        except OrderError as error:
            raise StrategyError(str(error)) from error
        except (Exception, SystemExit) as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            where = f'strategy "{self.scenario.strategy.name}", day {self.day}'
            raise StrategyError(f"{where}: {type(error).__name__}: {error} ({at.filename}, line {at.lineno})") from error

    def _stretch(self, stop: int) -> None:
        w = self.world
        # fmt: off
        arguments = (w.actors, w.places, w.fields, w.land, w.minds, w.trade, w.ground, w.sites, w.near, w.ways, w.routes, w.route_facts,
                     w.legs, w.lines, w.bench, w.parameters, w.events, w.key, self.t, stop, w.tally)
        # fmt: on
        if kernel.is_compiled():
            reached = self._days(*arguments)
        else:
            with np.errstate(over="ignore"):
                reached = self._days(*arguments)
        w.check()
        self.t = int(reached)
        self._drain()
        self.snapshots.take(self.day, w)
        w.grow_if_nearly_full()

    def _days(self, *arguments: Any) -> int:
        """The days of a stretch, compiled; a profiled run has its own, with a clock in it."""
        return advance(*arguments)

    def _drain(self) -> None:
        """Take over the events of the last stretch."""
        status = self.world.places.status
        if status[LOGGED]:
            self.events.append(self.world.events[: status[LOGGED]].copy())
            status[LOGGED] = 0

    def records(self) -> Records:
        """What the run has written; complete once it is finished."""
        days = max(min(self.day, self.scenario.time.horizon_days), 0)
        weeks = -(-days // 7)
        return Records(
            self.world.tally[: weeks + 1].copy(),
            days,
            self.seed,
            self.replication,
            compute(self.world.tally[: weeks + 1], days, self.world) if days else {},
            np.concatenate(self.events) if self.events else self.world.events[:0],
            self.burn_in,
            self.snapshots.columns(self.world),
        )


@dataclass
class Records:
    """What a run wrote. tally: f8[weeks + 1, quantities, places], row 0 the burn-in; outcomes: name -> value, None where undefined."""

    tally: np.ndarray
    horizon_days: int
    seed: int
    replication: int
    outcomes: dict[str, float | None]
    log: Any
    burn_in: int
    layer_columns: dict[str, Any]

    @property
    def weekly(self) -> pandas.DataFrame:
        """One row per week and theatre: week, days, theatre, then every series. States are means over the week's days, flows are sums;
        `exported_kg_<exit>` stand in the rows of `elsewhere`."""
        import pandas as pd

        full, rest = divmod(self.horizon_days, 7)
        days = np.array([7] * full + ([rest] if rest else []), dtype=np.int64)
        weeks = len(days)
        columns: dict[str, Any] = {
            "week": np.repeat(np.arange(weeks, dtype=np.int64), len(THEATRES)),
            "days": np.repeat(days, len(THEATRES)),
            "theatre": np.tile(np.array(THEATRES), weeks),
        }
        for number, name in enumerate(QUANTITIES):
            values = self.tally[1 : weeks + 1, number, : len(THEATRES)]
            if name.startswith("exported"):
                for code, exit_ in enumerate(EXITS):
                    row = np.zeros((weeks, len(THEATRES)))
                    row[:, 0] = self.tally[1 : weeks + 1, number, code]
                    columns[name.replace("exported_kg", f"exported_kg_{exit_}")] = row.ravel()
                continue
            columns[name] = (values / days[:, None] if name in STATES else values).ravel()
        return pd.DataFrame(columns)

    @property
    def events(self) -> pandas.DataFrame:
        """Single events of the horizon, if asked for: day, kind, theatre, cell, uid, other_uid, quantity, unit, source."""
        import pandas as pd

        log = self.log[self.log["t"] >= self.burn_in]
        sources = np.array([*SOURCES, ""])
        return pd.DataFrame(
            {
                "day": log["t"] - self.burn_in,
                "kind": np.array(EVENT_KINDS)[log["kind"]],
                "theatre": np.array(THEATRES)[log["theatre"]],
                "cell": log["cell"],
                "uid": log["uid"],
                "other_uid": log["other"],
                "quantity": log["quantity"],
                "unit": np.array(EVENT_UNITS)[log["kind"]],
                "source": sources[log["source"]],
            }
        )

    @property
    def layers(self) -> pandas.DataFrame:
        """Snapshots of the communities, if asked for: day, place, name, theatre, lon, lat, population, weight, state, armed, coverage,
        attempted_kg and seized_kg (on its land since day 0); see `sim.snapshots`."""
        return frame(self.layer_columns)


def run(scenario: Any, replication: int = 0) -> Records:
    """Run a scenario from the first day of the burn-in to the end. The same scenario and replication give the same records, bit for bit."""
    one = Run(scenario, replication)
    one.advance(one.end)
    return one.records()


def warm_up() -> None:
    """Compile the day, or load it from the cache, before workers start."""
    from sim.scenario.schema import Scenario

    if kernel.is_compiled():
        run(Scenario.model_validate({"schema": 1, "time": {"horizon_days": 7, "burn_in_days": 0}, "map": {"resolution_km": 10}}))
