"""The model on one page: one day, in the order of the model page. `advance` is the one compiled entry."""

from typing import NamedTuple

import numpy as np

from sim import records
from sim.kernel import loop
from sim.mechanisms import (
    communities,
    control,
    crops,
    detection,
    engagement,
    information,
    insurgency,
    market,
    partner,
    presence,
    processing,
    redeployment,
    secrecy,
    sustainment,
    trafficking,
)
from sim.world.clock import day_of_year, is_monthly, is_weekly, is_wet, tally_row
from sim.world.state import Table


class Parameters(NamedTuple):
    """One record array of one row per mechanism, and one for searching an area, which several share."""

    search: Table
    redeployment: Table
    sustainment: Table
    presence: Table
    information: Table
    secrecy: Table
    detection: Table
    engagement: Table
    insurgency: Table
    control: Table
    crops: Table
    processing: Table
    trafficking: Table
    market: Table
    partner: Table
    communities: Table


class Bench(NamedTuple):
    """Work space of the day, allocated once; nothing in it outlives the call that fills it."""

    post_need: np.ndarray  # f8[sites, 2]
    weigh: np.ndarray  # f8[sites, 2]
    load: np.ndarray  # f8[sites]
    per_cell: np.ndarray  # f8[cells]
    per_cluster: np.ndarray  # f8[clusters, 2]
    per_route: np.ndarray  # f8[routes]


class Lines(NamedTuple):
    """The line and the prices across it, never written."""

    air_hours: np.ndarray  # f8[sites, sites] of flight
    refuge: np.ndarray  # i8[sites] nearest settlement across the line, -1 none
    back: np.ndarray  # i8[sites] nearest community at home, -1 none
    prices: np.ndarray  # f8[exits, products] USD per kg
    cluster_theatre: np.ndarray  # i8[clusters]
    latex_cluster: np.ndarray  # i8[1] cluster that trades in latex, -1 none


@loop
def advance(
    actors, places, fields, minds, trade, ground, sites, near, routes, facts, legs, lines, bench, parameters, key, start, stop, tally
):
    """Days start to stop - 1. Returns the day reached; `places.status[0]` names the table that was full if it is short of stop."""
    lever = places.levers[0]
    for t in range(start, stop):
        one_day(
            actors,
            places,
            fields,
            minds,
            trade,
            ground,
            sites,
            near,
            routes,
            facts,
            legs,
            lines,
            bench,
            parameters,
            key,
            t,
            tally[tally_row(t, lever.burn_in)],
        )
        if places.status[0] != 0:
            return t
    return stop


@loop
def one_day(actors, places, fields, minds, trade, ground, sites, near, routes, facts, legs, lines, bench, parameters, key, t, tally):
    """4.2 to 4.17 of the model page. 4.1, command, speaks between stretches (`mechanisms/command.py`)."""
    units, groups, networks, shipments, labs, leads = actors
    towns, markets, partners, theatres, levers, status = places
    force, patrols, guard, leg_effort, leg_planned = fields
    lever = levers[0]
    held = 1 if t < lever.burn_in else 0
    weekly = is_weekly(t, lever.burn_in)
    doy = day_of_year(t, lever.first_day_of_year)
    wet = is_wet(t, lever.first_day_of_year)
    latex = lines.latex_cluster[0]

    redeployment.redeployment(units, theatres, sites.theatre, lines.air_hours, parameters.redeployment[0], key, t, tally)
    sustainment.sustainment(
        units, theatres, sites.theatre, sites.link, sites.local_supply, bench.post_need, wet, parameters.sustainment[0], tally
    )

    presence.place_units(units, force, parameters.presence[0])
    presence.spread(
        towns,
        groups,
        force,
        patrols,
        guard,
        near.start,
        near.site,
        near.k,
        near.cell_start,
        near.cell,
        near.cell_share,
        sites.people_in_reach,
        bench.weigh,
        parameters.presence[0],
    )
    presence.feel(towns, held, parameters.presence[0])

    information.information(
        towns,
        labs,
        groups,
        shipments,
        leads,
        partners,
        routes.cell,
        ground.community,
        near.start,
        near.site,
        near.k,
        bench.load,
        status,
        parameters.information[0],
        key,
        t,
        sites.theatre,
        tally,
    )

    heard = secrecy.leaks(units, theatres, sites.theatre, levers, parameters.secrecy[0], key, t)
    if weekly or heard == 1:
        secrecy.see_legs(
            units,
            0,
            near.cell_start,
            near.cell,
            near.cell_share,
            sites.cell,
            bench.per_cell,
            legs.start,
            legs.cell,
            leg_effort,
            parameters.secrecy[0],
        )
        secrecy.see_legs(
            units,
            1,
            near.cell_start,
            near.cell,
            near.cell_share,
            sites.cell,
            bench.per_cell,
            legs.start,
            legs.cell,
            leg_planned,
            parameters.secrecy[0],
        )
    secrecy.beliefs(minds.belief, leg_effort, leg_planned, legs.theatre, heard, 0 if weekly else 1, parameters.secrecy[0], tally)
    secrecy.watch(groups, units, towns, minds.danger, guard, sites.theatre, parameters.secrecy[0], key, t)

    detection.loads(
        shipments,
        minds.seized,
        networks,
        force,
        patrols,
        routes.cell,
        routes.days,
        routes.leg,
        routes.risk,
        routes.exposed,
        routes.start,
        facts.mode,
        ground.theatre,
        ground.terrain,
        ground.area_km2,
        ground.post,
        ground.road,
        parameters.search[0],
        parameters.detection[0],
        key,
        t,
        tally,
    )
    detection.works(
        labs, patrols, ground.theatre, ground.terrain, ground.area_km2, parameters.search[0], parameters.detection[0], key, t, tally
    )
    detection.act_on_leads(
        leads,
        labs,
        shipments,
        minds.seized,
        networks,
        force,
        near.start,
        near.site,
        near.k,
        routes.leg,
        sites.theatre,
        sites.country,
        parameters.detection[0],
        key,
        t,
        tally,
    )

    engagement.exposure(groups, towns, force, guard, near.start, near.site, near.k, held, parameters.engagement[0])
    if held == 0:
        engagement.attacks(
            groups,
            units,
            towns,
            theatres,
            force,
            guard,
            minds.danger,
            near.start,
            near.site,
            near.k,
            sites.theatre,
            sites.country,
            parameters.engagement[0],
            key,
            t,
            tally,
        )
        engagement.meetings(
            groups,
            units,
            towns,
            patrols,
            force,
            leads,
            near.start,
            near.site,
            near.k,
            sites.cell,
            sites.theatre,
            sites.country,
            ground.terrain,
            ground.area_km2,
            parameters.search[0],
            parameters.engagement[0],
            key,
            t,
            tally,
        )

    if weekly:
        insurgency.insurgency(
            groups,
            towns,
            minds.danger,
            near.start,
            near.site,
            near.k,
            sites.theatre,
            bench.load,
            held,
            parameters.insurgency[0],
            key,
            t,
            tally,
        )
        control.control(towns, held, parameters.control[0])
        detection.find_fields(towns, patrols, ground.terrain, ground.area_km2, parameters.search[0], parameters.detection[0])
        if held == 0:
            processing.expand(markets, labs, bench.per_cluster[:, 0], towns, parameters.processing[0])
            crops.grow(towns, markets, near.start, near.site, near.k, latex, parameters.crops[0], tally)
            crops.eradicate(
                towns, theatres, force, near.start, near.site, near.k, sites.theatre, bench.load, doy, parameters.crops[0], tally
            )

    processing.processing(towns, markets, labs, bench.per_cluster[:, 0], latex, parameters.processing[0], t, tally)

    if weekly:
        trafficking.learn_weekly(networks, minds.seized, minds.tried, parameters.trafficking[0])
        trafficking.choose(
            markets,
            minds.belief,
            minds.seized,
            minds.tried,
            trade.open,
            trade.share,
            trade.book,
            trade.constant,
            lines.prices,
            routes.start,
            routes.leg,
            routes.risk,
            facts.origin,
            facts.exit,
            facts.mode,
            facts.cost,
            bench.per_route,
            parameters.trafficking[0],
        )
        if held == 1:
            trafficking.meet_start_shares(
                markets, trade.share, trade.book, trade.constant, facts.origin, facts.start_class, lines.prices, parameters.trafficking[0]
            )
    if is_monthly(t, lever.burn_in):
        trafficking.open_and_close(
            networks, markets, trade.open, trade.share, trade.used, trade.book, facts.origin, parameters.trafficking[0], key, t
        )
    trafficking.buy_and_send(
        networks,
        markets,
        shipments,
        labs,
        minds.tried,
        trade.share,
        trade.used,
        trade.book,
        routes.start,
        routes.cell,
        routes.leg,
        facts.origin,
        facts.mode,
        facts.cost,
        ground.theatre,
        status,
        parameters.trafficking[0],
        key,
        t,
        tally,
    )
    trafficking.move(
        shipments,
        networks,
        towns,
        minds.belief,
        minds.tried,
        leg_effort,
        routes.cell,
        routes.days,
        routes.leg,
        routes.start,
        facts.exit,
        ground.theatre,
        ground.community,
        lines.cluster_theatre,
        lines.prices,
        parameters.secrecy[0].learn_passage,
        parameters.trafficking[0],
        t,
        tally,
    )

    if weekly:
        market.market(
            markets,
            trade.share,
            trade.book,
            lines.prices,
            facts.origin,
            facts.exit,
            facts.cost,
            bench.per_cluster,
            parameters.processing[0].leaf_per_kg,
            parameters.trafficking[0].toll_usd,
            parameters.market[0],
        )
        partner.coordinate(partners, levers, parameters.partner[0])
        partner.cross(
            groups,
            partners,
            minds.danger,
            lines.refuge,
            lines.back,
            near.start,
            near.site,
            near.k,
            sites.country,
            parameters.partner[0],
            key,
            t,
            tally,
            sites.theatre,
        )
        communities.live(towns, held, parameters.communities[0], tally)
        crop = parameters.processing[0]
        records.weigh(
            towns,
            markets,
            latex,
            crop.leaf_vraem_kg_ha,
            crop.leaf_north_kg_ha,
            crop.leaf_per_kg,
            crop.latex_kg_ha * crop.harvests_poppy,
            t,
            lever.burn_in,
        )
    partner.count_cells(groups, sites.country, sites.theatre, lines.back, tally)
    records.observe_people(towns, units, groups, force, sites.theatre, sites.country, lines.back, tally)
    records.observe_trade(markets, shipments, labs, trade.used, trade.book, legs.on_route, t, tally)
