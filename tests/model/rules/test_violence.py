"""What fights do (4.8): the square law, whom the dead are taken from, and whole people."""

import numpy as np
import pytest
from hand_made import one, rows

from sim.model.rules.violence import (
    ANYBODY,
    PATROLS,
    POLICE_TEAMS,
    POSTS,
    harm_by_armed,
    harm_by_state,
    kill_fighters,
    kill_soldiers,
    square_law,
    target_of,
    whole,
)
from sim.model.state.agents import (
    CHECKPOINT,
    LINE,
    PATROL,
    POLICE,
    POSTED,
    ArmedGroup,
    Community,
    Unit,
)
from sim.model.state.counts import (
    FIGHTERS_LOST,
    HARM_ARMED,
    HARM_STATE,
    PLACES,
    QUANTITIES,
    STATE_LOSSES,
)

U = np.uint64


@pytest.fixture
def tally():
    return np.zeros((len(QUANTITIES), PLACES))


@pytest.mark.parametrize(("first", "second"), [(12.0, 12.0), (50.0, 10.0), (9.0, 20.0), (5.0, 1.0)])
def test_the_square_law_holds_and_the_weaker_breaks(first, second):
    """Losses are as the other side's strength, so `A0 dA = B0 dB` to first order (Lanchester); nobody loses more than the share at which
    it breaks, and one side loses just that."""
    lost_first, lost_second = square_law(first, second, 0.3, 0.3)
    assert lost_first * first == pytest.approx(lost_second * second)
    assert max(lost_first / first, lost_second / second) == pytest.approx(0.3)
    assert (lost_first / first >= lost_second / second) == (first <= second)


def test_nobody_fights_nobody():
    assert (
        square_law(0.0, 0.0, 0.3, 0.3) == (0.0, 0.0) and square_law(10.0, 0.0, 0.3, 0.3)[0] == 0.0
    )


def test_whole_people_with_the_right_mean():
    u = (np.arange(2_000) + 0.5) / 2_000
    lost = [whole(x, 2.4, 12.0) for x in u]
    assert all(isinstance(int(n), int) and 0 <= n <= 12 for n in lost) and np.mean(
        lost
    ) == pytest.approx(2.4, abs=0.01)
    assert whole(0.999, 5.0, 0.9) == 0


def test_a_core_outlives_all_but_a_raid(tally):
    """The core cannot be found otherwise (4.9), so zero is not absorbing; a raid passes 0 for it."""
    group = one(ArmedGroup, fighters=10.0)
    assert kill_fighters(group, 50, 2.0, 1, tally) == 8 and group.fighters == 2.0
    assert kill_fighters(group, 50, 2.0, 1, tally) == 0
    assert kill_fighters(group, 50, 0.0, 1, tally) == 2 and group.fighters == 0.0
    assert tally[FIGHTERS_LOST, 1] == 10


def test_the_dead_are_of_the_kind_that_was_struck(tally):
    """An ambush on a patrol kills patrolmen, one on a post its guards, one on police police (4.8)."""
    units = rows(
        Unit,
        4,
        alive=1,
        uid=[1, 2, 3, 4],
        kind=[LINE, LINE, POLICE, LINE],
        posting=[5, 5, 5, 6],
        status=POSTED,
        soldiers=30.0,
    )
    units.mission[:] = [PATROL, CHECKPOINT, PATROL, PATROL]
    assert [target_of(unit) for unit in units] == [PATROLS, POSTS, POLICE_TEAMS, PATROLS]
    for target, row in ((PATROLS, 0), (POSTS, 1), (POLICE_TEAMS, 2)):
        assert (
            kill_soldiers(units, 5, target, 3, U(1), 0, 1, tally) == 3
            and units.soldiers[row] == 27.0
        )
    assert kill_soldiers(units, 5, PATROLS, 100, U(1), 0, 1, tally) == 27
    assert kill_soldiers(units, 5, PATROLS, 1, U(1), 0, 1, tally) == 0
    assert (
        kill_soldiers(units, 5, ANYBODY, 10, U(1), 0, 1, tally) == 10 and units.soldiers[3] == 30.0
    )
    assert tally[STATE_LOSSES, 1] == 3 * 3 + 27 + 10


def test_a_unit_that_only_guards_is_a_post(tally):
    """`place_units` counts it among the posts: an act against them must find its people (4.3, 4.8)."""
    units = rows(
        Unit,
        1,
        alive=1,
        uid=1,
        kind=LINE,
        mission=PATROL,
        guarding=1,
        posting=5,
        status=POSTED,
        soldiers=30.0,
    )
    assert target_of(units[0]) == POSTS
    assert kill_soldiers(units, 5, POSTS, 2, U(1), 0, 1, tally) == 2 and units.soldiers[0] == 28.0


def test_harm_takes_no_more_than_live_there(tally):
    town = one(Community, theatre=2, population=5.0)
    harm_by_state(town, 2, tally)
    harm_by_armed(town, 100, tally)
    assert town.population == 0.0 and (town.harm_state, town.harm_armed) == (2.0, 3.0)
    assert tally[HARM_STATE, 2] == 2 and tally[HARM_ARMED, 2] == 3
