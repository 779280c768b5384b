"""The record of a failed run stays in the folder until the run succeeds."""

import fake_runs
import pytest

import sim.batches.runner as runner
from sim.batches import MissingRunsWarning, Results, batch, make_plan
from sim.results.refused import ResultsWarning

pytestmark = pytest.mark.filterwarnings("ignore::sim.batches.MissingRunsWarning")
FAILS_AT = 4


def done(root, replications, run):
    plan = make_plan(fake_runs.SWEPT, replications, points_of=fake_runs.points_of, source="s")
    return batch(plan, out=root, workers=1, run=run, outcomes=fake_runs.OUTCOMES, progress=False)


def failing(scenario, replication=0):
    if replication == FAILS_AT and scenario.strategy.share_to_border == 0.3:
        raise ZeroDivisionError("engagement of nobody")
    return fake_runs.run(scenario, replication)


@pytest.fixture
def root(tmp_path):
    """Five replications, a run of the last of which failed."""
    return done(tmp_path / "fake", FAILS_AT + 1, failing).path


def test_a_batch_of_fewer_replications_keeps_the_failures_of_the_others(root):
    (before,) = Results.open(root).failures()
    with pytest.warns(MissingRunsWarning, match="1 of 20 runs failed"):
        again = done(root, 2, fake_runs.run)
    assert again.failures() == [before] and again.status() == {
        "PENDING": 0,
        "SUCCEEDED": 19,
        "FAILED": 1,
        "ABORTED": 0,
    }


@pytest.mark.parametrize("end", [KeyboardInterrupt, OSError])
def test_a_batch_that_ends_before_the_retry_keeps_the_failure(root, end, monkeypatch):
    """A Ctrl-C or a kill right after the folder was prepared leaves this state."""
    (before,) = Results.open(root).failures()

    def ends(*_):
        raise end("at once")

    monkeypatch.setattr(runner, "drive", ends)
    with pytest.raises((KeyboardInterrupt, Exception)):
        done(root, FAILS_AT + 1, fake_runs.run)
    assert Results.open(root).failures() == [before] and Results.open(root).status()["FAILED"] == 1


def test_a_run_that_fails_again_counts_once_with_its_last_reason(root):
    def otherwise(scenario, replication=0):
        raise ValueError("another reason")

    again = done(root, FAILS_AT + 1, otherwise)
    assert [failure["error"] for failure in again.failures()] == ["ValueError: another reason"]
    assert again.status()["FAILED"] == 1 and again.missing().reason == "ValueError: another reason"
    assert len((root / "failures.jsonl").read_bytes().splitlines()) == 1


def test_the_line_of_a_failure_is_removed_once_the_run_is_done(root):
    again = done(root, FAILS_AT + 1, fake_runs.run)
    assert again.failures() == [] and not (root / "failures.jsonl").exists()


def test_a_failure_whose_run_is_done_since_does_not_count(root):
    line = (root / "failures.jsonl").read_bytes()
    done(root, FAILS_AT + 1, fake_runs.run)
    (root / "failures.jsonl").write_bytes(
        line
    )  # as where the batch was killed before it wrote the file anew
    assert Results.open(root).failures() == [] and Results.open(root).status()["FAILED"] == 0


def test_half_a_line_is_not_joined_with_the_next_one(root):
    line = (root / "failures.jsonl").read_bytes()
    (root / "failures.jsonl").write_bytes(line + line[: len(line) // 2])
    assert len(done(root, FAILS_AT + 1, failing).failures()) == 1


def test_reasons_lost_with_a_damaged_file_are_reported(root):
    (root / "failures.jsonl").write_bytes(b"{]}\n")
    with pytest.warns(ResultsWarning, match=r"failures\.jsonl: damaged, and written anew"):
        done(root, 2, fake_runs.run)
    assert Results.open(root).status()["PENDING"] == 1
