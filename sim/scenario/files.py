"""Read a scenario file: TOML, `extends`, overrides, and every problem of the file reported at once."""

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.scenario.frozen import flatten
from sim.scenario.problems import Problem, ScenarioError, got, near, translate
from sim.scenario.schema import Scenario, Strategy

MAX_BYTES = 1_000_000
MAX_EXTENDS = 20
SETTING = "--set"


class Layer(NamedTuple):
    """One file of a chain of `extends`, or the overrides: its label in messages and its tables."""

    label: str
    tree: dict[str, Any]


def load_scenario(path: str | Path, overrides: Mapping[str, object] | None = None) -> Scenario:
    """The scenario of a file, with `overrides` (dotted key -> value) laid over it; ScenarioError lists every problem."""
    path = Path(path)
    try:
        layers = _chain(path)
        if overrides:
            layers.append(Layer(SETTING, tree_of(overrides)))
        return validated(layers, path)
    except RecursionError:
        raise ScenarioError([Problem(str(path), "", "tables or lists are nested too deeply")]) from None


def validated(layers: list[Layer], path: Path | None) -> Scenario:
    """Merge the layers, later over earlier, and check the whole; a problem is named after the last layer that holds its key."""
    tree: dict[str, Any] = {}
    for layer in layers:
        tree = merged(tree, layer.tree)
    try:
        # Absolute, so that a worker in another directory finds a strategy beside the file.
        place = path.absolute() if path else None
        return Scenario.model_validate(tree, context={"path": place, "folder": place.parent if place else None})
    except ValidationError as error:
        main = next((layer.label for layer in reversed(layers) if layer.label != SETTING), SETTING)
        raise ScenarioError([Problem(_origin(key, layers, main), key, text) for key, text in translate(error, Scenario)]) from None


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`, table by table; lists and values replace. Another strategy drops the settings of the one below."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            if key == "strategy" and value.get("name", under.get("name")) != under.get("name"):
                under = {lever: setting for lever, setting in under.items() if lever in Strategy.model_fields}
            result[key] = merged(under, value)
        else:
            result[key] = value
    return result


def tree_of(flat: Mapping[str, object]) -> dict[str, Any]:
    """Dotted keys as nested tables; the names of [parameters] and [sweep] keep their dots."""
    tree: dict[str, Any] = {}
    for dotted, value in flat.items():
        branch: Any = value
        head, _, rest = dotted.partition(".")
        parts = [head, rest.strip("\"'")] if head in ("parameters", "sweep") and rest else dotted.split(".")
        for part in reversed(parts):
            branch = {part: branch}
        tree = merged(tree, _dotted_tables(branch))
    return tree


def parse_setting(text: str) -> tuple[str, object]:
    """`key=value` of the command line; the value as TOML would read it, else as text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise ScenarioError([Problem(SETTING, "", f"expected key=value {got(text)}")])
    try:
        parsed = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        parsed = {}
    return key.strip(), parsed["value"] if parsed.keys() == {"value"} else value


def _dotted_tables(tree: dict[str, Any]) -> dict[str, Any]:
    # One spelling for nested and quoted dotted names, so that one layer can replace what another wrote the other way.
    return {key: flatten(table) if key in ("parameters", "sweep") and isinstance(table, dict) else table for key, table in tree.items()}


def _chain(path: Path) -> list[Layer]:
    """The file and all it extends, the farthest first."""
    layers: list[Layer] = []
    seen: list[Path] = []
    label, asked_by = path.name, None
    while True:
        if len(seen) == MAX_EXTENDS:
            raise ScenarioError([Problem(label, "extends", f"expected a chain of at most {MAX_EXTENDS} files")])
        tree = _read(path, label, asked_by)
        if path.resolve() in seen:
            names = " -> ".join(file.name for file in [*seen, path])
            raise ScenarioError([Problem(layers[-1].label, "extends", f"files extend one another in a cycle: {names}")])
        seen.append(path.resolve())
        parent = tree.pop("extends", None)
        layers.insert(0, Layer(label, _dotted_tables(tree)))
        if parent is None:
            return layers
        if not isinstance(parent, str) or not parent.strip():
            raise ScenarioError([Problem(label, "extends", f"expected the name of a scenario file {got(parent)}")])
        path, asked_by, label = path.parent / parent, label, parent


def _read(path: Path, label: str, asked_by: str | None) -> dict[str, Any]:
    """The tables of one file. A file that another extends is reported under the name of the one that asked."""
    file, key, named = (asked_by, "extends", f'"{label}" ') if asked_by else (str(path), "", "")

    def refuse(text: str, line: str = "") -> ScenarioError:
        return ScenarioError([Problem(label if line else file, line or key, text)])

    try:
        if path.is_dir():
            raise refuse(f"{named}is a directory, not a scenario file")
        if not path.exists():
            beside = [other.name for other in path.parent.glob("*.toml")] if path.parent.is_dir() else []
            raise refuse(f"{named}does not exist; expected a scenario file.{near(path.name, beside)}")
        if not path.is_file():
            raise refuse(f"{named}is a device or a pipe, not a scenario file")
        if path.stat().st_size > MAX_BYTES:
            raise refuse(f"{named}is larger than {MAX_BYTES // 1_000_000} MB; a scenario is a short text")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse(f"{named}is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise refuse(f"{named}cannot be read: {error.strerror}") from None
    except ScenarioError:
        raise
    except ValueError as error:  # a path that no file system takes
        raise refuse(f"{named}cannot be read: {error}") from None
    if "\0" in text:
        raise refuse(f"{named}is a binary file, not TOML text")
    if not text.strip():
        raise refuse(f"{named}is empty; a scenario begins with schema = 1")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (line \d+, column \d+)\)$", str(error))
        line = place.group(1) if place else f"line {text.rstrip().count(chr(10)) + 1} (end of file)"
        message = str(error).removesuffix(place.group(0) if place else " (at end of document)")
        raise refuse(f"not TOML: {message}", line) from None
    except ValueError as error:  # a number or a date that Python cannot hold
        raise refuse(f"{named}not TOML: {error}") from None


def _origin(key: str, layers: list[Layer], main: str) -> str:
    """The label of the last layer that holds the key, or the table it should stand in."""
    for depth in range(key.count(".") + 1, 0, -1):
        prefix = ".".join(key.split(".")[:depth])
        for layer in reversed(layers):
            if _holds(layer.tree, prefix):
                return layer.label
    return main


def _holds(tree: Any, dotted: str) -> bool:
    if not isinstance(tree, dict):
        return False
    head, _, rest = dotted.partition(".")
    return dotted in tree or (bool(rest) and _holds(tree.get(head), rest))


def to_toml(scenario: Scenario | Mapping[str, Any]) -> str:
    """A resolved scenario (or its tables) as a file that `load_scenario` reads back: values of a table first, then the tables in it."""
    lines: list[str] = []

    def write(table: Mapping[str, Any], name: str, head: str = "[{}]") -> None:
        given = {key: value for key, value in table.items() if value is not None}
        inner = {key: value for key, value in given.items() if isinstance(value, Mapping) and not (name == "events" and key == "set")}
        rows = {key: value for key, value in given.items() if _is_rows(value)}
        values = [f"{_key(key)} = {_value(value)}" for key, value in given.items() if key not in inner and key not in rows]
        if name and values:
            lines.extend(["", head.format(name)])
        lines.extend(values)
        for key, value in inner.items():
            write(value, f"{name}.{_key(key)}" if name else _key(key))
        for key, tables in rows.items():
            for each in tables:
                write(each, f"{name}.{_key(key)}" if name else _key(key), "[[{}]]")

    write(scenario if isinstance(scenario, Mapping) else scenario.model_dump(), "")
    return "\n".join(lines) + "\n"


def _is_rows(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(isinstance(row, Mapping) for row in value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
