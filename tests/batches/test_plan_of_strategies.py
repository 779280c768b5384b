"""The plan of strategies x futures, with scenarios as users write them."""

import re
from pathlib import Path

import fake_runs
import pytest

from sim.batches import batch, make_plan
from sim.batches.plan import PlanError
from sim.parameters import load_couplings, load_registry, off_values
from sim.scenario import ScenarioError, designs, load_scenario

ROOT = Path(__file__).parents[2]
PLAN = """
schema = 1
[map]
resolution_km = 10
[[strategies]]
label = "at once"
name = "static"
share_to_border = 0.2
[[strategies]]
label = "on the line"
name = "static"
share_to_border = 0.2
tasking_border = "line"
[futures]
samples = 2
parameters = ["presence.reach_km", "detection.q_river"]
[replications]
count = 3
"""


@pytest.fixture
def plan_of(tmp_path: Path):
    def plan_of(text: str = PLAN, **options):
        (tmp_path / "s.toml").write_text(text)
        return make_plan(load_scenario(tmp_path / "s.toml"), source="code-1", **options)

    return plan_of


def test_hold_is_added_for_each_pair_of_taskings_in_each_future(plan_of):
    plan = plan_of()
    assert len(plan) == 4 * 3 * 3
    labels = [point.label for point in plan.points if point.future == 0]
    assert labels == [
        "hold tasking_border=chokepoint",
        "at once",
        "hold tasking_border=line",
        "on the line",
    ]
    by_id = {point.point_id: point for point in plan.points}
    assert len(by_id) == 12
    for point in plan.points:
        hold = by_id[point.hold_id]
        assert hold.strategy == "hold" and hold.future == point.future and hold.drawn == point.drawn
        assert hold.scenario.strategy.tasking_border == point.scenario.strategy.tasking_border
        assert hold.scenario.parameters == point.scenario.parameters
        assert by_id[point.arm].future == 0 and by_id[point.arm].label == point.label


def test_futures_are_the_same_for_every_strategy_and_future_0_is_the_defaults(plan_of):
    points = plan_of().points
    for future in (0, 1, 2):
        (drawn,) = {tuple(point.drawn.items()) for point in points if point.future == future}
        scenarios = [point.scenario for point in points if point.future == future]
        assert all(
            dict(scenario.parameters) == (dict(drawn) if future else {}) and scenario.plan == ()
            for scenario in scenarios
        )
    registry = load_registry()
    assert points[0].drawn == {
        name: registry.get(name).value for name in ("presence.reach_km", "detection.q_river")
    }


def test_future_0_is_the_run_without_futures(plan_of):
    alone = {point.point_id for point in plan_of(PLAN.replace("samples = 2", "samples = 0")).points}
    assert alone == {point.point_id for point in plan_of().points if point.future == 0}
    assert (
        plan_of(PLAN.replace("samples = 2", "samples = 2\nseed = 2")).plan_id != plan_of().plan_id
    )


def test_files_that_draw_other_futures_of_the_same_points_do_not_mix(tmp_path):
    """Future 1 of one file is another world than future 1 of the other."""
    files = [tmp_path / f"{seed}.toml" for seed in (1, 2)]
    for seed, file in enumerate(files, 1):
        file.write_text(PLAN.replace("samples = 2", f"samples = 2\nseed = {seed}"))
    with pytest.raises(PlanError, match="draw different futures of the same points"):
        make_plan([load_scenario(file) for file in files], source="code-1")
    files[1].write_text(
        PLAN.replace("samples = 2", "samples = 0").replace(
            "share_to_border = 0.2", "share_to_border = 0.3"
        )
    )
    assert (
        len(make_plan([load_scenario(file) for file in files], source="code-1").points) == 4 * 3 + 2
    )


def test_a_label_is_part_of_the_plan(plan_of):
    other = plan_of(PLAN.replace("at once", "all at once"))
    assert other.plan_id != plan_of().plan_id
    assert [task.run_id for task in other.tasks()] == [task.run_id for task in plan_of().tasks()]


def test_a_labelled_hold_keeps_its_label(plan_of):
    plan = plan_of(
        PLAN.replace('tasking_border = "line"', "moved = 'line'")
        + '[[strategies]]\nlabel = "stay"\nname = "hold"\n'
    )
    assert [point.label for point in plan.points if point.future == 0] == [
        "stay",
        "at once",
        "on the line",
    ]


def test_strategies_with_equal_automatic_labels_get_different_labels(plan_of):
    text = PLAN.replace('label = "at once"\n', "").replace('label = "on the line"\n', "")
    text = text.replace('tasking_border = "line"', "start_day = 9")
    points = plan_of(text).points
    labels = [
        {point.label for point in points if point.arm == arm}
        for arm in {point.arm for point in points}
    ]
    assert all(len(each) == 1 for each in labels) and len(set.union(*labels)) == 3


def test_a_plan_too_large_is_refused_before_a_point_is_made(plan_of, monkeypatch):
    def never(*_):
        raise AssertionError("a point was made")

    monkeypatch.setattr("sim.scenario.sweep.validated", never)
    text = PLAN.replace("samples = 2", "samples = 99999").replace("count = 3", "count = 5")
    with pytest.raises(ScenarioError, match="2 strategies x 100,000 futures x 6 replications"):
        plan_of(text, replications=6)
    with pytest.raises(AssertionError, match="made"):
        plan_of(text)  # a million exactly


def test_crops_beyond_the_land_are_found_before_any_run(plan_of):
    with pytest.raises(ScenarioError) as caught:
        plan_of(
            PLAN.replace("[[strategies]]", "[crops.coca_ha]\nvraem = 400000\n[[strategies]]", 1)
        )
    (problem,) = caught.value.problems
    assert (
        problem.file == "s.toml"
        and problem.key == "crops.coca_ha.vraem"
        and "suitable land holds" in problem.text
    )


def test_each_world_with_too_many_crops_is_told_once(plan_of):
    text = PLAN.replace("samples = 2", "samples = 0")
    text += '[sweep]\n"crops.coca_ha.vraem" = [10.0, 300000.0, 400000.0]\n"secrecy.level" = [0, 1]'
    with pytest.raises(ScenarioError) as caught:
        plan_of(text)
    assert ["(got 300,000)" in problem.text for problem in caught.value.problems] == [True, False]


def test_the_shipped_experiment_is_sound():
    shipped = make_plan(
        load_scenario(ROOT / "scenarios" / "experiments" / "uncertainty.toml"), source="code-1"
    )
    assert len(shipped) == 5 * 21 * 3
    assert {point.label for point in shipped.points} == {
        "hold",
        "nobody moves",
        "a tenth",
        "a fifth",
        "two fifths",
    }


def test_the_shipped_decomposition_holds_under_each_cut():
    shipped = make_plan(
        load_scenario(ROOT / "scenarios" / "experiments" / "decomposition.toml"), source="code-1"
    )
    point = {each.point_id: each for each in shipped.points}
    moved = [each for each in shipped.points if each.strategy == "static"]
    assert len(moved) == len({each.hold_id for each in moved}) == len(shipped.points) / 2 == 10
    assert all(
        point[each.hold_id].scenario.parameters == each.scenario.parameters for each in moved
    )
    assert sum(not each.scenario.parameters for each in moved) == 1  # the whole model


def test_the_shipped_assumptions_go_to_the_ends_of_their_ranges():
    """Each assumption varies alone to both ends of its range, paired with its own `hold`."""
    scenario = load_scenario(ROOT / "scenarios" / "experiments" / "assumptions.toml")
    for key, values in designs.axes(scenario.sweep).items():
        if key.startswith("parameters."):
            entry = load_registry().get(key.removeprefix("parameters."))
            assert {float(value) for value in values} == {entry.low, entry.high} - {entry.value}, (
                key
            )
    shipped = make_plan(scenario, source="code-1")
    moved = [each for each in shipped.points if each.strategy == "static"]
    assert len(moved) == len({each.hold_id for each in moved}) == len(shipped.points) / 2 > 60


def test_stale_beliefs_are_stale_under_hold_too():
    moved, held = sorted(
        make_plan(
            load_scenario(ROOT / "scenarios" / "experiments" / "stale-beliefs.toml"),
            source="code-1",
        ).points,
        key=lambda point: point.strategy == "hold",
    )
    adaptation = {
        f"parameters.{name}": off
        for name, off in off_values(["adaptation"], load_couplings(), load_registry()).items()
    }
    (event,), (as_well,) = moved.scenario.events, held.scenario.events
    assert event == as_well and event.set.items() <= adaptation.items()
    assert adaptation.keys() - event.set.keys() == {
        "parameters.trafficking.prior_weight",
        "parameters.trafficking.heard",
    }


def test_the_examples_of_the_pages_are_sound(plan_of, tmp_path):
    single, plan, sweep, cut, ensemble = (
        example
        for page in ("guide/first-scenario", "guide/plans", "results/history")
        for example in re.findall(
            r"```toml\n(.*?)```", (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8"), re.S
        )
    )
    beside = f'extends = "{ROOT.as_posix()}/scenarios/'
    assert {
        point.label.split()[0]
        for point in plan_of(single.replace('extends = "scenarios/', beside)).points
    } == {"hold", "phased"}
    made = plan_of(plan.replace('extends = "scenarios/', beside))
    labels = {point.label for point in made.points}
    assert labels == {"hold", "at once", "slowly", "hold secrecy.level=0.8"}
    assert len(made) == 4 * 4 * 6
    assert len({point.arm for point in plan_of("schema = 1\n" + cut + sweep).points}) == 16 * 2
    (tmp_path / "fitted.csv").write_text("future,crops.growth_coca,distance\n3,0.1,2\n1,0.3,4\n")
    futures = ensemble.replace("../history/fitted.csv", (tmp_path / "fitted.csv").as_posix())
    assert [
        point.drawn.get("crops.growth_coca") for point in plan_of("schema = 1\n" + futures).points
    ] == [0.24, 0.1, 0.3]


def test_a_repeated_point_is_run_once_and_given_back_in_each_of_its_rows(tmp_path):
    (tmp_path / "morris.csv").write_text(
        "presence.reach_km,time.horizon_days\n12.0,28.0\n12.0,28.0\n18.0,28.0\n18.0,364.0\n12.0,28.0\n"
    )
    file = tmp_path / "s.toml"
    file.write_text(
        'schema = 1\n[strategy]\nname = "static"\nshare_to_border = 0.1\n'
        '[sweep]\ndesign = "table"\ntable = "morris.csv"\n'
        f"[replications]\ncount = 2\nbase_seed = {2**64 - 1}\n"
    )
    asked = []

    def run(scenario, replication=0):
        asked.append((scenario.parameters["presence.reach_km"], scenario.time.horizon_days))
        records = fake_runs.run(fake_runs.SWEPT, replication)
        records.seed = scenario.replications.base_seed
        records.outcomes = {
            "vacuum_vraem": scenario.parameters["presence.reach_km"]
            + scenario.time.horizon_days
            + replication
        }
        return records

    results = batch(
        file,
        out=tmp_path / "results",
        run=run,
        outcomes=fake_runs.OUTCOMES,
        workers=1,
        progress=False,
    )
    assert len(asked) == 2 * 2 * 3  # three points and the `hold` of each, twice
    found = results.in_design_order()
    assert list(found["row"]) == [0, 1, 2, 3, 4] * 2 and set(found["strategy"]) == {"static"}
    assert list(found["vacuum_vraem"][:5]) == [40.0, 40.0, 46.0, 382.0, 40.0] and list(
        found["vacuum_vraem"][5:]
    ) == [41, 41, 47, 383, 41]
    assert (
        set(results.runs()["seed"]) == {2**64 - 1}
        and results.sql("select max(seed) as seed from runs")["seed"][0] == 2**64 - 1
    )
    (tmp_path / "morris.csv").write_text(
        "presence.reach_km,time.horizon_days\n18,364\n18,28\n12,28\n18,364\n"
    )
    again = batch(
        file,
        out=tmp_path / "results",
        run=run,
        outcomes=fake_runs.OUTCOMES,
        workers=1,
        progress=False,
    )
    assert len(asked) == 2 * 2 * 3  # the same points in another order: nothing is left to run
    assert list(again.in_design_order()["vacuum_vraem"][:4]) == [382.0, 46.0, 40.0, 382.0]


def test_a_missing_run_leaves_its_row_of_the_design_without_values(tmp_path):
    (tmp_path / "points.csv").write_text("secrecy.level\n0.1\n0.2\n0.1\n")
    file = tmp_path / "s.toml"
    file.write_text(
        'schema = 1\n[strategy]\nname = "static"\nshare_to_border = 0.1\n'
        '[sweep]\ndesign = "table"\ntable = "points.csv"\n'
        "[replications]\ncount = 1\n"
    )

    def run(scenario, replication=0):
        if scenario.secrecy.level == 0.2:
            raise ValueError("this one fails")
        return fake_runs.run(fake_runs.SWEPT, replication)

    results = batch(
        file,
        out=tmp_path / "results",
        run=run,
        outcomes=fake_runs.OUTCOMES,
        workers=1,
        progress=False,
    )
    found = results.in_design_order()
    assert list(found["row"]) == [0, 1, 2] and list(found["vacuum_vraem"].isna()) == [
        False,
        True,
        False,
    ]
