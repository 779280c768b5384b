"""4.13 Trafficking: networks buy, send loads on the routes of their choice (`trade/routing.py`) and learn.

Reads: markets, routes, trade (share), labs (strips), communities (armed), levers (outbound), networks (credit_usd). Writes: shipments,
trade (used, book), minds (belief, tried, seized), networks, markets (stock_kg, bought_week), communities
(kg_passed, attempted_kg, toll_usd), tally. Chance: ROUTE_CHOICE, STRIP_CHOICE.

A firm buys what clears the stock in `buy_weeks`, by its part of the market, cut to what cash and credit allow, in all markets alike
(`trade/finance.py`). A load is sent when it is complete; loads are split when the recent loss share passes max(.10, 2 x prior) and
consolidated under .03, floors 15 kg foot, 50 boat, 150 vehicle and aircraft. It takes its way a day at a time, pays the toll of the group
that holds most of the land on its way, and its owner sees the force on each leg that it leaves.

Left out: latex goes in loads of one size and pays no toll; loads do not wait for a patrol to pass or turn back; firms do not hear of one
another's losses."""

from sim.model.chance import ROUTE_CHOICE, STRIP_CHOICE, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.firms import living
from sim.model.rules.route_choice import route_prior
from sim.model.rules.shipments import enter_cell, enter_land, enter_leg, settle
from sim.model.state.agents import BY_AIR, BY_RIVER, ON_FOOT, STRIP
from sim.model.state.arrays import CAPACITY, SENT, WAITING, WHOLE
from sim.model.state.counts import (
    DELIVERED,
    DISPATCHED,
    EXPORTED,
    PAID_BRIBE,
    PAID_FARM,
    PAID_TOLL,
    PAID_TRANSPORT,
    REVENUE,
)
from sim.model.state.event_log import FULL, SHIPMENTS_FULL
from sim.model.state.rows import free_row
from sim.names import HCL


class Parameters:
    kappa: float
    risk_floor: float
    risk_cap: float
    prior_weight: float
    memory: float
    heard: float
    scale: float
    nest: float
    inertia: float
    bribe_usd: float
    toll_usd: float
    foot_usd: float
    river_usd: float
    road_usd: float
    buy_weeks: float
    buffer_days: float
    load_foot_kg: float
    load_river_kg: float
    load_road_kg: float
    load_air_kg: float
    floor_foot_kg: float
    floor_river_kg: float
    floor_vehicle_kg: float
    split_above: float
    consolidate_under: float
    routes_open: float
    routes_least: float
    drop_share: float
    drop_days: float
    resize_step: float
    least_scale: float
    least_sent: float
    loss_weeks: float
    explore: float
    start_air: float
    start_coast: float
    start_bolivia: float
    latex_load_share: float
    salience_delta: float
    salience_theta: float


@rule
def standard_load(mode, product, scale, p):
    """kg of a load by mode, after splitting; never under the floor of the mode."""
    full = (
        p.load_foot_kg
        if mode == ON_FOOT
        else p.load_river_kg
        if mode == BY_RIVER
        else p.load_air_kg
        if mode == BY_AIR
        else p.load_road_kg
    )
    floor = (
        p.floor_foot_kg
        if mode == ON_FOOT
        else p.floor_river_kg
        if mode == BY_RIVER
        else p.floor_vehicle_kg
    )
    if product == 1:
        return max(full * p.latex_load_share, 1.0)
    return max(full * scale, floor)


@rule
def strip_is_open(labs, cluster, u, t):
    """Whether the strip at which the next flight is to land can be used today; every strip of the cluster is as likely."""
    count = 0
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].kind == STRIP and labs[j].cluster == cluster:
            count += 1
    pick = int(u * count)
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].kind == STRIP and labs[j].cluster == cluster:
            if pick == 0:
                return labs[j].closed_until <= t
            pick -= 1
    return False


@rule
def drawn_route(n, share, first, end, u):
    """The route of a network's next load from a cluster; one draw per load, so that waiting for it to be complete changes nothing."""
    mark = u
    last = -1
    for r in range(first, end):
        if share[n, r] > 0.0:
            last = r
            mark -= share[n, r]
            if mark < 0.0:
                return r
    return last


@rule
def pay_toll(load, networks, communities, before, cell, cell_community, p, tally):
    """Each community's catchment sees the load once; groups take their fee on the largest share of land that they hold on its way."""
    owner = enter_land(load, before, cell, communities, cell_community)
    if owner < 0 or load.product != HCL:
        return
    town = communities[owner]
    town.kg_passed += load.kg
    if town.armed > load.toll and town.armed_coverage > 0.0:
        toll = p.toll_usd * load.kg * (town.armed - load.toll)
        load.toll = town.armed
        town.toll_usd += toll
        networks[load.network].cash -= toll
        tally[PAID_TOLL, town.theatre] += toll


@rule
def deliver(load, networks, route_exit, market_theatre, prices, tally):
    """The load has left the country or reached the coast."""
    settle(load, -1, tally)
    tally[DELIVERED + load.product, market_theatre[load.cluster]] += load.kg
    tally[EXPORTED + load.product, route_exit[load.route]] += load.kg
    paid = load.kg * prices[route_exit[load.route], load.product]
    networks[load.network].cash += paid
    tally[REVENUE, market_theatre[load.cluster]] += paid


@loop
def buy_and_send(
    actors, places, minds, trade, ground, routes, route_facts, legs, bench, parameters, today, diary
):
    """Daily: buy at the farm gate what can be moved out, and send every load that is complete on the route that was drawn for it. offered,
    wanted: f8[clusters] work space: all buy from the morning's stock, and a firm short of money cuts all its purchases alike, so that none
    comes first."""
    key, t = today.key, today.t
    tally = diary.tally
    networks, shipments, labs = actors.networks, actors.shipments, actors.labs
    communities, markets, status = places.communities, places.markets, diary.status
    belief, tried = minds.belief, minds.tried
    offered, wanted = bench.per_cluster[:, 0], bench.per_cluster[:, 1]
    outbound = places.levers[0].outbound
    share, used, book = trade.share, trade.used, trade.book
    cell_theatre, cell_community = ground.theatre, ground.community
    route_start, step_cell, step_leg, onward = routes.start, routes.cell, routes.leg, routes.onward
    route_mode, route_cost, leg_risk = route_facts.mode, route_facts.cost, legs.risk
    p = parameters.trafficking[0]
    for c in range(len(markets)):
        offered[c] = markets[c].stock_kg
    for n in range(len(networks)):
        firm = networks[n]
        bill = 0.0
        for c in range(len(markets)):
            part = book[n, c, CAPACITY]
            wanted[c] = 0.0
            if part > 0.0:
                m = markets[c]
                limit = p.buffer_days / 7.0 * max(m.outflow, 1.0) * part + 2.0 * p.load_air_kg
                room = max(limit - book[n, c, WAITING], 0.0)
                wanted[c] = min(
                    clip(offered[c] / max(p.buy_weeks * 7.0, 1.0) * part * outbound, 0.0, room),
                    m.stock_kg,
                )
                bill += wanted[c] * m.price
        affordable = clip((firm.cash + firm.credit_usd) / bill, 0.0, 1.0) if bill > 0.0 else 0.0
        for c in range(len(markets)):
            if book[n, c, CAPACITY] <= 0.0:
                continue
            m = markets[c]
            bought = wanted[c] * affordable
            m.stock_kg -= bought
            m.bought_week += bought
            book[n, c, WAITING] += bought
            firm.cash -= bought * m.price
            tally[PAID_FARM, m.theatre] += bought * m.price
            for _ in range(20):
                drawn = uniform(key, ROUTE_CHOICE, int(book[n, c, SENT]), firm.uid, c)
                r = drawn_route(n, share, m.first_route, m.end_route, drawn)
                if r < 0:
                    break
                kg = standard_load(route_mode[r], m.product, firm.load_scale, p)
                if book[n, c, WAITING] < kg:
                    break
                landing = uniform(key, STRIP_CHOICE, int(book[n, c, SENT]), firm.uid, c)
                if route_mode[r] == BY_AIR and not strip_is_open(labs, c, landing, t):
                    break
                row = free_row(shipments)
                if row < 0:
                    status[FULL] = SHIPMENTS_FULL
                    return
                load = shipments[row]
                load.alive = 1
                load.uid = child_uid(firm.uid, int(book[n, c, SENT]), c)
                load.network = n
                load.cluster = c
                load.route = r
                load.product = m.product
                load.step = route_start[r]
                load.elapsed = 0.0
                load.kg = kg
                load.toll = 0.0
                load.born = t
                load.entered = 0
                load.inside = 0
                load.post = -1
                book[n, c, WAITING] -= kg
                book[n, c, SENT] += 1.0
                firm.sent += 1.0
                firm.feared += route_prior(n, r, belief, route_start, step_leg, onward, leg_risk, p)
                used[n, r] = t
                tried[n, c, step_leg[load.step]] += 1.0
                cost = kg * (route_cost[r] + p.bribe_usd)
                firm.cash -= cost
                tally[PAID_TRANSPORT, m.theatre] += kg * route_cost[r]
                tally[PAID_BRIBE, m.theatre] += kg * p.bribe_usd
                tally[DISPATCHED + m.product, m.theatre] += kg
                enter_cell(load, step_cell[load.step], cell_theatre, tally)
                pay_toll(
                    load, networks, communities, -1, step_cell[load.step], cell_community, p, tally
                )


@loop
def move(
    actors, places, fields, minds, ground, routes, route_facts, lines, parameters, today, diary
):
    """Carry every load one day on (one sent today leaves tomorrow, after it has been looked for); it pays tolls, and its owner learns from
    the legs that it has passed."""
    t = today.t
    tally = diary.tally
    shipments, networks = actors.shipments, actors.networks
    communities = places.communities
    leg_effort = fields.leg_effort
    belief, tried = minds.belief, minds.tried
    cell_theatre, cell_community = ground.theatre, ground.community
    step_cell, step_days, step_leg, route_start = routes.cell, routes.days, routes.leg, routes.start
    route_exit = route_facts.exit
    market_theatre, prices = lines.cluster_theatre, lines.prices
    p = parameters.trafficking[0]
    learn = parameters.secrecy[0].learn_passage
    for i in range(len(shipments)):
        load = shipments[i]
        if load.alive == 0 or load.born == t:
            continue
        last = route_start[load.route + 1]
        left = 1.0
        while left > 0.0 and load.alive == 1:
            needed = step_days[load.step] - load.elapsed
            if needed > left:
                load.elapsed += left
                break
            left -= max(needed, 0.0)
            leg = step_leg[load.step]
            load.elapsed = 0.0
            if load.step + 1 >= last:
                belief[load.network, leg] += learn * (leg_effort[leg] - belief[load.network, leg])
                deliver(load, networks, route_exit, market_theatre, prices, tally)
                break
            before = step_cell[load.step]
            load.step += 1
            if step_leg[load.step] != leg:
                belief[load.network, leg] += learn * (leg_effort[leg] - belief[load.network, leg])
            enter_leg(load, load.step, load.step - 1, step_leg, tried)
            enter_cell(load, step_cell[load.step], cell_theatre, tally)
            pay_toll(
                load, networks, communities, before, step_cell[load.step], cell_community, p, tally
            )


@loop
def learn_weekly(actors, minds, trade, parameters):
    """Memory fades; branches tell one another; loads are split after losses and consolidated in quiet times."""
    networks = actors.networks
    seized, tried = minds.seized, minds.tried
    book = trade.book
    whole = seized.shape[1] - 1
    p = parameters.trafficking[0]
    for n in range(living(networks)):
        for leg in range(seized.shape[2]):
            seized[n, whole, leg] = 0.0
            tried[n, whole, leg] = 0.0
        for c in range(whole):
            if book[n, c, WHOLE] > 0.0:
                for leg in range(seized.shape[2]):
                    seized[n, c, leg] *= p.memory
                    tried[n, c, leg] *= p.memory
                    seized[n, whole, leg] += seized[n, c, leg]
                    tried[n, whole, leg] += tried[n, c, leg]
        firm = networks[n]
        if firm.sent > p.least_sent:
            loss = firm.lost / firm.sent
            if loss > max(p.split_above, 2.0 * firm.feared / firm.sent):
                firm.load_scale = max(firm.load_scale * (1.0 - p.resize_step), p.least_scale)
            elif loss < p.consolidate_under:
                firm.load_scale = min(firm.load_scale * (1.0 + p.resize_step), 1.0)
        keep = 1.0 - 1.0 / max(p.loss_weeks, 1.0)
        firm.sent *= keep
        firm.lost *= keep
        firm.feared *= keep
