"""A published fact as an experiment, and the overrides of the baseline that experiments share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.validation.checks import Arms, Check

BUILT_IN, EMERGENT = "built in", "emergent"
YEAR = 364  # days

Judge = Callable[[Arms], list[Check]]


@dataclass(frozen=True)
class Fact:
    """A published fact and its experiment.

    - `says`: the fact; `source`: who found it.
    - `origin`: BUILT_IN where a parameter or an equation of the model states it outright, so that
      the check shows only that the parts work together; EMERGENT where no mechanism mentions it.
    - `experiment`: what is run, in words.
    - `arms`: overrides of the baseline by the label of the arm.
    - `judge`: reads the finished runs of the arms."""

    id: str
    says: str
    source: str
    origin: str
    experiment: str
    arms: Mapping[str, Mapping[str, Any]]
    replications: int
    judge: Judge = field(repr=False)


def fact(
    id: str,
    says: str,
    source: str,
    origin: str,
    experiment: str,
    arms: Mapping[str, Mapping[str, Any]],
    replications: int,
) -> Callable[[Judge], Fact]:
    """Make a fact of the function below, which judges its runs."""
    return lambda judge: Fact(id, says, source, origin, experiment, arms, replications, judge)


def days(horizon: int) -> dict[str, Any]:
    """Return the override that sets the length of a run."""
    return {"time.horizon_days": horizon}


def event(day: int, until: int | None = None, **settings: Any) -> dict[str, Any]:
    """Return a dated event; `until`: the day on which its settings end."""
    return {"day": day, "set": settings} | ({} if until is None else {"until": until})
