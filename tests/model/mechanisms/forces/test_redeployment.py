"""4.2 Redeployment: preparation, the days of a journey by season, airlifts, and what a unit knows
of its new place."""

from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import diary, parameter_table, parameters, rows, today

from sim.model.mechanisms.forces.redeployment import flight_hours, journey_days, redeployment
from sim.model.state.agents import LINE, PATROL, POSTED, PREPARING, TRANSIT, Basin, Theatre, Unit
from sim.model.state.counts import LIFT_HOURS, QUANTITIES, TRANSIT_DAYS
from sim.names import LORETO, VRAEM
from sim.simulation.page import plain

HERE, THERE = 0, 1
LAND, RIVER, HOURS = 4.0, 6.0, 3.0


class Move:
    """One order from a site of the VRAEM to one of Loreto. The way takes 4 days by land and 6 by
    river, or 3 flight hours."""

    def __init__(self, n=1, by_air=0, departs=7, **changes: float) -> None:
        self.units = rows(
            Unit,
            n,
            alive=1,
            uid=np.arange(1, n + 1),
            kind=LINE,
            status=PREPARING,
            mission=PATROL,
            soldiers=30.0,
            established=30.0,
        )
        self.units.order_site, self.units.order_mission, self.units.by_air = THERE, PATROL, by_air
        (
            self.units.departs,
            self.units.arrives,
            self.units.knowledge,
            self.units.stock_kg,
            self.units.guarding,
        ) = (
            departs,
            departs + 10,
            1.0,
            100.0,
            1,
        )
        self.theatres = rows(Theatre, 4, foot=1.0, road=1.0, flying=1.0)
        self.basins = rows(Basin, 2, pace=1.0, load=1.0)
        self.tally = np.zeros((len(QUANTITIES), 5))
        self.parameters = SimpleNamespace(
            redeployment=parameter_table("redeployment", **changes),
            sustainment=parameter_table("sustainment"),
        )
        both = np.ones((2, 2))
        self.ways = SimpleNamespace(
            air_hours=HOURS * both,
            land_days=LAND * both,
            river_days=RIVER * both,
            basin=np.array([0, 1]),
        )

    def day(self, t: int):
        sites = SimpleNamespace(theatre=np.array([VRAEM, LORETO]), cell=np.array([0, 1]))
        places = SimpleNamespace(theatres=self.theatres)
        plain(redeployment)(
            SimpleNamespace(units=self.units),
            places,
            SimpleNamespace(basins=self.basins),
            sites,
            self.ways,
            self.parameters,
            today(t, key=1),
            diary(self.tally),
        )

    def arrival(self) -> int:
        for t in range(100):
            self.day(t)
            if self.units.status[0] == POSTED:
                return t
        raise AssertionError("never arrived")


@pytest.mark.parametrize(
    ("road", "boats", "days"),
    [(1.0, 1.0, 10), (0.5, 1.0, 14), (1.0, 1.5, 8), (0.5, 2.0, 11)],
)
def test_the_way_takes_its_days_at_the_seasons_pace(road, boats, days):
    """4 days on wheels and 6 by boat, each divided by the pace of the season, and rounded up to
    whole days after the departure."""
    assert journey_days(LAND, RIVER, road, boats) == days
    move = Move()
    move.theatres.road, move.basins.pace = road, boats
    assert move.arrival() == 7 + days
    assert move.tally[TRANSIT_DAYS, VRAEM] == 30.0 * days


def test_both_ends_of_the_way_have_their_season():
    move = Move()
    move.theatres[VRAEM].road, move.basins[1].pace = 0.6, 1.4  # mean paces .8 and 1.2
    assert move.arrival() == 7 + 10  # 4 / .8 + 6 / 1.2


def test_the_shortest_way_takes_a_day_and_rounding_adds_none():
    assert journey_days(0.01, 0.0, 1.0, 1.0) == 1
    assert journey_days(1e-9, 15.0 - 1e-9, 1.0, 1.0) == 15


def test_in_transit_a_unit_is_nowhere_and_arrives_a_stranger():
    move = Move()
    for t in range(8):
        move.day(t)
    unit = move.units[0]
    assert unit.status == TRANSIT
    assert unit.posting == HERE
    move.arrival()
    p = parameters("redeployment")
    assert (unit.posting, unit.mission, unit.order_site, unit.moved, unit.guarding) == (
        THERE,
        PATROL,
        -1,
        1,
        0,
    )
    assert unit.stock_kg == 0.0
    assert unit.knowledge == pytest.approx(p.knowledge_at_arrival, abs=0.01)


def test_knowledge_climbs_to_one_over_eight_weeks():
    """It rises on a straight line from .5 on arrival: .75 after four weeks, 1 after eight, and no
    further (section 4.2 of the model)."""
    move = Move(departs=0)
    arrived = move.arrival()
    known = [float(move.units.knowledge[0])]
    for t in range(arrived + 1, arrived + 80):
        move.day(t)
        known.append(float(move.units.knowledge[0]))
    assert known[27] == pytest.approx(0.75)
    assert known[55] == pytest.approx(1.0)
    assert known[54] < 1.0
    assert max(known) == 1.0
    assert np.diff(known[:56]) == pytest.approx(0.5 / 56)


def test_flight_hours_by_hand():
    """30 people are two loads of at most 24, each of which flies there and back: 2 x 2 x 3
    hours."""
    p = parameters("redeployment")
    assert flight_hours(HOURS, 30.0, p) == 12.0
    assert flight_hours(HOURS, 24.0, p) == 6.0
    assert flight_hours(HOURS, 25.0, p) == 12.0


def test_an_airlift_waits_for_its_hours():
    """Of 6 hours a day a third is for moves, so that 12 hours are saved on the sixth day. The next
    unit goes six days later."""
    move = Move(n=2, by_air=1, departs=0, lift_share=1 / 3, lift_bank_hours=100.0)
    move.theatres[VRAEM].flight_hours_day = 6.0
    left = {}
    for t in range(20):
        move.day(t)
        for row in range(2):
            if move.units.status[row] == TRANSIT:
                left.setdefault(row, t)
    assert left == {0: 5, 1: 11}
    assert move.tally[LIFT_HOURS, VRAEM] == 24.0
    assert (move.units.posting == THERE).all()


def test_rain_slows_what_the_bank_gains():
    move = Move(by_air=1, departs=0, lift_share=1 / 3)
    move.theatres[VRAEM].flight_hours_day, move.theatres[VRAEM].flying = 6.0, 0.5
    assert (
        move.arrival() == 12
    )  # at 1 hour a day the twelfth is saved on day 11; the flight lands a day later


def test_the_bank_has_its_limit():
    move = Move(n=0, lift_share=1.0, lift_bank_hours=50.0)
    move.theatres.flight_hours_day = 10.0
    for t in range(20):
        move.day(t)
    assert (move.theatres.lift_bank == 50.0).all()
