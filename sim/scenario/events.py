"""Dated events, `[[events]]`: what changes on a day of the horizon, and until when.

An event replaces *values* of the file while it is in force (`day <= d < until`); afterwards they
return. If several events set a key, the last one in the file counts. An event can also cause
shocks, a fixed list of changes from outside the model. The shocks `civilian_harm` and
`announce_departure` happen once, on the event's day; the others are in force as a value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    BeforeValidator,
    Field,
    Strict,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sim import parameters as registry
from sim.errors import got, near
from sim.names import EXITS, MODELLED_THEATRES
from sim.scenario.frozen import Frozen, freeze, hashable
from sim.scenario.problems import faults, translate
from sim.scenario.sections import Section, Share

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

TheatreName = Literal[MODELLED_THEATRES]  # type: ignore[valid-type]
ExitName = Literal[EXITS]  # type: ignore[valid-type]
# Each event is compared with all others. A change every week of the longest horizon fits twice.
MAX_EVENTS = 1_000
# Sections whose values may change during a run.
MID_RUN = ("strategy", "secrecy", "partner", "mandate", "eradication", "parameters")
# Why a parameter cannot change during a run, by when it acts.
TOO_LATE = {
    "start": "acts when the world is made",
    "burn-in": "acts in the burn-in only",
}


class CivilianHarm(Section):
    """Civilians killed in an incident, spread over a theatre's communities by population."""

    theatre: TheatreName
    side: Literal["state", "armed"] = Field(description="who did it")
    people: int = Field(ge=1, le=100_000)

    def idle(self, unmoved: Callable[[], str | None]) -> str | None:
        return None


class AnnounceDeparture(Section):
    """A public announcement that troops will leave a theatre by a day; the strategy may differ."""

    theatre: TheatreName
    leave_day: int = Field(ge=0, le=7_300)

    def idle(self, unmoved: Callable[[], str | None]) -> str | None:
        # In the VRAEM it always acts: groups there hold back even if no unit leaves.
        return unmoved() if self.theatre != "vraem" else None


class Eradicate(Section):
    """Coca cleared by others than the model's teams, regardless of season and of located fields."""

    theatre: TheatreName
    ha_per_year: float = Field(ge=0, le=500_000)

    def idle(self, unmoved: Callable[[], str | None]) -> str | None:
        return None if self.ha_per_year else "has no effect: ha_per_year is 0"


class RouteEffort(Section):
    """A hidden search on a share of all routes.

    A load on one of them is lost with probability 1 - exp(-kappa effort) over its journey. If two
    searches are in force on the same route, the later event counts.
    """

    share_of_routes: Share
    effort: float = Field(ge=0, le=1e6, description="people on each of these routes")
    exit: ExitName | None = Field(
        default=None, description="only routes that end here; absent: all"
    )
    draw: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="which routes they are: another number draws other routes",
    )

    def idle(self, unmoved: Callable[[], str | None]) -> str | None:
        still = [name for name in ("share_of_routes", "effort") if not getattr(self, name)]
        return f"has no effect: {still[0]} is 0" if still else None


Factor = Annotated[float, Field(ge=0, le=100)]
TABLES: dict[str, type[CivilianHarm | AnnounceDeparture | Eradicate | RouteEffort]] = {
    "civilian_harm": CivilianHarm,
    "announce_departure": AnnounceDeparture,
    "eradicate": Eradicate,
    "route_effort": RouteEffort,
}
NUMBERS: dict[str, tuple[Any, str, str]] = {
    "transport.outbound_capacity": (
        Share,
        "a number from 0 to 1",
        "Share of their usual purchases that networks can move out.",
    ),
    **{
        f"price.{exit_}": (
            Factor,
            "a factor from 0 to 100",
            f"Factor on what a load is worth at the exit {exit_}.",
        )
        for exit_ in EXITS
    },
}
SHOCKS = (*TABLES, *NUMBERS)
ONCE = ("civilian_harm", "announce_departure")


class Event(Section):
    """One `[[events]]` table. `set` holds dotted keys of the scenario or shocks, and values."""

    day: int = Field(ge=0, le=7_300, description="day of the horizon from which it is in force")
    until: int | None = Field(
        default=None, ge=1, le=7_300, description="day on which it ends; absent: never"
    )
    set: dict[str, Any] = Field(
        description='"dotted.key" = value: a lever, a parameter, or a shock'
    )

    @field_validator("set", mode="after")
    @classmethod
    def _known(cls, table: dict[str, Any]) -> Frozen:
        flat, wrong = {}, []
        for key, value in _leaves(table):
            wrong += fault_of(key, value)
            if key in flat:
                wrong.append((key, "written twice, nested and quoted; keep one"))
            flat[key] = freeze(
                TABLES[key].with_whole_numbers(value)
                if key in TABLES and isinstance(value, Mapping)
                else value
            )
        if not flat:
            wrong.append(("", 'expected at least one "dotted.key" = value'))
        if wrong:
            raise faults(wrong)
        return Frozen(flat)

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.until is not None and self.until <= self.day:
            raise ValueError(f"until: expected a day after day = {self.day} (got {self.until})")
        if self.until is not None and (once := [key for key in self.set if key in ONCE]):
            raise ValueError(f"until: {once[0]} happens once; leave it out (got {self.until})")
        departure = self.set.get("announce_departure")
        if departure is not None and departure["leave_day"] < self.day:
            told = departure["leave_day"]
            raise ValueError(
                "set.announce_departure.leave_day: "
                f"expected day = {self.day} or a later day (got {told})"
            )
        return self

    def holds(self, day: int) -> bool:
        """Whether the event is in force on a day."""
        return self.day <= day and (self.until is None or day < self.until)

    def without_movement(self) -> Event | None:
        """Return the event for a strategy that moves no unit: without settings of the movement.

        None if nothing is left of it.
        """
        table = {
            key: value
            for key, value in self.set.items()
            if not key.startswith("strategy.") or key.startswith("strategy.tasking_")
        }
        return self.model_copy(update={"set": Frozen(table)}) if table else None


def _listed(value: Any) -> Any:
    if isinstance(value, list | tuple) and len(value) > MAX_EVENTS:
        raise ValueError(f"expected at most {MAX_EVENTS:,} events (got {len(value):,})")
    return tuple(value) if isinstance(value, list) else value


Events = Annotated[tuple[Event, ...], Strict(False), BeforeValidator(_listed)]


class Change(NamedTuple):
    """An event, or the levers of a deployment as an event of day 1.

    where: what its keys begin with in the file, `events[0].set.` or `strategy.`.
    """

    where: str
    event: Event

    def key(self, name: str) -> str:
        """Return the key in the file of a value that it sets."""
        return f"{self.where}{name}"

    def own_key(self, name: str) -> str:
        """Return the key in the file of a field of the event itself, such as its day."""
        return f"{self.where.removesuffix('set.')}{name}"


def _leaves(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values; the table of a shock is one value."""
    for key, value in table.items():
        name = prefix + key
        if isinstance(value, Mapping) and name not in TABLES:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value


def fault_of(key: str, value: Any) -> list[tuple[str, str]]:
    """Report what is wrong with one entry, as far as the entry alone shows it."""
    section, _, rest = key.partition(".")
    if key in TABLES:
        if not isinstance(value, Mapping):
            return [
                (key, f"expected a table with {', '.join(TABLES[key].model_fields)} {got(value)}")
            ]
        try:
            TABLES[key].model_validate(dict(value))
        except ValidationError as error:
            return [(f"{key}.{below}", text) for below, text in translate(error, TABLES[key])]
        return []
    if key in NUMBERS:
        kind, expected, _ = NUMBERS[key]
        try:
            TypeAdapter(kind).validate_python(value, strict=True)
        except ValidationError:
            return [(key, f"expected {expected} {got(value)}")]
        return []
    if key in registry.load_registry():
        return [(key, f'is a parameter. Did you mean "parameters.{key}"?')]
    if gone := registry.load_registry().gone(key):
        return [(key, gone)]
    if key == "strategy.name":
        return [(key, "cannot change during a run; list several under [[strategies]]")]
    if section == "strategy" and rest.partition(".")[0] in (*MID_RUN, "events"):
        return [(key, f"is a lever of a deployment from day 1 on; an event sets {rest}")]
    if section not in MID_RUN or not rest:
        expected = f"expected a key of {', '.join(MID_RUN)}, or a shock ({', '.join(SHOCKS)})"
        return [(key, f"cannot change during a run; {expected}.{near(key, SHOCKS)}")]
    known = registry.load_registry()
    if section == "parameters" and rest in known and (when := TOO_LATE.get(known.get(rest).acts)):
        return [(key, f"{when}; an event cannot change it. Set it under [parameters]")]
    return []


def shocks() -> list[dict[str, str]]:
    """List every shock: name, what it takes, meaning."""
    tables = [
        {
            "name": name,
            "expects": "{" + ", ".join(table.model_fields) + "}",
            "meaning": " ".join((table.__doc__ or "").split()),
        }
        for name, table in TABLES.items()
    ]
    return tables + [
        {"name": name, "expects": expected, "meaning": meaning}
        for name, (_, expected, meaning) in NUMBERS.items()
    ]


def idle_shock(key: str, value: Any, unmoved: Callable[[], str | None]) -> str | None:
    """Say why a shock has no effect, or None.

    `unmoved` says why no soldiers move to the border while it is in force, or None.
    """
    if key in NUMBERS:
        return f"has no effect: 1 is what holds without it {got(value)}" if value == 1 else None
    return TABLES[key].model_validate(dict(value)).idle(unmoved)


def turns(scenario: Scenario) -> tuple[int, ...]:
    """Return the days of the horizon on which an event starts or ends, in order."""
    days = {
        day for _, event in scenario.changes for day in (event.day, event.until) if day is not None
    }
    return tuple(sorted(day for day in days if day < scenario.time.horizon_days))


def values_on(scenario: Scenario, day: int) -> dict[str, Any]:
    """Return the keys and values that the events in force on a day set; the last event counts."""
    return {
        key: value
        for _, event in scenario.changes
        if event.holds(day)
        for key, value in event.set.items()
        if key not in SHOCKS
    }


def shocks_on(scenario: Scenario, day: int) -> list[tuple[str, Any]]:
    """Return the shocks in force on a day, in the order of the file: (name, number or table).

    A shock that happens once is in force only on the event's first day.
    """
    found = [
        (key, value, event.day)
        for _, event in scenario.changes
        if event.holds(day)
        for key, value in event.set.items()
        if key in SHOCKS
    ]
    return [(key, value) for key, value, first in found if key not in ONCE or first == day]


def scenario_on(scenario: Scenario, day: int) -> Scenario:
    """Return the scenario with the values of a day and without events.

    ValidationError if these values do not fit together.
    """
    tree = scenario.model_dump(exclude={"events", "sweep", "strategies", "futures"})
    # The sections hold the levers of the deployment from now on.
    levers = (*scenario.strategy.levers, "events")
    tree["strategy"] = {key: value for key, value in tree["strategy"].items() if key not in levers}
    for key, value in values_on(scenario, day).items():
        *path, last = key.split(".", 1) if key.startswith("parameters.") else key.split(".")
        table = tree
        for part in path:
            below = table.get(part)
            table[part] = table = dict(below) if isinstance(below, Mapping) else {}
        table[last] = value
    return type(scenario).model_validate(tree, context=scenario.home)


def check(scenario: Scenario) -> PydanticCustomError | None:
    """Report days beyond the horizon and values that the schema refuses, as one error, or None."""
    horizon = scenario.time.horizon_days
    wrong = {
        (
            change.own_key("day"),
            f"expected a day before time.horizon_days = {horizon} (got {change.event.day})",
        ): ""
        for change in scenario.changes
        if change.event.day >= horizon
    }
    # Incidents change no value and seasons come back, so most days of a long list repeat others.
    fine = {hashable({})}
    for day in turns(scenario):
        values = hashable(values_on(scenario, day))
        if values in fine:
            continue
        try:
            scenario_on(scenario, day)
            fine.add(values)
        except ValidationError as error:
            for key, text in translate(error, type(scenario)):
                setter = _setter(scenario.changes, key, day)
                when = "" if setter.where == "strategy." else f"on day {day}: "
                wrong.setdefault((setter.key(key), text), when)
    return faults([(key, first + text) for (key, text), first in wrong.items()]) if wrong else None


def _setter(changes: tuple[Change, ...], key: str, day: int) -> Change:
    """Return the last change in force that sets a key, or a key of the same table."""
    table = key.rpartition(".")[0]
    in_force = [change for change in changes if change.event.holds(day)]
    for wanted in (
        lambda name: name == key,
        lambda name: name.startswith(table) or key.startswith(name),
    ):
        if found := [change for change in in_force if any(map(wanted, change.event.set))]:
            return found[-1]
    return (in_force or list(changes))[-1]


__all__ = [
    "Change",
    "Event",
    "Events",
    "check",
    "fault_of",
    "scenario_on",
    "shocks",
    "shocks_on",
    "turns",
    "values_on",
]
