"""Short labels: made from the settings of an arm, and only for labels that the plan wrote."""

import json

import pandas as pd
import pytest

from sim.analysis.labels import short, short_labels


@pytest.mark.parametrize(
    ("label", "strategy", "share", "expected"),
    [
        ("hold", "hold", 0.0, "hold"),
        ("hold leak=0.2", "hold", 0.0, "hold leak=0.2"),
        ("static share_to_border=0.15", "static", 0.15, "static 15 %"),
        ("static share_to_border=0.15 leak=0.2", "static", 0.15, "static 15 % leak=0.2"),
        ("static share_to_border=0", "static", 0.0, "static 0 %"),
        ("mine:Mine share_to_border=0 boom=1", "mine:Mine", 0.0, "mine:Mine boom=1"),
        ("mine:Mine share_to_border=0.2", "mine:Mine", 0.2, "mine:Mine 20 %"),
        ("static share_to_border=0.155", "static", 0.15, "static share_to_border=0.155"),
        ("a tenth", "static", 0.1, "a tenth"),
        ("a\x1b[2J", "static", 0.1, "a?[2J"),
    ],
)
def test_a_short_label_says_the_share(label, strategy, share, expected):
    assert short(label, strategy, share) == expected


def test_the_settings_come_from_the_scenario_of_the_arm():
    strategy = {"name": "static", "share_to_border": 0.3}
    design = pd.DataFrame(
        {
            "label": ["static share_to_border=0.3"] * 2,
            "future": [0, 1],
            "scenario": json.dumps({"strategy": strategy}),
        }
    )
    assert short_labels(design) == {"static share_to_border=0.3": "static 30 %"}
