"""What command knows on the day of a review. Every array is a copy; nothing here shows what the other side has, only what was reported.

Own forces are known exactly, population from the census, coverage from the staff's own reckoning of its effort. Reports are those that
have arrived: place, kind, age and source, never the truth of their target."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.chance import STRATEGY, U, uniform
from sim.mechanisms.command import THEATRES
from sim.world.state import LEAD_KINDS, MISSIONS, PERU, POSTED, SOURCES, STATUSES, UNIT_KINDS
from sim.world.tally import ATTACKS, SEIZED, STATE_LOSSES

if TYPE_CHECKING:
    from sim.world.world import World

NEED_KG = 15.0  # a soldier's supplies for a day, in which stocks are told
AIR_DAYS = 1.0


class Table:
    """Columns of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

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
    home_theatre: np.ndarray
    bound_for: np.ndarray  # place ordered to; its posting when under no order
    bound_theatre: np.ndarray
    bound_mission: np.ndarray


@dataclass(frozen=True)
class PlaceTable(Table):
    """Places, one row each, row = id: towns and hamlets of the theatres first, then towns abroad and hubs."""

    id: np.ndarray
    name: np.ndarray
    theatre: np.ndarray  # vraem, loreto, cajamarca, elsewhere
    kind: np.ndarray
    lon: np.ndarray  # degrees
    lat: np.ndarray
    population: np.ndarray  # people; 0 where no census counts
    abroad: np.ndarray  # bool
    port: np.ndarray  # bool: boats reach it from the theatre's depot


@dataclass(frozen=True)
class ReportTable(Table):
    """Reports that have arrived, one row each."""

    place: np.ndarray  # id
    theatre: np.ndarray
    kind: np.ndarray  # laboratory, armed_group, shipment
    seen_day: np.ndarray
    received_day: np.ndarray
    source: np.ndarray  # tip, patrol, partner


@dataclass(frozen=True)
class Weekly:
    """A count by week."""

    full_weeks: np.ndarray  # f8[full weeks since day 0], the latest last
    baseline_week: float  # mean week of the burn-in; 0 without one

    def last(self, weeks: int) -> float:
        """Sum over the last full weeks (at least 1); a week before day 0 counts as the baseline."""
        recent = self.full_weeks[-weeks:]
        return float(recent.sum()) + (weeks - len(recent)) * self.baseline_week


@dataclass(frozen=True)
class TheatreView:
    """attacks: acts; seized_kg: hydrochloride equivalent taken from shipments; own_losses: people killed; coverage: mean by population."""

    attacks: Weekly
    seized_kg: Weekly
    own_losses: Weekly
    coverage: float


@dataclass(frozen=True)
class Budget:
    """What each theatre holds today: helicopter hours a day, boats, soldiers and police (people)."""

    flight_hours: Mapping[str, float]
    boats: Mapping[str, float]
    soldiers: Mapping[str, float]
    police: Mapping[str, float]


@dataclass(frozen=True)
class Situation:
    """All that a strategy may know. `travel_days(a, b, by)`: days from place to place by `surface` (inf: no way) or `air`;
    `chance(k)`: [0, 1), the k-th draw of this review, k below 16,384 (the others belong to `tasking`)."""

    day: int
    date: datetime.date
    settings: Any
    own: OwnForces
    places: PlaceTable
    reports: ReportTable
    theatre: Mapping[str, TheatreView]
    budget: Budget
    travel_days: Callable[..., float]
    chance: Callable[[int], float]
    surface_days: np.ndarray  # f8[places, places]


def situation(world: World, day: int, strategy_settings: Any = None) -> Situation:
    """What command knows of `world` on `day` of the horizon, before that day is simulated."""
    burn_in = int(world.places.levers[0].burn_in)
    t = day + burn_in
    surface = world.days_surface.copy()

    def travel_days(a: int, b: int, by: str = "surface") -> float:
        if by not in ("surface", "air"):
            raise ValueError(f'travel_days: expected by = "surface" or "air" (got {by!r})')
        return float(surface[a, b]) if by == "surface" else (0.0 if a == b else AIR_DAYS)

    key = U(world.key)

    def chance(k: int) -> float:
        with np.errstate(over="ignore"):
            return float(uniform(key, STRATEGY, t, U(0), k))

    own = own_forces(world, burn_in)
    return Situation(
        day=day,
        date=world.scenario.time.start_date + datetime.timedelta(days=day),
        settings=strategy_settings,
        own=own,
        places=places_of(world),
        reports=reports_of(world, t, burn_in),
        theatre=MappingProxyType({name: theatre_view(world, code, day, burn_in) for code, name in enumerate(THEATRES) if code}),
        budget=budget_of(world, own),
        travel_days=travel_days,
        chance=chance,
        surface_days=surface,
    )


def named(names: tuple[str, ...], codes: np.ndarray) -> np.ndarray:
    return np.array(names)[codes]


def own_forces(world: World, burn_in: int) -> OwnForces:
    u = world.actors.units
    u = u[u.alive == 1]
    theatre = world.sites.theatre
    posted = u.status == POSTED
    bound = np.where(posted, u.posting, u.order_site)
    return OwnForces(
        uid=u.uid.copy(),
        kind=named(UNIT_KINDS, u.kind),
        theatre=named(THEATRES, theatre[u.posting]),
        home=u.home.copy(),
        posting=u.posting.copy(),
        mission=named(MISSIONS, u.mission),
        soldiers=u.soldiers.copy(),
        readiness=u.readiness.copy(),
        supply_days=u.stock_kg / np.maximum(NEED_KG * u.soldiers, 1.0),
        local_knowledge=u.knowledge.copy(),
        status=named(STATUSES, u.status),
        arrives_day=np.where(posted, -1, u.arrives - burn_in),
        home_theatre=named(THEATRES, theatre[u.home]),
        bound_for=bound,
        bound_theatre=named(THEATRES, theatre[bound]),
        bound_mission=named(MISSIONS, np.where(posted, u.mission, u.order_mission)),
    )


def places_of(world: World) -> PlaceTable:
    """The places of a world; needs its names, sites and communities only."""
    n = len(world.site_names)
    return PlaceTable(
        id=np.arange(n),
        name=np.array(world.site_names),
        theatre=named(THEATRES, world.sites.theatre),
        kind=np.array(world.site_kinds),
        lon=np.array(world.site_lon, float),
        lat=np.array(world.site_lat, float),
        population=world.census.copy(),
        abroad=world.sites.country != PERU,
        port=np.isfinite(world.sites.link[:, 1]) & (world.sites.link[:, 1] < 1e8),
    )


def reports_of(world: World, t: int, burn_in: int) -> ReportTable:
    leads = world.actors.leads
    leads = leads[(leads.alive > 0) & (leads.received <= t)]
    leads = leads[np.lexsort((leads.uid, leads.received))]  # a row's place in the table means nothing
    return ReportTable(
        place=leads.site.copy(),
        theatre=named(THEATRES, world.sites.theatre[leads.site]),
        kind=named(LEAD_KINDS, leads.kind),
        seen_day=leads.seen - burn_in,
        received_day=leads.received - burn_in,
        source=named(SOURCES, leads.source),
    )


def theatre_view(world: World, code: int, day: int, burn_in: int) -> TheatreView:
    towns = world.places.communities
    people = np.where(towns.theatre == code, world.census[: len(towns)], 0.0)
    attacks, seized, losses = (by_week(world.tally[:, quantity, code], day, burn_in) for quantity in (ATTACKS, SEIZED, STATE_LOSSES))
    return TheatreView(attacks, seized, losses, float((people * towns.coverage).sum() / max(people.sum(), 1.0)))


def by_week(tally: np.ndarray, day: int, burn_in: int) -> Weekly:
    """tally: f8[weeks + 1], row 0 the whole burn-in."""
    return Weekly(tally[1 : day // 7 + 1].copy(), float(tally[0]) * 7.0 / burn_in if burn_in else 0.0)


def budget_of(world: World, own: OwnForces) -> Budget:
    rows = {name: world.places.theatres[code] for code, name in enumerate(THEATRES) if code}
    police = np.isin(own.kind, ("police", "antinarcotics", "eradication"))

    def people(mask: np.ndarray) -> Mapping[str, float]:
        return MappingProxyType({name: float(own.soldiers[mask & (own.theatre == name)].sum()) for name in rows})

    return Budget(
        flight_hours=MappingProxyType({name: float(row.flight_hours_day) for name, row in rows.items()}),
        boats=MappingProxyType({name: float(row.boats) for name, row in rows.items()}),
        soldiers=people(~police),
        police=people(police),
    )
