"""Read a scenario file: TOML, `extends` and overrides. Every problem is reported at once."""

import datetime
import json
import re
import types
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim.errors import Problem, ScenarioError, got, shown
from sim.scenario import effects
from sim.scenario.designs import TABLE
from sim.scenario.frozen import pairs
from sim.scenario.problems import translate
from sim.scenario.reading import Unreadable, as_value, read_text
from sim.scenario.schema import Scenario
from sim.scenario.shipped import beside, is_shipped, located
from sim.scenario.strategy_section import Strategy
from sim.scenario.tables import with_futures, with_table
from sim.scenario.toml import MAX_PARTS, NotTOML, parse
from sim.strategies.own_code import Home

MAX_EXTENDS = 20
SETTING = "--set"


class Layer(NamedTuple):
    """One file of a chain of `extends`, or the overrides.

    label: its name in messages; tree: its tables; problems: those of the layer by itself.
    """

    label: str
    tree: dict[str, Any]
    problems: tuple[Problem, ...] = ()


def load_scenario(
    path: str | Path,
    overrides: Mapping[str, object] | None = None,
    options: Mapping[str, Mapping[str, object]] | None = None,
    allow_code: bool = False,
) -> Scenario:
    """Load a scenario file and apply `overrides` (dotted key -> value).

    path: a file, or `redeploy:NAME`, a scenario that comes with the package.
    options: more overrides, by the option of the command line that sets them, such as `--seed`;
    messages name the option.
    allow_code: a run of the scenario may import a strategy `module:Class` from outside the
    scenario's folder. Loading imports none.

    ScenarioError lists every problem. A ScenarioWarning reports each setting without effect.
    """
    given, path = path, located(path)
    label = str(given) if is_shipped(given) else path.name
    # A user has no files beside a shipped scenario: paths in options start from the current folder.
    folder = Path() if is_shipped(given) else path.parent
    try:
        layers = _chain(path, label)
        for option, values in {SETTING: overrides or {}, **(options or {})}.items():
            if values:
                layers.append(_layer(option, tree_of(values), folder))
        # Absolute, so that a worker in another folder finds a strategy beside the file.
        scenario = validated(layers, Home(path.absolute(), allow_code))
        if stale := getattr(scenario.futures.table, "stale", ""):
            told = f'"{scenario.futures.table}": {stale}'
            key = "futures.table"
            effects.warn([Problem(_origin(key, layers, label), key, told)])
        if not scenario.plan:  # the settings of a plan are checked over all its arms
            effects.warn(
                effects.check([effects.Tried(scenario)], lambda key: _origin(key, layers, label))
            )
        return scenario
    except RecursionError:
        raise ScenarioError(
            [Problem(str(path), "", "tables or lists are nested too deeply")]
        ) from None


def with_code(scenario: Scenario) -> Scenario:
    """Import a user's own strategies that a scenario names; check and fill in their settings.

    A scenario without such code is returned as it is. ScenarioError lists every problem.
    """
    if scenario.home.reads_code or not scenario.own_code:
        return scenario
    tree = scenario.model_dump() | {"sweep": scenario.sweep}
    if scenario.futures.table is not None:
        tree["futures"]["table"] = scenario.futures.table
    file = scenario.path.name if scenario.path else "scenario"
    return validated([Layer(file, tree)], replace(scenario.home, reads_code=True))


def validated(layers: list[Layer], home: Home) -> Scenario:
    """Merge the layers, later over earlier, and check the result.

    A problem is reported under the label of the last layer that holds its key.
    """
    tree: dict[str, Any] = {}
    for layer in layers:
        tree = merged(tree, layer.tree)
    try:
        scenario = Scenario.model_validate(tree, context=home)
        found = []
    except ValidationError as error:
        found = translate(error, Scenario)
    main = next(
        (layer.label for layer in reversed(layers) if not layer.label.startswith("--")), SETTING
    )
    problems = [problem for layer in layers for problem in layer.problems]
    problems += [
        Problem(_origin(key, layers, main), key, text + _labelled(key, tree)) for key, text in found
    ]
    if problems:
        raise ScenarioError(problems) from None
    return scenario


def _labelled(key: str, tree: Mapping[str, Any]) -> str:
    """Name the label of the entry of [[strategies]] that a key belongs to."""
    entry = re.match(r"strategies\[(\d+)\]", key)
    table = tree["strategies"][int(entry.group(1))] if entry else {}
    return (
        f" (labelled {shown(table['label'])})"
        if isinstance(table, dict) and isinstance(table.get("label"), str)
        else ""
    )


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Merge `above` over `below`, table by table; lists and values are replaced.

    If `above` names another strategy, the settings of the one below are dropped. The rows of a
    table are a complete design: they replace any other design, and another design replaces them.
    """
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping):
            if key == "strategy" and value.get("name", under.get("name")) != under.get("name"):
                under = {
                    lever: setting
                    for lever, setting in under.items()
                    if lever in Strategy.model_fields
                }
            if key in ("sweep", "futures") and _is_other_design(under, value):
                under = {name: setting for name, setting in under.items() if name == "design"}
            result[key] = merged(under, value)
        else:
            result[key] = value
    return result


def _is_other_design(below: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    return "table" in above or (
        "design" in above and TABLE in (below.get("design"), above["design"])
    )


def tree_of(flat: Mapping[str, object]) -> dict[str, Any]:
    """Turn dotted keys into nested tables; names in [parameters] and [sweep] keep their dots."""
    tree: dict[str, Any] = {}
    for dotted, value in flat.items():
        above = ["strategy"] if dotted.startswith("strategy.parameters.") else []
        head, _, rest = dotted.removeprefix("strategy." if above else "").partition(".")
        whole = head in ("parameters", "sweep") and rest
        keys = [head, rest.replace('"', "").replace("'", "")] if whole else dotted.split(".")
        *path, last = above + keys if whole else keys
        branch = tree
        for part in path:
            if not isinstance(branch.get(part), dict):
                branch[part] = {}
            branch = branch[part]
        under = branch.get(last)
        branch[last] = (
            merged(under or {}, value)
            if isinstance(value, Mapping) and isinstance(under, dict | types.NoneType)
            else value
        )
    return tree


def parse_setting(text: str) -> tuple[str, object]:
    """Parse `key=value` of the command line; the value is read as TOML, otherwise as text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise ScenarioError([Problem(SETTING, "", f"expected key=value {got(text)}")])
    if key.count(".") >= MAX_PARTS:
        raise ScenarioError(
            [Problem(SETTING, "", f"a dotted key of more than {MAX_PARTS} parts {got(key)}")]
        )
    return key.strip(), as_value(value)


def _layer(label: str, tree: dict[str, Any], folder: Path) -> Layer:
    # Nested and quoted dotted names get one spelling, so that a layer can replace either form.
    problems = []
    for section in ("parameters", "sweep"):
        if isinstance(table := tree.get(section), dict):
            flat = [(key.replace('"', ""), value) for key, value in pairs(table)]
            times = Counter(key for key, _ in flat)
            problems += [
                Problem(
                    label, f"{section}.{key}", f"written {n} times, nested and quoted; keep one"
                )
                for key, n in times.items()
                if n > 1
            ]
            tree = tree | {section: dict(flat)}
    for section, read in (("sweep", with_table), ("futures", with_futures)):
        table = tree.get(section)
        if (
            isinstance(table, dict)
            and isinstance(table.get("table"), str)
            and table.get("design", TABLE) == TABLE
        ):
            columns, wrong = read(table, folder)
            problems += [Problem(label, f"{section}.{key}", text) for key, text in wrong]
            tree = tree | {section: columns}
    return Layer(label, tree, tuple(problems))


def _chain(path: Path, label: str) -> list[Layer]:
    """Read a file and all that it extends, the most basic file first."""
    layers: list[Layer] = []
    seen: list[Path] = []
    asked_by = None
    while True:
        if len(seen) == MAX_EXTENDS:
            raise ScenarioError(
                [Problem(label, "extends", f"expected a chain of at most {MAX_EXTENDS} files")]
            )
        tree = _read(path, label, asked_by)
        if path.resolve() in seen:
            names = " -> ".join(file.name for file in [*seen, path])
            raise ScenarioError(
                [
                    Problem(
                        layers[-1].label, "extends", f"files extend one another in a cycle: {names}"
                    )
                ]
            )
        seen.append(path.resolve())
        parent = tree.pop("extends", None)
        if any("title" in layer.tree for layer in layers):
            tree.pop("description", None)  # it describes a file with another title
        layers.insert(0, _layer(label, tree, path.parent))
        if parent is None:
            return layers
        if not isinstance(parent, str) or not parent.strip():
            raise ScenarioError(
                [Problem(label, "extends", f"expected the name of a scenario file {got(parent)}")]
            )
        try:
            path, asked_by, label = beside(path.parent, parent), label, parent
        except Unreadable as error:
            told = f"{shown(parent)} {error}"
            raise ScenarioError([Problem(label, "extends", told)]) from None


def _read(path: Path, label: str, asked_by: str | None) -> dict[str, Any]:
    """Read the tables of one file; problems are reported under `asked_by`, which extends it."""
    file, key, named = str(path), "", ""
    if asked_by:
        file, key, named = asked_by, "extends", f"{shown(label)} "

    def refuse(text: str, line: str = "") -> ScenarioError:
        return ScenarioError([Problem(label if line else file, line or key, text)])

    try:
        text = read_text(path, "scenario file")
    except Unreadable as error:
        looked = (
            " A path starts from the folder of the file that names it."
            if asked_by and "does not exist" in str(error)
            else ""
        )
        raise refuse(f"{named}{error}{looked}") from None
    if not text.strip():
        raise refuse(f"{named}is empty; a scenario begins with schema = 1")
    try:
        return parse(text)
    except NotTOML as error:
        line, what = error.args
        raise refuse(what if line else f"{named}{what}", line) from None


def _origin(key: str, layers: list[Layer], main: str) -> str:
    """Return the label of the last layer that holds the key, or else the key's table."""
    key = re.sub(r"\[\d+\]", "", key)
    for depth in range(key.count(".") + 1, 0, -1):
        prefix = ".".join(key.split(".")[:depth])
        for layer in reversed(layers):
            if _holds(layer.tree, prefix):
                return str(layer.label)
    return main


def _holds(tree: Any, dotted: str) -> bool:
    if not isinstance(tree, dict):
        return False
    head, _, rest = dotted.partition(".")
    return dotted in tree or (bool(rest) and _holds(tree.get(head), rest))


def to_toml(scenario: Scenario | Mapping[str, Any]) -> str:
    """Write a resolved scenario (or its tables) as TOML that `load_scenario` reads back.

    The values of a table come first, then its tables.
    """
    lines: list[str] = []

    def write(table: Mapping[str, Any], name: str, head: str = "[{}]") -> None:
        given = {key: value for key, value in table.items() if value is not None}
        inner = {
            key: value
            for key, value in given.items()
            if isinstance(value, Mapping) and not (name == "events" and key == "set")
        }
        rows = {key: value for key, value in given.items() if _is_rows(value)}
        values = [
            f"{_key(key)} = {_value(value)}"
            for key, value in given.items()
            if key not in inner and key not in rows
        ]
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
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(row, Mapping) for row in value)
    )


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            "{"
            + ", ".join(
                f"{_key(key)} = {_value(inner)}"
                for key, inner in value.items()
                if inner is not None
            )
            + "}"
        )
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return _text(value)


def _text(value: Any) -> str:
    # TOML does not allow DEL, and a terminal should receive no other control character either.
    return "".join(
        letter if letter.isprintable() else f"\\U{ord(letter):08x}"
        for letter in json.dumps(value, ensure_ascii=False)
    )
