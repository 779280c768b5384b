"""4.9 Camps: where armed groups go.

Reads: groups, communities (kg_recent, coca, poppy, protection), support.b, reach, minds.danger.
Writes: groups.site. Weekly. Chance: GROUP_MOVE (in the prologue PROLOGUE_MOVE).

With chance .22 a week a camp moves, to place i with weight
`(kg + ha + 100)^.5 (.05 + .5 (b_i + mean of b around)) (1 - s)^2 exp(-km / 15 - .02 danger)` within
90 foot-equivalent km and within its own theatre: kg the loads that pass in a week, ha the fields, b
of its own party, *around* the mean with weights people x L (`support`) without i, danger the people
of the state that it believes are there. So it goes where there is something to collect and people
who keep it, and where little protects them; the .05 lets it enter fresh ground. What it does (acts,
rule, coverage) follows the camp. Cells cross the border by `partner`.

Left out: camps that split or join, and the season. All numbers are assumed.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.model.chance import uniform
from sim.model.compile import loop, rule
from sim.model.rules.stakes import stakes
from sim.model.state.agents import ArmedGroup, Community
from sim.model.state.arrays import Actors, Floats, Minds, Places, Reach, Sites, Support


class Parameters:
    move: float  # probability: chance a week that a camp moves
    move_km: float  # km: distance over which the pull of a place falls by e
    most_km: float  # km: longest move
    danger: float  # per person: how believed danger repels a camp
    least_stakes: float  # kg/week and ha: trade added to that of every place
    strange: float  # weight: pull of a place where nobody keeps the party
    known: float  # weight: pull of people under the party's rule


@rule
def pull(town: Community, kept: float, km: float, danger: float, p: Parameters) -> float:
    """Return the weight of a place as a camp. kept: b there plus the mean of b around it."""
    bare = 1.0 - town.protection
    trade = math.sqrt(stakes(town) + p.least_stakes)
    near = math.exp(-km / max(p.move_km, 1e-9) - p.danger * danger)
    return trade * (p.strange + p.known * kept) * bare * bare * near


@rule
def around(i: int, k: int, b: Floats, communities: Sequence[Community], reach: Reach) -> float:
    """Return the mean b of a party around a place, with weights people x L, without the place
    itself."""
    total = 0.0
    weight = 0.0
    for e in range(reach.start[i], reach.start[i + 1]):
        j = reach.place[e]
        if j != i:
            people = communities[j].population * reach.share[e]
            weight += people
            total += people * b[j, k]
    return total / weight if weight > 0.0 else 0.0


@rule
def next_camp(
    group: ArmedGroup,
    g: int,
    places: Places,
    minds: Minds,
    sites: Sites,
    reach: Reach,
    support: Support,
    p: Parameters,
    key: np.uint64,
    stream: int,
    day: int,
) -> int:
    """Draw the next camp of a group. Each place waits `-log(1 - u) / weight`, and the first one
    wins: with a draw of its own for each place, camps of two arms that have parted tend to meet
    again, where one draw for all places would keep them apart."""
    communities, danger, b = places.communities, minds.danger, support.b
    here = sites.theatre[group.site]
    chosen = group.site
    least = math.inf
    for e in range(reach.start[group.site], reach.start[group.site + 1]):
        i: int = reach.place[e]
        if sites.theatre[i] == here and reach.km[e] <= p.most_km:
            kept = b[i, group.party] + around(i, group.party, b, communities, reach)
            weight = pull(communities[i], kept, reach.km[e], danger[g, i], p)
            if weight > 0.0:
                wait = -math.log(1.0 - uniform(key, stream, day, group.uid, 1 + i)) / weight
                if wait < least:
                    least = wait
                    chosen = i
    return chosen


@loop
def move_camps(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    reach: Reach,
    support: Support,
    parameters: Any,
    key: np.uint64,
    stream: int,
    day: int,
) -> None:
    """Let the camps in the modelled theatres move for one week. stream: GROUP_MOVE, with day t, or
    PROLOGUE_MOVE, with the week of the prologue as `day`."""
    groups = actors.groups
    p = parameters.camps[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.site >= len(places.communities):
            continue
        if uniform(key, stream, day, group.uid, 0) < p.move:
            group.site = next_camp(
                group, g, places, minds, sites, reach, support, p, key, stream, day
            )
