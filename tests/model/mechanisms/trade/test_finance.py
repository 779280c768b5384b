"""4.13 Finance: what a firm can pay."""

import numpy as np
import pytest
from hand_made import parameters
from small_runs import alone, small_run

from sim.model.mechanisms.trade.finance import to_owners
from sim.model.state import counts as q
from sim.model.state.arrays import CAPACITY, WAITING


def test_owners_keep_their_capital_in_the_firm():
    """They take all that is above `capital_weeks` of purchases, and make up `refill` a week of what
    is missing."""
    p = parameters("finance")
    target = p.capital_weeks * 1_000.0
    assert to_owners(target + 500.0, 1_000.0, p) == 500.0
    assert to_owners(target, 1_000.0, p) == 0.0
    assert to_owners(target - 500.0, 1_000.0, p) == pytest.approx(-500.0 * p.refill)
    cash = -target
    for _ in range(52):
        cash -= to_owners(cash, 1_000.0, p)
    assert target - cash == pytest.approx(2.0 * target * (1.0 - p.refill) ** 52)


def bought(run, cash):
    """Return the USD that each firm spends at the farm gate in a day, starting from `cash`."""
    firms = run.world.actors.networks
    firms.cash[:] = cash
    waiting = run.world.trade.book[:, :, WAITING].copy()
    alone(run, "trafficking.buy_and_send")
    kg = run.world.trade.book[:, :, WAITING] - waiting
    return (kg * run.world.places.markets.price).sum(axis=1)[firms.alive == 1]


@pytest.fixture
def run():
    """Return a run whose loads are too large ever to be complete, so that a day only buys."""
    made = small_run(
        **{
            "allow_outside_range": True,
            "parameters": {
                f"trafficking.load_{m}_kg": 1e6 for m in ("foot", "river", "road", "air")
            },
        }
    )
    made.advance(2)
    made.world.actors.networks.credit_usd[:] = 1_000.0
    made.world.places.markets.stock_kg[:] = 2_000.0
    return made


def test_a_firm_without_money_buys_what_its_credit_allows(run):
    """At the limit of its credit it buys nothing, with money all that it wants, and in between
    exactly what its money pays for."""
    assert bought(run, -1_000.0) == pytest.approx(0.0, abs=1e-9)
    assert (bought(run, 1e12) > 2_000.0).all()
    assert bought(run, 0.0) == pytest.approx(
        np.full(int(run.world.actors.networks.alive.sum()), 1_000.0)
    )


def test_credit_is_some_weeks_of_purchases_or_one_load(run):
    world = run.world
    alone(run, "finance.finance", days=7)
    p, markets = world.parameters.finance[0], world.places.markets
    share = world.trade.book[:, :, CAPACITY]
    usual = (share * markets.outflow * markets.price).sum(axis=1)
    assert (world.actors.networks.credit_usd >= p.credit_weeks * usual * (1 - 1e-12)).all()
    world.parameters.trafficking.load_air_kg[:] = 0.0
    alone(run, "finance.finance", days=7)
    in_business = world.actors.networks.alive == 1
    assert world.actors.networks.credit_usd[in_business] == pytest.approx(
        p.credit_weeks * usual[in_business]
    )


def test_ruined_firms_leave_the_harvest_at_the_farm_gate():
    """With all firms deep in debt stocks pile up and prices fall. Without a limit of credit nothing
    happens (coupling `credit`)."""
    stock, price = {}, {}
    for name, debt, off in (
        ("sound", 0.0, {}),
        ("ruined", -1e9, {}),
        ("trusted", -1e9, {"finance.credit_weeks": 1e9}),
    ):
        run = small_run(
            **{
                "time.horizon_days": 56,
                "allow_outside_range": True,
                "parameters": {"finance.refill": 0.0} | off,
            }
        )
        run.advance(7)
        run.world.actors.networks.cash += debt
        run.advance(56)
        made = run.world.places.markets
        stock[name], price[name] = made.stock_kg.sum(), (made.price * made.outflow).sum()
    assert stock["ruined"] > 1.5 * stock["sound"]
    assert price["ruined"] < 0.8 * price["sound"]
    assert (stock["trusted"], price["trusted"]) == pytest.approx(
        (stock["sound"], price["sound"]), rel=1e-6
    )


def test_firms_neither_hoard_nor_sink_in_ten_years():
    """Cash stays between the limit of credit, less the cost of loads under way, and the capital
    with a week's income. Firms go on buying."""
    run = small_run(**{"time.horizon_days": 3_640})
    while not run.finished:
        run.advance(364)
        firms, world = run.world.actors.networks, run.world
        usual = (
            world.trade.book[:, :, CAPACITY]
            * world.places.markets.outflow
            * world.places.markets.price
        ).sum(axis=1)
        scale = np.maximum(usual, firms.credit_usd)
        assert ((firms.cash > -1.5 * firms.credit_usd) & (firms.cash < 15.0 * scale))[
            firms.alive == 1
        ].all()
    weeks = run.world.tally[-52:]
    assert weeks[:, q.PAID_FARM].sum() > 0.5 * run.world.tally[1:53, q.PAID_FARM].sum() > 0
    assert run.world.tally[:, q.PAID_OWNERS].sum() > 0
