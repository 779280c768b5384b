"""4.9 Entry: a third group comes where nobody governs and there is something to win.

Reads: communities (state, armed, holder, kg_recent, coca, poppy, vigour). Writes: groups,
communities (harm_armed, fear, vigour, population), minds.danger, status, tally. Chance: ENTRY,
LEADER_HUNTED. Weekly.

Where nobody holds a place (`rules/holding.py`) a group of `fighters` enters at the hazard
`nu (1 - s)(1 - a) stakes / (stakes + scale)` a week (evidence B4: a vacuum is filled), stakes the
loads that pass and the fields that stand; rondas keep it out by their vigour. It is an armed group
like the others: it taxes, extorts, fights, moves and is hunted. It brings wages for `chest_weeks`
and counts at first on the income that would pay its people; if it does not find it, it shrinks, and
under `disband_below` it goes home. It makes room by killing leaders where it camps, at
`leader_rate x (1 - s)` a week: less where the state has capacity (after Prem, Rivera, Romero and
Vargas, who find this of Colombia's leaders after 2014). Its rows are free ones of the groups'
table, which grows between stretches.

Left out: where it comes from and what it leaves there, its growth by merging with others, and a
state that knows of it at once. `nu` is assumed: nothing published says how often this happens in
Peru; at 0 no third group comes.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.model.chance import ENTRY, LEADER_HUNTED, U, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.holding import kept_out, stakes
from sim.model.rules.violence import frighten, kill_leader
from sim.model.state.agents import NOBODY, PERU, THIRD, ArmedGroup, Community
from sim.model.state.arrays import Actors, Diary, Minds, Places, Sites, Today
from sim.model.state.counts import OTHER_INCOME, OTHER_SPENDING, THIRD_GROUP_ENTRIES
from sim.model.state.event_log import ENTRY as LOG_ENTRY
from sim.model.state.event_log import FULL, GROUPS_FULL, NO_SOURCE, note
from sim.model.state.rows import free_row


class Parameters:
    # per week: hazard that a third group enters a place that nobody holds in any part and where all
    # is at stake
    hazard: float
    fighters: float  # people: fighters of a third group as it comes
    wage_share: float  # share: share of a third group's income that pays fighters
    chest_weeks: float  # weeks: wages that a third group brings along
    disband_below: float  # people: fighters under which a third group goes home
    # per week: leaders whom a third group kills a week where the state has no hold
    leader_rate: float


@rule
def entry_rate(town: Community, scale: float, shield: float, p: Parameters) -> float:
    """Hazard a week that a third group enters; 0 where somebody holds the place."""
    if town.holder != NOBODY:
        return 0.0
    at_stake = stakes(town) / max(stakes(town) + scale, 1e-9)
    return (
        p.hazard
        * (1.0 - town.state)
        * (1.0 - town.armed)
        * at_stake
        * (1.0 - kept_out(town, shield))
    )


@rule
def leaders_hunted(town: Community, p: Parameters) -> float:
    """Leaders that a third group kills in a week where it camps."""
    return p.leader_rate * (1.0 - town.state)


@rule
def arrive(
    group: ArmedGroup,
    town: Community,
    site: int,
    reference: float,
    t: int,
    wage_usd: float,
    supporters: float,
    p: Parameters,
) -> None:
    """A third group as it arrives. reference: the exposure that its opportunities are
    measured by."""
    group.alive = 1
    group.uid = child_uid(town.uid, t, ENTRY)
    group.kind = THIRD
    group.site = site
    group.country = PERU
    group.fighters = p.fighters
    group.supporters = supporters * p.fighters
    group.money = p.chest_weeks * p.fighters * wage_usd
    group.wage_share = p.wage_share
    group.revenue = p.fighters * wage_usd / max(p.wage_share, 1e-9)
    group.extorted = 0.0
    group.other_usd = 0.0
    group.spare_usd = 0.0
    group.carrying = p.fighters
    group.exposure = reference
    group.exposure_0 = reference
    group.days_abroad = 0.0
    group.restraint = 0


@rule
def reference_of(groups: Sequence[ArmedGroup], kind: int) -> float:
    """Mean exposure at day 0 of the groups of other kinds: what a newcomer's opportunities are
    measured by."""
    total = 0.0
    n = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1 and groups[g].kind != kind:
            total += groups[g].exposure_0
            n += 1.0
    return total / max(n, 1.0)


@rule
def supporters_of(groups: Sequence[ArmedGroup]) -> float:
    """Supporters per fighter among the groups there are."""
    fighters = 0.0
    supporters = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1:
            fighters += groups[g].fighters
            supporters += groups[g].supporters
    return supporters / fighters if fighters > 0.0 else 0.0


@loop
def entry(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """One week: who comes, whom they kill, who goes home."""
    key, t = today.key, today.t
    tally = diary.tally
    groups = actors.groups
    communities = places.communities
    danger = minds.danger
    site_theatre = sites.theatre
    p = parameters.entry[0]
    wage_usd, scale = parameters.insurgency[0].wage_usd, parameters.insurgency[0].stakes_scale
    fear = parameters.engagement[0].fear_per_act
    shield = parameters.control[0].ronda_shield
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.kind != THIRD:
            continue
        if group.fighters < p.disband_below:
            group.alive = 0
            tally[OTHER_SPENDING, site_theatre[group.site]] += group.money
            group.money = 0.0
            continue
        if group.site < len(communities):
            town = communities[group.site]
            if uniform(key, LEADER_HUNTED, t, group.uid, 0) < 1.0 - math.exp(
                -leaders_hunted(town, p)
            ):
                kill_leader(town, group.uid, t, diary)
                town.vigour = clip(town.vigour - fear, 0.0, 1.0)
                frighten(town, fear)
    reference = reference_of(groups, THIRD)
    supporters = supporters_of(groups)
    for i in range(len(communities)):
        town = communities[i]
        if uniform(key, ENTRY, t, town.uid, 0) >= 1.0 - math.exp(
            -entry_rate(town, scale, shield, p)
        ):
            continue
        row = free_row(groups)
        if row < 0:
            diary.status[FULL] = GROUPS_FULL
            return
        group = groups[row]
        arrive(group, town, i, reference, t, wage_usd, supporters, p)
        for s in range(danger.shape[1]):
            danger[row, s] = 0.0
        tally[OTHER_INCOME, town.theatre] += group.money
        tally[THIRD_GROUP_ENTRIES, town.theatre] += 1.0
        note(
            diary, t, LOG_ENTRY, town.theatre, town.cell, group.uid, U(0), group.fighters, NO_SOURCE
        )
