"""threat-following: the share follows what people report, step by step.

Each review compares the border with the VRAEM by the reports of the last 8 weeks, and the ratio with a yardstick: at first the one of the
first 8 weeks of the horizon, then the one on which the share last took a step. `x = ln(border / vraem) - the same on the yardstick`. A
review points to the border when x exceeds `threshold_sd` standard deviations of such counts (variance of x: the sum of 1/n over the four
of them), home when it is as far below, and nowhere in between. After `patience_reviews` reviews in a row that point one way, the share
takes one step that way, within 0 and `share_to_border`, and the count begins anew. Until day 56 nobody moves.

More soldiers mean that more people dare to report: *patrols make reports make patrols*. Two things keep that loop from running away. What
people tell in a theatre is divided by `told_anyway + (1 - told_anyway) coverage`, coverage being the staff's own reckoning (reports of a
partner do not depend on own patrols and count as they are). And as each step renews the yardstick, the share follows how high the ratio
stands; one lasting rise does not push it on and on. What is left of the loop is trust, which grows where soldiers stay. Seasons are not
taken out.

It moves little: in the baseline scenario nine reports in ten name a laboratory, and those hardly come and go. Prices doubled in the north,
which doubled what leaves there, did not show in the share (8 worlds; mean .018 without, .020 with, at most .3 allowed)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from sim.strategies.movement import BORDER, HOME, REPORT_WEEKS, Movement
from sim.strategies.protocol import Strategy

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


@dataclass(frozen=True)
class Reading:
    """How the border's reports stand to the VRAEM's: the logarithm of their ratio, and its variance."""

    ratio: float
    variance: float


class ThreatFollowing(Movement):
    """Sends and recalls soldiers by steps, as reports change; `share_to_border` is the most that goes."""

    name = "threat-following"

    class Settings(Strategy.Settings):
        step: float = Field(default=0.05, ge=0.01, le=1, description="share of the VRAEM's soldiers that one step sends or recalls")
        patience_reviews: int = Field(default=2, ge=1, le=100, description="reviews in a row (each 14 days) that must point one way")
        threshold_sd: float = Field(default=1.0, ge=0, le=10, description="standard deviations of a change in reports that point a way")
        told_anyway: float = Field(
            default=0.3, ge=0.05, le=1, description="reports without any coverage, of those with full coverage: the staff's rule of thumb"
        )

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        self.share = 0.0
        self.streak = 0  # reviews in a row that pointed to the border (+) or home (-)
        self.yardstick: Reading | None = None

    def share_on(self, situation: Situation) -> float:
        ceiling = self.levers.share_to_border
        self.share = min(self.share, ceiling)
        if situation.day < 7 * REPORT_WEEKS:
            return self.share
        now = self.reading(situation)
        self.yardstick = self.yardstick or now
        way = self.way(now, self.yardstick)
        self.streak = way + (self.streak if way * self.streak > 0 else 0)
        if abs(self.streak) >= self.settings.patience_reviews:
            self.streak = 0
            there = min(max(self.share + way * self.settings.step, 0.0), ceiling)
            self.yardstick = now if there != self.share else self.yardstick  # at a bound nothing was answered
            self.share = there
        return self.share

    def way(self, now: Reading, then: Reading) -> int:
        """Where reports point: 1 to the border, -1 home, 0 nowhere."""
        least = self.settings.threshold_sd * math.sqrt(now.variance + then.variance)
        return (now.ratio - then.ratio > least) - (now.ratio - then.ratio < -least)

    def reading(self, situation: Situation) -> Reading:
        """Half a report is added to either side, so that none is not never."""
        reports = situation.reports.where(situation.day - situation.reports.received_day < 7 * REPORT_WEEKS)
        count, level = {}, {}
        for theatre in (HOME, *BORDER):
            here = reports.theatre == theatre
            told = int((here & (reports.source == "tip")).sum())
            count[theatre] = int(here.sum())
            heard = self.settings.told_anyway + (1.0 - self.settings.told_anyway) * situation.theatre[theatre].coverage
            level[theatre] = told / heard + count[theatre] - told
        border = sum(count[theatre] for theatre in BORDER)
        return Reading(
            math.log((sum(level[theatre] for theatre in BORDER) + 0.5) / (level[HOME] + 0.5)),
            1.0 / (border + 0.5) + 1.0 / (count[HOME] + 0.5),
        )
