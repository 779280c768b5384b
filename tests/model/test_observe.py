"""4.17 and section 6: how much a community counts in the vacuum of its theatre."""

from types import SimpleNamespace

import pytest
from hand_made import parameter_table, rows, today

from sim.model import observe
from sim.model.state.agents import Community, Market
from sim.names import CAJAMARCA, HCL, LATEX
from sim.simulation.page import plain


def test_hydrochloride_that_passes_poppy_country_has_its_own_price():
    """A stake is the USD of product that is grown or passes: 10 kg a week are worth as much where
    latex is gathered as where coca grows."""
    markets = rows(Market, 2, product=[HCL, LATEX], price=[1_300.0, 500.0], outflow=[100.0, 50.0])
    towns = rows(
        Community, 2, theatre=CAJAMARCA, cluster=[0, 1], population=[300.0, 100.0], kg_recent=10.0
    )
    places = SimpleNamespace(communities=towns, markets=markets)
    plain(observe.weigh)(
        places, SimpleNamespace(processing=parameter_table("processing")), 1, today(0)
    )
    assert towns.stake.tolist() == [13_000.0, 13_000.0]
    assert towns.weight == pytest.approx([0.5 * 0.75 + 0.25, 0.5 * 0.25 + 0.25])
