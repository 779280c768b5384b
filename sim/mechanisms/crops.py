"""4.11 Crops: planting while it pays, eradication of what is found, replanting, displacement.

Reads: markets (prices), force (clearing teams), theatres (programme). Writes: communities (coca, coca_young, coca_bare, coca_found,
poppy, poppy_found, eradicated_ha), theatres, tally. Weekly; no chance. `clear` is a programme from outside (a dated event): bearing
coca in proportion to what stands, found or not, in any season.

`dh/dt = g h (1 - h / Hmax) clip(pi / pi_alt - 1, -1, 1) (1 - deterrence C)` plus seed from neighbours (evidence B6). New coca bears after
65 weeks [52-78] (F0233), here as one exponential stage. A team of 30 clears 4.2 ha a day (F0300); Loreto's season is July to November
(F0293). Bare land is replanted at .04-.08 a week while it pays (S13); displacement to neighbours is signed, .1 [-.3-.8]."""

import math

from sim.kernel import loop, rule
from sim.world.state import LORETO
from sim.world.tables import CLEARERS, clip
from sim.world.tally import (
    COCA_ABANDONED,
    COCA_DESTROYED,
    COCA_PLANTED,
    COST,
    POPPY_ABANDONED,
    POPPY_DESTROYED,
    POPPY_PLANTED,
)


class Parameters:
    growth_coca: float
    growth_poppy: float
    pay_leaf_usd: float
    pay_latex_usd: float
    maturation_weeks: float
    deterrence: float
    seed: float
    team_ha_day: float
    team_people: float
    work_days: float
    replant: float
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
def plant(town, ha, tally):
    """New coca, within what the land can carry; returns the hectares planted."""
    room = town.coca_max - town.coca - town.coca_young - town.coca_bare
    planted = clip(ha, 0.0, max(room, 0.0))
    town.coca_young += planted
    tally[COCA_PLANTED, town.theatre] += planted
    return planted


@loop
def grow(places, near, parameters, latex_cluster, tally):
    """One week of planting, ripening and replanting."""
    communities, markets = places.communities, places.markets
    near_start, near_site, near_k = near.start, near.site, near.k
    p = parameters.crops[0]
    ripe = 1.0 - math.exp(-1.0 / max(p.maturation_weeks, 1e-9))
    for i in range(len(communities)):
        town = communities[i]
        price = markets[town.cluster].price_leaf
        ripens = town.coca_young * ripe
        town.coca_young -= ripens
        town.coca += ripens
        if price > p.pay_leaf_usd:
            again = town.coca_bare * (1.0 - math.exp(-p.replant))
            town.coca_bare -= again
            town.coca_young += again
            tally[COCA_PLANTED, town.theatre] += again
        change = growth(town.coca + town.coca_young, town.coca_max, p.growth_coca, price, p.pay_leaf_usd, town.coverage, p)
        if change >= 0.0:
            if markets[town.cluster].product == 0 and town.coca_max > 0.0:
                around = 0.0
                weight = 0.0
                for e in range(near_start[i], near_start[i + 1]):
                    if near_site[e] < len(communities) and near_site[e] != i:
                        around += near_k[e] * communities[near_site[e]].coca
                        weight += near_k[e]
                margin = clip(price / max(p.pay_leaf_usd, 1e-9) - 1.0, 0.0, 1.0)
                if weight > 0.0:
                    change += p.seed / 52.0 * around / weight * margin
            plant(town, change, tally)
        else:
            gone = min(-change, town.coca)
            town.coca -= gone
            tally[COCA_ABANDONED, town.theatre] += gone
        if town.poppy_max > 0.0 and latex_cluster >= 0:
            turn = growth(town.poppy, town.poppy_max, p.growth_poppy, markets[latex_cluster].price, p.pay_latex_usd, town.coverage, p)
            turn = clip(turn, -town.poppy, max(town.poppy_max - town.poppy, 0.0))
            town.poppy += turn
            tally[POPPY_PLANTED if turn > 0.0 else POPPY_ABANDONED, town.theatre] += abs(turn)


@rule
def displace(communities, i, ha, near_start, near_site, near_k, tally):
    """Fields lost here are planted (or, if negative, given up) next door."""
    weight = 0.0
    for e in range(near_start[i], near_start[i + 1]):
        if near_site[e] < len(communities) and near_site[e] != i:
            weight += near_k[e] * communities[near_site[e]].coca_max
    if weight > 0.0:
        for e in range(near_start[i], near_start[i + 1]):
            j = near_site[e]
            if j < len(communities) and j != i:
                part = ha * near_k[e] * communities[j].coca_max / weight
                if part >= 0.0:
                    plant(communities[j], part, tally)
                else:
                    gone = min(-part, communities[j].coca_young)
                    communities[j].coca_young -= gone
                    tally[COCA_ABANDONED, communities[j].theatre] += gone


@rule
def destroy(communities, i, coca, poppy, near_start, near_site, near_k, p, tally):
    """Coca and poppy of a community, ha, are destroyed: what it costs, and what is planted next door for it."""
    town = communities[i]
    town.coca -= coca
    town.coca_bare += coca
    town.poppy -= poppy
    town.eradicated_ha += coca + poppy
    tally[COCA_DESTROYED, town.theatre] += coca
    tally[POPPY_DESTROYED, town.theatre] += poppy
    tally[COST, town.theatre] += (coca + poppy) * p.eradication_usd_ha
    displace(communities, i, coca * p.displacement, near_start, near_site, near_k, tally)


@loop
def clear(places, near, parameters, tally):
    """One week of clearing from outside the model's teams."""
    communities, theatres = places.communities, places.theatres
    near_start, near_site, near_k = near.start, near.site, near.k
    p = parameters.crops[0]
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
                destroy(communities, i, share * communities[i].coca, 0.0, near_start, near_site, near_k, p, tally)


@loop
def eradicate(places, fields, sites, near, bench, parameters, day_of_year, tally):
    """One week of the eradication programme, on fields that are found and that a team can reach. reach: f8[sites] work space."""
    communities, theatres = places.communities, places.theatres
    force = fields.force
    site_theatre = sites.theatre
    near_start, near_site, near_k = near.start, near.site, near.k
    reach = bench.load
    p = parameters.crops[0]
    for s in range(len(reach)):
        reach[s] = 0.0
    for s in range(len(force)):
        if force[s, CLEARERS] > 0.0:
            for e in range(near_start[s], near_start[s + 1]):
                reach[near_site[e]] += near_k[e]
    for h in range(len(theatres)):
        theatre = theatres[h]
        if day_of_year < 7:
            theatre.eradicated_ha_year = 0.0
        if h == LORETO and (day_of_year < 181 or day_of_year >= 334):
            continue
        able = 0.0
        for s in range(len(force)):
            if site_theatre[s] == h:
                able += force[s, CLEARERS] / max(p.team_people, 1.0) * p.team_ha_day * p.work_days
        able = min(able, theatre.eradicate_ha_year - theatre.eradicated_ha_year)
        wanted = 0.0
        for i in range(len(communities)):
            if communities[i].theatre == h and reach[i] > 0.0:
                wanted += communities[i].coca_found + communities[i].poppy_found
        if able <= 0.0 or wanted <= 0.0:
            continue
        share = min(1.0, able / wanted)
        for i in range(len(communities)):
            town = communities[i]
            if town.theatre == h and reach[i] > 0.0:
                coca = share * min(town.coca_found, town.coca)
                poppy = share * min(town.poppy_found, town.poppy)
                town.coca_found -= coca
                town.poppy_found -= poppy
                theatre.eradicated_ha_year += coca + poppy
                destroy(communities, i, coca, poppy, near_start, near_site, near_k, p, tally)
