"""triggered-return: it compares attacks with the baseline, and returns a set share once."""

import math

import pytest
from small_world import BURN_IN, arrive, at_border, make_world, review, strategy_of

from sim.model.state.counts import ATTACKS
from sim.names import LORETO, VRAEM

BASELINE = 0.5  # attacks a week: 4 in 8 weeks, threshold 8


def world_with(attacks, theatre=VRAEM, baseline=BASELINE, **levers):
    """attacks: by week of the horizon, then the baseline."""
    world = make_world(share_to_border=0.3, **levers)
    world.tally[0, ATTACKS, VRAEM] = baseline * BURN_IN / 7.0
    world.tally[1:, ATTACKS, VRAEM] = baseline
    world.tally[1 : len(attacks) + 1, ATTACKS, theatre] = attacks
    return world


def away_by_day(world, last=280, **settings):
    strategy = strategy_of(world, "triggered-return", **settings)
    away = {}
    for day in range(0, last, 14):
        review(world, strategy, day)
        away[day] = at_border(world).total()
        arrive(world)
    return away


def test_it_stays_while_attacks_are_as_before():
    assert set(away_by_day(world_with([])).values()) == {100}


def test_it_comes_home_once_the_count_of_8_weeks_exceeds_mean_and_2_sd_and_stays_home():
    away = away_by_day(world_with([0] * 9 + [3, 3, 3] + [0] * 30))
    assert away == {
        day: 100 if day < 84 else 0 for day in away
    }  # 9 in the weeks up to day 84, 8 is the threshold
    assert set(away_by_day(world_with([0] * 9 + [3, 3, 2] + [0] * 30)).values()) == {100}


def test_the_threshold_is_that_of_the_baseline_not_a_count():
    surge = [0] * 9 + [3, 3, 3] + [0] * 30
    assert set(away_by_day(world_with(surge, baseline=0.8)).values()) == {100}
    assert (
        away_by_day(world_with([1] * 40, baseline=0.6))[56] == 100
    )  # 8 attacks, threshold 4.8 + 2 x 2.19
    assert away_by_day(world_with([1] * 40, baseline=0.2))[56] == 0


def test_attacks_in_other_theatres_call_nobody_home():
    assert set(away_by_day(world_with([9] * 40, theatre=LORETO)).values()) == {100}


def test_window_and_threshold_are_settings():
    surge = [0] * 10 + [2, 2] + [0] * 30
    assert (
        away_by_day(world_with(surge), window_weeks=2, threshold_sd=2)[84] == 0
    )  # 4 against 1 + 2
    assert set(away_by_day(world_with(surge), window_weeks=2, threshold_sd=4).values()) == {100}
    assert set(away_by_day(world_with(surge), window_weeks=26).values()) == {100}


@pytest.mark.parametrize("part", [0.0, 0.25, 1.0])
def test_the_return_share_comes_home(part):
    away = away_by_day(world_with([5] * 40), return_share=part)
    assert set(away.values()) == {100, math.floor(100 * (1 - part) + 0.5)} and away[0] == 100


def test_it_waits_for_a_quiet_window_to_leave():
    away = away_by_day(world_with([5] * 6 + [0] * 40), start_day=30)
    assert away == {
        day: 100 if day >= 98 else 0 for day in away
    }  # at most 8 in the weeks up to day 98


def test_a_return_while_some_are_on_their_way_ends_with_everyone_home():
    world = world_with([0, 0] + [5] * 60)
    before = world.actors.units.copy()
    strategy = strategy_of(world, "triggered-return")
    for day in range(0, 420, 14):  # three months each way
        review(world, strategy, day)
        if day == 28:
            assert strategy.called and 0 < at_border(world).total() < 100
        arrive(world, day + 13)
    assert all(
        (world.actors.units[name] == before[name]).all()
        for name in ("uid", "posting", "mission", "status")
    )
