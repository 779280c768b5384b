"""The parameters of a scenario: the registry's values, replaced where the scenario has its own."""

from typing import Any

from sim.parameters.registry import load_registry


def values(scenario: Any, section: str) -> dict[str, float]:
    """Return the values of a section of the registry, with those that the scenario replaces."""
    return load_registry().record(section, flat(scenario.parameters))


def flat(parameters: Any) -> dict[str, float]:
    """Return the replaced values by dotted name, whether the file nests them or not."""
    found: dict[str, float] = {}
    for name, value in dict(parameters).items():
        if hasattr(value, "items"):
            found |= {f"{name}.{field}": number for field, number in value.items()}
        else:
            found[name] = value
    return found
