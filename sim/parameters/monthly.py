"""Monthly river levels by basin and rain by theatre, read from `seasons.toml` and checked."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sim.parameters.registry import HERE, PROVENANCES, RegistryError

MONTHS = 12


@cache
def load_seasons(
    path: Path = HERE / "seasons.toml",
) -> Mapping[str, Mapping[str, tuple[float, ...]]]:
    """Read `{"river": {basin: 12 levels}, "rain": {theatre: 12 values}}`, each value in [0, 1].

    Values start with January. RegistryError lists every fault.
    """
    with path.open("rb") as file:
        tree = tomllib.load(file)
    faults = []
    for kind in ("river", "rain"):
        for name, entry in tree.get(kind, {}).items():
            monthly = entry.get("monthly", [])
            if len(monthly) != MONTHS or not all(
                isinstance(value, float) and 0.0 <= value <= 1.0 for value in monthly
            ):
                expected = f"expected twelve numbers from 0 to 1 (got {monthly})"
                faults.append(f"{path.name}: {kind}.{name}.monthly: {expected}")
            if not entry.get("source") or entry.get("provenance") not in PROVENANCES:
                expected = f"expected a source, and a provenance of {', '.join(PROVENANCES)}"
                faults.append(f"{path.name}: {kind}.{name}: {expected}")
    if faults:
        raise RegistryError("\n".join(faults))
    return {
        kind: {name: tuple(entry["monthly"]) for name, entry in tree[kind].items()}
        for kind in ("river", "rain")
    }
