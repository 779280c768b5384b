"""The cache folder: an entry is whole or absent, belongs to the user, and its place is reported."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time
from multiprocessing.dummy import Pool
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.machine import cache

NOBODY = 65534
ENTRY = "kernels/abc/one"
OLD = time.time() - 40 * cache.DAY_S
as_root = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may become another user"
)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """An empty cache folder of its own, and no temporary one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(cache.TEMPORARY, "unset")
    monkeypatch.delenv(cache.TEMPORARY)
    cache._remove_unused.cache_clear()
    yield tmp_path / "home" / "redeploy"
    cache.abandon()
    os.environ.pop(cache.TEMPORARY, None)


def as_another_user(question) -> str:
    """Run a child as the user nobody, because root ignores permissions."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            os.write(writes, repr(question()).encode())
        except BaseException as error:
            os.write(writes, repr(error).encode())
        finally:
            cache.abandon()
            os._exit(0)
    os.close(writes)
    with open(reads) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def put_and_read() -> bytes | None:
    cache.write(ENTRY, b"code")
    return cache.read(ENTRY)


def test_an_entry_comes_back_and_its_folder_is_for_nobody_else(root):
    before = os.umask(0)
    try:
        assert cache.read(ENTRY) is None and put_and_read() == b"code"
    finally:
        os.umask(before)
    assert all(
        (folder.stat().st_mode & 0o777) == 0o700
        for folder in (root, root / "kernels", root / "kernels/abc")
    )
    assert (
        not list(root.rglob("*.part"))
        and cache.holds("kernels/abc", "on")
        and not cache.holds("kernels/abc", "two")
    )


def test_every_flipped_bit_and_every_cut_makes_an_entry_absent(root):
    put_and_read()
    file = root / ENTRY
    whole = file.read_bytes()
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        file.write_bytes(flipped)
        assert cache.read(ENTRY) is None
    for length in range(len(whole)):
        file.write_bytes(whole[:length])
        assert cache.read(ENTRY) is None
    assert put_and_read() == b"code"


def test_many_writers_of_one_entry_leave_a_whole_one(root):
    contents = [bytes([number]) * 100_000 for number in range(8)]
    with Pool(8) as pool:
        for found in pool.map(
            lambda data: [cache.write(ENTRY, data), cache.read(ENTRY)][1], contents * 5
        ):
            assert found in contents
    assert [file.name for file in (root / "kernels/abc").iterdir()] == ["one"]


def test_a_folder_that_everybody_may_write_to_is_not_used(root, capfd):
    put_and_read()
    root.chmod(0o777)
    assert cache.read(ENTRY) is None and put_and_read() == b"code"
    (line,) = capfd.readouterr().err.splitlines()
    assert (
        "cannot be used: everybody may write to it; what is computed is kept in a temporary folder"
        in line
    )


@as_root
def test_a_folder_or_a_file_of_another_user_is_not_read(root, capfd):
    put_and_read()
    os.chown(root / ENTRY, NOBODY, NOBODY)
    assert cache.read(ENTRY) is None
    assert not capfd.readouterr().err
    os.chown(root, NOBODY, NOBODY)
    assert put_and_read() == b"code"
    assert capfd.readouterr().err.count("it belongs to another user") == 1


@as_root
@pytest.mark.parametrize("made", [False, True], ids=["without a cache", "with a cache"])
def test_a_home_that_cannot_be_written_is_told_once_and_a_temporary_folder_is_used(
    made, capfd, monkeypatch
):
    home = Path(tempfile.mkdtemp())  # that of pytest is closed to others
    try:
        home.chmod(0o755)
        monkeypatch.setenv("XDG_CACHE_HOME", str(home))
        monkeypatch.delenv(cache.TEMPORARY, raising=False)
        if made:
            (home / "redeploy").mkdir(mode=0o555)
            os.chown(home / "redeploy", NOBODY, NOBODY)
        assert as_another_user(
            lambda: (put_and_read(), put_and_read(), os.path.dirname(os.environ[cache.TEMPORARY]))
        ) == repr((b"code", b"code", tempfile.gettempdir()))
        (line,) = capfd.readouterr().err.splitlines()
        assert line.startswith(
            f"redeploy: the cache {home}/redeploy cannot be used: Permission denied; "
        )
        assert not list(home.rglob("one*"))
    finally:
        shutil.rmtree(home)


def test_a_user_without_a_home_is_told_once(root, monkeypatch, capfd):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", nowhere)
    assert put_and_read() == put_and_read() == b"code"
    assert capfd.readouterr().err.count("there is no home folder") == 1
    assert main(["cache"]) == 2 and "set XDG_CACHE_HOME" in capfd.readouterr().err


@pytest.mark.parametrize("everywhere", [False, True], ids=["one disk", "all disks"])
def test_a_full_disk_is_told_once_and_what_is_there_is_still_read(
    root, monkeypatch, capfd, everywhere
):
    put_and_read()
    real = cache._put

    def full(place, entry, data):
        if everywhere or place == root:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(place, entry, data)

    monkeypatch.setattr(cache, "_put", full)
    for name in ("two", "three"):
        cache.write(f"kernels/abc/{name}", b"more")
        assert cache.read(f"kernels/abc/{name}") == (None if everywhere else b"more")
    assert cache.read(ENTRY) == b"code"
    assert capfd.readouterr().err.count("No space left on device") == 1


def test_a_write_that_fails_midway_leaves_no_file(root, monkeypatch):
    monkeypatch.setattr(
        Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "broken"))
    )
    cache.write(ENTRY, b"code")
    assert [
        file for file in root.rglob("*") if file.is_file() and file.parent.name != cache.LIVING
    ] == []


ALONE = """
import os, sys
from sim.machine import cache
cache.write("kernels/abc/one", b"code")
print(os.environ[cache.TEMPORARY], flush=True)
"""


def test_the_temporary_folder_goes_with_the_process(tmp_path):
    (tmp_path / "file").write_text("")
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "file"), "TMPDIR": str(tmp_path)}
    environment.pop(cache.TEMPORARY, None)  # of a test that went before
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()).parent == tmp_path and sorted(
        file.name for file in tmp_path.iterdir()
    ) == ["file"]


def age(folder: Path) -> None:
    os.utime(folder, (OLD, OLD))


def test_what_nobody_used_for_30_days_is_removed_at_the_next_write(root):
    for name in ("kernels/old/a", "kernels/new/a", "travel/old/a"):
        cache._put(root, name, b"code")
    (root / "kernels/numba/sub").mkdir(parents=True)
    for folder in ("kernels/old", "travel/old", "kernels/numba"):
        age(root / folder)
    put_and_read()
    assert sorted(str(folder.relative_to(root)) for folder in root.glob("[!l]*/*")) == [
        "kernels/abc",
        "kernels/new",
    ]


def test_what_is_read_is_used_again(root):
    cache._put(root, "kernels/old/a", b"code")
    age(root / "kernels/old")
    assert cache.read("kernels/old/a") == b"code"
    assert time.time() - (root / "kernels/old").stat().st_mtime < cache.DAY_S


LIVES = """
import sys
from sim.machine import cache
cache.read('kernels/old/a')
print(flush=True)
sys.stdin.read()
"""


def test_what_a_living_process_uses_stays_until_it_ends(root):
    """A batch that runs for weeks starts workers that need the compiled code."""
    cache._put(root, "kernels/old/a", b"code")
    with subprocess.Popen(
        [sys.executable, "-c", LIVES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        age(root / "kernels/old")
        put_and_read()
        assert (root / "kernels/old/a").exists()
        process.kill()
    cache._remove_unused.cache_clear()
    put_and_read()
    assert not (root / "kernels/old").exists()


def test_the_command_tells_place_and_size_and_empties(root, capsys):
    assert main(["cache"]) == 0 and capsys.readouterr().out == f"{root}: 0.0 MB\n"
    cache.write(ENTRY, bytes(3_000_000))
    assert main(["cache"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"{root}: 3.0 MB" and second.startswith(
        "1 compiled loops and rules, 3.0 MB, last used 20"
    )
    assert main(["cache", "--json"]) == 0 and '"bytes": 3000032' in capsys.readouterr().out
    assert main(["cache", "--clear"]) == 0 and capsys.readouterr().out.startswith(
        f"{root}: 3.0 MB removed\n"
    )
    assert cache.read(ENTRY) is None
    root.chmod(0o777)
    assert (
        main(["cache"]) == 2
        and "nothing is kept here: everybody may write to it" in capsys.readouterr().err
    )
