"""Comparisons with the baseline, pair by pair, against figures worked out by hand."""

import json
import math

import numpy as np
import pytest
from known_folders import WORLDS, Folder, N, row_of

from sim.analysis.compare import compare
from sim.batches import ResultsError


def test_paired_difference_and_interval_by_hand():
    row = row_of(compare(Folder()), "s3", "vacuum_vraem")
    differences = 0.3 * (0.5 + 0.05 * WORLDS)
    half = (
        2.3646242510102993 * differences.std(ddof=1) / math.sqrt(N)
    )  # Student's t, 7 degrees of freedom
    assert row["difference"] == pytest.approx(differences.mean())
    assert (row["low"], row["high"]) == (
        pytest.approx(differences.mean() - half),
        pytest.approx(differences.mean() + half),
    )
    assert row["mean"] - row["baseline_mean"] == pytest.approx(row["difference"])
    assert (row["share_better"], row["verdict"], row["n"], row["enough"]) == (0.0, "worse", N, True)
    assert row["x.strategy.share_to_border"] == 0.3
    # The common world cancels in the pairs: unpaired, it alone would give a half-width of 0.02.
    assert half < 0.02


def test_no_change_in_any_pair_is_exactly_zero():
    row = row_of(compare(Folder()), "s0", "vacuum_vraem")
    assert row["verdict"] == "= 0 exactly" and (row["low"], row["high"], row["difference"]) == (
        0,
        0,
        0,
    )


def test_derived_outcomes_by_hand():
    comparison = compare(Folder())
    averted = row_of(comparison, "s3", "averted_kg_border")
    kilograms = 0.3 * (10_000 + 500 * WORLDS)
    assert averted["difference"] == pytest.approx(kilograms.mean())
    assert (averted["share_better"], averted["verdict"]) == (1.0, "better")
    # 60 % of what is averted at the border is averted in all, so 40 % left elsewhere.
    assert row_of(comparison, "s3", "averted_kg_total")["difference"] == pytest.approx(
        0.6 * kilograms.mean()
    )
    assert row_of(comparison, "s3", "diverted_share")["difference"] == pytest.approx(0.4, abs=1e-3)
    rate = row_of(comparison, "s3", "exchange_rate")
    vacuum, tonnes_a_year = 0.3 * (0.5 + 0.05 * WORLDS), kilograms / 1_000 / 2
    assert rate["difference"] == pytest.approx(100 * vacuum.sum() / tonnes_a_year.sum())
    assert rate["boot_low"] < rate["difference"] < rate["boot_high"]
    nothing = row_of(comparison, "s0", "exchange_rate")
    assert math.isnan(nothing["difference"]) and nothing["verdict"] == "not defined"


def test_counted_rare_events_are_not_ranked_by_too_few_replications():
    row = row_of(compare(Folder()), "s3", "leaders_killed_vraem")
    assert row["n_needed"] > N or math.isinf(row["n_needed"]) or row["difference"] == 0
    noisy = Folder()
    runs = noisy.runs()
    runs.loc[runs["point_id"] == "s3", "leaders_killed_vraem"] += np.arange(N) % 4 - 1.0
    noisy.runs = lambda: runs
    assert row_of(compare(noisy), "s3", "leaders_killed_vraem")["verdict"] == "n too small to rank"


def test_pairs_join_on_the_replication_and_leave_out_nulls():
    folder = Folder()
    runs = folder.runs()
    runs.loc[(runs["point_id"] == "s3") & (runs["replication"] == 2), "vacuum_vraem"] = math.nan
    runs = runs.drop(runs[(runs["point_id"] == "h") & (runs["replication"] == 5)].index).sample(
        frac=1, random_state=1
    )
    folder.runs = lambda: runs
    row = row_of(compare(folder), "s3", "vacuum_vraem")
    kept = np.delete(WORLDS, [2, 5])
    assert row["n"] == N - 2
    assert row["difference"] == pytest.approx((0.3 * (0.5 + 0.05 * kept)).mean())
    assert row_of(compare(folder), "s3", "cost_musd")["n"] == N - 1


@pytest.mark.parametrize(
    "baseline",
    [
        "s1",
        "static share_to_border=0.1",
        "share_to_border=.1",
        "strategy=static,strategy.share_to_border=0.1",
    ],
)
def test_a_baseline_by_label_id_or_keys(baseline):
    comparison = compare(Folder(), baseline)
    assert set(comparison.baselines) == {"h", "s0", "s3"}
    assert row_of(comparison, "s3", "cost_musd")["difference"] == pytest.approx(2.0)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"baseline": "hald"}, "did you mean 'hold'"),
        ({"baseline": "share_to_bordr=0.1"}, "did you mean 'share_to_border'"),
        ({"baseline": "strategy=static"}, "fits 3 points"),
        ({"baseline": "share_to_border=0.9"}, "no point"),
        ({"outcomes": ["vacum_vraem"]}, "did you mean 'vacuum_vraem'"),
        ({"outcomes": ["averted_kg_bordr"]}, "did you mean 'averted_kg_border'"),
    ],
)
def test_unknown_names_are_told_with_a_near_one(options, words):
    with pytest.raises(ResultsError, match=words):
        compare(Folder(), **options)


def test_holm_is_over_the_whole_table():
    one, all_ = compare(Folder(), outcomes="vacuum_vraem").table, compare(Folder()).table
    mine = all_["outcome"].eq("vacuum_vraem").to_numpy()
    assert (all_["p_holm"][mine].to_numpy() >= one["p_holm"].to_numpy()).all()
    assert all_["p_holm"][mine].to_numpy()[1] > one["p_holm"].to_numpy()[1] > one["p"].to_numpy()[1]


def test_json_has_null_for_what_is_not_defined():
    answer = json.loads(compare(Folder()).to_json(), parse_constant=lambda name: pytest.fail(name))
    rates = {
        row["point_id"]: row["difference"]
        for row in answer["rows"]
        if row["outcome"] == "exchange_rate"
    }
    assert rates["s0"] is None and rates["s3"] > 0
