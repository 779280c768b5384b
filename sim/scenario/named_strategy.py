"""The strategy of a scenario: checks of its name and of its own settings."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from sim.errors import SHOWN, alternatives, near
from sim.scenario.frozen import as_whole
from sim.scenario.problems import belongs, expectation, faults, inner, keys_of, translate
from sim.strategies import own_code, registry
from sim.strategies.own_code import Home


def check_name(name: str, home: Home) -> None:
    """Raise ValueError if there is no strategy of this name.

    `module:Class` is imported only if `home` allows it; otherwise its file is parsed.
    """
    if own_code.is_own(name) and not home.reads_code:
        own_code.read(name, home.folder)
    else:
        registry.strategy_class(name, home.folder, home.allow_code)


def source_hash(name: str, home: Home) -> str:
    """Return the SHA-256 of the file of a user's own strategy; "" for a shipped one.

    If the code has been imported and the class comes from another file, the hash of that file is
    appended.
    """
    if not own_code.is_own(name):
        kind = registry.known(name)
        return "" if registry.is_shipped(kind) else registry.file_hash(kind)
    named = own_code.file_hash(name, home.folder)
    behind = (
        registry.file_hash(registry.strategy_class(name, home.folder, home.allow_code))
        if home.reads_code
        else named
    )
    return named if named == behind else named + behind


def own_settings(
    name: str, settings: Mapping[str, Any], home: Home, levers: Iterable[str]
) -> dict[str, Any]:
    """Check a strategy's own settings and fill in the defaults of its `Settings` model.

    levers: the keys of [strategy] that are not its own settings; a wrong key may be close to one.

    Values in a file are finite. A default of the class may be infinite, for instance to mean
    "never". JSON has no such number, so the scenario holds it as the text "inf", and the strategy
    receives the number. The settings of `module:Class` stay as they are until its code is imported;
    before that, only the finiteness of their numbers is checked.
    """
    if own_code.is_own(name) and not home.reads_code:
        if wrong := [
            (key, f"expected a finite number (got {value})")
            for key, value in settings.items()
            if not _finite(value)
        ]:
            raise faults(wrong)
        return dict(settings)
    model = (
        getattr(registry.strategy_class(name, home.folder, home.allow_code), "Settings", None)
        or BaseModel
    )
    known = keys_of(model)
    strangers = [key for key in settings if key not in known]
    wrong = [
        (key, _unknown(name, key, known, levers) if number < SHOWN else "unknown key")
        for number, key in enumerate(strangers)
    ]
    for key in set(settings) & set(known):
        if not _finite(settings[key]):
            wrong.append((key, f"expected {expectation(known[key])} (got {settings[key]})"))
    refused = {key for key, _ in wrong}
    try:
        # Validated as JSON: text is then no number, but a list may fill a tuple and a text a date.
        left_out = refused | {
            key
            for key, value in _endless_defaults(known).items()
            if _plain(settings.get(key)) == value
        }
        sound = {key: value for key, value in settings.items() if key not in left_out}
        text = json.dumps(
            {
                key: as_whole(value) if inner(known[key]) is int else value
                for key, value in sound.items()
            },
            default=str,
        )
        checked = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise faults(wrong + translate(error, model)) from error
    if wrong:
        raise faults(wrong)
    plain: dict[str, Any] = _plain(checked.model_dump(mode="json", by_alias=True))
    return plain


def _endless_defaults(fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """Return the defaults of a model that JSON cannot hold, as `_plain` writes them."""
    defaults = {}
    for key, field in fields.items():
        if not (field.is_required() or field.default_factory_takes_validated_data):
            value = field.get_default(call_default_factory=True, validated_data={})
            defaults[key] = to_jsonable_python(value, serialize_unknown=True)
    return {key: _plain(value) for key, value in defaults.items() if not _finite(value)}


def _plain(value: Any) -> Any:
    """Turn infinite numbers, at any depth, into text, as JSON has none."""
    match value:
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return value if _finite(value) else str(value)


def _finite(value: object) -> bool:
    """Whether every number in a value, at any depth, is finite."""
    match value:
        case Mapping():
            return all(map(_finite, value.values()))
        case list() | tuple():
            return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _unknown(name: str, key: str, known: Mapping[str, Any], levers: Iterable[str]) -> str:
    owners = [
        other
        for other, kind in registry.catalogue().items()
        if key in getattr(getattr(kind, "Settings", None), "model_fields", {})
    ]
    own = f"its own settings are {', '.join(known)}" if known else "it has no settings of its own"
    setting_of = f"; it is a setting of {alternatives(owners)}" if owners else ""
    hint = "" if owners else belongs(key) or near(key, [*levers, *known])
    return f'unknown key for strategy "{name}" ({own}){setting_of}.{hint}'
