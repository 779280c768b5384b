"""Draws that were fitted on another edition of the model: every use of them says so."""

import json
import warnings
from pathlib import Path

import pytest

from sim.analysis.markdown import outdated
from sim.parameters import EDITION, FIRST
from sim.scenario import load_scenario
from sim.scenario.effects import ScenarioWarning

USED = 'schema = 1\n[futures]\ndesign = "table"\ntable = "fitted.csv"\n'
OTHER = EDITION - 1
ROOT = Path(__file__).parents[2]


@pytest.fixture
def told(tmp_path):
    def told(table: str) -> list[str]:
        (tmp_path / "fitted.csv").write_text(table)
        (tmp_path / "mine.toml").write_text(USED)
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            scenario = load_scenario(tmp_path / "mine.toml")
        assert scenario.futures.parameters == {"secrecy.leak_base": (0.02, 0.03)}
        return [str(each.message) for each in found if each.category is ScenarioWarning]

    return told


@pytest.mark.parametrize(
    "table",
    [
        f"future,secrecy.leak_base,distance,edition\n4,0.02,1,{OTHER}\n2,0.03,2,{OTHER}\n",
        f"edition,secrecy.leak_base\n{EDITION},0.02\n{OTHER},0.03\n",
        "secrecy.leak_base,distance\n0.02,1\n0.03,2\n",  # written by the first edition
    ],
)
def test_draws_of_another_edition_are_told_once_and_used(told, table):
    (line,) = told(table)
    assert line.startswith('mine.toml: futures.table: "fitted.csv": its draws were fitted on')
    assert f"edition {OTHER} of the model, and this is edition {EDITION}" in line
    assert "redeploy calibrate" in line


@pytest.mark.parametrize(
    "table",
    [
        f"future,secrecy.leak_base,distance,edition\n4,0.02,1,{EDITION}\n2,0.03,2,{EDITION}\n",
        "secrecy.leak_base\n0.02\n0.03\n",  # a table of one's own, not of a calibration
    ],
)
def test_draws_of_this_edition_and_tables_of_ones_own_are_used_in_silence(told, table):
    assert told(table) == []


def test_the_shipped_fits_are_of_the_edition_that_their_calibration_names():
    head, *rows = (ROOT / "scenarios/history/fitted.csv").read_text().splitlines()
    (edition,) = {row.split(",")[head.split(",").index("edition")] for row in rows}
    kept = json.loads((ROOT / "results/calibration.json").read_text())
    assert len(rows) == kept["kept"] == 50
    assert edition == str(kept.get("edition", FIRST))


def test_a_page_says_that_kept_numbers_are_outdated_and_what_renews_them():
    assert outdated({"edition": EDITION}, "make history") == ""
    for kept in ({"edition": OTHER}, {}):
        line = outdated(kept, "make history")
        assert "Outdated" in line and "`make history`" in line and f"edition {OTHER}" in line
