"""Metadata of a key of a scenario: what must hold for it to act. `sim.scenario.conditions` says what the names mean."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Needs:
    """Metadata of a key: it acts only while these conditions hold. `of`: only these values of the key need them; empty: all."""

    conditions: tuple[str, ...]
    of: tuple[Any, ...] = ()

    def __init__(self, *conditions: str, of: tuple[Any, ...] = ()) -> None:
        object.__setattr__(self, "conditions", conditions)
        object.__setattr__(self, "of", of)


@dataclass(frozen=True)
class DayOfReview:
    """Metadata of a strategy's own setting: a day of the horizon, which counts from the first review on or after it."""
