"""Hashes of the sources that decide a result, and of those that compiled code can contain.

They depend on content only, never on path or time: equal sources have equal hashes in every
checkout.
"""

import functools
import hashlib
import json
import tomllib
from collections.abc import Iterable
from pathlib import Path

SIM = Path(__file__).parents[1]
SHARED = ("names.py", "model/compile.py", "model/chance.py", "model/state/*.py", "model/rules/*.py")
KERNELS = (
    *SHARED,
    "model/mechanisms/*/*.py",
    "model/observe.py",
    "model/prologue.py",
    "model/day.py",
)
CALL_MECHANISMS = ("day.py", "prologue.py")  # files whose kernels can contain every other kernel
INPUTS = (
    "geography/data/*.npz",
    "geography/data/places*.json",
    "parameters/parameters.toml",
    "parameters/seasons.toml",
    "parameters/registry.py",
    "parameters/monthly.py",
)
ON_THE_WAY = ("run", "records", "orders", "situation", "apply_events", "snapshots")
# Of `scenario/`, a run uses only `events.py`. The resolved scenario holds everything else,
# including the off values of couplings.
LOOP = (
    "simulation/build/**/*.py",
    "simulation/outcomes/*.py",
    *(f"simulation/{name}.py" for name in ON_THE_WAY),
    "scenario/events.py",
    "machine/addition.py",
)
DECIDING = (*KERNELS, *INPUTS, *LOOP, "strategies/**/*.py", "geography/*.py")
REGISTRY = "parameters.toml"
# The texts of the registry's entries, which decide no result.
TEXTS = ("source", "meaning", "direction", "moves", "provenance", "confidence", "acts", "needs")


def _digest(files: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("|".join(words).encode())
    for f in sorted(set(files)):
        digest.update(
            f.name.encode()
            + b"\0"
            + (_numbers(f) if f.name == REGISTRY else f.read_bytes())
            + b"\0"
        )
    return digest.hexdigest()[:16]


def _numbers(registry: Path) -> bytes:
    """Return the registry without its texts, so that an edited text does not rename every run."""
    sections = tomllib.loads(registry.read_text("utf-8"))
    kept = {
        section: {
            name: {key: value for key, value in entry.items() if key not in TEXTS}
            for name, entry in entries.items()
        }
        for section, entries in sections.items()
    }
    return json.dumps(kept).encode()


@functools.cache
def kernel_hash(source: str, *words: str) -> str:
    """Hash all sources that the compiled code of one file can contain.

    These are the file itself and the shared files; for a file that calls mechanisms, all kernels.
    `words` are other dependencies, such as versions.
    """
    own = Path(source).resolve()
    globs = KERNELS if own.name in CALL_MECHANISMS else SHARED
    return _digest([own, *(f for g in globs for f in SIM.glob(g))], *words)


@functools.cache
def source_hash() -> str:
    """Hash every source that decides a result.

    The hash is part of a run's identity, so that results of changed code never mix with old ones.
    """
    return _digest(f for g in DECIDING for f in SIM.glob(g) if f.is_file())
