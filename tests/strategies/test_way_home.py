"""Recall, helicopter hours that come and go, and levers that change between two reviews."""

import numpy as np
import pytest
from small_world import arrive, at_border, make_world, review, strategy_of

from sim.model.state.agents import IDLE, MISSIONS, POLICE, POSTED, PREPARING, TRANSIT
from sim.names import VRAEM
from sim.strategies.movement import Movement


class Following(Movement):
    """Follows the lever itself."""

    name = "following"

    def share_on(self, situation):
        return self.levers.share_to_border


def with_levers(strategy, **changed):
    strategy.levers = strategy.levers.model_copy(update=changed)


def following(**levers):
    world = make_world(**levers)
    return world, Following({}, world.scenario.strategy)


def same(left, right, *names):
    return all(np.array_equal(left[name], right[name]) for name in names)


def test_a_falling_share_brings_units_home():
    world, strategy = following(share_to_border=0.15)
    before = world.actors.units.copy()
    review(world, strategy, 0)
    arrive(world)
    with_levers(strategy, share_to_border=0.05)
    review(world, strategy, 28)
    assert at_border(world) == {"loreto": 12, "cajamarca": 5}
    arrive(world)
    u = world.actors.units
    assert (u.posting == u.home)[(u.alive == 1) & (world.sites.theatre[u.posting] == VRAEM)].all()
    assert review(world, strategy, 42) is None
    with_levers(strategy, share_to_border=0.0)
    review(world, strategy, 56)
    arrive(world)
    assert same(before, u, "posting", "mission", "status")  # river infantry is back on its river


def test_who_has_not_left_stays_and_who_is_under_way_arrives_first():
    world, strategy = following(share_to_border=0.3)
    before, u = world.actors.units.copy(), world.actors.units
    review(
        world, strategy, 0
    )  # more than 300 people: they leave on day 14, after that day's review
    away = at_border(world).total()
    with_levers(strategy, share_to_border=0.2)
    review(world, strategy, 14)
    assert (
        at_border(world).total() == 67 and (u.status == PREPARING).sum() == 67
    )  # a third never left
    arrive(world, 27)
    assert {POSTED, TRANSIT} <= set(u.status[u.alive == 1]) and (
        u.status == TRANSIT
    ).sum() < 67 < away
    with_levers(strategy, share_to_border=0.0)
    under_way = int((u.status == TRANSIT).sum())
    review(world, strategy, 28)
    assert at_border(world).total() == under_way > 0
    for day in range(42, 322, 14):  # three months each way
        arrive(world, day)
        review(world, strategy, day)
    assert same(before, u, "posting", "mission", "status") and review(world, strategy, 322) is None


def test_a_return_that_has_not_begun_is_called_off_before_others_go():
    world, strategy = following(share_to_border=0.3)
    review(world, strategy, 0)
    arrive(world)
    u = world.actors.units
    there = set(u.uid[world.sites.theatre[u.posting] != VRAEM].tolist())
    with_levers(strategy, share_to_border=0.1)
    review(world, strategy, 14)
    assert at_border(world).total() == 33
    with_levers(strategy, share_to_border=0.3)
    review(world, strategy, 28)
    assert (u.status == POSTED).all() and at_border(world).total() == 100
    assert set(u.uid[world.sites.theatre[u.posting] != VRAEM].tolist()) == there


@pytest.mark.parametrize("part", [0.5, 1.0])
def test_hours_come_home_with_the_units(part):
    world, strategy = following(share_to_border=0.3, move_helicopters=part)
    hours = world.places.theatres.flight_hours_day
    at_first = hours.copy()
    review(world, strategy, 0)
    assert (
        hours[1:]
        == pytest.approx([6.0 * (1 - part), 1.2 + 0.7 * 6.0 * part, 0.6 + 0.3 * 6.0 * part])
        and hours[1] >= 0.0
    )
    arrive(world)
    with_levers(strategy, move_helicopters=part / 2)
    review(world, strategy, 14)
    assert hours[1] == pytest.approx(6.0 * (1 - part / 2)) and hours.sum() == pytest.approx(
        4.0 + 7.8
    )
    with_levers(strategy, share_to_border=0.0)
    review(world, strategy, 28)
    arrive(world)
    assert hours == pytest.approx(at_first)
    assert review(world, strategy, 42) is None


def test_half_of_the_units_take_half_of_the_hours_home():
    world = make_world(share_to_border=0.3, move_helicopters=0.5)
    strategy = strategy_of(world, "triggered-return", return_share=0.5)
    review(world, strategy, 0)
    arrive(world)
    strategy.called = True
    review(world, strategy, 14)
    assert at_border(world).total() == 50
    assert world.places.theatres.flight_hours_day[1:] == pytest.approx(
        [4.5, 1.2 + 0.7 * 1.5, 0.6 + 0.3 * 1.5]
    )


def test_another_tasking_is_given_once_to_all_but_those_under_way():
    world, strategy = following(share_to_border=0.15)
    review(world, strategy, 0)
    arrive(world, 27)
    u = world.actors.units
    waiting = u.status != POSTED
    assert waiting.any() and not waiting.all()
    with_levers(strategy, tasking_border="line", tasking_vraem="garrison")
    orders = review(world, strategy, 28)
    ordered = {uid for order in (*orders.moves, *orders.tasks) for uid in order.uids}
    assert len(ordered) > 200 and not ordered & set(u.uid[waiting].tolist())
    for day in range(42, 322, 14):  # three months each way
        arrive(world, day)
        review(world, strategy, day)
    vraem = (u.alive == 1) & (world.sites.theatre[u.posting] == VRAEM)
    assert {MISSIONS[m] for m in u.mission[vraem & (u.kind < POLICE)]} == {"garrison"}
    assert {MISSIONS[m] for m in u.mission[~vraem & (u.alive == 1) & (u.kind < POLICE)]} <= {
        "patrol",
        "river_patrol",
    }
    assert (
        at_border(world) == {"loreto": 35, "cajamarca": 15} and review(world, strategy, 322) is None
    )


def test_a_tasking_that_stays_gives_no_orders():
    world, strategy = following(share_to_border=0.0)
    for day in (0, 14):
        assert review(world, strategy, day) is None
    with_levers(strategy, tasking_vraem="area")
    assert review(world, strategy, 28) is None
    with_levers(strategy, tasking_vraem="garrison")
    assert review(world, strategy, 42)
    arrive(world)
    assert review(world, strategy, 56) is None


def test_tasking_none_takes_the_task_from_those_who_came_only():
    world, strategy = following(share_to_border=0.15)
    review(world, strategy, 0)
    arrive(world)
    with_levers(strategy, tasking_border="none")
    review(world, strategy, 14)
    arrive(world)
    u = world.actors.units
    came = (
        (u.alive == 1)
        & (world.sites.theatre[u.home] == VRAEM)
        & (world.sites.theatre[u.posting] != VRAEM)
    )
    natives = (u.alive == 1) & (world.sites.theatre[u.home] != VRAEM)
    assert (
        came.sum() == 50
        and (u.mission[came] == IDLE).all()
        and not (u.mission[natives] == IDLE).any()
    )
