"""The headline: its tables in order, read at three and at eight years, with the levels of hold."""

from dataclasses import replace

import pandas as pd
import pytest
from known_folders import ABOUT, Folder, printed

from sim.analysis.compare import compare
from sim.analysis.headline import PARTS, outcomes_of_headline, readings, tables
from sim.names import FORMER_OUTCOMES, HORIZONS, outcome_in
from sim.simulation.outcomes.registry import OUTCOMES

PEOPLE = {"unit": "people", "label": "people", "direction": "less is better"}


class EightYears(Folder):
    """The known folder over eight years: people under arms rise by 1,000 and by 2,000 times the
    share in the VRAEM, and fall by half of that at the border."""

    horizon = 2_920

    def design(self):
        return super().design().assign(horizon_days=self.horizon)

    def runs(self):
        runs = super().runs()
        share = runs["point_id"].map({"h": 0.0, "s0": 0.0, "s1": 0.1, "s3": 0.3})
        world = runs["replication"] * 10.0
        for suffix, times in (("_3y", 1_000), ("_8y", 2_000), ("", 3_000)):
            runs[f"people_armed_vraem{suffix}"] = 10_000 + world + times * share
            runs[f"people_armed_border{suffix}"] = 25_000 + world - times * share / 2
            for exits in ("border", "total"):
                runs[f"delivered_kg_{exits}{suffix}"] = runs[f"delivered_kg_{exits}"]
        return runs

    def outcomes(self):
        return ABOUT | {
            f"{name}{suffix}": about
            for suffix in ("", *HORIZONS)
            for name, about in {
                "people_armed_vraem": PEOPLE,
                "people_armed_border": PEOPLE,
                "delivered_kg_border": ABOUT["delivered_kg_border"],
                "delivered_kg_total": ABOUT["delivered_kg_total"],
            }.items()
        }


def values(row):
    return [None if cell is None else round(cell["difference"], 6) for cell in row.cells]


def test_two_places_stand_side_by_side_at_three_and_at_eight_years():
    comparison = compare(EightYears())
    assert [each.words for each in readings(comparison)] == ["3 years", "8 years"]
    people, kilograms = tables(comparison)
    assert people.heads == (
        "VRAEM, 3 years",
        "border, 3 years",
        "VRAEM, 8 years",
        "border, 8 years",
    )
    assert people.together == 2
    level, *changes = people.rows
    assert level.words == "people x armed share: hold" and level.level
    assert [cell["baseline_mean"] for cell in level.cells] == [10_035, 25_035, 10_035, 25_035]
    assert [row.words for row in changes] == ["  static 0 %", "  static 10 %", "  static 30 %"]
    assert values(changes[0]) == [0, 0, 0, 0]
    assert values(changes[2]) == [300, -150, 600, -300]
    assert kilograms.heads == ("Peru, 3 years", "Peru, 8 years")
    cells = kilograms.rows[-1].cells
    assert [cell["outcome"] for cell in cells] == ["averted_kg_border_3y", "averted_kg_border_8y"]
    assert [cell["outcome"] for cell in kilograms.rows[-1].beside] == [
        "diverted_share_3y",
        "diverted_share_8y",
    ]


def test_the_printed_headline_is_whole_in_80_and_in_120_columns():
    text = printed(compare(EightYears()))
    assert "border, 8 years" in text and "diverted 40 %" in text
    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize(
    "days, words",
    [
        (364, ["364 days"]),
        (1_095, ["3 years"]),
        (1_826, ["3 years", "1,826 days"]),
        (2_920, ["3 years", "8 years"]),
        (3_650, ["3 years", "8 years"]),
    ],
)
def test_which_days_are_read_follows_from_the_horizon(days, words):
    comparison = replace(compare(EightYears()), horizons=(days, days))
    assert [each.words for each in readings(comparison)] == words


def test_arms_of_several_horizons_are_read_at_the_end_too():
    comparison = replace(compare(EightYears()), horizons=(364, 1_095))
    assert [each.words for each in readings(comparison)] == ["3 years", "the end"]


def test_a_folder_without_readings_is_read_at_the_end():
    """An older folder of three years has no outcome that ends in _3y."""
    comparison = replace(compare(Folder()), horizons=(1_095,))
    assert [each.words for each in readings(comparison)] == ["1,095 days"]


def test_arms_with_a_hold_of_their_own_each_have_their_level():
    class Two(EightYears):
        def design(self):
            design = super().design()
            other = design.iloc[[0]].assign(point_id="h2", label="hold b", hold_id="h2")
            design.loc[design["point_id"] == "s3", "hold_id"] = "h2"
            return pd.concat([design, other], ignore_index=True)

        def runs(self):
            runs = super().runs()
            again = runs[runs["point_id"] == "h"].assign(point_id="h2")
            return pd.concat([runs, again], ignore_index=True)

    rows = tables(compare(Two()))[0].rows
    assert [row.words for row in rows] == [
        "people x armed share",
        "  hold",
        "  static 0 %",
        "  static 10 %",
        "  hold b",
        "  static 30 %",
    ]
    assert [row.level for row in rows] == [False, True, False, False, True, False]
    assert rows[0].cells == ()


def test_the_headline_names_outcomes_that_exist():
    known = [*OUTCOMES]
    names = outcomes_of_headline(compare_names(known))
    bases = {name for part in PARTS for line in part.lines for name in line.names if name}
    assert {name for name in names if name in bases} == bases
    assert len(names) == 3 * (len(bases) + 1)  # and the diverted share


def compare_names(known):
    """The names that a comparison of a folder with these outcomes has."""
    from sim.analysis.compare import chosen

    return chosen(None, {name: {} for name in known})


def test_former_names_are_read_in_both_directions():
    for old, new in FORMER_OUTCOMES.items():
        assert outcome_in(old, {new}) == new and outcome_in(new, {old}) == old
        assert outcome_in(new, {new, old}) == new
    assert outcome_in("unheard_of", {"cost_musd"}) == "unheard_of"
    possible = compare_names(OUTCOMES)
    assert [new for new in FORMER_OUTCOMES.values() if new not in possible] == []
    assert [old for old in FORMER_OUTCOMES if old in possible] == []
