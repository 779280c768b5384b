"""4.13 Trafficking: what firms buy, how large their loads are, which routes they take, and what
firms learn from week to week. The way of a load stands in `test_trafficking_on_the_way.py`."""

import numpy as np
import pytest
from hand_made import parameters, rows
from small_country import RICH, Country

from sim.model.mechanisms.trade.trafficking import standard_load
from sim.model.rules.route_choice import drawn_route
from sim.model.rules.shipments import strip_is_open
from sim.model.state import counts as q
from sim.model.state.agents import (
    BY_AIR,
    BY_RIVER,
    BY_ROAD,
    COCAINE_LAB,
    ON_FOOT,
    STRIP,
    Laboratory,
)
from sim.model.state.arrays import CAPACITY, SENT, WAITING, WHOLE
from sim.model.state.event_log import FULL, SHIPMENTS_FULL
from sim.names import HCL, LATEX, VRAEM

# --- how large a load is ---


@pytest.mark.parametrize(
    ("mode", "full"),
    [
        (ON_FOOT, "load_foot_kg"),
        (BY_RIVER, "load_river_kg"),
        (BY_ROAD, "load_road_kg"),
        (BY_AIR, "load_air_kg"),
    ],
)
def test_a_load_has_the_standard_size_of_its_mode(mode, full):
    p = parameters("trafficking")
    assert standard_load(mode, HCL, 1.0, p) == p[full]


def test_a_firm_that_splits_its_loads_sends_a_part_of_the_standard():
    p = parameters("trafficking")
    assert standard_load(ON_FOOT, HCL, 0.5, p) == 60.0


@pytest.mark.parametrize(
    ("mode", "floor"), [(ON_FOOT, 15.0), (BY_RIVER, 50.0), (BY_ROAD, 150.0), (BY_AIR, 150.0)]
)
def test_no_load_is_smaller_than_the_floor_of_its_mode(mode, floor):
    assert standard_load(mode, HCL, 0.01, parameters("trafficking")) == floor


@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_latex_goes_in_loads_of_one_size(scale):
    assert standard_load(ON_FOOT, LATEX, scale, parameters("trafficking")) == pytest.approx(12.0)


def test_a_load_of_latex_is_a_kilogram_at_least():
    assert standard_load(ON_FOOT, LATEX, 1.0, parameters("trafficking", load_foot_kg=1.0)) == 1.0


# --- where it goes ---


def test_routes_are_drawn_by_their_shares():
    share = np.array([[0.5, 0.0, 0.3, 0.2]])
    drawn = [drawn_route(0, share, 0, 4, (i + 0.5) / 1_000) for i in range(1_000)]
    assert [drawn.count(r) for r in range(4)] == [500, 0, 300, 200]


def test_routes_of_another_market_are_not_drawn():
    share = np.array([[0.5, 0.5, 0.3, 0.7]])
    assert {drawn_route(0, share, 2, 4, u) for u in (0.0, 0.1, 0.5, 0.9)} == {2, 3}


def test_shares_that_add_up_to_less_than_1_leave_the_rest_to_the_last_route():
    assert drawn_route(0, np.array([[0.3, 0.6, 0.0]]), 0, 3, 0.95) == 1


def test_a_firm_without_an_open_route_sends_nothing():
    assert drawn_route(0, np.zeros((1, 3)), 0, 3, 0.5) == -1


def strips(**fields):
    made = {"alive": 1, "kind": STRIP, "cluster": 0} | fields
    return rows(Laboratory, 4, **made)


def test_a_flight_lands_at_any_strip_of_its_cluster():
    """Of four strips two are closed until tomorrow."""
    labs = strips(closed_until=[6, 0, 6, 0])
    opened = [strip_is_open(labs, 0, u, 5) for u in (0.1, 0.3, 0.6, 0.9)]
    assert opened == [False, True, False, True]


@pytest.mark.parametrize(
    "fields", [{"alive": 0}, {"kind": COCAINE_LAB}, {"cluster": 1}], ids=lambda f: next(iter(f))
)
def test_a_flight_needs_a_strip(fields):
    assert not strip_is_open(strips(**fields), 0, 0.5, 5)


# --- buying ---


def test_a_firm_buys_what_clears_the_stock_in_five_weeks():
    country = Country()
    country.markets.stock_kg = 350.0
    assert country.send().markets.stock_kg[0] == pytest.approx(340.0)


def test_a_firm_buys_by_its_part_of_the_market():
    country = Country()
    country.markets.stock_kg = 350.0
    country.trade.book[0, 0, CAPACITY] = 0.3
    assert country.send().waiting() == pytest.approx(3.0)


def test_all_firms_buy_from_the_stock_of_the_morning():
    country = Country(firms=2)
    country.markets.stock_kg = 350.0
    country.send()
    assert country.waiting(0) == country.waiting(1) == pytest.approx(5.0)


def test_a_firm_buys_the_part_that_can_be_moved_out():
    country = Country()
    country.markets.stock_kg, country.outbound = 350.0, 0.4
    assert country.send().waiting() == pytest.approx(4.0)


def test_a_firm_pays_the_price_at_the_farm_gate():
    country = Country(source=800.0)
    country.markets.stock_kg = 350.0
    assert RICH - country.send().networks.cash[0] == pytest.approx(8_000.0)
    assert country.tally[q.PAID_FARM, VRAEM] == pytest.approx(8_000.0)


def test_what_is_bought_is_counted_for_the_price():
    country = Country()
    country.markets.stock_kg = 350.0
    assert country.send().markets.bought_week[0] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("cash", "credit", "kg"),
    [(0.0, 4_000.0, 5.0), (2_000.0, 2_000.0, 5.0), (-4_000.0, 4_000.0, 0.0)],
)
def test_a_firm_buys_what_cash_and_credit_allow(cash, credit, kg):
    country = Country(cash=cash, source=800.0)
    country.markets.stock_kg, country.networks.credit_usd = 350.0, credit
    assert country.send().waiting() == pytest.approx(kg)


def test_a_firm_short_of_money_cuts_all_its_purchases_alike():
    country = Country([[0], [1]], origin=[0, 1], cash=4_000.0, source=800.0)
    country.markets.stock_kg = [350.0, 700.0]
    country.send()
    bought = country.trade.book[0, :, WAITING]
    assert bought[1] == pytest.approx(2 * bought[0])
    assert bought.sum() == pytest.approx(5.0)


def test_a_firm_stops_buying_when_its_store_is_full():
    """Two weeks of the market's outflow and two flights: 14 / 7 x 100 + 2 x 300 kg."""
    country = Country(load_road_kg=1e6).wait(799.0)
    country.markets.stock_kg = 350.0
    assert country.send().waiting() == pytest.approx(800.0)


# --- sending ---


def test_a_load_waits_until_it_is_complete():
    assert len(Country(mode=ON_FOOT).wait(119.0).send().under_way()) == 0


def test_a_load_is_sent_when_it_is_complete():
    country = Country(mode=ON_FOOT).wait(121.0).send()
    assert country.under_way().kg.tolist() == [120.0]
    assert country.waiting() == pytest.approx(1.0)


def test_every_load_that_is_complete_is_sent_on_the_same_day():
    assert len(Country(mode=ON_FOOT).wait(365.0).send().under_way()) == 3


def test_a_firm_sends_twenty_loads_a_day_at_most():
    assert len(Country(mode=ON_FOOT, shipments=50).wait(1e6).send().under_way()) == 20


def test_a_firm_pays_transport_and_bribes_as_it_sends():
    country = Country(mode=ON_FOOT, cost=100.0).wait(120.0).send()
    assert country.flow(q.PAID_TRANSPORT) == 120.0 * 100.0
    assert country.flow(q.PAID_BRIBE) == 120.0 * country.p.bribe_usd
    assert RICH - country.networks.cash[0] == pytest.approx(120.0 * (100.0 + country.p.bribe_usd))


def test_what_is_sent_is_counted_where_it_was_made():
    assert Country(mode=ON_FOOT).wait(120.0).send().tally[q.DISPATCHED, VRAEM] == 120.0


def test_a_load_attempts_the_theatre_in_which_it_starts():
    assert Country(mode=ON_FOOT).wait(120.0).send().tally[q.ATTEMPTED, VRAEM] == 120.0


def test_each_load_has_an_identity_of_its_own():
    sent = Country(mode=ON_FOOT).wait(365.0).send().under_way()
    assert len(set(sent.uid.tolist())) == 3


def test_the_route_of_a_load_does_not_change_while_it_waits():
    """It is drawn by the number of the load, not by the day on which the load is complete."""
    ways = [[leg] for leg in range(6)]
    at_once, later = (Country(ways, mode=ON_FOOT) for _ in range(2))
    at_once.wait(1_200.0).send(t=0)
    for t in range(10):
        later.wait(120.0).send(t)
    assert at_once.loads.route[:10].tolist() == later.loads.route[:10].tolist()
    assert len(set(later.loads.route[:10])) > 1


def test_a_flight_waits_for_its_strip():
    country = Country(mode=BY_AIR).wait(300.0)
    assert len(country.send().under_way()) == 0
    country.labs[0].alive, country.labs[0].kind = 1, STRIP
    assert len(country.send().under_way()) == 1


def test_a_full_table_ends_the_stretch():
    country = Country(mode=ON_FOOT, shipments=2).wait(365.0).send()
    assert country.diary.status[FULL] == SHIPMENTS_FULL


def test_a_firm_counts_the_loads_that_it_has_sent():
    country = Country(mode=ON_FOOT).wait(365.0).send()
    assert country.networks.sent[0] == 3.0 == country.trade.book[0, 0, SENT]


def test_a_firm_counts_the_risk_that_it_ran():
    """Two legs of .1 and .2: `1 - .9 x .8` a load."""
    country = Country([[0, 1]], mode=ON_FOOT, leg_risk=[0.1, 0.2]).wait(240.0).send()
    assert country.networks.feared[0] == pytest.approx(2 * (1 - 0.9 * 0.8))


def test_a_firm_has_tried_the_first_leg_of_the_way():
    assert Country(mode=ON_FOOT).wait(120.0).send().minds.tried[0, 0].tolist() == [1.0, 0.0, 0.0]


def test_a_firm_notes_when_it_used_a_route():
    assert Country(mode=ON_FOOT).wait(120.0).send(t=40).trade.used[0, 0] == 40.0


@pytest.mark.parametrize(
    ("t", "held", "kg"), [(181, 1, 0.0), (182, 1, 240.0), (363, 1, 240.0), (364, 0, 0.0)]
)
def test_loads_of_the_last_half_year_of_the_burn_in_are_counted_by_route(t, held, kg):
    """The prologue takes the tolls of day 0 from them."""
    country = Country([[0], [1]], mode=ON_FOOT, shipments=50)
    country.trade.share[0] = [0.0, 1.0]
    country.wait(240.0).send(t, held=held, burn_in=364)
    assert country.support.sent_kg.tolist() == [0.0, kg]
    assert country.support.passed_kg.tolist() == [0.0, kg]


# --- learning ---


def test_what_a_branch_knows_fades_by_the_week():
    country = Country()
    country.saw(0, 0, 0, tried=13.0, seized=6.0)
    country.learn(weeks=52)
    known = country.minds.tried[0, 0, 0], country.minds.seized[0, 0, 0]
    assert known == pytest.approx((13.0 * 0.96**52, 6.0 * 0.96**52))


def test_branches_tell_one_another():
    """The last column is the sum over the branches of a firm."""
    country = Country([[0], [0]], origin=[0, 1])
    country.minds.tried[0, :2, 0], country.minds.seized[0, :2, 0] = [13.0, 7.0], [6.0, 1.0]
    country.learn()
    whole = country.minds.tried[0, 2, 0], country.minds.seized[0, 2, 0]
    assert whole == pytest.approx((20.0 * 0.96, 7.0 * 0.96))


def test_a_branch_that_does_not_trade_tells_nothing():
    country = Country([[0], [0]], origin=[0, 1])
    country.trade.book[0, 1, WHOLE] = 0.0
    country.minds.tried[0, :2, 0] = [13.0, 7.0]
    assert country.learn().minds.tried[0, 2, 0] == pytest.approx(13.0 * 0.96)


def scale_after(loss, feared=0.0, scale=0.5, loads=100.0):
    """Return the scale of loads after a week in which this share of them was lost."""
    country = Country()
    firm = country.networks[0]
    firm.sent, firm.lost, firm.feared, firm.load_scale = loads, loss * loads, feared * loads, scale
    return float(country.learn().networks.load_scale[0])


@pytest.mark.parametrize(
    ("loss", "scale"), [(0.11, 0.5 * 0.85), (0.09, 0.5), (0.04, 0.5), (0.02, 0.5 * 1.15)]
)
def test_losses_split_loads_and_quiet_times_join_them(loss, scale):
    """Above .10 of loads lost they are split, under .03 consolidated."""
    assert scale_after(loss) == pytest.approx(scale)


@pytest.mark.parametrize(("loss", "scale"), [(0.19, 0.5), (0.21, 0.5 * 0.85)])
def test_losses_split_loads_only_where_they_are_twice_what_was_feared(loss, scale):
    assert scale_after(loss, feared=0.1) == pytest.approx(scale)


@pytest.mark.parametrize(("loss", "at"), [(0.5, 0.1), (0.0, 1.0)])
def test_the_scale_of_loads_stays_between_a_tenth_and_the_standard(loss, at):
    assert scale_after(loss, scale=at) == at


def test_too_few_loads_teach_nothing():
    assert scale_after(1.0, loads=4.0) == 0.5


def test_what_a_firm_counts_of_its_loads_fades_over_twelve_weeks():
    country = Country()
    firm = country.networks[0]
    firm.sent, firm.lost, firm.feared = 12.0, 6.0, 3.0
    country.learn()
    assert [firm.sent, firm.lost, firm.feared] == pytest.approx([11.0, 5.5, 2.75])
