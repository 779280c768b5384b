"""The two compile decorators: a rule for one agent, and a loop over a table.
`machine/compile_cache.py` keeps the compiled code on disk."""

from collections.abc import Callable

import numba

from sim.machine.compile_cache import KernelCache
from sim.machine.sources import source_hash as source_hash


def is_compiled() -> bool:
    """Return False under NUMBA_DISABLE_JIT=1, where the same files run as plain Python."""
    return not getattr(numba.config, "DISABLE_JIT", 0)


def _compile(function: Callable, **options) -> Callable:
    compiled = numba.njit(nogil=True, error_model="numpy", **options)(function)
    if is_compiled():
        compiled._cache = KernelCache(function)
    return compiled


def rule(function: Callable) -> Callable:
    """Compile the rule of one agent. It is inlined into the loop that calls it."""
    return _compile(function, forceinline=True)


def loop(function: Callable) -> Callable:
    """Compile a pass over a table of agents or over a layer."""
    return _compile(function)
