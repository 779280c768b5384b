"""The table of observations: what it refuses, what a run gives for a row, and the shipped table."""

import datetime
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration.observed import SERIES, Weekly, period, read_observed, refuse_other_days
from sim.parameters import load_figures
from sim.scenario import ScenarioError, load_scenario

HISTORY = Path(__file__).parents[2] / "scenarios" / "history"
HEADER = "series,unit,when,value,low,high,source,use"
ROW = "coca_ha_vraem,ha,2020-12-31,100,90,120,F0119,fit"
WRONG = ROW.replace("100", "x")
WHOLE, NOTED = f"{HEADER}\n{ROW}\n", f"{HEADER},note\n"
START = datetime.date(2020, 1, 1)


def pairs(table: str) -> list[tuple[str, str]]:
    """Return the lines of a table two by two: a change, and the phrase that it must cause."""
    lines = [line.strip() for line in table.strip().splitlines()]
    return list(zip(lines[::2], lines[1::2], strict=True))


@pytest.fixture
def table(tmp_path: Path):
    def table(*rows: str, header: str = HEADER) -> Path:
        file = tmp_path / "observed.csv"
        file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return file

    return table


@pytest.fixture
def row_of(table):
    """An observation of a series over some days."""
    return lambda series, when: read_observed(
        table(f"{series},{SERIES[series].unit},{when},0.5,0,1,a book,fit")
    )[0]


def test_a_row_is_read_with_its_days_and_error(table):
    (row,) = read_observed(table(f"{ROW},as told", header=f"{HEADER},note"))
    assert (row.series, row.value, row.error, row.use, row.note, row.line) == (
        "coca_ha_vraem",
        100.0,
        15.0,
        "fit",
        "as told",
        2,
    )
    assert row.start == row.end == datetime.date(2020, 12, 31)


@pytest.mark.parametrize(
    ("when", "first", "last"),
    [
        ("2020", "2020-01-01", "2020-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-12", "2019-12-01", "2019-12-31"),
        ("2019/2020", "2019-01-01", "2020-12-31"),
        ("2022-10/2023-01-15", "2022-10-01", "2023-01-15"),
    ],
)
def test_days_are_written_as_year_month_or_day(when, first, last):
    assert tuple(map(str, period(when))) == (first, last)


WRONG_ROWS = r"""
coca_ha_vraem => coca_vraem
    line 2: series: no such series (got "coca_vraem"). Did you mean "coca_ha_vraem"?
coca_ha_vraem => COCA_HA_VRAEM
    no such series (got "COCA_HA_VRAEM"). Did you mean "coca_ha_vraem"?
coca_ha_vraem => moon
    Expected a quantity and a region, as in coca_ha_vraem
coca_ha_vraem => price_hcl_border
    no such series
,ha, => ,km2,
    line 2: unit: expected ha (got "km2")
2020-12-31 => 2020-13
    line 2: when: expected a day, a month, a year
2020-12-31 => 2020-00
    line 2: when: expected a day, a month, a year
2020-12-31 => 2020-06-00
    line 2: when: expected a day, a month, a year
2020-12-31 => ２０２０
    line 2: when: expected a day, a month, a year
2020-12-31 => 20-12-31
    line 2: when: expected a day, a month, a year
2020-12-31 => 2020/
    when: expected
2020-12-31 => 2021/2020
    when: expected the later day last
,100, => ,many,
    line 2: value: expected a number (got "many")
,100, => ,nan,
    line 2: value: expected a number (got "nan")
,100, => ,1_00,
    line 2: value: expected a number (got "1_00")
,100, => ,0x64,
    line 2: value: expected a number (got "0x64")
,100, => ,١٠٠,
    line 2: value: expected a number (got "١٠٠")
,100, => ,,
    line 2: value: expected a number (got "")
,90, => ,101,
    expected low <= value <= high, and low under high (got 101, 100, 120)
100,90,120 => 100,100,100
    low under high
100,90,120 => 0,0,5e-324
    at least 1e-09 apart: half of that is the error (got 0, 0, 5e-324)
100,90,120 => 1e6,1e6,1000000.0001
    line 2: expected low and high at least 0.001 apart
100,90,120 => 100,-90,120
    low, value, high: expected numbers from 0 to 1,000,000,000,000 (got -90, 100, 120)
100,90,120 => 100,90,1e400
    expected numbers from 0 to 1,000,000,000,000 (got 90, 100, 1e400)
coca_ha_vraem,ha,2020-12-31,100,90,120 => seized_share_total,share,2020,56,40,80
    shares from 0 to 1 (got 40, 56, 80)
F0119 => F119
    line 2: source: F119 is not in figures.csv. Did you mean "F0119"?
F0119 => f0119
    line 2: source: f0119 is not in figures.csv. Did you mean "F0119"?
F0119 => F01190
    line 2: source: F01190 is not in figures.csv. Did you mean "F0
F0119 => F9999
    line 2: source: F9999 is not in figures.csv
F0119 => (nothing)
    line 2: source: expected where the figure is from
,fit => ,fitted
    use: expected "fit" or "held_out" (got "fitted"). Did you mean "fit"?
,fit => ,FIT
    (got "FIT"). Did you mean "fit"?
,fit => ,held_out
    expected at least one row with use = "fit"
,fit => (nothing)
    line 2: expected 8 cells (got 7)
,fit => ,fit,1
    line 2: expected 8 cells (got 9)
, => ;
    line 2: expected 8 cells (got 1) (columns are separated by commas)
coca_ha_vraem => "coca_ha_vraem
    not CSV
"""


@pytest.mark.parametrize(("change", "expected"), pairs(WRONG_ROWS))
def test_a_wrong_row_is_reported_with_its_line(change, expected, table):
    with pytest.raises(ScenarioError) as caught:
        read_observed(table(ROW.replace(*change.replace("(nothing)", "").split(" => "))))
    assert "observed.csv: line" in str(caught.value) and expected in str(caught.value), str(
        caught.value
    )


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            HEADER.replace("when", "year"),
            ["line 1: expected a column when.", 'line 1: unknown column "year".'],
        ),
        (
            HEADER.replace("source", "sources"),
            ['expected a column source. Did you mean "sources"?', 'Did you mean "source"?'],
        ),
        (f"{HEADER},use", ["line 1: column use stands twice"]),
    ],
)
def test_wrong_columns_are_reported(header, expected, table):
    with pytest.raises(ScenarioError) as caught:
        read_observed(table(ROW, header=header))
    assert all(text in str(caught.value) for text in expected), str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", f"line 1: expected the headers {HEADER} (got nothing)"),
        (" \n\n", "line 1: expected the headers"),
        (f"# mine\n{WHOLE}", f'line 1: expected the headers {HEADER} (got "# mine")'),
        (WHOLE.replace(",", ";"), "low,high,source,use (columns are separated by commas)"),
        (WHOLE.replace(",", "\t"), "(columns are separated by commas)"),
        (f"{HEADER.upper()}\n{ROW}\n", "source,use in small letters (got"),
        (f'{WHOLE}"coca\n', "line 3: not CSV"),
        (f'{WHOLE}"coca"x,\n{ROW}\n', "line 3: not CSV"),
        (f"{WHOLE}{'z' * 200_000}\n", "line 3: not CSV: field larger"),
        (f'{NOTED}{WRONG},"one\ntwo\nthree"\n', "line 2: value"),
        (f'{NOTED}{ROW},"one\ntwo"\n{WRONG.replace("2020", "2019")},\n', "line 4: value"),
        (
            f"{WHOLE}\n{ROW.replace('100,90', '99,89')}\n",
            "line 4: coca_ha_vraem in 2020-12-31 stands in line 2 already",
        ),
        (
            f"{HEADER}\n{ROW.replace('-31', '')}\n{ROW.replace('-31', '-01/2020-12')}\n",
            "line 3: coca_ha_vraem in 2020-12-01/2020-12 ",
        ),
    ],
)
def test_one_fault_is_one_line_that_names_where_its_row_begins(text, expected, tmp_path: Path):
    (tmp_path / "observed.csv").write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_observed(tmp_path / "observed.csv")
    assert len(caught.value.problems) == 1 and expected in str(caught.value), str(caught.value)


def test_a_row_ends_at_the_end_of_its_line(table):
    rows = read_observed(
        table(
            "",
            f"{ROW},one\vtwo\u2028three\x85",
            f"{ROW.replace('2020', '2019')},",
            header=f"\n{HEADER},note",
        )
    )
    assert [(row.line, row.note) for row in rows] == [(4, "one\vtwo\u2028three"), (5, "")]


def test_every_fault_is_told_at_once_and_a_missing_file_by_name(table, tmp_path: Path):
    with pytest.raises(ScenarioError) as caught:
        read_observed(
            table(ROW.replace(",ha", ",t").replace("fit", "no"), ROW, ROW.replace("90", "x"))
        )
    assert [problem.key for problem in caught.value.problems] == ["line 2", "line 2", "line 4"]
    with pytest.raises(
        ScenarioError,
        match=r"observd.csv: does not exist; expected a table of observed series. Did you mean",
    ):
        read_observed(tmp_path / "observd.csv")


def test_days_that_the_runs_do_not_have_are_refused(table):
    file = table(ROW, ROW.replace("2020-12-31", "2019/2020"), ROW.replace("2020-12-31", "2021"))
    rows = read_observed(file)
    refuse_other_days(rows, file, datetime.date(2019, 1, 1), 3 * 365 + 1)
    with pytest.raises(ScenarioError) as caught:
        refuse_other_days(rows, file, START, 366)
    told = "lies outside the days of the scenario, 2020-01-01 to 2020-12-31"
    assert str(caught.value).splitlines() == [
        f"observed.csv: line {n}: when: {when} {told}"
        for n, when in ((3, "2019/2020"), (4, "2021"))
    ]


def weekly(days: list[int], **of) -> Weekly:
    """Two runs: `name = (top, bottom)`, each a list of weeks; the second run has twice the top."""
    top = {name: np.array([each[0], np.multiply(2, each[0])], float) for name, each in of.items()}
    bottom = {name: np.array([each[1], each[1]], float) for name, each in of.items()}
    return Weekly(
        START, pd.DataFrame({"future": [0, 1], "replication": 0}), np.array(days), top, bottom
    )


def test_a_state_is_the_mean_over_its_days(row_of):
    runs = weekly([7, 7, 2], coca_ha_vraem=([70, 140, 60], [7, 7, 2]))  # 10, 20 and 30 ha
    assert runs.value(row_of("coca_ha_vraem", "2020-01-07")).tolist() == [10.0, 20.0]
    assert runs.value(row_of("coca_ha_vraem", "2020-01-08")).tolist() == [20.0, 40.0]
    assert runs.value(row_of("coca_ha_vraem", "2020-01-16"))[0] == 30.0
    assert runs.value(row_of("coca_ha_vraem", "2020-01-06/2020-01-10"))[0] == pytest.approx(
        (2 * 10 + 3 * 20) / 5
    )


def test_a_flow_is_summed_and_a_share_is_a_ratio_of_sums(row_of):
    runs = weekly(
        [7, 7, 2],
        attacks_vraem=([7, 14, 4], [1, 1, 1]),
        seized_share_total=([10, 0, 1], [100, 100, 2]),
    )
    assert runs.value(row_of("attacks_vraem", "2020-01-01/2020-01-16"))[0] == pytest.approx(25)
    assert runs.value(row_of("attacks_vraem", "2020-01-06/2020-01-10"))[0] == pytest.approx(
        2 * 1 + 3 * 2
    )
    assert runs.value(row_of("seized_share_total", "2020-01-01/2020-01-14"))[0] == pytest.approx(
        10 / 200
    )
    nothing = weekly([7], seized_share_total=([0], [0]))
    assert np.isnan(nothing.value(row_of("seized_share_total", "2020-01-01/2020-01-07"))).all()


def test_sliding_windows_tell_flows_by_the_year_and_grow_at_the_start():
    runs = weekly(
        [7, 7, 7], attacks_vraem=([1, 2, 6], [1, 1, 1]), coca_ha_vraem=([7, 14, 70], [7, 7, 7])
    )
    assert runs.sliding("attacks_vraem", 2)[0] == pytest.approx(np.array([1, 1.5, 4]) * 365 / 7)
    assert runs.sliding("coca_ha_vraem", 1)[0] == pytest.approx([1, 2, 10])
    assert runs.sliding("coca_ha_vraem", 2)[1] == pytest.approx([2, 3, 12])


def test_the_shipped_areas_are_sums_of_the_figures_they_cite():
    figures = load_figures()
    areas = [
        row for row in read_observed(HISTORY / "observed.csv") if row.series.startswith("coca_ha")
    ]
    assert len(areas) == 9
    for row in areas:
        cited = [figures[name] for name in re.findall(r"F\d{4}", row.source)]
        assert sum(float(figure["value"]) for figure in cited) == row.value, row
        assert {figure["year"] for figure in cited} == {
            str(row.end.year)
        } and row.when == f"{row.end.year}-12-31"


def test_the_shipped_history_starts_from_published_areas_and_splits_eradication_by_its_rule():
    figures = load_figures()
    value = lambda name: float(figures[name]["value"])  # noqa: E731
    scenario = load_scenario(HISTORY / "2018.toml")
    coca = scenario.crops.coca_ha
    assert (coca.vraem, coca.bajo_amazonas, coca.putumayo, coca.maranon) == tuple(
        map(value, ("F0117", "F0019", "F0100", "F0086"))
    )
    assert not any(scenario.eradication.ha_per_year.model_dump().values())
    refuse_other_days(
        read_observed(HISTORY / "observed.csv"),
        HISTORY / "observed.csv",
        scenario.time.start_date,
        scenario.time.horizon_days,
    )
    # national, then at the end of the year before: Bajo Amazonas, Putumayo, Peru, VRAEM
    rule = [
        ("F0279", "F0019", "F0100", "F0127", "F0117"),
        ("F0280", "F0020", "F0101", "F0128", "F0118"),
        ("F0281", "F0021", "F0102", "F0129", "F0119"),
        ("F0282", "F0022", "F0103", "F0130", "F0120"),
    ]
    expected = [
        (value(whole) * (value(one) + value(two)) / (value(peru) - value(vraem)), whole)
        for whole, one, two, peru, vraem in rule
    ] + [(value(name), name) for name in ("F0290", "F0291")]
    assert len(scenario.events) == len(expected)
    for event, (hectares, figure) in zip(scenario.events, expected):
        cleared = event.set["eradicate"]
        assert cleared["theatre"] == "loreto" and cleared["ha_per_year"] == pytest.approx(
            hectares, abs=1.0
        )
        year = scenario.time.start_date + datetime.timedelta(days=event.day)
        assert (year.month, year.day) == (1, 1) and figures[figure]["year"].startswith(
            str(year.year)
        )
