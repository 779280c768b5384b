"""What command knows, and what it does not."""

import copy
import dataclasses

import numpy as np
import pytest
from small_world import BURN_IN, add_leads, make_world, strategy_of

from sim.mechanisms.command import enter
from sim.strategies import catalogue
from sim.strategies.situation import situation
from sim.world.state import VRAEM
from sim.world.tally import ATTACKS


def arrays(thing):
    for column in dataclasses.fields(thing):
        value = getattr(thing, column.name)
        if isinstance(value, np.ndarray):
            yield column.name, value
        elif dataclasses.is_dataclass(value):
            yield from arrays(value)


def test_arrays_are_copies(world):
    add_leads(world, [3, 4])
    before = copy.deepcopy((world.actors, world.places, world.sites, world.days_surface))
    view = situation(world, 0)
    for _, array in arrays(view):
        array[:] = array[::-1].copy() if array.dtype.kind == "U" else 1
    after = (world.actors, world.places, world.sites, world.days_surface)
    for left, right in zip(before[:3], after[:3]):
        assert all(np.array_equal(a, b) for a, b in zip(left, right) if a is not None)
    assert np.array_equal(before[3], after[3])
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.day = 3
    with pytest.raises(TypeError):
        view.theatre["vraem"] = None


def test_own_forces_are_told_in_words(world):
    units = world.actors.units
    enter(world, strategy_of(world, "static").decide(situation(world, 0)), BURN_IN)
    own = situation(world, 3).own
    assert len(own) == int(units.alive.sum())
    assert own.where(own.kind == "special").uid.tolist() == units.uid[units.kind == 1].tolist()
    moving = own.where(own.status == "preparing")
    assert len(moving) == 50 and set(moving.theatre) == {"vraem"} and set(moving.bound_theatre) == {"loreto", "cajamarca"}
    assert moving.arrives_day.min() > 0 and set(own.arrives_day[own.status == "posted"]) == {-1}


def test_reports_are_known_from_the_day_they_arrive(world):
    add_leads(world, [5], received=BURN_IN + 10, seen=BURN_IN + 4)
    assert len(situation(world, 9).reports) == 0
    reports = situation(world, 10).reports
    assert (reports.place[0], reports.theatre[0], reports.seen_day[0], reports.received_day[0]) == (5, "vraem", 4, 10)
    assert {column.name for column in dataclasses.fields(reports)} == {"place", "theatre", "kind", "seen_day", "received_day", "source"}


def test_windows_count_full_weeks_and_fall_back_on_the_burn_in(world):
    world.tally[0, ATTACKS, VRAEM] = 2.0 * BURN_IN / 7.0
    world.tally[1:, ATTACKS, VRAEM] = np.arange(1, len(world.tally))
    at_start, later, midweek = (situation(world, day).theatre["vraem"].attacks for day in (0, 14, 73))
    assert at_start.baseline_week == 2.0
    assert [at_start.last(weeks) for weeks in (1, 4, 8)] == [2.0, 8.0, 16.0]
    assert [later.last(weeks) for weeks in (1, 2, 3, 8)] == [2, 1 + 2, 1 + 2 + 2, 1 + 2 + 6 * 2]
    assert [midweek.last(weeks) for weeks in (1, 4, 8, 10, 26)] == [10, sum(range(7, 11)), sum(range(3, 11)), 55, 55 + 16 * 2]


def test_budget_and_travel(world):
    view = situation(world, 0)
    assert view.budget.soldiers["vraem"] == 333 * 30 and view.budget.police["vraem"] == 16 * 30 and view.budget.flight_hours["vraem"] == 6.0
    assert view.travel_days(0, 1) == pytest.approx(1.0) and view.travel_days(0, 1, "air") == 1.0 and view.travel_days(2, 2, "air") == 0.0
    with pytest.raises(ValueError, match="surface"):
        view.travel_days(0, 1, "boat")
    assert view.theatre["vraem"].coverage == pytest.approx(0.4)
    assert str(view.date) == "2022-01-01" and str(situation(world, 31).date) == "2022-02-01"


def test_draws_belong_to_the_day_and_the_run(world):
    draws = [situation(world, 0).chance(k) for k in range(50)]
    assert draws == [situation(world, 0).chance(k) for k in range(50)]
    assert len(set(draws)) == 50 and all(0 <= draw < 1 for draw in draws)
    assert draws != [situation(world, 14).chance(k) for k in range(50)]


@pytest.mark.parametrize("levers", [{"tasking_vraem": "reports", "tasking_border": "reports"}, {"tasking_border": "random"}])
def test_the_truth_that_no_report_names_changes_no_order(levers):
    calm, scrambled = make_world(**levers), make_world(**levers)
    rng = np.random.default_rng(2)
    for world in (calm, scrambled):
        add_leads(world, [1, 1, 1, 2, 25, 25, 30])
    for secret in scrambled.actors[1:5]:
        for name, column in ((n, secret[n]) for n in secret.dtype.names):
            column[:] = rng.integers(1, 9, len(column)) if name != "alive" else 1
    hidden = ["population", "state", "armed", "armed_coverage", "felt", "felt_armed", "fear", "cooperation", "committee", "harm_state"]
    hidden += ["coca", "coca_max", "poppy", "kg_passed", "tips", "stake"]
    for name in hidden:
        scrambled.places.communities[name] = rng.random(calm.n_communities) * 3
    scrambled.actors.leads.target[:] = rng.integers(1, 99, 30)
    scrambled.actors.leads.row[:] = rng.integers(0, 30, 30)
    orders = [[strategy_of(world, name).decide(situation(world, 14)) for name in catalogue()] for world in (calm, scrambled)]
    assert orders[0] == orders[1]
    assert all(orders[0])
