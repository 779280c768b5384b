"""What command knows of a world on a review day: the `Situation` that a strategy is shown."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.model.chance import STRATEGY, U, uniform
from sim.model.mechanisms.forces.redeployment import flight_hours as hours_of_a_lift
from sim.model.state.agents import LEAD_KINDS, MISSIONS, PERU, POSTED, SOURCES, STATUSES, UNIT_KINDS
from sim.model.state.arrays import BY_BOAT, FAR
from sim.model.state.counts import ATTACKS, SEIZED, SEIZURES, STATE_LOSSES
from sim.model.state.world import World
from sim.names import LATEX, MODELLED_THEATRES, THEATRES, VRAEM
from sim.strategies.situation import (
    Budget,
    ByTheatre,
    OwnForces,
    PlaceTable,
    ReportTable,
    Situation,
    TheatreView,
    Weekly,
)
from sim.strategies.words import Words, column_of

NEED_KG = 15.0  # a soldier's supplies for a day; stocks are shown as days of it
AIR_DAYS = 1.0
# The rule as plain Python: compiling it for this one use takes a second.
lift_hours = getattr(hours_of_a_lift, "py_func", hours_of_a_lift)
POLICE = ("police", "antinarcotics", "eradication")
WORDS: dict[tuple[str, ...], Words] = {
    names: column_of(np.array(names), names)
    for names in (UNIT_KINDS, MISSIONS, STATUSES, THEATRES, LEAD_KINDS, SOURCES)
}


def situation(world: World, day: int, strategy_settings: Any = None) -> Situation:
    """Return what command knows of `world` on `day` of the horizon, before this day is run."""
    burn_in = int(world.levers[0].burn_in)
    t = day + burn_in
    # A recarray is slow to read.
    units = world.actors.units.view(np.ndarray)
    leads = world.actors.leads.view(np.ndarray)
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
        shown = {
            name: theatre_view(world, code, coverage, day, burn_in)
            for code, name in enumerate(MODELLED_THEATRES, VRAEM)
        }
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
    view = Situation(
        day, date, strategy_settings, travel_days, flight_hours, chance, MappingProxyType(told)
    )
    return view


def named(names: tuple[str, ...], codes: np.ndarray) -> Words:
    """Return the names of codes as a column of a table."""
    return WORDS[names][codes]


def own_forces(world: World, u: np.ndarray, burn_in: int) -> OwnForces:
    """Return the table of own units from the rows `u` of the living ones."""
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
    """Return the places of a world; this needs its names, sites and communities only."""
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
        port=world.sites.link[:, BY_BOAT] < FAR,
    )


def reports_of(world: World, leads: np.ndarray, burn_in: int) -> ReportTable:
    """Return the table of reports from the rows of received leads, oldest first."""
    # The order of the rows in the model's own table means nothing.
    leads = leads[np.lexsort((leads["uid"], leads["received"]))]
    return ReportTable(
        place=leads["site"],
        theatre=named(THEATRES, world.sites.theatre[leads["site"]]),
        kind=named(LEAD_KINDS, leads["kind"]),
        seen_day=leads["seen"] - burn_in,
        received_day=leads["received"] - burn_in,
        source=named(SOURCES, leads["source"]),
    )


def theatre_view(
    world: World, code: int, coverage: np.ndarray, day: int, burn_in: int
) -> TheatreView:
    """Return what command sees of one theatre: weekly counts up to the last full week."""
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
    """Return weekly counts from f8[full weeks + 1], whose first row is the whole burn-in."""
    return Weekly(count[1:].copy(), float(count[0]) * 7.0 / burn_in if burn_in else 0.0)


def budget_of(theatres: np.ndarray, own: OwnForces) -> Budget:
    """Return the means that command has in each theatre."""
    rows = {name: theatres[code] for code, name in enumerate(MODELLED_THEATRES, VRAEM)}
    police = np.isin(own.kind, POLICE)

    def held(column: str) -> Mapping[str, float]:
        return MappingProxyType(ByTheatre({name: float(row[column]) for name, row in rows.items()}))

    def people(mask: np.ndarray) -> Mapping[str, float]:
        found = {name: float(own.soldiers[mask & (own.theatre == name)].sum()) for name in rows}
        return MappingProxyType(ByTheatre(found))

    return Budget(
        held("flight_hours_day"), held("lift_bank"), held("boats"), people(~police), people(police)
    )
