"""4.6 Secrecy and belief: what networks and armed groups think of the force in their way.

Reads: units, fields (patrols, guard), levers, theatres (announced). Writes: fields.leg_effort, leg_planned, minds.belief, minds.danger,
units.known, groups.restraint, tally. Chance: LEAK, OBSERVE.

Belief B is effort (people on task in a traveller's way, per cell of a leg). It moves by (i) a load's own passage, by `learn_passage`
(written in trafficking, when the load leaves the leg), (ii) rumour, `rumour` a day, (iii) a heard leak, by `foresight` towards what is
planned. Nothing else. What is seen: posts in full, river patrols .5, foot patrols .25, waiting raids 0. Leak hazard a week `l0 + l1 log(1
+ lead weeks) + l2 convoys + l3 police share + l4 coordination`, all times (1 - secrecy) (evidence B2, assumed). Armed groups observe .05
a day + .3 a through sympathisers, and may hold back between a departure that they know of and the departure."""

import math

from sim.chance import LEAK, OBSERVE, U, uniform
from sim.kernel import loop, rule
from sim.world.firms import living
from sim.world.state import (
    CHECKPOINT,
    GARRISON,
    IDLE,
    POLICE,
    PREPARING,
    RAID,
    RESERVE,
    RIVER_PATROL,
    TRANSIT,
    VRAEM,
)
from sim.world.tables import duty
from sim.world.tally import BELIEF_GAP


class Parameters:
    see_post: float
    see_river: float
    see_foot: float
    rumour: float
    foresight: float
    learn_passage: float
    leak_base: float
    leak_lead: float
    leak_convoy: float
    convoy_units: float
    leak_police: float
    leak_coordination: float
    watch: float
    sympathisers: float
    restraint_on: float


@rule
def visibility(mission, p):
    """Share of a unit's effort that a traveller notices."""
    if mission == CHECKPOINT or mission == GARRISON:
        return p.see_post
    if mission == RIVER_PATROL:
        return p.see_river
    if mission == RAID or mission == RESERVE or mission == IDLE:
        return 0.0
    return p.see_foot


@loop
def see_legs(actors, fields, sites, near, legs, bench, parameters, planned):
    """Visible people on task per cell of each leg, as posted today (planned 0) or once all that is known is carried out (1)."""
    units = actors.units
    out = fields.leg_planned if planned == 1 else fields.leg_effort
    site_cell = sites.cell
    cell_start, cell, cell_share = near.cell_start, near.cell, near.cell_share
    leg_start, leg_cell = legs.start, legs.cell
    per_cell = bench.per_cell
    p = parameters.secrecy[0]
    for c in range(len(per_cell)):
        per_cell[c] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        told = planned == 1 and unit.order_site >= 0 and unit.known > 0
        if unit.status == TRANSIT and not told:
            continue
        site = unit.order_site if told else unit.posting
        mission = unit.order_mission if told else duty(unit)
        seen = (unit.able if told else unit.effort) * visibility(mission, p)
        if mission == CHECKPOINT or mission == GARRISON:
            if site_cell[site] >= 0:
                per_cell[site_cell[site]] += seen
        else:
            for e in range(cell_start[site], cell_start[site + 1]):
                per_cell[cell[e]] += seen * cell_share[e]
    for leg in range(len(out)):
        total = 0.0
        for e in range(leg_start[leg], leg_start[leg + 1]):
            total += per_cell[leg_cell[e]]
        out[leg] = total / max(leg_start[leg + 1] - leg_start[leg], 1)


@rule
def leak_hazard(weeks, convoys, police_share, coordination, p):
    """Hazard a week that a move becomes known."""
    hazard = p.leak_base + p.leak_lead * math.log(1.0 + weeks) + p.leak_convoy * convoys
    return hazard + p.leak_police * police_share + p.leak_coordination * coordination


@loop
def leaks(actors, places, sites, parameters, key, t):
    """Has anyone talked? One draw a day for each theatre that prepares a move; it tells all that is being prepared there. Returns 1 when
    something became known today. Who leaves by the day of an announced departure is known at once."""
    units = actors.units
    levers, theatres = places.levers, places.theatres
    site_theatre = sites.theatre
    p = parameters.secrecy[0]
    lever = levers[0]
    secrecy = lever.secrecy if t < lever.secrecy_until else 0.0
    heard = 0
    for h in range(1, 4):
        moving = 0.0
        police = 0.0
        weeks = 0.0
        for i in range(len(units)):
            unit = units[i]
            if unit.alive == 1 and unit.status == PREPARING and site_theatre[unit.posting] == h and site_theatre[unit.order_site] != h:
                if unit.known == 0 and unit.departs <= theatres[h].announced:
                    unit.known = 1
                    heard = 1
                if unit.known == 0:
                    moving += 1.0
                    police += 1.0 if unit.kind >= POLICE else 0.0
                    weeks = max(weeks, max(unit.departs - t, 0) / 7.0)
        if moving > 0.0:
            weekly = leak_hazard(weeks, moving / max(p.convoy_units, 1.0), police / moving, lever.coordination, p)
            if uniform(key, LEAK, t, U(h), 0) < 1.0 - math.exp(-weekly * (1.0 - secrecy) / 7.0):
                heard = 1
                for i in range(len(units)):
                    unit = units[i]
                    if unit.alive == 1 and unit.status == PREPARING and site_theatre[unit.posting] == h and unit.known == 0:
                        unit.known = 1
    return heard


@loop
def beliefs(actors, fields, minds, legs, parameters, heard, day_of_week, tally):
    """Rumour weekly, a heard leak at once. The gap between belief and effort is recorded for the border theatres."""
    leg_effort, leg_planned = fields.leg_effort, fields.leg_planned
    belief = minds.belief
    firms = living(actors.networks)
    leg_theatre = legs.theatre
    p = parameters.secrecy[0]
    if day_of_week == 0:
        step = 1.0 - math.pow(1.0 - p.rumour, 7.0)
        for n in range(firms):
            for leg in range(belief.shape[1]):
                belief[n, leg] += step * (leg_effort[leg] - belief[n, leg])
    if heard == 1:
        for n in range(firms):
            for leg in range(belief.shape[1]):
                belief[n, leg] += p.foresight * (leg_planned[leg] - belief[n, leg])
    for leg in range(belief.shape[1]):
        if leg_theatre[leg] > 0:
            gap = 0.0
            for n in range(firms):
                gap += belief[n, leg] - leg_effort[leg]
            tally[BELIEF_GAP, leg_theatre[leg]] += gap / max(firms, 1)


@loop
def watch(actors, places, minds, sites, near, bench, parameters, key, t):
    """Armed groups: what they see of the force in reach, and whether they hold back before a departure that they know of.
    visible: f8[sites] work space."""
    groups, units = actors.groups, actors.units
    communities, theatres = places.communities, places.theatres
    danger = minds.danger
    site_theatre = sites.theatre
    near_start, near_site, near_k = near.start, near.site, near.k
    visible = bench.load
    p = parameters.secrecy[0]
    leaving = 1 if t < theatres[VRAEM].announced else 0
    for s in range(len(visible)):
        visible[s] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1 and unit.status != TRANSIT:
            visible[unit.posting] += unit.effort * visibility(duty(unit), p)
            if unit.known == 1 and unit.status == PREPARING and site_theatre[unit.order_site] != site_theatre[unit.posting]:
                if site_theatre[unit.posting] == VRAEM:
                    leaving = 1
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0:
            continue
        friends = communities[group.site].armed if group.site < len(communities) else 0.0
        sees = p.watch + p.sympathisers * friends
        for e in range(near_start[group.site], near_start[group.site + 1]):
            s = near_site[e]
            there = 0.0
            for f in range(near_start[s], near_start[s + 1]):
                there += visible[near_site[f]] * near_k[f]
            danger[g, s] += sees * (there - danger[g, s])
        knows = leaving == 1 and site_theatre[group.site] == VRAEM
        if group.restraint == 1 or not knows:
            group.restraint = 1 if knows else 0
        elif uniform(key, OBSERVE, t, group.uid, 0) < sees * p.restraint_on:
            group.restraint = 1
