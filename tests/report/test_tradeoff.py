import numpy as np
import pytest
from known_runs import folder, world_of
from matplotlib.figure import Figure

from sim import Results
from sim.analysis.compare import compare
from sim.batches import ResultsError
from sim.report.tradeoff import PAID, marks, tradeoff

WORLDS = np.array([world_of(replication) for replication in range(6)])


def test_marks_are_paired_changes_and_tonnes_a_year(results):
    found = marks(results, compare(results), "averted_kg_border").set_index("label")
    row = found.loc["static share_to_border=0.3"]
    assert row["x"] == pytest.approx(10_000 * (0.3 * (0.1 + 0.05 * WORLDS)).mean())
    assert row["y"] == pytest.approx((0.3 * (30 + WORLDS)).mean()), "the fake horizon is one year"
    assert row["x_low"] < row["x"] < row["x_high"] and row["clear"]
    assert found["clear"].to_dict() == {
        "static share_to_border=0": False,
        "static share_to_border=0.1": True,
        "static share_to_border=0.3": True,
    }
    assert not marks(results, compare(results), "averted_kg_total")["clear"].any()


def test_points_whose_interval_holds_0_are_hollow_and_all_are_named(results):
    picture = results.plot_tradeoff()
    assert isinstance(picture, Figure)
    fills = [
        [line.get_markerfacecolor() for line in axes.lines if line.get_marker() == "o"]
        for axes in picture.axes
    ]
    assert [[fill == "#ffffff" for fill in panel] for panel in fills] == [
        [True, False, False],
        [True, True, True],
    ]
    for axes in picture.axes:
        assert [text.get_text() for text in axes.texts] == ["hold", "0 %", "10 %", "30 %"]


def test_one_pair_is_drawn_hollow_without_intervals(tmp_path):
    one = folder(tmp_path / "one", replications=1)
    assert not marks(one, compare(one), "averted_kg_border")["clear"].any()
    assert isinstance(tradeoff(one), Figure)


def test_without_the_kilograms_there_is_one_clear_error(results, monkeypatch):
    known = results.outcomes()
    monkeypatch.setattr(Results, "outcomes", lambda self: {PAID: known[PAID]})
    with pytest.raises(ResultsError, match="averted_kg_border"):
        tradeoff(results)


def test_without_people_under_armed_rule_there_is_one_clear_error(tmp_path):
    with pytest.raises(ResultsError, match="outcome: no 'people_armed_vraem' in these results"):
        tradeoff(folder(tmp_path / "first", replications=1, armed=False))
