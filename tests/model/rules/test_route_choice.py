"""How a firm weighs its routes: believed risk, utility, and the shares of a nested logit.

McFadden, Modelling the choice of residential location, 1978; Train, Discrete Choice Methods with
Simulation, 2nd edition 2009, chapter 4."""

import math

import numpy as np
import pytest
from hand_made import parameters

from sim.model.rules.route_choice import learned_risk, nested_shares, prior_risk, utility


@pytest.fixture
def p():
    return parameters("trafficking")


def shares_of(worth, modes, p, open_=None):
    """Return the shares of routes with these utilities (USD per kg) and modes, at 2,000 USD per
    kg."""
    n = len(worth)
    share = np.array([worth], float)
    prices = np.full((5, 2), 2_000.0)
    opened = np.ones((1, n)) if open_ is None else np.array([open_], float)
    nested_shares(0, 0, n, share, opened, prices, 0, np.zeros(n, np.int64), np.array(modes), p)
    return share[0]


# --- risk and utility ---


@pytest.mark.parametrize(("losses", "risk"), [(0, 0.0217), (1, 0.0652), (6, 0.2826)])
def test_learned_risk_is_the_mean_of_a_beta_distribution(losses, risk):
    """The prior is .05 with weight 10, with 0, 1 or 6 losses in 13 attempts (model page, section
    9)."""
    assert learned_risk(float(losses), 13.0, 0.05, 10.0) == pytest.approx(risk, abs=5e-5)


def test_prior_risk_rises_with_the_force_that_a_firm_believes_in(p):
    assert prior_risk(0.1 / p.kappa, p) == pytest.approx(1 - math.exp(-0.1))


def test_prior_risk_stays_between_its_floor_and_its_cap(p):
    assert (prior_risk(0.0, p), prior_risk(1e9, p)) == (p.risk_floor, p.risk_cap)


def test_utility_by_hand():
    """`(1 - p) P - P_src - c - bribe - p P_src` (section 4.13 of the model)."""
    worth = utility(0.1, 2_000.0, 800.0, 150.0, 50.0)
    assert worth == pytest.approx(0.9 * 2_000 - 800 - 150 - 50 - 80)


# --- shares ---


def test_shares_by_hand(p):
    """Train 2009, eq. 4.2: `exp(V / l) S^(l - 1) / sum S^l`, with S the sum of exp(V / l) in a
    nest, l = .5, and V in units of `scale` x price."""
    p.nest = 0.5
    unit = p.scale * 2_000.0
    first, second = math.exp(2.0) + 1.0, math.exp(1.0)
    total = math.sqrt(first) + math.sqrt(second)
    by_hand = [math.exp(2.0) / math.sqrt(first), 1 / math.sqrt(first), math.sqrt(second)]
    share = shares_of([unit, 0.0, 0.5 * unit], [1, 1, 2], p)
    assert share == pytest.approx(np.array(by_hand) / total)


def test_within_a_nest_a_small_loss_of_utility_halves_the_odds(p):
    """Within a nest the scale is `scale x nest`, so a loss of that times ln 2 halves the odds."""
    drop = p.scale * 2_000.0 * p.nest * math.log(2.0)
    share = shares_of([-drop, 0, 0], [1, 1, 2], p)
    assert share[0] / share[1] == pytest.approx(0.5)


def test_between_nests_the_odds_halve_at_the_whole_scale(p):
    """Each route is alone in its mode here: a loss of `scale x ln 2` halves its odds."""
    share = shares_of([-p.scale * 2_000.0 * math.log(2.0), 0, 0], [0, 1, 2], p)
    assert share[0] / share[1] == pytest.approx(0.5)


def test_other_nests_gain_what_a_route_loses(p):
    drop = p.scale * 2_000.0 * p.nest * math.log(2.0)
    before, after = shares_of([0, 0, 0], [1, 1, 2], p), shares_of([-drop, 0, 0], [1, 1, 2], p)
    assert after[2] > before[2]
    assert after.sum() == pytest.approx(1.0)


WORSE = -300.0
MODES, WORTH = [1, 1, 1, 2, 2, 3], [0.0, 40.0, -80.0, 60.0, 0.0, 30.0]


def gains(p):
    """Return the factor by which each share changes when the first of six routes gets worse."""
    return shares_of([WORSE, *WORTH[1:]], MODES, p) / shares_of(WORTH, MODES, p)


def test_odds_within_a_nest_do_not_depend_on_a_third_route(p):
    """McFadden 1978: independence of irrelevant alternatives holds within a nest."""
    gain = gains(p)
    assert gain[1] == pytest.approx(gain[2])


def test_odds_among_other_nests_do_not_depend_on_a_route(p):
    gain = gains(p)
    assert gain[3:] == pytest.approx(gain[3])


def test_routes_of_the_same_mode_take_more_of_what_a_route_loses(p):
    gain = gains(p)
    assert gain[0] < 1 / 1.5
    assert gain[1] > 1.02 * gain[3] > 1.02


def test_without_correlation_within_a_mode_all_routes_gain_alike(p):
    """With `nest` at 1 the nested logit is a plain logit."""
    p.nest = 1.0
    gain = gains(p)
    assert gain[1:] == pytest.approx(gain[1])


def test_a_closed_route_has_no_share(p):
    share = shares_of([0.0, 10.0, 0.0], [0, 0, 3], p, open_=[1, 1, 0])
    assert share[2] == 0.0
    assert share.sum() == pytest.approx(1.0)


def test_shares_bear_utilities_of_any_level(p):
    """They are taken relative to the best route, so that nothing overflows or vanishes."""
    high, low = (
        shares_of([0, 10, 0], [0, 0, 3], p),
        shares_of([-1e7, -1e7 + 10, -1e7], [0, 0, 3], p),
    )
    assert low == pytest.approx(high)
