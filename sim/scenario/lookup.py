"""Find a strategy by the name that a scenario gives: one of the shipped or registered ones, or a user's own `module:Class`."""

import hashlib
import importlib
import importlib.util
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.problems import SHOWN, alternatives, expectation, faults, got, keys_of, near, translate


def catalogue() -> Mapping[str, type]:
    """Every shipped and registered strategy, by name."""
    return importlib.import_module("sim.strategies").catalogue()


def strategy_class(name: str, folder: Path | None = None) -> type:
    """The class behind a name. `module:Class` is looked up in `folder`, then on the import path; ValueError says what was expected."""
    if ":" in name:
        return _own_class(name, folder)
    known = catalogue()
    if name not in known:
        raise ValueError(f'no strategy "{name}"; expected {alternatives(known)}, or module:Class.{near(name, known)}')
    return known[name]


def _own_class(name: str, folder: Path | None) -> type:
    module_name, _, class_name = name.partition(":")
    if module_name.endswith(".py"):
        raise ValueError(f'expected the module without .py: did you mean "{module_name.removesuffix(".py")}:{class_name}"? {got(name)}')
    beside = folder / (module_name.replace(".", "/") + ".py") if folder else None
    try:
        module = _module_from(beside) if beside and beside.is_file() else importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        where = f'no file "{beside.name}" beside the scenario and ' if beside and not beside.is_file() else ""
        raise ValueError(f'"{name}": {where}{str(error)[0].lower()}{str(error)[1:]}') from error
    except (Exception, SystemExit) as error:  # a user's module may fail in any way at all
        raise ValueError(f'"{name}" cannot be imported: {type(error).__name__}: {error}') from error
    found = getattr(module, class_name, None)
    base = importlib.import_module("sim.strategies").Strategy
    if not (isinstance(found, type) and issubclass(found, base)):
        classes = [other for other, kind in vars(module).items() if isinstance(kind, type) and issubclass(kind, base)]
        raise ValueError(f'"{name}": expected a class "{class_name}" derived from sim.Strategy.{near(class_name, classes)}')
    return found


def _module_from(file: Path) -> Any:
    # Named by path and content: an edited file is read anew, two files of one name stay apart, and a class keeps its identity.
    content = file.read_bytes()
    name = f"strategy_{file.stem}_{hashlib.sha256(str(file.resolve()).encode() + content).hexdigest()[:16]}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec and spec.loader
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def source_hash(name: str, folder: Path | None) -> str:
    """SHA-256 of the file that holds a user's own strategy, registered or `module:Class`; "" for a shipped one."""
    kind, strategies = strategy_class(name, folder), importlib.import_module("sim.strategies")
    return "" if strategies.is_shipped(kind) else strategies.file_hash(kind)


def own_settings(name: str, settings: Mapping[str, Any], folder: Path | None = None) -> dict[str, Any]:
    """A strategy's own settings, checked by its `Settings` model and filled with that model's defaults, as plain values."""
    model = getattr(strategy_class(name, folder), "Settings", None) or BaseModel
    known = keys_of(model)
    strangers = [key for key in settings if key not in known]
    wrong = [(key, _unknown(name, key, known) if place < SHOWN else "unknown key") for place, key in enumerate(strangers)]
    for key in set(settings) & set(known):
        if isinstance(settings[key], float) and not math.isfinite(settings[key]):
            wrong.append((key, f"expected {expectation(known[key])} (got {settings[key]})"))
    refused = {key for key, _ in wrong}
    try:
        # By way of JSON: strict about text for numbers, yet a TOML list may fill a tuple and a text a date.
        text = json.dumps({key: value for key, value in settings.items() if key not in refused}, default=str)
        checked = model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise faults(wrong + translate(error, model)) from error
    if wrong:
        raise faults(wrong)
    return checked.model_dump(mode="json", by_alias=True)


def _unknown(name: str, key: str, known: Mapping[str, Any]) -> str:
    from sim.scenario.schema import Strategy

    owners = [other for other, kind in catalogue().items() if key in getattr(getattr(kind, "Settings", None), "model_fields", {})]
    own = f"its own settings are {', '.join(known)}" if known else "it has no settings of its own"
    belongs = f"; it is a setting of {alternatives(owners)}" if owners else ""
    return f'unknown key for strategy "{name}" ({own}){belongs}.{"" if owners else near(key, [*keys_of(Strategy), *known])}'
