"""triggered-return: the share leaves, and returns when attacks in the VRAEM rise clearly.

The trigger: attacks in the last `window_weeks` full weeks exceed `m + threshold_sd sqrt(m)`. Here m
is the number of attacks in such a window at the mean rate of the burn-in, when every soldier was in
the VRAEM. A week before day 0 counts as that mean. Without a burn-in m is 0, so that the first
attack sets off the trigger.

The share leaves at the first review on or after `start_day` at which the trigger is not set off. It
leaves only once: units that have returned stay, because chance sets off the trigger as often as
danger. In the baseline scenario, with 4 attacks in 8 weeks, the default trigger was set off at some
review of three years in 15 of 24 worlds while nobody was away, in 17 at a share of 5 %, and in 21
at 30 %.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from sim.parameters.needs import DayOfReview
from sim.strategies.movement import HOME, Movement
from sim.strategies.protocol import Strategy

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class TriggeredReturn(Movement):
    """Moves `share_to_border`, and returns `return_share` of it for good after the trigger."""

    name = "triggered-return"

    class Settings(Strategy.Settings):
        start_day: Annotated[int, DayOfReview()] = Field(
            default=0, ge=0, le=7_300, description="day of the horizon from which the share may go"
        )
        window_weeks: int = Field(
            default=8,
            ge=1,
            le=104,
            description="full weeks over which attacks in the VRAEM are counted",
        )
        threshold_sd: float = Field(
            default=2.0,
            ge=0,
            le=10,
            description="standard deviations above the baseline's mean that make it return",
        )
        return_share: float = Field(
            default=1.0, ge=0, le=1, description="part of the share that returns"
        )

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        self.gone = self.called = False

    def share_on(self, situation: Situation) -> float:
        alarm = self.alarm(situation)
        self.called = self.called or (self.gone and alarm)
        self.gone = self.gone or (situation.day >= self.settings.start_day and not alarm)
        away = (1.0 - self.settings.return_share) if self.called else float(self.gone)
        return self.levers.share_to_border * away

    def alarm(self, situation: Situation) -> bool:
        """Whether attacks in the VRAEM exceed the threshold."""
        weeks, attacks = self.settings.window_weeks, situation.theatre[HOME].attacks
        usual = weeks * attacks.baseline_week
        return attacks.last(weeks) > usual + self.settings.threshold_sd * math.sqrt(usual)
