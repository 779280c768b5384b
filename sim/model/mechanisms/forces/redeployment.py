"""4.2 Redeployment: preparation, the journey, and arrival with little local knowledge.

Reads: theatres (flying, road), basins, ways. Writes: units (status, posting, mission, order_site,
departs, arrives, moved, known, guarding, knowledge, bribed_usd, stock_kg, soldiers), theatres
(lift_bank), tally. Chance: REPLACE.

A unit in transit counts in no place. Its local knowledge starts at `knowledge_at_arrival` and
climbs to 1 over `learning_days` (8 weeks [4-20], evidence B7). A journey on the surface follows the
quickest way, with the days that the season of the day of departure allows: the parts on foot and
wheels by the road's pace and the parts by boat by the rivers' pace, each the mean of both ends.
Command plans with the dry season when it gives the order. A unit that goes by air waits until the
lift bank of its theatre holds the hours of its flight; the weather reduces what the bank gains. The
strategy decides which units leave a place (`strategies/withdrawal.py`).

Left out: convoys that wait for one another, breakdowns, and a change of way in the rains.
"""

import math
from typing import Any

from sim.model.chance import REPLACE, U, binomial, uniform
from sim.model.compile import loop, rule
from sim.model.state.agents import POSTED, PREPARING, TRANSIT, Unit
from sim.model.state.arrays import Actors, Diary, Ints, Land, Places, Sites, Today, Ways
from sim.model.state.counts import COST, LIFT_HOURS, REPLACED, TRANSIT_DAYS
from sim.model.state.event_log import ARRIVAL, DEPARTURE, NO_SOURCE, note


class Parameters:
    knowledge_at_arrival: float  # share: local knowledge of a unit on arrival
    learning_days: float  # days: days until local knowledge is full
    replacement_per_day: float  # share/day: chance a day that a lost soldier is replaced
    troops_per_flight: float  # people: people in one helicopter
    lift_share: float  # share: share of a theatre's flight hours that moves may use
    lift_bank_hours: float  # h: airlift hours that a theatre can save up
    prepare_days: float  # days: days from order to departure
    prepare_days_many: float  # days: the same when many move at once
    many_people: float  # people: people ordered at once that count as many


@rule
def flight_hours(hours: float, soldiers: float, p: Parameters) -> float:
    """Return the flight hours to lift a unit over `hours` of flight, there and back, by the load of
    one helicopter."""
    return math.ceil(soldiers / max(p.troops_per_flight, 1.0)) * 2.0 * hours


@rule
def journey_days(land_days: float, river_days: float, road: float, boats: float) -> int:
    """Return the whole days of a journey on the surface, at least one. road, boats: today's
    paces."""
    return max(1, math.ceil(land_days / max(road, 1e-9) + river_days / max(boats, 1e-9) - 1e-9))


@rule
def arrive(unit: Unit, site_theatre: Ints, p: Parameters) -> None:
    """Let the unit take up its new posting. Its knowledge of the old place is of no use in the new
    one."""
    if unit.posting != unit.order_site:
        unit.knowledge = p.knowledge_at_arrival
        unit.stock_kg = 0.0
        unit.bribed_usd = 0.0
        if site_theatre[unit.order_site] != site_theatre[unit.home]:
            unit.moved = 1
        else:
            unit.moved = 0
    unit.posting = unit.order_site
    unit.mission = unit.order_mission
    unit.order_site = -1
    unit.known = 0
    unit.guarding = 0
    unit.status = POSTED


@rule
def log_move(
    unit: Unit, kind: int, site_theatre: Ints, site_cell: Ints, t: int, diary: Diary
) -> None:
    """Note a departure or an arrival at the place where the unit is posted."""
    theatre, cell = site_theatre[unit.posting], site_cell[unit.posting]
    note(diary, t, kind, theatre, cell, unit.uid, U(0), unit.soldiers, NO_SOURCE)


@loop
def redeployment(
    actors: Actors,
    places: Places,
    land: Land,
    sites: Sites,
    ways: Ways,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Move every unit's orders on by one day. tally: f8[quantities, places]."""
    key, t = today.key, today.t
    tally = diary.tally
    units = actors.units
    theatres = places.theatres
    site_theatre, site_cell = sites.theatre, sites.cell
    air_hours, land_days, river_days, basin = (
        ways.air_hours,
        ways.land_days,
        ways.river_days,
        ways.basin,
    )
    basins = land.basins
    p = parameters.redeployment[0]
    flight_hour_usd = parameters.sustainment[0].flight_hour_usd
    for h in range(len(theatres)):
        left = max(theatres[h].flight_hours_day - theatres[h].survey_hours, 0.0)
        gained = left * theatres[h].flying * p.lift_share
        theatres[h].lift_bank = min(theatres[h].lift_bank + gained, p.lift_bank_hours)
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        here = site_theatre[unit.posting]
        if unit.status == PREPARING and t >= unit.departs:
            hours = flight_hours(air_hours[unit.posting, unit.order_site], unit.soldiers, p)
            if unit.by_air == 1 and theatres[here].lift_bank < hours:
                unit.departs = t + 1
                unit.arrives = t + 2
            else:
                if unit.by_air == 1:
                    theatres[here].lift_bank -= hours
                    tally[LIFT_HOURS, here] += hours
                    tally[COST, here] += hours * flight_hour_usd
                    unit.arrives = t + 1
                else:
                    a, b = unit.posting, unit.order_site
                    road = 0.5 * (theatres[here].road + theatres[site_theatre[b]].road)
                    boats = 0.5 * (basins[basin[a]].pace + basins[basin[b]].pace)
                    unit.arrives = t + journey_days(land_days[a, b], river_days[a, b], road, boats)
                unit.status = TRANSIT
                log_move(unit, DEPARTURE, site_theatre, site_cell, t, diary)
        if unit.status == TRANSIT and t >= unit.arrives:
            arrive(unit, site_theatre, p)
            log_move(unit, ARRIVAL, site_theatre, site_cell, t, diary)
        if unit.status == TRANSIT:
            tally[TRANSIT_DAYS, here] += unit.soldiers
        else:
            unit.knowledge = min(
                1.0, unit.knowledge + (1.0 - p.knowledge_at_arrival) / max(p.learning_days, 1.0)
            )
            missing = unit.established - unit.soldiers
            if missing > 0.0:
                joined = binomial(
                    uniform(key, REPLACE, t, unit.uid, 0), int(missing), p.replacement_per_day
                )
                unit.soldiers += joined
                tally[REPLACED, here] += joined
