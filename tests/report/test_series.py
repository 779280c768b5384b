import math

import numpy as np
import pandas as pd
import pytest
from known_runs import ARRIVE, LEAVE, WEEKS, folder, world_of
from matplotlib.figure import Figure

from sim.batches import ResultsError
from sim.report import series


def read(results, name, point=None):
    arm = series.arm_of(results, point)
    return series.read(results, series.chosen(arm, [name]), arm)[name]


def test_the_middle_point_is_shown_and_any_other_by_name(results):
    assert series.arm_of(results).label == "static share_to_border=0.1"
    for name in (
        "static 30 %",
        "static share_to_border=0.3",
        series.arm_of(results, "static 30 %").label,
    ):
        arm = series.arm_of(results, name)
        assert (arm.label, arm.hold) == ("static share_to_border=0.3", "hold")
    assert series.arm_of(results, "hold").hold is None


def test_difference_is_that_of_pairs_week_by_week(results):
    found = read(results, "vacuum_vraem", "static 30 %")
    assert list(found.values.index) == list(range(WEEKS - 1)), "the short last week is left out"
    assert found.pairs == 6
    assert found.difference["mean"].to_numpy() == pytest.approx(0.3 * np.arange(WEEKS - 1))
    # The common world cancels in the pairs: no spread is left, though runs differ by up to .1.
    assert found.difference["high"].to_numpy() == pytest.approx(found.difference["low"].to_numpy())
    assert found.values.loc[0, (0, 3)] == pytest.approx(0.3 + 0.1 * world_of(3))
    assert found.values.loc[2].std() > 0.01


def test_people_under_armed_rule_are_summed_over_a_region(results):
    in_vraem, at_border = (
        read(results, f"people_armed_{region}", "hold").values for region in ("vraem", "border")
    )
    assert in_vraem.loc[3, (0, 2)] == pytest.approx(10_000 * (0.3 + 0.1 * world_of(2)))
    assert (at_border == 100.0).all(axis=None), "50 people in each of two theatres"


def test_a_column_of_another_name_does_not_stand_for_a_series(tmp_path):
    """`people` is no part of `people_armed`: a folder without the latter has no such series."""
    first = folder(tmp_path / "first", replications=1, armed=False)
    with pytest.raises(ResultsError, match="no 'people_armed_vraem' in these results"):
        series.weekly(first, "people_armed_vraem")
    assert series.weekly(first, "people_vraem")


def test_every_series_is_in_the_folder_of_a_real_batch(results_with_layers):
    arm = series.arm_of(results_with_layers, "static 30 %")
    found = series.read(results_with_layers, series.chosen(arm, list(series.SERIES)), arm)
    for name, each in found.items():
        assert each.values.shape == (10, 3) and each.values.notna().all(axis=None), name
    for name in ("people_armed_vraem", "people_armed_border", "fighters_mpcp"):
        assert (found[name].values > 0).all(axis=None), name


def test_interval_is_students_t_and_needs_two():
    values = pd.DataFrame([[1.0, 2.0, 4.0, np.nan], [1.0, np.nan, np.nan, np.nan]])
    mean, low, high = series.interval(values).loc[0]
    half = 4.302652729911275 * np.std([1, 2, 4], ddof=1) / math.sqrt(3)  # 2 degrees of freedom
    assert (mean, low, high) == pytest.approx((7 / 3, 7 / 3 - half, 7 / 3 + half))
    assert np.isnan(series.interval(values).loc[1, ["low", "high"]].astype(float)).all()


def test_flows_are_means_of_four_weeks_and_states_are_not(results):
    found = read(results, "attacks_vraem")
    assert found.values[0, 0].to_list() == [0.0, 0.5, 1.0, 1.5, 2.5, 3.5, 4.5]
    assert read(results, "attacks_loreto").values[0, 0].to_list() == [0, 1, 2, 3, 4, 5, 6], (
        "a column by its name is shown as it is"
    )
    assert (read(results, "delivered_kg_border").values == 3.0).all(axis=None), (
        "three exits, in tonnes"
    )


def test_runs_of_one_future_count_once_for_the_interval(results):
    table = results.sql(
        "select label, replication % 3 as future, replication, week, sum(vacuum) as v "
        "from weekly join runs using (run_id) group by 1, 2, 3, 4"
    )
    table["v"] += np.where(table["label"] == "hold", 0.0, 0.01 * table["future"])
    shown = series.arm_of(results)
    arm = series.Arm("static share_to_border=0.3", "hold", shown.start, shown.columns, shown.short)
    found = series.paired(
        series.SERIES["vacuum_vraem"], table[["label", "future", "replication", "week", "v"]], arm
    )
    half = 4.302652729911275 * 0.01 / math.sqrt(3)  # three futures, not six runs
    assert found.pairs == 6
    assert (found.difference["high"] - found.difference["mean"]).to_numpy() == pytest.approx(half)


def test_the_weeks_of_the_move(results):
    for share, expected in (("30 %", (LEAVE, ARRIVE)), ("0 %", None)):
        away, there = (read(results, name, f"static {share}").difference for name in series.PEOPLE)
        assert series.move(away, there) == expected


def test_figures_show_the_series(results):
    picture = results.plot_weekly(["vacuum_vraem", "delivered_kg_border"], "static 30 %")
    assert isinstance(picture, Figure)
    above, _, below, _ = picture.axes
    median = next(line for line in above.lines if line.get_label() == "static 30 % (6 runs)")
    assert median.get_ydata() == pytest.approx(
        read(results, "vacuum_vraem", "static 30 %").values.median(axis=1)
    )
    assert below.lines[-1].get_ydata() == pytest.approx(0.3 * np.arange(WEEKS - 1))
    assert above.get_legend().get_texts()[0].get_text() == f"move, week {LEAVE} to {ARRIVE}"
    assert len(results.plot_weekly("vacuum_vraem", "hold").axes) == 1, "hold has nothing beneath"


def test_names_in_labels_are_text_to_the_query(tmp_path):
    from known_runs import Scenario

    odd = "area' or 1=1 -- $x$ <b>"
    results = folder(tmp_path / "odd", Scenario(sweep={"strategy.tasking_vraem": (odd, "line")}), 2)
    arm = series.arm_of(results, f"static share_to_border=0 tasking_vraem={odd}")
    found = series.read(results, series.chosen(arm, ["vacuum_vraem"]), arm)["vacuum_vraem"]
    assert found.values.shape == found.hold.shape == (WEEKS - 1, 2)


@pytest.mark.parametrize(
    "name, point, words",
    [
        ("vacum_vraem", None, "did you mean 'vacuum_vraem'"),
        ("people_vrame", None, "did you mean 'people_vraem'"),
        ("---", None, "expected a column and a region"),
        ("vacuum_vraem", "static 31 %", "did you mean 'static 30 %'"),
        ("vacuum_vraem", "zzz", "finished: hold, static 0 %"),
        ("fighters_mpcp", None, "no 'fighters_mpcp' in these results"),
    ],
)
def test_what_is_not_there_is_told_with_a_near_name(results, name, point, words):
    with pytest.raises(ResultsError, match=words):
        series.weekly(results, name, point)
