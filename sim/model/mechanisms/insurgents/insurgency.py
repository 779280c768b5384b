"""4.9 Insurgency: what armed groups earn, how many fighters it pays, and where they camp.

Reads: communities (kg_recent, coca, armed, state), minds.danger. Writes: groups, communities
(toll_usd, levied), tally. Chance: GROUP_MOVE. Weekly.

Revenue is `R [USD/wk] = tolls + 20/52 x ha x a + extortion + other income`. Tolls are an escort fee
of 5 USD/kg (F0345) on the share of the flow that the group holds. Extortion is a share of the licit
income of people who live where groups hold land, `levy x income x people x a`, and it lowers
cooperation (`communities.py`). Revenue can pay `K = phi R / wage` fighters, at a wage of 63 USD a
week, and the strength follows `dF = .03 max(K - F, 0)(1 - s)(1 + g anger) - .05 max(F - K, 0)` a
week (evidence B4). phi, and what a group earns elsewhere, are set at day 0 from its own balance, so
that the `hold` baseline starts in equilibrium; extortion is a part of the income that is not from
drugs. The tax is per kilogram and hectare: one in per cent of value would let the loop explode
(thousands of fighters). A group saves for wages up to `reserve_weeks`. It spends the excess and the
money not meant for wages (`sponsorship.py`).

A camp moves by a logit of what there is to tax, less believed danger and less the land that rondas
keep closed.

Left out: loans between groups, the price of weapons, forced recruitment, and supporters who come
and go with the fighters.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.model.chance import GROUP_MOVE, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.holding import kept_out, stakes
from sim.model.rules.violence import state_harm
from sim.model.state.agents import ArmedGroup, Community
from sim.model.state.arrays import (
    Actors,
    Bench,
    Diary,
    Floats,
    Ints,
    Minds,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import COLLECTED, EXTORTION, OTHER_INCOME, TAXED, WAGES


class Parameters:
    tax_ha_year: float  # USD/ha-year: tax on a hectare a year where a group holds control
    # share: share of licit income that a community pays to armed groups where they hold all
    levy_share: float
    licit_usd_year: float  # USD/person-year: licit income and trade of one inhabitant
    # share: least share of a group's income at day 0 that comes from outside drugs, extortion
    # included
    other_income_share: float
    wage_usd: float  # USD/fighter-week: what a fighter costs
    recruitment: float  # per week: share of the gap to what revenue pays for that recruits fill
    attrition: float  # per week: share of the excess over it that leaves
    anger: float  # ratio: added recruitment at one person harmed per 1,000
    move_rate: float  # per week: hazard that a group moves its camp
    move_danger: float  # per person: how believed danger repels a camp
    move_stakes: float  # weight: how loads and fields draw a camp
    stakes_scale: float  # kg/week and ha: loads a week or fields that begin to draw a camp
    revenue_memory: float  # per week: weight of the last week in what a group counts on
    reserve_weeks: float  # weeks: wages that a group saves up; the rest is spent


@rule
def strength_after(
    fighters: float, carrying: float, state: float, harm: float, p: Parameters
) -> float:
    """Return the fighters a week later. The group grows towards the number that revenue can pay,
    more slowly where the state governs and faster where the state did harm."""
    grows = p.recruitment * max(carrying - fighters, 0.0) * (1.0 - state) * (1.0 + p.anger * harm)
    return fighters + grows - p.attrition * max(fighters - carrying, 0.0)


@rule
def levy_of(town: Community, p: Parameters) -> float:
    """Return the share of its licit income that a community pays to armed groups, in proportion to
    their hold on it [0, 1]."""
    return p.levy_share * town.armed


@rule
def income_elsewhere(drugs: float, extorted: float, wages: float, p: Parameters) -> float:
    """Return what a group must earn outside drugs and extortion to be in balance at day 0; at least
    its share of what is not drugs."""
    least = p.other_income_share / max(1.0 - p.other_income_share, 1e-9) * drugs
    return max(least - extorted, wages - drugs - extorted, 0.0)


@rule
def attraction(town: Community, danger: float, p: Parameters, shield: float) -> float:
    """Return the weight of a place as a camp: the loads and fields to tax, less the danger that the
    group believes in and the effect of a ronda."""
    draw = (
        p.move_stakes * math.log(1.0 + stakes(town) / max(p.stakes_scale, 1e-9))
        - p.move_danger * danger
    )
    return math.exp(draw) * (1.0 - kept_out(town, shield))


@rule
def next_camp(
    group: ArmedGroup,
    g: int,
    u: float,
    communities: Sequence[Community],
    danger: Floats,
    near: Near,
    site_theatre: Ints,
    p: Parameters,
    shield: float,
) -> int:
    """Draw a camp in reach, by logit of its attraction and nearness, within the group's own theatre
    (crossing the border is in partner)."""
    here = site_theatre[group.site]
    total = 0.0
    for walk in range(2):
        mark = u * total
        for e in range(near.start[group.site], near.start[group.site + 1]):
            i: int = near.site[e]
            if i < len(communities) and site_theatre[i] == here:
                weight = near.kernel[e] * attraction(communities[i], danger[g, i], p, shield)
                if walk == 0:
                    total += weight
                else:
                    mark -= weight
                    if mark < 0.0:
                        return i
    return group.site


@loop
def insurgency(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    near: Near,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of income, wages, recruits and moves. claims: f8[sites] work space, the people
    of all groups that could collect at a community."""
    held, key, t = today.held, today.key, today.t
    tally = diary.tally
    groups = actors.groups
    communities = places.communities
    danger = minds.danger
    site_theatre = sites.theatre
    claims = bench.per_site
    p = parameters.insurgency[0]
    shield = parameters.control[0].ronda_shield
    n = len(communities)
    for s in range(len(claims)):
        claims[s] = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1:
            for e in range(near.start[groups[g].site], near.start[groups[g].site + 1]):
                claims[near.site[e]] += groups[g].fighters * near.kernel[e]
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
                part = group.fighters * near.kernel[e] / claims[i]
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
