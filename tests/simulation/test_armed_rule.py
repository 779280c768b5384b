"""Armed rule in whole runs: its shares, what is left of it without fighters, and how pairs move
together."""

import numpy as np
import pytest
from small_runs import small_run

from sim.names import LORETO, VRAEM

WORLDS = 24  # a single world in which camps part can double the ratio of eight
YEAR = {"time.burn_in_days": 28, "time.horizon_days": 364}


def people_armed(run, theatre: int) -> float:
    """Return people x armed share in a theatre today."""
    towns = run.world.places.communities
    here = towns.theatre == theatre
    return float((towns.population[here] * towns.armed[here]).sum())


def test_state_armed_and_nobody_sum_to_1_in_every_place_and_week():
    run = small_run(
        **{"strategy.name": "static", "strategy.share_to_border": 0.6, "time.horizon_days": 182}
    )
    lost = 0.0
    while not run.finished:
        run.advance(7)
        towns = run.world.places.communities
        nobody = (1.0 - towns.armed) * (1.0 - towns.protection)
        assert towns.state + towns.armed + nobody == pytest.approx(1.0, abs=1e-12)
        assert min(towns.state.min(), towns.armed.min(), nobody.min()) >= 0.0
        lost = max(lost, float(towns.vacuum.max()))
    assert lost > 0.2 and run.world.places.communities.armed.max() > 0.2


def test_without_fighters_armed_rule_falls_under_half_in_three_years():
    """Fighters are the cause of rule: once they are gone it fades by itself (4.10)."""
    run = small_run(
        **{"time.burn_in_days": 182, "time.horizon_days": 1_096},
        parameters={"founding.hazard": 0.0},
    )
    run.advance(run.burn_in + 1)
    before = {theatre: people_armed(run, theatre) for theatre in (VRAEM, LORETO)}
    run.world.actors.groups.fighters[:] = 0.0
    run.advance(1_095)
    left = {theatre: people_armed(run, theatre) / before[theatre] for theatre in before}
    assert min(before.values()) > 1_000.0 and run.world.actors.groups.fighters.sum() == 0.0
    assert max(left.values()) < 0.5, left


@pytest.mark.slow
def test_pairs_stay_coupled_in_people_under_armed_rule_and_fighters():
    """A difference of two arms in the same worlds varies less than a level does: the draws of one
    arm stay those of the other."""
    names = ("people_armed_vraem", "fighters_mpcp")
    levels, differences = [], []
    for world in range(WORLDS):
        found = []
        for strategy in ({}, {"strategy.name": "static", "strategy.share_to_border": 0.15}):
            run = small_run(world, **YEAR, **strategy)
            run.advance(run.end)
            outcomes = run.records().outcomes
            found.append([outcomes[name] for name in names])
        levels.append(found[0])
        differences.append(np.subtract(found[1], found[0]))
    ratio = np.var(differences, axis=0, ddof=1) / np.var(levels, axis=0, ddof=1)
    print(dict(zip(names, ratio.round(3).tolist())))
    assert np.abs(differences).max(axis=0).min() > 0.0
    assert (ratio < 1.0).all(), ratio
