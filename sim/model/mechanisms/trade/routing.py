"""4.13 Routing: which way a network's loads go.

Reads: markets, routes, minds, levers (cognition), networks (uid). Writes: trade (open, share, constant, risk). Chance: OPEN_ROUTE.
Parameters: those of trafficking.

A branch, a firm at one origin, is the one who decides. Prior risk per leg `m = 1 - exp(-kappa B)`; learned `p = (S + n0 m) / (N + n0)`, n0
10 [4-30], S and N seizures and *attempts* with decay .96 a week [.93-.985]: the branch's own loads in full, those of the firm's other
branches at `heard` .5, `S = S_own + .5 (S_firm - S_own)` (evidence B5). Its own passages of a leg count alike on whatever route: the same
people face the same post. Utility per kg `(1 - p) P_dest - P_src - c - bribe - p P_src`, logit scale .15 P_dest, nests by mode .5, inertia
.05 P_dest (nested logit; NarcoLogic's risk premium compounds and never heals, evidence page). The load on foot is the way that cannot be
closed: dear, small, hard to find. Start shares of the VRAEM's output (F0348 for the air) are met by one constant per class of route, frozen
at day 0: from then on choice decides. Monthly a branch drops what it hardly uses and may try another route of the library.

With `enemy.cognition = "salience"` utility is replaced by the perceived value of NarcoLogic (Magliocca et al., PNAS 2019; read in
`calc_neival.m` of github.com/nickmags13/NarcoABM; the form is Bordalo, Gennaioli and Shleifer's, QJE 2012): `sum_s w_s pi_s x_s` over the
states passed and lost, x = P_dest - P_src - c - bribe and -2 P_src - c - bribe; salience of a state |x - y| / (|x| + |y| + theta), y the
mean of the branch's other open routes in that state; w = delta^rank, normed; delta .5 and theta 1 USD as there. Ours, not NarcoLogic's:
payoffs per kg (theirs are totals of a month, so our theta weighs more, and is still small); a lost load is bought again, as in the utility
(theirs loses the transport only); shares by the same logit and inertia as always (theirs takes the best routes until they hold the stock,
in proportion to their value). Whether its published runs used delta .5 for every firm we do not know: .5 is what its parameter file sets.

Left out: bribes at posts are not foreseen route by route (the choice knows `bribe_usd`; a post takes a few USD a kg, the scale of the logit
is hundreds); firms do not hear of one another's losses; a load does not change its route under way."""

import math

from sim.model.chance import OPEN_ROUTE, uniform
from sim.model.compile import loop
from sim.model.rules.bounds import clip
from sim.model.rules.route_choice import (
    best_price,
    nested_shares,
    route_risk,
    salient_value,
    utility,
)
from sim.model.state.agents import BY_SALIENCE
from sim.model.state.arrays import CAPACITY, START_AIR, START_BOLIVIA, START_COAST


@loop
def choose(places, minds, trade, routes, route_facts, legs, lines, bench, parameters):
    """Weekly: shares of every branch over its open routes, by nested logit. leg_safe: f8[legs, 2] work space."""
    markets = places.markets
    cognition = places.levers[0].cognition
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
    prices = lines.prices
    leg_safe = bench.per_leg
    p = parameters.trafficking[0]
    branch = 0.0
    for leg in range(len(leg_safe)):
        leg_safe[leg, 1] = branch
    for n in range(share.shape[0]):
        for c in range(len(markets)):
            if book[n, c, CAPACITY] <= 0.0:
                continue
            branch += 1.0
            m = markets[c]
            ways = 0.0
            all_passed = 0.0
            all_lost = 0.0
            for r in range(m.first_route, m.end_route):
                if open_[n, r] > 0.0:
                    believed[n, r] = route_risk(
                        n, c, r, branch, minds, route_start, step_leg, onward, leg_risk, leg_safe, p
                    )
                    ways += 1.0
                    all_passed += utility(
                        0.0, prices[route_exit[r], m.product], m.price, route_cost[r], p.bribe_usd
                    )
                    all_lost += utility(
                        1.0, prices[route_exit[r], m.product], m.price, route_cost[r], p.bribe_usd
                    )
            others = max(ways - 1.0, 1.0)
            for r in range(m.first_route, m.end_route):
                if open_[n, r] > 0.0:
                    price = prices[route_exit[r], m.product]
                    risk = believed[n, r]
                    worth = utility(risk, price, m.price, route_cost[r], p.bribe_usd)
                    if cognition == BY_SALIENCE and ways > 1.0:
                        passed = utility(0.0, price, m.price, route_cost[r], p.bribe_usd)
                        lost = utility(1.0, price, m.price, route_cost[r], p.bribe_usd)
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
                m.first_route,
                m.end_route,
                share,
                open_,
                prices,
                m.product,
                route_exit,
                route_mode,
                p,
            )


@loop
def meet_start_shares(places, trade, route_facts, lines, parameters):
    """Burn-in only: move the constant of each class of VRAEM routes until the classes carry their start shares."""
    markets = places.markets
    share, book, constant = trade.share, trade.book, trade.constant
    route_origin, start_class = route_facts.origin, route_facts.start_class
    prices = lines.prices
    p = parameters.trafficking[0]
    for k in range(4):
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
                    carried += weight if start_class[r] == k else 0.0
        if total > 0.0 and carried > 0.0:
            goal = (
                p.start_air
                if k == START_AIR
                else p.start_coast
                if k == START_COAST
                else p.start_bolivia
                if k == START_BOLIVIA
                else 0.0
            )
            if k > START_BOLIVIA:
                goal = max(1.0 - p.start_air - p.start_coast - p.start_bolivia, 0.0)
            move = (
                p.scale
                * best_price(prices, 0)
                * 0.5
                * math.log(max(goal, 1e-3) / (carried / total))
            )
            for r in range(len(constant)):
                if start_class[r] == k:
                    constant[r] += clip(move, -500.0, 500.0)


@loop
def open_and_close(actors, places, trade, parameters, today):
    """Monthly: a network drops what it hardly uses and tries another route of the library."""
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
