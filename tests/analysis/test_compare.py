import io
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.analysis.compare import compare
from sim.analysis.paired import mean_of
from sim.analysis.printed import HEADLINE, needs, print_comparison
from sim.batches import Missing, ResultsError

N = 8
WORLDS = np.random.default_rng(5).normal(0, 1, N)
ABOUT = {
    "vacuum_vraem": {
        "unit": "share",
        "label": "mean vacuum in the VRAEM",
        "direction": "less is better",
    },
    "delivered_kg_border": {
        "unit": "kg",
        "label": "delivered by border exits",
        "direction": "less is better",
    },
    "delivered_kg_total": {
        "unit": "kg",
        "label": "delivered in all",
        "direction": "less is better",
    },
    "cost_musd": {"unit": "million USD", "label": "cost", "direction": "less is better"},
    "leaders_killed_vraem": {
        "unit": "persons",
        "label": "leaders killed",
        "direction": "more is better",
    },
}


class Folder:
    """What `compare` asks of a results folder, with results that are known: shares 0, 0.1 and 0.3, and their `hold`."""

    path = Path("folder")

    def missing(self):
        return Missing(planned=N * len(self.design()))

    def design(self):
        labels = [
            "hold",
            "static share_to_border=0",
            "static share_to_border=0.1",
            "static share_to_border=0.3",
        ]
        return pd.DataFrame(
            {
                "point_id": ["h", "s0", "s1", "s3"],
                "label": labels,
                "strategy": ["hold", *["static"] * 3],
                "hold_id": "h",
                "future": 0,
                "horizon_days": 730,
                "x.strategy.share_to_border": [0.0, 0.0, 0.1, 0.3],
                "scenario": [
                    json.dumps({"strategy": {"name": name, "share_to_border": share}})
                    for name, share in (
                        ("hold", 0.0),
                        ("static", 0.0),
                        ("static", 0.1),
                        ("static", 0.3),
                    )
                ],
            }
        )

    def runs(self):
        rows = []
        for point_id, share in (("h", 0), ("s0", 0), ("s1", 0.1), ("s3", 0.3)):
            for replication, world in enumerate(WORLDS):
                averted = share * (10_000 + 500 * world)
                row = {
                    "run_id": f"{point_id}{replication}",
                    "point_id": point_id,
                    "future": 0,
                    "replication": replication,
                }
                row |= {
                    "vacuum_vraem": 0.4 + 0.02 * world + share * (0.5 + 0.05 * world),
                    "cost_musd": 50 + 10 * share,
                }
                row |= {
                    "delivered_kg_border": 90_000 + 9_000 * world - averted,
                    "delivered_kg_total": 300_000 + world - 0.6 * averted,
                }
                row |= {"leaders_killed_vraem": float((replication * 7 + (3 if share else 0)) % 3)}
                rows.append(row)
        return pd.DataFrame(rows)

    def outcomes(self):
        return ABOUT


def row_of(comparison, point_id, outcome):
    table = comparison.table
    (row,) = table[(table["point_id"] == point_id) & (table["outcome"] == outcome)].to_dict(
        "records"
    )
    return row


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
    # Paired, the common world drops out: unpaired it alone would be 0.02, three times this half-width.
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
    assert row_of(comparison, "s3", "displaced_share")["difference"] == pytest.approx(0.4, abs=1e-3)
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


def printed(comparison):
    text = io.StringIO()
    print_comparison(comparison, Console(file=text, width=120))
    return text.getvalue()


def test_the_headline_has_one_line_per_point_within_120_columns():
    text = printed(compare(Folder(), outcomes=HEADLINE))
    lines = [line.strip() for line in text.splitlines()]
    assert max(map(len, lines)) <= 120
    (line,) = [line for line in lines if line.startswith("static 30 %")]
    assert (
        "+3.000 [3.000, 3.000]" in line and "+2.96 [2.86, 3.06]" in line and line.endswith(str(N))
    )
    (zero,) = [line for line in lines if line.startswith("static 0 %")]
    assert zero.count("= 0 exactly") == 4
    assert [line for line in lines if line.startswith("hold ") and "[" not in line]
    assert "not forecasts" in text and "common random numbers" in text
    below = lines[
        lines.index(
            "Hypothetical: the redeployment rests on one unconfirmed press report. Read rankings and ranges, not forecasts."
        ) :
    ]
    assert 3 <= len(below) <= 6


def test_long_labels_and_large_numbers_stay_whole_at_120_columns():
    folder = Folder()
    runs, design = folder.runs(), folder.design()
    for column in ("label", "scenario"):
        design[column] = design[column].str.replace("static", "triggered-return")
    noise = np.tile(WORLDS, 4) * (runs["point_id"] == "s3")
    runs["delivered_kg_border"] -= 30_000 * noise
    runs["cost_musd"] += 150 * noise
    runs["vacuum_vraem"] += 0.04 * noise
    folder.runs, folder.design = lambda: runs, lambda: design
    text = printed(compare(folder, outcomes=HEADLINE))
    (line,) = [
        line for line in text.splitlines() if line.strip().startswith("triggered-return 30 %")
    ]
    assert (
        "…" not in text
        and line.count("[") == line.count("]") == 4
        and line.rstrip().endswith(str(N))
    )
    assert line.count("?") == 2  # averted and cost now vary more than they differ


def test_what_is_worse_by_an_unsure_amount_is_not_called_in_question():
    folder = Folder()
    runs = folder.runs()
    runs.loc[runs["point_id"] == "s3", "cost_musd"] += 3 * WORLDS
    folder.runs = lambda: runs
    (line,) = [
        line
        for line in printed(compare(folder, outcomes=["cost_musd"])).splitlines()
        if line.strip().startswith("static 30 %")
    ]
    assert "?" not in line and "worse (its size: n = " in line


def test_a_waiting_time_shows_how_many_runs_are_censored():
    folder = Folder()
    runs = folder.runs()
    runs["recovery_days_vraem"] = np.where(
        runs["point_id"] == "h", 100.0 + runs["replication"], 730.0
    )
    runs["recovery_censored_vraem"] = np.where(
        runs["point_id"] == "h", runs["replication"] < 2, runs["replication"] < 5
    ).astype(float)
    about = {"unit": "days", "label": "recovery", "direction": "less is better"}
    folder.runs, folder.outcomes = lambda: runs, lambda: ABOUT | {"recovery_days_vraem": about}
    comparison = compare(folder, outcomes=["recovery_days_vraem", "cost_musd"])
    row = row_of(comparison, "s3", "recovery_days_vraem")
    assert (row["baseline_censored"], row["censored"]) == (2, 5)
    assert math.isnan(row_of(comparison, "s3", "cost_musd")["censored"])
    text = printed(comparison)
    (line, other) = [line for line in text.splitlines() if line.strip().startswith("static 30 %")]
    assert (
        " 2, 5 " in line
        and "2, 5" not in other
        and "had not come by the end" in text
        and max(map(len, text.splitlines())) <= 120
    )


@pytest.mark.parametrize(
    "label",
    ["go share_to_border=soon", "a share_to_border=nan", "[red]x[/red]", "[/bad]", "$\\frac{a$"],
)
def test_a_users_own_label_stands_as_it_is(label):
    class Labelled(Folder):
        def design(self):
            return super().design().replace({"label": {"static share_to_border=0.1": label}})

    assert f"\n {label} " in printed(compare(Labelled(), outcomes="cost_musd"))
    assert f"\n {label.split(' ')[0]} " in printed(compare(Labelled()))  # a long one is folded


def test_an_outcome_asked_for_has_a_table_of_its_own():
    text = printed(compare(Folder(), outcomes=["exchange_rate", "leaders_killed_vraem"]))
    assert "exchange_rate: hundredths of VRAEM vacuum" in text
    assert "leaders killed (persons)" in text
    assert "not defined" in text and max(map(len, text.splitlines())) <= 120


class Futures(Folder):
    """The same strategies in three futures; in future k the share opens k + 1 times the vacuum, and vacuum and cost start higher."""

    def design(self):
        frames = []
        for future in (2, 0, 1):  # the order of rows must not matter
            frame = super().design().assign(future=future)
            if future:
                frame[["point_id", "hold_id"]] += f"@{future}"
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def runs(self):
        frames = []
        for future in (0, 1, 2):
            frame = super().runs().assign(future=future)
            share = frame["point_id"].map({"h": 0, "s0": 0, "s1": 0.1, "s3": 0.3})
            frame["vacuum_vraem"] += future * (0.1 + share * 0.5)
            frame["point_id"] += f"@{future}" if future else ""
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


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


def test_the_printed_table_says_that_intervals_are_over_futures():
    console = Console(file=io.StringIO(), width=120)
    print_comparison(compare(Futures()), console)
    said = " ".join(console.file.getvalue().split())
    assert (
        "3 futures: n counts pairs (future x replication), and the intervals are over the means of the futures"
        in said
    )
    assert "chance, and the sampled parameters" in said
    console = Console(file=io.StringIO(), width=120)
    print_comparison(compare(Folder()), console)
    assert "futures" not in console.file.getvalue()
