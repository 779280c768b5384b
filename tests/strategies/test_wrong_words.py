"""A wrong word or name in a strategy is reported; otherwise it would select nothing."""

import copy
import warnings

import numpy as np
import pytest
from small_world import add_leads

from sim.simulation.situation import situation


@pytest.fixture
def view(world):
    add_leads(world, [3, 4, 5])
    return situation(world, 0)


def test_rows_of_a_kind_are_those_of_the_comparison(view):
    own = view.own
    assert own.of_kind("special").uid.tolist() == own.uid[own.kind == "special"].tolist() != []
    both = own.of_kind("line", "police")
    assert set(both.kind) == {"line", "police"} and len(both) == len(own.of_kind("line")) + len(
        own.of_kind("police")
    )
    assert len(view.reports.of_kind("laboratory")) == 3 and len(view.reports.of_kind("field")) == 0
    assert set(view.places.of_kind("hamlet").kind) == {"hamlet"}


@pytest.mark.parametrize(
    ("table", "kind", "told"),
    [
        ("own", "lin", 'police, antinarcotics, eradication. Did you mean "line"?'),
        ("own", "soldiers", "there are line, special"),
        ("reports", "armed group", 'Did you mean "armed_group"?'),
        ("places", "towns", 'Did you mean "town"?'),
        ("own", 0, "there are line"),
    ],
)
def test_a_kind_that_there_is_not_is_refused_with_the_list(view, table, kind, told):
    with pytest.raises(ValueError, match="of_kind: ") as refused:
        getattr(view, table).of_kind("line" if table == "own" else kind, kind)
    assert told in str(refused.value)


COMPARISONS = {
    "own.kind": lambda s: s.own.kind == "lin",
    "own.theatre": lambda s: s.own.theatre != "vream",
    "own.home_theatre": lambda s: np.isin(s.own.home_theatre, ("vraem", "loretto")),
    "own.bound_mission": lambda s: s.own.bound_mission == "patrols",
    "own.mission": lambda s: s.own.where(s.own.soldiers > 0).mission == "patroll",
    "own.status": lambda s: s.own.status[:3] == "post",
    "own.kind by number": lambda s: s.own.kind == 0,
    "own.kind, contained": lambda s: "lin" in s.own.kind,
    "reports.source": lambda s: s.reports.source == "tipp",
    "reports.kind": lambda s: s.reports.kind != "lab",
    "places.name": lambda s: s.places.name == "Valle  1",
}


@pytest.mark.parametrize("compare", COMPARISONS)
def test_a_comparison_with_an_unknown_word_warns(view, compare):
    with pytest.warns(UserWarning, match="never occurs in this column"):
        COMPARISONS[compare](view)


def test_it_warns_once_at_the_line_of_the_strategy(view):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for _ in range(3):
            selected = view.own.kind == "lin"
    assert [warning.filename for warning in told] == [__file__] and 'Did you mean "line"?' in str(
        told[0].message
    )
    assert type(selected) is np.ndarray and selected.dtype == bool and not selected.any()


def test_known_words_and_other_columns_compare_as_in_any_array(view):
    own = view.own
    plain = np.array(own.kind)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(own.kind == "line", plain == "line") and np.array_equal(
            own.kind != "line", plain != "line"
        )
        assert np.array_equal(
            np.isin(own.kind, ("line", "police")), np.isin(plain, ("line", "police"))
        )
        assert (
            (own.theatre == own.home_theatre).all()
            and "line" in own.kind
            and own.kind[0] == plain[0]
        )
        assert np.unique(own.kind).tolist() == np.unique(plain).tolist()
        assert (copy.deepcopy(own.kind) == plain).all()


@pytest.mark.parametrize(
    ("read", "told"),
    [
        (lambda s: s.attacks, 'Situation has no "attacks"; it is situation.theatre[name].attacks.'),
        (lambda s: s.soldiers, "it is situation.own.soldiers or situation.budget.soldiers."),
        (lambda s: s.reprots, 'Did you mean "reports"?'),
        (lambda s: s.own.readyness, 'OwnForces has no "readyness"; there are uid, kind'),
        (lambda s: s.own.travel_days, "it is situation.travel_days."),
        (lambda s: s.reports.seen, 'Did you mean "seen_day"?'),
        (lambda s: s.places.populations, 'Did you mean "population"?'),
        (lambda s: s.theatre["vraem"].seizure, 'Did you mean "seizures"?'),
        (
            lambda s: s.theatre["vraem"].attacks.sum,
            'Weekly has no "sum"; there are full_weeks, baseline_week, last.',
        ),
        (
            lambda s: s.budget.helicopters,
            "there are flight_hours, lift_hours, boats, soldiers, police",
        ),
    ],
)
def test_an_attribute_that_is_not_there_is_refused_with_where_it_is(view, read, told):
    with pytest.raises(AttributeError) as refused:
        read(view)
    assert told in str(refused.value)


def test_a_theatre_that_there_is_not_is_refused_with_the_list(view):
    for table in (view.theatre, view.budget.boats, view.budget.soldiers):
        with pytest.raises(KeyError, match=r"vraem, loreto, cajamarca.*vraem"):
            table["vream"]
        assert table.get("vream") is None and list(table) == ["vraem", "loreto", "cajamarca"]


def test_an_error_inside_a_table_is_raised_unchanged(view):
    def fails():
        raise AttributeError("the census is not there")

    object.__setattr__(view, "_told", {"own": fails})
    with pytest.raises(AttributeError, match="the census is not there"):
        _ = view.own
