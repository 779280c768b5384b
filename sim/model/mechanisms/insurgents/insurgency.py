"""4.9 Insurgency: what armed groups earn, whom it pays, and where they camp.

Reads: communities (kg_recent, coca, armed, state), minds.danger. Writes: groups, communities (toll_usd, levied), tally. Chance:
GROUP_MOVE. Weekly.

`R [USD/wk] = tolls (5 USD/kg escort fee, F0345, on the share of the flow that the group holds) + 20/52 x ha x a + extortion + other
income`; extortion is a share of the licit income of those who live where groups hold, `levy x income x people x a`, and lowers
cooperation (`communities.py`). `K = phi R / wage`, wage 63 USD a week; `dF = .03 max(K - F, 0)(1 - s)(1 + g anger) - .05 max(F - K, 0)`
a week (evidence B4). phi, and what a group earns elsewhere, are set at day 0 from its own balance, so that the `hold` baseline starts in
equilibrium; of what is not drugs, extortion is a part. A tax in per cent of value would let the loop explode (thousands of fighters). A
group saves for wages up to `reserve_weeks`; what is over, and what is not meant for wages, is spent (`sponsorship.py`).

A camp moves by a logit of what there is to tax, less believed danger and less the land that rondas keep closed.

Left out: loans between groups, the price of weapons, forced recruitment, and supporters who come and go with the fighters."""

import math

from sim.model.chance import GROUP_MOVE, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.holding import kept_out, stakes
from sim.model.rules.violence import state_harm
from sim.model.state.counts import COLLECTED, EXTORTION, OTHER_INCOME, TAXED, WAGES


class Parameters:
    tax_ha_year: float
    levy_share: float
    licit_usd_year: float
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
    reserve_weeks: float


@rule
def strength_after(fighters, carrying, state, harm, p):
    """Fighters a week later: growth towards what revenue can pay, less where the state governs, more where it did harm."""
    grows = p.recruitment * max(carrying - fighters, 0.0) * (1.0 - state) * (1.0 + p.anger * harm)
    return fighters + grows - p.attrition * max(fighters - carrying, 0.0)


@rule
def levy_of(town, p):
    """Share of its licit income that a community pays to armed groups, in the measure in which they hold it [0, 1]."""
    return p.levy_share * town.armed


@rule
def income_elsewhere(drugs, extorted, wages, p):
    """What a group must earn outside drugs and extortion to be in balance at day 0; at least its share of what is not drugs."""
    least = p.other_income_share / max(1.0 - p.other_income_share, 1e-9) * drugs
    return max(least - extorted, wages - drugs - extorted, 0.0)


@rule
def attraction(town, danger, p, shield):
    """Weight of a place as a camp: loads and fields to tax, against the danger that it believes in, and a ronda."""
    draw = (
        p.move_stakes * math.log(1.0 + stakes(town) / max(p.stakes_scale, 1e-9))
        - p.move_danger * danger
    )
    return math.exp(draw) * (1.0 - kept_out(town, shield))


@rule
def next_camp(group, g, u, communities, danger, near, site_theatre, p, shield):
    """A camp in reach, by logit of its attraction and nearness; only inside its own theatre (crossing the line is the partner's page)."""
    here = site_theatre[group.site]
    total = 0.0
    for walk in range(2):
        mark = u * total
        for e in range(near.start[group.site], near.start[group.site + 1]):
            i = near.site[e]
            if i < len(communities) and site_theatre[i] == here:
                weight = near.k[e] * attraction(communities[i], danger[g, i], p, shield)
                if walk == 0:
                    total += weight
                else:
                    mark -= weight
                    if mark < 0.0:
                        return i
    return group.site


@loop
def insurgency(actors, places, minds, sites, near, bench, parameters, today, diary):
    """One week. claims: f8[sites] work space: people of all groups that could collect at a community."""
    held, key, t = today.held, today.key, today.t
    tally = diary.tally
    groups = actors.groups
    communities = places.communities
    danger = minds.danger
    site_theatre = sites.theatre
    claims = bench.load
    p = parameters.insurgency[0]
    shield = parameters.control[0].ronda_shield
    n = len(communities)
    for s in range(len(claims)):
        claims[s] = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1:
            for e in range(near.start[groups[g].site], near.start[groups[g].site + 1]):
                claims[near.site[e]] += groups[g].fighters * near.k[e]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0:
            continue
        earned = 0.0
        levied = 0.0
        for e in range(near.start[group.site], near.start[group.site + 1]):
            i = near.site[e]
            if i < n and claims[i] > 0.0:
                town = communities[i]
                part = group.fighters * near.k[e] / claims[i]
                toll = part * town.toll_usd
                tally[COLLECTED, town.theatre] += toll
                tax = part * p.tax_ha_year / 52.0 * (town.coca + town.poppy) * town.armed
                tally[TAXED, town.theatre] += tax
                levy = part * levy_of(town, p) * p.licit_usd_year / 52.0 * town.population
                tally[EXTORTION, town.theatre] += levy
                earned += toll + tax + levy
                levied += levy
        group.revenue += p.revenue_memory * (earned - group.revenue)
        group.extorted += p.revenue_memory * (levied - group.extorted)
        wages = group.fighters * p.wage_usd
        if held == 1 and group.fighters > 0.0:
            group.other_usd = income_elsewhere(
                group.revenue - group.extorted, group.extorted, wages, p
            )
            group.wage_share = clip(wages / max(group.revenue + group.other_usd, 1.0), 0.0, 1.0)
        group.carrying = group.wage_share * (group.revenue + group.other_usd) / max(p.wage_usd, 1.0)
        place = site_theatre[group.site]
        comes_in = earned + group.other_usd
        held_usd = group.money
        pay = min(held_usd + group.wage_share * comes_in, wages)
        group.money = min(held_usd + group.wage_share * comes_in - pay, p.reserve_weeks * wages)
        group.spare_usd = held_usd + comes_in - pay - group.money
        tally[OTHER_INCOME, place] += group.other_usd
        tally[WAGES, place] += pay
        state = communities[group.site].state if group.site < n else 0.0
        harm = state_harm(communities[group.site]) if group.site < n else 0.0
        if held == 0:
            group.fighters = max(
                strength_after(group.fighters, group.carrying, state, harm, p), 0.0
            )
        if group.site < n and uniform(key, GROUP_MOVE, t, group.uid, 0) < 1.0 - math.exp(
            -p.move_rate
        ):
            group.site = next_camp(
                group,
                g,
                uniform(key, GROUP_MOVE, t, group.uid, 1),
                communities,
                danger,
                near,
                site_theatre,
                p,
                shield,
            )
    for i in range(n):
        communities[i].levied = levy_of(communities[i], p) if claims[i] > 0.0 else 0.0
        if claims[i] > 0.0:
            communities[i].toll_usd = 0.0
