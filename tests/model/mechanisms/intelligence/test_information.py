"""4.5 Information: how much communities tell, about what and to whom, and who can answer."""

import math

import numpy as np
import pytest
from hand_made import near, one, parameters, rows

from sim.model.mechanisms.intelligence.information import (
    field_visibility,
    not_located,
    tells_of_fields,
    tips_per_week,
)
from sim.model.rules.leads import file_lead, told_to
from sim.model.rules.reach import able_to_answer
from sim.model.rules.units import service_of
from sim.model.state.agents import (
    ARMY,
    LEAD_FIELD,
    LINE,
    NAVY,
    POLICE,
    POLICE_SERVICE,
    RIVER_INFANTRY,
    Community,
    Lead,
)
from sim.model.state.arrays import ANSWERING, ANSWERS, FORCE_COLUMNS


def test_tips_by_hand():
    """`tau pop/1000 k (1 - fear)(.3 + .7 C~)`, with at most 20,000 informers (section 4.5 of the
    model)."""
    p = parameters("information")
    town = one(Community, population=10_000.0, cooperation=0.5, fear=0.2, felt=0.5)
    assert tips_per_week(town, p) == pytest.approx(0.3 * 10 * 0.5 * 0.8 * 0.65)
    assert tips_per_week(
        one(Community, population=1e6, cooperation=1.0, felt=1.0), p
    ) == pytest.approx(0.3 * 20)
    assert tips_per_week(one(Community, population=10_000.0, cooperation=0.5, fear=1.0), p) == 0.0


def test_patrols_cannot_make_reports_without_bound():
    """Reports attract patrols and patrols bring reports. From no felt force to the most that can be
    felt, reports rise by the factor 1 / .3 and no more."""
    p = parameters("information")
    none, all_ = (
        tips_per_week(one(Community, population=5_000.0, cooperation=0.6, felt=felt), p)
        for felt in (0.0, 1.0)
    )
    assert all_ / none == pytest.approx(1.0 / p.base_protection)


def test_growers_are_silent_about_fields():
    """Where nobody grows, all would tell. With one hectare for each `growers_per_ha` people one in
    e would tell, and where all live off fields nobody would."""
    p = parameters("information")
    assert tells_of_fields(one(Community, population=1_000.0), p) == 1.0
    assert tells_of_fields(
        one(Community, population=1_000.0, coca=1_000.0 / p.growers_per_ha), p
    ) == pytest.approx(1 / math.e)
    assert tells_of_fields(one(Community, population=100.0, coca=500.0), p) < 1e-4
    assert tells_of_fields(
        one(Community, population=1_000.0, coca_young=50.0, poppy=50.0), p
    ) == tells_of_fields(one(Community, population=1_000.0, coca=100.0), p)


def test_poppy_hides_among_maize_and_located_fields_make_no_lead():
    p, q = parameters("information"), parameters("survey")
    coca, poppy = (
        field_visibility(one(Community, **{crop: 50.0}), p, q) for crop in ("coca", "poppy")
    )
    assert coca == pytest.approx(p.vis_field)
    assert poppy == pytest.approx(0.3 * coca)
    assert field_visibility(one(Community), p, q) == 0.0
    assert field_visibility(one(Community, coca=0.5), p, q) == pytest.approx(coca / 2)
    assert [
        not_located(one(Community, coca=50.0, poppy=50.0, coca_found=part, poppy_seen=part))
        for part in (0.0, 25.0, 50.0)
    ] == [
        1,
        0.5,
        0,
    ]


def test_people_tell_who_is_there():
    """The share of draws that goes to each service is its share of the people in reach. Where
    nobody is in reach, reports go to the army."""
    draws = (np.arange(1_000) + 0.5) / 1_000
    told = np.bincount([told_to(u, 30.0, 10.0, 60.0) for u in draws], minlength=3)
    assert told.tolist() == [300, 100, 600]
    assert {told_to(u, 0.0, 0.0, 0.0) for u in draws} == {ARMY}
    assert {told_to(u, 0.0, 0.0, 1.0) for u in draws} == {POLICE_SERVICE}


def test_units_belong_to_a_service():
    assert [service_of(kind) for kind in (LINE, RIVER_INFANTRY, POLICE)] == [
        ARMY,
        NAVY,
        POLICE_SERVICE,
    ]


@pytest.mark.parametrize(("sharing", "teams"), [(0, [9.0, 9.0]), (5, [2.0, 9.0])])
def test_only_the_service_that_was_told_answers_until_the_lead_is_shared(sharing, teams):
    """Of four army, three navy and two police teams the police are told on day 10. Under one
    command there is no time of sharing, and all answer at once."""
    force = np.zeros((1, FORCE_COLUMNS))
    force[0, ANSWERING] = 9.0
    force[0, ANSWERS : ANSWERS + 3] = 4.0, 3.0, 2.0
    leads, status = rows(Lead), np.zeros(3, np.int64)
    with np.errstate(over="ignore"):
        file_lead(
            leads, LEAD_FIELD, np.uint64(1), 0, 0, 9, 10, POLICE_SERVICE, 10 + sharing, 0, status
        )
    reach = near([0, 1], [0], [1.0])
    assert [able_to_answer(force, leads[0], t, reach) for t in (10, 15)] == teams
    assert status[0] == 0


def test_a_full_file_ends_the_stretch():
    leads, status = rows(Lead, alive=1), np.zeros(3, np.int64)
    file_lead(leads, LEAD_FIELD, np.uint64(1), 0, 0, 9, 10, ARMY, 10, 0, status)
    assert status[0] == 6
