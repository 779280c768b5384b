"""Random search of an area, after Koopman, Search and Screening, 1946 (OEG report 56), and evidence
B1."""

import math

import pytest
from hand_made import parameters

from sim.model.rules.search import search_rate, sweep_width

JUNGLE, CLOUD_FOREST, SLOPE = 5, 4, 3  # terrain


def test_search_rate_by_hand():
    """`lambda = W sqrt(v_s^2 + v_t^2) h n vis / A` = .03 x 2.5 x 8 x 2 x .5 / 100."""
    assert search_rate(0.03, 1.5, 2.0, 8.0, 2.0, 0.5, 100.0) == pytest.approx(0.006, rel=1e-12)


def test_nobody_finds_anything_without_searchers():
    assert search_rate(0.03, 1.5, 0.0, 8.0, 0.0, 1.0, 100.0) == 0.0


@pytest.mark.parametrize(("target", "times"), [(0.0, 1.0), (1.5, math.sqrt(2.0)), (2.0, 5 / 3)])
def test_a_target_that_moves_is_met_more_often(target, times):
    still = search_rate(0.03, 1.5, 0.0, 8.0, 2.0, 0.5, 100.0)
    assert search_rate(0.03, 1.5, target, 8.0, 2.0, 0.5, 100.0) == pytest.approx(times * still)


@pytest.mark.parametrize(
    ("terrain", "road", "km"),
    [
        (JUNGLE, 0, 0.03),
        (CLOUD_FOREST, 0, 0.05),
        (SLOPE, 0, 0.3),
        (JUNGLE, 1, 0.03),
        (JUNGLE, 2, 0.15),
        (SLOPE, 3, 0.15),
    ],
)
def test_the_sweep_width_follows_the_terrain(terrain, road, km):
    """A secondary or trunk road is as open as a valley, whatever grows beside it. A track is
    not."""
    assert sweep_width(terrain, road, parameters("search")) == km
