import fake_runs
import pytest

from sim.batches import Results, batch, make_plan
from sim.batches import gather as gathering

PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")
KINDS = ("layers", "events", "series", "runs")


@pytest.fixture
def scattered(tmp_path, monkeypatch):
    """A folder of one run a part, as workers leave it."""
    monkeypatch.setattr("sim.batches.runner.gather", lambda results: None)
    monkeypatch.setattr("sim.batches.runner.chunk_size", lambda left, workers, spent: min(1, left))
    return batch(
        PLAN, out=tmp_path / "fake", run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False
    )


def test_joined_parts_hold_the_same(scattered):
    before, runs, weekly = scattered.digest(), scattered.runs(), scattered.weekly()
    assert len(scattered.parts("runs")) == 12
    gathering.gather(Results.open(scattered.path), largest=5)
    joined = Results.open(scattered.path)
    assert [len(joined.parts(kind)) for kind in KINDS] == [3, 3, 3, 3]
    assert (
        joined.digest() == before
        and joined.outcomes() == scattered.outcomes()
        and joined.status() == scattered.status()
    )
    assert joined.runs().equals(runs) and joined.weekly().equals(weekly)
    gathering.gather(Results.open(scattered.path), largest=5)
    assert [path.stat().st_mtime_ns for path in joined.parts("runs")] == [
        path.stat().st_mtime_ns for path in scattered.parts("runs")
    ]


def test_only_a_part_that_another_part_contains_is_removed(scattered, monkeypatch):
    """A merge of a folder with its shard, or an interrupted join, leaves such parts."""
    before = scattered.digest()
    with monkeypatch.context() as patch:
        patch.setattr("sim.results.parts.Parts.drop", lambda parts, names: None)
        gathering.gather(Results.open(scattered.path))
    left = Results.open(scattered.path)
    assert len(left.parts("runs")) == 1 and len(list((left.path / "runs").glob("*.parquet"))) == 13
    assert (
        left.digest() == before
        and left.status() == scattered.status()
        and len(left.runs()) == 12
        and len(left.weekly()) == 72
    )
    gathering.gather(Results(left.path, mending=True))
    again = Results.open(left.path)
    assert again.digest() == before and again.parts("runs") == left.parts("runs")
    assert {
        kind: len(list((again.path / kind).glob("*.parquet"))) for kind in KINDS
    } == dict.fromkeys(KINDS, 1)


def test_runs_that_stand_in_two_parts_count_once(scattered):
    """A worker that outlives a killed batch may store runs that the next batch stores again."""
    before, three = scattered.digest(), scattered.stored.all()[:3]
    for several in (three[:2], three[1:]):
        gathering.write_part(
            scattered.path, {kind: gathering.joined(scattered, kind, several) for kind in KINDS}
        )
    scattered.stored.drop(part.name for part in three)
    twice = Results.open(scattered.path)
    assert (
        sum(len(part.run_ids) for part in twice.stored.all()) == 13
        and len(twice.stored.repeated) == 1
    )
    assert twice.digest() == before
    assert (
        len(twice.runs()),
        len(twice.weekly()),
        len(twice.layers()),
        twice.status()["SUCCEEDED"],
    ) == (12, 72, 48, 12)
    assert (
        twice.sql("select count(*) as n from weekly")["n"][0] == 72
        and twice.sql("from runs").shape[0] == 12
    )
    gathering.gather(twice)
    (joined,) = Results.open(scattered.path).stored.all()
    assert len(joined.run_ids) == 12 and Results.open(scattered.path).digest() == before
