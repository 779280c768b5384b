"""Settings without effect. What cannot act is refused; what would act only under a condition that the file does not meet is warned of,
and so is what reaches past the end and acts in part.

A setting is a key that differs from its default, a parameter that differs from the registry, a coupling that is ablated, or a value that an
event sets. What each needs to act is declared beside its definition (`sim.scenario.conditions`). In a plan a setting is told when it acts
in none of the arms that have it, so that `hold` among the strategies, or a share of 0 among the points, is nothing to be told of.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from sim import parameters as registry
from sim.errors import Problem, ScenarioError, got
from sim.parameters.needs import DayOfReview, Needs
from sim.scenario import events
from sim.scenario.conditions import at, failing, strategy_of, value_of
from sim.scenario.frozen import hashable
from sim.scenario.sections import Section

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

NO_SETTINGS = (
    "schema_",
    "title",
    "description",
    "allow_outside_range",
    "ablate",
    "strategy",
    "events",
    "parameters",
    "record",
)
NO_WORLD = ("sweep", "strategies", "futures", "replications")
WEEK = 7
UNKNOWN = object()
MOVES = Needs("movement")  # what the own settings of every shipped strategy need


class ScenarioWarning(UserWarning):
    """A setting of a scenario has no effect: it would act only under a condition that the scenario does not meet, or in a run of the file
    by itself but in no arm of its plan. Or it acts in part, because the horizon ends before it is done."""


class Idle(NamedTuple):
    """A setting of one scenario that does not act there. `refused`: it cannot act, whatever else the file says; `late`: nor in any plan."""

    key: str
    value: Any
    text: str
    refused: bool = False
    late: bool = False


class Tried(NamedTuple):
    """An arm of a plan: its scenario, the number of its entry in [[strategies]] or None, and its varied values by dotted key."""

    scenario: Scenario
    entry: int | None = None
    varied: Mapping[str, Any] = {}


def check(arms: Iterable[Tried], file_of: Callable[[str], str]) -> list[Problem]:
    """Warnings about the settings of a file, given every arm that it asks for; ScenarioError for those that cannot act.

    `file_of`: the file, or the option, that has a key.
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
    """A warning about the [strategy] beside [[strategies]], if no arm of the plan runs it: the entries take nothing from it. The default
    of [strategy] is nothing to be told of, nor is `hold` with the taskings of some arm, which is what that arm is compared with."""
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
    what = f'batch runs only the entries of [[strategies]], and none of them is this [strategy], named "{own.name}"'
    do = "add it as one more entry, or take it out if `run` need not run it"
    return [Problem(file, "strategy", f"has no effect on a batch: {what}; {do}")]


def warn(problems: Iterable[Problem], stacklevel: int = 3) -> None:
    """Tell of settings without effect as Python does of what is not an error."""
    for problem in problems:
        warnings.warn(str(problem), ScenarioWarning, stacklevel)


def _idle_everywhere(arms: list[Tried]) -> Iterator[tuple[str, Idle]]:
    """(key as the file has it, what is idle) for each setting that acts in no arm that has it. A varied key is told of as a whole, else
    those of its values that act nowhere; these are warned of, unless they are days past the end."""
    having: dict[Any, list[Idle | None]] = {}
    names: dict[Any, tuple[str, bool]] = {}
    for arm in arms:
        levers = list(_levers(arm.scenario))
        idle = {each.key: each for each in _idle(arm.scenario, levers)}
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
            if (
                key == "strategy.name"
            ):  # where others of the same name move, one that moves nobody is there to be compared with
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


class Lever(NamedTuple):
    """A key of a section, or a strategy's own setting, that differs from its default."""

    key: str
    value: Any
    needs: tuple[Needs, ...]
    is_day: bool = False


def _levers(scenario: Scenario) -> Iterator[Lever]:
    for name in type(scenario).model_fields:
        if name not in NO_SETTINGS + NO_WORLD:
            yield from _changed(getattr(scenario, name), f"{name}.")
    yield from _changed(scenario.strategy, "strategy.", ("name", "settings"))
    if strategy_of(scenario) is not None and scenario.strategy.name != "hold":
        yield Lever("strategy.name", scenario.strategy.name, (MOVES,))
    own = getattr(getattr(strategy_of(scenario), "Settings", None), "model_fields", {})
    for name, value in scenario.strategy.settings.items():
        if name in own and value != own[name].default:
            is_day = any(isinstance(mark, DayOfReview) for mark in own[name].metadata)
            yield Lever(f"strategy.{name}", value, (MOVES,), is_day)


def _changed(table: BaseModel, prefix: str, but: tuple[str, ...] = ()) -> Iterator[Lever]:
    for name in type(table).model_fields:
        value = getattr(table, name)
        if name in but:
            continue
        needs = needs_of(type(table), name)
        if isinstance(value, Section) and not needs:
            yield from _changed(value, f"{prefix}{name}.")
        elif value != default_of(type(table), name):
            yield Lever(prefix + name, value, needs)


@cache
def default_of(table: type[BaseModel], name: str) -> Any:
    """The default of a field; kept, since every arm of a plan is asked for every one."""
    return table.model_fields[name].get_default(call_default_factory=True, validated_data={})


@cache
def needs_of(table: type[BaseModel], name: str) -> tuple[Needs, ...]:
    """The conditions of a field; a table that only changes a default inherits them."""
    tables = [base for base in table.__mro__ if issubclass(base, BaseModel)]
    fields = [base.model_fields[name] for base in tables if name in base.model_fields]
    return next(
        filter(
            None,
            (tuple(mark for mark in field.metadata if isinstance(mark, Needs)) for field in fields),
        ),
        (),
    )


def _settings(scenario: Scenario, levers: Iterable[Lever]) -> Iterator[tuple[str, Any]]:
    """Every setting of a scenario but what its events set, and its value."""
    yield from ((lever.key, lever.value) for lever in levers)
    yield from ((f"parameters.{name}", value) for name, value in _replaced(scenario).items())
    yield from ((f"ablate.{name}", name) for name in scenario.ablate)
    yield from ((key, value) for key, value, _ in _to_the_end(scenario))


def _replaced(scenario: Scenario) -> dict[str, float]:
    """Parameters that differ from the registry, but for those that are ablated."""
    known = registry.load_registry()
    off = registry.off_values(scenario.ablate, registry.load_couplings(), known)
    return {
        name: value
        for name, value in scenario.parameters.items()
        if name not in off and value != known.get(name).value
    }


def _idle(scenario: Scenario, levers: Iterable[Lever]) -> Iterator[Idle]:
    """What does not act in a scenario without a plan."""
    course = Course(scenario)
    for key, value, late in _to_the_end(scenario):
        if late and not (key.startswith("strategy.") and course.failing(["movement"])):
            yield Idle(key, value, late)
    for lever in levers:
        if found := _idle_lever(course, lever):
            yield found
    for name, value in _replaced(scenario).items():
        if text := course.failing(_needs_of(name)):
            yield Idle(f"parameters.{name}", value, text)
    for name in scenario.ablate:
        cut = registry.load_couplings()[name].parameters
        reasons = [
            course.failing([need for need in _needs_of(each) if need != name]) for each in cut
        ]
        if all(reasons):
            yield Idle(f"ablate.{name}", name, str(reasons[0]))
    yield from _idle_events(course)


def _to_the_end(scenario: Scenario) -> Iterator[tuple[str, Any, str]]:
    """What can reach past the end of the horizon, be it a default too: its key, its value, and what then is to be told, else ""."""
    horizon = scenario.time.horizon_days
    for i, event in enumerate(scenario.events):
        if event.until is not None:
            late = f"has no effect: the run ends before this day, with time.horizon_days = {horizon} {got(event.until)}"
            yield f"events[{i}].until", event.until, late if event.until > horizon else ""
    kind = strategy_of(scenario)
    if hasattr(kind, "steps_done") and not any(
        key.startswith("strategy.") for event in scenario.events for key in event.set
    ):
        # Here and not in the strategy, whose file is part of the identity of every run.
        levers, last = scenario.strategy, (horizon - 1) // kind.turn_days * kind.turn_days
        steps, done = levers.settings["steps"], kind(levers.settings).steps_done(last)
        told = f"acts only in part: {done} of {steps} steps fall by day {last}, the last review before time.horizon_days = {horizon}"
        reached = f"{told}, so that the share reaches {levers.share_to_border * done / steps:.3g}"
        yield (
            "strategy.duration_days",
            levers.settings["duration_days"],
            reached if 0 < done < steps else "",
        )


def _needs_of(parameter: str) -> list[str]:
    entry = registry.load_registry().get(parameter)
    named = [name.strip() for name in entry.needs.split(",")] if entry.needs else []
    return named + (["burn-in"] if entry.acts == "burn-in" else [])


class Course:
    """A scenario over its horizon: with the values of the file, and as its dated events leave it on the days on which they change."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._turns = events.turns(scenario)
        self._by_day: dict[int, Scenario] = {}
        self._by_values: dict[Any, Scenario] = {hashable({}): scenario}
        self._levers: dict[int, list[Lever]] = {}  # by the scenario of a day

    def on(self, day: int) -> Scenario:
        """The scenario of a day; one object for all days of equal values."""
        if day not in self._by_day:
            values = hashable(events.values_on(self.scenario.events, day))
            if values not in self._by_values:
                shocks = {"events": self.scenario.events}  # some conditions ask for shocks
                self._by_values[values] = events.scenario_on(self.scenario, day).model_copy(
                    update=shocks
                )
            self._by_day[day] = self._by_values[values]
        return self._by_day[day]

    def levers(self, day: int) -> list[Lever]:
        """The levers that differ from their defaults on a day."""
        scenario = self.on(day)
        if id(scenario) not in self._levers:
            self._levers[id(scenario)] = list(_levers(scenario))
        return self._levers[id(scenario)]

    def failing(self, needs: Iterable[str], window: range | None = None) -> str | None:
        """Which of several conditions holds on none of the days (of a window), in words; None where each holds on some day."""
        first = self.on(window.start) if window else self.scenario
        for need in needs:
            if (reason := failing(first, need)) and all(
                failing(day, need) for day in self._others(window)
            ):
                return f"has no effect: it acts only {reason}"
        return None

    def first_move(self) -> int:
        """A day of the horizon before which no soldiers of the VRAEM are ordered to the border; 0 where a user's own code decides."""
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


def _idle_lever(course: Course, lever: Lever, window: range | None = None) -> Idle | None:
    scenario = course.on(window.start) if window else course.scenario
    key, value = lever.key, lever.value
    name = key.partition(".")[2]
    if key == "strategy.name":  # a share that is too small is told of by its own key
        unmoved = (
            None if scenario.strategy.share_to_border else course.failing(("movement",), window)
        )
        return Idle(key, value, f"{unmoved}; set strategy.share_to_border") if unmoved else None
    kind = strategy_of(scenario) if key.startswith("strategy.") else None
    if kind is not None:
        if name in kind.unused:
            return Idle(
                key,
                value,
                f'has no effect: the strategy "{kind.name}" does not use it; take it out',
                True,
            )
        horizon = scenario.time.horizon_days
        if lever.is_day and value > (last := (horizon - 1) // kind.turn_days * kind.turn_days):
            expected = f"expected at most {last}, the day of the last review before time.horizon_days = {horizon}"
            return Idle(key, value, f"{expected} {got(value)}", True, True)
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
    """What to say of a secrecy that is over before there is anything to keep secret: then any level is as good as none."""
    secrecy, first = course.scenario.secrecy, course.first_move()
    changes = any(
        key.startswith("secrecy.") for event in course.scenario.events for key in event.set
    )
    if secrecy.until_day is None or secrecy.until_day > first or changes:
        return None
    told = f"secrecy ends before it can act: the first order to move falls on day {first}, so that secrecy.level = {secrecy.level:g}"
    return f"{told} has no effect {got(secrecy.until_day)}"


def _idle_events(course: Course) -> Iterator[Idle]:
    """Values that events set without effect."""
    scenario, horizon = course.scenario, course.scenario.time.horizon_days
    setters: dict[str, list[events.Event]] = {}
    for event in scenario.events:
        for key in event.set:
            setters.setdefault(key, []).append(event)
    layers = {
        key: Layers(set_by, key, _base(scenario, key))
        for key, set_by in setters.items()
        if key not in events.SHOCKS
    }
    for i, event in enumerate(scenario.events):
        window = range(event.day, horizon if event.until is None else min(event.until, horizon))
        for key, value in event.set.items():
            if found := _idle_change(course, event, key, window, layers):
                yield found._replace(key=f"events[{i}].set.{key}", value=value)


def _idle_change(
    course: Course, event: events.Event, key: str, window: range, layers: Mapping[str, Layers]
) -> Idle | None:
    """Why one value that an event sets does not act on the days on which it is in force."""
    section, _, rest = key.partition(".")
    value = event.set[key]
    if key in events.SHOCKS:
        text = events.idle_shock(key, value, lambda: course.failing(["movement"], window))
        return Idle(key, value, text) if text else None
    if section == "strategy" and (text := _between_reviews(course.scenario, rest, window)):
        return Idle(key, value, text, True)
    if section == "parameters" and (text := course.failing(_needs_of(rest), window)):
        return Idle(key, value, text)
    for lever in course.levers(window.start):
        if (key == lever.key or key.startswith(f"{lever.key}.")) and (
            found := _idle_lever(course, lever, window)
        ):
            return found
    if section == "eradication" and not at(course.scenario, key):
        return Idle(
            key,
            value,
            f"has no effect: clearing teams are posted only where the file's own {key} is above 0",
        )
    return _same(event, key, window, layers[key])


def _between_reviews(scenario: Scenario, setting: str, window: range) -> str | None:
    """Why no review of a strategy falls within an event that changes its settings."""
    kind = strategy_of(scenario)  # of a user's own nothing is known: it may be asked on every day
    turn = 1 if kind is None else WEEK if setting.startswith("tasking_") else kind.turn_days
    if -(-window.start // turn) * turn in window:
        return None
    return f"has no effect: no review of the strategy, every {turn} days, falls within its days {window.start} to {window.stop - 1}"


class Layers:
    """The events that set one key, as they lie over one another: for each day on which one starts or ends, the event whose value holds
    then, and the value that would hold without it."""

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
    """Whether what an event sets holds without it, or is replaced by a later event on each of its days."""
    value = event.set[key]
    held = [(top, below) for day, top, below in layers.days if day in window]
    if any(top is event and below != value for top, below in held):
        return None
    if all((below if top is event else top.set[key]) == value for top, below in held):
        return Idle(key, value, f"has no effect: it sets what holds without it {got(value)}")
    return Idle(
        key,
        value,
        f"has no effect: other events set it on each of the days {window.start} to {window.stop - 1}",
    )


def _base(scenario: Scenario, key: str) -> Any:
    """What a key holds while no event sets it."""
    return (
        value_of(scenario, key.partition(".")[2])
        if key.startswith("parameters.")
        else _in_file(scenario, key)
    )


def _in_file(scenario: Scenario, key: str) -> Any:
    """The value of a key in the file; UNKNOWN, which equals nothing, of a setting whose default only a user's own code has."""
    section, _, name = key.partition(".")
    if section != "strategy" or name in type(scenario.strategy).model_fields:
        return at(scenario, key)
    return scenario.strategy.settings.get(name, UNKNOWN)
