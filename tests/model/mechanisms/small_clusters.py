"""Two clusters made by hand, of coca and of poppy, with their fields, firms and laboratories."""

from types import SimpleNamespace

import numpy as np
from hand_made import diary, empty_tally, parameter_table, rows, today

from sim.model.mechanisms.trade.processing import processing, rebuild, start
from sim.model.state.agents import (
    COCAINE_LAB,
    Community,
    Laboratory,
    Market,
    Network,
)
from sim.model.state.arrays import BOOK_COLUMNS, CAPACITY
from sim.names import HCL, LATEX, VRAEM
from sim.simulation.page import plain

COCA, POPPY = 0, 1  # clusters
NO_LEAF_CHEWED = {"traditional_kg_year": 0.0}
JULY_1 = 182


class Clusters:
    """A cluster that trades in hydrochloride and one that trades in latex, with two communities in
    the first and one in the second.

    Each community has a cell of its own, of its number, and the third has cell 3 as well. Two of
    four firms trade. The day of the year is t + 1."""

    def __init__(self, theatre=VRAEM, coca=0.0, poppy=0.0, leaf=0.0, labs=(), **changes) -> None:
        self.towns = rows(
            Community, 3, theatre=theatre, cluster=[COCA, COCA, POPPY], coca=coca, poppy=poppy
        )
        self.towns.cell = [0, 1, 2]
        self.markets = rows(Market, 2, theatre=theatre, product=[HCL, LATEX], leaf_kg=[leaf, 0.0])
        self.labs = rows(Laboratory, 8)
        for row, fields in enumerate(labs):
            made = {"alive": 1, "uid": 100 + row, "kind": COCAINE_LAB, "capacity": 10.0} | fields
            for name, value in made.items():
                self.labs[row][name] = value
        self.actors = SimpleNamespace(
            labs=self.labs, networks=rows(Network, 4, alive=1, uid=[1, 2, 3, 4])
        )
        self.places = SimpleNamespace(
            communities=self.towns,
            markets=self.markets,
        )
        book = np.zeros((4, 2, BOOK_COLUMNS))
        book[:, COCA, CAPACITY] = [0.0, 0.75, 0.25, 0.0]
        self.trade = SimpleNamespace(book=book)
        self.ground = SimpleNamespace(community=np.array([0, 1, 2, 2]))
        self.bench = SimpleNamespace(per_cluster=np.zeros((2, 3)))
        self.parameters = SimpleNamespace(
            processing=parameter_table("processing", **(NO_LEAF_CHEWED | changes))
        )
        self.tally = empty_tally()
        self.diary = diary(self.tally)

    @property
    def p(self):
        return self.parameters.processing[0]

    def work(self, days: int = 1, t: int = JULY_1):
        for day in range(days):
            plain(processing)(
                self.actors,
                self.places,
                self.bench,
                self.parameters,
                POPPY,
                today(t + day, first_day_of_year=1),
                self.diary,
            )
        return self

    def start(self, weeks: int = 1):
        for week in range(weeks):
            plain(start)(
                self.actors,
                self.places,
                self.trade,
                self.ground,
                self.bench,
                self.parameters,
                today(7 * week),
                self.diary,
            )
        return self

    def rebuild(self, t: int, key: int = 7):
        plain(rebuild)(self.actors, self.places, self.ground, today(t, key=key))
        return self

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())
