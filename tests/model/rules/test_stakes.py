"""What can be gained in a place."""

from hand_made import one

from sim.model.rules.stakes import stakes
from sim.model.state.agents import Community


def test_stakes_are_what_passes_in_a_week_and_what_grows():
    town = one(Community, kg_recent=1.0, coca=20.0, poppy=300.0, coca_young=4_000.0)
    assert stakes(town) == 321.0


def test_an_empty_place_has_no_stakes():
    assert stakes(one(Community, coca_bare=50.0, kg_passed=30.0, population=900.0)) == 0.0
