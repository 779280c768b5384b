"""Problems of a scenario in terms of its file: dotted key, what was expected, a near name.

The findings of pydantic are translated into such messages.
"""

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
    """Return the keys that a table of the file may hold, and their fields.

    Fields that no file may set are left out.
    """
    return {field.alias or name: field for name, field in model.model_fields.items() if field.repr}


def inner(field: FieldInfo) -> Any:
    """Return the type of a field without `| None` and bounds."""
    kind = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(argument for argument in get_args(kind) if argument is not type(None))
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def rows_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of the rows of a list of tables; None if the field is no such list."""
    kind = inner(field)
    row = get_args(kind)[0] if get_origin(kind) is tuple else None
    return row if isinstance(row, type) and issubclass(row, BaseModel) else None


def _marks(field: FieldInfo) -> list[Any]:
    # If a field may be absent, its bounds are one level further down.
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
    """Say what a field takes: `a whole number from 0 to 730`."""
    kind = inner(field)
    if get_origin(kind) is Literal:
        return alternatives(get_args(kind))
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"a table with {', '.join(keys_of(kind))}"
    if row := rows_of(field):
        return f"a list of tables, each with {', '.join(keys_of(row))}"
    if kind is Any or get_origin(kind) is tuple:
        return "a list" if kind is not Any else "a value as described"
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
    """Make one pydantic error of several faults: (key below the field, what was expected)."""
    return PydanticCustomError(
        "faults",
        "{text}",
        {"text": "; ".join(f"{key}: {text}" for key, text in found), "faults": tuple(found)},
    )


def translate(error: ValidationError, model: type[BaseModel]) -> list[tuple[str, str]]:
    """Translate pydantic's findings on `model` into (dotted key, what was expected)."""
    found: list[tuple[str, str]] = []
    for item in error.errors(include_url=False):
        found += _pairs(item, model, hint=len(found) < SHOWN)
    return found


def dotted_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """List every key of a table and of the tables in it, dotted.

    A table that may be left out, such as the levers of a deployment, only repeats another's keys.
    """
    found = []
    for key, field in keys_of(model).items():
        kind = inner(field)
        below = isinstance(kind, type) and issubclass(kind, BaseModel)
        if below and field.default is None:
            continue
        found += dotted_keys(kind, f"{prefix}{key}.") if below else [f"{prefix}{key}"]
    return found


def unknown(at: str, key: str, value: object, table: type[BaseModel]) -> str:
    """Suggest a known key for an unknown `key` of the table `at` ("" for the whole file).

    The known key may belong to another table.
    """
    known_parameters = registry.load_registry()
    names = known_parameters.names
    full = f"{at}.{key}" if at else key
    for name in (
        [full, *(f"{full}.{below}" for below in value)] if isinstance(value, dict) else [full]
    ):
        if name in names:
            return f' Did you mean "parameters.{name}"?'
        if "." in name and (gone := known_parameters.gone(name)):
            return f" {name} {gone}"
    if "." not in key:
        return belongs(key) or near(key, keys_of(table))
    known = dotted_keys(table)
    if key in known:
        return f" Did you mean {full} without the quotes?"
    close = difflib.get_close_matches(key, [*known, *names], 1, 0.6)
    return (
        f' Did you mean "{"parameters." if close[0] in names else ""}{close[0]}"?' if close else ""
    )


_tables: dict[str, str] = {}


def belongs(key: str) -> str:
    """Say in which table a known key belongs: ` It is a key of [time].`; "" for an unknown key."""
    return _tables.get(key, "")


def learn_tables(scenario: type[BaseModel]) -> None:
    """Prepare the answers of `belongs`, for keys of one table only; the schema calls this once."""
    sections: dict[str, set[str]] = {}
    for section, _, key in (dotted.rpartition(".") for dotted in dotted_keys(scenario)):
        if section:
            sections.setdefault(key, set()).add(section)
    _tables.update(
        {
            key: f" It is a key of [{min(owners)}]."
            for key, owners in sections.items()
            if len(owners) == 1
        }
    )
    for key, field in {"extends": None, **keys_of(scenario)}.items():
        is_value = field is None or key in ("schema", "ablate") or inner(field) in (str, bool)
        if is_value:
            _tables[key] = f" {key} belongs above the first [table] of the file."
        else:
            own = f" {key} is a table of its own: its keys belong under [{key}]"
            _tables[key] = f"{own}, for all strategies."


def _pairs(item: Any, model: type[BaseModel], hint: bool = True) -> list[tuple[str, str]]:
    # A strategy's own settings are a field that no file names: their keys stand directly in the
    # table, so the field's name is not part of the key.
    table, field = model, None
    key: list[str] = []
    for part in item["loc"]:
        if isinstance(part, int):  # an index in a list of tables: `events[0]`
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
            near_by = near(str(item["input"]), offered)
            return [(name, f"expected {expectation(field)} {got(item['input'])}.{near_by}")]
        case _ if field:
            typed = isinstance(item["input"], str) and inner(field) in (int, float, bool)
            mend = hint_for(f"x = {item['input']}", is_toml=True) if typed else ""
            expected = f"expected {expectation(field)} {got(item['input'])}"
            return [(name, f"{expected}. {mend}" if mend else expected)]
        case _:
            return [(name, item["msg"])]
