"""4.9 Insurgency: what armed parties collect, how many fighters that pays, and who leaves.

Reads: groups, parties (toll_usd), support.b, communities (coca, poppy, population, protection,
harm). Writes: parties, groups (fighters, spare_usd), support.in_fields, tally. Weekly; no chance.

A party collects where it rules: a toll of 5 USD/kg (F0345) once per load, at its largest b on the
way (`trafficking`), a tax of 20 USD a hectare and year x b, and a levy of .2 % of licit income x b.
Its income R and what it earns elsewhere can pay `K = phi (R + other) / 63` fighters at 63 USD a
week. Its strength follows
`dF = min(.03 max(K - F, 0) (1 - s_b) / (1 - s_b0) (1 + g anger), .0003 sum b people)
- .05 max(F - K, 0) - .001 F` a week (evidence B4). s_b is the protection of those whom it rules,
the mean of s with weights b x people, and anger the harm by the state that they remember. Recruits
come from the people under its rule, so a party that rules nobody cannot grow. The last term is
desertion and single captures; what fights and raids take is counted where they happen. The camps of
a party share the change in proportion to their fighters.

phi, `other` and s_b0 follow from the balance before day 0 (`prologue.py`): income then pays for the
fighters of day 0 and for the usual losses, .0012 F a week, of which .001 is desertion. Tolls and
taxes are per kilogram and hectare: one in per cent of value would let the loop explode. What is not
paid in wages is spent (`sponsorship`).

Left out: savings, loans between parties, the price of weapons, forced recruitment.
"""

from collections.abc import Sequence
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.violence import state_harm
from sim.model.state.agents import PARTIES, Community
from sim.model.state.arrays import Actors, Diary, Floats, Places, Sites, Support, Today
from sim.model.state.counts import (
    DESERTED,
    EXTORTION,
    OTHER_INCOME,
    TAXED,
    WAGES,
)


class Parameters:
    tax_ha_year: float  # USD/ha-year: tax on a hectare a year from people under a party's rule
    levy_share: float  # share: share of licit income that people under a party's rule pay
    licit_usd_year: float  # USD/person-year: licit income and trade of one inhabitant
    wage_usd: float  # USD/fighter-week: what a fighter costs
    recruitment: float  # per week: share of the gap to what income pays for that recruits fill
    recruits: float  # per person-week: most recruits a week per person under a party's rule
    attrition: float  # per week: share of the excess over it that leaves
    desertion: float  # per week: share of fighters who desert or are captured singly
    usual_losses: float  # per week: share of fighters lost in all, for the balance of day 0
    anger: float  # ratio: added recruitment at one person harmed per 1,000
    revenue_memory: float  # per week: weight of the last week in what a party counts on


@rule
def tax_of(town: Community, b: float, p: Parameters) -> float:
    """Return the tax on the fields of a community in a week [USD]."""
    return p.tax_ha_year / 52.0 * (town.coca + town.poppy) * b


@rule
def levy_of(town: Community, b: float, p: Parameters) -> float:
    """Return the levy on the licit income of a community in a week [USD]."""
    return p.levy_share * p.licit_usd_year / 52.0 * town.population * b


@rule
def recruits_of(
    force: float, carrying: float, open_: float, anger: float, ruled: float, p: Parameters
) -> float:
    """Return the recruits of a week. open_: how unprotected the people whom the party rules are,
    relative to day 0; ruled: people under its rule."""
    wanted = p.recruitment * max(carrying - force, 0.0) * open_ * (1.0 + p.anger * anger)
    return min(wanted, p.recruits * ruled)


@rule
def share_paid(income: float, need: float) -> float:
    """Return phi: the share of an income that pays fighters, so that it covers their need."""
    return min(1.0, need / income) if income > 0.0 else 1.0


@rule
def strength_of(actors: Actors, k: int) -> float:
    """Return the fighters of a party."""
    groups = actors.groups
    force = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1 and groups[g].party == k:
            force += groups[g].fighters
    return force


@rule
def people_under(communities: Sequence[Community], b: Floats, k: int) -> float:
    """Return the people under a party's rule."""
    people = 0.0
    for i in range(len(communities)):
        people += b[i, k] * communities[i].population
    return people


@rule
def mean_protection(communities: Sequence[Community], b: Floats, k: int, usual: float) -> float:
    """Return s_b: the protection of the people under a party's rule, or `usual` where there are
    none."""
    people = 0.0
    total = 0.0
    for i in range(len(communities)):
        ruled = b[i, k] * communities[i].population
        people += ruled
        total += ruled * communities[i].protection
    return total / people if people > 0.0 else usual


@rule
def mean_anger(communities: Sequence[Community], b: Floats, k: int) -> float:
    """Return the remembered harm by the state among the people under a party's rule."""
    people = 0.0
    total = 0.0
    for i in range(len(communities)):
        ruled = b[i, k] * communities[i].population
        people += ruled
        total += ruled * state_harm(communities[i])
    return total / people if people > 0.0 else 0.0


@loop
def rule_in_fields(places: Places, support: Support) -> None:
    """Set the mean b where the crops of each cluster grow, at which a load's way begins."""
    communities = places.communities
    b, in_fields = support.b, support.in_fields
    for c in range(len(in_fields)):
        grown = 0.0
        for k in range(PARTIES):
            in_fields[c, k] = 0.0
        for i in range(len(communities)):
            town = communities[i]
            if town.cluster == c:
                ha = town.coca + town.poppy
                grown += ha
                for k in range(PARTIES):
                    in_fields[c, k] += ha * b[i, k]
        if grown > 0.0:
            for k in range(PARTIES):
                in_fields[c, k] /= grown


@loop
def live_on(
    k: int,
    income: float,
    actors: Actors,
    places: Places,
    sites: Sites,
    support: Support,
    p: Parameters,
    today: Today,
    diary: Diary,
) -> None:
    """Pay the fighters of a party for a week out of its income [USD], and let them come and go. On
    day 0 and before, nobody does."""
    tally = diary.tally
    groups = actors.groups
    communities, b = places.communities, support.b
    party = support.parties[k]
    force = strength_of(actors, k)
    other = party.other_usd if today.t < party.chest_until else 0.0
    comes_in = income + other
    pay = min(party.wage_share * comes_in, force * p.wage_usd)
    ratio = 1.0
    if today.opening == 0:
        party.revenue += p.revenue_memory * (income - party.revenue)
        party.carrying = party.wage_share * (party.revenue + other) / max(p.wage_usd, 1e-9)
        s_b = mean_protection(communities, b, k, party.protection_0)
        open_ = (1.0 - s_b) / max(1.0 - party.protection_0, 1e-9)
        grows = recruits_of(
            force,
            party.carrying,
            open_,
            mean_anger(communities, b, k),
            people_under(communities, b, k),
            p,
        )
        leaves = p.attrition * max(force - party.carrying, 0.0) + p.desertion * force
        ratio = max(force + grows - leaves, 0.0) / force if force > 0.0 else 1.0
    groups_left = 0.0
    for g in range(len(groups)):
        if groups[g].alive == 1 and groups[g].party == k:
            groups_left += 1.0
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1 and group.party == k:
            part = group.fighters / force if force > 0.0 else 1.0 / groups_left
            place = sites.theatre[group.site]
            tally[OTHER_INCOME, place] += part * other
            tally[WAGES, place] += part * pay
            group.spare_usd += part * (comes_in - pay)
            if today.opening == 0:
                tally[DESERTED, place] += p.desertion * group.fighters
                group.fighters *= ratio


@loop
def insurgency(
    actors: Actors,
    places: Places,
    sites: Sites,
    support: Support,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of income, wages and recruits of every party that has groups."""
    tally = diary.tally
    communities, parties, b = places.communities, support.parties, support.b
    p = parameters.insurgency[0]
    rule_in_fields(places, support)
    for k in range(PARTIES):
        if parties[k].alive == 0:
            continue
        income = parties[k].toll_usd
        parties[k].toll_usd = 0.0
        for i in range(len(communities)):
            town = communities[i]
            if b[i, k] > 0.0:
                tax, levy = tax_of(town, b[i, k], p), levy_of(town, b[i, k], p)
                tally[TAXED, town.theatre] += tax
                tally[EXTORTION, town.theatre] += levy
                income += tax + levy
        live_on(k, income, actors, places, sites, support, p, today, diary)
