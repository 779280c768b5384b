"""A reader gets the same answer while a batch joins the parts as it does afterwards."""

import fake_runs
import pytest

from sim.batches import Results, batch, make_plan
from sim.batches import gather as gathering
from sim.results.parts import Parts
from sim.results.refused import ResultsError, Unreadable

PLAN = make_plan(fake_runs.SWEPT, 2, points_of=fake_runs.points_of, source="code-1")
READERS = {
    "status": Results.status,
    "runs": lambda results: len(results.runs()),
    "weekly": lambda results: len(results.weekly()),
    "sql": lambda results: int(
        results.sql("select count(*) as n from weekly join runs using (run_id)")["n"][0]
    ),
    "missing": Results.missing,
    "digest": Results.digest,
    "outcomes": Results.outcomes,
}
MOMENTS = [
    ("sim.results.parts.Parts._whole", 1),  # before the first part is checked
    ("sim.results.parts.Parts._whole", 4),
    ("sim.results.parts.table_in", 3),  # after the sums of the third, before its runs are read
    ("sim.results.parts.table_in", 10),  # after all are checked, while tables are read
    ("pyarrow.parquet.read_schema", 1),
]


@pytest.fixture
def scattered(tmp_path, monkeypatch):
    """A folder of one run a part, as workers leave it."""
    monkeypatch.setattr("sim.batches.runner.gather", lambda results: None)
    monkeypatch.setattr("sim.batches.runner.chunk_size", lambda left, workers, spent: min(1, left))
    return batch(
        PLAN, out=tmp_path / "fake", run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False
    ).path


def joined_before_call(monkeypatch, place, number, root):
    """Join all parts just before the `number`-th call of the function `place`."""
    from pkgutil import resolve_name

    original, calls = resolve_name(place.replace("parts.Parts", "parts:Parts")), []

    def interrupted(*args, **options):
        calls.append(1)
        if len(calls) == number:
            gathering.gather(Results(root, mending=True))
        return original(*args, **options)

    monkeypatch.setattr(place, interrupted)


@pytest.mark.parametrize(("place", "number"), MOMENTS)
@pytest.mark.parametrize("reader", READERS)
def test_a_read_during_a_join_gives_what_the_folder_holds(
    scattered, reader, place, number, monkeypatch
):
    undisturbed = READERS[reader](Results.open(scattered))
    results = Results.open(scattered)
    joined_before_call(monkeypatch, place, number, scattered)
    assert READERS[reader](results) == undisturbed


@pytest.mark.parametrize("reader", READERS)
def test_an_open_folder_can_be_read_after_its_parts_were_joined(scattered, reader):
    results = Results.open(scattered)
    undisturbed = READERS[reader](results)
    gathering.gather(Results(scattered, mending=True))
    assert READERS[reader](results) == undisturbed


def test_a_folder_that_keeps_changing_is_refused_and_not_read_in_part(scattered, monkeypatch):
    calls = []
    monkeypatch.setattr(
        Parts, "_names", lambda parts: calls.append(1) or [f"part-{len(calls):016x}"]
    )
    with pytest.raises(Unreadable, match="its parts change faster than they can be read"):
        Results.open(scattered).status()


def test_an_error_without_a_join_is_not_retried(scattered):
    calls = []

    def fails(parts):
        calls.append(1)
        raise ResultsError("as it is")

    with pytest.raises(ResultsError, match="as it is"):
        Results.open(scattered).stored.read(fails)
    assert len(calls) == 1
