"""The weekly reference of bases of support on the built world, under `hold` and two withdrawals."""

import numpy as np
import pytest
from support_of_worlds import force_of, support_of
from weekly_support import MPCP

from sim import load_scenario
from sim.names import VRAEM
from sim.simulation.run import Run

WORLDS = 4
YEARS = (3, 8)


def at_day(day: int, replication: int, name: str, settings: dict | None = None) -> Run:
    """A run of a shipped scenario on a day counted from day 0."""
    run = Run(load_scenario(f"redeploy:{name}", settings or {}), replication)
    run.advance(run.scenario.time.burn_in_days + day)
    return run


def ratios(arm, held) -> tuple[float, float]:
    """Fighters and people x armed share in the VRAEM, against `hold` in the same world."""
    return (
        arm.strength(MPCP) / held.strength(MPCP),
        arm.people_armed(VRAEM) / held.people_armed(VRAEM),
    )


@pytest.mark.slow
def test_hold_is_at_rest_and_a_withdrawal_is_filled():
    """Prints what model and script are compared by: means over worlds, and their spread."""
    drift, found = [], {}
    for world in range(WORLDS):
        start = support_of(at_day(0, world, "baseline"))
        held = start.branch()
        held.live(520)
        drift.append(
            (
                held.strength(MPCP) / start.strength(MPCP),
                held.people_armed(VRAEM) / start.people_armed(VRAEM),
            )
        )
        for share in (0.15, 0.6):
            moved = at_day(120, world, "static", {"strategy.share_to_border": share})
            gone = force_of(moved.world)
            arm, held = start.branch(gone), start.branch()
            weeks = 0
            for year in YEARS:
                arm.live(52 * year - weeks)
                held.live(52 * year - weeks)
                weeks = 52 * year
                found.setdefault((share, year), []).append(ratios(arm, held))
    print("hold after ten years", np.mean(drift, axis=0), np.std(drift, axis=0))
    for case, values in found.items():
        print(case, np.mean(values, axis=0), np.std(values, axis=0))
    assert np.mean(drift, axis=0) == pytest.approx([1.0, 1.0], abs=0.15)
    for year in YEARS:
        small, large = (np.mean(found[share, year], axis=0) for share in (0.15, 0.6))
        assert (small > 1.0).all() and (large > small).all()
