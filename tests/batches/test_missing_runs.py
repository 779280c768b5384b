"""Missing and failed runs: every reader counts them by arm and gives the first reason."""

import io
import json
import warnings
from dataclasses import replace

import pytest
from fake_runs import OUTCOMES, SWEPT, failing_run, points_of, run
from rich.console import Console

from sim import Results
from sim.analysis.compare import compare
from sim.analysis.printed import print_comparison
from sim.batches import Missing, MissingRunsWarning, ResultsError, batch, make_plan
from sim.cli.main import main
from sim.results.missing import missing_of

FAILED = (
    "static share_to_border=0.3: 1 of 3 runs failed; "
    "first reason: ZeroDivisionError: engagement of nobody"
)


def batch_of(folder, runs, scenario=SWEPT):
    plan = make_plan(scenario, points_of=points_of, source="s")
    return batch(plan, out=folder, run=runs, outcomes=OUTCOMES, progress=False, workers=1)


@pytest.fixture
def failing(tmp_path):
    with pytest.warns(MissingRunsWarning):
        batch_of(tmp_path / "failing", failing_run)
    return tmp_path / "failing"


def half_gone(scenario, replication=0):
    """Every run of the largest share fails."""
    if scenario.strategy.share_to_border == 0.3:
        raise ValueError("no \x1b[2J ground\nsecond line")
    return run(scenario, replication)


def test_a_quiet_batch_warns_of_its_failed_runs(tmp_path):
    with pytest.warns(MissingRunsWarning) as told:
        batch_of(tmp_path / "x", failing_run)
    (text,) = [str(each.message) for each in told]
    assert "1 of 12 runs failed." in text and FAILED in text and "may be a biased sample" in text
    assert told[0].filename == __file__  # the line of the caller, not one of this package


def test_every_reader_of_runs_warns_once_for_each_opened_folder(failing):
    readers = (
        Results.runs,
        Results.weekly,
        Results.events,
        Results.layers,
        Results.compare,
        lambda each: each.sql("from runs"),
    )
    for read in readers:
        results = Results.open(failing)
        with pytest.warns(MissingRunsWarning, match="1 of 12 runs failed"):
            read(results)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            read(results)


def test_a_whole_folder_warns_of_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        results = batch_of(tmp_path / "whole", run)
        results.runs()
        assert (
            not results.missing()
            and results.missing().sentences() == []
            and "missing" not in repr(results)
        )


def test_the_representation_names_the_arm_and_the_first_reason(failing):
    told = repr(Results.open(failing))
    assert (
        "'FAILED': 1" in told
        and "missing in: static share_to_border=0.3; first reason: ZeroDivisionError" in told
    )


def test_the_comparison_tells_the_pairs_that_each_arm_used(failing):
    comparison = compare(Results.open(failing))
    assert [(each.label, each.used, each.planned) for each in comparison.pairs] == [
        ("static share_to_border=0", 3, 3),
        ("static share_to_border=0.1", 3, 3),
        ("static share_to_border=0.3", 2, 3),
    ]
    text = printed(comparison)
    assert (
        "Runs are missing: 1 of 12 runs failed." in text
        and FAILED in text
        and "biased sample" in text
    )
    assert "Pairs compared: static 30 % 2 of 3; every other arm has all of its pairs." in text
    (line,) = [line for line in text.splitlines() if line.startswith("   static 30 %")]
    assert line.startswith("   static 30 %, 2 of 3 pairs ") and "[" in line


def test_an_arm_without_a_pair_is_a_row_and_not_left_out(tmp_path):
    with pytest.warns(MissingRunsWarning):
        results = batch_of(tmp_path / "x", half_gone)
    comparison = compare(results)
    text = printed(comparison)
    assert set(comparison.table["label"]) == {
        "static share_to_border=0",
        "static share_to_border=0.1",
    }
    rows = [line.strip() for line in text.splitlines() if "no pair finished" in line]
    assert rows == ["static 30 %, 0 of 3 pairs: no pair finished"]
    rows = printed(compare(results, outcomes="vacuum_vraem")).splitlines()
    (row,) = [line.split() for line in rows if "no pair finished" in line]
    assert row[:3] == ["static", "30", "%"] and row[-6:-3] == ["0", "of", "3"]
    assert "first reason: ValueError: no ?[2J ground." in text and "second line" not in text


def test_json_has_the_same_as_data(failing, capsys):
    assert main(["compare", str(failing), "--json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    (arm,) = found["missing"]["arms"]
    assert (arm["label"], arm["planned"], arm["failed"], arm["pending"]) == (
        "static share_to_border=0.3",
        3,
        1,
        0,
    )
    assert [each["used"] for each in found["pairs"]] == [3, 3, 2]
    assert (
        err.startswith(f"warning: {failing}: 1 of 12 runs failed.") and len(err.splitlines()) == 1
    )


def test_status_names_the_arms_too(failing, capsys):
    assert main(["status", str(failing)]) == 0
    out, err = capsys.readouterr()
    assert f"{FAILED}." in out.splitlines() and err == ""


def test_a_folder_without_finished_runs_says_why(tmp_path):
    def nobody(scenario, replication=0):
        raise ValueError("nobody came")

    with pytest.warns(MissingRunsWarning) as told:
        results = batch_of(tmp_path / "x", nobody)
    assert "biased" not in str(told[0].message)  # nothing is left to be biased
    with pytest.raises(
        ResultsError, match=r"no finished run to compare yet\. 12 of 12 runs failed\..*nobody came"
    ):
        compare(results)


def test_runs_that_are_not_done_are_told_by_arm():
    points = {"h": "hold", "s": "static", "s@1": "static"}
    found = missing_of(
        points, 9, {"1": "hold", "2": "static"}, [{"run_id": "3", "label": "static", "error": "E"}]
    )
    assert [str(arm) for arm in found.arms] == [
        "hold: 2 of 3 runs are not done",
        "static: 1 of 6 runs failed and 4 are not done; first reason: E",
    ]
    assert (found.failed, found.pending, found.planned) == (1, 6, 9)
    assert not missing_of(
        points, 3, dict.fromkeys("abc", "hold") | {"x": "static", "y": "static"}, []
    )


def test_a_failed_run_that_succeeded_later_does_not_count():
    assert not missing_of(
        {"h": "hold"}, 1, {"1": "hold"}, [{"run_id": "1", "label": "hold", "error": "E"}]
    )
    assert not Missing()


def test_an_arm_that_equals_its_baseline_bit_for_bit_had_no_effect(tmp_path):
    results = batch_of(tmp_path / "x", run)
    comparison = compare(results, outcomes="vacuum_vraem")
    assert [each.label for each in comparison.without_effect] == ["static share_to_border=0"]
    assert "No effect: static 0 % equals hold bit for bit in each of its 3 runs." in printed(
        comparison
    )
    assert json.loads(comparison.to_json())["without_effect"] == ["static share_to_border=0"]


def test_an_arm_that_differs_in_one_outcome_of_one_run_had_an_effect(tmp_path):
    def nearly(scenario, replication=0):
        records = run(scenario, replication)
        if scenario.strategy.name == "static" and replication == 2:
            records.outcomes["delivered_kg_border"] *= 1 + 2**-52  # the last bit
        return records

    comparison = compare(
        batch_of(tmp_path / "x", nearly, replace(SWEPT, sweep={})), outcomes="vacuum_vraem"
    )
    assert comparison.without_effect == () and "No effect" not in printed(comparison)
    assert set(comparison.table["verdict"]) == {"= 0 exactly"}  # of the one outcome asked for


def printed(comparison):
    text = io.StringIO()
    print_comparison(comparison, Console(file=text, width=1_000))
    return text.getvalue()
