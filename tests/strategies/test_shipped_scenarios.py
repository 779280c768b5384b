"""Every shipped strategy in a run on the coarse map: units leave, keep the budget, and return."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.model.state.agents import IDLE, POLICE, POSTED, PREPARING, RAID, RESERVE, TRANSIT
from sim.model.state.counts import COST, LIFT_HOURS
from sim.names import LORETO, VRAEM
from sim.scenario import load_scenario
from sim.simulation.run import Run
from sim.strategies import Orders, catalogue

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FIXTURE = {"map.resolution_km": 10, "time.burn_in_days": 28, "time.horizon_days": 168}
FILES = {name: SCENARIOS / f"{'baseline' if name == 'hold' else name}.toml" for name in catalogue()}


def start(name, replication=0, **levers):
    return Run(
        load_scenario(
            FILES[name], FIXTURE | {f"strategy.{key}": value for key, value in levers.items()}
        ),
        replication,
    )


def gone(run):
    """bool[units]: soldiers from the VRAEM that are at the border or bound for it."""
    u, theatre = run.world.actors.units, run.world.sites.theatre
    bound = np.where(u.status == POSTED, u.posting, u.order_site)
    return (
        (u.alive == 1) & (u.kind < POLICE) & (theatre[u.home] == VRAEM) & (theatre[bound] != VRAEM)
    )


def away(run):
    return int(gone(run).sum())


def by_review(run):
    """away(run) after each review, from day 0."""
    counts = []
    run.advance(run.burn_in)
    while not run.finished:
        run.advance(1)
        counts.append(away(run))
        assert not run.world.over_budget()
        run.advance(13)
    return counts


def fifteen_percent(run):
    u = run.world.actors.units
    ours = (u.alive == 1) & (u.kind < POLICE) & (run.world.sites.theatre[u.home] == VRAEM)
    return int(0.15 * ours.sum() + 0.5)


def test_each_strategy_has_its_scenario():
    for name, file in FILES.items():
        strategy = load_scenario(file).strategy
        assert strategy.name == name and strategy.share_to_border == (
            0.0 if name == "hold" else 0.15
        )
        assert dict(strategy.settings) == catalogue()[name].Settings().model_dump()


@pytest.mark.parametrize("tasking", ["area", "reports"])
def test_a_share_of_0_is_hold_bit_for_bit(tasking):
    levers = {"tasking_vraem": tasking, "share_to_border": 0.0, "move_helicopters": 1.0}
    tallies = {}
    for name, kind in catalogue().items():
        run = start(name, **{key: value for key, value in levers.items() if key not in kind.unused})
        run.advance(run.end)
        tallies[name] = run.world.tally.tobytes()
    assert len(set(tallies.values())) == 1


@pytest.mark.parametrize(
    ("name", "levers", "part"),
    [
        ("static", {}, lambda day: 1),
        ("surge-and-return", {"stay_days": 56}, lambda day: day < 56),
        (
            "surge-and-return",
            {"stay_days": 56, "repeat_every_days": 112},
            lambda day: day % 112 < 56,
        ),
        ("triggered-return", {"threshold_sd": 10}, lambda day: 1),
    ],
)
def test_the_share_at_the_border_follows_the_rule(name, levers, part):
    run = start(name, move_helicopters=0.5, **levers)
    assert by_review(run) == [fifteen_percent(run) * part(day) for day in range(0, 168, 14)]
    assert run.records().outcomes["over_budget"] == 0.0


@pytest.mark.parametrize(
    ("called_on", "moved"), [(14, "proportional"), (28, "proportional"), (28, "special")]
)
def test_a_return_ordered_on_the_way_ends_with_everyone_as_before(called_on, moved):
    """Called while all prepare, and while some are under way and some wait for a flight."""
    run = start("triggered-return", move_helicopters=0.5, share_to_border=0.3, moved=moved)
    run.advance(run.burn_in)
    before, hours = run.world.actors.units.copy(), run.world.places.theatres.flight_hours_day.copy()
    run.advance(called_on)
    status = run.world.actors.units.status
    assert away(run) == 2 * fifteen_percent(run)
    assert PREPARING in status and (TRANSIT in status) == (called_on == 28)
    run.strategy.called = True
    run.advance(run.end)
    units = run.world.actors.units
    assert away(run) == 0
    assert all(
        np.array_equal(units[name], before[name])
        for name in ("uid", "posting", "mission", "status", "moved")
    )
    assert run.world.places.theatres.flight_hours_day == pytest.approx(hours)


def test_threat_following_moves_by_its_steps():
    run = start(
        "threat-following", replication=4, threshold_sd=0.0, patience_reviews=1
    )  # in world 0 nothing moves
    counts = by_review(run)
    step = [int(0.05 * k * fifteen_percent(run) / 0.15 + 0.5) for k in range(4)]
    assert counts[:8] == [0] * 8 and len(set(counts)) > 1
    assert all(min(abs(count - s) for s in step) <= 1 for count in counts)
    assert all(abs(b - a) <= step[1] + 1 for a, b in pairwise(counts))


def test_rapid_reserve_waits_flies_by_the_hours_and_comes_back():
    run = start(
        "rapid-reserve", replication=4, tasking_border="random"
    )  # in some worlds all reports that it can serve lie in the valley
    u, theatre = run.world.actors.units, run.world.sites.theatre
    army = (u.kind < POLICE) & (theatre[u.home] == VRAEM)
    flown = set()
    run.advance(run.burn_in + 14)
    while not run.finished:
        run.advance(7)
        waits, raids = (
            army & (u.mission == RESERVE),
            army & (u.mission == RAID) & (u.status == POSTED),
        )
        assert waits.any() and (
            waits | (army & ((u.mission == RAID) | (u.status != POSTED)))
        ).sum() >= fifteen_percent(run)
        assert away(run) <= fifteen_percent(run) and not run.world.over_budget()
        flown |= set(theatre[u.posting[raids]].tolist())
    assert VRAEM in flown and len(flown) > 1
    hours, pool = (
        run.world.tally[1:, LIFT_HOURS, VRAEM].sum(),
        run.world.places.theatres.flight_hours_day[VRAEM],
    )
    p = run.world.parameters.redeployment[0]
    assert 100 < hours <= p.lift_bank_hours + pool * p.lift_share * 168
    assert {
        uid for uid, day in run.strategy.reserve.items() if day is not None and run.day - day > 28
    } == set()  # nobody is left behind


@pytest.mark.parametrize("source", ["loreto", "border"])
def test_police_backfill_takes_police_from_where_they_are_then_missing(source):
    run = start("police-backfill", police_share=0.5, police_from=source)
    u, theatre = run.world.actors.units, run.world.sites.theatre
    local = u.kind == POLICE

    def there(code):
        return int((local & (u.status != TRANSIT) & (theatre[u.posting] == code)).sum())

    run.advance(run.burn_in)
    before = [there(code) for code in range(4)]
    held = run.world.tally[0, COST].sum()
    run.advance(run.end)
    after = [there(code) for code in range(4)]
    assert (
        after[LORETO] == before[LORETO] - int(before[LORETO] / 2 + 0.5)
        and after[VRAEM] > before[VRAEM]
    )
    assert sum(after) == sum(before) and (after[3] < before[3]) == (source == "border")
    assert run.records().outcomes["over_budget"] == 0.0 and held > 0.0


def test_hours_from_the_rest_of_the_country_are_over_the_budget_and_cost():
    """Even when they are given back: what was flown was flown."""

    def flown(hours):
        run = start("static", share_to_border=0.45)
        decide = run.strategy.decide

        def with_a_loan(situation):
            orders = decide(situation) or Orders()
            if situation.day in (0, 112) and hours:
                orders.lend_hours(
                    *(("elsewhere", "loreto") if situation.day == 0 else ("loreto", "elsewhere")),
                    hours,
                )
            return orders

        run.strategy.decide = with_a_loan
        run.advance(run.end)
        return run.records().outcomes

    usual, more = flown(0.0), flown(3.0)
    assert (usual["over_budget"], more["over_budget"]) == (0.0, 1.0)
    assert more["cost_musd"] > usual["cost_musd"]


@pytest.mark.parametrize("what", ["soldiers", "police", "boats"])
def test_what_exceeds_the_forces_is_flagged(what):
    run = start("hold")
    u, theatres = run.world.actors.units, run.world.places.theatres
    assert not run.world.over_budget()
    if what == "boats":
        theatres.boats[LORETO] += 1.0
    else:
        u.soldiers[np.flatnonzero((u.kind >= POLICE) == (what == "police"))[0]] += 1.0
    assert run.world.over_budget()


def test_dated_events_change_share_and_tasking_for_a_while():
    fewer = {"day": 56, "until": 112, "set": {"strategy.share_to_border": 0.05}}
    idle = {"day": 70, "until": 98, "set": {"strategy.tasking_border": "none"}}
    longer = {"day": 112, "set": {"strategy.stay_days": 140}}
    run = Run(
        load_scenario(
            FILES["surge-and-return"],
            FIXTURE | {"strategy.stay_days": 126, "events": [fewer, idle, longer]},
        )
    )
    all_of_it, counts, idlers = fifteen_percent(run), [], []
    run.advance(run.burn_in)
    while not run.finished:
        run.advance(14)
        u = run.world.actors.units
        counts.append(away(run))
        idlers.append(int((u.mission[gone(run) & (u.status == POSTED)] == IDLE).sum()))
    third = int(0.05 * all_of_it / 0.15 + 0.5)
    assert counts[:10] == [all_of_it] * 4 + [third] * 4 + [all_of_it] * 2
    assert (
        counts[10] < third and counts[11] == 0
    )  # who was under way on the day of the return came home a review later
    assert [n > 0 for n in idlers] == [False] * 5 + [True] * 2 + [False] * 5 and idlers[6] == third
