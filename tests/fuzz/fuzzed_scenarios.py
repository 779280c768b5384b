"""Scenario files drawn at random: shipped and sound ones with a few things wrong, and files made of
the schema's own keys with values at, within and past their bounds."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from oddities import (
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
from vocabulary import known_key, of_shock, put, value_for, varied_key

from sim.parameters import load_couplings
from sim.scenario.events import NUMBERS, TABLES
from sim.scenario.problems import keys_of
from sim.scenario.schema import Entry
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
    """The contents of a folder (bytes, or a word such as `pipe`) and a command to run there."""

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
    above = toml_value(pick.choice(("f0.toml", "f0.toml", odd_value(pick))))
    files[name] = f"extends = {above}\n{text}".encode("utf-8", "replace")
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
    """Draw a scenario file and its neighbours. `drawn` adds valid trees to the shipped ones."""
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
