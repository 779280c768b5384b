"""Scenario files drawn at random: shipped and sound ones with a few things wrong, and files made of
the schema's own keys with values at, within and past their bounds."""

import datetime
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal, NamedTuple, get_args, get_origin

from oddities import (
    Raw,
    damaged_text,
    encoded,
    misspelt,
    odd_name,
    odd_value,
    range_of,
    toml_value,
    very_large,
    written,
)
from pydantic import BaseModel

from sim.parameters import load_couplings, load_registry
from sim.scenario.dated import NUMBERS, TABLES
from sim.scenario.problems import dotted_keys, inner, keys_of
from sim.scenario.schema import Entry, Scenario
from sim.strategies import catalogue

SHIPPED = Path(__file__).parents[2] / "scenarios"
LONG = "assumptions"  # 68 arms, each checked: seconds that tell nothing new
MINE = b"""from pathlib import Path
Path(__file__).with_name("ran").touch()
from sim import Strategy
class Mine(Strategy):
    name = "mine"
    def decide(self, situation): ...
"""
POINTS = b"strategy.share_to_border,secrecy.level\n0.1,0.5\n0.2,1\n"
DRAWS = b"future,trafficking.kappa,distance\n1,0.01,3\n2,0.02,4\n"


class Case(NamedTuple):
    """What stands in a folder (the bytes of a file, or a word such as `pipe`), and a command to give there."""

    files: dict[str, bytes | str]
    command: tuple[str, ...]


@cache
def shipped() -> list[dict[str, Any]]:
    """The tables of every shipped scenario; each extends `baseline.toml` beside it."""
    trees = []
    for file in sorted(SHIPPED.rglob("*.toml")):
        tree = tomllib.loads(file.read_text())
        if "extends" in tree:
            tree["extends"] = "baseline.toml"
        if file.stem != LONG:
            trees.append(tree)
    return trees


@cache
def vocabulary() -> dict[str, Any]:
    """Every dotted key that a file may hold, and the field behind it (None where there is no field)."""
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


def sweep_of(pick: Random) -> Any:
    """A [sweep] of any design."""
    if pick.random() < 0.05:
        return odd_value(pick)
    table: dict[str, Any] = {}
    if pick.random() < 0.7:
        table["design"] = pick.choice(
            ("grid", "one_at_a_time", "lhs", "sobol", "table", "Grid", odd_value(pick))
        )
    if table.get("design") in ("lhs", "sobol") or pick.random() < 0.1:
        table["samples"] = pick.choice((1, 2, 4, 8, 3, 64, 500, 10**6, 10**6 + 1, odd_value(pick)))
    if pick.random() < 0.2:
        table["seed"] = odd_value(pick)
    if table.get("design") == "table" or pick.random() < 0.05:
        table["table"] = pick.choice(
            ("points.csv", "points.csv", "fitted.csv", "none.csv", odd_value(pick))
        )
        if pick.random() < 0.7:
            return table
    for _ in range(pick.choice((0, 1, 1, 2, 3))):
        key = varied_key(pick)
        ranged = table.get("design") in ("lhs", "sobol") and pick.random() < 0.7
        values = [value_for(pick, key) for _ in range(pick.choice((1, 2, 2, 5, 0, 40)))]
        table[key] = (
            range_of(pick) if ranged else pick.choice((values, values, values, odd_value(pick)))
        )
    if pick.random() < 0.15:
        names = [*load_couplings(), *load_couplings(), "nothing", 0.5, ""]
        table["ablate"] = [
            pick.sample(names, pick.choice((0, 1, 2))) for _ in range(pick.choice((1, 2)))
        ]
        table["ablate"] = pick.choice(
            (table["ablate"], table["ablate"], odd_value(pick), [odd_value(pick)])
        )
    return table


def futures_of(pick: Random) -> Any:
    """A [futures] of any design."""
    if pick.random() < 0.05:
        return odd_value(pick)
    table: dict[str, Any] = {}
    if pick.random() < 0.8:
        table["samples"] = pick.choice((1, 2, 4, 8, 3, 100, 0, 10**6, odd_value(pick)))
    if pick.random() < 0.6:
        table["design"] = pick.choice(("lhs", "sobol", "table", "grid", odd_value(pick)))
    if pick.random() < 0.2:
        table["seed"] = pick.choice((0, 2**32 - 1, 2**32, odd_value(pick)))
    if table.get("design") == "table":
        table["table"] = pick.choice(
            ("fitted.csv", "fitted.csv", "points.csv", "none.csv", odd_value(pick))
        )
        table.pop("samples", None) if pick.random() < 0.8 else None
    elif pick.random() < 0.8:
        names = [
            known_key(pick, "parameters").partition(".")[2]
            for _ in range(pick.choice((0, 1, 3, 12)))
        ]
        ranges = {name: range_of(pick) for name in names}
        table["parameters"] = pick.choice((names, ranges, "assumed", odd_value(pick), {}))
    return table


def strategies_of(pick: Random) -> Any:
    """[[strategies]]: shipped ones with their settings, labels that clash, a user's own."""
    if pick.random() < 0.05:
        return odd_value(pick)
    rows = []
    for _ in range(pick.choice((1, 2, 2, 3, 8))):
        name = pick.choice((*catalogue(), "mine:Mine", "statik"))
        row: dict[str, Any] = {"name": name} if pick.random() < 0.95 else {}
        settings = keys_of(catalogue()[name].Settings) if name in catalogue() else {}
        for key in pick.sample([*keys_of(Entry), *settings], 2):
            row.setdefault(key, value_for(pick, f"strategy.{key}"))
        if pick.random() < 0.6:
            row["label"] = pick.choice(
                ("a", "A", "hold", "ñandú", "static share_to_border=0.1", odd_value(pick))
            )
        rows.append(row)
    return rows


def events_of(pick: Random) -> Any:
    """[[events]]: values, shocks and what is neither, on days within and past the horizon."""
    if pick.random() < 0.05:
        return odd_value(pick)
    rows = []
    for _ in range(pick.choice((1, 1, 2, 4, 30))):
        changes = {}
        for _ in range(pick.choice((0, 1, 1, 2))):
            key = varied_key(pick)
            if key in TABLES:
                kind = TABLES[key]
                changes[key] = {
                    name: odd_value(pick) if pick.random() < 0.2 else of_shock(pick, name, field)
                    for name, field in keys_of(kind).items()
                    if pick.random() < 0.9
                }
            else:
                changes[key] = (
                    pick.choice((0, 0.5, 1, 3)) if key in NUMBERS else value_for(pick, key)
                )
        row: dict[str, Any] = {
            "day": pick.choice((0, 1, 6, 20, 1_094, 1_095, 7_300, odd_value(pick))),
            "set": changes,
        }
        if pick.random() < 0.3:
            row["until"] = pick.choice((1, 7, 20, 7_300, odd_value(pick)))
        if pick.random() < 0.1:
            row.pop(pick.choice(("day", "set")))
        rows.append(row)
    return rows


def of_shock(pick: Random, name: str, field: Any) -> Any:
    kind, bounds = inner(field), marks(field)
    if get_origin(kind) is Literal:
        return pick.choice(get_args(kind))
    low, high = bounds.get("ge", 0), bounds.get("le", 1)
    return pick.choice((low, high, kind(low + (high - low) / 3)))


def places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a tree of tables and lists."""
    entries = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree)
        if isinstance(tree, list)
        else ()
    )
    for key, value in entries:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated(pick: Random, tree: dict[str, Any]) -> dict[str, Any]:
    """The tree with one thing changed, at a place drawn at random or by a known key."""
    tree = tree or {"schema": 1}
    *path, last = pick.choice(list(places(tree)))
    table: Any = tree
    for part in path:
        table = table[part]
    value = copied(table[last])
    match pick.randrange(14):
        case 0 | 1 | 2:
            put(tree, key := known_key(pick), value_for(pick, key))
        case 3:
            table[last] = odd_value(pick)
        case 4:
            table.pop(last)
        case 5 if isinstance(table, dict):
            table[misspelt(pick, str(last))] = table.pop(last)
        case 6 if isinstance(table, dict):
            table[odd_name(pick)] = odd_value(pick)
        case 7:
            tree[str(pick.choice([*tree]))] = (
                value  # a value where a section stands, a section in another
            )
        case 8:
            table[last] = pick.choice(
                ([value], {"value": value}, [value, value], str(value), {str(last): value})
            )
        case 9:
            put(tree, known_key(pick), value)
        case 10:
            tree["sweep"] = sweep_of(pick)
        case 11:
            tree["futures"] = futures_of(pick)
        case 12:
            tree["strategies"] = strategies_of(pick)
        case 13:
            tree["events"] = events_of(pick)
    return tree


def chained(pick: Random, text: str, name: str) -> dict[str, bytes | str]:
    """Files of a chain of `extends`, sound or not, that ends in `text`."""
    n = pick.choice((1, 2, 19, 20, 25))
    parent = pick.choice(
        (
            name,
            "baseline.toml",
            "none.toml",
            "folder",
            "",
            "/dev/zero",
            "pipe",
            "./s.toml",
            "f1.toml",
        )
    )
    files: dict[str, bytes | str] = {"folder": "folder", "pipe": "pipe"}
    for i in range(n):
        above = f"f{i + 1}.toml" if i < n - 1 else parent
        own = written({"secrecy": {"level": i / 30}}, pick)
        files[f"f{i}.toml"] = f"schema = 1\nextends = {toml_value(above)}\n{own}".encode()
    files[name] = (
        f"extends = {toml_value(pick.choice(('f0.toml', 'f0.toml', odd_value(pick))))}\n{text}".encode(
            "utf-8", "replace"
        )
    )
    return files


def settings_of(pick: Random) -> list[str]:
    """Values of `--set`, sound and not."""
    found = []
    for _ in range(pick.choice((1, 1, 2, 4))):
        key = varied_key(pick) if pick.random() < 0.8 else odd_name(pick)
        value = value_for(pick, key) if pick.random() < 0.8 else odd_value(pick)
        bare = str(value) if pick.random() < 0.2 else toml_value(value)
        found.append(
            pick.choice((f"{key}={bare}", f"{key} = {bare}", f"{key}={bare}", bare, f"={bare}"))
        )
    return [word for text in found for word in ("--set", text.replace("\0", "0")[:60_000])]


def scenario_case(pick: Random, drawn: list[dict[str, Any]] | None = None) -> Case:
    """A scenario file with what stands beside it. `drawn`: sound trees to begin from, beside the shipped ones."""
    source = pick.random()
    if source < 0.45:
        base = pick.choice(shipped())
    elif source < 0.65 and drawn:
        base = {"schema": 1, "extends": "baseline.toml", **pick.choice(drawn)}
    else:
        base = {"schema": 1}
    tree = copied(base)
    for _ in range(pick.choice((0, 0, 1, 1, 1, 2, 3, 8))):
        tree = mutated(pick, tree)
    text = written(tree, pick)
    if pick.random() < 0.2:
        text = damaged_text(pick, text)
    if pick.random() < 0.01:
        text = pick.choice(
            (very_large(pick), f"{text}\n{very_large(pick)}", f"schema = 1\n{very_large(pick)}")
        )
    name = (
        "s.toml"
        if pick.random() < 0.97
        else pick.choice(("[s].toml", "-s.toml", "ñ.toml", "s", "a b.toml", "s.TOML"))
    )
    files: dict[str, bytes | str] = {"mine.py": MINE, "points.csv": POINTS, "fitted.csv": DRAWS}
    files |= {"baseline.toml": (SHIPPED / "baseline.toml").read_bytes(), name: encoded(pick, text)}
    if pick.random() < 0.05:
        files |= chained(pick, text, name)
    command = ["describe", "scenario"] if pick.random() < 0.05 else ["check"]
    place = f"./{name}" if name.startswith("-") else name
    settings = settings_of(pick) if command == ["check"] and pick.random() < 0.15 else []
    return Case(files, (*command, place, *settings))


def copied(tree: Any) -> Any:
    match tree:
        case dict():
            return {key: copied(value) for key, value in tree.items()}
        case list() | tuple():
            return [copied(value) for value in tree]
    return tree


__all__ = ["Case", "Raw", "scenario_case", "shipped"]
