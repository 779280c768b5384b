"""Every reader reports one changed bit anywhere in a results folder."""

import fake_runs
import pytest
from damage import Flipped, flips, parts_in

from sim.batches import Results, ResultsError, batch, make_plan, runner
from sim.cli.main import main
from sim.report.page import report

PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")
pytestmark = pytest.mark.filterwarnings("ignore:.*runs failed")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder of a part joined of eight runs, four parts of one run, and a failed run."""
    folder = tmp_path_factory.mktemp("flips") / "fake"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "chunk_size", lambda left, workers, spent: 8 if left > 8 else 1)
        patch.setattr(runner, "gather", lambda results: None)
        batch(
            PLAN,
            out=folder,
            run=fake_runs.failing_run,
            outcomes=fake_runs.OUTCOMES,
            progress=False,
            workers=1,
        )
    assert len(Results.open(folder).parts("series")) >= 4
    return folder


READERS = {
    "runs": lambda root: Results.open(root).runs(),
    "weekly": lambda root: Results.open(root).weekly(),
    "sql": lambda root: Results.open(root).sql("select 1"),
    "sql of runs": lambda root: Results.open(root).sql("select count(*) from runs"),
    "status": lambda root: Results.open(root).status(),
    "report": lambda root: report(Results.open(root)),
}


def is_told(root, file, capsys):
    """Return whether every reader, in Python and on the command line, names the damaged file."""
    for name, read in READERS.items():
        with pytest.raises(ResultsError) as caught:
            read(root)
        assert file.stem in str(caught.value), (name, caught.value)
    for command in ("status", "compare", "report"):
        assert main([command, str(root)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert file.name in line and "damaged" in line
    return True


@pytest.mark.parametrize("number", [24, pytest.param(1_200, marks=pytest.mark.lane)])
def test_each_flipped_bit_of_a_part_is_reported(root, number, capsys):
    files, told = parts_in(root), 0
    for file, byte, bit in flips(files, number, seed=13):
        with Flipped(file, byte, bit):
            told += is_told(root, file, capsys)
    assert told == number
    Results.open(root).digest()


@pytest.mark.parametrize("number", [10, pytest.param(300, marks=pytest.mark.lane)])
@pytest.mark.parametrize("name", ["manifest.json", "design.parquet"])
def test_each_flipped_bit_of_manifest_and_design_is_reported(root, name, number, capsys):
    for file, byte, bit in flips([root / name], number, seed=14):
        with Flipped(file, byte, bit):
            with pytest.raises(ResultsError, match=name):
                Results.open(root).design()
            assert main(["compare", str(root)]) == 2 and name in capsys.readouterr().err


@pytest.mark.parametrize("number", [20, pytest.param(600, marks=pytest.mark.lane)])
def test_each_flipped_bit_of_a_record_or_of_failures_is_reported(root, number, capsys):
    for file, byte, bit in flips(
        [*sorted(root.glob("runs/*.sha256")), root / "failures.jsonl"], number, seed=15
    ):
        if file.name == "failures.jsonl" and byte == file.stat().st_size - 1:
            continue  # the end of the last line: the failed run is told as PENDING
        with Flipped(file, byte, bit):
            assert main(["status", str(root)]) == 2 and file.name in capsys.readouterr().err
