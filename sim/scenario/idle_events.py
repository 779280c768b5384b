"""Values that dated events set without effect."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.errors import got
from sim.scenario import events
from sim.scenario.changed_settings import needs_of_parameter
from sim.scenario.conditions import at, strategy_of, value_of
from sim.scenario.course import Course
from sim.scenario.idle import Idle, idle_lever

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

WEEK = 7
UNKNOWN = object()  # equals no value


def idle_events(course: Course) -> Iterator[Idle]:
    """Yield the values that events of a scenario set without effect."""
    scenario, horizon = course.scenario, course.scenario.time.horizon_days
    setters: dict[str, list[events.Event]] = {}
    for _, event in scenario.changes:
        for key in event.set:
            setters.setdefault(key, []).append(event)
    layers = {
        key: Layers(set_by, key, _base(scenario, key))
        for key, set_by in setters.items()
        if key not in events.SHOCKS
    }
    for change in scenario.changes:
        event = change.event
        window = range(event.day, horizon if event.until is None else min(event.until, horizon))
        for key, value in event.set.items():
            if found := _idle_change(course, event, key, window, layers):
                yield found._replace(key=change.key(key), value=value)


def _idle_change(
    course: Course, event: events.Event, key: str, window: range, layers: Mapping[str, Layers]
) -> Idle | None:
    """Say why a value that an event sets does not act while it is in force, or None."""
    section, _, rest = key.partition(".")
    value = event.set[key]
    if key in events.SHOCKS:
        text = events.idle_shock(key, value, lambda: course.failing(["movement"], window))
        return Idle(key, value, text) if text else None
    if section == "strategy" and (text := _between_reviews(course.scenario, rest, window)):
        return Idle(key, value, text, refused=True)
    if section == "parameters" and (text := course.failing(needs_of_parameter(rest), window)):
        return Idle(key, value, text)
    for lever in course.levers(window.start):
        if (key == lever.key or key.startswith(f"{lever.key}.")) and (
            found := idle_lever(course, lever, window)
        ):
            return found
    if section == "eradication" and not at(course.scenario, key):
        text = f"clearing teams are posted only where the file's own {key} is above 0"
        return Idle(key, value, f"has no effect: {text}")
    return _same(event, key, window, layers[key])


def _between_reviews(scenario: Scenario, setting: str, window: range) -> str | None:
    """Say that no review falls within an event that changes a strategy's settings, or None."""
    kind = strategy_of(scenario)  # a user's own may have a review on every day
    turn = 1 if kind is None else WEEK if setting.startswith("tasking_") else kind.turn_days
    if -(-window.start // turn) * turn in window:
        return None
    days = f"its days {window.start} to {window.stop - 1}"
    return f"has no effect: no review of the strategy, every {turn} days, falls within {days}"


class Layers:
    """The events that set one key, and how they override one another.

    days: for each day on which one of them starts or ends, the event whose value is in force, and
    the value that would be in force without it.
    """

    def __init__(self, setters: list[events.Event], key: str, base: Any) -> None:
        self.days: list[tuple[int, events.Event, Any]] = []
        for day in sorted(
            {day for each in setters for day in (each.day, each.until) if day is not None}
        ):
            last = list(
                itertools.islice((each for each in reversed(setters) if each.holds(day)), 2)
            )
            if last:
                self.days.append((day, last[0], last[1].set[key] if len(last) > 1 else base))


def _same(event: events.Event, key: str, window: range, layers: Layers) -> Idle | None:
    """Say whether a value is in force without the event too, or is always overridden; else None."""
    value = event.set[key]
    held = [(top, below) for day, top, below in layers.days if day in window]
    if any(top is event and below != value for top, below in held):
        return None
    if all((below if top is event else top.set[key]) == value for top, below in held):
        return Idle(key, value, f"has no effect: it sets what holds without it {got(value)}")
    days = f"the days {window.start} to {window.stop - 1}"
    return Idle(key, value, f"has no effect: other events set it on each of {days}")


def _base(scenario: Scenario, key: str) -> Any:
    """Return the value of a key while no event sets it."""
    return (
        value_of(scenario, key.partition(".")[2])
        if key.startswith("parameters.")
        else _in_file(scenario, key)
    )


def _in_file(scenario: Scenario, key: str) -> Any:
    """Return the value of a key in the file.

    It is UNKNOWN for a setting whose default is only in a user's own code.
    """
    section, _, name = key.partition(".")
    if section != "strategy" or name in type(scenario.strategy).model_fields:
        return at(scenario, key)
    return scenario.strategy.settings.get(name, UNKNOWN)
