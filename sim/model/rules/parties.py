"""Armed parties: their fighters in political reach of a place, and the people with them."""

from typing import Protocol

from sim.model.compile import loop, rule
from sim.model.state.agents import PARTIES, Community
from sim.model.state.arrays import Actors, Floats, Reach


class FloorPeople(Protocol):
    """What these rules read of the parameters of support."""

    floor_people: float


@loop
def fighters_in_reach(actors: Actors, reach: Reach, per_party: Floats, p: FloorPeople) -> None:
    """Set x of each party in each community. per_party: f8[sites, PARTIES], fighters per 1,000
    people in political reach."""
    groups = actors.groups
    n = len(reach.people)
    for i in range(n):
        for k in range(PARTIES):
            per_party[i, k] = 0.0
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            for e in range(reach.start[group.site], reach.start[group.site + 1]):
                per_party[reach.place[e], group.party] += group.fighters * reach.share[e]
    for i in range(n):
        around = (reach.people[i] + p.floor_people) / 1000.0
        for k in range(PARTIES):
            per_party[i, k] /= around


@rule
def under_party(town: Community, i: int, k: int, present: Floats, b: Floats) -> float:
    """Return the share of a community's people with one party: those whom its fighters at hand hold
    or those whom it rules, whichever is more."""
    return max(present[i, k] * (1.0 - town.protection), b[i, k])
