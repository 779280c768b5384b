"""surge-and-return: the share goes on `start_day`, stays `stay_days` and returns.

With `repeat_every_days` it goes again at that interval. A stay counts from the order to go, so it
includes preparation and journey: by boat up the Putumayo, a month can pass before the last unit
arrives. Orders are given at reviews, so a stay begins and ends at the first review on or after its
day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, model_validator

from sim.parameters.needs import DayOfReview
from sim.strategies.movement import Movement
from sim.strategies.protocol import Strategy

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class SurgeAndReturn(Movement):
    """Moves `share_to_border` for a while."""

    name = "surge-and-return"

    class Settings(Strategy.Settings):
        start_day: Annotated[int, DayOfReview()] = Field(
            default=0,
            ge=0,
            le=7_300,
            description="day of the horizon on which the share is first ordered to go",
        )
        stay_days: int = Field(
            default=180,
            ge=14,
            le=7_300,
            description="days from the order to go to the order to return",
        )
        repeat_every_days: int = Field(
            default=0,
            ge=0,
            le=7_300,
            description="days from one order to go to the next, more than stay_days; 0: only once",
        )

        @model_validator(mode="after")
        def _comes_home_between(self) -> Self:
            if 0 < self.repeat_every_days <= self.stay_days:
                raise ValueError(
                    "repeat_every_days: expected 0 (once) or more than "
                    f"stay_days = {self.stay_days} (got {self.repeat_every_days})"
                )
            return self

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        own, horizon = scenario.strategy.settings, scenario.time.horizon_days
        days = {"stay_days": "on a return", "repeat_every_days": "on another stay"}
        found = {name: own["start_day"] + own[name] for name in days if own[name]}
        end = f"time.horizon_days = {horizon}"
        return {
            name: f"{days[name]} before the end (start_day + {name} = {day}, {end})"
            for name, day in found.items()
            if -(-day // cls.turn_days) * cls.turn_days >= horizon
        }

    def share_on(self, situation: Situation) -> float:
        s = self.settings
        elapsed = situation.day - s.start_day
        if elapsed > 0 and s.repeat_every_days:
            elapsed %= s.repeat_every_days
        return self.levers.share_to_border if 0 <= elapsed < s.stay_days else 0.0
