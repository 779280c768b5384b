"""The glossary: every kind of agent as one row of a record array.

A class below is a record type: its annotations give field names and types (`int` is stored as i8, `float` as f8, `Uid` as u8), the
comment gives unit and range. `dtype(Unit)` makes the numpy type, so that mypy, numba and a reader see the same names. A row is never an
identity: what outlives a stretch refers to agents by `uid`, to places by site index (a row of `communities`, then foreign towns and hubs).
Days are `t`, counted from the first day of the burn-in."""

from __future__ import annotations

from typing import Any, get_type_hints

import numpy as np

Uid = np.uint64
Table = Any  # a record array of one of the classes below: numpy has no type for `table.field`

# unit kinds, missions and status
LINE, SPECIAL, RIVER_INFANTRY, POLICE, ANTINARCOTICS, ERADICATION = range(6)
UNIT_KINDS = ("line", "special", "river_infantry", "police", "antinarcotics", "eradication")
PATROL, GARRISON, CHECKPOINT, RIVER_PATROL, RAID, ESCORT, RESERVE, IDLE = range(8)
MISSIONS = ("patrol", "garrison", "checkpoint", "river_patrol", "raid", "escort", "reserve", "idle")
POSTED, PREPARING, TRANSIT = range(3)
STATUSES = ("posted", "preparing", "transit")
# what leaks of a move, at the front that it leaves and at the front that it is bound for
LEAVES, COMES = 1, 2
# services that keep their reports to themselves at first
ARMY, NAVY, POLICE_SERVICE = range(3)
# armed groups
MPCP, DISSIDENT, THIRD = range(3)
GROUP_KINDS = ("mpcp", "dissident", "third")
# who holds a place
NOBODY, STATE, ARMED = range(3)
HOLDERS = ("nobody", "state", "armed")
# places and products
PERU = 1
APURIMAC, AMAZON, PUTUMAYO, MARANON = range(4)
BASINS = ("apurimac", "amazon", "putumayo", "maranon")
ON_FOOT, BY_RIVER, BY_ROAD, BY_AIR = range(4)
BY_UTILITY, BY_SALIENCE = range(2)
COGNITIONS = ("logit", "salience")
# works of the drug trade, and what a lead can point at
COCAINE_LAB, LATEX_POINT, STRIP = range(3)
LAB_KINDS = ("cocaine_lab", "latex_point", "strip")
LEAD_LAB, LEAD_GROUP, LEAD_SHIPMENT, LEAD_FIELD = range(4)
LEAD_KINDS = ("laboratory", "armed_group", "shipment", "field")
BY_TIP, BY_PATROL, BY_PARTNER, BY_POST, BY_LEAD = range(5)
SOURCES = ("tip", "patrol", "partner", "post", "lead")


class Unit:
    """A package of about 30: soldiers, river infantry, police."""

    alive: int  # 1 while the row is in use
    uid: Uid
    kind: int  # LINE .. ERADICATION
    home: int  # site of first posting
    posting: int  # site; in transit: the site left
    mission: int  # PATROL .. IDLE
    status: int  # POSTED, PREPARING, TRANSIT
    order_site: int  # site ordered to, -1 none
    order_mission: int  # mission ordered, PATROL .. IDLE
    by_air: int  # 1 when the move is an airlift
    departs: int  # t of departure
    arrives: int  # t of arrival
    known: int  # what the enemy has heard of the move: LEAVES, COMES or both added up
    guarding: int  # 1 while supplies fail and it only guards its post
    moved: int  # 1 once redeployed to another theatre
    soldiers: float  # people, whole [0, established]
    established: float  # people
    stock_kg: float  # supplies held, kg
    sustained: float  # share of need met today [0, 1]
    readiness: float  # [0, 1]
    knowledge: float  # local knowledge [.5, 1]
    bribed_usd: float  # bribes that each of its people has taken at this post, USD (decayed)
    able: float  # people on task when fully supplied, on the move or not
    effort: float  # people on task today


class ArmedGroup:
    """A Shining Path column, a FARC-dissident cell, or a third group that came where nobody governed."""

    alive: int
    uid: Uid
    kind: int  # MPCP, DISSIDENT, THIRD
    site: int  # where it camps
    country: int  # code of the side of the border it is on
    fighters: float  # people [0, )
    supporters: float  # people
    money: float  # USD
    wage_share: (
        float  # share of revenue that pays fighters, set at day 0 from its own balance [0, 1]
    )
    revenue: float  # USD a week from tolls, taxes and extortion (smoothed)
    extorted: float  # of which extortion, USD a week (smoothed)
    other_usd: float  # USD a week from elsewhere, set at day 0
    spare_usd: float  # USD of this week that are not meant for wages, to be spent
    carrying: float  # fighters that revenue can pay for
    exposure: float  # opportunity for attack today, vulnerable units in reach
    exposure_0: float  # the same at day 0: what today is measured against
    days_abroad: float  # consecutive days across the line
    restraint: int  # 1 while it holds back before a departure it knows of


class Network:
    """A trafficking firm: it buys, moves and sells; what it believes is in `Minds`."""

    alive: int
    uid: Uid
    hub: int  # site
    cash: float  # USD, negative: debt
    credit_usd: float  # most that lenders let it owe, USD
    sent: float  # loads in recent weeks (decayed)
    lost: float  # of which seized
    feared: float  # sum of the prior risks of their routes (decayed with them)
    load_scale: float  # load size relative to the mode's standard [.1, 1]
    foreign: int  # 1 when it is run from abroad, out of reach of an arrest
    capacity_left: float  # share of its capacity that arrests have left it (0, 1]
    recovers: int  # t at which it has its whole capacity again


class Shipment:
    """One load under way."""

    alive: int
    uid: Uid
    network: int  # fixed index of the owner
    cluster: int  # fixed index of the origin
    route: int  # fixed index in the library
    product: int  # HCL, LATEX
    step: int  # index into the steps of all routes
    entered: int  # bit mask of theatres entered (for attempts)
    inside: int  # theatre it is in now
    born: int  # t
    post: int  # site of the post that it passed last, -1 none
    elapsed: float  # days spent on the present step
    kg: float  # kg of the product
    toll: float  # largest armed share that has taxed it [0, 1]


class Laboratory:
    """A cocaine laboratory, latex point or airstrip. Destroyed, it is closed until it is rebuilt, a laboratory at another site."""

    alive: int
    uid: Uid
    kind: int  # COCAINE_LAB, LATEX_POINT, STRIP
    cluster: int  # whose leaf it works, row of `markets`
    owner: int  # fixed index of the network that runs it, -1 for a strip, which villages rent out
    site: int  # community whose land it is on
    cell: int  # active cell
    opened: int  # t at which it began to work here
    closed_until: int  # t
    capacity: float  # kg of product a day (strip: loads a day)
    held_kg: float  # product on the premises, kg: lost when found


class Community:
    """A settlement or hamlet with its fields; row = site."""

    uid: Uid
    cell: int  # active cell
    theatre: int  # VRAEM, LORETO, CAJAMARCA
    cluster: int  # that buys its leaf, row of `markets`
    ronda: int  # 1 where a northern ronda keeps outsiders out
    population: float  # people
    displaced: float  # people who have left
    cooperation: float  # [0, 1] goodwill and mood
    goodwill: float  # [0, 1] cooperation without what recent harm does to it
    cooperation_0: float  # level that goodwill reverts to
    fear: float  # [0, 1]
    harm_state: float  # recent civilian harm by the state, people (decayed)
    harm_armed: float  # the same by armed groups
    coverage: float  # C today [0, 1]
    felt: float  # C~, lagged
    felt_0: float  # C~ at day 0
    armed_coverage: float  # A today [0, 1]
    felt_armed: float  # A~, lagged
    state: float  # control share s [0, 1]
    armed: float  # control share a [0, 1]
    state_0: float  # s at day 0
    holder: int  # who holds it: NOBODY, STATE, ARMED
    levied: float  # share of its licit income that armed groups take [0, 1]
    committee: float  # members of its self-defence committee, people
    vigour: float  # of the committee or ronda [0, 1]
    services: float  # state services [0, 1]
    coca_young: float  # ha, not yet bearing
    coca: float  # ha bearing; a field in its first year of leaf counts in part
    coca_again: float  # of these, ha on ground eradicated before
    coca_bare: float  # ha eradicated, not replanted
    coca_max: float  # ha that the land can carry
    coca_seen: float  # ha located by one service, not yet shared with those who clear
    coca_found: float  # ha located, and known to those who clear
    poppy: float  # ha
    poppy_max: float  # ha
    poppy_seen: float  # ha located by one service
    poppy_found: float  # ha located, and known to those who clear
    kg_passed: float  # kg that moved through its catchment this week, HCl equivalent
    kg_recent: float  # the same over recent weeks (decayed), kg a week
    attempted_kg: (
        float  # kg that came onto its land since the first day of the burn-in, HCl equivalent
    )
    toll_usd: float  # paid to armed groups on its land this week
    bribes_usd: float  # paid at its post today
    eradicated_ha: float  # destroyed this week, ha
    sponsored_coca: float  # paid for by armed groups this week, to be planted, ha
    sponsored_poppy: float  # the same of poppy, ha
    tips: float  # expected reports this week
    tips_8w: float  # reports in recent weeks (decayed)
    tells: float  # share of its people who would name a neighbour's field [0, 1]
    fields_near: float  # visibility of the fields that they could name, as of this week
    stake: float  # USD of product grown or passed (burn-in)
    weight: float  # weight in its theatre's outcomes, sums to 1


class Market:
    """A production cluster: what lies there and what it is worth. It trades in one product; row = cluster."""

    theatre: int  # ELSEWHERE for what passes through
    product: int  # HCL, LATEX
    first_route: int  # row of its first route in the library
    end_route: int  # row after its last
    leaf_kg: float  # kg dry leaf not yet processed
    stock_kg: float  # kg of the product at the farm gate
    outflow: float  # kg a week bought (smoothed): the flow that its target stock is measured by
    bought_week: float  # kg bought since the last weekly count
    price_leaf: float  # USD per kg
    price: float  # USD per kg of the product at the farm gate
    inflow_kg_day: float  # exogenous arrivals from outside the theatres, kg a day


class Partner:
    """Forces across the line, at one foreign town."""

    site: int  # foreign town
    country: int  # code of its side
    presence: float  # people
    coordination: float  # effective today [0, 1]
    friction: float  # with its country, from incidents at the line [0, 1]
    suspended_until: int  # t
    strikes: float  # joint strikes since the last weekly count


class Lead:
    """A report: place, kind and age; not a detection."""

    alive: int  # 1 open, 2 answered or too old: kept on file
    uid: Uid
    kind: int  # LEAD_LAB .. LEAD_FIELD
    target: Uid  # uid of what it names
    row: int  # row of the target when reported: valid while the uid still matches
    site: int  # where the target was seen
    seen: int  # t of the observation
    received: int  # t at which command has it, and the service that was told
    service: int  # ARMY, NAVY, POLICE_SERVICE: who was told
    shared: int  # t from which every service has it
    source: int  # BY_TIP, BY_PATROL, BY_PARTNER


class Theatre:
    """What a theatre's command disposes of; row = theatre code."""

    lorries: float  # supply lorries
    boats: float  # supply boats
    flight_hours_day: float  # helicopter hours available a day; row 0: in the rest of the country
    survey_hours: float  # of these, hours a day that the survey of fields takes
    lift_bank: float  # airlift hours saved up
    eradicate_ha_year: float  # programme, ha a year
    eradicated_ha_year: float  # done since the last new year of the run
    foot: float  # pace on foot today, of that in the dry season (0, 1]
    road: float  # the same on wheels (0, 1]
    flying: float  # share of flight hours that the weather leaves today [0, 1]
    cleared_ha_year: float  # coca cleared from outside the model's teams, ha a year (a dated event)
    announced: int  # t by which it is public that troops will have left, 0 none
    seized_0: float  # kg seized there by day 0, HCl equivalent


class Basin:
    """A river and its tributaries; row = basin code."""

    level: float  # today, 0 that of its lowest month, 1 that of its highest
    pace: float  # of boats today, of that at low water [1, )
    load: float  # of boats today, of that at low water [1, )


class Levers:
    """What the scenario sets and a dated event may change."""

    secrecy: float  # [0, 1]
    secrecy_until: int  # t
    secrecy_until_kg: (
        float  # kg seized in the border theatres since day 0, HCl equivalent, at which it ends
    )
    coordination: float  # with the partner [0, 1]
    suspended: int  # 1 while it is suspended, whatever the friction
    unified: int  # 1 under one command of army, navy, police and air force
    outbound: float  # share of their usual purchases that networks can move out [0, 1]
    police_only: int  # 1 while soldiers may hold people only with police present
    cognition: int  # how networks weigh a route: BY_UTILITY, BY_SALIENCE
    burn_in: int  # days
    first_day_of_year: int  # day of the year at t = 0 [1, 366]


def dtype(record: type) -> np.dtype:
    """numpy type of a record class; fields in the order written."""
    stored = {int: "i8", float: "f8", Uid: "u8"}
    return np.dtype([(name, stored[hint]) for name, hint in get_type_hints(record).items()])


def table(record: type, rows: int) -> Table:
    """An empty table of `rows` rows. A recarray, so that `row.field` reads alike compiled and plain."""
    return np.zeros(rows, dtype(record)).view(np.recarray)
