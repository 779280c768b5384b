"""Docking (Axtell et al. 1996) with NarcoLogic.

Where both models say the same, the loops of our trade give its numbers; where they differ on
purpose, these tests say by how much. `narcologic.py` is NarcoLogic in plain Python.
`trade_by_hand.py` is our trade: a firm with a few routes, week by week.

A match needs NarcoLogic's assumptions: a lost kilogram costs its transport and no more (source
price 0); no bribes, no inertia and no nests; theta is one USD of a month's total; a prior of 2
losses in 2.5 attempts; and a firm knows of its own loads only. NarcoLogic's interdiction is not
docked: there a seizure moves an edge's chance of a patrol by `sl_learn`, and our state, which acts
on reports and where it stands, has nothing like it."""

import math

import numpy as np
import pytest
from narcologic import ALPHA, BETA, WINDOW, cost_path, flows, picked, risk_of, risk_of_trunk, values
from trade_by_hand import TradeByHand

PRICE, COST = [900.0, 1_000.0, 1_250.0, 1_400.0, 1_000.0], [60.0, 95.0, 337.0, 420.0, 113.0]
THEIRS = {"prior_weight": ALPHA + BETA, "prior": ALPHA / (ALPHA + BETA), "memory": 1.0}
SAME = {"rel": 1e-12, "abs": 1e-12}


def searched_in(week):
    """Return the routes on which nothing passes that week."""
    return [week % 5, (week // 3) % 5] if week % 4 else []


def quiet_year(trade):
    """Give each branch a year of one load a month on each route, without a loss, which is what
    NarcoLogic assumes before its first month. Return this history by route."""
    trade.world.minds.tried[:] = WINDOW
    return [[0.0] * WINDOW for _ in trade.world.route_facts.origin]


def remember(history, sent, lost):
    for past, n, gone in zip(history, sent, lost):
        past.extend([1.0] * int(gone) + [0.0] * int(n - gone))


def logit(worth, scale):
    odds = [math.exp((w - max(worth)) / scale) for w in worth]
    return [o / sum(odds) for o in odds]


@pytest.mark.parametrize("kg", [1.0, 40.0])
def test_beliefs_and_perceived_values_are_theirs(kg):
    """Half a year of 20 loads a week. Every week the believed risk is NarcoLogic's `calc_intrisk`
    of what was sent and lost, and the odds of the routes are exp(its perceived value per kg /
    scale), to 1e-12.

    kg: what NarcoLogic would send by a route in a month; our theta is 1 USD divided by it. The
    loads by route are compared with the sum of the weeks' shares (binomial, alpha 1e-4 for each
    route)."""
    trade = TradeByHand(PRICE, COST, salience_delta=0.5, salience_theta=1.0 / kg, **THEIRS)
    history, loads, shares, orders = quiet_year(trade), [], [], set()
    for week in range(26):
        risk = [risk_of_trunk(past, 1.0) for past in history]
        value = [v / kg for v in values(COST, risk, PRICE, [kg] * 5)]
        share = logit(value, trade.world.parameters.trafficking.scale[0] * max(PRICE))
        sent, lost = trade.week(20, searched_in(week))
        assert trade.world.trade.risk[0] == pytest.approx(risk, **SAME)
        assert trade.world.trade.share[0] == pytest.approx(share, **SAME)
        remember(history, sent, lost)
        orders.add(tuple(np.argsort(value)))
        shares.append(share)
        loads.append(sent)
    assert np.sum(loads) == 26 * 20
    assert len(orders) > 3
    part = np.array(shares)
    assert (
        np.abs(np.sum(loads, axis=0) - 20 * part.sum(axis=0))
        < 3.9 * np.sqrt(20 * (part * (1 - part)).sum(axis=0))
    ).all()


def passing_first(price, cost, theta, itself=0):
    """Return, for each route, whether its payoff of passing stands out more than that of a loss,
    compared with the mean of the others (and `itself`)."""
    n, payoffs = len(price), ([p - c for p, c in zip(price, cost)], [-c for c in cost])
    means = [[(sum(x) - (1 - itself) * x[i]) / (n - 1 + itself) for i in range(n)] for x in payoffs]
    passed, lost = (
        [abs(x - m) / (abs(x) + abs(m) + theta) for x, m in zip(*pair)]
        for pair in zip(payoffs, means)
    )
    return [first >= second for first, second in zip(passed, lost)]


@pytest.mark.parametrize("delta", [0.25, 0.5, 1.0])
def test_what_stands_out_is_theirs(delta):
    """On this network the order of the two states differs between routes, and would be different
    without theta (1 USD over 10 g) or compared with the mean of all routes. delta weighs the second
    state; with delta 1 the value is the expected payoff."""
    kg, price, cost = 0.01, [700.0, 1_250.0, 1_250.0, 1_450.0], [590.0, 440.0, 540.0, 230.0]
    order = passing_first(price, cost, 1 / kg)
    assert len(set(order)) == 2
    assert order != passing_first(price, cost, 0.0)
    assert order != passing_first(price, cost, 1 / kg, itself=1)
    trade = TradeByHand(price, cost, salience_delta=delta, salience_theta=1 / kg, **THEIRS)
    risk = [risk_of_trunk(past, 1.0) for past in quiet_year(trade)]
    value = [v / kg for v in values(cost, risk, price, [kg] * 4, delta)]
    trade.week()
    assert trade.world.trade.share[0] == pytest.approx(
        logit(value, trade.world.parameters.trafficking.scale[0] * max(price)), **SAME
    )
    expected = [p * (1 - r) - c for p, c, r in zip(price, cost, risk)]
    assert (value == pytest.approx(expected, rel=1e-12)) == (delta == 1.0)


@pytest.mark.parametrize("fading", [0.9, 0.96])
def test_memory_is_that_of_their_first_model(fading):
    """Three origins with one route and one load a week each. Weeks with a loss count `fading`^age,
    as months do in `trunk/calc_intrisk.m`."""
    lost_in = [set(), {2, 3, 9}, set(range(0, 30, 2))]
    trade = TradeByHand(PRICE[:3], COST[:3], origins=[0, 1, 2], **THEIRS | {"memory": fading})
    history = [[], [], []]
    for week in range(30):
        sent, lost = trade.week(1, [r for r in range(3) if week in lost_in[r]])
        assert trade.world.trade.risk[0] == pytest.approx(
            [risk_of_trunk(past, fading) for past in history], **SAME
        )
        assert sent.tolist() == [1, 1, 1]
        assert lost.tolist() == [week in weeks for weeks in lost_in]
        remember(history, sent, lost)


def test_a_year_of_losses_is_believed_as_in_their_window():
    """The distributed version counts the last 13 months equally: 0, 3 and 12 months with a loss are
    2, 5 and 14 in 15.5."""
    lost_in = [set(), {2, 3, 9}, set(range(1, 13))]
    trade = TradeByHand(PRICE[:3], COST[:3], origins=[0, 1, 2], **THEIRS)
    for week in range(WINDOW):
        trade.week(1, [r for r in range(3) if week in lost_in[r]])
    trade.week()
    theirs = [risk_of([float(week in weeks) for week in range(WINDOW)]) for weeks in lost_in]
    assert theirs == pytest.approx([2 / 15.5, 5 / 15.5, 14 / 15.5])
    assert trade.world.trade.risk[0] == pytest.approx(theirs, **SAME)


def test_a_sharp_salient_choice_sends_all_where_they_send_it():
    """With a scale near 0, and where one of NarcoLogic's routes can carry the stock, all loads of
    each week go by the route of the greatest perceived value. That is not always the route of the
    greatest expected payoff."""
    trade = TradeByHand(PRICE, COST, scale=1e-9, salience_delta=0.5, salience_theta=1.0, **THEIRS)
    history, taken, differs = quiet_year(trade), [], False
    for week in range(30):
        risk = [risk_of_trunk(past, 1.0) for past in history]
        value = values(COST, risk, PRICE, [1.0] * 5)
        sent, lost = trade.week(4, [taken[-1]] if taken and week % 2 else [])
        assert min(value) > 0.0
        assert (sent * trade.kg).tolist() == flows(value, risk, [4 * trade.kg] * 5, 4 * trade.kg)
        taken.append(int(np.argmax(sent)))
        differs = differs or taken[-1] != int(
            np.argmax([(1 - r) * p - c for r, p, c in zip(risk, PRICE, COST)])
        )
        remember(history, sent, lost)
    assert len(set(taken)) >= 3
    assert differs


def test_a_sharp_choice_without_salience_is_the_argmax():
    """With a scale near 0 and without salience, all loads of each week go by the route of the
    greatest utility, with source price, bribe and memory included."""
    source, bribe, weight, memory, prior = 300.0, 20.0, 10.0, 0.96, 0.05
    trade = TradeByHand(
        PRICE,
        COST,
        source,
        salience=False,
        prior=prior,
        scale=1e-9,
        bribe_usd=bribe,
        prior_weight=weight,
        memory=memory,
    )
    tried, gone, taken = np.zeros(5), np.zeros(5), []
    for week in range(30):
        tried, gone = tried * memory, gone * memory
        risk = (gone + weight * prior) / (tried + weight)
        worth = (1 - risk) * PRICE - source - COST - bribe - risk * source
        sent, lost = trade.week(3, [taken[-1]] if taken and week % 2 else [])
        best = int(np.argmax(worth))
        assert sent.tolist() == [3 * (r == best) for r in range(5)]
        tried, gone = tried + sent, gone + lost
        taken.append(best)
    assert len(set(taken)) >= 3


def test_our_risk_fades_and_theirs_compounds():
    """A route is searched for eight weeks (months) and then left in peace for two years.

    In our model belief is then back near its prior, and the route has its share again. In
    NarcoLogic the perceived risk leaves the window after a year if the route is used, and never if
    it is not. In both cases the premium, which is at least 1, multiplies the transport cost month
    after month: 60 USD a kg become 55,068 and stay there, so that the route promises a loss for
    good."""
    trade = TradeByHand(
        PRICE[:3], COST[:3], salience=False, prior=0.05, weeks=104, prior_weight=10.0, memory=0.96
    )
    trade.week()
    before = trade.world.trade.share[0].copy()
    tried = gone = 0.0
    for _ in range(8):
        sent, lost = trade.week(20, [0])
        tried, gone = 0.96 * (tried + sent[0]), 0.96 * (gone + lost[0])
    trade.week()
    worst, shunned = trade.world.trade.risk[0, 0], trade.world.trade.share[0, 0]
    assert worst == pytest.approx((gone + 0.5) / (tried + 10.0), **SAME)
    assert worst > 0.4
    assert shunned < 0.5 * before[0]
    for _ in range(90):
        tried, gone = 0.96 * tried, 0.96 * gone
        trade.week()
    assert trade.world.trade.risk[0, 0] == pytest.approx((gone + 0.5) / (tried + 10.0), **SAME)
    assert trade.world.trade.risk[0, 0] == pytest.approx(0.05, abs=0.02)
    assert trade.world.trade.share[0, 0] - shunned > 0.8 * (before[0] - shunned)

    months = [1.0] * 8 + [0.0] * 36
    used = [risk_of(months[: month + 1]) for month in range(44)]
    left = used[:8] + [used[7]] * 36
    quiet = risk_of([])
    assert used[7] > 0.6
    assert used[-1] == quiet
    assert left[-1] == used[7]
    for risks in (used, left):
        cost = cost_path(COST[0], risks)
        assert (np.diff(cost) >= 0.0).all()
        assert cost[-1] > 900 * COST[0]
        theirs = [
            values([c, *COST[1:3]], [r, quiet, quiet], PRICE[:3], [1.0] * 3)[0]
            for c, r in ((COST[0], quiet), (cost[-1], risks[-1]))
        ]
        assert theirs[0] > 0.0 > theirs[1]


def test_our_volumes_are_a_logit_and_theirs_in_proportion_to_value():
    """50 USD less in every route's cost leaves our shares as they were and makes those of
    NarcoLogic more even. There routes are filled, the best first, until they carry the stock, and
    none beyond its capacity; here a route has no capacity."""
    cheap = [c - 50.0 for c in COST]
    ours, theirs = [], []
    for cost in (COST, cheap):
        trade = TradeByHand(PRICE, cost, salience_delta=1.0, **THEIRS)
        risk = [risk_of_trunk(past, 1.0) for past in quiet_year(trade)]
        trade.week()
        ours.append(trade.world.trade.share[0].copy())
        kg = flows(values(cost, risk, PRICE, [1.0] * 5, 1.0), risk, [2.0] * 5, 8.5)
        theirs.append(np.array(kg) / sum(kg))
    assert ours[1] == pytest.approx(ours[0], **SAME)
    assert np.ptp(theirs[1]) < 0.99 * np.ptp(theirs[0])
    value = values(COST, risk, PRICE, [1.0] * 5, 1.0)
    assert len(picked(value, [2.0] * 5, 8.5)) == 5
    assert len(picked(value, [2.0] * 5, 5.0)) == 3
    assert max(flows(value, risk, [2.0] * 5, 8.5)) <= 2.0


def test_a_lost_load_is_bought_again_here_and_not_there():
    """The payoff of a loss is -2 P_src - c - b here and -c there, whatever the load was bought for.
    At a source price of 400 a risky route therefore loses share to a safe one, and in NarcoLogic it
    does not. Its odds by hand, with delta 1: risk x 400 more is lost for each kg."""
    price, cost, source = [1_500.0, 1_500.0], [100.0, 100.0], 400.0
    trade = TradeByHand(price, cost, source, salience_delta=1.0, **THEIRS)
    trade.world.minds.tried[:] = WINDOW
    trade.world.minds.seized[:, :, 0] = 6.0
    trade.week()
    risk = [8 / 15.5, 2 / 15.5]
    assert trade.world.trade.risk[0] == pytest.approx(risk, **SAME)
    theirs = values(cost, risk, [p - source for p in price], [1.0] * 2, 1.0)
    odds = (
        trade.world.parameters.trafficking.scale[0]
        * 1_500.0
        * np.log(np.divide(*trade.world.trade.share[0][::-1]))
    )
    assert odds == pytest.approx((risk[0] - risk[1]) * (1_500.0 + source), rel=1e-12)
    assert theirs[1] - theirs[0] == pytest.approx(
        (risk[0] - risk[1]) * (1_500.0 - source), rel=1e-12
    )
