"""The command `calibrate` on stand-in runs: failures, undefined shares and its files."""

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from small_calibration import HEADER, SMALL

import sim.calibration.calibrate as module
import sim.simulation.run
from sim.batches import Results, ResultsError
from sim.calibration.calibrate import calibrate
from sim.cli.main import main

COCA = "coca_ha_vraem,ha,2021-12-30,300,250,350,a book,fit\n"
SHARE = "seized_share_total,share,2021-06,0.05,0.04,0.08,a book,{}\n"
EXITS = ("colombia", "brazil", "ecuador", "bolivia", "coast")


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run the command on five draws; hectares are 1,000 times the growth."""

    def command(*more, out="out", fails=lambda scenario, replication: False, observed=COCA):
        def run(scenario, replication=0):
            if fails(scenario, replication):
                raise ZeroDivisionError("nobody")
            hectares = 1_000 * scenario.parameters.get("crops.growth_coca", 0.2) + replication
            zeros = dict.fromkeys(
                ("seized_kg", "seized_stock_kg", *(f"exported_kg_{exit_}" for exit_ in EXITS)), 0.0
            )
            weeks = pd.DataFrame({"week": range(52), "days": 7, "coca_ha": hectares, **zeros})
            weekly = pd.concat(
                [
                    weeks.assign(theatre=name)
                    for name in ("vraem", "loreto", "cajamarca", "elsewhere")
                ],
                ignore_index=True,
            )
            return SimpleNamespace(
                outcomes={}, weekly=weekly, events=pd.DataFrame(), layers=pd.DataFrame(), seed=1
            )

        monkeypatch.setattr(sim.simulation.run, "warm_up", lambda: None)
        monkeypatch.setattr(sim.simulation.run, "run", run)
        monkeypatch.chdir(tmp_path)
        Path("small.toml").write_text(SMALL)
        Path("observed.csv").write_text(HEADER + observed)
        arguments = [
            "small.toml",
            "--against",
            "observed.csv",
            "--samples",
            "5",
            "--keep",
            "2",
            "--workers",
            "1",
            "--out",
            out,
            *more,
        ]
        return main(["calibrate", *arguments]), *capsys.readouterr()

    return command


def is_default(scenario) -> bool:
    return "crops.growth_coca" not in scenario.parameters


def test_only_the_replications_asked_for_count(command):
    status, _, told = command(
        "--set", "replications.count=3", fails=lambda scenario, replication: replication > 0
    )
    assert (
        status == 1
        and "out: 0 futures have all their runs; expected at least the 2 to keep" in told
    )
    assert command()[0] == 0
    earlier = Path("out/calibration.json").read_bytes()
    assert (
        command("--set", "replications.count=3")[0] == 0
        and Path("out/calibration.json").read_bytes() != earlier
    )
    assert command()[0] == 0 and Path("out/calibration.json").read_bytes() == earlier
    assert command(out="other")[0] == 0 and Path("other/calibration.json").read_bytes() == earlier


def test_only_the_failed_runs_of_the_replications_asked_for_are_told(command):
    def fails(scenario, replication):
        return replication > 0 or is_default(scenario)

    command("--set", "replications.count=3", fails=fails)
    status, _, told = command(fails=fails)
    assert status == 1 and told.count("runs failed") == 1 and "out: 1 of 6 runs failed; " in told
    command(
        "--set",
        "replications.count=3",
        out="whole",
        fails=lambda scenario, replication: replication > 0,
    )
    status, _, told = command(out="whole", fails=lambda scenario, replication: replication > 0)
    assert status == 0 and "runs failed" not in told


def test_where_every_run_fails_the_reasons_are_named(command):
    status, out, told = command(fails=lambda scenario, replication: True)
    assert (status, out) == (1, "") and not Path("out/fitted.csv").exists()
    first = "first reason: ZeroDivisionError: nobody; out/failures.jsonl has the reasons"
    assert (
        told.splitlines()[-1]
        == f"out: 6 of 6 runs failed; {first}, `redeploy status out` lists them"
    )
    assert told.count("6 of 6 runs failed") == 1
    with pytest.raises(ResultsError, match="out: no run has succeeded"):
        calibrate(Results.open("out"), [], keep=2, replications=1)


def test_where_the_defaults_fail_the_answer_is_whole_and_says_so(command):
    status, out, told = command(fails=lambda scenario, replication: is_default(scenario))
    assert status == 1 and "; defaults none" in out and "nan" not in out
    first = "first reason: ZeroDivisionError: nobody; out/failures.jsonl has the reasons"
    assert (
        f"out: 1 of 6 runs failed; {first}, `redeploy status out` lists them. The runs that" in told
    )
    assert (
        told.count("1 of 6 runs failed") == 1
        and told.count("biased sample") == 1
        and "warning" not in told
    )
    assert (
        json.loads(command("--json", fails=lambda scenario, replication: is_default(scenario))[1])[
            "failed_runs"
        ]
        == 1
    )


def test_an_undefined_share_that_is_held_out_is_null(command):
    status, out, _ = command(observed=COCA + SHARE.format("held_out"))
    assert (
        status == 0
        and "Of 1 observations held out, 0 lie within the ensemble's 5-95 %; 1 undefined" in out
        and "nan" not in out
    )
    share = json.loads(Path("out/calibration.json").read_text())["fit"][1]
    assert [share[name] for name in ("low", "median", "high", "inside", "errors", "default")] == [
        None
    ] * 6


def test_an_undefined_fitted_share_is_refused_by_row_and_keeps_the_earlier_files(command):
    assert command()[0] == 0
    earlier = {
        name: Path("out", name).read_bytes()
        for name in ("fitted.csv", "calibration.json", "fans.png")
    }
    status, out, told = command(observed=COCA + SHARE.format("fit"))
    assert (status, out) == (2, "")
    assert (
        "undefined, a share of nothing, in so many of 5 futures: "
        "seized_share_total in 2021-06 (line 3) in 5; at least 2 to keep"
    ) in told.splitlines()[-1]
    assert earlier == {name: Path("out", name).read_bytes() for name in earlier}


def test_no_file_is_written_before_all_files_can_be_made(command, monkeypatch):
    monkeypatch.setattr(module.Calibration, "to_csv", lambda found: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command()
    assert not [
        name
        for name in ("fitted.csv", "calibration.json", "fans.png")
        if Path("out", name).exists()
    ]


def test_the_ensemble_is_offered_by_its_path(command):
    assert command()[1].splitlines()[-1] == (
        'out/fitted.csv: the ensemble; `[futures] design = "table"`, `table = "out/fitted.csv"` '
        "runs it (paths start from the file that names them)"
    )
