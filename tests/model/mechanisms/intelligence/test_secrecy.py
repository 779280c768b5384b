"""4.6 Secrecy: who hears of a move, at which of its two fronts, and what is forgotten."""

import numpy as np
import pytest
from hand_made import near, parameters
from small_runs import alone, small_run

from sim.model.mechanisms.intelligence.secrecy import (
    forgetting,
    leak_hazard,
    observe,
    seeing,
    visibility,
)
from sim.model.state.agents import (
    CHECKPOINT,
    COMES,
    GARRISON,
    LEAVES,
    PATROL,
    PREPARING,
    RAID,
    RESERVE,
    RIVER_PATROL,
)
from sim.names import LORETO, VRAEM


def test_what_is_seen():
    """All of a post is seen, half of a river patrol, a quarter of a foot patrol, and nothing of a
    raid that waits (section 4.6 of the model)."""
    p = parameters("secrecy")
    assert [
        visibility(mission, p)
        for mission in (CHECKPOINT, GARRISON, RIVER_PATROL, PATROL, RAID, RESERVE)
    ] == [1, 1, 0.5, 0.25, 0, 0]


def test_the_leak_hazard_by_hand():
    """`l0 + l1 log(1 + lead weeks) + l2 convoys + l3 police share + l4 coordination` (evidence
    B2)."""
    p = parameters("secrecy")
    assert leak_hazard(0.0, 0.0, 0.0, 0.0, p) == pytest.approx(0.01)
    assert leak_hazard(np.e - 1, 2.0, 0.5, 1.0, p) == pytest.approx(
        0.01 + 0.02 + 0.06 + 0.025 + 0.03
    )


def preparing(**parts):
    """Return a run in which forty packages of the VRAEM get ready for Caballococha and every move
    leaks."""
    run = small_run(secrecy__level=0.0, allow_outside_range=True, **parts)
    run.advance(8)
    world = run.world
    units = world.actors.units
    rows = np.flatnonzero((world.sites.theatre[units.posting] == VRAEM) & (units.kind == 0))[:40]
    units.status[rows], units.order_mission[rows] = PREPARING, CHECKPOINT
    units.order_site[rows] = world.site_names.index("Caballococha")
    units.departs[rows], units.arrives[rows] = run.t + 14, run.t + 20
    return run, rows


LOUD, MUTE = (
    {"secrecy.leak_base": 1e6},
    {name: 0.0 for name in ("secrecy.leak_base", "secrecy.leak_lead", "secrecy.leak_convoy")},
)


def heard(run):
    alone(run, "secrecy.leaks")


def test_a_move_can_leak_at_both_fronts():
    run, rows = preparing(parameters=LOUD)
    heard(run)
    assert set(run.world.actors.units.known[rows]) == {LEAVES + COMES}
    assert set(np.delete(run.world.actors.units.known, rows)) == {0}


def test_coordination_leaks_at_the_line_and_not_in_the_valley():
    """Where only the partner can talk, the arrival becomes known and the departure does not."""
    run, rows = preparing(
        partner__coordination=1.0,
        parameters=MUTE | {"secrecy.leak_police": 0.0, "secrecy.leak_coordination": 1e6},
    )
    heard(run)
    assert set(run.world.actors.units.known[rows]) == {COMES}


def test_suspended_coordination_does_not_leak():
    """Nothing is planned with a partner who has suspended the cooperation (4.15)."""
    run, rows = preparing(
        partner__coordination=1.0,
        parameters=MUTE | {"secrecy.leak_police": 0.0, "secrecy.leak_coordination": 1e6},
    )
    run.world.places.partners.coordination[:] = 0.0
    heard(run)
    assert set(run.world.actors.units.known[rows]) == {0}


def test_an_announced_departure_says_who_leaves_and_not_where_to():
    run, rows = preparing(parameters=MUTE | {"secrecy.leak_police": 0.0})
    run.world.places.theatres.announced[VRAEM] = run.t + 14
    heard(run)
    assert set(run.world.actors.units.known[rows]) == {LEAVES}


@pytest.mark.parametrize(
    ("known", "home", "border"),
    [(0, 0, 0), (LEAVES, -1, 0), (COMES, 0, 1), (LEAVES + COMES, -1, 1)],
)
def test_what_is_known_moves_beliefs_on_the_legs_it_concerns(known, home, border):
    run, rows = preparing(parameters={"secrecy.foresight": 1.0})
    world, theatre = run.world, run.world.legs.theatre
    world.actors.units.known[rows] = known
    world.actors.units.mission[rows] = CHECKPOINT
    run.t = 14
    alone(run, "secrecy.see_legs")
    change = world.fields.leg_planned - world.fields.leg_effort
    assert np.sign(change[theatre == VRAEM].sum()) == home
    assert np.sign(change[theatre == LORETO].sum()) == border


def test_a_leak_says_nothing_of_other_legs():
    """(iii) of section 4.6: belief moves towards what is announced. On other legs it stays as it
    was."""
    run, _ = preparing(parameters={"secrecy.foresight": 1.0} | LOUD)
    world = run.world
    world.minds.belief[:] = 7.0
    alone(run, "secrecy.leaks", "secrecy.see_legs", "secrecy.beliefs")
    told = world.fields.leg_planned != world.fields.leg_effort
    assert 0 < told.sum() < len(told)
    belief = world.minds.belief[world.actors.networks.alive == 1]
    assert (belief[:, ~told] == 7.0).all()
    assert belief[:, told] == pytest.approx(
        np.tile(world.fields.leg_planned[told], (len(belief), 1))
    )


@pytest.mark.parametrize(("seized", "known"), [(99.0, False), (100.0, True)])
def test_success_ends_secrecy(seized, known):
    """`secrecy.until_seized_kg` counts what was seized from loads in the border theatres since day
    0. It does not count what was seized before, or elsewhere."""
    run, rows = preparing(parameters=LOUD)
    world, lever = run.world, run.world.levers
    lever.secrecy[:], lever.secrecy_until_kg[:] = 1.0, 100.0
    world.fields.seized_kg[:] = 0.0
    world.places.theatres.seized_0[:] = 0.0
    world.places.theatres.seized_0[LORETO] = 500.0
    world.fields.seized_kg[np.flatnonzero(world.ground.theatre == LORETO)[0]] = 500.0 + seized
    world.fields.seized_kg[np.flatnonzero(world.ground.theatre == VRAEM)[0]] = 1e6
    heard(run)
    assert (world.actors.units.known[rows] > 0).all() == known


def test_day_0_starts_the_count_of_success():
    run = small_run(secrecy__until_seized_kg=10.0)
    run.advance(8)
    world = run.world
    at_border = np.isin(world.ground.theatre, (2, 3))
    assert world.places.theatres.seized_0[2:].sum() == pytest.approx(
        world.fields.seized_kg[at_border].sum(), abs=500.0
    )
    assert world.levers.secrecy_until_kg[0] == 10.0


def test_groups_forget_places_that_they_do_not_see():
    """Out of reach, belief falls by the factor e in `danger_memory_days`; in reach, it follows the
    force that is there."""
    run = small_run(time__horizon_days=98)
    run.advance(8)
    world = run.world
    group = world.actors.groups[0]
    reach = world.near.site[world.near.start[group.site] : world.near.start[group.site + 1]]
    world.minds.danger[:] = 0.0
    world.minds.danger[0] = 40.0
    days = int(world.parameters.secrecy.danger_memory_days[0])
    alone(run, "secrecy.watch", days=days)
    far = np.delete(world.minds.danger[0], reach)
    assert far == pytest.approx(40.0 / np.e)
    world.parameters.secrecy.danger_memory_days[:] = 1e-12
    world.minds.danger[0] = 40.0
    alone(run, "secrecy.watch")
    assert (np.delete(world.minds.danger[0], reach) == 0.0).all()
    assert (world.minds.danger[0][reach] > 0).all()


def test_a_post_is_seen_where_it_stops_people(run_in_week_1):
    """At its town and at its port: a leg that passes either of them passes the post, which stops
    loads on both (4.7)."""
    world = run_in_week_1.world
    place = next(
        s
        for s, p in enumerate(world.map.settlements[: world.n_communities])
        if p.port >= 0 and p.port != p.cell
    )
    cells = np.flatnonzero(world.ground.post == world.sites.post[place])
    assert len(cells) >= 2
    legs = [
        leg for leg in range(len(world.legs.theatre)) if np.isin(cells, leg_cells(world, leg)).any()
    ]
    units = world.actors.units
    units.effort[:] = 0.0
    units.effort[0], units.mission[0], units.posting[0], units.known[:] = 20.0, CHECKPOINT, place, 0
    run_in_week_1.t = 14
    alone(run_in_week_1, "secrecy.see_legs")
    for leg in range(len(world.legs.theatre)):
        inside = np.isin(leg_cells(world, leg), cells).sum()
        assert world.fields.leg_effort[leg] == pytest.approx(
            20.0 * inside / max(len(leg_cells(world, leg)), 1)
        )
    assert legs


def leg_cells(world, leg):
    return world.legs.cell[world.legs.start[leg] : world.legs.start[leg + 1]]


def test_a_group_learns_what_stands_in_reach_and_forgets_the_rest():
    """There is `visible x kernel` to learn; elsewhere belief fades by e in the days of memory."""
    p = parameters("secrecy")
    reached = near([0, 2, 3, 4], [0, 1, 1, 2], [1.0, 0.5, 1.0, 1.0])
    visible = np.array([10.0, 4.0, 50.0])
    danger = np.array([[0.0, 0.0, 8.0]])
    observe(0, 0, 0.25, forgetting(90.0, p), danger, visible, reached)
    assert danger[0] == pytest.approx([0.25 * 12.0, 0.25 * 4.0, 8.0 / np.e])
    for _ in range(200):
        observe(0, 0, 0.25, 0.0, danger, visible, reached)
    assert danger[0, :2] == pytest.approx([12.0, 4.0])
    assert seeing(0.0, p) == p.watch and seeing(1.0, p) == p.watch + p.sympathisers
