"""4.7 Detection: which loads patrols, posts, connectors and the searchers of a route find in a day.

Koopman, Search and Screening, 1946 (OEG report 56): random search. What follows a find stands in
`test_detection_of_loads.py`; works and leads stand in `test_detection_of_works.py`."""

import math

import pytest
from hand_made import chance, parameters
from searched_way import Way

from sim.model.rules.encounters import manned, post_probability
from sim.model.rules.finds import size_factor
from sim.model.state import counts as q
from sim.model.state.agents import (
    BY_AIR,
    BY_RIVER,
    BY_ROAD,
    ON_FOOT,
)
from sim.model.state.arrays import (
    POST_BRIBED,
    RIVER_PEOPLE,
)
from sim.names import VRAEM

# --- patrols ---

SPEED = {ON_FOOT: ("vis_on_foot", 1.5), BY_RIVER: ("vis_on_river", 10.0)}


@pytest.mark.parametrize("mode", [ON_FOOT, BY_RIVER])
@pytest.mark.parametrize("per_day", [0.1, 1.0])
def test_patrols_find_loads_as_koopman_says(mode, per_day):
    """`1 - exp(-lambda)`, lambda = W sqrt(vs^2 + vt^2) h n vis / A over a day in such cells."""
    vis, km_h = SPEED[mode]
    way = Way(mode=mode).patrol(per_day, parameters("detection")[vis], km_h).day()
    assert way.share() == chance(1 - math.exp(-per_day))


def test_a_road_is_searched_as_an_open_valley():
    way = Way(mode=BY_ROAD).patrol(0.2, parameters("detection").vis_on_road, 25.0)
    way.ground.road[:] = 2
    assert way.day().share() == chance(1 - math.exp(-0.2 * 0.15 / 0.03))


def test_a_cell_counts_for_the_part_of_the_day_that_a_load_spends_there():
    way = Way().patrol(1.0, parameters("detection").vis_on_foot, 1.5, cells=[0]).day()
    assert way.share() == chance(1 - math.exp(-0.5))


def test_a_cell_counts_for_what_is_left_of_the_step():
    way = Way().patrol(1.0, parameters("detection").vis_on_foot, 1.5, cells=[0])
    way.loads.elapsed = 0.3
    assert way.day().share() == chance(1 - math.exp(-0.2))


@pytest.mark.parametrize(("kg", "times"), [(100.0, 1.0), (400.0, 4.0**0.3), (10.0, 0.1**0.3)])
def test_a_larger_load_is_easier_to_find(kg, times):
    way = Way(kg=kg).patrol(0.5, parameters("detection").vis_on_foot, 1.5).day()
    assert way.share() == chance(1 - math.exp(-0.5 * times))


def test_the_size_of_a_load_counts_by_its_exponent():
    p = parameters("detection")
    assert size_factor(2 * p.load_ref_kg, p) == pytest.approx(2**p.load_exponent)


def test_nobody_searches_the_foreign_bank():
    way = Way().patrol(50.0, parameters("detection").vis_on_foot, 1.5)
    way.routes.exposed[:] = 0
    assert way.day().share() == 0.0


def test_a_flight_passes_above_patrols_and_posts():
    way = Way(mode=BY_AIR, q_road=1.0).patrol(1e6, 1.0, 1.5).post().day()
    assert way.share() == 0.0


def test_a_load_is_lost_in_the_cell_where_it_was_most_in_danger():
    way = Way(n=1).patrol(1e3, parameters("detection").vis_on_foot, 1.5, cells=[0])
    way.patrols[1] = 2 * way.patrols[0]
    assert way.day().fields.seized_kg.tolist() == [0.0, 100.0]


def test_what_patrols_seize_is_counted_as_theirs():
    way = Way(n=10).patrol(1e3, parameters("detection").vis_on_foot, 1.5).day()
    assert way.flow(q.SEIZED_BY_PATROL) == 1_000.0 == way.flow(q.SEIZED)


# --- posts ---


def test_a_post_is_manned_by_so_many_independent_shifts():
    """`1 - (1 - .3)^(people / 15)`."""
    p = parameters("detection")
    assert [manned(people, p) for people in (0.0, 15.0, 30.0)] == pytest.approx([0.0, 0.3, 0.51])


@pytest.mark.parametrize(("river", "stops"), [(False, "q_road"), (True, "q_river")])
def test_a_crowded_clean_post_stops_its_share(river, stops):
    p = parameters("detection")
    assert post_probability(1e6, 0.0, river, 100.0, p) == pytest.approx(p[stops])


def test_a_post_without_people_stops_nothing():
    assert post_probability(0.0, 0.0, False, 100.0, parameters("detection")) == 0.0


def test_a_post_stops_a_large_load_by_its_size():
    p = parameters("detection")
    times = post_probability(1e6, 0.0, True, 200.0, p) / post_probability(1e6, 0.0, True, 100.0, p)
    assert times == pytest.approx(2**p.load_exponent)


@pytest.mark.parametrize(("bribed", "share"), [(1e9, 1.0), (1_000.0, 1 - math.exp(-1))])
def test_a_bought_post_stops_less(bribed, share):
    """`c (1 - exp(-bribed / 1,000 USD))` of the stops are bought off."""
    p = parameters("detection")
    stops = post_probability(1e6, bribed, False, 100.0, p)
    assert stops == pytest.approx(p.q_road * (1 - p.corruption * share))


def test_no_post_is_sure():
    assert post_probability(1e6, 0.0, True, 1e12, parameters("detection")) == 0.95


@pytest.mark.parametrize("mode", [BY_ROAD, BY_RIVER])
def test_a_post_looks_at_each_passage_once(mode):
    """Both cells belong to one post; a load that passes the first is not stopped in the second."""
    way = Way(mode=mode, q_road=0.3, q_river=0.3).post(cell=0).post(cell=1).day()
    assert way.share() == chance(0.3)


def test_the_people_of_a_river_patrol_stand_at_a_post_of_the_river():
    by_river = Way(mode=BY_RIVER, q_river=0.3).post(column=RIVER_PEOPLE).day()
    by_road = Way(mode=BY_ROAD, q_road=0.3).post(column=RIVER_PEOPLE).day()
    assert by_river.share() == chance(0.3)
    assert by_road.share() == 0.0


def test_who_walks_passes_no_post():
    assert Way(mode=ON_FOOT, q_road=0.9).post().day().share() == 0.0


def test_a_post_sees_a_load_only_when_it_leaves_the_cell():
    way = Way(mode=BY_ROAD, q_road=0.9).post(cell=1)
    way.routes.days[:] = 0.8
    assert way.day().share() == 0.0


def test_what_posts_have_taken_is_shared_by_their_people():
    """100 people took 1,000 USD each, the price at which 1 - 1/e of the corruptible stops go."""
    way = Way(mode=BY_ROAD, q_road=0.9, corruption=0.8).post(people=100.0)
    way.force[0, POST_BRIBED] = 100.0 * 1_000.0
    stops = manned(100.0, way.p) * 0.9 * (1 - 0.8 * (1 - math.exp(-1)))
    assert way.day().share() == chance(stops)


def test_what_posts_seize_is_counted_as_theirs():
    way = Way(n=100, mode=BY_ROAD, q_road=0.9).post().day()
    assert way.flow(q.SEIZED_BY_POST) == 100.0 * way.found.sum() > 0.0


@pytest.fixture
def paid():
    """Ten loads that pass a post of 15 people, manned at .3, where nothing is stopped."""
    return Way(n=10, mode=BY_ROAD, q_road=0.0).post(people=15.0).day()


def test_a_load_that_passes_pays_the_post(paid):
    """Two USD a kilogram when somebody stands there."""
    assert paid.towns.bribes_usd[0] == pytest.approx(10 * 100.0 * 2.0 * 0.3)


def test_the_firm_pays_what_the_post_takes(paid):
    assert -paid.firms.cash[0] == pytest.approx(paid.towns.bribes_usd[0])


def test_bribes_are_counted_where_they_are_paid(paid):
    assert paid.tally[q.PAID_BRIBE, VRAEM] == pytest.approx(paid.towns.bribes_usd[0])


# --- connectors and searched routes ---


def test_a_connector_takes_its_share_as_a_load_leaves_it():
    way = Way()
    way.legs.risk[1] = 0.25
    way.loads.step = 2
    assert way.day().share() == chance(0.25)


def test_a_connector_takes_nothing_before_its_end():
    way = Way()
    way.legs.risk[1] = 0.25
    way.loads.step, way.routes.days[2] = 2, 1.5
    assert way.day().share() == 0.0


@pytest.mark.parametrize("days", [2.0, 4.0])
def test_searchers_of_a_route_find_loads_on_all_of_it_alike(days):
    """`1 - exp(-kappa E)` over the whole way, a part of it each day."""
    way = Way()
    way.facts.days[0] = days
    way.legs.route_effort[0] = 300.0
    kappa = way.parameters.trafficking[0].kappa
    assert way.day().share() == chance(1 - math.exp(-kappa * 300.0 / days))
