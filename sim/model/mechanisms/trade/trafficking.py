"""4.13 Trafficking: networks buy, send loads on the routes of their choice (`trade/routing.py`) and
learn.

Reads: markets, routes, trade (share), labs (strips), support (b, in_fields), levers (outbound),
networks (credit_usd). Writes: shipments, trade (used, book), minds (belief, tried, seized),
networks, markets (stock_kg, bought_week), communities (kg_passed, attempted_kg), parties
(toll_usd), support (tolled, sent_kg, passed_kg), tally. Chance: ROUTE_CHOICE, STRIP_CHOICE.

A firm buys what clears the stock in `buy_weeks`, in proportion to its part of the market. Cash and
credit limit its purchases, by the same factor in all markets (`trade/finance.py`). A load is sent
when it is complete. Loads are split when the recent loss share passes max(.10, 2 x prior) and made
larger again under .03; the least loads are 15 kg on foot, 50 by boat and 150 by vehicle and
aircraft. A load moves a day at a time. It pays each armed party once, by the largest share of
people that the party rules on its way, which begins in the fields of its cluster
(`rules/tolls.py`). Its owner sees the force on each leg that it leaves.

Left out: latex goes in loads of one size and pays no toll; loads do not wait for a patrol to pass
or turn back; firms do not hear of one another's losses.
"""

from collections.abc import Sequence
from typing import Any

from sim.model.chance import ROUTE_CHOICE, STRIP_CHOICE, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.firms import living
from sim.model.rules.route_choice import drawn_route, route_prior
from sim.model.rules.shipments import enter_cell, enter_leg, settle, strip_is_open
from sim.model.rules.tolls import counted, pass_land, start_tolls
from sim.model.state.agents import (
    BY_AIR,
    BY_RIVER,
    ON_FOOT,
    Network,
    Shipment,
)
from sim.model.state.arrays import (
    CAPACITY,
    SENT,
    WAITING,
    WHOLE,
    Actors,
    Along,
    Bench,
    Commerce,
    Diary,
    Fields,
    Floats,
    Ground,
    Ints,
    Legs,
    Minds,
    Places,
    RouteFacts,
    Routes,
    Support,
    Today,
    Trade,
)
from sim.model.state.counts import (
    DELIVERED,
    DISPATCHED,
    EXPORTED,
    PAID_BRIBE,
    PAID_FARM,
    PAID_TRANSPORT,
    REVENUE,
)
from sim.model.state.event_log import FULL, SHIPMENTS_FULL
from sim.model.state.rows import free_row
from sim.names import HCL, LATEX

MOST_LOADS_A_DAY = 20  # of one firm from one cluster


class Parameters:
    kappa: float  # per person: believed risk per person in the way on a leg of 25 km
    risk_floor: float  # probability: least believed risk of a leg
    risk_cap: float  # probability: greatest believed risk
    prior_weight: float  # attempts: attempts that prior belief is worth
    memory: float  # per week: what is kept of past attempts a week
    # share: weight, in what a branch learns, of loads that its firm sends from elsewhere
    heard: float
    scale: float  # share of price: scale of the logit
    nest: float  # ratio: dissimilarity within a mode
    inertia: float  # share of price: worth of a route already in use
    bribe_usd: float  # USD/kg: bribes on the way
    toll_usd: float  # USD/kg: escort fee of armed groups
    foot_usd: float  # USD/kg/day: carriers' pay on foot
    river_usd: float  # USD/kg/km: transport by river, bribes apart
    road_usd: float  # USD/kg/km: transport by road, bribes apart
    buy_weeks: float  # weeks: weeks of stock that buying clears
    buffer_days: float  # days: days of purchases that a network may hold unsent
    load_foot_kg: float  # kg: load of a team on foot
    load_river_kg: float  # kg: load of a boat
    load_road_kg: float  # kg: load hidden in a vehicle
    load_air_kg: float  # kg: load of a light aircraft
    floor_foot_kg: float  # kg: least load on foot
    floor_river_kg: float  # kg: least load of a boat
    floor_vehicle_kg: float  # kg: least load of a vehicle or aircraft
    split_above: float  # share: recent loss share above which loads are split
    consolidate_under: float  # share: recent loss share under which loads are made larger
    routes_open: float  # routes: routes a network keeps open from one cluster
    routes_least: float  # routes: routes that a network never drops below
    drop_share: float  # share: share of loads under which a route may be dropped
    drop_days: float  # days: days without a load before it is
    resize_step: float  # share/week: step by which loads are made smaller or larger
    least_scale: float  # ratio: smallest load against the standard
    least_sent: float  # loads: recent loads before a network judges its losses
    loss_weeks: float  # weeks: weeks over which losses are judged
    explore: float  # per month: chance a month to try another route
    start_air: float  # share: share of VRAEM output by air at the start
    start_coast: float  # share: share to the coast at the start
    start_bolivia: float  # share: share to Bolivia by road at the start; what is left goes north
    latex_load_share: float  # ratio: load of latex against one of hydrochloride
    # ratio: weight of a state relative to one that stands out more (cognition salience)
    salience_delta: float
    salience_theta: float  # USD/kg: payoff under which nothing stands out (cognition salience)


@rule
def standard_load(mode: int, product: int, scale: float, p: Parameters) -> float:
    """Return the kg of a load by mode, after splitting; never less than the least load of the
    mode."""
    full, floor = p.load_road_kg, p.floor_vehicle_kg
    if mode == ON_FOOT:
        full, floor = p.load_foot_kg, p.floor_foot_kg
    elif mode == BY_RIVER:
        full, floor = p.load_river_kg, p.floor_river_kg
    elif mode == BY_AIR:
        full = p.load_air_kg
    if product == LATEX:
        return max(full * p.latex_load_share, 1.0)
    return max(full * scale, floor)


@rule
def deliver(
    load: Shipment,
    networks: Sequence[Network],
    route_exit: Ints,
    market_theatre: Ints,
    prices: Floats,
    tally: Floats,
) -> None:
    """Deliver a load that has left the country or reached the coast."""
    settle(load, -1, tally)
    tally[DELIVERED + load.product, market_theatre[load.cluster]] += load.kg
    tally[EXPORTED + load.product, route_exit[load.route]] += load.kg
    paid = load.kg * prices[route_exit[load.route], load.product]
    networks[load.network].cash += paid
    tally[REVENUE, market_theatre[load.cluster]] += paid


@loop
def buy_and_send(
    actors: Actors,
    places: Places,
    minds: Minds,
    trade: Trade,
    support: Support,
    ground: Ground,
    routes: Routes,
    along: Along,
    route_facts: RouteFacts,
    legs: Legs,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Daily: buy at the farm gate what can be moved out, and send every complete load on the route
    drawn for it. Work space: offered and wanted, f8[clusters]. All firms buy from the morning's
    stock, and a firm short of money cuts all its purchases alike, so that no firm and no market
    comes first."""
    key, t = today.key, today.t
    tally = diary.tally
    networks, shipments, labs = actors.networks, actors.shipments, actors.labs
    communities, markets = places.communities, places.markets
    belief, tried = minds.belief, minds.tried
    offered, wanted = bench.per_cluster[:, 0], bench.per_cluster[:, 1]
    outbound, counting = today.levers[0].outbound, counted(today)
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
                market = markets[c]
                limit = p.buffer_days / 7.0 * max(market.outflow, 1.0) * part + 2.0 * p.load_air_kg
                room = max(limit - book[n, c, WAITING], 0.0)
                wanted[c] = min(
                    clip(offered[c] / max(p.buy_weeks * 7.0, 1.0) * part * outbound, 0.0, room),
                    market.stock_kg,
                )
                bill += wanted[c] * market.price
        affordable = clip((firm.cash + firm.credit_usd) / bill, 0.0, 1.0) if bill > 0.0 else 0.0
        for c in range(len(markets)):
            if book[n, c, CAPACITY] <= 0.0:
                continue
            market = markets[c]
            bought = wanted[c] * affordable
            market.stock_kg -= bought
            market.bought_week += bought
            book[n, c, WAITING] += bought
            firm.cash -= bought * market.price
            tally[PAID_FARM, market.theatre] += bought * market.price
            for _ in range(MOST_LOADS_A_DAY):
                drawn = uniform(key, ROUTE_CHOICE, int(book[n, c, SENT]), firm.uid, c)
                r = drawn_route(n, share, market.first_route, market.end_route, drawn)
                if r < 0:
                    break
                kg = standard_load(route_mode[r], market.product, firm.load_scale, p)
                if book[n, c, WAITING] < kg:
                    break
                landing = uniform(key, STRIP_CHOICE, int(book[n, c, SENT]), firm.uid, c)
                if route_mode[r] == BY_AIR and not strip_is_open(labs, c, landing, t):
                    break
                row = free_row(shipments)
                if row < 0:
                    diary.status[FULL] = SHIPMENTS_FULL
                    return
                load = shipments[row]
                load.alive = 1
                load.uid = child_uid(firm.uid, int(book[n, c, SENT]), c)
                load.network = n
                load.cluster = c
                load.route = r
                load.product = market.product
                load.step = route_start[r]
                load.elapsed = 0.0
                load.kg = kg
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
                tally[PAID_TRANSPORT, market.theatre] += kg * route_cost[r]
                tally[PAID_BRIBE, market.theatre] += kg * p.bribe_usd
                tally[DISPATCHED + market.product, market.theatre] += kg
                if counting and market.product == HCL:
                    support.sent_kg[r] += kg
                enter_cell(load, step_cell[load.step], cell_theatre, tally)
                start_tolls(row, load, networks, support, market.theatre, p, tally)
                pass_land(
                    row,
                    load,
                    networks,
                    communities,
                    support,
                    -1,
                    step_cell[load.step],
                    cell_community,
                    along,
                    counting,
                    p,
                    tally,
                )


@loop
def move(
    actors: Actors,
    places: Places,
    fields: Fields,
    minds: Minds,
    support: Support,
    ground: Ground,
    routes: Routes,
    along: Along,
    route_facts: RouteFacts,
    commerce: Commerce,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Carry every load one day on; one sent today leaves tomorrow, after it has been searched for.
    It pays tolls, and its owner learns from the legs that it has passed."""
    t, counting = today.t, counted(today)
    tally = diary.tally
    shipments, networks = actors.shipments, actors.networks
    communities = places.communities
    leg_effort = fields.leg_effort
    belief, tried = minds.belief, minds.tried
    cell_theatre, cell_community = ground.theatre, ground.community
    step_cell, step_days, step_leg, route_start = routes.cell, routes.days, routes.leg, routes.start
    route_exit = route_facts.exit
    market_theatre, prices = commerce.cluster_theatre, commerce.prices
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
            pass_land(
                i,
                load,
                networks,
                communities,
                support,
                before,
                step_cell[load.step],
                cell_community,
                along,
                counting,
                p,
                tally,
            )


@loop
def learn_weekly(actors: Actors, minds: Minds, trade: Trade, parameters: Any) -> None:
    """Let memory fade and branches inform one another. Loads are split after losses and made larger
    in quiet times."""
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
