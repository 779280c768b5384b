"""4.5 Information: what communities tell, and how it ages.

Reads: communities (cooperation, fear, felt), labs, groups, shipments, partners. Writes: leads, communities (tips, tips_8w), tally.
Chance: TIP.

Community i reports at `T = tau pop/1000 k (1 - fear)(.3 + .7 C~)` a week, population capped at 20,000; target j in reach is named at `T
vis_j K_ij / (sum vis K + 3)`. A report is a lead (place, kind, age), not a detection. What a lead is worth falls as exp(-age / 5 d);
after `lead_life_days` nobody acts on it, after `file_days` it leaves the file. A partner names where a cell across the line is expected
to come over. The constant 3 stands for all else that people could report: without it every target near a town would be named for certain
(evidence B2)."""

import math

from sim.chance import TIP, child_uid, uniform
from sim.kernel import loop, rule
from sim.world.state import BY_PARTNER, BY_TIP, LEAD_GROUP, LEAD_LAB, LEAD_SHIPMENT
from sim.world.tables import free_row
from sim.world.tally import LEADS_OPEN, REPORTS


class Parameters:
    tips_per_1000: float
    population_cap: float
    base_protection: float
    background: float
    vis_lab: float
    vis_group: float
    vis_shipment: float
    lead_life_days: float
    file_days: float
    relay_days: float
    partner_delay_days: float
    partner_reports: float


@rule
def tips_per_week(town, p):
    """Expected reports of a community in a week."""
    people = min(town.population, p.population_cap) / 1000.0
    protected = p.base_protection + (1.0 - p.base_protection) * town.felt
    return p.tips_per_1000 * people * town.cooperation * (1.0 - town.fear) * protected


@rule
def file_lead(leads, kind, target, row, site, t, delay, source, places_status):
    """Write a lead into the lowest free row; a full table ends the stretch with status 6."""
    at = free_row(leads)
    if at < 0:
        places_status[0] = 6
        return
    lead = leads[at]
    lead.alive = 1
    lead.uid = child_uid(target, t, source)
    lead.kind = kind
    lead.target = target
    lead.row = row
    lead.site = site
    lead.seen = t
    lead.received = t + int(delay)
    lead.source = source


@rule
def draw_near(load, site, vis, near_start, near_site, near_k):
    """Add a target's visibility to every community in reach."""
    for e in range(near_start[site], near_start[site + 1]):
        load[near_site[e]] += vis * near_k[e]


@rule
def named(communities, load, site, vis, near_start, near_site, near_k, p):
    """Reports a day that name a target at `site`."""
    rate = 0.0
    for e in range(near_start[site], near_start[site + 1]):
        i = near_site[e]
        if i < len(communities):
            rate += communities[i].tips / 7.0 * vis * near_k[e] / (load[i] + p.background)
    return rate


@loop
def information(actors, places, ground, sites, near, routes, lines, bench, parameters, key, t, tally):
    """One day of reports. load: f8[sites] work space."""
    labs, groups, shipments, leads = actors.labs, actors.groups, actors.shipments, actors.leads
    communities, partners, status = places.communities, places.partners, places.status
    cell_community = ground.community
    site_theatre = sites.theatre
    near_start, near_site, near_k = near.start, near.site, near.k
    step_cell = routes.cell
    back = lines.back
    load = bench.load
    p = parameters.information[0]
    for s in range(len(load)):
        load[s] = 0.0
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
            draw_near(load, labs[j].site, p.vis_lab, near_start, near_site, near_k)
    for j in range(len(groups)):
        if groups[j].alive == 1:
            draw_near(load, groups[j].site, p.vis_group, near_start, near_site, near_k)
    for j in range(len(shipments)):
        if shipments[j].alive == 1 and step_cell[shipments[j].step] >= 0 and cell_community[step_cell[shipments[j].step]] >= 0:
            draw_near(load, cell_community[step_cell[shipments[j].step]], p.vis_shipment, near_start, near_site, near_k)
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.closed_until <= t:
            rate = named(communities, load, lab.site, p.vis_lab, near_start, near_site, near_k, p)
            if uniform(key, TIP, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                file_lead(leads, LEAD_LAB, lab.uid, j, lab.site, t, p.relay_days, BY_TIP, status)
    for j in range(len(groups)):
        group = groups[j]
        if group.alive == 1:
            rate = named(communities, load, group.site, p.vis_group, near_start, near_site, near_k, p)
            if uniform(key, TIP, t, group.uid, 0) < 1.0 - math.exp(-rate):
                file_lead(leads, LEAD_GROUP, group.uid, j, group.site, t, p.relay_days, BY_TIP, status)
            seen_across = 0.0
            for b in range(len(partners)):
                if partners[b].country == group.country:
                    seen_across += p.partner_reports * partners[b].coordination * partners[b].presence / 1000.0
            if back[group.site] >= 0 and uniform(key, TIP, t, group.uid, 1) < 1.0 - math.exp(-seen_across):
                file_lead(leads, LEAD_GROUP, group.uid, j, back[group.site], t, p.partner_delay_days, BY_PARTNER, status)
    for j in range(len(shipments)):
        load_ = shipments[j]
        if load_.alive == 1 and step_cell[load_.step] >= 0 and cell_community[step_cell[load_.step]] >= 0:
            site = cell_community[step_cell[load_.step]]
            rate = named(communities, load, site, p.vis_shipment, near_start, near_site, near_k, p)
            if uniform(key, TIP, t, load_.uid, 0) < 1.0 - math.exp(-rate):
                file_lead(leads, LEAD_SHIPMENT, load_.uid, j, site, t, p.relay_days, BY_TIP, status)
