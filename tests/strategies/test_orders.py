"""How the orders of a strategy become the orders of units."""

import numpy as np
import pytest
from small_world import BURN_IN

from sim.model.state.agents import GARRISON, LINE, PATROL, POSTED, PREPARING, RAID, SPECIAL, TRANSIT
from sim.simulation.orders import OrderError, enter
from sim.strategies import Orders

T = BURN_IN + 14
VALLE_0, VALLE_1, RIO_0, ABROAD = 0, 1, 20, 50


@pytest.fixture
def units(world):
    return world.actors.units


def rows(units, kind, posting, n):
    return np.flatnonzero((units.alive == 1) & (units.kind == kind) & (units.posting == posting))[
        :n
    ]


def ordered(world, *calls):
    orders = Orders()
    for name, *given in calls:
        getattr(orders, name)(*given)
    enter(world, orders, T)


def test_a_move_prepares_and_takes_the_days_of_the_way(world, units):
    row = rows(units, LINE, VALLE_0, 1)[0]
    ordered(world, ("move", [units.uid[row]], RIO_0, "garrison"))
    u = units[row]
    days = int(np.ceil(world.days_surface[VALLE_0, RIO_0]))
    assert days > 5
    assert (u.status, u.order_site, u.order_mission, u.by_air, u.known) == (
        PREPARING,
        RIO_0,
        GARRISON,
        0,
        0,
    )
    assert (u.departs, u.arrives, u.posting, u.mission) == (T + 7, T + 7 + days, VALLE_0, PATROL)


def test_special_units_fly_and_so_does_who_finds_no_way(world, units):
    special, line = rows(units, SPECIAL, VALLE_0, 1)[0], rows(units, LINE, VALLE_1, 1)[0]
    world.days_surface[VALLE_1, :] = np.inf
    ordered(
        world,
        ("move", units.uid[special], "Rio 0", "raid"),
        ("move", units.uid[line], RIO_0, "patrol", "surface", 3),
    )
    assert [(u.by_air, u.departs, u.arrives) for u in (units[special], units[line])] == [
        (1, T + 7, T + 8),
        (1, T + 3, T + 4),
    ]


def test_many_people_take_longer_to_prepare(world, units):
    ten, eleven = rows(units, LINE, VALLE_0, 10), rows(units, LINE, VALLE_1, 11)
    ordered(world, ("move", units.uid[ten], RIO_0, "patrol"))
    assert set(units.departs[ten]) == {T + 7}
    ordered(
        world,
        ("move", units.uid[eleven][:5], RIO_0, "patrol"),
        ("move", units.uid[eleven][5:], RIO_0 + 1, "patrol"),
    )
    assert set(units.departs[eleven]) == {T + 14}


def test_a_task_at_the_same_place_is_taken_up_at_once(world, units):
    one, two, three = rows(units, LINE, VALLE_0, 3)
    ordered(
        world,
        ("move", units.uid[one], VALLE_0, "raid"),
        ("task", units.uid[two], "raid"),
        ("move", units.uid[three], RIO_0, "patrol"),
    )
    assert [(units.status[r], units.mission[r]) for r in (one, two)] == [(POSTED, RAID)] * 2
    ordered(world, ("task", units.uid[three], "garrison"))
    assert (units.mission[three], units.order_mission[three]) == (PATROL, GARRISON)
    ordered(world, ("move", units.uid[three], VALLE_0, "patrol"))
    assert (units.status[three], units.order_site[three]) == (POSTED, -1)


def test_an_announcement_is_of_a_theatre_and_a_day(world):
    ordered(world, ("announce", "vraem", 30))
    assert world.places.theatres.announced.tolist() == [0, BURN_IN + 30, 0, 0]


def test_hours_lent_are_hours_less(world):
    hours = world.places.theatres.flight_hours_day
    ordered(world, ("lend_hours", "vraem", "loreto", 2.0))
    assert hours.tolist() == [4.0, 4.0, 3.2, 0.6]
    ordered(world, ("lend_hours", "elsewhere", "loreto", 3.0))  # from the rest of the country
    assert hours.tolist() == pytest.approx([1.0, 4.0, 6.2, 0.6])


UID = object()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("move", 3, RIO_0, "patrol"), "no unit with uid 3"),
        (("move", UID, 9_999, "patrol"), "no place 9999"),
        (("move", UID, "Rio O", "patrol"), r'no place "Rio O"; did you mean "Rio \d'),
        (("move", UID, ABROAD, "patrol"), 'place 50 \\("Abroad 0"\\) lies outside'),
        (("move", UID, RIO_0, "patroll"), "no mission 'patroll'.*did you mean \"patrol\""),
        (("move", UID, RIO_0, "patrol", "boat"), "no way to go 'boat'"),
        (("move", UID, RIO_0, "patrol", "auto", -1), "prepare_days: expected a whole number"),
        (("move", UID, RIO_0, "patrol", "auto", 1.5), "prepare_days: expected a whole number"),
        (("task", UID, "sleep"), "no mission 'sleep'"),
        (("announce", "vraen", 3), "no theatre 'vraen'.*did you mean \"vraem\""),
        (
            ("lend_hours", "vraem", "loreto", 60.0),
            "vraem cannot lend 60 flight hours a day: it has 6",
        ),
        (
            ("lend_hours", "elsewhere", "loreto", 5.0),
            "elsewhere cannot lend 5 flight hours a day: it has 4",
        ),
    ],
)
def test_a_wrong_order_names_strategy_day_and_item_and_changes_nothing(world, units, call, said):
    uid = int(units.uid[rows(units, LINE, VALLE_1, 1)[0]])
    good = int(units.uid[rows(units, LINE, VALLE_0, 1)[0]])
    before, hours = units.copy(), world.places.theatres.copy()
    with pytest.raises(OrderError, match=f'strategy "static", day 14: {said}'):
        ordered(
            world,
            ("move", good, RIO_0, "patrol"),
            tuple(uid if part is UID else part for part in call),
        )
    assert np.array_equal(units, before) and np.array_equal(world.places.theatres, hours)


def test_who_is_on_the_way_or_ordered_twice_is_refused(world, units):
    row = rows(units, LINE, VALLE_0, 1)[0]
    move = ("move", units.uid[row], RIO_0, "patrol")
    with pytest.raises(OrderError, match="ordered to move twice"):
        ordered(world, move, move)
    units.status[row], units.arrives[row] = TRANSIT, BURN_IN + 20
    with pytest.raises(OrderError, match="on its way until day 20"):
        ordered(world, move)


def test_no_orders_and_things_that_are_no_orders(world, units):
    before = units.copy()
    enter(world, None, T)
    enter(world, Orders(), T)
    assert np.array_equal(units, before)
    with pytest.raises(OrderError, match=r"expected Orders or None \(got list\)"):
        enter(world, [], T)
