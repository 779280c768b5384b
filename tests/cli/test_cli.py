"""The command as a whole: help, wrong command lines, `check`, and the public names of `sim`."""

import subprocess
import sys
from pathlib import Path

import pytest
from stand_ins import redeploy

from sim.cli.main import main

HEAVY = ("pandas", "scipy", "numba", "matplotlib", "mesa", "numpy", "pyarrow", "duckdb", "pydantic")
COMMANDS = ("check", "describe", "run", "batch", "status", "compare", "calibrate", "report")

AGENT_TYPES = {
    "ArmedGroup", "Community", "DissidentCell", "Laboratory", "MilitaryUnit", "MpcpColumn",
    "PartnerForce", "PoliceUnit", "Shipment", "ThirdGroup", "TraffickingNetwork",
}  # fmt: skip


def test_help_names_every_command_and_loads_nothing_heavy():
    code = "import sys, sim.cli.main; sim.cli.main.main(['--help'])\n"
    code += f"sys.stderr.write(' '.join(set(sys.modules) & set({HEAVY})))"
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
def test_the_parser_refuses_in_a_plain_sentence(line, words, capsys):
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert (
        out == "" and err.startswith("redeploy: ") and words in err and len(err.splitlines()) == 1
    )


def test_the_process_reports_a_wrong_file_as_the_function_does(tmp_path: Path):
    (tmp_path / "bad.toml").write_text("schema = 1\n[tme]\n")
    done = redeploy("check", str(tmp_path / "bad.toml"))
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        'bad.toml: tme: unknown key. Did you mean "time"?\n' in done.stderr
        and "Traceback" not in done.stderr
    )


def test_every_shipped_scenario_is_fine():
    files = sorted(map(str, (Path(__file__).parents[2] / "scenarios").rglob("*.toml")))
    done = redeploy("check", *files)
    told = [line for line in done.stderr.splitlines() if "draws were fitted on edition" not in line]
    assert (done.returncode, told) == (0, [])
    assert [line.partition(": fine")[0] for line in done.stdout.splitlines()] == files != []


def test_the_paths_of_an_earlier_readme_work_and_warn():
    code = """
import warnings
from inspect import signature
with warnings.catch_warnings(record=True) as told:
    warnings.simplefilter("always")
    from sim.agents import MilitaryUnit
    from sim.outcomes import OUTCOMES
import sim, sim.batches.runner
assert MilitaryUnit is sim.MilitaryUnit and len(OUTCOMES) > 100
assert {each.category for each in told} == {DeprecationWarning} and len(told) == 2
made, own = signature(sim.batch).parameters, signature(sim.batches.runner.batch).parameters
assert list(made) == list(own)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_check_compiles_nothing(tmp_path, monkeypatch):
    """This holds for a check that reads the land too, on a machine without a compile cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    file = Path(__file__).parents[2] / "scenarios" / "history" / "2018.toml"
    done = redeploy("check", str(file), "--set", "map.resolution_km=10")
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "redeploy" / "kernels").exists()


def test_check_says_what_would_run(scenario, capsys):
    assert main(["check", str(scenario)]) == 0
    assert capsys.readouterr().out == (
        f"{scenario}: fine; a batch of it, `hold` included, "
        "is 2 arms x 1 future x 3 replications = 6 runs\n"
    )
    fewer = ["--set", "replications.count=1", "--set", "sweep.secrecy.level=[0.5]"]
    assert main(["check", str(scenario), *fewer]) == 0
    assert "1 arm x 1 future x 1 replication = 1 run\n" in capsys.readouterr().out


def test_a_closed_pipe_is_no_error(scenario):
    command = f"{sys.executable} -m sim describe scenario | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")


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
