"""What command knows of a world on the day of a review, as `sim.strategies.situation` shows it to a strategy."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.model.chance import STRATEGY, U, uniform
from sim.model.mechanisms.forces.redeployment import flight_hours as hours_of_a_lift
from sim.model.state.agents import LEAD_KINDS, MISSIONS, PERU, POSTED, SOURCES, STATUSES, UNIT_KINDS
from sim.model.state.counts import ATTACKS, SEIZED, SEIZURES, STATE_LOSSES
from sim.model.state.world import World
from sim.names import LATEX, THEATRES
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

NEED_KG = 15.0  # a soldier's supplies for a day, in which stocks are told
AIR_DAYS = 1.0
lift_hours = getattr(
    hours_of_a_lift, "py_func", hours_of_a_lift
)  # as plain Python: compiling it for this one use takes a second
POLICE = ("police", "antinarcotics", "eradication")
WORDS: dict[tuple[str, ...], Words] = {
    names: column_of(np.array(names), names)
    for names in (UNIT_KINDS, MISSIONS, STATUSES, THEATRES, LEAD_KINDS, SOURCES)
}


def situation(world: World, day: int, strategy_settings: Any = None) -> Situation:
    """What command knows of `world` on `day` of the horizon, before that day is simulated."""
    burn_in = int(world.levers[0].burn_in)
    t = day + burn_in
    units, leads = (
        world.actors.units.view(np.ndarray),
        world.actors.leads.view(np.ndarray),
    )  # a recarray is slow to read
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
            for code, name in enumerate(THEATRES)
            if code
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
    leads = leads[
        np.lexsort((leads["uid"], leads["received"]))
    ]  # a row's place in the table means nothing
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
        return MappingProxyType(
            ByTheatre(
                {name: float(own.soldiers[mask & (own.theatre == name)].sum()) for name in rows}
            )
        )

    return Budget(
        held("flight_hours_day"), held("lift_bank"), held("boats"), people(~police), people(police)
    )
