"""The parameters of the model: value, range, unit and source of each."""

from sim.parameters.couplings import Coupling, load_couplings, off_values
from sim.parameters.registry import Parameter, Registry, RegistryError, load_figures, load_registry

__all__ = [
    "Coupling",
    "Parameter",
    "Registry",
    "RegistryError",
    "load_couplings",
    "load_figures",
    "load_registry",
    "off_values",
]
