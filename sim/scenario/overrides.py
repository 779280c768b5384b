"""Checks of `ablate`, `[parameters]` and `[sweep]` against the registries and the designs."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationInfo

from sim import parameters as registry
from sim.errors import SHOWN, got, near, shown
from sim.scenario import designs
from sim.scenario.frozen import as_whole, pairs
from sim.scenario.problems import belongs, faults


def checked_couplings(value: Any) -> Any:
    """Return the names of `ablate` if all are couplings, each written once."""
    known = registry.load_couplings()
    lists = "`redeploy describe couplings` lists them"
    if not isinstance(value, list | tuple):
        raise ValueError(f'expected a list of couplings such as ["leak"]; {lists} {got(value)}')
    wrong = [name for name in value if not isinstance(name, str) or name not in known]
    if wrong:
        hint = near(str(wrong[0]), known) or f" Expected some of {', '.join(known)}."
        raise ValueError(f"no coupling {shown(wrong[0])}; {lists}.{hint}")
    if len(set(value)) < len(value):
        raise ValueError("expected each coupling once")
    return value


def off_values(names: Iterable[str]) -> dict[str, float]:
    """Return the off value of every parameter of these couplings."""
    return registry.off_values(names, registry.load_couplings(), registry.load_registry())


def checked_parameters(value: Any, info: ValidationInfo) -> Any:
    """Return the checked overrides and the off values of the ablated couplings: what a run uses."""
    if not isinstance(value, Mapping):
        return value
    known, off = registry.load_registry(), off_values(info.data.get("ablate", ()))
    wrong: list[tuple[str, str]] = []
    checked: dict[str, float] = {}
    for name, number in pairs(value):
        if gone := known.gone(name):
            wrong.append((name, gone))
        elif name not in known:
            hint = belongs(name) if len(wrong) < SHOWN else ""
            hint = hint or (
                f' Did you mean "{found}"?'
                if len(wrong) < SHOWN and (found := known.near(name))
                else ""
            )
            wrong.append(
                (name, f"no such parameter; `redeploy describe parameters` lists them.{hint}")
            )
        elif name in off and number != off[name]:
            wrong.append((name, f"ablate switches this off; take one of the two out {got(number)}"))
        elif fault := known.get(name).fault(number, info.data.get("allow_outside_range") is True):
            wrong.append((name, f"{fault} {got(number)}"))
        else:
            checked[name] = float(number)
    if wrong:
        raise faults(wrong)
    return checked | off


def checked_sweep(value: Any) -> Any:
    """Return a sweep as one level of dotted keys, if its design is sound."""
    if not isinstance(value, Mapping):
        return value
    flat = {
        key: as_whole(each) if key in ("samples", "seed") else each for key, each in pairs(value)
    }
    if wrong := designs.faults_of(flat):
        raise faults(wrong)
    return flat
