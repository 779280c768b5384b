"""4.7 Detection: laboratories, latex points and strips that patrols find, and leads that are
answered.

Koopman, Search and Screening, 1946 (OEG report 56): random search has no memory."""

import math

import numpy as np
import pytest
from hand_made import (
    MANY,
    chance,
    parameters,
)
from searched_place import KEPT_ON_FILE, TODAY, Place

from sim.model.mechanisms.interdiction.detection import lead_value
from sim.model.state import counts as q
from sim.model.state.agents import (
    COCAINE_LAB,
    LATEX_POINT,
    LEAD_FIELD,
    LEAD_GROUP,
    LEAD_SHIPMENT,
    STRIP,
)
from sim.model.state.arrays import (
    ANSWERING,
    ANSWERS,
    RESPONDERS,
)
from sim.names import HCL, LATEX, LORETO, VRAEM

# --- patrols come upon works ---


@pytest.mark.parametrize("per_day", [0.05, 0.25, 2.0])
def test_patrols_find_laboratories_as_koopman_says(per_day):
    assert Place().patrol(per_day).search().share() == chance(1 - math.exp(-per_day))


def test_a_strip_is_seen_by_its_own_visibility():
    p = parameters("detection")
    place = Place(kind=STRIP).patrol(0.5).search()
    assert place.share() == chance(1 - math.exp(-0.5 * p.vis_strip / p.vis_lab))


def test_finding_has_no_memory():
    """The wait of those found within 14 days is geometric; its mean, cut off there, is known."""
    never = {"rebuild_days": 1e4, "rebuild_police_days": 1e4}
    place, days, stop = Place(**never).patrol(0.25), 14, 1 - math.exp(-0.25)
    waits = np.zeros(MANY)
    for day in range(1, days + 1):
        place.search(TODAY + day)
        waits[(waits == 0) & (place.labs.closed_until > TODAY + day)] = day
    missed = (1 - stop) ** day
    mean = 1 / stop - days * missed / (1 - missed)
    assert waits[waits > 0].mean() == pytest.approx(mean, rel=0.1)


@pytest.mark.parametrize("lab", [{"alive": 0}, {"closed_until": TODAY + 1}])
def test_nobody_finds_what_does_not_work(lab):
    place = Place(n=1)
    for name, value in lab.items():
        place.labs[name] = value
    assert place.search().flow(q.LABS_DESTROYED) == 0.0


# --- what follows a find ---


@pytest.mark.parametrize("police", [0.0, 0.3, 1.0])
def test_police_make_a_destruction_last(police):
    """21 days in the mean without them, 56 with them."""
    days = Place(police=police).search().days_closed
    assert days.mean() == pytest.approx((1 - police) * 21.0 + police * 56.0, rel=0.07)


@pytest.mark.parametrize(("police", "mean"), [(0.0, 21.0), (1.0, 56.0)])
def test_rebuilding_takes_half_to_one_and_a_half_times_its_mean(police, mean):
    days = Place(police=police).search().days_closed
    assert (days.min(), days.max()) == (int(0.5 * mean), math.ceil(1.5 * mean) - 1)


@pytest.mark.parametrize("police", [0.0, 0.3, 1.0])
def test_works_found_with_police_are_counted(police):
    assert Place(police=police).search().flow(q.LABS_WITH_POLICE) / MANY == chance(police)


def test_the_file_of_the_owner_grows_where_police_are_there():
    place = Place(police=0.3).search()
    points = parameters("justice").lab_points * place.flow(q.LABS_WITH_POLICE)
    assert place.minds.cases[0].tolist() == pytest.approx([0.0, points, 0.0, 0.0])


def test_under_the_joint_mandate_soldiers_seize_what_lies_there():
    place = Place().search()
    assert place.flow(q.SEIZED_STOCK) == 100.0 * MANY
    assert (place.labs.held_kg == 0.0).all()


@pytest.fixture
def alone():
    """Latex points that soldiers alone find under `pnp`, where they may hold nobody."""
    place = Place(kind=LATEX_POINT)
    place.police_only = 1
    return place.search()


def test_soldiers_alone_close_works_under_pnp(alone):
    assert alone.share() == 1.0


def test_soldiers_alone_let_the_product_go_under_pnp(alone):
    assert alone.flow(q.LET_GO + LATEX) == 100.0 * MANY
    assert (alone.labs.held_kg == 100.0).all()


def test_soldiers_alone_add_nothing_to_a_file_under_pnp(alone):
    assert alone.minds.cases.sum() == 0.0


def test_under_pnp_product_is_seized_where_police_are_there():
    place = Place(police=0.4)
    place.police_only = 1
    place.search()
    assert place.flow(q.SEIZED_STOCK) == 100.0 * place.flow(q.LABS_WITH_POLICE)
    assert place.flow(q.SEIZED_STOCK) + place.flow(q.LET_GO) == 100.0 * MANY


@pytest.mark.parametrize(("kind", "product"), [(COCAINE_LAB, HCL), (LATEX_POINT, LATEX)])
def test_product_is_counted_by_kind(kind, product):
    assert Place(n=1, kind=kind).search().flow(q.SEIZED_STOCK + product) == 100.0


@pytest.mark.parametrize("police", [0.0, 1.0])
def test_a_strip_is_repaired_in_one_to_five_days_each_as_often(police):
    """F0354. Police change nothing."""
    days = Place(kind=STRIP, police=police).search().days_closed
    counts = np.bincount(days, minlength=6)
    assert counts[1:6] / MANY == pytest.approx(np.full(5, 0.2), abs=4 * math.sqrt(0.16 / MANY))
    assert counts[1:6].sum() == MANY


def test_a_strip_is_counted_apart():
    place = Place(n=1, kind=STRIP, police=1.0).search()
    assert (place.flow(q.STRIPS_CRATERED), place.flow(q.LABS_DESTROYED)) == (1.0, 0.0)
    assert place.minds.cases.sum() == 0.0


# --- leads ---


def test_a_lead_grows_stale():
    """`.5 exp(-age / 5 d) x local knowledge`."""
    p = parameters("detection")
    worth = [lead_value(0.0, 1.0, p), lead_value(5.0, 1.0, p), lead_value(5.0, 0.6, p)]
    assert worth == pytest.approx([0.5, 0.5 / math.e, 0.3 / math.e])


@pytest.mark.parametrize("knowledge", [0.5, 1.0])
def test_a_fresh_lead_succeeds_by_local_knowledge(knowledge):
    place = Place()
    place.force[0, RESPONDERS] = 1e6 * knowledge
    assert place.answer().share() == chance(0.5 * knowledge)


def test_an_old_lead_succeeds_by_its_age():
    place = Place()
    place.leads.seen = TODAY - 5
    assert place.answer().share() == chance(0.5 / math.e)


@pytest.mark.parametrize("teams", [0.0, 1.0, 4.0])
def test_a_lead_is_answered_by_the_teams_in_reach(teams):
    """`1 - exp(-response x teams)` a day."""
    place = Place()
    place.force[0, ANSWERING] = teams
    hazard = parameters("detection").response * teams
    assert place.answer().flow(q.LEADS_ACTED) / MANY == chance(1 - math.exp(-hazard))


def test_a_lead_that_is_not_shared_waits_for_the_service_that_was_told():
    place = Place()
    place.leads.shared, place.leads.service = TODAY + 1, 1
    assert place.answer().flow(q.LEADS_ACTED) == 0.0
    place.force[0, ANSWERS + 1] = 1e6
    assert place.answer().flow(q.LEADS_ACTED) == MANY


def test_a_lead_that_is_answered_is_kept_on_file():
    place = Place(n=10).answer()
    assert (place.leads.alive == KEPT_ON_FILE).all()


@pytest.mark.parametrize(
    "lead",
    [
        {"alive": KEPT_ON_FILE},
        {"received": TODAY + 1},
        {"kind": LEAD_GROUP},
        {"kind": LEAD_FIELD},
        {"site": 1},
    ],
    ids=["on file", "not received", "on a group", "on a field", "abroad"],
)
def test_nobody_answers(lead):
    place = Place(n=10)
    place.force[1, ANSWERING] = 1e6
    for name, value in lead.items():
        place.leads[name] = value
    assert place.answer().flow(q.LEADS_ACTED) == 0.0


@pytest.mark.parametrize(
    "lab",
    [{"alive": 0}, {"uid": 10**6}, {"site": 1}, {"closed_until": TODAY + 1}],
    ids=["gone", "another in its row", "moved", "closed"],
)
def test_a_lead_on_what_is_no_longer_there_finds_nothing(lab):
    place = Place(n=100)
    for name, value in lab.items():
        place.labs[name] = value
    place.answer()
    assert place.flow(q.LEADS_ACTED) == 100.0
    assert place.flow(q.LABS_DESTROYED) == 0.0


def test_a_lead_answered_with_police_adds_points_of_its_own():
    place = Place(police=1.0).answer()
    j = parameters("justice")
    points = (j.lead_points + j.lab_points) * place.flow(q.LABS_DESTROYED)
    assert place.minds.cases[0, VRAEM] == pytest.approx(points)


def test_a_lead_on_a_strip_adds_no_points():
    place = Place(n=100, kind=STRIP, police=1.0).answer()
    assert place.flow(q.STRIPS_CRATERED) > 0.0 == place.minds.cases.sum()


def test_a_lead_on_a_load_finds_it_by_its_size():
    place = Place(leads_on=LEAD_SHIPMENT)
    place.loads.kg = 200.0
    found = (place.answer().loads.alive == 0).mean()
    assert found == chance(0.5 * 2 ** parameters("detection").load_exponent)


def test_what_leads_seize_is_counted_as_theirs():
    place = Place(n=100, leads_on=LEAD_SHIPMENT).answer()
    assert place.flow(q.SEIZED_BY_LEAD) == 100.0 * (place.loads.alive == 0).sum() > 0.0


@pytest.mark.parametrize(
    "load",
    [{"alive": 0}, {"uid": 10**6}, {"inside": LORETO}],
    ids=["gone", "another in its row", "in another theatre"],
)
def test_a_lead_on_a_load_that_is_no_longer_there_finds_nothing(load):
    place = Place(n=100, leads_on=LEAD_SHIPMENT)
    for name, value in load.items():
        place.loads[name] = value
    assert place.answer().flow(q.SEIZED) == 0.0


def test_soldiers_alone_let_the_load_of_a_lead_go_under_pnp():
    place = Place(n=100, leads_on=LEAD_SHIPMENT)
    place.police_only = 1
    place.answer()
    assert place.flow(q.LET_GO) > 0.0 == place.flow(q.SEIZED)
