"""4.3 Sustainment: what reaches a post, what a unit can do with it, how it tires.

Reads: units, theatres (lorries, boats, flight hours), links. Writes: units (stock_kg, sustained, readiness, able, effort), tally. No
chance.

`effort = soldiers x tooth x readiness x sustained`. A post needs `ration` kg a soldier and day. Each link carries per vehicle and day
`payload x availability x season / (2 tau + handling)`; helicopters carry `payload_air / (2 hours + .1)` per flight hour and draw on the
theatre's share of the national pool. Lorries serve first, then boats, then helicopters; where the vehicles of a theatre do not suffice,
each post gets the same share of what it asked. Readiness: -.003 a day in the field, up to -.02 when under half of what it needs, +.02 (1
- r) at rest; a third of the time is rest, which settles near .70. A unit without a task lives off the town where it stands and asks for
no transport. Sources: F0466-F0468, evidence B7; the rest assumed."""

from sim.kernel import loop, rule
from sim.world.state import ERADICATION, IDLE, POLICE, RIVER_INFANTRY, SPECIAL, TRANSIT
from sim.world.tables import clip
from sim.world.tally import COST, SUPPLY_HOURS


class Parameters:
    ration_kg: float
    stock_days: float
    refill_days: float
    tooth_line: float
    tooth_special: float
    tooth_river: float
    tooth_police: float
    lorry_payload_kg: float
    boat_payload_kg: float
    air_payload_kg: float
    landing_hours: float
    availability: float
    handling_days: float
    wet_road_factor: float
    wet_river_factor: float
    wet_air_factor: float
    field_share: float
    wear: float
    hunger_wear: float
    hungry_below: float
    rest_gain: float
    soldier_day_usd: float
    flight_hour_usd: float
    field_allowance_usd: float


@rule
def tooth(kind, p):
    """Share of a unit's people that goes out on task."""
    if kind == SPECIAL:
        return p.tooth_special
    if kind == RIVER_INFANTRY:
        return p.tooth_river
    return p.tooth_police if kind >= POLICE else p.tooth_line


@rule
def readiness_after(readiness, sustained, p):
    """Readiness a day later: wear in the field, hunger, and recovery at rest."""
    hunger = max(0.0, 1.0 - sustained / max(p.hungry_below, 1e-9))
    change = -p.wear * p.field_share - p.hunger_wear * hunger + p.rest_gain * (1.0 - readiness) * (1.0 - p.field_share)
    return clip(readiness + change, 0.05, 1.0)


@rule
def vehicle_days_per_kg(link, site, mode, wet, p):
    """Vehicle days (mode 0 lorry, 1 boat) or flight hours (mode 2) to bring one kg to a site; 0 where there is no such link."""
    reach = link[site, mode]
    if reach > 1e8:
        return 0.0
    if mode == 2:
        return (2.0 * reach + p.landing_hours) / max(p.air_payload_kg, 1.0)
    season = 1.0
    payload = p.boat_payload_kg
    if mode == 0:
        payload = p.lorry_payload_kg
        season = p.wet_road_factor if wet else 1.0
    elif wet:
        season = p.wet_river_factor
    return (2.0 * reach + p.handling_days) / max(payload * p.availability * season, 1.0)


@loop
def sustainment(actors, places, sites, bench, parameters, wet, tally):
    """One day of supply and wear. post_need: f8[sites, 2] work space (still needed, brought)."""
    units = actors.units
    theatres = places.theatres
    site_theatre, link = sites.theatre, sites.link
    post_need = bench.post_need
    p = parameters.sustainment[0]
    lift_share = parameters.redeployment[0].lift_share
    for s in range(len(post_need)):
        post_need[s, 0] = 0.0
        post_need[s, 1] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1 and unit.status != TRANSIT and unit.mission != IDLE:
            full = p.stock_days * p.ration_kg * unit.soldiers
            post_need[unit.posting, 0] += p.ration_kg * unit.soldiers + clip(
                (full - unit.stock_kg) / p.refill_days, 0.0, p.ration_kg * unit.soldiers
            )
    for s in range(len(post_need)):
        bought = min(post_need[s, 0], link[s, 3])
        post_need[s, 0] -= bought
        post_need[s, 1] += bought
    for mode in range(3):
        for h in range(len(theatres)):
            pool = theatres[h].lorries if mode == 0 else theatres[h].boats if mode == 1 else theatres[h].flight_hours_day
            if mode == 2:
                pool *= (p.wet_air_factor if wet else 1.0) * (1.0 - lift_share)
            wanted = 0.0
            for s in range(len(post_need)):
                if site_theatre[s] == h and post_need[s, 0] > 0.0:
                    wanted += post_need[s, 0] * vehicle_days_per_kg(link, s, mode, wet, p)
            if wanted <= 0.0 or pool <= 0.0:
                continue
            share = min(1.0, pool / wanted)
            if mode == 2:
                tally[SUPPLY_HOURS, h] += min(pool, wanted)
                tally[COST, h] += min(pool, wanted) * p.flight_hour_usd
            for s in range(len(post_need)):
                if site_theatre[s] == h and post_need[s, 0] > 0.0 and vehicle_days_per_kg(link, s, mode, wet, p) > 0.0:
                    brought = post_need[s, 0] * share
                    post_need[s, 0] -= brought
                    post_need[s, 1] += brought
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        h = site_theatre[unit.posting]
        tally[COST, h] += unit.soldiers * (p.soldier_day_usd + (p.field_allowance_usd if unit.moved == 1 else 0.0))
        unit.able = unit.soldiers * unit.readiness * (1.0 if unit.kind == ERADICATION else tooth(unit.kind, p))
        if unit.status == TRANSIT:
            unit.effort = 0.0
            continue
        if unit.mission == IDLE:
            unit.sustained = 1.0
            unit.readiness = readiness_after(unit.readiness, 1.0, p)
            unit.effort = 0.0
            continue
        need = p.ration_kg * unit.soldiers
        full = p.stock_days * need
        asked = need + clip((full - unit.stock_kg) / p.refill_days, 0.0, need)
        total = post_need[unit.posting, 0] + post_need[unit.posting, 1]
        got = asked * post_need[unit.posting, 1] / total if total > 0.0 else 0.0
        available = unit.stock_kg + got
        unit.sustained = min(1.0, available / need) if need > 0.0 else 1.0
        unit.stock_kg = clip(available - need, 0.0, full)
        unit.readiness = readiness_after(unit.readiness, unit.sustained, p)
        unit.able = unit.soldiers * unit.readiness * (1.0 if unit.kind == ERADICATION else tooth(unit.kind, p))
        unit.effort = unit.able * unit.sustained
