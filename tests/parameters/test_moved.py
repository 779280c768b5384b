"""Parameters of earlier editions: every one that is gone says what replaces it, wherever it is
asked for."""

from pathlib import Path

import pytest

from sim.parameters import load_moved, load_registry
from sim.report.tables import parameter_table, parameters_of

FORMER = (Path(__file__).parent / "first_edition.txt").read_text().split()
MOVED = load_moved()


def test_every_parameter_of_the_first_edition_is_here_or_says_where_it_went():
    assert len(FORMER) == len(set(FORMER)) == 381
    assert {name for name in FORMER if name not in load_registry()} == set(MOVED)


def test_what_replaces_a_parameter_is_a_parameter_of_today():
    assert [new for each in MOVED.values() for new in each.now if new not in load_registry()] == []


@pytest.mark.parametrize("name", MOVED)
def test_a_look_up_names_what_replaced_it_and_why(name):
    with pytest.raises(KeyError) as error:
        load_registry().get(name)
    told = error.value.args[0]
    assert told.startswith(f"'{name}' is no parameter any more")
    assert "did you mean" not in told.lower()
    assert MOVED[name].why in told
    assert all(new in told for new in MOVED[name].now)
    assert MOVED[name].now or "none replaces it" in told


def test_a_name_without_its_mechanism_is_known_unless_another_parameter_has_it_today():
    assert "presence.felt_up_days" in (load_registry().gone("felt_days") or "")
    assert load_registry().gone("fighters") is None  # founding.fighters has it
    assert load_registry().gone("presence.reach_km") is None


def test_a_report_of_earlier_results_says_that_a_parameter_is_gone():
    values = parameters_of({"parameters": {"control.fall": 0.1}}, ["parameters.start.vigour"])
    assert values == {"control.fall": 0.1, "start.vigour": None}
    page = parameter_table(values, "set")
    assert "support.decay replaced it" in page and "protection.vigour_scale replaced it" in page
