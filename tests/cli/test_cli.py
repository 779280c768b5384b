"""The command: help that is quick and light, exit statuses, output that a script can read, and what it hands to the library."""

import json
import subprocess
import sys
import types
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import BaseModel

import sim.batches.runner
import sim.parameters
import sim.strategies.registry
from sim.cli.main import main
from sim.scenario import load_scenario
from sim.scenario.events import SHOCKS

HEAVY = ("pandas", "scipy", "numba", "matplotlib", "mesa", "numpy", "pyarrow", "duckdb", "pydantic")
COMMANDS = ("check", "describe", "run", "batch", "status", "compare", "calibrate", "report")


class Hold:
    """Nobody moves."""

    class Settings(BaseModel):
        start_day: int = 3

    def decide(self, situation: object) -> None:
        return None


@dataclass
class Outcome:
    name: str
    unit: str
    label: str
    direction: str
    of: object = len


class Frame:
    """Stands for a table: writes its name where it is asked to go."""

    def __init__(self, name: str) -> None:
        self.name = name

    def to_parquet(self, path) -> None:
        path.write(self.name.encode())


AGENT_TYPES = {
    "ArmedGroup", "Community", "DissidentCell", "Laboratory", "MilitaryUnit", "MpcpColumn",
    "PartnerForce", "PoliceUnit", "Shipment", "ThirdGroup", "TraffickingNetwork",
}  # fmt: skip


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sim.strategies.registry, "catalogue", lambda: {"hold": Hold}, raising=False)
    file = tmp_path / "small.toml"
    file.write_text('schema = 1\n[replications]\ncount = 3\n[sweep]\n"secrecy.level" = [0, 1]\n')
    return file


class Model:
    """Stands for the model and the batch: answers at once, remembers what it was asked, fails as many runs as a test says."""

    def __init__(self) -> None:
        self.asked: list = []
        self.failed = 0

    def run(self, scenario, replication=0):
        self.asked.append((scenario, replication))
        outcomes = {"vacuum_vraem": 0.25, "attacks_vraem": None, "seized_kg_border": 123_456.7}
        return types.SimpleNamespace(
            outcomes=outcomes,
            weekly=Frame("weekly"),
            events=Frame("events"),
            layers=Frame("layers"),
        )

    def batch(self, scenarios, **options):
        self.asked.append((scenarios, options))
        counts = {"PENDING": 0, "SUCCEEDED": 5, "FAILED": self.failed, "ABORTED": 0}
        return types.SimpleNamespace(status=lambda: counts)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    model = Model()
    outcomes = {"vacuum_vraem": Outcome("vacuum_vraem", "share", "security vacuum, VRAEM", "less")}
    monkeypatch.setitem(sys.modules, "sim.simulation.run", types.SimpleNamespace(run=model.run))
    monkeypatch.setitem(
        sys.modules, "sim.simulation.outcomes.registry", types.SimpleNamespace(OUTCOMES=outcomes)
    )
    monkeypatch.setattr(sim.batches.runner, "batch", model.batch)
    return model


def redeploy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments], capture_output=True, text=True, timeout=60
    )


def test_help_names_every_command_and_loads_nothing_heavy():
    code = f"import sys, sim.cli.main; sim.cli.main.main(['--help']); sys.stderr.write(' '.join(set(sys.modules) & set({HEAVY})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == ""
    for command in COMMANDS:
        assert command in done.stdout


def test_public_names_are_named_without_being_loaded():
    code = "import sys, sim; print(*sim.__all__); print(*dir(sim)); print(*sys.modules)"
    public, listed, loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    ).stdout.splitlines()
    expected = {
        "load_scenario",
        "RedeploymentModel",
        "run",
        "batch",
        "Results",
        "compare",
        "Strategy",
        "register",
        "Orders",
    }
    assert expected | AGENT_TYPES == set(public.split()) <= set(listed.split())
    assert not set(loaded.split()) & {*HEAVY, "sim.scenario"}


def test_public_names_come_from_their_modules_even_after_these_were_imported():
    code = """
import pickle, sim.api, sim.batches.runner
from sim import Results, batch, load_scenario
assert Results is sim.api.Results and load_scenario.__module__ == 'sim.scenario.files'
assert sim.batch is batch is sim.api.batch and pickle.loads(pickle.dumps(batch)) is batch
try:
    sim.nothing
except AttributeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "module 'sim' has no attribute 'nothing'\n"), (
        done.stderr
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc", "a.toml"],
        ["check"],
        ["run"],
        ["run", "a.toml", "--sed", "3"],
        ["run", "a.toml", "--seed", "three"],
        ["describe", "all"],
    ],
)
def test_a_wrong_command_line_is_one_line_on_stderr_and_status_2(arguments):
    done = redeploy(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("redeploy: ") and len(done.stderr.splitlines()) == 1, done.stderr


@pytest.mark.parametrize(
    "line, words",
    [
        ("chekc a", 'there is no command "chekc". Did you mean "check"?'),
        ("--foo", 'expected a command first, and found the option "--foo".'),
        ("check", "check expects one scenario file or more, and none was given."),
        ("calibrate a.toml", "calibrate expects the option --against, and none was given."),
        ("run a.toml --sed 3", "run has no option --sed. Did you mean --seed?"),
        ("run a.toml --seed", "--seed expects a value after it, and none was given."),
        ("run a.toml --seed three", '--seed: expected a whole number (got "three")'),
        ("run a.toml --seed 1 --seed 2", "--seed was given more than once; it takes one value."),
        ("run a.toml --profile=3", '--profile: expected true or false (got "3").'),
        ("run a.toml b.toml", '"b.toml" is one argument more than run takes.'),
        ("describe parameters a b c", '"b" and "c" are more arguments than describe takes.'),
        ("describe parametres", 'situation (got "parametres"). Did you mean "parameters"?'),
        ("report x --language es", '--language: expected one of en (got "es").'),
    ],
)
def test_what_the_parser_refuses_is_a_plain_sentence(line, words, capsys):
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert (
        out == "" and err.startswith("redeploy: ") and words in err and len(err.splitlines()) == 1
    )


def test_a_wrong_file_is_told_by_the_process_as_by_the_function(tmp_path: Path):
    (tmp_path / "bad.toml").write_text("schema = 1\n[tme]\n")
    done = redeploy("check", str(tmp_path / "bad.toml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        'bad.toml: tme: unknown key. Did you mean "time"?\n' in done.stderr
        and "Traceback" not in done.stderr
    )


@pytest.mark.parametrize("command", ["status", "compare"])
@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_what_is_no_results_folder(command, name, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    assert main([command, str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and str(tmp_path / name) in err and "folder" in err


def test_every_shipped_scenario_is_fine():
    files = sorted(map(str, (Path(__file__).parents[2] / "scenarios").rglob("*.toml")))
    done = redeploy("check", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.partition(": fine")[0] for line in done.stdout.splitlines()] == files != []


def test_the_paths_of_an_earlier_readme_work_and_warn():
    code = """
import inspect, warnings
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    from sim.agents import MilitaryUnit
    from sim.outcomes import OUTCOMES
import sim, sim.batches.runner
assert MilitaryUnit is sim.MilitaryUnit and len(OUTCOMES) > 100
assert {each.category for each in told} == {DeprecationWarning} and len(told) == 2
assert list(inspect.signature(sim.batch).parameters) == list(inspect.signature(sim.batches.runner.batch).parameters)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_check_compiles_nothing(tmp_path, monkeypatch):
    """Also where the land is looked at, on a machine that has compiled nothing yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = Path(__file__).parents[2] / "scenarios" / "history" / "2018.toml"
    done = redeploy("check", str(file), "--set", "map.resolution_km=10")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "redeploy" / "kernels").exists()


def test_check_says_what_would_run(scenario, capsys):
    assert main(["check", str(scenario)]) == 0
    assert capsys.readouterr().out == (
        f"{scenario}: fine; a batch of it, `hold` included, is 2 arms x 1 future x 3 replications = 6 runs\n"
    )
    assert (
        main(
            [
                "check",
                str(scenario),
                "--set",
                "replications.count=1",
                "--set",
                "sweep.secrecy.level=[0.5]",
            ]
        )
        == 0
    )
    assert "1 arm x 1 future x 1 replication = 1 run\n" in capsys.readouterr().out


def test_run_as_json_is_one_object_and_nothing_else(scenario, model, capsys):
    assert (
        main(
            [
                "run",
                str(scenario),
                "--json",
                "--seed",
                "7",
                "--replication",
                "2",
                "--set",
                "secrecy.level=0.25",
            ]
        )
        == 0
    )
    result = json.loads(capsys.readouterr().out)
    assert result["outcomes"] == {
        "vacuum_vraem": 0.25,
        "attacks_vraem": None,
        "seized_kg_border": 123_456.7,
    }
    assert result["units"] == {"vacuum_vraem": "share"}
    assert (result["seed"], result["replication"], result["scenario"]["secrecy"]["level"]) == (
        7,
        2,
        0.25,
    )
    assert result["scenario"]["replications"]["base_seed"] == 7 and set(result["versions"]) >= {
        "redeploy",
        "python",
        "numpy",
        "numba",
    }
    ((given, replication),) = model.asked
    assert (given.replications.base_seed, given.secrecy.level, replication) == (7, 0.25, 2)


def test_run_prints_values_with_units_and_says_that_it_runs_the_base(
    scenario, model, capsys, tmp_path: Path
):
    assert main(["run", str(scenario), "--out", str(tmp_path / "a/b")]) == 0
    out, err = capsys.readouterr()
    rows = [line.split() for line in out.splitlines()]
    assert ["vacuum_vraem", "0.25", "share", "security", "vacuum,", "VRAEM"] in rows
    assert ["attacks_vraem", "no", "value"] in rows and "seized_kg_border" not in out
    assert "1 more outcomes: --all prints them" in out and "`redeploy compare`" in out
    assert "running its base" in err and model.asked[0][0].sweep == {}
    assert json.loads((tmp_path / "a/b/run.json").read_text())["outcomes"]["vacuum_vraem"] == 0.25
    assert (tmp_path / "a/b/weekly.parquet").read_text() == "weekly"
    assert (
        not (tmp_path / "a/b/events.parquet").exists()
        and not (tmp_path / "a/b/layers.parquet").exists()
    )
    kept = ["--set", "record.events=true", "--set", "record.layers_every_days=183"]
    assert main(["run", str(scenario), "--out", str(tmp_path), *kept]) == 0
    assert (tmp_path / "events.parquet").read_text() == "events" and (
        tmp_path / "layers.parquet"
    ).read_text() == "layers"


def test_run_prints_every_outcome_on_request(scenario, model, capsys):
    assert main(["run", str(scenario), "--all"]) == 0
    out = capsys.readouterr().out
    assert ["seized_kg_border", "123,457"] in [
        line.split() for line in out.splitlines()
    ] and "more outcomes" not in out


def test_run_refuses_what_cannot_be(scenario, model, capsys, tmp_path: Path):
    (tmp_path / "file").touch()
    for arguments in (
        ["--replication", "-1"],
        ["--seed", "-1"],
        ["--out", str(tmp_path / "file")],
        ["--set", "x"],
    ):
        assert main(["run", str(scenario), *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == "" and len(err.splitlines()[-1:]) == 1 and "Traceback" not in err
    assert model.asked == []


def test_run_with_profile_prints_times_on_stderr_only(scenario, model, capsys, monkeypatch):
    times = types.SimpleNamespace(text=lambda: "where the time went")
    profile = types.SimpleNamespace(
        profiled=lambda scenario, replication: (model.run(scenario, replication), times)
    )
    monkeypatch.setitem(sys.modules, "sim.simulation.profile", profile)
    assert main(["run", str(scenario), "--json", "--profile"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["outcomes"] and err.endswith("where the time went\n")


def test_batch_hands_on_what_was_asked(scenario, model, capsys, tmp_path: Path):
    out = tmp_path / "results"
    assert (
        main(
            [
                "batch",
                str(scenario),
                "--out",
                str(out),
                "--workers",
                "2",
                "--replications",
                "5",
                "--replace",
            ]
        )
        == 0
    )
    ((given, options),) = model.asked
    assert given.sweep and options == {
        "out": out,
        "workers": 2,
        "replications": 5,
        "replace": True,
        "processes": False,
        "shard": "1/1",
    }
    assert "5 SUCCEEDED" in capsys.readouterr().out
    assert main(["batch", str(scenario), "--processes"]) == 0
    assert model.asked[1][1]["processes"] and model.asked[1][1]["out"] == Path("results/small")
    assert main(["batch", str(scenario), "--shard", "2/3"]) == 0
    assert (model.asked[2][1]["shard"], model.asked[2][1]["out"]) == (
        "2/3",
        Path("results/small.shard-2-of-3"),
    )


def test_batch_of_several_files_needs_a_folder_and_gives_a_list(scenario, model, capsys):
    assert main(["batch", str(scenario), str(scenario)]) == 2
    assert "--out" in capsys.readouterr().err and model.asked == []
    assert main(["batch", str(scenario), str(scenario), "--out", "x"]) == 0
    assert len(model.asked[0][0]) == 2


def test_batch_with_failed_runs_ends_with_1_and_with_wrong_numbers_with_2(scenario, model, capsys):
    model.failed = 2
    assert main(["batch", str(scenario)]) == 1
    assert "2 FAILED" in capsys.readouterr().out
    for arguments in (["--workers", "0"], ["--replications", "0"]):
        assert main(["batch", str(scenario), *arguments]) == 2
        assert arguments[0] in capsys.readouterr().err
    assert len(model.asked) == 1


def test_an_interruption_ends_with_130(scenario, model, monkeypatch, capsys):
    def interrupted(scenarios, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(sim.batches.runner, "batch", interrupted)
    assert main(["batch", str(scenario)]) == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_error_of_our_own_is_not_passed_off_as_the_users(scenario, model, monkeypatch):
    def broken(scenario, replication=0):
        raise ValueError("a defect")

    monkeypatch.setitem(sys.modules, "sim.simulation.run", types.SimpleNamespace(run=broken))
    with pytest.raises(ValueError, match="a defect"):
        main(["run", str(scenario)])


def test_a_reader_that_leaves_is_no_error(scenario):
    command = f"{sys.executable} -m sim describe scenario | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_describe_scenario_lists_every_key_or_resolves_a_file(scenario, capsys):
    assert main(["describe", "scenario", "--json"]) == 0
    keys = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert (
        keys["time.horizon_days"]["default"] == 1_095
        and keys["time.horizon_days"]["expects"] == "a whole number from 7 to 7300"
    )
    assert (
        keys["forces.vraem.soldiers"]["default"] == 10_000
        and keys["forces.vraem.soldiers"]["meaning"]
    )
    assert "strategy.settings" not in keys and "strategy.border_split.loreto" in keys
    assert main(["describe", "scenario", str(scenario)]) == 0
    assert "horizon_days = 1095" in capsys.readouterr().out
    assert main(["describe", "scenario", str(scenario), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sweep"] == {"secrecy.level": [0, 1]}
    assert main(["describe", "parameters", str(scenario)]) == 2
    assert "takes no file" in capsys.readouterr().err


def test_describe_registries_as_text_and_as_json(scenario, model, monkeypatch, capsys):
    entry = sim.parameters.Parameter(
        "secrecy",
        "leak",
        0.1,
        0.0,
        0.2,
        "per week",
        "S4",
        "assumed",
        "low",
        "hazard of a leak",
        0.0,
    )
    monkeypatch.setattr(sim.parameters, "load_registry", lambda: sim.parameters.Registry([entry]))
    texts = {
        "parameters": [
            "secrecy.leak = 0.1 per week [0 to 0.2]",
            "hazard of a leak (assumed, confidence low: S4)",
            "off at 0",
        ],
        "outcomes": ["vacuum_vraem [share]", "security vacuum, VRAEM (less)"],
        "strategies": ["hold: Nobody moves.", "start_day = 3"],
    }
    for what, expected in texts.items():
        assert main(["describe", what]) == 0
        text = capsys.readouterr().out
        assert all(words in text for words in expected), text
        assert main(["describe", what, "--json"]) == 0
        (row,) = json.loads(capsys.readouterr().out)
        assert "of" not in row and row["name"] in ("secrecy.leak", "vacuum_vraem", "hold")


def test_describe_shocks_lists_what_an_event_can_set(capsys):
    assert main(["describe", "shocks", "--json"]) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert names == list(SHOCKS)
    assert main(["describe", "shocks", "price.coast"]) == 0
    assert "a factor from 0 to 100" in capsys.readouterr().out
    assert main(["describe", "shocks", "price.cost"]) == 2
    assert 'Did you mean "price.coast"?' in capsys.readouterr().err


def stand_in_batch(scenario, folder):
    """A batch whose one outcome is the level of secrecy plus the number of the replication."""
    import pandas as pd

    def run(scenario, replication=0):
        outcomes = {"vacuum_vraem": scenario.secrecy.level + replication}
        return types.SimpleNamespace(
            outcomes=outcomes,
            weekly=pd.DataFrame({"week": [0], "days": [7], "theatre": ["vraem"]}),
            seed=replication,
            events=pd.DataFrame(),
            layers=pd.DataFrame(),
        )

    outcomes = {
        "vacuum_vraem": Outcome("vacuum_vraem", "share", "security vacuum, VRAEM", "less is better")
    }
    return sim.batches.runner.batch(
        scenario, out=folder, workers=1, progress=False, run=run, outcomes=outcomes
    )


def test_status_and_compare_read_a_folder(scenario, tmp_path: Path, capsys):
    folder = tmp_path / "folder"
    stand_in_batch(load_scenario(scenario), folder)
    assert main(["status", str(folder)]) == 0
    assert "6 SUCCEEDED" in capsys.readouterr().out
    assert main(["status", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (
        found["counts"]["SUCCEEDED"] == 6 and found["failures"] == [] and len(found["digest"]) == 64
    )
    arguments = [
        "compare",
        str(folder),
        "--baseline",
        "secrecy.level=0",
        "--outcome",
        "vacuum_vraem",
    ]
    assert main([*arguments, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert (row["outcome"], row["n"], row["difference"]) == ("vacuum_vraem", 3, 1.0)
    assert main(arguments) == 0
    assert "security vacuum, VRAEM" in capsys.readouterr().out
    for end, status in (("| true", 0), (">/dev/full", 2)):
        command = f"{sys.executable} -m sim {' '.join(arguments)} {end}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60
        )
        assert done.returncode == status and len(done.stderr.splitlines()) == (status > 0), done
    assert main(["compare", str(folder), "--outcome", "vacum_vraem"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "did you mean 'vacuum_vraem'?" in err


def test_compare_of_two_folders_tells_what_differs_in_the_inputs(scenario, tmp_path: Path, capsys):
    folders = [str(tmp_path / name) for name in ("first", "second")]
    for folder, seed in zip(folders, (2, 1)):
        stand_in_batch(load_scenario(scenario, {"replications.base_seed": seed}), folder)
    assert main(["compare", *folders, "--outcome", "vacuum_vraem"]) == 0
    out = capsys.readouterr().out
    assert "replications.base_seed: 2 in the first, 1 in the second" in out
    assert main(["compare", *folders, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["folders"] == folders and found["without_effect"] == [
        row["label"] for row in found["rows"]
    ]
    assert main(["compare", *folders, "--baseline", "hold"]) == 2
    assert "--baseline: with two folders the first is the baseline" in capsys.readouterr().err
    assert main(["compare", *folders, folders[0]]) == 2
    assert "expected one results folder, or two (got 3)" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, first, most",
    [
        (["places", "pichari"], "Pichari: id ", 5),
        (["missions", "river"], "river_patrol: ", 1),
        (["situation", "own.ki"], "own.kind (np.ndarray): line, special", 1),
        (["outcomes", "recovery_days"], "vacuum_recovery_days_", 20),
    ],
)
def test_describe_takes_a_part_of_a_name(arguments, first, most, capsys):
    assert main(["describe", *arguments]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert (
        lines[0].startswith(first)
        and 1 <= len(lines) <= most
        and all(arguments[1] in line.casefold() for line in lines)
    )


@pytest.mark.parametrize("name", ["PICHARI", "Píchari", "pichári", "pi\u0301chari"])
def test_describe_finds_a_place_whatever_its_case_and_accents(name, capsys):
    assert main(["describe", "places", name, "--json"]) == 0
    assert "Pichari" in [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert main(["describe", "places", f"{name}x"]) == 2
    assert 'Did you mean "Pichari"?' in capsys.readouterr().err


def test_describe_gives_the_near_name_of_a_strategy(capsys):
    assert main(["describe", "strategies", "surge_and_retrun"]) == 2
    assert 'Did you mean "surge-and-return"?' in capsys.readouterr().err


def test_describe_parameters_of_a_group_are_those_of_its_name(capsys):
    assert main(["describe", "parameters", "presence", "--json"]) == 0
    names = [row["name"] for row in json.loads(capsys.readouterr().out)]
    assert len(names) > 5 and all("presence" in name for name in names)


def test_every_mission_and_every_field_of_a_situation_has_a_meaning(capsys):
    from sim.model.state.agents import MISSIONS

    assert main(["describe", "missions", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)] == list(MISSIONS)
    assert main(["describe", "situation", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {
        "day",
        "own.uid",
        "places.port",
        "reports.source",
        "theatre[name].attacks",
        "budget.boats",
    } <= {row["name"] for row in rows}
    assert [row["name"] for row in rows if not row["told"]] == []


def test_describe_one_entry_or_a_near_name(capsys):
    assert main(["describe", "parameters", "search.width_jungle_km"]) == 0
    out = capsys.readouterr().out
    assert (
        out.startswith("search.width_jungle_km = ") and "confidence" in out and out.count("[") == 1
    )
    assert main(["describe", "outcomes", "vacuum_vraem", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["name"] == "vacuum_vraem"
    assert main(["describe", "parameters", "search.width_jungel_km"]) == 2
    assert 'no parameter "search.width_jungel_km"' in (err := capsys.readouterr().err)
    assert 'Did you mean "search.width_jungle_km"?' in err


@pytest.mark.parametrize("text", ["1.5", "1e3", "2.0", "nan", "three", ""])
@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--seed"],
        ["run", "--replication"],
        ["batch", "--workers"],
        ["batch", "--replications"],
    ],
)
def test_a_number_that_is_not_whole_is_refused(scenario, model, capsys, arguments, text):
    command, option = arguments
    assert main([command, str(scenario), f"{option}={text}"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert option in line and "whole number" in line and model.asked == []


def test_run_says_what_is_in_the_way_of_its_files_and_leaves_none_by_halves(
    scenario, model, capsys, tmp_path, monkeypatch
):
    (tmp_path / "out" / "run.json").mkdir(parents=True)
    assert main(["run", str(scenario), "--out", str(tmp_path / "out")]) == 2
    assert (
        f"{tmp_path}/out/run.json is a directory" in capsys.readouterr().err and model.asked == []
    )

    def full(self, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Frame, "to_parquet", full)
    assert main(["run", str(scenario), "--out", str(tmp_path / "full")]) == 2
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == f"--out: {tmp_path}/full/weekly.parquet cannot be written: No space left on device"
    )
    assert list((tmp_path / "full").iterdir()) == []


def test_what_a_strategy_prints_stays_off_stdout(scenario, monkeypatch, model, capsys):
    quiet = model.run

    def talking(scenario, replication=0):
        print("thinking aloud")
        return quiet(scenario, replication)

    monkeypatch.setattr(sys.modules["sim.simulation.run"], "run", talking)
    assert main(["run", str(scenario), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["outcomes"] and "thinking aloud" in err


@pytest.mark.parametrize("command", ["status", "compare", "batch", "merge"])
def test_a_name_that_no_file_can_have_is_one_line(command, tmp_path, capsys):
    name = str(tmp_path / ("x" * 300))
    assert main([command, name]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
