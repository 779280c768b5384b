"""4.10 Support: how parties win and lose people, where that settles, and whose people a place
has."""

import itertools

import numpy as np
import pytest
from hand_made import one, parameters, rows
from small_rule import Line

from sim.model.mechanisms.insurgents.support import (
    add_up,
    lost,
    mark_shares,
    openness,
    rule_people,
    share_out,
    strength,
)
from sim.model.prologue import rule_at_rest
from sim.model.state.agents import PARTIES, Community
from sim.simulation.page import plain

SECOND = 1  # another party than the first


def x_of(*fighters):
    """Return fighters per 1,000 people in political reach, f8[1, PARTIES]."""
    return np.array([[*fighters] + [0.0] * (PARTIES - len(fighters))], float)


def place(s=0.3, usual=None, b=()):
    """Return a community and the shares of its people that parties rule, f8[1, PARTIES]."""
    ruled = x_of(*b)
    usual = s if usual is None else usual
    town = one(
        Community, protection=s, protection_usual=usual, under_rule=ruled.sum(), population=1_000.0
    )
    return town, ruled


def after(weeks, x, s=0.3, usual=None, b=(), **changes):
    """Return what parties rule after some weeks of the same protection, f8[PARTIES]."""
    town, ruled = place(s, usual, b)
    p = parameters("support", **changes)
    for _ in range(weeks):
        rule_people(town, 0, ruled, x_of(*x), p)
    assert town.under_rule == pytest.approx(ruled.sum())
    return ruled[0]


# --- the law of a week ---


def test_a_week_by_hand():
    """`db = r c (1 - B)(1 - s)^2 (1 + eta (s_26 - s)+) - (d0 + d s) b`."""
    c = 1.0 - np.exp(-0.8 / 0.5)
    gain = 0.05 * c * (1.0 - 0.3) * 0.6**2 * (1.0 + 10.0 * 0.2)
    loss = (0.01 + 0.02 * 0.4) * np.array([0.1, 0.2])
    won = after(1, (0.8, 0.0), s=0.4, usual=0.6, b=(0.1, 0.2))
    assert won[:2] == pytest.approx(np.array([0.1 + gain, 0.2]) - loss)


@pytest.mark.parametrize(("x", "c"), [(0.0, 0.0), (0.5, 1 - np.exp(-1.0)), (1e6, 1.0)])
def test_the_strength_of_a_party_saturates_in_its_fighters(x, c):
    assert strength(x, parameters("support")) == pytest.approx(c)


@pytest.mark.parametrize(
    ("s", "usual", "open_"),
    [
        (0.0, 0.0, 0.05),
        (1.0, 1.0, 0.0),
        (0.5, 0.5, 0.0125),
        (0.5, 0.6, 0.025),  # a fresh vacuum of .1 doubles it
        (0.5, 0.2, 0.0125),  # a new post is no vacuum
    ],
)
def test_a_place_is_open_where_nothing_protects_it_and_more_so_of_late(s, usual, open_):
    assert openness(s, usual, parameters("support")) == pytest.approx(open_)


@pytest.mark.parametrize(("s", "share"), [(0.0, 0.01), (0.5, 0.02), (1.0, 0.03)])
def test_protection_wins_people_back(s, share):
    assert lost(s, parameters("support")) == pytest.approx(share)


@pytest.mark.parametrize("s", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("weeks", [1, 52, 156])
def test_without_fighters_rule_fades_at_d0_and_d_s(s, weeks):
    left = 0.6 * (1.0 - 0.01 - 0.02 * s) ** weeks
    assert after(weeks, (0.0,), s=s, b=(0.6,))[0] == pytest.approx(left)


def test_without_fighters_nobody_comes_to_rule():
    assert (after(500, (0.0,), s=0.0) == 0.0).all()


def test_full_protection_leaves_fighters_nothing_to_win():
    assert (after(500, (50.0,), s=1.0) == 0.0).all()


def test_where_all_people_are_ruled_nobody_is_won():
    """Two parties that rule all of a place lose by the law of fading alone."""
    ruled = after(1, (9.0, 9.0), s=0.0, b=(0.7, 0.3))
    assert ruled[:2] == pytest.approx([0.7 * 0.99, 0.3 * 0.99])


@pytest.mark.parametrize(("more", "less"), [((0.4,), (0.2,)), ((5.0,), (0.4,))])
def test_more_fighters_rule_more(more, less):
    assert after(52, more)[0] > after(52, less)[0]


@pytest.mark.parametrize(("more", "less"), [(0.2, 0.3), (0.5, 0.9)])
def test_parties_rule_more_where_less_is_protected(more, less):
    assert after(52, (1.0,), s=more)[0] > after(52, (1.0,), s=less)[0]


def test_a_fresh_vacuum_fills_faster_and_an_old_one_as_ever():
    fresh, old = after(26, (1.0,), usual=0.6)[0], after(26, (1.0,), usual=0.3)[0]
    assert fresh > 1.5 * old
    assert after(26, (1.0,), usual=0.6, fresh=0.0)[0] == pytest.approx(old)


# --- where it settles ---

SETTLED = [(0.3, (1.0,)), (0.05, (4.0, 0.3)), (0.7, (0.2, 0.2, 0.0, 3.0)), (0.0, (9.0,) * PARTIES)]


def at_rest(s, x):
    """Return `a_k / (1 + sum a)` with `a_k = r c_k (1 - s)^2 / (d0 + d s)`, f8[PARTIES]."""
    c = 1.0 - np.exp(-x_of(*x)[0] / 0.5)
    a = 0.05 * c * (1.0 - s) ** 2 / (0.01 + 0.02 * s)
    return a / (1.0 + a.sum())


@pytest.mark.parametrize(("s", "x"), SETTLED)
def test_rule_at_rest_is_its_closed_form(s, x):
    town, ruled = place(s)
    rule_at_rest(town, 0, ruled, x_of(*x), parameters("support"))
    assert ruled[0] == pytest.approx(at_rest(s, x))
    assert town.under_rule == pytest.approx(at_rest(s, x).sum())


@pytest.mark.parametrize(("s", "x"), SETTLED)
@pytest.mark.parametrize("start", [(), (0.9,), (0.2, 0.3, 0.0, 0.0, 0.4)])
def test_5000_weeks_reach_the_rest_from_anywhere(s, x, start):
    assert after(5_000, x, s=s, b=start) == pytest.approx(at_rest(s, x), abs=1e-9)


@pytest.mark.parametrize("growth", [0.05, 0.9, 5.0])
def test_parties_together_never_rule_more_than_all(growth):
    town, ruled = place(0.0, b=(0.3, 0.1))
    p = parameters("support", growth=growth)
    for _ in range(200):
        rule_people(town, 0, ruled, x_of(9.0, 4.0), p)
        assert 0.0 <= ruled.sum() <= 1.0 + 1e-12
        assert (ruled >= 0.0).all()


def test_parties_that_would_rule_more_than_all_share_them():
    town, ruled = place(b=(0.9, 0.6))
    add_up(town, 0, ruled)
    assert ruled[0, :2] == pytest.approx([0.6, 0.4])
    assert town.under_rule == 1.0


# --- on the ground ---


def test_rule_spreads_around_a_camp_and_falls_with_the_way():
    won = Line(5, town={"population": 10_000.0}).win(100).b[:, 0]
    assert (np.diff(won) < 0.0).all()
    assert won[0] > 1.5 * won[-1] > 0.0


def test_beyond_political_reach_nobody_is_ruled():
    assert Line(3, apart=40.0).win(100).b[:, 0].tolist()[2] == 0.0


def test_without_camps_nobody_is_won():
    line = Line(3)
    line.groups.alive = 0
    assert (line.win(100).b == 0.0).all()


def test_a_camp_across_the_river_rules_by_three_tenths_of_its_fighters():
    """A lone place: a camp of 20 on the far bank wins as one of 6 on this."""
    far = Line(1, abroad=[0.0], camped=[(0, 1, 20.0)]).win(30)
    near = Line(1, camped=[(0, 0, 6.0)]).win(30)
    assert far.b[0, 0] == pytest.approx(near.b[0, 0])
    assert far.b[0, 0] > 0.1


def test_where_political_reach_ends_at_the_border_a_camp_abroad_rules_nobody():
    line = Line(1, abroad=[0.0], camped=[(0, 1, 20.0)], support={"over_river": 0.0})
    assert (line.win(100).b == 0.0).all()


def test_two_parties_divide_a_place_by_their_strength():
    line = Line(1, town={"protection": 0.2}, camped=[(0, 0, 6.0), (SECOND, 0, 1.0)]).win(3_000)
    c = 1.0 - np.exp(-np.array([6.0, 1.0]) / 3.0 / 0.5)
    assert line.b[0, 0] / line.b[0, 1] == pytest.approx(c[0] / c[1])


# --- shares ---


@pytest.mark.parametrize(
    ("s", "at_hand", "ruled"), itertools.product((0.0, 0.3, 1.0), (0.0, 0.6, 1.0), (0.0, 0.4, 1.0))
)
def test_state_armed_and_nobody_are_all_the_people(s, at_hand, ruled):
    town = one(Community, protection=s, armed_coverage=at_hand, under_rule=ruled)
    share_out(town, parameters("support"))
    nobody = (1.0 - town.armed) * (1.0 - s)
    assert town.state + town.armed + nobody == pytest.approx(1.0)
    assert min(town.state, town.armed, nobody) >= 0.0


@pytest.mark.parametrize(
    ("s", "at_hand", "ruled", "armed"),
    [
        (0.5, 0.8, 0.1, 0.4),  # those who are at hand hold it
        (0.5, 0.8, 0.6, 0.6),  # those who rule it have it, at hand or not
        (0.9, 1.0, 0.0, 0.1),
        (1.0, 1.0, 0.0, 0.0),
    ],
)
def test_armed_rule_is_the_larger_of_a_fast_and_a_slow_clock(s, at_hand, ruled, armed):
    town = one(Community, protection=s, armed_coverage=at_hand, under_rule=ruled)
    share_out(town, parameters("support"))
    assert town.armed == pytest.approx(armed)
    assert town.state == pytest.approx(s * (1.0 - armed))


@pytest.mark.parametrize(
    ("s", "armed", "ruled"),
    [
        (0.1, 0.21, 1),
        (0.1, 0.19, 0),  # not enough of them
        (0.9, 0.45, 0),  # the state has more
        (0.9, 0.5, 1),
        (0.0, 0.0, 0),
    ],
)
def test_a_place_is_ruled_where_armed_parties_have_more_than_the_state_and_enough(s, armed, ruled):
    town = one(Community, protection=s, under_rule=armed)
    share_out(town, parameters("support"))
    assert town.ruled == ruled


def test_a_place_can_be_freed_again():
    line = Line(1).rules([0.5]).share()
    assert line.towns.ruled[0] == 1
    assert line.rules([0.1]).share().towns.ruled[0] == 0


def test_day_0_is_kept():
    line = Line(2, town={"protection": [0.5, 0.1]}).rules([0.0, 0.4]).share()
    plain(mark_shares)(line.places)
    assert line.towns.ruled_0.tolist() == [0, 1]
    assert line.towns.state_0 == pytest.approx([0.5, 0.06])


def test_a_place_of_no_party_is_the_state_s_and_nobody_s():
    towns = rows(Community, 1, protection=0.4)
    share_out(towns[0], parameters("support"))
    assert (towns.state[0], towns.armed[0]) == (0.4, 0.0)
