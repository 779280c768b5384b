"""threat-following: soldiers follow the known threat, step by step, from one theatre to another.

The strategy assumes that the postings of day 0 fit the threat of that time. Four signs show how the
threat changes at the border relative to the VRAEM: attacks, seized loads, reports on armed groups
and reports on loads. Reports on laboratories, nine in ten of all, are left out: for years they tell
where a laboratory is, not how much it produces. At every review each sign is counted over the last
8 weeks and compared with the first half-year. That reference excludes the last 8 weeks, and any
time after the first move:

    x = mean over signs of [ln(border / vraem) now - the same then], weighted by 1 / variance,
        less the change since day 0 of ln(soldiers bound for the border / for the VRAEM)

x is the change of threat per soldier. A review points to the border if x exceeds `threshold_sd`
standard deviations of such counts, to the VRAEM if -x does, and otherwise nowhere. The variance of
a sign is the sum of 1/n over its four counts. After `patience_reviews` consecutive reviews that
point the same way, the share takes one step that way, between 0 and `share_to_border`, and counting
starts again. No unit moves before day 112, when 16 weeks are known.

More soldiers seize more loads and hear more reports, so patrols could attract more patrols. Three
rules prevent this feedback from running away:

- Seizures count per soldier present, as a catch per unit of effort.
- Reports from people in a theatre are divided by `told_anyway + (1 - told_anyway) coverage`, where
  coverage is the staff's own estimate. Reports from a partner do not depend on own patrols and are
  not corrected.
- The threat is divided by the soldiers, so that each step lowers x. The feedback could run away
  only if a tenth more soldiers brought more than a tenth more signs.

Population and people's readiness to report cancel out, because each theatre is compared with
itself.

The counts are small: in the baseline, in two weeks and on either side, about 3 seized loads, 1
attack and 1 or 2 reports on loads. The strategy therefore moves seldom. Of 15 % allowed, 1.5 % were
away on average after day 300; 6 % if prices at the border exits doubled on that day, and 2 % if
they halved (5 worlds). Over ten years the share reached at most 5 to 15 % (3 worlds). Left out:
seasons, and whatever nobody reports.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pydantic import Field

from sim.machine.addition import added
from sim.names import BORDER_THEATRES
from sim.strategies.movement import HOME, Movement
from sim.strategies.protocol import REVIEW_DAYS, Strategy
from sim.strategies.withdrawal import SOLDIERS

if TYPE_CHECKING:
    from sim.strategies.situation import Situation

RECENT = 4  # reviews: 8 weeks
FIRST = 13  # reviews: half a year
SIDES = ((*BORDER_THEATRES,), (HOME,))
TOLD = ("armed_group", "shipment")  # kinds of reports that are signs
SIGNS = ("attacks", "seizures", *TOLD)


class Weeks(NamedTuple):
    """The signs of two weeks: f8[signs, sides], where the sides are border and VRAEM.

    levels: the counts corrected to the soldiers and the coverage of day 0.
    """

    counts: np.ndarray
    levels: np.ndarray


class ThreatFollowing(Movement):
    """Sends and recalls soldiers in steps as the threat changes, up to `share_to_border`."""

    name = "threat-following"

    class Settings(Strategy.Settings):
        step: float = Field(
            default=0.05,
            ge=0.01,
            le=1,
            description="share of the VRAEM's soldiers that one step sends or recalls",
        )
        patience_reviews: int = Field(
            default=2,
            ge=1,
            le=100,
            description="consecutive reviews (every 14 days) that must point the same way",
        )
        threshold_sd: float = Field(
            default=1.0,
            ge=0,
            le=10,
            description="standard deviations by which the signs must change to point a way",
        )
        told_anyway: float = Field(
            default=0.3,
            ge=0.05,
            le=1,
            description="reports without coverage, as a share of those with full coverage: the "
            "staff's rule of thumb",
        )

    @classmethod
    def moves_from(cls, levers: Any) -> int:
        return REVIEW_DAYS * (2 * RECENT + levers.settings["patience_reviews"] - 1)

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        self.share = 0.0
        self.streak = 0  # consecutive reviews that pointed to the border (+) or home (-)
        self.weeks: list[Weeks] = []  # by review
        self.first = FIRST  # number of the first reviews, with which the threat is compared
        # Of day 0, by theatre: the soldiers present ("soldiers") and the share heard ("heard").
        self.at_first: dict[str, dict[str, float]] = {}

    def share_on(self, situation: Situation) -> float:
        ceiling = self.levers.share_to_border
        self.share = min(self.share, ceiling)
        self.at_first = self.at_first or {
            "soldiers": soldiers(situation),
            "heard": self.heard(situation),
        }
        if situation.day == 0:
            return self.share
        self.weeks.append(self.told(situation))
        if len(self.weeks) < 2 * RECENT:
            return self.share
        x, sd = self.change(situation)
        way = (x > self.settings.threshold_sd * sd) - (x < -self.settings.threshold_sd * sd)
        self.streak = way + (self.streak if way * self.streak > 0 else 0)
        if abs(self.streak) >= self.settings.patience_reviews:
            self.streak = 0
            there = min(max(self.share + way * self.settings.step, 0.0), ceiling)
            if there != self.share:
                self.first = min(self.first, len(self.weeks) - RECENT)
            self.share = there
        return self.share

    def change(self, situation: Situation) -> tuple[float, float]:
        """Return the change of threat per soldier and the standard deviation that chance causes.

        The change is the logarithm of the border's change relative to the VRAEM's.
        """
        now, then = self.weeks[-RECENT:], self.weeks[: min(self.first, len(self.weeks) - RECENT)]
        x, variance = np.zeros(len(SIGNS)), np.zeros(len(SIGNS))
        for sign, weeks in ((1, now), (-1, then)):
            # Half a sign is added, since a count of zero does not mean that there is no threat.
            level = np.sum([each.levels for each in weeks], axis=0) * (RECENT / len(weeks)) + 0.5
            x += sign * np.log(level[:, 0] / level[:, 1])
            variance += (1.0 / (np.sum([each.counts for each in weeks], axis=0) + 0.5)).sum(axis=1)
        bound, first = soldiers(situation, "bound_theatre"), self.at_first["soldiers"]
        moved = [
            added(bound[theatre] for theatre in side)
            / max(added(first[theatre] for theatre in side), 1.0)
            for side in SIDES
        ]
        weight = 1.0 / variance
        return float((weight * x).sum() / weight.sum()) - math.log(
            max(moved[0], 1e-3) / max(moved[1], 1e-3)
        ), float(weight.sum()) ** -0.5

    def told(self, situation: Situation) -> Weeks:
        """Return the signs of the last two weeks."""
        reports = situation.reports.where(
            situation.day - situation.reports.received_day < REVIEW_DAYS
        )
        there, heard = soldiers(situation), self.heard(situation)
        counts, levels = np.zeros((len(SIGNS), 2)), np.zeros((len(SIGNS), 2))
        for column, side in enumerate(SIDES):
            for theatre in side:
                view, here = situation.theatre[theatre], reports.theatre == theatre
                caught = view.seizures.last(2)
                per_soldier = self.at_first["soldiers"][theatre] / max(there[theatre], 1.0)
                by_tip = [
                    int((here & (reports.kind == kind) & (reports.source == "tip")).sum())
                    for kind in TOLD
                ]
                told = [int((here & (reports.kind == kind)).sum()) for kind in TOLD]
                as_heard = self.at_first["heard"][theatre] / heard[theatre]
                counts[:, column] += [view.attacks.last(2), caught, *told]
                levels[:, column] += [
                    view.attacks.last(2),
                    caught * per_soldier,
                    *(n + k * (as_heard - 1.0) for n, k in zip(told, by_tip)),
                ]
        return Weeks(counts, levels)

    def heard(self, situation: Situation) -> dict[str, float]:
        """Return, by theatre, the share of possible reports that people make."""
        anyway = self.settings.told_anyway
        return {
            name: anyway + (1.0 - anyway) * view.coverage
            for name, view in situation.theatre.items()
        }


def soldiers(situation: Situation, column: str = "theatre") -> dict[str, float]:
    """Count soldiers by the theatre where they are, or are bound for (`bound_theatre`).

    By `theatre`, units under way count nowhere.
    """
    own = situation.own
    ours = np.isin(own.kind, SOLDIERS) & ((own.status != "transit") | (column != "theatre"))
    return {
        theatre: float(own.soldiers[ours & (getattr(own, column) == theatre)].sum())
        for theatre in (HOME, *BORDER_THEATRES)
    }
