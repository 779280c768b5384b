"""How a sweep samples ranges and reads tables."""

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from case_tables import pairs

from sim.scenario import ScenarioError, load_scenario, points, to_toml

SAMPLED = """
[strategy]
name = "phased"
[sweep]
design = "{design}"
samples = {samples}
seed = 3
"strategy.share_to_border" = {{low = 0.1, high = 0.5}}
"strategy.steps" = {{low = 1, high = 4}}
"forces.vraem.boats" = {{low = 1, high = 1000, scale = "log"}}
"parameters.secrecy.leak_base" = {{low = 0.001, high = 0.1, scale = "log"}}
"""


def columns(scenario):
    rows = [values for values, *_ in points(scenario)]
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


@pytest.mark.parametrize("design", ["lhs", "sobol"])
def test_samples_fill_their_ranges_evenly_by_their_scale_and_type(design, write):
    found = columns(load_scenario(write(SAMPLED.format(design=design, samples=64))))
    share, steps = found["strategy.share_to_border"], found["strategy.steps"]
    assert [np.histogram(share, 4, (0.1, 0.5))[0].tolist(), np.bincount(steps)[1:].tolist()] == [
        [16] * 4
    ] * 2
    assert (
        np.histogram(np.log(found["parameters.secrecy.leak_base"]), 4, np.log((0.001, 0.1)))[
            0
        ].tolist()
        == [16] * 4
    )
    assert found["forces.vraem.boats"].dtype.kind == steps.dtype.kind == "i"
    assert (
        25 < np.median(found["forces.vraem.boats"]) < 40
    )  # the middle of a log range is the geometric mean


def test_samples_follow_the_seed_and_are_the_same_in_another_process(write):
    file = write(SAMPLED.format(design="lhs", samples=5))
    here = [values for values, *_ in points(load_scenario(file))]
    assert here == [values for values, *_ in points(load_scenario(file, {"sweep.seed": 3}))]
    assert here != [values for values, *_ in points(load_scenario(file, {"sweep.seed": 4}))]
    code = "from sim.scenario.designs import sample\n"
    code += "print(sample({'a': {'low': 0, 'high': 1}}, 3, 1, 'lhs'))"
    from sim.scenario.designs import sample

    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert said.stdout.strip() == str(sample({"a": {"low": 0, "high": 1}}, 3, 1, "lhs"))


def test_a_list_is_crossed_with_the_samples(write):
    file = write(SAMPLED.format(design="lhs", samples=3) + '"secrecy.level" = [0.2, 0.8]')
    found = columns(load_scenario(file))
    assert found["secrecy.level"].tolist() == [0.2, 0.8] * 3
    assert len(set(found["strategy.share_to_border"])) == 3


def table(folder: Path, text: str) -> str:
    (folder / "points.csv").write_text(text)
    return '[strategy]\nname = "static"\n[sweep]\ndesign = "table"\ntable = "points.csv"\n'


def test_a_table_gives_whole_points(write, tmp_path: Path):
    text = """strategy.share_to_border,strategy.moved,time.start_date,ablate
0.1,line,2020-01-01,[]

.2,special,2021-01-01,"['leak']"
"""
    scenario = load_scenario(write(table(tmp_path, text)))
    found = points(scenario)
    assert [
        (arm.scenario.strategy.share_to_border, arm.scenario.strategy.moved, arm.scenario.ablate)
        for arm in found
    ] == [
        (0.1, "line", ()),
        (0.2, "special", ("leak",)),
    ]
    assert found[1].scenario.time.start_date.year == 2021
    again = tmp_path / "elsewhere" / "again.toml"
    again.parent.mkdir()
    again.write_text(to_toml(scenario))
    assert [values for values, *_ in points(load_scenario(again))] == [
        values for values, *_ in found
    ]
    assert (
        "points.csv" not in again.read_text()
        and tomllib.loads(again.read_text())["sweep"]["design"] == "table"
    )


def test_a_table_lies_beside_the_file_that_names_it(write, tmp_path: Path):
    (tmp_path / "bases").mkdir()
    write(table(tmp_path / "bases", "secrecy.level\n0.1\n0.2\n"), "bases/base.toml")
    assert len(points(load_scenario(write('extends = "bases/base.toml"')))) == 2


WRONG_TABLES = r"""
(nothing)
    "points.csv" is empty; expected headers, each a dotted key such as strategy.share_to_border
 \n\n
    is empty; expected headers
secrecy.level\n
    line 2, column 1: expected at least one row
\n\nsecrecy.level\n
    line 4, column 1: expected at least one row
\n\nlevel\n0.1\n
    line 3, column 1: expected a dotted key
level\n0.1\n
    line 1, column 1: expected a dotted key
secrecy.level;map.resolution_km\n
    columns are separated by commas
secrecy.level\tmap.resolution_km\n0.1\t5\n
    columns are separated by commas
secrecy.level,time.horizon_days,secrecy.level\n
    line 1, column 3: secrecy.level is column 1 already
secrecy.level,time.horizon_days\n0.1\n
    line 2, column 2: expected 2 cells (got 1)
secrecy.level,time.horizon_days\n0.1,7,8\n
    line 2, column 3: expected 2 cells (got 3)
secrecy.level,time.horizon_days\n0.1,\n
    line 2, column 2: expected a value of time.horizon_days (got nothing)
secrecy.level\n0,1\n
    line 2, column 2: expected 1 cell (got 2) (a decimal is written with a point: 0.1
secrecy.level,time.horizon_days\n0,1,7\n
    expected 2 cells (got 3) (a decimal is written with a point: 0.1, not 0,1)
0.1,7\n0.2,7\n
    each a dotted key such as strategy.share_to_border, in the first line
# 1.000e-01 7.000e+00\n
    line 1, column 1: expected the names of the columns
,0,1\n0,0.1,7\n
    line 1, column 1: expected the names of the columns
,secrecy.level\n5,0.1\n7,0.2\n
    line 1, column 1: this column has no name
a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a\n1\n
    line 1, column 1: a dotted key of more than 32 parts
secrecy.level\n0.2\n"0.1\n
    line 3, column 1: not CSV
secrecy.level\n0.2\n"0.1"3\n0.3\n
    line 3, column 1: not CSV
secrecy.level\n0x1\n
    secrecy.level: line 2 of "points.csv": expected a number from 0 to 1 (got "0x1")
secrecy.level\n0_1\n
    expected a number from 0 to 1 (got "0_1")
secrecy.level\n١\n
    expected a number from 0 to 1 (got "١")
"secrecy.level"\n"0.1\n"\n2\n
    secrecy.level: line 4 of "points.csv": expected a number from 0 to 1 (got 2)
secrecy.level\n0.1\n2\n
    secrecy.level: line 3 of "points.csv": expected a number from 0 to 1 (got 2)
secrecy.levl\n0.1\n
    secrecy.levl: line 2 of "points.csv": unknown key. Did you mean "level"?
replications.count\n1\n
    cannot vary between the points
"""


@pytest.mark.parametrize("text, expected", pairs(WRONG_TABLES))
def test_a_wrong_table_is_told_by_line_and_column(text, expected, write, tmp_path: Path):
    with pytest.raises(ScenarioError) as caught:
        points(load_scenario(write(table(tmp_path, text))))
    assert expected in str(caught.value), str(caught.value)


def test_numbers_are_read_as_toml_or_a_spreadsheet_writes_them(write, tmp_path: Path):
    found = points(
        load_scenario(
            write(table(tmp_path, "secrecy.level,time.horizon_days\n.5,7\n1e-1,+8\n1,9\n01,10\n"))
        )
    )
    assert [arm.values["secrecy.level"] for arm in found] == [0.5, 0.1, 1.0, 1.0]


@pytest.mark.parametrize(
    ("base", "text", "expected"),
    [
        ('"time.horizon_days" = [7, 8]', 'design = "table"\ntable = "points.csv"', [0.1, 0.2]),
        (
            'design = "table"\ntable = "points.csv"',
            'design = "grid"\n"secrecy.level" = [0.4, 0.6, 0.8]',
            [0.4, 0.6, 0.8],
        ),
        ('design = "table"\ntable = "others.csv"', 'table = "points.csv"', [0.1, 0.2]),
    ],
)
def test_the_points_of_a_table_and_another_design_replace_one_another(
    base, text, expected, write, tmp_path: Path
):
    (tmp_path / "points.csv").write_text("secrecy.level\n0.1\n0.2\n")
    (tmp_path / "others.csv").write_text("time.horizon_days\n7\n8\n9\n")
    write(f"[sweep]\n{base}\n", "base.toml")
    assert [
        arm.values
        for arm in points(load_scenario(write(f'extends = "base.toml"\n[sweep]\n{text}\n')))
    ] == [{"secrecy.level": level} for level in expected]


def test_every_fault_of_a_table_is_told_at_once(write, tmp_path: Path):
    text = "secrecy.level,time.horizon_days\n0.1\n,7\n0.1,7\n0.1,\n"
    with pytest.raises(ScenarioError) as caught:
        load_scenario(write(table(tmp_path, text)))
    assert len(caught.value.problems) == 3


def test_a_point_that_stands_in_several_rows_is_one_arm_that_knows_them(write, tmp_path: Path):
    scenario = load_scenario(
        write(
            table(
                tmp_path,
                "secrecy.level,time.horizon_days\n0.1,28\n0.2,28\n0.10,28.0\n1e-1,28\n0.2,28\n",
            )
        )
    )
    arms = points(scenario)
    assert [(arm.values["secrecy.level"], arm.rows) for arm in arms] == [
        (0.1, (0, 2, 3)),
        (0.2, (1, 4)),
    ]
    (tmp_path / "again.toml").write_text(to_toml(scenario))
    assert [arm.rows for arm in points(load_scenario(tmp_path / "again.toml"))] == [
        arm.rows for arm in arms
    ]


def test_the_rows_go_to_each_strategy_that_has_the_key(write, tmp_path: Path):
    text = table(tmp_path, "strategy.steps\n2\n3\n2\n").partition("[sweep]")[2]
    entries = '[[strategies]]\nname = "static"\n[[strategies]]\nname = "phased"\n[sweep]'
    assert [
        (arm.scenario.strategy.name, arm.rows)
        for arm in points(load_scenario(write(entries + text)))
    ] == [
        ("static", (0, 1, 2)),
        ("phased", (0, 2)),
        ("phased", (1,)),
    ]


def test_a_table_of_pandas_or_numpy_comes_in_as_it_is(write, tmp_path: Path):
    scenario = load_scenario(
        write(table(tmp_path, ",secrecy.leak_base,time.horizon_days\n0,0.02,28.0\n1,0.03,364.0\n"))
    )
    assert [arm.values for arm in points(scenario)] == [
        {"parameters.secrecy.leak_base": 0.02, "time.horizon_days": 28},
        {"parameters.secrecy.leak_base": 0.03, "time.horizon_days": 364},
    ]
    assert scenario.sweep["table"].note == "its first column, which has no name and counts the rows"
    numpy = "# secrecy.level,secrecy.leak_base\n5.000000000000000000e-01,2.000000000000000042e-02\n"
    (arm,) = points(load_scenario(write(table(tmp_path, numpy))))
    assert arm.values == {"secrecy.level": 0.5, "parameters.secrecy.leak_base": 0.02}


def test_a_fault_at_many_samples_is_told_once(write):
    text = '[sweep]\ndesign = "lhs"\nsamples = 50\n"secrecy.level" = {low = 2, high = 3}'
    with pytest.raises(ScenarioError) as caught:
        points(load_scenario(write(text)))
    assert len(caught.value.problems) == 1


def test_a_huge_sweep_is_refused_without_making_a_point(write, monkeypatch):
    def never(*_):
        raise AssertionError("a point was made")

    values = str(list(range(7, 300)))
    keys = ("time.horizon_days", "enemy.networks", "forces.vraem.boats")
    scenario = load_scenario(write("[sweep]\n" + "".join(f'"{key}" = {values}\n' for key in keys)))
    monkeypatch.setattr("sim.scenario.sweep.validated", never)
    with pytest.raises(
        ScenarioError, match="25,153,757 points x 20 replications: expected at most 1,000,000 runs"
    ):
        points(scenario)
