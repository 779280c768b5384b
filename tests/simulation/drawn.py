"""Scenarios drawn at random from all that the schema and the registry allow.

They vary strategies with their settings, levers, forces, enemies, ablated couplings, parameters
within their ranges, dated events and shocks. New keys of the schema are drawn too.
"""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as draw
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sim.parameters import load_couplings, load_registry
from sim.scenario.events import MID_RUN, NUMBERS, TABLES
from sim.scenario.schema import Scenario
from sim.scenario.strategy_section import LEVERS
from sim.strategies import catalogue

WHOLE = (
    "forces",
    "enemy",
    "crops",
    "inflow",
    "secrecy",
    "partner",
    "mandate",
    "eradication",
)  # sections drawn key by key
# Keys of a strategy that are drawn by rules of their own, or elsewhere in the file.
APART = ("name", "settings", "border_split", "parameters", "events")
REGISTRY = load_registry()
SWEPT = [
    parameter.name for parameter in REGISTRY if parameter.mechanism != "travel"
]  # travel makes the map's tables
SHIPPED = [
    name for name, kind in catalogue().items() if kind.__module__.startswith("sim.strategies.")
]


def of_type(kind: Any, bounds: tuple = (), default: Any = PydanticUndefined) -> draw.SearchStrategy:
    """Draw a value of a field; a number lies between its bounds, and often at one of them."""
    origin = get_origin(kind)
    if origin is Annotated:
        return of_type(
            get_args(kind)[0],
            (
                *bounds,
                *[
                    bound
                    for each in get_args(kind)[1:]
                    for bound in getattr(each, "metadata", [each])
                ],
            ),
        )
    if origin is Literal:
        return draw.sampled_from(get_args(kind))
    if origin in (Union, types.UnionType):
        return draw.one_of(*[of_type(each, bounds) for each in get_args(kind)])
    if kind is type(None):
        return draw.none()
    if kind is bool:
        return draw.booleans()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return section(kind)
    limits = {
        name: getattr(bound, name)
        for bound in bounds
        for name in ("ge", "le")
        if hasattr(bound, name)
    }
    low, high = limits["ge"], limits["le"]
    if isinstance(default, int | float) and default >= 0:
        high = min(high, max(3 * default + 10, low))
    if kind is int:
        return draw.sampled_from([low, int(high)]) | draw.integers(low, int(high))
    assert kind is float, kind
    return draw.sampled_from([float(low), float(high)]) | draw.floats(low, high)


def section(kind: type[BaseModel], *but: str) -> draw.SearchStrategy:
    """Any part of a table's keys; those that have no default always."""
    fields = {name: field for name, field in kind.model_fields.items() if name not in but}
    drawn = {
        name: of_type(field.annotation, tuple(field.metadata), field.default)
        for name, field in fields.items()
    }
    needed = {name: drawn.pop(name) for name, field in fields.items() if field.is_required()}
    return draw.fixed_dictionaries(needed, optional=drawn)


@draw.composite
def forces(pick: Any) -> dict[str, Any]:
    """Correct drawn forces: special soldiers are soldiers; helicopter shares sum to 1."""
    kind = Scenario.model_fields["forces"].annotation
    table = pick(section(kind))
    for name, field in kind.model_fields.items():
        if name in table and isinstance(table[name], dict):
            here = field.annotation.model_validate({}).model_dump() | table[name]
            here["special"] = min(here["special"], here["soldiers"])
            here["river_infantry"] = min(here["river_infantry"], here["soldiers"] - here["special"])
            here["antinarcotics"] = min(here["antinarcotics"], here["police"])
            table[name] = here | {"helicopter_share": here["helicopter_share"] / 3}
    return table


@draw.composite
def strategy(pick: Any, horizon: int) -> dict[str, Any]:
    """As drawn, but for levers that the strategy does not use, and a start within the horizon."""
    name = pick(draw.sampled_from(SHIPPED))
    kind = catalogue()[name]
    levers = pick(section(Scenario.model_fields["strategy"].annotation, *APART))
    if (levers.get("secrecy") or {}).get("until_day") is not None:
        levers["secrecy"]["until_day"] = min(levers["secrecy"]["until_day"], horizon)
    loreto = pick(draw.sampled_from([0.0, 0.7, 1.0]))
    levers |= {"border_split": {"loreto": loreto, "cajamarca": 1.0 - loreto}}
    own = pick(section(kind.Settings))
    if "start_day" in own:
        own["start_day"] = min(own["start_day"], (horizon - 1) // kind.turn_days * kind.turn_days)
    return (
        {key: value for key, value in levers.items() if key not in kind.unused}
        | own
        | {"name": name}
    )


def parameters(but: set[str], most: int) -> draw.SearchStrategy:
    """Some parameters at an end of their range, or within it."""
    names = [name for name in SWEPT if name not in but]
    place = draw.sampled_from([0.0, 1.0]) | draw.floats(0, 1)
    return draw.dictionaries(draw.sampled_from(names), place, max_size=most).map(
        lambda places: {name: between(name, share) for name, share in places.items()}
    )


def between(name: str, share: float) -> float:
    parameter = REGISTRY.get(name)
    return min(
        max(parameter.low + share * (parameter.high - parameter.low), parameter.low), parameter.high
    )


@draw.composite
def events(pick: Any, horizon: int, but: set[str], name: str) -> list[dict[str, Any]]:
    """Up to four: shocks, and what may change during a run under the strategy of this name."""
    out = []
    for _ in range(pick(draw.integers(0, 4))):
        key = pick(draw.sampled_from([*TABLES, *NUMBERS, *MID_RUN]))
        if key in TABLES:
            change = {key: pick(section(TABLES[key]))}
        elif key in NUMBERS:
            change = {key: pick(of_type(NUMBERS[key][0]))}
        elif key == "parameters":
            too_late = {name for name in SWEPT if REGISTRY.get(name).acts != "always"}
            change = {
                f"parameters.{name}": value
                for name, value in pick(parameters(but | too_late, 3)).items()
            }
        else:
            # An event sets a lever of a deployment by the lever's own name.
            skipped = (*APART, *LEVERS, "until_day", *catalogue()[name].unused)
            table = pick(section(Scenario.model_fields[key].annotation, *skipped))
            change = {
                f"{key}.{name}": value
                for name, value in table.items()
                if not isinstance(value, dict)
            }
        day = pick(draw.integers(0, horizon - 1))
        day -= day % 14 if key == "strategy" else 0  # a strategy hears of a change at its reviews
        lasts = (
            pick(draw.none() | draw.integers(1, horizon))
            if key not in ("civilian_harm", "announce_departure")
            else None
        )
        if key == "announce_departure":
            change[key]["leave_day"] = max(change[key]["leave_day"], day)
        if change:
            out.append({"day": day, "set": change} | ({"until": day + lasts} if lasts else {}))
    return out


@draw.composite
def scenarios(pick: Any, burn_in: int, horizon: int) -> dict[str, Any]:
    """Overrides of `small_run`."""
    off = pick(draw.lists(draw.sampled_from(sorted(load_couplings())), unique=True, max_size=4))
    fixed = {name for coupling in off for name in load_couplings()[coupling].parameters}
    tables = {
        name: pick(section(Scenario.model_fields[name].annotation))
        for name in WHOLE
        if name != "forces"
    }
    if tables["secrecy"].get("until_day") is not None:
        tables["secrecy"]["until_day"] = min(tables["secrecy"]["until_day"], horizon)
    lever = pick(strategy(horizon))
    return tables | {
        "time.burn_in_days": burn_in,
        "time.horizon_days": horizon,
        "forces": pick(forces()),
        "strategy": lever,
        "ablate": off,
        "parameters": pick(parameters(fixed, 12)),
        "events": pick(events(horizon, fixed, lever["name"])),
    }
