"""How a firm weighs a way: believed risk, what was learned, and nested logit over the routes that it keeps open.

`p` is the parameter record of trafficking throughout; the equations and their sources stand on its page."""

import math

from sim.model.compile import rule
from sim.model.rules.bounds import clip


@rule
def prior_risk(belief, p):
    """Probability of loss on a leg from believed effort alone."""
    return clip(1.0 - math.exp(-p.kappa * max(belief, 0.0)), p.risk_floor, p.risk_cap)


@rule
def learned_risk(seized, tried, prior, weight):
    """Beta mean: with m .05, n0 10 and 0 / 1 / 6 losses in 13 attempts .0217 / .0652 / .2826."""
    return (seized + weight * prior) / max(tried + weight, 1e-9)


@rule
def counted(own, firm, p):
    """What a branch (a firm at one origin) counts of its firm's loads: its own in full, those of other origins at `heard`."""
    return own + p.heard * (firm - own)


@rule
def safe_on(n, c, leg, minds, leg_risk, p):
    """Believed chance of a branch's load to pass a leg."""
    prior = max(prior_risk(minds.belief[n, leg], p), leg_risk[leg])
    firm = minds.tried.shape[1] - 1
    lost = counted(minds.seized[n, c, leg], minds.seized[n, firm, leg], p)
    tried = counted(minds.tried[n, c, leg], minds.tried[n, firm, leg], p)
    return 1.0 - min(learned_risk(lost, tried, prior, p.prior_weight), p.risk_cap)


@rule
def route_risk(n, c, r, branch, minds, route_start, step_leg, onward, leg_risk, leg_safe, p):
    """Believed probability of loss on a whole route, leg by leg. leg_safe: f8[legs, 2], what a leg is worth and to which branch (a
    number of its own), so that a leg that many routes share is judged once."""
    safe = 1.0
    e = route_start[r]
    while e < route_start[r + 1]:
        leg = step_leg[e]
        if leg_safe[leg, 1] != branch:
            leg_safe[leg, 0] = safe_on(n, c, leg, minds, leg_risk, p)
            leg_safe[leg, 1] = branch
        safe *= leg_safe[leg, 0]
        e = onward[e]
    return 1.0 - safe


@rule
def route_prior(n, r, belief, route_start, step_leg, onward, leg_risk, p):
    """The same from believed effort alone, without what was learned."""
    safe = 1.0
    e = route_start[r]
    while e < route_start[r + 1]:
        leg = step_leg[e]
        safe *= 1.0 - max(prior_risk(belief[n, leg], p), leg_risk[leg])
        e = onward[e]
    return 1.0 - safe


@rule
def utility(risk, price, source, cost, bribe):
    """USD per kg expected from sending one kg."""
    return (1.0 - risk) * price - source - cost - bribe - risk * source


@rule
def contrast(x, y, theta):
    """Salience of a payoff x beside another y: Bordalo, Gennaioli and Shleifer 2012."""
    return abs(x - y) / max(abs(x) + abs(y) + theta, 1e-9)


@rule
def salient_value(risk, passed, lost, others_passed, others_lost, p):
    """Worth of a route to one who thinks of what stands out. Its two payoffs are set beside the mean payoffs of the others; the state in
    which they differ more is weighed delta, the other delta^2, and the weights are normed. delta 1 is expected utility."""
    passing_first = contrast(passed, others_passed, p.salience_theta) >= contrast(
        lost, others_lost, p.salience_theta
    )
    near, far = p.salience_delta, p.salience_delta * p.salience_delta
    if_passed = (1.0 - risk) * (near if passing_first else far)
    if_lost = risk * (far if passing_first else near)
    return (if_passed * passed + if_lost * lost) / max(if_passed + if_lost, 1e-300)


@rule
def best_price(prices, product):
    top = 0.0
    for e in range(prices.shape[0]):
        top = max(top, prices[e, product])
    return top


@rule
def nest_sum(n, first, end, mode, share, route_mode):
    inside = 0.0
    for r in range(first, end):
        if route_mode[r] == mode:
            inside += share[n, r]
    return inside


@rule
def nested_shares(n, first, end, share, open_, prices, product, route_exit, route_mode, p):
    """Turn the utilities (USD per kg) that stand in a network's row of `share` over a cluster's routes, first to end - 1, into shares:
    exp(utility / (scale nest)) within a mode, the modes' sums to the power of nest. They are taken against the best, so that nothing
    overflows."""
    best = -1e30
    for r in range(first, end):
        if open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0:
            best = max(best, share[n, r])
    scale = max(p.scale * best_price(prices, product), 1e-9)
    for r in range(first, end):
        goes = open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0
        share[n, r] = math.exp((share[n, r] - best) / (scale * p.nest)) if goes else 0.0
    total = 0.0
    for mode in range(4):
        inside = nest_sum(n, first, end, mode, share, route_mode)
        total += math.pow(inside, p.nest) if inside > 0.0 else 0.0
    for mode in range(4):
        inside = nest_sum(n, first, end, mode, share, route_mode)
        for r in range(first, end):
            if route_mode[r] == mode and inside > 0.0 and total > 0.0:
                share[n, r] = share[n, r] / inside * math.pow(inside, p.nest) / total
