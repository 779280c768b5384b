"""A country made by hand: one market, routes through cells, and days of buying, sending, moving."""

from types import SimpleNamespace

import numpy as np
from hand_made import along, diary, empty_tally, parameters, rows, support, today
from small_network import SmallNetwork

from sim.model.mechanisms.trade.trafficking import buy_and_send, learn_weekly, move
from sim.model.state.agents import Community, Laboratory, Shipment
from sim.model.state.arrays import WAITING
from sim.names import LORETO, VRAEM
from sim.simulation.page import plain

RICH = 1e9


class Country(SmallNetwork):
    """One firm, one market in the VRAEM, and routes of steps in cells that bear the step's number.

    Each step takes a day and is a leg of its own. Every cell is in the VRAEM, on the land of
    community 0. Unless a test changes it, nothing is in stock and no load is under way."""

    def __init__(self, ways=([0, 1, 2],), cells=None, shipments=20, cash=RICH, **fields) -> None:
        super().__init__([list(way) for way in ways], **fields)
        steps = len(self.routes.leg)
        self.routes = self.routes._replace(
            cell=np.arange(steps) if cells is None else np.array(cells)
        )
        self.markets.theatre = VRAEM
        self.networks.cash = cash
        self.trade.share[:] = 1.0 / len(ways)
        self.towns = rows(Community, 2, theatre=[VRAEM, LORETO])
        self.loads = rows(Shipment, shipments)
        self.labs = rows(Laboratory, 4)
        self.places.communities = self.towns
        self.outbound = 1.0
        self.actors = SimpleNamespace(networks=self.networks, shipments=self.loads, labs=self.labs)
        self.ground = SimpleNamespace(
            theatre=np.full(steps, VRAEM), community=np.zeros(steps, np.int64)
        )
        self.fields = SimpleNamespace(leg_effort=np.zeros(len(self.legs.risk)))
        self.support = support(
            2,
            clusters=len(self.markets),
            loads=shipments,
            routes=len(ways),
            on_ways=len(ways),
            living=(),
        )
        self.along = along(*([0] for _ in ways))
        self.commerce.cluster_theatre = np.full(len(self.markets), VRAEM)
        self.bench.per_cluster = np.zeros((len(self.markets), 3))
        self.parameters = SimpleNamespace(
            trafficking=self.parameters.trafficking, secrecy=[parameters("secrecy")]
        )
        self.tally = empty_tally()
        self.diary = diary(self.tally)

    def send(self, t: int = 0, **of_the_day):
        plain(buy_and_send)(
            self.actors,
            self.places,
            self.minds,
            self.trade,
            self.support,
            self.ground,
            self.routes,
            self.along,
            self.facts,
            self.legs,
            self.bench,
            self.parameters,
            today(t, outbound=self.outbound, **of_the_day),
            self.diary,
        )
        return self

    def move(self, t: int = 1):
        plain(move)(
            self.actors,
            self.places,
            self.fields,
            self.minds,
            self.support,
            self.ground,
            self.routes,
            self.along,
            self.facts,
            self.commerce,
            self.parameters,
            today(t),
            self.diary,
        )
        return self

    def learn(self, weeks: int = 1):
        for _ in range(weeks):
            plain(learn_weekly)(self.actors, self.minds, self.trade, self.parameters)
        return self

    def wait(self, kg: float, firm: int = 0):
        """Let a firm hold so much, not yet sent."""
        self.trade.book[firm, 0, WAITING] = kg
        return self

    def waiting(self, firm: int = 0) -> float:
        return float(self.trade.book[firm, 0, WAITING])

    def under_way(self):
        return self.loads[self.loads.alive == 1]

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())
