"""What a batch will run: arms x futures x replications, with the `hold` that each is compared with.

An *arm* is a strategy at a point of the sweep; a *point* is an arm in one future, a resolved scenario; a *run* is a point with a
replication number. The points of an arm share its label. Ids are hashes of what decides a result and of nothing else: the title, the plan
that a point came from and the number of replications are left out, so that asking for more replications later extends a folder instead of
starting another.
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
from sim.scenario.frozen import hashable
from sim.scenario.futures import draws, in_future
from sim.scenario.sections import Crops
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
    """One resolved scenario of the plan; `x` are its varied values by dotted key, `hold_id` the point it is compared with.

    `rows`: the rows of the design that ask for it, counted from 0; those of a second scenario go on after those of the first. `arm`: the
    point_id of this strategy and sweep point in future 0. `drawn`: the uncertain parameters and their values in this `future`.
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

    @property
    def strategy(self) -> str:
        return str(self.scenario.strategy.name)


@dataclass(frozen=True)
class Task:
    """One run to be done: a point, a replication counted from 0, and the id under which it is stored."""

    run_id: str
    point: Point
    replication: int


@dataclass(frozen=True)
class Plan:
    """Points, replications per point, and the hash of the compiled sources that will run them."""

    points: tuple[Point, ...]
    replications: int
    source: str
    base: Any

    @property
    def plan_id(self) -> str:
        # With their labels: stored runs are found by these.
        return digest_of(
            self.source, *sorted(f"{point.point_id} {point.label}" for point in self.points)
        )

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
        """Every run, the first replication of every point before the second of any: an interrupted batch is a small whole one."""
        for replication in range(self.replications):
            for point in self.points:
                yield Task(
                    digest_of(point.point_id, str(replication), self.source), point, replication
                )


def make_plan(
    scenarios: Any,
    replications: int | None = None,
    points_of: Callable[[Any], Sequence[tuple[Any, ...]]] = points,
    source: str | None = None,
) -> Plan:
    """The plan of one scenario or of several.

    `points_of` lists the arms of a scenario as `sim.scenario.points` does; `source` (default the hash of the compiled sources) enters
    every run_id. Raises PlanError when `replications` is below 1, ScenarioError for a point that cannot be run, and either, before any
    point is made, when the plan exceeds a million runs.
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
        for arm in sorted(
            (Arm(*arm) for arm in points_of(each)),
            key=lambda arm: not (arm.label and arm.scenario.strategy.name == HOLD),
        ):
            moves = arm.scenario.strategy.name != HOLD
            x, hold = holding(arm.values, arm.scenario)
            hold_id = point_id_of(hold)
            if hold_id not in holds:
                holds[hold_id] = in_every_future(
                    x, hold, (not moves and arm.label) or label_of(x, hold), futures
                )
            own = (
                in_every_future(*arm[:2], arm.label or label_of(*arm[:2]), futures, holds[hold_id])
                if moves
                else []
            )
            for point in [*holds[hold_id], *own]:
                found.setdefault(point.point_id, point)
            for point in own or holds[hold_id]:
                asking.setdefault(point.point_id, []).extend(first_row + row for row in arm.rows)
        first_row = max((row + 1 for rows in asking.values() for row in rows), default=0)
    if len(found) * replications > MAX_RUNS:
        raise PlanError(
            f"the plan has {len(found):,} points x {replications:,} replications; at most {MAX_RUNS:,} runs are allowed"
        )
    if any(
        times > 1
        for times in Counter((point.arm, point.future) for point in found.values()).values()
    ):
        raise PlanError(
            "futures: the scenarios of one batch draw different futures of the same points; run them apart"
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
    """The points of an arm, future 0 first; `holds` are those that it is compared with (default: itself)."""
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
    """ScenarioError if some world of the plan has more crops than its map has land, each such world told once."""
    problems: list[Problem] = []
    tried: set[Any] = set()
    for point in plan.points:
        scenario = point.scenario
        start = {
            name: value for name, value in scenario.parameters.items() if name.startswith("start.")
        }
        world = (scenario.map.resolution_km, scenario.crops, hashable(start))
        if world in tried or (scenario.crops == Crops() and not start):
            continue
        from sim.simulation.build.world import (
            crops_beyond_land,
        )  # the map: seconds on a machine that never loaded it

        tried.add(world)
        file, where = (
            scenario.path.name if scenario.path else "scenario",
            f"future {point.future}" if point.future else f'"{point.label}"',
        )
        problems += [
            Problem(file, key, f"{text} in {where}") for key, text in crops_beyond_land(scenario)
        ]
    if problems:
        raise ScenarioError(problems)


def holding(x: dict[str, Any], scenario: Any) -> tuple[dict[str, Any], Any]:
    """The same world and taskings with no force moved: what the point is compared with."""
    from sim.scenario.events import without_movement

    strategy = scenario.strategy
    kept = {key: getattr(strategy, key) for key in TASKINGS}
    hold = type(strategy)(name=HOLD, share_to_border=0.0, **kept)
    same = {"strategy.name": HOLD, "strategy.share_to_border": 0.0}
    values = {
        key: same.get(key, value) for key, value in x.items() if is_shared(key) or key in same
    }
    return values, scenario.model_copy(
        update={"strategy": hold, "events": without_movement(scenario.events)}
    )


def point_id_of(scenario: Any) -> str:
    """From the scenario's own hash of everything that decides its results, `base_seed` and a user's strategy file included."""
    return digest_of(scenario.hash)


def label_of(x: dict[str, Any], scenario: Any) -> str:
    """A name to read and to type: `hold`, `static share_to_border=0.15`, `static share_to_border=0.15 secrecy.level=0.2`."""
    strategy = scenario.strategy
    more = {
        key: value
        for key, value in x.items()
        if key not in ("strategy.name", "strategy.share_to_border")
    }
    return f"{label_of_strategy(strategy.name, strategy.share_to_border)}{said(more)}"


def with_distinct_labels(points: list[Point]) -> list[Point]:
    """Arms of several scenarios may read alike; then the start of the arm's id tells them apart."""
    times = Counter({point.arm: point.label for point in points}.values())
    return [
        replace(point, label=f"{point.label} #{point.arm[:6]}") if times[point.label] > 1 else point
        for point in points
    ]


def digest_of(*parts: str) -> str:
    """The first 16 hex digits of SHA-256 over the parts: ids that stay unique for far more runs than a plan may have."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
