"""Tables that follow from the map alone, computed once per machine and kept beside the compile cache."""

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import scipy

Arrays = dict[str, np.ndarray]


def cache_folder() -> Path:
    """`$XDG_CACHE_HOME/redeploy/travel`, or the same under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "redeploy" / "travel"


def digest_of(parts: Iterable[object], sources: Iterable[str]) -> str:
    """Hash of everything a table follows from: inputs (by repr), source files (by content) and library versions."""
    digest = hashlib.sha256(repr((np.__version__, scipy.__version__, *parts)).encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:24]


def cached(name: str, digest: str, build: Callable[[], Arrays]) -> Arrays:
    """The arrays of `build()`, read from `<cache>/<digest>/<name>.npz` where a whole file is there. All come back read-only.

    A damaged file is built anew. A cache that cannot be written is no error: the arrays are then built at every start.
    """
    path = cache_folder() / digest / f"{name}.npz"
    arrays = _read(path)
    if arrays is None:
        arrays = {name: np.ascontiguousarray(array) for name, array in build().items()}
        _write(path, arrays)
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def _read(path: Path) -> Arrays | None:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, arrays: Arrays) -> None:
    """Write to a file of its own, then rename: a reader sees the old file or the whole new one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(part, path)
    except OSError:
        Path(part).unlink(missing_ok=True)
