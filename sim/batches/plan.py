"""What a batch will run: arms x futures x replications, each with the `hold` to compare it with.

A strategy with levers of its own has two: `hold` with the levers of the file, and `hold` with its
own, which tells what the levers do from what the movement does.

An *arm* is a strategy at a point of the sweep. A *point* is an arm in one future: a resolved
scenario. A *run* is a point with the number of a replication. The points of an arm share its label.

Ids are hashes of what decides a result and of nothing else. The title, the plan that a point came
from and the number of replications are left out, so that asking for more replications later extends
a folder instead of starting another.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.errors import Problem, ScenarioError, UserError
from sim.names import label_of_strategy
from sim.parameters import load_registry
from sim.scenario.frozen import flatten, hashable
from sim.scenario.futures import draws, in_future
from sim.scenario.sections import Crops
from sim.scenario.strategy_section import is_lever
from sim.scenario.sweep import (
    HOLD,
    MAX_RUNS,
    TASKINGS,
    Arm,
    is_shared,
    points,
    refuse_too_many,
    said,
)


class PlanError(UserError):
    """The plan cannot be run as asked (exit status 2)."""


@dataclass(frozen=True)
class Point:
    """One resolved scenario of the plan.

    `x` are its varied values by dotted key, `hold_id` is the point it is compared with, `levers_id`
    is `hold` with the levers of its strategy ("" where these are the file's). `rows` are the rows
    of the design that ask for it, counted from 0; those of a second scenario follow those of the
    first. `arm` is the point_id of this strategy and sweep point in future 0. `drawn` are the
    uncertain parameters with their values in this `future`.
    """

    point_id: str
    label: str
    x: dict[str, Any]
    scenario: Any
    hold_id: str
    arm: str = ""
    future: int = 0
    drawn: dict[str, float] = field(default_factory=dict)
    rows: tuple[int, ...] = ()
    levers_id: str = ""

    @property
    def strategy(self) -> str:
        """The name of the strategy."""
        return str(self.scenario.strategy.name)


@dataclass(frozen=True)
class Task:
    """One run to be done: a point, a replication (from 0), and the id of the stored run."""

    run_id: str
    point: Point
    replication: int


@dataclass(frozen=True)
class Plan:
    """Points, replications of each, and the hash of the compiled sources that will run them."""

    points: tuple[Point, ...]
    replications: int
    source: str
    base: Any

    @property
    def plan_id(self) -> str:
        """The id of the plan. Labels are part of it, since stored runs are found by label."""
        named = sorted(f"{point.point_id} {point.label}" for point in self.points)
        return digest_of(self.source, *named)

    @property
    def drawn_keys(self) -> list[str]:
        """The uncertain parameters, in the order in which they first appear."""
        return list(dict.fromkeys(name for point in self.points for name in point.drawn))

    @property
    def x_keys(self) -> list[str]:
        """The varied dotted keys, in the order in which they first appear."""
        return list(dict.fromkeys(key for point in self.points for key in point.x))

    def __len__(self) -> int:
        return len(self.points) * self.replications

    def tasks(self) -> Iterator[Task]:
        """Yield every run, the first replication of every point before the second of any.

        An interrupted batch is therefore a complete one with fewer replications.
        """
        for replication in range(self.replications):
            for point in self.points:
                run_id = digest_of(point.point_id, str(replication), self.source)
                yield Task(run_id, point, replication)


def make_plan(
    scenarios: Any,
    replications: int | None = None,
    points_of: Callable[[Any], Sequence[tuple[Any, ...]]] = points,
    source: str | None = None,
) -> Plan:
    """Return the plan of one scenario or of several.

    `points_of` lists the arms of a scenario as `sim.scenario.points` does. `source` (by default the
    hash of the compiled sources) enters every run_id. PlanError if `replications` is below 1,
    ScenarioError for a point that cannot be run, and either of them, before any point is made, if
    the plan exceeds a million runs.
    """
    if source is None:
        from sim.model.compile import source_hash

        source = source_hash()
    scenarios = list(scenarios) if isinstance(scenarios, list | tuple) else [scenarios]
    if replications is None:
        replications = max(scenario.replications.count for scenario in scenarios)
    if replications < 1:
        raise PlanError(f"replications: expected 1 or more, got {replications}")
    if points_of is points:
        for scenario in scenarios:
            refuse_too_many(scenario, replications)

    found: dict[str, Point] = {}
    asking: dict[str, list[int]] = {}  # point_id -> the rows of the design that ask for it
    first_row = 0
    for each in scenarios:
        futures = draws(each.futures)
        holds: dict[str, list[Point]] = {}
        # A `hold` that the user labelled comes before those that are added, and keeps its label.
        arms = sorted(
            (Arm(*arm) for arm in points_of(each)),
            key=lambda arm: not (arm.label and arm.scenario.strategy.name == HOLD),
        )
        for arm in arms:
            strategy = arm.scenario.strategy
            holds_still = strategy.name == HOLD and not strategy.changes
            x, hold = holding(arm.values, arm.scenario)
            hold_id = point_id_of(hold)
            if hold_id not in holds:
                label = (holds_still and arm.label) or label_of(x, hold)
                holds[hold_id] = in_every_future(x, hold, label, futures)
            own, with_levers = [], []
            if strategy.changes:
                x, hold = with_its_levers(arm.values, arm.scenario)
                label = (strategy.name == HOLD and arm.label) or label_of(x, hold)
                with_levers = in_every_future(x, hold, label, futures, holds[hold_id])
            if strategy.name != HOLD:
                label = arm.label or label_of(arm.values, arm.scenario)
                own = in_every_future(arm.values, arm.scenario, label, futures, holds[hold_id])
            if own and with_levers:
                own = [
                    replace(point, levers_id=base.point_id) for point, base in zip(own, with_levers)
                ]
            for point in [*holds[hold_id], *with_levers, *own]:
                found.setdefault(point.point_id, point)
            for point in own or with_levers or holds[hold_id]:
                asking.setdefault(point.point_id, []).extend(first_row + row for row in arm.rows)
        first_row = max((row + 1 for rows in asking.values() for row in rows), default=0)
    if len(found) * replications > MAX_RUNS:
        raise PlanError(
            f"the plan has {len(found):,} points x {replications:,} replications; "
            f"at most {MAX_RUNS:,} runs are allowed"
        )
    times = Counter((point.arm, point.future) for point in found.values())
    if any(count > 1 for count in times.values()):
        raise PlanError(
            "futures: the scenarios of one batch draw different futures of the same points; "
            "run them separately"
        )
    asked = [
        replace(point, rows=tuple(sorted(asking.get(point.point_id, ()))))
        for point in found.values()
    ]
    plan = Plan(tuple(with_distinct_labels(asked)), replications, source, scenarios[0])
    if points_of is points:
        refuse_crops_beyond_land(plan)
    return plan


def in_every_future(
    x: dict[str, Any],
    scenario: Any,
    label: str,
    futures: Sequence[dict[str, float]],
    holds: Sequence[Point] | None = None,
) -> list[Point]:
    """Return the points of an arm, future 0 first.

    `holds` are the points that it is compared with (default: itself).
    """
    names = futures[-1]
    worlds = [in_future(scenario, drawn) if names else scenario for drawn in futures]
    ids = [point_id_of(world) for world in worlds]
    hold_ids = ids if holds is None else [point.point_id for point in holds]
    own = {name: scenario.parameters.get(name, load_registry().get(name).value) for name in names}
    return [
        Point(point_id, label, x, world, hold_id, ids[0], future, own | drawn)
        for future, (point_id, world, hold_id, drawn) in enumerate(
            zip(ids, worlds, hold_ids, futures)
        )
    ]


def refuse_crops_beyond_land(plan: Plan) -> None:
    """Raise ScenarioError if a world of the plan has more crops than its map has land.

    Each such world is named once.
    """
    problems: list[Problem] = []
    tried: set[Any] = set()
    for point in plan.points:
        scenario = point.scenario
        changed = scenario.parameters.items()
        start = {name: value for name, value in changed if name.startswith("start.")}
        world = (scenario.map.resolution_km, scenario.crops, hashable(start))
        if world in tried or (scenario.crops == Crops() and not start):
            continue
        # Imported only here: the map takes seconds on a machine that never loaded it.
        from sim.simulation.build.world import crops_beyond_land

        tried.add(world)
        file = scenario.path.name if scenario.path else "scenario"
        where = f"future {point.future}" if point.future else f'"{point.label}"'
        problems += [
            Problem(file, key, f"{text} in {where}") for key, text in crops_beyond_land(scenario)
        ]
    if problems:
        raise ScenarioError(problems)


def holding(x: dict[str, Any], scenario: Any) -> tuple[dict[str, Any], Any]:
    """Return what a point is compared with: its world, taskings and the file's levers, with no
    force moved."""
    kept = {key: getattr(scenario.strategy, key) for key in TASKINGS}
    return unmoved(x, scenario, type(scenario.strategy)(name=HOLD, share_to_border=0.0, **kept))


def with_its_levers(x: dict[str, Any], scenario: Any) -> tuple[dict[str, Any], Any]:
    """Return the same as `holding`, with the levers of the point's own strategy."""
    return unmoved(x, scenario, scenario.strategy.without_movement(), is_lever)


def unmoved(
    x: dict[str, Any],
    scenario: Any,
    hold: Any,
    also: Callable[[str], bool] = lambda key: False,
) -> tuple[dict[str, Any], Any]:
    """Return a point with the strategy `hold`, and its varied values.

    These are what all strategies share, and those for which `also` holds.
    """
    same = {"strategy.name": HOLD, "strategy.share_to_border": 0.0}
    values = {
        key: same.get(key, value)
        for key, value in x.items()
        if is_shared(key) or key in same or also(key)
    }
    kept = (event.without_movement() for event in scenario.events)
    events = tuple(event for event in kept if event)
    return values, scenario.model_copy(update={"strategy": hold, "events": events})


def point_id_of(scenario: Any) -> str:
    """Return the id of a point, from the scenario's hash of all that decides its results.

    `base_seed` and a user's strategy file are part of that hash.
    """
    return digest_of(scenario.hash)


def label_of(x: dict[str, Any], scenario: Any) -> str:
    """Return a label that is easy to type: `static share_to_border=0.15 secrecy.level=0.2`."""
    strategy = scenario.strategy
    levers = {f"strategy.{key}": value for key, value in flatten(strategy.levers).items()}
    more = {
        key: value
        for key, value in (levers | x).items()
        if key not in ("strategy.name", "strategy.share_to_border")
    }
    own_events = [change for change in strategy.changes if change.where != "strategy."]
    if strategy.name == HOLD and own_events:
        more["strategy.events"] = len(own_events)
    return f"{label_of_strategy(strategy.name, strategy.share_to_border)}{said(more)}"


def with_distinct_labels(points: list[Point]) -> list[Point]:
    """Return the points with labels that differ between arms.

    Where arms of several scenarios have the same label, the start of the arm's id is added.
    """
    times = Counter({point.arm: point.label for point in points}.values())
    return [
        replace(point, label=f"{point.label} #{point.arm[:6]}") if times[point.label] > 1 else point
        for point in points
    ]


def digest_of(*parts: str) -> str:
    """Return the first 16 hex digits of the SHA-256 over the parts.

    Such ids stay unique for far more runs than a plan may have.
    """
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
