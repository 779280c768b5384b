"""The same run in other modes: with every index checked, and as plain Python with line counts."""

import json
import subprocess
import sys

import pytest
from digest_of_a_run import digest, elsewhere

from sim.model.compile import is_compiled

pytestmark = [
    pytest.mark.lane,
    pytest.mark.skipif(not is_compiled(), reason="compares with the compiled day"),
]

BEYOND = """
import numpy as np
start, site = np.array([0, 1]), np.array([3])
from sim.model.state.arrays import Near
from sim.model.rules.reach import in_reach
try:
    in_reach(np.zeros((3, 2)), 0, 0, Near(start, site, np.ones(1), start, site, np.ones(1)))
except IndexError as error:
    print(error)
"""
LEAST = 94.0  # % of the lines of a mechanism; founding has branches that a month seldom meets


def test_a_checked_index_out_of_bounds_raises(monkeypatch):
    """Without this test, the next one could pass without any check of an index."""
    monkeypatch.setenv("NUMBA_BOUNDSCHECK", "1")
    done = subprocess.run(
        [sys.executable, "-c", BEYOND], capture_output=True, text=True, check=False
    )
    assert "out of bounds" in done.stdout, done.stderr[-2_000:]


def test_every_index_is_within_bounds():
    """Compiled code reads beyond an array in silence; a checked run raises."""
    assert elsewhere("busy", NUMBA_BOUNDSCHECK="1") == {"compiled": True, "digest": digest("busy")}


def test_the_plain_lane_runs_the_lines_of_every_mechanism(tmp_path):
    """So `test_compiled_and_plain_are_equal` compares the whole model."""
    coverage = (sys.executable, "-m", "coverage")
    data = f"--data-file={tmp_path / 'lines'}"
    elsewhere("busy", (*coverage, "run", data, "--source=sim"), NUMBA_DISABLE_JIT="1")
    report = tmp_path / "lines.json"
    subprocess.run(
        [
            *coverage,
            "json",
            data,
            "-q",
            "-o",
            str(report),
            "--include=*/mechanisms/*,*/model/prologue.py",
        ],
        check=True,
    )
    files = json.loads(report.read_text())["files"]
    missed = {
        name.rsplit("/", 1)[-1]: file["missing_lines"]
        for name, file in files.items()
        if file["summary"]["percent_covered"] < LEAST
    }
    assert len(files) > 15 and not missed
