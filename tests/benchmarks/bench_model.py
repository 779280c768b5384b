"""What a run, a batch and the command take in time, memory and storage."""

import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from sim.batches import batch
from sim.scenario import load_scenario
from sim.simulation.build.world import build
from sim.simulation.run import run, warm_up

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.toml"
RUNS = 8
WORKER = f"""
import tempfile
from pathlib import Path
from sim.batches import batch
from sim.scenario import load_scenario
def peak_mb():
    # getrusage would count the parent, from which this process was forked
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3
scenario = load_scenario({str(BASELINE)!r})
with tempfile.TemporaryDirectory() as out:
    for part in ("one", "two"):
        batch(scenario, out=out + "/" + part, workers=1, replications=16, progress=False)
        print(peak_mb())
"""


@pytest.fixture(scope="session")
def scenario():
    warm_up()
    return load_scenario(BASELINE)


def command(*arguments: str, **environment: str) -> None:
    """Run `redeploy` in a process of its own."""
    subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        env=os.environ | environment,
        capture_output=True,
        check=True,
    )


def test_run(scenario, figure):
    figure("one run of 1,460 days, s", lambda: run(scenario))


def test_build(scenario, figure):
    figure("building its world, s", lambda: build(scenario))


def test_batch(scenario, figure, benchmark, tmp_path):
    """One worker and two workers run in turn, so that a change in the machine's speed affects
    both."""
    took = {1: [], 2: []}
    folders = count()

    def in_turn():
        for workers, times in took.items():
            began = time.perf_counter()
            batch(
                scenario,
                out=tmp_path / f"{next(folders)}",
                workers=workers,
                replications=RUNS,
                progress=False,
            )
            times.append(time.perf_counter() - began)

    benchmark.pedantic(in_turn, rounds=3)
    figure("batch on two workers, runs/s", values=[RUNS / each for each in took[2]])
    figure("two workers against one", values=[one / two for one, two in zip(took[1], took[2])])
    stored = [
        sum(part.stat().st_size for part in folder.rglob("*.parquet")) / RUNS / 1e3
        for folder in tmp_path.iterdir()
    ]
    figure("store, KB a run of 156 weeks", values=stored)


def test_help(figure):
    figure("redeploy --help, s", lambda: command("--help"))


def test_command(scenario, figure):
    figure(
        "redeploy run, the whole process, s",
        lambda: command("run", str(BASELINE), "--json"),
        rounds=5,
    )


def test_first_run(figure, tmp_path):
    """With an empty cache the day is compiled and travel and routes are computed: a week on the
    small map."""
    small = [
        f"--set={each}"
        for each in ("map.resolution_km=10", "time.burn_in_days=0", "time.horizon_days=7")
    ]
    first = lambda: command("run", str(BASELINE), *small, XDG_CACHE_HOME=str(tmp_path))  # noqa: E731
    figure("the first run, compiling, s", first, rounds=1, warm=0)


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel for the peak of a process")
def test_memory(scenario, figure, benchmark):
    """A process that runs two batches with one worker reports its own memory."""
    worker = [sys.executable, "-c", WORKER]
    done = benchmark.pedantic(
        lambda: subprocess.run(worker, capture_output=True, text=True, check=True), rounds=1
    )
    early, late = map(float, done.stdout.split())
    figure("peak memory of a worker, MB", values=[late])
    figure("its growth from run 16 to run 32, MB", values=[late - early])
