"""surge-and-return: the share goes on `start_day`, stays `stay_days` and comes home; with `repeat_every_days`, again and again.

The days of a stay count from the order to go, preparation and journey included: with boats up the Putumayo a month of them can pass before
the last unit arrives. Orders fall on reviews, so that a stay begins and ends on the first review on or after its day."""

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
            description="days from one order to go to the next, more than stay_days; 0: it goes once",
        )

        @model_validator(mode="after")
        def _comes_home_between(self) -> Self:
            if 0 < self.repeat_every_days <= self.stay_days:
                raise ValueError(
                    f"repeat_every_days: expected 0 (once) or more than stay_days = {self.stay_days} (got {self.repeat_every_days})"
                )
            return self

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        own, horizon = scenario.strategy.settings, scenario.time.horizon_days
        days = {"stay_days": "on a return", "repeat_every_days": "on another stay"}
        found = {name: own["start_day"] + own[name] for name in days if own[name]}
        return {
            name: f"{days[name]} before the end (start_day + {name} = {day}, time.horizon_days = {horizon})"
            for name, day in found.items()
            if -(-day // cls.turn_days) * cls.turn_days >= horizon
        }

    def share_on(self, situation: Situation) -> float:
        s = self.settings
        elapsed = situation.day - s.start_day
        if elapsed > 0 and s.repeat_every_days:
            elapsed %= s.repeat_every_days
        return self.levers.share_to_border if 0 <= elapsed < s.stay_days else 0.0
