"""4.10 Protection: its four parts, the vigour of committees and rondas, and the vacuum."""

import itertools
import math

import numpy as np
import pytest
from hand_made import one, parameters
from small_rule import Line

from sim.model.mechanisms.people.protection import (
    LEAST_STATE,
    civil_state,
    mark_protection,
    order_kept,
    protection_of,
    share_of_week,
    vacuum_of,
    vigour_aim,
)
from sim.model.state.agents import Community
from sim.simulation.page import plain


def s(soldiers=0.0, police=0.0, civil=0.0, vigour=0.0, ronda=1, shield=0.9):
    """Return the protection of a place with these parts."""
    town = one(
        Community,
        felt_soldiers=soldiers,
        felt_police=police,
        civil=civil,
        ronda=ronda,
        vigour=vigour,
    )
    return protection_of(town, parameters("protection", ronda_shield=shield))


# --- the four parts ---


def test_protection_by_hand():
    """`1 - (1 - C_f)(1 - C_p)(1 - civil)(1 - .9 v)`."""
    assert s(0.2, 0.3, 0.1, 0.5) == pytest.approx(1.0 - 0.8 * 0.7 * 0.9 * 0.55)


@pytest.mark.parametrize("part", ["soldiers", "police", "civil"])
def test_a_part_alone_protects_by_itself(part):
    assert s(**{part: 0.37}) == pytest.approx(0.37)


def test_a_ronda_alone_protects_by_its_vigour_and_shield():
    assert s(vigour=0.5) == pytest.approx(0.45)


def test_without_any_part_nobody_is_protected():
    assert s() == 0.0


@pytest.mark.parametrize("part", ["soldiers", "police", "civil"])
def test_one_full_part_protects_everybody(part):
    assert s(**{part: 1.0}) == 1.0


def test_protection_never_passes_1_and_each_part_adds_to_it():
    levels = (0.0, 0.3, 0.8, 1.0)
    for parts in itertools.product(levels, repeat=4):
        here = s(*parts)
        assert 0.0 <= here <= 1.0
        for k in range(4):
            if parts[k] < 0.8:
                assert s(*(*parts[:k], 0.9, *parts[k + 1 :])) > here or here == 1.0


def test_a_committee_keeps_no_order_of_its_own():
    """Its members count among the forces; only a northern ronda keeps order."""
    assert s(vigour=1.0, ronda=0) == 0.0


def test_order_is_the_shield_at_full_vigour():
    town = one(Community, ronda=1, vigour=1.0)
    assert order_kept(town, parameters("protection", ronda_shield=0.6)) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("people", "share"), [(0.0, 0.0), (3_000.0, 0.25), (9_000.0, 0.375), (1e12, 0.5)]
)
def test_the_civil_state_protects_towns(people, share):
    """`.5 x people / (people + 3,000)`."""
    assert civil_state(people, parameters("protection")) == pytest.approx(share)


def test_without_the_civil_state_a_town_is_protected_by_forces_alone():
    assert civil_state(1e6, parameters("protection", civil=0.0)) == 0.0


# --- vigour ---


@pytest.mark.parametrize("felt", [0.0, 0.1, 0.41, 1.0])
@pytest.mark.parametrize("ruled", [0.0, 0.3, 1.0])
def test_a_committee_needs_soldiers_and_fades_under_its_enemy(felt, ruled):
    town = one(Community, felt=felt, under_rule=ruled)
    aim = (1.0 - math.exp(-felt / 0.25)) * (1.0 - ruled)
    assert vigour_aim(town, parameters("protection")) == pytest.approx(aim)


@pytest.mark.parametrize("ruled", [0.0, 0.3, 1.0])
def test_a_ronda_never_had_the_army(ruled):
    town = one(Community, ronda=1, felt=0.0, under_rule=ruled)
    assert vigour_aim(town, parameters("protection")) == pytest.approx(1.0 - ruled)


@pytest.mark.parametrize("start", [0.0, 1.0])
@pytest.mark.parametrize("weeks", [1, 26, 78])
def test_vigour_goes_to_its_aim_with_a_time_constant_of_26_weeks(start, weeks):
    line = Line(1, town={"felt": 0.3, "vigour": start, "under_rule": 0.2}).protect(weeks)
    aim = (1.0 - math.exp(-0.3 / 0.25)) * 0.8
    assert line.towns.vigour[0] == pytest.approx(aim + (start - aim) * math.exp(-weeks / 26.0))


def test_protection_of_a_week_is_that_of_the_vigour_before_it():
    line = Line(1, town={"ronda": 1, "vigour": 0.5}, protection={"civil": 0.0}).protect()
    assert line.towns.protection[0] == pytest.approx(0.45)
    assert line.towns.vigour[0] > 0.5


# --- what was usual ---


def test_what_was_usual_follows_with_a_memory_of_26_weeks():
    line = Line(1, town={"felt_police": 0.6}, protection={"civil": 0.0}).protect(13)
    assert line.towns.protection_usual[0] == pytest.approx(0.6 * (1.0 - math.exp(-0.5)))


@pytest.mark.parametrize("weeks", [1.0, 26.0, 1e9])
def test_a_week_moves_a_stock_by_its_time_constant(weeks):
    assert share_of_week(weeks) == pytest.approx(-math.expm1(-1.0 / weeks))


# --- the vacuum ---


@pytest.mark.parametrize(
    ("before", "civil", "now", "vacuum"),
    [
        (0.2, 0.2, 0.2, 0.0),  # the state never was more than civil
        (0.8, 0.2, 0.8, 0.0),
        (0.8, 0.2, 0.5, 0.5),
        (0.8, 0.2, 0.2, 1.0),  # all but the civil state is gone
        (0.8, 0.2, 0.0, 1.0),
        (0.5, 0.2, 0.9, 0.0),  # more than before is no vacuum
        (0.22, 0.2, 0.2, 0.02 / LEAST_STATE),
    ],
)
def test_a_vacuum_is_what_the_state_was_and_no_longer_is(before, civil, now, vacuum):
    town = one(Community, protection_0=before, civil=civil, protection=now)
    assert vacuum_of(town) == pytest.approx(vacuum)


def test_a_place_that_loses_its_forces_is_a_full_vacuum():
    line = Line(2, town={"felt_soldiers": 0.5, "felt_police": [0.3, 0.0]}).protect()
    plain(mark_protection)(line.places)
    line.towns.felt_soldiers[0] = line.towns.felt_police[0] = 0.0
    line.protect()
    assert line.towns.vacuum == pytest.approx([1.0, 0.0])


def test_day_0_has_no_vacuum():
    line = Line(2, town={"felt_soldiers": [0.5, 0.0]}).protect()
    line.towns.vacuum = 0.7
    plain(mark_protection)(line.places)
    assert line.towns.vacuum.tolist() == [0.0, 0.0]
    assert (line.towns.protection_0 == line.towns.protection).all()
    assert np.ptp(line.towns.protection_0) > 0.3
