"""static: the share moves once, at the first review on or after `start_day`, and stays away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from sim.parameters.needs import DayOfReview
from sim.strategies.movement import Movement
from sim.strategies.protocol import Strategy

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class Static(Movement):
    """Moves `share_to_border` at once and leaves it there."""

    name = "static"

    class Settings(Strategy.Settings):
        start_day: Annotated[int, DayOfReview()] = Field(
            default=0, ge=0, le=7_300, description="day of the horizon from which the share moves"
        )

    def share_on(self, situation: Situation) -> float:
        return self.levers.share_to_border if situation.day >= self.settings.start_day else 0.0
