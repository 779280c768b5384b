"""4.17 Records: the day's states, added to the tally. Recording never changes the run.

Reads: all tables. Writes: tally, communities (stake, weight; in the burn-in only). No chance.
"""

from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.parties import under_party
from sim.model.state.agents import DISSIDENT, MPCP, PARTIES, PERU, TRANSIT, Community
from sim.model.state.arrays import (
    TEAMS,
    WAITING,
    Actors,
    Border,
    Diary,
    Fields,
    Floats,
    Legs,
    Places,
    Sites,
    Support,
    Today,
    Trade,
)
from sim.model.state.counts import (
    ACTIVE_ROUTES,
    ARMED_CONTROL,
    CHANGED_HANDS,
    COCA_HA,
    COOPERATION,
    EXPLOITED,
    FEAR,
    FIGHTERS,
    FIGHTERS_DISSIDENT_PERU,
    FIGHTERS_MPCP,
    GAP,
    GUARDING_PEOPLE,
    ON_TASK,
    PATROLS,
    PEOPLE,
    PEOPLE_ARMED,
    PEOPLE_ARMED_DISSIDENT,
    PEOPLE_ARMED_MPCP,
    PEOPLE_ARMED_OTHER,
    PEOPLE_RULED,
    PLACES_RULED,
    POPPY_HA,
    PRICE_HCL,
    READINESS_PEOPLE,
    SHIPMENTS,
    STATE_CONTROL,
    STOCK,
    SUSTAINED_PEOPLE,
    VACUUM,
)
from sim.names import CAJAMARCA, ELSEWHERE, HCL, LORETO, VRAEM

ACTIVE_DAYS = 28.0  # a route is active while its last dispatch is less than this ago
STAKE_DAYS = 182  # the last days of the burn-in, in which stakes are added up


@rule
def count_people(town: Community, i: int, support: Support, tally: Floats) -> None:
    """Add the people of a community under armed rule to the tally: all of them, and those of each
    kind of party, which may overlap but are at most all."""
    parties, h = support.parties, town.theatre
    tally[PEOPLE_ARMED, h] += town.population * town.armed
    mpcp = 0.0
    dissident = 0.0
    other = 0.0
    for k in range(PARTIES):
        ruled = under_party(town, i, k, support.present, support.b)
        if parties[k].kind == MPCP:
            mpcp += ruled
        elif parties[k].kind == DISSIDENT:
            dissident += ruled
        else:
            other += ruled
    tally[PEOPLE_ARMED_MPCP, h] += town.population * min(mpcp, town.armed)
    tally[PEOPLE_ARMED_DISSIDENT, h] += town.population * min(dissident, town.armed)
    tally[PEOPLE_ARMED_OTHER, h] += town.population * min(other, town.armed)
    tally[PEOPLE_RULED, h] += town.population * town.ruled
    tally[PLACES_RULED, h] += town.ruled
    tally[CHANGED_HANDS, h] += 1.0 if town.ruled != town.ruled_0 else 0.0


@loop
def observe_people(
    actors: Actors,
    places: Places,
    fields: Fields,
    support: Support,
    sites: Sites,
    border: Border,
    diary: Diary,
) -> None:
    """Add the states of communities, units and groups to the tally. The people of a unit count in
    the theatre where it is posted, and its effort does not count while it is in transit. A group
    abroad counts in the theatre that it faces; of dissidents, those in Peru are told apart."""
    tally = diary.tally
    units, groups = actors.units, actors.groups
    communities = places.communities
    force = fields.force
    site_theatre, site_country = sites.theatre, sites.country
    back = border.back
    for i in range(len(communities)):
        town = communities[i]
        h = town.theatre
        tally[VACUUM, h] += town.weight * town.vacuum
        tally[EXPLOITED, h] += town.weight * town.vacuum * town.armed
        tally[GAP, h] += town.weight * (1.0 - town.coverage)
        tally[STATE_CONTROL, h] += town.weight * town.state
        tally[ARMED_CONTROL, h] += town.weight * town.armed
        tally[COOPERATION, h] += town.weight * town.cooperation
        tally[FEAR, h] += town.weight * town.fear
        tally[COCA_HA, h] += town.coca + town.coca_young
        tally[POPPY_HA, h] += town.poppy
        count_people(town, i, support, tally)
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1:
            h = site_theatre[unit.posting]
            tally[PEOPLE, h] += unit.soldiers
            tally[READINESS_PEOPLE, h] += unit.soldiers * unit.readiness
            if unit.status != TRANSIT:
                tally[ON_TASK, h] += unit.effort
                tally[SUSTAINED_PEOPLE, h] += unit.soldiers * unit.sustained
                tally[GUARDING_PEOPLE, h] += unit.soldiers * unit.guarding
    for s in range(len(force)):
        tally[PATROLS, site_theatre[s]] += force[s, TEAMS]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            s = group.site
            if site_country[s] != PERU and back[s] >= 0:
                s = back[s]
            h = site_theatre[s]
            tally[FIGHTERS, h] += group.fighters
            if group.kind == MPCP:
                tally[FIGHTERS_MPCP, h] += group.fighters
            elif group.kind == DISSIDENT and group.country == PERU:
                tally[FIGHTERS_DISSIDENT_PERU, h] += group.fighters


@loop
def observe_trade(
    actors: Actors, places: Places, trade: Trade, legs: Legs, today: Today, diary: Diary
) -> None:
    """Add loads under way, stocks, prices and active routes to the tally. A route is active in
    every theatre that it crosses while its last dispatch is less than 28 days ago."""
    t = today.t
    tally = diary.tally
    shipments = actors.shipments
    markets = places.markets
    used, book = trade.used, trade.book
    on_route = legs.on_route
    for i in range(len(shipments)):
        if shipments[i].alive == 1:
            tally[SHIPMENTS, shipments[i].inside] += 1.0
    for c in range(len(markets)):
        market = markets[c]
        tally[STOCK, market.theatre] += market.stock_kg
        for n in range(len(book)):
            tally[STOCK, market.theatre] += book[n, c, WAITING]
    for h in (ELSEWHERE, VRAEM, LORETO, CAJAMARCA):
        weight = 0.0
        total = 0.0
        for c in range(len(markets)):
            if markets[c].theatre == h and markets[c].product == HCL:
                weight += markets[c].outflow
                total += markets[c].outflow * markets[c].price
        if weight > 0.0:
            tally[PRICE_HCL, h] += total / weight
    for n in range(used.shape[0]):
        for r in range(used.shape[1]):
            if t - used[n, r] < ACTIVE_DAYS:
                for h in (VRAEM, LORETO, CAJAMARCA):
                    if on_route[r, h] == 1:
                        tally[ACTIVE_ROUTES, h] += 1.0


@loop
def weigh(places: Places, parameters: Any, latex_cluster: int, today: Today) -> None:
    """Weekly: in the last 182 days of the burn-in, add to each community's stake the USD of product
    grown on its land or moved through its catchment. On day 0 the weights are fixed: half by share
    of population, half by share of the stake."""
    t = today.t
    communities, markets = places.communities, places.markets
    burn_in = today.levers[0].burn_in
    p = parameters.processing[0]
    sold = 0.0
    worth = 0.0
    for c in range(len(markets)):
        if markets[c].product == HCL:
            sold += markets[c].outflow
            worth += markets[c].outflow * markets[c].price
    usual = worth / sold if sold > 0.0 else 0.0
    if burn_in - t <= STAKE_DAYS and t <= burn_in:
        for i in range(len(communities)):
            town = communities[i]
            market = markets[town.cluster]
            leaf_ha = p.leaf_vraem_kg_ha if town.theatre == VRAEM else p.leaf_north_kg_ha
            per_ha = leaf_ha / max(p.leaf_per_kg, 1e-9)
            # hydrochloride also passes through places that grow latex
            usd = town.kg_recent * (market.price if market.product == HCL else usual)
            if market.product == HCL:
                usd += town.coca * per_ha / 52.0 * market.price
            if latex_cluster >= 0:
                usd += (
                    town.poppy
                    * p.latex_kg_ha
                    * p.harvests_poppy
                    / 52.0
                    * markets[latex_cluster].price
                )
            town.stake += usd
    if t == burn_in:
        for h in (VRAEM, LORETO, CAJAMARCA):
            people = 0.0
            stake = 0.0
            for i in range(len(communities)):
                if communities[i].theatre == h:
                    people += communities[i].population
                    stake += communities[i].stake
            for i in range(len(communities)):
                if communities[i].theatre == h:
                    by_people = communities[i].population / people if people > 0.0 else 0.0
                    communities[i].weight = (
                        0.5 * by_people + 0.5 * communities[i].stake / stake
                        if stake > 0.0
                        else by_people
                    )
