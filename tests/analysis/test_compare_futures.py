"""A comparison over several futures: one row per arm, and intervals over the futures."""

import math

import numpy as np
import pytest
from known_folders import WORLDS, Folder, Futures, N, row_of

from sim.analysis.compare import compare
from sim.analysis.paired import mean_of
from sim.analysis.printed import needs


def test_an_arm_is_one_row_pooled_over_its_futures():
    comparison = compare(Futures())
    table = comparison.table
    assert list(table.loc[table["outcome"] == "vacuum_vraem", "label"]) == list(
        Folder().design()["label"][1:]
    )
    assert comparison.baselines == {"s0": "h", "s1": "h", "s3": "h"}
    row = row_of(comparison, "s3", "vacuum_vraem")
    of_future = np.array(
        [(0.3 * (0.5 + 0.05 * WORLDS)).mean() + future * 0.15 for future in (0, 1, 2)]
    )
    half = (
        4.302652729911275 * of_future.std(ddof=1) / math.sqrt(3)
    )  # Student's t, 2 degrees of freedom: one per future, not per pair
    assert (row["n"], row["futures"]) == (3 * N, 3)
    assert row["difference"] == pytest.approx(of_future.mean())
    assert (row["low"], row["high"]) == (
        pytest.approx(of_future.mean() - half),
        pytest.approx(of_future.mean() + half),
    )
    assert row["mean"] - row["baseline_mean"] == pytest.approx(row["difference"])
    assert row_of(comparison, "s0", "vacuum_vraem")["verdict"] == "= 0 exactly"


def test_pairs_join_on_future_and_replication():
    folder = Futures()
    runs = folder.runs()
    lost = (runs["future"] == 1) & (runs["replication"] == 2) & (runs["point_id"] == "h@1")
    folder.runs = lambda: runs[~lost].sample(frac=1, random_state=3)
    row = row_of(compare(folder), "s3", "vacuum_vraem")
    kept = [np.delete(WORLDS, 2) if future == 1 else WORLDS for future in (0, 1, 2)]
    means = [
        (0.3 * (0.5 + 0.05 * worlds)).mean() + future * 0.15 for future, worlds in enumerate(kept)
    ]
    assert row["n"] == 3 * N - 1 and row["difference"] == pytest.approx(np.mean(means))


def test_what_a_comparison_over_futures_lacks_is_futures():
    values = np.array([0.0, 1.0, 5.0])
    alone, pooled = mean_of(values), mean_of(values.repeat(N), futures=np.arange(3).repeat(N))
    assert (pooled.n, pooled.futures) == (3 * N, 3)
    assert (
        needs({"n": pooled.n, "futures": pooled.futures, "n_needed": pooled.n_needed})
        == f"{alone.n_needed:.0f} futures"
    )
    assert needs({"n": 3, "futures": 1, "n_needed": alone.n_needed}) == f"{alone.n_needed:.0f}"


@pytest.mark.parametrize(
    "baseline", ["static share_to_border=0.1", "s1", "s1@2", "share_to_border=0.1"]
)
def test_a_baseline_is_an_arm_in_all_its_futures(baseline):
    comparison = compare(Futures(), baseline)
    assert set(comparison.baselines) == {"h", "s0", "s3"} and set(
        comparison.baselines.values()
    ) == {"s1"}
    assert row_of(comparison, "s3", "cost_musd")["n"] == 3 * N
