"""A third group (4.9): where it comes, what it is, whom it kills, and that it can end."""

import math

import numpy as np
import pytest
from hand_made import one, parameters
from sim.model.mechanisms.insurgents.entry import entry_rate, leaders_hunted
from small_runs import alone, small_run

from sim.model.state import counts as q
from sim.model.state.agents import ARMED, DISSIDENT, MPCP, NOBODY, PERU, STATE, THIRD, Community
from sim.model.state.rows import nearly_full
from sim.names import CAJAMARCA


def test_the_hazard_is_that_of_the_page():
    """`nu (1 - s)(1 - a) stakes / (stakes + scale)`: none where somebody holds the place, where
    nothing is at stake, or without a gap (4.9, B4)."""
    p = parameters("entry")

    def rate(shield=0.9, **fields):
        return entry_rate(
            one(Community, **({"coca": 100.0, "holder": NOBODY} | fields)), 100.0, shield, p
        )

    assert rate() == pytest.approx(p.hazard / 2) and rate(kg_recent=200.0) == pytest.approx(
        p.hazard * 3 / 4
    )
    assert rate(state=0.3, armed=0.2) == pytest.approx(p.hazard / 2 * 0.7 * 0.8)
    assert (
        rate(coca=0.0)
        == 0.0
        == rate(holder=STATE)
        == rate(holder=ARMED)
        == rate(state=1.0)
        == rate(armed=1.0)
    )
    assert (
        rate(ronda=1, vigour=0.5) == pytest.approx(p.hazard / 2 * (1 - 0.45))
        and rate(shield=1.0, ronda=1, vigour=1.0) == 0.0
    )


def test_the_state_saves_leaders():
    p = parameters("entry")
    assert (
        leaders_hunted(one(Community, state=0.0), p) == p.leader_rate
        and leaders_hunted(one(Community, state=1.0), p) == 0.0
    )
    assert leaders_hunted(one(Community, state=0.75), p) == pytest.approx(p.leader_rate / 4)


def with_entries(hazard=0.5, days=1, **changes):
    run = small_run(
        parameters={"entry.hazard": hazard} | {f"entry.{k}": v for k, v in changes.items()},
        allow_outside_range=True,
    )
    run.advance(7)
    run.world.tally[:] = 0.0
    alone(run, "entry.entry", days=days)
    return run


def test_a_third_group_is_an_armed_group():
    """It is a row of the table of groups with a uid of its own, at home where it came, and takes
    nothing from other groups."""
    run = with_entries()
    groups, towns, p = run.world.actors.groups, run.world.places.communities, run.world.parameters
    new = (groups.kind == THIRD) & (groups.alive == 1)
    tally = run.world.tally.sum(axis=0)
    assert tally[q.THIRD_GROUP_ENTRIES].sum() == new.sum() > 3
    assert len(set(groups.uid[groups.alive == 1].tolist())) == (groups.alive == 1).sum()
    assert (groups.fighters[new] == p.entry.fighters[0]).all() and (
        groups.country[new] == PERU
    ).all()
    assert (towns.holder[groups.site[new]] == NOBODY).all() and (groups.exposure_0[new] > 0).all()
    assert (
        tally[q.OTHER_INCOME].sum() == pytest.approx(groups.money[new].sum())
        and (run.world.minds.danger[np.flatnonzero(new)] == 0).all()
    )
    assert groups.carrying[new] == pytest.approx(groups.fighters[new])
    run.advance(14)
    assert (run.world.minds.danger[np.flatnonzero(new)].sum(axis=1) > 0).any()


@pytest.mark.parametrize("hazard", [0.0, 0.05])
def test_as_many_come_as_the_hazards_say(hazard):
    came, due = 0, 0.0
    for replication in range(6):
        run = small_run(
            replication,
            parameters={"entry.hazard": hazard, "entry.fighters": 0.0},
            allow_outside_range=True,
        )
        run.advance(7)
        p, towns = run.world.parameters, run.world.places.communities
        rates = [
            entry_rate(town, p.insurgency.stakes_scale[0], p.control.ronda_shield[0], p.entry[0])
            for town in towns
        ]
        due += sum(1 - math.exp(-rate) for rate in rates)
        run.world.tally[:] = 0.0
        alone(run, "entry.entry")
        came += run.world.tally[:, q.THIRD_GROUP_ENTRIES].sum()
    assert came == pytest.approx(due, abs=4 * math.sqrt(due)) and (due > 5) == (hazard > 0)


@pytest.mark.parametrize("shield", [0.0, 1.0])
def test_a_ronda_keeps_third_groups_out(shield):
    """With a full shield and vigour nobody enters Cajamarca, where every community has its ronda;
    without the shield some do (4.10, 4.16)."""
    run = small_run(
        parameters={"entry.hazard": 0.5, "control.ronda_shield": shield}, allow_outside_range=True
    )
    run.advance(7)
    run.world.places.communities.vigour[:] = 1.0
    run.world.tally[:] = 0.0
    alone(run, "entry.entry")
    assert (run.world.tally[:, q.THIRD_GROUP_ENTRIES, CAJAMARCA].sum() > 0) == (shield == 0.0)


def test_the_table_grows_before_it_is_full_and_beliefs_grow_with_it():
    run = small_run(
        **{
            "parameters": {"entry.hazard": 0.2, "entry.disband_below": 0.0},
            "time.horizon_days": 56,
            "allow_outside_range": True,
        }
    )
    rows = len(run.world.actors.groups)
    run.advance(run.end)
    groups = run.world.actors.groups
    assert (
        len(groups) > rows
        and len(run.world.minds.danger) == len(groups)
        and not nearly_full(groups)
    )
    assert {MPCP, DISSIDENT, THIRD} == set(groups.kind[groups.alive == 1].tolist())


def test_a_group_too_small_goes_home_and_its_row_is_free_again():
    run = with_entries()
    groups = run.world.actors.groups
    new = np.flatnonzero((groups.kind == THIRD) & (groups.alive == 1))
    groups.fighters[new] = 0.5
    groups.money[new] = 100.0
    run.world.parameters.entry.hazard[:] = 0.0
    run.world.tally[:] = 0.0
    run.t = 14
    alone(run, "entry.entry")
    assert (groups.alive[new] == 0).all() and run.world.tally[
        :, q.OTHER_SPENDING
    ].sum() == pytest.approx(100.0 * len(new))
    assert (groups.alive[groups.kind == MPCP] == 1).sum() == 8


@pytest.mark.parametrize("state", [0.0, 1.0])
def test_leaders_fall_where_the_state_is_weak(state):
    run = with_entries(leader_rate=50.0)
    towns, groups = run.world.places.communities, run.world.actors.groups
    run.world.parameters.entry.hazard[:] = 0.0
    towns.state[:] = state
    before = towns.population.sum()
    run.world.tally[:] = 0.0
    run.t = 14
    alone(run, "entry.entry")
    killed = run.world.tally[:, q.LEADERS_KILLED].sum()
    assert killed == (0 if state else ((groups.kind == THIRD) & (groups.alive == 1)).sum())
    assert before - towns.population.sum() == killed == run.world.tally[:, q.HARM_ARMED].sum()


def test_ten_years_without_an_explosion():
    """After ten years of strong entry few have come and stayed, since a place that another group
    holds or taxes is worth less."""
    run = small_run(**{"time.horizon_days": 3_650, "parameters": {"entry.hazard": 0.003}})
    run.advance(run.end)
    groups = run.world.actors.groups
    new = (groups.kind == THIRD) & (groups.alive == 1)
    assert (
        run.world.tally[:, q.THIRD_GROUP_ENTRIES].sum() > new.sum()
        and groups.fighters[new].sum() < 400
    )
