"""Reads files of a results folder as bytes and tables.

A pipe never blocks a reader, and a file that the system refuses to read does not count as damaged.
"""

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
    """Open a regular file for reading.

    FileNotFoundError for anything else, Unreadable if the system refuses.
    """
    with reading(file):
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise FileNotFoundError(file)
        with os.fdopen(descriptor, "rb") as content:
            yield content


def bytes_in(file: Path) -> bytes:
    """Return the bytes of a file; errors as of `opened`."""
    with opened(file) as content:
        return content.read()


def sum_of(file: Path) -> str:
    """Return the SHA-256 of a whole file in hex; errors as of `opened`."""
    with opened(file) as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def names_in(folder: Path) -> set[str]:
    """Return the names in a folder, none if it is not there; Unreadable if the system refuses."""
    try:
        with reading(folder):
            return set(os.listdir(folder))
    except OSError:
        return set()


def table_in(file: Path, kind: str, columns: list[str] | None = None) -> pa.Table:
    """Return a table of a kind, or some columns of it.

    OSError or pa.ArrowException if it is missing or is no such table; Unreadable if the system
    refuses to read it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with reading(file):
        if not file.is_file():  # Arrow would read a folder as a table without columns
            raise FileNotFoundError(file)
        # An absolute path, because Arrow would take `s3:x/y` for an address.
        table = pq.read_table(file.absolute(), columns=columns, partitioning=None)
    if columns is None and (amiss := columns_amiss(kind, table.schema)):
        raise pa.ArrowInvalid(f"no {amiss}")
    if kind in ALWAYS and not len(table):
        raise pa.ArrowInvalid("no rows")
    return table
