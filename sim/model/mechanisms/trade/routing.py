"""4.13 Routing: the routes that a network's loads take.

Reads: markets, routes, minds, levers (cognition), networks (uid). Writes: trade (open, share,
constant, risk). Chance: OPEN_ROUTE. Parameters: those of trafficking.

A branch, a firm at one origin, takes the decision. The prior risk of a leg is
`m = 1 - exp(-kappa B)`. The learned risk is `p = (S + n0 m) / (N + n0)`, n0 10 [4-30], with S
seizures and N *attempts* that decay at .96 a week [.93-.985]. The branch's own loads count in full,
those of the firm's other branches at `heard` .5, `S = S_own + .5 (S_firm - S_own)` (evidence B5). A
branch's passages of a leg count alike on every route, because the same people face the same post.
Utility per kg is `(1 - p) P_dest - P_src - c - bribe - p P_src`, with logit scale .15 P_dest, nests
by mode .5 and inertia .05 P_dest (nested logit; NarcoLogic's risk premium compounds and never
heals, evidence B5). Routes on foot cannot be closed: their loads are expensive to carry, small and
hard to find. One constant per class of route makes the VRAEM's output meet its start shares (F0348
for the air). It is fixed at day 0; from then on choice decides. Monthly a branch drops routes that
it hardly uses, and may try another route of the library.

With `enemy.cognition = "salience"` utility is replaced by the perceived value of NarcoLogic
(Magliocca et al., PNAS 2019; read in `calc_neival.m` of github.com/nickmags13/NarcoABM; the form is
Bordalo, Gennaioli and Shleifer's, QJE 2012): `sum_s w_s pi_s x_s` over the states passed and lost,
where x = P_dest - P_src - c - bribe and -2 P_src - c - bribe. The salience of a state is |x - y| /
(|x| + |y| + theta), y the mean of the branch's other open routes in that state. The weights are w =
delta^rank, normed; delta .5 and theta 1 USD as there. Three points are ours, not NarcoLogic's.
Payoffs are per kg (theirs are totals of a month, so our theta weighs more, and is still small). A
lost load is bought again, as in the utility (theirs loses the transport only). Shares follow the
same logit and inertia as always (theirs takes the best routes until they hold the stock, in
proportion to their value). We do not know whether its published runs used delta .5 for every firm;
.5 is the value in its parameter file.

Left out: bribes at posts are not foreseen route by route (the choice knows `bribe_usd`; a post
takes a few USD a kg, the scale of the logit is hundreds); firms do not hear of one another's
losses; a load does not change its route under way.
"""

import math
from typing import Any, Protocol

from sim.model.chance import OPEN_ROUTE, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.route_choice import (
    BRANCH,
    best_price,
    nested_shares,
    route_risk,
    salient_value,
    utility,
)
from sim.model.state.agents import BY_SALIENCE
from sim.model.state.arrays import (
    CAPACITY,
    START_AIR,
    START_BOLIVIA,
    START_COAST,
    START_NORTH,
    Actors,
    Bench,
    Commerce,
    Legs,
    Minds,
    Places,
    RouteFacts,
    Routes,
    Today,
    Trade,
)
from sim.names import HCL


class StartShares(Protocol):
    """What routes read of the parameters of trafficking."""

    start_air: float
    start_coast: float
    start_bolivia: float


@loop
def choose(
    places: Places,
    minds: Minds,
    trade: Trade,
    routes: Routes,
    route_facts: RouteFacts,
    legs: Legs,
    commerce: Commerce,
    bench: Bench,
    parameters: Any,
    today: Today,
) -> None:
    """Weekly: set the shares of every branch over its open routes, by nested logit. leg_safe:
    f8[legs, 2] work space."""
    markets = places.markets
    cognition = today.levers[0].cognition
    open_, share, book, constant, believed = (
        trade.open,
        trade.share,
        trade.book,
        trade.constant,
        trade.risk,
    )
    route_start, step_leg, onward = routes.start, routes.leg, routes.onward
    route_exit, route_mode, route_cost = route_facts.exit, route_facts.mode, route_facts.cost
    leg_risk = legs.risk
    prices = commerce.prices
    leg_safe = bench.per_leg
    p = parameters.trafficking[0]
    branch = 0.0
    for leg in range(len(leg_safe)):
        leg_safe[leg, BRANCH] = branch
    for n in range(share.shape[0]):
        for c in range(len(markets)):
            if book[n, c, CAPACITY] <= 0.0:
                continue
            branch += 1.0
            market = markets[c]
            ways = 0.0
            all_passed = 0.0
            all_lost = 0.0
            for r in range(market.first_route, market.end_route):
                if open_[n, r] > 0.0:
                    believed[n, r] = route_risk(
                        n, c, r, branch, minds, route_start, step_leg, onward, leg_risk, leg_safe, p
                    )
                    ways += 1.0
                    all_passed += utility(
                        0.0,
                        prices[route_exit[r], market.product],
                        market.price,
                        route_cost[r],
                        p.bribe_usd,
                    )
                    all_lost += utility(
                        1.0,
                        prices[route_exit[r], market.product],
                        market.price,
                        route_cost[r],
                        p.bribe_usd,
                    )
            others = max(ways - 1.0, 1.0)
            for r in range(market.first_route, market.end_route):
                if open_[n, r] > 0.0:
                    price = prices[route_exit[r], market.product]
                    risk = believed[n, r]
                    worth = utility(risk, price, market.price, route_cost[r], p.bribe_usd)
                    if cognition == BY_SALIENCE and ways > 1.0:
                        passed = utility(0.0, price, market.price, route_cost[r], p.bribe_usd)
                        lost = utility(1.0, price, market.price, route_cost[r], p.bribe_usd)
                        worth = salient_value(
                            risk,
                            passed,
                            lost,
                            (all_passed - passed) / others,
                            (all_lost - lost) / others,
                            p,
                        )
                    share[n, r] = worth + constant[r] + p.inertia * price * min(share[n, r], 1.0)
            nested_shares(
                n,
                market.first_route,
                market.end_route,
                share,
                open_,
                prices,
                market.product,
                route_exit,
                route_mode,
                p,
            )


@rule
def start_share(route_class: int, p: StartShares) -> float:
    """Return the share of the VRAEM's output that a class of routes carries at the start."""
    if route_class == START_AIR:
        return p.start_air
    if route_class == START_COAST:
        return p.start_coast
    if route_class == START_BOLIVIA:
        return p.start_bolivia
    return max(1.0 - p.start_air - p.start_coast - p.start_bolivia, 0.0)


@loop
def meet_start_shares(
    places: Places, trade: Trade, route_facts: RouteFacts, commerce: Commerce, parameters: Any
) -> None:
    """Burn-in only: move the constant of each class of VRAEM routes until the classes carry their
    start shares."""
    markets = places.markets
    share, book, constant = trade.share, trade.book, trade.constant
    route_origin, start_class = route_facts.origin, route_facts.start_class
    prices = commerce.prices
    p = parameters.trafficking[0]
    for route_class in (START_AIR, START_COAST, START_BOLIVIA, START_NORTH):
        carried = 0.0
        total = 0.0
        for n in range(share.shape[0]):
            for r in range(share.shape[1]):
                if start_class[r] >= 0:
                    weight = (
                        share[n, r]
                        * book[n, route_origin[r], CAPACITY]
                        * (markets[route_origin[r]].outflow + 1.0)
                    )
                    total += weight
                    carried += weight if start_class[r] == route_class else 0.0
        if total > 0.0 and carried > 0.0:
            goal = start_share(route_class, p)
            move = (
                p.scale
                * best_price(prices, HCL)
                * 0.5
                * math.log(max(goal, 1e-3) / (carried / total))
            )
            for r in range(len(constant)):
                if start_class[r] == route_class:
                    constant[r] += clip(move, -500.0, 500.0)


@loop
def open_and_close(
    actors: Actors, places: Places, trade: Trade, parameters: Any, today: Today
) -> None:
    """Monthly: a network drops routes that it hardly uses and may try another route of the
    library."""
    key, t = today.key, today.t
    networks = actors.networks
    markets = places.markets
    open_, share, used, book = trade.open, trade.share, trade.used, trade.book
    p = parameters.trafficking[0]
    for n in range(len(networks)):
        for c in range(len(markets)):
            if book[n, c, CAPACITY] <= 0.0:
                continue
            first, end = markets[c].first_route, markets[c].end_route
            count = 0
            for r in range(first, end):
                if open_[n, r] > 0.0:
                    if (
                        share[n, r] < p.drop_share
                        and t - used[n, r] > p.drop_days
                        and count >= p.routes_least
                    ):
                        open_[n, r] = 0.0
                        share[n, r] = 0.0
                    else:
                        count += 1
            if (
                count < p.routes_open
                and uniform(key, OPEN_ROUTE, t, networks[n].uid, 2 * c) < p.explore
            ):
                closed = end - first - count
                pick = int(uniform(key, OPEN_ROUTE, t, networks[n].uid, 2 * c + 1) * closed)
                for r in range(first, end):
                    if open_[n, r] == 0.0:
                        if pick == 0:
                            open_[n, r] = 1.0
                        pick -= 1
