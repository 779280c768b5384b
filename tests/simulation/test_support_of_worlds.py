"""The compiled mechanism of rule equals the weekly reference: same inputs, same b."""

import numpy as np
import pytest
from support_of_worlds import force_of, support_of, take_over, visible_of

from sim import load_scenario
from sim.model.state.agents import FIRST_DISSIDENTS, MPCP_PARTY
from sim.simulation.run import Run

NOBODY_CROSSES = {"parameters.partner.sigma": 0.0, "parameters.partner.return_rate": 0.0}
PARTIES = (MPCP_PARTY, FIRST_DISSIDENTS)


def run_of(replication: int, burn_in: int = 364) -> Run:
    """A run of `hold` in which no cell crosses the border, which the reference leaves out."""
    settings = {"time.horizon_days": 7, "time.burn_in_days": burn_in, "allow_outside_range": True}
    return Run(load_scenario("redeploy:baseline", {**settings, **NOBODY_CROSSES}), replication)


@pytest.mark.parametrize("replication", [0, 3])
def test_rule_on_the_first_day_is_the_fixed_point_of_the_reference(replication):
    run = run_of(replication)
    run.advance(1)
    made = support_of(run, force_of(run.world))
    made.settle()
    assert run.world.support.b.max() > 0.1
    assert run.world.support.b == pytest.approx(made.b, abs=1e-9)


@pytest.mark.parametrize("replication", [0, 3])
def test_the_prologue_leaves_the_rule_and_the_balance_of_the_reference(replication):
    run = run_of(replication)
    run.advance(run.burn_in)
    made = support_of(run, force_of(run.world))
    take_over(made, run)
    before = made.b.copy()
    run.advance(1)
    made.force = force_of(run.world)  # of day 0, on which the prologue runs
    made.ground = made.ground._replace(visible=visible_of(run.world))
    made.feel(1.0)
    made.prologue()
    assert np.abs(made.b - before).max() > 0.05
    assert run.world.support.b == pytest.approx(made.b, abs=1e-9)
    for party in PARTIES:
        found = run.world.support.parties[party]
        assert found.wage_share == pytest.approx(made.kept[party], abs=1e-9)
        assert found.other_usd == pytest.approx(made.other_usd[party], rel=1e-9)
        assert found.protection_0 == pytest.approx(made.s_b0[party], abs=1e-9)
