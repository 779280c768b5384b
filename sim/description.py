"""The registries as rows, for `redeploy describe` and for whoever wants a table of them."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.scenario import Scenario, dated
from sim.scenario.lookup import catalogue
from sim.scenario.problems import UserError, expectation, inner, keys_of, near

SINGULAR = {"couplings": "coupling", "shocks": "shock", "parameters": "parameter", "outcomes": "outcome", "strategies": "strategy"}


def parameters() -> list[dict[str, Any]]:
    """Every parameter: name, value, low, high, unit, source, provenance, confidence, meaning, off, direction, moves."""
    from sim.parameters import load_registry

    return [{"name": entry.name, **dataclasses.asdict(entry)} for entry in load_registry()]


def couplings() -> list[dict[str, Any]]:
    """Every coupling that `ablate` can switch off: name, meaning, and its parameters with value and off value."""
    from sim.parameters import load_couplings, load_registry

    known = load_registry()
    return [
        {
            "name": each.name,
            "meaning": each.meaning,
            "parameters": [{"name": name, "value": known.get(name).value, "off": known.get(name).off} for name in each.parameters],
        }
        for each in load_couplings().values()
    ]


def outcomes() -> list[dict[str, Any]]:
    """Every outcome: name, unit, label, direction and what else its registry says of it in words."""
    from sim.outcomes import OUTCOMES

    rows = [dataclasses.asdict(entry) for entry in OUTCOMES.values()]
    return [{key: value for key, value in row.items() if not callable(value)} for row in rows]


def strategies() -> list[dict[str, Any]]:
    """Every strategy: name, meaning, and its own settings with what each takes."""
    return [
        {"name": name, "meaning": _first_line(kind), "settings": _keys(kind.Settings) if hasattr(kind, "Settings") else []}
        for name, kind in catalogue().items()
    ]


def shocks() -> list[dict[str, Any]]:
    """Every shock that an event can set: name, what it takes, meaning."""
    return [{"default": None, **row} for row in dated.shocks()]


def scenario() -> list[dict[str, Any]]:
    """Every key of a scenario file: name, default, what it takes, meaning."""
    return _keys(Scenario)


def entries(what: str, name: str | None = None) -> list[dict[str, Any]]:
    """The rows of a registry, or the one of that name; UserError with a near name where there is none."""
    rows: list[dict[str, Any]] = globals()[what]()
    found = [row for row in rows if name in (None, row["name"])]
    if not found:
        hint = near(str(name), [row["name"] for row in rows])
        raise UserError(f'no {SINGULAR[what]} "{name}"; `redeploy describe {what}` lists them.{hint}')
    return found


def units(outcomes: Iterable[str]) -> dict[str, str]:
    """The unit of each outcome that the registry knows."""
    from sim.outcomes import OUTCOMES

    return {name: OUTCOMES[name].unit for name in outcomes if name in OUTCOMES}


def _keys(model: Any, prefix: str = "") -> list[dict[str, Any]]:
    rows = []
    for key, field in keys_of(model).items():
        kind = inner(field)
        if isinstance(kind, type) and hasattr(kind, "model_fields"):
            rows += _keys(kind, f"{prefix}{key}.")
        else:
            default = None if field.is_required() else field.get_default(call_default_factory=True, validated_data={})
            rows.append({"name": prefix + key, "default": default, "expects": expectation(field), "meaning": _meaning(model, key)})
    return rows


def _seen(moves: str) -> str:
    """What `moves` of a parameter says, in words."""
    return {"+": f"{moves[1:]} rises", "-": f"{moves[1:]} falls"}.get(moves[0], f"no effect: {moves[2:]}")


def _meaning(model: Any, key: str) -> str:
    """The description of a field; a section that only changes a default inherits the words."""
    found = (base.model_fields[key].description for base in model.__mro__ if key in getattr(base, "model_fields", {}))
    return next(filter(None, found), "")


def _first_line(kind: Any) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows to read: the name, then its numbers, then its words."""
    return "\n".join(line for row in rows for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> list[str]:
    match row:
        case {"low": low, "high": high, "value": value, "unit": unit}:
            lines = [f"{row['name']} = {value:g} {unit} [{low:g} to {high:g}]"]
            lines.append(f"    {row['meaning']} ({row['provenance']}, confidence {row['confidence']}: {row['source']})")
            if row.get("off") is not None:
                lines.append(f"    off at {row['off']:g}")
            if row.get("moves"):
                lines.append(f"    higher: {row['direction']} ({_seen(row['moves'])})")
            return lines
        case {"expects": expects}:
            shown = f" = {_shown(row['default'])}" if row["default"] is not None else ""
            return [f"{row['name']}{shown}", f"    {expects}" + (f": {row['meaning']}" if row["meaning"] else "")]
        case {"parameters": cut}:
            return [
                f"{row['name']}: {row['meaning']}",
                *(f"    {each['name']} = {each['value']:g}, off at {each['off']:g}" for each in cut),
            ]
        case {"settings": settings}:
            return [f"{row['name']}: {row['meaning']}", *("    " + line for own in settings for line in _lines(own))]
        case {"label": label, "unit": unit}:
            return [f"{row['name']} [{unit}]", f"    {label} ({row['direction']})"]
    return [str(dict(row))]


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def outcome_table(values: Mapping[str, float | None]) -> str:
    """The outcomes of a run, one a line: name, value, unit, label."""
    from sim.outcomes import OUTCOMES

    width = max(map(len, values), default=0)
    lines = []
    for name, value in values.items():
        known = OUTCOMES.get(name)
        number = "no value" if value is None else f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
        lines.append(f"{name:{width}}  {number:>12}  {known.unit if known else '':14} {known.label if known else ''}".rstrip())
    return "\n".join(lines)
