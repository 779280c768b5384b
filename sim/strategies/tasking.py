"""Tasking: which town each unit of a theatre stands in, and what it does there. Shared by all movements and by the initial postings.

| tasking | where | what |
|---|---|---|
| area | towns, by population | patrol |
| garrison | the larger half of the towns, by population | garrison |
| line | a company at each place, from the one nearest to a town across the line on | river_patrol where there is a port, else patrol |
| chokepoint | a company at each place, from the one through which most surface travel passes on | checkpoint |
| reports | up to half (a company for each report) at the places named in the last 8 weeks, by reports; the rest as `area` | raid; patrol |
| random | each unit in a town drawn by population, drawn anew every week | patrol |
| none | the largest town | idle |

River infantry keeps to ports and patrols the river, except under garrison, reports and none. Police guard the larger towns,
anti-narcotics teams man chokepoints, one each (and raid under `reports`), eradication teams spread by population, whatever the tasking.
Only public notions enter: census population, travel times, which towns lie abroad, and reports; never what the other side has or does."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.names import MODELLED_THEATRES

if TYPE_CHECKING:
    from sim.strategies.situation import PlaceTable, ReportTable

VRAEM_TASKINGS = ("area", "garrison", "reports", "random")
BORDER_TASKINGS = ("line", "chokepoint", "area", "reports", "random", "none")
RENEWED = ("reports", "random")  # taskings that a review changes
WEEKLY = ("random",)  # of these, those that change between two reviews of the movement too
TROOPS = {
    "special": "army",
    "line": "army",
    "river_infantry": "river",
    "antinarcotics": "antinarcotics",
}  # interchangeable within
LEAST = 4  # places that a choice of towns keeps at least
COMPANY = 4  # units: what holds one post, and the most that one report draws
ON_THE_WAY = 1.02  # a town that adds up to 2 % to a journey lies on it
DRAWS = 16_384  # draws set aside for each theatre; a strategy's own are those below

Slot = tuple[int, str]  # site, mission


def assign(
    tasking: str,
    theatre: str,
    units: Sequence[tuple[int, str]],
    places: PlaceTable,
    reports: ReportTable | None,
    chance: Callable[[int], float],
    travel_days: np.ndarray,
) -> list[tuple[int, int, str]]:
    """A posting and a mission for each unit: (uid, site, mission), by uid within each kind of troops.

    units: (uid, kind); places: all places; reports: those of the last 8 weeks, or None; chance: draw number -> [0, 1);
    travel_days: f8[places, places], days by surface. ValueError for an unknown tasking or a theatre without a place."""
    if tasking not in VRAEM_TASKINGS + BORDER_TASKINGS:
        raise ValueError(
            f'no tasking "{tasking}"; expected one of {", ".join(dict.fromkeys(VRAEM_TASKINGS + BORDER_TASKINGS))}'
        )
    ground = Ground(theatre, places, reports, chance, travel_days)
    groups: dict[str, list[tuple[bool, int]]] = {}
    for uid, kind in units:
        groups.setdefault(TROOPS.get(kind, kind), []).append(
            (kind != "special", uid)
        )  # special units come first: they raid
    return [
        (uid, *slot)
        for group, members in sorted(groups.items())
        for (_, uid), slot in zip(
            sorted(members), slots(tasking, group, len(members), ground), strict=True
        )
    ]


class Ground:
    """The places of a theatre and what makes one matter. Hamlets hold a post only on the way of what passes, or where there is no town."""

    def __init__(self, theatre, places, reports, chance, travel_days) -> None:
        here = places.theatre == theatre
        towns = here & (places.kind == "town")
        self.every = np.flatnonzero(here)
        self.site = np.flatnonzero(towns) if towns.any() else self.every
        if len(self.site) == 0:
            raise ValueError(f'no place in theatre "{theatre}"')
        self.theatre, self.places, self.chance, self.travel_days = (
            theatre,
            places,
            chance,
            travel_days,
        )
        self.people = places.population[self.site].astype(float)
        self.named = np.zeros(len(places.id))
        if reports is not None:
            np.add.at(
                self.named,
                reports.place[(reports.theatre == theatre) & (reports.kind != "field")],
                1.0,
            )  # fields are not raided

    def larger(self) -> np.ndarray:
        """Population of the larger half of the towns, 0 elsewhere."""
        return best(self.people, self.people, len(self.site) // 2)

    def on_the_line(self) -> np.ndarray:
        """Places in order of nearness to one abroad (straight distance)."""
        p = self.places
        abroad = np.flatnonzero(p.abroad)
        north = 111.2 * (p.lat[self.every, None] - p.lat[abroad])
        east = (
            111.2
            * np.cos(np.radians(p.lat[self.every, None]))
            * (p.lon[self.every, None] - p.lon[abroad])
        )
        return self.every[
            np.argsort(np.sqrt(north * north + east * east).min(axis=1, initial=1e9), kind="stable")
        ]

    def chokepoints(self) -> np.ndarray:
        """Places in order of the travel days that lead through them."""
        ends = np.append(
            self.every, np.flatnonzero(self.places.abroad | (self.places.kind == "hub"))
        )
        days = np.ascontiguousarray(self.travel_days[np.ix_(self.every, ends)])
        return self.every[
            np.argsort(
                -np.array(passing(days.shape[0], days.shape[1], days.tobytes())), kind="stable"
            )
        ]

    def posts(self, ranked: np.ndarray, n: int, size: int, river: bool = False) -> list[int]:
        """n units, `size` to a place in the order of rank, so that one more unit moves no other; river infantry keeps to ports."""
        ports = ranked[self.places.port[ranked]]
        ranked = ports if river and len(ports) else ranked
        return [int(ranked[i // size % len(ranked)]) for i in range(n)]

    def drawn(self, n: int) -> list[int]:
        """n towns drawn by population; the i-th unit has the i-th draw, so that one more unit changes no other's."""
        first = DRAWS * (1 + MODELLED_THEATRES.index(self.theatre))
        share = np.cumsum(np.maximum(self.people, 1.0))
        place = np.searchsorted(
            share, [self.chance(first + i % DRAWS) * share[-1] for i in range(n)], side="right"
        )
        return [int(self.site[min(k, len(self.site) - 1)]) for k in place]

    def towns(self, weight: np.ndarray, n: int) -> list[int]:
        return [int(self.site[k]) for k in apportion(weight, n)]


def slots(tasking: str, group: str, n: int, ground: Ground) -> list[Slot]:
    """Where n units of one kind of troops stand and what they do."""
    if group == "police":
        return [(site, "garrison") for site in ground.towns(ground.larger(), n)]
    if group == "eradication":
        return [(site, "escort") for site in ground.towns(ground.people, n)]
    if tasking == "reports" and ground.named.any():
        raids = (
            n if group == "antinarcotics" else min((n + 1) // 2, COMPANY * int(ground.named.sum()))
        )
        return [(place, "raid") for place in apportion(ground.named, raids)] + slots(
            "area", group, n - raids, ground
        )
    if group == "antinarcotics":
        return [(site, "checkpoint") for site in ground.posts(ground.chokepoints(), n, 1)]
    if tasking == "none":
        return [(int(ground.site[np.argmax(ground.people)]), "idle")] * n
    if tasking == "random":
        where = ground.drawn(n)
    elif tasking in ("line", "chokepoint"):
        where = ground.posts(
            ground.on_the_line() if tasking == "line" else ground.chokepoints(),
            n,
            COMPANY,
            group == "river",
        )
    else:
        weight = ground.larger() if tasking == "garrison" else ground.people
        ports = weight * ground.places.port[ground.site]
        where = ground.towns(
            ports if group == "river" and tasking != "garrison" and ports.any() else weight, n
        )
    return [(site, mission(tasking, group, bool(ground.places.port[site]))) for site in where]


def mission(tasking: str, group: str, port: bool) -> str:
    """What a unit does in a town that has a port or none."""
    if tasking == "garrison":
        return "garrison"
    if port and (group == "river" or tasking == "line"):
        return "river_patrol"
    return "checkpoint" if tasking == "chokepoint" else "patrol"


def best(values: np.ndarray, by: np.ndarray, n: int) -> np.ndarray:
    """`values` where `by` is among the n largest (at least LEAST), 0 elsewhere; the first of equals."""
    chosen = np.argsort(-by, kind="stable")[: max(n, LEAST)]
    kept = np.zeros(len(values))
    kept[chosen] = values[chosen]
    return kept


def apportion(weight: np.ndarray, n: int) -> list[int]:
    """n seats among places in proportion to weight (Sainte-Lague, so that one more unit adds a seat and moves no other): place numbers."""
    weight = np.asarray(weight, float)
    if not weight.any():
        weight = np.ones(len(weight))
    queue = [(-w, k, 1) for k, w in enumerate(weight.tolist()) if w > 0.0]
    heapq.heapify(queue)
    seats = []
    for _ in range(n):
        _, k, odd = queue[0]
        seats.append(k)
        heapq.heapreplace(queue, (-weight[k] / (odd + 2), k, odd + 2))
    return seats


@lru_cache(maxsize=32)
def passing(n: int, ends: int, table: bytes) -> tuple[float, ...]:
    """Travel days between towns and ends whose quickest way leads through each town. table: f8[n, ends], the first n ends being the towns.

    A count in the manner of betweenness; it follows from the map alone, hence the cache."""
    days = np.frombuffer(table).reshape(n, ends)
    limit = np.where(np.isfinite(days), days * ON_THE_WAY, -1.0)
    total = []
    for c in range(n):
        on = days[:, c, None] + days[c] <= limit
        on[c] = False
        on[:, c] = False
        total.append(float(days[on].sum()))
    return tuple(total)
