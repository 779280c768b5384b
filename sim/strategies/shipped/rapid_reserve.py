"""rapid-reserve: a share of the VRAEM's soldiers waits in one town and flies to reported places.

The reserve waits in the VRAEM's largest town and serves places in the VRAEM and at the border. It
is `reserve_share` of the VRAEM's soldiers, special units first, and never more than
`share_to_border`, which limits every strategy. Each week:

- A company flies to each place that the week's reports name (reports on fields do not count) and
  raids there. Places with more reports come first; chance breaks ties. This continues while units
  wait and the VRAEM has saved enough helicopter hours for their flights; other places have to wait
  for the next week.
- A unit whose `stay_days` are over returns. It travels by road and river if that takes at most two
  days, otherwise by air if its theatre has the hours, and otherwise by road and river. The stay
  counts from the order to go.

No unit replaces the reserve in the posts that it left, and a waiting unit does not patrol.
Helicopters stay where they are, unless `move_helicopters` lends hours to border theatres in
proportion to the units there; without it, most units return from Loreto by boat. Left out:
surprise, which may make a company worth more than its numbers, and fuel at the destination.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from sim.names import BORDER_THEATRES
from sim.parameters.needs import DayOfReview
from sim.strategies.movement import HOME, MARCH_DAYS, Movement, whole
from sim.strategies.protocol import Strategy
from sim.strategies.tasking import COMPANY
from sim.strategies.withdrawal import from_home, withdrawn

if TYPE_CHECKING:
    from sim.strategies.protocol import Orders
    from sim.strategies.situation import Situation


NEAR_DAYS = 2.0  # days by surface within which a unit does not fly home


class RapidReserve(Movement):
    """Keeps a reserve that flies to reported places and returns."""

    name = "rapid-reserve"
    unused = ("border_split", "moved")
    turn_days = 7

    class Settings(Strategy.Settings):
        start_day: Annotated[int, DayOfReview()] = Field(
            default=0,
            ge=0,
            le=7_300,
            description="day of the horizon from which there is a reserve",
        )
        reserve_share: float = Field(
            default=0.15,
            ge=0,
            le=1,
            description="share of the VRAEM's soldiers kept as a reserve, at most share_to_border",
        )
        stay_days: int = Field(
            default=21,
            ge=7,
            le=7_300,
            description="days from the order to fly to the order to return",
        )

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        # uid -> day of the order to fly, or None at the base
        self.reserve: dict[int, int | None] = {}

    @classmethod
    def most_sent(cls, levers: Any) -> float:
        return min(float(levers.settings["reserve_share"]), float(levers.share_to_border))

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        levers = scenario.strategy
        share, reserve = levers.share_to_border, levers.settings["reserve_share"]
        if reserve > share:
            return {"reserve_share": f"up to share_to_border (= {share:g})"}
        if share > reserve and not levers.move_helicopters:
            return {"share_to_border": f"up to reserve_share (= {reserve:g})"}
        return {}

    @property
    def review_days(self) -> int:
        return self.turn_days

    def share_on(self, situation: Situation) -> float:
        """Return the share that is kept as a reserve from today on."""
        return (
            min(self.settings.reserve_share, self.levers.share_to_border)
            if situation.day >= self.settings.start_day
            else 0.0
        )

    def move(self, situation: Situation, orders: Orders) -> tuple[list[int], dict[str, list[int]]]:
        own, places = situation.own, situation.places
        ours = from_home(own)
        size = whole(self.share_on(situation) * int(ours.sum()))
        if not (size or self.reserve):
            return [], {}
        base = int(np.argmax(np.where(places.theatre == HOME, places.population, -1.0)))
        row_of = {uid: row for row, uid in enumerate(own.uid.tolist())}
        rows = [row_of[uid] for uid in self.reserve]
        hours = self.hours_left(situation, rows)
        for row in rows:
            self.come_back(situation, row, base, hours, orders)
        released = self.release(situation, rows, len(rows) - size, base, orders)
        called = (
            withdrawn(situation, self.levers.withdrawal, "special", size - len(rows), rows)
            if size > len(rows)
            else []
        )
        if called:
            orders.move(own.uid[called], base, "reserve", by="surface", prepare_days=MARCH_DAYS)
        waiting = [
            row
            for row in rows
            if row not in released
            and own.posting[row] == base
            and own.bound_mission[row] == "reserve"
        ]
        flown = self.fly(
            [row for row in waiting if own.status[row] == "posted"], situation, base, hours, orders
        )
        bound = dict.fromkeys(BORDER_THEATRES, 0) | Counter(
            own.bound_theatre[[row for row in rows if row not in released]].tolist()
        )
        for theatre in flown:
            bound[theatre] = bound.get(theatre, 0) + 1
        self.lend(situation, {theatre: bound[theatre] for theatre in BORDER_THEATRES}, orders)
        self.reserve |= dict.fromkeys(own.uid[called].tolist())
        return rows + called, {}

    def hours_left(self, situation: Situation, rows: list[int]) -> dict[str, float]:
        """Return the hours that each theatre has saved, less those of flights already ordered."""
        own = situation.own
        hours = dict(situation.budget.lift_hours)
        for row in rows:
            if own.status[row] == "preparing":
                hours[str(own.theatre[row])] -= situation.flight_hours(
                    own.posting[row], own.bound_for[row], own.soldiers[row]
                )
        return hours

    def come_back(
        self, situation: Situation, row: int, base: int, hours: dict[str, float], orders: Orders
    ) -> None:
        own = situation.own
        uid, here, theatre = int(own.uid[row]), int(own.posting[row]), str(own.theatre[row])
        since = self.reserve[uid]
        if (
            since is None
            or own.status[row] != "posted"
            or situation.day - since < self.settings.stay_days
        ):
            return
        needed, days = (
            situation.flight_hours(here, base, own.soldiers[row]),
            situation.travel_days(here, base),
        )
        flies = needed <= hours[theatre] and days > NEAR_DAYS
        if flies or np.isfinite(days):
            hours[theatre] -= needed if flies else 0.0
            orders.move(uid, base, "reserve", by="air" if flies else "surface", prepare_days=0)
            self.reserve[uid] = None

    def release(
        self, situation: Situation, rows: list[int], number: int, base: int, orders: Orders
    ) -> list[int]:
        """Send up to `number` waiting units back to their first postings; return their rows."""
        own = situation.own
        idle = [
            row
            for row in rows
            if own.status[row] == "posted"
            and own.posting[row] == base
            and own.mission[row] == "reserve"
        ]
        released = sorted(idle, key=lambda row: -int(own.uid[row]))[: max(number, 0)]
        self.go_home(situation, released, orders)
        for row in released:
            del self.reserve[int(own.uid[row])]
        return released

    def fly(
        self,
        waiting: list[int],
        situation: Situation,
        base: int,
        hours: dict[str, float],
        orders: Orders,
    ) -> list[str]:
        """Send companies to the places of the week's reports; return each unit's new theatre."""
        own, places, reports = situation.own, situation.places, situation.reports
        worth_a_raid = (situation.day - reports.received_day < self.review_days) & (
            reports.kind != "field"
        )
        fresh = Counter(reports.place[worth_a_raid].tolist())
        out = np.array([uid for uid, since in self.reserve.items() if since is not None], np.uint64)
        served = set(own.bound_for[np.isin(own.uid, out)].tolist())
        waiting = sorted(waiting, key=lambda row: (own.kind[row] != "special", int(own.uid[row])))
        flown: list[str] = []
        for place in sorted(
            fresh.keys() - served, key=lambda place: (-fresh[place], situation.chance(place))
        ):
            company = []
            for row in waiting[:COMPANY]:
                needed = situation.flight_hours(base, place, own.soldiers[row])
                if needed <= hours[HOME]:
                    hours[HOME] -= needed
                    company.append(row)
            if not company:
                break
            waiting = [row for row in waiting if row not in company]
            orders.move(own.uid[company], place, "raid", by="air", prepare_days=0)
            self.reserve |= dict.fromkeys(own.uid[company].tolist(), situation.day)
            flown += [str(places.theatre[place])] * len(company)
        return flown
