"""What the command knows of the model, and what stays hidden from it."""

import copy
import dataclasses

import numpy as np
import pytest
from small_world import BURN_IN, add_leads, arrive, make_world, review, strategy_of

from sim.model.state.counts import ATTACKS
from sim.names import VRAEM
from sim.simulation.orders import enter
from sim.simulation.situation import situation
from sim.strategies import catalogue
from sim.strategies.situation import Weekly

TABLES = ("own", "places", "reports", "theatre", "budget", "surface_days")


def arrays(view):
    """Every array that a situation can show, once all its tables are made."""
    for name in TABLES:
        table = getattr(view, name)
        for part in table.values() if name == "theatre" else [table]:
            if isinstance(part, np.ndarray):
                yield name, part
                continue
            for column in dataclasses.fields(part):
                value = getattr(part, column.name)
                yield from [(column.name, value)] if isinstance(value, np.ndarray) else []
                yield from [(column.name, value.full_weeks)] if isinstance(value, Weekly) else []


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
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.own = None
    with pytest.raises(TypeError):
        view.theatre["vraem"] = None


def test_what_is_read_late_tells_of_its_day(world):
    """Tables are made at the first read; a situation that is kept must not show a later day."""
    add_leads(world, [3, 4])
    world.tally[1:] = 1.0
    early, late = situation(world, 14), situation(world, 14)
    shown = {name: getattr(early, name) for name in TABLES}
    units, leads, theatres = world.actors.units, world.actors.leads, world.places.theatres
    units.posting, units.soldiers, units.mission, leads.site, leads.alive = 5, 1.0, 3, 9, 2
    theatres.flight_hours_day = theatres.lift_bank = world.places.communities.coverage = 0.0
    world.tally[3:] = 7.0
    for (name, before), (_, after) in zip(arrays(early), arrays(late), strict=True):
        assert np.array_equal(before, after), name
    assert late.budget == shown["budget"]
    assert all(
        late.theatre[name].coverage == view.coverage for name, view in shown["theatre"].items()
    )


def test_own_forces_are_told_in_words(world):
    units = world.actors.units
    enter(world, strategy_of(world, "static").decide(situation(world, 0)), BURN_IN)
    own = situation(world, 3).own
    assert len(own) == int(units.alive.sum())
    assert own.where(own.kind == "special").uid.tolist() == units.uid[units.kind == 1].tolist()
    moving = own.where(own.status == "preparing")
    assert (
        len(moving) == 50
        and set(moving.theatre) == {"vraem"}
        and set(moving.bound_theatre) == {"loreto", "cajamarca"}
    )
    assert moving.arrives_day.min() > 0 and set(own.arrives_day[own.status == "posted"]) == {-1}


def test_reports_are_known_from_the_day_they_arrive(world):
    add_leads(world, [5], received=BURN_IN + 10, seen=BURN_IN + 4)
    assert len(situation(world, 9).reports) == 0
    reports = situation(world, 10).reports
    assert (reports.place[0], reports.theatre[0], reports.seen_day[0], reports.received_day[0]) == (
        5,
        "vraem",
        4,
        10,
    )
    assert {column.name for column in dataclasses.fields(reports)} == {
        "place",
        "theatre",
        "kind",
        "seen_day",
        "received_day",
        "source",
    }


def test_windows_count_full_weeks_and_fall_back_on_the_burn_in(world):
    world.tally[0, ATTACKS, VRAEM] = 2.0 * BURN_IN / 7.0
    world.tally[1:, ATTACKS, VRAEM] = np.arange(1, len(world.tally))
    at_start, later, midweek = (
        situation(world, day).theatre["vraem"].attacks for day in (0, 14, 73)
    )
    assert at_start.baseline_week == 2.0
    assert [at_start.last(weeks) for weeks in (1, 4, 8)] == [2.0, 8.0, 16.0]
    assert [later.last(weeks) for weeks in (1, 2, 3, 8)] == [2, 1 + 2, 1 + 2 + 2, 1 + 2 + 6 * 2]
    assert [midweek.last(weeks) for weeks in (1, 4, 8, 10, 26)] == [
        10,
        sum(range(7, 11)),
        sum(range(3, 11)),
        55,
        55 + 16 * 2,
    ]


def test_budget_and_travel(world):
    view = situation(world, 0)
    assert (
        view.budget.soldiers["vraem"] == 333 * 30
        and view.budget.police["vraem"] == 16 * 30
        and view.budget.flight_hours["vraem"] == 6.0
    )
    assert (
        view.travel_days(0, 1) == pytest.approx(1.0)
        and view.travel_days(0, 1, "air") == 1.0
        and view.travel_days(2, 2, "air") == 0.0
    )
    with pytest.raises(ValueError, match="surface"):
        view.travel_days(0, 1, "boat")
    assert view.theatre["vraem"].coverage == pytest.approx(0.4)
    assert str(view.date) == "2022-01-01" and str(situation(world, 31).date) == "2022-02-01"


def test_draws_belong_to_the_day_and_the_run(world):
    draws = [situation(world, 0).chance(k) for k in range(50)]
    assert draws == [situation(world, 0).chance(k) for k in range(50)]
    assert len(set(draws)) == 50 and all(0 <= draw < 1 for draw in draws)
    assert draws != [situation(world, 14).chance(k) for k in range(50)]


SECRETS = (
    "population",
    "state",
    "armed",
    "armed_coverage",
    "felt",
    "protection",
    "under_rule",
    "vacuum",
    "fear",
    "cooperation",
    "committee",
    "harm_state",
)
SECRETS += ("coca", "coca_max", "poppy", "kg_passed", "tips", "stake")


def scramble(world, rng):
    """Change every truth that no report mentions."""
    for secret in world.actors[1:5]:
        for name, column in ((n, secret[n]) for n in secret.dtype.names):
            column[:] = rng.integers(1, 9, len(column)) if name != "alive" else 1
    for name in SECRETS:
        world.places.communities[name] = rng.random(world.n_communities) * 3
    world.actors.leads.target[:] = rng.integers(1, 99, 30)
    world.actors.leads.row[:] = rng.integers(0, 30, 30)


@pytest.mark.parametrize(
    "levers",
    [{"tasking_vraem": "reports", "tasking_border": "reports"}, {"tasking_border": "random"}],
)
@pytest.mark.parametrize("name", catalogue())
def test_the_truth_that_no_report_names_changes_no_order(name, levers):
    """Over half a year, in which threats change, units move and come back."""
    told = []
    for secret in (False, True):
        world, rng = make_world(**levers), np.random.default_rng(2)
        strategy = strategy_of(world, name)
        told.append([])
        for day in range(0, 182, 7):
            add_leads(
                world, [1, 1, 1, 2, 25, 25, 30] + [21] * (day // 14), received=BURN_IN + day - 2
            )
            world.actors.leads.kind = [0, 1, 2] * 10
            world.tally[day // 7 + 1, ATTACKS, 2] = day // 28
            if secret:
                scramble(world, rng)
            if day % strategy.review_days == 0:
                told[-1].append(review(world, strategy, day))
            arrive(world, day)
    assert told[0] == told[1]
    assert any(told[0])
