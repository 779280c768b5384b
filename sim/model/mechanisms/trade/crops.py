"""4.11 Crops: planting while it pays, years of growth, eradication of located fields, replanting,
displacement.

Reads: markets (prices), force (clearing teams, escorts), theatres (programme). Writes: communities
(coca, coca_again, coca_young, coca_bare, coca_found, poppy, poppy_found, eradicated_ha,
sponsored_coca, sponsored_poppy), young, theatres, tally. Weekly; no chance.

The area follows `dh/dt = g h (1 - h / Hmax) clip(pi / pi_alt - 1, -1, 1) (1 - deterrence C)` plus
seed from neighbours (evidence B6). What armed groups have paid for (`sponsorship.py`) is planted
whatever the price. Coca is kept by the week of its planting. It gives its first leaf after
`maturation_weeks`, 65 [52-78] (F0233), and bears in full `ramp_weeks` later (older texts report
full harvests in the third year); in between a field counts as bearing in proportion. Bare land is
replanted at .04-.08 a week while coca pays, or given up for something else at .01 [0-.03]; ground
that was eradicated before is counted separately from then on. Displacement to neighbours is signed,
.1 [-.3-.8]: growers who have moved next door do not replant as well, and a negative value means
that neighbours give up fields. Poppy is an annual crop of two cycles: its whole area follows the
price, and its latex comes at harvest (`processing`).

Teams clear located fields, and the young plants of a field together with the old ones: the share of
a community's bearing coca that is located is taken as the share of its land. A team of 30 clears
4.2 ha a day (F0300) where it is escorted, by units ordered to escort and by a part of the other
people on task in reach; it needs `escort_ratio` guards for each clearer (F0303). Teams in reach of
one another share their escorts. Loreto's season is July to November (F0293). `clear` is a programme
from outside (a dated event): it takes bearing coca in proportion to what stands, located or not, in
any season and with its own escort.

Left out: pruning, ageing and disease; nurseries; which plot of a community is cleared (its fields
mix); young coca where no bearing field is located.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.fields import lose_bearing, lose_young, plant, ripen, week_of
from sim.model.rules.reach import in_reach
from sim.model.state.agents import Community
from sim.model.state.arrays import (
    AGES,
    CLEARERS,
    ESCORTS,
    Bench,
    Diary,
    Fields,
    Floats,
    Land,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import (
    COCA_ABANDONED,
    COCA_DESTROYED,
    COCA_DESTROYED_AGAIN,
    COCA_PLANTED,
    COST,
    POPPY_ABANDONED,
    POPPY_DESTROYED,
    POPPY_PLANTED,
)
from sim.names import HCL, LORETO


class Parameters:
    growth_coca: float  # per year: growth of coca at full margin on empty land
    growth_poppy: float  # per year: growth of poppy at full margin on empty land
    pay_leaf_usd: float  # USD/kg: leaf price at which coca pays as much as licit crops
    pay_latex_usd: float  # USD/kg: latex price at which poppy pays as much as licit crops
    maturation_weeks: float  # weeks: weeks until new coca gives its first leaf
    ramp_weeks: float  # weeks: weeks from the first leaf to full harvests
    deterrence: float  # share: planting that full coverage deters
    seed: float  # per year: planting that neighbours' fields seed a year at full margin
    team_ha_day: float  # ha/day: hectares a team of 30 clears a day
    team_people: float  # people: people of a clearing team
    work_days: float  # days/week: days a week on which a team clears
    escort_ratio: float  # ratio: people on task who must guard one who clears
    # share: share of the people on task in reach, on other missions, who can be spared as escort
    escort_spare: float
    loreto_opens_day: float  # day of year: day on which Loreto's eradication campaign opens
    loreto_closes_day: float  # day of year: day on which Loreto's eradication campaign closes
    replant: float  # per week: rate at which bare land is replanted while it pays
    give_up: float  # per week: rate at which bare land is given up for something else
    displacement: float  # ratio: hectares planted next door per hectare eradicated
    eradication_usd_ha: float  # USD/ha: cost of clearing a hectare
    change: float  # share: whether hectares change after day 0


@rule
def growth(
    area: float,
    room: float,
    rate_year: float,
    price: float,
    pays_at: float,
    covered: float,
    p: Parameters,
) -> float:
    """Return the hectares planted (+) or abandoned (-) in a week."""
    margin = clip(price / max(pays_at, 1e-9) - 1.0, -1.0, 1.0)
    crowding = 1.0 - area / max(room, 1e-9) if margin > 0.0 else 1.0
    deterred = 1.0 - p.deterrence * covered if margin > 0.0 else 1.0
    return rate_year / 52.0 * area * max(crowding, 0.0) * margin * deterred


@loop
def grow(
    places: Places,
    land: Land,
    near: Near,
    parameters: Any,
    latex_cluster: int,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of planting, ripening and replanting."""
    t = today.t
    tally = diary.tally
    communities, markets = places.communities, places.markets
    young = land.young
    p = parameters.crops[0]
    week = week_of(t, today.levers[0].burn_in)
    for i in range(len(communities)):
        town = communities[i]
        price = markets[town.cluster].price_leaf
        if town.coca_young > 0.0:
            ripen(town, young, i, week, p)
        if price > p.pay_leaf_usd:
            again = town.coca_bare * (1.0 - math.exp(-p.replant))
            town.coca_bare -= again
            town.coca_young += again
            young[i, week % AGES, 1] += again
            tally[COCA_PLANTED, town.theatre] += again
        town.coca_bare *= math.exp(-p.give_up)
        plant(town, young, i, town.sponsored_coca, week, tally)
        town.sponsored_coca = 0.0
        standing = town.coca + town.coca_young
        change = growth(
            standing, town.coca_max, p.growth_coca, price, p.pay_leaf_usd, town.coverage, p
        )
        if change >= 0.0:
            if markets[town.cluster].product == HCL and town.coca_max > 0.0:
                around = 0.0
                weight = 0.0
                for e in range(near.start[i], near.start[i + 1]):
                    if near.site[e] < len(communities) and near.site[e] != i:
                        around += near.kernel[e] * communities[near.site[e]].coca
                        weight += near.kernel[e]
                margin = clip(price / max(p.pay_leaf_usd, 1e-9) - 1.0, 0.0, 1.0)
                if weight > 0.0:
                    change += p.seed / 52.0 * around / weight * margin
            plant(town, young, i, change, week, tally)
        else:
            gone = min(-change, town.coca)
            lose_bearing(town, gone)
            tally[COCA_ABANDONED, town.theatre] += gone
        if town.poppy_max > 0.0 and latex_cluster >= 0:
            turn = growth(
                town.poppy,
                town.poppy_max,
                p.growth_poppy,
                markets[latex_cluster].price,
                p.pay_latex_usd,
                town.coverage,
                p,
            )
            turn = clip(
                turn + town.sponsored_poppy, -town.poppy, max(town.poppy_max - town.poppy, 0.0)
            )
            town.sponsored_poppy = 0.0
            town.poppy += turn
            tally[POPPY_PLANTED if turn > 0.0 else POPPY_ABANDONED, town.theatre] += abs(turn)


@rule
def displace(
    communities: Sequence[Community],
    young: Floats,
    i: int,
    ha: float,
    week: int,
    near: Near,
    tally: Floats,
) -> float:
    """Plant fields lost here next door, or give fields up there when `ha` is negative. Returns the
    ha planted."""
    planted = 0.0
    weight = 0.0
    for e in range(near.start[i], near.start[i + 1]):
        if near.site[e] < len(communities) and near.site[e] != i:
            weight += near.kernel[e] * communities[near.site[e]].coca_max
    if weight > 0.0:
        for e in range(near.start[i], near.start[i + 1]):
            j = near.site[e]
            if j < len(communities) and j != i:
                part = ha * near.kernel[e] * communities[j].coca_max / weight
                if part >= 0.0:
                    planted += plant(communities[j], young, j, part, week, tally)
                elif communities[j].coca_young > 0.0:
                    gone, _ = lose_young(
                        communities[j], young, j, min(-part / communities[j].coca_young, 1.0)
                    )
                    tally[COCA_ABANDONED, communities[j].theatre] += gone
    return planted


@rule
def destroy(
    communities: Sequence[Community],
    young: Floats,
    i: int,
    coca: float,
    share_young: float,
    poppy: float,
    week: int,
    near: Near,
    p: Parameters,
    tally: Floats,
) -> float:
    """Destroy bearing coca (ha), a share of the young coca and poppy (ha) of a community, with the
    cost and the displacement that follow. Returns the ha cleared."""
    town = communities[i]
    again = lose_bearing(town, coca)
    cleared = coca
    if share_young > 0.0 and town.coca_young > 0.0:
        gone, gone_again = lose_young(town, young, i, share_young)
        cleared += gone
        again += gone_again
    moved = displace(communities, young, i, cleared * p.displacement, week, near, tally)
    town.coca_bare += max(cleared - moved, 0.0)
    town.poppy -= poppy
    town.eradicated_ha += cleared + poppy
    tally[COCA_DESTROYED, town.theatre] += cleared
    tally[COCA_DESTROYED_AGAIN, town.theatre] += again
    tally[POPPY_DESTROYED, town.theatre] += poppy
    tally[COST, town.theatre] += (cleared + poppy) * p.eradication_usd_ha
    return cleared + poppy


@loop
def clear(
    places: Places, land: Land, near: Near, parameters: Any, today: Today, diary: Diary
) -> None:
    """Run one week of clearing by teams from outside the model."""
    t = today.t
    tally = diary.tally
    communities, theatres = places.communities, places.theatres
    young = land.young
    p = parameters.crops[0]
    week = week_of(t, today.levers[0].burn_in)
    for h in range(len(theatres)):
        if theatres[h].cleared_ha_year <= 0.0:
            continue
        grown = 0.0
        for i in range(len(communities)):
            grown += communities[i].coca if communities[i].theatre == h else 0.0
        share = min(theatres[h].cleared_ha_year / 52.0 / max(grown, 1e-9), 1.0)
        for i in range(len(communities)):
            if communities[i].theatre == h and communities[i].coca > 0.0:
                communities[i].coca_found *= 1.0 - share
                bearing_ha = share * communities[i].coca
                destroy(communities, young, i, bearing_ha, 0.0, 0.0, week, near, p, tally)


@rule
def escorted(escorts: float, clearers: float, p: Parameters) -> float:
    """Return the share of the clearing teams in reach of one another that the escorts in reach
    allow to work."""
    needed = p.escort_ratio * clearers
    return min(1.0, escorts / needed) if needed > 0.0 else 1.0


@rule
def share_found(town: Community) -> float:
    """Return the share of a community's bearing coca that is located."""
    return min(town.coca_found / town.coca, 1.0) if town.coca > 0.0 else 0.0


@loop
def eradicate(
    places: Places,
    fields: Fields,
    land: Land,
    sites: Sites,
    near: Near,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of the eradication programme, on located fields that a team can reach. Work
    space: reach and at_work, f8[sites]."""
    day_of_year = today.day_of_year
    t = today.t
    tally = diary.tally
    communities, theatres = places.communities, places.theatres
    force, young = fields.force, land.young
    site_theatre = sites.theatre
    reach = bench.per_site
    at_work = bench.pair_per_site[:, 0]
    p = parameters.crops[0]
    week = week_of(t, today.levers[0].burn_in)
    for s in range(len(reach)):
        reach[s] = 0.0
        at_work[s] = 0.0
    for s in range(len(force)):
        if force[s, CLEARERS] > 0.0:
            clearers = in_reach(force, CLEARERS, s, near)
            escorts = in_reach(force, ESCORTS, s, near)
            at_work[s] = force[s, CLEARERS] * escorted(escorts, clearers, p)
            if at_work[s] > 0.0:
                for e in range(near.start[s], near.start[s + 1]):
                    reach[near.site[e]] += near.kernel[e]
    for h in range(len(theatres)):
        theatre = theatres[h]
        if day_of_year < 7:
            theatre.eradicated_ha_year = 0.0
        if h == LORETO and (day_of_year < p.loreto_opens_day or day_of_year >= p.loreto_closes_day):
            continue
        able = 0.0
        for s in range(len(force)):
            if site_theatre[s] == h:
                able += at_work[s] / max(p.team_people, 1.0) * p.team_ha_day * p.work_days
        able = min(able, theatre.eradicate_ha_year - theatre.eradicated_ha_year)
        wanted = 0.0
        for i in range(len(communities)):
            town = communities[i]
            if town.theatre == h and reach[i] > 0.0:
                wanted += (
                    min(town.coca_found, town.coca)
                    + share_found(town) * town.coca_young
                    + min(town.poppy_found, town.poppy)
                )
        if able <= 0.0 or wanted <= 0.0:
            continue
        share = min(1.0, able / wanted)
        for i in range(len(communities)):
            town = communities[i]
            if town.theatre == h and reach[i] > 0.0:
                of_young = share * share_found(town)
                coca = share * min(town.coca_found, town.coca)
                poppy = share * min(town.poppy_found, town.poppy)
                town.coca_found -= coca
                town.poppy_found -= poppy
                cleared = destroy(
                    communities, young, i, coca, of_young, poppy, week, near, p, tally
                )
                theatre.eradicated_ha_year += cleared
