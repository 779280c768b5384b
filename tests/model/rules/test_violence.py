"""4.8 What fights do: the laws of Lanchester (Aircraft in Warfare, 1916) and Deitchman (A
Lanchester model of guerrilla warfare, Operations Research 10, 1962), whom the dead are taken from,
and whole people."""

import math

import numpy as np
import pytest
from hand_made import one, rows

from sim.model.rules.violence import (
    ANYBODY,
    PATROLS,
    POLICE_TEAMS,
    POSTS,
    deitchman,
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
    """Losses are as the other side's strength, so that `A0 dA = B0 dB` to first order (Lanchester).
    Nobody loses more than the share at which it breaks, and one side loses just that."""
    lost_first, lost_second = square_law(first, second, 0.3, 0.3)
    assert lost_first * first == pytest.approx(lost_second * second)
    assert max(lost_first / first, lost_second / second) == pytest.approx(0.3)
    assert (lost_first / first >= lost_second / second) == (first <= second)


def test_nobody_fights_nobody():
    assert square_law(0.0, 0.0, 0.3, 0.3) == (0.0, 0.0)
    assert square_law(10.0, 0.0, 0.3, 0.3)[0] == 0.0


def test_whole_people_with_the_right_mean():
    u = (np.arange(2_000) + 0.5) / 2_000
    lost = [whole(x, 2.4, 12.0) for x in u]
    assert all(isinstance(int(n), int) and 0 <= n <= 12 for n in lost)
    assert np.mean(lost) == pytest.approx(2.4, abs=0.01)
    assert whole(0.999, 5.0, 0.9) == 0


def test_a_core_outlives_all_but_a_raid(tally):
    """Nothing but a raid finds the core of a group (4.9), so that other fights never end it. A raid
    passes 0 for the core."""
    group = one(ArmedGroup, fighters=10.0)
    assert kill_fighters(group, 50, 2.0, 1, tally) == 8
    assert group.fighters == 2.0
    assert kill_fighters(group, 50, 2.0, 1, tally) == 0
    assert kill_fighters(group, 50, 0.0, 1, tally) == 2
    assert group.fighters == 0.0
    assert tally[FIGHTERS_LOST, 1] == 10


def test_the_dead_are_of_the_kind_that_was_struck(tally):
    """An ambush on a patrol kills patrol members, one on a post its guards, and one on police kills
    police (4.8)."""
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
        assert kill_soldiers(units, 5, target, 3, U(1), 0, 1, tally) == 3
        assert units.soldiers[row] == 27.0
    assert kill_soldiers(units, 5, PATROLS, 100, U(1), 0, 1, tally) == 27
    assert kill_soldiers(units, 5, PATROLS, 1, U(1), 0, 1, tally) == 0
    assert kill_soldiers(units, 5, ANYBODY, 10, U(1), 0, 1, tally) == 10
    assert units.soldiers[3] == 30.0
    assert tally[STATE_LOSSES, 1] == 3 * 3 + 27 + 10


def test_a_unit_that_only_guards_is_a_post(tally):
    """`place_units` counts it among the posts, so that an act against posts must find its people
    (4.3, 4.8)."""
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
    assert kill_soldiers(units, 5, POSTS, 2, U(1), 0, 1, tally) == 2
    assert units.soldiers[0] == 28.0


def test_harm_takes_no_more_than_live_there(tally):
    town = one(Community, theatre=2, population=5.0)
    harm_by_state(town, 2, tally)
    harm_by_armed(town, 100, tally)
    assert town.population == 0.0
    assert (town.harm_state, town.harm_armed) == (2.0, 3.0)
    assert tally[HARM_STATE, 2] == 2
    assert tally[HARM_ARMED, 2] == 3


# --- Deitchman's law of an ambush ---

AIM, SWEEP = 0.01, 2.5e-4


@pytest.mark.parametrize(
    ("hidden", "exposed", "aim", "sweep", "minutes"),
    [(12, 8, 0.01, 2.5e-4, 12), (30, 30, 0.03, 1e-3, 20), (5, 30, 0.003, 1e-4, 60)],
)
def test_an_ambush_conserves_what_deitchman_says(hidden, exposed, aim, sweep, minutes):
    """`sweep (G0^2 - G^2) / 2 = aim (I0 - I)` at any time."""
    lost_exposed, lost_hidden = deitchman(
        float(hidden), float(exposed), aim, sweep, float(minutes), 1.0
    )
    swept = sweep * (exposed**2 - (exposed - lost_exposed) ** 2) / 2
    assert 0 < lost_exposed < exposed
    assert 0 < lost_hidden < hidden
    assert swept == pytest.approx(aim * lost_hidden, rel=0.01)


@pytest.mark.parametrize(("hidden", "exposed"), [(10.0, 10.0), (12.0, 30.0)])
def test_the_hidden_side_wins_where_it_is_strong_enough(hidden, exposed):
    """Fought to the end, it is left where `2 aim I0 > sweep G0^2`: at these rates twelve hidden
    hold out against 30.98 exposed."""
    lost_exposed, lost_hidden = deitchman(hidden, exposed, AIM, SWEEP, 60_000.0, 1.0)
    margin = 2 * AIM * hidden - SWEEP * exposed**2
    assert margin > 0
    assert exposed - lost_exposed == pytest.approx(0.0, abs=1e-3)
    assert hidden - lost_hidden == pytest.approx(margin / (2 * AIM), rel=0.02)


@pytest.mark.parametrize(("hidden", "exposed"), [(12.0, 32.0), (40.0, 60.0)])
def test_the_exposed_side_wins_otherwise(hidden, exposed):
    lost_exposed, lost_hidden = deitchman(hidden, exposed, AIM, SWEEP, 60_000.0, 1.0)
    margin = SWEEP * exposed**2 - 2 * AIM * hidden
    assert margin > 0
    assert hidden - lost_hidden == pytest.approx(0.0, abs=1e-3)
    assert exposed - lost_exposed == pytest.approx(math.sqrt(margin / SWEEP), rel=0.02)


def test_in_a_short_fight_each_side_kills_at_its_first_rate():
    """The side that aims kills `aim x I x t`, the side that sweeps `sweep x G x I x t`."""
    lost_exposed, lost_hidden = deitchman(10.0, 8.0, AIM, SWEEP, 0.1, 1.0)
    assert lost_exposed == pytest.approx(AIM * 10 * 0.1, rel=1e-3)
    assert lost_hidden == pytest.approx(SWEEP * 8 * 10 * 0.1, rel=1e-2)


def test_the_attacker_breaks_off_at_the_losses_that_it_bears():
    """At a fifth of ten (section 4.8), overshooting by less than a quarter of a minute."""
    _, lost = deitchman(10.0, 200.0, 0.001, 1e-3, 600.0, 0.2)
    assert 2.0 <= lost < 2.0 + 1e-3 * 10 * 200 * 0.25


def test_an_attacker_that_bears_all_losses_fights_on():
    _, lost = deitchman(10.0, 200.0, 0.001, 1e-3, 600.0, 1.0)
    assert lost > 5.0
