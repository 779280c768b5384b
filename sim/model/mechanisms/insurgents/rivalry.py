"""4.8 Rivalry: clashes of armed groups of different kinds.

Reads: groups. Writes: groups.fighters, communities (harm_armed, fear, population), tally. Chance:
RIVALS (and RIVAL_KILLED, RIVAL_CIVILIANS in `rules/violence.py`). Daily.

Two groups of different kinds in reach of each other clash at `.02 a week x F1 F2 / (F1 + F2) / 50`:
two of a hundred fighters at .02 a week. The smaller one's camp is the field. Square law until one
side has lost its share and breaks, so that a small group bleeds first. Beside this, a group may
choose a rival's camp as its target (`engagement.py`); both count as `rival_clashes`, none as an
attack.

Left out: truces, mergers and changes of side, and war between groups of one kind (columns of one
party, cells of one front).
"""

import math
from typing import Any

from sim.model.chance import RIVALS, mix, uniform
from sim.model.compile import loop, rule
from sim.model.rules.reach import nearness
from sim.model.rules.violence import rival_fight
from sim.model.state.agents import PERU
from sim.model.state.arrays import Actors, Diary, Near, Places, Sites, Today


class Parameters:
    rate: float  # per week: clashes a week of two groups of a hundred fighters each
    people: float  # people: strength by which that rate is measured: half that of either
    break_share: float  # share: own loss at which a group leaves a rival the field
    civilians: float  # people: civilians hit in a clash of rivals


@rule
def clash_rate(first: float, second: float, p: Parameters) -> float:
    """Clashes a week of two groups of these strengths."""
    return p.rate * first * second / max(first + second, 1e-9) / max(p.people, 1e-9)


@loop
def rivalry(
    actors: Actors,
    places: Places,
    sites: Sites,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """One day."""
    key, t = today.key, today.t
    groups = actors.groups
    communities = places.communities
    site_country = sites.country
    p, q = parameters.engagement[0], parameters.rivalry[0]
    for g in range(len(groups)):
        first = groups[g]
        if first.alive == 0 or first.fighters < 1.0 or site_country[first.site] != PERU:
            continue
        for h in range(g + 1, len(groups)):
            second = groups[h]
            if (
                second.alive == 0
                or second.fighters < 1.0
                or second.kind == first.kind
                or site_country[second.site] != PERU
            ):
                continue
            if nearness(first.site, second.site, near) <= 0.0:
                continue
            rate = clash_rate(first.fighters, second.fighters, q)
            if uniform(key, RIVALS, t, mix(first.uid ^ second.uid), 0) < 1.0 - math.exp(
                -rate / 7.0
            ):
                if first.fighters > second.fighters or (
                    first.fighters == second.fighters and first.uid > second.uid
                ):
                    rival_fight(first, second, second.site, communities, sites, p, q, today, diary)
                else:
                    rival_fight(second, first, first.site, communities, sites, p, q, today, diary)
