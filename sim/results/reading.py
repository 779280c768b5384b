"""Files of a results folder as bytes and tables. Nobody waits on a pipe, and what the system refuses is not taken for damage."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.columns import ALWAYS, columns_amiss
from sim.results.refused import reading

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def opened(file: Path) -> Iterator[BufferedReader]:
    """A regular file, opened for reading. FileNotFoundError for anything else, Unreadable where the system refuses."""
    with reading(file):
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError(file)
        with os.fdopen(descriptor, "rb") as content:
            yield content


def bytes_in(file: Path) -> bytes:
    """The bytes of a file; errors as of `opened`."""
    with opened(file) as content:
        return content.read()


def sum_of(file: Path) -> str:
    """The SHA-256 of a whole file, in hex; errors as of `opened`."""
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def names_in(folder: Path) -> set[str]:
    """The names in a folder, none where it is not there; Unreadable where the system refuses."""
    try:
        with reading(folder):
            return set(os.listdir(folder))
    except OSError:
        return set()


def table_in(file: Path, kind: str, columns: list[str] | None = None) -> pa.Table:
    """A table of a kind, or some columns of it. OSError or pa.ArrowException where it is missing or is none; Unreadable where the
    system refuses."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading(file):
        if not file.is_file():  # of a directory Arrow would make a table without columns
            raise FileNotFoundError(file)
        table = pq.read_table(
            file.absolute(), columns=columns, partitioning=None
        )  # `s3:x/y` would be an address to Arrow
    if columns is None and (amiss := columns_amiss(kind, table.schema)):
        raise pa.ArrowInvalid(f"no {amiss}")
    if kind in ALWAYS and not len(table):
        raise pa.ArrowInvalid("no rows")
    return table
