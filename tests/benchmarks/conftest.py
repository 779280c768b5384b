"""`make bench` prints each figure next to its target. Nothing here fails because a machine is slow.

`make bench JSON=now.json` keeps the figures; `make bench AGAINST=before.json` shows those of an
earlier file next to the new ones."""

import json
import statistics
from pathlib import Path

import pytest

AT_MOST, AT_LEAST = "<=", ">="
TARGETS = {  # on two idle cores; None: shown without a target
    "one run of 1,460 days, s": (AT_MOST, 0.25),
    "building its world, s": None,
    "batch on two workers, runs/s": (AT_LEAST, 7.5),
    "two workers against one": (AT_LEAST, 1.85),
    "store, KB a run of 156 weeks": (AT_MOST, 20.0),
    "redeploy --help, s": (AT_MOST, 0.25),
    "redeploy run, the whole process, s": (AT_MOST, 1.5),
    "the first run, compiling, s": (AT_MOST, 60.0),
    "peak memory of a worker, MB": (AT_MOST, 300.0),
    "its growth from run 16 to run 32, MB": (AT_MOST, 1.0),
}


@pytest.fixture
def figure(benchmark):
    """Keep a figure. `figure(name, function, rounds)` times a function, after one call that does
    not count, and keeps the median; `figure(name, values=...)` keeps the median of values that a
    benchmark measured by other means."""

    def keep(name, function=None, rounds=7, warm=1, values=()):
        assert name in TARGETS, name
        if function is not None:
            benchmark.pedantic(function, rounds=rounds, warmup_rounds=warm)
            values = [benchmark.stats.stats.median]
        benchmark.extra_info[name] = statistics.median(values)

    return keep


def pytest_addoption(parser):
    parser.addoption(
        "--against",
        type=Path,
        metavar="FILE",
        help="an earlier file of --benchmark-json, to be shown next to this one",
    )


def found(benchmarks):
    return {name: value for each in benchmarks for name, value in each.items()}


def pytest_terminal_summary(terminalreporter, config):
    now = found(each.extra_info for each in config._benchmarksession.benchmarks)
    file = config.getoption("--against")
    before = (
        found(each["extra_info"] for each in json.loads(file.read_text())["benchmarks"])
        if file
        else {}
    )
    terminalreporter.write_line(
        f"\n{'median':<38}{'now':>10}{'target':>11}" + (f"{'before':>12}" if before else "")
    )
    for name, target in TARGETS.items():
        if name not in now:
            continue
        line = f"{name:<38}{now[name]:>10.3g}"
        line += f"{target[0]:>6}{target[1]:>5g}" if target else " " * 11
        line += f"{before[name]:>12.3g}" if name in before else " " * 12 if before else ""
        missed = target and (
            now[name] > target[1] if target[0] == AT_MOST else now[name] < target[1]
        )
        terminalreporter.write_line(line + ("   missed" if missed else ""))
