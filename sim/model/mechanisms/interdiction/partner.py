"""4.15 Partner: the line, the sanctuary behind it, what coordination does to it, and the friction that can suspend coordination.

Reads: groups, partners, minds.danger, levers, fields (force), communities (harm_state). Writes: groups (site, country, days_abroad,
fighters), networks (hub, foreign), partners (coordination, friction, suspended_until, strikes), tally. Weekly. Chance: CROSSING,
FIRM_CROSSING, HANDOVER, INCIDENT, SUSPENSION.

A dissident cell changes side with hazard `sigma max(0, pressure here - pressure there)`, pressure `1 - exp(-people / 50)` of what it
believes around it here, of the partner's forces in reach there; business draws it either way. A firm whose base lies at the line moves
it by the same law; what presses it is the police around its base, for soldiers arrest nobody, and business draws it home at
`firm_return`. From abroad it trades as before and cannot be arrested (`justice`). Pursuit stops at the line. Beyond it
coordination z does three things, and nothing without it. *Joint timing*: the partner presses by its own will, and more by z when we
press: `own_will + (1 - own_will) z x pressure here`. *Hand-over*: a cell that crosses away from pressure is met by the partner with chance
`handover x z x pressure of its forces there x pressure here`. *Joint strikes* on cells abroad. Shared reports stand in `information`. z
follows the lever over `delay_weeks` of bureaucracy. 1,191 Colombian personnel face the Putumayo (F0478).

Friction f with each neighbour: a week brings an incident with hazard `incident_rate + incident_crossing x thousands on task in reach of its
towns (soldiers cross) + incident_harm x people lately harmed by the state there + incident_strike x joint strikes`; an incident adds
`incident_step (1 - f)`, and f heals by e in `heal_weeks`. With hazard `suspend f` a week the neighbour suspends z, at once and for weeks
(exponential, mean `suspension_weeks`); then z grows again as after any start. With incidents a share q of weeks, f settles at `k s q / (1 -
k (1 - s q))`, s the step, k = exp(-1 / heal_weeks). The lever `suspended` holds z at 0 whatever f. All assumed; that friction
suspends cooperation at this line: evidence B7.

Left out: what a neighbour wants in return; friction that spreads from one neighbour to another; firms' own deals with forces abroad."""

import math

from sim.model.chance import CROSSING, FIRM_CROSSING, HANDOVER, INCIDENT, SUSPENSION, U, uniform
from sim.model.compile import loop, rule
from sim.model.rules.reach import in_reach
from sim.model.state.agents import DISSIDENT, PERU
from sim.model.state.arrays import PEOPLE, POLICE_PEOPLE
from sim.model.state.counts import (
    CELL_DAYS,
    CELL_DAYS_ABROAD,
    FIGHTER_DAYS,
    FIGHTERS_LOST,
    HANDED_OVER,
    INCURSIONS,
    LINE_INCIDENTS,
    SUSPENDED_DAYS,
)
from sim.model.state.event_log import INCURSION, note


class Parameters:
    sigma: float
    pressure_people: float
    own_will: float
    return_rate: float
    firm_return: float
    delay_weeks: float
    joint_rate: float
    joint_loss: float
    handover: float
    sanctuary: float
    min_fighters: float
    min_days_abroad: float
    incident_rate: float
    incident_crossing: float
    incident_harm: float
    incident_strike: float
    incident_step: float
    heal_weeks: float
    suspend: float
    suspension_weeks: float


@rule
def pressure(people, p):
    """[0, 1] from people on task in reach."""
    return 1.0 - math.exp(-people / max(p.pressure_people, 1e-9))


@rule
def friction_after(friction, incidents, p):
    """Friction a week later: `incidents` (0 or 1) add to it, time heals it."""
    return (friction + incidents * p.incident_step * (1.0 - friction)) * math.exp(
        -1.0 / max(p.heal_weeks, 1e-9)
    )


@rule
def suspension_days(u, p):
    """How long a neighbour suspends coordination: exponential, whole weeks, at least one."""
    return 7 * max(1, math.ceil(-math.log(1.0 - u) * p.suspension_weeks))


@rule
def first_of(partners, country):
    """The first row of a country, for which its friction is reckoned."""
    for b in range(len(partners)):
        if partners[b].country == country:
            return b
    return -1


@loop
def incident_hazard(partners, country, towns, force, near, p):
    """Hazard a week of an incident with a neighbour, from what stands and what happened within reach of its towns."""
    hazard = p.incident_rate
    for b in range(len(partners)):
        if partners[b].country == country:
            hazard += p.incident_strike * partners[b].strikes
            for e in range(near.start[partners[b].site], near.start[partners[b].site + 1]):
                i = near.site[e]
                if i < len(towns):
                    hazard += near.k[e] * (
                        p.incident_crossing * force[i, PEOPLE] / 1000.0
                        + p.incident_harm * towns[i].harm_state
                    )
    return hazard


@loop
def coordinate(places, fields, sites, near, lines, parameters, today, diary):
    """One week of joint work, of incidents at the line, or of suspension."""
    key, t = today.key, today.t
    tally = diary.tally
    partners, levers, towns = places.partners, places.levers, places.communities
    force = fields.force
    site_theatre = sites.theatre
    back = lines.back
    p = parameters.partner[0]
    for b in range(len(partners)):
        country = partners[b].country
        if first_of(partners, country) != b:
            continue
        home = back[partners[b].site]
        place = site_theatre[home] if home >= 0 else 0
        hazard = incident_hazard(partners, country, towns, force, near, p)
        incidents = (
            1.0 if uniform(key, INCIDENT, t, U(country), 0) < 1.0 - math.exp(-hazard) else 0.0
        )
        friction = friction_after(partners[b].friction, incidents, p)
        until = partners[b].suspended_until
        if t >= until and uniform(key, SUSPENSION, t, U(country), 0) < 1.0 - math.exp(
            -p.suspend * friction
        ):
            until = t + suspension_days(uniform(key, SUSPENSION, t, U(country), 1), p)
        tally[LINE_INCIDENTS, place] += incidents
        if t < until or levers[0].suspended == 1:
            tally[SUSPENDED_DAYS, place] += 7.0
        for c in range(len(partners)):
            if partners[c].country == country:
                partners[c].friction = friction
                partners[c].suspended_until = until
                partners[c].strikes = 0.0
                if t < until or levers[0].suspended == 1:
                    partners[c].coordination = 0.0
                else:
                    partners[c].coordination += (
                        levers[0].coordination - partners[c].coordination
                    ) / max(p.delay_weeks, 1.0)


@rule
def people_abroad(partners, site, floor, worth, near):
    """People of the partner in reach of a site across the line: the share `floor` of them, and the rest by coordination and `worth`."""
    people = 0.0
    for b in range(len(partners)):
        for e in range(near.start[site], near.start[site + 1]):
            if near.site[e] == partners[b].site:
                people += (
                    near.k[e]
                    * partners[b].presence
                    * (floor + (1.0 - floor) * partners[b].coordination * worth)
                )
    return people


@rule
def strike(group, partners, b, place, p, tally):
    """The partner hits a cell: a part of it is lost, and a strike is remembered at the line."""
    lost = math.floor(group.fighters * p.joint_loss)
    group.fighters -= lost
    partners[b].strikes += 1.0
    tally[FIGHTERS_LOST, place] += lost


@rule
def partner_at(partners, site):
    """Row of the partner's forces at a foreign town, -1 where there are none."""
    for b in range(len(partners)):
        if partners[b].site == site:
            return b
    return -1


@loop
def cross(actors, places, minds, sites, near, lines, parameters, today, diary):
    """One week: who crosses. refuge, back: i8[sites], nearest settlement across the line and at home."""
    held, key, t = today.held, today.key, today.t
    events, tally = diary.events, diary.tally
    groups = actors.groups
    partners, status = places.partners, diary.status
    danger = minds.danger
    site_country, site_theatre, site_cell = sites.country, sites.theatre, sites.cell
    refuge, back = lines.refuge, lines.back
    p = parameters.partner[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.kind != DISSIDENT:
            continue
        abroad = site_country[group.site] != PERU
        other = back[group.site] if abroad else refuge[group.site]
        if other < 0:
            continue
        foreign = group.site if abroad else other
        home = other if abroad else group.site
        b = partner_at(partners, foreign)
        here = pressure(danger[g, home], p)
        across = pressure(people_abroad(partners, foreign, p.own_will, here, near), p)
        if abroad:
            rate = p.return_rate + p.sigma * max(0.0, across - here)
            if held == 0 and b >= 0:
                if uniform(key, CROSSING, t, group.uid, 10) < 1.0 - math.exp(
                    -p.joint_rate * partners[b].coordination
                ):
                    strike(group, partners, b, site_theatre[other], p, tally)
        else:
            rate = p.sanctuary * (p.return_rate + p.sigma * max(0.0, here - across))
        if uniform(key, CROSSING, t, group.uid, 0) < 1.0 - math.exp(-rate):
            if (
                abroad
                and group.fighters >= p.min_fighters
                and group.days_abroad >= p.min_days_abroad
            ):
                tally[INCURSIONS, site_theatre[other]] += 1.0
                note(
                    events,
                    status,
                    t,
                    INCURSION,
                    site_theatre[other],
                    site_cell[other],
                    group.uid,
                    U(0),
                    group.fighters,
                    -1,
                )
            if not abroad and held == 0 and b >= 0:
                met = (
                    p.handover
                    * pressure(people_abroad(partners, foreign, 0.0, 1.0, near), p)
                    * here
                )
                if uniform(key, HANDOVER, t, group.uid, 0) < met:
                    strike(group, partners, b, site_theatre[home], p, tally)
                    tally[HANDED_OVER, site_theatre[home]] += 1.0
            group.site = other
            group.country = site_country[other]
            if abroad:
                group.days_abroad = 0.0


@loop
def move_bases(actors, places, fields, sites, near, lines, parameters, today):
    """One week: which firms at the line change side."""
    key, t = today.key, today.t
    networks = actors.networks
    partners, force = places.partners, fields.force
    site_country = sites.country
    refuge, back = lines.refuge, lines.back
    p = parameters.partner[0]
    for n in range(len(networks)):
        firm = networks[n]
        abroad = site_country[firm.hub] != PERU
        other = back[firm.hub] if abroad else refuge[firm.hub]
        if firm.alive == 0 or other < 0:
            continue
        here = pressure(in_reach(force, POLICE_PEOPLE, other if abroad else firm.hub, near), p)
        foreign = firm.hub if abroad else other
        across = pressure(people_abroad(partners, foreign, p.own_will, here, near), p)
        rate = (
            p.firm_return + p.sigma * max(0.0, across - here)
            if abroad
            else p.sanctuary * p.sigma * max(0.0, here - across)
        )
        if uniform(key, FIRM_CROSSING, t, firm.uid, 0) < 1.0 - math.exp(-rate):
            firm.hub = other
            firm.foreign = 0 if abroad else 1


@loop
def count_cells(actors, sites, lines, diary):
    """Daily: days that cells spend on either side."""
    tally = diary.tally
    groups = actors.groups
    site_country, site_theatre = sites.country, sites.theatre
    back = lines.back
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1 and group.kind == DISSIDENT and group.fighters >= 1.0:
            if site_country[group.site] == PERU:
                tally[CELL_DAYS, site_theatre[group.site]] += 1.0
                tally[FIGHTER_DAYS, site_theatre[group.site]] += group.fighters
            else:
                group.days_abroad += 1.0
                home = back[group.site]
                tally[CELL_DAYS_ABROAD, site_theatre[home] if home >= 0 else 0] += 1.0
