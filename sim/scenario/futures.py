"""`[futures]`: uncertain parameters. Each future is one draw of them, the same for every strategy.

Future 0 holds the scenario's own values. A future is another world, so a pair of runs has the same
future and the same replication. With `design = "table"` the futures are the rows of a file, such as
the ensemble that `redeploy calibrate` writes; these are joint draws instead of ranges.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator, model_validator

from sim import parameters as registry
from sim.errors import SHOWN, got
from sim.scenario.designs import TABLE, in_other_words, range_fault, sample, samples_fault
from sim.scenario.frozen import Frozen, freeze, pairs
from sim.scenario.problems import faults
from sim.scenario.sections import MAX_SEED, Section

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

ASSUMED = "assumed"
EXPECTED = 'expected a list of its values, one for each future (design = "table")'
MAP_TABLES = "travel"  # its parameters change the travel tables, which take seconds a future


class Futures(Section):
    samples: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="futures drawn beside future 0, which holds the scenario's own values",
    )
    seed: int = Field(
        default=1,
        ge=0,
        le=MAX_SEED,
        description="seed of the draw; the runs' own chance is replications.base_seed",
    )
    design: Literal["lhs", "sobol", "table"] = Field(
        default="lhs",
        description="Latin hypercube; scrambled Sobol' points (samples: a power of two); or the "
        "rows of a table",
    )
    table: Any = Field(
        default=None,
        exclude=True,  # its columns are the futures; the name of their file does not matter
        description='with design = "table": a CSV file with a row for each future and a column for '
        "each parameter; the columns future, distance and edition are notes",
    )
    parameters: Any = Field(
        default=ASSUMED,
        description='"assumed": every assumed parameter of the registry, over its range, except '
        "those of travel and those that this file sets, varies or ablates; or a list of names; or "
        "name = {low, high, scale}. In a resolved scenario: name = {low, high}, or the columns of "
        "the table",
    )

    @field_validator("parameters", mode="after")
    @classmethod
    def _a_choice(cls, value: Any) -> Any:
        named = (
            isinstance(value, list | tuple)
            and value
            and all(isinstance(name, str) for name in value)
        )
        if value != ASSUMED and not named and not isinstance(value, Mapping):
            expected = f'"{ASSUMED}", a list of parameters, or a table of name = {{low, high}}'
            raise ValueError(f"expected {expected} {got(value)}")
        if isinstance(value, Mapping) and (wrong := in_other_words(dict(pairs(value)))):
            raise faults(list(wrong.items()))
        return freeze(dict(pairs(value)) if isinstance(value, Mapping) else value)

    @model_validator(mode="after")
    def _whole_design(self) -> Futures:
        if self.design == TABLE:
            if not isinstance(self.parameters, Mapping):
                expected = "the name of a CSV file with a row for every future"
                raise faults([("table", f"expected {expected} {got(self.table)}")])
            if wrong := [
                name
                for name, column in self.parameters.items()
                if not isinstance(column, tuple) or not column
            ]:
                raise faults([(f"parameters.{name}", EXPECTED) for name in wrong])
            lengths = sorted({len(column) for column in self.parameters.values()})
            if len(lengths) > 1:
                each = " and ".join(map(str, lengths))
                raise faults([("parameters", f"expected columns of one length (got {each})")])
            if lengths != [self.samples]:
                expected = f"expected {lengths[0]}, the rows of the table"
                raise faults([("samples", f"{expected} (got {self.samples})")])
        elif self.table is not None:
            raise faults([("table", f'only with design = "table" (this is "{self.design}")')])
        elif self.samples and (fault := samples_fault(self.samples, self.design)):
            raise faults([("samples", fault)])
        return self


def resolved(
    futures: Futures, taken: Mapping[str, str], free: Collection[str], outside_range: bool
) -> Futures:
    """Return the futures with each uncertain parameter and its range written out.

    taken: parameters that cannot be uncertain, with the reason.
    free: parameters that the scenario sets, which "assumed" does not include.
    Raises `faults` by parameter, and for a missing `samples`; samples = 0 asks for no futures.
    """
    known = registry.load_registry()
    asked = futures.parameters
    wrong: list[tuple[str, str]] = []
    if "samples" not in futures.model_fields_set:
        wrong.append(
            ("samples", "missing; expected how many futures to draw, such as samples = 20")
        )
    ranges: dict[str, Any] = {}
    if asked == ASSUMED:
        ranges, asked = _assumed(known, frozenset(taken), frozenset(free)), ()
    for name, ends in (
        asked.items() if isinstance(asked, Mapping) else [(name, None) for name in asked]
    ):
        key = f"parameters.{name}"
        if gone := known.gone(name):
            wrong.append((key, gone))
            continue
        if name not in known:
            near = (
                f' Did you mean "{found}"?'
                if len(wrong) < SHOWN and (found := known.near(name))
                else ""
            )
            wrong.append(
                (key, f"no such parameter; `redeploy describe parameters` lists them.{near}")
            )
            continue
        entry = known.get(name)
        if futures.design == TABLE:
            fault = _column_fault(futures, entry, ends, outside_range)
        else:
            ends = (
                dict(ends)
                if isinstance(ends, Mapping)
                else {"low": entry.low, "high": entry.high}
                if ends is None
                else ends
            )
            fault = _range_fault(entry, ends, outside_range)
        if name in taken:
            wrong.append((key, f"cannot be uncertain: {taken[name]}"))
        elif name in ranges:
            wrong.append((key, "expected each parameter once"))
        elif fault:
            wrong.append((key, fault))
        else:
            ranges[name] = ends
    if not ranges and not wrong:
        wrong.append(("parameters", "no parameter is left to be uncertain"))
    if wrong:
        raise faults(wrong)
    return futures.model_copy(
        update={"parameters": ranges if isinstance(ranges, Frozen) else freeze(ranges)}
    )


@cache
def _assumed(known: registry.Registry, taken: frozenset[str], free: frozenset[str]) -> Frozen:
    """Return the ranges of all assumed parameters except these.

    The result is cached, since every point of a sweep needs it.
    """
    ranges: Frozen = freeze(
        {
            each.name: {"low": each.low, "high": each.high}
            for each in known
            if each.provenance == ASSUMED
            and each.low < each.high
            and each.mechanism != MAP_TABLES
            and each.name not in taken
            and each.name not in free
        }
    )
    return ranges


def _range_fault(entry: registry.Parameter, ends: Any, outside_range: bool) -> str | None:
    """Say what the range of a parameter should have been, or None."""
    if not isinstance(ends, Mapping):
        return f"expected a range {{low = ..., high = ...}} {got(ends)}"
    if fault := range_fault(ends):
        return fault
    wrong = [
        (end, fault) for end in ("low", "high") if (fault := entry.fault(ends[end], outside_range))
    ]
    return "; ".join(f"{end}: {fault} {got(ends[end])}" for end, fault in wrong) or None


def _column_fault(
    futures: Futures, entry: registry.Parameter, column: Any, outside_range: bool
) -> str | None:
    """Say where the first wrong value of a parameter's column is and what was expected, or None."""
    for row, value in enumerate(column):
        if fault := entry.fault(value, outside_range):
            lines = getattr(futures.table, "lines", ())
            return f"{fault} {got(value)} in " + (
                f'line {lines[row]} of "{futures.table}"' if lines else f"future {row + 1}"
            )
    return None


def draws(futures: Futures) -> list[dict[str, float]]:
    """Return the values of the parameters in each future; future 0, the first, changes nothing.

    The futures must be resolved.
    """
    if not futures.samples:
        return [{}]
    if futures.design == TABLE:
        return [
            {},
            *(
                {name: float(value) for name, value in zip(futures.parameters, row)}
                for row in zip(*futures.parameters.values())
            ),
        ]
    return [{}, *sample(futures.parameters, futures.samples, futures.seed, futures.design)]


def in_future(scenario: Scenario, drawn: Mapping[str, float]) -> Scenario:
    """Return the scenario with the values of one future, and without futures of its own.

    Nothing is checked again, since the ranges of the draws have been checked.
    """
    return scenario.model_copy(
        update={"parameters": Frozen({**scenario.parameters, **drawn}), "futures": Futures()}
    )
