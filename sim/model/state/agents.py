"""The glossary: every kind of agent as one row of a record array.

Each class below is a record type. Its annotations give the names and types of the fields (`int` is
stored as i8, `float` as f8, `Uid` as u8), and the comments give units and ranges. `dtype(Unit)`
makes the numpy type, so that mypy, numba and a reader see the same names.

Rows are reused, so identify agents by `uid`: whatever outlasts a stretch of days refers to agents
by `uid` and to places by site index. Sites are the rows of `communities`, followed by the foreign
towns and the hubs. `t` is a day, counted from the first day of the burn-in.
"""

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
# what leaks about a move: on the front that it leaves, or on the front that it is bound for
LEAVES, COMES = 1, 2
# services, each of which keeps its reports to itself at first
ARMY, NAVY, POLICE_SERVICE = range(3)
# armed groups
MPCP, DISSIDENT, THIRD = range(3)
GROUP_KINDS = ("mpcp", "dissident", "third")
# Parties: columns of what armed groups rule. The last ones are free for groups that come later.
PARTIES = 6
MPCP_PARTY, FIRST_DISSIDENTS, FIRST_FREE_PARTY = 0, 1, 3
# places and products
PERU = 1
APURIMAC, AMAZON, PUTUMAYO, MARANON = range(4)
BASINS = ("apurimac", "amazon", "putumayo", "maranon")
ON_FOOT, BY_RIVER, BY_ROAD, BY_AIR = range(4)
BY_UTILITY, BY_SALIENCE = range(2)
COGNITIONS = ("logit", "salience")
# terrain and road classes: codes of `TERRAINS` and `ROAD_CLASSES` in `geography/map.py`
SELVA_ALTA, SELVA_BAJA = 4, 5
NO_ROAD, SECONDARY_ROAD = 0, 2
# `alive` of a lead: a free row, still to be answered, answered or too old
FREE, OPEN, CLOSED = range(3)
# works of the drug trade; kinds of target that a lead can name; how a target was found
COCAINE_LAB, LATEX_POINT, STRIP = range(3)
LAB_KINDS = ("cocaine_lab", "latex_point", "strip")
LEAD_LAB, LEAD_GROUP, LEAD_SHIPMENT, LEAD_FIELD = range(4)
LEAD_KINDS = ("laboratory", "armed_group", "shipment", "field")
BY_TIP, BY_PATROL, BY_PARTNER, BY_POST, BY_LEAD = range(5)
SOURCES = ("tip", "patrol", "partner", "post", "lead")


class Unit:
    """A package of about 30 people: soldiers, river infantry or police."""

    alive: int  # 1 while the row is in use
    uid: Uid
    kind: int  # LINE .. ERADICATION
    home: int  # site of first posting
    posting: int  # site; in transit, the site that it left
    mission: int  # PATROL .. IDLE
    status: int  # POSTED, PREPARING, TRANSIT
    order_site: int  # site ordered to, -1 none
    order_mission: int  # mission ordered, PATROL .. IDLE
    by_air: int  # 1 when the move is an airlift
    departs: int  # t of departure
    arrives: int  # t of arrival
    known: int  # what the enemy has heard of the move: LEAVES, COMES or their sum
    guarding: int  # 1 while supplies fail and the unit only guards its post
    moved: int  # 1 once it is redeployed to another theatre
    soldiers: float  # people, a whole number [0, established]
    established: float  # people
    stock_kg: float  # supplies held, kg
    sustained: float  # share of need met today [0, 1]
    readiness: float  # [0, 1]
    knowledge: float  # local knowledge [.5, 1]
    bribed_usd: float  # USD of bribes that each of its people has taken at this post (decayed)
    able: float  # people on task if it were fully supplied, also while it is in transit
    effort: float  # people on task today


class ArmedGroup:
    """A Shining Path column, a cell of FARC dissidents, or a third group that was founded where no
    party reached. It is one camp of its party."""

    alive: int
    uid: Uid
    kind: int  # MPCP, DISSIDENT, THIRD
    party: int  # row of the party that it belongs to
    site: int  # where it camps
    country: int  # code of the side of the border it is on
    fighters: float  # people [0, )
    spare_usd: float  # USD of this week that it will spend on other things than wages
    exposure: float  # opportunity for attack today: vulnerable targets in reach
    exposure_0: float  # exposure at day 0, the reference for today
    days_abroad: float  # consecutive days abroad
    restraint: int  # 1 while it holds back before a departure it knows of


class Party:
    """An armed party: what its groups collect together, and how many fighters that can pay."""

    alive: int  # 1 while it has groups
    kind: int  # MPCP, DISSIDENT, THIRD
    toll_usd: float  # USD of tolls taken from loads since the last weekly count
    revenue: float  # USD a week from tolls, taxes and the levy (smoothed)
    other_usd: float  # USD a week from other sources
    chest_until: int  # t until which other_usd comes in; a founder brings it along
    wage_share: float  # phi: share of its income that pays fighters [0, 1]
    carrying: float  # K: fighters that its income can pay
    protection_0: float  # s_b0: mean protection of the people whom it rules, at rest [0, 1]


class Network:
    """A trafficking firm, which buys, moves and sells. Its beliefs are held in `Minds`."""

    alive: int
    uid: Uid
    hub: int  # site
    cash: float  # USD; a negative amount is debt
    credit_usd: float  # most that lenders let it owe, USD
    sent: float  # loads in recent weeks (decayed)
    lost: float  # those of them that were seized
    feared: float  # sum of the prior risks of their routes (decayed in the same way)
    load_scale: float  # load size relative to the mode's standard [.1, 1]
    foreign: int  # 1 when it is run from abroad, out of reach of an arrest
    capacity_left: float  # share of its capacity that is left after arrests (0, 1]
    recovers: int  # t at which it has its whole capacity again


class Shipment:
    """One load under way."""

    alive: int
    uid: Uid
    network: int  # row of the owner
    cluster: int  # row of the origin in `markets`
    route: int  # row in the route library
    product: int  # HCL, LATEX
    step: int  # index into the steps of all routes
    entered: int  # bit mask of theatres entered, to count attempts
    inside: int  # theatre that it is in now
    born: int  # t of dispatch
    post: int  # site of the post that it passed last, -1 none
    elapsed: float  # days spent on the present step
    kg: float  # kg of the product


class Laboratory:
    """A cocaine laboratory, latex point or airstrip. Once destroyed it stays closed until it is
    rebuilt; a laboratory or latex point is rebuilt at another site."""

    alive: int
    uid: Uid
    kind: int  # COCAINE_LAB, LATEX_POINT, STRIP
    cluster: int  # cluster whose leaf it processes, row of `markets`
    owner: int  # row of the network that runs it; -1 for a strip, which villages rent out
    site: int  # community whose land it is on
    cell: int  # active cell
    opened: int  # t at which it began to work here
    closed_until: int  # t from which it works again
    capacity: float  # kg of product a day (strip: loads a day)
    held_kg: float  # product on the premises, kg: lost when found


class Community:
    """A settlement or hamlet with its fields; its row is its site index."""

    uid: Uid
    cell: int  # active cell
    theatre: int  # VRAEM, LORETO, CAJAMARCA
    cluster: int  # cluster that buys its leaf, row of `markets`
    ronda: int  # 1 where a northern ronda keeps outsiders out
    population: float  # people
    displaced: float  # people who have left
    cooperation: float  # goodwill and mood [0, 1]
    goodwill: float  # cooperation without the effect of recent harm [0, 1]
    cooperation_0: float  # level to which goodwill reverts
    fear: float  # [0, 1]
    harm_state: float  # recent civilian harm by the state, people (decayed)
    harm_armed: float  # recent civilian harm by armed groups, people (decayed)
    coverage: float  # share that soldiers, committee and police cover today [0, 1]
    covered_by_soldiers: float  # the same, by soldiers and the committee alone
    covered_by_police: float  # the same, by police alone
    felt: float  # coverage as people feel it, with a lag [0, 1]
    felt_soldiers: float  # C_f: felt coverage by soldiers and the committee [0, 1]
    felt_police: float  # C_p: felt coverage by police [0, 1]
    felt_soldiers_0: float  # C_f at day 0
    felt_police_0: float  # C_p at day 0
    civil: float  # protection by the civil state [0, 1]
    protection: float  # s: what the state and its allies protect [0, 1]
    protection_usual: float  # s_26: its exponential mean over recent weeks
    protection_0: float  # s at day 0
    vacuum: float  # share of the protection of day 0 beyond the civil state that is gone [0, 1]
    armed_coverage: float  # A: share that fighters at hand cover today [0, 1]
    under_rule: float  # B: share of its people under the rule of armed parties [0, 1]
    state: float  # share of its people with the state [0, 1]
    armed: float  # a: share of its people with armed parties [0, 1]
    state_0: float  # state at day 0
    ruled: int  # 1 while armed parties have more of its people than the state, and enough
    ruled_0: int  # ruled at day 0
    unreached_weeks: float  # weeks in which no party has reached it politically
    committee: float  # members of its self-defence committee, people
    vigour: float  # v: of the committee or ronda [0, 1]
    services: float  # state services [0, 1]
    coca_young: float  # ha, not yet bearing
    coca: float  # ha bearing; a field in its first year of leaf counts in part
    coca_again: float  # ha bearing that stand on ground eradicated before
    coca_bare: float  # ha eradicated, not replanted
    coca_max: float  # ha that the land can carry
    coca_seen: float  # ha located by one service, not yet shared with those who clear
    coca_found: float  # ha located, and known to those who clear
    poppy: float  # ha
    poppy_max: float  # ha
    poppy_seen: float  # ha located by one service
    poppy_found: float  # ha located, and known to those who clear
    kg_passed: float  # kg that moved through its catchment this week, HCl equivalent
    kg_recent: float  # kg a week that moved through it in recent weeks (decayed)
    attempted_kg: float  # kg that came onto its land since t = 0, HCl equivalent
    bribes_usd: float  # USD paid at its post today
    eradicated_ha: float  # ha destroyed this week
    sponsored_coca: float  # ha to be planted that armed groups paid for this week
    sponsored_poppy: float  # ha of poppy to be planted that armed groups paid for this week
    tips: float  # expected reports this week
    tips_8w: float  # reports in recent weeks (decayed)
    tells: float  # share of its people who would name a neighbour's field [0, 1]
    fields_near: float  # visibility of the fields that they could name this week
    stake: float  # USD of product grown or passed (burn-in)
    weight: float  # weight in its theatre's outcomes, sums to 1


class Market:
    """A production cluster: the stocks that lie there and their prices. It trades in one product;
    its row is the cluster."""

    theatre: int  # ELSEWHERE for a cluster outside the modelled theatres
    product: int  # HCL, LATEX
    first_route: int  # row of its first route in the library
    end_route: int  # row after its last
    leaf_kg: float  # kg dry leaf not yet processed
    stock_kg: float  # kg of the product at the farm gate
    outflow: float  # kg a week bought (smoothed), which sets its target stock
    bought_week: float  # kg bought since the last weekly count
    price_leaf: float  # USD per kg
    price: float  # USD per kg of the product at the farm gate
    inflow_kg_day: float  # exogenous arrivals from outside the theatres, kg a day


class Partner:
    """The neighbour's forces at one foreign town."""

    site: int  # foreign town
    country: int  # country code
    presence: float  # people
    coordination: float  # effective today [0, 1]
    friction: float  # with its country, from incidents at the border [0, 1]
    suspended_until: int  # t at which its country resumes coordination
    strikes: float  # joint strikes since the last weekly count


class Lead:
    """A report that names a place and a kind of target. It has an age, and it is not yet a
    detection."""

    alive: int  # FREE, OPEN, or CLOSED: answered or too old, but still on file
    uid: Uid
    kind: int  # LEAD_LAB .. LEAD_FIELD
    target: Uid  # uid of what it names
    row: int  # row of the target when reported, valid while the uid still matches
    site: int  # where the target was seen
    seen: int  # t of the observation
    received: int  # t at which command and the service that was told have it
    service: int  # the service that was told: ARMY, NAVY, POLICE_SERVICE
    shared: int  # t from which every service has it
    source: int  # BY_TIP, BY_PATROL, BY_PARTNER


class Theatre:
    """The means that the command of a theatre has; the row is the theatre code."""

    lorries: float  # supply lorries
    boats: float  # supply boats
    flight_hours_day: float  # helicopter hours a day; row 0 holds those of the rest of the country
    survey_hours: float  # hours a day of these that the survey of fields takes
    lift_bank: float  # airlift hours saved up
    eradicate_ha_year: float  # programme, ha a year
    eradicated_ha_year: float  # done since the last new year of the run
    foot: float  # pace on foot today, relative to the dry season (0, 1]
    road: float  # pace on wheels today, relative to the dry season (0, 1]
    flying: float  # share of flight hours that the weather leaves today [0, 1]
    cleared_ha_year: float  # ha a year of coca cleared from outside (a dated event)
    announced: int  # t by which troops will have left, as announced in public; 0 none
    seized_0: float  # kg seized there by day 0, HCl equivalent


class Basin:
    """A river and its tributaries; the row is the basin code."""

    level: float  # level today: 0 in its lowest month, 1 in its highest
    pace: float  # pace of boats today, relative to low water [1, )
    load: float  # load of boats today, relative to low water [1, )


class Levers:
    """What the scenario sets and a dated event may change."""

    secrecy: float  # [0, 1]
    secrecy_until: int  # t
    secrecy_until_kg: float  # secrecy ends at this many kg seized at the border since day 0
    coordination: float  # with the partner [0, 1]
    suspended: int  # 1 while it is suspended, whatever the friction
    unified: int  # 1 under one command of army, navy, police and air force
    outbound: float  # share of their usual purchases that networks can move out [0, 1]
    police_only: int  # 1 while soldiers may hold people only with police present
    cognition: int  # how networks weigh routes: BY_UTILITY, BY_SALIENCE
    burn_in: int  # days
    first_day_of_year: int  # day of the year at t = 0 [1, 366]


def dtype(record: type) -> np.dtype:
    """Return the numpy type of a record class, with the fields in the order written."""
    stored = {int: "i8", float: "f8", Uid: "u8"}
    return np.dtype([(name, stored[hint]) for name, hint in get_type_hints(record).items()])


def table(record: type, rows: int) -> Table:
    """Return an empty table of `rows` rows. It is a recarray, so that `row.field` reads alike
    compiled and plain."""
    return np.zeros(rows, dtype(record)).view(np.recarray)
