"""The settings of a scenario that differ from their defaults, and the conditions that they need."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel

from sim import parameters as registry
from sim.parameters.needs import DayOfReview, Needs
from sim.scenario.conditions import strategy_of
from sim.scenario.sections import Section
from sim.scenario.strategy_section import LEVERS

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

NO_SETTINGS = (  # sections without settings that could be idle, and those that are handled apart
    "schema_",
    "title",
    "description",
    "allow_outside_range",
    "ablate",
    "strategy",
    "events",
    "parameters",
    "record",
)
NO_WORLD = ("sweep", "strategies", "futures", "replications")  # sections of the plan
MOVES = Needs("movement")  # what every shipped strategy's own settings need


class Lever(NamedTuple):
    """A key of a section, or a strategy's own setting, that differs from its default.

    is_day: the value is a day of the horizon, counted from a review.
    """

    key: str
    value: Any
    needs: tuple[Needs, ...]
    is_day: bool = False


def changed_levers(scenario: Scenario) -> Iterator[Lever]:
    """Yield the levers of a scenario that differ from their defaults."""
    for name in type(scenario).model_fields:
        if name not in NO_SETTINGS + NO_WORLD:
            yield from _changed(getattr(scenario, name), f"{name}.")
    yield from _changed(scenario.strategy, "strategy.", ("name", "settings", "events", *LEVERS))
    if strategy_of(scenario) is not None and scenario.strategy.name != "hold":
        yield Lever("strategy.name", scenario.strategy.name, (MOVES,))
    own = getattr(getattr(strategy_of(scenario), "Settings", None), "model_fields", {})
    for name, value in scenario.strategy.settings.items():
        if name in own and value != own[name].default:
            is_day = any(isinstance(mark, DayOfReview) for mark in own[name].metadata)
            yield Lever(f"strategy.{name}", value, (MOVES,), is_day)


def _changed(table: BaseModel, prefix: str, but: tuple[str, ...] = ()) -> Iterator[Lever]:
    for name in type(table).model_fields:
        value = getattr(table, name)
        if name in but:
            continue
        needs = needs_of(type(table), name)
        if isinstance(value, Section) and not needs:
            yield from _changed(value, f"{prefix}{name}.")
        elif value != default_of(type(table), name):
            yield Lever(prefix + name, value, needs)


@cache
def default_of(table: type[BaseModel], name: str) -> Any:
    """Return the default of a field; cached, since every arm of a plan asks for every default."""
    return table.model_fields[name].get_default(call_default_factory=True, validated_data={})


@cache
def needs_of(table: type[BaseModel], name: str) -> tuple[Needs, ...]:
    """Return the conditions of a field; a table that only changes a default inherits them."""
    tables = [base for base in table.__mro__ if issubclass(base, BaseModel)]
    fields = [base.model_fields[name] for base in tables if name in base.model_fields]
    return next(
        filter(
            None,
            (tuple(mark for mark in field.metadata if isinstance(mark, Needs)) for field in fields),
        ),
        (),
    )


def replaced_parameters(scenario: Scenario) -> dict[str, float]:
    """Return the parameters that differ from the registry, except those that are ablated."""
    known = registry.load_registry()
    off = registry.off_values(scenario.ablate, registry.load_couplings(), known)
    return {
        name: value
        for name, value in scenario.parameters.items()
        if name not in off and value != known.get(name).value
    }


def needs_of_parameter(parameter: str) -> list[str]:
    """Return the names of the conditions that a parameter needs."""
    entry = registry.load_registry().get(parameter)
    named = [name.strip() for name in entry.needs.split(",")] if entry.needs else []
    return named + (["burn-in"] if entry.acts == "burn-in" else [])
