"""Two results folders: arms are paired on label, future and replication, second minus first."""

import io
import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from fake_runs import OUTCOMES, SWEPT, points_of, run
from rich.console import Console

from sim.analysis.between import compare_folders
from sim.analysis.printed import print_comparison
from sim.batches import MissingRunsWarning, ResultsError, batch, make_plan


def folder(path, scenario=SWEPT, runs=run, source="s"):
    return batch(
        make_plan(scenario, points_of=points_of, source=source),
        out=path,
        run=runs,
        outcomes=OUTCOMES,
        progress=False,
        workers=1,
    )


def leaky(scenario, replication=0):
    """The vacuum rises with the leak, by a little more in each replication."""
    records = run(scenario, replication)
    records.outcomes["vacuum_vraem"] += (scenario.leak - 0.5) * (1 + replication / 10)
    return records


def printed(comparison):
    text = io.StringIO()
    print_comparison(comparison, Console(file=text, width=1_000))
    return text.getvalue()


def test_the_difference_is_that_of_the_same_arm_in_the_same_replication(tmp_path):
    first, second = (
        folder(tmp_path / "a", runs=leaky),
        folder(tmp_path / "b", replace(SWEPT, leak=0.75), leaky, "t"),
    )
    comparison = compare_folders(first, second, "vacuum_vraem")
    table = comparison.table
    assert (
        list(table["label"])
        == list(table["baseline"])
        == list(dict.fromkeys(second.design()["label"]))
    )
    assert np.allclose(table["difference"], 0.25 * np.mean([1.0, 1.1, 1.2])) and set(
        table["n"]
    ) == {3}
    assert "leak: 0.5 in the first, 0.75 in the second" in comparison.inputs
    assert "the model's code: s in the first, t in the second" in comparison.inputs
    assert comparison.without_effect == ()
    text = printed(comparison)
    assert (
        f"{tmp_path / 'b'} less {tmp_path / 'a'}" in text
        and "  leak: 0.5 in the first, 0.75 in the second" in text
    )


def test_equal_folders_are_said_to_be_equal(tmp_path):
    comparison = compare_folders(folder(tmp_path / "a"), folder(tmp_path / "b"))
    assert comparison.inputs == () and len(comparison.without_effect) == 4
    text = printed(comparison)
    assert (
        "No input differs" in text
        and "Unchanged: hold is the same in both folders, bit for bit, in each of its 3 runs."
        in text
    )
    found = json.loads(comparison.to_json())
    assert found["folders"] == [str(tmp_path / "a"), str(tmp_path / "b")] and found["inputs"] == []


def test_different_seeds_are_reported_because_pairs_then_share_no_world(tmp_path):
    def other(scenario, replication=0):
        return SimpleNamespace(**(vars(run(scenario, replication)) | {"seed": 5}))

    comparison = compare_folders(folder(tmp_path / "a"), folder(tmp_path / "b", runs=other))
    assert [
        line for line in comparison.inputs if "the seeds of the two runs of a pair differ" in line
    ]


def test_arms_of_one_folder_alone_are_named(tmp_path):
    fewer = replace(SWEPT, sweep={"strategy.share_to_border": (0.1,)})
    comparison = compare_folders(folder(tmp_path / "a"), folder(tmp_path / "b", fewer))
    assert (
        "arms only in the first: static share_to_border=0, static share_to_border=0.3"
        in comparison.inputs
    )
    assert {each.label for each in comparison.pairs} == {"hold", "static share_to_border=0.1"}


def test_folders_without_an_arm_in_common_are_refused(tmp_path):
    first = folder(tmp_path / "a", replace(SWEPT, sweep={"leak": (0.1,)}))
    second = folder(tmp_path / "b", replace(SWEPT, sweep={"leak": (0.9,)}))
    with pytest.raises(ResultsError, match="no arm has the same label in both folders"):
        compare_folders(first, second)


def test_runs_that_one_folder_lacks_are_told(tmp_path):
    def failing(scenario, replication=0):
        if replication == 2 and scenario.strategy.name == "hold":
            raise ValueError("no hold")
        return run(scenario, replication)

    first = folder(tmp_path / "a")
    with pytest.warns(MissingRunsWarning):
        second = folder(tmp_path / "b", runs=failing)
    comparison = compare_folders(first, second)
    assert [(each.label, each.used, each.planned) for each in comparison.short_of_pairs] == [
        ("hold", 2, 3)
    ]
    assert "hold: 1 of 3 runs failed; first reason: ValueError: no hold." in printed(comparison)


def test_replications_that_one_folder_alone_has_are_told(tmp_path):
    comparison = compare_folders(
        folder(tmp_path / "a", replace(SWEPT, count=5)), folder(tmp_path / "b")
    )
    assert "replications: 5 in the first, 3 in the second" in comparison.inputs
    assert {(each.used, each.planned) for each in comparison.pairs} == {(3, 5)}
    text = printed(comparison)
    assert (
        "No input differs" not in text
        and "replications: 5 in the first, 3 in the second" in text
        and " 3 of 5 " in text
    )
