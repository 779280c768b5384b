"""4.8 Engagement: the acts that armed groups open, on whom, and the harm they do. What the state opens stands in `pursuit.py`, what
rivals do to each other in `rivalry.py`.

Reads: fields (force, guard), minds.danger, communities.harm_state. Writes: groups (fighters, exposure, exposure_0),
units.soldiers, communities (harm_state, harm_armed, fear, vigour, population), tally. Chance: ATTACK, TARGET, AMBUSH, AMBUSH_TIME,
STATE_KILLED, REBELS_KILLED, CIVILIANS, LEADER.

Attack rate per group and day `rate / 7 x F x opp x (1 - psi [holds back]) x (1 + provocation h)`, rate .0048 acts per fighter-week (F0427
over F0415); h people per 1,000 around the camp whom the state lately harmed, at most 1 (Condra and Shapiro 2012). `opp = clip(exposure /
mean of its kind at day 0, .25, 4)`, exposure `sum n v K` over patrols, posts, police, committees and infrastructure in
reach with `v = 1 / (1 + E / 60)`, E the people on task within half a day. What it strikes, and where, is one logit over the kinds of target
and the sites in reach, `n K exp(value - believed risk)`; risk is what it believes (`minds.danger`), not the truth, and weighs less on
targets without arms; a rival's camp adds the rival's fighters, and none is struck across the line (as in `rivalry`). About .09 of acts are
lethal ambushes, fought by Deitchman's law: the hidden side aims, the other sweeps an area; the attacker ends it. Civilians are hit the
less, the more accurate the fire: of the state .8, of a group where it governs .8, where it is a stranger 0 (Kalyvas: violence is selective
where control is).

Left out: rivals' camps in the opportunity (they have no level at day 0 to be measured against); groups that join for one attack, weapons
and stores taken, acts against the state's loads on the road, and learning from acts that fail; a harassing act that kills nobody costs the
group nothing."""

import math

from sim.model.chance import (
    AMBUSH,
    AMBUSH_TIME,
    ATTACK,
    CIVILIANS,
    LEADER,
    REBELS_KILLED,
    STATE_KILLED,
    TARGET,
    U,
    normal,
    poisson,
    uniform,
)
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.reach import nearness
from sim.model.rules.violence import (
    COMMITTEES,
    INFRASTRUCTURE,
    PATROLS,
    POLICE_TEAMS,
    POSTS,
    RIVALS_CAMP,
    deitchman,
    frighten,
    harm_by_armed,
    harm_by_state,
    kill_fighters,
    kill_leader,
    kill_soldiers,
    rival_fight,
    state_harm,
    whole,
)
from sim.model.state.agents import MPCP, PERU, THIRD
from sim.model.state.arrays import N_PATROL
from sim.model.state.counts import AMBUSHES, ATTACKS
from sim.model.state.event_log import AMBUSH as LOG_AMBUSH
from sim.model.state.event_log import ATTACK as LOG_ATTACK
from sim.model.state.event_log import note


class Parameters:
    attack_rate: float
    provocation: float
    dissident_ratio: float
    third_ratio: float
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
    value_rival: float
    fear_of_danger: float
    unarmed_risk: float
    committee_people: float
    leader_share: float
    civilians_per_fight: float
    civilians_per_act: float
    accuracy: float
    accuracy_armed: float
    fear_per_act: float


@rule
def vulnerability(guard, p):
    """How open a target is, given the people on task within half a day of it."""
    return 1.0 / (1.0 + guard / max(p.protect_people, 1e-9))


@rule
def targets(force, communities, s, kind, p):
    """Targets of a kind at a site: packages of the state, committees of `committee_people`, one lot of infrastructure a community."""
    if kind <= POLICE_TEAMS:
        return force[s, N_PATROL + kind]
    if s >= len(communities):
        return 0.0
    if kind == INFRASTRUCTURE:
        return 1.0
    return communities[s].committee * communities[s].vigour / max(p.committee_people, 1e-9)


@rule
def value(kind, p):
    """Worth of a kind of target, in logs."""
    if kind == PATROLS:
        return p.value_patrol
    if kind == POSTS:
        return p.value_post
    if kind == POLICE_TEAMS:
        return p.value_police
    if kind == COMMITTEES:
        return p.value_committee
    return p.value_infrastructure if kind == INFRASTRUCTURE else p.value_rival


@rule
def pull(kind, believed, p):
    """`exp(value - believed risk)` of one target, given the people believed to stand around it."""
    armed = kind <= POLICE_TEAMS or kind == RIVALS_CAMP
    return math.exp(
        value(kind, p) - p.fear_of_danger * believed * (1.0 if armed else p.unarmed_risk)
    )


@rule
def acts_a_week(group, harm, p):
    """Acts that a group would open in a week at the opportunity of day 0, where the state lately harmed `harm` of 1,000."""
    ratio = (
        1.0 if group.kind == MPCP else p.third_ratio if group.kind == THIRD else p.dissident_ratio
    )
    return (
        p.attack_rate
        * ratio
        * group.fighters
        * (1.0 - p.restraint * group.restraint)
        * (1.0 + p.provocation * harm)
    )


@rule
def opportunity(group, p):
    """What it could attack, against day 0."""
    return clip(
        group.exposure / group.exposure_0 if group.exposure_0 > 0.0 else 0.0,
        p.opportunity_floor,
        p.opportunity_cap,
    )


@loop
def exposure(actors, places, fields, near, parameters, today):
    """What each group could attack today; while held, the mean of its kind is what it will be measured against."""
    held = today.held
    groups = actors.groups
    communities = places.communities
    force, guard = fields.force, fields.guard
    p = parameters.engagement[0]
    sums = (0.0, 0.0)
    counts = (0.0, 0.0)
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 1:
            total = 0.0
            for e in range(near.start[group.site], near.start[group.site + 1]):
                s = near.site[e]
                there = 0.0
                for kind in range(RIVALS_CAMP):
                    there += targets(force, communities, s, kind, p)
                total += there * vulnerability(guard[s], p) * near.k[e]
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
def choose_target(groups, g, u, communities, force, danger, near, p):
    """(kind, site) of what it strikes, or (RIVALS_CAMP, row of the rival); kind -1 when there is nothing."""
    group = groups[g]
    total = 0.0
    for walk in range(2):
        mark = u * total
        for e in range(near.start[group.site], near.start[group.site + 1]):
            s = near.site[e]
            for kind in range(RIVALS_CAMP):
                n = targets(force, communities, s, kind, p)
                if n > 0.0:
                    weight = n * near.k[e] * pull(kind, danger[g, s], p)
                    if walk == 0:
                        total += weight
                    else:
                        mark -= weight
                        if mark < 0.0:
                            return kind, s
        for h in range(len(groups)):
            rival = groups[h]
            if (
                rival.alive == 1
                and rival.kind != group.kind
                and rival.fighters >= 1.0
                and rival.country == PERU
            ):
                near_it = nearness(group.site, rival.site, near)
                if near_it > 0.0:
                    weight = near_it * pull(RIVALS_CAMP, danger[g, rival.site] + rival.fighters, p)
                    if walk == 0:
                        total += weight
                    else:
                        mark -= weight
                        if mark < 0.0:
                            return RIVALS_CAMP, h
    return -1, -1


@rule
def minutes_of(u, p):
    """How long an ambush lasts: lognormal."""
    spread = math.sqrt(math.log(1.0 + p.minutes_cv * p.minutes_cv))
    return p.minutes * math.exp(spread * normal(u) - spread * spread / 2.0)


@loop
def attacks(actors, places, fields, minds, sites, near, parameters, today, diary):
    """Acts that armed groups open on state forces, committees, leaders, infrastructure and rivals. While held (burn-in) they are counted,
    as the baseline that command knows, but harm nobody."""
    held, key, t = today.held, today.key, today.t
    events, tally = diary.events, diary.tally
    groups, units = actors.groups, actors.units
    communities, status = places.communities, diary.status
    force = fields.force
    danger = minds.danger
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    p, q = parameters.engagement[0], parameters.rivalry[0]
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0 or group.fighters < 1.0 or site_country[group.site] != PERU:
            continue
        harm = state_harm(communities[group.site]) if group.site < len(communities) else 0.0
        rate = acts_a_week(group, harm, p) * opportunity(group, p) / 7.0
        if uniform(key, ATTACK, t, group.uid, 0) >= 1.0 - math.exp(-rate):
            continue
        kind, s = choose_target(
            groups, g, uniform(key, TARGET, t, group.uid, 0), communities, force, danger, near, p
        )
        if kind < 0:
            continue
        if kind == RIVALS_CAMP:
            if held == 0:
                rival = groups[s]
                rival_fight(
                    group,
                    rival,
                    rival.site,
                    communities,
                    site_cell,
                    site_theatre,
                    p,
                    q,
                    events,
                    status,
                    key,
                    t,
                    tally,
                )
            continue
        place = site_theatre[s]
        tally[ATTACKS, place] += 1.0
        note(events, status, t, LOG_ATTACK, place, site_cell[s], group.uid, U(0), 1.0, -1)
        if held == 1:
            continue
        if kind <= POLICE_TEAMS and uniform(key, AMBUSH, t, group.uid, 0) < p.lethal_share:
            minutes = minutes_of(uniform(key, AMBUSH_TIME, t, group.uid, 0), p)
            lost_state, lost_rebels = deitchman(
                min(group.fighters, p.ambush_people),
                p.patrol_people,
                p.aim,
                p.sweep,
                minutes,
                p.attacker_break,
            )
            dead = whole(uniform(key, STATE_KILLED, t, group.uid, 0), lost_state, p.patrol_people)
            killed = kill_soldiers(units, s, kind, dead, key, t, place, tally)
            if killed > 0:
                tally[AMBUSHES, place] += 1.0
                note(
                    events,
                    status,
                    t,
                    LOG_AMBUSH,
                    place,
                    site_cell[s],
                    group.uid,
                    U(0),
                    float(killed),
                    -1,
                )
            kill_fighters(
                group,
                whole(uniform(key, REBELS_KILLED, t, group.uid, 0), lost_rebels, group.fighters),
                p.core,
                place,
                tally,
            )
            if s < len(communities):
                mean = p.civilians_per_fight * (1.0 - p.accuracy)
                harm_by_state(
                    communities[s], poisson(uniform(key, CIVILIANS, t, group.uid, 0), mean), tally
                )
        elif s < len(communities):
            town = communities[s]
            if kind == COMMITTEES:
                if uniform(key, LEADER, t, group.uid, 0) < p.leader_share:
                    kill_leader(town, group.uid, events, status, t, tally)
                town.vigour = clip(town.vigour - p.fear_per_act, 0.0, 1.0)
            mean = p.civilians_per_act * (1.0 - p.accuracy_armed * town.armed)
            harm_by_armed(town, poisson(uniform(key, CIVILIANS, t, group.uid, 1), mean), tally)
        if s < len(communities):
            frighten(communities[s], p.fear_per_act)
