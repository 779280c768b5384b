"""Scenarios that come with redeploy, named from anywhere by `redeploy:NAME`, and `redeploy new`."""

import json
from pathlib import Path

import pytest

from sim.batches.runner import planned
from sim.calibration.observed import read_observed
from sim.cli.main import main
from sim.scenario import ScenarioError, load_scenario, shipped

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = [
    file.relative_to(SCENARIOS).as_posix().removesuffix(".toml")
    for file in sorted(SCENARIOS.rglob("*.toml"))
]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(name: str) -> str:
    with pytest.raises(ScenarioError) as error:
        load_scenario(name)
    return str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_and_a_copy_give_the_shipped_scenario(name, elsewhere):
    expected = load_scenario(SCENARIOS / f"{name}.toml")
    assert load_scenario(f"redeploy:{name}") == load_scenario(Path(f"redeploy:{name}")) == expected
    shipped.write_copy(name, elsewhere / "mine.toml")
    copy = load_scenario("mine.toml")
    assert copy == expected and copy.hash == expected.hash
    assert copy.path == elsewhere / "mine.toml"


def test_a_file_anywhere_extends_a_shipped_scenario_and_takes_its_table(elsewhere):
    lines = ["schema = 1", 'extends = "redeploy:static"', "[futures]", 'design = "table"']
    lines += ['table = "redeploy:history/fitted.csv"']
    (elsewhere / "mine.toml").write_text("\n".join(lines))
    mine = load_scenario("mine.toml")
    assert mine.strategy.name == "static" and mine.futures.samples == 50


def test_a_table_named_by_an_option_of_a_shipped_scenario_is_the_users(elsewhere):
    (elsewhere / "points.csv").write_text("strategy.share_to_border\n0.1\n0.2\n")
    swept = load_scenario("redeploy:static", {"sweep.design": "table", "sweep.table": "points.csv"})
    assert swept.sweep["strategy.share_to_border"] == (0.1, 0.2)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("redeploy:basline", 'did you mean "redeploy:baseline"?'),
        ("redeploy:Phased.toml", 'did you mean "redeploy:phased"?'),
        ("redeploy:split", 'did you mean "redeploy:experiments/split"?'),
        ("redeploy:experiment/mandat", 'did you mean "redeploy:experiments/mandate"?'),
        ("redeploy:../pyproject", "`redeploy describe scenarios` lists them"),
        ("redeploy:", "`redeploy describe scenarios` lists them"),
    ],
)
def test_a_wrong_name_is_refused_with_a_near_one(name, hint):
    assert refused(name) == f"{name}: is not among the scenarios that come with redeploy; {hint}"


def test_a_wrong_name_in_a_file_is_refused_at_its_key(elsewhere):
    (elsewhere / "mine.toml").write_text('schema = 1\nextends = "redeploy:statik"\n')
    told = '"redeploy:statik" is not among the scenarios that come with redeploy'
    assert refused("mine.toml") == f'mine.toml: extends: {told}; did you mean "redeploy:static"?'
    table = '[futures]\ndesign = "table"\ntable = "redeploy:history/fited.csv"\n'
    (elsewhere / "mine.toml").write_text(f"schema = 1\n{table}")
    told = '"redeploy:history/fited.csv" is not among the tables that come with redeploy'
    hint = 'did you mean "redeploy:history/fitted.csv"?'
    assert refused("mine.toml").splitlines()[0] == f"mine.toml: futures.table: {told}; {hint}"


def test_where_there_are_none_the_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "SIM", tmp_path / "sim")
    assert f"the folder {tmp_path / 'scenarios'} is not there" in refused("redeploy:baseline")
    wheel = tmp_path / "sim" / "scenarios_shipped"
    wheel.mkdir(parents=True)
    (wheel / "own.toml").write_text("schema = 1\n")
    assert load_scenario("redeploy:own") == load_scenario(wheel / "own.toml")
    (wheel / "own.toml").write_text("schema = 1\ntme = 1\n")
    assert refused("redeploy:own").startswith("redeploy:own: tme: unknown key")


def test_the_folder_of_a_batch_is_named_after_the_file():
    assert planned("redeploy:experiments/mandate", 1)[1] == "mandate"
    assert planned("redeploy:baseline", 1)[1] == "baseline"


def test_the_observed_table_is_found_by_name():
    name = Path("redeploy:history/observed.csv")
    assert read_observed(name) == read_observed(SCENARIOS / "history" / "observed.csv")


def test_the_commands_take_names(elsewhere, capsys):
    assert main(["check", "redeploy:experiments/split"]) == 0
    assert capsys.readouterr().out.startswith("redeploy:experiments/split: fine; ")
    assert main(["describe", "scenario", "redeploy:static", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["strategy"]["name"] == "static"
    assert main(["describe", "scenarios", "--json"]) == 0
    listed = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert sorted(listed) == sorted(f"redeploy:{name}" for name in NAMES)
    assert main(["describe", "outcomes", "redeploy:static"]) == 2
    assert 'did you mean "describe scenario redeploy:static"?' in capsys.readouterr().err
    assert not any(elsewhere.iterdir())


def test_new_writes_a_copy_and_says_what_to_do_with_it(elsewhere, capsys):
    assert main(["new", "my.toml"]) == 0
    assert (elsewhere / "my.toml").read_text() == (SCENARIOS / "baseline.toml").read_text()
    assert capsys.readouterr().out == (
        "my.toml: written, a copy of redeploy:baseline; change what you like, then "
        "`redeploy check my.toml` and `redeploy run my.toml`\n"
    )
    assert main(["new", "a split.toml", "--from", "redeploy:experiments/split"]) == 0
    assert "`redeploy batch 'a split.toml'`" in capsys.readouterr().out
    assert 'extends = "redeploy:baseline"\n' in (elsewhere / "a split.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kept.toml"], "kept.toml: is there already and stays as it is; choose another name"),
        (["link.toml"], "link.toml: is there already and stays as it is; choose another name"),
        (["my"], 'my: expected a name that ends in .toml; did you mean "my.toml"? (got "my")'),
        (["no/my.toml"], "no/my.toml: cannot be written: there is no folder no"),
        (["redeploy:my.toml"], "expected a file of your own"),
        (["my.toml", "--from", "statc"], 'did you mean "redeploy:static"?'),
    ],
)
def test_new_refuses_and_writes_nothing(arguments, told, elsewhere, capsys):
    (elsewhere / "kept.toml").write_text("mine")
    (elsewhere / "link.toml").symlink_to("target.toml")
    assert main(["new", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == "" and told in err and "Traceback" not in err
    assert (elsewhere / "kept.toml").read_text() == "mine"
    assert sorted(file.name for file in elsewhere.iterdir()) == ["kept.toml", "link.toml"]
