"""The command `run`: what it hands to the model, prints and writes."""

import json
import sys
import types
from pathlib import Path

import pytest
from stand_ins import Frame

from sim.cli.main import main


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


def test_run_refuses_impossible_options(scenario, model, capsys, tmp_path: Path):
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


def test_run_names_what_blocks_its_files_and_leaves_no_partial_file(
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


def test_a_defect_of_redeploy_is_not_reported_as_an_error_of_the_user(scenario, model, monkeypatch):
    def broken(scenario, replication=0):
        raise ValueError("a defect")

    monkeypatch.setitem(sys.modules, "sim.simulation.run", types.SimpleNamespace(run=broken))
    with pytest.raises(ValueError, match="a defect"):
        main(["run", str(scenario)])
