"""4.9 Insurgency: what armed groups earn, whom it pays, and where they camp.

Reads: communities (kg_recent, coca, armed, state), minds.danger. Writes: groups, communities (toll_usd), tally. Chance: GROUP_MOVE.
Weekly.

`R [USD/wk] = tolls (5 USD/kg escort fee, F0345, on the share of the flow that the group holds) + 20/52 x ha x a + other income`; `K = phi
R / wage`, wage 63 USD a week; `dF = .03 max(K - F, 0)(1 - s)(1 + g anger) - .05 max(F - K, 0)` a week (evidence B4). phi, and what a
group earns outside drugs, are set at day 0 from its own balance, so that the `hold` baseline starts in equilibrium. A tax in per cent of
value would let the loop explode (thousands of fighters)."""

import math

from sim.chance import GROUP_MOVE, uniform
from sim.kernel import loop, rule
from sim.world.tables import clip
from sim.world.tally import COLLECTED, OTHER_INCOME, OTHER_SPENDING, TAXED, WAGES


class Parameters:
    tax_ha_year: float
    other_income_share: float
    wage_usd: float
    recruitment: float
    attrition: float
    anger: float
    move_rate: float
    move_danger: float
    move_stakes: float
    stakes_scale: float
    revenue_memory: float


@rule
def strength_after(fighters, carrying, state, harm_per_1000, p):
    """Fighters a week later: growth towards what revenue can pay, less where the state governs, more where it did harm."""
    grows = p.recruitment * max(carrying - fighters, 0.0) * (1.0 - state) * (1.0 + p.anger * min(harm_per_1000, 1.0))
    return fighters + grows - p.attrition * max(fighters - carrying, 0.0)


@rule
def attraction(town, danger, p):
    """What draws a column to a place: loads and fields to tax, against the danger that it believes in."""
    return p.move_stakes * math.log(1.0 + (town.kg_recent + town.coca + town.poppy) / max(p.stakes_scale, 1e-9)) - p.move_danger * danger


@rule
def next_camp(group, g, u, communities, danger, near_start, near_site, near_k, site_theatre, p):
    """A camp in reach, by logit of its attraction and nearness; only inside its own theatre (crossing the line is the partner's page)."""
    here = site_theatre[group.site]
    total = 0.0
    for e in range(near_start[group.site], near_start[group.site + 1]):
        i = near_site[e]
        if i < len(communities) and site_theatre[i] == here:
            total += near_k[e] * math.exp(attraction(communities[i], danger[g, i], p))
    mark = u * total
    for e in range(near_start[group.site], near_start[group.site + 1]):
        i = near_site[e]
        if i < len(communities) and site_theatre[i] == here:
            mark -= near_k[e] * math.exp(attraction(communities[i], danger[g, i], p))
            if mark < 0.0:
                return i
    return group.site


@loop
def insurgency(actors, places, minds, sites, near, bench, parameters, held, key, t, tally):
    """One week. claims: f8[sites] work space: people of all groups that could collect at a community."""
    groups = actors.groups
    communities = places.communities
    danger = minds.danger
    site_theatre = sites.theatre
    near_start, near_site, near_k = near.start, near.site, near.k
    claims = bench.load
    p = parameters.insurgency[0]
    n = len(communities)
    for s in range(len(claims)):
        claims[s] = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1:
            for e in range(near_start[groups[g].site], near_start[groups[g].site + 1]):
                claims[near_site[e]] += groups[g].fighters * near_k[e]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0:
            continue
        earned = 0.0
        for e in range(near_start[group.site], near_start[group.site + 1]):
            i = near_site[e]
            if i < n and claims[i] > 0.0:
                part = group.fighters * near_k[e] / claims[i]
                toll = part * communities[i].toll_usd
                earned += toll
                tally[COLLECTED, communities[i].theatre] += toll
                tax = part * p.tax_ha_year / 52.0 * (communities[i].coca + communities[i].poppy) * communities[i].armed
                earned += tax
                tally[TAXED, communities[i].theatre] += tax
        group.revenue += p.revenue_memory * (earned - group.revenue)
        if held == 1 and group.fighters > 0.0:
            wages = group.fighters * p.wage_usd
            group.other_usd = max(p.other_income_share / max(1.0 - p.other_income_share, 1e-9) * group.revenue, wages - group.revenue)
            group.wage_share = clip(wages / max(group.revenue + group.other_usd, 1.0), 0.0, 1.0)
        income = group.revenue + group.other_usd
        group.carrying = group.wage_share * income / max(p.wage_usd, 1.0)
        place = site_theatre[group.site]
        comes_in = earned + group.other_usd
        pay = min(group.money + group.wage_share * comes_in, group.fighters * p.wage_usd)
        group.money += group.wage_share * comes_in - pay
        tally[OTHER_INCOME, place] += group.other_usd
        tally[WAGES, place] += pay
        tally[OTHER_SPENDING, place] += (1.0 - group.wage_share) * comes_in
        state = communities[group.site].state if group.site < n else 0.0
        harm = 1000.0 * communities[group.site].harm_state / max(communities[group.site].population, 1.0) if group.site < n else 0.0
        if held == 0:
            group.fighters = max(strength_after(group.fighters, group.carrying, state, harm, p), 0.0)
        if group.site < n and uniform(key, GROUP_MOVE, t, group.uid, 0) < 1.0 - math.exp(-p.move_rate):
            group.site = next_camp(
                group, g, uniform(key, GROUP_MOVE, t, group.uid, 1), communities, danger, near_start, near_site, near_k, site_theatre, p
            )
    for i in range(n):
        if claims[i] > 0.0:
            communities[i].toll_usd = 0.0
