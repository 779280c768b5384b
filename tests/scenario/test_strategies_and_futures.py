"""Other parts of a plan: strategies to compare, ablated couplings, and uncertain parameters."""

import json
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioError, base_of, load_scenario, points, to_toml
from sim.scenario.futures import draws, in_future

THREE = """
[[strategies]]
name = "hold"
[[strategies]]
label = "at once"
name = "static"
share_to_border = 0.2
[[strategies]]
label = "slowly"
name = "phased"
share_to_border = 0.2
steps = 4
"""


def told(write, text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        points(load_scenario(write(text)))
    return [f"{problem.key}: {problem.text}" for problem in caught.value.problems]


def test_each_strategy_is_whole_and_takes_nothing_from_the_base(write):
    scenario = load_scenario(
        write('[strategy]\nname = "static"\nshare_to_border = 0.6\nmoved = "line"\n' + THREE)
    )
    strategies = [(arm.label, arm.scenario.strategy) for arm in points(scenario)]
    assert [(label, each.name, each.share_to_border, each.moved) for label, each in strategies] == [
        ("", "hold", 0.0, "proportional"),
        ("at once", "static", 0.2, "proportional"),
        ("slowly", "phased", 0.2, "proportional"),
    ]
    assert strategies[2][1].settings == {"start_day": 0, "duration_days": 180, "steps": 4}
    assert (
        base_of(scenario).strategy.share_to_border == 0.6
        and base_of(scenario).plan == ()
        and scenario.plan == ("strategies",)
    )


def test_a_strategy_of_a_list_is_the_one_a_user_would_have_written(write):
    arm = points(load_scenario(write(THREE)))[2]
    written = load_scenario(
        write('[strategy]\nname = "phased"\nshare_to_border = 0.2\nsteps = 4\n')
    )
    assert arm.scenario == written and arm.scenario.hash == written.hash


def test_a_swept_lever_goes_over_every_strategy_and_a_setting_over_its_own(write):
    text = (
        THREE
        + '[sweep]\n"strategy.share_to_border" = [0.1, 0.3]\n'
        + '"strategy.steps" = [2, 3]\n"secrecy.level" = [0.0, 1.0]'
    )
    arms = points(load_scenario(write(text)))
    count = {
        name: sum(arm.scenario.strategy.name == name for arm in arms)
        for name in ("hold", "static", "phased")
    }
    assert count == {"hold": 2, "static": 4, "phased": 8}
    assert {arm.label for arm in arms if arm.scenario.strategy.name == "static"} == {
        f"at once share_to_border={share} secrecy.level={level}"
        for share in ("0.1", "0.3")
        for level in ("0", "1")
    }


def test_strategies_that_differ_in_tasking_say_so(write):
    arms = points(load_scenario(write(THREE.replace("steps = 4", 'tasking_border = "line"'))))
    assert [arm.values["strategy.tasking_border"] for arm in arms] == [
        "chokepoint",
        "chokepoint",
        "line",
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("share_to_border = 0.2\nsteps", "share_to_border = 3\nsteps"),
            '.share_to_border: expected a number from 0 to 1 (got 3) (labelled "slowly")',
        ),
        (('name = "phased"', 'name = "phasd"'), 'strategies[2].name: no strategy "phasd"'),
        (("steps = 4", "step = 4"), 'strategies[2].step: unknown key for strategy "phased"'),
        (
            ('"slowly"', '"at once"'),
            'expected each label once (strategies[1] is "at once" too) (labelled "at once")',
        ),
        (('"slowly"', '"hold"'), 'strategies[2].label: "hold" is the label of the strategy hold'),
        (
            (
                'name = "phased"\nshare_to_border = 0.2\nsteps = 4',
                'name = "static"\nshare_to_border = 0.2',
            ),
            "strategies[2]: the same strategy as strategies[1]",
        ),
        (('"slowly"', "3"), "strategies[2].label: expected text of at most 60 characters (got 3)"),
        (
            ("steps = 4", 'steps = 4\n[sweep]\n"strategy.name" = ["static"]'),
            "sweep.strategy.name: [[strategies]] names the strategies",
        ),
        (
            ("steps = 4", 'steps = 4\n[sweep]\n"strategy.stepz" = [1]'),
            'strategy.stepz: no strategy of [[strategies]] has this key. Did you mean "steps"?',
        ),
    ],
)
def test_a_wrong_strategy_is_told_by_its_place_and_label(change, expected, write):
    (line,) = told(write, THREE.replace(*change))
    assert expected in line


def test_a_list_is_expected(write):
    assert (
        "strategies: expected a list of tables, each with name, share_to_border"
        in told(write, "[strategies]\nname = 'hold'")[0]
    )


def test_ablation_sets_what_runs_to_its_off_value(write):
    scenario = load_scenario(write('ablate = ["leak"]'))
    assert scenario.parameters == {"secrecy.leak_base": -1.0}
    assert json.loads(scenario.to_json())["parameters"] == {"secrecy.leak_base": -1.0}
    assert (
        scenario.hash
        == load_scenario(write('[parameters]\n"secrecy.leak_base" = -1')).hash
        != load_scenario(write("")).hash
    )
    assert Scenario.model_validate_json(scenario.to_json()) == scenario


def test_ablation_can_be_swept(write):
    arms = points(
        load_scenario(write('[strategy]\nname = "static"\n[sweep]\nablate = [[], ["leak"]]'))
    )
    assert [arm.scenario.parameters for arm in arms] == [{}, {"secrecy.leak_base": -1.0}]
    assert [arm.values for arm in arms] == [{"ablate": ()}, {"ablate": ("leak",)}]


FUTURES = '[strategy]\nname = "static"\n[futures]\nsamples = 8\nparameters = {}'


def test_futures_draw_the_assumed_parameters_over_their_ranges(write):
    scenario = load_scenario(write(FUTURES.format('"assumed"')))
    assert scenario.futures.parameters == {
        "detection.width_jungle_km": {"low": 0.01, "high": 0.09},
        "secrecy.leak_base": {"low": 0.0, "high": 0.1},
    }
    first, *others = draws(scenario.futures)
    assert first == {} and len(others) == 8
    for name, ends in scenario.futures.parameters.items():
        eighths = {
            int(8 * (drawn[name] - ends["low"]) / (ends["high"] - ends["low"])) for drawn in others
        }
        assert eighths == set(range(8))  # one in each stratum
    world = in_future(scenario, others[0])
    assert world.parameters == others[0] and world.plan == ()
    assert in_future(scenario, first).hash == scenario.hash == base_of(scenario).hash != world.hash


def test_parameters_that_the_file_sets_varies_or_ablates_are_not_assumed(write):
    both = {"detection.width_jungle_km", "secrecy.leak_base"}
    for more, left in (
        ('[parameters]\n"secrecy.leak_base" = 0.02', both - {"secrecy.leak_base"}),
        ('[sweep]\n"parameters.secrecy.leak_base" = [0.02]', both - {"secrecy.leak_base"}),
        ('[sweep]\nablate = [[], ["leak"]]', both - {"secrecy.leak_base"}),
        ("", both),
    ):
        assert (
            load_scenario(
                write(f"{FUTURES.format(chr(34) + 'assumed' + chr(34))}\n{more}")
            ).futures.parameters.keys()
            == left
        )


def test_futures_of_named_parameters_and_ranges(write, tmp_path: Path):
    scenario = load_scenario(
        write(
            FUTURES.format('{secrecy.leak_base = {low = 0.001, high = 0.1, scale = "log"}}')
            + "\ndesign = 'sobol'"
        )
    )
    values = [drawn["secrecy.leak_base"] for drawn in draws(scenario.futures)[1:]]
    assert sum(value < 0.01 for value in values) == 4
    (tmp_path / "again.toml").write_text(to_toml(scenario))
    assert draws(load_scenario(tmp_path / "again.toml").futures) == draws(scenario.futures)
    assert [*load_scenario(write(FUTURES.format('["secrecy.leak_base"]'))).futures.parameters] == [
        "secrecy.leak_base"
    ]


@pytest.mark.parametrize(
    ("parameters", "more", "expected"),
    [
        (
            '["secrecy.leak_bas"]',
            "",
            "secrecy.leak_bas: no such parameter; `redeploy describe parameters` lists them. Did",
        ),
        (
            '["secrecy.leak_base", "secrecy.leak_base"]',
            "",
            "futures.parameters.secrecy.leak_base: expected each parameter once",
        ),
        ('"all"', "", 'futures.parameters: expected "assumed", a list of parameters'),
        ("[1]", "", 'futures.parameters: expected "assumed", a list of parameters'),
        (
            '{"secrecy.leak_base" = 0.1}',
            "",
            "futures.parameters.secrecy.leak_base: expected a range",
        ),
        (
            '{"secrecy.leak_base" = {low = 0.1}}',
            "",
            "futures.parameters.secrecy.leak_base: expected a range",
        ),
        ('{"secrecy.leak_base" = {low = 0.1, high = 0.1}}', "", "expected low under high"),
        (
            '{"secrecy.leak_base" = {low = 0, high = 0.1, scale = "log"}}',
            "",
            "expected low above 0 for a log scale",
        ),
        (
            '{"secrecy.leak_base" = {low = 0, high = 0.1, scale = "lin"}}',
            "",
            'expected scale = "linear" or "log"',
        ),
        (
            '{"secrecy.leak_base" = {low = 0, high = 0.2}}',
            "",
            "high: expected 0 to 0.1 per week (allow_outside_range = true lifts this) (got 0.2)",
        ),
        (
            '{"secrecy.leak_base" = {low = -0.5, high = 0.1}}',
            "",
            "low: expected 0 to 0.1 per week (allow_outside_range = true lifts this) (got -0.5)",
        ),
        (
            '["secrecy.leak_base"]',
            '[sweep]\n"parameters.secrecy.leak_base" = [0.02]',
            "cannot be uncertain: [sweep] varies it",
        ),
        (
            '["secrecy.leak_base"]',
            '[sweep]\nablate = [["leak"]]',
            "cannot be uncertain: ablate switches it off",
        ),
        (
            '"assumed"\ndesign = "sobol"\nsamples = 6',
            "",
            "futures.samples: expected a power of two for Sobol' points: 4 or 8 (got 6)",
        ),
        (
            '"assumed"\nsamples = -1',
            "",
            "futures.samples: expected a whole number from 0 to 1000000 (got -1)",
        ),
        ('"assumed"\nsample = 3', "", 'futures.sample: unknown key. Did you mean "samples"?'),
    ],
)
def test_wrong_futures_are_refused(parameters, more, expected, write):
    text = FUTURES.format(parameters).replace(
        "samples = 8\n", "" if "samples =" in parameters else "samples = 8\n", 1
    )
    (line,) = told(write, f"{text}\n{more}")
    assert expected in line and line.count("(got") <= 1


def test_a_range_may_be_left_on_request(write):
    text = "allow_outside_range = true\n" + FUTURES.format(
        '{"secrecy.leak_base" = {low = 0, high = 0.2}}'
    )
    assert load_scenario(write(text)).futures.parameters["secrecy.leak_base"]["high"] == 0.2
