"""The couplings that `ablate` names are of parameters that can be switched off."""

import pytest

from sim.parameters import load_couplings, load_registry, off_values

COUPLINGS = load_couplings()


def test_every_coupling_can_be_switched_off():
    registry = load_registry()
    for name, coupling in COUPLINGS.items():
        off = off_values([name], COUPLINGS, registry)
        assert coupling.meaning and off.keys() == set(coupling.parameters)
        assert all(registry.get(parameter).value != value for parameter, value in off.items()), name


def test_an_unknown_coupling_is_told_the_nearest():
    with pytest.raises(KeyError, match='Did you mean "rumour"'):
        off_values(["rumor"], COUPLINGS, load_registry())
