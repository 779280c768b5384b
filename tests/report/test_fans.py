"""The picture of a calibration: bands are quantiles of the ensemble; marks show observations."""

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from sim.calibration.calibrate import Calibration
from sim.calibration.observed import Observation, Weekly
from sim.report import style
from sim.report.fans import YEAR_WEEKS, fans

START = datetime.date(2019, 1, 1)
WEEKS = 110


@pytest.fixture
def found() -> Calibration:
    """Make five runs: hectares are 100 times the future, one act a week; the ensemble is 2 to 4."""
    return calibration(WEEKS)


def calibration(weeks: int) -> Calibration:
    level = 100.0 * np.arange(5)[:, None] + np.zeros(weeks)
    one = np.ones((5, weeks))
    top, bottom = (
        {"coca_ha_vraem": 7 * level, "attacks_border": one},
        {"coca_ha_vraem": 7 * one, "attacks_border": one},
    )
    runs = pd.DataFrame({"future": range(5), "replication": 0})
    weekly = Weekly(START, runs, np.full(weeks, 7), top, bottom)
    days = (datetime.date(2019, 12, 31), datetime.date(2019, 12, 31))
    rows = [
        Observation(
            "coca_ha_vraem", "ha", "2019-12-31", 900.0, 800.0, 1000.0, "a", use, "", 2, *days
        )
        for use in ("fit", "held_out")
    ] + [
        Observation(
            "attacks_border", "acts", "2019", 50.0, 40.0, 60.0, "a", "fit", "", 4, START, days[0]
        )
    ]
    draws = pd.DataFrame({"future": [2, 3, 4, 1], "crops.growth_coca": 0.2, "distance": 1.0})
    return Calibration(rows, draws, 3, np.zeros((3, 3)), np.zeros(3), 1.0, weekly, 0)


def test_the_bands_are_quantiles_of_the_ensemble_and_the_axes_hold_every_point(found):
    hectares, acts = fans(found).axes
    assert set(hectares.lines[0].get_ydata()) == {300.0}
    wide, narrow = (band.get_paths()[0].vertices[:, 1] for band in hectares.collections[:2])
    assert [wide.min(), wide.max(), narrow.min(), narrow.max()] == pytest.approx(
        [210, 390, 250, 350]
    )
    assert hectares.get_ylim()[0] == 0 and hectares.get_ylim()[1] > 1000
    assert hectares.get_title(loc="left") == "Coca, VRAEM" and hectares.get_ylabel() == "ha"
    assert (
        acts.get_title(loc="left") == "Attacks, northern border, over a year"
        and acts.get_ylabel() == "acts a year"
    )


def test_a_flow_is_a_year_of_it_at_the_middle_of_that_year(found):
    line = fans(found).axes[1].lines[0]
    assert (
        set(np.round(line.get_ydata(), 9)) == {round(365 / 7, 9)}
        and len(line.get_xdata()) == WEEKS - YEAR_WEEKS + 1
    )
    assert line.get_xdata()[0] == date2num(START) + 7 * YEAR_WEEKS / 2


def test_observations_are_marked_by_their_use(found):
    hectares, acts = fans(found).axes
    shown = [bar.lines for bar in hectares.containers]
    assert [(to_hex(marker.get_mfc()), marker.get_marker()) for marker, *_ in shown] == [
        (style.VERMILION, "o"),
        (style.PAPER, "s"),
    ]
    (marker, _, bars), at = acts.containers[0].lines, date2num(START) + 365 / 2
    assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (at, 50.0)
    across, up = (bar.get_segments()[0] for bar in bars)
    assert across[:, 0].tolist() == [at - 182.5, at + 182.5] and up[:, 1].tolist() == [40.0, 60.0]
    assert len(hectares.figure.legends[0].get_texts()) == 5


def test_a_flow_of_some_days_is_drawn_by_the_year_as_its_fan_is(found):
    day = {
        "when": "2019-01",
        "value": 31.0,
        "low": 0.0,
        "high": 62.0,
        "start": START,
        "end": datetime.date(2019, 1, 31),
    }
    rows = [*found.rows[:2], replace(found.rows[2], **day)]
    (marker, _, bars) = fans(replace(found, rows=rows)).axes[1].containers[0].lines
    assert marker.get_ydata()[0] == pytest.approx(365) and bars[1].get_segments()[0][
        :, 1
    ] == pytest.approx([0, 730])


@pytest.mark.parametrize("weeks", [8, 60])
def test_runs_under_two_years_have_their_fan_over_half_of_them(weeks):
    acts = fans(calibration(weeks)).axes[1]
    line = acts.lines[0]
    assert (
        set(np.round(line.get_ydata(), 9)) == {round(365 / 7, 9)}
        and len(line.get_xdata()) == weeks // 2 + 1
    )
    assert acts.get_title(loc="left") == f"Attacks, northern border, over {weeks // 2} weeks"


def test_a_share_of_nothing_leaves_a_gap(found):
    name, nothing = "seized_share_total", np.zeros((5, WEEKS))
    weekly = replace(found.weekly, top={name: nothing}, bottom={name: nothing})
    row = replace(found.rows[2], series=name, unit="share", value=0.05, low=0.0, high=0.1)
    assert np.isnan(
        fans(replace(found, rows=[row], weekly=weekly)).axes[0].lines[0].get_ydata()
    ).all()
