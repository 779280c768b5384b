"""4.7 Detection: how patrols, posts and leads find loads, laboratories and strips. Fields are found
by the survey.

Reads: fields (patrols, force), routes, legs (route_effort), leads, levers (police_only). Writes:
shipments, labs, leads, minds (seized, tried, cases), networks (lost, cash), fields (seized_kg),
communities (attempted_kg, bribes_usd), tally. Chance: LOAD_PATROL, LOAD_POST, LOAD_CONNECTOR,
LOAD_LEAD, LOAD_ROUTE, LAB_PATROL, LAB_LEAD, LEAD_ACTED, POLICE_THERE, REBUILD.

Patrols find loads by random search (`rules/search.py`); the patrol layer already contains local
knowledge. A post stops a passage with probability `manned x q x (kg/ref)^e x (1 - corruption)`.
Corruption is `c (1 - exp(-bribed / price))`, by what the people of the post have taken
(`interdiction/corruption.py`); a load that the post lets pass pays `manned x post_bribe_usd` a kg
there. The load exponent e scales both searches; without it, splitting loads would have no effect. A
lead that is acted on succeeds with `.5 exp(-age / 5 d) x mean local knowledge` of the teams in
reach. The foreign bank of a river cannot be searched. Connector legs carry an exogenous seizure
probability. Sources: evidence B1, assumed widths.

Police are present with probability `1 - (1 - s) exp(-call E)`. s is their share of the people on
task in reach of the place, who may be the finders themselves, and E is the number of these police,
who come when called. The mandate says who may hold people: under `joint` everybody, under `pnp`
soldiers only where police are present. A find has these consequences:

| found | police present | soldiers alone, joint | soldiers alone, pnp |
|---|---|---|---|
| load | seized, points | seized, points | counted, goes on |
| laboratory | product seized, points | product seized | product gone |

Points are case points against the owner (`justice`). A laboratory works again after
`rebuild_police_days` where police were present, otherwise after `rebuild_days`, times .5 to 1.5; a
strip is repaired in 1 day to twice the mean less one. The police of a connector and the searchers
of a dated event hold people.

Left out: soldiers who follow a load until police come, and goods that they destroy without holding
anybody.
"""

import math
from typing import Any

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
    uniform,
)
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.encounters import manned, post_probability, speed_of, visibility
from sim.model.rules.finds import (
    AT_POST,
    IN_SEARCH,
    NOT_FOUND,
    ON_LEAD,
    destroy,
    let_go,
    police_there,
    seize,
    size_factor,
)
from sim.model.rules.reach import able_to_answer, knowledge_in_reach
from sim.model.rules.search import rate_of_fixed, search_rate, sweep_width
from sim.model.state.agents import (
    BY_PATROL,
    BY_RIVER,
    BY_ROAD,
    CLOSED,
    LEAD_LAB,
    LEAD_SHIPMENT,
    NO_ROAD,
    OPEN,
    PERU,
    STRIP,
)
from sim.model.state.arrays import (
    POST_BRIBED,
    POST_PEOPLE,
    RIVER_PEOPLE,
    Actors,
    Diary,
    Fields,
    Ground,
    Legs,
    Minds,
    Near,
    Places,
    RouteFacts,
    Routes,
    Sites,
    Today,
)
from sim.model.state.counts import LEADS_ACTED, PAID_BRIBE


class Parameters:
    foot_km_h: float  # km/h: speed of a team of carriers
    boat_km_h: float  # km/h: speed of a loaded boat
    road_km_h: float  # km/h: speed of a vehicle with a load
    load_exponent: float  # power: how detection grows with the size of a load
    load_ref_kg: float  # kg: load at which the size factor is 1
    manned: float  # share: share of passages at which a post of that size is manned
    # people: people on task at whom a post is manned for the share `manned`; twice as many people
    # square the share of passages at which nobody is there
    post_people: float
    vis_on_foot: float  # share: how far carriers on foot stand out
    vis_on_river: float  # share: how far a boat with a load stands out from the traffic
    vis_on_road: float  # share: how far a vehicle with a load stands out from the traffic
    q_road: float  # probability: chance that a manned road post finds the reference load
    q_river: float  # probability: chance that a manned river post finds the reference load
    corruption: float  # share: most of a post's stops that can be bought off
    corruption_usd: float  # USD/person: bribes taken at which a post is bought to 63 % of the most
    post_bribe_usd: float  # USD/kg: bribe at each manned post that lets a load pass
    vis_lab: float  # share: visibility of a laboratory to a patrol
    vis_strip: float  # share: visibility of a strip to a patrol that can crater it
    lead_success: float  # probability: chance that a fresh lead leads to its target
    lead_decay_days: float  # days: days over which a lead loses its worth by e
    response: float  # per day: hazard a day that one team in reach answers a lead
    # days: mean days until a laboratory destroyed without police works again elsewhere
    rebuild_days: float
    rebuild_police_days: float  # days: the same where police were present and its people are held
    # days: mean days until a cratered strip is repaired: from 1 to twice the mean less one
    strip_repair_days: float


@rule
def lead_value(age_days: int, knowledge: float, p: Parameters) -> float:
    """Return the chance that teams find the target of a lead of this age, with their local
    knowledge."""
    return p.lead_success * math.exp(-age_days / max(p.lead_decay_days, 1e-9)) * knowledge


@loop
def loads(
    actors: Actors,
    places: Places,
    fields: Fields,
    minds: Minds,
    ground: Ground,
    near: Near,
    routes: Routes,
    route_facts: RouteFacts,
    legs: Legs,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Search for every load on today's journey, before it is moved: patrols by the hour, posts by
    the passage, connectors by the leg and, where a dated event searches a route, alike all along
    it."""
    key, t = today.key, today.t
    tally = diary.tally
    shipments, networks = actors.shipments, actors.networks
    towns = places.communities
    force, patrols, lost = fields.force, fields.patrols, fields.seized_kg
    cell_theatre, cell_terrain, cell_area = ground.theatre, ground.terrain, ground.area_km2
    cell_post, cell_road = ground.post, ground.road
    cell_town = ground.community
    step_cell, step_days, step_leg = routes.cell, routes.days, routes.leg
    step_exposed, route_start = routes.exposed, routes.start
    route_mode, route_days = route_facts.mode, route_facts.days
    leg_risk, route_effort = legs.risk, legs.route_effort
    police_only = today.levers[0].police_only
    search = parameters.search[0]
    justice = parameters.justice[0]
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
        how = NOT_FOUND
        where = step
        officer = uniform(key, POLICE_THERE, t, load.uid, 0) if police_only == 1 else 0.0
        while left > 0.0 and step < last and how == NOT_FOUND:
            spent = max(min(left, step_days[step] - elapsed), 0.0)
            c = step_cell[step]
            leaves = elapsed + left >= step_days[step]
            if c >= 0 and step_exposed[step] == 1:
                width = sweep_width(
                    cell_terrain[c], cell_road[c] if mode == BY_ROAD else NO_ROAD, search
                )
                here = (
                    search_rate(
                        width,
                        search.searcher_km_h,
                        speed,
                        search.hours,
                        patrols[c],
                        seen,
                        cell_area[c],
                    )
                    * spent
                )
                risk += here
                if here > worst:
                    worst = here
                    worst_step = step
                post = cell_post[c]
                if (
                    leaves
                    and post >= 0
                    and post != load.post
                    and (mode == BY_RIVER or mode == BY_ROAD)
                ):
                    load.post = post
                    people = force[post, POST_PEOPLE] + (
                        force[post, RIVER_PEOPLE] if mode == BY_RIVER else 0.0
                    )
                    bribed = force[post, POST_BRIBED] / max(
                        force[post, POST_PEOPLE] + force[post, RIVER_PEOPLE], 1e-9
                    )
                    if uniform(key, LOAD_POST, t, load.uid, step - first) < post_probability(
                        people, bribed, mode == BY_RIVER, load.kg, p
                    ):
                        if police_only == 0 or officer < police_there(force, post, near, justice):
                            how = AT_POST
                            where = step
                        else:
                            let_go(load, cell_theatre[c], tally)
                    else:
                        paid = p.post_bribe_usd * load.kg * manned(people, p)
                        towns[post].bribes_usd += paid
                        networks[load.network].cash -= paid
                        tally[PAID_BRIBE, cell_theatre[c]] += paid
            elif (
                c < 0
                and leaves
                and uniform(key, LOAD_CONNECTOR, t, load.uid, step - first)
                < leg_risk[step_leg[step]]
            ):
                how = AT_POST
                where = step
            left -= spent
            elapsed = 0.0
            step += 1
        if how == NOT_FOUND and route_effort[load.route] > 0.0:
            share = (1.0 - left) / max(route_days[load.route], 1.0 - left, 1e-9)
            if uniform(key, LOAD_ROUTE, t, load.uid, 0) < 1.0 - math.exp(
                -kappa * route_effort[load.route] * share
            ):
                how = IN_SEARCH
                where = load.step
        if how == NOT_FOUND and risk > 0.0:
            if uniform(key, LOAD_PATROL, t, load.uid, 0) < 1.0 - math.exp(
                -risk * size_factor(load.kg, p)
            ):
                c = step_cell[worst_step]
                if police_only == 0 or officer < police_there(force, cell_town[c], near, justice):
                    how = IN_SEARCH
                    where = worst_step
                else:
                    let_go(load, cell_theatre[c], tally)
        if how != NOT_FOUND:
            seize(load, where, towns, lost, ground, routes, minds, networks, how, t, justice, diary)


@loop
def works(
    actors: Actors,
    fields: Fields,
    minds: Minds,
    ground: Ground,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Let patrols find laboratories and strips."""
    key, t = today.key, today.t
    labs = actors.labs
    patrols, force, cases = fields.patrols, fields.force, minds.cases
    cell_theatre, cell_terrain, cell_area = ground.theatre, ground.terrain, ground.area_km2
    police_only = today.levers[0].police_only
    search = parameters.search[0]
    p = parameters.detection[0]
    justice = parameters.justice[0]
    for i in range(len(labs)):
        lab = labs[i]
        if lab.alive == 1 and lab.closed_until <= t:
            c = lab.cell
            vis = p.vis_strip if lab.kind == STRIP else p.vis_lab
            rate = rate_of_fixed(cell_terrain[c], patrols[c], vis, cell_area[c], search)
            if uniform(key, LAB_PATROL, t, lab.uid, 0) < 1.0 - math.exp(-rate):
                chance = police_there(force, lab.site, near, justice)
                police = 1 if uniform(key, POLICE_THERE, t, lab.uid, 0) < chance else 0
                held = 1 if police_only == 0 else police
                u = uniform(key, REBUILD, t, lab.uid, 0)
                destroy(
                    lab, police, held, u, cases, t, cell_theatre[c], BY_PATROL, p, justice, diary
                )


@loop
def act_on_leads(
    actors: Actors,
    places: Places,
    fields: Fields,
    minds: Minds,
    ground: Ground,
    sites: Sites,
    near: Near,
    routes: Routes,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Let teams in reach answer leads on laboratories and loads. Leads on armed groups are answered
    in pursuit, leads on fields in the survey."""
    key, t = today.key, today.t
    tally = diary.tally
    leads, labs, shipments, networks = actors.leads, actors.labs, actors.shipments, actors.networks
    towns = places.communities
    force, lost = fields.force, fields.seized_kg
    cases = minds.cases
    site_theatre, site_country = sites.theatre, sites.country
    police_only = today.levers[0].police_only
    p = parameters.detection[0]
    justice = parameters.justice[0]
    for r in range(len(leads)):
        lead = leads[r]
        if (
            lead.alive != OPEN
            or lead.received > t
            or (lead.kind != LEAD_LAB and lead.kind != LEAD_SHIPMENT)
            or site_country[lead.site] != PERU
        ):
            continue
        able = able_to_answer(force, lead, t, near)
        if uniform(key, LEAD_ACTED, t, lead.uid, 0) >= 1.0 - math.exp(-p.response * able):
            continue
        place = site_theatre[lead.site]
        lead.alive = CLOSED
        tally[LEADS_ACTED, place] += 1.0
        worth = lead_value(t - lead.seen, knowledge_in_reach(force, lead.site, near), p)
        chance = police_there(force, lead.site, near, justice)
        police = 1 if uniform(key, POLICE_THERE, t, lead.uid, 0) < chance else 0
        held = 1 if police_only == 0 else police
        if lead.kind == LEAD_LAB:
            lab = labs[lead.row]
            if (
                lab.alive == 1
                and lab.uid == lead.target
                and lab.site == lead.site
                and lab.closed_until <= t
            ):
                if uniform(key, LAB_LEAD, t, lead.uid, 0) < worth:
                    if police == 1 and lab.kind != STRIP:
                        cases[lab.owner, place] += justice.lead_points
                    u = uniform(key, REBUILD, t, lab.uid, 0)
                    destroy(lab, police, held, u, cases, t, place, lead.source, p, justice, diary)
        else:
            load = shipments[lead.row]
            if load.alive == 1 and load.uid == lead.target and load.inside == place:
                if uniform(key, LOAD_LEAD, t, lead.uid, 0) < clip(
                    worth * size_factor(load.kg, p), 0.0, 1.0
                ):
                    if held == 0:
                        let_go(load, place, tally)
                        continue
                    cases[load.network, place] += justice.lead_points
                    seize(
                        load,
                        load.step,
                        towns,
                        lost,
                        ground,
                        routes,
                        minds,
                        networks,
                        ON_LEAD,
                        t,
                        justice,
                        diary,
                    )
