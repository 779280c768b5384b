"""The kept answers: what varies in a point is carried as data, and shown in words."""

import pytest

from sim.analysis import answers

ROW = {"low": 1.0, "high": 3.0, "difference": 2.0, "baseline_mean": 0.3}


def rows(*points):
    """A row for each headline outcome of points that vary in these keys."""
    return [
        ROW | {"outcome": outcome, "varied": varied}
        for varied in points
        for outcome in answers.OUTCOMES
    ]


@pytest.mark.parametrize(
    ("varied", "words"),
    [
        ({}, ""),
        ({"parameters.presence.reach_km": 6.0}, "presence.reach_km=6"),
        ({"strategy.tasking_border": "none"}, "tasking_border=none"),
        ({"ablate": []}, "nothing"),
        ({"ablate": ["tips", "leak"]}, "tips+leak"),
    ],
)
def test_a_point_goes_by_what_varies_in_it(varied, words):
    assert answers.in_words(varied) == words


def test_a_list_of_couplings_is_read_from_its_column():
    row = {"x.ablate": '["tips"]', "x.secrecy.level": None, "x.map.resolution_km": 10.0}
    assert answers.varied_in(row, ["ablate", "secrecy.level"]) == {"ablate": ["tips"]}


def test_the_ends_of_assumptions_are_counted():
    text = answers.ends(rows({}, {"secrecy.level": 0.0}, {"secrecy.level": 1.0}))
    assert "| the defaults | 2.000 [1.000, 3.000] |" in text
    assert "Of 2 such points" in text and "above 0 in 2" in text and text.endswith("0 in 0.")


def test_links_end_with_the_stale_beliefs():
    text = answers.links(rows({"ablate": []}, {"ablate": ["tips"]}), rows({}))
    cuts = [line.split(" | ")[0] for line in text.splitlines()[2:]]
    assert cuts == ["| `nothing`", "| `tips`", "| beliefs stale from day 0"]


def test_the_sign_of_armed_rule_is_counted_over_all_changes():
    def point(share, difference, **varied):
        return [
            {
                "outcome": outcome,
                "baseline_mean": 10.0,
                "difference": difference,
                "low": difference - 1.0,
                "high": difference + 1.0,
                "varied": {"strategy.share_to_border": share, **varied},
            }
            for outcome in answers.RULE
        ]

    ends = point(0.15, 0.5, **{"parameters.support.fresh": 0.0})
    text = answers.sign([*point(0.15, 2.0), *point(0.6, 12.0), *ends, *point(0.6, -3.0, x=1.0)])
    assert "| the defaults | 15 % | 1.20 [1.10, 1.30] |" in text
    assert "| the defaults | 60 % | 2.20 [2.10, 2.30] |" in text
    assert "| `support.fresh=0` | 15 % | 1.05 [0.95, 1.15] |" in text
    assert "Of 16 such changes" in text
    assert "above 1 in 8, below 1 in 4, and contains 1 in 4." in text
