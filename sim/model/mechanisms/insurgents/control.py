"""4.10 Control: three shares per community: the state s, armed groups a, nobody 1 - s - a.

Reads: communities (felt, felt_armed, cooperation, vigour). Writes: communities (state, armed,
state_0, holder). Weekly; no chance.

With C~ and A~ the felt coverage of the state and of armed groups, k cooperation,
`S = C~ (.5 + k)` and `G = A~ (1.5 - k)`, the targets are `S / (S + G + e)` and
`G / (S + G + e)`, e = .15 [.05-.4]. A share rises by .04 [.02-.06] of the way a week and falls by
.10 [.05-.15] (evidence B4: a vacuum opens in months, trust is won slowly). A place without force
and without an enemy goes to nobody. Northern rondas keep armed outsiders out: the share
`ronda_shield` of them, by the ronda's vigour, does not count there. s + a <= 1 always: both
targets and both starting shares satisfy it, and each step caps a at 1 - s.

A place is held by one side until another's share is over .6 (`rules/holding.py`). The holder
decides whether a committee keeps its support and whether a third group finds the place open.

Left out: fronts (who holds the neighbouring places does not count) and deals between sides.
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.holding import holder_after, kept_out
from sim.model.state.arrays import Places, Today


class Parameters:
    emptiness: float  # weight: weight of nobody
    rise: float  # per week: rate at which control is won
    fall: float  # per week: rate at which control is lost
    # share: share of armed outsiders that a northern ronda in full vigour keeps out
    ronda_shield: float
    hold_above: float  # share: share above which a place changes hands


@rule
def target_state(felt: float, felt_armed: float, cooperation: float, p: Parameters) -> float:
    """Return the fixed point of the state's share."""
    strength = felt * (0.5 + cooperation)
    rival = felt_armed * (1.5 - cooperation)
    return strength / max(strength + rival + p.emptiness, 1e-9)


@rule
def target_armed(felt: float, felt_armed: float, cooperation: float, p: Parameters) -> float:
    """Return the fixed point of the armed groups' share."""
    strength = felt * (0.5 + cooperation)
    rival = felt_armed * (1.5 - cooperation)
    return rival / max(strength + rival + p.emptiness, 1e-9)


@rule
def towards(share: float, target: float, p: Parameters) -> float:
    """Return the share after one week. The rates are hazards, so a step never passes its target."""
    rate = p.rise if target > share else p.fall
    return share + (1.0 - math.exp(-rate)) * (target - share)


@loop
def control(places: Places, parameters: Any, today: Today) -> None:
    """Run one week. While held (burn-in) the shares stay at the fixed point of felt coverage."""
    held = today.held
    communities = places.communities
    p = parameters.control[0]
    for i in range(len(communities)):
        town = communities[i]
        outsiders = town.felt_armed * (1.0 - kept_out(town, p.ronda_shield))
        state = target_state(town.felt, outsiders, town.cooperation, p)
        armed = target_armed(town.felt, outsiders, town.cooperation, p)
        if held == 1:
            town.state = state
            town.armed = armed
            town.state_0 = state
        else:
            town.state = clip(towards(town.state, state, p), 0.0, 1.0)
            town.armed = clip(towards(town.armed, armed, p), 0.0, 1.0 - town.state)
        town.holder = holder_after(town.holder, town.state, town.armed, p.hold_above)
