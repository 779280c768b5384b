"""How a firm weighs a route: believed risk, learned losses, and nested logit over its open routes.

`p` is always the parameter record of trafficking. The equations and their sources are on the page
of routing.
"""

import math
from typing import Protocol

from sim.model.compile import rule
from sim.model.rules.bounds import clip
from sim.model.state.agents import BY_AIR, BY_RIVER, BY_ROAD, ON_FOOT
from sim.model.state.arrays import Floats, Ints, Minds

SAFE, BRANCH = range(2)  # columns of `Bench.per_leg`, as `route_risk` uses them


class Trafficking(Protocol):
    """What these rules read of the parameters of trafficking, where the units stand."""

    kappa: float
    risk_floor: float
    risk_cap: float
    heard: float
    prior_weight: float
    salience_theta: float
    salience_delta: float
    scale: float
    nest: float


@rule
def prior_risk(belief: float, p: Trafficking) -> float:
    """Return the probability of loss on a leg, judged from believed effort alone."""
    return clip(1.0 - math.exp(-p.kappa * max(belief, 0.0)), p.risk_floor, p.risk_cap)


@rule
def learned_risk(seized: float, tried: float, prior: float, weight: float) -> float:
    """Return the mean of a Beta distribution: with prior .05 worth 10 attempts, 0, 1 and 6 losses
    in 13 attempts give .0217, .0652 and .2826."""
    return (seized + weight * prior) / max(tried + weight, 1e-9)


@rule
def counted(own: float, firm: float, p: Trafficking) -> float:
    """Return the loads that a branch (a firm at one origin) counts: its own in full, and those of
    the firm's other origins at the weight `heard`."""
    return own + p.heard * (firm - own)


@rule
def safe_on(n: int, c: int, leg: int, minds: Minds, leg_risk: Floats, p: Trafficking) -> float:
    """Return the chance, as a branch believes it, that a load passes a leg."""
    prior = max(prior_risk(minds.belief[n, leg], p), leg_risk[leg])
    firm = minds.tried.shape[1] - 1
    lost = counted(minds.seized[n, c, leg], minds.seized[n, firm, leg], p)
    tried = counted(minds.tried[n, c, leg], minds.tried[n, firm, leg], p)
    return 1.0 - min(learned_risk(lost, tried, prior, p.prior_weight), p.risk_cap)


@rule
def route_risk(
    n: int,
    c: int,
    r: int,
    branch: float,
    minds: Minds,
    route_start: Ints,
    step_leg: Ints,
    onward: Ints,
    leg_risk: Floats,
    leg_safe: Floats,
    p: Trafficking,
) -> float:
    """Return the probability of loss that a branch believes of a whole route, leg by leg. leg_safe:
    f8[legs, 2], the chance to pass a leg, and the number of the branch that judged it, so that a
    leg which many routes share is judged once."""
    safe = 1.0
    e = route_start[r]
    while e < route_start[r + 1]:
        leg = step_leg[e]
        if leg_safe[leg, BRANCH] != branch:
            leg_safe[leg, SAFE] = safe_on(n, c, leg, minds, leg_risk, p)
            leg_safe[leg, BRANCH] = branch
        safe *= leg_safe[leg, SAFE]
        e = onward[e]
    return 1.0 - safe


@rule
def route_prior(
    n: int,
    r: int,
    belief: Floats,
    route_start: Ints,
    step_leg: Ints,
    onward: Ints,
    leg_risk: Floats,
    p: Trafficking,
) -> float:
    """Return the probability of loss on a whole route from believed effort alone, without learned
    losses."""
    safe = 1.0
    e = route_start[r]
    while e < route_start[r + 1]:
        leg = step_leg[e]
        safe *= 1.0 - max(prior_risk(belief[n, leg], p), leg_risk[leg])
        e = onward[e]
    return 1.0 - safe


@rule
def utility(risk: float, price: float, source: float, cost: float, bribe: float) -> float:
    """Return the USD per kg that a firm expects from sending one kg."""
    return (1.0 - risk) * price - source - cost - bribe - risk * source


@rule
def contrast(x: float, y: float, theta: float) -> float:
    """Return the salience of a payoff x beside another y (Bordalo, Gennaioli and Shleifer 2012)."""
    return abs(x - y) / max(abs(x) + abs(y) + theta, 1e-9)


@rule
def salient_value(
    risk: float,
    passed: float,
    lost: float,
    others_passed: float,
    others_lost: float,
    p: Trafficking,
) -> float:
    """Return the worth of a route to a firm that attends to what stands out. The route has two
    states, passed and lost; the payoff of each is compared with the mean payoff of the other
    routes. The state where they differ more is weighted by delta, the other by delta^2, and the
    weights are normed. With delta 1 the result is expected utility."""
    passing_first = contrast(passed, others_passed, p.salience_theta) >= contrast(
        lost, others_lost, p.salience_theta
    )
    near, far = p.salience_delta, p.salience_delta * p.salience_delta
    if_passed = (1.0 - risk) * (near if passing_first else far)
    if_lost = risk * (far if passing_first else near)
    return (if_passed * passed + if_lost * lost) / max(if_passed + if_lost, 1e-300)


@rule
def best_price(prices: Floats, product: int) -> float:
    """Return the highest price of a product over all exits."""
    top = 0.0
    for e in range(prices.shape[0]):
        top = max(top, prices[e, product])
    return top


@rule
def nest_sum(n: int, first: int, end: int, mode: int, share: Floats, route_mode: Ints) -> float:
    """Return the sum of a network's entries in `share` over the routes of one mode, rows first to
    end - 1."""
    inside = 0.0
    for r in range(first, end):
        if route_mode[r] == mode:
            inside += share[n, r]
    return inside


@rule
def nested_shares(
    n: int,
    first: int,
    end: int,
    share: Floats,
    open_: Floats,
    prices: Floats,
    product: int,
    route_exit: Ints,
    route_mode: Ints,
    p: Trafficking,
) -> None:
    """Turn the utilities (USD per kg) in a network's row of `share`, over a cluster's routes first
    to end - 1, into shares: exp(utility / (scale nest)) within a mode, then each mode's sum to the
    power of nest. The best utility is subtracted first, so that nothing overflows."""
    best = -1e30
    for r in range(first, end):
        if open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0:
            best = max(best, share[n, r])
    scale = max(p.scale * best_price(prices, product), 1e-9)
    for r in range(first, end):
        goes = open_[n, r] > 0.0 and prices[route_exit[r], product] > 0.0
        share[n, r] = math.exp((share[n, r] - best) / (scale * p.nest)) if goes else 0.0
    total = 0.0
    for mode in (ON_FOOT, BY_RIVER, BY_ROAD, BY_AIR):
        inside = nest_sum(n, first, end, mode, share, route_mode)
        total += math.pow(inside, p.nest) if inside > 0.0 else 0.0
    for mode in (ON_FOOT, BY_RIVER, BY_ROAD, BY_AIR):
        inside = nest_sum(n, first, end, mode, share, route_mode)
        for r in range(first, end):
            if route_mode[r] == mode and inside > 0.0 and total > 0.0:
                share[n, r] = share[n, r] / inside * math.pow(inside, p.nest) / total


@rule
def drawn_route(n: int, share: Floats, first: int, end: int, u: float) -> int:
    """Return the route of a network's next load from a cluster. There is one draw per load, so
    waiting for the load to be complete changes nothing."""
    mark = u
    last = -1
    for r in range(first, end):
        if share[n, r] > 0.0:
            last = r
            mark -= share[n, r]
            if mark < 0.0:
                return r
    return last
