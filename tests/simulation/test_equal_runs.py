"""Runs that must be equal bit for bit: repeated, day by day, compiled or not, or up to a move."""

import numpy as np
import pytest
from digest_of_a_run import MOVING, digest, elsewhere
from small_runs import STATE, arrays_of, small_run, small_scenario

import sim.model.day
from sim.model.compile import is_compiled
from sim.model.state.agents import IDLE, MISSIONS, PARTIES, Lead, Shipment, table
from sim.model.state.world import TableFull
from sim.simulation.run import run


def state(one) -> dict[str, bytes]:
    """All that a day may change, as bytes."""
    return {name: array.tobytes() for name, array in arrays_of(one.world, *STATE).items()} | {
        "tally": one.world.tally.tobytes()
    }


def same(a, b) -> bool:
    return a.tally.tobytes() == b.tally.tobytes() and a.outcomes == b.outcomes


def finished(**overrides):
    one = small_run(**overrides)
    one.advance(one.end)
    return one


def test_the_same_run_twice():
    assert same(run(small_scenario(**MOVING), 3), run(small_scenario(**MOVING), 3))


def test_another_replication_or_seed_is_another_run():
    base = run(small_scenario())
    assert not same(base, run(small_scenario(), 1))
    assert not same(base, run(small_scenario(replications__base_seed=2)))


def test_a_run_by_days_equals_a_run_by_stretches():
    """`run` in stretches of up to 28 days, and the same in steps of one day and of five."""
    whole = finished(**MOVING)
    for step in (1, 5):
        one = small_run(**MOVING)
        while not one.finished:
            one.advance(step)
        assert state(one) == state(whole)
        assert same(one.records(), run(small_scenario(**MOVING)))


@pytest.mark.parametrize(
    "tasking", [("area", "chokepoint"), ("reports", "random"), ("garrison", "none")]
)
@pytest.mark.parametrize("name", ["static", "phased", "rapid-reserve", "police-backfill"])
def test_a_share_of_0_is_hold(name, tasking):
    """No code turns such a strategy into hold; the runs are equal by themselves (section 5)."""
    levers = {
        "strategy.tasking_vraem": tasking[0],
        "strategy.tasking_border": tasking[1],
        "time.horizon_days": 35,
    }
    moved = finished(**levers, **{"strategy.name": name, "strategy.share_to_border": 0.0})
    held = finished(**levers)
    assert state(moved) == state(held)
    assert moved.records().outcomes == held.records().outcomes


def test_steps_past_the_end_move_nobody():
    """Steps beyond the horizon move nobody, as `check` says."""
    levers = {"time.horizon_days": 28, "strategy.name": "phased", "strategy.share_to_border": 0.4}
    cut_off = finished(**levers, **{"strategy.steps": 4, "strategy.duration_days": 84})
    whole = finished(**levers | {"strategy.name": "static", "strategy.share_to_border": 0.1})
    assert state(cut_off) == state(whole)


def test_an_event_ends_with_the_run():
    """The end day of an event does not matter if it lies past the last day."""
    event = {"day": 3, "set": {"partner.coordination": 0.9}}
    runs = [finished(events=[event | until]) for until in ({"until": 300}, {"until": 21}, {})]
    assert all(state(one) == state(runs[0]) for one in runs)
    assert state(runs[0]) != state(finished(events=[event | {"until": 10}]))


def test_secrecy_that_ends_by_the_first_order_keeps_nothing_secret():
    """Secrecy that ends by the first order has no effect; with one day more it has one."""
    leaky = MOVING | {
        "time.horizon_days": 28,
        "strategy.start_day": 14,
        "parameters.secrecy.leak_base": 100.0,
        "allow_outside_range": True,
    }

    def at(level, until):
        return state(finished(**leaky, **{"secrecy.level": level, "secrecy.until_day": until}))

    assert at(0.0, 14) == at(1.0, 14)
    assert at(0.0, 15) != at(1.0, 15)


VARIANTS = [
    ("static", {"start_day": 14}),
    ("static", {"start_day": 14, "withdrawal": "close_remote"}),
    ("static", {"start_day": 14, "withdrawal": "close_quiet", "tasking_vraem": "reports"}),
    (
        "static",
        {
            "start_day": 14,
            "withdrawal": "close_small",
            "tasking_vraem": "random",
            "tasking_border": "random",
        },
    ),
    ("phased", {"start_day": 14, "tasking_border": "line", "moved": "special"}),
    ("surge-and-return", {"start_day": 14, "tasking_border": "area", "move_helicopters": 0.5}),
    ("triggered-return", {"start_day": 14, "tasking_vraem": "garrison", "tasking_border": "none"}),
    ("rapid-reserve", {"start_day": 14, "tasking_border": "reports"}),
    ("police-backfill", {"start_day": 14}),
    ("threat-following", {"threshold_sd": 0.0, "patience_reviews": 1, "step": 0.3}),
]


def noting(one, orders):
    """Keep the orders of each review by its day."""
    decide = one.strategy.decide
    one.strategy.decide = lambda situation: orders.setdefault(situation.day, decide(situation))
    return one


@pytest.mark.parametrize(("name", "settings"), VARIANTS)
def test_strategies_part_on_the_day_their_orders_differ(name, settings):
    """The state is equal bit for bit on each day of the burn-in and up to the first other order."""
    levers = {"secrecy.level": 0.0, "time.horizon_days": 182}
    own = {f"strategy.{key}": value for key, value in settings.items()}
    ours, theirs = {}, {}
    held = noting(
        small_run(**levers, **{key: value for key, value in own.items() if ".tasking_" in key}),
        ours,
    )
    moved = noting(
        small_run(**levers, **own, **{"strategy.name": name, "strategy.share_to_border": 0.3}),
        theirs,
    )
    while not held.finished:
        held.advance(1)
        moved.advance(1)
        if any(theirs[day] != ours.get(day) for day in theirs):
            break
        assert state(held) == state(moved), held.day
    assert held.day == 15 or (name == "threat-following" and held.day > 112)
    assert state(held)["actors.units"] != state(moved)["actors.units"]


def test_an_inert_unit_changes_nothing_else():
    """Draws are keyed by who draws, so an empty unit changes no other draw (section 7)."""
    usual, more = small_run(), small_run()
    units = more.world.actors.units
    larger = table(sim.model.state.agents.Unit, len(units) + 1)
    larger[1:] = units  # in front, so that every other row moves
    larger[0].alive, larger[0].uid, larger[0].mission, larger[0].order_site = 1, 424_242, IDLE, -1
    larger[0].posting = larger[0].home = units[0].posting
    more.world.actors = more.world.actors._replace(units=larger)
    usual.advance(usual.end)
    more.advance(more.end)
    differs = {name for name, value in state(usual).items() if value != state(more)[name]}
    assert differs <= {"actors.units"}
    assert more.world.actors.units[1:].tobytes() == usual.world.actors.units.tobytes()
    assert MISSIONS[more.world.actors.units[0].mission] == "idle"


def with_room(one, shipments: int, leads: int):
    one.world.actors = one.world.actors._replace(
        shipments=table(Shipment, shipments), leads=table(Lead, leads)
    )
    one.world.support = one.world.support._replace(tolled=np.zeros((shipments, PARTIES)))
    return one


def test_growing_tables_change_no_result():
    """Tables that grow during a run give the same tally as tables that are large from the start."""
    usual, loads, leads = small_run(), 0, 0
    while not usual.finished:
        usual.advance(1)
        loads = max(loads, int((usual.world.actors.shipments.alive > 0).sum()))
        leads = max(leads, int((usual.world.actors.leads.alive > 0).sum()))
    small = with_room(small_run(), loads + 4, leads + 4)
    small.advance(small.end)
    assert (
        len(small.world.actors.shipments) > loads + 4 and len(small.world.actors.leads) > leads + 4
    )
    assert small.world.tally.tobytes() == usual.world.tally.tobytes()
    assert small.records().outcomes == usual.records().outcomes


@pytest.mark.parametrize(("room", "name"), [((2, 1_024), "shipments"), ((512, 1), "leads")])
def test_a_full_table_fails_the_run_by_name(room, name):
    with pytest.raises(TableFull, match=name):
        with_room(small_run(), *room).advance(28)


@pytest.mark.skipif(not is_compiled(), reason="needs the compiler")
def test_the_day_is_compiled_once():
    """All scenarios share one compiled signature: a second would compile for a minute."""
    for overrides in (
        {},
        MOVING,
        {"enemy.dissident_groups": 0, "enemy.mpcp_groups": 1},
        {"crops.poppy_ha.cajamarca": 0.0},
    ):
        finished(**overrides)
    assert len(sim.model.day.advance.signatures) == 1


def test_the_hash_seed_changes_nothing():
    here = digest()
    for seed in ("1", "4242"):
        assert elsewhere(PYTHONHASHSEED=seed)["digest"] == here


@pytest.mark.skipif(not is_compiled(), reason="compares the compiled day with the plain one")
def test_compiled_and_plain_are_equal():
    """NUMBA_DISABLE_JIT=1 gives equal bytes of tally, outcomes, events and draws."""
    plain = elsewhere("busy", NUMBA_DISABLE_JIT="1")
    assert plain["compiled"] is False
    assert plain["digest"] == digest("busy")


def test_recording_never_changes_the_run():
    """With single events and snapshots kept, everything else comes out the same."""
    quiet, noted = (
        run(small_scenario(**MOVING)),
        run(small_scenario(**MOVING, record__events=True, record__layers_every_days=5)),
    )
    assert same(quiet, noted)
    assert state(finished(**MOVING)) == state(finished(**MOVING, record__layers_every_days=3))
    assert len(quiet.layers) == 0 < len(noted.layers)
    assert len(quiet.events) == 0 < len(noted.events)
    assert np.isfinite(noted.tally).all()
