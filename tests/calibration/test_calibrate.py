"""Calibration: the distance and the ensemble on known runs; a planted parameter found again with the model, by the command."""

import datetime
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sim.calibration.calibrate as module
import sim.simulation.run
from sim.batches import Results, ResultsError, make_plan
from sim.calibration.calibrate import calibrate, members_of, one_decimal
from sim.calibration.observed import Weekly, read_observed
from sim.cli.main import main
from sim.errors import UserError
from sim.parameters import load_registry
from sim.scenario import load_scenario
from sim.simulation.run import run

ROOT = Path(__file__).parents[2]
HEADER = "series,unit,when,value,low,high,source,use\n"
DRAWN = [0.1, 0.2, 0.3, 0.4, 0.5]  # of future 1 to 5; future 0 has .2
WORLD = {"crops.growth_coca": 0.45, "market.margin": 0.3}  # the planted values
SMALL = """
schema = 1
[time]
start_date = 2021-01-01
horizon_days = 364
burn_in_days = 14
[map]
resolution_km = 10
[futures]
samples = 16
[futures.parameters]
"crops.growth_coca" = {low = 0.05, high = 0.5}
"communities.vigour_step" = {low = 0.005, high = 0.05}
[parameters]
"market.margin" = 0.3
[replications]
count = 1
"""


class Folder:
    """What `calibrate` asks of a results folder: one arm in six futures."""

    path = Path("folder")

    def design(self):
        return pd.DataFrame(
            {
                "label": "hold",
                "future": range(6),
                "drawn.crops.growth_coca": [0.2, *DRAWN],
                "drawn.presence.reach_km": 12.0,
            }
        )

    def status(self):
        return {"SUCCEEDED": 12, "FAILED": 0}

    def failures(self):
        return []


@pytest.fixture
def rows(tmp_path: Path):
    """Acts of 4 [2-6] in a week, fitted; hectares of 10 [0-20], held out."""
    file = tmp_path / "observed.csv"
    acts, hectares = (
        "attacks_vraem,acts,2020-01-01/2020-01-07,4,2,6,a,fit",
        "coca_ha_vraem,ha,2020-01-01,10,0,20,a,held_out",
    )
    file.write_text(f"{HEADER}{acts}\n{hectares}\n")
    return read_observed(file)


@pytest.fixture
def known(monkeypatch):
    """Runs whose acts are ten times the draw, one more or less in the two replications; hectares 100 less the acts."""

    def known(lost: tuple[int, ...] = ()):
        runs = [
            (future, replication)
            for future in range(6)
            for replication in range(2)
            if not (future in lost and replication)
        ]
        acts = np.array(
            [[10 * [0.2, *DRAWN][future] + (1 - 2 * replication)] for future, replication in runs]
        )
        top, bottom = (
            {"attacks_vraem": acts, "coca_ha_vraem": 7 * (100 - acts)},
            {"attacks_vraem": 0 * acts + 1, "coca_ha_vraem": 0 * acts + 7},
        )
        frame = pd.DataFrame(runs, columns=["future", "replication"])
        weeks = Weekly(datetime.date(2020, 1, 1), frame, np.array([7]), top, bottom)
        monkeypatch.setattr(module, "read_weekly", lambda results, names, replications: weeks)
        return Folder()

    return known


def test_the_distance_is_of_the_mean_over_replications_in_errors_of_the_fitted_rows(known, rows):
    found = calibrate(known(), rows, keep=2, replications=2)
    assert found.draws["future"].tolist() == [4, 3, 5, 2, 1]
    assert found.draws["distance"].tolist() == pytest.approx(
        [0, 0.25, 0.25, 1, 2.25]
    )  # (10 x draw - 4) / 2, squared
    assert found.ensemble["crops.growth_coca"].tolist() == [
        0.4,
        0.3,
    ] and found.default_distance == pytest.approx(1.0)


def test_the_fit_is_over_members_and_replications_and_tells_held_out_rows_too(known, rows):
    acts, hectares = calibrate(known(), rows, keep=2, replications=2).fit()
    runs = [3.0, 5.0, 2.0, 4.0]
    assert [acts[name] for name in ("low", "median", "high")] == pytest.approx(
        np.quantile(runs, [0.05, 0.5, 0.95])
    )
    assert (
        acts["inside"]
        and acts["errors"] == pytest.approx((3.5 - 4) / 2)
        and acts["default"] == pytest.approx(2.0)
    )
    assert (hectares["use"], hectares["inside"]) == ("held_out", False) and hectares[
        "errors"
    ] == pytest.approx((96.5 - 10) / 10)


def test_a_future_without_all_its_runs_is_left_out(known, rows):
    found = calibrate(known(lost=(0, 4)), rows, keep=2, replications=2)
    assert (
        found.ensemble["future"].tolist() == [3, 5]
        and np.isnan(found.default).all()
        and found.to_dict()["distance"]["default"] is None
    )
    json.dumps(found.to_dict(), allow_nan=False)
    with pytest.raises(
        ResultsError, match="4 futures have all their runs; expected at least the 5 to keep"
    ):
        calibrate(known(lost=(4,)), rows, keep=5, replications=2)


def test_a_parameter_of_one_value_has_no_spread_and_is_not_narrowed(known, rows):
    growth, reach = calibrate(known(), rows, keep=2, replications=2).parameters()
    assert reach["spread_of_prior"] is None and not reach["narrowed"]
    assert (
        growth["spread_of_prior"] == pytest.approx(0.09 / 0.36)
        and growth["default"] == load_registry().get("crops.growth_coca").value
    )
    assert not growth[
        "narrowed"
    ]  # two neighbours of five: one blind choice in two and a half is as near


COCA = "coca_ha_vraem,ha,2021-12-30,300,250,350,a book,fit\n"
SHARE = "seized_share_total,share,2021-06,0.05,0.04,0.08,a book,{}\n"
EXITS = ("colombia", "brazil", "ecuador", "bolivia", "coast")


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """The command on five draws whose hectares are 1,000 times the growth, and nothing is seized or leaves; `fails` says which runs do."""

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


def test_a_share_of_nothing_is_null_where_it_is_held_out(command):
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


def test_a_fitted_share_of_nothing_is_refused_by_row_and_leaves_the_earlier_files(command):
    assert command()[0] == 0
    earlier = {
        name: Path("out", name).read_bytes()
        for name in ("fitted.csv", "calibration.json", "fans.png")
    }
    status, out, told = command(observed=COCA + SHARE.format("fit"))
    expected = "undefined, a share of nothing, in so many of 5 futures: seized_share_total in 2021-06 (line 3) in 5; at least 2 to keep"
    assert (status, out) == (2, "") and expected in told.splitlines()[-1]
    assert earlier == {name: Path("out", name).read_bytes() for name in earlier}


def test_a_draw_whose_fitted_share_is_of_nothing_is_left_out_and_counted(known, rows):
    folder = known()
    weeks = module.read_weekly(folder, [], 2)
    weeks.bottom["attacks_vraem"] = (
        weeks.bottom["coca_ha_vraem"] * np.where(weeks.runs["future"] == 4, np.nan, 1)[:, None]
    )
    weeks.top["attacks_vraem"] = weeks.top["attacks_vraem"] * (weeks.bottom["attacks_vraem"] / 7)
    found = calibrate(folder, rows, keep=2, replications=2)
    assert found.ensemble["future"].tolist() == [3, 5] and found.to_dict()["undefined_draws"] == 1


def test_nothing_is_written_before_all_is_made(command, monkeypatch):
    monkeypatch.setattr(module.Calibration, "to_csv", lambda found: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command()
    assert not [
        name
        for name in ("fitted.csv", "calibration.json", "fans.png")
        if Path("out", name).exists()
    ]


def test_the_ensemble_is_offered_by_its_path(command):
    told = '`[futures] design = "table"`, `table = "out/fitted.csv"` runs it (paths start from the file that names them)'
    assert command()[1].splitlines()[-1] == f"out/fitted.csv: the ensemble; {told}"


def test_a_long_distance_is_told_by_its_exponent():
    assert [one_decimal(value) for value in (13.19, 999_999.96, 4e26, None)] == [
        "13.2",
        "1000000.0",
        "4.0e+26",
        "none",
    ]
    assert [one_decimal(value, "+") for value in (0.25, -3e9)] == ["+0.2", "-3.0e+09"]


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A folder with a small scenario and what its world gives with planted values, in another replication, to 2 %."""
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
    assert vigour["parameter"] == "communities.vigour_step" and not vigour["narrowed"]
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
        name: kept[name][0] for name in ("crops.growth_coca", "communities.vigour_step")
    }


def test_the_printed_page_says_what_was_not_narrowed(small, fitted, capsys):
    assert main(arguments(small, "two", "--keep", "4")) == 0
    out = capsys.readouterr().out
    assert (
        "Kept 4 of 16 draws" in out
        and "The data did not narrow: communities.vigour_step." in out
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


def test_the_defaults_are_a_point_of_the_shipped_ensemble():
    """`make history` is behind when a default has moved; the defaults fit as well as what was kept, and lie within it."""
    found = json.loads((ROOT / "results" / "calibration.json").read_text(encoding="utf-8"))
    assert (
        found["distance"]["default"]
        <= found["distance"]["kept"][1]
        < found["distance"]["all"][1] / 2
    )
    for each in found["parameters"]:
        assert each["default"] == load_registry().get(each["parameter"]).value, each["parameter"]
        assert not each["narrowed"] or each["low"] <= each["default"] <= each["high"]
    futures = load_scenario(ROOT / "scenarios" / "experiments" / "fitted.toml").futures
    assert futures.samples == found["kept"] == 50
    assert set(futures.parameters) == {each["parameter"] for each in found["parameters"]}
