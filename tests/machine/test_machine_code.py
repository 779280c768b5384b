"""What stands in the machine code of the compiled model."""

import pickle

import numba
import numpy as np
import pytest
from small_runs import small_run

from sim.machine import cache
from sim.machine.compile_cache import KERNELS
from sim.model.compile import is_compiled


def reference_counts(machine_code: bytes) -> list[str]:
    """The functions of numba that count references and that some machine code calls by name."""
    return [name for name in ("NRT_incref", "NRT_decref") if name.encode() in machine_code]


@pytest.mark.skipif(not is_compiled(), reason="plain Python has no machine code")
def test_no_compiled_loop_counts_references():
    """numba would count them in the inner loops, for every row that a loop takes from a table."""
    small_run().advance(1)
    counting = {}
    for kernel in KERNELS:
        for file in (cache.cache_root() / kernel.folder).glob(f"{kernel.name}-*"):
            library, *_ = pickle.loads(cache.read(f"{kernel.folder}/{file.name}"))
            _name, _kind, (machine_code, _bitcode) = library
            counting[kernel.name] = reference_counts(machine_code)
    assert "sim.model.day.advance" in counting
    assert {name: calls for name, calls in counting.items() if calls} == {}


@pytest.mark.skipif(not is_compiled(), reason="plain Python has no machine code")
def test_a_loop_that_allocates_would_be_found():
    """The name of the function stands in the machine code of a loop that releases an array."""

    @numba.njit
    def allocates(n):
        return np.zeros(n)

    allocates(3)
    library = allocates.overloads[allocates.signatures[0]].library
    assert reference_counts(library._get_compiled_object())
