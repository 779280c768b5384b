"""4.13 Trafficking: how a load goes on, what it pays, what its owner sees, and how it arrives."""

import numpy as np
import pytest
from hand_made import empty_tally, one, rows
from small_country import Country

from sim.model.mechanisms.trade.trafficking import deliver
from sim.model.state import counts as q
from sim.model.state.agents import ON_FOOT, Network, Shipment
from sim.names import BRAZIL, COLOMBIA, HCL, LORETO, VRAEM

# --- moving ---


def sent(**fields):
    return Country(mode=ON_FOOT, **fields).wait(120.0).send(t=0)


def test_a_load_leaves_on_the_day_after():
    country = sent().move(t=0)
    assert country.loads.step[0] == 0
    assert country.loads.elapsed[0] == 0.0


@pytest.mark.parametrize(("a_step", "days", "step"), [(1.0, 2, 2), (0.5, 1, 2), (1.5, 1, 0)])
def test_a_load_goes_as_far_as_a_day_takes_it(a_step, days, step):
    country = sent()
    country.routes.days[:] = a_step
    for t in range(1, days + 1):
        country.move(t)
    assert country.loads.step[0] == step


def test_what_a_day_does_not_finish_is_kept_for_the_next():
    country = sent()
    country.routes.days[:] = 1.5
    assert country.move(1).loads.elapsed[0] == 1.0
    assert country.move(2).loads.elapsed[0] == pytest.approx(0.5)


@pytest.mark.parametrize(("days", "arrived"), [(2, False), (3, True)])
def test_a_load_arrives_at_the_end_of_its_last_step(days, arrived):
    country = sent()
    for t in range(1, days + 1):
        country.move(t)
    assert (country.flow(q.DELIVERED) == 120.0) == arrived
    assert country.tally[q.EXPORTED, COLOMBIA] == 120.0 * arrived


def test_a_load_is_paid_once():
    country = sent(price=2_000.0)
    for t in range(1, 10):
        country.move(t)
    assert country.flow(q.REVENUE) == 120.0 * 2_000.0


def test_a_firm_has_tried_each_leg_that_its_load_enters():
    assert sent().move().minds.tried[0, 0].tolist() == [1.0, 1.0, 0.0]


def test_an_owner_sees_the_force_on_each_leg_that_its_load_leaves():
    country = sent()
    country.fields.leg_effort[:] = 200.0
    country.move()
    learn = country.parameters.secrecy[0].learn_passage
    assert country.minds.belief[0] == pytest.approx([learn * 200.0, 0.0, 0.0])


def test_an_owner_sees_the_force_on_the_last_leg_too():
    country = sent()
    country.fields.leg_effort[:] = 200.0
    for t in (1, 2, 3):
        country.move(t)
    learn = country.parameters.secrecy[0].learn_passage
    assert country.minds.belief[0] == pytest.approx(np.full(3, learn * 200.0))


def test_a_load_attempts_the_theatre_that_it_enters():
    country = sent()
    country.ground.theatre[1:] = LORETO
    for t in (1, 2):
        country.move(t)
    assert country.tally[q.ATTEMPTED].tolist() == [0.0, 120.0, 120.0, 0.0, 0.0]


# --- tolls (the law is tested in `rules/test_tolls.py`) ---


def ruled_country():
    """Return a country where the first party rules .2 of the fields and .5 of the second
    community, on whose land the way goes on after its first step."""
    country = Country(mode=ON_FOOT)
    country.ground.community[1:] = 1
    country.support.parties.alive[0] = 1
    country.support.in_fields[0, 0], country.support.b[1, 0] = 0.2, 0.5
    return country.wait(120.0)


def test_a_load_pays_its_first_toll_in_the_fields_that_it_comes_from():
    country = ruled_country().send(t=0)
    assert country.support.parties.toll_usd[0] == pytest.approx(5.0 * 120.0 * 0.2)


def test_a_load_pays_no_more_than_its_largest_share_on_the_way():
    country = ruled_country().send(t=0)
    for t in (1, 2, 3):
        country.move(t)
    assert country.support.parties.toll_usd[0] == pytest.approx(5.0 * 120.0 * 0.5)
    assert country.flow(q.PAID_TOLL) == pytest.approx(5.0 * 120.0 * 0.5)


def test_a_new_load_in_a_row_of_an_old_one_pays_anew():
    country = ruled_country().send(t=0)
    for t in (1, 2, 3):
        country.move(t)
    country.wait(120.0).send(t=4)
    assert country.loads.alive.sum() == 1
    assert country.support.parties.toll_usd[0] == pytest.approx(5.0 * 120.0 * (0.5 + 0.2))


# --- the end of a way ---


@pytest.fixture
def delivered():
    load = one(Shipment, alive=1, kg=100.0, entered=1 << VRAEM)
    firms, tally = rows(Network, 1), empty_tally()
    prices = np.zeros((5, 2))
    prices[BRAZIL, HCL] = 2_500.0
    deliver(load, firms, np.array([BRAZIL]), np.array([VRAEM]), prices, tally)
    return load, firms, tally


def test_a_delivered_load_is_paid_at_the_price_of_its_exit(delivered):
    assert delivered[1].cash[0] == 250_000.0 == delivered[2][q.REVENUE, VRAEM]


def test_a_delivered_load_is_counted_at_its_exit(delivered):
    assert delivered[2][q.EXPORTED, BRAZIL] == 100.0 == delivered[2][q.EXPORTED].sum()


def test_a_delivered_load_is_counted_where_it_was_made(delivered):
    assert delivered[2][q.DELIVERED, VRAEM] == 100.0


def test_a_delivered_load_has_passed_the_theatres_on_its_way(delivered):
    assert delivered[2][q.PASSED].tolist() == [0.0, 100.0, 0.0, 0.0, 0.0]


def test_a_delivered_load_is_no_longer_under_way(delivered):
    assert delivered[0].alive == 0
