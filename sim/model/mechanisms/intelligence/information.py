"""4.5 Information: what communities tell, to whom, and how it ages.

Reads: communities (cooperation, fear, felt, fields), labs, groups, shipments, partners, fields (force), levers (unified). Writes: leads,
communities (tips, tips_8w, tells, fields_near), tally. Chance: TIP, TOLD, PARTNER_DELAY. Daily, on fields weekly: they stay.

Community i reports at `T = tau pop/1000 k (1 - fear)(.3 + .7 C~)` a week, population capped at 20,000; target j in reach is named at `T
vis_j K_ij / (sum vis K + 3)`. A report is a lead (place, kind, age), not a detection. What a lead is worth falls as exp(-age / 5 d);
after `lead_life_days` nobody acts on it, after `file_days` it leaves the file. The constant 3 stands for all else that people could
report: without it every target near a town would be named for certain (evidence B2).

Fields are named by neighbours, and only by those who do not live off such crops: of community i the share `exp(-growers_per_ha ha /
pop)`, and never its own. They are weighed like other targets, poppy less by how far it stands out; what is located already makes no lead.

People tell one service: army, navy or police, in proportion to its people on task within reach (the army where there is none). The
others have the lead `sharing_days` later; until then only that service can answer. Under a unified command all have it at once.

A partner's report names where a cell across the line is expected to come over. It takes weeks of bureaucracy, `partner_least_days` to
`partner_most_days`, drawn for each, and arrives at the joint staff: all services have it then. One that takes
longer than `lead_life_days` is too old to act on and serves only the file.

Left out: false reports; informers who are paid; reports on one's own people; what a service keeps for itself for good."""

import math

from sim.model.chance import PARTNER_DELAY, TIP, TOLD, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.reach import in_reach
from sim.model.state.agents import (
    ARMY,
    BY_PARTNER,
    BY_TIP,
    LEAD_FIELD,
    LEAD_GROUP,
    LEAD_LAB,
    LEAD_SHIPMENT,
    NAVY,
    POLICE_SERVICE,
)
from sim.model.state.arrays import SERVES
from sim.model.state.counts import LEADS_OPEN, REPORTS
from sim.model.state.event_log import FULL, LEADS_FULL
from sim.model.state.rows import free_row


class Parameters:
    tips_per_1000: float
    population_cap: float
    base_protection: float
    background: float
    vis_lab: float
    vis_group: float
    vis_shipment: float
    vis_field: float
    growers_per_ha: float
    lead_life_days: float
    file_days: float
    relay_days: float
    sharing_days: float
    partner_least_days: float
    partner_most_days: float
    partner_reports: float


@rule
def tips_per_week(town, p):
    """Expected reports of a community in a week."""
    people = min(town.population, p.population_cap) / 1000.0
    protected = p.base_protection + (1.0 - p.base_protection) * town.felt
    return p.tips_per_1000 * people * town.cooperation * (1.0 - town.fear) * protected


@rule
def tells_of_fields(town, p):
    """Share of a community's people who do not live off such crops, and so might name a neighbour's field."""
    return math.exp(
        -p.growers_per_ha * (town.coca + town.coca_young + town.poppy) / max(town.population, 1.0)
    )


@rule
def field_visibility(town, p, q):
    """How far the fields of a community stand out to its neighbours: less where they are small, or poppy. q: parameters of the survey."""
    return (
        p.vis_field
        * (q.vis_coca * town.coca + q.vis_poppy * town.poppy)
        / max(town.coca + town.poppy, 1.0)
    )


@rule
def not_located(town):
    """Share of a community's fields that nobody has located yet."""
    located = town.coca_seen + town.coca_found + town.poppy_seen + town.poppy_found
    return max(1.0 - located / max(town.coca + town.poppy, 1e-9), 0.0)


@rule
def told_to(u, army, navy, police):
    """The service that is told, by people on task in reach; the army where there is none."""
    mark = u * (army + navy + police)
    if mark < army or army + navy + police <= 0.0:
        return ARMY
    return NAVY if mark < army + navy else POLICE_SERVICE


@rule
def file_lead(leads, kind, target, row, site, t, received, service, shared, source, status):
    """Write a lead into the lowest free row; a full table ends the stretch with status 6."""
    at = free_row(leads)
    if at < 0:
        status[FULL] = LEADS_FULL
        return
    lead = leads[at]
    lead.alive = 1
    lead.uid = child_uid(target, t, source)
    lead.kind = kind
    lead.target = target
    lead.row = row
    lead.site = site
    lead.seen = t
    lead.received = received
    lead.service = service
    lead.shared = shared
    lead.source = source


@loop
def file_tip(leads, kind, target, row, site, force, near, sharing, status, key, t, p):
    """A lead from people at a site, with the service that they tell."""
    army = in_reach(force, SERVES + ARMY, site, near)
    navy = in_reach(force, SERVES + NAVY, site, near)
    police = in_reach(force, SERVES + POLICE_SERVICE, site, near)
    service = told_to(uniform(key, TOLD, t, target, kind), army, navy, police)
    received = t + int(p.relay_days)
    file_lead(
        leads, kind, target, row, site, t, received, service, received + sharing, BY_TIP, status
    )


@rule
def draw_near(load, site, vis, near):
    """Add a target's visibility to every community in reach."""
    for e in range(near.start[site], near.start[site + 1]):
        load[near.site[e]] += vis * near.k[e]


@rule
def named(communities, load, site, vis, near, p):
    """Reports a day that name a target at `site`."""
    rate = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        i = near.site[e]
        if i < len(communities):
            rate += communities[i].tips / 7.0 * vis * near.k[e] / (load[i] + p.background)
    return rate


@loop
def draw_fields(communities, near, p, q):
    """What the fields in reach add to what each community could report; it stands until next week, as fields do."""
    for i in range(len(communities)):
        communities[i].tells = tells_of_fields(communities[i], p)
        communities[i].fields_near = 0.0
    for j in range(len(communities)):
        vis = field_visibility(communities[j], p, q)
        if vis > 0.0:
            for e in range(near.start[j], near.start[j + 1]):
                i = near.site[e]
                if i < len(communities) and i != j:
                    communities[i].fields_near += communities[i].tells * vis * near.k[e]


@loop
def name_fields(communities, leads, force, load, near, sharing, status, parameters, key, t):
    """A week's leads on fields that are not located yet."""
    p = parameters.information[0]
    q = parameters.survey[0]
    for j in range(len(communities)):
        town = communities[j]
        vis = field_visibility(town, p, q) * not_located(town)
        if vis <= 0.0:
            continue
        rate = 0.0
        for e in range(near.start[j], near.start[j + 1]):
            i = near.site[e]
            if i < len(communities) and i != j:
                rate += (
                    communities[i].tips
                    * communities[i].tells
                    * vis
                    * near.k[e]
                    / (load[i] + p.background)
                )
        if rate > 0.0 and uniform(key, TIP, t, town.uid, 0) < 1.0 - math.exp(-rate):
            file_tip(leads, LEAD_FIELD, town.uid, j, j, force, near, sharing, status, key, t, p)


@loop
def information(
    actors, places, fields, ground, sites, near, routes, lines, bench, parameters, today, diary
):
    """One day of reports; on fields, a week of them. load: f8[sites] work space."""
    weekly, key, t = today.weekly, today.key, today.t
    tally = diary.tally
    labs, groups, shipments, leads = actors.labs, actors.groups, actors.shipments, actors.leads
    communities, partners, status = places.communities, places.partners, diary.status
    force = fields.force
    cell_community = ground.community
    site_theatre = sites.theatre
    step_cell = routes.cell
    back = lines.back
    load = bench.load
    p = parameters.information[0]
    sharing = 0 if places.levers[0].unified == 1 else int(p.sharing_days)
    if weekly:
        draw_fields(communities, near, p, parameters.survey[0])
    for s in range(len(load)):
        load[s] = communities[s].fields_near if s < len(communities) else 0.0
    for i in range(len(communities)):
        town = communities[i]
        town.tips = tips_per_week(town, p)
        town.tips_8w += town.tips / 7.0 - town.tips_8w / 56.0
        tally[REPORTS, town.theatre] += town.tips / 7.0
    for row in range(len(leads)):
        lead = leads[row]
        if lead.alive > 0 and t - lead.seen > p.file_days:
            lead.alive = 0
        elif lead.alive == 1:
            if t - lead.seen > p.lead_life_days:
                lead.alive = 2
            elif lead.received <= t:
                tally[LEADS_OPEN, site_theatre[lead.site]] += 1.0
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].closed_until <= t:
            draw_near(load, labs[j].site, p.vis_lab, near)
    for j in range(len(groups)):
        if groups[j].alive == 1:
            draw_near(load, groups[j].site, p.vis_group, near)
    for j in range(len(shipments)):
        if (
            shipments[j].alive == 1
            and step_cell[shipments[j].step] >= 0
            and cell_community[step_cell[shipments[j].step]] >= 0
        ):
            draw_near(load, cell_community[step_cell[shipments[j].step]], p.vis_shipment, near)
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.closed_until <= t:
            rate = named(communities, load, lab.site, p.vis_lab, near, p)
            if uniform(key, TIP, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                file_tip(
                    leads, LEAD_LAB, lab.uid, j, lab.site, force, near, sharing, status, key, t, p
                )
    for j in range(len(groups)):
        group = groups[j]
        if group.alive == 1:
            rate = named(communities, load, group.site, p.vis_group, near, p)
            if uniform(key, TIP, t, group.uid, 0) < 1.0 - math.exp(-rate):
                file_tip(
                    leads,
                    LEAD_GROUP,
                    group.uid,
                    j,
                    group.site,
                    force,
                    near,
                    sharing,
                    status,
                    key,
                    t,
                    p,
                )
            seen_across = 0.0
            for b in range(len(partners)):
                if partners[b].country == group.country:
                    seen_across += (
                        p.partner_reports * partners[b].coordination * partners[b].presence / 1000.0
                    )
            if back[group.site] >= 0 and uniform(key, TIP, t, group.uid, 1) < 1.0 - math.exp(
                -seen_across
            ):
                spread = max(p.partner_most_days - p.partner_least_days, 0.0)
                arrives = t + int(
                    p.partner_least_days + uniform(key, PARTNER_DELAY, t, group.uid, 0) * spread
                )
                file_lead(
                    leads,
                    LEAD_GROUP,
                    group.uid,
                    j,
                    back[group.site],
                    t,
                    arrives,
                    ARMY,
                    arrives,
                    BY_PARTNER,
                    status,
                )
    for j in range(len(shipments)):
        load_ = shipments[j]
        if (
            load_.alive == 1
            and step_cell[load_.step] >= 0
            and cell_community[step_cell[load_.step]] >= 0
        ):
            site = cell_community[step_cell[load_.step]]
            rate = named(communities, load, site, p.vis_shipment, near, p)
            if uniform(key, TIP, t, load_.uid, 0) < 1.0 - math.exp(-rate):
                file_tip(
                    leads,
                    LEAD_SHIPMENT,
                    load_.uid,
                    j,
                    site,
                    force,
                    near,
                    sharing,
                    status,
                    key,
                    t,
                    p,
                )
    if weekly:
        name_fields(communities, leads, force, load, near, sharing, status, parameters, key, t)
