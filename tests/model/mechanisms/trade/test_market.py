"""4.14 Market: what the product is worth at the farm gate."""

import numpy as np
import pytest
from hand_made import parameters, today
from small_network import SmallNetwork
from small_runs import alone

from sim.model.mechanisms.trade.crops import growth
from sim.model.mechanisms.trade.market import farm_price, market
from sim.names import HCL, LATEX
from sim.simulation.page import plain


def test_price_climbs_with_distance_and_with_risk(run_at_day_0):
    """The farther and the riskier the way out, the smaller is the farm's part of what the exit
    pays. At every exit the product is worth more than at the farm."""
    world = run_at_day_0.world
    markets, facts, trade = world.places.markets, world.route_facts, world.trade

    def prices():
        alone(run_at_day_0, "market.market", days=7)
        return markets.price.copy()

    world.parameters.market.outflow_memory_weeks[:] = 1e9
    usual = prices()
    used = [
        [r for r in range(m.first_route, m.end_route) if trade.share[:, r].max() > 0.01]
        for m in markets
    ]
    for c, m in enumerate(markets):
        assert all(world.commerce.prices[facts.exit[r], m.product] > usual[c] for r in used[c])
    trade.risk[:] += 0.1
    risky = prices()
    trade.risk[:] -= 0.1
    cost = facts.cost + 100.0
    cost.setflags(write=False)  # as those of the map are
    world.route_facts = facts._replace(cost=cost)
    far = prices()
    free = usual > np.where(
        markets.product == 1,
        world.parameters.market.latex_cost_usd,
        world.parameters.market.cost_usd,
    )
    assert free.sum() >= len(markets) - 2
    assert (risky[free] < usual[free]).all()
    assert (far[free] < usual[free]).all()


@pytest.mark.parametrize(("product", "toll"), [(HCL, 5.0), (LATEX, 0.0)])
def test_the_tax_is_in_the_price_of_what_pays_it(product, toll):
    """`(P_dest (1 - margin) - transport - bribe - tax)` at a stock on target and without losses.
    Only hydrochloride pays the toll."""
    small = SmallNetwork([[0]], cost=100.0, price=2_000.0)
    small.markets.product, small.markets.stock_kg, small.markets.bought_week = product, 500.0, 100.0
    small.trade.share[:] = 1.0
    small.bench.per_cluster = np.zeros((1, 3))
    small.parameters.market, small.parameters.processing = (
        [parameters("market", target_weeks=5.0)],
        [parameters("processing")],
    )
    a_week(small)
    p = small.parameters.market[0]
    assert small.markets.price[0] == pytest.approx(
        2_000.0 * (1.0 - p.margin) - 100.0 - small.p.bribe_usd - toll
    )


def a_week(small, opening=0):
    plain(market)(
        small.places,
        small.trade,
        small.facts,
        small.commerce,
        small.bench,
        small.parameters,
        today(30, opening=opening),
    )


@pytest.mark.parametrize(("change", "opening", "moves"), [(1, 0, 1), (0, 1, 1), (0, 0, 0)])
def test_farm_prices_can_be_frozen_after_day_0(change, opening, moves):
    small = SmallNetwork([[0]], cost=100.0, price=2_000.0, source=555.0)
    small.markets.stock_kg, small.markets.bought_week = 0.0, 100.0
    small.trade.share[:] = 1.0
    small.bench.per_cluster = np.zeros((1, 3))
    small.parameters.market = [parameters("market", change=change)]
    small.parameters.processing = [parameters("processing")]
    a_week(small, opening)
    assert (small.markets.price[0] != 555.0) == moves


def test_nobody_pays_at_the_farm_what_the_load_does_not_fetch():
    """With empty stores the price takes the whole margin and no more: `P_dest - transport - bribe -
    tax`."""
    small = SmallNetwork([[0]], cost=100.0, price=2_000.0)
    small.markets.stock_kg, small.markets.bought_week = 0.0, 100.0
    small.trade.share[:] = 1.0
    small.bench.per_cluster = np.zeros((1, 3))
    small.parameters.market, small.parameters.processing = (
        [parameters("market", margin=0.4)],
        [parameters("processing")],
    )
    a_week(small)
    assert small.markets.price[0] == pytest.approx(
        2_000.0 - 100.0 - small.p.bribe_usd - small.p.toll_usd
    )


def years(shock, weeks=1_040):
    """Return hectares and price of one valley after a shock to its area. Fields bear a year after
    they are planted, stock is what is not yet sold, the price follows the stock and planting
    follows the price."""
    q, p = parameters("crops"), parameters("market")
    net, per_ha, alternative = (
        1_300.0,
        9.6 / 52.0,
        0.6 * 1_300.0,
    )  # kg a hectare and week; what the same land would earn otherwise, as a price
    hectares, young = 10_000.0 * shock, [0.0] * 52
    flow = 10_000.0 * per_ha
    stock, price, seen = p.target_weeks * flow, net, []
    for _ in range(weeks):
        young.append(growth(hectares, 20_000.0, 0.2, price, alternative, 0.0, q))
        hectares = max(hectares + young.pop(0), 0.0)
        sold = stock / p.target_weeks
        stock += hectares * per_ha - sold
        flow += (sold - flow) / p.outflow_memory_weeks
        price = farm_price(net, net / (1.0 - p.margin), stock, p.target_weeks * flow, p.cost_usd, p)
        seen.append((hectares, price))
    return np.array(seen)


@pytest.mark.parametrize("shock", [0.6, 1.5])
def test_the_loop_of_price_and_planting_is_damped(shock):
    """A valley that loses two fifths of its fields, or gains half as much again, comes to rest
    without a cycle of boom and bust."""
    price = years(shock)[:, 1]
    swing = [np.ptp(price[52 * year : 52 * (year + 1)]) for year in range(20)]
    assert max(swing[:2]) > 20.0, "the shock is felt"
    assert max(swing[10:]) < 0.2 * max(swing[:2])
    assert max(swing[15:]) < 0.02 * 1_300.0
    assert price[-1] == pytest.approx(1_300.0, rel=0.05)


@pytest.mark.parametrize(
    ("stock", "times"), [(50.0, 1.0), (25.0, 2.0), (100.0, 0.5), (0.0, 4.0), (1.0, 4.0)]
)
def test_the_farm_price_answers_the_stock(stock, times):
    """`net x clip(S* / S, .25, 4)^theta` (section 4.14 of the model), for a target of 50."""
    p = parameters("market")
    price = farm_price(1_000.0, 9_000.0, stock, 50.0, 400.0, p)
    assert price == pytest.approx(1_000.0 * times**p.theta)


def test_the_farm_price_is_never_under_its_cost():
    assert farm_price(1_000.0, 9_000.0, 1e9, 50.0, 900.0, parameters("market")) == 900.0


def test_the_farm_price_is_never_over_what_the_load_fetches():
    assert farm_price(1_000.0, 1_700.0, 0.0, 50.0, 400.0, parameters("market")) == 1_700.0
