"""4.7 Detection: loads, laboratories, strips and fields that patrols, posts and leads find.

Reads: fields (patrols, force), routes, legs (route_effort), leads. Writes: shipments, labs, leads, minds (seized, tried), networks.lost,
fields (seized_kg), communities (coca_found, poppy_found, attempted_kg), tally. Chance: LOAD_PATROL, LOAD_POST, LOAD_CONNECTOR, LOAD_LEAD,
LOAD_ROUTE, LAB_PATROL, LAB_LEAD, LEAD_ACTED.

Area: random search (`world/search.py`, parameters q), local knowledge in the patrol layer. Post, per passage: `manned x q x (kg/ref)^e x
(1 - corruption)`, corruption `c (1 - exp(-days at this post / 180))`. The load exponent scales both, otherwise splitting loads does
nothing. A lead acted on succeeds with `.5 exp(-age / 5 d)`. The foreign bank is out of bounds. Connector legs carry an exogenous seizure
probability. Sources: evidence B1, assumed widths."""

import math

from sim.chance import LAB_LEAD, LAB_PATROL, LEAD_ACTED, LOAD_CONNECTOR, LOAD_LEAD, LOAD_PATROL, LOAD_POST, LOAD_ROUTE, U, uniform
from sim.kernel import loop, rule
from sim.world.loads import enter_cell, enter_land, enter_leg, settle
from sim.world.log import LAB_DESTROYED, SEIZURE, STRIP_CRATERED, note
from sim.world.search import search_rate, sweep_width
from sim.world.state import (
    BY_LEAD,
    BY_PATROL,
    BY_POST,
    BY_RIVER,
    BY_ROAD,
    LEAD_LAB,
    LEAD_SHIPMENT,
    ON_FOOT,
    STRIP,
)
from sim.world.tables import POST_DAYS, POST_PEOPLE, RESPONDERS, RIVER_PEOPLE, clip, in_reach
from sim.world.tally import (
    LABS_DESTROYED,
    LEADS_ACTED,
    SEIZED,
    SEIZED_BY_PATROL,
    SEIZED_STOCK,
    SEIZURES,
    STRIPS_CRATERED,
)

IN_SEARCH, AT_POST, ON_LEAD = range(3)  # how a load was found: offsets from SEIZED_BY_PATROL in the tally
SOURCE_CODES = (BY_PATROL, BY_POST, BY_LEAD)


class Parameters:
    foot_km_h: float
    boat_km_h: float
    road_km_h: float
    load_exponent: float
    load_ref_kg: float
    manned: float
    post_people: float
    vis_on_foot: float
    vis_on_river: float
    vis_on_road: float
    q_road: float
    q_river: float
    corruption: float
    corruption_days: float
    vis_lab: float
    vis_strip: float
    lead_success: float
    lead_decay_days: float
    response: float
    rebuild_days: float
    strip_repair_days: float
    air_search: float
    vis_coca: float
    vis_poppy: float
    field_forget: float


@rule
def size_factor(kg, p):
    """A larger load is easier to find."""
    return math.pow(max(kg, 1.0) / max(p.load_ref_kg, 1e-9), p.load_exponent)


@rule
def post_probability(people, post_days, river, kg, p):
    """Probability that the post of one site stops a load that passes."""
    manned = 1.0 - math.pow(1.0 - p.manned, people / max(p.post_people, 1e-9))
    corruption = p.corruption * (1.0 - math.exp(-post_days / max(p.corruption_days, 1e-9)))
    return clip(manned * (p.q_river if river else p.q_road) * size_factor(kg, p) * (1.0 - corruption), 0.0, 0.95)


@rule
def lead_value(age_days, p):
    """Chance that acting on a lead of this age finds its target."""
    return p.lead_success * math.exp(-age_days / max(p.lead_decay_days, 1e-9))


@rule
def visibility(mode, p):
    """How far a load stands out from the traffic of its way; an aircraft passes above."""
    if mode == ON_FOOT:
        return p.vis_on_foot
    return p.vis_on_river if mode == BY_RIVER else p.vis_on_road if mode == BY_ROAD else 0.0


@rule
def speed_of(mode, p):
    """km/h."""
    return p.foot_km_h if mode == ON_FOOT else p.boat_km_h if mode == BY_RIVER else p.road_km_h


@rule
def seize(load, step, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, networks, source, events, status, t, tally):
    """The load is lost at `step`, which it reaches today; its owner learns where (the leg) and remembers."""
    for e in range(load.step + 1, step + 1):
        enter_leg(load, e, e - 1, step_leg, tried)
        enter_land(load, step_cell[e - 1], step_cell[e], towns, cell_town)
        enter_cell(load, step_cell[e], cell_theatre, tally)
    load.step = step
    place = load.inside
    settle(load, place, tally)
    seized[load.network, step_leg[step]] += 1.0
    networks[load.network].lost += 1.0
    tally[SEIZED + load.product, place] += load.kg
    tally[SEIZURES + load.product, place] += 1.0
    if load.product == 0:
        tally[SEIZED_BY_PATROL + source, place] += load.kg
        if step_cell[step] >= 0:
            lost[step_cell[step]] += load.kg
    note(events, status, t, SEIZURE, place, step_cell[step], load.uid, networks[load.network].uid, load.kg, SOURCE_CODES[source])


@loop
def loads(actors, places, fields, minds, ground, routes, facts, legs, parameters, events, key, t, tally):
    """Today's journey of every load, before it is moved: patrols by the hour, posts by the passage, connectors by the leg, and where a
    dated event searches a route, all of its way alike."""
    shipments, networks = actors.shipments, actors.networks
    status, towns = places.status, places.communities
    force, patrols, lost = fields.force, fields.patrols, fields.seized_kg
    seized, tried = minds.seized, minds.tried
    cell_theatre, cell_terrain, cell_area, cell_post, cell_road = ground.theatre, ground.terrain, ground.area_km2, ground.post, ground.road
    cell_town = ground.community
    step_cell, step_days, step_leg = routes.cell, routes.days, routes.leg
    step_risk, step_exposed, route_start = routes.risk, routes.exposed, routes.start
    route_mode, route_days = facts.mode, facts.days
    route_effort = legs.route_effort
    q = parameters.search[0]
    p = parameters.detection[0]
    kappa = parameters.trafficking[0].kappa
    for i in range(len(shipments)):
        load = shipments[i]
        if load.alive == 0:
            continue
        mode = route_mode[load.route]
        speed = speed_of(mode, p)
        seen = visibility(mode, p)
        first = route_start[load.route]
        last = route_start[load.route + 1]
        left = 1.0
        elapsed = load.elapsed
        step = load.step
        risk = 0.0
        worst = -1.0
        worst_step = step
        how = -1
        where = step
        while left > 0.0 and step < last and how < 0:
            spent = max(min(left, step_days[step] - elapsed), 0.0)
            c = step_cell[step]
            leaves = elapsed + left >= step_days[step]
            if c >= 0 and step_exposed[step] == 1:
                width = sweep_width(cell_terrain[c], cell_road[c] if mode == BY_ROAD else 0, q)
                here = search_rate(width, q.searcher_km_h, speed, q.hours, patrols[c], seen, cell_area[c]) * spent
                risk += here
                if here > worst:
                    worst = here
                    worst_step = step
                post = cell_post[c]
                if leaves and post >= 0 and post != load.post and (mode == BY_RIVER or mode == BY_ROAD):
                    load.post = post
                    people = force[post, POST_PEOPLE] + (force[post, RIVER_PEOPLE] if mode == BY_RIVER else 0.0)
                    days = force[post, POST_DAYS] / max(force[post, POST_PEOPLE] + force[post, RIVER_PEOPLE], 1e-9)
                    if uniform(key, LOAD_POST, t, load.uid, step - first) < post_probability(people, days, mode == BY_RIVER, load.kg, p):
                        how = AT_POST
                        where = step
            elif c < 0 and leaves and uniform(key, LOAD_CONNECTOR, t, load.uid, step - first) < step_risk[step]:
                how = AT_POST
                where = step
            left -= spent
            elapsed = 0.0
            step += 1
        if how < 0 and route_effort[load.route] > 0.0:
            share = (1.0 - left) / max(route_days[load.route], 1.0 - left, 1e-9)
            if uniform(key, LOAD_ROUTE, t, load.uid, 0) < 1.0 - math.exp(-kappa * route_effort[load.route] * share):
                how = IN_SEARCH
                where = load.step
        if how < 0 and risk > 0.0:
            if uniform(key, LOAD_PATROL, t, load.uid, 0) < 1.0 - math.exp(-risk * size_factor(load.kg, p)):
                how = IN_SEARCH
                where = worst_step
        if how >= 0:
            # fmt: off
            seize(load, where, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, networks, how, events, status, t,
                  tally)
            # fmt: on


@rule
def destroy(lab, t, p, place, source, events, status, tally):
    """Close a laboratory, latex point or strip; what lay there is seized."""
    if lab.kind == STRIP:
        lab.closed_until = t + int(p.strip_repair_days)
        tally[STRIPS_CRATERED, place] += 1.0
        note(events, status, t, STRIP_CRATERED, place, lab.cell, lab.uid, U(0), 1.0, source)
    else:
        lab.closed_until = t + int(p.rebuild_days)
        tally[LABS_DESTROYED, place] += 1.0
        note(events, status, t, LAB_DESTROYED, place, lab.cell, lab.uid, U(0), lab.held_kg, source)
        tally[SEIZED_STOCK + (1 if lab.kind == 1 else 0), place] += lab.held_kg
        lab.held_kg = 0.0


@loop
def works(actors, places, fields, ground, parameters, events, key, t, tally):
    """Patrols come upon laboratories and strips."""
    labs = actors.labs
    status = places.status
    patrols = fields.patrols
    cell_theatre, cell_terrain, cell_area = ground.theatre, ground.terrain, ground.area_km2
    q = parameters.search[0]
    p = parameters.detection[0]
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.closed_until <= t:
            c = lab.cell
            vis = p.vis_strip if lab.kind == STRIP else p.vis_lab
            rate = search_rate(sweep_width(cell_terrain[c], 0, q), q.searcher_km_h, 0.0, q.hours, patrols[c], vis, cell_area[c])
            if uniform(key, LAB_PATROL, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                destroy(lab, t, p, cell_theatre[c], BY_PATROL, events, status, tally)


@loop
def act_on_leads(actors, places, fields, minds, ground, sites, near, routes, parameters, events, key, t, tally):
    """Teams in reach answer leads on laboratories and loads; leads on armed groups are answered in engagement."""
    leads, labs, shipments, networks = actors.leads, actors.labs, actors.shipments, actors.networks
    status, towns = places.status, places.communities
    force, lost = fields.force, fields.seized_kg
    seized, tried = minds.seized, minds.tried
    cell_theatre, cell_town = ground.theatre, ground.community
    site_theatre, site_country = sites.theatre, sites.country
    near_start, near_site, near_k = near.start, near.site, near.k
    step_cell, step_leg = routes.cell, routes.leg
    p = parameters.detection[0]
    for r in range(len(leads)):
        lead = leads[r]
        if lead.alive != 1 or lead.received > t or (lead.kind != LEAD_LAB and lead.kind != LEAD_SHIPMENT) or site_country[lead.site] != 1:
            continue
        teams = in_reach(force, RESPONDERS, lead.site, near_start, near_site, near_k)
        if uniform(key, LEAD_ACTED, t, lead.uid, 0) >= 1.0 - math.exp(-p.response * teams):
            continue
        place = site_theatre[lead.site]
        lead.alive = 2
        tally[LEADS_ACTED, place] += 1.0
        worth = lead_value(t - lead.seen, p)
        if lead.kind == LEAD_LAB:
            lab = labs[lead.row]
            if lab.alive == 1 and lab.uid == lead.target and lab.closed_until <= t:
                if uniform(key, LAB_LEAD, t, lead.uid, 0) < worth:
                    destroy(lab, t, p, place, lead.source, events, status, tally)
        else:
            load = shipments[lead.row]
            if load.alive == 1 and load.uid == lead.target and load.inside == place:
                if uniform(key, LOAD_LEAD, t, lead.uid, 0) < clip(worth * size_factor(load.kg, p), 0.0, 1.0):
                    # fmt: off
                    seize(load, load.step, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, networks, ON_LEAD,
                          events, status, t, tally)
                    # fmt: on


@loop
def find_fields(places, fields, ground, parameters):
    """Weekly: hectares located, by air search and by patrols; found fields are forgotten as they change."""
    communities = places.communities
    patrols = fields.patrols
    cell_terrain, cell_area = ground.terrain, ground.area_km2
    q = parameters.search[0]
    p = parameters.detection[0]
    for i in range(len(communities)):
        town = communities[i]
        c = town.cell
        width = sweep_width(cell_terrain[c], 0, q)
        rate = 7.0 * search_rate(width, q.searcher_km_h, 0.0, q.hours, patrols[c], 1.0, cell_area[c]) + p.air_search
        keep = math.exp(-p.field_forget)
        town.coca_found = min(
            town.coca, town.coca_found * keep + (town.coca - min(town.coca, town.coca_found)) * (1.0 - math.exp(-rate * p.vis_coca))
        )
        town.poppy_found = min(
            town.poppy, town.poppy_found * keep + (town.poppy - min(town.poppy, town.poppy_found)) * (1.0 - math.exp(-rate * p.vis_poppy))
        )
