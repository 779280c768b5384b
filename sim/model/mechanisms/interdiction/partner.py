"""4.15 Partner: the border, the sanctuary behind it, the effect of coordination, and the friction
that can suspend coordination.

Reads: groups, partners, minds.danger, levers, fields (force), communities (harm_state). Writes:
groups (site, country, days_abroad, fighters), networks (hub, foreign), partners (coordination,
friction, suspended_until, strikes), tally. Weekly. Chance: CROSSING (in the prologue
PROLOGUE_CROSSING), FIRM_CROSSING, HANDOVER, INCIDENT, SUSPENSION.

A dissident cell crosses with hazard `sigma max(0, pressure here - pressure there)`. Pressure is
`1 - exp(-people / 50)`, of the people that the cell believes are around it on this side, and of the
partner's forces in reach on the other side. Business draws the cell to either side as well. A firm
whose base lies at the border moves it by the same law, with two differences: only the police around
its base press it, since soldiers arrest nobody, and business draws it home at `firm_return`. From
abroad it trades as before and cannot be arrested (`justice`). Pursuit stops at the border.

Beyond the border coordination z does three things; without it nothing happens there. *Joint
timing*: the partner presses by its own will, and more by z when we press:
`own_will + (1 - own_will) z x pressure here`. *Hand-over*: a cell that crosses away from pressure
is met by the partner with chance `handover x z x pressure of its forces there x pressure here`.
*Joint strikes* hit cells abroad. Shared reports are described in `information`. z follows the lever
over `delay_weeks` of bureaucracy. 1,191 Colombian personnel face the Putumayo (F0478).

Each neighbour has a friction f. A week brings an incident with hazard `incident_rate +
incident_crossing x thousands on task in reach of its towns (soldiers cross) + incident_harm x
people lately harmed by the state there + incident_strike x joint strikes`. An incident adds
`incident_step (1 - f)`, and f heals by e in `heal_weeks`. With hazard `suspend f` a week the
neighbour suspends z, at once and for weeks (exponential, mean `suspension_weeks`); afterwards z
grows again as after any start. If incidents happen in a share q of weeks, f settles at
`k s q / (1 - k (1 - s q))`, s the step, k = exp(-1 / heal_weeks). The lever `suspended` holds z at
0 whatever f is. All of this is assumed; evidence B7 shows that friction suspends cooperation at
this border.

Left out: what a neighbour asks for in return; friction that spreads from one neighbour to another;
firms' own deals with forces abroad.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.model.chance import (
    CROSSING,
    FIRM_CROSSING,
    HANDOVER,
    INCIDENT,
    PROLOGUE_CROSSING,
    SUSPENSION,
    U,
    uniform,
)
from sim.model.compile import loop, rule
from sim.model.rules.crossing import (
    crossing_rate,
    other_bank,
    partner_at,
    people_abroad,
    pressure,
    pressures,
)
from sim.model.rules.reach import in_reach
from sim.model.state.agents import DISSIDENT, PERU, ArmedGroup, Community, Partner
from sim.model.state.arrays import (
    PEOPLE,
    POLICE_PEOPLE,
    Actors,
    Border,
    Diary,
    Fields,
    Floats,
    Minds,
    Near,
    Places,
    Sites,
    Today,
)
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
from sim.model.state.event_log import INCURSION, NO_SOURCE, note

STRIKE_DRAW = 10  # index of the draw of a joint strike in the stream CROSSING


class Parameters:
    sigma: float  # per week: hazard of crossing per unit of pressure difference
    pressure_people: float  # people: people on task that make pressure felt
    own_will: float  # share: share of the partner's force that presses without coordination
    return_rate: float  # per week: hazard that business takes a cell across the line, either way
    # per week: hazard that business draws a firm's base back across the border
    firm_return: float
    delay_weeks: float  # weeks: weeks over which coordination comes into force
    # per week: hazard of a joint operation against a cell abroad at full coordination
    joint_rate: float
    joint_loss: float  # share: fighters lost in a joint operation
    # probability: chance that a fleeing cell is met abroad, at full coordination and
    # pressure on both sides
    handover: float
    sanctuary: float  # share: whether the other bank is a refuge
    min_fighters: float  # people: fighters of a cell that make its entry an incursion
    min_days_abroad: float  # days: days abroad before an entry counts as an incursion
    incident_rate: float  # per week: hazard of an incident with a neighbour, whatever we do
    # per week per 1,000: hazard of an incident per 1,000 people on task in reach of a neighbour's
    # towns
    incident_crossing: float
    # per week per person: hazard of an incident per person lately harmed by the state in reach of a
    # neighbour's towns
    incident_harm: float
    incident_strike: float  # per strike: hazard of an incident after a joint strike
    incident_step: float  # share: friction that an incident adds
    heal_weeks: float  # weeks: weeks over which friction heals by e
    suspend: float  # per week: hazard that a neighbour suspends coordination at full friction
    suspension_weeks: float  # weeks: mean length of a suspension


@rule
def friction_after(friction: float, incidents: float, p: Parameters) -> float:
    """Return friction a week later: `incidents` (0 or 1) add to it and time heals it."""
    return (friction + incidents * p.incident_step * (1.0 - friction)) * math.exp(
        -1.0 / max(p.heal_weeks, 1e-9)
    )


@rule
def suspension_days(u: float, p: Parameters) -> int:
    """Draw how long a neighbour suspends coordination: exponential, in whole weeks, at least
    one."""
    return 7 * max(1, math.ceil(-math.log(1.0 - u) * p.suspension_weeks))


@rule
def first_of(partners: Sequence[Partner], country: int) -> int:
    """Return the first row of a country, whose draws decide for all its rows."""
    for b in range(len(partners)):
        if partners[b].country == country:
            return b
    return -1


@loop
def incident_hazard(
    partners: Sequence[Partner],
    country: int,
    towns: Sequence[Community],
    force: Floats,
    near: Near,
    p: Parameters,
) -> float:
    """Return the hazard a week of an incident with a neighbour, from the forces and events within
    reach of its towns."""
    hazard = p.incident_rate
    for b in range(len(partners)):
        if partners[b].country == country:
            hazard += p.incident_strike * partners[b].strikes
            for e in range(near.start[partners[b].site], near.start[partners[b].site + 1]):
                i = near.site[e]
                if i < len(towns):
                    hazard += near.kernel[e] * (
                        p.incident_crossing * force[i, PEOPLE] / 1000.0
                        + p.incident_harm * towns[i].harm_state
                    )
    return hazard


@loop
def coordinate(
    places: Places,
    fields: Fields,
    sites: Sites,
    near: Near,
    border: Border,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of joint work, of incidents at the border, or of suspension."""
    key, t = today.key, today.t
    tally = diary.tally
    partners, towns = places.partners, places.communities
    lever = today.levers[0]
    force = fields.force
    site_theatre = sites.theatre
    back = border.back
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
        if t < until or lever.suspended == 1:
            tally[SUSPENDED_DAYS, place] += 7.0
        for c in range(len(partners)):
            if partners[c].country == country:
                partners[c].friction = friction
                partners[c].suspended_until = until
                partners[c].strikes = 0.0
                if t < until or lever.suspended == 1:
                    partners[c].coordination = 0.0
                else:
                    partners[c].coordination += (
                        lever.coordination - partners[c].coordination
                    ) / max(p.delay_weeks, 1.0)


@rule
def strike(
    group: ArmedGroup, partners: Sequence[Partner], b: int, place: int, p: Parameters, tally: Floats
) -> None:
    """Let the partner hit a cell. Part of the cell is lost, and the strike counts towards friction
    at the border."""
    lost = math.floor(group.fighters * p.joint_loss)
    group.fighters -= lost
    partners[b].strikes += 1.0
    tally[FIGHTERS_LOST, place] += lost


@loop
def wander(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    near: Near,
    border: Border,
    parameters: Any,
    key: np.uint64,
    week: int,
) -> None:
    """Let cells cross the border for one week of the prologue: nobody is struck, and no entry
    counts."""
    groups, partners, danger = actors.groups, places.partners, minds.danger
    p = parameters.partner[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.kind != DISSIDENT:
            continue
        other = other_bank(group, sites, border)
        if other < 0:
            continue
        abroad = sites.country[group.site] != PERU
        foreign, home = (group.site, other) if abroad else (other, group.site)
        here, across = pressures(danger[g, home], foreign, partners, near, p)
        rate = crossing_rate(here, across, abroad, p)
        if uniform(key, PROLOGUE_CROSSING, week, group.uid, 0) < 1.0 - math.exp(-rate):
            group.site = other
            group.country = sites.country[other]


@loop
def cross(
    actors: Actors,
    places: Places,
    minds: Minds,
    sites: Sites,
    near: Near,
    border: Border,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Let cells cross the border for one week."""
    held, key, t = today.held, today.key, today.t
    tally = diary.tally
    groups = actors.groups
    partners = places.partners
    danger = minds.danger
    site_country, site_theatre, site_cell = sites.country, sites.theatre, sites.cell
    p = parameters.partner[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.kind != DISSIDENT:
            continue
        abroad = site_country[group.site] != PERU
        other = other_bank(group, sites, border)
        if other < 0:
            continue
        foreign, home = (group.site, other) if abroad else (other, group.site)
        b = partner_at(partners, foreign)
        here, across = pressures(danger[g, home], foreign, partners, near, p)
        rate = crossing_rate(here, across, abroad, p)
        if abroad and held == 0 and b >= 0:
            if uniform(key, CROSSING, t, group.uid, STRIKE_DRAW) < 1.0 - math.exp(
                -p.joint_rate * partners[b].coordination
            ):
                strike(group, partners, b, site_theatre[other], p, tally)
        if uniform(key, CROSSING, t, group.uid, 0) < 1.0 - math.exp(-rate):
            if (
                abroad
                and group.fighters >= p.min_fighters
                and group.days_abroad >= p.min_days_abroad
            ):
                tally[INCURSIONS, site_theatre[other]] += 1.0
                place, cell = site_theatre[other], site_cell[other]
                note(diary, t, INCURSION, place, cell, group.uid, U(0), group.fighters, NO_SOURCE)
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
def move_bases(
    actors: Actors,
    places: Places,
    fields: Fields,
    sites: Sites,
    near: Near,
    border: Border,
    parameters: Any,
    today: Today,
) -> None:
    """Let firms at the border move their bases across it for one week."""
    key, t = today.key, today.t
    networks = actors.networks
    partners, force = places.partners, fields.force
    site_country = sites.country
    refuge, back = border.refuge, border.back
    p = parameters.partner[0]
    for n in range(len(networks)):
        firm = networks[n]
        abroad = site_country[firm.hub] != PERU
        other = back[firm.hub] if abroad else refuge[firm.hub]
        if firm.alive == 0 or other < 0:
            continue
        home, foreign = (other, firm.hub) if abroad else (firm.hub, other)
        police = in_reach(force, POLICE_PEOPLE, home, near)
        here, across = pressures(police, foreign, partners, near, p)
        rate = (
            p.firm_return + p.sigma * max(0.0, across - here)
            if abroad
            else p.sanctuary * p.sigma * max(0.0, here - across)
        )
        if uniform(key, FIRM_CROSSING, t, firm.uid, 0) < 1.0 - math.exp(-rate):
            firm.hub = other
            firm.foreign = 0 if abroad else 1


@loop
def count_cells(actors: Actors, sites: Sites, border: Border, diary: Diary) -> None:
    """Daily: count the days that cells spend on either side."""
    tally = diary.tally
    groups = actors.groups
    site_country, site_theatre = sites.country, sites.theatre
    back = border.back
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
