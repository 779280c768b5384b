"""Settings of one scenario that have no effect there, or act only in part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from sim import parameters as registry
from sim.errors import got
from sim.scenario.changed_settings import Lever, needs_of_parameter, replaced_parameters
from sim.scenario.conditions import strategy_of
from sim.scenario.course import Course

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Idle(NamedTuple):
    """A setting of one scenario that does not act there.

    refused: it cannot act, whatever else the file says; late: it cannot act in any plan either.
    """

    key: str
    value: Any
    text: str
    refused: bool = False
    late: bool = False


def idle_settings(course: Course, levers: Iterable[Lever]) -> Iterator[Idle]:
    """Yield the settings that do not act in a scenario by itself, except those of its events."""
    scenario = course.scenario
    for key, value, late in reaching_past_the_end(scenario):
        if late and not (key.startswith("strategy.") and course.failing(["movement"])):
            yield Idle(key, value, late)
    for lever in levers:
        if found := idle_lever(course, lever):
            yield found
    for name, value in replaced_parameters(scenario).items():
        if text := course.failing(needs_of_parameter(name)):
            yield Idle(f"parameters.{name}", value, text)
    for name in scenario.ablate:
        reasons = [
            course.failing([need for need in needs_of_parameter(parameter) if need != name])
            for parameter in registry.load_couplings()[name].parameters
        ]
        if all(reasons):
            yield Idle(f"ablate.{name}", name, str(reasons[0]))


def reaching_past_the_end(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """Yield settings, defaults included, that can reach past the end of the horizon.

    Each is its key, its value and, if it does reach past the end, what to report, else "".
    """
    horizon = scenario.time.horizon_days
    for change in scenario.changes:
        if (until := change.event.until) is not None:
            late = f"the run ends before this day, with time.horizon_days = {horizon}"
            text = f"has no effect: {late} {got(until)}" if until > horizon else ""
            yield change.own_key("until"), until, text
    kind = strategy_of(scenario)
    if hasattr(kind, "steps_done") and not any(
        key.startswith("strategy.") for _, event in scenario.changes for key in event.set
    ):
        # This is not in the strategy, since its file is part of the identity of every run.
        levers, last = scenario.strategy, (horizon - 1) // kind.turn_days * kind.turn_days
        steps, done = levers.settings["steps"], kind(levers.settings).steps_done(last)
        end = f"the last review before time.horizon_days = {horizon}"
        reached = f"the share reaches {levers.share_to_border * done / steps:.3g}"
        text = f"acts only in part: {done} of {steps} steps fall by day {last}, {end}"
        text = f"{text}, so that {reached}" if 0 < done < steps else ""
        yield "strategy.duration_days", levers.settings["duration_days"], text


def idle_lever(course: Course, lever: Lever, window: range | None = None) -> Idle | None:
    """Say why a lever does not act on the days of a window (by default on any day), or None."""
    scenario = course.on(window.start) if window else course.scenario
    key, value = lever.key, lever.value
    name = key.partition(".")[2]
    if key == "strategy.name":  # a share that is too small is reported under its own key
        unmoved = (
            None if scenario.strategy.share_to_border else course.failing(("movement",), window)
        )
        return Idle(key, value, f"{unmoved}; set strategy.share_to_border") if unmoved else None
    kind = strategy_of(scenario) if key.startswith("strategy.") else None
    if kind is not None:
        if name in kind.unused:
            unused = f'has no effect: the strategy "{kind.name}" does not use it; take it out'
            return Idle(key, value, unused, refused=True)
        horizon = scenario.time.horizon_days
        if lever.is_day and value > (last := (horizon - 1) // kind.turn_days * kind.turn_days):
            end = f"the day of the last review before time.horizon_days = {horizon}"
            expected = f"expected at most {last}, {end} {got(value)}"
            return Idle(key, value, expected, refused=True, late=True)
    for needs in lever.needs:
        if (not needs.of or value in needs.of) and (
            text := course.failing(needs.conditions, window)
        ):
            return Idle(key, value, text)
    if key == "secrecy.until_day" and window is None and (text := _ends_too_early(course)):
        return Idle(key, value, text)
    reason = kind.idle(scenario).get(name) if kind is not None else None
    return Idle(key, value, f"has no effect: it acts only {reason}") if reason else None


def _ends_too_early(course: Course) -> str | None:
    """Say why secrecy has no effect if it ends before there is anything to keep secret, or None."""
    secrecy, first = course.scenario.secrecy, course.first_move()
    changes = any(
        key.startswith("secrecy.") for _, event in course.scenario.changes for key in event.set
    )
    if secrecy.until_day is None or secrecy.until_day > first or changes:
        return None
    told = f"secrecy ends before it can act: the first order to move falls on day {first}"
    level = f"secrecy.level = {secrecy.level:g}"
    return f"{told}, so that {level} has no effect {got(secrecy.until_day)}"
