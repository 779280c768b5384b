"""The registries as rows, for `redeploy describe` and for other tables."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.errors import UserError, near, plain
from sim.names import FORMER_OUTCOMES
from sim.scenario import Scenario, events
from sim.scenario.problems import expectation, inner, keys_of
from sim.strategies import registry

SINGULAR = {
    "couplings": "coupling",
    "shocks": "shock",
    "parameters": "parameter",
    "outcomes": "outcome",
    "strategies": "strategy",
    "scenario": "key of a scenario",
    "scenarios": "shipped scenario",
    "places": "place",
    "missions": "mission",
    "situation": "field of a situation",
}
MISSIONS = {
    "patrol": "patrols the communities within reach of its post: covers them, finds loads and "
    "fields, answers reports",
    "garrison": "guards its post: covers less than a patrol (presence.alpha_garrison) and answers "
    "fewer reports",
    "checkpoint": "holds a post on a travel route: stops loads there, covers by "
    "presence.alpha_post, answers fewer reports",
    "river_patrol": "patrols from a port; presence.river_post_share of it holds the river post",
    "raid": "covers as a patrol does, but travellers do not notice it; answers reports by "
    "presence.raider_response",
    "escort": "covers as a patrol does, and guards the eradication teams within reach",
    "reserve": "stays unseen at its post: covers nothing, answers reports",
    "idle": "does nothing: covers nothing, answers no reports, is no target",
}
MAIN = (  # the outcomes that `run` prints, since users ask for them first
    "people_armed_vraem",
    "people_armed_border",
    "people_ruled_vraem",
    "people_ruled_border",
    "fighters_mpcp",
    "fighters_dissident_peru",
    "poppy_ha_destroyed",
    "labs_destroyed_total",
    "delivered_kg_border",
    "delivered_kg_total",
    "seized_kg_total",
    "attacks_vraem",
    "attacks_border",
    "dead_state_total",
    "civilian_harm_total",
    "displaced_people_total",
    "coca_ha_total_end",
    "vacuum_vraem",
    "cost_musd",
)


def parameters() -> list[dict[str, Any]]:
    """List every parameter with the fields of its entry in the registry."""
    from sim.parameters import load_registry

    return [{"name": entry.name, **dataclasses.asdict(entry)} for entry in load_registry()]


def couplings() -> list[dict[str, Any]]:
    """List every coupling that `ablate` can switch off, and its parameters' values on and off."""
    from sim.parameters import load_couplings, load_registry

    known = load_registry()
    return [
        {
            "name": each.name,
            "meaning": each.meaning,
            "parameters": [
                {"name": name, "value": known.get(name).value, "off": known.get(name).off}
                for name in each.parameters
            ],
        }
        for each in load_couplings().values()
    ]


def outcomes() -> list[dict[str, Any]]:
    """List every outcome: name, unit, label, direction and the other texts of its registry."""
    from sim.simulation.outcomes.registry import OUTCOMES

    rows = [dataclasses.asdict(entry) for entry in OUTCOMES.values()]
    stored = [{key: value for key, value in row.items() if not callable(value)} for row in rows]
    return [*stored, *of_pairs()]


def of_pairs() -> list[dict[str, Any]]:
    """List the outcomes that only `compare` gives, since they exist only for a pair of runs."""
    from sim.analysis.derived import DERIVED

    return [
        {
            "name": name,
            "unit": each.unit,
            "label": f"{each.label}; in `compare` only",
            "direction": each.direction,
            "kind": "pair",
        }
        for name, each in DERIVED.items()
    ]


def strategies() -> list[dict[str, Any]]:
    """List every strategy: name, meaning, and what each of its own settings takes."""
    return [
        {
            "name": name,
            "meaning": _first_line(kind),
            "settings": _keys(kind.Settings) if hasattr(kind, "Settings") else [],
        }
        for name, kind in registry.catalogue().items()
    ]


def shocks() -> list[dict[str, Any]]:
    """List every shock that an event can set: name, what it takes, meaning."""
    return [{"default": None, **row} for row in events.shocks()]


def places() -> list[dict[str, Any]]:
    """List every place of the map that a strategy can name; longitude and latitude in degrees."""
    from sim.geography.map import load_map
    from sim.names import THEATRES

    return [
        {
            "name": place.name,
            "id": number,
            "theatre": THEATRES[place.theatre],
            "kind": place.kind,
            "population": place.population,
            "lon": place.lon,
            "lat": place.lat,
        }
        for number, place in enumerate(load_map().settlements)
    ]


def missions() -> list[dict[str, Any]]:
    """List every mission that a strategy can order: name and meaning."""
    return [{"name": name, "does": meaning} for name, meaning in MISSIONS.items()]


def situation() -> list[dict[str, Any]]:
    """List what a strategy knows at a review: name (such as `own.kind`), type and meaning."""
    from sim.strategies import situation as told

    tables = {
        "own": told.OwnForces,
        "places": told.PlaceTable,
        "reports": told.ReportTable,
        "budget": told.Budget,
    }
    rows = [
        {"name": name, "type": kind, "told": words}
        for name, kind, words in _fields(told.Situation)
        if not name.startswith("_")
    ]
    for name, kind in tables.items():
        rows += [
            {"name": f"{name}.{column}", "type": type_, "told": words}
            for column, type_, words in _fields(kind)
        ]
    rows += [
        {"name": f"theatre[name].{name}", "type": kind, "told": words}
        for name, kind, words in _fields(told.TheatreView)
    ]
    return [
        *rows,
        {
            "name": "surface_days",
            "type": "np.ndarray",
            "told": "f8[places, places], days from place to place by road and river",
        },
    ]


def scenario() -> list[dict[str, Any]]:
    """List every key of a scenario file: name, default, what it takes, meaning."""
    return _keys(Scenario)


def scenarios() -> list[dict[str, Any]]:
    """List the scenarios that come with redeploy: name, as commands take it, and title."""
    from sim.scenario import shipped
    from sim.scenario.toml import parse

    texts = {name: file.read_text(encoding="utf-8") for name, file in shipped.catalogue().items()}
    return [
        {"name": f"{shipped.PREFIX}{name}", "does": parse(text)["title"]}
        for name, text in texts.items()
    ]


def entries(what: str, name: str | None = None) -> list[dict[str, Any]]:
    """Return the rows of a registry: all, the one of this name, or all that contain this text.

    An outcome is also found by a name that it had formerly.

    UserError, with a near name, if no row matches.
    """
    rows: list[dict[str, Any]] = globals()[what]()
    found = [row for row in rows if name in (None, row["name"])]
    if not found:
        part = plain(str(name))
        renamed = {new for old, new in FORMER_OUTCOMES.items() if part in plain(old)}
        also = renamed if what == "outcomes" else set()
        found = [row for row in rows if part in plain(row["name"]) or row["name"] in also]
    if not found and what == "parameters":
        from sim.parameters import load_registry

        if gone := load_registry().gone(str(name)):
            raise UserError(f'"{name}" {gone}')
    if not found:
        hint = near(str(name), [row["name"] for row in rows])
        lists = f"`redeploy describe {what}` lists them"
        raise UserError(f'no {SINGULAR[what]} "{name}", whole or in part; {lists}.{hint}')
    return found


def units(outcomes: Iterable[str]) -> dict[str, str]:
    """Return the unit of each outcome that the registry knows."""
    from sim.simulation.outcomes.registry import OUTCOMES

    return {name: OUTCOMES[name].unit for name in outcomes if name in OUTCOMES}


def _keys(model: Any, prefix: str = "") -> list[dict[str, Any]]:
    rows = []
    for key, field in keys_of(model).items():
        kind = inner(field)
        # A table that may be left out repeats keys of another, and is told in one row.
        if isinstance(kind, type) and hasattr(kind, "model_fields") and field.default is not None:
            rows += _keys(kind, f"{prefix}{key}.")
        else:
            default = (
                None
                if field.is_required()
                else field.get_default(call_default_factory=True, validated_data={})
            )
            rows.append(
                {
                    "name": prefix + key,
                    "default": default,
                    "expects": expectation(field),
                    "meaning": _meaning(model, key),
                }
            )
    return rows


def _seen(moves: str) -> str:
    """Write a parameter's `moves` in words."""
    return {"+": f"{moves[1:]} rises", "-": f"{moves[1:]} falls"}.get(
        moves[0], f"no effect: {moves[2:]}"
    )


def _meaning(model: Any, key: str) -> str:
    """Return a field's description. A section that only changes a default inherits the text."""
    found = (
        base.model_fields[key].description
        for base in model.__mro__
        if key in getattr(base, "model_fields", {})
    )
    return next(filter(None, found), "")


def _fields(kind: Any) -> list[tuple[str, str, str]]:
    """Return (name, type, meaning) of each field of a dataclass; its metadata holds the meaning."""
    return [
        (each.name, str(each.type), each.metadata.get("meaning", ""))
        for each in dataclasses.fields(kind)
    ]


def _first_line(kind: Any) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]


def as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as text: the name, then its numbers, then its texts."""
    return "\n".join(line for row in rows for line in _lines(row))


def _lines(row: Mapping[str, Any]) -> list[str]:
    match row:
        case {"low": low, "high": high, "value": value, "unit": unit}:
            lines = [f"{row['name']} = {value:g} {unit} [{low:g} to {high:g}]"]
            origin = f"{row['provenance']}, confidence {row['confidence']}: {row['source']}"
            lines.append(f"    {row['meaning']} ({origin})")
            if row.get("off") is not None:
                lines.append(f"    off at {row['off']:g}")
            if row.get("moves"):
                lines.append(f"    higher: {row['direction']} ({_seen(row['moves'])})")
            return lines
        case {"theatre": theatre, "kind": kind, "population": people}:
            where = f"lon {row['lon']:.3f}, lat {row['lat']:.3f}"
            return [f"{row['name']}: id {row['id']}, {kind}, {theatre}, {people:,} people, {where}"]
        case {"does": meaning}:
            return [f"{row['name']}: {meaning}"]
        case {"type": type_, "told": words}:
            return [f"{row['name']} ({type_}){f': {words}' if words else ''}"]
        case {"expects": expects}:
            shown = f" = {_shown(row['default'])}" if row["default"] is not None else ""
            return [
                f"{row['name']}{shown}",
                f"    {expects}" + (f": {row['meaning']}" if row["meaning"] else ""),
            ]
        case {"parameters": cut}:
            return [
                f"{row['name']}: {row['meaning']}",
                *(
                    f"    {each['name']} = {each['value']:g}, off at {each['off']:g}"
                    for each in cut
                ),
            ]
        case {"settings": settings}:
            return [
                f"{row['name']}: {row['meaning']}",
                *("    " + line for own in settings for line in _lines(own)),
            ]
        case {"label": label, "unit": unit}:
            return [f"{row['name']} [{unit}]", f"    {label} ({row['direction']})"]
    return [str(dict(row))]


def _shown(value: Any) -> str:
    return (
        f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def print_outcomes(values: Mapping[str, float | None], console: Any, every: bool = False) -> None:
    """Print the main outcomes of a run, or every one, and how to see those that are not printed."""
    from sim.analysis.sheet import Column, Sheet, tell
    from sim.simulation.outcomes.registry import OUTCOMES

    shown = list(values) if every else [name for name in MAIN if name in values] or list(values)
    columns = [
        Column("value"),
        Column("unit", right=False),
        Column("what it is", right=False, prose=True),
    ]
    sheet = Sheet("", "outcome", columns)
    for name in shown:
        value, known = values[name], OUTCOMES.get(name)
        number = (
            "no value"
            if value is None
            else f"{value:,.4g}"
            if abs(value) < 10_000
            else f"{value:,.0f}"
        )
        sheet.add(name, number, known.unit if known else "", known.label if known else "")
    sheet.print(console)
    if len(shown) < len(values):
        tell(
            console, f"{len(values) - len(shown)} more outcomes: --all prints them, --json as data."
        )
    tell(
        console,
        "To see what a strategy averts, compare it with `hold` in the same world: "
        "`redeploy batch`, then `redeploy compare`.",
    )
