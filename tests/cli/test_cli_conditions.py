"""Commands where the machine lacks something: columns, disk, open files, a home, permission.

`batch`, `compare`, `report` and `status` work as usual, or name what is missing in one line and
end with status 2. They never print a traceback.
"""

import contextlib
import fcntl
import os
import pty
import re
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

COMMAND = [sys.executable, str(Path(__file__).with_name("stand_in_command.py"))]
NOBODY = 65_534
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
READERS = ("status", "compare", "report")


def redeploy(*arguments, environment=None, before=None, cwd=None):
    env = {
        key: value for key, value in os.environ.items() if key not in ("COLUMNS", "MPLCONFIGDIR")
    } | (environment or {})
    words = [*COMMAND, *map(str, arguments)]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=120, env=env, preexec_fn=before, cwd=cwd
    )


def is_one_line(done, *words):
    assert done.returncode == 2, done
    assert len(done.stderr.splitlines()) == 1 and all(word in done.stderr for word in words), (
        done.stderr
    )


def is_as_always(done):
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout


@pytest.fixture(scope="module")
def ground():
    """Make a folder that other users can enter, with a scenario and the results of its batch."""
    place = Path(tempfile.mkdtemp(prefix="conditions-"))
    place.chmod(0o755)
    (place / "plan.toml").write_text(SCENARIO)
    done = redeploy("batch", place / "plan.toml", "--out", place / "results")
    assert done.returncode == 0, done.stderr
    yield place
    shutil.rmtree(place)


def on_a_terminal(columns, *arguments, kind="dumb"):
    """Return what a command prints on a terminal of that width, and its exit status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {key: value for key, value in os.environ.items() if key != "COLUMNS"} | {
        "TERM": kind,
        "NO_COLOR": "1",
    }
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=theirs, stderr=theirs, stdin=theirs, env=env
    )
    os.close(theirs)
    printed = b""
    with contextlib.suppress(OSError):  # how the end of a terminal reads
        while more := os.read(ours, 65_536):
            printed += more
    os.close(ours)
    return process.wait(timeout=120), printed.decode()


@pytest.mark.parametrize("command", ["compare", "status"])
def test_at_80_columns_every_name_and_number_is_whole(command, ground):
    status, text = on_a_terminal(80, command, ground / "results")
    lines = [line.rstrip() for line in text.splitlines()]
    piped = redeploy(command, ground / "results").stdout
    assert status == 0 and max(map(len, lines)) <= 80 and "…" not in text
    assert set(text.split()) >= set(piped.split()) - {"\u2500" * 10} - {
        word for word in piped.split() if set(word) == {"─"}
    }


def shown(text):
    """The lines that a terminal has shown, each state of a line that was drawn anew by itself."""
    return [
        line.rstrip()
        for line in re.split(r"[\r\n]+", re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text))
        if line.strip()
    ]


@pytest.mark.parametrize("kind", ["dumb", "xterm"])
def test_at_80_columns_batch_and_report_print_whole_names_and_numbers(kind, ground):
    folder = ground / f"eighty-{kind}"
    status, text = on_a_terminal(
        80, "batch", ground / "plan.toml", "--out", folder, "--replications", "2", kind=kind
    )
    lines = shown(text)
    assert status == 0 and max(map(cell_len, lines)) <= 80 and "…" not in text, text
    drawn = [line for line in lines if " 6/6 runs " in line]
    assert drawn and all(
        line.startswith(f"{folder} ")
        and re.search(r" 6/6 runs \d:\d\d:\d\d left \d:\d\d:\d\d$", line)
        for line in drawn
    )
    said = f"{folder}: 6 SUCCEEDED; `redeploy compare {folder}` compares"
    assert " ".join(text.split()).endswith(said), text
    status, text = on_a_terminal(80, "report", folder, kind=kind)
    assert (
        status == 0
        and shown(text) == [str(folder / "report.html")]
        and len(str(folder / "report.html")) <= 80
    )


def test_beside_a_long_name_of_a_folder_no_number_of_the_progress_is_cut(ground):
    folder = (
        ground / "a_folder_with_a_long_name" / "and_another_in_it" / "results_of_two_replications"
    )
    status, text = on_a_terminal(
        80, "batch", ground / "plan.toml", "--out", folder, "--replications", "2"
    )
    first, *others = shown(text)
    assert (
        status == 0
        and "…" not in text
        and re.search(r" 6/6 runs \d:\d\d:\d\d left \d:\d\d:\d\d$", first)
    ), text
    assert "".join([first.split()[0], *others]).startswith(str(folder)), (
        text
    )  # the name goes on beneath itself


def test_in_a_pipe_no_line_is_cut_even_where_columns_is_set(ground):
    wide = redeploy("compare", ground / "results", environment={"COLUMNS": "40"}).stdout
    rows = [line for line in wide.splitlines() if line.startswith("   static 30 %")]
    assert any(line.rstrip().endswith("]  diverted 60 %") and len(line) > 40 for line in rows)
    assert "…" not in wide
    assert "…" not in wide


@pytest.fixture
def full_disk():
    """A file system of 1 MB, to be filled."""
    place = Path(tempfile.mkdtemp(prefix="disk-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", str(place)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        place.rmdir()
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)
    place.rmdir()


def fill(place):
    with contextlib.suppress(OSError), (place / "filler").open("wb", 0) as file:
        while file.write(b"\0" * 512):
            pass


def test_on_a_full_disk_writers_say_so_in_one_line_and_readers_work(full_disk, ground):
    shutil.copytree(ground / "results", full_disk / "results")
    before = sorted(path for path in full_disk.rglob("*"))
    fill(full_disk)
    for command in ("status", "compare"):
        is_as_always(redeploy(command, full_disk / "results"))
    is_one_line(redeploy("report", full_disk / "results"), "No space left on device", "report.html")
    is_one_line(
        redeploy("batch", ground / "plan.toml", "--out", full_disk / "new"),
        "No space left on device",
    )
    is_one_line(
        redeploy(
            "batch", ground / "plan.toml", "--out", full_disk / "results", "--replications", "9"
        ),
        "No space left on device",
    )
    (full_disk / "filler").unlink()
    left = [path for path in full_disk.rglob("*.tmp")]
    assert left == [] and set(before) <= set(full_disk.rglob("*"))


def test_a_write_that_finds_the_disk_full_is_one_line(ground, tmp_path):
    """Test the same without a mount: the files of the process cannot grow past 3 kB."""

    def short_of_disk():
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, 3_000))

    shutil.copytree(ground / "results", tmp_path / "results")
    is_one_line(
        redeploy("report", tmp_path / "results", before=short_of_disk),
        "report.html",
        "File too large",
    )
    is_one_line(
        redeploy("batch", ground / "plan.toml", "--out", tmp_path / "new", before=short_of_disk),
        "File too large",
    )
    assert list(tmp_path.rglob("*.tmp")) == []


@pytest.mark.parametrize("command", [*READERS, "batch"])
def test_with_20_open_files_a_command_works_or_says_so_in_one_line(command, ground, tmp_path):
    def few_files():
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))

    target = (
        [ground / "plan.toml", "--out", tmp_path / "new"]
        if command == "batch"
        else [ground / "results"]
    )
    out = ["--out", tmp_path / "page.html"] if command == "report" else []
    done = redeploy(command, *target, *out, before=few_files)
    assert "Traceback" not in done.stderr and "damaged" not in done.stderr, done.stderr
    if done.returncode:
        is_one_line(done, "Too many open files")
    else:
        assert done.stdout and all(
            line.startswith(f"{tmp_path}/new: ") for line in done.stderr.splitlines()
        ), done.stderr


@pytest.mark.lane  # some thirty starts of an interpreter, a minute or more
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
class TestAnotherUser:
    """The commands as a user who owns nothing here and has no home."""

    def as_nobody(self, *arguments, home="/nonexistent"):
        environment = {
            "BECOME": str(NOBODY),
            "HOME": str(home),
            "XDG_CACHE_HOME": "",
            "XDG_CONFIG_HOME": "",
        }
        return redeploy(*arguments, environment=environment)

    @pytest.fixture(autouse=True)
    def start(self, ground):
        """Skip if this user cannot start the command, for example for lack of permissions."""
        done = self.as_nobody("status", ground / "results")
        if done.returncode not in (0, 2):
            pytest.skip(f"another user cannot read the code here: {done.stderr.strip()[-200:]}")

    @pytest.mark.parametrize("command", READERS)
    def test_a_folder_that_may_not_be_read_is_told_so(self, command, ground):
        closed = ground / "closed"
        shutil.copytree(ground / "results", closed)
        closed.chmod(0o700)
        try:
            done = self.as_nobody(command, closed)
            is_one_line(done, str(closed), "ermission")
            assert "damaged" not in done.stderr and "remove" not in done.stderr
        finally:
            shutil.rmtree(closed)

    @pytest.mark.parametrize("command", ["status", "compare"])
    def test_who_may_only_read_can_read_without_a_home(self, command, ground):
        is_as_always(self.as_nobody(command, ground / "results"))

    def test_the_report_of_a_folder_that_may_not_be_written_is_one_line(self, ground):
        is_one_line(
            self.as_nobody("report", ground / "results"), "report.html", "Permission denied"
        )

    def test_a_batch_into_a_folder_that_may_not_be_written_is_one_line(self, ground):
        is_one_line(
            self.as_nobody("batch", ground / "plan.toml", "--out", ground / "results"),
            "Permission denied",
        )
        is_one_line(
            self.as_nobody("batch", ground / "plan.toml", "--out", ground / "new"),
            "Permission denied",
        )

    @pytest.mark.parametrize("home", ["absent", "read only"])
    def test_without_a_home_that_can_be_written_batch_and_report_work(self, home, ground):
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)
            (Path(place) / "home").mkdir(mode=0o555)
            at = "/nonexistent" if home == "absent" else Path(place) / "home"
            done = self.as_nobody(
                "batch", ground / "plan.toml", "--out", Path(place) / "results", home=at
            )
            assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
            assert all(
                line.startswith(f"{place}/results: ") for line in done.stderr.splitlines()
            ), done.stderr
            done = self.as_nobody("report", Path(place) / "results", home=at)
            assert done.returncode == 0 and len(done.stderr.splitlines()) <= 1, done.stderr
