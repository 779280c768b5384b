"""Dated events: values set for some days, and shocks; neither acts before or after."""

import numpy as np
import pytest
from small_runs import STATE, arrays_of, small_run

from sim.model.state import counts as q
from sim.names import EXITS, LORETO, VRAEM
from sim.scenario import ScenarioError, load_scenario
from sim.simulation.run import Run

DAYS = {"time__horizon_days": 56}


def event(day, until=None, **set_):
    table = {"day": day, "set": {name.replace("__", "."): value for name, value in set_.items()}}
    return table | ({"until": until} if until is not None else {})


def with_events(*events, **more) -> Run:
    return small_run(**DAYS, **more, events=list(events))


def same_bytes(one: Run, other: Run, *parts: str) -> bool:
    here, there = arrays_of(one.world, *parts), arrays_of(other.world, *parts)
    return all(here[name].tobytes() == there[name].tobytes() for name in here)


def series(run: Run, quantity: int, place: int) -> np.ndarray:
    return run.world.tally[1:, quantity, place]


EVERYTHING = {
    "secrecy__level": 1.0,
    "secrecy__until_seized_kg": 5.0,
    "mandate__detain": "pnp",
    "mandate__unified_command": True,
    "partner__suspended": True,
    "partner__coordination": 0.9,
    "eradication__ha_per_year__vraem": 5_000.0,
    "parameters__engagement__attack_rate": 0.008,
    "parameters__prices__coast": 1_900.0,
    "strategy__share_to_border": 0.2,
    "price__brazil": 2.0,
    "transport__outbound_capacity": 0.1,
    "eradicate": {"theatre": "loreto", "ha_per_year": 9_000.0},
    "route_effort": {"share_of_routes": 0.5, "effort": 30.0},
}


def test_what_starts_and_ends_leaves_every_value_as_it_was():
    run, plain = (
        with_events(event(14, 28, **EVERYTHING), strategy__name="static"),
        with_events(strategy__name="static"),
    )
    plain.advance(plain.end)
    levers = ("commerce", "parameters", "legs")
    run.advance(run.burn_in + 20)
    assert (
        not same_bytes(run, plain, "commerce", "parameters")
        and run.world.legs.route_effort.max() == 30.0
    )
    assert (run.world.levers.outbound[0], run.world.levers.police_only[0]) == (0.1, 1)
    assert run.strategy.levers.share_to_border == 0.2
    run.advance(run.end)
    assert same_bytes(run, plain, *levers)
    assert run.world.levers.tobytes() == plain.world.levers.tobytes()
    for field in ("eradicate_ha_year", "cleared_ha_year", "announced", "boats"):
        assert (
            run.world.places.theatres[field].tolist() == plain.world.places.theatres[field].tolist()
        )
    assert (
        run.strategy.levers == plain.strategy.levers
        and run.strategy.settings == plain.strategy.settings
    )
    assert not same_bytes(run, plain, "places"), "and yet the world has gone another way"


@pytest.mark.parametrize("day", [1, 17, 28])
def test_an_event_changes_nothing_before_its_day(day):
    harm = {"theatre": "vraem", "side": "state", "people": 40}
    static = {"strategy__name": "static"}  # under hold no event could change the share
    run, plain = (
        with_events(event(day, **EVERYTHING), event(day, civilian_harm=harm), **static),
        with_events(**static),
    )
    for one in (run, plain):
        one.advance(one.burn_in + day)
    assert same_bytes(run, plain, *STATE, "commerce", "parameters", "legs")
    assert run.world.tally.tobytes() == plain.world.tally.tobytes()
    for one in (run, plain):
        one.advance(14)
    assert not same_bytes(run, plain, "places")


def test_day_by_day_or_at_a_stretch_events_fall_on_the_same_day():
    both = event(5, 19, **EVERYTHING), event(11, price__coast=0.2)
    stretch, steps = (with_events(*both, strategy__name="static") for _ in range(2))
    stretch.advance(stretch.end)
    while not steps.finished:
        steps.advance(1)
    assert (
        same_bytes(stretch, steps, *STATE)
        and stretch.world.tally.tobytes() == steps.world.tally.tobytes()
    )


def test_the_last_of_two_events_in_force_wins_and_then_the_first_is_back():
    run = with_events(event(3, 40, secrecy__level=0.9), event(10, 20, secrecy__level=0.1))
    seen = []
    for _ in range(run.end):
        run.advance(1)
        seen.append(float(run.world.levers.secrecy[0]))
    of_day = seen[run.burn_in :]
    assert [of_day[d] for d in (2, 3, 9, 10, 19, 20, 39, 40)] == [
        0.5,
        0.9,
        0.9,
        0.1,
        0.1,
        0.9,
        0.9,
        0.5,
    ]


def test_events_in_force_beyond_the_end_are_fine_and_those_after_it_are_refused():
    with_events(event(50, 900, secrecy__level=0.9)).advance(70)
    with pytest.raises(
        ScenarioError,
        match=r"events\[0\]\.day: expected a day before time\.horizon_days = 56 \(got 56\)",
    ):
        with_events(event(56, secrecy__level=0.9))


def test_civilian_harm_is_whole_people_by_population_once():
    run, plain = (
        with_events(event(21, civilian_harm={"theatre": "vraem", "side": "armed", "people": 25})),
        with_events(),
    )
    for one in (run, plain):
        one.advance(one.burn_in + 22)
    towns, same = run.world.places.communities, plain.world.places.communities
    gone = same.population - towns.population
    assert gone.sum() == pytest.approx(25) and set(np.round(gone, 9)) <= set(map(float, range(26)))
    assert (gone[towns.theatre != VRAEM] == 0).all() and gone.argmax() == np.where(
        towns.theatre == VRAEM, same.population, 0
    ).argmax()
    assert (series(run, q.HARM_ARMED, VRAEM) - series(plain, q.HARM_ARMED, VRAEM)).tolist() == [
        0,
        0,
        0,
        25,
        0,
        0,
        0,
        0,
    ]
    run.advance(run.end)
    assert (series(run, q.HARM_ARMED, VRAEM)[3]) >= 25


def test_harm_by_the_state_costs_cooperation_and_harm_by_armed_groups_gains_it():
    after = {}
    for side in ("state", "armed", None):
        run = with_events(
            *(
                [event(7, civilian_harm={"theatre": "vraem", "side": side, "people": 400})]
                if side
                else []
            )
        )
        run.advance(run.burn_in + 22)
        towns = run.world.places.communities
        after[side] = float(towns.cooperation[towns.theatre == VRAEM].mean())
    assert after["state"] < after[None] < after["armed"]


def test_blocked_transport_piles_up_stock_and_lowers_the_farm_price():
    blocked, free = with_events(event(0, transport__outbound_capacity=0.1)), with_events()
    for one in (blocked, free):
        one.advance(one.burn_in + 42)
    here = free.world.places.markets.theatre == VRAEM
    assert (
        blocked.world.places.markets.stock_kg[here] > 1.3 * free.world.places.markets.stock_kg[here]
    ).all()
    assert (blocked.world.places.markets.price[here] < free.world.places.markets.price[here]).all()
    assert (
        series(blocked, q.DISPATCHED, VRAEM).sum() < 0.5 * series(free, q.DISPATCHED, VRAEM).sum()
    )


def test_a_better_price_at_one_exit_draws_what_leaves():
    dear, plain = with_events(event(0, price__bolivia=3.0)), with_events()
    for one in (dear, plain):
        one.advance(one.end)
    bolivia = EXITS.index("bolivia")
    exits = {run: run.world.tally[1:, q.EXPORTED].sum(axis=0) for run in (dear, plain)}
    assert exits[dear][bolivia] > 1.2 * exits[plain][bolivia]


def test_clearing_from_outside_takes_the_hectares_it_says():
    run, plain = (
        with_events(*events)
        for events in ([event(0, eradicate={"theatre": "vraem", "ha_per_year": 520.0})], [])
    )
    for one in (run, plain):
        one.advance(one.burn_in + 28)
    assert series(plain, q.COCA_DESTROYED, VRAEM).sum() == 0
    assert series(run, q.COCA_DESTROYED, VRAEM)[:4] == pytest.approx([10.0] * 4)
    assert (series(run, q.COCA_DESTROYED, LORETO) == series(plain, q.COCA_DESTROYED, LORETO)).all()


def test_effort_on_routes_is_nested_and_takes_the_share_that_its_law_says():
    half, all_ = (
        with_events(event(0, route_effort={"share_of_routes": share, "effort": 50.0}))
        for share in (0.5, 1.0)
    )
    half.advance(half.burn_in + 1)
    all_.advance(all_.burn_in + 1)
    covered, everywhere = half.world.legs.route_effort > 0, all_.world.legs.route_effort > 0
    assert everywhere.all() and 0.35 < covered.mean() < 0.65
    all_.advance(all_.end)
    kappa = float(all_.world.parameters.trafficking.kappa[0])
    sent, lost = (all_.world.tally[3:, quantity, :4].sum() for quantity in (q.DISPATCHED, q.SEIZED))
    plain = with_events()
    plain.advance(plain.end)
    base = plain.world.tally[3:, q.SEIZED, :4].sum() / plain.world.tally[3:, q.DISPATCHED, :4].sum()
    law = 1.0 - np.exp(-kappa * 50.0) * (1.0 - base)
    assert lost / sent == pytest.approx(law, rel=0.35)


def test_an_announced_departure_makes_groups_hold_back_until_the_day():
    run = with_events(
        event(7, announce_departure={"theatre": "vraem", "leave_day": 35}),
        parameters={"secrecy.watch": 0.2},
    )
    run.advance(run.burn_in + 7)
    assert run.world.actors.groups.restraint.sum() == 0
    run.advance(27)
    groups = run.world.actors.groups
    assert groups.restraint[(groups.alive == 1) & (groups.kind == 0)].mean() > 0.8
    run.advance(2)
    assert run.world.actors.groups.restraint.sum() == 0


def test_hold_runs_under_events_that_change_the_movement():
    from sim.batches.plan import make_plan

    scenario = with_events(
        event(7, strategy__share_to_border=0.5, secrecy__level=1.0), strategy__name="static"
    ).scenario
    plan = make_plan(scenario)
    (hold,) = (point.scenario for point in plan.points if point.strategy == "hold")
    assert dict(hold.events[0].set) == {"secrecy.level": 1.0}


def test_who_leaves_by_an_announced_day_is_no_secret():
    moving = {"strategy__name": "static", "strategy__share_to_border": 0.1, "secrecy__level": 1.0}
    for leave_day, known in ((40, True), (5, False)):
        run = with_events(
            event(0, announce_departure={"theatre": "vraem", "leave_day": leave_day}), **moving
        )
        run.advance(run.burn_in + 2)
        assert bool(run.world.actors.units.known.any()) is known


def test_levers_act_on_the_run_from_day_1(tmp_path):
    file = tmp_path / "levers.toml"
    text = (
        "schema = 1\n"
        "[time]\nburn_in_days = 14\nhorizon_days = 28\n[map]\nresolution_km = 10\n"
        '[strategy]\nname = "static"\nshare_to_border = 0.2\npartner = {coordination = 0.9}\n'
    )
    file.write_text(text, encoding="utf-8")
    run = Run(load_scenario(file))
    seen = {}
    while run.t < run.end:
        run.advance(7)
        seen[run.day] = float(run.world.levers[0].coordination)
    assert seen[-7] == 0.2 and seen[7] == 0.9
    assert run.today.partner.coordination == 0.9
