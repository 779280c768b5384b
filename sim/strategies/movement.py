"""Movement: the common part of every strategy that sends a share of the VRAEM's soldiers away.

Such a strategy only says which share of them it wants at the border today (`share_on`). This module
decides how many units of which kind go, from which postings and to which town. It also handles the
return, the helicopter hours that move with the units, and renewed tasking. Only complete units
move: the number nearest to the share.

Levers may change between two reviews. Shares and hours follow at the next review, and a theatre
whose tasking changed is tasked again. Reviews fall on every 14th day. If a tasking is `random`,
there are also reviews in the weeks between, which draw only that tasking again.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.names import BORDER_THEATRES
from sim.strategies.protocol import REVIEW_DAYS, Orders, Strategy
from sim.strategies.tasking import RENEWED, TROOPS, WEEKLY, assign, mission
from sim.strategies.withdrawal import HOME, from_home, withdrawn

if TYPE_CHECKING:
    from sim.strategies.situation import OwnForces, Situation

REPORT_WEEKS = 8
MARCH_DAYS = 1  # days of preparation for a move within a theatre
LEAST_HOURS = 1e-9  # helicopter hours a day; a smaller difference is a rounding error


class Movement(Strategy):
    """A strategy defined by the share of the VRAEM's soldiers that it wants at the border.

    turn_days: days between two reviews at which units may move between theatres.
    """

    turn_days: ClassVar[int] = REVIEW_DAYS

    @classmethod
    def most_sent(cls, levers: Any) -> float:
        """Return the largest share of the VRAEM's soldiers that these levers ever send away."""
        return float(levers.share_to_border)

    @classmethod
    def moves_from(cls, levers: Any) -> int:
        """Return the first day of the horizon on which the strategy can order a move."""
        return -(-levers.settings.get("start_day", 0) // cls.turn_days) * cls.turn_days

    @classmethod
    def idle(cls, scenario: Any) -> dict[str, str]:
        """Return own settings without effect in a scenario: each text completes "it acts only"."""
        return {}

    def __init__(self, settings: Any = None, levers: Any = None) -> None:
        super().__init__(settings, levers)
        self.tasked = (
            {theatre: self.tasking(theatre) for theatre in (HOME, *BORDER_THEATRES)}
            if levers
            else {}
        )
        self.hours = 0.0  # helicopter hours a day of the VRAEM before it lent any
        self.lent = dict.fromkeys(BORDER_THEATRES, 0.0)

    @property
    def review_days(self) -> int:
        taskings = (self.levers.tasking_vraem, self.levers.tasking_border)
        return 7 if any(tasking in WEEKLY for tasking in taskings) else REVIEW_DAYS

    @abstractmethod
    def share_on(self, situation: Situation) -> float:
        """Return the share wanted at the border from today on, in [0, 1]."""

    def decide(self, situation: Situation) -> Orders | None:
        orders = Orders()
        leaving, arriving = self.move(situation, orders)
        for theatre in (HOME, *BORDER_THEATRES):
            rows, renewed = arriving.get(theatre, []), self.renewed(situation, theatre)
            if rows or renewed:
                post(situation, theatre, self.tasking(theatre), rows, leaving, renewed, orders)
        return orders or None

    def move(self, situation: Situation, orders: Orders) -> tuple[list[int], dict[str, list[int]]]:
        """Order units to another theatre or back.

        Returns rows of `own`: the units that no tasking may order, and, by theatre, the units that
        need a post there.
        """
        if not in_turn(situation):
            return [], {}
        own = situation.own
        leaving: list[int] = []
        arriving: dict[str, list[int]] = {}
        bound: dict[str, int] = {}
        ours = from_home(own)
        for theatre, change in self.changes(situation, ours).items():
            back, kept, sent = [], [], []
            if change < 0:
                back = self.recall(situation, theatre, -change, orders)
            elif change > 0:
                kept = stopped(own, theatre, HOME, change, orders)
                sent = withdrawn(
                    situation,
                    self.levers.withdrawal,
                    self.levers.moved,
                    change - len(kept),
                    leaving + kept,
                )
            leaving += back + kept + sent
            arriving[theatre] = sent
            bound[theatre] = (
                int((ours & (own.bound_theatre == theatre)).sum())
                + len(kept)
                + len(sent)
                - len(back)
            )
        self.lend(situation, bound, orders)
        return leaving, arriving

    def changes(self, situation: Situation, ours: np.ndarray) -> dict[str, int]:
        """Return the number of units to send to (+) or recall from (-) each border theatre.

        ours: bool[own], the soldiers of the VRAEM.
        """
        bound = situation.own.bound_theatre[ours]
        wanted = whole(self.share_on(situation) * len(bound))
        loreto = whole(wanted * self.levers.border_split.loreto)
        return {
            theatre: number - int((bound == theatre).sum())
            for theatre, number in zip(BORDER_THEATRES, (loreto, wanted - loreto))
        }

    def tasking(self, theatre: str) -> str:
        return self.levers.tasking_vraem if theatre == HOME else self.levers.tasking_border

    def renewed(self, situation: Situation, theatre: str) -> bool:
        """Whether all units posted in a theatre are tasked again today.

        Under some taskings this happens at every review. Under the others it happens after a change
        of the lever, until every unit that was under way has arrived and been tasked.
        """
        own, tasking = situation.own, self.tasking(theatre)
        if not in_turn(situation):
            return tasking in WEEKLY
        changed = self.tasked.get(theatre, tasking) != tasking
        if changed and not ((own.bound_theatre == theatre) & (own.status != "posted")).any():
            self.tasked[theatre] = tasking
        return changed or tasking in RENEWED

    def lend(self, situation: Situation, bound: dict[str, int], orders: Orders) -> None:
        """Lend helicopter hours to each border theatre in proportion to the units bound for it.

        A theatre that needs fewer hours returns them before another receives any.
        """
        if not (any(self.lent.values()) or (self.levers.move_helicopters and any(bound.values()))):
            return
        if not any(self.lent.values()):
            self.hours = situation.budget.flight_hours[HOME]
        all_units = max(
            whole(self.levers.share_to_border * int(from_home(situation.own).sum())),
            sum(bound.values()),
            1,
        )
        wanted = {
            theatre: self.levers.move_helicopters * self.hours * units / all_units
            for theatre, units in bound.items()
        }
        left = situation.budget.flight_hours[HOME]
        for theatre in sorted(
            BORDER_THEATRES, key=lambda theatre: wanted[theatre] - self.lent[theatre]
        ):
            hours = wanted[theatre] - self.lent[theatre]
            if abs(hours) > LEAST_HOURS:
                origin, to = (HOME, theatre) if hours > 0 else (theatre, HOME)
                orders.lend_hours(origin, to, min(hours, left) if hours > 0 else -hours)
                self.lent[theatre] = wanted[theatre]
                left -= hours

    def recall(self, situation: Situation, theatre: str, number: int, orders: Orders) -> list[int]:
        """Order units back to the towns that they came from, and return their rows of `own`.

        Units that have not left yet are recalled first, then those that have arrived. A unit under
        way arrives first and is recalled at a later review. All travel by road and river if they
        can: a border theatre has hours for only a few lifts a year, so a lift may take months.
        """
        own = situation.own
        rows = stopped(own, HOME, theatre, number, orders)
        there = (
            from_home(own)
            & (own.bound_theatre == theatre)
            & (own.theatre != HOME)
            & (own.status != "transit")
        )
        back = sorted(np.flatnonzero(there).tolist(), key=lambda row: int(own.uid[row]))[
            : number - len(rows)
        ]
        self.go_home(situation, back, orders)
        return rows + back

    def go_home(self, situation: Situation, rows: list[int], orders: Orders) -> None:
        """Order units (rows of `own`) to the towns that they came from, by road and river."""
        own = situation.own
        groups: dict[tuple[int, str], list[int]] = {}
        for row in rows:
            home = int(own.home[row])
            task = mission(
                self.levers.tasking_vraem,
                TROOPS[str(own.kind[row])],
                bool(situation.places.port[home]),
            )
            groups.setdefault((home, task), []).append(row)
        for (home, task), group in sorted(groups.items()):
            orders.move(own.uid[group], home, task, by="surface")


def stopped(own: OwnForces, theatre: str, bound: str, number: int, orders: Orders) -> list[int]:
    """Cancel the orders of up to `number` units that prepare to leave for another theatre.

    Returns their rows of `own`.
    """
    waiting = (
        from_home(own)
        & (own.status == "preparing")
        & (own.theatre == theatre)
        & (own.bound_theatre == bound)
    )
    rows = sorted(np.flatnonzero(waiting).tolist(), key=lambda row: int(own.uid[row]))[:number]
    for row in rows:
        orders.move(own.uid[row], own.posting[row], str(own.mission[row]))
    return rows


def in_turn(situation: Situation) -> bool:
    """Whether units may move between theatres, and `reports` are read, at today's review."""
    return situation.day % REVIEW_DAYS == 0


def whole(x: float) -> int:
    """Round to the nearest whole number, halves upwards, with a tolerance for rounding errors."""
    return int(x + 0.5 + 1e-9)


def post(
    situation: Situation,
    theatre: str,
    tasking: str,
    arriving: list[int],
    leaving: list[int],
    renewed: bool,
    orders: Orders,
) -> None:
    """Order the arriving units (rows of `own`) to the open posts of a theatre's tasking.

    A unit that already holds, or is bound for, a post that the tasking wants keeps it and gets no
    order; the remaining posts are open. If the tasking is renewed, all units posted here are
    assigned again as well. The tasking `none` applies to units from the VRAEM only: units of the
    theatre itself keep their posts.
    """
    own = situation.own
    here = (own.bound_theatre == theatre) & np.isin(own.kind, tuple(TROOPS))
    here[leaving] = False
    told = here & (own.status == "posted") & (from_home(own) | (tasking != "none"))
    movers = {*arriving, *(np.flatnonzero(told).tolist() if renewed else ())}
    if not movers:
        return
    cohort = sorted({*np.flatnonzero(here).tolist(), *movers})
    uids, kinds, postings = (
        own.uid[cohort].tolist(),
        own.kind[cohort].tolist(),
        own.posting[cohort].tolist(),
    )
    recent = situation.reports.where(
        situation.day - situation.reports.received_day < 7 * REPORT_WEEKS
    )
    wanted = assign(
        tasking,
        theatre,
        list(zip(uids, kinds)),
        situation.places,
        recent,
        situation.chance,
        situation.surface_days,
    )
    group_of = {uid: TROOPS[kind] for uid, kind in zip(uids, kinds)}
    open_posts = Counter((group_of[uid], site, mission) for uid, site, mission in wanted)
    unplaced = []
    for row, uid, site, held in zip(
        cohort,
        uids,
        postings,
        zip(own.bound_for[cohort].tolist(), own.bound_mission[cohort].tolist()),
    ):
        own_post = (group_of[uid], *held)
        if open_posts[own_post] > 0:
            open_posts[own_post] -= 1
        elif row in movers:
            unplaced.append((row, group_of[uid], site))
    choice: dict[str, list[tuple[str, int, str]]] = {}
    for a_post, left in open_posts.items():
        if left > 0:
            choice.setdefault(a_post[0], []).append(a_post)
    grouped: dict[tuple[int, str, bool], list[int]] = {}
    for row, group, posting in unplaced:
        # A new task at the same posting is better than a march.
        chosen = next(
            (a_post for a_post in choice[group] if a_post[1] == posting), choice[group][0]
        )
        open_posts[chosen] -= 1
        if open_posts[chosen] == 0:
            choice[group].remove(chosen)
        grouped.setdefault((chosen[1], chosen[2], own.theatre[row] == theatre), []).append(row)
    for (site, task, inside), rows in sorted(grouped.items()):
        in_place = own.posting[rows] == site
        if (stay := own.uid[rows][in_place]).size:
            orders.task(stay.tolist(), task)
        if (go := own.uid[rows][~in_place]).size:
            orders.move(go.tolist(), site, task, prepare_days=MARCH_DAYS if inside else None)
