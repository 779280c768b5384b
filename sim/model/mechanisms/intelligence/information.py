"""4.5 Information: what communities report, to whom, and how reports age.

Reads: communities (cooperation, fear, felt, fields), labs, groups, shipments, partners, fields
(force), levers (unified). Writes: leads, communities (tips, tips_8w, tells, fields_near), tally.
Chance: TIP, TOLD, PARTNER_DELAY. Daily, on fields weekly, since fields stay where they are.

Community i makes `T = tau pop/1000 k (1 - fear)(.3 + .7 C~)` reports a week, with its population
capped at 20,000. It names target j in reach at `T vis_j K_ij / (sum vis K + 3)`. The constant 3
stands for everything else that people could report; without it every target near a town would
certainly be named (evidence B2). A report is a lead (place, kind, age), not a detection. A lead's
worth falls as exp(-age / 5 d); after `lead_life_days` nobody acts on it, and after `file_days` it
leaves the file.

Neighbours name fields, but only people who do not live off such crops: in community i the share
`exp(-growers_per_ha ha / pop)`, and never its own fields. Fields are weighted like other targets,
poppy less because it stands out less; what is located already makes no lead.

People tell one service, army, navy or police, in proportion to its people on task within reach (the
army where there are none). The other services have the lead `sharing_days` later; until then only
that service can answer it. Under a unified command all have it at once.

A partner's report names where a cell abroad is expected to cross. It takes weeks of bureaucracy,
between `partner_least_days` and `partner_most_days`, drawn for each report, and it arrives at the
joint staff, so all services have it then. A report that takes longer than `lead_life_days` is too
old to act on and serves only the file.

Left out: false reports; paid informers; reports on one's own people; what a service never shares.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

from sim.model.chance import PARTNER_DELAY, TIP, TOLD, uniform
from sim.model.compile import loop, rule
from sim.model.rules.leads import file_lead, told_to
from sim.model.rules.reach import in_reach
from sim.model.state.agents import (
    ARMY,
    BY_PARTNER,
    BY_TIP,
    CLOSED,
    FREE,
    LEAD_FIELD,
    LEAD_GROUP,
    LEAD_LAB,
    LEAD_SHIPMENT,
    NAVY,
    OPEN,
    POLICE_SERVICE,
    Community,
    Lead,
    Uid,
)
from sim.model.state.arrays import (
    SERVES,
    Actors,
    Bench,
    Border,
    Diary,
    Fields,
    Floats,
    Ground,
    Near,
    Places,
    Routes,
    Sites,
    Today,
)
from sim.model.state.counts import LEADS_OPEN, REPORTS


class Parameters:
    # reports/week: reports a week of 1,000 people who cooperate fully, without fear
    tips_per_1000: float
    population_cap: float  # people: people of one place that can count as informers
    base_protection: float  # share: reporting where no force is felt
    background: float  # weight: all else that people could report
    vis_lab: float  # share: visibility of a laboratory or strip to its neighbours
    vis_group: float  # share: visibility of an armed group to its neighbours
    vis_shipment: float  # share: visibility of a load to those who live beside its way
    vis_field: float  # share: visibility of fields to neighbours who would report them
    # people/ha: people who live off a hectare of coca or poppy, and so name no fields
    growers_per_ha: float
    lead_life_days: float  # days: age at which a lead is dropped
    file_days: float  # days: days that a report stays on file for command
    relay_days: float  # days: days until a report reaches who can act
    # days: days until the other services have a report; none under a unified command
    sharing_days: float
    partner_least_days: float  # days: days that a partner's report takes at the least
    partner_most_days: float  # days: days that a partner's report takes at the most
    # reports/day: reports a day on a cell abroad per 1,000 of the partner's people at full
    # coordination
    partner_reports: float


class Survey(Protocol):
    """What tips read of the parameters of the survey."""

    vis_coca: float
    vis_poppy: float


@rule
def tips_per_week(town: Community, p: Parameters) -> float:
    """Return the expected reports of a community in a week."""
    people = min(town.population, p.population_cap) / 1000.0
    protected = p.base_protection + (1.0 - p.base_protection) * town.felt
    free = 1.0 - town.under_rule
    return p.tips_per_1000 * people * town.cooperation * (1.0 - town.fear) * protected * free


@rule
def tells_of_fields(town: Community, p: Parameters) -> float:
    """Return the share of a community's people who do not live off such crops, and so might name a
    neighbour's field."""
    return math.exp(
        -p.growers_per_ha * (town.coca + town.coca_young + town.poppy) / max(town.population, 1.0)
    )


@rule
def field_visibility(town: Community, p: Parameters, survey: Survey) -> float:
    """Return how far the fields of a community stand out to its neighbours: less where they are
    small, or poppy. survey: the parameters of the survey."""
    return (
        p.vis_field
        * (survey.vis_coca * town.coca + survey.vis_poppy * town.poppy)
        / max(town.coca + town.poppy, 1.0)
    )


@rule
def not_located(town: Community) -> float:
    """Return the share of a community's fields that nobody has located yet."""
    located = town.coca_seen + town.coca_found + town.poppy_seen + town.poppy_found
    return max(1.0 - located / max(town.coca + town.poppy, 1e-9), 0.0)


@loop
def file_tip(
    leads: Sequence[Lead],
    kind: int,
    target: Uid,
    row: int,
    site: int,
    force: Floats,
    near: Near,
    sharing: int,
    today: Today,
    diary: Diary,
    p: Parameters,
) -> None:
    """File a lead from people at a site, with the service that they tell."""
    key, t = today.key, today.t
    army = in_reach(force, SERVES + ARMY, site, near)
    navy = in_reach(force, SERVES + NAVY, site, near)
    police = in_reach(force, SERVES + POLICE_SERVICE, site, near)
    service = told_to(uniform(key, TOLD, t, target, kind), army, navy, police)
    received = t + int(p.relay_days)
    shared = received + sharing
    file_lead(leads, kind, target, row, site, t, received, service, shared, BY_TIP, diary.status)


@rule
def draw_near(reportable: Floats, site: int, vis: float, near: Near) -> None:
    """Add a target's visibility to everything that each community in reach could report."""
    for e in range(near.start[site], near.start[site + 1]):
        reportable[near.site[e]] += vis * near.kernel[e]


@rule
def named(
    communities: Sequence[Community],
    reportable: Floats,
    site: int,
    vis: float,
    near: Near,
    p: Parameters,
) -> float:
    """Return the reports a day that name a target at `site`."""
    rate = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        i = near.site[e]
        if i < len(communities):
            rate += (
                communities[i].tips / 7.0 * vis * near.kernel[e] / (reportable[i] + p.background)
            )
    return rate


@loop
def draw_fields(
    communities: Sequence[Community], near: Near, p: Parameters, survey: Survey
) -> None:
    """Add the fields in reach to what each community could report. The result stands until next
    week, since fields stay."""
    for i in range(len(communities)):
        communities[i].tells = tells_of_fields(communities[i], p)
        communities[i].fields_near = 0.0
    for j in range(len(communities)):
        vis = field_visibility(communities[j], p, survey)
        if vis > 0.0:
            for e in range(near.start[j], near.start[j + 1]):
                i = near.site[e]
                if i < len(communities) and i != j:
                    communities[i].fields_near += communities[i].tells * vis * near.kernel[e]


@loop
def name_fields(
    communities: Sequence[Community],
    leads: Sequence[Lead],
    force: Floats,
    reportable: Floats,
    near: Near,
    sharing: int,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """File a week's leads on fields that are not located yet."""
    key, t = today.key, today.t
    p = parameters.information[0]
    survey = parameters.survey[0]
    for j in range(len(communities)):
        town = communities[j]
        vis = field_visibility(town, p, survey) * not_located(town)
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
                    * near.kernel[e]
                    / (reportable[i] + p.background)
                )
        if rate > 0.0 and uniform(key, TIP, t, town.uid, 0) < 1.0 - math.exp(-rate):
            file_tip(leads, LEAD_FIELD, town.uid, j, j, force, near, sharing, today, diary, p)


@loop
def information(
    actors: Actors,
    places: Places,
    fields: Fields,
    ground: Ground,
    sites: Sites,
    near: Near,
    routes: Routes,
    border: Border,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one day of reports and, weekly, the reports on fields. reportable: f8[sites] work space,
    the visibility of all that a community could report."""
    weekly, key, t = today.weekly, today.key, today.t
    tally = diary.tally
    labs, groups, shipments, leads = actors.labs, actors.groups, actors.shipments, actors.leads
    communities, partners = places.communities, places.partners
    force = fields.force
    cell_community = ground.community
    site_theatre = sites.theatre
    step_cell = routes.cell
    back = border.back
    reportable = bench.per_site
    p = parameters.information[0]
    sharing = 0 if today.levers[0].unified == 1 else int(p.sharing_days)
    if weekly:
        draw_fields(communities, near, p, parameters.survey[0])
    for s in range(len(reportable)):
        reportable[s] = communities[s].fields_near if s < len(communities) else 0.0
    for i in range(len(communities)):
        town = communities[i]
        town.tips = tips_per_week(town, p)
        town.tips_8w += town.tips / 7.0 - town.tips_8w / 56.0
        tally[REPORTS, town.theatre] += town.tips / 7.0
    for row in range(len(leads)):
        lead = leads[row]
        if lead.alive != FREE and t - lead.seen > p.file_days:
            lead.alive = FREE
        elif lead.alive == OPEN:
            if t - lead.seen > p.lead_life_days:
                lead.alive = CLOSED
            elif lead.received <= t:
                tally[LEADS_OPEN, site_theatre[lead.site]] += 1.0
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].closed_until <= t:
            draw_near(reportable, labs[j].site, p.vis_lab, near)
    for j in range(len(groups)):
        if groups[j].alive == 1:
            draw_near(reportable, groups[j].site, p.vis_group, near)
    for j in range(len(shipments)):
        if (
            shipments[j].alive == 1
            and step_cell[shipments[j].step] >= 0
            and cell_community[step_cell[shipments[j].step]] >= 0
        ):
            draw_near(
                reportable, cell_community[step_cell[shipments[j].step]], p.vis_shipment, near
            )
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.closed_until <= t:
            rate = named(communities, reportable, lab.site, p.vis_lab, near, p)
            if uniform(key, TIP, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                file_tip(
                    leads, LEAD_LAB, lab.uid, j, lab.site, force, near, sharing, today, diary, p
                )
    for j in range(len(groups)):
        group = groups[j]
        if group.alive == 1:
            rate = named(communities, reportable, group.site, p.vis_group, near, p)
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
                    today,
                    diary,
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
                    diary.status,
                )
    for j in range(len(shipments)):
        load = shipments[j]
        if (
            load.alive == 1
            and step_cell[load.step] >= 0
            and cell_community[step_cell[load.step]] >= 0
        ):
            site = cell_community[step_cell[load.step]]
            rate = named(communities, reportable, site, p.vis_shipment, near, p)
            if uniform(key, TIP, t, load.uid, 0) < 1.0 - math.exp(-rate):
                file_tip(
                    leads, LEAD_SHIPMENT, load.uid, j, site, force, near, sharing, today, diary, p
                )
    if weekly:
        name_fields(communities, leads, force, reportable, near, sharing, parameters, today, diary)
