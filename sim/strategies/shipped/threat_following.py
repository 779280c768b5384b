"""threat-following: soldiers follow the threat as command knows it, step by step, so that each theatre keeps its soldiers for its threat.

The postings of day 0 are taken as the answer to the threat as it then stood. Four signs tell how it changes, each by what the border has of
it against the VRAEM: attacks; loads seized; reports on armed groups; reports on loads. (Reports on laboratories, nine in ten, are left
out: they tell where one stands, for years, and not how much is made.) Each sign is counted at every review over the last 8 weeks and
compared with the first half-year, less the last 8 weeks, as far as nobody had moved yet:

    x = mean over signs of [ln(border / vraem) now - the same then], weighted by 1 / variance, less ln(soldiers at the border / in the
    VRAEM) today, under way included, against day 0

x is the change of threat per soldier. A review points to the border when x exceeds `threshold_sd` standard deviations of such counts
(variance of a sign: the sum of 1/n over the four of it), home when it is as far below, and nowhere in between. After `patience_reviews`
reviews in a row that point one way, the share takes one step that way, within 0 and `share_to_border`, and the count begins anew. Nobody
moves before day 112, when 16 weeks are known.

More soldiers seize more and hear more: *patrols make reports make patrols*. Three things keep that loop from running away. Seizures count
per soldier that is there, as a catch per unit of effort. What people tell in a theatre is divided by `told_anyway + (1 - told_anyway)
coverage`, coverage being the staff's own reckoning (reports of a partner do not depend on own patrols and count as they are). And soldiers
are what the threat is divided by, so that each step lowers x: the loop could run away only if a tenth more soldiers brought more than a
tenth more signs. How many people live there and how readily they talk cancels, as each theatre is compared with itself.

Counts are small (in the baseline some 3 loads seized in two weeks on either side, 1 attack, 1 or 2 reports on loads), so that it moves
seldom: of 15 % allowed, 1.5 % were away on average after day 300, 6 % with prices doubled at the border exits on that day, 2 % with prices
halved (5 worlds). Over ten years it reached 5 to 15 % at the most (3 worlds). Left out: seasons, and what nobody reports."""

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
    """What two weeks told: f8[signs, sides], sides being border and VRAEM. levels: counts as with the soldiers and coverage of day 0."""

    counts: np.ndarray
    levels: np.ndarray


class ThreatFollowing(Movement):
    """Sends and recalls soldiers by steps, as the threat changes; `share_to_border` is the most that goes."""

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
            description="reviews in a row (each 14 days) that must point one way",
        )
        threshold_sd: float = Field(
            default=1.0,
            ge=0,
            le=10,
            description="standard deviations of a change in signs that point a way",
        )
        told_anyway: float = Field(
            default=0.3,
            ge=0.05,
            le=1,
            description="reports without any coverage, of those with full coverage: the staff's rule of thumb",
        )

    @classmethod
    def moves_from(cls, levers: Any) -> int:
        return REVIEW_DAYS * (2 * RECENT + levers.settings["patience_reviews"] - 1)

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        self.share = 0.0
        self.streak = 0  # reviews in a row that pointed to the border (+) or home (-)
        self.weeks: list[Weeks] = []  # by review
        self.first = FIRST  # reviews that the threat is compared with
        self.at_first: dict[
            str, dict[str, float]
        ] = {}  # day 0: soldiers present, and share heard, by theatre

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
        """Change of threat per soldier, border against VRAEM, as a logarithm, and its standard deviation by chance."""
        now, then = self.weeks[-RECENT:], self.weeks[: min(self.first, len(self.weeks) - RECENT)]
        x, variance = np.zeros(len(SIGNS)), np.zeros(len(SIGNS))
        for sign, weeks in ((1, now), (-1, then)):
            level = (
                np.sum([each.levels for each in weeks], axis=0) * (RECENT / len(weeks)) + 0.5
            )  # half a sign is added: none is not never
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
        """What the last two weeks told."""
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
        """Share of what people could tell that is told, by theatre."""
        anyway = self.settings.told_anyway
        return {
            name: anyway + (1.0 - anyway) * view.coverage
            for name, view in situation.theatre.items()
        }


def soldiers(situation: Situation, column: str = "theatre") -> dict[str, float]:
    """Soldiers by the theatre where they stand (or are bound for: `bound_theatre`); who is under way stands nowhere."""
    own = situation.own
    ours = np.isin(own.kind, SOLDIERS) & ((own.status != "transit") | (column != "theatre"))
    return {
        theatre: float(own.soldiers[ours & (getattr(own, column) == theatre)].sum())
        for theatre in (HOME, *BORDER_THEATRES)
    }
