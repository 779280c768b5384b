"""How a firm weighs a way: believed risk, what was learned, and nested logit over the routes that it keeps open.

`p` is the parameter record of trafficking throughout; the equations and their sources stand on its page."""

import math

from sim.kernel import rule
from sim.world.tables import clip


@rule
def prior_risk(belief, p):
    """Probability of loss on a leg from believed effort alone."""
    return clip(1.0 - math.exp(-p.kappa * max(belief, 0.0)), p.risk_floor, p.risk_cap)


@rule
def learned_risk(seized, tried, prior, weight):
    """Beta mean: with m .05, n0 10 and 0 / 1 / 6 losses in 13 attempts .0217 / .0652 / .2826."""
    return (seized + weight * prior) / max(tried + weight, 1e-9)


@rule
def route_risk(n, r, belief, seized, tried, route_start, step_leg, step_risk, p):
    """Believed probability of loss on a whole route; a leg counts once."""
    safe = 1.0
    before = -1
    for e in range(route_start[r], route_start[r + 1]):
        leg = step_leg[e]
        if leg != before:
            prior = max(prior_risk(belief[n, leg], p), step_risk[e])
            safe *= 1.0 - min(learned_risk(seized[n, leg], tried[n, leg], prior, p.prior_weight), p.risk_cap)
            before = leg
    return 1.0 - safe


@rule
def route_prior(n, r, belief, route_start, step_leg, step_risk, p):
    """The same from believed effort alone, without what was learned."""
    safe = 1.0
    before = -1
    for e in range(route_start[r], route_start[r + 1]):
        leg = step_leg[e]
        if leg != before:
            safe *= 1.0 - max(prior_risk(belief[n, leg], p), step_risk[e])
            before = leg
    return 1.0 - safe


@rule
def utility(risk, price, source, cost, bribe):
    """USD per kg expected from sending one kg."""
    return (1.0 - risk) * price - source - cost - bribe - risk * source


@rule
def best_price(prices, product):
    top = 0.0
    for e in range(prices.shape[0]):
        top = max(top, prices[e, product])
    return top


@rule
def nest_sum(n, c, mode, best, scale, share, open_, worth, prices, product, route_origin, route_exit, route_mode, p):
    inside = 0.0
    for r in range(share.shape[1]):
        if route_origin[r] == c and route_mode[r] == mode and open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0:
            inside += math.exp((worth[r] - best) / (scale * p.nest))
    return inside


@rule
def nested_shares(n, c, share, open_, worth, prices, product, route_origin, route_exit, route_mode, p):
    """Write the shares of one network and cluster. Utilities are taken against the best, so that nothing overflows."""
    best = -1e30
    for r in range(share.shape[1]):
        if route_origin[r] == c and open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0:
            best = max(best, worth[r])
    scale = max(p.scale * best_price(prices, product), 1e-9)
    total = 0.0
    for mode in range(4):
        inside = nest_sum(n, c, mode, best, scale, share, open_, worth, prices, product, route_origin, route_exit, route_mode, p)
        total += math.pow(inside, p.nest) if inside > 0.0 else 0.0
    for mode in range(4):
        inside = nest_sum(n, c, mode, best, scale, share, open_, worth, prices, product, route_origin, route_exit, route_mode, p)
        for r in range(share.shape[1]):
            if route_origin[r] == c and route_mode[r] == mode:
                share[n, r] = 0.0
                if inside > 0.0 and total > 0.0 and open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0:
                    share[n, r] = math.exp((worth[r] - best) / (scale * p.nest)) / inside * math.pow(inside, p.nest) / total
