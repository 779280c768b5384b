"""The model on one page: one day, mechanism by mechanism. `advance` is the one compiled entry."""

from typing import NamedTuple

import numpy as np

from sim.model import observe, prologue
from sim.model.chance import GROUP_MOVE
from sim.model.compile import loop, rule
from sim.model.mechanisms.forces import presence, redeployment, seasons, sustainment
from sim.model.mechanisms.insurgents import (
    camps,
    engagement,
    founding,
    insurgency,
    pursuit,
    rivalry,
    sponsorship,
    support,
)
from sim.model.mechanisms.intelligence import information, secrecy, survey
from sim.model.mechanisms.interdiction import corruption, detection, justice, partner
from sim.model.mechanisms.people import communities, protection
from sim.model.mechanisms.trade import crops, finance, market, processing, routing, trafficking
from sim.model.state.agents import Table
from sim.model.state.arrays import (
    Actors,
    Along,
    Bench,
    Border,
    Commerce,
    Diary,
    Fields,
    Ground,
    Land,
    Legs,
    Minds,
    Near,
    Places,
    Reach,
    RouteFacts,
    Routes,
    Sites,
    Support,
    Today,
    Trade,
    Ways,
)
from sim.model.state.clock import day_of_year, is_monthly, is_weekly, tally_row
from sim.model.state.event_log import FULL, LOGGED
from sim.model.state.rows import nearly_full

__all__ = ["Arrays", "Bench", "Diary", "Parameters", "Today", "advance", "one_day"]


class Parameters(NamedTuple):
    """One record array of one row for each mechanism, and one for searching an area, which several
    share."""

    search: Table
    seasons: Table
    redeployment: Table
    sustainment: Table
    presence: Table
    information: Table
    secrecy: Table
    detection: Table
    survey: Table
    corruption: Table
    engagement: Table
    rivalry: Table
    insurgency: Table
    sponsorship: Table
    camps: Table
    founding: Table
    protection: Table
    support: Table
    crops: Table
    processing: Table
    justice: Table
    trafficking: Table
    finance: Table
    market: Table
    partner: Table
    communities: Table


class Arrays(NamedTuple):
    """Everything that a day reads and writes, in groups. Only `one_day` unpacks it: handing all of
    it to each mechanism would compile five times as slowly."""

    actors: Actors
    places: Places
    fields: Fields
    land: Land
    minds: Minds
    trade: Trade
    support: Support
    ground: Ground
    sites: Sites
    near: Near
    reach: Reach
    along: Along
    ways: Ways
    routes: Routes
    route_facts: RouteFacts
    legs: Legs
    border: Border
    commerce: Commerce
    levers: Table
    bench: Bench
    parameters: Parameters
    events: Table  # what was logged since the last cut
    status: np.ndarray  # i8[3] see `event_log`
    tally: np.ndarray  # f8[weeks + 1, quantities, places]
    key: np.uint64


@rule
def crowded(actors: Actors) -> bool:
    """Return whether a table that agents are born into must be doubled before the next day."""
    return (
        nearly_full(actors.groups)
        or nearly_full(actors.shipments)
        or nearly_full(actors.labs)
        or nearly_full(actors.leads)
    )


@loop
def advance(world: Arrays, start: int, stop: int) -> int:
    """Run days start to stop - 1. Returns the first day not yet run: it is less than `stop` when
    the events must be drained or a table must be doubled, and it is a day cut short when a table
    had no row left (`Arrays.status`)."""
    for t in range(start, stop):
        one_day(world, t)
        if world.status[FULL] != 0:
            return t
        if 2 * world.status[LOGGED] > len(world.events) or crowded(world.actors):
            return t + 1
    return stop


@loop
def one_day(world: Arrays, t: int) -> None:
    """Run sections 4.2 to 4.17 of the model. Orders (4.1) are given between stretches of days, in
    `simulation/orders.py`."""
    actors, places, fields = world.actors, world.places, world.fields
    land, minds, trade = world.land, world.minds, world.trade
    armed, ground, sites, near = world.support, world.ground, world.sites, world.near
    reach, along, ways = world.reach, world.along, world.ways
    routes, facts, legs = world.routes, world.route_facts, world.legs
    border, commerce = world.border, world.commerce
    bench, parameters = world.bench, world.parameters
    lever = world.levers[0]
    held = 1 if t < lever.burn_in else 0
    weekly, doy = is_weekly(t, lever.burn_in), day_of_year(t, lever.first_day_of_year)
    opening = 1 if t <= lever.burn_in else 0
    today = Today(world.key, t, held, weekly, doy, world.levers, opening)
    diary = Diary(world.tally[tally_row(t, lever.burn_in)], world.events, world.status)
    latex = commerce.latex_cluster[0]

    if today.weekly:
        observe.weigh(places, parameters, latex, today)
    seasons.seasons(places, land, ways, parameters, today)
    redeployment.redeployment(actors, places, land, sites, ways, parameters, today, diary)
    sustainment.sustainment(actors, places, land, sites, ways, bench, parameters, diary)

    presence.place_units(actors, fields, sites, parameters)
    presence.spread(places, fields, sites, near, bench, parameters)
    presence.cover(places, sites, near, bench, parameters)
    if t == 0:
        prologue.settle(actors, places, sites, near, reach, armed, bench, parameters)
    presence.feel(places, parameters, today)
    if t == lever.burn_in:
        prologue.prologue(
            actors,
            places,
            minds,
            sites,
            near,
            border,
            reach,
            along,
            facts,
            armed,
            bench,
            parameters,
            today,
        )
    presence.cover_by_armed(actors, places, sites, near, armed, parameters)
    if today.weekly:
        protection.protect(places, parameters)

    information.information(
        actors, places, fields, ground, sites, near, routes, border, bench, parameters, today, diary
    )

    heard = secrecy.leaks(actors, places, fields, sites, ground, parameters, today)
    if today.weekly or heard == 1:
        secrecy.see_legs(actors, fields, ground, sites, near, legs, bench, parameters, 0)
        secrecy.see_legs(actors, fields, ground, sites, near, legs, bench, parameters, 1)
    secrecy.beliefs(actors, fields, minds, legs, parameters, heard, today, diary)
    secrecy.watch(actors, places, minds, sites, near, bench, parameters, today)

    detection.loads(
        actors, places, fields, minds, ground, near, routes, facts, legs, parameters, today, diary
    )
    detection.works(actors, fields, minds, ground, near, parameters, today, diary)
    corruption.corruption(actors, places, fields, sites, parameters)
    detection.act_on_leads(
        actors, places, fields, minds, ground, sites, near, routes, parameters, today, diary
    )

    survey.answer(actors, places, fields, sites, near, parameters, today, diary)

    engagement.exposure(actors, places, fields, near, parameters, today)
    engagement.attacks(actors, places, fields, minds, sites, near, parameters, today, diary)
    if today.held == 0:
        rivalry.rivalry(actors, places, sites, near, parameters, today, diary)
        pursuit.meetings(actors, places, fields, ground, sites, near, parameters, today, diary)
        pursuit.raids(actors, places, fields, sites, near, parameters, today, diary)

    if today.weekly:
        if today.opening == 0:
            support.win_people(actors, places, armed, reach, bench.per_party, parameters)
        support.share_places(places, parameters)
        insurgency.insurgency(actors, places, sites, armed, parameters, today, diary)
        if today.opening == 0:
            camps.move_camps(
                actors, places, minds, sites, reach, armed, parameters, today.key, GROUP_MOVE, t
            )
        sponsorship.sponsorship(actors, places, sites, near, bench, parameters, today, diary)
        if today.opening == 0:
            founding.founding(
                actors, places, minds, reach, armed, bench.per_party, parameters, today, diary
            )
        survey.find_fields(places, fields, near, ground, bench, parameters, today, diary)
        if today.held == 0:
            processing.start(actors, places, trade, ground, bench, parameters, today, diary)
            if parameters.crops[0].change > 0.0:
                crops.grow(places, land, near, parameters, latex, today, diary)
                crops.clear(places, land, near, parameters, today, diary)
                crops.eradicate(places, fields, land, sites, near, bench, parameters, today, diary)

    processing.processing(actors, places, bench, parameters, latex, today, diary)
    processing.rebuild(actors, places, ground, today)

    if today.weekly:
        justice.arrests(actors, minds, trade, sites, parameters, today, diary)
        finance.finance(actors, places, trade, sites, parameters, diary)
        trafficking.learn_weekly(actors, minds, trade, parameters)
        routing.choose(
            places, minds, trade, routes, facts, legs, commerce, bench, parameters, today
        )
        if today.held == 1:
            routing.meet_start_shares(places, trade, facts, commerce, parameters)
    if is_monthly(t, lever.burn_in):
        routing.open_and_close(actors, places, trade, parameters, today)
    trafficking.buy_and_send(
        actors,
        places,
        minds,
        trade,
        armed,
        ground,
        routes,
        along,
        facts,
        legs,
        bench,
        parameters,
        today,
        diary,
    )
    trafficking.move(
        actors,
        places,
        fields,
        minds,
        armed,
        ground,
        routes,
        along,
        facts,
        commerce,
        parameters,
        today,
        diary,
    )

    if today.weekly:
        market.market(places, trade, facts, commerce, bench, parameters, today)
        partner.coordinate(places, fields, sites, near, border, parameters, today, diary)
        partner.cross(actors, places, minds, sites, near, border, parameters, today, diary)
        partner.move_bases(actors, places, fields, sites, near, border, parameters, today)
        communities.live(places, parameters, today, diary)
    partner.count_cells(actors, sites, border, diary)
    observe.observe_people(actors, places, fields, armed, sites, border, diary)
    observe.observe_trade(actors, places, trade, legs, today, diary)
