"""Movement: what every strategy that follows a share of the VRAEM's soldiers has in common.

Such a strategy says only which share of them it wants at the border today (`share_on`); the rest is here: how many packages of which kind,
from which postings, to which town, and renewed tasking. Only whole units go, the number nearest to the share."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sim.strategies.protocol import Orders, Strategy
from sim.strategies.tasking import RENEWED, TROOPS, assign

if TYPE_CHECKING:
    from sim.strategies.situation import OwnForces, Situation

HOME = "vraem"
BORDER = ("loreto", "cajamarca")
SOLDIERS = ("line", "special", "river_infantry")
REPORT_WEEKS = 8
MARCH_DAYS = 1  # preparation for a move within a theatre


class Movement(Strategy):
    """A strategy told by the share of the VRAEM's soldiers that it wants at the border."""

    @abstractmethod
    def share_on(self, situation: Situation) -> float:
        """Share wanted at the border from today on, [0, 1]."""

    def decide(self, situation: Situation) -> Orders | None:
        orders, own = Orders(), situation.own
        leaving: list[int] = []
        arriving: dict[str, list[int]] = {HOME: []}
        for theatre, change in self.changes(situation).items():
            arriving[theatre] = thinned(own, self.levers.moved, change, leaving) if change > 0 else []
            if change < 0:
                leaving += self.recall(situation, theatre, -change, orders)
            leaving += arriving[theatre]
            if arriving[theatre] and self.levers.move_helicopters > 0.0:
                self.lend(situation, theatre, len(arriving[theatre]), orders)
        for theatre, rows in arriving.items():
            post(situation, theatre, self.levers.tasking_vraem if theatre == HOME else self.levers.tasking_border, rows, leaving, orders)
        return orders or None

    def changes(self, situation: Situation) -> dict[str, int]:
        """Units to send to (+) or recall from (-) each border theatre."""
        own = situation.own
        ours = from_home(own)
        wanted = whole(self.share_on(situation) * int(ours.sum()))
        loreto = whole(wanted * self.levers.border_split.loreto)
        return {
            theatre: number - int((ours & (own.bound_theatre == theatre)).sum())
            for theatre, number in zip(BORDER, (loreto, wanted - loreto))
        }

    def lend(self, situation: Situation, theatre: str, units: int, orders: Orders) -> None:
        """Hand over the helicopter hours that go with these units, in proportion to the whole share."""
        left = situation.budget.flight_hours[HOME] - sum(loan.hours_per_day for loan in orders.loans)
        self.hours = getattr(self, "hours", left)  # what the VRAEM had before the first unit left
        whole_share = max(whole(self.levers.share_to_border * int(from_home(situation.own).sum())), units)
        orders.lend_hours(HOME, theatre, min(self.levers.move_helicopters * self.hours * units / whole_share, left))

    def recall(self, situation: Situation, theatre: str, number: int, orders: Orders) -> list[int]:
        """Order units back to the towns that they came from, and say which (rows of `own`). Helicopter hours stay."""
        own = situation.own
        there = from_home(own) & (own.bound_theatre == theatre) & (own.status == "posted")
        rows = sorted(np.flatnonzero(there).tolist(), key=lambda row: int(own.uid[row]))[:number]
        mission = "garrison" if self.levers.tasking_vraem == "garrison" else "patrol"
        for place in sorted({int(own.home[row]) for row in rows}):
            orders.move([own.uid[row] for row in rows if own.home[row] == place], place, mission)
        return rows


def from_home(own: OwnForces) -> np.ndarray:
    """bool[n]: soldiers first posted in the VRAEM, wherever they are now. A share is a share of these."""
    return (own.home_theatre == HOME) & np.isin(own.kind, SOLDIERS)


def whole(x: float) -> int:
    """Nearest whole number, halves upwards; a hair's breadth of rounding error does not count."""
    return int(x + 0.5 + 1e-9)


def thinned(own: OwnForces, moved: str, number: int, leaving: list[int]) -> list[int]:
    """Rows of the units that leave the VRAEM, besides those already `leaving`: the kinds asked for, evenly over postings.

    `proportional` takes each kind by its share, `line` and `special` that kind first and others when it is used up. One unit at a time
    leaves the posting that has given least for its size (Sainte-Lague); none is emptied while another has two left."""
    ours = from_home(own)
    stays = ours & (own.theatre == HOME) & (own.status == "posted")
    stays[leaving] = False
    size = Counter(own.posting[ours & (own.bound_theatre == HOME)].tolist())
    gone: Counter[int] = Counter(own.posting[leaving].tolist())

    def turn(place: int) -> tuple[bool, float, int]:
        return gone[place] + 1 >= size[place], -size[place] / (2 * gone[place] + 1), place

    rows: list[int] = []
    for kind, quota in quotas(own, ours, stays, moved, number):
        waiting: dict[int, list[int]] = {}
        for row in sorted(np.flatnonzero(stays & (own.kind == kind)).tolist(), key=lambda row: -int(own.uid[row])):
            waiting.setdefault(int(own.posting[row]), []).append(row)
        queue = [turn(place) for place in waiting]
        heapq.heapify(queue)
        for _ in range(quota):
            *_, place = heapq.heappop(queue)
            rows.append(waiting[place].pop())
            gone[place] += 1
            if waiting[place]:
                heapq.heappush(queue, turn(place))
    return rows


def quotas(own: OwnForces, ours: np.ndarray, stays: np.ndarray, moved: str, number: int) -> list[tuple[str, int]]:
    """How many units of each kind go, at most `number` in all and no more than there are."""
    free = {kind: int((stays & (own.kind == kind)).sum()) for kind in SOLDIERS}
    away = {kind: int((ours & (own.kind == kind)).sum()) - free[kind] for kind in SOLDIERS}
    order = sorted(SOLDIERS, key=lambda kind: kind != moved)
    quota = dict.fromkeys(order, 0)
    for _ in range(min(number, sum(free.values()))):
        open_kinds = [kind for kind in order if quota[kind] < free[kind]]
        if moved == "proportional":
            kind = max(open_kinds, key=lambda kind: (free[kind] + away[kind]) / (2 * (away[kind] + quota[kind]) + 1))
        else:
            kind = open_kinds[0]
        quota[kind] += 1
    return list(quota.items())


def post(situation: Situation, theatre: str, tasking: str, arriving: list[int], leaving: list[int], orders: Orders) -> None:
    """Order the arriving units (rows of `own`), and under a renewed tasking all that are posted here, to the posts that the tasking of the
    theatre leaves open once every unit that stands or is bound where one is wanted has kept its own. Who is in place gets no order."""
    own = situation.own
    here = (own.bound_theatre == theatre) & np.isin(own.kind, tuple(TROOPS))
    here[leaving] = False
    movers = {*arriving, *(np.flatnonzero(here & (own.status == "posted")).tolist() if tasking in RENEWED else ())}
    if not movers:
        return
    cohort = sorted({*np.flatnonzero(here).tolist(), *movers})
    group_of = {row: TROOPS[str(own.kind[row])] for row in cohort}
    recent = situation.reports.where(situation.day - situation.reports.received_day < 7 * REPORT_WEEKS)
    units = [(int(own.uid[row]), str(own.kind[row])) for row in cohort]
    wanted = assign(tasking, theatre, units, situation.places, recent, situation.chance, situation.surface_days)
    kind_of = {uid: TROOPS[kind] for uid, kind in units}
    open_posts = Counter((kind_of[uid], site, mission) for uid, site, mission in wanted)
    unplaced = []
    for row in cohort:
        held = (group_of[row], int(own.bound_for[row]), str(own.bound_mission[row]))
        if open_posts[held] > 0:
            open_posts[held] -= 1
        else:
            unplaced.append(row)
    grouped: dict[tuple[int, str, bool], list[int]] = {}
    for row in (row for row in unplaced if row in movers):
        choice = [a_post for a_post, left in open_posts.items() if left > 0 and a_post[0] == group_of[row]]
        chosen = next((a_post for a_post in choice if a_post[1] == own.posting[row]), choice[0])  # another task before a march
        open_posts[chosen] -= 1
        grouped.setdefault((chosen[1], chosen[2], own.theatre[row] == theatre), []).append(row)
    for (site, mission, inside), rows in sorted(grouped.items()):
        if stay := [own.uid[row] for row in rows if own.posting[row] == site]:
            orders.task(stay, mission)
        if go := [own.uid[row] for row in rows if own.posting[row] != site]:
            orders.move(go, site, mission, prepare_days=MARCH_DAYS if inside else None)
