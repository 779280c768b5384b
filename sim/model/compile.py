"""The compile decorators: a rule of one agent, and a loop over a table.

`machine/compile_cache.py` keeps what they compile.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from sim.machine.compile_cache import KernelCache
from sim.machine.sources import source_hash as source_hash

# A kernel keeps its signature, so that mypy checks each call of it.
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

# Kernels allocate nothing, and their caller holds every array, so numba need not count references
# (`_nrt`): it would do so in the inner loops, for each row that is taken from a table.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def is_compiled() -> bool:
    """Return False under NUMBA_DISABLE_JIT=1, where the same files run as plain Python."""
    return not getattr(numba.config, "DISABLE_JIT", 0)


def _compile(function: Kernel, **options: Any) -> Kernel:
    compiled: Any = numba.njit(**OPTIONS, **options)(function)
    if is_compiled():
        compiled._cache = KernelCache(function)
    return cast(Kernel, compiled)


def rule(function: Kernel) -> Kernel:
    """Compile the rule of one agent. It is inlined into the loop that calls it."""
    return _compile(function, forceinline=True)


def loop(function: Kernel) -> Kernel:
    """Compile a pass over a table of agents or over a layer."""
    return _compile(function)
