"""Files written so that a crash, a power cut too, leaves the old bytes or the new ones.

Whatever `sim.batches` changes on the disk, it changes here, by the few calls of `os` below: a test records them, checks their order and
ends the process before each of them. A file's bytes are safe once the file is synced; a new name, or the loss of one, is safe once its
folder is synced.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

FRESH = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
ADDING = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LOCKING = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
UNSYNCABLE = {errno.EINVAL, errno.ENOTSUP}  # of a folder, on some network file systems


def replace_file(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Put what `write(file)` writes in the place of `path`, whole or not at all. OSError where it cannot be; no temporary file stays.

    The temporary file stands beside `path` under a name that nobody can guess, and no link is ever followed.
    """
    write(content := BytesIO())
    temporary = path.with_name(f"{path.name}.{secrets.randbelow(10**12)}.tmp")
    file = os.open(temporary, FRESH, 0o666)
    try:
        try:
            write_all(file, content.getbuffer())
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise
    sync(path.parent)


def append(path: Path, content: bytes) -> None:
    """Add bytes to the end of a file, all or none."""
    file = os.open(path, ADDING, 0o666)
    try:
        before = os.fstat(file).st_size
        try:
            write_all(file, memoryview(content))
            os.fsync(file)
        except BaseException:
            os.ftruncate(file, before)
            raise
    finally:
        os.close(file)
    sync(path.parent)


def write_all(file: int, content: memoryview) -> None:
    while content:
        content = content[os.write(file, content) :]


def sync(folder: Path) -> None:
    """See to it that the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in UNSYNCABLE:
            raise
    finally:
        os.close(opened)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, where it is not there."""
    if path.is_dir():
        return
    make_folder(path.parent)
    try:
        os.mkdir(path)
    except FileExistsError:
        if not path.is_dir():
            raise
    sync(path.parent)


def remove(path: Path) -> None:
    """Remove a file, where it is there. The name is gone for good once its folder is synced."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def rename(path: Path, to: Path) -> None:
    """Give a file or folder another name in the same folder."""
    os.rename(path, to)
    sync(path.parent)


def touch(path: Path) -> None:
    """Make an empty file where none is."""
    os.close(os.open(path, ADDING, 0o666))


def opened_to_lock(path: Path) -> int:
    """A descriptor of the file `path`, made where it is not there, on which a lock can be held."""
    return os.open(path, LOCKING, 0o666)
