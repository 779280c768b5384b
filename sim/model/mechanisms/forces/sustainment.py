"""4.3 Sustainment: what reaches a post, what a unit can do with it, how it tires.

Reads: units, theatres (lorries, boats, flight hours, road, flying), basins, links. Writes: units (stock_kg, sustained, guarding,
readiness, able, effort), tally. No chance.

`effort = soldiers x tooth x readiness x sustained`. A post needs `ration` kg a soldier and day. Each link carries per vehicle and day
`payload x availability x season / (2 tau + handling)`: the season is what a boat can load at the level of the post's river, and `tau`
goes at the season's pace on road and river (`seasons`). Helicopters carry `payload_air / (2 hours + .1)` per flight hour and draw on what
the weather leaves of the theatre's share of the national pool. Lorries serve first, then boats, then helicopters, each with the day's
rations before it fills stores. Where the vehicles of a theatre do not suffice, the posts that cost least to feed come first, so that as
many as can be are fed in full and the farthest go short.
Readiness: -.003 a day in the field, up to -.02 when under half of what it needs, +.02 (1 - r) at rest; a third of the time is rest, which
settles near .70. A unit without a task lives off the town where it stands and asks for no transport. Sources: F0466-F0468, evidence B7;
the rest assumed.

Each soldier and policeman costs his pay a day, and an allowance where redeployed; those who clear fields are paid by the price of the
hectare (`crops`), which is the budget of the eradication agency over the hectares of its year.

A unit that gets less than `guard_below` of its need stops its mission and guards its post: it neither patrols nor stops anybody nor
answers a report, and what it weighs it weighs in its own place only (`presence`). It goes back to work once it gets `resume_above`.

Leaves out: what is lost on the way, and supply lines as targets; one class of supplies for all."""

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.state.agents import ERADICATION, IDLE, POLICE, RIVER_INFANTRY, SPECIAL, TRANSIT
from sim.model.state.counts import COST, SUPPLY_HOURS

RATIONS, STORES = (
    0,
    2,
)  # columns of the work space: what is needed, and in the next one what was brought


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
    field_share: float
    wear: float
    hunger_wear: float
    hungry_below: float
    rest_gain: float
    guard_below: float
    resume_above: float
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
    change = (
        -p.wear * p.field_share
        - p.hunger_wear * hunger
        + p.rest_gain * (1.0 - readiness) * (1.0 - p.field_share)
    )
    return clip(readiness + change, 0.05, 1.0)


@rule
def guards(guarding, sustained, p):
    """1 while a unit only guards its post: from the day that supplies fall short until they suffice again."""
    return 1 if sustained < (p.resume_above if guarding == 1 else p.guard_below) else 0


@rule
def vehicle_days_per_kg(link, site, mode, road, boats, load, p):
    """Vehicle days (mode 0 lorry, 1 boat) or flight hours (mode 2) to bring one kg to a site; 0 where there is no such link. road, boats:
    today's paces; load: what a boat loads of its payload at low water."""
    reach = link[site, mode]
    if reach > 1e8:
        return 0.0
    if mode == 2:
        return (2.0 * reach + p.landing_hours) / max(p.air_payload_kg, 1.0)
    days = 2.0 * reach / max(road if mode == 0 else boats, 1e-9) + p.handling_days
    return days / max(
        (p.lorry_payload_kg if mode == 0 else p.boat_payload_kg * load) * p.availability, 1.0
    )


@rule
def to_fill(unit, p):
    """kg a day that a unit asks for beside its ration, to fill its store."""
    need = p.ration_kg * unit.soldiers
    return clip((p.stock_days * need - unit.stock_kg) / p.refill_days, 0.0, need)


@rule
def brought_to(post_need, post, what, asked):
    """A unit's part, by what it asked for, of what was brought to its post."""
    total = post_need[post, what] + post_need[post, what + 1]
    return asked * post_need[post, what + 1] / total if total > 0.0 else 0.0


@loop
def sustainment(actors, places, land, sites, ways, bench, parameters, diary):
    """One day of supply and wear. post_need: f8[sites, 4] work space (rations still needed, brought; stores to fill, filled); cost:
    f8[sites] too (vehicle days a kg)."""
    tally = diary.tally
    units = actors.units
    theatres = places.theatres
    site_theatre, link = sites.theatre, sites.link
    basins, basin = land.basins, ways.basin
    post_need, cost = bench.post_need, bench.load
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
        bought = link[s, 3]
        for what in (RATIONS, STORES):
            taken = min(post_need[s, what], bought)
            post_need[s, what] -= taken
            post_need[s, what + 1] += taken
            bought -= taken
    for mode in range(3):
        for h in range(len(theatres)):
            left = (
                theatres[h].lorries
                if mode == 0
                else theatres[h].boats
                if mode == 1
                else theatres[h].flight_hours_day
            )
            if mode == 2:
                left = (
                    max(left - theatres[h].survey_hours, 0.0)
                    * theatres[h].flying
                    * (1.0 - lift_share)
                )
            for what in (RATIONS, STORES):
                wanted = 0.0
                for s in range(len(post_need)):
                    cost[s] = 0.0
                    if left > 0.0 and site_theatre[s] == h and post_need[s, what] > 0.0:
                        river = basins[basin[s]]
                        cost[s] = vehicle_days_per_kg(
                            link, s, mode, theatres[h].road, river.pace, river.load, p
                        )
                        wanted += post_need[s, what] * cost[s]
                spent = min(left, wanted)
                if mode == 2:
                    tally[SUPPLY_HOURS, h] += spent
                    tally[COST, h] += spent * p.flight_hour_usd
                left -= spent
                while spent > 0.0:
                    next_ = -1
                    for s in range(len(post_need)):
                        if cost[s] > 0.0 and (next_ < 0 or cost[s] < cost[next_]):
                            next_ = s
                    if next_ < 0:
                        break
                    brought = min(post_need[next_, what], spent / cost[next_])
                    post_need[next_, what] -= brought
                    post_need[next_, what + 1] += brought
                    spent -= brought * cost[next_]
                    cost[next_] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        h = site_theatre[unit.posting]
        if unit.kind != ERADICATION:
            tally[COST, h] += unit.soldiers * (
                p.soldier_day_usd + (p.field_allowance_usd if unit.moved == 1 else 0.0)
            )
        unit.able = (
            unit.soldiers
            * unit.readiness
            * (1.0 if unit.kind == ERADICATION else tooth(unit.kind, p))
        )
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
        unit.able = (
            unit.soldiers
            * unit.readiness
            * (1.0 if unit.kind == ERADICATION else tooth(unit.kind, p))
        )
        unit.effort = unit.able * unit.sustained
