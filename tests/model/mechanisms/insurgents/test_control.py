"""4.10 Control: where it settles, how fast it moves, who holds a place, and rondas that keep
outsiders out."""

import math

import pytest
from hand_made import one, parameters
from sim.model.mechanisms.insurgents.control import target_armed, target_state, towards
from sim.model.rules.holding import holder_after, kept_out, stakes
from small_runs import alone, small_run

from sim.model.state.agents import ARMED, NOBODY, STATE, Community


@pytest.mark.parametrize(
    ("holder", "state", "armed", "then"),
    [
        (NOBODY, 0.59, 0.2, NOBODY),
        (NOBODY, 0.61, 0.2, STATE),
        (STATE, 0.3, 0.59, STATE),
        (STATE, 0.3, 0.61, ARMED),
        (STATE, 0.2, 0.21, STATE),
        (STATE, 0.2, 0.19, NOBODY),
        (ARMED, 0.5, 0.1, ARMED),
        (ARMED, 0.7, 0.1, STATE),
    ],
)
def test_a_place_changes_hands_only_above_sixty_percent(holder, state, armed, then):
    """The holder keeps a place until another side, or nobody, has more than .6 of it (evidence
    B4)."""
    assert holder_after(holder, state, armed, 0.6) == then


def test_the_way_back_is_longer_than_the_way_there():
    """Hysteresis: as control rises, and as it falls, the state comes to hold a place and loses it
    at different shares."""
    up = [holder_after(NOBODY, s / 100, 0.0, 0.6) for s in range(101)].index(STATE)
    down = max(s for s in range(101) if holder_after(STATE, s / 100, 0.0, 0.6) != STATE)
    assert (up, down) == (61, 39)


def test_holders_are_written_with_the_shares():
    run = small_run()
    run.advance(7)
    towns = run.world.places.communities
    towns.holder[:] = NOBODY
    towns.felt[:], towns.felt_armed[:] = 0.0, 0.0
    towns.state[:], towns.armed[:] = 0.9, 0.0
    towns.state[0], towns.armed[0] = 0.1, 0.8
    alone(run, "control.control")
    assert towns.holder[0] == ARMED
    assert (towns.holder[1:] == STATE).all()


def test_a_ronda_in_vigour_keeps_armed_outsiders_out():
    """Where there is a ronda, felt armed coverage counts for `1 - shield x vigour` of itself
    (4.10)."""
    armed = []
    for vigour in (0.0, 0.5, 1.0):
        run = small_run()
        run.advance(7)
        towns = run.world.places.communities
        towns.felt[:], towns.felt_armed[:], towns.armed[:], towns.state[:], towns.vigour[:] = (
            0.2,
            0.5,
            0.0,
            0.0,
            vigour,
        )
        alone(run, "control.control")
        armed.append((towns.armed[towns.ronda == 1].max(), towns.armed[towns.ronda == 0].min()))
    with_ronda, without = zip(*armed)
    assert with_ronda[0] > with_ronda[1] > with_ronda[2] > 0
    assert with_ronda[0] == pytest.approx(without[0])
    assert len(set(without)) == 1


def test_what_is_at_stake_and_who_is_kept_out():
    assert (
        stakes(one(Community, kg_recent=1.0, coca=20.0, poppy=300.0, coca_young=4_000.0)) == 321.0
    )
    assert kept_out(one(Community, ronda=1, vigour=0.5), 0.8) == pytest.approx(0.4)
    assert kept_out(one(Community, vigour=1.0), 0.8) == 0.0


FIXED_POINTS = [(0.6, 0.0, 0.45), (0.1, 0.5, 0.2), (0.0, 0.0, 0.5), (0.9, 0.9, 0.8)]


def fixed_point(felt, rival, k):
    """Return `S / (S + G + e)` and `G / (S + G + e)`, with S = C~ (.5 + k), G = A~ (1.5 - k) and
    e = .15."""
    state, armed = felt * (0.5 + k), rival * (1.5 - k)
    return state / (state + armed + 0.15), armed / (state + armed + 0.15)


@pytest.mark.parametrize(("felt", "rival", "k"), FIXED_POINTS)
def test_the_goal_of_control_is_its_fixed_point(felt, rival, k):
    p = parameters("control")
    goal = target_state(felt, rival, k, p), target_armed(felt, rival, k, p)
    assert goal == pytest.approx(fixed_point(felt, rival, k))


@pytest.mark.parametrize(("felt", "rival", "k"), FIXED_POINTS)
@pytest.mark.parametrize("start", [0.0, 1.0])
def test_control_goes_to_its_fixed_point(felt, rival, k, start):
    p, goal = parameters("control"), fixed_point(felt, rival, k)
    s, a = start, 1.0 - start
    for _ in range(400):
        s, a = towards(s, goal[0], p), towards(a, goal[1], p)
    assert (s, a) == pytest.approx(goal, abs=1e-6)


@pytest.mark.parametrize(("state", "armed"), [(1.0, 0.0), (0.0, 1.0)])
def test_each_community_returns_to_where_the_burn_in_holds_it(state, armed):
    """150 weeks of the loop, from full control of one side and from none."""
    run = small_run(**{"time.horizon_days": 1_100})
    run.advance(7)
    towns = run.world.places.communities
    run.t = 0  # a week of the burn-in, in which control is held
    alone(run, "control.control", days=7)
    held = towns.state.copy(), towns.armed.copy()
    towns.state[:], towns.armed[:] = state, armed
    alone(run, "control.control", days=7 * 150)
    left = math.exp(-0.04 * 150)
    assert towns.state == pytest.approx(held[0], abs=left)
    assert towns.state.std() > 0.1
    assert towns.armed == pytest.approx(held[1], abs=left)
    assert towns.armed.max() > 0.1


@pytest.mark.parametrize(("start", "goal", "rate"), [(0.0, 1.0, 0.04), (1.0, 0.0, 0.10)])
def test_control_rises_slower_than_it_falls(start, goal, rate):
    """A week closes 4 % of the gap upwards and 10 % downwards (evidence B4)."""
    left = abs(goal - towards(start, goal, parameters("control")))
    assert left == pytest.approx(math.exp(-rate))
