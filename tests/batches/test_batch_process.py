"""`redeploy batch` as a separate process: killed, interrupted or refused, then finished."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.batches import Results, batch
from sim.cli.main import main

SMALL = "schema = 1\n[time]\nhorizon_days = 21\nburn_in_days = 7\n[map]\nresolution_km = 10\n"
SCENARIO = f"""
{SMALL}
[strategy]
name = "static"
[sweep]
"strategy.share_to_border" = [0.1, 0.3, 0.6]
[replications]
count = 7
"""
RUNS, PATIENCE_S = 28, 120
THREADS, PROCESSES = ("--workers", "2"), ("--workers", "2", "--processes")
needs_proc = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="finds worker processes in /proc"
)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    file = tmp_path_factory.mktemp("process") / "small.toml"
    file.write_text(SCENARIO)
    return file


@pytest.fixture(scope="module")
def digest(scenario):
    return batch(scenario, out=scenario.with_name("through"), workers=1, progress=False).digest()


@contextmanager
def under_way(scenario, root, *options):
    """Start a batch in its own process group, wait for a stored run, and end the group."""
    stored = parts(root)
    command = [sys.executable, "-m", "sim", "batch", scenario, "--out", root, *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        until(lambda: process.poll() is not None or parts(root) > stored)
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        until(lambda: process.poll() is not None)
        until(lambda: not alive(process.pid))


def parts(root):
    return {path.name for path in root.glob("runs/part-*.parquet")}


def until(true):
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def workers_of(group):
    """The worker processes of a process group."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (
                os.getpgid(int(folder.name)) == group
                and b"spawn_main" in (folder / "cmdline").read_bytes()
            ):
                found.append(int(folder.name))
        except (ProcessLookupError, FileNotFoundError):
            continue
    return found


def finish(scenario, root, *options):
    command = [sys.executable, "-m", "sim", "batch", scenario, "--out", root, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)


def half_done(root):
    counts = Results.open(root).status()
    return 0 < counts["SUCCEEDED"] < RUNS == sum(counts.values())


def finished(scenario, root, *options):
    done = finish(scenario, root, *options)
    assert done.returncode == 0 and f"{RUNS} SUCCEEDED" in done.stdout, done
    assert not list(root.glob("**/*.tmp")) and not (root / "stop").exists()
    return Results.open(root).digest()


def test_killed_twice_and_resumed_gives_the_same_digest(scenario, digest, tmp_path):
    root, moment = tmp_path / "threads", random.Random(7)
    for _ in range(2):
        with under_way(scenario, root, *THREADS) as process:
            time.sleep(moment.uniform(0, 0.15))
            os.killpg(process.pid, signal.SIGKILL)
        assert half_done(root)
    assert finished(scenario, root, *THREADS) == digest


@needs_proc
def test_processes_lose_nothing_by_two_kills_and_a_ctrl_c(scenario, digest, tmp_path):
    root = tmp_path / "processes"
    with under_way(scenario, root, *PROCESSES) as process:
        os.kill(process.pid, signal.SIGKILL)  # the batch alone: its workers follow it
    assert half_done(root)
    with under_way(scenario, root, *PROCESSES) as process:
        os.kill(workers_of(process.pid)[0], signal.SIGKILL)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and half_done(root) and "Traceback" not in err
    assert err.splitlines()[-1] == (
        f"{root}: a worker process died; what is done is saved, and the same command does the rest"
    )
    with under_way(scenario, root, *PROCESSES) as process:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and half_done(root) and "Traceback" not in err
    assert err.splitlines()[-1] == "interrupted"
    assert finished(scenario, root, *THREADS) == digest  # what processes began, threads may end


def test_a_second_writer_is_refused_at_once(scenario, tmp_path):
    root = tmp_path / "shared"
    with under_way(
        scenario, root, "--workers", "1", "--replications", "300"
    ) as process:  # longer than two starts on any machine
        for options in ([], ["--replace"]):
            second = finish(scenario, root, *options)
            assert process.poll() is None, "the first ended before the second began"
            assert (second.returncode, second.stdout) == (2, "")
            assert second.stderr == f"{root}: another batch is writing to this folder\n"
        os.killpg(process.pid, signal.SIGKILL)


BOOM = """
from sim import Strategy

class Mine(Strategy):
    name = "mine"

    class Settings(Strategy.Settings):
        boom: int = 0

    def decide(self, situation):
        print("thinking")
        return 1 / (1 - self.settings.boom) and None
"""


def test_a_failed_run_is_reported_and_the_other_runs_go_on(tmp_path, capsys):
    (tmp_path / "mine.py").write_text(BOOM)
    file, root = tmp_path / "own.toml", tmp_path / "o[ut] {1}"
    file.write_text(
        SMALL
        + '[strategy]\nname = "mine:Mine"\n'
        + '[sweep]\n"strategy.boom" = [0, 1]\n[replications]\ncount = 2\n'
    )
    assert main(["batch", str(file), "--out", str(root)]) == 1
    out, err = capsys.readouterr()
    (last,) = out.splitlines()
    assert (
        last.startswith(f"{root}: 4 SUCCEEDED, 2 FAILED; {root}/failures.jsonl has")
        and f"`redeploy status '{root}'`" in last
    )
    assert f"{root}: 6 of 6 runs, 2 failed" in err and "thinking" in err
    failures = Results.open(root).failures()
    assert [each["replication"] for each in failures] == [0, 1]
    assert all(
        "ZeroDivisionError" in each["error"] and "mine.py" in each["traceback"] for each in failures
    )
    assert main(["status", str(root)]) == 0
    assert capsys.readouterr().out.count("failed: mine:Mine") == 2

    (tmp_path / "mine.py").write_text(BOOM + "# edited\n")
    assert main(["batch", str(file), "--out", str(root)]) == 2
    assert (
        f"{root}: belongs to another plan (the file of strategy mine:Mine has changed); "
        "choose another --out"
    ) in capsys.readouterr().err.splitlines()[-1]
