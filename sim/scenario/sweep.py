"""The arms of a plan: every point of `[sweep]` x `[[strategies]]`, each a checked scenario."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sim.errors import Problem, ScenarioError, got, near, shown
from sim.scenario import designs, effects
from sim.scenario.files import Layer, tree_of, validated
from sim.scenario.frozen import Frozen, flatten, hashable
from sim.scenario.futures import Futures
from sim.scenario.problems import inner
from sim.scenario.schema import Scenario
from sim.scenario.strategy_section import Entry, Strategy, is_lever
from sim.strategies.own_code import is_own

MAX_RUNS = 1_000_000
SHOWN_KEYS = 6  # keys of a point in a message
TASKINGS = ("tasking_vraem", "tasking_border")
HOLD = "hold"


class Arm(NamedTuple):
    """One strategy at one point.

    values: the varied values by dotted key.
    scenario: its futures are not drawn yet.
    label: "" if the arm has none.
    rows: the rows of the design that ask for it, from 0; an analysis may repeat a point.
    """

    values: dict[str, Any]
    scenario: Scenario
    label: str = ""
    rows: tuple[int, ...] = ()


def points(scenario: Scenario) -> list[Arm]:
    """Return every arm; the strategies vary fastest. A scenario without a plan has one arm, {}.

    A key under `strategy.` applies to each of [[strategies]] that has it: a setting of one strategy
    does not multiply the arms of another, and `hold` takes only the taskings, and levers if it has
    some.

    ScenarioError names the point and the key; a plan of more than a million runs is refused before
    any arm is made. A ScenarioWarning reports each setting that acts in no arm, and a [strategy]
    that no arm runs.
    """
    refuse_too_many(scenario, scenario.replications.count)
    file = scenario.path.name if scenario.path else "scenario"
    entries = scenario.strategies or (None,)
    base = scenario.model_dump(exclude={"sweep", "strategies"})
    found: list[Arm] = []
    tried: list[effects.Tried] = []
    asking: list[list[int]] = []  # the rows that ask for each arm of `found`
    unvaried: dict[int, Scenario] = {}
    problems = {f"{problem.key} {problem.text}": problem for problem in _strangers(scenario, file)}
    made: dict[Any, int | None] = {}  # the index in `found` of each arm; None: it is wrong
    rows = designs.rows(scenario.sweep, lambda key: _is_integer(scenario, key))
    for number, (row, line) in enumerate(zip(rows, _lines_of_rows(scenario))):
        same = []
        for i, entry in enumerate(entries):
            point = (
                row
                if entry is None
                else {key: value for key, value in row.items() if _concerns(scenario, entry, key)}
            )
            asked = (i, hashable(point))
            if asked in made:
                if (at := made[asked]) is not None:
                    asking[at].append(number)
                continue
            made[asked] = None
            whole = base if entry is None else base | {"strategy": entry.strategy()}
            try:
                resolved = validated(
                    [Layer(file, whole), Layer(file, tree_of(point))], scenario.home
                )
            except ScenarioError as error:
                told = [
                    f"{key} = {shown(value)}"
                    for key, value in itertools.islice(point.items(), SHOWN_KEYS)
                ]
                before = f"{line}: " if line else ""
                after = (
                    " in sweep point " + ", ".join(told + ["..."] * (len(point) > SHOWN_KEYS))
                    if told and not line
                    else ""
                )
                for problem in error.problems:
                    # A range can be wrong at every sample; report it only once.
                    what = re.sub(r"\(got .*?\)", "", problem.text)
                    problems.setdefault(
                        f"{problem.key} {what}",
                        problem._replace(text=before + problem.text + after),
                    )
                same.append(False)
                continue
            same.append(bool(point) and unvaried.get(i) == resolved)
            if not point:
                unvaried[i] = resolved
            values = {key: _at(resolved, key) for key in flatten(point)}
            label = f"{entry.label}{said(values)}" if entry is not None and entry.label else ""
            tried.append(effects.Tried(resolved, None if entry is None else i, point))
            made[asked] = len(found)
            found.append(Arm(_taskings(scenario, resolved) | values, resolved, label))
            asking.append([number])
        # With "one_at_a_time", such a point would be the scenario itself under another name.
        if same and all(same):
            expected = "expected other values than the scenario's own"
            problems |= {
                key: Problem(file, f"sweep.{key}", f"{expected} {got(value)}")
                for key, value in row.items()
            }
    if problems:
        raise ScenarioError(list(problems.values()))
    warned = effects.check(tried, lambda key: file) + effects.outside_plan(scenario, tried, file)
    if scenario.plan or not scenario.path:  # for a single run, `load_scenario` has warned
        effects.warn(warned)
    return [arm._replace(rows=tuple(asked)) for arm, asked in zip(found, asking)]


def refuse_too_many(scenario: Scenario, replications: int) -> None:
    """Raise ScenarioError if the plan of a scenario has more than a million runs."""
    parts = {"points": designs.size(scenario.sweep), "strategies": max(len(scenario.strategies), 1)}
    parts |= {"futures": scenario.futures.samples + 1, "replications": replications}
    runs = 1
    for number in parts.values():
        runs *= number
    if runs > MAX_RUNS:
        file = scenario.path.name if scenario.path else "scenario"
        told = " x ".join(f"{number:,} {noun}" for noun, number in parts.items() if number > 1)
        largest = max(("points", "strategies", "futures"), key=lambda noun: parts[noun])
        key = {"points": "sweep"}.get(largest, largest) if scenario.plan else "replications.count"
        raise ScenarioError([Problem(file, key, f"{told}: expected at most {MAX_RUNS:,} runs")])


def said(values: Mapping[str, Any]) -> str:
    """Write varied values for a label: ` share_to_border=0.15 secrecy.level=0.2`."""
    words = ""
    for key, value in values.items():
        if key == "ablate":
            value = "+".join(value) or "nothing"
        shown = (
            f"{value:g}"
            if isinstance(value, float)
            else value
            if isinstance(value, str)
            else json.dumps(value, default=str)
        )
        words += f" {key.removeprefix('strategy.')}={shown}"
    return words


def base_of(scenario: Scenario) -> Scenario:
    """Return the scenario without its plan, which `redeploy run` runs."""
    return scenario.model_copy(update={"sweep": Frozen(), "strategies": (), "futures": Futures()})


def is_shared(key: str) -> bool:
    """Whether a varied key also applies to `hold`: all keys except the settings of the movement."""
    return not key.startswith("strategy.") or key.startswith("strategy.tasking_")


def _concerns(scenario: Scenario, entry: Entry, key: str) -> bool:
    if not key.startswith("strategy."):
        return True
    name = key.split(".")[1]
    if entry.name == HOLD:
        return is_shared(key) or (is_lever(key) and bool(entry.changes))
    if (
        is_own(entry.name)
        and not scenario.home.reads_code
        and not any(name in other.settings for other in scenario.strategies)
    ):
        return True  # settings that the file does not set are unknown until the code is imported
    return name in Strategy.model_fields or name in entry.settings


def _strangers(scenario: Scenario, file: str) -> Iterator[Problem]:
    """Report varied keys that no entry of [[strategies]] has."""
    for key in designs.axes(scenario.sweep) if scenario.strategies else ():
        if key == "strategy.name":
            yield Problem(
                file, f"sweep.{key}", "[[strategies]] names the strategies; keep one of the two"
            )
        elif not any(_concerns(scenario, entry, key) for entry in scenario.strategies):
            known = [
                *Strategy.model_fields,
                *(own for entry in scenario.strategies for own in entry.settings),
            ]
            yield Problem(
                file,
                f"sweep.{key}",
                f"no strategy of [[strategies]] has this key.{near(key.split('.')[1], known)}",
            )


def _lines_of_rows(scenario: Scenario) -> Iterator[str]:
    """Yield the line of each row in the file of a table; "" for other designs."""
    table = scenario.sweep.get("table")
    lines = getattr(table, "lines", ())
    for row in range(designs.size(scenario.sweep)):
        yield f'line {lines[row]} of "{table}"' if lines else ""


def _taskings(scenario: Scenario, resolved: Scenario) -> dict[str, Any]:
    """Return the taskings in which the strategies of the plan differ; they identify each `hold`."""
    return {
        f"strategy.{name}": getattr(resolved.strategy, name)
        for name in TASKINGS
        if len({getattr(entry, name) for entry in scenario.strategies}) > 1
    }


def _is_integer(scenario: Scenario, dotted: str) -> bool:
    """Whether the schema takes whole numbers at a key.

    An unknown key is reported when the point is checked.
    """
    section, *path = dotted.split(".")
    if "parameters" in (section, *path[:1]):
        return False
    if section == "strategy":
        owners = scenario.strategies or (scenario.strategy,)
        own = [entry.settings[path[0]] for entry in owners if path[0] in entry.settings]
        if own:
            return all(isinstance(value, int) and not isinstance(value, bool) for value in own)
    kind: Any = Scenario
    for part in (section, *path):
        field = getattr(kind, "model_fields", {}).get(part)
        kind = inner(field) if field else None
    return kind is int


def _at(scenario: Scenario, dotted: str) -> Any:
    """Return the value of a point at a key as the schema holds it: a share of 0 is 0.0."""
    section, _, name = dotted.partition(".")
    table = getattr(scenario, section)
    if section == "strategy" and name.startswith("parameters."):
        section, _, name = name.partition(".")
        table = table.parameters
    if section == "parameters":
        return table[name]
    for part in name.split(".") if name else ():
        table = (
            table.settings[part] if part in getattr(table, "settings", ()) else getattr(table, part)
        )
    return table
