"""The model under Mesa's own drivers: `batch_run` of Mesa 3, and steps by hand in Mesa 4."""

import itertools
import warnings

import mesa
import numpy as np
import pandas as pd
import pytest
from short_model import run_for, short

from sim.mesa_face.agents import ArmedGroup, MilitaryUnit
from sim.mesa_face.model import HEADLINES, RedeploymentModel, iteration_of_a_batch
from sim.model.state import counts
from sim.simulation.run import run

VERSION = tuple(int(part) for part in mesa.__version__.split(".")[:2])
mesa_3 = pytest.mark.skipif(VERSION >= (4, 0), reason=f"mesa {mesa.__version__} has no batch_run")
mesa_4 = pytest.mark.skipif(
    VERSION < (4, 0), reason=f"mesa {mesa.__version__} is installed, Mesa 4 is not"
)
STEPS = 28


def seized(scenario, replication=0):
    return run(scenario, replication).tally[1:, counts.SEIZED, :4].sum()


def batch_run(parameters, model=RedeploymentModel, **options):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The `iterations` keyword", DeprecationWarning)
        return pd.DataFrame(mesa.batch_run(model, parameters, display_progress=False, **options))


class Watched(RedeploymentModel):
    """A user's own model with a collector of its own."""

    def __init__(self, scenario, **options):
        super().__init__(scenario, **options)
        self.datacollector = mesa.DataCollector(
            model_reporters={"groups": lambda model: len(model.agents_by_type[ArmedGroup])},
            agent_reporters={"fighters": lambda agent: getattr(agent, "fighters", None)},
        )


@mesa_3
def test_batch_run_makes_each_iteration_a_replication():
    """Without a seed: three different runs, and the same three each time."""
    found = batch_run({"scenario": [short()]}, iterations=3)
    assert (
        found["iteration"].tolist() == [0, 1, 2]
        and set(HEADLINES) <= set(found.columns)
        and (found["day"] == 21).all()
    )
    np.testing.assert_allclose(
        found["seized_kg"], [seized(short(), replication) for replication in range(3)]
    )
    assert found["seized_kg"].nunique() == 3
    again = batch_run({"scenario": [short()]}, iterations=3)
    pd.testing.assert_frame_equal(found[list(HEADLINES)], again[list(HEADLINES)])


@mesa_3
@pytest.mark.slow
def test_processes_of_batch_run_share_the_replications_out():
    one, two = (
        batch_run({"scenario": [short()]}, iterations=3, number_processes=n).sort_values(
            "iteration"
        )
        for n in (1, 2)
    )
    assert (
        one["seized_kg"].tolist() == two["seized_kg"].tolist() and one["seized_kg"].nunique() == 3
    )


@mesa_3
def test_batch_run_keeps_a_replication_and_compares_scenarios_in_the_same_worlds():
    shares = [short(), short(**{"strategy.name": "static", "strategy.share_to_border": 0.3})]
    found = batch_run({"scenario": shares, "replication": [1, 2]})
    assert found["replication"].tolist() == [1, 2, 1, 2] and found["seized_kg"].nunique() >= 2
    pairs = batch_run({"scenario": shares}, iterations=2)
    expected = [seized(one, r) for r, one in itertools.product(range(2), shares)]
    np.testing.assert_allclose(pairs["seized_kg"], expected)


@mesa_3
@pytest.mark.skipif(VERSION < (3, 5), reason="batch_run takes seeds from Mesa 3.5 on")
def test_batch_run_takes_the_seeds_that_it_is_given():
    found = batch_run({"scenario": [short()]}, rng=[5, 6])
    expected = [seized(short(**{"replications.base_seed": seed})) for seed in (5, 6)]
    np.testing.assert_allclose(found["seized_kg"], expected)


@mesa_3
def test_batch_run_reads_every_step_and_stops_where_it_is_told():
    found = batch_run({"scenario": [short()]}, data_collection_period=1)
    assert found["day"].tolist() == list(range(-6, 22))
    assert batch_run({"scenario": [short()]}, max_steps=10)["day"].iloc[-1] in (
        3,
        4,
    )  # Mesa 3.3 goes a step further


@mesa_3
def test_batch_run_reads_a_collector_of_the_user():
    found = batch_run({"scenario": [short(**{"time.horizon_days": 7})]}, Watched)
    fighters = run_for(RedeploymentModel(short(**{"time.horizon_days": 7})), 14).world.actors.groups
    assert (
        found["fighters"].sum() == pytest.approx(fighters.fighters[fighters.alive == 1].sum())
        and found["fighters"].sum() > 0
    )
    assert set(found["groups"]) == {(fighters.alive == 1).sum()}


def test_outside_of_batch_run_a_model_is_the_first_replication():
    assert iteration_of_a_batch() == 0
    first, second = (RedeploymentModel(short(**{"time.horizon_days": 7})).run() for _ in range(2))
    assert (
        first.replication == second.replication == 0
        and first.tally.tobytes() == second.tally.tobytes()
    )


@mesa_4
def test_mesa_4_builds_steps_and_closes_the_model():
    model = RedeploymentModel(short())
    assert run_for(model, STEPS).running is False and model.day == 21
    assert (
        len(model.agents_by_type[MilitaryUnit]) > 0
        and len(model.datacollector.get_model_vars_dataframe()) == STEPS
    )
    assert model.records().outcomes == run(short()).outcomes
    model.close()
    model.close()
