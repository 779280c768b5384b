"""What armed parties take from a load: once per load and party, at its largest rule on the way."""

import numpy as np
import pytest
from hand_made import along, empty_tally, one, parameters, rows, support

from sim.model.rules.tolls import pass_land, start_tolls
from sim.model.state.agents import PARTIES, Community, Network, Shipment
from sim.model.state.counts import PAID_TOLL
from sim.names import CAJAMARCA, HCL, LATEX, LORETO, VRAEM

KG = 100.0  # of the load; the fee is 5 USD/kg
IN_CELL = np.array([0, 0, 1, 2, -1])  # community of each cell
ALONG = along([2], [0, 1, 2])


class Way:
    """A load of 100 kg that goes through cells of the land of three communities, ruled by two
    parties. `in_fields` and each row of `ruled` are the shares of these two."""

    def __init__(self, ruled=((0.0, 0.0),) * 3, in_fields=(0.0, 0.0), product=HCL, living=(0, 1)):
        self.support = support(3, clusters=2, loads=2, routes=2, on_ways=4, living=living)
        self.support.b[:, :2] = ruled
        self.support.in_fields[1, :2] = in_fields
        self.towns = rows(Community, 3, theatre=[VRAEM, LORETO, CAJAMARCA])
        self.firms = rows(Network, 2)
        self.load = one(Shipment, kg=KG, product=product, network=1, cluster=1, route=1)
        self.tally, self.p = empty_tally(), parameters("trafficking")
        self.support.tolled[0] = 0.5  # another load
        start_tolls(1, self.load, self.firms, self.support, VRAEM, self.p, self.tally)

    def go(self, *cells, before=-1, counting=False):
        for cell in cells:
            pass_land(
                1,
                self.load,
                self.firms,
                self.towns,
                self.support,
                before,
                cell,
                IN_CELL,
                ALONG,
                counting,
                self.p,
                self.tally,
            )
            before = cell
        return self

    def taken(self, party=0):
        return float(self.support.parties.toll_usd[party])


def test_a_party_takes_its_fee_on_the_share_that_it_rules():
    """Five USD a kilogram x .4."""
    assert Way([(0.4, 0.0), (0.0, 0.0), (0.0, 0.0)]).go(0).taken() == pytest.approx(200.0)


def test_a_load_pays_once_at_the_largest_share_and_never_once_a_place():
    """.2, .6 and .3 on the way are a toll at .6, not at their sum."""
    way = Way([(0.2, 0.0), (0.6, 0.0), (0.3, 0.0)]).go(0, 2, 3)
    assert way.taken() == pytest.approx(5.0 * KG * 0.6)
    assert way.support.tolled[1, 0] == 0.6


def test_two_places_of_one_share_take_one_toll():
    assert Way([(0.4, 0.0), (0.4, 0.0), (0.0, 0.0)]).go(0, 2).taken() == pytest.approx(200.0)


def test_a_load_that_comes_back_pays_nothing_more():
    way = Way([(0.4, 0.0), (0.1, 0.0), (0.0, 0.0)]).go(0, 2, 0, 2, 0)
    assert way.taken() == pytest.approx(200.0)


def test_the_way_begins_in_the_fields_of_the_cluster():
    way = Way([(0.5, 0.0), (0.0, 0.0), (0.0, 0.0)], in_fields=(0.3, 0.0))
    assert way.taken() == pytest.approx(150.0)
    assert way.go(0).taken() == pytest.approx(250.0)


def test_each_party_takes_its_own():
    way = Way([(0.4, 0.1), (0.0, 0.0), (0.2, 0.3)]).go(0, 2, 3)
    assert (way.taken(0), way.taken(1)) == pytest.approx((200.0, 150.0))


def test_the_firm_pays_what_the_parties_take():
    way = Way([(0.4, 0.1), (0.0, 0.0), (0.2, 0.3)], in_fields=(0.1, 0.0)).go(0, 2, 3)
    assert way.firms.cash.tolist() == [0.0, pytest.approx(-350.0)]
    assert way.tally[PAID_TOLL].sum() == pytest.approx(350.0)


def test_a_toll_counts_where_it_is_paid():
    way = Way([(0.0, 0.0), (0.1, 0.0), (0.3, 0.0)], in_fields=(0.02, 0.0)).go(2, 3)
    paid = way.tally[PAID_TOLL, [VRAEM, LORETO, CAJAMARCA]]
    assert paid == pytest.approx([10.0, 40.0, 100.0])


RULED = [(0.4, 0.4)] * 3


def test_a_party_without_groups_takes_nothing():
    way = Way(RULED, in_fields=(0.2, 0.2), living=(1,)).go(0)
    assert (way.taken(0), way.taken(1)) == (0.0, 200.0)
    assert way.support.tolled[1].tolist() == [0.0, 0.4] + [0.0] * (PARTIES - 2)


@pytest.mark.parametrize(
    ("product", "before", "cell"),
    [(LATEX, -1, 0), (HCL, 1, 0), (HCL, -1, 4), (HCL, -1, -1)],
    ids=["latex", "the same land", "nobody's land", "off the map"],
)
def test_a_load_pays_no_toll(product, before, cell):
    way = Way(RULED, in_fields=(0.2, 0.2) if product == LATEX else (0.0, 0.0), product=product)
    way.go(cell, before=before)
    assert way.support.parties.toll_usd.sum() == 0.0 == way.firms.cash.sum()


def test_another_load_keeps_what_it_has_paid_for():
    assert (Way(RULED).go(0, 2).support.tolled[0] == 0.5).all()


@pytest.mark.parametrize(("before", "kg"), [(1, 0.0), (2, KG), (-1, KG)])
def test_a_load_passes_the_community_whose_land_it_enters(before, kg):
    assert Way().go(0, before=before).towns.kg_passed.tolist() == [kg, 0.0, 0.0]


def test_latex_passes_unseen():
    assert Way(product=LATEX).go(0).towns.kg_passed.sum() == 0.0


def test_loads_are_counted_where_they_pass_on_their_own_route():
    way = Way().go(0, 2, counting=True)
    assert way.support.passed_kg.tolist() == [0.0, KG, KG, 0.0]
    assert not way.go(3).support.passed_kg[3]


def test_latex_is_not_counted():
    assert not Way(product=LATEX).go(0, 2, 3, counting=True).support.passed_kg.any()
