"""4.10 Support: whom armed parties rule, and whose people a place has: the state's, armed parties'
or nobody's.

Reads: groups, communities (protection, protection_usual, armed_coverage), reach. Writes: support.b,
communities (under_rule, state, armed, ruled; on day 0 state_0 and ruled_0). Weekly; no chance.

A party rules the share b of a community's people: it judges, taxes and recruits them. B is the sum
over parties, at most 1. In a week
`db = r c (1 - B)(1 - s)^2 (1 + eta max(s_26 - s, 0)) - (d0 + d s) b`, with `c = 1 - exp(-x / n0)`
and `x = 1000 sum_g F_g L_gi / (sum_j pop_j L_ij + 2,000)`: the party's fighters per 1,000 people
in political reach, with `L = exp(-km / 25)` over foot-equivalent km, 0 beyond three lengths. So
fighters are the cause: without them rule fades at d0 + d s. They count per 1,000 people, as the
state's own coverage does, so that towns are hard to rule. s_26 is the usual protection of late, and
eta lets a fresh vacuum fill faster than an old one. L is x .3 over a boundary river and 0 between
other countries: whatever a group does at a distance respects the country where it stands.

The shares: `f = A (1 - s)` is what fighters at hand hold (`presence`), without lag, and armed rule
is `a = max(f, B)`. The state has `s (1 - a)` and nobody `(1 - a)(1 - s)`; the three sum to 1. Two
clocks in one maximum: force that comes and goes in a week, and rule that takes years. A place is
*ruled* while a is above the state's share and above `ruled_above`.

The form and its numbers are assumptions. The defaults r, d, d0 and n0 were chosen with the closure
of bases in the VRAEM from 2000 to 2008 in view, and the form with eta with posts that rotate; cases
N1 and W4 of the scoreboard say how far the model holds in them.

Left out: loyalty that differs between neighbours; agreements between parties; ideology.
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.parties import fighters_in_reach
from sim.model.state.agents import PARTIES, Community
from sim.model.state.arrays import Actors, Floats, Places, Reach, Support


class Parameters:
    growth: float  # per week: r, rate at which present fighters win people in a full vacuum
    decay: float  # per week: d, rate at which full protection wins them back
    fading: float  # per week: d0, rate at which rule fades by itself
    half_reach: float  # per 1,000: n0, fighters in reach at which c is 63 %
    fresh: float  # ratio: eta, how much faster a fresh vacuum fills
    reach_km: float  # km: political reach, over which L falls by e
    over_river: float  # share: political reach that crosses a boundary river
    floor_people: float  # people: added to those in reach
    ruled_above: float  # share: armed share above which a place can be ruled
    prologue_weeks: float  # weeks: time before day 0 in which rule and camps find their rest


@rule
def strength(x: float, p: Parameters) -> float:
    """Return c [0, 1], from fighters per 1,000 people in political reach."""
    return 1.0 - math.exp(-x / max(p.half_reach, 1e-9)) if x > 0.0 else 0.0


@rule
def openness(s: float, usual: float, p: Parameters) -> float:
    """Return how open a place is to any party: r (1 - s)^2, more while the vacuum is fresh."""
    return p.growth * (1.0 - s) * (1.0 - s) * (1.0 + p.fresh * max(usual - s, 0.0))


@rule
def lost(s: float, p: Parameters) -> float:
    """Return the share of its rule that a party loses in a week."""
    return p.fading + p.decay * s


@rule
def rule_people(town: Community, i: int, b: Floats, x: Floats, p: Parameters) -> None:
    """Change the people whom each party rules in a community by one week."""
    free = max(1.0 - town.under_rule, 0.0)
    gain = openness(town.protection, town.protection_usual, p) * free
    fade = lost(town.protection, p)
    for k in range(PARTIES):
        b[i, k] = max(b[i, k] + gain * strength(x[i, k], p) - fade * b[i, k], 0.0)
    add_up(town, i, b)


@rule
def add_up(town: Community, i: int, b: Floats) -> None:
    """Set the people under armed rule of a community; where parties would rule more than all, they
    share them in proportion."""
    ruled = 0.0
    for k in range(PARTIES):
        ruled += b[i, k]
    if ruled > 1.0:
        for k in range(PARTIES):
            b[i, k] /= ruled
        ruled = 1.0
    town.under_rule = ruled


@rule
def share_out(town: Community, p: Parameters) -> None:
    """Set whose people a place has, and whether it is ruled."""
    at_hand = town.armed_coverage * (1.0 - town.protection)
    town.armed = max(at_hand, town.under_rule)
    town.state = town.protection * (1.0 - town.armed)
    town.ruled = 1 if town.armed > town.state and town.armed > p.ruled_above else 0


@loop
def win_people(
    actors: Actors,
    places: Places,
    support: Support,
    reach: Reach,
    per_party: Floats,
    parameters: Any,
) -> None:
    """Run one week of rule. per_party: f8[sites, PARTIES] work space, x of each party."""
    communities = places.communities
    b = support.b
    p = parameters.support[0]
    fighters_in_reach(actors, reach, per_party, p)
    for i in range(len(communities)):
        rule_people(communities[i], i, b, per_party, p)


@loop
def share_places(places: Places, parameters: Any) -> None:
    """Set the shares of every community."""
    communities = places.communities
    p = parameters.support[0]
    for i in range(len(communities)):
        share_out(communities[i], p)


@loop
def mark_shares(places: Places) -> None:
    """Keep the shares as those of day 0."""
    communities = places.communities
    for i in range(len(communities)):
        communities[i].state_0 = communities[i].state
        communities[i].ruled_0 = communities[i].ruled
