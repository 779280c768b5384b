"""What a batch will run: points of the sweep x replications, with the `hold` that each point is compared with.

A *point* is one resolved scenario (its sweep values and strategy set); a *run* is a point with a replication number. Ids are hashes of
what decides a result and of nothing else: the title, the sweep that a point came from and the number of replications are left out, so
that asking for more replications later extends a folder instead of starting another.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.scenario.problems import UserError

HOLD = "hold"
MAX_RUNS = 1_000_000


class PlanError(UserError):
    """The plan cannot be run as asked (exit status 2)."""


@dataclass(frozen=True)
class Point:
    """One resolved scenario of the plan; `x` are its varied values by dotted key, `hold_id` the point it is compared with."""

    point_id: str
    label: str
    x: dict[str, Any]
    scenario: Any
    hold_id: str

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
        return digest_of(self.source, *sorted(point.point_id for point in self.points))

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
                yield Task(digest_of(point.point_id, str(replication), self.source), point, replication)


def make_plan(
    scenarios: Any,
    replications: int | None = None,
    points_of: Callable[[Any], Sequence[tuple[dict[str, Any], Any]]] | None = None,
    source: str | None = None,
) -> Plan:
    """The plan of one scenario or of several.

    `points_of` (default `sim.scenario.sweep.points`) lists (varied values, resolved scenario) of a scenario; `source` (default the hash of
    the compiled sources) enters every run_id. Raises PlanError when `replications` is below 1 or the plan exceeds a million runs.
    """
    if points_of is None:
        from sim.scenario import sweep

        points_of = sweep.points
    if source is None:
        from sim.kernel import source_hash

        source = source_hash()
    scenarios = list(scenarios) if isinstance(scenarios, list | tuple) else [scenarios]
    if replications is None:
        replications = max(scenario.replications.count for scenario in scenarios)
    if replications < 1:
        raise PlanError(f"replications: expected 1 or more, got {replications}")

    found: dict[str, Point] = {}
    for x, scenario in (pair for each in scenarios for pair in points_of(each)):
        hold_x, hold = holding(x, scenario)
        hold_id = point_id_of(hold)
        own = [] if scenario.strategy.name == HOLD else [(x, scenario)]
        for values, resolved in [(hold_x, hold), *own]:
            point_id = point_id_of(resolved)
            found.setdefault(point_id, Point(point_id, label_of(values, resolved), values, resolved, hold_id))
    if len(found) * replications > MAX_RUNS:
        raise PlanError(f"the plan has {len(found):,} points x {replications:,} replications; at most {MAX_RUNS:,} runs are allowed")
    return Plan(tuple(with_distinct_labels(list(found.values()))), replications, source, scenarios[0])


def holding(x: dict[str, Any], scenario: Any) -> tuple[dict[str, Any], Any]:
    """The same world and taskings with no force moved: what the point is compared with."""
    from sim.scenario.dated import without_movement

    strategy = scenario.strategy
    kept = {key: getattr(strategy, key) for key in ("tasking_vraem", "tasking_border")}
    hold = type(strategy)(name=HOLD, share_to_border=0.0, **kept)
    same = {"strategy.name": HOLD, "strategy.share_to_border": 0.0}
    values = {key: same.get(key, value) for key, value in x.items() if is_shared(key) or key in same}
    return values, scenario.model_copy(update={"strategy": hold, "events": without_movement(scenario.events)})


def is_shared(key: str) -> bool:
    """Whether a varied key means the same under `hold`: all but the settings of the movement."""
    return not key.startswith("strategy.") or key.startswith("strategy.tasking_")


def point_id_of(scenario: Any) -> str:
    """From the scenario's own hash of everything that decides its results, `base_seed` and a user's strategy file included."""
    return digest_of(scenario.hash)


def label_of(x: dict[str, Any], scenario: Any) -> str:
    """A name to read and to type: `hold`, `static share_to_border=0.15`, `static share_to_border=0.15 secrecy.leak=0.2`."""
    strategy = scenario.strategy
    words = [strategy.name]
    if strategy.name != HOLD:
        words.append(f"share_to_border={strategy.share_to_border:g}")
    for key, value in x.items():
        if key not in ("strategy.name", "strategy.share_to_border"):
            shown = f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value, default=str)
            words.append(f"{key.removeprefix('strategy.')}={shown}")
    return " ".join(words)


def with_distinct_labels(points: list[Point]) -> list[Point]:
    """Points of several scenarios may read alike; then the start of the point_id tells them apart."""
    times = Counter(point.label for point in points)
    return [replace(point, label=f"{point.label} #{point.point_id[:6]}") if times[point.label] > 1 else point for point in points]


def digest_of(*parts: str) -> str:
    """The first 16 hex digits of SHA-256 over the parts: ids that stay unique for far more runs than a plan may have."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]
