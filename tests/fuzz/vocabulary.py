"""Every key that a scenario may hold, with valid values, values just out of range, and odd ones."""

import datetime
from functools import cache
from random import Random
from typing import Any, Literal, get_args, get_origin

from oddities import misspelt, odd_value
from pydantic import BaseModel

from sim.parameters import load_registry
from sim.scenario.events import NUMBERS, TABLES
from sim.scenario.problems import dotted_keys, inner, keys_of
from sim.scenario.schema import Scenario
from sim.strategies import catalogue


@cache
def vocabulary() -> dict[str, Any]:
    """Return every dotted key that a file may hold and its field (None if it has none)."""
    known = dict.fromkeys(dotted_keys(Scenario))
    for key in known:
        known[key] = field_at(key)
    known |= {f"parameters.{entry.name}": None for entry in load_registry()}
    for kind in catalogue().values():
        known |= {f"strategy.{name}": field for name, field in keys_of(kind.Settings).items()}
    return known


def field_at(dotted: str) -> Any:
    kind: Any = Scenario
    field = None
    for part in dotted.split("."):
        field = (
            keys_of(kind).get(part)
            if isinstance(kind, type) and issubclass(kind, BaseModel)
            else None
        )
        kind = inner(field) if field else None
    return field


def marks(field: Any) -> dict[str, Any]:
    below = [mark for part in get_args(field.annotation) for mark in get_args(part)[1:]]
    found = [one for mark in [*field.metadata, *below] for one in getattr(mark, "metadata", [mark])]
    return {
        name: getattr(one, name)
        for one in found
        for name in ("ge", "le", "max_length")
        if hasattr(one, name)
    }


def value_for(pick: Random, key: str) -> Any:
    """A value for a key: mostly one that it takes, or one just past its bounds, or anything."""
    chance = pick.random()
    return (
        odd_value(pick)
        if chance < 0.15
        else past_value(pick, key)
        if chance < 0.3
        else sound_value(pick, key)
    )


def sound_value(pick: Random, key: str) -> Any:
    """A value that the key takes by itself: within its bounds, often at one of them."""
    if (entry := registered(key)) is not None:
        return pick.choice(
            (
                entry.low,
                entry.high,
                entry.value,
                entry.low + (entry.high - entry.low) * pick.random(),
            )
        )
    field = vocabulary().get(key)
    if field is None or (isinstance(inner(field), type) and issubclass(inner(field), BaseModel)):
        return odd_value(pick)
    kind, bounds = inner(field), marks(field)
    if get_origin(kind) is Literal:
        return pick.choice(get_args(kind))
    if kind is bool:
        return pick.choice((True, False))
    if kind is str:
        return pick.choice((*catalogue(), "x" * bounds.get("max_length", 9)))
    if kind in (int, float):
        low, high = bounds.get("ge", 0), bounds.get("le", 1)
        usual = field.default if isinstance(field.default, int | float) else low
        return pick.choice((low, high, usual, usual, kind(low + (high - low) * pick.random())))
    return odd_value(pick)


def past_value(pick: Random, key: str) -> Any:
    """A value just past what the key takes, or of a kind near to it."""
    if (entry := registered(key)) is not None:
        past = (entry.high - entry.low) * 1e-9
        return pick.choice((entry.low - past, entry.high + past, str(entry.value)))
    value = sound_value(pick, key)
    match value:
        case bool():
            return pick.choice((str(value).lower(), int(value)))
        case int() | float():
            bounds = marks(vocabulary()[key]) if vocabulary().get(key) else {}
            low, high = bounds.get("ge", 0), bounds.get("le", 1)
            if isinstance(low, datetime.date):
                return value
            return pick.choice((low - 1, high + 1, float(low), low - 1e-12, high * (1 + 1e-12)))
        case str():
            return pick.choice((misspelt(pick, value), f"{value}x", f" {value}", [value]))
    return value


def registered(key: str) -> Any:
    """The parameter that a key names, if any."""
    section, _, name = key.partition(".")
    return (
        load_registry().get(name) if section == "parameters" and name in load_registry() else None
    )


def put(tree: dict[str, Any], dotted: str, value: Any) -> None:
    """Set a dotted key; the names of [parameters] and [sweep] keep their dots."""
    head, _, rest = dotted.partition(".")
    path = [head, rest] if head in ("parameters", "sweep") and rest else dotted.split(".")
    for part in path[:-1]:
        if not isinstance(tree.get(part), dict):
            tree[part] = {}
        tree = tree[part]
    tree[path[-1]] = value


def known_key(pick: Random, *heads: str) -> str:
    return pick.choice([key for key in vocabulary() if not heads or key.partition(".")[0] in heads])


def varied_key(pick: Random) -> str:
    """A key as a sweep or an event may name it, sometimes wrongly."""
    key = known_key(
        pick, *pick.choice(((), ("strategy",), ("parameters",), ("secrecy", "partner")))
    )
    return (
        misspelt(pick, key)
        if pick.random() < 0.1
        else pick.choice((*NUMBERS, *TABLES))
        if pick.random() < 0.1
        else key
    )


def of_shock(pick: Random, name: str, field: Any) -> Any:
    kind, bounds = inner(field), marks(field)
    if get_origin(kind) is Literal:
        return pick.choice(get_args(kind))
    low, high = bounds.get("ge", 0), bounds.get("le", 1)
    return pick.choice((low, high, kind(low + (high - low) / 3)))
