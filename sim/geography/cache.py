"""Tables that follow from the map alone, computed once per machine and then cached.

They are kept beside the compile cache.
"""

import hashlib
import io
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import scipy

from sim.machine import cache

Arrays = dict[str, np.ndarray]


def digest_of(parts: Iterable[object], sources: Iterable[str]) -> str:
    """Return a hash of all that a table follows from.

    These are its inputs (by repr), source files (by content) and the versions of libraries.
    """
    digest = hashlib.sha256(repr((np.__version__, scipy.__version__, *parts)).encode())
    for source in sources:
        digest.update(Path(source).read_bytes())
    return digest.hexdigest()[:24]


def cached(kind: str, digest: str, build: Callable[[], Arrays]) -> Arrays:
    """Return the arrays of `build()`, read-only, from the cache where a whole entry is there.

    A damaged entry is built anew. If the cache cannot be written, `sim.machine.cache` says so in
    one line and the tables are still returned.
    """
    entry = f"{kind}/{digest}/{kind}.npz"
    stored = cache.read(entry)
    if stored is None:
        arrays = {name: np.ascontiguousarray(array) for name, array in build().items()}
        file = io.BytesIO()
        np.savez(file, **arrays)  # type: ignore[arg-type]
        cache.write(entry, file.getvalue())
    else:
        with np.load(io.BytesIO(stored), allow_pickle=False) as loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
