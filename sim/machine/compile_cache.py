"""A cache of compiled code, named by the content of the sources.

numba's own disk cache checks only the file of the function itself, so it misses an edited callee in
another file; it is bound to the path of the checkout; and it falls back to `__pycache__` if its
folder cannot be written. Here an entry is named by a hash of everything that its compiled code can
contain: for a mechanism, its own source and the shared files; for `model/day.py`, all kernel
sources. An edited mechanism therefore recompiles only itself and the day, and equal checkouts share
their entries. `sim.machine.cache` stores them.

Compiled code depends on the path of its source in one respect: a traceback shows the file name of
the checkout that compiled it, which has the same source.
"""

import contextlib
import hashlib
import pickle
import sys
from collections.abc import Callable
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core import config, event, sigutils
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from sim.machine import cache
from sim.machine.interrupts import ended_at_once
from sim.machine.sources import kernel_hash

# Settings of numba that change the compiled code.
FLAGS = ("BOUNDSCHECK", "DEBUGINFO_DEFAULT", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE")
FORMAT = "2"  # version of the format of an entry
S_A_LINE = 0.02  # seconds to compile a line, on one core of a laptop
S_A_LINE_OF_THE_DAY = 0.2  # the same in `day.py`, which is compiled with all that it calls


class KernelCache(_Cache):
    """Compiled code of one function, by argument types and processor.

    All functions of a file share `folder`.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        if function.__closure__:
            raise TypeError(
                f"{function.__qualname__}: a kernel must not use variables of an enclosing "
                "function, since the cache cannot see them"
            )
        versions = (FORMAT, numba.__version__, llvmlite.__version__, np.__version__, sys.version)
        flags = (f"{flag}={getattr(config, flag, None)}" for flag in FLAGS)
        self.folder = f"kernels/{kernel_hash(function.__code__.co_filename, *versions, *flags)}"
        self.name = f"{function.__module__}.{function.__qualname__}"
        self.line = function.__code__.co_firstlineno
        lines = len({line for _, _, line in function.__code__.co_lines()})
        self.seconds = lines * (
            S_A_LINE_OF_THE_DAY if function.__module__ == "sim.model.day" else S_A_LINE
        )
        KERNELS.append(self)

    @property
    def cache_path(self) -> str:
        return self.folder

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the compiled function for a signature, or None if it must be compiled."""
        target_context.refresh()
        stored = cache.read(self._entry(sig, target_context.codegen()))
        if stored is None:
            return None
        cache.use(*{kernel.folder for kernel in KERNELS})
        return CompileResult._rebuild(target_context, *pickle.loads(stored))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Store a compiled function, unless it holds memory addresses of this process."""
        if not data.library.has_dynamic_globals and not any(
            not lifted.can_cache for lifted in data.lifted
        ):
            cache.write(self._entry(sig, data.codegen), dumps(data._reduce()))

    def enable(self) -> None:
        """Do nothing: this cache is always on."""

    disable = flush = enable

    def _entry(self, sig: Any, codegen: Any) -> str:
        arguments, _ = sigutils.normalize_signature(sig)
        key = repr((self.line, str(arguments), codegen.magic_tuple()))
        return f"{self.folder}/{self.name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


class Teller(event.Listener):
    """Reports at the start of a compilation that the model is compiled, and how long it takes."""

    def __init__(self) -> None:
        self.depth = 0  # compilations are nested: each compiles the functions that it calls
        self.told: set[KernelCache] = set()
        self.guard = contextlib.ExitStack()

    def on_start(self, event: Any) -> None:
        """Handle the start of a compilation by numba."""
        if not self.depth:
            kernel = getattr(event.data["dispatcher"], "_cache", None)
            if isinstance(kernel, KernelCache) and kernel not in self.told:
                self.tell({kernel, *missing()} - self.told)
            self.guard.enter_context(ended_at_once())
        self.depth += 1

    def on_end(self, event: Any) -> None:
        """Handle the end of a compilation, successful or not."""
        self.depth -= 1
        if not self.depth:
            self.guard.close()

    def tell(self, kernels: set[KernelCache]) -> None:
        self.told |= kernels
        seconds = max(5 * round(sum(kernel.seconds for kernel in kernels) / 5), 5)
        with contextlib.suppress(OSError):
            print(
                f"Compiling the model (about {seconds} s; later runs load it in a moment)",
                file=sys.stderr,
                flush=True,
            )


def missing() -> set[KernelCache]:
    """Return the kernels that have no stored code."""
    return {kernel for kernel in KERNELS if not cache.holds(kernel.folder, f"{kernel.name}-")}


KERNELS: list[KernelCache] = []
event.register("numba:compile", Teller())
