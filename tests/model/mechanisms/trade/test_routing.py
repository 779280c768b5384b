"""4.13 Routing: what is learned, the logit, salience, and the facts that must come out of them."""

import math

import numpy as np
import pytest
from small_network import SmallNetwork
from small_runs import alone

from sim.model.rules.route_choice import contrast, counted, learned_risk, salient_value, utility
from sim.model.state.agents import BY_AIR, BY_RIVER, BY_ROAD, BY_SALIENCE, ON_FOOT
from sim.model.state.arrays import CAPACITY

PARALLEL = [[leg] for leg in range(10)]


@pytest.mark.parametrize(
    ("losses", "own", "sister"), [(0, 0.0217, 0.0303), (1, 0.0652, 0.0606), (6, 0.2826, 0.2121)]
)
def test_a_branch_counts_its_own_loads_in_full_and_those_of_its_firms_others_by_half(
    losses, own, sister
):
    """(S + 10 x .05) / (N + 10). Of 13 attempts the branch that made them counts S and N in full,
    and the firm's branch elsewhere half of them (B5). Another firm has only its prior."""
    small = SmallNetwork(
        [[0, 1], [0, 2]], origin=[0, 1], leg_risk=[0.05, 0.0, 0.0], firms=2, risk_floor=0.0
    )
    small.saw(0, 0, 0, tried=13.0, seized=float(losses))
    small.choose()
    assert small.trade.risk[0] == pytest.approx([own, sister], abs=5e-5)
    assert small.trade.risk[1] == pytest.approx([0.05, 0.05])


@pytest.mark.parametrize(("heard", "risk"), [(0.0, 0.05), (1.0, 6.5 / 23.0)])
def test_branches_that_tell_nothing_or_all(heard, risk):
    small = SmallNetwork([[0], [0]], origin=[0, 1], leg_risk=[0.05], heard=heard)
    small.saw(0, 0, 0, tried=13.0, seized=6.0)
    small.choose()
    assert small.trade.risk[0, 1] == pytest.approx(risk)
    assert counted(2.0, 2.0, small.p) == 2.0  # without another branch `heard` changes nothing


def test_a_firm_with_one_loss_is_wiser_a_year_later_than_one_with_many():
    """After w weeks .96^w of n attempts are left, and as much of seizures, so that belief returns
    to its prior."""
    small = SmallNetwork([[0]], leg_risk=[0.05])
    small.saw(0, 0, 0, tried=13.0, seized=6.0)
    for _ in range(52):
        small.fade()
    left = small.p.memory**52
    assert small.minds.tried[0, 0, 0] == pytest.approx(13.0 * left) == small.minds.tried[0, 1, 0]
    small.choose()
    assert small.trade.risk[0, 0] == pytest.approx(
        learned_risk(6.0 * left, 13.0 * left, 0.05, small.p.prior_weight)
    )


def test_a_sharp_choice_is_the_best_route():
    """Docking (B5): without salience and with a scale near 0 the choice is the argmax of
    utility."""
    risk, cost = np.array([0.3, 0.02, 0.05, 0.1]), np.array([20.0, 400.0, 150.0, 90.0])
    small = SmallNetwork(
        PARALLEL[:4], leg_risk=risk, cost=cost, mode=[0, 1, 2, 1], scale=1e-6, inertia=0.0
    )
    worth = [utility(m, 2_000.0, 800.0, c, small.p.bribe_usd) for m, c in zip(risk, cost)]
    share = small.choose()[0]
    assert share[int(np.argmax(worth))] == pytest.approx(1.0)
    assert share.sum() == pytest.approx(1.0)


def perceived(risk, price, source, cost, bribe, delta, theta):
    """Follow calc_neival.m of NarcoLogic line by line, over all routes at once, with this model's
    payoffs per kg."""
    x = np.stack(
        [price - source - cost - bribe, -2.0 * source - cost - bribe + np.zeros_like(price)]
    )  # passed, lost
    y = (x.sum(axis=1, keepdims=True) - x) / (x.shape[1] - 1)  # mean payoff of all other routes
    salience = np.abs(y - x) / (np.abs(y) + np.abs(x) + theta)
    rank = np.where(salience >= salience[::-1], 1, 2)
    rank[1] = 3 - rank[0]
    chance = np.stack([1.0 - risk, risk])
    weight = delta**rank
    return (chance * weight / (chance * weight).sum(axis=0) * x).sum(axis=0)


def test_perceived_values_by_hand():
    """Two routes pay 2,000 and 1,500 USD; the source price is 800, the cost 100, the bribe 0, the
    risk .1. Passing pays 1,100 or 600 and a loss -1,700 on both. Only passing stands out (500 /
    1,701), so it is weighed .5 and losing .25: (.9 x .5 x 1,100 - .1 x .25 x 1,700) / .475 =
    952.63."""
    small = SmallNetwork([[0], [1]], salience_theta=1.0, salience_delta=0.5)
    assert contrast(1_100.0, 600.0, 1.0) == pytest.approx(500.0 / 1_701.0)
    assert contrast(-1_700.0, -1_700.0, 1.0) == 0.0
    assert salient_value(0.1, 1_100.0, -1_700.0, 600.0, -1_700.0, small.p) == pytest.approx(
        452.5 / 0.475
    )
    assert salient_value(0.1, 600.0, -1_700.0, 1_100.0, -1_700.0, small.p) == pytest.approx(
        227.5 / 0.475
    )
    # Only costs differ. Losing hurts more, but it stands out less at the same |x - y|.
    assert contrast(-1_700.0, -1_900.0, 1.0) < contrast(1_100.0, 900.0, 1.0)
    assert salient_value(0.1, 1_100.0, -1_700.0, 1_100.0, -1_900.0, small.p) == pytest.approx(
        (0.9 * 0.25 * 1_100 - 0.1 * 0.5 * 1_700) / 0.275
    )


def test_salience_docks_with_narcologic():
    """On a network of four routes a sharp salient choice is the argmax of what NarcoLogic's
    function gives. It is not the route that expected utility takes; with delta 1 it is."""
    risk, cost = np.array([0.2, 0.05, 0.02, 0.1]), np.array([100.0, 400.0, 150.0, 90.0])
    price = np.array([2_900.0, 2_600.0, 2_300.0, 2_450.0])
    fixed = {
        "leg_risk": risk,
        "cost": cost,
        "price": price,
        "mode": [0, 1, 2, 1],
        "inertia": 0.0,
        "risk_floor": 0.0,
    }
    small = SmallNetwork(PARALLEL[:4], cognition=BY_SALIENCE, scale=1e-6, **fixed)
    bribe = small.p.bribe_usd
    value = perceived(risk, price, 800.0, cost, bribe, 0.5, 1.0)
    worth = np.array([utility(m, to, 800.0, c, bribe) for m, to, c in zip(risk, price, cost)])
    assert int(np.argmax(small.choose()[0])) == int(np.argmax(value)) != int(np.argmax(worth))
    wide = SmallNetwork(PARALLEL[:4], cognition=BY_SALIENCE, nest=1.0, **fixed)
    share = wide.choose()[0]
    odds = wide.p.scale * price.max() * np.log(share / share[0])
    assert odds == pytest.approx(value - value[0], abs=1e-6)
    plain_ = SmallNetwork(PARALLEL[:4], nest=1.0, **fixed)
    neutral = SmallNetwork(
        PARALLEL[:4], cognition=BY_SALIENCE, nest=1.0, salience_delta=1.0, **fixed
    )
    assert neutral.choose()[0] == pytest.approx(plain_.choose()[0], rel=1e-9)


def test_a_single_route_is_taken_whatever_stands_out():
    small = SmallNetwork([[0]], cognition=BY_SALIENCE, leg_risk=[0.4])
    assert small.choose()[0, 0] == 1.0


def test_a_route_in_use_is_worth_its_inertia():
    """The odds of two like routes of one mode, one of which is in full use, are exp(inertia /
    (scale x nest))."""
    small = SmallNetwork([[0], [1]])
    small.trade.share[0, 0] = 1.0
    share = small.choose()[0]
    assert share[0] / share[1] == pytest.approx(
        math.exp(small.p.inertia / (small.p.scale * small.p.nest))
    )


def covered(routes, seized=0.5):
    return np.where(np.arange(len(PARALLEL)) < routes, seized, 0.02)


def test_cover_of_routes_is_convex():
    """S3 (RAND 1988): covering a fifth of ten like routes costs less than half of a fifth of what
    full cover costs, and covering the last tenth costs most. What is lost on open routes anyway is
    not counted."""
    loss = np.array([SmallNetwork(PARALLEL).year(covered(k)) for k in range(0, 11)]) - 0.02
    assert loss[0] == pytest.approx(0.0, abs=1e-6)
    assert loss[10] == pytest.approx(0.48)
    assert loss[2] < 0.5 * 0.2 * loss[10]
    assert loss[7] < 0.3 * loss[10]
    assert (np.diff(loss) > 0).all()
    assert np.argmax(np.diff(loss)) == 9


def test_protecting_one_route_moves_the_trade():
    """S1 (Getmansky et al. 2019): flow falls on the covered route and rises on each of the others,
    where most of what left it is found."""
    free, watched = SmallNetwork(PARALLEL[:3]), SmallNetwork(PARALLEL[:3])
    for small, there in ((free, [0.02, 0.02, 0.02]), (watched, [0.10, 0.02, 0.02])):
        small.year(there)
    before, after = free.trade.share[0], watched.trade.share[0]
    assert after[0] < 0.75 * before[0]
    assert (after[1:] > before[1:]).all()
    assert after.sum() == pytest.approx(1.0)


def test_cover_that_moves_beats_cover_that_stays_if_firms_learn():
    """S4 (SOAR): two of ten routes are covered, either for good or another pair each week. Where
    nothing is learned both cost the same."""

    def moves(week):
        return np.roll(covered(2), 2 * week)

    assert SmallNetwork(PARALLEL).year(moves) > 1.5 * SmallNetwork(PARALLEL).year(covered(2))
    deaf = {"prior_weight": 1e9}
    assert SmallNetwork(PARALLEL, **deaf).year(moves) == pytest.approx(
        SmallNetwork(PARALLEL, **deaf).year(covered(2)), rel=1e-6
    )


def test_the_way_on_foot_stays_when_all_others_are_closed():
    """B5: small loads on foot are dear and hard to find. With great risk on every other mode they
    carry the trade, and little of it before."""
    fixed = {"mode": [ON_FOOT, BY_RIVER, BY_ROAD, BY_AIR], "cost": [700.0, 150.0, 100.0, 130.0]}
    free = SmallNetwork(PARALLEL[:4], leg_risk=[0.02] * 4, **fixed).choose()[0]
    closed = SmallNetwork(PARALLEL[:4], leg_risk=[0.02, 0.8, 0.8, 0.8], **fixed).choose()[0]
    assert free[0] < 0.15
    assert closed[0] > 0.9


def test_routes_are_dropped_and_tried_by_the_month(run_at_day_0):
    """A branch keeps `routes_least` routes whatever it uses. It opens at most one a month and none
    above `routes_open`; without exploration it opens none."""
    run = run_at_day_0
    world = run.world
    p, markets, trade = world.parameters.trafficking, world.places.markets, world.trade
    p.explore[:] = 1.0
    before = trade.open.copy()
    trade.share[:] = 0.0  # nothing is used, so that all may be dropped
    trade.used[:] = -1e9
    alone(run, "routing.open_and_close", days=28)
    for n, c in np.argwhere(trade.book[:, :, CAPACITY] > 0):
        mine = slice(markets.first_route[c], markets.end_route[c])
        kept = min(before[n, mine].sum(), p.routes_least[0])
        assert trade.open[n, mine].sum() == kept + (
            kept < min(mine.stop - mine.start, p.routes_open[0])
        )
    p.explore[:] = 0.0
    trade.used[:] = run.t + 28
    still = trade.open.copy()
    alone(run, "routing.open_and_close", days=28)
    assert (trade.open == still).all()
