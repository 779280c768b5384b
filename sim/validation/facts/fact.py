"""A published fact as an experiment, and the overrides of the baseline that experiments share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.validation.checks import Arms, Check

if TYPE_CHECKING:
    from sim.simulation.run import Run

BUILT_IN, EMERGENT, USED = "built in", "emergent", "used in choosing"
YEAR = 364  # days

Judge = Callable[[Arms], list[Check]]
Stage = Callable[["Run"], dict[str, float]]


@dataclass(frozen=True)
class Fact:
    """A published fact, or a statement that would show the model wrong, and its experiment.

    - `says`: the fact; `source`: who found it.
    - `origin`: BUILT_IN where a parameter or an equation of the model states it outright, so that
      the check shows only that the parts work together; EMERGENT where no mechanism mentions it;
      USED where a form or a default of the model was chosen with it in view, so that it tests
      nothing.
    - `experiment`: what is run, in words.
    - `arms`: overrides of the baseline by the label of the arm.
    - `judge`: reads the finished runs of the arms.
    - `stages`: direct changes of the world after day 0, for every arm or for none (`stages.py`).
    - `cause`: why a check does not hold, as far as that was found out."""

    id: str
    says: str
    source: str
    origin: str
    experiment: str
    arms: Mapping[str, Mapping[str, Any]]
    replications: int
    judge: Judge = field(repr=False)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    cause: str = ""


def fact(
    id: str,
    says: str,
    source: str,
    origin: str,
    experiment: str,
    arms: Mapping[str, Mapping[str, Any]],
    replications: int,
    stages: Mapping[str, Stage] | None = None,
    cause: str = "",
) -> Callable[[Judge], Fact]:
    """Make a fact of the function below, which judges its runs."""
    return lambda judge: Fact(
        id, says, source, origin, experiment, arms, replications, judge, stages or {}, cause
    )


def days(horizon: int) -> dict[str, Any]:
    """Return the override that sets the length of a run."""
    return {"time.horizon_days": horizon}


def event(day: int, until: int | None = None, **settings: Any) -> dict[str, Any]:
    """Return a dated event; `until`: the day on which its settings end."""
    return {"day": day, "set": settings} | ({} if until is None else {"until": until})
