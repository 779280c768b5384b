"""4.3 Sustainment: the supplies that reach a post, what a unit can do with them, and how it tires.

Reads: units, theatres (lorries, boats, flight hours, road, flying), basins, links. Writes: units
(stock_kg, sustained, guarding, readiness, able, effort), tally. No chance.

`effort = soldiers x tooth x readiness x sustained`. A post needs `ration` kg a day for each
soldier. On each link a vehicle carries `payload x availability x season / (2 tau + handling)` a
day: `season` is the load that a boat can carry at the level of the post's river, and `tau` uses the
season's pace on road and river (`seasons`). Helicopters carry `payload_air / (2 hours + .1)` per
flight hour. They use the part of the theatre's share of the national flight hours that the weather
leaves. Lorries serve first, then boats, then helicopters, and each brings the day's rations before
it fills stores. Where the vehicles of a theatre are too few, the posts that cost least to feed are
served first. In this way as many posts as possible are fed in full, and the most distant go short.

Readiness falls by .003 a day in the field and by up to .02 more when supplies are under half of the
need, and it gains +.02 (1 - r) at rest. A third of the time is rest, so readiness settles near .70.
A unit without a task lives off the town where it stands and asks for no transport. Sources:
F0466-F0468, evidence B7; the rest is assumed.

Each soldier and policeman costs his daily pay, and an allowance where redeployed. Eradication teams
are paid by the price of the hectare instead (`crops`), which is the budget of the eradication
agency divided by the hectares of its year.

A unit that gets less than `guard_below` of its need stops its mission and guards its post: it does
not patrol, stops nobody and answers no report, and it has weight only in its own place
(`presence`). It resumes its mission once it gets `resume_above`.

Left out: losses on the way, and supply lines as targets; all supplies are one class.
"""

from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.state.agents import (
    ERADICATION,
    IDLE,
    POLICE,
    RIVER_INFANTRY,
    SPECIAL,
    TRANSIT,
    Theatre,
    Unit,
)
from sim.model.state.arrays import (
    BY_BOAT,
    BY_HELICOPTER,
    BY_LORRY,
    FAR,
    SOLD_IN_TOWN,
    Actors,
    Bench,
    Diary,
    Floats,
    Land,
    Places,
    Sites,
    Ways,
)
from sim.model.state.counts import COST, SUPPLY_HOURS

# Columns of `Bench.post_need`: kg still needed. The next column holds the kg brought so far.
RATIONS, STORES = 0, 2


class Parameters:
    ration_kg: float  # kg/soldier-day: supplies a soldier needs, all classes
    stock_days: float  # days: days of supply a post can hold
    refill_days: float  # days: days over which an empty store is refilled
    tooth_line: float  # share: share of a line unit on task
    tooth_special: float  # share: share of a special unit on task
    tooth_river: float  # share: share of river infantry on task
    tooth_police: float  # share: share of a police team on task
    lorry_payload_kg: float  # kg: load of a supply lorry
    boat_payload_kg: float  # kg: load of a supply boat
    air_payload_kg: float  # kg: load of a transport helicopter
    landing_hours: float  # h: flight hours lost at each landing
    availability: float  # share: share of vehicles that run
    handling_days: float  # days: days of loading and unloading per trip
    field_share: float  # share: share of time in the field
    wear: float  # per day: readiness lost a day in the field
    hunger_wear: float  # per day: readiness lost a day without supply
    # share: share of its need below which a unit goes hungry
    hungry_below: float
    rest_gain: float  # per day: readiness regained a day at rest
    guard_below: float  # share: share of need under which a unit only guards its post
    resume_above: float  # share: share of need at which such a unit goes back to work
    soldier_day_usd: float  # USD/soldier-day: cost of a soldier a day wherever posted
    flight_hour_usd: float  # USD/h: cost of a helicopter hour
    field_allowance_usd: float  # USD/soldier-day: added cost of a redeployed soldier a day


@rule
def tooth(kind: int, p: Parameters) -> float:
    """Return the share of a unit's people that goes out on task; all of them in an eradication
    team."""
    if kind == ERADICATION:
        return 1.0
    if kind == SPECIAL:
        return p.tooth_special
    if kind == RIVER_INFANTRY:
        return p.tooth_river
    return p.tooth_police if kind >= POLICE else p.tooth_line


@rule
def readiness_after(readiness: float, sustained: float, p: Parameters) -> float:
    """Return readiness a day later: wear in the field, hunger, and recovery at rest."""
    hunger = max(0.0, 1.0 - sustained / max(p.hungry_below, 1e-9))
    change = (
        -p.wear * p.field_share
        - p.hunger_wear * hunger
        + p.rest_gain * (1.0 - readiness) * (1.0 - p.field_share)
    )
    return clip(readiness + change, 0.05, 1.0)


@rule
def guards(guarding: int, sustained: float, p: Parameters) -> int:
    """Return 1 while a unit only guards its post: from the day that supplies fall short until they
    are sufficient again."""
    return 1 if sustained < (p.resume_above if guarding == 1 else p.guard_below) else 0


@rule
def vehicles(theatre: Theatre, mode: int, lift_share: float) -> float:
    """Return the lorries or boats of a theatre, or the flight hours that it has left for supply
    today."""
    if mode == BY_LORRY:
        return theatre.lorries
    if mode == BY_BOAT:
        return theatre.boats
    hours = max(theatre.flight_hours_day - theatre.survey_hours, 0.0)
    return hours * theatre.flying * (1.0 - lift_share)


@rule
def vehicle_days_per_kg(
    link: Floats, site: int, mode: int, road: float, boats: float, load: float, p: Parameters
) -> float:
    """Return the vehicle days (BY_LORRY, BY_BOAT) or flight hours (BY_HELICOPTER) to bring one kg
    to a site; 0 where there is no such link. road, boats: today's paces; load: what a boat can
    carry, as a multiple of its payload at low water."""
    reach = link[site, mode]
    if reach >= FAR:
        return 0.0
    if mode == BY_HELICOPTER:
        return (2.0 * reach + p.landing_hours) / max(p.air_payload_kg, 1.0)
    days = 2.0 * reach / max(road if mode == BY_LORRY else boats, 1e-9) + p.handling_days
    return days / max(
        (p.lorry_payload_kg if mode == BY_LORRY else p.boat_payload_kg * load) * p.availability, 1.0
    )


@rule
def to_fill(unit: Unit, p: Parameters) -> float:
    """Return the kg a day that a unit asks for to fill its store, in addition to its ration."""
    need = p.ration_kg * unit.soldiers
    return clip((p.stock_days * need - unit.stock_kg) / p.refill_days, 0.0, need)


@rule
def brought_to(post_need: Floats, post: int, what: int, asked: float) -> float:
    """Return a unit's part of the supplies brought to its post, in proportion to what it
    asked for."""
    total = post_need[post, what] + post_need[post, what + 1]
    return asked * post_need[post, what + 1] / total if total > 0.0 else 0.0


@loop
def sustainment(
    actors: Actors,
    places: Places,
    land: Land,
    sites: Sites,
    ways: Ways,
    bench: Bench,
    parameters: Any,
    diary: Diary,
) -> None:
    """Run one day of supply and wear. Work space: post_need f8[sites, 4] (rations needed and
    brought, stores needed and brought), vehicle_days f8[sites] (vehicle days a kg)."""
    tally = diary.tally
    units = actors.units
    theatres = places.theatres
    site_theatre, link = sites.theatre, sites.link
    basins, basin = land.basins, ways.basin
    post_need, vehicle_days = bench.post_need, bench.per_site
    p = parameters.sustainment[0]
    lift_share = parameters.redeployment[0].lift_share
    for s in range(len(post_need)):
        for k in range(4):
            post_need[s, k] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1 and unit.status != TRANSIT and unit.mission != IDLE:
            post_need[unit.posting, RATIONS] += p.ration_kg * unit.soldiers
            post_need[unit.posting, STORES] += to_fill(unit, p)
    for s in range(len(post_need)):
        bought = link[s, SOLD_IN_TOWN]
        for what in (RATIONS, STORES):
            taken = min(post_need[s, what], bought)
            post_need[s, what] -= taken
            post_need[s, what + 1] += taken
            bought -= taken
    for mode in (BY_LORRY, BY_BOAT, BY_HELICOPTER):
        for h in range(len(theatres)):
            left = vehicles(theatres[h], mode, lift_share)
            for what in (RATIONS, STORES):
                wanted = 0.0
                for s in range(len(post_need)):
                    vehicle_days[s] = 0.0
                    if left > 0.0 and site_theatre[s] == h and post_need[s, what] > 0.0:
                        river = basins[basin[s]]
                        vehicle_days[s] = vehicle_days_per_kg(
                            link, s, mode, theatres[h].road, river.pace, river.load, p
                        )
                        wanted += post_need[s, what] * vehicle_days[s]
                spent = min(left, wanted)
                if mode == BY_HELICOPTER:
                    tally[SUPPLY_HOURS, h] += spent
                    tally[COST, h] += spent * p.flight_hour_usd
                left -= spent
                while spent > 0.0:
                    next_ = -1
                    for s in range(len(post_need)):
                        if vehicle_days[s] > 0.0 and (
                            next_ < 0 or vehicle_days[s] < vehicle_days[next_]
                        ):
                            next_ = s
                    if next_ < 0:
                        break
                    brought = min(post_need[next_, what], spent / vehicle_days[next_])
                    post_need[next_, what] -= brought
                    post_need[next_, what + 1] += brought
                    spent -= brought * vehicle_days[next_]
                    vehicle_days[next_] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        h = site_theatre[unit.posting]
        if unit.kind != ERADICATION:
            tally[COST, h] += unit.soldiers * (
                p.soldier_day_usd + (p.field_allowance_usd if unit.moved == 1 else 0.0)
            )
        unit.able = unit.soldiers * unit.readiness * tooth(unit.kind, p)
        if unit.status == TRANSIT:
            unit.effort = 0.0
            continue
        if unit.mission == IDLE:
            unit.sustained = 1.0
            unit.guarding = 0
            unit.readiness = readiness_after(unit.readiness, 1.0, p)
            unit.effort = 0.0
            continue
        need = p.ration_kg * unit.soldiers
        available = unit.stock_kg
        available += brought_to(post_need, unit.posting, RATIONS, need)
        available += brought_to(post_need, unit.posting, STORES, to_fill(unit, p))
        unit.sustained = min(1.0, available / need) if need > 0.0 else 1.0
        unit.guarding = guards(unit.guarding, unit.sustained, p)
        unit.stock_kg = clip(available - need, 0.0, p.stock_days * need)
        unit.readiness = readiness_after(unit.readiness, unit.sustained, p)
        unit.able = unit.soldiers * unit.readiness * tooth(unit.kind, p)
        unit.effort = unit.able * unit.sustained
