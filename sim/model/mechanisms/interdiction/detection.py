"""4.7 Detection: loads, laboratories and strips that patrols, posts and leads find; fields are the page of the survey.

Reads: fields (patrols, force), routes, legs (route_effort), leads, levers (police_only). Writes: shipments, labs, leads, minds (seized,
tried, cases), networks (lost, cash), fields (seized_kg), communities (attempted_kg, bribes_usd), tally. Chance: LOAD_PATROL, LOAD_POST,
LOAD_CONNECTOR, LOAD_LEAD, LOAD_ROUTE, LAB_PATROL, LAB_LEAD, LEAD_ACTED, POLICE_THERE, REBUILD.

Area: random search (`rules/search.py`, parameters q), local knowledge in the patrol layer. Post, per passage: `manned x q x (kg/ref)^e x
(1 - corruption)`, corruption `c (1 - exp(-bribed / price))` by what its people have taken (`interdiction/corruption.py`); a load that the
post lets pass pays `manned x post_bribe_usd` a kg there. The load exponent scales both searches, otherwise splitting loads does nothing. A
lead acted on succeeds with `.5 exp(-age / 5 d) x mean local knowledge` of the teams in reach. The foreign bank is out of bounds. Connector
legs carry an exogenous seizure probability. Sources: evidence B1, assumed widths.

Police are there with probability `1 - (1 - s) exp(-call E)`: s their share of the people on task in reach of the place, who may be the
finders themselves, E those people, who come when called. Who may hold people is the mandate: under `joint` all, under `pnp` soldiers only
where police are there. What follows a find:

| found | police there | soldiers alone, joint | soldiers alone, pnp |
|---|---|---|---|
| load | seized, case points | seized, case points | let go, counted, it goes on |
| laboratory | product seized, points, back in `rebuild_police_days` | product seized, back in `rebuild_days` | the same, product got away |

Rebuilding takes .5 to 1.5 times that mean; a strip is repaired in 1 day to twice the mean less one. Left out: soldiers who follow a load
until police come, and goods that they destroy without holding anybody. A connector's police, and a dated event's searchers, hold people."""

import math

from sim.model.chance import (
    LAB_LEAD,
    LAB_PATROL,
    LEAD_ACTED,
    LOAD_CONNECTOR,
    LOAD_LEAD,
    LOAD_PATROL,
    LOAD_POST,
    LOAD_ROUTE,
    POLICE_THERE,
    REBUILD,
    U,
    uniform,
)
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.reach import able_to_answer, in_reach, knowledge_in_reach
from sim.model.rules.search import search_rate, sweep_width
from sim.model.rules.shipments import enter_cell, enter_land, enter_leg, settle
from sim.model.state.agents import (
    BY_LEAD,
    BY_PATROL,
    BY_POST,
    BY_RIVER,
    BY_ROAD,
    LATEX_POINT,
    LEAD_LAB,
    LEAD_SHIPMENT,
    ON_FOOT,
    STRIP,
)
from sim.model.state.arrays import PEOPLE, POLICE_PEOPLE, POST_BRIBED, POST_PEOPLE, RIVER_PEOPLE
from sim.model.state.counts import (
    LABS_DESTROYED,
    LABS_WITH_POLICE,
    LEADS_ACTED,
    LET_GO,
    PAID_BRIBE,
    SEIZED,
    SEIZED_BY_PATROL,
    SEIZED_STOCK,
    SEIZURES,
    STRIPS_CRATERED,
)
from sim.model.state.event_log import LAB_DESTROYED, SEIZURE, STRIP_CRATERED, note

IN_SEARCH, AT_POST, ON_LEAD = range(
    3
)  # how a load was found: offsets from SEIZED_BY_PATROL in the tally
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
    corruption_usd: float
    post_bribe_usd: float
    vis_lab: float
    vis_strip: float
    lead_success: float
    lead_decay_days: float
    response: float
    rebuild_days: float
    rebuild_police_days: float
    strip_repair_days: float


@rule
def size_factor(kg, p):
    """A larger load is easier to find."""
    return math.pow(max(kg, 1.0) / max(p.load_ref_kg, 1e-9), p.load_exponent)


@rule
def manned(people, p):
    """Share of passages at which somebody stands at the post."""
    return 1.0 - math.pow(1.0 - p.manned, people / max(p.post_people, 1e-9))


@rule
def bought(bribed, p):
    """Share of stops that are bought off, where each of a post's people has taken `bribed` USD."""
    return p.corruption * (1.0 - math.exp(-bribed / max(p.corruption_usd, 1e-9)))


@rule
def post_probability(people, bribed, river, kg, p):
    """Probability that the post of one site stops a load that passes."""
    return clip(
        manned(people, p)
        * (p.q_river if river else p.q_road)
        * size_factor(kg, p)
        * (1.0 - bought(bribed, p)),
        0.0,
        0.95,
    )


@rule
def lead_value(age_days, knowledge, p):
    """Chance that those who act on a lead of this age, with that local knowledge, find its target."""
    return p.lead_success * math.exp(-age_days / max(p.lead_decay_days, 1e-9)) * knowledge


@rule
def police_there(force, site, near, j):
    """Chance that police are with those who find something at a site (-1: nobody's land), or come when they are called."""
    if site < 0:
        return 0.0
    people = in_reach(force, PEOPLE, site, near)
    police = in_reach(force, POLICE_PEOPLE, site, near)
    if people <= 0.0:
        return 0.0
    return 1.0 - max(1.0 - police / people, 0.0) * math.exp(-j.call * police)


@rule
def let_go(load, place, tally):
    """Found by soldiers who may hold nobody: it goes on."""
    tally[LET_GO + load.product, place] += load.kg


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


# fmt: off
@rule
def seize(load, step, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, cases, networks, source, events, status, t,
          j, tally):
    # fmt: on
    """The load is lost at `step`, which it reaches today; its owner learns where (the leg) and remembers."""
    for e in range(load.step + 1, step + 1):
        enter_leg(load, e, e - 1, step_leg, tried)
        enter_land(load, step_cell[e - 1], step_cell[e], towns, cell_town)
        enter_cell(load, step_cell[e], cell_theatre, tally)
    load.step = step
    place = load.inside
    settle(load, place, tally)
    seized[load.network, load.cluster, step_leg[step]] += 1.0
    networks[load.network].lost += 1.0
    cases[load.network, place] += j.seizure_points + j.tonne_points * load.kg / 1000.0
    tally[SEIZED + load.product, place] += load.kg
    tally[SEIZURES + load.product, place] += 1.0
    if load.product == 0:
        tally[SEIZED_BY_PATROL + source, place] += load.kg
        if step_cell[step] >= 0:
            lost[step_cell[step]] += load.kg
    note(events, status, t, SEIZURE, place, step_cell[step], load.uid, networks[load.network].uid, load.kg, SOURCE_CODES[source])


@loop
def loads(
    actors, places, fields, minds, ground, near, routes, route_facts, legs, parameters, today, diary
):
    """Today's journey of every load, before it is moved: patrols by the hour, posts by the passage, connectors by the leg, and where a
    dated event searches a route, all of its way alike."""
    key, t = today.key, today.t
    events, tally = diary.events, diary.tally
    shipments, networks = actors.shipments, actors.networks
    status, towns = diary.status, places.communities
    force, patrols, lost = fields.force, fields.patrols, fields.seized_kg
    seized, tried, cases = minds.seized, minds.tried, minds.cases
    cell_theatre, cell_terrain, cell_area, cell_post, cell_road = ground.theatre, ground.terrain, ground.area_km2, ground.post, ground.road
    cell_town = ground.community
    step_cell, step_days, step_leg = routes.cell, routes.days, routes.leg
    step_exposed, route_start = routes.exposed, routes.start
    route_mode, route_days = route_facts.mode, route_facts.days
    leg_risk, route_effort = legs.risk, legs.route_effort
    police_only = places.levers[0].police_only
    q = parameters.search[0]
    j = parameters.justice[0]
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
        officer = uniform(key, POLICE_THERE, t, load.uid, 0) if police_only == 1 else 0.0
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
                    bribed = force[post, POST_BRIBED] / max(force[post, POST_PEOPLE] + force[post, RIVER_PEOPLE], 1e-9)
                    if uniform(key, LOAD_POST, t, load.uid, step - first) < post_probability(people, bribed, mode == BY_RIVER, load.kg, p):
                        if police_only == 0 or officer < police_there(force, post, near, j):
                            how = AT_POST
                            where = step
                        else:
                            let_go(load, cell_theatre[c], tally)
                    else:
                        paid = p.post_bribe_usd * load.kg * manned(people, p)
                        towns[post].bribes_usd += paid
                        networks[load.network].cash -= paid
                        tally[PAID_BRIBE, cell_theatre[c]] += paid
            elif c < 0 and leaves and uniform(key, LOAD_CONNECTOR, t, load.uid, step - first) < leg_risk[step_leg[step]]:
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
                c = step_cell[worst_step]
                if police_only == 0 or officer < police_there(force, cell_town[c], near, j):
                    how = IN_SEARCH
                    where = worst_step
                else:
                    let_go(load, cell_theatre[c], tally)
        if how >= 0:
            # fmt: off
            seize(load, where, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, cases, networks, how, events,
                  status, t, j, tally)
            # fmt: on


@rule
def destroy(lab, police, held, u, cases, t, place, source, events, status, p, j, tally):
    """Close a laboratory, latex point or strip, for a time that u draws. police: 1 when they are there; held: 1 when people may be held,
    so that what lay there is seized."""
    if lab.kind == STRIP:
        lab.closed_until = t + 1 + int(u * max(2.0 * p.strip_repair_days - 1.0, 1.0))
        tally[STRIPS_CRATERED, place] += 1.0
        note(events, status, t, STRIP_CRATERED, place, lab.cell, lab.uid, U(0), 1.0, source)
        return
    lab.closed_until = t + max(int((p.rebuild_police_days if police == 1 else p.rebuild_days) * (0.5 + u)), 1)
    tally[LABS_DESTROYED, place] += 1.0
    note(events, status, t, LAB_DESTROYED, place, lab.cell, lab.uid, U(0), lab.held_kg if held == 1 else 0.0, source)
    product = 1 if lab.kind == LATEX_POINT else 0
    if police == 1:
        cases[lab.owner, place] += j.lab_points
        tally[LABS_WITH_POLICE, place] += 1.0
    if held == 1:
        tally[SEIZED_STOCK + product, place] += lab.held_kg
        lab.held_kg = 0.0
    else:
        tally[LET_GO + product, place] += lab.held_kg


@loop
def works(actors, places, fields, minds, ground, near, parameters, today, diary):
    """Patrols come upon laboratories and strips."""
    key, t = today.key, today.t
    events, tally = diary.events, diary.tally
    labs = actors.labs
    status = diary.status
    patrols, force, cases = fields.patrols, fields.force, minds.cases
    cell_theatre, cell_terrain, cell_area = ground.theatre, ground.terrain, ground.area_km2
    police_only = places.levers[0].police_only
    q = parameters.search[0]
    p = parameters.detection[0]
    j = parameters.justice[0]
    for i in range(len(labs)):
        lab = labs[i]
        if lab.alive == 1 and lab.closed_until <= t:
            c = lab.cell
            vis = p.vis_strip if lab.kind == STRIP else p.vis_lab
            rate = search_rate(sweep_width(cell_terrain[c], 0, q), q.searcher_km_h, 0.0, q.hours, patrols[c], vis, cell_area[c])
            if uniform(key, LAB_PATROL, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                chance = police_there(force, lab.site, near, j)
                police = 1 if uniform(key, POLICE_THERE, t, lab.uid, 0) < chance else 0
                held = 1 if police_only == 0 else police
                u = uniform(key, REBUILD, t, lab.uid, 0)
                destroy(lab, police, held, u, cases, t, cell_theatre[c], BY_PATROL, events, status, p, j, tally)


@loop
def act_on_leads(
    actors, places, fields, minds, ground, sites, near, routes, parameters, today, diary
):
    """Teams in reach answer leads on laboratories and loads; leads on armed groups are answered in engagement."""
    key, t = today.key, today.t
    events, tally = diary.events, diary.tally
    leads, labs, shipments, networks = actors.leads, actors.labs, actors.shipments, actors.networks
    status, towns = diary.status, places.communities
    force, lost = fields.force, fields.seized_kg
    seized, tried, cases = minds.seized, minds.tried, minds.cases
    cell_theatre, cell_town = ground.theatre, ground.community
    site_theatre, site_country = sites.theatre, sites.country
    step_cell, step_leg = routes.cell, routes.leg
    police_only = places.levers[0].police_only
    p = parameters.detection[0]
    j = parameters.justice[0]
    for r in range(len(leads)):
        lead = leads[r]
        if lead.alive != 1 or lead.received > t or (lead.kind != LEAD_LAB and lead.kind != LEAD_SHIPMENT) or site_country[lead.site] != 1:
            continue
        able = able_to_answer(force, lead, t, near)
        if uniform(key, LEAD_ACTED, t, lead.uid, 0) >= 1.0 - math.exp(-p.response * able):
            continue
        place = site_theatre[lead.site]
        lead.alive = 2
        tally[LEADS_ACTED, place] += 1.0
        worth = lead_value(t - lead.seen, knowledge_in_reach(force, lead.site, near), p)
        chance = police_there(force, lead.site, near, j)
        police = 1 if uniform(key, POLICE_THERE, t, lead.uid, 0) < chance else 0
        held = 1 if police_only == 0 else police
        if lead.kind == LEAD_LAB:
            lab = labs[lead.row]
            if lab.alive == 1 and lab.uid == lead.target and lab.site == lead.site and lab.closed_until <= t:
                if uniform(key, LAB_LEAD, t, lead.uid, 0) < worth:
                    if police == 1 and lab.kind != STRIP:
                        cases[lab.owner, place] += j.lead_points
                    u = uniform(key, REBUILD, t, lab.uid, 0)
                    destroy(lab, police, held, u, cases, t, place, lead.source, events, status, p, j, tally)
        else:
            load = shipments[lead.row]
            if load.alive == 1 and load.uid == lead.target and load.inside == place:
                if uniform(key, LOAD_LEAD, t, lead.uid, 0) < clip(worth * size_factor(load.kg, p), 0.0, 1.0):
                    if held == 0:
                        let_go(load, place, tally)
                        continue
                    cases[load.network, place] += j.lead_points
                    # fmt: off
                    seize(load, load.step, towns, lost, cell_theatre, cell_town, step_cell, step_leg, seized, tried, cases, networks,
                          ON_LEAD, events, status, t, j, tally)
                    # fmt: on
