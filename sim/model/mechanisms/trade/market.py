"""4.14 Market: what the product is worth at the farm gate.

Reads: markets (stock_kg, outflow), trade (share, risk). Writes: markets (price, price_leaf,
outflow, bought_week). Weekly; no chance.

Only destination prices are input. `P_farm = max(cost, ((1 - p) P_dest (1 - margin) - transport -
bribe - tax)(clip(S*/S, .25, 4))^theta)`, a mean over the routes in use. The tax is 5 USD a kg
(F0345; latex pays none), p the loss that the firms believe in there (the risk cost of evidence B6),
S* 5 weeks of flow [4-8] and theta .7 [.5-.8]. The price of leaf is derived backwards,
`.75 P / 375`. So the price climbs from the farm to the exit with distance and with risk.

The margin stands for what those who carry the product ask for the risk of prison and violence,
which the model does not count as a cost. Without it the farm would get all but some hundred USD of
what a kilogram fetches abroad: 2,700, where F0331 has 1,300 at the laboratory and F0333 has 2,900
in Bolivia. Scarcity can take the whole margin and no more, because nobody pays at the farm more
than the load fetches abroad. When outbound capacity falls, stock piles up and the price falls; when
hectares fall, stock runs down and the price rises. Stocks along the chain buffer both.

Left out: firms have no power over the price; destination prices do not respond to what Peru sends
(a price-taker, evidence B6).
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.state.arrays import CAPACITY, Bench, Commerce, Places, RouteFacts, Today, Trade
from sim.names import HCL, LATEX

WITH_MARGIN, WEIGHT, NO_MARGIN = range(3)  # columns of what the customers of a cluster pay, net


class Parameters:
    margin: float  # share: traders' share of the destination price
    cost_usd: float  # USD/kg: cost of production under which nobody sells
    latex_cost_usd: float  # USD/kg: cost of latex under which nobody sells
    target_weeks: float  # weeks: weeks of flow that traders like to hold
    theta: float  # power: how scarcity moves the price
    leaf_share: float  # share: share of the product's price that is leaf
    change: float  # share: whether farm prices change after day 0
    outflow_memory_weeks: float  # weeks: memory of what flow is normal


@rule
def farm_price(
    net: float, most: float, stock: float, target: float, floor: float, p: Parameters
) -> float:
    """Return the farm-gate price, given what the customers net with their margin and without it
    (`most`), the stock and its target."""
    scarcity = clip(target / stock, 0.25, 4.0) if stock > 0.0 else 4.0
    return max(floor, min(net * math.pow(scarcity, p.theta), most))


@loop
def market(
    places: Places,
    trade: Trade,
    route_facts: RouteFacts,
    commerce: Commerce,
    bench: Bench,
    parameters: Any,
    today: Today,
) -> None:
    """Run one week. prices: f8[exits, products] at the destinations; net: f8[clusters, 3] work
    space, columns WITH_MARGIN, WEIGHT (of routes in use) and NO_MARGIN."""
    markets = places.markets
    share, book, risk = trade.share, trade.book, trade.risk
    route_origin, route_exit, route_cost = route_facts.origin, route_facts.exit, route_facts.cost
    prices = commerce.prices
    net = bench.per_cluster
    p = parameters.market[0]
    leaf_per_kg = parameters.processing[0].leaf_per_kg
    bribe, toll = parameters.trafficking[0].bribe_usd, parameters.trafficking[0].toll_usd
    for c in range(len(markets)):
        net[c, WITH_MARGIN] = 0.0
        net[c, WEIGHT] = 0.0
        net[c, NO_MARGIN] = 0.0
    for n in range(share.shape[0]):
        for r in range(share.shape[1]):
            if share[n, r] > 0.0:
                c = route_origin[r]
                weight = share[n, r] * book[n, c, CAPACITY]
                arrives = (1.0 - risk[n, r]) * prices[route_exit[r], markets[c].product]
                tax = toll if markets[c].product == HCL else 0.0
                left = arrives - route_cost[r] - bribe - tax
                net[c, WITH_MARGIN] += weight * (left - arrives * p.margin)
                net[c, NO_MARGIN] += weight * left
                net[c, WEIGHT] += weight
    keep = math.exp(-1.0 / max(p.outflow_memory_weeks, 1e-9))
    for c in range(len(markets)):
        cluster = markets[c]
        cluster.outflow = cluster.outflow * keep + cluster.bought_week * (1.0 - keep)
        cluster.bought_week = 0.0
        if today.opening == 0 and p.change <= 0.0:
            continue
        floor = p.latex_cost_usd if cluster.product == LATEX else p.cost_usd
        if net[c, WEIGHT] > 0.0:
            cluster.price = farm_price(
                net[c, WITH_MARGIN] / net[c, WEIGHT],
                net[c, NO_MARGIN] / net[c, WEIGHT],
                cluster.stock_kg,
                p.target_weeks * cluster.outflow,
                floor,
                p,
            )
        else:
            cluster.price = floor
        cluster.price_leaf = p.leaf_share * cluster.price / max(leaf_per_kg, 1e-9)
