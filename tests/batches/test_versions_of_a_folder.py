"""Runs of several package versions in one folder: the user is warned, and the folder lists them."""

import json
import warnings

import fake_runs
import pytest

from sim.analysis.between import compare_folders
from sim.batches import Results, batch, make_plan, merge
from sim.results.manifest import versions
from sim.results.refused import ResultsWarning

NEWER = versions() | {"numpy": "99.1.0"}
TOLD = (
    f"was begun with numpy {versions()['numpy']} and goes on with numpy 99.1.0: "
    "equal bytes are not promised across versions"
)


def done(root, replications=1, **options):
    plan = make_plan(fake_runs.SWEPT, replications, points_of=fake_runs.points_of, source="s")
    return batch(
        plan,
        out=root,
        workers=1,
        run=fake_runs.run,
        outcomes=fake_runs.OUTCOMES,
        progress=False,
        **options,
    )


@pytest.fixture
def newer(monkeypatch):
    """Return a function after whose call all runs are done with another version of numpy."""
    return lambda: monkeypatch.setattr("sim.batches.manifest.versions", lambda: NEWER)


def test_a_batch_that_goes_on_with_other_versions_says_so_once_and_keeps_the_first(tmp_path, newer):
    first = done(tmp_path / "a").manifest["versions"]
    newer()
    with pytest.warns(ResultsWarning, match=f"a: {TOLD}"):
        done(tmp_path / "a", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        manifest = done(tmp_path / "a", 3).manifest
    assert manifest["versions"] == first and manifest["later_versions"] == [NEWER]


def test_a_batch_that_adds_nothing_adds_no_versions(tmp_path, newer):
    before = done(tmp_path / "a").manifest
    newer()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert done(tmp_path / "a").manifest == before and "later_versions" not in before


def test_merged_folders_of_several_versions_say_so(tmp_path, newer):
    done(tmp_path / "f.shard-1-of-2", 2, shard="1/2")
    newer()
    done(tmp_path / "f.shard-2-of-2", 2, shard="2/2")
    with pytest.warns(ResultsWarning, match=f"f: {TOLD}"):
        merged = merge([tmp_path / "f.shard-1-of-2", tmp_path / "f.shard-2-of-2"])
    assert merged.manifest["later_versions"] == [NEWER]
    assert json.loads((tmp_path / "f" / "manifest.json").read_text())["versions"] == versions()


@pytest.mark.filterwarnings("ignore::sim.results.refused.ResultsWarning")
def test_two_folders_that_are_compared_name_the_versions_of_each(tmp_path, newer):
    first = done(tmp_path / "a", 2)
    done(tmp_path / "b")
    newer()
    comparison = compare_folders(first, Results.open(done(tmp_path / "b", 2).path))
    assert comparison.inputs == (f"versions in the second: it {TOLD}",)
