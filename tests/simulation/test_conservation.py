"""Every ledger balances on every day, in the shipped fixture and in random scenarios."""

import numpy as np
import pytest
from busy import busy
from drawn import scenarios
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as draw
from ledgers import LEDGERS, MONEY, civilians, faults, tolerance, total, under_way, what_breaks
from small_runs import small_run

from sim.errors import UserError
from sim.model.state import counts as q
from sim.model.state.agents import POSTED, PREPARING, TRANSIT
from sim.names import CAJAMARCA, HCL, LATEX, LORETO, VRAEM

THEATRES = (VRAEM, LORETO, CAJAMARCA)


def day_by_day(run):
    """Advance one day at a time to the end."""
    while not run.finished:
        run.advance(1)
        yield run.world


@pytest.fixture(scope="module", params=["baseline", "busy"])
def history(request):
    """(name -> value of each ledger, a day each), faults by day, and the finished run."""
    run = small_run(**(busy() if request.param == "busy" else {}))
    ledgers = {name: [ledger(run.world)] for name, ledger in LEDGERS.items()}
    found, transit, border = [], [], []
    for world in day_by_day(run):
        for name, ledger in LEDGERS.items():
            ledgers[name].append(ledger(world))
        found.append(faults(world))
        units = world.actors.units
        transit.append(
            [int((units.status == status).sum()) for status in (POSTED, PREPARING, TRANSIT)]
        )
        border.append(
            [
                [crossing(world, product, theatre) for theatre in THEATRES]
                for product in (HCL, LATEX)
            ]
        )
    return ledgers, found, np.array(transit), np.array(border), run


def crossing(world, product, theatre):
    """Kilograms that entered a theatre, less those seized there, passed, or still under way: 0."""
    entered, seized, passed = (
        float(world.tally[:, k + product, theatre].sum()) for k in (q.ATTEMPTED, q.SEIZED, q.PASSED)
    )
    return entered - seized - passed - under_way(world, product, theatre)


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_balances_every_day(history, name):
    values = np.array(history[0][name])
    assert values[0] > 0 or name in MONEY
    assert values == pytest.approx(values[0], rel=1e-9, abs=tolerance(history[-1].world, name))


def test_nothing_leaves_its_bounds(history):
    assert {day: found for day, found in enumerate(history[1]) if found} == {}


def test_every_unit_is_somewhere(history):
    """Posted, preparing or in transit: as many as there are."""
    transit, run = history[2], history[-1]
    assert (transit.sum(axis=1) == len(run.world.actors.units)).all()


def test_what_enters_a_theatre_is_seized_there_passes_or_is_under_way(history):
    """Attempted = seized + passed + under way, in every theatre and for both products."""
    assert history[3] == pytest.approx(0.0, abs=1e-6)


def test_every_kind_of_event_happens_in_the_busy_run(history):
    """Otherwise the ledgers above would balance because nothing happened."""
    world, transit = history[-1].world, history[2]
    if world.scenario.strategy.name == "hold":
        assert total(world, q.DISPATCHED) > 0 and total(world, q.HARVESTED) > 0
        return
    happened = """
        STATE_LOSSES REPLACED HARM_ARMED HARM_STATE DISPLACED SEIZED SEIZED_STOCK EXPORTED
        COCA_PLANTED COCA_DESTROYED PAID_TOLL EXTORTION SPONSORED OTHER_SPENDING RETALIATIONS
        THIRD_GROUP_ENTRIES RIVAL_CLASHES
    """
    assert [name for name in happened.split() if total(world, getattr(q, name)) <= 0] == []
    assert transit[:, 1].max() > 0 and transit[:, 2].max() > 0


def test_weights_and_the_parts_of_the_vacuum(history):
    """Weights sum to 1 per theatre; vacuum = exploited + open, none of them negative."""
    run = history[-1]
    towns = run.world.places.communities
    assert [towns.weight[towns.theatre == theatre].sum() for theatre in THEATRES] == pytest.approx(
        [1.0] * 3
    )
    outcomes = run.records().outcomes
    for name in ("vraem", "loreto", "cajamarca"):
        vacuum, exploited, open_ = (
            outcomes[f"vacuum_{part}{name}"] for part in ("", "exploited_", "open_")
        )
        assert vacuum == pytest.approx(exploited + open_, abs=1e-12)
        assert min(vacuum, exploited, open_) >= 0
        held = run.world.tally[
            1:,
            [q.STATE_CONTROL, q.ARMED_CONTROL],
            THEATRES[("vraem", "loreto", "cajamarca").index(name)],
        ].sum()
        assert 0 < held <= run.scenario.time.horizon_days + 1e-9


def test_armed_parties_earn_and_spend(history):
    """Otherwise their ledger would balance because nobody paid."""
    world = history[-1].world
    assert min(total(world, k) for k in (q.PAID_TOLL, q.TAXED, q.EXTORTION, q.WAGES)) > 0
    assert world.support.parties.alive[:2].tolist() == [1, 1]


def test_an_incident_harms_no_more_people_than_live_there():
    """The schema allows 100,000, more than Loreto's theatre holds."""
    run = small_run(
        events=[
            {
                "day": 3,
                "set": {"civilian_harm": {"theatre": "loreto", "side": "state", "people": 100_000}},
            }
        ]
    )
    towns, before = run.world.places.communities, civilians(run.world)
    lived = float(np.floor(towns.population[towns.theatre == LORETO]).sum())
    run.advance(run.end)
    assert civilians(run.world) == pytest.approx(before, rel=1e-9) and towns.population.min() >= 0
    assert total(run.world, q.HARM_STATE) == pytest.approx(lived, rel=0.02) and lived < 100_000


def conserves(overrides, replication):
    """Run day by day: bounds hold daily, ledgers balance, and outcomes are numbers or undefined."""
    try:
        run = small_run(replication, **overrides)
    except UserError:
        assume(False)  # more crops than the land carries, say: refused, with a message
    assert what_breaks(run) == []


USUAL = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@settings(USUAL, max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(overrides=scenarios(14, 28), replication=draw.integers(0, 10_000))
def test_any_scenario_conserves(overrides, replication):
    conserves(overrides, replication)


@pytest.mark.slow
@settings(USUAL, max_examples=300)
@given(overrides=scenarios(28, 84), replication=draw.integers(0, 10_000))
def test_any_of_many_scenarios_conserves(overrides, replication):
    """Run longer, so that crops ripen and moves arrive; hypothesis shrinks a failing example."""
    conserves(overrides, replication)
