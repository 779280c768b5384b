"""The compile decorators, and a compile cache that can't go stale and survives edits.

numba's disk cache looks only at the file of the function itself. Here each source file gets a cache folder of its own, named by a hash of
everything that its compiled code can contain: itself and the shared files; for `day.py`, all kernel sources. Editing one mechanism
recompiles that mechanism and the day, nothing else."""

import functools
import hashlib
import json
import os
import pathlib
import sys
import tomllib
from collections.abc import Callable

import numba

HERE = pathlib.Path(__file__).parent
SHARED = ("kernel.py", "chance.py", "world/*.py")
KERNELS = (*SHARED, "mechanisms/*.py", "records.py", "day.py")
WHOLE = ("day.py",)  # files whose kernels call mechanisms
INPUTS = (
    "geography/data/*.npz",
    "geography/data/places*.json",
    "parameters/parameters.toml",
    "parameters/seasons.toml",
    "parameters/registry.py",
    "parameters/seasons.py",
)
# Of `scenario/` only what is asked during a run: all else stands in the resolved scenario, the off values of couplings too.
LOOP = ("build.py", "opening.py", "run.py", "dated.py", "scenario/dated.py", "snapshots.py", "addition.py", "ledger.py", "outcomes.py")
DECIDING = (*KERNELS, *INPUTS, *LOOP, "strategies/*.py", "geography/*.py")
REGISTRY = "parameters.toml"
TEXTS = ("source", "meaning", "direction", "moves", "provenance", "confidence", "acts", "needs")  # of its entries: they decide no result


def cache_root() -> pathlib.Path:
    """Folder of all that is computed once: compiled kernels, travel tables, routes."""
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "redeploy"


def _digest(files, *words: str) -> str:
    digest = hashlib.sha256("|".join(words).encode())
    for f in sorted(set(files)):
        digest.update(f.name.encode() + b"\0" + (_numbers(f) if f.name == REGISTRY else f.read_bytes()) + b"\0")
    return digest.hexdigest()


def _numbers(registry: pathlib.Path) -> bytes:
    """The registry without its texts, so that a better word for a source does not rename every run."""
    sections = tomllib.loads(registry.read_text("utf-8"))
    kept = {
        section: {name: {key: value for key, value in entry.items() if key not in TEXTS} for name, entry in entries.items()}
        for section, entries in sections.items()
    }
    return json.dumps(kept).encode()


@functools.cache
def cache_folder(source: str) -> pathlib.Path:
    """Cache folder of one source file's kernels."""
    own = pathlib.Path(source).resolve()
    globs = KERNELS if own.name in WHOLE else SHARED
    files = [own, *(f for g in globs for f in HERE.glob(g))]
    return cache_root() / "kernels" / _digest(files, numba.__version__, sys.version, os.environ.get("NUMBA_BOUNDSCHECK", ""))[:16]


@functools.cache
def source_hash() -> str:
    """Hash of every source that decides a result: part of a run's identity, so that changed code never mixes with old results."""
    return _digest([f for g in DECIDING for f in HERE.glob(g) if f.is_file()])[:16]


def is_compiled() -> bool:
    """False under NUMBA_DISABLE_JIT=1, where the same files run as plain Python."""
    return not getattr(numba.config, "DISABLE_JIT", 0)


@functools.cache
def say_if_cold() -> None:
    """One line on stderr when the day is about to be compiled."""
    if is_compiled() and not any(cache_folder(str(HERE / "day.py")).glob("*/*.nbi")):
        print("Compiling the model (about three minutes; later runs load it in a moment)", file=sys.stderr, flush=True)


def _compile(function: Callable, **options) -> Callable:
    # numba reads the folder when it decorates
    numba.config.CACHE_DIR = str(cache_folder(function.__code__.co_filename))  # type: ignore[attr-defined]
    return numba.njit(nogil=True, cache=True, error_model="numpy", **options)(function)


def rule(function: Callable) -> Callable:
    """One agent's rule: inlined into the loop that calls it."""
    return _compile(function, forceinline=True)


def loop(function: Callable) -> Callable:
    """A pass over a table of agents or a layer."""
    return _compile(function)
