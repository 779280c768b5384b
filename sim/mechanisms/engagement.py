"""4.8 Engagement: attacks, ambushes, meetings, cued raids, and the harm they do.

Reads: fields (force, guard, patrols), minds.danger, leads. Writes: groups (fighters, exposure, exposure_0), units.soldiers, communities
(harm_state, harm_armed, fear, vigour, population), leads, tally. Chance: 801-811.

Attack rate per group and day `rate / 7 x F x opp x (1 - psi [holds back])`, rate .0048 acts per fighter-week (F0427 over F0415); `opp =
clip(exposure / mean of its kind at day 0, .25, 4)`, exposure `sum n v K` over patrols, posts, police and committees in reach with `v = 1
/ (1 + E / 60)`. About .09 of acts are lethal ambushes, fought by Deitchman's law: the hidden side aims, the other sweeps an area; the
attacker ends it. Whole people only. Meetings: square law with equal arms until one side breaks, at 15 and 20 %: how fast they fire does
not matter. A cued raid turns the roles. Groups avoid what they believe dangerous, not the truth."""

import math

from sim.chance import (
    AMBUSH,
    AMBUSH_TIME,
    ATTACK,
    CIVILIANS,
    GROUP_RAID,
    LEADER,
    MEETING,
    REBELS_KILLED,
    STATE_KILLED,
    TARGET,
    VICTIM,
    U,
    binomial,
    normal,
    poisson,
    uniform,
)
from sim.kernel import loop, rule
from sim.world.log import AMBUSH as LOG_AMBUSH
from sim.world.log import ATTACK as LOG_ATTACK
from sim.world.log import CLASH as LOG_CLASH
from sim.world.log import LEADER_KILLED as LOG_LEADER
from sim.world.log import note
from sim.world.search import search_rate, sweep_width
from sim.world.state import BY_PATROL, IDLE, LEAD_GROUP, MPCP, PERU, TRANSIT
from sim.world.tables import N_PATROL, N_POLICE, N_POST, RESPONDERS, able_to_answer, clip
from sim.world.tally import (
    AMBUSHES,
    ATTACKS,
    CLASHES,
    FIGHTERS_LOST,
    HARM_ARMED,
    HARM_STATE,
    LEADERS_KILLED,
    LEADS_ACTED,
    STATE_LOSSES,
)


class Parameters:
    attack_rate: float
    dissident_ratio: float
    restraint: float
    protect_people: float
    opportunity_floor: float
    opportunity_cap: float
    lethal_share: float
    ambush_people: float
    patrol_people: float
    aim: float
    sweep: float
    minutes: float
    minutes_cv: float
    attacker_break: float
    meeting_state_break: float
    meeting_rebel_break: float
    vis_group: float
    raid_success: float
    raid_decay_days: float
    raid_response: float
    raid_people: float
    core: float
    value_patrol: float
    value_post: float
    value_police: float
    value_committee: float
    value_infrastructure: float
    fear_of_danger: float
    committee_people: float
    leader_share: float
    civilians_per_fight: float
    civilians_per_act: float
    accuracy: float
    fear_per_act: float


@rule
def vulnerability(guard, p):
    """How open a target is, given the people on task within half a day of it."""
    return 1.0 / (1.0 + guard / max(p.protect_people, 1e-9))


@rule
def deitchman(hidden, exposed, aim, sweep, minutes, hidden_break):
    """A fight of `minutes`: the hidden side aims (`d exposed = -aim hidden`), the exposed side fires into an area
    (`d hidden = -sweep hidden exposed`); it ends when the hidden side has lost `hidden_break` or nobody stands.
    Returns (losses of the exposed, losses of the hidden), real numbers. Conserves `sweep (G0^2 - G^2) / 2 = aim (I0 - I)`."""
    g = exposed
    i = hidden
    left = minutes
    while left > 0.0 and g > 0.0 and i > hidden * (1.0 - hidden_break):
        dt = min(left, 0.25)
        mid_g = max(g - aim * i * dt * 0.5, 0.0)
        mid_i = max(i - sweep * i * g * dt * 0.5, 0.0)
        g = max(g - aim * mid_i * dt, 0.0)
        i = max(i - sweep * mid_i * mid_g * dt, 0.0)
        left -= dt
    return exposed - g, hidden - i


@rule
def whole(u, losses, people):
    """Whole people lost, with the expectation `losses`, never more than there are."""
    n = int(people)
    if n <= 0:
        return 0
    return binomial(u, n, clip(losses / n, 0.0, 1.0))


@rule
def kill_soldiers(units, site, killed, key, t, place, tally):
    """Take the dead from one package posted at a site, the one that the draw hits, then from the next; returns how many were taken."""
    left = killed
    while left > 0:
        struck = -1
        most = -1.0
        for i in range(len(units)):
            unit = units[i]
            if unit.alive == 1 and unit.posting == site and unit.status != TRANSIT and unit.mission != IDLE and unit.soldiers >= 1.0:
                draw = uniform(key, VICTIM, t, unit.uid, 0)
                if draw > most:
                    most = draw
                    struck = i
        if struck < 0:
            break
        lost = min(left, int(units[struck].soldiers))
        units[struck].soldiers -= lost
        left -= lost
    tally[STATE_LOSSES, place] += killed - left
    return killed - left


@rule
def kill_fighters(group, killed, core, place, tally):
    """Losses of a group; its core survives all but a cued raid."""
    lost = min(killed, max(int(group.fighters - core), 0))
    group.fighters -= lost
    tally[FIGHTERS_LOST, place] += lost
    return lost


@rule
def harm_by_state(town, people, tally):
    town.harm_state += people
    town.population = max(town.population - people, 0.0)
    tally[HARM_STATE, town.theatre] += people


@rule
def harm_by_armed(town, people, tally):
    town.harm_armed += people
    town.population = max(town.population - people, 0.0)
    tally[HARM_ARMED, town.theatre] += people


@rule
def targets_at(force, towns, s, n, guard, p):
    """Open targets at a site: packages and committees, weighed by how vulnerable they are."""
    open_ = force[s, N_PATROL] + force[s, N_POST] + force[s, N_POLICE]
    if s < n:
        open_ += towns[s].committee * towns[s].vigour / max(p.committee_people, 1e-9)
    return open_ * vulnerability(guard[s], p)


@loop
def exposure(actors, places, fields, near, parameters, held):
    """What each group could attack today; while held, the mean of its kind is what it will be measured against."""
    groups = actors.groups
    communities = places.communities
    force, guard = fields.force, fields.guard
    near_start, near_site, near_k = near.start, near.site, near.k
    p = parameters.engagement[0]
    sums = (0.0, 0.0)
    counts = (0.0, 0.0)
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            total = 0.0
            for e in range(near_start[group.site], near_start[group.site + 1]):
                total += targets_at(force, communities, near_site[e], len(communities), guard, p) * near_k[e]
            group.exposure = total
            if group.kind == MPCP:
                sums = (sums[0] + total, sums[1])
                counts = (counts[0] + 1.0, counts[1])
            else:
                sums = (sums[0], sums[1] + total)
                counts = (counts[0], counts[1] + 1.0)
    if held == 1:
        for g in range(len(groups)):
            kind = 0 if groups[g].kind == MPCP else 1
            groups[g].exposure_0 = sums[kind] / max(counts[kind], 1.0)


@rule
def choose_site(group, g, u, communities, force, guard, danger, near_start, near_site, near_k, p):
    """Where it strikes: open targets in reach, discounted by the danger that it believes in. -1 when there is nothing."""
    total = 0.0
    for e in range(near_start[group.site], near_start[group.site + 1]):
        s = near_site[e]
        total += targets_at(force, communities, s, len(communities), guard, p) * near_k[e] * math.exp(-p.fear_of_danger * danger[g, s])
    if total <= 0.0:
        return -1
    mark = u * total
    for e in range(near_start[group.site], near_start[group.site + 1]):
        s = near_site[e]
        mark -= targets_at(force, communities, s, len(communities), guard, p) * near_k[e] * math.exp(-p.fear_of_danger * danger[g, s])
        if mark < 0.0:
            return s
    return near_site[near_start[group.site + 1] - 1]


@loop
def attacks(actors, places, fields, minds, sites, near, parameters, held, events, key, t, tally):
    """Acts that armed groups open on state forces, committees, leaders and infrastructure. While held (burn-in) they are counted, as the
    baseline that command knows, but harm nobody."""
    groups, units = actors.groups, actors.units
    communities, status = places.communities, places.status
    force, guard = fields.force, fields.guard
    danger = minds.danger
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    near_start, near_site, near_k = near.start, near.site, near.k
    p = parameters.engagement[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.fighters < 1.0 or site_country[group.site] != PERU:
            continue
        opp = (
            clip(group.exposure / group.exposure_0, p.opportunity_floor, p.opportunity_cap)
            if group.exposure_0 > 0.0
            else p.opportunity_floor
        )
        hold = 1.0 - p.restraint if group.restraint == 1 else 1.0
        if uniform(key, ATTACK, t, group.uid, 0) >= 1.0 - math.exp(
            -p.attack_rate * (1.0 if group.kind == MPCP else p.dissident_ratio) / 7.0 * group.fighters * opp * hold
        ):
            continue
        s = choose_site(
            group, g, uniform(key, TARGET, t, group.uid, 0), communities, force, guard, danger, near_start, near_site, near_k, p
        )
        if s < 0:
            continue
        place = site_theatre[s]
        tally[ATTACKS, place] += 1.0
        note(events, status, t, LOG_ATTACK, place, site_cell[s], group.uid, U(0), 1.0, -1)
        if held == 1:
            continue
        town = communities[s] if s < len(communities) else communities[0]
        weight_patrol = p.value_patrol * force[s, N_PATROL]
        weight_post = p.value_post * force[s, N_POST]
        weight_police = p.value_police * force[s, N_POLICE]
        weight_committee = p.value_committee * town.committee * town.vigour / max(p.committee_people, 1e-9) if s < len(communities) else 0.0
        on_force = weight_patrol + weight_post + weight_police
        mark = uniform(key, TARGET, t, group.uid, 1) * (on_force + weight_committee + p.value_infrastructure)
        if on_force > 0.0 and uniform(key, AMBUSH, t, group.uid, 0) < p.lethal_share:
            spread = math.sqrt(math.log(1.0 + p.minutes_cv * p.minutes_cv))
            minutes = p.minutes * math.exp(spread * normal(uniform(key, AMBUSH_TIME, t, group.uid, 0)) - spread * spread / 2.0)
            lost_state, lost_rebels = deitchman(
                min(group.fighters, p.ambush_people), p.patrol_people, p.aim, p.sweep, minutes, p.attacker_break
            )
            dead = whole(uniform(key, STATE_KILLED, t, group.uid, 0), lost_state, p.patrol_people)
            killed = kill_soldiers(units, s, dead, key, t, place, tally)
            if killed > 0:
                tally[AMBUSHES, place] += 1.0
                note(events, status, t, LOG_AMBUSH, place, site_cell[s], group.uid, U(0), float(killed), -1)
            kill_fighters(group, whole(uniform(key, REBELS_KILLED, t, group.uid, 0), lost_rebels, group.fighters), p.core, place, tally)
            if s < len(communities):
                hurt = poisson(uniform(key, CIVILIANS, t, group.uid, 0), p.civilians_per_fight * (1.0 - p.accuracy))
                harm_by_state(town, min(hurt, town.population), tally)
        elif s < len(communities):
            if on_force <= mark < on_force + weight_committee:
                if uniform(key, LEADER, t, group.uid, 0) < p.leader_share:
                    tally[LEADERS_KILLED, place] += 1.0
                    note(events, status, t, LOG_LEADER, place, site_cell[s], group.uid, town.uid, 1.0, -1)
                    harm_by_armed(town, min(1.0, town.population), tally)
                town.vigour = clip(town.vigour - p.fear_per_act, 0.0, 1.0)
            hurt = poisson(uniform(key, CIVILIANS, t, group.uid, 1), p.civilians_per_act)
            harm_by_armed(town, min(hurt, town.population), tally)
        if s < len(communities):
            town.fear += p.fear_per_act * (1.0 - town.fear)


@rule
def nearest_force(force, site, near_start, near_site, near_k):
    """The site in reach from which a patrol most likely came, -1 when there is none."""
    best = -1
    most = 0.0
    for e in range(near_start[site], near_start[site + 1]):
        worth = force[near_site[e], RESPONDERS] * near_k[e]
        if worth > most:
            most = worth
            best = near_site[e]
    return best


@loop
def meetings(actors, places, fields, ground, sites, near, parameters, events, key, t, tally):
    """Chance contacts of patrols and groups, and raids cued by a lead."""
    groups, units, leads = actors.groups, actors.units, actors.leads
    communities, status = places.communities, places.status
    patrols, force = fields.patrols, fields.force
    cell_terrain, cell_area = ground.terrain, ground.area_km2
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    near_start, near_site, near_k = near.start, near.site, near.k
    q = parameters.search[0]
    p = parameters.engagement[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.fighters < 1.0 or site_country[group.site] != PERU or group.site >= len(communities):
            continue
        c = site_cell[group.site]
        rate = search_rate(sweep_width(cell_terrain[c], 0, q), q.searcher_km_h, 0.0, q.hours, patrols[c], p.vis_group, cell_area[c])
        if uniform(key, MEETING, t, group.uid, 0) < 1.0 - math.exp(-rate):
            place = site_theatre[group.site]
            tally[CLASHES, place] += 1.0
            side = min(group.fighters, p.ambush_people)
            time = min(p.meeting_state_break * p.patrol_people / max(side, 1.0), p.meeting_rebel_break * side / max(p.patrol_people, 1.0))
            dead = whole(uniform(key, STATE_KILLED, t, group.uid, 1), side * time, p.patrol_people)
            nearest = nearest_force(force, group.site, near_start, near_site, near_k)
            if nearest >= 0:
                kill_soldiers(units, nearest, dead, key, t, place, tally)
            hit = whole(uniform(key, REBELS_KILLED, t, group.uid, 1), p.patrol_people * time, group.fighters)
            lost = kill_fighters(group, hit, p.core, place, tally)
            note(events, status, t, LOG_CLASH, place, c, group.uid, U(0), float(lost), BY_PATROL)
    for r in range(len(leads)):
        lead = leads[r]
        if lead.alive != 1 or lead.received > t or lead.kind != LEAD_GROUP or site_country[lead.site] != PERU:
            continue
        teams = able_to_answer(force, lead, t, near_start, near_site, near_k)
        if uniform(key, GROUP_RAID, t, lead.uid, 0) >= 1.0 - math.exp(-p.raid_response * teams):
            continue
        lead.alive = 2
        place = site_theatre[lead.site]
        tally[LEADS_ACTED, place] += 1.0
        group = groups[lead.row]
        found = group.alive == 1 and group.uid == lead.target and group.site == lead.site and group.fighters >= 1.0
        if found and uniform(key, GROUP_RAID, t, lead.uid, 1) < p.raid_success * math.exp(-(t - lead.seen) / max(p.raid_decay_days, 1e-9)):
            tally[CLASHES, place] += 1.0
            side = min(group.fighters, p.ambush_people)
            lost_rebels, lost_state = deitchman(p.raid_people, side, p.aim, p.sweep, p.minutes, p.meeting_state_break)
            rebels = whole(
                uniform(key, REBELS_KILLED, t, lead.uid, 0), min(lost_rebels, p.meeting_rebel_break * group.fighters), group.fighters
            )
            lost = kill_fighters(group, rebels, 0.0, place, tally)
            note(events, status, t, LOG_CLASH, place, site_cell[lead.site], group.uid, U(0), float(lost), lead.source)
            nearest = nearest_force(force, lead.site, near_start, near_site, near_k)
            if nearest >= 0:
                kill_soldiers(
                    units, nearest, whole(uniform(key, STATE_KILLED, t, lead.uid, 0), lost_state, p.raid_people), key, t, place, tally
                )
            if lead.site < len(communities):
                hurt = poisson(uniform(key, CIVILIANS, t, lead.uid, 0), p.civilians_per_fight * (1.0 - p.accuracy))
                harm_by_state(communities[lead.site], min(hurt, communities[lead.site].population), tally)
