"""A trade made by hand in the world of a run: parallel routes of one leg, off the map, and the
loops of the trade on them, compiled, as the day calls them.

Nothing else happens, so that prices are fixed. A week here is a month of NarcoLogic."""

import numpy as np
from hand_made import rows
from small_runs import alone, small_run

from sim.model.state import arrays
from sim.model.state.agents import BY_RIVER, BY_SALIENCE, BY_UTILITY, Laboratory, Market, Network
from sim.model.state.event_log import SEIZURE

LOOPS = (
    "detection.loads",
    "trafficking.learn_weekly",
    "routing.choose",
    "trafficking.buy_and_send",
    "trafficking.move",
)
SEARCHED = 1e9  # people who search a whole route, so that no load passes


class TradeByHand:
    """One firm, with a branch at each origin.

    `price` and `cost` are USD per kg of each route (at most five routes, one for each exit).
    `origins` is the market of each route, sorted. A branch loses on a route with the probability
    `prior` until it has tried it. `parameters` are those of trafficking, whatever their range."""

    def __init__(
        self,
        price,
        cost,
        source=0.0,
        salience=True,
        origins=None,
        prior=0.8,
        weeks=60,
        **parameters,
    ):
        n = len(price)
        origin = np.zeros(n, np.int64) if origins is None else np.array(origins)
        markets = int(origin.max()) + 1
        self.run = small_run(time__burn_in_days=7 * weeks, record__events=True)
        world = self.run.world
        p = world.parameters.trafficking
        given = {
            "inertia": 0.0,
            "nest": 1.0,
            "bribe_usd": 0.0,
            "risk_cap": 1.0,
            "risk_floor": 0.0,
            "heard": 0.0,
            "least_sent": 1e9,
        }
        for name, value in (given | parameters).items():
            p[name] = value
        world.parameters.secrecy.learn_passage[:] = (
            0.0  # a firm learns from losses alone, and nothing from what it sees on its way
        )
        world.levers.cognition = BY_SALIENCE if salience else BY_UTILITY
        world.commerce.prices[:] = 0.0
        world.commerce.prices[:n, 0] = price
        made = rows(
            Market, markets, price=source, first_route=np.searchsorted(origin, np.arange(markets))
        )
        made.end_route = np.searchsorted(origin, np.arange(markets), side="right")
        book = np.zeros((1, markets, arrays.BOOK_COLUMNS))
        book[:, :, [arrays.CAPACITY, arrays.WHOLE]] = 1.0
        each, one = np.arange(n), np.ones(n, np.int64)
        told = np.zeros((1, markets + 1, n))
        belief = np.full((1, n), -np.log(1.0 - prior) / p.kappa[0])
        world.actors = world.actors._replace(
            networks=rows(Network, 1, alive=1, uid=1, load_scale=1.0), labs=rows(Laboratory, 1)
        )
        world.places = world.places._replace(markets=made)
        world.fields = world.fields._replace(leg_effort=np.zeros(n))
        world.minds = world.minds._replace(
            belief=belief, seized=told, tried=told.copy(), cases=np.zeros((1, 4))
        )
        world.trade = arrays.Trade(
            np.ones((1, n)),
            np.zeros((1, n)),
            np.full((1, n), -1e9),
            book,
            np.zeros(n),
            np.zeros((1, n)),
        )
        world.routes = arrays.Routes(
            fixed(np.arange(n + 1)),
            fixed(-one),
            fixed(one + 0.0),
            fixed(each),
            each + 1,
            fixed(one),
        )
        mode = fixed(np.full(n, BY_RIVER))
        world.route_facts = arrays.RouteFacts(
            fixed(origin),
            fixed(each),
            mode,
            fixed(np.array(cost, float)),
            fixed(one + 0.0),
            np.full(n, -1),
        )
        none = fixed(np.zeros(1, np.int64))
        world.legs = arrays.Legs(
            none, none, none, np.zeros((n, 4), np.int64), np.zeros(n), np.zeros(n)
        )
        world.bench = world.bench._replace(
            per_cluster=np.zeros((markets, 3)), per_leg=np.zeros((n, 2))
        )
        self.kg = float(p.load_river_kg[0])
        self.world = world

    def week(self, loads=0, searched=()):
        """Run a week in which each branch has this many loads to send, and nothing passes on the
        routes that are searched. Return the loads sent and the loads seized by route, i8[routes]
        each, as the tables and the log show them."""
        world, n = self.world, len(self.world.route_facts.origin)
        world.trade.book[:, :, arrays.WAITING] = loads * self.kg
        world.legs.route_effort[:] = np.where(np.isin(np.arange(n), searched), SEARCHED, 0.0)
        logged = len(self.log())
        alone(self.run, *LOOPS)
        shipments = world.actors.shipments
        born = shipments[(shipments.alive == 1) & (shipments.born == self.run.t - 1)]
        route_of = dict(zip(born.uid.tolist(), born.route.tolist()))
        sent = np.bincount(born.route, minlength=n)
        alone(self.run, *LOOPS, days=6)
        assert self.run.t <= self.run.burn_in, "no weeks left"
        lost = [route_of[uid] for uid in self.log()[logged:]]
        return sent, np.bincount(np.array(lost, np.int64), minlength=n)

    def log(self):
        """Return the uids of the loads seized so far."""
        return [
            uid for part in self.run.events for uid in part["uid"][part["kind"] == SEIZURE].tolist()
        ]


def fixed(array):
    """Return the array contiguous and read-only, as the map gives its arrays to the day."""
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array
