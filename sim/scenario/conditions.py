"""Conditions under which a setting has an effect.

A lever names its conditions in the metadata of its field (`Needs`), and a parameter in its entry of
`parameters.toml` (`needs`). This module defines what the names mean. A condition is one of:

- a name of `CONDITIONS`;
- a coupling, which must not be switched off;
- a parameter, which must not be at its off value.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sim import parameters as registry
from sim.names import MODELLED_THEATRES
from sim.strategies import registry as strategies

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario


class Condition(NamedTuple):
    """A condition. `says` completes "it acts only"; `fails` says why it does not hold, or None."""

    says: str
    fails: Callable[[Scenario], str | None]


def value_of(scenario: Scenario, name: str) -> float:
    """Return the value of a parameter in a scenario."""
    return float(scenario.parameters.get(name, registry.load_registry().get(name).value))


def strategy_of(scenario: Scenario) -> Any:
    """Return the class of a shipped strategy, or None for a user's own, whose needs are unknown."""
    kind = strategies.catalogue().get(scenario.strategy.name)
    return kind if kind is not None and strategies.is_shipped(kind) else None


def units_in_the_valley(scenario: Scenario) -> int:
    """Count the units of soldiers that start in the VRAEM; a unit is of one kind."""
    force = scenario.forces.vraem
    kinds = (
        force.soldiers - force.special - force.river_infantry,
        force.special,
        force.river_infantry,
    )
    return sum(math.ceil(people / value_of(scenario, "start.package_people")) for people in kinds)


def no_movement(scenario: Scenario) -> str | None:
    """Say why no soldiers of the VRAEM move, or None."""
    kind = strategy_of(scenario)
    if kind is None:
        return None
    share, units = kind.most_sent(scenario.strategy), units_in_the_valley(scenario)
    first, horizon = kind.moves_from(scenario.strategy), scenario.time.horizon_days
    if share == 0:
        return (
            f'the strategy "{kind.name}" sends none'
            if "share_to_border" in kind.unused
            else "the share that moves is 0"
        )
    if int(share * units + 0.5 + 1e-9) == 0:
        return f"a share of {share:g} of {units} units is not one unit"
    return (
        f"{kind.name} moves nobody before day {first}, and time.horizon_days = {horizon}"
        if first >= horizon
        else None
    )


def no_orders(scenario: Scenario) -> str | None:
    taskings = {scenario.strategy.tasking_vraem, scenario.strategy.tasking_border}
    return no_movement(scenario) if taskings.isdisjoint(("reports", "random")) else None


def lacking(says: str, *keys: str) -> Condition:
    """Make a condition that holds if one of these keys of the scenario is above 0."""

    def fails(scenario: Scenario) -> str | None:
        if any(at(scenario, key) for key in keys):
            return None
        return " and ".join(keys) + (" are 0" if len(keys) > 1 else " is 0")

    return Condition(says, fails)


def no_groups(scenario: Scenario, kind: str) -> str | None:
    fighters, groups = at(scenario, f"enemy.{kind}_fighters"), at(scenario, f"enemy.{kind}_groups")
    return f"enemy.{kind}_groups is 0" if fighters and not groups else None


def not_cleared(scenario: Scenario) -> str | None:
    if any(scenario.eradication.ha_per_year.model_dump().values()):
        return None
    return "eradication.ha_per_year is 0 in every theatre"


def at(scenario: Scenario, dotted: str) -> Any:
    """Return the value of a dotted key of a section."""
    value: Any = scenario
    for part in dotted.split("."):
        value = getattr(value, part)
    return value


def _one_kind(scenario: Scenario) -> str | None:
    force = scenario.forces.vraem
    kinds = (
        force.soldiers - force.special - force.river_infantry,
        force.special,
        force.river_infantry,
    )
    return "the soldiers there are of one kind" if sum(people > 0 for people in kinds) < 2 else None


CONDITIONS: dict[str, Condition] = {
    "movement": Condition("while soldiers of the VRAEM move to the border", no_movement),
    "kinds": Condition("where soldiers of several kinds stand in the VRAEM", _one_kind),
    "departure": Condition(
        "before a departure that groups can know of",
        lambda scenario: (
            None
            if any("announce_departure" in event.set for _, event in scenario.changes)
            else no_movement(scenario)
        ),
    ),
    "orders": Condition("on units that are ordered to another place", no_orders),
    "secret": lacking("where something is secret", "secrecy.level"),
    "coordination": lacking("while there is coordination", "partner.coordination"),
    "no suspension": Condition(
        "while coordination is not suspended",
        lambda scenario: "partner.suspended is true" if scenario.partner.suspended else None,
    ),
    "no unified command": Condition(
        "while services share late",
        lambda scenario: (
            "mandate.unified_command is true" if scenario.mandate.unified_command else None
        ),
    ),
    "salience": Condition(
        "on firms that choose by what stands out",
        lambda scenario: (
            None
            if scenario.enemy.cognition == "salience"
            else f'enemy.cognition is "{scenario.enemy.cognition}"'
        ),
    ),
    "burn-in": lacking("in the burn-in", "time.burn_in_days"),
    "flight hours": lacking("where helicopters fly", "forces.flight_hours_per_year"),
    "flight hours in the valley": lacking(
        "where helicopters fly in the VRAEM", "forces.vraem.helicopter_share"
    ),
    "clearing": Condition("where teams clear fields", not_cleared),
    "cleared fields": Condition(
        "on fields that are cleared",
        lambda scenario: (
            None
            if any("eradicate" in event.set for _, event in scenario.changes)
            else not_cleared(scenario)
        ),
    ),
    "boats": lacking("where supplies go by boat", "forces.vraem.boats", "forces.loreto.boats"),
    "port": Condition(
        "where the depot of a theatre has a port", lambda _: "that of Cajamarca, Jaen, has none"
    ),
    "lorries": lacking(
        "where supplies go by lorry", *(f"forces.{name}.lorries" for name in MODELLED_THEATRES)
    ),
    "mpcp groups": Condition(
        "on fighters who form groups", lambda scenario: no_groups(scenario, "mpcp")
    ),
    "dissident groups": Condition(
        "on fighters who form groups", lambda scenario: no_groups(scenario, "dissident")
    ),
    "dissidents": lacking("on groups of dissidents", "enemy.dissident_groups"),
}


def failing(scenario: Scenario, name: str) -> str | None:
    """Say what a condition requires and why it fails, as `while ... (...)`; None if it holds."""
    if name in CONDITIONS:
        says, fails = CONDITIONS[name]
        return f"{says} ({reason})" if (reason := fails(scenario)) else None
    known, couplings = registry.load_registry(), registry.load_couplings()
    parameters = couplings[name].parameters if name in couplings else (name,)
    if any(value_of(scenario, each) != known.get(each).off for each in parameters):
        return None
    if name in scenario.ablate:
        return f'while the coupling "{name}" is on (ablate switches it off)'
    off = " and ".join(f"{each} = {value_of(scenario, each):g}" for each in parameters)
    return (
        f'while the coupling "{name}" is on ({off} switches it off)'
        if name in couplings
        else f"while {name} is not off ({off})"
    )


def names() -> set[str]:
    """Return every name that `needs` may hold."""
    return {
        *CONDITIONS,
        *registry.load_couplings(),
        *(entry.name for entry in registry.load_registry() if entry.off is not None),
    }
