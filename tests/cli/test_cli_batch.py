"""The commands `batch`, `status` and `compare`: what they hand on, print and return."""

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
from stand_ins import Outcome

import sim.batches.runner
import sim.parameters
import sim.strategies.registry
from sim.cli.main import main
from sim.scenario import load_scenario


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


@pytest.mark.parametrize("command", ["status", "compare"])
@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_a_path_that_is_not_a_results_folder_is_refused(command, name, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    assert main([command, str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and str(tmp_path / name) in err and "folder" in err


@pytest.mark.parametrize("command", ["status", "compare", "batch", "merge"])
def test_a_name_that_no_file_can_have_is_one_line(command, tmp_path, capsys):
    name = str(tmp_path / ("x" * 300))
    assert main([command, name]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
