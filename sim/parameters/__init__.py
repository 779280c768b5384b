"""The parameters of the model: value, range, unit and source of each."""

from sim.parameters.couplings import Coupling, load_couplings, off_values
from sim.parameters.edition import EDITION, FIRST, other_edition
from sim.parameters.moved import Moved, load_moved
from sim.parameters.registry import Parameter, Registry, RegistryError, load_figures, load_registry

__all__ = [
    "EDITION",
    "FIRST",
    "Coupling",
    "Moved",
    "Parameter",
    "Registry",
    "RegistryError",
    "load_couplings",
    "load_figures",
    "load_moved",
    "load_registry",
    "off_values",
    "other_edition",
]
