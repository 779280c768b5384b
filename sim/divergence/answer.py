"""The answer of `sim.divergence.diverge`: where two runs part."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """One of the two runs.

    `code`: hash of the sources that decide it. `notes`: what its reader should know."""

    name: str
    strategy: str
    replication: int
    seed: int
    code: str
    horizon_days: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Input:
    """An input that differs, with its value in each run as text; "" where it is not one value."""

    name: str
    a: str
    b: str


@dataclass(frozen=True)
class Element:
    """An agent or something on the map.

    It has a kind, a name, its uid in hex, a place and a theatre ("" where it has none). `at`: the
    entry of it that differs, in words."""

    kind: str
    name: str
    uid: str
    place: str
    theatre: str
    at: str


@dataclass(frozen=True)
class Difference:
    """A field that differs.

    - `agents`: how many agents (rows) differ, out of `of`; `entries`: how many numbers.
    - `first`: the first of them; `a`, `b`: its value in each run, None where it does not exist.
    - `word_a`, `word_b`: what the values stand for, "" for a plain number."""

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
    """The first difference.

    - `day`: day of the horizon, negative in the burn-in.
    - `step`: the step after which it exists, and `mechanism` the mechanism of that step.
    - `only`: the run that alone takes this step, "A", "B", or "" for both.
    - `differences`: every field that differs then, in the order of the tables."""

    day: int
    date: str
    step: str
    only: str
    mechanism: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Spread:
    """The first followed day on which a mechanism wrote a field that differs then.

    `step`, `field`: the first such step and field. `fields`: how many such fields it wrote."""

    mechanism: str
    step: str
    day: int
    field: str
    fields: int


@dataclass(frozen=True)
class Week:
    """How far the difference reaches after a day.

    - `differ`, `agents`: how many agents differ, and all of them.
    - `kinds`, `theatres`: the same two numbers by name.
    - `quantities`: the quantities counted since day 0 that differ; `new`: those that did not differ
      a week before."""

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
    """The answer of `diverge`.

    - `days`: how many days were compared, the burn-in included.
    - `first`: None where the two runs are equal to the last bit over these days.
    - `outcomes`: those that differ, out of `outcomes_of`; None where the horizons differ.
    - `stored_a`, `stored_b`: for a stored run, the outcomes that differ between the stored run
      (`a`) and the run made again (`b`); None where nothing is stored to compare it with."""

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
        """Return the answer as JSON; a number that is not finite stands as text."""
        return json.dumps(_plain(asdict(self)), indent=2, ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold."""
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case float() if not math.isfinite(value):
            return str(value)
    return value
