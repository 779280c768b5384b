"""threat-following: step by step, in proportion to what is reported, and never away with its own echo."""

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest
from small_world import make_world, strategy_of

from sim.strategies.situation import ReportTable, situation

LATER = range(56, 3650, 14)


@pytest.fixture(scope="module")
def quiet():
    return situation(make_world(), 0)


def seen(quiet, day, border, vraem, coverage=(0.4, 0.4), source="tip", age=10):
    """A review's situation with so many reports of the last weeks, and coverage of (border, VRAEM)."""
    theatre = np.array(["loreto"] * (border - border // 3) + ["cajamarca"] * (border // 3) + ["vraem"] * vraem)
    n = len(theatre)
    place = np.zeros(n, int)
    reports = ReportTable(place, theatre, np.full(n, "laboratory"), place + day - age - 5, place + day - age, np.full(n, source))
    view = {
        name: dataclasses.replace(of, coverage=coverage[1] if name == "vraem" else coverage[0]) for name, of in quiet.theatre.items()
    }
    return dataclasses.replace(quiet, day=day, reports=reports, theatre=MappingProxyType(view))


def follower(share=0.3, **settings):
    return strategy_of(make_world(share_to_border=share), "threat-following", **settings)


def shares(quiet, strategy, counts, **told):
    return [round(strategy.share_on(seen(quiet, day, *count, **told)), 6) for day, count in zip(LATER, counts)]


def test_nobody_moves_before_the_first_8_weeks_are_known(quiet):
    strategy = follower()
    assert [strategy.share_on(seen(quiet, day, 500 * day, 1)) for day in range(0, 56, 14)] == [0.0] * 4


def test_a_rise_moves_one_step_after_as_many_reviews_as_patience_asks(quiet):
    assert shares(quiet, follower(), [(30, 100)] * 3 + [(60, 100)] * 8) == [0.0] * 4 + [0.05] * 7
    assert shares(quiet, follower(patience_reviews=4, step=0.1), [(30, 100)] + [(60, 100)] * 8) == [0.0] * 4 + [0.1] * 5


def test_a_review_that_points_nowhere_begins_the_count_anew(quiet):
    assert set(shares(quiet, follower(), [(30, 100)] + [(60, 100), (30, 100)] * 10)) == {0.0}


def test_what_is_within_chance_moves_nobody(quiet):
    assert set(shares(quiet, follower(), [(30, 100)] + [(38, 100)] * 20)) == {0.0}
    assert set(shares(quiet, follower(threshold_sd=3), [(30, 100)] + [(60, 100)] * 20)) == {0.0}
    assert shares(quiet, follower(), [(300, 1000)] + [(380, 1000)] * 5)[-1] == 0.05  # the same rise, ten times as many reports


def test_it_comes_home_when_reports_point_home(quiet):
    rise, fall = [(30, 100)] + [(60, 100)] * 3 + [(120, 100)] * 3, [(60, 100)] * 3 + [(30, 100)] * 3 + [(5, 100)] * 9
    assert shares(quiet, follower(), rise + fall) == [0, 0, 0.05, 0.05, 0.05, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05] + [0.0] * 11


def test_more_reports_everywhere_point_nowhere(quiet):
    assert set(shares(quiet, follower(), [(30, 100)] + [(90, 300)] * 20)) == {0.0}


def test_share_stays_between_0_and_the_lever(quiet):
    strategy = follower(share=0.12)
    assert shares(quiet, strategy, [(30, 100)] + [(2 ** (k // 2) * 30, 100) for k in range(2, 12)])[-1] == 0.12
    strategy.levers = strategy.levers.model_copy(update={"share_to_border": 0.03})
    assert strategy.share_on(seen(quiet, 700, 30, 100)) == 0.03
    assert max(shares(quiet, follower(share=0.0), [(30, 100)] + [(900, 100)] * 9)) == 0.0


def test_few_or_no_reports_are_no_sign(quiet):
    assert set(shares(quiet, follower(), [(0, 0)] * 3 + [(1, 0)] * 9 + [(0, 1)] * 9)) == {0.0}


def test_reports_older_than_8_weeks_do_not_count(quiet):
    strategy = follower()
    strategy.share_on(seen(quiet, 56, 30, 100))
    assert strategy.reading(seen(quiet, 70, 900, 100, age=57)).ratio == 0.0


def test_reports_that_own_patrols_make_move_nobody(quiet):
    """Reports grow with coverage as the model has it and nothing else changes: even a large step is not an argument for the next."""
    counts = [(30, 100, (0.2, 0.5))] + [(30 * 0.72 / 0.44, 100 * 0.51 / 0.65, (0.6, 0.3))] * 20
    told = [(round(border), round(vraem), coverage) for border, vraem, coverage in counts]
    assert set(shares(quiet, follower(), told)) == {0.0}
    assert shares(quiet, follower(told_anyway=1.0), told)[-1] == 0.05  # uncorrected
    assert shares(quiet, follower(), told, source="partner")[-1] == 0.05  # a partner sees what it sees


def test_ten_years_of_the_loop_end_where_the_threat_stands(quiet):
    """Reports rise with the share by more than the staff allows for (trust): each step must not bring the next."""
    strategy, share, history = follower(share=1.0), 0.0, []
    for day in LATER:
        threat = 1.0 if day < 1000 else 2.5
        share = strategy.share_on(seen(quiet, day, round(100 * threat * (1 + share)), round(300 * (1 - 0.5 * share))))
        history.append(share)
    assert max(history[: len([d for d in LATER if d < 1000])]) == 0.0
    assert 0.05 <= history[-1] < 0.5 and history[-1] == history[-60]
