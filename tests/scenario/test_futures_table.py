"""Futures that are the rows of a table: joint draws, such as the ensemble of a calibration."""

import tomllib
from pathlib import Path

import pytest
from case_tables import pairs

from sim.scenario import Scenario, ScenarioError, load_scenario, to_toml
from sim.scenario.futures import draws, in_future

TEXT = (
    "future,secrecy.leak_base,detection.width_jungle_km,distance\n7,0.02,0.05,1.5\n3,.1,0.01,2.25\n"
)
USED = '[futures]\ndesign = "table"\ntable = "fitted.csv"\n'
ROWS = [
    {"secrecy.leak_base": 0.02, "detection.width_jungle_km": 0.05},
    {"secrecy.leak_base": 0.1, "detection.width_jungle_km": 0.01},
]


@pytest.fixture
def scenario_of(write, tmp_path: Path):
    def scenario_of(table: str, text: str = USED, name: str = "s.toml", **overrides):
        (tmp_path / "fitted.csv").write_text(table)
        return load_scenario(
            write(text, name), {key.replace("__", "."): value for key, value in overrides.items()}
        )

    return scenario_of


def test_each_row_is_a_future_beside_the_defaults(scenario_of):
    assert draws(scenario_of(TEXT).futures) == [{}, *ROWS]
    without_notes = "detection.width_jungle_km,secrecy.leak_base\n0.05,0.02\n0.01,0.1\n"
    assert draws(scenario_of(without_notes).futures) == [{}, *ROWS]


def test_a_future_of_a_table_is_the_scenario_with_these_overrides(scenario_of, write):
    scenario = scenario_of(TEXT)
    for drawn, row in zip(draws(scenario.futures), ({}, *ROWS), strict=True):
        values = "".join(f'"{name}" = {value}\n' for name, value in row.items())
        written = load_scenario(write(f"[parameters]\n{values}", "written.toml"))
        assert (
            in_future(scenario, drawn) == written
            and in_future(scenario, drawn).hash == written.hash
        )


def test_a_resolved_scenario_holds_the_columns_and_needs_no_file(scenario_of, tmp_path: Path):
    scenario = scenario_of(TEXT)
    again = tmp_path / "elsewhere" / "again.toml"
    again.parent.mkdir()
    again.write_text(to_toml(scenario))
    assert (
        "fitted.csv" not in again.read_text()
        and tomllib.loads(again.read_text())["futures"]["samples"] == 2
    )
    assert load_scenario(again) == scenario and draws(load_scenario(again).futures) == [{}, *ROWS]
    assert Scenario.model_validate_json(scenario.to_json()) == scenario


def test_a_table_replaces_the_ranges_and_samples_of_the_file_below(scenario_of, write):
    for below in ('["secrecy.leak_base"]', '{"secrecy.leak_base" = {low = 0.01, high = 0.02}}'):
        write(f"[futures]\nsamples = 9\nseed = 5\nparameters = {below}\n", "base.toml")
        assert draws(scenario_of(TEXT, f'extends = "base.toml"\n{USED}').futures) == [{}, *ROWS]


def test_a_table_replaces_the_columns_of_another(scenario_of, write, tmp_path: Path):
    (tmp_path / "other.csv").write_text("secrecy.leak_base\n0.03\n")
    scenario_of(TEXT, USED, "base.toml")
    for text in ("", 'design = "table"\n'):
        futures = load_scenario(
            write(f'extends = "base.toml"\n[futures]\n{text}table = "other.csv"\n')
        ).futures
        assert draws(futures) == [{}, {"secrecy.leak_base": 0.03}]


def test_another_design_replaces_a_table(scenario_of, write):
    scenario_of(TEXT, USED, "base.toml")
    text = """extends = "base.toml"
[futures]
design = "lhs"
samples = 3
parameters = ["secrecy.leak_base"]
"""
    assert [list(drawn) for drawn in draws(load_scenario(write(text)).futures)] == [
        [],
        *[["secrecy.leak_base"]] * 3,
    ]
    overrides = {
        "futures.design": "sobol",
        "futures.samples": 4,
        "futures.parameters": ["secrecy.leak_base"],
    }
    assert len(draws(load_scenario(write('extends = "base.toml"'), overrides).futures)) == 5


def test_a_design_of_ranges_keeps_those_of_the_file_below(write):
    write(
        '[futures]\nsamples = 4\nparameters = {"secrecy.leak_base" = {low = 0.01, high = 0.02}}\n',
        "base.toml",
    )
    futures = load_scenario(write('extends = "base.toml"\n[futures]\ndesign = "sobol"\n')).futures
    assert (futures.samples, futures.parameters) == (
        4,
        {"secrecy.leak_base": {"low": 0.01, "high": 0.02}},
    )


ONE_SAMPLE = '[futures]\ndesign = "table"\nsamples = 1\n[futures.parameters]\n'
WRONG_TABLES = r"""
(nothing)
    "fitted.csv" is empty; expected headers, each a parameter such as crops.growth_coca
secrecy.leak_base\tdistance\n0.02\t1\n
    columns are separated by commas
secrecy.leak_base\n0x1\n
    expected a finite number in per week (got "0x1") in line 2 of "fitted.csv"
secrecy.leak_base\n
    futures.table: "fitted.csv" line 2, column 1: expected at least one row
future,distance\n1,2\n
    line 1, column 1: expected a parameter such as crops.growth_coca (got only future, distance)
leak_base\n0.02\n
    line 1, column 1: expected a parameter such as crops.growth_coca (got "leak_base")
secrecy.leak_base,error\n0.02,1\n
    line 1, column 2: expected a parameter such as crops.growth_coca (got "error")
0.02,0.05\n0.03,0.06\n
    line 1, column 1: expected the names of the columns, each a parameter such as crops.
ablate\n['leak']\n
    line 1, column 1: expected a parameter such as crops.growth_coca (got "ablate")
secrecy.leak_bas\n0.02\n
    futures.parameters.secrecy.leak_bas: no such parameter
secrecy.leak_base\n0.02\n\n0.3\n
    (allow_outside_range = true lifts this) (got 0.3) in line 4 of "fitted.csv"
secrecy.leak_base\nhigh\n
    expected a finite number in per week (got "high") in line 2 of "fitted.csv"
secrecy.leak_base,distance\n0.02,\n
    line 2, column 2: expected a value of distance (got nothing)
secrecy.leak_base,distance\n0.02,1\n0.02,2\n
    line 3, column 1: the same future as line 2; leave one of them out
"""


@pytest.mark.parametrize("table, expected", pairs(WRONG_TABLES))
def test_a_wrong_table_is_told_by_line_and_column(table, expected, scenario_of):
    with pytest.raises(ScenarioError) as caught:
        scenario_of(table)
    assert len(caught.value.problems) == 1 and expected in str(caught.value), str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (USED + "samples = 2", 'futures.samples: the table "fitted.csv" has it; leave it out'),
        (
            USED + 'parameters = "assumed"',
            'futures.parameters: the table "fitted.csv" has it; leave it out',
        ),
        (
            USED.replace("fitted", "fited"),
            '"fited.csv" does not exist; expected a CSV table. Did you mean "fitted.csv"?',
        ),
        (
            '[futures]\ndesign = "table"',
            "futures.table: expected the name of a CSV file with a row for every future (got",
        ),
        (
            USED.replace('"table"', '"lhs"') + "samples = 2",
            'futures.table: only with design = "table" (this is "lhs")',
        ),
        (
            '[futures]\ntable = "fitted.csv"',
            'futures.table: only with design = "table" (this is "lhs")',
        ),
        (
            USED + '[parameters]\n[sweep]\n"parameters.secrecy.leak_base" = [0.02]',
            "cannot be uncertain: [sweep] varies it",
        ),
        (
            f'{ONE_SAMPLE}"secrecy.leak_base" = 0.1',
            "expected a list of its values",
        ),
        (
            f'{ONE_SAMPLE}"secrecy.leak_base" = [0.1, 2]',
            "samples: expected 2, the rows",
        ),
        (
            f'{ONE_SAMPLE}"secrecy.leak_base" = [0.1, 0]\n"detection.width_jungle_km" = [0.05]',
            "futures.parameters: expected columns of one length (got 1 and 2)",
        ),
    ],
)
def test_a_wrong_use_of_a_table_is_told(text, expected, scenario_of):
    with pytest.raises(ScenarioError) as caught:
        scenario_of(TEXT, text)
    assert expected in str(caught.value), str(caught.value)


def test_other_samples_than_rows_are_refused(scenario_of):
    with pytest.raises(
        ScenarioError, match=r"--set: futures.samples: expected 2, the rows of the table \(got 5\)"
    ):
        scenario_of(TEXT, futures__samples=5)


def test_a_range_may_be_left_by_a_table_on_request(scenario_of):
    assert draws(
        scenario_of("secrecy.leak_base\n0.2\n", "allow_outside_range = true\n" + USED).futures
    )[1] == {"secrecy.leak_base": 0.2}
