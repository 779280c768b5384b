"""A network made by hand: a few routes of a few legs, firms, markets, and the loops of routing, run
as plain Python."""

from types import SimpleNamespace

import numpy as np
from hand_made import parameters, rows, today

from sim.model.mechanisms.trade import routing, trafficking
from sim.model.state import arrays
from sim.model.state.agents import BY_ROAD, BY_UTILITY, Market, Network
from sim.simulation.page import plain


class SmallNetwork:
    """Routes, each given by its legs in `ways`. They are sorted by origin, which is a market each.
    Any other argument is one value for all routes, or one value a route.

    Believed effort is 0, so that the prior risk of a leg is `leg_risk`, or the floor."""

    def __init__(
        self,
        ways,
        origin=0,
        mode=BY_ROAD,
        cost=100.0,
        price=2_000.0,
        source=800.0,
        leg_risk=None,
        firms=1,
        cognition=BY_UTILITY,
        **changes,
    ):
        n, n_legs = len(ways), 1 + max(leg for way in ways for leg in way)
        self.origin = np.broadcast_to(np.asarray(origin, np.int64), n).copy()
        clusters = int(self.origin.max()) + 1
        start = np.cumsum([0, *(len(way) for way in ways)])
        leg = np.array([leg for way in ways for leg in way], np.int64)
        last = np.array([end for end, way in zip(start[1:], ways) for _ in way], np.int64)
        # every step of these routes is on a leg of its own
        onward = np.minimum(np.arange(len(leg)) + 1, last)
        exit_ = np.arange(n) % 5 if np.ndim(price) else np.zeros(n, np.int64)
        prices = np.full((5, 2), float(np.max(price)))
        if np.ndim(price):
            prices[: len(price), :] = np.asarray(price, float)[:, None]
        made = rows(Market, clusters)
        made.price, made.first_route, made.end_route = (
            source,
            *np.searchsorted(self.origin, (np.arange(clusters), np.arange(1, clusters + 1))),
        )
        made.outflow = 100.0
        self.markets = made
        self.networks = rows(Network, firms, alive=1, load_scale=1.0, uid=np.arange(1, firms + 1))
        told = np.zeros((firms, clusters + 1, n_legs))
        self.minds = arrays.Minds(
            np.zeros((firms, n_legs)), told, told.copy(), np.zeros((1, 1)), np.zeros((firms, 4))
        )
        book = np.zeros((firms, clusters, arrays.BOOK_COLUMNS))
        book[:, :, arrays.CAPACITY] = book[:, :, arrays.WHOLE] = 1.0 / firms
        self.trade = arrays.Trade(
            np.ones((firms, n)),
            np.zeros((firms, n)),
            np.full((firms, n), -1e9),
            book,
            np.zeros(n),
            np.zeros((firms, n)),
        )
        step = np.zeros(len(leg), np.int64)
        self.routes = arrays.Routes(
            start.astype(np.int64), step - 1, step + 1.0, leg, onward, step + 1
        )
        spread = np.broadcast_to(np.asarray(cost, float), n).copy()
        self.facts = arrays.RouteFacts(
            self.origin,
            exit_,
            np.broadcast_to(np.asarray(mode, np.int64), n).copy(),
            spread,
            np.ones(n),
            np.full(n, -1, np.int64),
        )
        risk = np.zeros(n_legs) if leg_risk is None else np.asarray(leg_risk, float)
        none = np.zeros(1, np.int64)
        self.legs = arrays.Legs(none, none, none, np.zeros((n, 4), np.int64), risk, np.zeros(n))
        self.commerce = SimpleNamespace(prices=prices)
        self.bench = SimpleNamespace(per_leg=np.zeros((n_legs, 2)))
        self.places = SimpleNamespace(markets=made)
        self.today = today(cognition=cognition)
        self.p = parameters("trafficking", **changes)
        self.parameters = SimpleNamespace(trafficking=[self.p])

    def choose(self):
        """Return the shares f8[firms, routes] after one review of the routes."""
        plain(routing.choose)(
            self.places,
            self.minds,
            self.trade,
            self.routes,
            self.facts,
            self.legs,
            self.commerce,
            self.bench,
            self.parameters,
            self.today,
        )
        return self.trade.share

    def fade(self):
        """Let a week pass: memory fades and branches tell one another."""
        plain(trafficking.learn_weekly)(
            SimpleNamespace(networks=self.networks), self.minds, self.trade, self.parameters
        )

    def saw(self, firm, cluster, leg, tried, seized):
        """Let a branch have sent `tried` loads over a leg and lost `seized` of them, and have told
        the others of its firm."""
        self.minds.tried[firm, cluster, leg], self.minds.seized[firm, cluster, leg] = tried, seized
        for count in (self.minds.tried, self.minds.seized):
            count[firm, -1] = count[firm, :-1].sum(axis=0)

    def year(self, loss, loads=20.0, weeks=104):
        """Pass two years of expected losses, with `loss` per leg or a function of the week. Return
        the share of loads lost in the second year."""
        lost = sent = 0.0
        for week in range(weeks):
            there = np.asarray(loss(week) if callable(loss) else loss, float)
            share = self.choose()
            for n, r in np.ndindex(share.shape):
                leg, c = self.routes.leg[self.routes.start[r]], self.origin[r]
                self.minds.tried[n, c, leg] += loads * share[n, r]
                self.minds.seized[n, c, leg] += loads * share[n, r] * there[leg]
                if 2 * week >= weeks:
                    lost += share[n, r] * there[leg]
                    sent += share[n, r]
            self.fade()
        return lost / sent
