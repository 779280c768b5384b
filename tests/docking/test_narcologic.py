"""Docking (Axtell et al. 1996) with NarcoLogic: where the two models say the same, the loops of our trade give its numbers; where they
differ on purpose, by how much. `narcologic.py` is theirs in plain Python, `trade_by_hand.py` ours: a firm with a few routes, week by week.

A match needs their assumptions: a kilogram lost costs its transport and no more (source price 0), no bribes, no inertia, no nests, theta
one USD of a month's total, a prior of 2 losses in 2.5 attempts, news of its own loads only. Not docked: their interdiction (a seizure moves
an edge's chance of a patrol by `sl_learn`), which our state has nothing like: it acts on reports and where it stands."""

import math

import numpy as np
import pytest
from narcologic import ALPHA, BETA, WINDOW, cost_path, flows, picked, risk_of, risk_of_trunk, values
from trade_by_hand import TradeByHand

PRICE, COST = [900.0, 1_000.0, 1_250.0, 1_400.0, 1_000.0], [60.0, 95.0, 337.0, 420.0, 113.0]
THEIRS = {"prior_weight": ALPHA + BETA, "prior": ALPHA / (ALPHA + BETA), "memory": 1.0}
SAME = {"rel": 1e-12, "abs": 1e-12}


def searched_in(week):
    """The routes on which nothing passes that week."""
    return [week % 5, (week // 3) % 5] if week % 4 else []


def quiet_year(trade):
    """Each branch has lost nothing in a year of one load a month on each route, as theirs before their first month."""
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
    """Half a year, 20 loads a week. Every week believed risk is their `calc_intrisk` of what was sent and lost, and the odds of the routes
    are exp(their perceived value per kg / scale), to 1e-12. kg: what they would send by a route in a month; our theta is 1 USD over
    it. Loads by route against the sum of the weeks' shares: binomial, alpha 1e-4 a route."""
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
    assert np.sum(loads) == 26 * 20 and len(orders) > 3
    part = np.array(shares)
    assert (
        np.abs(np.sum(loads, axis=0) - 20 * part.sum(axis=0))
        < 3.9 * np.sqrt(20 * (part * (1 - part)).sum(axis=0))
    ).all()


def passing_first(price, cost, theta, itself=0):
    """For each route, whether its payoff of passing stands out more than that of a loss, beside the mean of the others (and `itself`)."""
    n, payoffs = len(price), ([p - c for p, c in zip(price, cost)], [-c for c in cost])
    means = [[(sum(x) - (1 - itself) * x[i]) / (n - 1 + itself) for i in range(n)] for x in payoffs]
    passed, lost = (
        [abs(x - m) / (abs(x) + abs(m) + theta) for x, m in zip(*pair)]
        for pair in zip(payoffs, means)
    )
    return [first >= second for first, second in zip(passed, lost)]


@pytest.mark.parametrize("delta", [0.25, 0.5, 1.0])
def test_what_stands_out_is_theirs(delta):
    """A network on which the order of the two states is not the same for all routes, and would be another without theta (1 USD over 10 g)
    or beside the mean of all: delta weighs the second state, and at 1 weighs nothing, so that value is expected payoff."""
    kg, price, cost = 0.01, [700.0, 1_250.0, 1_250.0, 1_450.0], [590.0, 440.0, 540.0, 230.0]
    order = passing_first(price, cost, 1 / kg)
    assert (
        len(set(order)) == 2
        and order != passing_first(price, cost, 0.0)
        and order != passing_first(price, cost, 1 / kg, itself=1)
    )
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
    """Three origins of one route, a load a week each: weeks lost count `fading`^age, as months in `trunk/calc_intrisk.m`."""
    lost_in = [set(), {2, 3, 9}, set(range(0, 30, 2))]
    trade = TradeByHand(PRICE[:3], COST[:3], origins=[0, 1, 2], **THEIRS | {"memory": fading})
    history = [[], [], []]
    for week in range(30):
        sent, lost = trade.week(1, [r for r in range(3) if week in lost_in[r]])
        assert trade.world.trade.risk[0] == pytest.approx(
            [risk_of_trunk(past, fading) for past in history], **SAME
        )
        assert sent.tolist() == [1, 1, 1] and lost.tolist() == [week in weeks for weeks in lost_in]
        remember(history, sent, lost)


def test_a_year_of_losses_is_believed_as_in_their_window():
    """What ships counts the last 13 months alike: 0, 3 and 12 months with a loss are 2, 5 and 14 in 15.5."""
    lost_in = [set(), {2, 3, 9}, set(range(1, 13))]
    trade = TradeByHand(PRICE[:3], COST[:3], origins=[0, 1, 2], **THEIRS)
    for week in range(WINDOW):
        trade.week(1, [r for r in range(3) if week in lost_in[r]])
    trade.week()
    theirs = [risk_of([float(week in weeks) for week in range(WINDOW)]) for weeks in lost_in]
    assert theirs == pytest.approx([2 / 15.5, 5 / 15.5, 14 / 15.5])
    assert trade.world.trade.risk[0] == pytest.approx(theirs, **SAME)


def test_a_sharp_salient_choice_sends_all_where_they_send_it():
    """Scale to 0, and one of their routes able to carry the stock: every week all loads go by the route of the greatest perceived value,
    which is not always that of the greatest expected payoff."""
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
    assert len(set(taken)) >= 3 and differs


def test_a_sharp_choice_without_salience_is_the_argmax():
    """Scale to 0, salience off: every week all loads go by the route of the greatest utility, with source price, bribe and memory on."""
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
    """A route searched for eight weeks (months), and left in peace for two years. Ours: belief is back near its prior, and the route at its
    share. Theirs: perceived risk leaves the window after a year if the route is used, and never if it is not. Either way the premium,
    at least 1, multiplies transport cost month after month: 60 USD a kg become 55,068 and stay, and the route promises a loss for good."""
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
    assert worst > 0.4 and shunned < 0.5 * before[0]
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
    assert used[7] > 0.6 and used[-1] == quiet and left[-1] == used[7]
    for risks in (used, left):
        cost = cost_path(COST[0], risks)
        assert (np.diff(cost) >= 0.0).all() and cost[-1] > 900 * COST[0]
        theirs = [
            values([c, *COST[1:3]], [r, quiet, quiet], PRICE[:3], [1.0] * 3)[0]
            for c, r in ((COST[0], quiet), (cost[-1], risks[-1]))
        ]
        assert theirs[0] > 0.0 > theirs[1]


def test_our_volumes_are_a_logit_and_theirs_in_proportion_to_value():
    """50 USD off every route's cost leaves our shares as they were and evens theirs out. There routes are filled, the best first, until
    they carry the stock, none beyond its capacity; here none has one."""
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
    assert len(picked(value, [2.0] * 5, 8.5)) == 5 and len(picked(value, [2.0] * 5, 5.0)) == 3
    assert max(flows(value, risk, [2.0] * 5, 8.5)) <= 2.0


def test_a_lost_load_is_bought_again_here_and_not_there():
    """The payoff of a loss is -2 P_src - c - b here and -c there, whatever the load was bought for: at a source price of 400 a risky route
    loses against a safe one as theirs does not. Its odds by hand, delta 1: risk x 400 more is lost a kg."""
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
