"""4.15 Partner: the line, the sanctuary behind it, and what coordination does to it.

Reads: groups, partners, minds.danger, levers. Writes: groups (site, country, days_abroad, fighters), partners.coordination, tally.
Weekly. Chance: CROSSING.

A dissident cell changes side with hazard `sigma max(0, pressure here - pressure there)`, pressure `1 - exp(-people / 50)` of what it
believes around it here, of the partner's forces in reach there, times their coordination abroad; business draws it either way. Pursuit
stops at the line unless coordination z allows joint action, which ramps up over `delay_weeks` of bureaucracy; friction suspends it at
once. 1,191 Colombian personnel face the Putumayo (F0478)."""

import math

from sim.chance import CROSSING, U, uniform
from sim.kernel import loop, rule
from sim.world.log import INCURSION, note
from sim.world.state import DISSIDENT, PERU
from sim.world.tally import CELL_DAYS, CELL_DAYS_ABROAD, FIGHTER_DAYS, FIGHTERS_LOST, INCURSIONS


class Parameters:
    sigma: float
    pressure_people: float
    own_will: float
    return_rate: float
    delay_weeks: float
    joint_rate: float
    joint_loss: float
    sanctuary: float
    min_fighters: float
    min_days_abroad: float


@rule
def pressure(people, p):
    """[0, 1] from people on task in reach."""
    return 1.0 - math.exp(-people / max(p.pressure_people, 1e-9))


@loop
def coordinate(places, parameters):
    """One week of joint work, or of its suspension."""
    partners, levers = places.partners, places.levers
    p = parameters.partner[0]
    for b in range(len(partners)):
        goal = levers[0].coordination
        if levers[0].suspended == 1:
            partners[b].coordination = 0.0
        else:
            partners[b].coordination += (goal - partners[b].coordination) / max(p.delay_weeks, 1.0)


@rule
def pressure_abroad(partners, site, near_start, near_site, near_k, p):
    """Pressure of the partner's forces in reach of a site across the line: by their own will, and more with coordination."""
    people = 0.0
    for b in range(len(partners)):
        for e in range(near_start[site], near_start[site + 1]):
            if near_site[e] == partners[b].site:
                people += near_k[e] * partners[b].presence * (p.own_will + (1.0 - p.own_will) * partners[b].coordination)
    return pressure(people, p)


@loop
def cross(actors, places, minds, sites, near, lines, parameters, held, events, key, t, tally):
    """One week: who crosses. refuge, back: i8[sites], nearest settlement across the line and at home."""
    groups = actors.groups
    partners, status = places.partners, places.status
    danger = minds.danger
    site_country, site_theatre, site_cell = sites.country, sites.theatre, sites.cell
    near_start, near_site, near_k = near.start, near.site, near.k
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
        there_country = site_country[group.site] if abroad else site_country[other]
        across = pressure_abroad(partners, group.site if abroad else other, near_start, near_site, near_k, p)
        here = pressure(danger[g, group.site if not abroad else other], p)
        if abroad:
            rate = p.return_rate + p.sigma * max(0.0, across - here)
            for b in range(len(partners)):
                if (
                    held == 0
                    and partners[b].country == there_country
                    and partners[b].site == group.site
                    and uniform(key, CROSSING, t, group.uid, 10 + b) < (1.0 - math.exp(-p.joint_rate * partners[b].coordination))
                ):
                    lost = math.floor(group.fighters * p.joint_loss)
                    group.fighters -= lost
                    tally[FIGHTERS_LOST, site_theatre[other]] += lost
        else:
            rate = p.sanctuary * (p.return_rate + p.sigma * max(0.0, here - across))
        if uniform(key, CROSSING, t, group.uid, 0) < 1.0 - math.exp(-rate):
            if abroad and group.fighters >= p.min_fighters and group.days_abroad >= p.min_days_abroad:
                tally[INCURSIONS, site_theatre[other]] += 1.0
                note(events, status, t, INCURSION, site_theatre[other], site_cell[other], group.uid, U(0), group.fighters, -1)
            group.site = other
            group.country = site_country[other]
            if abroad:
                group.days_abroad = 0.0


@loop
def count_cells(actors, sites, lines, tally):
    """Daily: days that cells spend on either side."""
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
