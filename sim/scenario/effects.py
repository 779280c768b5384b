"""Settings without effect, over all arms of a plan.

A setting that cannot act is refused. A warning reports a setting that would act only under a
condition that the file does not meet, or that acts only in part because the horizon ends first.

A setting is a key or a parameter that differs from its default, an ablated coupling, or a value
that an event sets. Its conditions are declared beside its definition (`sim.scenario.conditions`).
In a plan, a setting is reported if it acts in none of the arms that have it, so that `hold` among
the strategies, or a share of 0 among the points, causes no warning.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.errors import Problem, ScenarioError, got
from sim.scenario.changed_settings import Lever, changed_levers, replaced_parameters
from sim.scenario.course import Course
from sim.scenario.idle import Idle, idle_settings, reaching_past_the_end
from sim.scenario.idle_events import idle_events
from sim.scenario.strategy_section import is_lever

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class ScenarioWarning(UserWarning):
    """A setting without effect, or with only part of it.

    It would act only under a condition that the scenario does not meet, or in a single run but in
    no arm of the plan; or the horizon ends before its effect is complete.
    """


class Tried(NamedTuple):
    """An arm of a plan: its scenario, the index of its entry in [[strategies]], varied values."""

    scenario: Scenario
    entry: int | None = None
    varied: Mapping[str, Any] = {}


def check(arms: Iterable[Tried], file_of: Callable[[str], str]) -> list[Problem]:
    """Return the warnings about a file's settings, given all its arms.

    file_of: the file, or the option, that holds a key. ScenarioError for settings that cannot act.
    """
    refused: dict[tuple[str, str], Problem] = {}
    warned: dict[tuple[str, str], Problem] = {}
    for key, each in _idle_everywhere(list(arms)):
        table = refused if each.refused else warned
        table.setdefault((key, each.text.partition(" (")[0]), Problem(file_of(key), key, each.text))
    if refused:
        raise ScenarioError(list(refused.values()))
    return list(warned.values())


def outside_plan(scenario: Scenario, arms: Iterable[Tried], file: str) -> list[Problem]:
    """Warn of a [strategy] beside [[strategies]] that no arm of the plan runs.

    The entries take nothing from it. There is no warning for the default of [strategy], nor for
    `hold` with the taskings of some arm, since that arm is compared with it.
    """
    own = scenario.strategy
    if not scenario.strategies or own == type(own)():
        return []
    for arm in arms:
        run = arm.scenario.strategy
        if own in (
            run,
            type(own)(tasking_vraem=run.tasking_vraem, tasking_border=run.tasking_border),
        ):
            return []
    what = "batch runs only the entries of [[strategies]], and none of them is this [strategy]"
    what = f'{what}, named "{own.name}"'
    do = "add it as one more entry, or take it out if `run` need not run it"
    return [Problem(file, "strategy", f"has no effect on a batch: {what}; {do}")]


def warn(problems: Iterable[Problem], stacklevel: int = 3) -> None:
    """Issue a Python warning for each problem."""
    for problem in problems:
        warnings.warn(str(problem), ScenarioWarning, stacklevel)


def _idle_everywhere(arms: list[Tried]) -> Iterator[tuple[str, Idle]]:
    """Yield (key in the file, what is idle) for each setting that acts in no arm that has it.

    A varied key is reported once if none of its values acts. Otherwise each value that acts nowhere
    is reported; this is a warning, unless the value is a day past the end.
    """
    having: dict[Any, list[Idle | None]] = {}
    names: dict[Any, tuple[str, bool]] = {}
    for arm in arms:
        levers = list(changed_levers(arm.scenario))
        course = Course(arm.scenario)
        idle = {each.key: each for each in (*idle_settings(course, levers), *idle_events(course))}
        values = {each.key: each.value for each in idle.values()} | dict(
            _settings(arm.scenario, levers)
        )
        for key, value in values.items():
            varied = any(key == axis or key.startswith(f"{axis}.") for axis in arm.varied)
            own = arm.entry if key.startswith("strategy.") else None
            name = key if own is None else f"strategies[{own}].{key.removeprefix('strategy.')}"
            name = f"sweep.{key}" if varied else name
            groups: list[tuple[Any, ...]] = (
                [(key, None, None), (key, own, got(value))] if varied else [(key, own, None)]
            )
            if varied and is_lever(key):  # one of its values may be the file's own
                groups = groups[:1]
            if key == "strategy.name":
                # Beside others of the same name, an entry that moves no unit is a comparison.
                groups = [(key, None, got(value))]
            for group in groups:
                names[group] = name, varied and group[2] is not None
                having.setdefault(group, []).append(idle.get(key))
    for group, found in having.items():
        name, one_value = names[group]
        if all(found) and (first := found[0]):
            refused = all(each.refused for each in found if each) and not one_value
            shown = f" {group[2]}" if one_value else ""
            yield (
                name.replace("ablate.", "ablate: "),
                first._replace(text=first.text + shown, refused=refused or first.late),
            )
        elif late := next((each for each in found if each and each.late), None):
            yield name, late


def _settings(scenario: Scenario, levers: Iterable[Lever]) -> Iterator[tuple[str, Any]]:
    """Yield every setting of a scenario, those of its events included, and its value."""
    yield from ((lever.key, lever.value) for lever in levers)
    yield from (
        (f"parameters.{name}", value) for name, value in replaced_parameters(scenario).items()
    )
    yield from ((f"ablate.{name}", name) for name in scenario.ablate)
    for change in scenario.changes:
        yield from ((change.key(key), value) for key, value in change.event.set.items())
    yield from ((key, value) for key, value, _ in reaching_past_the_end(scenario))
