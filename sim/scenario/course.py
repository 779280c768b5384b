"""A scenario over its horizon, as its dated events change it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sim.scenario import events
from sim.scenario.changed_settings import Lever, changed_levers
from sim.scenario.conditions import failing, strategy_of
from sim.scenario.frozen import hashable

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Course:
    """A scenario over its horizon: the values of the file, and those of each day with an event."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._turns = events.turns(scenario)
        self._by_day: dict[int, Scenario] = {}
        self._by_values: dict[Any, Scenario] = {hashable({}): scenario}
        self._levers: dict[int, list[Lever]] = {}  # by the scenario of a day

    def on(self, day: int) -> Scenario:
        """Return the scenario of a day; days with equal values share one object."""
        if day not in self._by_day:
            values = hashable(events.values_on(self.scenario, day))
            if values not in self._by_values:
                # Some conditions depend on shocks.
                shocks = {"events": tuple(event for _, event in self.scenario.changes)}
                self._by_values[values] = events.scenario_on(self.scenario, day).model_copy(
                    update=shocks
                )
            self._by_day[day] = self._by_values[values]
        return self._by_day[day]

    def levers(self, day: int) -> list[Lever]:
        """Return the levers that differ from their defaults on a day."""
        scenario = self.on(day)
        if id(scenario) not in self._levers:
            self._levers[id(scenario)] = list(changed_levers(scenario))
        return self._levers[id(scenario)]

    def failing(self, needs: Iterable[str], window: range | None = None) -> str | None:
        """Say which condition fails on every day (of a window); None if each holds on some day."""
        first = self.on(window.start) if window else self.scenario
        for need in needs:
            if (reason := failing(first, need)) and all(
                failing(day, need) for day in self._others(window)
            ):
                return f"has no effect: it acts only {reason}"
        return None

    def first_move(self) -> int:
        """Return a day before which no soldiers of the VRAEM are ordered to the border.

        It is 0 if a user's own code decides.
        """
        starts = [day for day in (0, *self._turns) if failing(self.on(day), "movement") is None]
        kinds = [strategy_of(self.on(day)) for day in starts]
        return min(
            (
                max(day, kind.moves_from(self.on(day).strategy)) if kind else 0
                for day, kind in zip(starts, kinds)
            ),
            default=0,
        )

    def _others(self, window: range | None) -> Iterator[Scenario]:
        yield from {
            id(day): day
            for day in (self.on(turn) for turn in self._turns if window is None or turn in window)
        }.values()
