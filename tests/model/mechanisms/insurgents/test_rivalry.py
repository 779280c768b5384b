"""Clashes of rivals (4.8): the rate by hand, whom they take, and what the off value does."""

import math

import numpy as np
import pytest
from hand_made import parameters
from small_runs import alone, small_run

from sim.model.mechanisms.insurgents.rivalry import clash_rate
from sim.model.state import counts as q
from sim.model.state.agents import DISSIDENT, MPCP, THIRD


def test_the_rate_is_that_of_the_page():
    """`.02 x F1 F2 / (F1 + F2) / 50` a week: two of a hundred at .02, and it is symmetric (4.8)."""
    p = parameters("rivalry")
    assert clash_rate(100.0, 100.0, p) == pytest.approx(0.02) and clash_rate(
        12.0, 8.0, p
    ) == pytest.approx(0.02 * 4.8 / 50)
    assert clash_rate(30.0, 5.0, p) == clash_rate(5.0, 30.0, p) and clash_rate(
        0.0, 50.0, p
    ) == 0.0 == clash_rate(0.0, 0.0, p)


def clashes(kinds: tuple[int, int], apart: bool = False, days: int = 14, **changes):
    """Return a run in which two camps of many fighters lie at one place of the VRAEM (or far apart)
    and nothing else happens."""
    run = small_run(
        parameters={f"rivalry.{name}": value for name, value in changes.items()},
        allow_outside_range=True,
    )
    run.advance(7)
    groups = run.world.actors.groups
    groups.alive[2:] = 0
    groups.kind[:2], groups.fighters[:2] = kinds, (40.0, 30.0)
    groups.site[1] = (
        int(np.flatnonzero(run.world.places.communities.theatre == 2)[0])
        if apart
        else groups.site[0]
    )
    run.world.tally[:] = 0.0
    alone(run, "rivalry.rivalry", days=days)
    return run


@pytest.mark.parametrize(
    ("kinds", "fight"), [((MPCP, THIRD), True), ((DISSIDENT, MPCP), True), ((MPCP, MPCP), False)]
)
def test_rivals_of_different_kinds_fight_and_kin_do_not(kinds, fight):
    run = clashes(kinds, rate=50.0, civilians=1.0)
    groups, tally = run.world.actors.groups, run.world.tally.sum(axis=0)
    assert (tally[q.RIVAL_CLASHES].sum() > 0) == fight
    assert (
        tally[q.FIGHTERS_LOST].sum() == 70.0 - groups.fighters[:2].sum()
        and (groups.fighters[:2] == np.floor(groups.fighters[:2])).all()
    )
    assert (tally[q.FIGHTERS_LOST].sum() > 0) == fight == (tally[q.HARM_ARMED].sum() > 0)
    assert tally[q.CLASHES].sum() == 0 == tally[q.ATTACKS].sum()


def test_out_of_reach_nobody_fights():
    assert clashes((MPCP, THIRD), apart=True, rate=50.0).world.tally[:, q.RIVAL_CLASHES].sum() == 0
    assert clashes((MPCP, THIRD), rate=0.0).world.tally[:, q.RIVAL_CLASHES].sum() == 0


def test_clashes_come_as_often_as_the_rate_says():
    """With nobody lost, a pair clashes on a day with probability `1 - exp(-rate / 7)`."""
    days = 700
    run = small_run(
        **{
            "time.horizon_days": days,
            "parameters": {"rivalry.rate": 3.0, "rivalry.break_share": 0.0},
            "allow_outside_range": True,
        }
    )
    run.advance(7)
    groups = run.world.actors.groups
    groups.alive[2:] = 0
    groups.kind[1], groups.site[1], groups.fighters[:2] = THIRD, groups.site[0], 50.0
    run.world.tally[:] = 0.0
    alone(run, "rivalry.rivalry", days=days)
    chance = 1 - math.exp(-3.0 * 25 / 50 / 7)
    assert run.world.tally[:, q.RIVAL_CLASHES].sum() == pytest.approx(
        days * chance, abs=4 * math.sqrt(days * chance * (1 - chance))
    )
