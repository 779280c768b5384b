"""The points of a sweep."""

import pytest

from sim.scenario import ScenarioError, base_of, designs, load_scenario, points

GRID = """
[strategy]
name = "static"
[sweep]
design = "grid"
"strategy.share_to_border" = [0, 0.1, 0.2]
"strategy.tasking_border" = ["line", "area"]
"""


def test_a_grid_varies_the_last_key_fastest(write):
    found = points(load_scenario(write(GRID)))
    assert [tuple(point.values()) for point, *_ in found] == [
        (0.0, "line"), (0.0, "area"), (0.1, "line"), (0.1, "area"), (0.2, "line"), (0.2, "area"),
    ]  # fmt: skip
    assert all(type(point["strategy.share_to_border"]) is float for point, *_ in found)
    for point, scenario, *_ in found:
        assert scenario.strategy.share_to_border == point["strategy.share_to_border"]
        assert scenario.strategy.tasking_border == point["strategy.tasking_border"]
        assert scenario.strategy.name == "static" and scenario.sweep == {}
    assert len({scenario.hash for _, scenario, *_ in found}) == 6


def test_one_at_a_time_changes_one_key_and_leaves_the_rest(write):
    scenario = load_scenario(
        write(GRID.replace('"grid"', '"one_at_a_time"').replace("[0, ", "[0.3, "))
    )
    found = points(scenario)
    assert [dict(point) for point, *_ in found] == [
        {},
        *({"strategy.share_to_border": share} for share in (0.3, 0.1, 0.2)),
        *({"strategy.tasking_border": tasking} for tasking in ("line", "area")),
    ]
    assert designs.size(scenario.sweep) == len(found)
    assert found[0].scenario == base_of(scenario)
    assert all(
        scenario.strategy.share_to_border == found[0].scenario.strategy.share_to_border
        for _, scenario, *_ in found[4:]
    )


def test_one_at_a_time_a_value_may_be_one_strategy_s_own_and_not_that_of_all(write):
    entries = "".join(
        f'[[strategies]]\nname = "static"\nshare_to_border = {share}\n' for share in (0.1, 0.2)
    )
    text = entries + '[sweep]\ndesign = "one_at_a_time"\n"strategy.share_to_border" = [{}]'
    assert len(points(load_scenario(write(text.format(0.2))))) == 4
    both = text.replace("= 0.1", "= 0.2").replace('"static"', '"phased"', 1)
    with pytest.raises(
        ScenarioError,
        match=r"share_to_border: expected other values than the scenario's own \(got 0.2\)",
    ):
        points(load_scenario(write(both.format(0.2))))


def test_no_sweep_is_one_point(write):
    scenario = load_scenario(write(""))
    assert points(scenario) == [({}, scenario, "", (0,))]


def test_a_point_is_the_scenario_a_user_would_have_written(write):
    (_, swept, *_) = points(load_scenario(write(GRID)))[3]
    written = load_scenario(
        write('[strategy]\nname = "static"\nshare_to_border = 0.1\ntasking_border = "area"')
    )
    assert swept == written and swept.hash == written.hash


def test_parameters_settings_and_tables_can_vary(write):
    text = """
    [strategy]
    name = "phased"
    [sweep]
    secrecy.leak_base = [0.02]
    "parameters.secrecy.leak_base" = [0.02, 0.03]
    "strategy.steps" = [2]
    "strategy.border_split" = [{loreto = 1, cajamarca = 0}]
    """.replace("secrecy.leak_base = [0.02]\n", "", 1)
    found = points(load_scenario(write(text)))
    assert [scenario.parameters["secrecy.leak_base"] for _, scenario, *_ in found] == [0.02, 0.03]
    point, scenario, *_ = found[0]
    assert point["strategy.steps"] == 2 and scenario.strategy.settings["steps"] == 2
    assert (
        point["strategy.border_split.loreto"] == 1.0
        and scenario.strategy.border_split.cajamarca == 0.0
    )


def test_strategies_can_vary_and_leave_the_settings_of_others(write):
    text = '[strategy]\nname = "phased"\nsteps = 3\n[sweep]\n"strategy.name" = ["phased", "static"]'
    assert [
        scenario.strategy.settings.get("steps")
        for _, scenario, *_ in points(load_scenario(write(text)))
    ] == [3, None]


def test_a_fault_names_the_point_and_is_told_once(write):
    text = '[sweep]\n"secrecy.level" = [0.5, 2]\n"time.horizon_days" = [7, 8]'
    with pytest.raises(ScenarioError) as caught:
        points(load_scenario(write(text)))
    (problem,) = caught.value.problems
    assert (
        problem.key == "secrecy.level"
        and "sweep point secrecy.level = 2, time.horizon_days = 7" in problem.text
    )


def test_a_plan_of_a_million_runs_is_the_largest(write):
    text = '[sweep]\n"time.horizon_days" = [7, 8]\n[replications]\ncount = {}'
    assert len(points(load_scenario(write(text.format(500_000))))) == 2
    with pytest.raises(ScenarioError, match="2 points x 500,001 replications"):
        points(load_scenario(write(text.format(500_001))))


def test_the_base_of_a_sweep_has_one_point(write):
    scenario = load_scenario(write(GRID))
    assert base_of(scenario).sweep == {} and base_of(scenario).path == scenario.path
    assert base_of(scenario).hash == scenario.hash


@pytest.mark.parametrize("key", ["sweep.secrecy.level", 'sweep."secrecy.level"'])
def test_an_override_can_add_an_axis_with_or_without_quotes(key, write):
    found = points(
        load_scenario(write(GRID), {key: [0.1, 0.9], 'parameters."secrecy.leak_base"': 0.02})
    )
    assert len(found) == 12 and found[1][0]["secrecy.level"] == 0.9
    assert found[0][1].parameters == {"secrecy.leak_base": 0.02}
