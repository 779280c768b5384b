"""Every number of the model that could be another number: its value, its range, its unit and where it comes from."""

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
