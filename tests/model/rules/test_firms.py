"""Which firms are in business, and whose a laboratory is."""

import numpy as np
import pytest
from hand_made import rows
from small_runs import small_run

from sim.model.rules.firms import living, owner_of
from sim.model.state.agents import STRIP, Network
from sim.model.state.arrays import BOOK_COLUMNS, CAPACITY


@pytest.fixture
def book():
    """Four firms in two clusters. An arrest holds a tenth of the first trade back; nobody trades
    in the second."""
    made = np.zeros((4, 2, BOOK_COLUMNS))
    made[:, 0, CAPACITY] = [0.5, 0.0, 0.3, 0.1]
    return made


def test_owners_are_drawn_by_their_share_of_the_trade(book):
    drawn = [owner_of(book, 0, (i + 0.5) / 900) for i in range(900)]
    assert [drawn.count(n) for n in range(4)] == [500, 0, 300, 100]


def test_a_cluster_without_trade_has_no_owner(book):
    assert owner_of(book, 1, 0.5) == -1


@pytest.mark.parametrize(("alive", "firms"), [([1, 1, 0], 2), ([1, 1, 1], 3), ([0, 0, 0], 0)])
def test_firms_fill_the_first_rows(alive, firms):
    assert living(rows(Network, 3, alive=alive)) == firms


@pytest.fixture(scope="module")
def opening():
    return small_run().world


def test_at_the_start_a_strip_belongs_to_no_firm(opening):
    labs = opening.actors.labs
    assert (labs.owner[(labs.alive == 1) & (labs.kind == STRIP)] == -1).all()


def test_at_the_start_a_laboratory_belongs_to_a_firm_that_trades_there(opening):
    labs = opening.actors.labs
    works = (labs.alive == 1) & (labs.kind != STRIP)
    traded = opening.trade.book[labs.owner[works], labs.cluster[works], CAPACITY]
    assert works.any()
    assert (traded > 0).all()


def test_at_the_start_laboratories_belong_to_many_firms(opening):
    labs = opening.actors.labs
    assert len(set(labs.owner[(labs.alive == 1) & (labs.kind != STRIP)])) > 10
