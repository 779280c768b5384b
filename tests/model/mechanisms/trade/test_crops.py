"""4.11 Crops: the ages of coca, hectares that balance, growth, clearing, escorts, and Loreto's
season."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import diary, near, parameter_table, parameters, rows, today

from sim.model.mechanisms.trade.crops import clear, eradicate, escorted, grow, growth
from sim.model.rules.fields import bearing
from sim.model.state.agents import Community, Market, Theatre
from sim.model.state.arrays import AGES, CLEARERS, ESCORTS, FORCE_COLUMNS
from sim.model.state.counts import (
    COCA_ABANDONED,
    COCA_DESTROYED,
    COCA_DESTROYED_AGAIN,
    COCA_PLANTED,
    POPPY_DESTROYED,
    QUANTITIES,
)
from sim.names import CAJAMARCA, LORETO, VRAEM
from sim.simulation.build.opening import young_coca
from sim.simulation.page import plain

STILL = {"growth_coca": 0.0, "growth_poppy": 0.0, "seed": 0.0, "displacement": 0.0}
PAYS, DOES_NOT = 4.0, 1.0


class Valley:
    """Two communities in reach of each other, with a clearing team in the first."""

    def __init__(
        self, theatre=VRAEM, price=PAYS, coca=100.0, people=30.0, escorts=100.0, **changes: float
    ) -> None:
        self.towns = rows(
            Community, 2, theatre=theatre, coca_max=1000.0, poppy_max=100.0, coca=coca
        )
        self.markets = rows(Market, 1, theatre=theatre, price_leaf=price, price=1000.0)
        self.theatres = rows(Theatre, 4, eradicate_ha_year=1e6)
        self.land = SimpleNamespace(young=np.zeros((2, AGES, 2)))
        self.force = np.zeros((2, FORCE_COLUMNS))
        self.force[0, CLEARERS], self.force[0, ESCORTS] = people, escorts
        self.near = near([0, 2, 4], [0, 1, 0, 1], [1.0, 0.5, 0.5, 1.0])
        self.parameters = SimpleNamespace(crops=parameter_table("crops", **(STILL | changes)))
        self.places = SimpleNamespace(
            communities=self.towns,
            markets=self.markets,
            theatres=self.theatres,
        )
        self.tally = np.zeros((len(QUANTITIES), 5))
        self.week = 0

    def grow(self, weeks: int = 1):
        for _ in range(weeks):
            plain(grow)(
                self.places,
                self.land,
                self.near,
                self.parameters,
                -1,
                today(7 * self.week),
                diary(self.tally),
            )
            self.week += 1
        return self

    def eradicate(self, doy: int = 200):
        sites = SimpleNamespace(theatre=self.towns.theatre.copy())
        bench = SimpleNamespace(per_site=np.zeros(2), pair_per_site=np.zeros((2, 2)))
        fields = SimpleNamespace(force=self.force)
        day, book = today(7 * self.week, day_of_year=doy), diary(self.tally)
        plain(eradicate)(
            self.places, fields, self.land, sites, self.near, bench, self.parameters, day, book
        )
        return self

    def plant(self, ha: float, again: int = 0):
        """Plant this many ha in the first community this week."""
        self.land.young[0, self.week % AGES, again] += ha
        self.towns[0].coca_young += ha
        return self

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())

    def balance(self) -> float:
        """Return standing coca less what was planted, plus what was given up and destroyed."""
        standing = float((self.towns.coca + self.towns.coca_young).sum())
        return (
            standing
            - self.flow(COCA_PLANTED)
            + self.flow(COCA_ABANDONED)
            + self.flow(COCA_DESTROYED)
        )

    def consistent(self) -> bool:
        within = (self.towns.coca_again >= 0).all() and (
            self.towns.coca_again <= self.towns.coca + 1e-9
        ).all()
        return (
            within
            and np.allclose(self.land.young.sum(axis=(1, 2)), self.towns.coca_young)
            and (self.land.young >= 0).all()
        )


@pytest.mark.parametrize("weeks", [52.0, 65.0, 78.0])
def test_new_coca_bears_after_its_weeks_and_not_before(weeks):
    """Without a ramp the delay is exact: none of 40 ha bears in the week before, and all of it
    bears in the week itself."""
    valley = Valley(coca=0.0, maturation_weeks=weeks, ramp_weeks=0.0).plant(40.0)
    valley.grow(int(weeks))
    assert valley.towns.coca[0] == 0.0
    assert valley.towns.coca_young[0] == 40.0
    valley.grow()
    assert valley.towns.coca[0] == 40.0
    assert valley.towns.coca_young[0] == 0.0
    assert valley.consistent()


def test_the_ramp_is_a_straight_line():
    p = parameters("crops")
    valley = Valley(coca=0.0).plant(100.0).grow(int(p.maturation_weeks) + 1)
    for week in range(1, int(p.ramp_weeks) + 1):
        valley.grow()
        assert valley.towns.coca[0] == pytest.approx(100.0 * week / p.ramp_weeks)
        assert valley.consistent()
    assert valley.towns.coca[0] == pytest.approx(100.0)
    assert bearing(1e6, p.maturation_weeks, p.ramp_weeks) == 1.0


def test_planting_at_an_even_pace_keeps_the_ages_of_the_start():
    """The ages at the start are those of planting at an even pace: as much begins to bear each week
    as is planted, and the young area stays the same."""
    p = parameters("crops")
    valley = Valley(coca=0.0)
    valley.towns.coca_young = [84.0, 0.0]
    valley.land.young = young_coca(valley.towns, p)
    assert valley.consistent()
    a_week = valley.land.young[0].max()
    before = 0.0
    for week in range(200):
        valley.grow()
        assert valley.towns.coca[0] - before == pytest.approx(a_week, rel=1e-9), week
        before = valley.towns.coca[0]
        valley.land.young[0, (valley.week - 1) % AGES, 0] += a_week
        valley.towns[0].coca_young += a_week
    assert valley.towns.coca_young[0] == pytest.approx(84.0)


def test_a_later_shorter_delay_loses_no_hectare():
    """A parameter may change during a run: fields older than the new age bear at once."""
    valley = Valley(coca=0.0, maturation_weeks=78.0).plant(40.0).grow(70)
    valley.parameters.crops.maturation_weeks, valley.parameters.crops.ramp_weeks = 52.0, 0.0
    valley.grow()
    assert valley.towns.coca[0] == pytest.approx(40.0)
    assert valley.consistent()


def test_hectares_balance_through_everything():
    valley = Valley(growth_coca=0.5, seed=0.1, displacement=0.8, replant=0.08).grow(30)
    start = 200.0
    for week in range(200):
        valley.markets.price_leaf = PAYS if week % 40 < 25 else DOES_NOT
        valley.parameters.crops.displacement = 0.8 if week % 2 else -0.3
        valley.towns.coca_found = 0.4 * valley.towns.coca
        valley.grow()
        before = valley.towns.coca_bare.sum()
        valley.eradicate()
        assert valley.towns.coca_bare.sum() >= before
        assert valley.balance() == pytest.approx(start)
        assert valley.consistent()
    assert (
        valley.towns.coca + valley.towns.coca_young + valley.towns.coca_bare
        <= valley.towns.coca_max + 1e-9
    ).all()
    assert valley.flow(COCA_DESTROYED) > 100
    assert valley.flow(COCA_ABANDONED) > 0


def test_ground_cleared_twice_is_told_apart():
    """The first clearing is of new ground. What is replanted there keeps that mark, young and
    bearing, until it is cleared again."""
    valley = Valley(coca=20.0, maturation_weeks=2.0, ramp_weeks=0.0, replant=50.0, displacement=0.0)
    valley.towns[1].coca = 0.0
    valley.towns.coca_found = [20.0, 0.0]
    valley.eradicate()
    assert valley.flow(COCA_DESTROYED) == 20.0
    assert valley.flow(COCA_DESTROYED_AGAIN) == 0.0
    assert valley.towns.coca_bare[0] == 20.0
    valley.grow(3)
    assert valley.towns.coca[0] == pytest.approx(20.0)
    assert valley.towns.coca_again[0] == pytest.approx(20.0)
    valley.towns[0].coca += 20.0  # as much again, on new ground
    valley.towns[0].coca_found = 20.0
    valley.eradicate()
    assert valley.flow(COCA_DESTROYED) == pytest.approx(40.0)
    assert valley.flow(COCA_DESTROYED_AGAIN) == pytest.approx(10.0)


def test_bare_ground_is_replanted_while_it_pays_or_given_up():
    """Two hazards r and q a week act on the same ground: r / (q + r) of it is replanted in the end,
    as the weeks grow short."""
    valley = Valley(price=DOES_NOT, coca=0.0, give_up=0.0)
    valley.towns.coca_bare = 10.0
    assert valley.grow(10).towns.coca_bare[0] == 10.0
    valley.markets.price_leaf = PAYS
    assert valley.grow().towns.coca_bare[0] == pytest.approx(
        10.0 * np.exp(-parameters("crops").replant)
    )
    idle = Valley(price=DOES_NOT, coca=0.0, give_up=0.02)
    idle.towns.coca_bare = 10.0
    assert idle.grow(10).towns.coca_bare[0] == pytest.approx(10.0 * np.exp(-0.2))
    both = Valley(coca=0.0, growth_coca=0.0, seed=0.0, give_up=0.002, replant=0.006)
    both.towns.coca_bare = [10.0, 0.0]
    assert both.grow(2_000).flow(COCA_PLANTED) == pytest.approx(7.5, rel=0.01)


def test_who_has_planted_next_door_does_not_replant_as_well():
    """Of 20 ha cleared a tenth is planted next door and the rest waits. A negative share, which
    deters, takes nothing from what waits."""
    for share in (0.0, 0.1, 0.5, -0.3):
        valley = Valley(coca=20.0, displacement=share)
        valley.towns[1].coca = 0.0
        valley.towns.coca_found = [20.0, 0.0]
        valley.eradicate()
        assert valley.towns.coca_bare[0] == pytest.approx(20.0 * (1.0 - max(share, 0.0)))
        assert valley.flow(COCA_PLANTED) == pytest.approx(20.0 * max(share, 0.0))


def test_a_team_of_thirty_clears_4_2_hectares_a_day():
    """F0300, five days a week. The young plants of located fields are cleared with the old ones."""
    valley = Valley()
    valley.towns.coca_found = 100.0
    valley.eradicate()
    assert valley.flow(COCA_DESTROYED) == pytest.approx(4.2 * 5)
    mixed = Valley(coca=60.0).plant(20.0)
    # half of what bears is located, and so half of the land: 30 + 10 ha
    mixed.towns.coca_found = [30.0, 0.0]
    mixed.eradicate()
    assert mixed.towns.coca[0] == pytest.approx(60.0 - 0.75 * 21.0)
    assert mixed.towns.coca_young[0] == pytest.approx(20.0 - 0.25 * 21.0)


def test_what_is_not_located_is_not_cleared():
    assert Valley().eradicate().flow(COCA_DESTROYED) == 0.0
    poppy = Valley(theatre=CAJAMARCA)
    poppy.towns.poppy, poppy.towns.poppy_found = 5.0, 2.0
    assert poppy.eradicate().flow(POPPY_DESTROYED) == pytest.approx(4.0)


def test_escorts_limit_a_team():
    """.2 guards a clearer (F0303): 30 clearers need 6. With 3 guards they do half of their day,
    with none nothing, and with more than 6 no more than their day."""
    done = []
    for escorts in (0.0, 3.0, 6.0, 60.0):
        valley = Valley(escorts=escorts)
        valley.towns.coca_found = 100.0
        done.append(valley.eradicate().flow(COCA_DESTROYED))
    assert done == pytest.approx([0.0, 10.5, 21.0, 21.0])
    p = parameters("crops", escort_ratio=0.0)
    assert escorted(0.0, 30.0, p) == 1.0


def test_escorts_count_as_they_are_in_reach_and_are_shared():
    valley = Valley(escorts=0.0)
    valley.force[1, ESCORTS] = 6.0  # next door, from where half of it reaches
    valley.towns.coca_found = 100.0
    assert valley.eradicate().flow(COCA_DESTROYED) == pytest.approx(10.5)
    shared = Valley(escorts=6.0)
    shared.force[1, CLEARERS] = 30.0
    shared.towns.coca_found = 100.0
    first = 6.0 / (0.2 * 45.0)  # 30 clearers here and half of those next door
    second = 3.0 / (0.2 * 45.0)
    assert shared.eradicate().flow(COCA_DESTROYED) == pytest.approx(21.0 * (first + second))


@pytest.mark.parametrize(
    ("doy", "clears"),
    [(100, False), (180, False), (181, True), (250, True), (333, True), (334, False)],
)
def test_loreto_is_cleared_from_july_to_november(doy, clears):
    for theatre, open_ in ((LORETO, clears), (VRAEM, True)):
        valley = Valley(theatre=theatre)
        valley.towns.coca_found = 100.0
        assert (valley.eradicate(doy).flow(COCA_DESTROYED) > 0) == open_


def test_the_programme_of_the_year_is_its_limit():
    valley = Valley()
    valley.theatres.eradicate_ha_year = 30.0
    for _ in range(4):
        valley.towns.coca_found = valley.towns.coca
        valley.eradicate()
    assert valley.flow(COCA_DESTROYED) == pytest.approx(30.0)
    valley.eradicate(doy=3)
    assert valley.flow(COCA_DESTROYED) == pytest.approx(51.0)


def test_clearing_from_outside_takes_bearing_coca_alike():
    valley = Valley().plant(30.0)
    valley.theatres[VRAEM].cleared_ha_year = 520.0
    plain(clear)(
        valley.places, valley.land, valley.near, valley.parameters, today(0), diary(valley.tally)
    )
    assert valley.towns.coca == pytest.approx([95.0, 95.0])
    assert valley.towns.coca_young[0] == 30.0
    assert valley.flow(COCA_DESTROYED) == pytest.approx(10.0)


# --- growth: Verhulst, Notice sur la loi que la population suit dans son accroissement, 1838 ---


def test_where_it_pays_twice_over_coca_grows_along_the_logistic_curve():
    """`dh/dt = g h (1 - h / Hmax)`, for ten years from a tenth of the land."""
    p, rate, ha = parameters("crops"), 0.2, 100.0
    for week in range(1, 521):
        ha += growth(ha, 1_000.0, rate, 4.0, 2.0, 0.0, p)
        curve = 1_000.0 / (1.0 + 9.0 * math.exp(-rate * week / 52.0))
        assert ha == pytest.approx(curve, rel=0.01)


@pytest.mark.parametrize(
    ("ha", "price", "change"),
    [(500.0, 2.0, 0.0), (500.0, 1.0, -0.2 / 52 * 500 / 2), (1_000.0, 9.0, 0.0)],
    ids=["where it just pays", "where it does not pay", "where all land is planted"],
)
def test_elsewhere_coca_stands_still_or_is_given_up(ha, price, change):
    """Evidence B6; a price of 2 just pays."""
    grown = growth(ha, 1_000.0, 0.2, price, 2.0, 0.0, parameters("crops"))
    assert grown == pytest.approx(change)
