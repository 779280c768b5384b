"""RedeploymentModel makes the same run as `run`, keeps Mesa's contract, and is lazy."""

import datetime
import gc
import json
import subprocess
import sys
import weakref

import mesa
import numpy as np
import pytest
from short_model import BASELINE, SHORT, run_for, short

from sim.mesa_face.agents import ArmedGroup, Community, MilitaryUnit, Shipment
from sim.mesa_face.model import HEADLINES, LAYERS, RedeploymentModel
from sim.model.state import counts
from sim.model.state.agents import MPCP
from sim.names import VRAEM
from sim.scenario import load_scenario
from sim.simulation.run import run


def same(a, b):
    return a.tally.tobytes() == b.tally.tobytes() and a.outcomes == b.outcomes


@pytest.fixture(scope="module")
def records():
    return run(short(), replication=1)


@pytest.fixture
def model():
    one = RedeploymentModel(short())
    yield one
    one.close()


def test_a_step_is_a_day_of_the_same_run(records):
    model = RedeploymentModel(short(), replication=1)
    assert (model.day, model.date) == (-7, datetime.date(2021, 12, 25))
    while model.running:
        model.step()
    assert (model.day, model.date) == (21, datetime.date(2022, 1, 22))
    assert records.tally[1:].any() and same(model.records(), records)


def test_reading_the_model_does_not_change_the_run(records):
    model = RedeploymentModel(short(), replication=1)
    while model.running:
        model.step()
        assert len(model.agents) and model.layers["coca_ha"].any()
    assert same(model.records(), records)
    model.close()


def test_rng_replaces_the_base_seed(records):
    seeded = RedeploymentModel(short(), rng=5, replication=1).run()
    assert (
        same(seeded, run(short(**{"replications.base_seed": 5}), replication=1))
        and seeded.seed == 5
    )
    assert not same(seeded, records)
    assert same(
        RedeploymentModel(short(), rng=np.int64(1), replication=1).run(), records
    )  # 1 is the scenario's own


def test_the_command_makes_the_same_run():
    settings = [word for key, value in SHORT.items() for word in ("--set", f"{key}={value}")]
    command = [
        sys.executable,
        "-m",
        "sim",
        "run",
        str(BASELINE),
        "--seed",
        "7",
        "--replication",
        "2",
        "--json",
        *settings,
    ]
    printed = json.loads(
        subprocess.run(
            command, capture_output=True, check=True, text=True, cwd=BASELINE.parents[1]
        ).stdout
    )
    assert printed["outcomes"] == RedeploymentModel(short(), rng=7, replication=2).run().outcomes


def test_a_path_is_a_scenario():
    model = RedeploymentModel(BASELINE)
    assert model.inputs == load_scenario(BASELINE) and model.day == -365


def test_steps_after_the_end_do_nothing(model):
    model.run()
    before = model.records()
    model.step()
    assert not model.running and model.day == 21 and same(model.records(), before)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((3,), "scenario: expected a Scenario or the path"),
        (("nowhere.toml",), "nowhere.toml"),
        ((None, "seven"), "rng: expected a whole number"),
        ((None, -1), "rng: expected a whole number"),
        ((None, True), "rng: expected a whole number"),
        ((None, 1.5), "rng: expected a whole number"),
        ((None, np.random.default_rng(1)), "rng: expected a whole number"),
        ((None, 1, -1), "replication: expected a whole number"),
        ((None, 1, 0, 0), "collect_days: expected a whole number from 1"),
        ((("schema", 1),), "in batch_run put it in a list"),
    ],
)
def test_wrong_arguments_are_refused_clearly(arguments, text):
    scenario, *rest = arguments
    with pytest.raises(ValueError, match=text):
        RedeploymentModel(short() if scenario is None else scenario, *rest)


def test_without_a_reader_no_view_is_made(monkeypatch):
    made = []
    register = mesa.Model.register_agent
    monkeypatch.setattr(
        mesa.Model,
        "register_agent",
        lambda self, agent: (made.append(agent), register(self, agent))[1],
    )
    model = RedeploymentModel(short())
    records = model.run()
    assert (
        records.outcomes
        and model.layers["patrols"].shape
        and len(model.datacollector.get_model_vars_dataframe()) == 28
    )
    assert made == [] and model._grid is None
    model.close()
    assert len(model.agents) == len(made) > 0
    model.close()


def test_a_closed_model_is_freed():
    kept = getattr(mesa.Agent, "_ids", {})
    before = len(kept)
    for _ in range(5):
        model = RedeploymentModel(short())
        agents, seen = (
            weakref.ref(next(iter(model.agents_by_type[MilitaryUnit]))),
            weakref.ref(model),
        )
        assert agents() is not None
        model.close()
        del model
        gc.collect()
        assert seen() is None and agents() is None
    assert len(kept) == before


def test_the_datacollector_has_a_row_for_every_step(model):
    records = model.run()
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == list(HEADLINES) and table["day"].tolist() == list(range(-6, 22))
    weeks = table[table["day"].isin([7, 14, 21])]
    sums = records.tally[1:4, [counts.SEIZED, counts.ATTACKS], :4].sum(axis=2).cumsum(axis=0)
    np.testing.assert_allclose(weeks[["seized_kg", "attacks"]], sums)
    assert (table.loc[table["day"] == 0, ["seized_kg", "attacks"]] == 0.0).all(
        axis=None
    )  # flows count from day 0
    assert table["seized_kg"].iloc[-1] > 0 and weeks["people_armed_vraem"].gt(0.0).all()
    groups = model.world.actors.groups
    mpcp = (groups.alive == 1) & (groups.kind == MPCP)
    assert table["fighters_mpcp"].iloc[-1] == groups.fighters[mpcp].sum() > 0
    states = records.tally[1:4, [counts.PEOPLE_ARMED, counts.FIGHTERS_MPCP], VRAEM] / 7
    shown = table[table["day"].between(1, 21)].groupby((table["day"] - 1) // 7).mean()
    np.testing.assert_allclose(shown["fighters_mpcp"], states[:, 1])
    np.testing.assert_allclose(shown["people_armed_vraem"], states[:, 0])


def test_a_headline_is_nan_on_the_days_of_the_burn_in_on_which_it_does_not_exist_yet(model):
    run_for(model, 7 + 2)
    table = model.datacollector.get_model_vars_dataframe().set_index("day")
    assert table.loc[:-1, ["seized_kg", "attacks"]].isna().all(axis=None) and table.loc[
        0:, ["seized_kg", "attacks"]
    ].notna().all(axis=None)
    assert table["people_armed_vraem"].gt(0.0).all()
    strength = table.loc[:0, "fighters_mpcp"]  # groups keep their strength until day 0
    assert strength.eq(strength.iloc[0]).all() and strength.iloc[0] > 0


def test_a_datacollector_may_look_once_a_week_and_on_the_last_day():
    model = RedeploymentModel(short(**{"time.horizon_days": 10}), collect_days=7)
    model.run()
    assert model.datacollector.get_model_vars_dataframe()["day"].tolist() == [0, 7, 10]


def test_a_user_s_datacollector_takes_its_place():
    model = RedeploymentModel(short(), collect_days=7)
    model.datacollector = mesa.DataCollector(
        model_reporters={"fighters": lambda m: m.agents_by_type[ArmedGroup].agg("fighters", sum)},
        agent_reporters={
            "kind": lambda a: type(a).__name__,
            "soldiers": lambda a: getattr(a, "soldiers", None),
            "kg": lambda a: getattr(a, "kg", None),
        },
    )
    run_for(model, 7 + 14)
    frame = model.datacollector.get_agent_vars_dataframe()
    assert frame.index.get_level_values(0).nunique() == 3
    last = frame.loc[frame.index.get_level_values(0).max()].copy()
    assert len(last) == len(model.agents)
    of_units = last[last["kind"].isin(["MilitaryUnit", "PoliceUnit"])]
    assert of_units["soldiers"].sum() == model.world.actors.units.soldiers.sum()
    assert (
        last.loc[last["kind"] == "Shipment", "kg"].sum()
        == model.agents_by_type[Shipment].agg("kg", sum)
        > 0
    )
    assert last.loc[last["kind"] == "Community", "kg"].isna().all()
    model.close()


def test_the_grid_holds_the_agents(model):
    map_ = model.world.map
    grid = model.grid
    assert tuple(grid.dimensions) == (map_.rows, map_.cols) and model.grid is grid
    assert len(grid[(10, 10)].connections) == 8
    standing = [agent for cell in grid.all_cells for agent in cell.agents]
    assert (
        len(standing) == len(set(standing)) == sum(agent.cell is not None for agent in model.agents)
    )
    town = next(iter(model.agents_by_type[Community]))
    assert town in town.cell.agents
    assert (
        int(map_.index[np.ravel_multi_index(town.cell.coordinate, (map_.rows, map_.cols))])
        == town.cell_index
    )


def test_layers_are_copies_on_the_map(model):
    run_for(model, 8)
    world, map_ = model.world, model.world.map
    active = np.zeros(map_.rows * map_.cols, bool)
    active[map_.cells] = True
    active = active.reshape(map_.rows, map_.cols)
    assert (
        set(model.layers)
        == set(LAYERS)
        >= {"state_presence", "armed_presence", "patrols", "coca_ha", "state_control"}
    )
    world.places.communities.fear[0] = 0.1  # nobody need have been threatened in a week
    for name, layer in model.layers.items():
        assert layer.shape == (map_.rows, map_.cols) and layer.dtype == float, name
        assert (
            np.isnan(layer[~active]).all()
            and np.isfinite(layer[active]).any()
            and np.nanmax(layer) > 0
        ), name
        layer[:] = -1.0
        assert not (model.layers[name] == -1.0).any(), name
    towns = world.places.communities
    assert np.nansum(model.layers["coca_ha"]) == pytest.approx(
        (towns.coca + towns.coca_young).sum()
    )
    assert np.nansum(model.layers["poppy_ha"]) == pytest.approx(towns.poppy.sum())
    assert np.nansum(model.layers["patrols"]) == pytest.approx(world.fields.patrols.sum())
    cell = np.flatnonzero(world.ground.community >= 0)[100]
    town = world.ground.community[cell]
    assert model.layers["state_control"].flat[map_.cells[cell]] == towns.state[town]
    with pytest.raises(KeyError, match="state_presence"):
        model.layers["presence"]
