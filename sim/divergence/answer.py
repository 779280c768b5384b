"""What is told of two runs that part: the answer of `sim.divergence.diverge`."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """One of the two runs. code: hash of the sources that decide it; notes: what its reader should
    know."""

    name: str
    strategy: str
    replication: int
    seed: int
    code: str
    horizon_days: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Input:
    """Something that was given to the two runs and differs: its value in each as text, "" where
    that is not one value."""

    name: str
    a: str
    b: str


@dataclass(frozen=True)
class Element:
    """An agent or a place: what it is, its name, uid in hex, place and theatre ("" where it has
    none), and where in it."""

    kind: str
    name: str
    uid: str
    place: str
    theatre: str
    at: str


@dataclass(frozen=True)
class Difference:
    """A field that differs, by its table or layer: agents (rows) that differ `of` all, `entries`
    (numbers) in all; the first of them, with its value in A and in B (None: it is not there) and
    what the values stand for ("" for a plain number)."""

    field: str
    agents: int
    of: int
    entries: int
    first: Element
    a: float | int | None
    b: float | int | None
    word_a: str
    word_b: str


@dataclass(frozen=True)
class First:
    """The first difference: day of the horizon (negative in the burn-in), date, the step after
    which it stands, the run that alone takes this step ("A", "B", or "" for both), the mechanism of
    the step, and every field that differs then, in the order of the tables."""

    day: int
    date: str
    step: str
    only: str
    mechanism: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Spread:
    """The first followed day on which a mechanism wrote a field that differs then: the step, the
    field, and how many such."""

    mechanism: str
    step: str
    day: int
    field: str
    fields: int


@dataclass(frozen=True)
class Week:
    """How far the difference reaches after a day: agents that differ of all, by kind and by theatre
    (name -> (differ, all)), and the quantities counted since day 0 that differ. `new`: those that
    did not a week before."""

    day: int
    date: str
    differ: int
    agents: int
    kinds: dict[str, tuple[int, int]]
    theatres: dict[str, tuple[int, int]]
    quantities: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """An outcome that differs at the end: its value in A and in B, None where it is undefined."""

    name: str
    a: float | None
    b: float | None


@dataclass(frozen=True)
class Divergence:
    """The answer of `diverge`. `first`: None where the two runs are equal to the last bit over the
    `days` compared, burn-in included. `stored_a`, `stored_b`: of a stored run, the outcomes of the
    run made again that are not those stored (a: stored, b: made again), None where nothing is
    stored to compare it with. `outcomes`: those that differ of `outcomes_of`, None where the
    horizons differ."""

    a: Run
    b: Run
    inputs: tuple[Input, ...]
    days: int
    first: First | None
    spread: tuple[Spread, ...]
    weeks: tuple[Week, ...]
    outcomes: tuple[Outcome, ...] | None
    outcomes_of: int
    stored_a: tuple[Outcome, ...] | None
    stored_b: tuple[Outcome, ...] | None

    def to_json(self) -> str:
        """The answer as JSON; a number that JSON does not have stands as text."""
        return json.dumps(_plain(asdict(self)), indent=2, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """A value that JSON has."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case float() if not math.isfinite(value):
            return str(value)
    return value
