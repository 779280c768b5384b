"""Withdrawal: which units leave the VRAEM, and so which posts keep how many people.

| withdrawal | which units leave first |
|---|---|
| thin | one at a time, from the posting that has given least for its size (Sainte-Lague) |
| close_small | all units of the posting with the fewest units, then of the next smallest |
| close_remote | all units of the posting farthest from the largest town, then of the next |
| close_quiet | all units of the posting with the fewest reports around it, then of the next |

Under `thin` every post stays, with fewer people; under `close_small` the large posts stay complete.
Distance is the travel time by road and river. Reports are those of the last 8 weeks.

The choice uses only what command knows. It orders the units within each kind; the lever `moved`
says how many units of each kind go.
"""

from __future__ import annotations

import heapq
from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from sim.strategies.situation import OwnForces, Situation

Withdrawal = Literal["thin", "close_small", "close_remote", "close_quiet"]
HOME = "vraem"
SOLDIERS = ("line", "special", "river_infantry")
REPORT_DAYS = 56
AROUND_DAYS = 0.5  # a report is from around a posting if its place is within this travel time


def from_home(own: OwnForces) -> np.ndarray:
    """Select the soldiers first posted in the VRAEM, wherever they are now: bool[n].

    Every share is a share of these.
    """
    return (own.home_theatre == HOME) & np.logical_or.reduce(
        [own.kind == kind for kind in SOLDIERS]
    )


def withdrawn(
    situation: Situation, withdrawal: Withdrawal, moved: str, number: int, leaving: list[int]
) -> list[int]:
    """Return rows of `situation.own`: up to `number` units that leave, besides those `leaving`."""
    own = situation.own
    ours = from_home(own)
    stays = ours & (own.theatre == HOME) & (own.status == "posted")
    stays[leaving] = False
    each_kind = quotas(own, ours, stays, moved, number)
    if withdrawal == "thin":
        return thinned(own, ours & (own.bound_theatre == HOME), stays, each_kind, leaving)
    turn = closing(situation, withdrawal, own.posting[ours & (own.bound_theatre == HOME)])
    rows: list[int] = []
    for kind, quota in each_kind:
        waiting = np.flatnonzero(stays & (own.kind == kind)).tolist()
        rows += sorted(waiting, key=lambda row: (*turn[int(own.posting[row])], -int(own.uid[row])))[
            :quota
        ]
    return rows


def closing(
    situation: Situation, withdrawal: Withdrawal, postings: np.ndarray
) -> dict[int, tuple[float, int, int]]:
    """Return the sort key of every posting; the lowest closes first.

    postings: i8[units], the posting of each unit.
    """
    size = Counter(postings.tolist())
    places = np.array(sorted(size))
    if withdrawal == "close_small":
        rank = np.array([float(size[place]) for place in places.tolist()])
    elif withdrawal == "close_remote":
        people = np.where(situation.places.theatre == HOME, situation.places.population, -1.0)
        rank = -situation.surface_days[int(np.argmax(people)), places]
    else:
        reports = situation.reports.where(
            situation.day - situation.reports.received_day < REPORT_DAYS
        )
        rank = (
            (situation.surface_days[np.ix_(places, reports.place)] <= AROUND_DAYS)
            .sum(axis=1)
            .astype(float)
        )
    return {
        place: (float(first), size[place], place) for place, first in zip(places.tolist(), rank)
    }


def thinned(
    own: OwnForces,
    here: np.ndarray,
    stays: np.ndarray,
    each_kind: list[tuple[str, int]],
    leaving: list[int],
) -> list[int]:
    """Take one unit at a time from the posting that has given least for its size.

    No posting is emptied while another has two units left. here: bool[own], the units that count in
    the size of a posting; stays: bool[own], those of them that can be sent.
    """
    size = Counter(own.posting[here].tolist())
    gone: Counter[int] = Counter(own.posting[leaving].tolist())

    def turn(place: int) -> tuple[bool, float, int]:
        return gone[place] + 1 >= size[place], -size[place] / (2 * gone[place] + 1), place

    rows: list[int] = []
    for kind, quota in each_kind:
        waiting: dict[int, list[int]] = {}
        for row in sorted(
            np.flatnonzero(stays & (own.kind == kind)).tolist(), key=lambda row: -int(own.uid[row])
        ):
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


def quotas(
    own: OwnForces, ours: np.ndarray, stays: np.ndarray, moved: str, number: int
) -> list[tuple[str, int]]:
    """Return how many units of each kind go: at most `number` in all, and no more than there are.

    `proportional` takes each kind by its share; `line` and `special` take that kind first, and
    others once it is used up.
    """
    free = {kind: int((stays & (own.kind == kind)).sum()) for kind in SOLDIERS}
    away = {kind: int((ours & (own.kind == kind)).sum()) - free[kind] for kind in SOLDIERS}
    order = sorted(SOLDIERS, key=lambda kind: kind != moved)
    quota = dict.fromkeys(order, 0)
    for _ in range(min(number, sum(free.values()))):
        open_kinds = [kind for kind in order if quota[kind] < free[kind]]
        if moved == "proportional":
            kind = max(
                open_kinds,
                key=lambda kind: (free[kind] + away[kind]) / (2 * (away[kind] + quota[kind]) + 1),
            )
        else:
            kind = open_kinds[0]
        quota[kind] += 1
    return list(quota.items())
