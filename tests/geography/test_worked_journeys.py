"""Journeys that can be worked out by hand, edge by edge, and two that a map and a ruler confirm."""

import math

import numpy as np
import pytest
from small_runs import BASELINE

from sim.geography.map import TERRAINS
from sim.geography.travel import foot_edges, river_edges, road_edges
from sim.scenario import load_scenario
from sim.simulation.build.world import geography_of


@pytest.fixture(scope="module")
def baseline():
    """Return the map of the baseline and its travel tables."""
    map_, travel, _ = geography_of(load_scenario(BASELINE))
    return map_, travel


def test_a_step_on_foot_takes_the_mean_of_its_two_cells(baseline):
    """`km / (km a day)`, slowed by the slope, half of the step in each of the two cells."""
    map_, travel = baseline
    speeds = travel.speeds
    pace = dict(zip(TERRAINS, (0.0, *speeds[:5], 0.0)))
    foot = foot_edges(map_, speeds)
    for e in range(0, len(foot.a), 5_001):
        km = 5.0 * (math.sqrt(2) if foot.km[e] > 6 else 1.0)
        days = [
            km
            / pace[TERRAINS[map_.terrain_of[c]]]
            * (1 + map_.slope_permille[c] / speeds.slope_permille)
            for c in (foot.a[e], foot.b[e])
        ]
        assert foot.days[e] == pytest.approx(sum(days) / 2, rel=0.02)


def test_a_large_river_takes_its_length_over_the_speed_of_boats(baseline):
    map_, travel = baseline
    river = river_edges(map_, travel.speeds)
    large = river.grade == 3
    assert large.any()
    assert river.days[large] == pytest.approx(river.km[large] / travel.speeds.river_large)


def test_a_road_takes_its_length_over_the_speed_of_its_class(baseline):
    map_, travel = baseline
    speeds = travel.speeds
    road = road_edges(map_, speeds)
    km_a_day = np.array([0.0, speeds.road_track, speeds.road_secondary, speeds.road_paved])
    assert road.days == pytest.approx(road.km / km_a_day[road.grade])


def test_the_boat_from_iquitos_to_caballococha_takes_some_400_km_of_river(baseline):
    map_, travel = baseline
    days = travel.days_surface[map_.settlement("Iquitos"), map_.settlement("Caballococha")]
    km = float(days) * travel.speeds.river_large
    assert 300.0 <= km <= 500.0


def test_the_flight_from_iquitos_to_el_estrecho_is_156_km(baseline):
    """The flight of the supply check (section 4.3 of the model), within the size of a cell."""
    map_, travel = baseline
    km = travel.air_km[map_.settlement("Iquitos"), map_.settlement("El Estrecho")]
    assert km == pytest.approx(156.0, abs=10.0)
