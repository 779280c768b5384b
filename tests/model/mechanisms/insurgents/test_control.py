"""Who holds a place (4.10): hysteresis, and rondas that keep outsiders out."""

import pytest
from hand_made import one
from small_runs import alone, small_run

from sim.model.rules.holding import holder_after, kept_out, stakes
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
    """The incumbent keeps a place until another, or nobody, has over .6 of it (evidence B4)."""
    assert holder_after(holder, state, armed, 0.6) == then


def test_the_way_back_is_longer_than_the_way_there():
    """Hysteresis: on the way up and down the state holds at different shares."""
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
    assert towns.holder[0] == ARMED and (towns.holder[1:] == STATE).all()


def test_a_ronda_in_vigour_keeps_armed_outsiders_out():
    """Felt armed coverage counts for `1 - shield x vigour` where a ronda is (4.10)."""
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
    assert (
        with_ronda[0] > with_ronda[1] > with_ronda[2] > 0
        and with_ronda[0] == pytest.approx(without[0])
        and len(set(without)) == 1
    )


def test_what_is_at_stake_and_who_is_kept_out():
    assert (
        stakes(one(Community, kg_recent=1.0, coca=20.0, poppy=300.0, coca_young=4_000.0)) == 321.0
    )
    assert (
        kept_out(one(Community, ronda=1, vigour=0.5), 0.8) == pytest.approx(0.4)
        and kept_out(one(Community, vigour=1.0), 0.8) == 0.0
    )
