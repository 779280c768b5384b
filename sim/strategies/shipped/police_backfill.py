"""police-backfill: soldiers leave as under `static`, and police replace them in their towns.

The police come from the border theatre `police_from`, whose postings then lack them: `police_share`
of its local police, but at most one unit for each unit of soldiers that is away. They are ordered
at the review after the soldiers, to the towns that soldiers have left, in proportion to the units
that each town has lost. They garrison these towns and return when soldiers come back.
Anti-narcotics and clearing teams stay where they are.

The police travel by road and river, which takes weeks, and receive the field allowance. Their moves
leak more often than those of soldiers (`secrecy.leak_police`). Left out: police from outside the
three theatres, whose postings are not in the model.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from sim.names import BORDER_THEATRES
from sim.strategies.movement import HOME, in_turn, whole
from sim.strategies.protocol import Orders
from sim.strategies.shipped.static import Static
from sim.strategies.tasking import apportion
from sim.strategies.withdrawal import from_home, thinned

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class PoliceBackfill(Static):
    """Moves `share_to_border`, and sends police to the towns that it has left."""

    name = "police-backfill"

    class Settings(Static.Settings):
        police_share: float = Field(
            default=0.3,
            ge=0,
            le=1,
            description="share of the local police there that may come to the VRAEM",
        )
        police_from: Literal["loreto", "cajamarca", "border"] = Field(
            default="loreto",
            description="theatre that the police come from; border: both, each by this share",
        )

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        own = scenario.strategy.settings
        sources = BORDER_THEATRES if own["police_from"] == "border" else (own["police_from"],)
        forces = [getattr(scenario.forces, name) for name in sources]
        if all(force.police == force.antinarcotics for force in forces):
            return dict.fromkeys(
                ("police_share", "police_from"),
                f"where police stand in {' or '.join(sources)} (there are none)",
            )
        return (
            {"police_from": "with some police_share (it is 0)"} if own["police_share"] == 0 else {}
        )

    def decide(self, situation: Situation) -> Orders | None:
        orders = super().decide(situation) or Orders()
        if in_turn(situation):
            self.backfill(situation, orders)
        return orders or None

    def backfill(self, situation: Situation, orders: Orders) -> None:
        own = situation.own
        gaps = own.home[from_home(own) & (own.bound_theatre != HOME)]
        sources = (
            BORDER_THEATRES
            if self.settings.police_from == "border"
            else (self.settings.police_from,)
        )
        police = (own.kind == "police") & np.isin(own.home_theatre, BORDER_THEATRES)
        wanted = {
            name: whole(
                self.settings.police_share * int((police & (own.home_theatre == name)).sum())
            )
            for name in sources
        }
        while sum(wanted.values()) > len(gaps):
            wanted[max(sources, key=lambda name: wanted[name])] -= 1
        coming: list[int] = []
        for name in BORDER_THEATRES:
            theirs = police & (own.home_theatre == name)
            sent = theirs & (own.bound_theatre == HOME)
            change = wanted.get(name, 0) - int(sent.sum())
            if change < 0:
                back = np.flatnonzero(sent & (own.status != "transit"))
                for row in sorted(back.tolist(), key=lambda row: -int(own.uid[row]))[:-change]:
                    orders.move(own.uid[row], own.home[row], "garrison", by="surface")
            stays = theirs & (own.theatre == name) & (own.status == "posted")
            change = min(change, int(stays.sum()))
            if change > 0:
                coming += thinned(
                    own, theirs & (own.bound_theatre == name), stays, [("police", change)], []
                )
        towns = np.unique(gaps)
        seats = (
            Counter(
                towns[
                    apportion(
                        np.array([(gaps == town).sum() for town in towns]), sum(wanted.values())
                    )
                ].tolist()
            )
            if coming
            else {}
        )
        seats = Counter(seats) - Counter(
            own.bound_for[police & (own.bound_theatre == HOME)].tolist()
        )
        for row, town in zip(coming, seats.elements()):
            orders.move(own.uid[row], town, "garrison")
