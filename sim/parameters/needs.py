"""Metadata of a scenario's keys: the conditions under which a key has an effect.

`sim.scenario.conditions` defines the names of the conditions.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Needs:
    """Marks a key that acts only while these conditions hold.

    of: the values of the key that need them; empty: all values.
    """

    conditions: tuple[str, ...]
    of: tuple[Any, ...] = ()

    def __init__(self, *conditions: str, of: tuple[Any, ...] = ()) -> None:
        object.__setattr__(self, "conditions", conditions)
        object.__setattr__(self, "of", of)


@dataclass(frozen=True)
class DayOfReview:
    """Marks a setting that is a day; it takes effect at the first review on or after that day."""
