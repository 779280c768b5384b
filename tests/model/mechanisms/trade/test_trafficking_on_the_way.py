"""4.13 Trafficking: how a load goes on, what it pays, what its owner sees, and how it arrives."""

import numpy as np
import pytest
from hand_made import empty_tally, one, parameters, rows
from small_country import Country

from sim.model.mechanisms.trade.trafficking import deliver, pay_toll
from sim.model.state import counts as q
from sim.model.state.agents import ON_FOOT, Community, Network, Shipment
from sim.names import BRAZIL, COLOMBIA, HCL, LATEX, LORETO, VRAEM

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


def test_a_load_pays_its_toll_on_the_land_that_it_enters():
    country = sent()
    country.ground.community[1:] = 1
    country.towns.armed, country.towns.armed_coverage = [0.0, 0.5], 1.0
    assert country.move().towns.toll_usd.tolist() == [0.0, 5.0 * 120.0 * 0.5]


# --- tolls ---


def toll(product=HCL, before=-1, cell=0, taxed=0.0, **town):
    """Return a load of 100 kg, its firm, the communities and the tally after a step."""
    towns = rows(Community, 2, theatre=VRAEM, **({"armed": 0.4, "armed_coverage": 0.3} | town))
    load, firms = one(Shipment, kg=100.0, product=product, toll=taxed), rows(Network, 1)
    tally, p = empty_tally(), parameters("trafficking")
    pay_toll(load, firms, towns, before, cell, np.array([0, 0, 1]), p, tally)
    return load, firms, towns, tally


def test_a_group_takes_its_fee_on_the_share_of_the_land_that_it_holds():
    """Five USD a kilogram x .4."""
    _, _, towns, _ = toll()
    assert towns.toll_usd.tolist() == [pytest.approx(200.0), 0.0]


def test_the_firm_pays_the_toll():
    _, firms, _, tally = toll()
    assert -firms.cash[0] == pytest.approx(200.0) == tally[q.PAID_TOLL, VRAEM]


def test_a_load_that_has_paid_pays_only_for_more():
    assert toll(taxed=0.3)[2].toll_usd[0] == pytest.approx(50.0)


def test_a_load_that_has_paid_more_pays_nothing():
    assert toll(taxed=0.5)[2].toll_usd[0] == 0.0


def test_a_load_remembers_the_largest_share_that_has_taxed_it():
    assert toll(taxed=0.3)[0].toll == 0.4
    assert toll(taxed=0.5)[0].toll == 0.5


@pytest.mark.parametrize(
    "case",
    [{"product": LATEX}, {"armed_coverage": 0.0}, {"before": 1}, {"cell": -1}],
    ids=["latex", "nobody there to take it", "the same land", "off the map"],
)
def test_a_load_pays_no_toll(case):
    assert toll(**case)[2].toll_usd.sum() == 0.0


def test_a_load_passes_a_community_once():
    assert toll(before=1)[2].kg_passed.sum() == 0.0 < toll(before=2)[2].kg_passed[0] == 100.0


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
