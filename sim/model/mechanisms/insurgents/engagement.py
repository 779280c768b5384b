"""4.8 Engagement: the attacks that armed groups start, their targets, and the harm they do.
`pursuit.py` has the fights that the state starts, `rivalry.py` those between rivals.

Reads: fields (force, guard), minds.danger, communities.harm_state. Writes: groups (fighters,
exposure, exposure_0), units.soldiers, communities (harm_state, harm_armed, fear, vigour,
population), tally. Chance: ATTACK, TARGET, AMBUSH, AMBUSH_TIME, STATE_KILLED, REBELS_KILLED,
CIVILIANS, LEADER.

A group attacks at the rate a day
`rate / 7 x F x opp x (1 - psi [holds back]) x (1 + provocation h)`, with rate .0048 attacks per
fighter-week (F0427 divided by F0415). h is the number of people per 1,000 around the camp whom the
state has lately harmed, at most 1 (Condra and Shapiro 2012). The opportunity is
`opp = clip(exposure / mean of its kind at day 0, .25, 4)`. Exposure is `sum n v K` over the
patrols, posts, police, committees and infrastructure in reach, with `v = 1 / (1 + E / 60)` and E
the people on task within half a day.

One logit chooses the kind of target and the site in reach, `n K exp(value - believed risk)`. The
risk is what the group believes (`minds.danger`), not the truth, and it counts less for targets
without arms. A rival's camp adds the rival's fighters to the risk; no camp across the border is
attacked (as in `rivalry`). About .09 of the attacks are lethal ambushes, fought by Deitchman's law:
the hidden side aims, the other side sweeps an area, and the attacker ends the fight. The more
accurate the fire, the fewer civilians are hit. Accuracy is .8 for the state, .8 for a group where
all people are with it and 0 where it is a stranger (Kalyvas: violence is selective where one side
holds a place).

Left out: rivals' camps in the opportunity (they have no level at day 0 to be compared with); groups
that join for one attack, captured weapons and stores, attacks on the state's loads on the road, and
learning from attacks that fail; a harassing attack that kills nobody costs the group nothing.
"""

import math
from collections.abc import Sequence
from typing import Any

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
from sim.model.state.agents import MPCP, PERU, THIRD, ArmedGroup, Community
from sim.model.state.arrays import (
    N_PATROL,
    Actors,
    Diary,
    Fields,
    Floats,
    Minds,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import AMBUSHES, ATTACKS
from sim.model.state.event_log import AMBUSH as LOG_AMBUSH
from sim.model.state.event_log import ATTACK as LOG_ATTACK
from sim.model.state.event_log import NO_SOURCE, note


class Parameters:
    # acts/fighter-week: attacks that a fighter starts in a week at the baseline's opportunity
    attack_rate: float
    # 1,000/person: share by which acts rise per person per 1,000 whom the state lately harmed
    # around a camp
    provocation: float
    dissident_ratio: float  # ratio: acts of a dissident fighter against one of the MPCP
    third_ratio: float  # ratio: acts of a fighter of a third group against one of the MPCP
    restraint: float  # share: share of acts held back before a known departure
    protect_people: float  # people: people on task in reach that halve the openness of a target
    opportunity_floor: float  # ratio: least opportunity against day 0
    opportunity_cap: float  # ratio: greatest opportunity against day 0
    # share: share of acts against forces that are lethal ambushes; about .09 of all acts
    lethal_share: float
    ambush_people: float  # people: attackers in one ambush at most
    patrol_people: float  # people: people of the patrol that is attacked
    aim: float  # per minute: hits a minute of one hidden shooter
    sweep: float  # per minute: hits a minute of one shooter at each hidden person
    minutes: float  # minutes: mean length of an ambush
    minutes_cv: float  # ratio: spread of that length
    attacker_break: float  # share: own loss at which attackers leave
    meeting_state_break: float  # share: own loss at which a patrol breaks off
    meeting_rebel_break: float  # share: own loss at which a group breaks off
    vis_group: float  # share: visibility of a group to a patrol by chance
    raid_success: float  # probability: chance that a raid on a fresh lead finds its group
    raid_decay_days: float  # days: days over which a lead on a group loses its worth by e
    raid_response: float  # per day: hazard a day that one team in reach raids on a lead
    raid_people: float  # people: people of one raid
    core: float  # people: fighters of one group that only a cued raid can find
    # log weight: worth of a patrol as a target; only its difference to the other values matters
    value_patrol: float
    value_post: float  # log weight: worth of a post as a target
    value_police: float  # log weight: worth of police, and of teams that clear fields, as a target
    value_committee: float  # log weight: worth of a committee or its leader as a target
    value_infrastructure: float  # log weight: worth of a community's infrastructure as a target
    value_rival: float  # log weight: worth of a rival group's camp as a target
    fear_of_danger: float  # per person: how believed danger deters an attack on a site
    unarmed_risk: float  # ratio: weight of believed danger for a target without arms of its own
    committee_people: float  # people: committee members that make one target
    leader_share: float  # probability: chance that an act against a committee kills its leader
    civilians_per_fight: float  # people: civilians hit in a fight with no accuracy
    civilians_per_act: float  # people: civilians hit in an act by a group that is a stranger there
    accuracy: float  # share: share of fire that spares civilians
    # share: share of an armed group's violence that spares bystanders where it holds all
    accuracy_armed: float
    fear_per_act: float  # share: fear that an act adds at its place


@rule
def vulnerability(guard: float, p: Parameters) -> float:
    """Return how open a target is, given the people on task within half a day of it."""
    return 1.0 / (1.0 + guard / max(p.protect_people, 1e-9))


@rule
def targets(
    force: Floats, communities: Sequence[Community], s: int, kind: int, p: Parameters
) -> float:
    """Return the number of targets of a kind at a site: packages of the state, committees of
    `committee_people`, and one lot of infrastructure for each community."""
    if kind <= POLICE_TEAMS:
        return force[s, N_PATROL + kind]
    if s >= len(communities):
        return 0.0
    if kind == INFRASTRUCTURE:
        return 1.0
    return communities[s].committee * communities[s].vigour / max(p.committee_people, 1e-9)


@rule
def value(kind: int, p: Parameters) -> float:
    """Return the value of a kind of target, in logs."""
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
def pull(kind: int, believed: float, p: Parameters) -> float:
    """Return `exp(value - believed risk)` of one target, given the people believed to stand around
    it."""
    armed = kind <= POLICE_TEAMS or kind == RIVALS_CAMP
    return math.exp(
        value(kind, p) - p.fear_of_danger * believed * (1.0 if armed else p.unarmed_risk)
    )


@rule
def acts_a_week(group: ArmedGroup, harm: float, p: Parameters) -> float:
    """Return the attacks that a group would start in a week at the opportunity of day 0, where the
    state has lately harmed `harm` of 1,000 people."""
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
def opportunity(group: ArmedGroup, p: Parameters) -> float:
    """Return what the group could attack today, relative to day 0 and kept within bounds."""
    return clip(
        group.exposure / group.exposure_0 if group.exposure_0 > 0.0 else 0.0,
        p.opportunity_floor,
        p.opportunity_cap,
    )


@loop
def exposure(
    actors: Actors, places: Places, fields: Fields, near: Near, parameters: Any, today: Today
) -> None:
    """Measure what each group could attack today. Up to day 0 the mean of its kind becomes the
    reference."""
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
                total += there * vulnerability(guard[s], p) * near.kernel[e]
            group.exposure = total
            if group.kind == MPCP:
                sums = (sums[0] + total, sums[1])
                counts = (counts[0] + 1.0, counts[1])
            else:
                sums = (sums[0], sums[1] + total)
                counts = (counts[0], counts[1] + 1.0)
    if today.opening == 1:
        for g in range(len(groups)):
            kind = 0 if groups[g].kind == MPCP else 1
            groups[g].exposure_0 = sums[kind] / max(counts[kind], 1.0)


@rule
def choose_target(
    groups: Sequence[ArmedGroup],
    g: int,
    u: float,
    communities: Sequence[Community],
    force: Floats,
    danger: Floats,
    near: Near,
    p: Parameters,
) -> tuple[int, int]:
    """Return (kind, site) of the target, or (RIVALS_CAMP, row of the rival); kind -1 when there is
    none."""
    group = groups[g]
    total = 0.0
    for walk in range(2):
        mark = u * total
        for e in range(near.start[group.site], near.start[group.site + 1]):
            s = near.site[e]
            for kind in range(RIVALS_CAMP):
                n = targets(force, communities, s, kind, p)
                if n > 0.0:
                    weight = n * near.kernel[e] * pull(kind, danger[g, s], p)
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
def minutes_of(u: float, p: Parameters) -> float:
    """Draw how long an ambush lasts: lognormal."""
    spread = math.sqrt(math.log(1.0 + p.minutes_cv * p.minutes_cv))
    return p.minutes * math.exp(spread * normal(u) - spread * spread / 2.0)


@loop
def attacks(
    actors: Actors,
    places: Places,
    fields: Fields,
    minds: Minds,
    sites: Sites,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Let armed groups attack state forces, committees, leaders, infrastructure and rivals. While
    held (burn-in) attacks are counted, as the baseline that command knows, but harm nobody."""
    held, key, t = today.held, today.key, today.t
    tally = diary.tally
    groups, units = actors.groups, actors.units
    communities = places.communities
    force = fields.force
    danger = minds.danger
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    p, rivalry = parameters.engagement[0], parameters.rivalry[0]
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
                rival_fight(group, rival, rival.site, communities, sites, p, rivalry, today, diary)
            continue
        place = site_theatre[s]
        tally[ATTACKS, place] += 1.0
        note(diary, t, LOG_ATTACK, place, site_cell[s], group.uid, U(0), 1.0, NO_SOURCE)
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
                    diary,
                    t,
                    LOG_AMBUSH,
                    place,
                    site_cell[s],
                    group.uid,
                    U(0),
                    float(killed),
                    NO_SOURCE,
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
                    kill_leader(town, group.uid, t, diary)
                town.vigour = clip(town.vigour - p.fear_per_act, 0.0, 1.0)
            mean = p.civilians_per_act * (1.0 - p.accuracy_armed * town.armed)
            harm_by_armed(town, poisson(uniform(key, CIVILIANS, t, group.uid, 1), mean), tally)
        if s < len(communities):
            frighten(communities[s], p.fear_per_act)
