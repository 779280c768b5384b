"""`batch`, `merge` and the join of parts, killed before each change on the disk, lose no run."""

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path

import fake_runs
import pytest
from crash import KILLS, Disk, Here, in_a_child

from sim.batches import Results, ResultsError, batch, gather, make_plan, merge
from sim.machine import durable

PLAN = make_plan(
    fake_runs.Scenario(sweep={"strategy.share_to_border": (0.3,)}),
    2,
    points_of=fake_runs.points_of,
    source="code-1",
)
KINDS = ("series", "events", "layers", "runs")
pytestmark = pytest.mark.filterwarnings("ignore:.*runs failed")


def do(root, shard="1/1"):
    options = {
        "run": fake_runs.failing_run,
        "outcomes": fake_runs.OUTCOMES,
        "progress": False,
        "shard": shard,
    }
    return batch(PLAN, out=root, executor=Here(), **options)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr("sim.batches.runner.chunk_size", lambda left, workers, spent: min(1, left))
    monkeypatch.setattr(
        "sim.batches.runner.gather", lambda results: gather.gather(results, largest=2)
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make a folder with joined parts, one as workers leave it, and a shard, all of one digest."""
    root = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.batches.runner.chunk_size", lambda left, workers, spent: min(1, left))
        patch.setattr("sim.batches.runner.gather", lambda results: None)
        do(root / "scattered")
        do(root / "shard", "2/2")
    shutil.copytree(root / "scattered", root / "whole")
    gather.gather(Results(root / "whole"))
    return root


def batched(made, root):
    return lambda: do(root)


def joined(made, root):
    if not root.exists():
        shutil.copytree(made / "scattered", root)
    return lambda: do(root)


def merged(made, root):
    return lambda: merge([made / "whole", made / "shard"], root)


COMMANDS = {"batch": batched, "join": joined, "merge": merged}


def recorded(command, made, root):
    """Return every operation of a command on the disk, in order."""
    act = COMMANDS[command](made, root)
    before = set(root.rglob("*"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(durable, "os", disk := Disk())
        act()
    return disk.operations, before


def die_and_do_again(command, made, root, n, how):
    """End the command before its n-th operation, repeat it, and return whether it came that far."""
    act = COMMANDS[command](made, root)

    def stopped():
        durable.os = Disk(n, KILLS[how])
        act()

    status = in_a_child(stopped)
    assert status in (0, -9)
    whole = Results.open(made / "whole")
    if (root / "manifest.json").exists():
        left = Results.open(root)
        assert sum(left.status().values()) == 4 and left.status()["SUCCEEDED"] == len(left.runs())
        assert command != "join" or left.digest() == whole.digest()
    done = COMMANDS[command](made, root)()
    assert done.digest() == Results.open(root).digest() == whole.digest()
    assert done.status() == {"PENDING": 0, "SUCCEEDED": 3, "FAILED": 1, "ABORTED": 0}
    assert not [*root.rglob("*.tmp"), *root.glob("stop")]
    if command != "merge":
        parts = [part.stem for part in done.parts("runs")]
        assert all({path.stem for path in (root / kind).iterdir()} == set(parts) for kind in KINDS)
    return status == -9


def stops(command, every, folder, made):
    number = len(recorded(command, made, folder / "through")[0])
    return range(0, number, every)


@pytest.mark.parametrize("command", COMMANDS)
def test_ended_before_every_seventh_change_nothing_is_lost(command, made, tmp_path):
    for i, n in enumerate(stops(command, 7, tmp_path, made)):
        assert die_and_do_again(command, made, tmp_path / f"{n}", n, list(KILLS)[i % len(KILLS)])


@pytest.mark.lane
@pytest.mark.parametrize("how", KILLS)
@pytest.mark.parametrize("command", COMMANDS)
def test_ended_before_any_change_nothing_is_lost(command, how, made, tmp_path):
    for n in stops(command, 1, tmp_path, made):
        assert die_and_do_again(command, made, tmp_path / f"{n}", n, how)
        shutil.rmtree(tmp_path / f"{n}")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_order_of_changes_is_safe_against_a_power_cut(command, made, tmp_path):
    operations, before = recorded(command, made, tmp_path / "root")
    assert not [path for path in before if path.suffix == ".tmp"]
    unsynced, in_place, leaving, gone = set(), set(), set(), set()
    for what, path in operations:
        folder = str(Path(path).parent)
        if what == "write":
            unsynced.add(path)
        elif what == "sync":
            unsynced.discard(path)
            in_place = {each for each in in_place if str(each.parent) != path}
            if Path(path).name == "runs":
                gone |= leaving
        elif what == "replace":
            assert not unsynced, "a file is in place before its bytes are on the disk"
            assert not in_place, "a file follows before the name of the last is on the disk"
            in_place.add(Path(path))
        elif what == "unlink" and path.endswith(".parquet"):
            if Path(folder).name == "runs":
                assert not in_place, "runs go before others that have them are on the disk"
                leaving.add(Path(path).stem)
            else:
                assert Path(path).stem in gone, "a part loses a kind while it may still count"
    places = [
        path
        for what, path in operations
        if what == "replace" and path.endswith(".parquet") and "part-" in path
    ]
    for name in {Path(path).stem for path in places}:
        assert [Path(path).parent.name for path in places if Path(path).stem == name] == [
            "series",
            "events",
            "layers",
            "runs",
        ]
    kept = {path.stem for path in (tmp_path / "root" / "runs").glob("part-*.parquet")}
    assert kept and not kept & gone
    if command == "join":
        assert len(gone) >= 2


def test_every_change_goes_through_one_module(made, tmp_path):
    """Check with Python's audit hook that no change on the disk escapes the tests above."""
    root = tmp_path / "root"

    def listened():
        seen, disk = [], Disk()
        durable.os = disk

        def hook(event, arguments):
            if (
                event == "open"
                and isinstance(arguments[2], int)
                and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            ):
                seen.append(("open", str(arguments[0])))
            elif event in (
                "os.remove",
                "os.mkdir",
                "os.rename",
                "os.rmdir",
                "os.truncate",
                "os.link",
                "os.symlink",
                "shutil.move",
            ):
                path = str(arguments[1 if event == "os.rename" else 0])
                if event != "os.remove" or os.path.lexists(path):
                    seen.append((event, path))

        sys.addaudithook(hook)
        do(root)
        merge([made / "whole", made / "shard"], root)
        seen = [(event, path) for event, path in seen if path.startswith(str(root))]
        (tmp_path / "seen.json").write_text(json.dumps([seen, disk.operations]))

    assert in_a_child(listened) == 0
    seen, operations = json.loads((tmp_path / "seen.json").read_text())
    words = {"open": "open", "os.remove": "unlink", "os.mkdir": "mkdir", "os.rename": "replace"}
    told = Counter((words[event], path) for event, path in seen)
    known = Counter((what, path) for what, path in operations if what in words.values())
    assert sum(told.values()) > 50 and {what for what, _ in told} == set(words.values())
    assert all(known[each] >= told[each] for each in told), told - known
    named = {path for what, path in operations if what in ("replace", "open", "mkdir")}
    assert {str(path) for path in root.rglob("*")} <= named


def test_a_batch_that_leaves_a_run_undone_ends_with_an_error(tmp_path, monkeypatch):
    from sim.batches import runner

    def forgetful(*arguments):
        root = tmp_path / "some"
        gather.gather(*arguments)
        (root / "runs" / Results(root, mending=True).parts("runs")[0].name).unlink()

    monkeypatch.setattr(runner, "gather", forgetful)
    with pytest.raises(
        ResultsError, match=r"some: \d of 4 runs are still to be done; the same command does them"
    ) as caught:
        do(tmp_path / "some")
    assert caught.value.status == 1
    monkeypatch.undo()
    assert do(tmp_path / "some").status()["SUCCEEDED"] == 3
