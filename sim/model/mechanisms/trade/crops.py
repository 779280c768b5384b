"""4.11 Crops: planting while it pays, years of growth, eradication of what is found, replanting, displacement.

Reads: markets (prices), force (clearing teams, escorts), theatres (programme). Writes: communities (coca, coca_again, coca_young,
coca_bare, coca_found, poppy, poppy_found, eradicated_ha, sponsored_coca, sponsored_poppy), young, theatres, tally. Weekly; no
chance. What armed groups have paid for (`sponsorship.py`) is planted whatever the price.

`dh/dt = g h (1 - h / Hmax) clip(pi / pi_alt - 1, -1, 1) (1 - deterrence C)` plus seed from neighbours (evidence B6). Coca is kept by the
week of its planting. It gives its first leaf after `maturation_weeks`, 65 [52-78] (F0233), and bears in full `ramp_weeks` later (older
texts have full harvests in the third year): in between a field counts as bearing in proportion. Bare land is replanted at .04-.08 a
week while it pays, or given up for something else at .01 [0-.03]; ground eradicated before is told apart from then on. Displacement to
neighbours is signed, .1 [-.3-.8]: who has planted next door does not replant as well; what is negative is given up there.
Poppy is an annual crop of two cycles: its area follows price as a whole, its latex comes at harvest (`processing`).

Teams clear what is located, a field's young plants with its old ones: what share of a community's bearing coca is found tells what share
of its land is. A team of 30 clears 4.2 ha a day (F0300) where it is escorted: by units ordered to escort, and by a part of the other
people on task in reach; `escort_ratio` guards to a clearer (F0303). Teams in reach of one another share their escorts. Loreto's season is
July to November (F0293). `clear` is a programme from outside (a dated event): bearing coca in proportion to what stands, found or not, in
any season, with its own escort.

Leaves out: pruning, ageing and disease; nurseries; which plot of a community is cleared (its fields mix); coca under age where no bearing
field is found."""

import math

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.reach import in_reach
from sim.model.state.arrays import AGES, CLEARERS, ESCORTS
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
from sim.names import LORETO


class Parameters:
    growth_coca: float
    growth_poppy: float
    pay_leaf_usd: float
    pay_latex_usd: float
    maturation_weeks: float
    ramp_weeks: float
    deterrence: float
    seed: float
    team_ha_day: float
    team_people: float
    work_days: float
    escort_ratio: float
    escort_spare: float
    loreto_opens_day: float
    loreto_closes_day: float
    replant: float
    give_up: float
    displacement: float
    eradication_usd_ha: float


@rule
def growth(area, room, rate_year, price, pays_at, covered, p):
    """Hectares planted (+) or abandoned (-) in a week."""
    margin = clip(price / max(pays_at, 1e-9) - 1.0, -1.0, 1.0)
    crowding = 1.0 - area / max(room, 1e-9) if margin > 0.0 else 1.0
    deterred = 1.0 - p.deterrence * covered if margin > 0.0 else 1.0
    return rate_year / 52.0 * area * max(crowding, 0.0) * margin * deterred


@rule
def bearing(age, maturation_weeks, ramp_weeks):
    """Share of a field that counts as bearing at an age in weeks."""
    if age < maturation_weeks:
        return 0.0
    return min((age - maturation_weeks) / ramp_weeks, 1.0) if ramp_weeks > 0.0 else 1.0


@rule
def week_of(t, burn_in):
    """Weeks since the first day of the horizon: planting of that week has its own place in `young`."""
    return (t - burn_in) // 7


@rule
def ripen(town, young, i, week, p):
    """Fields that pass from age to age begin to bear; what is left over at the greatest age told apart bears too."""
    for age in range(max(int(p.maturation_weeks), 1), AGES):
        slot = (week - age) % AGES
        if young[i, slot, 0] <= 0.0 and young[i, slot, 1] <= 0.0:
            continue
        before = bearing(age - 1.0, p.maturation_weeks, p.ramp_weeks)
        share = 1.0
        if age < AGES - 1 and before < 1.0:
            share = (bearing(float(age), p.maturation_weeks, p.ramp_weeks) - before) / (
                1.0 - before
            )
        for again in range(2):
            ha = share * young[i, slot, again]
            if ha > 0.0:
                young[i, slot, again] -= ha
                town.coca_young = max(town.coca_young - ha, 0.0)
                town.coca += ha
                if again == 1:
                    town.coca_again += ha


@rule
def lose_young(town, young, i, share):
    """A share of all coca that does not bear yet is gone; returns ha, and ha of these on ground eradicated before."""
    gone = 0.0
    again = 0.0
    for slot in range(AGES):
        again += share * young[i, slot, 1]
        gone += share * (young[i, slot, 0] + young[i, slot, 1])
        young[i, slot, 0] *= 1.0 - share
        young[i, slot, 1] *= 1.0 - share
    town.coca_young = max(town.coca_young - gone, 0.0) if share < 1.0 else 0.0
    return gone, again


@rule
def lose_bearing(town, ha):
    """Bearing coca is gone; returns the ha of it on ground eradicated before."""
    again = town.coca_again * ha / town.coca if town.coca > 0.0 else 0.0
    town.coca = max(town.coca - ha, 0.0)
    town.coca_again = clip(town.coca_again - again, 0.0, town.coca)
    return again


@rule
def plant(town, young, i, ha, week, tally):
    """New coca, within what the land can carry; returns ha."""
    room = town.coca_max - town.coca - town.coca_young - town.coca_bare
    planted = clip(ha, 0.0, max(room, 0.0))
    town.coca_young += planted
    young[i, week % AGES, 0] += planted
    tally[COCA_PLANTED, town.theatre] += planted
    return planted


@loop
def grow(places, land, near, parameters, latex_cluster, today, diary):
    """One week of planting, ripening and replanting."""
    t = today.t
    tally = diary.tally
    communities, markets = places.communities, places.markets
    young = land.young
    p = parameters.crops[0]
    week = week_of(t, places.levers[0].burn_in)
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
        change = growth(
            town.coca + town.coca_young,
            town.coca_max,
            p.growth_coca,
            price,
            p.pay_leaf_usd,
            town.coverage,
            p,
        )
        if change >= 0.0:
            if markets[town.cluster].product == 0 and town.coca_max > 0.0:
                around = 0.0
                weight = 0.0
                for e in range(near.start[i], near.start[i + 1]):
                    if near.site[e] < len(communities) and near.site[e] != i:
                        around += near.k[e] * communities[near.site[e]].coca
                        weight += near.k[e]
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
def displace(communities, young, i, ha, week, near, tally):
    """Fields lost here are planted (or, if negative, given up) next door; returns ha planted."""
    planted = 0.0
    weight = 0.0
    for e in range(near.start[i], near.start[i + 1]):
        if near.site[e] < len(communities) and near.site[e] != i:
            weight += near.k[e] * communities[near.site[e]].coca_max
    if weight > 0.0:
        for e in range(near.start[i], near.start[i + 1]):
            j = near.site[e]
            if j < len(communities) and j != i:
                part = ha * near.k[e] * communities[j].coca_max / weight
                if part >= 0.0:
                    planted += plant(communities[j], young, j, part, week, tally)
                elif communities[j].coca_young > 0.0:
                    gone, _ = lose_young(
                        communities[j], young, j, min(-part / communities[j].coca_young, 1.0)
                    )
                    tally[COCA_ABANDONED, communities[j].theatre] += gone
    return planted


@rule
def destroy(communities, young, i, coca, share_young, poppy, week, near, p, tally):
    """Bearing coca (ha), a share of the young and poppy (ha) of a community are destroyed: what it costs, and what is planted next door
    for it. Returns the hectares cleared."""
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
def clear(places, land, near, parameters, today, diary):
    """One week of clearing from outside the model's teams."""
    t = today.t
    tally = diary.tally
    communities, theatres = places.communities, places.theatres
    young = land.young
    p = parameters.crops[0]
    week = week_of(t, places.levers[0].burn_in)
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
                destroy(
                    communities,
                    young,
                    i,
                    share * communities[i].coca,
                    0.0,
                    0.0,
                    week,
                    near,
                    p,
                    tally,
                )


@rule
def escorted(escorts, clearers, p):
    """Share of the clearing teams in reach of one another that the escorts in reach let work."""
    needed = p.escort_ratio * clearers
    return min(1.0, escorts / needed) if needed > 0.0 else 1.0


@rule
def share_found(town):
    """Share of a community's coca that is located."""
    return min(town.coca_found / town.coca, 1.0) if town.coca > 0.0 else 0.0


@loop
def eradicate(places, fields, land, sites, near, bench, parameters, today, diary):
    """One week of the eradication programme, on fields that are found and that a team can reach. reach: f8[sites] work space."""
    day_of_year = today.day_of_year
    t = today.t
    tally = diary.tally
    communities, theatres = places.communities, places.theatres
    force, young = fields.force, land.young
    site_theatre = sites.theatre
    reach = bench.load
    people = bench.weigh[:, 0]
    p = parameters.crops[0]
    week = week_of(t, places.levers[0].burn_in)
    for s in range(len(reach)):
        reach[s] = 0.0
        people[s] = 0.0
    for s in range(len(force)):
        if force[s, CLEARERS] > 0.0:
            clearers = in_reach(force, CLEARERS, s, near)
            escorts = in_reach(force, ESCORTS, s, near)
            people[s] = force[s, CLEARERS] * escorted(escorts, clearers, p)
            if people[s] > 0.0:
                for e in range(near.start[s], near.start[s + 1]):
                    reach[near.site[e]] += near.k[e]
    for h in range(len(theatres)):
        theatre = theatres[h]
        if day_of_year < 7:
            theatre.eradicated_ha_year = 0.0
        if h == LORETO and (day_of_year < p.loreto_opens_day or day_of_year >= p.loreto_closes_day):
            continue
        able = 0.0
        for s in range(len(force)):
            if site_theatre[s] == h:
                able += people[s] / max(p.team_people, 1.0) * p.team_ha_day * p.work_days
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
                # fmt: off
                theatre.eradicated_ha_year += destroy(communities, young, i, coca, of_young, poppy, week, near, p,
                                                      tally)
                # fmt: on
