"""A real file system of 1 MB that fills while `batch` or `redeploy merge` joins parts.

With any number of free pages, from none to enough, the command reports the full disk in one line,
ends with status 2, leaves no temporary file and loses no finished run. With enough room, the same
command ends as if there had been room from the beginning.
"""

import subprocess
import sys
import types
import warnings

import pytest
from stand_in_command import run

from sim.batches import Results, batch
from sim.cli.main import main

PAGE = 4_096  # bytes by which such a file system grows
PAGES = 60  # more than any of these joins takes
SCENARIO = """
schema = 1
[time]
horizon_days = 14
[strategy]
name = "static"
[sweep]
"strategy.share_to_border" = [0.1, 0.3]
[replications]
count = 4
"""


@pytest.fixture
def disk(tmp_path):
    """A file system of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """A scenario file, run by a stand-in for the model, each run a part of its own."""
    monkeypatch.setitem(
        sys.modules, "sim.simulation.run", types.SimpleNamespace(run=run, warm_up=lambda: None)
    )
    monkeypatch.setattr("sim.batches.runner.chunk_size", lambda left, workers, spent: 1)
    (tmp_path / "plan.toml").write_text(SCENARIO)
    return tmp_path / "plan.toml"


def scattered(plan, out, **options):
    """Make finished runs whose parts are not joined, as a batch that is stopped leaves them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.batches.runner.gather", lambda results: None)
        return batch(plan, out=out, workers=1, progress=False, **options)


def leave(disk, pages):
    """Fill the disk but for so many pages."""
    filler = disk / "filler"
    filler.unlink(missing_ok=True)
    with filler.open("wb", 0) as file:
        try:
            while file.write(b"\0" * PAGE):
                pass
        except OSError:
            pass
        file.truncate(max(0, file.tell() // PAGE - pages) * PAGE)


def tried(disk, pages, capsys, *words):
    """Return whether so many pages are too few, and check how the command reports it."""
    leave(disk, pages)
    status = main([*map(str, words)])
    said = [
        line
        for line in capsys.readouterr().err.splitlines()
        if not line.endswith(": nothing left to run")
    ]
    assert list(disk.rglob("*.tmp")) == []
    if status:
        assert (
            status == 2
            and len(said) == 1
            and "No space left on device" in said[0]
            and str(disk) in said[0]
        ), said
    else:
        assert said == []
    return bool(status)


def test_a_disk_that_fills_while_a_batch_joins_its_parts_loses_no_run(disk, plan, capsys):
    digest = scattered(plan, disk / "results").digest()
    before = len(Results.open(disk / "results").parts("runs"))
    begun = False
    for pages in range(PAGES):
        if not tried(disk, pages, capsys, "batch", plan, "--out", disk / "results"):
            break
        there = Results.open(disk / "results")
        assert there.digest() == digest and there.status()["SUCCEEDED"] == before
        begun = begun or there.stored.leftovers() != []
    assert begun, "the disk was never too full for a joined part whose record had room"
    assert before == 12 and len(Results.open(disk / "results").parts("runs")) == 1
    assert Results.open(disk / "results").digest() == digest


def test_a_disk_that_fills_while_shards_are_merged_loses_no_run(disk, plan, tmp_path, capsys):
    whole = batch(plan, out=tmp_path / "whole", workers=1, progress=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a shard lacks the runs of the other
        shards = [
            scattered(plan, tmp_path / f"half.shard-{i}-of-2", shard=f"{i}/2") for i in (1, 2)
        ]
    held = [shard.digest() for shard in shards]
    stored = 0
    for pages in range(PAGES):
        if not tried(
            disk,
            pages,
            capsys,
            "merge",
            *(shard.path for shard in shards),
            "--out",
            disk / "merged",
        ):
            break
        assert [Results.open(shard.path).digest() for shard in shards] == held
        if (disk / "merged" / "manifest.json").exists():
            there = Results.open(disk / "merged").status()["SUCCEEDED"]
            assert there >= stored
            stored = there
    assert pages > 3, "the disk was never too full to merge"
    assert Results.open(disk / "merged").digest() == whole.digest()
