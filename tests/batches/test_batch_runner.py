import fcntl
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import fake_runs
import pytest
from fake_runs import OUTCOMES, SWEPT, points_of

import sim.batches.runner as runner
from sim.batches import Results, ResultsError, batch, make_plan


def plan_of(scenario=SWEPT, replications=None, source="code-1"):
    return make_plan(scenario, replications, points_of=points_of, source=source)


def done(root, plan=None, run=fake_runs.run, **options):
    return batch(
        plan or plan_of(),
        out=root,
        run=run,
        outcomes=OUTCOMES,
        progress=False,
        **{"workers": 1, **options},
    )


@pytest.fixture
def whole(tmp_path):
    return done(tmp_path / "whole")


def test_every_run_of_the_plan_is_stored(whole):
    runs = whole.runs()
    assert whole.status() == {"PENDING": 0, "SUCCEEDED": 12, "FAILED": 0, "ABORTED": 0}
    assert list(runs["replication"]) == [0] * 4 + [1] * 4 + [2] * 4
    assert list(runs["label"][:2]) == ["hold", "static share_to_border=0"]
    row = runs[(runs["label"] == "static share_to_border=0.3") & (runs["replication"] == 2)].iloc[0]
    expected = fake_runs.run(
        replace(SWEPT, strategy=replace(SWEPT.strategy, share_to_border=0.3)), 2
    )
    assert row["x.strategy.share_to_border"] == 0.3
    assert row["vacuum_vraem"] == expected.outcomes["vacuum_vraem"]
    assert row["seed"] == 2**63 + 2
    weekly = whole.weekly()
    assert len(weekly) == 12 * 6
    of_run = weekly[weekly["run_id"] == row["run_id"]]
    assert list(of_run["attacks"]) == list(
        expected.weekly.sort_values(["week", "theatre"])["attacks"]
    )


def test_a_null_outcome_is_stored_as_null(whole):
    assert [value != value for value in whole.runs()["rate"]] == [
        fake_runs.run(SWEPT, r).outcomes["rate"] is None for r in (0, 1, 2) for _ in range(4)
    ]
    assert 0 < whole.runs()["rate"].isna().sum() < 12


def test_digest_does_not_depend_on_workers_chunks_or_executor(whole, tmp_path, monkeypatch):
    assert done(tmp_path / "threads", workers=3).digest() == whole.digest()
    monkeypatch.setattr(runner, "CHUNK_S", 0.0)
    monkeypatch.setattr(runner, "gather", lambda results: None)
    single = done(tmp_path / "single")
    assert len(single.parts("runs")) == 12 > len(whole.parts("runs"))
    assert single.digest() == whole.digest()
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as processes:
        assert done(tmp_path / "processes", executor=processes).digest() == whole.digest()


def test_digest_sees_every_value_but_the_time(whole, tmp_path):
    def nudged(scenario, replication=0):
        records = fake_runs.run(scenario, replication)
        records.weekly.loc[4, "price"] += 1e-15 * (replication == 1)
        return records

    def other_event(scenario, replication=0):
        records = fake_runs.run(scenario, replication)
        records.events.loc[1, "uid"] += replication == 1
        return records

    assert done(tmp_path / "slower", run=fake_runs.slow_run).digest() == whole.digest()
    assert done(tmp_path / "nudged", run=nudged).digest() != whole.digest()
    assert done(tmp_path / "event", run=other_event).digest() != whole.digest()


def test_resume_runs_only_what_is_missing(whole):
    digest, called = whole.digest(), []

    def counted(scenario, replication=0):
        called.append(replication)
        return fake_runs.run(scenario, replication)

    done(whole.path, run=counted)
    assert called == []
    lost = whole.parts("runs")[0]
    missing = len(Results.open(whole.path).sql(f"select * from read_parquet('{lost}')"))
    lost.unlink()  # its series part stays behind and must not count twice
    again = done(whole.path, run=counted)
    assert len(called) == missing > 0
    assert again.digest() == digest
    assert len(again.weekly()) == 12 * 6


def test_more_replications_extend_a_folder(whole):
    extended = done(whole.path, plan_of(replications=5))
    assert extended.status()["SUCCEEDED"] == 20
    assert done(whole.path).status() == extended.status()


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[2])
import fake_runs
from sim.batches import batch, make_plan
plan = make_plan(fake_runs.SWEPT, 60, points_of=fake_runs.points_of, source="code-1")
try:
    options = dict(run=fake_runs.slow_run, outcomes=fake_runs.OUTCOMES, processes=len(sys.argv) > 3)
    batch(plan, out=sys.argv[1], workers=2, **options)
except KeyboardInterrupt:
    sys.exit(130)
"""


def interrupted(root, how, *options):
    """Start 240 slow runs, send the signal once some are stored, and return the exit status."""
    command = [sys.executable, "-c", SCRIPT, root, Path(__file__).parent, *options]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(root.glob("runs/part-*.parquet"))) < 3:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, how)
    return process.wait(60)


@pytest.mark.parametrize(
    "how, status", [(signal.SIGKILL, -9), (signal.SIGINT, 130), (signal.SIGTERM, 130)]
)
def test_a_stopped_batch_can_be_read_and_resumed(tmp_path, how, status):
    assert interrupted(tmp_path / "stopped", how) == status
    half = Results.open(tmp_path / "stopped")
    counts = half.status()
    assert 0 < counts["SUCCEEDED"] == len(half.runs()) < 240
    assert sum(counts.values()) == 240
    assert (counts["ABORTED"] > 0) == (how != signal.SIGKILL)
    resumed = done(half.path, plan_of(replications=60))
    assert resumed.status() == {"PENDING": 0, "SUCCEEDED": 240, "FAILED": 0, "ABORTED": 0}
    assert not list(half.path.glob("**/*.tmp"))
    assert resumed.digest() == done(tmp_path / "through", plan_of(replications=60)).digest()


def test_a_sigterm_that_ends_worker_processes_too_is_no_crash(tmp_path):
    """A cluster sends the signal to all processes of a job."""
    assert interrupted(tmp_path / "stopped", signal.SIGTERM, "processes") == 130
    counts = Results.open(tmp_path / "stopped").status()
    assert 0 < counts["SUCCEEDED"] < sum(counts.values()) == 240


def test_a_failed_run_is_recorded_and_the_rest_goes_on(tmp_path):
    results = done(tmp_path / "failing", run=fake_runs.failing_run)
    assert results.status() == {"PENDING": 0, "SUCCEEDED": 11, "FAILED": 1, "ABORTED": 0}
    (failure,) = results.failures()
    assert (failure["label"], failure["replication"]) == ("static share_to_border=0.3", 1)
    assert failure["error"] == "ZeroDivisionError: engagement of nobody"
    assert "failing_run" in failure["traceback"]
    assert json.loads((results.path / "manifest.json").read_text())["counts"]["FAILED"] == 1
    assert done(results.path).status()["FAILED"] == 0  # tried again, and told no more


def test_a_folder_of_another_plan_is_refused_naming_what_differs(whole):
    with pytest.raises(ResultsError, match="horizon_days: 365 there, 30 here"):
        done(whole.path, plan_of(replace(SWEPT, horizon_days=30)))
    with pytest.raises(ResultsError, match="code has changed"):
        done(whole.path, plan_of(source="code-2"))
    assert whole.status()["SUCCEEDED"] == 12


def test_replace_moves_the_old_folder_aside(whole):
    for n in (1, 2):
        results = done(whole.path, plan_of(source=f"code-{n + 1}"), replace=True)
        assert results.status()["SUCCEEDED"] == 12
        assert Results.open(whole.path.with_name(f"whole.old-{n}")).status()["SUCCEEDED"] == 12


@pytest.mark.parametrize(
    ("here", "out"),
    [("whole", "."), ("whole/runs", ".."), ("whole/runs", "../../whole"), ("whole", "runs/..")],
)
def test_a_folder_is_not_moved_from_under_the_user(here, out, whole, monkeypatch):
    monkeypatch.chdir(whole.path.parent / here)
    with pytest.raises(ResultsError, match=r": cannot be moved aside from inside it; change to"):
        done(Path(out), replace=True)
    assert [path.name for path in whole.path.parent.iterdir()] == ["whole"]
    assert done(Path(out)).digest() == whole.digest()


@pytest.mark.parametrize("out", ["whole/runs/..", "link"])
def test_the_folder_itself_is_moved_aside(out, whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("whole")
    assert done(Path(out), plan_of(source="code-2"), replace=True).path == Path(out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "whole", "whole.old-1"]
    assert (
        Results.open("whole.old-1").manifest["source_hash"] == "code-1"
        and Results.open("link").manifest["source_hash"] == "code-2"
    )


def test_a_folder_that_the_system_does_not_move_is_told(whole, monkeypatch):
    def busy(path, target):
        raise OSError(16, "Device or resource busy", str(path), None, str(target))

    monkeypatch.setattr("sim.batches.folder.rename", busy)
    with pytest.raises(
        ResultsError,
        match=r"cannot be moved aside to whole.old-1: Device or resource busy; choose another",
    ):
        done(whole.path, replace=True)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_link_to_nowhere_is_told(below, tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(ResultsError, match=r"link: is a link to nowhere, which does not exist"):
        done(tmp_path / "link" / below)
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_never_writes_into_or_moves_what_is_not_a_results_folder(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("kept")
    for replacing in (False, True):
        with pytest.raises(ResultsError, match="not a results folder"):
            done(tmp_path / "letters", replace=replacing)
    assert [path.name for path in (tmp_path / "letters").iterdir()] == ["letter.txt"]


def test_a_second_writer_is_refused(whole):
    with (whole.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for replacing in (False, True):
            with pytest.raises(ResultsError, match="another batch is writing"):
                done(whole.path, replace=replacing)
    assert done(whole.path).status()["SUCCEEDED"] == 12


def test_progress_without_a_terminal_is_plain_lines_on_stderr(tmp_path, capsys):
    batch(plan_of(), out=tmp_path / "told", workers=1, run=fake_runs.run, outcomes=OUTCOMES)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "12 of 12 runs, 0 failed" in captured.err.replace("\n", " ")
