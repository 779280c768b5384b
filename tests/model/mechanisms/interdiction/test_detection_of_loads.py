"""4.7 Detection: what follows when a load is found, and who may hold people."""

import math

import numpy as np
import pytest
from hand_made import MANY, chance, near, parameters
from searched_way import Way

from sim.model.rules.finds import police_there
from sim.model.state import counts as q
from sim.model.state.agents import (
    BY_ROAD,
)
from sim.model.state.arrays import (
    FORCE_COLUMNS,
    PEOPLE,
    POLICE_PEOPLE,
)
from sim.names import LATEX, LORETO, VRAEM

# --- what follows a find ---


@pytest.fixture
def seized():
    """A load of 400 kg that is found in cell 1 by patrols without police."""
    way = Way(n=1, kg=400.0).patrol(1e6, 1.0, 1.5, cells=[1])
    return way.day()


def test_a_seized_load_is_counted_in_its_theatre(seized):
    assert seized.tally[q.SEIZED, VRAEM] == 400.0
    assert seized.tally[q.SEIZURES, VRAEM] == 1.0


def test_a_firm_learns_on_which_leg_it_lost_a_load(seized):
    assert seized.minds.seized[0, 0].tolist() == [1.0, 0.0]


def test_a_firm_counts_its_loss(seized):
    assert seized.firms.lost[0] == 1.0


def test_a_seizure_adds_points_to_the_file_by_its_weight(seized):
    """.3 and 1 a tonne."""
    assert seized.minds.cases[0].tolist() == pytest.approx([0.0, 0.7, 0.0, 0.0])


def test_a_seized_load_has_not_passed_the_theatre(seized):
    assert seized.flow(q.PASSED) == 0.0


def test_a_seized_load_has_passed_the_theatres_before():
    way = Way(n=1).patrol(1e6, 1.0, 1.5, cells=[1])
    way.ground.theatre[1] = LORETO
    way.day()
    assert way.tally[q.PASSED, VRAEM] == 100.0 == way.tally[q.SEIZED, LORETO]


def test_a_load_seized_on_its_way_has_attempted_the_theatre_that_it_reached():
    way = Way(n=1).patrol(1e6, 1.0, 1.5, cells=[1])
    way.ground.theatre[1] = LORETO
    assert way.day().tally[q.ATTEMPTED, LORETO] == 100.0


def test_a_load_seized_on_its_way_has_entered_the_land_that_it_reached():
    way = Way(n=1).patrol(1e6, 1.0, 1.5, cells=[1])
    way.ground.community[0] = -1
    assert way.day().towns.attempted_kg[0] == 100.0


def test_a_load_seized_on_its_way_has_tried_the_leg_that_it_reached():
    way = Way(n=1)
    way.legs.risk[1] = 1.0
    way.routes.days[:] = 0.25
    way.routes.leg[:] = [0, 1, 1]
    assert way.day().minds.tried[0, 0].tolist() == [0.0, 1.0]


def test_latex_is_counted_apart():
    way = Way(n=1, product=LATEX).patrol(1e6, 1.0, 1.5).day()
    assert way.tally[q.SEIZED + LATEX, VRAEM] == 100.0
    assert way.flow(q.SEIZED) == way.flow(q.SEIZED_BY_PATROL) == way.fields.seized_kg.sum() == 0.0


def test_a_load_that_is_gone_is_not_found_again():
    way = Way(n=10).patrol(1e6, 1.0, 1.5).day()
    assert way.day().flow(q.SEIZURES) == 10.0


# --- who may hold people ---


@pytest.mark.parametrize(
    ("people", "police", "call"),
    [(100.0, 0.0, 0.2), (100.0, 30.0, 0.0), (100.0, 30.0, 0.02), (50.0, 50.0, 0.0)],
)
def test_police_are_there_by_their_law(people, police, call):
    """`1 - (1 - s) exp(-call E)` with both sites in reach, the farther at half weight."""
    force = np.zeros((2, FORCE_COLUMNS))
    force[0, PEOPLE], force[0, POLICE_PEOPLE] = people, police
    force[1, PEOPLE], force[1, POLICE_PEOPLE] = 20.0, 20.0
    reach = near([0, 2, 2], [0, 1], [1.0, 0.5])
    share, within = (police + 10.0) / (people + 10.0), police + 10.0
    law = 1.0 - (1.0 - share) * math.exp(-call * within)
    assert police_there(force, 0, reach, parameters("justice", call=call)) == pytest.approx(law)


@pytest.mark.parametrize("site", [1, -1], ids=["nobody in reach", "nobody's land"])
def test_no_police_come_where_nobody_is(site):
    force = np.zeros((2, FORCE_COLUMNS))
    force[0, [PEOPLE, POLICE_PEOPLE]] = 20.0
    reach = near([0, 1, 1], [0], [1.0])
    assert police_there(force, site, reach, parameters("justice")) == 0.0


def mandate(police: float, find: str):
    """Return loads found under `pnp`, where soldiers may hold people with police alone."""
    if find == "patrol":
        way = Way().patrol(1e6, 1.0, 1.5)
    else:
        way = Way(mode=BY_ROAD, q_road=0.9).post()
    way.police_only = 1
    way.parameters.justice.call = 0.0
    way.force[0, PEOPLE], way.force[0, POLICE_PEOPLE] = 100.0, 100.0 * police
    return way.day()


@pytest.mark.parametrize("police", [0.0, 0.4, 1.0])
def test_under_pnp_a_patrol_seizes_where_police_are_there(police):
    assert mandate(police, "patrol").share() == chance(police)


@pytest.mark.parametrize("police", [0.0, 0.4, 1.0])
def test_under_pnp_a_post_seizes_where_police_are_there(police):
    assert mandate(police, "post").share() == chance(0.9 * police)


def test_what_soldiers_alone_find_under_pnp_goes_on():
    way = mandate(0.0, "patrol")
    assert way.flow(q.LET_GO) == 100.0 * MANY
    assert way.loads.alive.all()


def test_what_goes_on_leaves_no_trace_in_the_file():
    assert mandate(0.0, "patrol").minds.cases.sum() == 0.0


def test_under_the_joint_mandate_soldiers_alone_seize():
    way = Way(n=10).patrol(1e6, 1.0, 1.5)
    way.force[0, PEOPLE] = 100.0
    assert way.day().share() == 1.0
    assert way.flow(q.LET_GO) == 0.0
