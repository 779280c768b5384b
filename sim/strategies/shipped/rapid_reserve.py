"""rapid-reserve: a share of the VRAEM's soldiers waits in its largest town and flies to where reports point, in the VRAEM or at the border.

The reserve is `reserve_share` of the VRAEM's soldiers, special units first, and never more than `share_to_border`, the most that any
strategy may have at the border. Each week:
- places named by reports of the week (not of fields) are served in the order of how many name them (chance breaks ties): a company flies
  to each and raids there, as far as units wait and the VRAEM has hours saved up for their flights. What hours do not reach waits for the
  next week.
- a unit whose `stay_days` are over goes back: by road and river where that takes two days at most, else by air when its theatre has the
  hours, else by road and river all the same. Days count from the order to go.

Nobody holds what the reserve has left, and who waits patrols nothing. Helicopters stay where they are, unless `move_helicopters` lends
border theatres hours in proportion to the units there; without, most come home from Loreto by boat. Left out: that a company may be worth
more than its people where it is not expected (it flies as fast, and is as blind, as any unit), and fuel at the far end."""

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


NEAR_DAYS = 2.0  # by surface: who is no farther needs no flight home


class RapidReserve(Movement):
    """Keeps a reserve that flies to what is reported and comes back."""

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
        self.reserve: dict[int, int | None] = {}  # uid: day of the order to fly, None at the base

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
        """Share that is kept as a reserve from today on."""
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
        """Hours that each theatre has saved up, less those of the reserve's flights that have still to leave it."""
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
        """Send up to `number` units that wait at the base back to their first postings: rows."""
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
        """Send companies where reports of the last week point: the theatre of each unit that goes."""
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
