"""The registry of parameters: it reads and checks `parameters.toml` and finds entries by name.

The entry `width_jungle_km` of `[search]` is the parameter `search.width_jungle_km`. A number such
as F0123 in `source` is a row of `figures.csv`, which holds the published figures.
"""

import csv
import difflib
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.parameters.moved import load_moved

HERE = Path(__file__).parent
PROVENANCES = ("measured", "estimated", "assumed")
CONFIDENCES = ("high", "medium", "low")
ACTS = ("always", "burn-in", "start")


class RegistryError(ValueError):
    """The file of the registry is wrong; the text has one line for each fault."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number: `value` within [`low`, `high`], all three in `unit`.

    - off: the value at which a coupling is switched off.
    - limit: the largest value that the model can work with, where there is one;
      `allow_outside_range` does not lift it.
    - direction: the effect of a higher value, in words.
    - moves: an outcome or record that shows this effect. "+attacks_vraem" rises with the value,
      "-attacks_vraem" falls, and "0 <reason>" does not change in the shipped baseline.
    - acts: when the value is read: every day ("always"), only in the burn-in ("burn-in"), or only
      when the world is made ("start").
    - needs: the conditions under which it acts, separated by commas: names of
      `sim.scenario.conditions`, or couplings that are not switched off.
    """

    mechanism: str
    field: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    provenance: str
    confidence: str
    meaning: str
    off: float | None = None
    limit: float | None = None
    direction: str | None = None
    moves: str | None = None
    acts: str = "always"
    needs: str | None = None

    @property
    def name(self) -> str:
        """The dotted name, as a scenario writes it: `detection.width_jungle_km`."""
        return f"{self.mechanism}.{self.field}"

    def fault(self, value: object, outside_range: bool = False) -> str | None:
        """Say what a replacement should have been, or None if `value` is valid."""
        try:
            sound = (
                not isinstance(value, bool)
                and isinstance(value, int | float)
                and math.isfinite(value)
            )
        except OverflowError:
            sound = False
        if not sound or not isinstance(value, int | float):
            return f"expected a finite number in {self.unit}"
        if self.limit is not None and value > self.limit:
            return f"expected at most {self.limit:g} {self.unit}: the model cannot work with more"
        if outside_range or self.low <= value <= self.high or value == self.off:
            return None
        expected = f"expected {self.low:g} to {self.high:g} {self.unit}"
        return f"{expected} (allow_outside_range = true lifts this)"


class Registry:
    """All parameters in the order of the file.

    `mechanisms` maps each mechanism to the names of its fields, in the same order.
    """

    def __init__(self, parameters: list[Parameter]) -> None:
        self._parameters = {parameter.name: parameter for parameter in parameters}
        grouped: dict[str, list[str]] = {}
        for parameter in parameters:
            grouped.setdefault(parameter.mechanism, []).append(parameter.field)
        self.mechanisms: Mapping[str, tuple[str, ...]] = MappingProxyType(
            {name: tuple(group) for name, group in grouped.items()}
        )

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __len__(self) -> int:
        return len(self._parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    @property
    def names(self) -> tuple[str, ...]:
        """Every dotted name, in the order of the file."""
        return tuple(self._parameters)

    def near(self, name: str) -> str | None:
        """Return the known name closest to a misspelt one, or None.

        If no whole name is close, the last part is compared, since the mechanism may be missing or
        wrong.
        """
        close = difflib.get_close_matches(name, self._parameters, 1, 0.7)
        by_field = {parameter.field: parameter.name for parameter in self}
        close = close or [
            by_field[field]
            for field in difflib.get_close_matches(name.rpartition(".")[2], by_field, 1, 0.8)
        ]
        return close[0] if close else None

    def gone(self, name: str) -> str | None:
        """Say why a parameter of an earlier edition is gone and what takes its place, or None.

        The name may lack its mechanism, unless a parameter of today has the same last part.
        """
        moved = load_moved()
        if name in moved and name not in self:
            return moved[name].told
        if "." in name or any(name == parameter.field for parameter in self):
            return None
        return next(
            (
                f"the former {full} {each.told}"
                for full, each in moved.items()
                if full.endswith(f".{name}")
            ),
            None,
        )

    def get(self, name: str) -> Parameter:
        """Return the parameter of a dotted name.

        KeyError, with what took the place of a former name or with the nearest known one.
        """
        if name in self._parameters:
            return self._parameters[name]
        if gone := self.gone(name):
            raise KeyError(f"{name!r} {gone}")
        near = self.near(name)
        raise KeyError(f"no parameter {name!r}" + (f"; did you mean {near!r}?" if near else ""))

    def record(
        self, mechanism: str, overrides: Mapping[str, float] | None = None
    ) -> dict[str, float]:
        """Return the values of a mechanism by field name.

        `overrides` has dotted names; those of other mechanisms are ignored. KeyError for an unknown
        mechanism, or an unknown parameter of this mechanism.
        """
        if mechanism not in self.mechanisms:
            near = difflib.get_close_matches(mechanism, self.mechanisms, 1)
            raise KeyError(
                f"no mechanism {mechanism!r} in the registry"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
        record = {
            field: self._parameters[f"{mechanism}.{field}"].value
            for field in self.mechanisms[mechanism]
        }
        for name, value in (overrides or {}).items():
            if name.startswith(mechanism + "."):
                record[self.get(name).field] = float(value)
        return record


@cache
def load_figures(path: Path = HERE / "figures.csv") -> Mapping[str, Mapping[str, str]]:
    """Read the published figures: a row of `figures.csv` for each identifier (F0001 ...)."""
    with path.open(encoding="utf-8", newline="") as file:
        return MappingProxyType({row["id"]: MappingProxyType(row) for row in csv.DictReader(file)})


@cache
def load_registry(path: Path = HERE / "parameters.toml") -> Registry:
    """Read and check the registry; RegistryError lists every fault of the file."""
    with path.open("rb") as file:
        tree = tomllib.load(file)
    faults: list[str] = []
    parameters: list[Parameter] = []
    for mechanism, group in tree.items():
        for field, entry in group.items() if isinstance(group, dict) else ():
            found = _faults(entry)
            faults += [f"{path.name}: {mechanism}.{field}: {fault}" for fault in found]
            if not found:
                numbers = {
                    key: float(entry[key])
                    for key in ("value", "low", "high", "off", "limit")
                    if key in entry
                }
                parameters.append(Parameter(mechanism, field, **{**entry, **numbers}))
        if not isinstance(group, dict):
            faults.append(f"{path.name}: {mechanism}: expected tables [mechanism.name]")
    if faults:
        raise RegistryError("\n".join(faults))
    return Registry(parameters)


def _faults(entry: Any) -> list[str]:
    """Report what is wrong with one entry of the file."""
    if not isinstance(entry, dict):
        return ["expected a table with value, low, high, unit, source ..."]
    known = [field.name for field in fields(Parameter)][2:]
    optional = {"off", "limit", "direction", "moves", "acts", "needs"}
    faults = [f"unknown key {key!r}" for key in entry if key not in known]
    faults += [f"{key} is missing" for key in known if key not in entry and key not in optional]
    for key in ("value", "low", "high", "off", "limit"):
        number = entry.get(key, 0)
        if (
            isinstance(number, bool)
            or not isinstance(number, int | float)
            or not math.isfinite(number)
        ):
            faults.append(f"{key} is not a finite number")
    for key in ("unit", "source", "meaning", "direction", "moves", "needs"):
        if not isinstance(entry.get(key, "-"), str) or not entry.get(key, "-").strip():
            faults.append(f"{key} is empty or no text")
    if not str(entry.get("moves", "+x")).startswith(("+", "-", "0 ")):
        faults.append(f"moves is {entry['moves']!r}, expected +record, -record or 0 with a reason")
    for key, allowed in (("provenance", PROVENANCES), ("confidence", CONFIDENCES), ("acts", ACTS)):
        if entry.get(key, allowed[0]) not in allowed:
            faults.append(f"{key} is {entry[key]!r}, not one of {', '.join(allowed)}")
    if not faults:
        if not entry["low"] <= entry["value"] <= entry["high"]:
            faults.append(
                f"value {entry['value']} is not within low {entry['low']} and high {entry['high']}"
            )
        cited = re.findall(r"\bF\d{4}\b", entry["source"])
        faults += [
            f"source {figure} is not in figures.csv"
            for figure in cited
            if figure not in load_figures()
        ]
    return faults
