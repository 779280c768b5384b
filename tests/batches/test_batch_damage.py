"""Damaged results folders: one line names the damage, and the same command repairs it."""

import json
import os
import shutil

import fake_runs
import pyarrow.parquet as pq
import pytest

from sim.batches import Results, ResultsError, batch, make_plan
from sim.cli.main import main
from sim.results.refused import ResultsWarning
from sim.results.sealed import sealed

AGAIN = "the same command that made the folder writes it again"
FAILED = {
    "run_id": "x",
    "point_id": "p",
    "label": "l",
    "replication": 0,
    "status": "FAILED",
    "error": "e",
    "traceback": "t",
}


def done(root, scenario=fake_runs.SWEPT, **options):
    plan = make_plan(scenario, points_of=fake_runs.points_of, source="code-1")
    return batch(
        plan,
        out=root,
        workers=1,
        run=fake_runs.run,
        outcomes=fake_runs.OUTCOMES,
        progress=False,
        **options,
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return done(tmp_path_factory.mktemp("damage") / "whole")


@pytest.fixture
def root(whole, tmp_path):
    shutil.copytree(whole.path, tmp_path / "hurt")
    return tmp_path / "hurt"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "\x00\x01", '{"plan_id": 3}', "[" * 100_000, '{"plan_id": "x"}']
)
@pytest.mark.parametrize("command", ["status", "compare"])
def test_a_damaged_manifest_is_told_and_written_anew(root, whole, text, command, capsys):
    (root / "manifest.json").write_text(text)
    assert main([command, str(root)]) == 2
    assert capsys.readouterr().err == f"{root}/manifest.json: missing or damaged; {AGAIN}\n"
    assert done(root).digest() == whole.digest()
    assert Results.open(root).status() == whole.status()


def test_without_its_manifest_a_folder_is_still_refused_to_another_plan(root):
    (root / "manifest.json").unlink()
    with pytest.raises(ResultsError, match="not of this plan"):
        done(root, fake_runs.Scenario())
    (root / "design.parquet").write_bytes(b"PAR1")
    with pytest.raises(ResultsError, match="not of this plan"):
        done(root)
    assert done(root, fake_runs.Scenario(), replace=True).status()["SUCCEEDED"] == 6
    assert len(list((root.with_name("hurt.old-1") / "runs").iterdir())) > 0


def test_a_damaged_design_is_told_and_written_anew(root, whole, capsys):
    def lose_a_column(file):
        pq.write_table(pq.read_table(file).drop_columns(["hold_id"]), file)

    for hurt in (lambda file: file.write_bytes(b"PAR1"), lose_a_column, lambda file: file.unlink()):
        hurt(root / "design.parquet")
        assert main(["compare", str(root)]) == 2
        assert capsys.readouterr().err == f"{root}/design.parquet: missing or damaged; {AGAIN}\n"
        assert done(root).runs().equals(whole.runs())


WHOLE = sealed(FAILED) + b"\n"
BROKEN = {
    "another key": sealed({"a": 1}) + b"\n",
    "a broken end": b"{]}\n",
    "lists": b"3\n[1]}\n",
    "no text": b"\xff{}\n",
    "a run_id that is none": sealed(FAILED | {"run_id": {}}) + b"\n",
    "NaN": sealed(FAILED | {"future": float("nan")}) + b"\n",
    "no seal": json.dumps(FAILED).encode() + b"\n",
    "another word": WHOLE.replace(b'"e"', b'"f"'),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_damaged_failures_are_reported_but_half_a_last_line_is_not(root, text, capsys):
    (root / "failures.jsonl").write_bytes(WHOLE + b'{"run_id": "y", "err')
    assert Results.open(root).failures() == [FAILED]
    (root / "failures.jsonl").write_bytes(WHOLE + text)
    assert main(["status", str(root)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{root}/failures.jsonl: damaged; {AGAIN}")
    assert done(root).failures() == []


@pytest.mark.parametrize(
    "name", ["lock", "stop", "failures.jsonl", "manifest.json", "design.parquet", "runs", "series"]
)
def test_a_file_that_stands_in_the_way_is_named(root, name):
    here = root / name
    shutil.rmtree(here) if here.is_dir() else here.unlink(missing_ok=True)
    here.touch() if name in ("runs", "series") else here.mkdir()
    with pytest.raises(ResultsError, match=f"{name}: .*(directory|exists).*; correct this"):
        done(root)


def test_a_killed_start_leaves_a_folder_that_can_be_used(tmp_path):
    (tmp_path / "lock").touch()
    (tmp_path / "design.parquet.123.tmp").touch()
    assert done(tmp_path).status()["SUCCEEDED"] == 12
    assert not list(tmp_path.glob("*.tmp"))


def test_only_our_own_temporary_files_are_removed(root):
    (root / "mydocs").mkdir()
    (root / "series" / "mine").mkdir()
    mine = [
        "draft.tmp",
        "draft.12.tmp",
        "mydocs/draft.tmp",
        "mydocs/manifest.json.12.tmp",
        "runs/notes.tmp",
        "manifest.json.tmp",
    ]
    ours = [
        "manifest.json.12.tmp",
        "design.parquet.12.tmp",
        "series/part-0af3.parquet.12.tmp",
        "fitted.csv.12.tmp",
        "fans.png.12.tmp",
    ]
    for name in (*mine, *ours):
        (root / name).write_text(name)
    done(root)
    assert all((root / name).read_text() == name for name in mine) and not any(
        (root / name).exists() for name in ours
    )


def test_a_damaged_part_is_named(root):
    part = Results.open(root).parts("series")[0]
    content = bytearray(part.read_bytes())
    content[4:200] = bytes(196)
    part.write_bytes(content)
    with pytest.raises(ResultsError, match=f"{part.name}: damaged; {AGAIN}"):
        Results.open(root).digest()


def test_a_full_disk_is_told_and_the_rest_can_be_done_later(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("sim.batches.worker.write_part", full)
        with pytest.raises(ResultsError, match=r"cannot write results: .*No space left"):
            done(tmp_path / "full")
    assert done(tmp_path / "full").status()["SUCCEEDED"] == 12


def test_workers_must_be_one_or_more(tmp_path):
    with pytest.raises(ValueError, match="workers: expected 1 or more, got 0"):
        batch(
            make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="c"),
            out=tmp_path / "none",
            workers=0,
        )


def cut_short(part):
    part.write_bytes(part.read_bytes()[:-9])


def without_rows(part):
    pq.write_table(pq.read_table(part)[:-1], part)


def without_a_column(part):
    table = pq.read_table(part)
    pq.write_table(table.drop_columns(table.column_names[-1:]), part)


@pytest.mark.parametrize(
    "hurt",
    [cut_short, without_rows, without_a_column, os.unlink, lambda part: part.write_bytes(b"")],
)
@pytest.mark.parametrize("kind", ["runs", "series", "events", "layers"])
def test_a_lost_part_is_named_and_its_runs_are_made_again(root, whole, kind, hurt, capsys):
    (part,) = Results.open(root).parts(kind)
    hurt(part)
    if (kind, hurt) == ("runs", os.unlink):
        assert main(["status", str(root)]) == 0 and "12 PENDING" in capsys.readouterr().out
        done(root)
    else:
        assert main(["status", str(root)]) == 2
        assert (
            capsys.readouterr().err
            == f"{part}: {'missing' if hurt == os.unlink else 'damaged'}; {AGAIN}\n"
        )
        with pytest.raises(ResultsError, match=f"{part}: "):
            Results.open(root).sql("select * from events")
        with pytest.warns(ResultsWarning, match=f"{part}: .*; its runs are done again"):
            done(root)
    assert Results.open(root).digest() == whole.digest()
    assert (
        sorted(path.stem for path in root.rglob("part-*.parquet"))
        == [Results.open(root).parts("runs")[0].stem] * 4
    )


@pytest.mark.parametrize("name", ["manifest.json", "failures.jsonl", "runs/part-pipe.parquet"])
def test_no_reader_waits_on_a_pipe(root, name, capsys):
    (root / name).unlink(missing_ok=True)
    os.mkfifo(root / name)
    assert main(["status", str(root)]) == (0 if name.startswith("runs") else 2)
    assert len(capsys.readouterr().err.splitlines()) == (0 if name.startswith("runs") else 1)


def test_a_failure_that_moves_the_cursor_is_one_plain_line(root, capsys):
    (root / "failures.jsonl").write_bytes(sealed(FAILED | {"error": "e\n\u001b[2J"}) + b"\n")
    assert main(["status", str(root)]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == ["failed: l, replication 0: e??[2J"]
