"""4.8 Engagement, the part that the state starts: chance meetings of patrols and groups, and raids
cued by a lead.

Reads: fields (force, patrols), leads, `engagement.Parameters`. Writes: groups.fighters,
units.soldiers, communities (harm_state, population), leads, tally. Chance: MEETING, GROUP_RAID,
PURSUERS_KILLED, PURSUED_KILLED, PURSUIT_CIVILIANS.

Meetings: random search (`rules/search.py`) finds a camp, which shows .1 of what a target in the
open shows. The fight follows the square law with equal arms until one side breaks, at 15 and 20 %
(evidence B3). In a cued raid the roles change: the raiders are the hidden side of Deitchman's law
(they aim, and the group fires at an area), and the group's core is not safe from it. A raid comes
at a hazard that grows with the teams in reach. It succeeds with `.5 exp(-age / 5 d) x local
knowledge` of the team that answers, if the group is still where it was seen.

Left out: pursuit of those who flee, prisoners, and raids on suspicion alone.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from sim.model.chance import (
    GROUP_RAID,
    MEETING,
    PURSUED_KILLED,
    PURSUERS_KILLED,
    PURSUIT_CIVILIANS,
    U,
    poisson,
    uniform,
)
from sim.model.compile import loop, rule
from sim.model.rules.reach import able_to_answer, told
from sim.model.rules.search import rate_of_fixed
from sim.model.rules.violence import (
    ANYBODY,
    deitchman,
    harm_by_state,
    kill_fighters,
    kill_soldiers,
    square_law,
    whole,
)
from sim.model.state.agents import BY_PATROL, CLOSED, LEAD_GROUP, OPEN, PERU, Unit
from sim.model.state.arrays import (
    ANSWERING,
    RESPONDERS,
    Actors,
    Diary,
    Fields,
    Floats,
    Ground,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import CLASHES, LEADS_ACTED
from sim.model.state.event_log import CLASH, note


class Raids(Protocol):
    """What a raid reads of the parameters of engagement."""

    raid_success: float
    raid_decay_days: float


@rule
def nearest_force(force: Floats, column: int, site: int, near: Near) -> int:
    """Return the site in reach from which a team most likely came, by a column of `Fields.force`;
    -1 when there is none."""
    best = -1
    most = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        worth = force[near.site[e], column] * near.kernel[e]
        if worth > most:
            most = worth
            best = near.site[e]
    return best


@rule
def knowledge_at(force: Floats, site: int) -> float:
    """Return the local knowledge of the people at a site who answer leads, their mean [0, 1]."""
    return (
        force[site, RESPONDERS] / force[site, ANSWERING]
        if site >= 0 and force[site, ANSWERING] > 0.0
        else 0.0
    )


@rule
def raid_finds(age_days: int, knowledge: float, p: Raids) -> float:
    """Return the chance that a raid on a lead of this age finds the group that it names."""
    return p.raid_success * math.exp(-age_days / max(p.raid_decay_days, 1e-9)) * knowledge


@rule
def lose_people(
    units: Sequence[Unit],
    nearest: int,
    dead: int,
    key: np.uint64,
    t: int,
    place: int,
    tally: Floats,
) -> None:
    """Take the state's dead from the site that the team came from."""
    if nearest >= 0:
        kill_soldiers(units, nearest, ANYBODY, dead, key, t, place, tally)


@loop
def meetings(
    actors: Actors,
    places: Places,
    fields: Fields,
    ground: Ground,
    sites: Sites,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Let patrols come upon a group's camp by chance."""
    key, t = today.key, today.t
    tally = diary.tally
    groups, units = actors.groups, actors.units
    communities = places.communities
    patrols, force = fields.patrols, fields.force
    cell_terrain, cell_area = ground.terrain, ground.area_km2
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    search, p = parameters.search[0], parameters.engagement[0]
    for g in range(len(groups)):
        group = groups[g]
        if (
            group.alive == 0
            or group.fighters < 1.0
            or site_country[group.site] != PERU
            or group.site >= len(communities)
        ):
            continue
        c = site_cell[group.site]
        rate = rate_of_fixed(cell_terrain[c], patrols[c], p.vis_group, cell_area[c], search)
        if uniform(key, MEETING, t, group.uid, 0) >= 1.0 - math.exp(-rate):
            continue
        place = site_theatre[group.site]
        tally[CLASHES, place] += 1.0
        side = min(group.fighters, p.ambush_people)
        lost_state, lost_rebels = square_law(
            p.patrol_people, side, p.meeting_state_break, p.meeting_rebel_break
        )
        dead = whole(uniform(key, PURSUERS_KILLED, t, group.uid, 0), lost_state, p.patrol_people)
        lose_people(
            units, nearest_force(force, RESPONDERS, group.site, near), dead, key, t, place, tally
        )
        lost = kill_fighters(
            group,
            whole(uniform(key, PURSUED_KILLED, t, group.uid, 0), lost_rebels, group.fighters),
            p.core,
            place,
            tally,
        )
        note(diary, t, CLASH, place, c, group.uid, U(0), float(lost), BY_PATROL)
        mean = p.civilians_per_fight * (1.0 - p.accuracy)
        harm_by_state(
            communities[group.site],
            poisson(uniform(key, PURSUIT_CIVILIANS, t, group.uid, 0), mean),
            tally,
        )


@loop
def raids(
    actors: Actors,
    places: Places,
    fields: Fields,
    sites: Sites,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Raid the groups that leads name."""
    key, t = today.key, today.t
    tally = diary.tally
    groups, units, leads = actors.groups, actors.units, actors.leads
    communities = places.communities
    force = fields.force
    site_cell, site_theatre, site_country = sites.cell, sites.theatre, sites.country
    p = parameters.engagement[0]
    for r in range(len(leads)):
        lead = leads[r]
        if (
            lead.alive != OPEN
            or lead.received > t
            or lead.kind != LEAD_GROUP
            or site_country[lead.site] != PERU
        ):
            continue
        teams = able_to_answer(force, lead, t, near)
        if uniform(key, GROUP_RAID, t, lead.uid, 0) >= 1.0 - math.exp(-p.raid_response * teams):
            continue
        lead.alive = CLOSED
        place = site_theatre[lead.site]
        tally[LEADS_ACTED, place] += 1.0
        group = groups[lead.row]
        nearest = nearest_force(force, told(lead, t), lead.site, near)
        there = (
            group.alive == 1
            and group.uid == lead.target
            and group.site == lead.site
            and group.fighters >= 1.0
        )
        if not there or uniform(key, GROUP_RAID, t, lead.uid, 1) >= raid_finds(
            t - lead.seen, knowledge_at(force, nearest), p
        ):
            continue
        tally[CLASHES, place] += 1.0
        side = min(group.fighters, p.ambush_people)
        lost_rebels, lost_state = deitchman(
            p.raid_people, side, p.aim, p.sweep, p.minutes, p.meeting_state_break
        )
        hit = whole(
            uniform(key, PURSUED_KILLED, t, lead.uid, 0),
            min(lost_rebels, p.meeting_rebel_break * group.fighters),
            group.fighters,
        )
        lost = kill_fighters(group, hit, 0.0, place, tally)
        note(
            diary, t, CLASH, place, site_cell[lead.site], group.uid, U(0), float(lost), lead.source
        )
        dead = whole(uniform(key, PURSUERS_KILLED, t, lead.uid, 0), lost_state, p.raid_people)
        lose_people(units, nearest, dead, key, t, place, tally)
        if lead.site < len(communities):
            mean = p.civilians_per_fight * (1.0 - p.accuracy)
            harm_by_state(
                communities[lead.site],
                poisson(uniform(key, PURSUIT_CIVILIANS, t, lead.uid, 0), mean),
                tally,
            )
