"""A stand-in for the `os` of `sim.machine.durable` that can end the process before a change.

It records each change on the disk. A kill leaves what the process did. A power cut may also lose
what was not synced: bytes of a file, and new, changed and removed names of a folder. `lost` says
of which folders (by name) the names are lost; unsynced bytes always are.
"""

import os
import shutil
import signal
from concurrent.futures import Executor, Future
from pathlib import Path

KILLS = {
    "a kill": None,
    "a power cut": lambda folder: True,
    "a power cut that spares runs": lambda folder: folder != "runs",
    "a power cut that takes runs alone": lambda folder: folder == "runs",
}


class Disk:
    def __init__(self, stop=None, lost=None):
        self.stop, self.lost = stop, lost
        self.operations = []
        self.paths = {}  # open files and folders
        self.unsynced = {}  # path -> the size that is safe
        self.undo = {}  # folder -> how to take back each of its names since its last sync

    def __getattr__(self, name):
        return getattr(os, name)

    def step(self, what, path):
        if len(self.operations) == self.stop:
            self.end()
        self.operations.append((what, str(path)))

    def end(self):
        if self.lost:
            for path, size in self.unsynced.items():
                os.truncate(path, size)
            for folder, names in self.undo.items():
                if self.lost(Path(folder).name):
                    for take_back in reversed(names):
                        take_back()
        os.kill(os.getpid(), signal.SIGKILL)

    def since(self, path, take_back):
        self.undo.setdefault(str(Path(path).parent), []).append(take_back)

    def open(self, path, flags, mode=0o777):
        new = bool(flags & os.O_CREAT) and not os.path.lexists(path)
        if flags & os.O_CREAT:
            self.step("open", path)
        file = os.open(path, flags, mode)
        self.paths[file] = str(path)
        if new:
            self.since(path, lambda: gone(path))
        return file

    def write(self, file, content):
        self.step("write", self.paths[file])
        self.unsynced.setdefault(self.paths[file], os.fstat(file).st_size)
        return os.write(file, content)

    def ftruncate(self, file, size):
        self.step("truncate", self.paths[file])
        os.ftruncate(file, size)

    def fsync(self, file):
        self.step("sync", self.paths[file])
        os.fsync(file)
        self.unsynced.pop(self.paths[file], None)
        self.undo.pop(self.paths[file], None)

    def close(self, file):
        self.paths.pop(file)
        os.close(file)

    def replace(self, path, to):
        self.step("replace", to)
        before = Path(to).read_bytes() if os.path.isfile(to) else None
        os.replace(path, to)
        if str(path) in self.unsynced:
            self.unsynced[str(to)] = self.unsynced.pop(str(path))

        def take_back():
            os.replace(to, path)
            if before is not None:
                Path(to).write_bytes(before)

        self.since(to, take_back)

    def rename(self, path, to):
        self.step("rename", to)
        os.rename(path, to)
        self.since(to, lambda: os.rename(to, path))

    def unlink(self, path):
        before = Path(path).read_bytes() if os.path.isfile(path) else None
        if before is not None:
            self.step("unlink", path)
            self.since(path, lambda: Path(path).write_bytes(before))
        os.unlink(path)

    def mkdir(self, path, mode=0o777):
        self.step("mkdir", path)
        os.mkdir(path, mode)
        self.since(path, lambda: shutil.rmtree(path))


def gone(path):
    if os.path.lexists(path):
        os.unlink(path)


class Here(Executor):
    """An executor that does each task at once, in the calling thread."""

    _max_workers = 1

    def submit(self, function, /, *arguments, **options):
        future = Future()
        future.set_result(function(*arguments, **options))
        return future


def in_a_child(act):
    """Call `act()` in a forked process; return its exit status, or minus the fatal signal."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
