"""4.9 Founding: a third party appears where no party reaches and there is something to win.

Reads: groups, communities (protection, kg_recent, coca, poppy), reach. Writes: groups, parties,
support.b, communities (under_rule, unreached_weeks), minds.danger, status, tally. Chance: FOUNDING.
Weekly.

Where all parties together have had fewer than `.1 n0` fighters per 1,000 people in political reach
(`support`) for 26 weeks, a cell of 8 of a new party comes with the hazard
`.0001 (1 - s) stakes / (stakes + 100)` a week, stakes the kg that pass in a week plus the hectares,
while one of the three free parties is left. At most one comes in a week: the first of those that
would. It is an armed group like the others: it rules, collects, fights, moves and is hunted. It
brings the wages of `chest_weeks` and spends the share `wage_share` of its income on fighters. Under
`disband_below` fighters a cell goes home. This is the only way in for others than the parties of
day 0.

Left out: where it comes from and what it leaves there; a state that knows of it at once. The hazard
is assumed: nothing published says how often this happens in Peru; at 0 no third party comes.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.model.chance import FOUNDING, U, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.parties import fighters_in_reach
from sim.model.rules.stakes import stakes
from sim.model.state.agents import (
    FIRST_FREE_PARTY,
    PARTIES,
    PERU,
    THIRD,
    ArmedGroup,
    Community,
    Party,
)
from sim.model.state.arrays import (
    Actors,
    Diary,
    Floats,
    Minds,
    Places,
    Reach,
    Support,
    Today,
)
from sim.model.state.counts import THIRD_GROUP_ENTRIES
from sim.model.state.event_log import ENTRY as LOG_ENTRY
from sim.model.state.event_log import FULL, GROUPS_FULL, NO_SOURCE, note
from sim.model.state.rows import free_row


class Parameters:
    # per week: hazard that a party is founded where no party reaches, without protection, where all
    # is at stake
    hazard: float
    fighters: float  # people: fighters of the cell that comes
    unreached: float  # ratio: fighters in political reach, against n0, under which no party reaches
    weeks: float  # weeks: time without any party after which one can be founded
    stakes_scale: float  # kg/week and ha: trade that draws half of what any trade draws
    wage_share: float  # share: share of a founded party's income that pays fighters
    chest_weeks: float  # weeks: wages that it brings along
    disband_below: float  # people: fighters under which its cell goes home


@rule
def founding_rate(town: Community, p: Parameters) -> float:
    """Return the hazard a week that a party is founded; 0 where one has reached the place of
    late."""
    if town.unreached_weeks < p.weeks:
        return 0.0
    drawn = stakes(town) / max(stakes(town) + p.stakes_scale, 1e-9)
    return p.hazard * (1.0 - town.protection) * drawn


@rule
def free_party(parties: Sequence[Party]) -> int:
    """Return the first free party without groups, -1 when there is none."""
    for k in range(FIRST_FREE_PARTY, PARTIES):
        if parties[k].alive == 0:
            return k
    return -1


@rule
def reference_of(groups: Sequence[ArmedGroup]) -> float:
    """Return the mean exposure at day 0 of the other groups, which a founder's opportunities are
    measured by."""
    total = 0.0
    n = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1 and groups[g].kind != THIRD:
            total += groups[g].exposure_0
            n += 1.0
    return total / max(n, 1.0)


@rule
def found(
    party: Party,
    group: ArmedGroup,
    k: int,
    town: Community,
    site: int,
    t: int,
    wage_usd: float,
    p: Parameters,
) -> None:
    """Fill the rows of a party and of its first cell."""
    party.alive = 1
    party.kind = THIRD
    party.toll_usd = 0.0
    party.revenue = 0.0
    party.other_usd = p.fighters * wage_usd / max(p.wage_share, 1e-9)
    party.chest_until = t + int(7.0 * p.chest_weeks) + 1  # the first wages are paid in a week
    party.wage_share = p.wage_share
    party.carrying = p.fighters
    party.protection_0 = town.protection
    group.alive = 1
    group.uid = child_uid(town.uid, t, FOUNDING)
    group.kind = THIRD
    group.party = k
    group.site = site
    group.country = PERU
    group.fighters = p.fighters
    group.spare_usd = 0.0
    group.days_abroad = 0.0
    group.restraint = 0


@loop
def count_unreached(places: Places, per_party: Floats, parameters: Any) -> None:
    """Count the weeks in which no party has reached each community. per_party: f8[sites, PARTIES],
    x as `fighters_in_reach` sets it."""
    communities = places.communities
    p, support = parameters.founding[0], parameters.support[0]
    for i in range(len(communities)):
        in_reach = 0.0
        for k in range(PARTIES):
            in_reach += per_party[i, k]
        if in_reach < p.unreached * support.half_reach:
            communities[i].unreached_weeks += 1.0
        else:
            communities[i].unreached_weeks = 0.0


@rule
def go_home(groups: Sequence[ArmedGroup], parties: Sequence[Party], p: Parameters) -> None:
    """End third groups that are too weak, and parties that have no group left."""
    for g in range(len(groups)):
        if (
            groups[g].alive == 1
            and groups[g].kind == THIRD
            and groups[g].fighters < p.disband_below
        ):
            groups[g].alive = 0
    for k in range(FIRST_FREE_PARTY, PARTIES):
        left = 0
        for g in range(len(groups)):
            if groups[g].alive == 1 and groups[g].party == k:
                left += 1
        if left == 0:
            parties[k].alive = 0


@loop
def founding(
    actors: Actors,
    places: Places,
    minds: Minds,
    reach: Reach,
    support: Support,
    per_party: Floats,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week: who goes home and who comes. per_party: f8[sites, PARTIES] work space."""
    key, t, tally = today.key, today.t, diary.tally
    groups, parties, b = actors.groups, support.parties, support.b
    communities, danger = places.communities, minds.danger
    p = parameters.founding[0]
    go_home(groups, parties, p)
    fighters_in_reach(actors, reach, per_party, parameters.support[0])
    count_unreached(places, per_party, parameters)
    at = -1
    least = 1.0  # week
    for i in range(len(communities)):
        rate = founding_rate(communities[i], p)
        if rate > 0.0:
            wait = -math.log(1.0 - uniform(key, FOUNDING, t, communities[i].uid, 0)) / rate
            if wait < least:
                least = wait
                at = i
    k = free_party(parties)
    if at < 0 or k < 0:
        return
    row = free_row(groups)
    if row < 0:
        diary.status[FULL] = GROUPS_FULL
        return
    # What the last party of this row ruled has faded by itself; its rest is nobody's.
    for j in range(len(communities)):
        communities[j].under_rule = max(communities[j].under_rule - b[j, k], 0.0)
        b[j, k] = 0.0
    town, group = communities[at], groups[row]
    found(parties[k], group, k, town, at, t, parameters.insurgency[0].wage_usd, p)
    reference = reference_of(groups)
    group.exposure = reference
    group.exposure_0 = reference
    for s in range(danger.shape[1]):
        danger[row, s] = 0.0
    tally[THIRD_GROUP_ENTRIES, town.theatre] += 1.0
    note(diary, t, LOG_ENTRY, town.theatre, town.cell, group.uid, U(0), group.fighters, NO_SOURCE)
