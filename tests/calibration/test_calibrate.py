"""Calibration on known runs: the distance, the ensemble and the fit."""

import datetime
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_calibration import HEADER

import sim.calibration.calibrate as module
from sim.batches import ResultsError
from sim.calibration.calibrate import calibrate, one_decimal
from sim.calibration.observed import Weekly, read_observed
from sim.parameters import load_registry
from sim.scenario import load_scenario

ROOT = Path(__file__).parents[2]
DRAWN = [0.1, 0.2, 0.3, 0.4, 0.5]  # of future 1 to 5; future 0 has .2


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
    """Make runs: acts are ten times the draw, plus or minus one; hectares are 100 less acts."""

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


def test_a_draw_with_an_undefined_fitted_share_is_left_out_and_counted(known, rows):
    folder = known()
    weeks = module.read_weekly(folder, [], 2)
    weeks.bottom["attacks_vraem"] = (
        weeks.bottom["coca_ha_vraem"] * np.where(weeks.runs["future"] == 4, np.nan, 1)[:, None]
    )
    weeks.top["attacks_vraem"] = weeks.top["attacks_vraem"] * (weeks.bottom["attacks_vraem"] / 7)
    found = calibrate(folder, rows, keep=2, replications=2)
    assert found.ensemble["future"].tolist() == [3, 5] and found.to_dict()["undefined_draws"] == 1


def test_a_large_distance_is_printed_with_an_exponent():
    assert [one_decimal(value) for value in (13.19, 999_999.96, 4e26, None)] == [
        "13.2",
        "1000000.0",
        "4.0e+26",
        "none",
    ]
    assert [one_decimal(value, "+") for value in (0.25, -3e9)] == ["+0.2", "-3.0e+09"]


def test_the_defaults_are_a_point_of_the_shipped_ensemble():
    """The defaults fit as well as the kept draws. After a new default, run `make history`."""
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
