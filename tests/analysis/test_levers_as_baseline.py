"""The second `hold` of a deployment with levers, as the baseline of a comparison."""

import pandas as pd
import pytest

from sim.analysis.arms import arms_with_levers, baselines_of
from sim.results.results import ResultsError

DESIGN = pd.DataFrame(
    {
        "point_id": ["h", "l", "s", "p"],
        "label": ["hold", "hold secrecy.level=0.9", "secret", "plain"],
        "future": 0,
        "hold_id": ["h", "h", "h", "h"],
        "levers_id": ["", "", "l", ""],
    }
)


def test_only_strategies_with_levers_are_compared_with_their_second_hold():
    assert baselines_of(DESIGN, None) == {"l": "h", "s": "h", "p": "h"}
    assert baselines_of(DESIGN, "levers") == {"s": "l"}


def test_a_comparison_tells_whose_levers_its_baseline_lacks():
    assert arms_with_levers(DESIGN, baselines_of(DESIGN, None)) == ("secret",)
    assert arms_with_levers(DESIGN, baselines_of(DESIGN, "levers")) == ()


def test_results_without_levers_say_so():
    plain = DESIGN.drop(columns="levers_id")
    assert arms_with_levers(plain, baselines_of(plain, None)) == ()
    with pytest.raises(ResultsError, match="no strategy of these results has levers of its own"):
        baselines_of(plain, "levers")


def test_an_arm_labelled_levers_is_meant_by_its_label():
    named = DESIGN.replace({"label": {"plain": "levers"}})
    assert baselines_of(named, "levers") == {"h": "p", "l": "p", "s": "p"}
