"""Calibration with the model: a planted parameter is found again by the command."""

import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from small_calibration import HEADER, SMALL

from sim.batches import Results, make_plan
from sim.calibration.calibrate import members_of
from sim.cli.main import main
from sim.errors import UserError
from sim.scenario import load_scenario
from sim.simulation.run import run

WORLD = {"crops.growth_coca": 0.45, "market.margin": 0.3}  # the planted values


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """Make a folder with a small scenario and observations of its world with planted values."""
    folder = tmp_path_factory.mktemp("planted")
    (folder / "small.toml").write_text(SMALL)
    world = load_scenario(
        folder / "small.toml",
        {f"parameters.{name}": value for name, value in WORLD.items()} | {"futures.samples": 0},
    )
    weekly = run(world, replication=3).weekly
    coca = weekly[weekly["theatre"] == "vraem"].set_index("week")["coca_ha"]
    points = [("2021-07-01", coca[25]), ("2021-12-30", coca[51])]
    (folder / "observed.csv").write_text(
        HEADER
        + "".join(
            f"coca_ha_vraem,ha,{day},{value},{value * 0.998},{value * 1.002},the model,fit\n"
            for day, value in points
        )
    )
    return folder


@pytest.fixture(scope="module")
def fitted(small) -> Path:
    assert main(arguments(small, "two", "--workers", "2", "--keep", "4")) == 0
    return small / "two"


def arguments(small: Path, out: str, *more: str) -> list[str]:
    return [
        "calibrate",
        str(small / "small.toml"),
        "--against",
        str(small / "observed.csv"),
        "--out",
        str(small / out),
        *more,
    ]


def test_a_planted_parameter_is_found_again_and_one_that_does_not_matter_is_not(fitted):
    found = json.loads((fitted / "calibration.json").read_text())
    growth, vigour = found["parameters"]
    assert (
        growth["parameter"] == "crops.growth_coca"
        and growth["narrowed"]
        and growth["spread_of_prior"] < 0.4
    )
    assert (
        growth["low"] - 0.03 <= WORLD["crops.growth_coca"] <= growth["high"] + 0.03
        and abs(growth["median"] - 0.45) < 0.05
    )
    assert vigour["parameter"] == "protection.vigour_weeks" and not vigour["narrowed"]
    assert (found["draws"], found["kept"], found["failed_runs"]) == (16, 4, 0)
    assert (
        found["distance"]["kept"][1] < found["distance"]["all"][1]
        and found["distance"]["default"] > 10 * found["distance"]["kept"][1]
    )


def test_one_worker_finds_the_same_and_a_finished_folder_is_not_run_again(small, fitted, capsys):
    assert main(arguments(small, "one", "--workers", "1", "--keep", "4")) == 0
    assert Results.open(small / "one").digest() == Results.open(fitted).digest()
    for name in ("fitted.csv", "calibration.json", "fans.png"):
        assert (small / "one" / name).read_bytes() == (fitted / name).read_bytes()
    capsys.readouterr()
    assert main(arguments(small, "one", "--keep", "2", "--json")) == 0
    told = capsys.readouterr()
    assert "nothing left to run" in told.err and json.loads(told.out)["kept"] == 2
    assert len((small / "one" / "fitted.csv").read_text().splitlines()) == 3


def test_the_ensemble_is_a_table_of_futures_that_are_the_same_worlds(small, fitted):
    text = (
        "[futures]\nsamples = 16\n"
        + SMALL.partition("[futures]\nsamples = 16\n")[2].partition("[parameters]")[0]
    )
    (small / "ensemble.toml").write_text(
        SMALL.replace(text, '[futures]\ndesign = "table"\ntable = "two/fitted.csv"\n')
    )
    points = make_plan(load_scenario(small / "ensemble.toml")).points
    design = Results.open(fitted).design().set_index("future")
    kept = pd.read_csv(fitted / "fitted.csv")
    assert [point.point_id for point in points] == [
        design["point_id"][future] for future in (0, *kept["future"])
    ]
    assert points[1].drawn == {
        name: kept[name][0] for name in ("crops.growth_coca", "protection.vigour_weeks")
    }


def test_the_printed_page_says_what_was_not_narrowed(small, fitted, capsys):
    assert main(arguments(small, "two", "--keep", "4")) == 0
    out = capsys.readouterr().out
    assert (
        "Kept 4 of 16 draws" in out
        and "The data did not narrow: protection.vigour_weeks." in out
        and "[futures] design" in out
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (("--keep", "0"), "--keep: expected a whole number from 1 to the 16 samples (got 0)"),
        (("--keep", "17"), "--keep: expected a whole number from 1 to the 16 samples (got 17)"),
        (("--samples", "0"), "--samples: expected 1 or more (got 0)"),
        (("--samples", "-1"), "--samples: expected 1 or more (got -1)"),
        (
            ("--samples", "2000000"),
            "--samples: futures.samples: expected a whole number from 0 to 1000000 (got 2000000)",
        ),
        (
            ("--samples", "3", "--set", "futures.design=sobol"),
            "--samples: futures.samples: expected a power of two",
        ),
        (
            ("--set", "futures.samples=0"),
            "small.toml: futures.samples: missing; a calibration draws from [futures]",
        ),
        (("--workers", "0"), "--workers: expected 1 or more (got 0)"),
        (("--set", "strategy.name=static"), "what was observed is one history"),
        (
            ("--set", "time.horizon_days=181"),
            "observed.csv: line 2: when: 2021-07-01 lies outside the days of the scenario",
        ),
        (("--samples", "8"), "two: belongs to another plan"),
    ],
)
def test_what_cannot_be_calibrated_is_told_in_one_line(more, expected, small, fitted, capsys):
    assert main(arguments(small, "two", *more)) == 2
    told = capsys.readouterr()
    assert told.out == "" and "Traceback" not in told.err
    assert expected in told.err, told.err


def test_a_table_of_futures_is_no_prior(small, fitted):
    (small / "table.toml").write_text(
        'schema = 1\n[futures]\ndesign = "table"\ntable = "two/fitted.csv"\n'
    )
    with pytest.raises(UserError, match=r'futures.design: expected "lhs" or "sobol"'):
        members_of(load_scenario(small / "table.toml"), None)
    with pytest.raises(
        UserError, match=r"--samples: futures.samples: expected 4, the rows of the table \(got 2\)"
    ):
        load_scenario(small / "table.toml", options={"--samples": {"futures.samples": 2}})
    assert members_of(load_scenario(small / "small.toml"), None) == 3


def test_nothing_heavy_is_loaded_before_the_input_is_sound(small, tmp_path, monkeypatch, capsys):
    (tmp_path / "bad.csv").write_text("series\n")
    monkeypatch.setitem(sys.modules, "sim.batches.runner", None)  # to import it would fail
    assert (
        main(["calibrate", str(small / "small.toml"), "--against", str(tmp_path / "bad.csv")]) == 2
    )
    assert "line 1: expected a column unit" in capsys.readouterr().err
