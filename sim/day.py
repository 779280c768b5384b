"""The model on one page: one day, mechanism by mechanism. `advance` is the one compiled entry."""

from typing import NamedTuple

import numpy as np

from sim import records
from sim.kernel import loop, rule
from sim.mechanisms import (
    communities,
    control,
    corruption,
    crops,
    detection,
    engagement,
    entry,
    finance,
    information,
    insurgency,
    justice,
    market,
    partner,
    presence,
    processing,
    pursuit,
    redeployment,
    rivalry,
    routing,
    seasons,
    secrecy,
    sponsorship,
    survey,
    sustainment,
    trafficking,
)
from sim.world.clock import day_of_year, is_monthly, is_weekly, tally_row
from sim.world.state import Table
from sim.world.tables import nearly_full


class Parameters(NamedTuple):
    """One record array of one row per mechanism, and one for searching an area, which several share."""

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
    control: Table
    entry: Table
    crops: Table
    processing: Table
    justice: Table
    trafficking: Table
    finance: Table
    market: Table
    partner: Table
    communities: Table


class Bench(NamedTuple):
    """Work space of the day, allocated once; nothing in it outlives the call that fills it."""

    post_need: np.ndarray  # f8[sites, 4]
    weigh: np.ndarray  # f8[sites, 2]
    load: np.ndarray  # f8[sites]
    per_cell: np.ndarray  # f8[cells]
    per_theatre: np.ndarray  # f8[4]
    per_cluster: np.ndarray  # f8[clusters, 3]
    per_leg: np.ndarray  # f8[legs, 2]


class Lines(NamedTuple):
    """The line and the prices across it, never written."""

    refuge: np.ndarray  # i8[sites] nearest settlement across the line, -1 none
    back: np.ndarray  # i8[sites] nearest community at home, -1 none
    prices: np.ndarray  # f8[exits, products] USD per kg
    cluster_theatre: np.ndarray  # i8[clusters]
    latex_cluster: np.ndarray  # i8[1] cluster that trades in latex, -1 none


@rule
def crowded(actors):
    """Whether a table that agents are born into is to be doubled before the next day."""
    return nearly_full(actors.groups) or nearly_full(actors.shipments) or nearly_full(actors.labs) or nearly_full(actors.leads)


# fmt: off
@loop
def advance(actors, places, fields, land, minds, trade, ground, sites, near, ways, routes, facts, legs, lines, bench, parameters, events,
            key, start, stop, tally):
    """Days start to stop - 1. Returns the day reached, short of stop when the log is to be drained or a table to be doubled
    (`places.status`)."""
    burn_in = places.levers[0].burn_in
    for t in range(start, stop):
        one_day(actors, places, fields, land, minds, trade, ground, sites, near, ways, routes, facts, legs, lines, bench, parameters,
                events, key, t, tally[tally_row(t, burn_in)])
        if places.status[0] != 0:
            return t
        if 2 * places.status[1] > len(events) or crowded(actors):
            return t + 1
    return stop


@loop
def one_day(actors, places, fields, land, minds, trade, ground, sites, near, ways, routes, facts, legs, lines, bench, parameters, events,
            key, t, tally):
    """Sections 4.2 to 4.17 of the model. 4.1, command, speaks between stretches (`mechanisms/command.py`)."""
    lever = places.levers[0]
    held = 1 if t < lever.burn_in else 0
    weekly = is_weekly(t, lever.burn_in)
    doy = day_of_year(t, lever.first_day_of_year)
    latex = lines.latex_cluster[0]

    if weekly:
        records.weigh(places, parameters, latex, t)
    seasons.seasons(places, land, ways, parameters, doy)
    redeployment.redeployment(actors, places, land, sites, ways, parameters, events, key, t, tally)
    sustainment.sustainment(actors, places, land, sites, ways, bench, parameters, tally)

    presence.place_units(actors, fields, sites, parameters)
    presence.spread(actors, places, fields, sites, near, bench, parameters)
    presence.feel(places, parameters, held, t)

    information.information(actors, places, fields, ground, sites, near, routes, lines, bench, parameters, weekly, key, t, tally)

    heard = secrecy.leaks(actors, places, fields, sites, ground, parameters, key, t)
    if weekly or heard == 1:
        secrecy.see_legs(actors, fields, ground, sites, near, legs, bench, parameters, 0)
        secrecy.see_legs(actors, fields, ground, sites, near, legs, bench, parameters, 1)
    secrecy.beliefs(actors, fields, minds, legs, parameters, heard, 0 if weekly else 1, tally)
    secrecy.watch(actors, places, minds, sites, near, bench, parameters, key, t)

    detection.loads(actors, places, fields, minds, ground, near, routes, facts, legs, parameters, events, key, t, tally)
    detection.works(actors, places, fields, minds, ground, near, parameters, events, key, t, tally)
    corruption.corruption(actors, places, fields, sites, parameters)
    detection.act_on_leads(actors, places, fields, minds, ground, sites, near, routes, parameters, events, key, t, tally)

    survey.answer(actors, places, fields, sites, near, parameters, key, t, tally)

    engagement.exposure(actors, places, fields, near, parameters, held)
    engagement.attacks(actors, places, fields, minds, sites, near, parameters, held, events, key, t, tally)
    if held == 0:
        rivalry.rivalry(actors, places, sites, near, parameters, events, key, t, tally)
        pursuit.meetings(actors, places, fields, ground, sites, near, parameters, events, key, t, tally)
        pursuit.raids(actors, places, fields, sites, near, parameters, events, key, t, tally)

    if weekly:
        insurgency.insurgency(actors, places, minds, sites, near, bench, parameters, held, key, t, tally)
        sponsorship.sponsorship(actors, places, sites, near, bench, parameters, held, t, tally)
        control.control(places, parameters, held)
        if held == 0:
            entry.entry(actors, places, minds, sites, parameters, events, key, t, tally)
        survey.find_fields(places, fields, near, ground, bench, parameters, tally)
        if held == 0:
            processing.start(actors, places, trade, ground, bench, parameters, key, t, tally)
            crops.grow(places, land, near, parameters, latex, t, tally)
            crops.clear(places, land, near, parameters, t, tally)
            crops.eradicate(places, fields, land, sites, near, bench, parameters, doy, t, tally)

    processing.processing(actors, places, bench, parameters, latex, t, tally)
    processing.rebuild(actors, places, ground, key, t)

    if weekly:
        justice.arrests(actors, places, minds, trade, sites, parameters, events, key, t, tally)
        finance.finance(actors, places, trade, sites, parameters, tally)
        trafficking.learn_weekly(actors, minds, trade, parameters)
        routing.choose(places, minds, trade, routes, facts, legs, lines, bench, parameters)
        if held == 1:
            routing.meet_start_shares(places, trade, facts, lines, parameters)
    if is_monthly(t, lever.burn_in):
        routing.open_and_close(actors, places, trade, parameters, key, t)
    trafficking.buy_and_send(actors, places, minds, trade, ground, routes, facts, legs, bench, parameters, key, t, tally)
    trafficking.move(actors, places, fields, minds, ground, routes, facts, lines, parameters, t, tally)

    if weekly:
        market.market(places, trade, facts, lines, bench, parameters)
        partner.coordinate(places, fields, sites, near, lines, parameters, key, t, tally)
        partner.cross(actors, places, minds, sites, near, lines, parameters, held, events, key, t, tally)
        partner.move_bases(actors, places, fields, sites, near, lines, parameters, key, t)
        communities.live(places, parameters, held, events, key, t, tally)
    partner.count_cells(actors, sites, lines, tally)
    records.observe_people(actors, places, fields, sites, lines, tally)
    records.observe_trade(actors, places, trade, legs, t, tally)
