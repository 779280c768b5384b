"""The points of a sweep: every combination of the values listed in `[sweep]`, each a whole checked scenario."""

import itertools
import math
from typing import Any

from sim.scenario.files import Layer, tree_of, validated
from sim.scenario.frozen import Frozen, flatten
from sim.scenario.problems import Problem, ScenarioError, got
from sim.scenario.schema import Scenario

MAX_RUNS = 1_000_000


def points(scenario: Scenario) -> list[tuple[dict[str, Any], Scenario]]:
    """(varied values by dotted key, scenario without a sweep) of every point, the last key varying fastest.

    A scenario without a sweep has one point, {}. ScenarioError names the point and the key; more than a million runs are refused.
    """
    axes = {key: values for key, values in scenario.sweep.items() if key != "design"}
    count = math.prod(len(values) for values in axes.values())
    file = scenario.path.name if scenario.path else "scenario"
    if count * scenario.replications.count > MAX_RUNS:
        runs = f"{count:,} points x {scenario.replications.count:,} replications"
        raise ScenarioError([Problem(file, "sweep", f"{runs}: expected at most {MAX_RUNS:,} runs")])
    base = scenario.model_dump(exclude={"sweep"})
    found: list[tuple[dict[str, Any], Scenario]] = []
    problems: dict[str, Problem] = {}
    for values in itertools.product(*axes.values()):
        point = dict(zip(axes, values))
        at = "sweep point " + ", ".join(f"{key} = {got(value)[5:-1]}" for key, value in point.items())
        try:
            resolved = validated([Layer(file, base), Layer(file, tree_of(point))], scenario.path)
        except ScenarioError as error:
            for problem in error.problems:
                problems.setdefault(f"{problem.key} {problem.text}", problem._replace(text=f"{problem.text} in {at}"))
        else:
            found.append(({key: _at(resolved, key) for key in flatten(point)}, resolved))
    if problems:
        raise ScenarioError(list(problems.values()))
    return found


def without_sweep(scenario: Scenario) -> Scenario:
    """The base of a sweep: what one run of the file runs."""
    return scenario.model_copy(update={"sweep": Frozen()})


def _at(scenario: Scenario, dotted: str) -> Any:
    """The value that a point has at a key, as the schema holds it: 0 in a file is 0.0 where a share is meant."""
    section, _, name = dotted.partition(".")
    table = getattr(scenario, section)
    if section == "parameters":
        return table[name]
    for part in name.split("."):
        table = table.settings[part] if part in getattr(table, "settings", ()) else getattr(table, part)
    return table
