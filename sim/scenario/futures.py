"""`[futures]`: what is not known. Each future is one draw of the uncertain parameters; every strategy meets the same futures.

Future 0 holds the scenario's own values. A future is another world, so a pair of runs is of one future and one replication.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from sim import parameters as registry
from sim.scenario.designs import MAX_SEED, range_fault, sample, samples_fault
from sim.scenario.frozen import Frozen, freeze, pairs
from sim.scenario.problems import SHOWN, faults, got
from sim.scenario.sections import Section

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

ASSUMED = "assumed"
MAP_TABLES = "travel"  # its parameters make the travel tables: seconds for each future


class Futures(Section):
    samples: int = Field(default=0, ge=0, le=1_000_000, description="futures drawn beside future 0, which holds the scenario's own values")
    seed: int = Field(default=1, ge=0, le=MAX_SEED, description="seed of the draw; the runs' own chance is replications.base_seed")
    design: Literal["lhs", "sobol"] = Field(
        default="lhs", description="Latin hypercube, or scrambled Sobol' points (samples: a power of two)"
    )
    parameters: Any = Field(
        default=ASSUMED,
        description='"assumed": every assumed parameter of the registry, over its range, but those of travel and those that this file '
        "sets, varies or ablates; or a list of names; or name = {low, high, scale}. In a resolved scenario: name = {low, high}",
    )

    @field_validator("parameters", mode="after")
    @classmethod
    def _a_choice(cls, value: Any) -> Any:
        named = isinstance(value, list | tuple) and value and all(isinstance(name, str) for name in value)
        if value != ASSUMED and not named and not isinstance(value, Mapping):
            raise ValueError(f'expected "{ASSUMED}", a list of parameters, or a table of name = {{low, high}} {got(value)}')
        return freeze(dict(pairs(value)) if isinstance(value, Mapping) else value)

    @model_validator(mode="after")
    def _whole_design(self) -> Futures:
        if self.samples and (fault := samples_fault(self.samples, self.design)):
            raise faults([("samples", fault)])
        return self


def resolved(futures: Futures, taken: Mapping[str, str], free: Collection[str], outside_range: bool) -> Futures:
    """The futures with each uncertain parameter and its range spelt out.

    `taken`: parameters that cannot be uncertain too, with the reason; `free`: those that the scenario sets, which "assumed" leaves alone.
    Raises `faults` by parameter.
    """
    known = registry.load_registry()
    asked = futures.parameters
    if asked == ASSUMED:
        asked = [
            each.name
            for each in known
            if each.provenance == ASSUMED
            and each.low < each.high
            and each.mechanism != MAP_TABLES
            and each.name not in taken
            and each.name not in free
        ]
    wrong: list[tuple[str, str]] = []
    ranges: dict[str, dict[str, Any]] = {}
    for name, ends in asked.items() if isinstance(asked, Mapping) else [(name, None) for name in asked]:
        key = f"parameters.{name}"
        if name not in known:
            near = f' Did you mean "{found}"?' if len(wrong) < SHOWN and (found := known.near(name)) else ""
            wrong.append((key, f"no such parameter; `redeploy describe parameters` lists them.{near}"))
            continue
        entry = known.get(name)
        ends = {"low": entry.low, "high": entry.high} if ends is None else ends
        fault = range_fault(ends) if isinstance(ends, Mapping) else f"expected a range {{low = ..., high = ...}} {got(ends)}"
        for end in () if fault else ("low", "high"):
            fault = fault or entry.fault(ends[end], outside_range)
            fault = f"{end}: {fault} (got {ends[end]})" if fault and not fault.startswith(end) else fault
        if name in taken:
            wrong.append((key, f"cannot be uncertain: {taken[name]}"))
        elif name in ranges:
            wrong.append((key, "expected each parameter once"))
        elif fault:
            wrong.append((key, fault))
        else:
            ranges[name] = dict(ends)
    if not ranges and not wrong:
        wrong.append(("parameters", "no parameter is left to be uncertain"))
    if wrong:
        raise faults(wrong)
    return futures.model_copy(update={"parameters": freeze(ranges)})


def draws(futures: Futures) -> list[dict[str, float]]:
    """Parameter -> value in each future; the first, future 0, changes nothing. Needs resolved futures."""
    if not futures.samples:
        return [{}]
    return [{}, *sample(futures.parameters, futures.samples, futures.seed, futures.design)]


def in_future(scenario: Scenario, drawn: Mapping[str, float]) -> Scenario:
    """The scenario with the values of one future, and no futures of its own. Draws lie in checked ranges, so nothing is checked again."""
    return scenario.model_copy(update={"parameters": Frozen({**scenario.parameters, **drawn}), "futures": Futures()})
