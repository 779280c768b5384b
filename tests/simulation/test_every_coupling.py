"""Every coupling, switched off, changes a run in which everything happens."""

import hashlib

import pytest
from busy import BUSY, STRONG
from small_runs import STATE, arrays_of, small_run

from sim.parameters import load_couplings

COUPLINGS = load_couplings()


def digest(ablated: str = "") -> str:
    off = COUPLINGS[ablated].parameters if ablated else ()
    strong = {name: value for name, value in STRONG.items() if name not in off}
    run = small_run(
        **BUSY, time__horizon_days=168, parameters=strong, ablate=[ablated] if ablated else []
    )
    run.advance(run.end)
    whole = hashlib.sha256(run.world.tally.tobytes())
    for array in arrays_of(run.world, *STATE).values():
        whole.update(array.tobytes())
    return whole.hexdigest()


@pytest.fixture(scope="module")
def usual():
    return digest()


@pytest.mark.parametrize("name", COUPLINGS)
def test_a_coupling_switched_off_changes_a_run(name, usual):
    assert digest(name) != usual
