"""4.17 and section 6: what a day adds to the tally, and how much a community counts in the vacuum
of its theatre."""

from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import diary, empty_tally, parameter_table, rows, support, today

from sim.model import observe
from sim.model.state import counts
from sim.model.state.agents import DISSIDENT, MPCP, PERU, THIRD, ArmedGroup, Community, Market, Unit
from sim.model.state.arrays import TEAMS
from sim.names import CAJAMARCA, HCL, LATEX, LORETO, VRAEM
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


def people(town, parties=(), present=(), b=()):
    """Return what one community of 1,000 people adds to the tally, by quantity. `present` and `b`
    are the shares of the parties of these kinds."""
    made, tally = support(1), empty_tally()
    for k, kind in enumerate(parties):
        made.parties.kind[k] = kind
    made.present[0, : len(present)], made.b[0, : len(b)] = present, b
    row = rows(Community, 1, **({"theatre": LORETO, "population": 1_000.0} | town))[0]
    observe.count_people(row, 0, made, tally)
    return tally[:, LORETO]


def test_people_are_counted_with_each_kind_of_party():
    """A party has those whom its fighters hold, `present x (1 - s)`, or those whom it rules."""
    found = people(
        {"armed": 0.5, "protection": 0.5},
        parties=(MPCP, DISSIDENT, DISSIDENT, THIRD),
        present=(0.4, 0.0, 0.2, 0.0),
        b=(0.1, 0.15, 0.05, 0.0),
    )
    assert found[counts.PEOPLE_ARMED] == 500.0
    assert found[counts.PEOPLE_ARMED_MPCP] == pytest.approx(200.0)
    assert found[counts.PEOPLE_ARMED_DISSIDENT] == pytest.approx(250.0)
    assert found[counts.PEOPLE_ARMED_OTHER] == 0.0


def test_no_kind_of_party_has_more_people_than_all():
    found = people({"armed": 0.3}, parties=(THIRD, THIRD), present=(0.3, 0.3), b=(0.0, 0.0))
    assert found[counts.PEOPLE_ARMED_OTHER] == pytest.approx(300.0)


@pytest.mark.parametrize(
    ("ruled", "ruled_0", "changed"), [(0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)]
)
def test_ruled_places_their_people_and_those_that_changed_hands(ruled, ruled_0, changed):
    found = people({"ruled": ruled, "ruled_0": ruled_0})
    assert found[counts.PEOPLE_RULED] == 1_000.0 * ruled
    assert found[counts.PLACES_RULED] == ruled
    assert found[counts.CHANGED_HANDS] == changed


def test_people_under_arms_and_fighters_are_counted_where_they_stand():
    """People x armed share by theatre, and fighters of each kind. A dissident cell abroad counts
    among all fighters, in the theatre that it faces, and not among those in Peru."""
    towns = rows(
        Community, 2, theatre=[VRAEM, LORETO], population=[1_000.0, 400.0], armed=[0.25, 0.5]
    )
    towns.weight = 0.5
    groups = rows(
        ArmedGroup,
        4,
        alive=[1, 1, 1, 0],
        kind=[MPCP, DISSIDENT, DISSIDENT, MPCP],
        site=[0, 1, 2, 0],
        country=[PERU, PERU, 0, PERU],
        fighters=[30.0, 12.0, 8.0, 99.0],
    )
    tally = empty_tally()
    plain(observe.observe_people)(
        SimpleNamespace(units=rows(Unit, 0), groups=groups),
        SimpleNamespace(communities=towns),
        SimpleNamespace(force=np.zeros((0, TEAMS + 1))),
        support(2),
        SimpleNamespace(theatre=np.array([VRAEM, LORETO, 0]), country=np.array([PERU, PERU, 0])),
        SimpleNamespace(back=np.array([-1, -1, 1])),
        diary(tally),
    )
    here = [VRAEM, LORETO]
    assert tally[counts.PEOPLE_ARMED, here].tolist() == [250.0, 200.0]
    assert tally[counts.ARMED_CONTROL, here].tolist() == [0.125, 0.25]
    assert tally[counts.FIGHTERS, here].tolist() == [30.0, 20.0]
    assert tally[counts.FIGHTERS_MPCP, here].tolist() == [30.0, 0.0]
    assert tally[counts.FIGHTERS_DISSIDENT_PERU, here].tolist() == [0.0, 12.0]
