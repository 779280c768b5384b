"""phased: the share moves in equal steps, from `start_day` on, over `duration_days`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from sim.parameters.needs import DayOfReview
from sim.strategies.movement import Movement
from sim.strategies.protocol import Strategy

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class Phased(Movement):
    """Moves `share_to_border` in steps, each at the first review on or after its day."""

    name = "phased"

    class Settings(Strategy.Settings):
        start_day: Annotated[int, DayOfReview()] = Field(
            default=0, ge=0, le=7_300, description="day of the horizon of the first step"
        )
        duration_days: int = Field(
            default=180, ge=0, le=7_300, description="days from the first step to the last"
        )
        steps: int = Field(default=6, ge=1, le=1_000, description="number of steps, of equal size")

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        own = scenario.strategy.settings
        found = {"duration_days": "with several steps (steps = 1)"} if own["steps"] == 1 else {}
        return found | (
            {"steps": "over several days (duration_days = 0)"} if own["duration_days"] == 0 else {}
        )

    def share_on(self, situation: Situation) -> float:
        return self.levers.share_to_border * self.steps_done(situation.day) / self.settings.steps

    def steps_done(self, day: int) -> int:
        """Count the steps due by a day.

        Step k falls due (k - 1) duration / (steps - 1) days after the start.
        """
        s = self.settings
        elapsed = day - s.start_day
        if elapsed < 0:
            return 0
        if elapsed >= s.duration_days:
            return s.steps
        return 1 + elapsed * (s.steps - 1) // s.duration_days
