"""4.4 Presence: whom armed groups cover, and how people come to feel forces."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import parameters, rows
from small_valley import HERE, NEXT_DOOR, Valley

from sim.model.mechanisms.forces.presence import felt_after, mark_felt, pace
from sim.model.state.agents import PERU, ArmedGroup
from sim.simulation.page import plain

# --- armed groups ---


def band(country=(PERU, PERU), **fields):
    made = {"alive": 1, "site": HERE, "fighters": 50.0} | fields
    groups = rows(ArmedGroup, np.size(made["fighters"]), **made)
    return Valley(groups=groups, country=country).cover_by_armed()


def test_a_group_covers_by_its_fighters():
    """50 among 40,000 people are 1.25 per 1,000, at scale 3."""
    assert band().towns.armed_coverage[HERE] == pytest.approx(1 - 3 ** (-1.25 / 3.0))


def test_a_group_covers_a_neighbour_by_the_kernel():
    assert band().towns.armed_coverage[NEXT_DOOR] == pytest.approx(1 - 3 ** (-0.625 / 3.0))


def test_a_group_that_is_gone_covers_nobody():
    assert (band(alive=0).towns.armed_coverage == 0.0).all()


def test_a_group_covers_nobody_across_a_border():
    towns = band(country=(PERU + 2, PERU)).towns
    assert towns.armed_coverage[HERE] > 0.0 == towns.armed_coverage[NEXT_DOOR]


def test_the_coverage_of_each_party_is_told_apart():
    """Groups of 30 and 10 of one party and of 20 of another."""
    valley = band(fighters=[30.0, 10.0, 20.0], party=[0, 0, 4])
    here = valley.support.present[HERE]
    law = [1 - 3 ** (-fighters / 40.0 / 3.0) for fighters in (40.0, 20.0, 60.0)]
    assert here == pytest.approx([law[0], 0.0, 0.0, 0.0, law[1], 0.0])
    assert valley.towns.armed_coverage[HERE] == pytest.approx(law[2])


def test_who_has_left_covers_nobody_the_day_after():
    valley = band()
    valley.actors.groups.alive = 0
    assert (valley.cover_by_armed().support.present == 0.0).all()
    assert (valley.towns.armed_coverage == 0.0).all()


# --- felt coverage ---

FELT = ("felt_soldiers", "felt_police")


def left_after(days, chi=1.0, opening=0, covered=0.0):
    """Return a valley where .5 was felt of soldiers and of police, days after coverage by both has
    become `covered`."""
    town = dict.fromkeys((*FELT, "felt_soldiers_0", "felt_police_0"), 0.5)
    town |= {"covered_by_soldiers": covered, "covered_by_police": covered}
    valley = Valley(vacuum_coupling=chi, town=town)
    for day in range(days):
        valley.feel(30 + day, opening)
    return valley.towns


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize("days", [1, 5, 21])
def test_felt_coverage_falls_by_e_in_five_days(part, days):
    assert left_after(days)[part] == pytest.approx(0.5 * math.exp(-days / 5.0))


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize("days", [1, 21, 63])
def test_what_is_still_to_be_felt_falls_by_e_in_three_weeks(part, days):
    felt = left_after(days, covered=0.9)[part]
    assert 0.9 - felt == pytest.approx(0.4 * math.exp(-days / 21.0))


@pytest.mark.parametrize(("felt", "target"), [(0.2, 0.7), (0.7, 0.2), (0.4, 0.4)])
def test_a_week_at_once_is_seven_days_one_by_one(felt, target):
    p = parameters("presence")
    by_day = felt
    for _ in range(7):
        by_day = felt_after(by_day, target, *pace(1.0, p))
    assert felt_after(felt, target, *pace(7.0, p)) == pytest.approx(by_day)


def test_people_feel_soldiers_and_police_together():
    towns = left_after(5)
    assert towns.felt == pytest.approx(1 - (1 - 0.5 / math.e) ** 2)


@pytest.mark.parametrize("part", FELT)
@pytest.mark.parametrize(("chi", "end"), [(0.0, 0.5), (0.4, 0.3), (1.0, 0.0)])
def test_the_vacuum_coupling_is_the_share_of_a_change_that_is_felt(part, chi, end):
    """`C~_0 + chi (C - C~_0)` where coverage fell from .5 to 0."""
    assert left_after(1_000, chi)[part] == pytest.approx(end, abs=1e-9)


@pytest.mark.parametrize("chi", [0.0, 0.4])
def test_up_to_day_0_every_change_is_felt(chi):
    towns = left_after(10, chi=chi, opening=1)
    assert towns.felt_soldiers == pytest.approx(0.5 * math.exp(-2.0))


def test_the_reference_is_marked_and_then_stays():
    towns = left_after(10)
    assert (towns.felt_soldiers_0 == 0.5).all()
    plain(mark_felt)(SimpleNamespace(communities=towns))
    assert (towns.felt_soldiers_0 == towns.felt_soldiers).all()
    assert (towns.felt_police_0 == towns.felt_police).all()
    assert (towns.felt_soldiers < 0.5).all()


def test_on_the_first_day_coverage_is_felt_at_once():
    valley = Valley(town={"covered_by_soldiers": 0.4, "covered_by_police": 0.2})
    valley.feel(t=0, opening=1)
    assert valley.towns.felt_soldiers == pytest.approx([0.4, 0.4])
    assert valley.towns.felt_police == pytest.approx([0.2, 0.2])
    assert valley.towns.felt == pytest.approx([0.52, 0.52])
