"""rapid-reserve: who waits, who flies where, by what hours, and who comes back."""

from collections import Counter

import numpy as np
import pytest
from small_world import BURN_IN, add_leads, arrive, at_border, make_world, review, strategy_of

from sim.model.state.agents import MISSIONS, POLICE, POSTED, PREPARING, RAID, SPECIAL
from sim.model.state.agents import RESERVE as WAITS
from sim.names import LORETO, VRAEM
from sim.simulation.situation import situation

NEAR, FAR, HILL = 2, 21, 33  # a town of the VRAEM, of Loreto, of Cajamarca; the base is 0
FLIGHT = 2 * 2 * 0.5  # hours for 30 people over a day of road: two machines, there and back


def started(**levers):
    """A world whose reserve is at its base."""
    world = make_world(**levers)
    strategy = strategy_of(world, "rapid-reserve")
    review(world, strategy, 0)
    arrive(world)
    return world, strategy


def members(world, strategy):
    return world.actors.units[
        np.isin(world.actors.units.uid, np.array(list(strategy.reserve), np.uint64))
    ]


def told(world, day, *places):
    world.actors.leads.alive[:] = 0
    add_leads(world, places, received=BURN_IN + day - 1)


def out(world):
    """Soldiers' units that raid, or are ordered to, by place."""
    u = world.actors.units
    raids = np.where(u.status == POSTED, u.mission, u.order_mission) == RAID
    return Counter(
        np.where(u.status == POSTED, u.posting, u.order_site)[raids & (u.alive == 1)].tolist()
    )


def test_the_share_waits_in_the_largest_town_special_units_first():
    world, strategy = started()
    reserve = members(world, strategy)
    assert len(reserve) == 50 and (reserve.kind == SPECIAL).sum() == 30
    assert set(reserve.posting.tolist()) == {0} and set(reserve.mission.tolist()) == {WAITS}
    assert not at_border(world) and review(world, strategy, 7) is None


@pytest.mark.parametrize(
    ("reserve", "border", "units"),
    [(0.15, 0.05, 17), (0.05, 0.15, 17), (0.3, 0.3, 100), (0.15, 0.0, 0), (0.0, 0.15, 0)],
)
def test_the_reserve_is_its_share_and_no_more_than_may_go_to_the_border(reserve, border, units):
    world = make_world(share_to_border=border)
    strategy = strategy_of(world, "rapid-reserve", reserve_share=reserve)
    assert (review(world, strategy, 0) is None) == (units == 0)
    assert len(strategy.reserve) == units


def test_a_company_flies_to_each_place_that_was_named_this_week():
    world, strategy = started()
    told(world, 7, NEAR, FAR, FAR, HILL)
    world.places.theatres.lift_bank = 1e6
    orders = review(world, strategy, 7)
    assert [(move.place, len(move.uids), move.by) for move in orders.moves[:1]] == [
        (FAR, 4, "air")
    ]  # the most named comes first
    assert out(world) == {NEAR: 4, FAR: 4, HILL: 4} and at_border(world) == {
        "loreto": 4,
        "cajamarca": 4,
    }
    u = world.actors.units
    flying = u[(u.alive == 1) & (u.status == PREPARING)]
    assert (
        (flying.by_air == 1).all()
        and (flying.kind == SPECIAL).all()
        and (flying.arrives == BURN_IN + 8).all()
    )
    arrive(world)
    told(world, 14, NEAR, FAR)
    assert review(world, strategy, 14) is None  # somebody is there
    told(world, 7, 5)
    assert review(world, strategy, 21) is None  # two weeks old


def test_hours_are_the_limit_and_what_they_do_not_reach_waits():
    world, strategy = started()
    told(world, 7, NEAR, NEAR, FAR)
    world.places.theatres.lift_bank[VRAEM] = 3 * FLIGHT * world.days_surface[0, NEAR]
    review(world, strategy, 7)
    assert out(world) == {NEAR: 3}
    arrive(world)
    told(world, 14, FAR)
    for hours, units in ((0.0, 0), (2.5 * FLIGHT * world.days_surface[0, FAR], 2)):
        world.places.theatres.lift_bank[VRAEM] = hours
        review(world, strategy, 14)
        assert out(world)[FAR] == units


def test_hours_of_who_still_waits_for_a_flight_are_not_given_twice():
    world, strategy = started()
    told(world, 7, NEAR)
    need = FLIGHT * world.days_surface[0, NEAR]
    world.places.theatres.lift_bank[VRAEM] = 5 * need
    review(world, strategy, 7)  # nobody has left yet: the bank is as full as before
    told(world, 14, NEAR + 1)
    assert (world.actors.units.status == PREPARING).sum() == 4
    review(world, strategy, 14)
    assert out(world) == {NEAR: 4}


@pytest.mark.parametrize(("bank", "by_air"), [(1e6, 1), (0.0, 0)])
def test_it_comes_back_after_its_stay_by_air_when_there_are_hours(bank, by_air):
    world, strategy = started()
    told(world, 7, FAR)
    world.places.theatres.lift_bank[:] = 1e6
    review(world, strategy, 7)
    arrive(world)
    told(world, 14)
    assert review(world, strategy, 14) is None and review(world, strategy, 21) is None
    world.places.theatres.lift_bank[LORETO] = bank
    review(world, strategy, 28)  # 21 days after the order to fly
    u = world.actors.units
    going = u[(u.alive == 1) & (u.status == PREPARING)]
    assert (
        len(going) == 4
        and set(going.by_air.tolist()) == {by_air}
        and set(going.order_site.tolist()) == {0}
    )
    arrive(world)
    reserve = members(world, strategy)
    assert (
        set(reserve.mission.tolist()) == {WAITS}
        and set(strategy.reserve.values()) == {None}
        and not at_border(world)
    )
    told(world, 35, FAR)
    review(world, strategy, 35)
    assert out(world) == {FAR: 4}


def test_units_that_are_near_come_back_by_road():
    world, strategy = started()
    told(world, 7, NEAR)
    review(world, strategy, 7)
    arrive(world)
    told(world, 28)
    hours = world.places.theatres.lift_bank.copy()
    review(world, strategy, 28)
    u = world.actors.units
    assert (u.by_air[(u.alive == 1) & (u.status == PREPARING)] == 0).all() and world.days_surface[
        NEAR, 0
    ] == 2.0
    assert (u.status == PREPARING).sum() == 4 and np.array_equal(
        hours, world.places.theatres.lift_bank
    )


def test_a_smaller_share_sends_units_back_to_their_posts():
    world = make_world()
    before = world.actors.units.copy()
    strategy = strategy_of(world, "rapid-reserve")
    review(world, strategy, 0)
    arrive(world)
    told(world, 7, FAR)
    review(world, strategy, 7)
    arrive(world)
    strategy.levers = strategy.levers.model_copy(update={"share_to_border": 0.0})
    told(world, 14)
    for day in range(14, 70, 7):
        review(world, strategy, day)
        arrive(world)
    assert not strategy.reserve and review(world, strategy, 70) is None
    assert all(
        np.array_equal(before[name], world.actors.units[name])
        for name in ("posting", "mission", "status")
    )


def test_the_taskings_leave_the_reserve_alone():
    world, strategy = started(tasking_vraem="random", tasking_border="random")
    for day in range(7, 70, 7):
        told(world, day, NEAR, FAR)
        orders = review(world, strategy, day)  # an order to move twice would be refused
        reserve = members(world, strategy)
        doing = {
            MISSIONS[m]
            for m in np.where(
                reserve.status == POSTED, reserve.mission, reserve.order_mission
            ).tolist()
        }
        assert doing <= {"reserve", "raid"} and orders
        arrive(world)


def test_border_theatres_are_lent_hours_for_the_units_there():
    world, strategy = started(move_helicopters=0.5)
    hours = world.places.theatres.flight_hours_day
    at_first = hours.copy()
    told(world, 7, FAR)
    world.places.theatres.lift_bank[:] = 1e6
    review(world, strategy, 7)
    assert hours[LORETO] == pytest.approx(
        1.2 + 0.5 * 6.0 * 4 / 50
    ) and hours.sum() == pytest.approx(at_first.sum())
    for day in range(14, 42, 7):
        arrive(world)
        told(world, day)
        review(world, strategy, day)
    assert hours == pytest.approx(at_first)


def test_police_and_others_stay_where_they_are():
    world, strategy = started()
    u = world.actors.units
    before = u[u.kind >= POLICE].copy()
    told(world, 7, NEAR, FAR)
    review(world, strategy, 7)
    assert np.array_equal(before, u[u.kind >= POLICE])
    assert situation(world, 7).budget.lift_hours["vraem"] == 200.0
