"""Nothing appears or vanishes: every ledger balances on every day, in the shipped fixture and in scenarios drawn at random."""

import numpy as np
import pytest
from busy import busy
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as draw
from ledgers import LEDGERS, faults, total, under_way
from small_runs import small_run

from sim.world import tally as q
from sim.world.state import CAJAMARCA, HCL, LATEX, LORETO, POSTED, PREPARING, TRANSIT, VRAEM

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
        transit.append([int((units.status == status).sum()) for status in (POSTED, PREPARING, TRANSIT)])
        border.append([[crossing(world, product, theatre) for theatre in THEATRES] for product in (HCL, LATEX)])
    return ledgers, found, np.array(transit), np.array(border), run


def crossing(world, product, theatre):
    """Kilograms that entered a theatre, less those seized there, passed, or still under way: 0."""
    entered, seized, passed = (float(world.tally[:, k + product, theatre].sum()) for k in (q.ATTEMPTED, q.SEIZED, q.PASSED))
    return entered - seized - passed - under_way(world, product, theatre)


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_balances_every_day(history, name):
    values = np.array(history[0][name])
    assert values[0] > 0 or name == "cash"
    assert values == pytest.approx(
        values[0], rel=1e-9, abs=1e-6 * max(1.0, total(history[-1].world, q.REVENUE)) if name == "cash" else 1e-6
    )


def test_nothing_leaves_its_bounds(history):
    assert {day: found for day, found in enumerate(history[1]) if found} == {}


def test_every_unit_is_somewhere(history):
    """Posted, preparing or in transit: as many as there are."""
    transit, run = history[2], history[-1]
    assert (transit.sum(axis=1) == len(run.world.actors.units)).all()


def test_what_enters_a_theatre_is_seized_there_passes_or_is_under_way(history):
    """`attempted = seized + passed + under way` in every theatre and of both products (outcomes attempted_kg_X, interdiction_rate_X)."""
    assert history[3] == pytest.approx(0.0, abs=1e-6)


def test_the_busy_run_does_all_of_it(history):
    """Otherwise the ledgers above would balance because nothing happened."""
    world, transit = history[-1].world, history[2]
    if world.scenario.strategy.name == "hold":
        assert total(world, q.DISPATCHED) > 0 and total(world, q.HARVESTED) > 0
        return
    happened = "STATE_LOSSES REPLACED HARM_ARMED HARM_STATE DISPLACED SEIZED SEIZED_STOCK EXPORTED COCA_PLANTED COCA_DESTROYED PAID_TOLL"
    assert [name for name in happened.split() if total(world, getattr(q, name)) <= 0] == []
    assert transit[:, 1].max() > 0 and transit[:, 2].max() > 0


def test_weights_and_the_parts_of_the_vacuum(history):
    """Weights sum to 1 per theatre; vacuum = exploited + open, none of them negative."""
    run = history[-1]
    towns = run.world.places.communities
    assert [towns.weight[towns.theatre == theatre].sum() for theatre in THEATRES] == pytest.approx([1.0] * 3)
    outcomes = run.records().outcomes
    for name in ("vraem", "loreto", "cajamarca"):
        vacuum, exploited, open_ = (outcomes[f"vacuum_{part}{name}"] for part in ("", "exploited_", "open_"))
        assert vacuum == exploited + open_ and min(vacuum, exploited, open_) >= 0
        states = run.world.tally[1:, [q.VACUUM, q.STATE_CONTROL], THEATRES[("vraem", "loreto", "cajamarca").index(name)]].sum()
        assert states == pytest.approx(run.scenario.time.horizon_days)


def test_groups_account_for_what_they_collect(history):
    """Of what loads pay and fields are taxed, groups get no more than all; wages come out of what they had or got."""
    world = history[-1].world
    groups = world.actors.groups
    assert (groups.money >= 0).all()
    weeks = (history[-1].t + 6) // 7
    most = total(world, q.PAID_TOLL) + total(world, q.TAXED) + weeks * float(groups.other_usd.sum())
    assert 0 < total(world, q.WAGES) + float(groups.money.sum()) <= most * (1 + 1e-9)


@seed(1)
@settings(max_examples=5, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    soldiers=draw.integers(0, 20_000),
    loreto=draw.integers(0, 6_000),
    share=draw.floats(0, 1),
    name=draw.sampled_from(["static", "phased"]),
    tasking_vraem=draw.sampled_from(["area", "garrison", "reports", "random"]),
    tasking_border=draw.sampled_from(["line", "chokepoint", "area", "reports", "random", "none"]),
    coordination=draw.floats(0, 1),
    coca=draw.floats(0, 32_000),
    poppy=draw.floats(0, 600),
    fighters=draw.integers(0, 300),
    replication=draw.integers(0, 10_000),
)
def test_any_scenario_conserves(
    soldiers, loreto, share, name, tasking_vraem, tasking_border, coordination, coca, poppy, fighters, replication
):
    run = small_run(
        replication,
        **{
            "time.burn_in_days": 14,
            "time.horizon_days": 28,
            "forces.vraem.soldiers": soldiers,
            "forces.vraem.special": soldiers // 10,
            "forces.vraem.river_infantry": soldiers // 20,
            "forces.loreto.soldiers": loreto,
            "forces.loreto.special": 0,
            "forces.loreto.river_infantry": loreto // 4,
            "strategy.name": name,
            "strategy.share_to_border": share,
            "strategy.tasking_vraem": tasking_vraem,
            "strategy.tasking_border": tasking_border,
            "partner.coordination": coordination,
            "crops.coca_ha.vraem": coca,
            "crops.poppy_ha.cajamarca": poppy,
            "enemy.mpcp_fighters": fighters,
        },
    )
    before = {ledger: of(run.world) for ledger, of in LEDGERS.items()}
    for world in day_by_day(run):
        assert faults(world) == []
    after = {ledger: of(run.world) for ledger, of in LEDGERS.items()}
    scale = {"cash": 1e-6 * max(1.0, total(run.world, q.REVENUE))}
    for ledger, value in before.items():
        assert after[ledger] == pytest.approx(value, rel=1e-9, abs=scale.get(ledger, 1e-6)), ledger
    outcomes = run.records().outcomes.values()
    assert all(value is None or np.isfinite(value) for value in outcomes)
