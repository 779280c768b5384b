"""A compile cache that goes by content: it can't go stale, it survives edits, and equal checkouts share it.

numba's own disk cache looks only at the file of the function itself (an edited callee in another file
goes unnoticed), is bound to the path of the checkout, and falls back to `__pycache__` where its folder
can't be written. Here an entry is named by a hash of everything that its compiled code can contain: for
a mechanism, its own source and the shared files; for `model/day.py`, all kernel sources. Editing one mechanism
recompiles that mechanism and the day, nothing else. `sim.machine.cache` keeps the entries.

Nothing in compiled code depends on the path of its source but the file name that a traceback shows:
it may be that of the checkout that compiled it, whose source is the same.
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

FLAGS = (
    "BOUNDSCHECK",
    "DEBUGINFO_DEFAULT",
    "OPT",
    "LOOP_VECTORIZE",
    "SLP_VECTORIZE",
)  # of numba: they change what is compiled
FORMAT = "2"  # of an entry
S_A_LINE = 0.02  # to compile it, on one core of a laptop
S_A_LINE_OF_THE_DAY = 0.2  # its loops are compiled together with all that they call


class KernelCache(_Cache):
    """Compiled code of one function, by its types and the processor. `folder`: of all functions of its file."""

    def __init__(self, function: Callable) -> None:
        if function.__closure__:
            raise TypeError(
                f"{function.__qualname__}: a kernel takes no variables of an enclosing function; the cache could not see them"
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
        """The compiled function for a signature, or None where it must be compiled."""
        target_context.refresh()
        stored = cache.read(self._entry(sig, target_context.codegen()))
        if stored is None:
            return None
        cache.use(*{kernel.folder for kernel in KERNELS})
        return CompileResult._rebuild(target_context, *pickle.loads(stored))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, unless it holds addresses of this very process."""
        if not data.library.has_dynamic_globals and not any(
            not lifted.can_cache for lifted in data.lifted
        ):
            cache.write(self._entry(sig, data.codegen), dumps(data._reduce()))

    def enable(self) -> None:
        """Always on."""

    disable = flush = enable

    def _entry(self, sig: Any, codegen: Any) -> str:
        arguments, _ = sigutils.normalize_signature(sig)
        key = repr((self.line, str(arguments), codegen.magic_tuple()))
        return f"{self.folder}/{self.name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


class Teller(event.Listener):
    """Says that the model is being compiled, and about how long that takes, when a compilation really begins."""

    def __init__(self) -> None:
        self.depth = 0  # a compilation compiles what it calls
        self.told: set[KernelCache] = set()
        self.guard = contextlib.ExitStack()

    def on_start(self, event: Any) -> None:
        """numba begins to compile a function."""
        if not self.depth:
            kernel = getattr(event.data["dispatcher"], "_cache", None)
            if isinstance(kernel, KernelCache) and kernel not in self.told:
                self.tell({kernel, *missing()} - self.told)
            self.guard.enter_context(ended_at_once())
        self.depth += 1

    def on_end(self, event: Any) -> None:
        """numba has compiled it, or failed."""
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
    """The kernels of which nothing is kept."""
    return {kernel for kernel in KERNELS if not cache.holds(kernel.folder, f"{kernel.name}-")}


KERNELS: list[KernelCache] = []
event.register("numba:compile", Teller())
