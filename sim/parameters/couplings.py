"""Couplings from `couplings.toml`: named groups of parameters that `ablate` switches off."""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from sim.parameters.registry import HERE, Registry


@dataclass(frozen=True, slots=True)
class Coupling:
    """A link between two parts of the model that can be switched off.

    `parameters` are dotted names of the registry, each with an off value. In the file a coupling
    may consist of `couplings` defined above it; it switches off all of them.
    """

    name: str
    parameters: tuple[str, ...]
    meaning: str


@cache
def load_couplings(path: Path = HERE / "couplings.toml") -> Mapping[str, Coupling]:
    """Read the couplings by name, in the order of the file."""
    with path.open("rb") as file:
        tree = tomllib.load(file)
    found: dict[str, Coupling] = {}
    for name, entry in tree.items():
        parts = [
            parameter for part in entry.get("couplings", ()) for parameter in found[part].parameters
        ]
        found[name] = Coupling(name, (*entry.get("parameters", ()), *parts), entry["meaning"])
    return MappingProxyType(found)


def off_values(
    names: Iterable[str], couplings: Mapping[str, Coupling], registry: Registry
) -> dict[str, float]:
    """Return the off value of every parameter of the named couplings.

    KeyError, with the nearest known name, for an unknown coupling.
    """
    found: dict[str, float] = {}
    for name in names:
        if name not in couplings:
            close = difflib.get_close_matches(name, couplings, 1)
            raise KeyError(
                f'no coupling "{name}"' + (f'. Did you mean "{close[0]}"?' if close else "")
            )
        for parameter in couplings[name].parameters:
            off = registry.get(parameter).off
            assert off is not None, f"{parameter} has no off value"
            found[parameter] = off
    return found
