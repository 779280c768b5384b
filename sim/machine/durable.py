"""Writes to disk after which a crash or a power cut leaves either the old bytes or the new ones.

`sim.batches` changes the disk only through these functions and the few calls of `os` in them. A
test records these calls, checks their order and ends the process before each of them. The bytes of
a file are safe once the file is synced; a new or removed name is safe once its folder is synced.
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
UNSYNCABLE = {errno.EINVAL, errno.ENOTSUP}  # some network file systems cannot sync a folder


def replace_file(path: Path, write: Callable[[BinaryIO], Any]) -> None:
    """Replace `path` by what `write(file)` writes, completely or not at all; OSError on failure.

    The temporary file has an unpredictable name beside `path` and is always removed. Links are not
    followed.
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
    """Append bytes to a file, all of them or none."""
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
    """Make sure that the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in UNSYNCABLE:
            raise
    finally:
        os.close(opened)


def make_folder(path: Path) -> None:
    """Make a folder and its parents, unless they exist."""
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
    """Remove a file if it exists. The removal is safe once the folder is synced."""
    with suppress(FileNotFoundError):
        os.unlink(path)


def rename(path: Path, to: Path) -> None:
    """Rename a file or folder within its folder."""
    os.rename(path, to)
    sync(path.parent)


def touch(path: Path) -> None:
    """Make an empty file, unless the file exists."""
    os.close(os.open(path, ADDING, 0o666))


def opened_to_lock(path: Path) -> int:
    """Open a file, or make it, and return a descriptor that can be locked."""
    return os.open(path, LOCKING, 0o666)
