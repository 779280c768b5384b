import fake_runs
import pytest

from sim.batch import Results, batch, make_plan
from sim.batch import gather as gathering

PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")
KINDS = ("layers", "events", "series", "runs")


@pytest.fixture
def scattered(tmp_path, monkeypatch):
    """A folder of one run a part, as workers leave it."""
    monkeypatch.setattr("sim.batch.runner.gather", lambda root: None)
    monkeypatch.setattr("sim.batch.runner.chunk_size", lambda left, workers, spent: min(1, left))
    return batch(PLAN, out=tmp_path / "fake", run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False)


def test_joined_parts_hold_the_same(scattered):
    before, runs, weekly = scattered.digest(), scattered.runs(), scattered.weekly()
    assert len(scattered.parts("runs")) == 12
    gathering.gather(scattered.path, largest=5)
    joined = Results.open(scattered.path)
    assert [len(joined.parts(kind)) for kind in KINDS] == [3, 3, 3, 3]
    assert joined.digest() == before and joined.outcomes() == scattered.outcomes() and joined.status() == scattered.status()
    assert joined.runs().equals(runs) and joined.weekly().equals(weekly)
    gathering.gather(scattered.path, largest=5)
    assert [path.stat().st_mtime_ns for path in joined.parts("runs")] == [path.stat().st_mtime_ns for path in scattered.parts("runs")]


@pytest.mark.parametrize("step", range(1, 12))
def test_left_at_any_moment_nothing_is_lost_or_counted_twice(scattered, monkeypatch, step):
    before = scattered.digest()
    done = 0

    def until(real):
        def act(*arguments, **options):
            nonlocal done
            done += 1
            if done == step:
                raise KeyboardInterrupt
            return real(*arguments, **options)

        return act

    monkeypatch.setattr(gathering, "write_part", until(gathering.write_part))
    monkeypatch.setattr("pathlib.Path.unlink", until(gathering.Path.unlink))
    with pytest.raises(KeyboardInterrupt):
        gathering.gather(scattered.path, largest=5)
    monkeypatch.undo()
    left = Results.open(scattered.path)
    assert left.digest() == before and left.status() == scattered.status() and len(left.runs()) == 12
    again = batch(PLAN, out=scattered.path, run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False)
    assert again.digest() == before and len(again.parts("runs")) == len(list((again.path / "runs").iterdir())) == 1
    assert {kind: len(list((again.path / kind).iterdir())) for kind in KINDS} == dict.fromkeys(KINDS, 1)
