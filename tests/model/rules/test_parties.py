"""Armed parties: their fighters in political reach, and the people with them."""

import numpy as np
import pytest
from hand_made import one
from small_rule import COLOMBIA, Line
from small_runs import small_run

from sim.geography.map import COUNTRIES
from sim.model.rules.parties import under_party
from sim.model.state.agents import PARTIES, PERU, Community

BRAZIL = COUNTRIES.index("brazil")


def test_fighters_count_per_1000_people_in_reach():
    """A lone place of 1,000 people: 20 fighters among 1,000 and the floor of 2,000."""
    assert Line(1).x()[0, 0] == pytest.approx(20.0 / 3.0)


def test_camps_of_a_party_add_up_and_parties_stand_apart():
    line = Line(1, camped=[(0, 0, 10.0), (0, 0, 5.0), (2, 0, 6.0)])
    assert line.x()[0] == pytest.approx([5.0, 0.0, 2.0, 0.0, 0.0, 0.0])


def test_a_camp_that_is_gone_reaches_nobody():
    line = Line(1, camped=[(0, 0, 10.0), (0, 0, 5.0)])
    line.groups.alive[1] = 0
    assert line.x()[0, 0] == pytest.approx(10.0 / 3.0)


def test_each_call_begins_anew():
    line = Line(2)
    assert np.array_equal(line.x(), line.x())


@pytest.mark.parametrize(("present", "ruled", "share"), [(0.8, 0.1, 0.4), (0.8, 0.6, 0.6)])
def test_people_are_with_a_party_by_force_at_hand_or_by_rule(present, ruled, share):
    at = np.full((1, PARTIES), present), np.full((1, PARTIES), ruled)
    assert under_party(one(Community, protection=0.5), 0, 0, *at) == pytest.approx(share)


# --- the reach of the map ---


@pytest.fixture(scope="module")
def reached():
    """Return country here, country there, km and share of every pair in reach on the 10 km map."""
    world = small_run().world
    reach, country = world.reach, world.sites.country
    site = np.repeat(np.arange(len(country)), np.diff(reach.start))
    return country[site], country[reach.place], reach.km, reach.share


def test_the_people_in_reach_are_those_of_the_first_day():
    world = small_run().world
    reach, people = world.reach, world.places.communities.population
    site = np.repeat(np.arange(len(reach.start) - 1), np.diff(reach.start))
    own = site < len(people)
    around = np.bincount(reach.place[own], people[site[own]] * reach.share[own], len(people))
    assert reach.people == pytest.approx(around)
    assert (reach.people >= people).all()


def test_within_peru_reach_is_the_law(reached):
    here, there, km, share = reached
    own = (here == PERU) & (there == PERU)
    law = np.where(km <= 75.0, np.exp(-km / 25.0), 0.0)
    assert share[own] == pytest.approx(law[own])
    assert (share[own] > 0).sum() > 100


def test_over_a_boundary_river_reach_is_three_tenths_of_the_law(reached):
    here, there, km, share = reached
    river = np.isin(here, [COLOMBIA, BRAZIL]) & (there == PERU) & (km <= 75.0)
    assert river.any()
    assert share[river] == pytest.approx(0.3 * np.exp(-km[river] / 25.0))


def test_over_other_borders_nobody_reaches(reached):
    here, there, _, share = reached
    other = ~np.isin(here, [PERU, COLOMBIA, BRAZIL])
    assert (there == PERU).all()
    assert (share[other] == 0.0).all()
