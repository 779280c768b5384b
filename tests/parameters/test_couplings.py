"""The couplings that `ablate` names consist of parameters that can be switched off."""

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


def test_a_coupling_made_of_others_cuts_all_of_them(tmp_path):
    (tmp_path / "c.toml").write_text(
        '[one]\nparameters = ["a.x", "a.y"]\nmeaning = "1"\n'
        '[two]\nparameters = ["b.z"]\nmeaning = "2"\n'
        '[both]\ncouplings = ["one", "two"]\nmeaning = "1 and 2"\n'
    )
    assert load_couplings(tmp_path / "c.toml")["both"].parameters == ("a.x", "a.y", "b.z")
    parts = {
        "learning",
        "hearsay",
        "observation",
        "rumour",
        "foresight",
        "exploration",
        "load_splitting",
    }
    assert set(COUPLINGS["adaptation"].parameters) == {
        name for part in parts for name in COUPLINGS[part].parameters
    }
