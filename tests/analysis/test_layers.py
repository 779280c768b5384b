"""Means and paired differences by community, against the tables of the folder itself."""

import shutil

import numpy as np
import pytest
from scipy.stats import ttest_rel

from sim.analysis.layers import change, layers_of
from sim.batches import Results, ResultsError, batch

DAYS = (0, 21, 42, 63, 70)
BARE = """
schema = 1
[time]
horizon_days = 7
burn_in_days = 7
[map]
resolution_km = 10
[strategy]
name = "static"
share_to_border = 0.3
[replications]
count = 1
"""  # records no layers


@pytest.fixture(scope="module")
def moved(results_with_layers):
    return layers_of(results_with_layers, "static 30 %")


@pytest.fixture(scope="module")
def table(results_with_layers):
    """Snapshots with the label and replication of their run."""
    return results_with_layers.layers().merge(
        results_with_layers.runs()[["run_id", "label", "replication"]], on="run_id"
    )


def pairs_of(table, label, quantity, day):
    """f8[replications, places] by pandas."""
    rows = table[(table["label"] == label) & (table["day"] == day)]
    return rows.pivot(index="replication", columns="place", values=quantity).to_numpy(float)


def test_the_armed_share_is_the_mean_of_the_table(moved, table):
    assert (moved.n, moved.days, moved.resolution_km) == (3, DAYS, 10)
    for day in DAYS:
        armed = pairs_of(table, "static share_to_border=0.3", "armed", day)
        assert moved.armed(day) == pytest.approx(armed.mean(axis=0), abs=1e-12)
    assert 0 < moved.armed(70).max() <= 1


def test_flows_are_tonnes_a_year_between_two_days(moved, table):
    for quantity in ("attempted_kg", "seized_kg"):
        early, late = (
            pairs_of(table, "static share_to_border=0.3", quantity, day).mean(axis=0)
            for day in (21, 70)
        )
        assert moved.flow(quantity, 21, 70) == pytest.approx((late - early) / 1000 / (49 / 365))
        assert moved.flow(quantity, 21, 70).sum() > 0


def test_differences_are_paired_by_replication(moved, table):
    here, there = (
        pairs_of(table, label, "armed", 70) for label in ("static share_to_border=0.3", "hold")
    )
    found = moved.armed_change(70)
    assert found.mean == pytest.approx((here - there).mean(axis=0), abs=1e-12)
    differs = ~found.zero & (np.ptp(here - there, axis=0) > 0)
    p = ttest_rel(here[:, differs], there[:, differs]).pvalue
    assert differs.sum() > 20 and list(found.clear[differs]) == list(p < 0.05)
    assert 0 < found.clear.sum() < len(found.clear)


def test_a_share_of_0_changes_nothing_anywhere(results_with_layers):
    still = layers_of(results_with_layers, "static 0 %")
    assert still.arrived is None
    for found in (still.armed_change(70), still.flow_change("seized_kg", 0, 70)):
        assert found.zero.all() and not found.clear.any() and (found.mean == 0).all()


def test_the_move_ends_at_the_first_snapshot_with_all_units_in_place(moved, results_with_layers):
    people = results_with_layers.sql(
        """
        select week, avg(people) filter (label like 'static%0.3')
            - avg(people) filter (label = 'hold') as more
        from weekly join runs using (run_id)
        where theatre in ('loreto', 'cajamarca') group by week order by week
        """
    )["more"]
    assert people.max() > 1_000
    assert people[moved.arrived // 7 - 1] > 0.95 * people.max()
    assert all(
        people[day // 7 - 1] < 0.95 * people.max() for day in DAYS[1:] if day < moved.arrived
    )


def test_hold_has_levels_only(results_with_layers):
    hold = layers_of(results_with_layers, "hold")
    assert hold.hold is None and hold.arrived is None and 0 < hold.armed(70).mean() < 1


def test_one_pair_gives_no_clear_difference():
    one = change(np.array([[1.0, 2.0]]), np.array([[0.0, 2.0]]))
    assert not one.clear.any() and list(one.zero) == [False, True] and list(one.mean) == [1.0, 0.0]
    equal_shift = change(np.array([[1.0], [2.0]]), np.array([[0.0], [1.0]]))
    assert equal_shift.clear.all()


def test_changes_over_futures_use_the_means_of_the_futures():
    """Count three futures, not twelve worlds: an interval over pairs would exclude 0."""
    futures = np.repeat([0, 1, 2], 4)
    within = np.tile([-0.1, 0.1, -0.1, 0.1], 3)
    effect = np.array([[0.2, 1.0], [1.0, 1.1], [2.5, 0.9]])
    pairs = effect[futures] + within[:, None]
    found = change(pairs, np.zeros_like(pairs), futures)
    assert found.mean == pytest.approx(effect.mean(axis=0))
    assert found.clear.tolist() == [False, True] and change(pairs, np.zeros_like(pairs)).clear.all()


def test_an_arm_has_its_snapshots_in_all_futures(tmp_path, results_with_layers):
    from sim.batches import batch, make_plan
    from sim.scenario import load_scenario

    whole = load_scenario(
        results_with_layers.path.parent / "ten_weeks.toml", {"time.horizon_days": 28}
    )
    futures = {"samples": 1, "parameters": ["presence.felt_up_days"]}
    scenario = type(whole).model_validate(
        whole.model_dump(exclude={"futures"}) | {"futures": futures}
    )
    found = batch(
        make_plan(scenario, replications=2), out=tmp_path / "results", workers=1, progress=False
    )
    arm = layers_of(found, "static 30 %")
    assert arm.n == 4 and arm.futures.tolist() == [0, 0, 1, 1]
    other = found.design().query(
        "label == @arm_label and future == 1",
        local_dict={"arm_label": "static share_to_border=0.3"},
    )
    assert layers_of(found, other["point_id"].iloc[0]).n == 4
    rows = (
        found.layers()
        .merge(found.runs()[["run_id", "label"]])
        .query("label == 'hold' and day == 28")
    )
    assert layers_of(found, "hold").armed(28) == pytest.approx(
        rows.groupby("place")["armed"].mean().to_numpy(float), abs=1e-6
    )


def test_errors_name_what_is_missing(results_with_layers, tmp_path):
    with pytest.raises(ResultsError, match=r"point: no point 'statc 30 %'; did you mean"):
        layers_of(results_with_layers, "statc 30 %")
    shutil.copytree(
        results_with_layers.path, tmp_path / "lost", ignore=shutil.ignore_patterns("layers")
    )
    with pytest.raises(
        ResultsError,
        match=r"layers.part-\w+\.parquet: missing; the same command that made the folder",
    ):
        layers_of(Results.open(tmp_path / "lost"), "static 30 %")
    (tmp_path / "bare.toml").write_text(BARE)
    bare = batch(tmp_path / "bare.toml", out=tmp_path / "bare", workers=1, progress=False)
    with pytest.raises(
        ResultsError, match=r"no map layers of static 30 %; set record.layers_every_days"
    ):
        layers_of(bare, "static 30 %")
