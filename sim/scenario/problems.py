"""The findings of pydantic on a scenario, in the words of a scenario file: dotted key, what was expected, a near name."""

import datetime
import difflib
import types
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from sim import parameters as registry
from sim.errors import SHOWN, alternatives, got, near
from sim.scenario.toml import hint_for


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys that a table of the file may hold, and the field behind each. Fields that no file writes are left out."""
    return {field.alias or name: field for name, field in model.model_fields.items() if field.repr}


def inner(field: FieldInfo) -> Any:
    """The field's type, without `| None` and bounds."""
    kind = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(argument for argument in get_args(kind) if argument is not type(None))
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def rows_of(field: FieldInfo) -> type[BaseModel] | None:
    """What each row of a list of tables must be, or None where the field is no such list."""
    kind = inner(field)
    row = get_args(kind)[0] if get_origin(kind) is tuple else None
    return row if isinstance(row, type) and issubclass(row, BaseModel) else None


def _marks(field: FieldInfo) -> list[Any]:
    # Of a field that may be absent, the bounds stand one level down.
    below = [
        mark
        for part in get_args(field.annotation)
        if get_origin(part) is Annotated
        for mark in get_args(part)[1:]
    ]
    return [
        inner for mark in [*field.metadata, *below] for inner in getattr(mark, "metadata", [mark])
    ]


def expectation(field: FieldInfo) -> str:
    """What a field takes, in words: `a whole number from 0 to 730`."""
    kind = inner(field)
    if get_origin(kind) is Literal:
        return alternatives(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"a table with {', '.join(keys_of(kind))}"
    if row := rows_of(field):
        return f"a list of tables, each with {', '.join(keys_of(row))}"
    if kind is Any or get_origin(kind) is tuple:
        return "a list" if kind is not Any else "a value as told"
    noun = {
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        str: "text",
        datetime.date: "a date such as 2022-01-01",
    }
    bounds = {
        name: getattr(mark, name)
        for mark in _marks(field)
        for name in ("ge", "le", "max_length")
        if hasattr(mark, name)
    }
    match bounds:
        case {"ge": low, "le": high}:
            limits = f" from {low} to {high}"
        case {"ge": low}:
            limits = f" of at least {low}"
        case {"max_length": longest}:
            limits = f" of at most {longest} characters"
        case _:
            limits = ""
    absent = ", or the key left out" if type(None) in get_args(field.annotation) else ""
    return noun.get(kind, "a table") + limits + absent


def faults(found: Sequence[tuple[str, str]]) -> PydanticCustomError:
    """One pydantic error that carries several faults: (dotted key below the field, what was expected)."""
    return PydanticCustomError(
        "faults",
        "{text}",
        {"text": "; ".join(f"{key}: {text}" for key, text in found), "faults": tuple(found)},
    )


def translate(error: ValidationError, model: type[BaseModel]) -> list[tuple[str, str]]:
    """Pydantic's findings on `model` as (dotted key, what was expected) in the words of this module."""
    found: list[tuple[str, str]] = []
    for item in error.errors(include_url=False):
        found += _pairs(item, model, hint=len(found) < SHOWN)
    return found


def dotted_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """Every key of a table and of the tables in it, dotted."""
    found = []
    for key, field in keys_of(model).items():
        kind = inner(field)
        below = isinstance(kind, type) and issubclass(kind, BaseModel)
        found += dotted_keys(kind, f"{prefix}{key}.") if below else [f"{prefix}{key}"]
    return found


def unknown(at: str, key: str, value: object, table: type[BaseModel]) -> str:
    """What to say of an unknown `key` of the table `at` ("" for the whole file): the near name, wherever it belongs."""
    names = registry.load_registry().names
    full = f"{at}.{key}" if at else key
    for name in (
        [full, *(f"{full}.{below}" for below in value)] if isinstance(value, dict) else [full]
    ):
        if name in names:
            return f' Did you mean "parameters.{name}"?'
    if "." not in key:
        return belongs(key) or near(key, keys_of(table))
    known = dotted_keys(table)
    if key in known:
        return f" Did you mean {full} without the quotes?"
    close = difflib.get_close_matches(key, [*known, *names], 1, 0.6)
    return (
        f' Did you mean "{"parameters." if close[0] in names else ""}{close[0]}"?' if close else ""
    )


_places: dict[str, str] = {}


def belongs(key: str) -> str:
    """Where a key stands that a scenario has, but not here: ` title stands above the first [table] of the file.`; else nothing."""
    return _places.get(key, "")


def learn_places(scenario: type[BaseModel]) -> None:
    """Note what `belongs` says of each key of a scenario that stands in one place only; the schema calls it once."""
    sections: dict[str, set[str]] = {}
    for section, _, key in (dotted.rpartition(".") for dotted in dotted_keys(scenario)):
        if section:
            sections.setdefault(key, set()).add(section)
    _places.update(
        {
            key: f" It is a key of [{min(owners)}]."
            for key, owners in sections.items()
            if len(owners) == 1
        }
    )
    for key, field in {"extends": None, **keys_of(scenario)}.items():
        is_value = field is None or key in ("schema", "ablate") or inner(field) in (str, bool)
        above, below = (
            f" {key} stands above the first [table] of the file.",
            f" {key} is a table of its own: its keys stand under [{key}]",
        )
        _places[key] = above if is_value else f"{below}, for all strategies."


def _pairs(item: Any, model: type[BaseModel], hint: bool = True) -> list[tuple[str, str]]:
    # A field that no file writes (a strategy's own settings) lies flat in its table, so its name is no part of the key.
    table, field = model, None
    key: list[str] = []
    for part in item["loc"]:
        if isinstance(part, int):  # a place in a list of tables: `events[0]`
            key[-1:] = [f"{key[-1]}[{part}]"] if key else [f"[{part}]"]
            continue
        field = next((f for name, f in table.model_fields.items() if part in (name, f.alias)), None)
        if field is None or field.repr:
            key.append(part)
        kind = (rows_of(field) or inner(field)) if field else None
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            table = kind
    name = ".".join(key)
    match item["type"]:
        case "faults":
            return [
                (".".join(filter(None, (name, below))).replace(".[", "["), text)
                for below, text in item["ctx"]["faults"]
            ]
        case "extra_forbidden":
            known = keys_of(table)
            near_by = (
                unknown(".".join(key[:-1]), str(item["loc"][-1]), item["input"], table)
                if hint
                else ""
            )
            return [(name, "unknown key." + (near_by or f" Expected one of {', '.join(known)}"))]
        case "missing" if field:
            return [(name, f"missing; expected {expectation(field)}")]
        case "value_error":
            return [(name, str(item["ctx"]["error"]))]
        case "literal_error" if field:
            offered = [choice for choice in get_args(inner(field)) if isinstance(choice, str)]
            return [
                (
                    name,
                    f"expected {expectation(field)} {got(item['input'])}.{near(str(item['input']), offered)}",
                )
            ]
        case _ if field:
            typed = isinstance(item["input"], str) and inner(field) in (int, float, bool)
            mend = hint_for(f"x = {item['input']}", is_toml=True) if typed else ""
            return [
                (
                    name,
                    f"expected {expectation(field)} {got(item['input'])}"
                    + (f". {mend}" if mend else ""),
                )
            ]
        case _:
            return [(name, item["msg"])]
