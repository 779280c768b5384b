"""Errors of the system (permission, memory, open files, a full disk) are reported as such."""

import contextlib
import errno
import io
import os
import shutil
import tempfile
from pathlib import Path

import fake_runs
import pytest
from crash import Disk, in_a_child

from sim.batches import Results, ResultsError, batch, make_plan
from sim.cli.main import main
from sim.machine import durable
from sim.report.page import report
from sim.results import reading
from sim.results.sealed import sealed

PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")
FAILED = {"run_id": "x", "point_id": "p", "label": "l", "replication": 0, "error": "e"}


def done(root):
    return batch(
        PLAN, out=root, workers=1, run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return done(tmp_path_factory.mktemp("system") / "whole")


@pytest.fixture
def root(whole, tmp_path):
    shutil.copytree(whole.path, tmp_path / "fake")
    return tmp_path / "fake"


def contents(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("kind", ["runs", "series", "layers", "manifest.json", "design.parquet"])
@pytest.mark.parametrize("number", [errno.EACCES, errno.EMFILE, errno.ENOMEM, errno.EIO])
def test_an_unreadable_file_is_not_called_damaged(root, monkeypatch, kind, number, capsys):
    (root / "failures.jsonl").write_bytes(sealed(FAILED) + b"\n")
    before = contents(root)

    class System:
        def __getattr__(self, name):
            return getattr(os, name)

        def open(self, path, *rest):
            if Path(path).parent.name == kind or Path(path).name == kind:
                raise OSError(number, os.strerror(number), str(path))
            return os.open(path, *rest)

    monkeypatch.setattr(reading, "os", System())
    assert main(["compare", str(root)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{root / kind}") and line.endswith(
        f": cannot be read: {os.strerror(number)}; nothing was changed"
    )
    with pytest.raises(
        ResultsError, match=f"cannot be read: {os.strerror(number)}; nothing was changed"
    ):
        done(root)
    if kind != "design.parquet":
        assert contents(root) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_told_of_the_permission(root):
    home = Path(tempfile.mkdtemp())
    try:
        home.chmod(0o755)
        shutil.copytree(root, home / "fake")
        (part,) = Results.open(home / "fake").parts("series")
        part.chmod(0)
        said = os.open(home / "said", os.O_WRONLY | os.O_CREAT)

        def as_nobody():
            os.setuid(65534)
            with contextlib.redirect_stderr(io.TextIOWrapper(raw := io.BytesIO())) as err:
                status = main(["status", str(home / "fake")])
                err.flush()
            os.write(said, f"{status} {raw.getvalue().decode()}".encode())

        assert in_a_child(as_nobody) == 0
        assert (
            home / "said"
        ).read_text() == f"2 {part}: cannot be read: Permission denied; nothing was changed\n"
    finally:
        shutil.rmtree(home)


class Full(Disk):
    """A disk with room for some writes, the last of which is cut short."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def write(self, file, content):
        self.room -= 1
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(file, content[: len(content) // 2 + 1] if self.room == 0 else content)


@pytest.mark.parametrize("room", [0, 1, 2, 5, 9, 14])
def test_a_full_disk_is_one_line_and_leaves_no_temporary_file(whole, tmp_path, monkeypatch, room):
    with monkeypatch.context() as patch:
        patch.setattr(durable, "os", Full(room))
        with pytest.raises(ResultsError, match=r"No space left on device"):
            done(tmp_path / "full")
    assert not list((tmp_path / "full").rglob("*.tmp"))
    assert done(tmp_path / "full").digest() == whole.digest()


def test_a_line_that_does_not_fit_on_the_disk_is_removed_again(tmp_path, monkeypatch):
    durable.append(tmp_path / "lines", b"first\n")
    monkeypatch.setattr(durable, "os", Full(1))
    with pytest.raises(OSError, match="No space"):
        durable.append(tmp_path / "lines", b"second\n")
    assert (tmp_path / "lines").read_bytes() == b"first\n"


def test_a_report_is_never_written_through_a_link(root, tmp_path, monkeypatch):
    monkeypatch.setattr("sim.report.page.page", lambda results, point: "the page")
    (tmp_path / "mine").write_text("kept")
    for name in ("report.html", "report.html.tmp"):
        (root / name).symlink_to(tmp_path / "mine")
    assert report(Results.open(root)).read_text() == "the page"
    assert (tmp_path / "mine").read_text() == "kept" and not (root / "report.html").is_symlink()
    monkeypatch.setattr(durable, "os", Full(0))
    with pytest.raises(ResultsError, match=r"report.html cannot be written: No space left"):
        report(Results.open(root))
    assert [path.name for path in root.glob("*.tmp")] == ["report.html.tmp"]


@pytest.mark.parametrize("kind", ["runs", "series"])
def test_nothing_is_written_or_removed_through_a_linked_folder(root, whole, tmp_path, kind):
    (root / kind).rename(tmp_path / "elsewhere")
    (root / kind).symlink_to(tmp_path / "elsewhere")
    assert Results.open(root).digest() == whole.digest()
    before = contents(tmp_path / "elsewhere")
    with pytest.raises(
        ResultsError, match=f"{kind}: is a link to .*elsewhere; nothing is written through it"
    ):
        done(root)
    assert contents(tmp_path / "elsewhere") == before


@pytest.mark.parametrize("kind", ["runs", "series", "layers"])
def test_a_pipe_in_place_of_a_part_is_told(root, whole, kind, capsys):
    (part,) = Results.open(root).parts(kind)
    part.unlink()
    os.mkfifo(part)
    assert main(["compare", str(root)]) == 2
    assert capsys.readouterr().err.startswith(f"{part}: missing; ")
    with pytest.warns(UserWarning, match="its runs are done again"):
        assert done(root).digest() == whole.digest()
