"""Parameters as a scenario has them: the registry's values with the scenario's laid over."""

from typing import Any

from sim.parameters.registry import load_registry


def values(scenario: Any, section: str) -> dict[str, float]:
    """Registry values of a section with the scenario's overrides."""
    return load_registry().record(section, flat(scenario.parameters))


def flat(parameters: Any) -> dict[str, float]:
    """Overrides by dotted name, whether the file nests them or not."""
    found: dict[str, float] = {}
    for name, value in dict(parameters).items():
        if hasattr(value, "items"):
            found |= {f"{name}.{field}": number for field, number in value.items()}
        else:
            found[name] = value
    return found
