"""A timed run is the same run, and the table has a time for every loop of the day."""

import pytest
from busy import busy
from small_runs import loops_of_the_day, small_scenario

import sim.simulation.build.world
from sim.model.compile import is_compiled
from sim.simulation.profile import Profile, ProfiledRun, advance_under_the_clock
from sim.simulation.run import run

BUSY = busy() | {"time.horizon_days": 28, "record.events": True}


@pytest.mark.skipif(
    not is_compiled(), reason="compares the day with a clock in it with the compiled one"
)
def test_a_profiled_run_is_the_same_run_even_where_stretches_end_early(monkeypatch):
    """The run is equal bit for bit, though a short log ends stretches early; each call is timed."""
    plain = run(small_scenario(**BUSY))
    busiest = max(plain.log["t"].tolist().count(t) for t in set(plain.log["t"]))
    monkeypatch.setattr(sim.simulation.build.world, "EVENT_ROWS", 2 * busiest + 8)
    one = ProfiledRun(advance_under_the_clock(), small_scenario(**BUSY))
    stretches = 0
    while not one.finished:
        one.advance(one.next_cut(one.end) - one.t)
        stretches = len(one.events)
    found = one.records()
    assert stretches > 5  # more often than the four reviews and the burn-in cut it
    assert found.tally.tobytes() == plain.tally.tobytes()
    assert found.log.tobytes() == plain.log.tobytes() and len(plain.log) > 0
    assert found.outcomes == plain.outcomes
    ticks = {name: int(one.clock.spent[row, 1]) for name, row in one.rows.items()}
    assert ticks["presence.spread"] == ticks["observe.observe_trade"] == one.end
    assert ticks["pursuit.meetings"] == 28 and ticks["support.share_places"] == one.end // 7
    assert ticks["prologue.settle"] == ticks["prologue.prologue"] == 1
    assert set(one.loops_ms()) == set(loops_of_the_day()) and sum(one.loops_ms().values()) > 0


def test_the_table_has_every_mechanism_and_adds_up():
    loops = {name: 1.0 for name in loops_of_the_day()}
    profile = Profile(100, 5.0, loops, 3.0, 2.0, 50.0)
    rows = dict(profile.rows())
    assert {name.split(".")[0] for name in loops} < set(rows)
    assert rows["presence"] == rows["  spread"] * 5 == 5.0
    total = 10.0 + len(loops)
    assert sum(ms for name, ms in profile.rows() if not name.startswith(" ")) == total
    lines = profile.text().splitlines()
    assert lines[-2].split() == ["in", "all", f"{total:.1f}", "100.0%", f"{10 * total:.1f}"]
    assert "50.0 ms" in lines[-1] and "100 days" in lines[-1]
