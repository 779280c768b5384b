"""4.6 Secrecy and belief: what networks and armed groups think of the force in their way.

Reads: units, fields (patrols, guard, seized_kg), levers, theatres (announced), partners
(coordination). Writes: fields.leg_effort, leg_planned, minds.belief, minds.danger, units.known,
theatres.seized_0, groups.restraint, tally. Chance: LEAK, OBSERVE.

Belief B is the effort that a traveller is thought to meet: people on task per cell of a leg. Three
things move it, and nothing else: (i) a load's own passage, by `learn_passage` (written in
trafficking, when the load leaves the leg); (ii) rumour, by `rumour` a day; (iii) a leak, by
`foresight` towards what the plan announces, on the legs that the plan changes. Travellers see posts
in full, river patrols at .5, foot patrols at .25, and units that wait for a raid not at all.

A move can leak on two fronts, each with its own draw a day and the weekly hazard
`leak_base + leak_lead log(1 + lead weeks) + leak_convoy convoys + leak_police police share +
leak_coordination coordination`, times (1 - secrecy) (evidence B2,
assumed). On the front that troops leave, a leak tells armed groups of the departure and tells
networks that the ways there will be freer. On the front where they are bound, it tells networks
that they come. Coordination leaks at the border only: a staff that plans with a partner tells where
troops arrive, and what counts is the greatest coordination in force with a neighbour (`partner`),
not what was asked for. An announced departure is always known. Secrecy ends on its day, or when the
kilograms seized in the border theatres since day 0 pass its limit, because success is public.

Armed groups observe the force around them at .05 a day, plus .3 a through sympathisers. A group
that knows of a departure may hold back until it takes place. A group's belief about a place that it
does not observe fades, by e in `danger_memory_days`.

Left out: word that travels from one front to the other; false rumours; a network that hears what
others do not.
"""

import math
from collections.abc import Sequence
from typing import Any

from sim.model.chance import LEAK, OBSERVE, U, uniform
from sim.model.compile import loop, rule
from sim.model.rules.firms import living
from sim.model.rules.units import duty
from sim.model.state.agents import (
    CHECKPOINT,
    COMES,
    GARRISON,
    IDLE,
    LEAVES,
    POLICE,
    PREPARING,
    RAID,
    RESERVE,
    RIVER_PATROL,
    TRANSIT,
    Levers,
    Partner,
    Theatre,
    Unit,
)
from sim.model.state.arrays import (
    Actors,
    Bench,
    Diary,
    Fields,
    Floats,
    Ground,
    Ints,
    Legs,
    Minds,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import BELIEF_GAP
from sim.names import ELSEWHERE, VRAEM

NO_LIMIT_KG = 1e18  # from here on a scenario has set no limit of kilograms seized


class Parameters:
    see_post: float  # share: share of a post's effort that a passing load sees
    see_river: float  # share: share of river patrols seen
    see_foot: float  # share: share of foot patrols seen
    rumour: float  # per day: share of the gap between belief and effort that rumour closes a day
    foresight: float  # share: share of a heard plan that is believed
    learn_passage: float  # share: share of the gap that a passage closes
    leak_base: float  # per week: hazard of a leak per move
    leak_lead: float  # per week: added hazard per log(1 + weeks of preparation)
    leak_convoy: float  # per week: added hazard per convoy of ten units on the move
    convoy_units: float  # units: units that make one convoy
    leak_police: float  # per week: added hazard at a move of police alone
    leak_coordination: float  # per week: added hazard at full coordination with a partner
    watch: float  # per day: chance a day that a group sees what stands around it
    sympathisers: float  # per day: added chance by the share of people with the group
    # days: days over which a group forgets what it saw of a place that it no longer observes
    danger_memory_days: float
    restraint_on: float  # share: whether groups that know of a departure hold back


@rule
def visibility(mission: int, p: Parameters) -> float:
    """Return the share of a unit's effort that a traveller notices."""
    if mission == CHECKPOINT or mission == GARRISON:
        return p.see_post
    if mission == RIVER_PATROL:
        return p.see_river
    if mission == RAID or mission == RESERVE or mission == IDLE:
        return 0.0
    return p.see_foot


@rule
def lay_effort(
    at_post: Floats,
    per_cell: Floats,
    site: int,
    mission: int,
    seen: float,
    sites: Sites,
    near: Near,
) -> None:
    """Add a unit's visible people where travellers meet them: at the post that controls its place,
    or on the cells that it patrols."""
    if mission == CHECKPOINT or mission == GARRISON:
        at_post[sites.post[site]] += seen
    else:
        for e in range(near.cell_start[site], near.cell_start[site + 1]):
            per_cell[near.cell[e]] += seen * near.cell_share[e]


@loop
def see_legs(
    actors: Actors,
    fields: Fields,
    ground: Ground,
    sites: Sites,
    near: Near,
    legs: Legs,
    bench: Bench,
    parameters: Any,
    planned: int,
) -> None:
    """Set the visible people on task per cell of each leg, as posted today (planned 0) or once
    every move that is known has been carried out (1). A post is seen on every cell that it
    controls, its town and its port. Work space: at_post f8[sites], per_cell f8[cells]."""
    units = actors.units
    out = fields.leg_planned if planned == 1 else fields.leg_effort
    cell_post = ground.post
    leg_start, leg_cell = legs.start, legs.cell
    at_post, per_cell = bench.per_site, bench.per_cell
    p = parameters.secrecy[0]
    for s in range(len(at_post)):
        at_post[s] = 0.0
    for c in range(len(per_cell)):
        per_cell[c] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 0:
            continue
        ordered = planned == 1 and unit.order_site >= 0
        if unit.status != TRANSIT and not (ordered and unit.known & LEAVES):
            seen = unit.effort * visibility(duty(unit), p)
            lay_effort(at_post, per_cell, unit.posting, duty(unit), seen, sites, near)
        if ordered and unit.known & COMES:
            seen = unit.able * visibility(unit.order_mission, p)
            lay_effort(at_post, per_cell, unit.order_site, unit.order_mission, seen, sites, near)
    for c in range(len(per_cell)):
        if cell_post[c] >= 0:
            per_cell[c] += at_post[cell_post[c]]
    for leg in range(len(out)):
        total = 0.0
        for e in range(leg_start[leg], leg_start[leg + 1]):
            total += per_cell[leg_cell[e]]
        out[leg] = total / max(leg_start[leg + 1] - leg_start[leg], 1)


@rule
def leak_hazard(
    weeks: float, convoys: float, police_share: float, coordination: float, p: Parameters
) -> float:
    """Return the hazard a week that a move becomes known."""
    hazard = p.leak_base + p.leak_lead * math.log(1.0 + weeks) + p.leak_convoy * convoys
    return hazard + p.leak_police * police_share + p.leak_coordination * coordination


@rule
def in_force(partners: Sequence[Partner]) -> float:
    """Return the greatest coordination in force with a neighbour; 0 while all of it is
    suspended."""
    most = 0.0
    for b in range(len(partners)):
        most = max(most, partners[b].coordination)
    return most


@rule
def on_front(unit: Unit, side: int, place: int, site_theatre: Ints) -> bool:
    """Return whether a unit prepares to move to another theatre and leaves `place` (side LEAVES) or
    is bound for it (COMES)."""
    if (
        unit.alive == 0
        or unit.status != PREPARING
        or site_theatre[unit.posting] == site_theatre[unit.order_site]
    ):
        return False
    return site_theatre[unit.posting if side == LEAVES else unit.order_site] == place


@rule
def seized_at(place: int, seized_kg: Floats, cell_theatre: Ints) -> float:
    """Return the kg seized in a theatre since the first day of the burn-in."""
    total = 0.0
    for c in range(len(seized_kg)):
        if cell_theatre[c] == place:
            total += seized_kg[c]
    return total


@rule
def success_shown(
    lever: Levers, theatres: Sequence[Theatre], seized_kg: Floats, cell_theatre: Ints
) -> bool:
    """Return whether seizures at the border since day 0 have ended secrecy."""
    gain = 0.0
    for h in range(VRAEM + 1, len(theatres)):
        gain += seized_at(h, seized_kg, cell_theatre) - theatres[h].seized_0
    return gain >= lever.secrecy_until_kg


@loop
def leaks(
    actors: Actors,
    places: Places,
    fields: Fields,
    sites: Sites,
    ground: Ground,
    parameters: Any,
    today: Today,
) -> int:
    """Draw whether each prepared move becomes known to armed groups and networks. There is one draw
    a day for each theatre that units leave and one for each that they are bound for, and it tells
    all that is prepared there. Units that leave by the day of an announced departure are known at
    once. Returns 1 when something became known today."""
    key, t = today.key, today.t
    units = actors.units
    theatres = places.theatres
    seized_kg, cell_theatre = fields.seized_kg, ground.theatre
    site_theatre = sites.theatre
    p = parameters.secrecy[0]
    lever = today.levers[0]
    if t == lever.burn_in:
        for h in range(len(theatres)):
            theatres[h].seized_0 = seized_at(h, seized_kg, cell_theatre)
    secrecy = lever.secrecy if t < lever.secrecy_until else 0.0
    if lever.secrecy_until_kg < NO_LIMIT_KG and success_shown(
        lever, theatres, seized_kg, cell_theatre
    ):
        secrecy = 0.0
    heard = 0
    for side in (LEAVES, COMES):
        for h in range(ELSEWHERE + 1, len(theatres)):
            moving = 0.0
            police = 0.0
            weeks = 0.0
            for i in range(len(units)):
                unit = units[i]
                if on_front(unit, side, h, site_theatre):
                    if (
                        side == LEAVES
                        and unit.known & side == 0
                        and unit.departs <= theatres[h].announced
                    ):
                        unit.known += side
                        heard = 1
                    if unit.known & side == 0:
                        moving += 1.0
                        police += 1.0 if unit.kind >= POLICE else 0.0
                        weeks = max(weeks, max(unit.departs - t, 0) / 7.0)
            if moving > 0.0:
                coordination = in_force(places.partners) if h != VRAEM else 0.0
                weekly = leak_hazard(
                    weeks, moving / max(p.convoy_units, 1.0), police / moving, coordination, p
                )
                if uniform(key, LEAK, t, U(h), side - 1) < 1.0 - math.exp(
                    -weekly * (1.0 - secrecy) / 7.0
                ):
                    heard = 1
                    for i in range(len(units)):
                        unit = units[i]
                        if on_front(unit, side, h, site_theatre) and unit.known & side == 0:
                            unit.known += side
    return heard


@loop
def beliefs(
    actors: Actors,
    fields: Fields,
    minds: Minds,
    legs: Legs,
    parameters: Any,
    heard: int,
    today: Today,
    diary: Diary,
) -> None:
    """Move beliefs by rumour weekly, and by a leak at once. The gap between belief and effort is
    recorded for the modelled theatres."""
    tally = diary.tally
    leg_effort, leg_planned = fields.leg_effort, fields.leg_planned
    belief = minds.belief
    firms = living(actors.networks)
    leg_theatre = legs.theatre
    p = parameters.secrecy[0]
    if today.weekly:
        step = 1.0 - math.pow(1.0 - p.rumour, 7.0)
        for n in range(firms):
            for leg in range(belief.shape[1]):
                belief[n, leg] += step * (leg_effort[leg] - belief[n, leg])
    if heard == 1:
        for n in range(firms):
            for leg in range(belief.shape[1]):
                if leg_planned[leg] != leg_effort[leg]:
                    belief[n, leg] += p.foresight * (leg_planned[leg] - belief[n, leg])
    for leg in range(belief.shape[1]):
        if leg_theatre[leg] != ELSEWHERE:
            gap = 0.0
            for n in range(firms):
                gap += belief[n, leg] - leg_effort[leg]
            tally[BELIEF_GAP, leg_theatre[leg]] += gap / max(firms, 1)


@loop
def show(actors: Actors, visible: Floats, p: Parameters) -> None:
    """Set the people on task whom an armed group can see at each site. visible: f8[sites]"""
    units = actors.units
    for s in range(len(visible)):
        visible[s] = 0.0
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1 and unit.status != TRANSIT:
            visible[unit.posting] += unit.effort * visibility(duty(unit), p)


@rule
def observe(
    g: int, site: int, sees: float, forget: float, danger: Floats, visible: Floats, near: Near
) -> None:
    """Move a group's belief about the force in reach of its camp by the share `sees` towards what
    stands there, and let its belief about all other sites fade by the share `forget`."""
    e = near.start[site]
    for s in range(len(visible)):
        # the sites in reach stand in ascending order
        if e == near.start[site + 1] or near.site[e] != s:
            danger[g, s] -= forget * danger[g, s]
            continue
        e += 1
        there = 0.0
        for f in range(near.start[s], near.start[s + 1]):
            there += visible[near.site[f]] * near.kernel[f]
        danger[g, s] += sees * (there - danger[g, s])


@rule
def seeing(friends: float, p: Parameters) -> float:
    """Return the share of the gap between belief and force that a group closes a day. friends: the
    share of the people at its camp who are with it."""
    return p.watch + p.sympathisers * friends


@rule
def forgetting(days: float, p: Parameters) -> float:
    """Return the share of a belief that fades in some days."""
    return 1.0 - math.exp(-days / max(p.danger_memory_days, 1e-9))


@loop
def look_around(
    actors: Actors, places: Places, minds: Minds, near: Near, visible: Floats, parameters: Any
) -> None:
    """Let armed groups observe the force in reach for a week of the prologue. visible: f8[sites],
    as `show` leaves it. Of the people at a camp those under armed rule are with the group."""
    groups, communities = actors.groups, places.communities
    p = parameters.secrecy[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            friends = communities[group.site].under_rule if group.site < len(communities) else 0.0
            sees = 1.0 - math.pow(max(1.0 - seeing(friends, p), 0.0), 7.0)
            observe(g, group.site, sees, forgetting(7.0, p), minds.danger, visible, near)


@loop
def watch(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    near: Near,
    bench: Bench,
    parameters: Any,
    today: Today,
) -> None:
    """Let armed groups observe the force in reach, and hold back before a departure that they know
    of. visible: f8[sites] work space."""
    key, t = today.key, today.t
    groups, units = actors.groups, actors.units
    communities, theatres = places.communities, places.theatres
    danger = minds.danger
    site_theatre = sites.theatre
    visible = bench.per_site
    p = parameters.secrecy[0]
    forget = forgetting(1.0, p)
    leaving = 1 if t < theatres[VRAEM].announced else 0
    show(actors, visible, p)
    for i in range(len(units)):
        unit = units[i]
        if unit.alive == 1 and unit.status != TRANSIT:
            if (
                unit.known & LEAVES
                and unit.status == PREPARING
                and site_theatre[unit.order_site] != site_theatre[unit.posting]
            ):
                if site_theatre[unit.posting] == VRAEM:
                    leaving = 1
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0:
            continue
        friends = communities[group.site].armed if group.site < len(communities) else 0.0
        sees = seeing(friends, p)
        observe(g, group.site, sees, forget, danger, visible, near)
        knows = leaving == 1 and site_theatre[group.site] == VRAEM
        if group.restraint == 1 or not knows:
            group.restraint = 1 if knows else 0
        elif uniform(key, OBSERVE, t, group.uid, 0) < sees * p.restraint_on:
            group.restraint = 1
