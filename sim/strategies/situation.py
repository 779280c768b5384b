"""What command knows on the day of a review. Every array is a copy; nothing here shows what the other side has, only what was reported.

Own forces are known exactly, population from the census, coverage from the staff's own reckoning of its effort. Reports are those that
have arrived: place, kind, age and source, never the truth of their target. What can change is copied on the day, tables are made of it
when they are first read: most reviews read few of them, and one that is read late still tells of its day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.chance import STRATEGY, U, uniform
from sim.mechanisms.command import THEATRES
from sim.mechanisms.redeployment import flight_hours as hours_of_a_lift
from sim.scenario.problems import near
from sim.strategies.words import Words, column_of, instead_of
from sim.world.state import LATEX, LEAD_KINDS, MISSIONS, PERU, POSTED, SOURCES, STATUSES, UNIT_KINDS
from sim.world.tally import ATTACKS, SEIZED, SEIZURES, STATE_LOSSES

if TYPE_CHECKING:
    from sim.world.world import World

NEED_KG = 15.0  # a soldier's supplies for a day, in which stocks are told
AIR_DAYS = 1.0
lift_hours = getattr(hours_of_a_lift, "py_func", hours_of_a_lift)  # as plain Python: compiling it for this one use takes a second
POLICE = ("police", "antinarcotics", "eradication")
WORDS: dict[tuple[str, ...], Words] = {
    names: column_of(np.array(names), names) for names in (UNIT_KINDS, MISSIONS, STATUSES, THEATRES, LEAD_KINDS, SOURCES)
}


class Shown:
    """Base of all that a strategy is shown: an attribute that is not there is refused, with where it is or the nearest."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        own = attributes_of(type(self))
        if name in own:  # a table whose making failed: say how
            return object.__getattribute__(self, name)
        elsewhere = [f"{way}.{name}" for way, kind in WAYS.items() if name in attributes_of(kind)]
        meant = f"; it is {' or '.join(elsewhere)}." if elsewhere else f"; there are {', '.join(own)}.{near(name, own)}"
        raise AttributeError(f'{type(self).__name__} has no "{name}"{meant}')


def attributes_of(kind: type) -> list[str]:
    """Names of all that a strategy may read of a part of the situation."""
    columns = [column.name for column in fields(kind) if not column.name.startswith("_")]
    return columns + [name for name in dir(kind) if not name.startswith("_") and name not in columns]


class ByTheatre(dict[str, Any]):
    """Values by theatre; KeyError for another name."""

    def __missing__(self, name: object) -> Any:
        raise KeyError(f"{name!r} is no theatre here{instead_of(name, tuple(self))}")


class Table(Shown):
    """Columns of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def of_kind(self, *kinds: str) -> Self:
        """The rows of these kinds. ValueError for a kind that there is not."""
        column: np.ndarray = getattr(self, "kind")  # noqa: B009
        known = getattr(column, "names", kinds)
        for kind in kinds:
            if kind not in known:
                raise ValueError(f"of_kind: {kind!r} is no kind of {type(self).__name__}{instead_of(kind, known)}")
        return self.where(np.isin(column, kinds))

    def where(self, mask: np.ndarray) -> Self:
        """The rows for which `mask` (bool[n], or row numbers) holds."""
        return type(self)(*(getattr(self, column.name)[mask] for column in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class OwnForces(Table):
    """Own units, one row each. Places are ids; a unit in transit has the posting and theatre that it left."""

    uid: np.ndarray  # u8
    kind: np.ndarray  # line, special, river_infantry, police, antinarcotics, eradication
    theatre: np.ndarray  # vraem, loreto, cajamarca
    home: np.ndarray  # place of its first posting
    posting: np.ndarray  # place
    mission: np.ndarray  # patrol, garrison, checkpoint, river_patrol, raid, escort, reserve, idle
    soldiers: np.ndarray  # people
    readiness: np.ndarray  # [0, 1]
    supply_days: np.ndarray  # days that its stock lasts
    local_knowledge: np.ndarray  # [.5, 1]
    status: np.ndarray  # posted, preparing, transit
    arrives_day: np.ndarray  # day of the horizon; -1 when posted
    home_theatre: np.ndarray  # theatre of its first posting
    bound_for: np.ndarray  # place ordered to; its posting when under no order
    bound_theatre: np.ndarray  # theatre of the place ordered to
    bound_mission: np.ndarray  # mission ordered; its own when under no order


@dataclass(frozen=True)
class PlaceTable(Table):
    """Places, one row each, row = id: towns and hamlets of the theatres first, then towns abroad and hubs."""

    id: np.ndarray  # row number
    name: np.ndarray  # as `redeploy describe places` lists them
    theatre: np.ndarray  # vraem, loreto, cajamarca, elsewhere
    kind: np.ndarray  # town, hamlet, foreign, hub
    lon: np.ndarray  # degrees
    lat: np.ndarray  # degrees
    population: np.ndarray  # people; 0 where no census counts
    abroad: np.ndarray  # bool
    port: np.ndarray  # bool: boats reach it from the theatre's depot


@dataclass(frozen=True)
class ReportTable(Table):
    """Reports that have arrived, one row each."""

    place: np.ndarray  # id
    theatre: np.ndarray  # of that place
    kind: np.ndarray  # laboratory, armed_group, shipment, field
    seen_day: np.ndarray  # day of the horizon; below 0 in the burn-in
    received_day: np.ndarray  # day of the horizon
    source: np.ndarray  # tip, patrol, partner


@dataclass(frozen=True)
class Weekly(Shown):
    """A count by week."""

    full_weeks: np.ndarray  # f8[full weeks since day 0], the latest last
    baseline_week: float  # mean week of the burn-in; 0 without one

    def last(self, weeks: int) -> float:
        """Sum over the last full weeks (at least 1); a week before day 0 counts as the baseline."""
        recent = self.full_weeks[-weeks:]
        return float(recent.sum()) + (weeks - len(recent)) * self.baseline_week


@dataclass(frozen=True)
class TheatreView(Shown):
    """attacks: acts; seizures: loads taken; seized_kg: hydrochloride equivalent taken from loads; own_losses: people killed; coverage: mean
    by population."""

    attacks: Weekly  # acts
    seizures: Weekly  # loads taken
    seized_kg: Weekly  # hydrochloride equivalent taken from loads
    own_losses: Weekly  # people killed
    coverage: float  # mean by population, [0, 1]


@dataclass(frozen=True)
class Budget(Shown):
    """What each theatre holds today: helicopter hours a day, hours saved up for lifts, boats, soldiers and police (people)."""

    flight_hours: Mapping[str, float]  # helicopter hours a day, by theatre
    lift_hours: Mapping[str, float]  # helicopter hours saved up for lifts, by theatre
    boats: Mapping[str, float]  # number, by theatre
    soldiers: Mapping[str, float]  # people, by theatre
    police: Mapping[str, float]  # people, by theatre


@dataclass(frozen=True)
class Situation(Shown):
    """All that a strategy may know. `travel_days(a, b, by)`: days from place to place by `surface` (inf: no way) or `air`;
    `flight_hours(a, b, people)`: helicopter hours to lift so many, there and back; `chance(k)`: [0, 1), the k-th draw of this review, k
    below 16,384 (the others belong to `tasking`)."""

    day: int  # of the horizon, from 0
    date: datetime.date  # of that day
    settings: Any  # the strategy's own, by name
    travel_days: Callable[..., float]  # (a, b, by): days from place to place by surface or air
    flight_hours: Callable[[int, int, float], float]  # (a, b, people): helicopter hours of a lift, there and back
    chance: Callable[[int], float]  # (k): [0, 1), the k-th draw of this review
    _told: Mapping[str, Callable[[], Any]] = field(repr=False)  # makers of the tables

    @cached_property
    def own(self) -> OwnForces:
        """Own units."""
        return self._told["own"]()

    @cached_property
    def places(self) -> PlaceTable:
        """All places."""
        return self._told["places"]()

    @cached_property
    def reports(self) -> ReportTable:
        """Reports that have arrived."""
        return self._told["reports"]()

    @cached_property
    def theatre(self) -> Mapping[str, TheatreView]:
        """vraem, loreto and cajamarca: counts by week, and coverage."""
        return self._told["theatre"]()

    @cached_property
    def budget(self) -> Budget:
        """What each theatre holds today."""
        return self._told["budget"]()

    @cached_property
    def surface_days(self) -> np.ndarray:
        """f8[places, places] days by surface."""
        return self._told["surface_days"]()


WAYS: dict[str, type] = {  # how a strategy comes to each part
    "situation": Situation,
    "situation.own": OwnForces,
    "situation.reports": ReportTable,
    "situation.places": PlaceTable,
    "situation.theatre[name]": TheatreView,
    "situation.budget": Budget,
}


def situation(world: World, day: int, strategy_settings: Any = None) -> Situation:
    """What command knows of `world` on `day` of the horizon, before that day is simulated."""
    burn_in = int(world.places.levers[0].burn_in)
    t = day + burn_in
    units, leads = world.actors.units.view(np.ndarray), world.actors.leads.view(np.ndarray)  # a recarray is slow to read
    units, theatres = units[units["alive"] == 1], world.places.theatres.copy()
    leads = leads[leads["alive"] > 0]
    coverage = world.places.communities.view(np.ndarray)["coverage"].copy()
    moving = world.parameters.redeployment[0].copy()
    key = U(world.key)

    def travel_days(a: int, b: int, by: str = "surface") -> float:
        if by not in ("surface", "air"):
            raise ValueError(f'travel_days: expected by = "surface" or "air" (got {by!r})')
        return float(world.days_surface[a, b]) if by == "surface" else (0.0 if a == b else AIR_DAYS)

    def flight_hours(a: int, b: int, people: float) -> float:
        return lift_hours(float(world.ways.air_hours[a, b]), people, moving)

    def chance(k: int) -> float:
        with np.errstate(over="ignore"):
            return float(uniform(key, STRATEGY, t, U(0), k))

    def views() -> Mapping[str, TheatreView]:
        shown = {name: theatre_view(world, code, coverage, day, burn_in) for code, name in enumerate(THEATRES) if code}
        return MappingProxyType(ByTheatre(shown))

    told: dict[str, Callable[[], Any]] = {
        "own": lambda: own_forces(world, units, burn_in),
        "places": lambda: places_of(world),
        "reports": lambda: reports_of(world, leads[leads["received"] <= t], burn_in),
        "theatre": views,
        "budget": lambda: budget_of(theatres, view.own),
        "surface_days": lambda: world.days_surface.copy(),
    }
    date = world.scenario.time.start_date + datetime.timedelta(days=day)
    view = Situation(day, date, strategy_settings, travel_days, flight_hours, chance, MappingProxyType(told))
    return view


def named(names: tuple[str, ...], codes: np.ndarray) -> Words:
    return WORDS[names][codes]


def own_forces(world: World, u: np.ndarray, burn_in: int) -> OwnForces:
    theatre = world.sites.theatre
    posted = u["status"] == POSTED
    bound = np.where(posted, u["posting"], u["order_site"])
    return OwnForces(
        uid=u["uid"],
        kind=named(UNIT_KINDS, u["kind"]),
        theatre=named(THEATRES, theatre[u["posting"]]),
        home=u["home"],
        posting=u["posting"],
        mission=named(MISSIONS, u["mission"]),
        soldiers=u["soldiers"],
        readiness=u["readiness"],
        supply_days=u["stock_kg"] / np.maximum(NEED_KG * u["soldiers"], 1.0),
        local_knowledge=u["knowledge"],
        status=named(STATUSES, u["status"]),
        arrives_day=np.where(posted, -1, u["arrives"] - burn_in),
        home_theatre=named(THEATRES, theatre[u["home"]]),
        bound_for=bound,
        bound_theatre=named(THEATRES, theatre[bound]),
        bound_mission=named(MISSIONS, np.where(posted, u["mission"], u["order_mission"])),
    )


def places_of(world: World) -> PlaceTable:
    """The places of a world; needs its names, sites and communities only."""
    n = len(world.site_names)
    return PlaceTable(
        id=np.arange(n),
        name=column_of(np.array(world.site_names), world.site_names),
        theatre=named(THEATRES, world.sites.theatre),
        kind=column_of(np.array(world.site_kinds), tuple(sorted(set(world.site_kinds)))),
        lon=np.array(world.site_lon, float),
        lat=np.array(world.site_lat, float),
        population=world.census.copy(),
        abroad=world.sites.country != PERU,
        port=np.isfinite(world.sites.link[:, 1]) & (world.sites.link[:, 1] < 1e8),
    )


def reports_of(world: World, leads: np.ndarray, burn_in: int) -> ReportTable:
    leads = leads[np.lexsort((leads["uid"], leads["received"]))]  # a row's place in the table means nothing
    return ReportTable(
        place=leads["site"],
        theatre=named(THEATRES, world.sites.theatre[leads["site"]]),
        kind=named(LEAD_KINDS, leads["kind"]),
        seen_day=leads["seen"] - burn_in,
        received_day=leads["received"] - burn_in,
        source=named(SOURCES, leads["source"]),
    )


def theatre_view(world: World, code: int, coverage: np.ndarray, day: int, burn_in: int) -> TheatreView:
    people = np.where(world.places.communities.theatre == code, world.census[: len(coverage)], 0.0)
    count = world.tally[: day // 7 + 1, :, code]  # weeks that are over do not change
    return TheatreView(
        attacks=by_week(count[:, ATTACKS], burn_in),
        seizures=by_week(count[:, SEIZURES] + count[:, SEIZURES + LATEX], burn_in),
        seized_kg=by_week(count[:, SEIZED], burn_in),
        own_losses=by_week(count[:, STATE_LOSSES], burn_in),
        coverage=float((people * coverage).sum() / max(people.sum(), 1.0)),
    )


def by_week(count: np.ndarray, burn_in: int) -> Weekly:
    """count: f8[full weeks + 1], the first the whole burn-in."""
    return Weekly(count[1:].copy(), float(count[0]) * 7.0 / burn_in if burn_in else 0.0)


def budget_of(theatres: np.ndarray, own: OwnForces) -> Budget:
    rows = {name: theatres[code] for code, name in enumerate(THEATRES) if code}
    police = np.isin(own.kind, POLICE)

    def held(column: str) -> Mapping[str, float]:
        return MappingProxyType(ByTheatre({name: float(row[column]) for name, row in rows.items()}))

    def people(mask: np.ndarray) -> Mapping[str, float]:
        return MappingProxyType(ByTheatre({name: float(own.soldiers[mask & (own.theatre == name)].sum()) for name in rows}))

    return Budget(held("flight_hours_day"), held("lift_bank"), held("boats"), people(~police), people(police))
