"""The printed comparison: what its lines say and how wide they are."""

import io
import math

import numpy as np
import pytest
from known_folders import ABOUT, WORLDS, Folder, Futures, printed, row_of
from rich.console import Console

from sim.analysis.compare import compare
from sim.analysis.printed import print_comparison


def test_a_headline_of_two_years_is_read_at_the_end():
    """The known folder has kilograms and the cost; its level of hold stands beside the words."""
    text = printed(compare(Folder()))
    lines = [line.strip() for line in text.splitlines()]
    assert max(map(len, lines)) <= 120 and "Peru, 730 days" in text
    levels, zero, some, most = (
        next(line for line in lines if line.startswith(words))
        for words in ("kept from the border", "static 0 %", "static 10 %", "static 30 %")
    )
    assert levels == "kept from the border exits, t"
    assert "= 0 exactly" in zero and "[" in some and "[" in most
    assert "+2.96 [2.86, 3.06]  diverted 40 %" in text  # 3 t of 10, of which .4 left elsewhere
    assert "+3.000 [3.000, 3.000]" in text and "cost, million USD: hold" in text
    assert "not forecasts" in text and "common random numbers" in text and "over 8 pairs" in text
    assert "Do not add rows" in text and "vacuum_vraem" not in text


def test_an_outcome_is_found_by_its_former_name_too():
    comparison = compare(Folder(), outcomes="displaced_share")
    assert comparison.asked == ("diverted_share",) and "diverted_share:" in printed(comparison)


def test_long_labels_and_large_numbers_stay_whole_at_120_columns():
    folder = Folder()
    runs, design = folder.runs(), folder.design()
    for column in ("label", "scenario"):
        design[column] = design[column].str.replace("static", "triggered-return")
    noise = np.tile(WORLDS, 4) * (runs["point_id"] == "s3")
    runs["delivered_kg_border"] -= 30_000 * noise
    runs["cost_musd"] += 150 * noise
    folder.runs, folder.design = lambda: runs, lambda: design
    lines = printed(compare(folder)).splitlines()
    found = [line for line in lines if line.strip().startswith("triggered-return 30 %")]
    assert (
        len(found) == 3 and max(map(len, lines)) <= 120 and not any("…" in line for line in lines)
    )
    assert [line.count("[") - line.count("]") for line in found] == [0, 0, 0]
    # What was kept and the cost now vary more than they differ.
    assert [line.count("?") for line in found] == [0, 1, 1]


def test_a_clear_loss_of_uncertain_size_gets_no_question_mark():
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
    assert f"\n   {label} " in printed(compare(Labelled()))


def test_an_outcome_asked_for_has_a_table_of_its_own():
    text = printed(compare(Folder(), outcomes=["exchange_rate", "leaders_killed_vraem"]))
    assert "exchange_rate: hundredths of VRAEM vacuum" in text
    assert "leaders killed (persons)" in text
    assert "not defined" in text and max(map(len, text.splitlines())) <= 120


def test_the_printed_table_says_that_intervals_are_over_futures():
    console = Console(file=io.StringIO(), width=120)
    print_comparison(compare(Futures()), console)
    said = " ".join(console.file.getvalue().split())
    assert "3 futures: n counts pairs (future x replication), and the intervals are" in said
    assert "and the intervals are over the means of the futures" in said
    assert "chance, and the sampled parameters" in said
    console = Console(file=io.StringIO(), width=120)
    print_comparison(compare(Folder()), console)
    assert "futures" not in console.file.getvalue()
