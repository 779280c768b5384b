"""What all movements share, and static and phased, from decision to arrival."""

from collections import Counter

import numpy as np
import pytest
from small_world import BURN_IN, add_leads, arrive, at_border, make_world, review, strategy_of

from sim.model.state.agents import MISSIONS, POLICE, POSTED, RAID, RIVER_INFANTRY, SPECIAL
from sim.names import VRAEM
from sim.strategies import catalogue

SHIPPED = tuple(catalogue())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_share_of_0_gives_no_orders(name):
    for tasking in ("area", "garrison"):
        world = make_world(share_to_border=0.0, tasking_vraem=tasking, move_helicopters=1.0)
        strategy = strategy_of(world, name)
        assert all(review(world, strategy, day) is None for day in range(0, 365, 14))


@pytest.mark.parametrize("tasking", ["reports", "random"])
def test_a_share_of_0_gives_the_orders_of_hold(tasking):
    found = []
    for name in SHIPPED:
        world = make_world(share_to_border=0.0, tasking_vraem=tasking, tasking_border=tasking)
        strategy = strategy_of(world, name)
        orders = []
        for day in range(0, 84, 7):
            add_leads(world, [day // 14, 21, 22], received=BURN_IN + day)
            orders.append(review(world, strategy, day) if day % strategy.review_days == 0 else None)
            arrive(world)
        found.append(orders)
    assert all(orders == found[0] for orders in found) and any(found[0])
    assert not at_border(world)


def test_static_moves_the_share_once(world):
    strategy = strategy_of(world, "static", start_day=20)
    assert review(world, strategy, 14) is None
    assert review(world, strategy, 28)
    assert at_border(world) == {"loreto": 35, "cajamarca": 15}
    arrive(world)
    assert all(review(world, strategy, day) is None for day in range(42, 365, 14))
    assert at_border(world) == {"loreto": 35, "cajamarca": 15}


@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.45, 0.6, 1.0])
def test_units_are_conserved_and_the_number_is_nearest_to_the_share(share):
    world = make_world(share_to_border=share)
    before = world.actors.units.copy()
    review(world, strategy_of(world, "static"), 0)
    units = world.actors.units
    assert at_border(world).total() == int(share * 333 + 0.5)
    for name in ("alive", "uid", "kind", "home", "posting", "mission", "soldiers"):
        assert np.array_equal(before[name], units[name])
    assert (units.status[units.kind >= POLICE] == POSTED).all()


def test_no_posting_is_emptied_while_another_can_give(world):
    u = world.actors.units
    before = Counter(
        u.posting[
            (u.alive == 1) & (u.kind < POLICE) & (world.sites.theatre[u.posting] == VRAEM)
        ].tolist()
    )
    review(world, strategy_of(world, "static"), 0)
    left = (
        (u.alive == 1)
        & (u.status == POSTED)
        & (u.kind < POLICE)
        & (world.sites.theatre[u.posting] == VRAEM)
    )
    after = Counter(u.posting[left].tolist())
    assert all(after[place] >= 1 for place in before)
    assert all(abs(before[place] - after[place] - 0.15 * before[place]) < 2.0 for place in before)


@pytest.mark.parametrize(
    ("moved", "special"), [("line", 0), ("special", 30), ("proportional", 4.5)]
)
def test_moved_says_which_kinds_go(moved, special):
    world = make_world(moved=moved)
    review(world, strategy_of(world, "static"), 0)
    u = world.actors.units
    gone = u[(u.alive == 1) & (u.status != POSTED)]
    assert len(gone) == 50 and abs((gone.kind == SPECIAL).sum() - special) <= 0.5
    assert ((gone.kind == RIVER_INFANTRY).sum() > 0) == (moved == "proportional")


def test_phased_follows_its_steps():
    world = make_world(share_to_border=0.3)
    strategy = strategy_of(world, "phased", start_day=10, duration_days=150, steps=6)
    seen = {}
    for day in range(0, 200, 14):
        review(world, strategy, day)
        seen[day] = at_border(world)
    steps = {day: sum(day >= 10 + 30 * k for k in range(6)) for day in seen}
    assert {day: count.total() for day, count in seen.items()} == {
        day: int(100 * 0.999 * k / 6 + 0.5) for day, k in steps.items()
    }
    assert seen[196] == {"loreto": 70, "cajamarca": 30}
    assert abs(seen[84]["loreto"] - 0.7 * seen[84].total()) <= 0.5


@pytest.mark.parametrize(
    ("settings", "expected"), [({"steps": 1}, 100), ({"duration_days": 0}, 100), ({"steps": 2}, 50)]
)
def test_phased_handles_a_single_step_and_a_short_duration(settings, expected):
    world = make_world(share_to_border=0.3)
    review(world, strategy_of(world, "phased", **settings), 0)
    assert at_border(world).total() == expected


@pytest.mark.parametrize("tasking", ["line", "chokepoint", "area", "reports", "random", "none"])
def test_newcomers_take_posts_of_the_border_tasking(tasking):
    world = make_world(tasking_border=tasking)
    add_leads(world, [20, 21, 33])
    orders = review(world, strategy_of(world, "static"), 0)
    missions = Counter(move.mission for move in orders.moves for _ in move.uids)
    assert set(missions) <= set(MISSIONS) and ("idle" in missions) == (tasking == "none")
    if tasking == "none":
        assert missions == {"idle": 50}
    if tasking == "chokepoint":
        assert missions["checkpoint"] > 40
    assert at_border(world).total() == 50


def test_only_reports_and_random_are_renewed_and_who_is_in_place_stays():
    world = make_world(share_to_border=0.0, tasking_vraem="reports")
    strategy = strategy_of(world, "hold")
    assert review(world, strategy, 0) is None  # no report yet: as initially posted
    add_leads(world, [3, 3, 7])
    first = review(world, strategy, 14)
    ordered = [uid for order in (*first.moves, *first.tasks) for uid in order.uids]
    assert len(ordered) == len(set(ordered)) and {move.place for move in first.moves} == {3, 7}
    arrive(world)
    u = world.actors.units
    raids = Counter(u.posting[(u.alive == 1) & (u.mission == RAID)].tolist())
    assert (
        raids.total() == 12 + 5 + 4 and abs(raids[3] - 2 * raids[7]) <= 3
    )  # a company a report, but half of the river units
    assert review(world, strategy, 28) is None
    assert review(world, strategy, 84)  # the reports have grown old


@pytest.mark.parametrize(
    ("vraem", "border", "days"),
    [("area", "chokepoint", 14), ("random", "line", 7), ("reports", "random", 7)],
)
def test_only_what_is_drawn_is_reviewed_every_week(vraem, border, days):
    """Between two reviews of the movement, units move within their theatre only."""
    world = make_world(share_to_border=0.15, tasking_vraem=vraem, tasking_border=border)
    strategy = strategy_of(world, "static", start_day=7)
    assert strategy.review_days == days
    review(world, strategy, 0)
    arrive(world)
    add_leads(world, [3, 3, 22], received=BURN_IN + 6)
    review(world, strategy, 7)
    u, theatre = world.actors.units, world.sites.theatre
    assert not at_border(world)
    moving = u[(u.alive == 1) & (u.status != POSTED)]
    drawn = {code for code in (1, 2, 3) if (vraem if code == VRAEM else border) == "random"}
    drawn = {code for code in (1, 2, 3) if (vraem if code == VRAEM else border) == "random"}
    assert {int(theatre[posting]) for posting in moving.posting} == drawn
    review(world, strategy, 14)
    assert at_border(world) == {"loreto": 35, "cajamarca": 15}


def test_units_under_way_are_left_alone():
    world = make_world(share_to_border=0.15, tasking_vraem="random", tasking_border="random")
    strategy = strategy_of(world, "static")
    for day in range(0, 140, 14):
        before = world.actors.units.status.copy()
        orders = review(world, strategy, day)
        ordered = {uid for order in (*orders.moves, *orders.tasks) for uid in order.uids}
        assert not ordered & {int(uid) for uid in world.actors.units.uid[before != POSTED]}
        if day % 28:
            arrive(world)
    assert at_border(world) == {"loreto": 35, "cajamarca": 15}


def test_helicopter_hours_go_with_the_units_and_are_conserved():
    world = make_world(share_to_border=0.3, move_helicopters=0.5)
    strategy = strategy_of(world, "phased")
    hours = world.places.theatres.flight_hours_day
    for day in range(0, 200, 14):
        review(world, strategy, day)
        assert hours.sum() == pytest.approx(4.0 + 7.8)
    assert hours[1:] == pytest.approx([3.0, 1.2 + 0.7 * 3.0, 0.6 + 0.3 * 3.0])
