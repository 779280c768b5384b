"""4.14 Market: what the product is worth at the farm gate.

Reads: markets (stock_kg, outflow), trade (share, risk). Writes: markets (price, price_leaf, outflow, bought_week). Weekly; no chance.

Only destination prices are input. `P_farm = max(cost, ((1 - p) P_dest (1 - margin) - transport - bribe - tax)(clip(S*/S, .25, 4))^theta)`,
the tax 5 USD a kg (F0345; latex pays none), a mean over the routes in use, p the loss that the firms believe in there (the risk cost of
evidence B6), S* 5 weeks of flow [4-8], theta .7 [.5-.8]; leaf is derived backwards, `.75 P / 375`. So price climbs from the farm to the
exit with distance and with risk. Without the margin the farm would get all but some hundred USD of what a kilogram fetches abroad,
2,700 where F0331 has 1,300 at the laboratory and F0333 has 2,900 in Bolivia: what those who carry it ask for prison and violence is no cost
that the model counts, and the margin stands for it. Scarcity can take the whole margin and no more: nobody pays at the farm what the load
does not fetch abroad. Outbound capacity falls: stock piles up and the price falls; hectares fall: stock runs
down and the price rises. Stocks along the chain buffer both.

Left out: firms have no power over the price; destination prices do not answer what Peru sends (a price-taker, evidence B6)."""

import math

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.state.arrays import CAPACITY
from sim.names import HCL


class Parameters:
    margin: float
    cost_usd: float
    latex_cost_usd: float
    target_weeks: float
    theta: float
    leaf_share: float
    outflow_memory_weeks: float


@rule
def farm_price(net, most, stock, target, floor, p):
    """Farm-gate price given what the customers net, with and (`most`) without their margin, the stock and its target."""
    scarcity = clip(target / stock, 0.25, 4.0) if stock > 0.0 else 4.0
    return max(floor, min(net * math.pow(scarcity, p.theta), most))


@loop
def market(places, trade, route_facts, lines, bench, parameters):
    """One week. prices: f8[exits, products] at the destinations; net: f8[clusters, 3] work space (value, weight of routes in use,
    value without the margin)."""
    markets = places.markets
    share, book, risk = trade.share, trade.book, trade.risk
    route_origin, route_exit, route_cost = route_facts.origin, route_facts.exit, route_facts.cost
    prices = lines.prices
    net = bench.per_cluster
    p = parameters.market[0]
    leaf_per_kg = parameters.processing[0].leaf_per_kg
    bribe, toll = parameters.trafficking[0].bribe_usd, parameters.trafficking[0].toll_usd
    for c in range(len(markets)):
        net[c, 0] = 0.0
        net[c, 1] = 0.0
        net[c, 2] = 0.0
    for n in range(share.shape[0]):
        for r in range(share.shape[1]):
            if share[n, r] > 0.0:
                c = route_origin[r]
                weight = share[n, r] * book[n, c, CAPACITY]
                arrives = (1.0 - risk[n, r]) * prices[route_exit[r], markets[c].product]
                tax = toll if markets[c].product == HCL else 0.0
                left = arrives - route_cost[r] - bribe - tax
                net[c, 0] += weight * (left - arrives * p.margin)
                net[c, 2] += weight * left
                net[c, 1] += weight
    keep = math.exp(-1.0 / max(p.outflow_memory_weeks, 1e-9))
    for c in range(len(markets)):
        m = markets[c]
        m.outflow = m.outflow * keep + m.bought_week * (1.0 - keep)
        m.bought_week = 0.0
        floor = p.latex_cost_usd if m.product == 1 else p.cost_usd
        if net[c, 1] > 0.0:
            m.price = farm_price(
                net[c, 0] / net[c, 1],
                net[c, 2] / net[c, 1],
                m.stock_kg,
                p.target_weeks * m.outflow,
                floor,
                p,
            )
        else:
            m.price = floor
        m.price_leaf = p.leaf_share * m.price / max(leaf_per_kg, 1e-9)
