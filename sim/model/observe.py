"""4.17 Records: the day's states, added to the tally. Recording never changes the run.

Reads: all tables. Writes: tally, communities (stake, weight; in the burn-in only). No chance."""

from sim.model.compile import loop
from sim.model.state.agents import PERU, TRANSIT
from sim.model.state.arrays import TEAMS, WAITING
from sim.model.state.counts import (
    ACTIVE_ROUTES,
    COCA_HA,
    COOPERATION,
    EXPLOITED,
    FEAR,
    FIGHTERS,
    GAP,
    GUARDING_PEOPLE,
    ON_TASK,
    PATROLS,
    PEOPLE,
    POPPY_HA,
    PRICE_HCL,
    READINESS_PEOPLE,
    SHIPMENTS,
    STATE_CONTROL,
    STOCK,
    SUSTAINED_PEOPLE,
    VACUUM,
)
from sim.names import HCL, VRAEM


@loop
def observe_people(actors, places, fields, sites, lines, diary):
    """States of communities, units and groups. State force counts where it is posted; what is in transit counts in no theatre."""
    tally = diary.tally
    units, groups = actors.units, actors.groups
    communities = places.communities
    force = fields.force
    site_theatre, site_country = sites.theatre, sites.country
    back = lines.back
    for i in range(len(communities)):
        town = communities[i]
        h = town.theatre
        tally[VACUUM, h] += town.weight * (1.0 - town.state)
        tally[EXPLOITED, h] += town.weight * town.armed
        tally[GAP, h] += town.weight * (1.0 - town.coverage)
        tally[STATE_CONTROL, h] += town.weight * town.state
        tally[COOPERATION, h] += town.weight * town.cooperation
        tally[FEAR, h] += town.weight * town.fear
        tally[COCA_HA, h] += town.coca + town.coca_young
        tally[POPPY_HA, h] += town.poppy
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
        if groups[g].alive == 1:
            s = groups[g].site
            if site_country[s] != PERU and back[s] >= 0:
                s = back[s]
            tally[FIGHTERS, site_theatre[s]] += groups[g].fighters


@loop
def observe_trade(actors, places, trade, legs, today, diary):
    """Loads under way, stocks, prices, and routes with a dispatch in the last 28 days, by theatre that they cross."""
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
        m = markets[c]
        tally[STOCK, m.theatre] += m.stock_kg
        for n in range(len(book)):
            tally[STOCK, m.theatre] += book[n, c, WAITING]
    for h in range(4):
        weight = 0.0
        total = 0.0
        for c in range(len(markets)):
            if markets[c].theatre == h and markets[c].product == 0:
                weight += markets[c].outflow
                total += markets[c].outflow * markets[c].price
        if weight > 0.0:
            tally[PRICE_HCL, h] += total / weight
    for n in range(used.shape[0]):
        for r in range(used.shape[1]):
            if t - used[n, r] < 28.0:
                for h in range(1, 4):
                    if on_route[r, h] == 1:
                        tally[ACTIVE_ROUTES, h] += 1.0


@loop
def weigh(places, parameters, latex_cluster, today):
    """Weekly in the last 182 days of the burn-in: USD of product grown in or passed through a catchment; at day 0 the weights freeze:
    half population share, half stake share."""
    t = today.t
    communities, markets = places.communities, places.markets
    burn_in = places.levers[0].burn_in
    p = parameters.processing[0]
    sold = 0.0
    worth = 0.0
    for c in range(len(markets)):
        if markets[c].product == HCL:
            sold += markets[c].outflow
            worth += markets[c].outflow * markets[c].price
    usual = worth / sold if sold > 0.0 else 0.0
    if burn_in - t <= 182 and t <= burn_in:
        for i in range(len(communities)):
            town = communities[i]
            m = markets[town.cluster]
            per_ha = (p.leaf_vraem_kg_ha if town.theatre == VRAEM else p.leaf_north_kg_ha) / max(
                p.leaf_per_kg, 1e-9
            )
            usd = town.kg_recent * (
                m.price if m.product == HCL else usual
            )  # hydrochloride passes where latex is grown, too
            if m.product == HCL:
                usd += town.coca * per_ha / 52.0 * m.price
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
        for h in range(1, 4):
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
