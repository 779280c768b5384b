"""Scenario + map + registry -> world. Nothing here runs in the daily loop; the same scenario and replication make the same bytes."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np

from sim import opening
from sim.chance import U, mix
from sim.day import Bench, Lines, Parameters
from sim.geography.map import EXITS, Map, load_map
from sim.geography.routes import Routes as Library
from sim.geography.routes import cluster_and_nearest
from sim.geography.routes import routes as load_routes
from sim.geography.travel import Speeds, Travel
from sim.geography.travel import travel as load_travel
from sim.parameters.registry import load_registry
from sim.parameters.seasons import load_seasons
from sim.scenario.problems import UserError
from sim.world import tables
from sim.world.log import Event
from sim.world.state import (
    AMAZON,
    APURIMAC,
    BASINS,
    BOLIVIA,
    BY_AIR,
    CAJAMARCA,
    COAST,
    LORETO,
    MARANON,
    PERU,
    PUTUMAYO,
    VRAEM,
    Lead,
    Shipment,
    Unit,
    dtype,
    table,
)
from sim.world.tally import PLACES, QUANTITIES
from sim.world.world import World

NEVER = -1e9
EVENT_ROWS = 16_384  # of one stretch
FAR = 1e9
DEPOTS = {VRAEM: "Pichari", LORETO: "Iquitos", CAJAMARCA: "Jaen"}  # public towns from which a theatre is supplied, by assumption
SECTION_OF = {name: f"sim.mechanisms.{name}" for name in Parameters._fields} | {"search": "sim.world.search"}


def key_of(base_seed: int, replication: int) -> np.uint64:
    """Key of a run; the strategy has no part in it, so that every strategy of a replication meets the same world. Both wrap at 2**64."""
    with np.errstate(over="ignore"):
        return U(mix(mix(U(base_seed % 2**64)) + U(replication % 2**64)))


def values(scenario: Any, section: str) -> dict[str, float]:
    """Registry values of a section with the scenario's overrides."""
    return load_registry().record(section, flat(scenario.parameters))


def flat(parameters: Any) -> dict[str, float]:
    """Overrides by dotted name, whether the file nests them or not."""
    found: dict[str, float] = {}
    for name, value in dict(parameters).items():
        if hasattr(value, "items"):
            found |= {f"{name}.{field}": number for field, number in value.items()}
        else:
            found[name] = value
    return found


def parameters_of(scenario: Any) -> Parameters:
    """One record array of one row per mechanism."""
    filled = {}
    for name in Parameters._fields:
        record = table(importlib.import_module(SECTION_OF[name]).Parameters, 1)
        for field, value in values(scenario, name).items():
            record[field] = value
        filled[name] = record
    return Parameters(**filled)


@cache
def geography(resolution_km: float, speeds: Speeds) -> tuple[Map, Travel, Library]:
    """Map, travel tables and route library, computed once per process and kept on disk."""
    map_ = load_map(resolution_km)
    travel = load_travel(map_, speeds)
    return map_, travel, load_routes(map_, travel)


@cache
def land(resolution_km: float, speeds: Speeds) -> tuple[Map, np.ndarray, np.ndarray]:
    """Map, cluster of each community, community of each cell: what crops need, without the travel tables that take some seconds."""
    map_ = load_map(resolution_km)
    return map_, *cluster_and_nearest(map_, speeds)


def geography_of(scenario: Any) -> tuple[Map, Travel, Library]:
    return geography(scenario.map.resolution_km, Speeds(**values(scenario, "travel")))


def near_of(map_: Map, travel: Travel, reach_km: float) -> tables.Near:
    """Kernels K = exp(-d / reach) between sites, and the share of a patrol's time in each Peruvian cell."""
    inside = map_.cell_country[travel.reach_cell] == PERU
    weight = np.where(inside, np.exp(-travel.reach_km / reach_km), 0.0)
    share = np.zeros(len(weight))
    for s in range(len(travel.reach_start) - 1):
        part = slice(travel.reach_start[s], travel.reach_start[s + 1])
        total = weight[part].sum()
        share[part] = weight[part] / total if total > 0 else 0.0
    return tables.Near(
        travel.near_start, travel.near_site, np.exp(-travel.near_km / reach_km), travel.reach_start, travel.reach_cell, share
    )


def links_of(map_: Map, travel: Travel, market_kg: np.ndarray) -> np.ndarray:
    """f8[sites, 4]: days by lorry, days by boat, flight hours from the depot of the site's theatre (FAR where there is no such link), and
    what the town can sell, kg a day."""
    link = np.full((len(map_.settlements), 4), FAR)
    link[:, 3] = market_kg
    depots = {theatre: map_.settlement(name) for theatre, name in DEPOTS.items()}
    for s, place in enumerate(map_.settlements[: map_.n_communities]):
        depot = depots[place.theatre]
        days = travel.days_surface[depot, s]
        if np.isfinite(days):
            if map_.road[place.cell] > 0 and map_.settlements[depot].cell >= 0 and map_.road[map_.settlements[depot].cell] > 0:
                link[s, 0] = days
            if place.port >= 0 and map_.settlements[depot].port >= 0:
                link[s, 1] = days
        link[s, 2] = travel.air_km[depot, s] / travel.speeds.helicopter_km_h
    return link


def sites_of(map_: Map, travel: Travel, near: tables.Near, post: np.ndarray, start: dict[str, float]) -> tables.Sites:
    population = np.array([float(place.population) if place.kind in ("town", "hamlet") else 0.0 for place in map_.settlements])
    reached = np.array(
        [
            (population[near.site[near.start[s] : near.start[s + 1]]] * near.k[near.start[s] : near.start[s + 1]]).sum()
            for s in range(len(population))
        ]
    )
    return tables.Sites(
        cell=np.array([place.cell for place in map_.settlements], np.int64),
        theatre=np.array([place.theatre if s < map_.n_communities else 0 for s, place in enumerate(map_.settlements)], np.int64),
        country=np.array([place.country for place in map_.settlements], np.int64),
        people_in_reach=reached,
        link=links_of(map_, travel, start["local_supply_kg"] * population / 1000.0),
        post=np.array(
            [post[place.cell] if place.cell >= 0 and post[place.cell] >= 0 else s for s, place in enumerate(map_.settlements)], np.int64
        ),
    )


def ground_of(map_: Map, travel: Travel) -> tables.Ground:
    """Cells: whose land they are and which site's post controls them (its own cell and its port)."""
    post = np.full(len(map_.cells), -1, np.int64)
    for s in sorted(range(map_.n_communities), key=lambda s: map_.settlements[s].population):
        for cell in (map_.settlements[s].port, map_.settlements[s].cell):
            if cell >= 0:
                post[cell] = s  # the largest town of a cell has the last word
    return tables.Ground(map_.theatre, map_.terrain_of, map_.area_km2, travel.nearest_site, post, map_.road)


def onward_of(start: np.ndarray, leg: np.ndarray) -> np.ndarray:
    """i8[steps]: the first later step of the same route on another leg, or the row after its last step."""
    cuts = np.union1d(np.flatnonzero(np.diff(leg)) + 1, start)
    return cuts[np.searchsorted(cuts, np.arange(len(leg)), side="right")]


def costs_of(library: Library, p: np.ndarray) -> np.ndarray:
    """USD/kg of transport along each route, bribes and tolls apart; `p` is the record of [trafficking]."""
    carried = p["foot_usd"] * library.foot_days + p["river_usd"] * library.river_km + p["road_usd"] * library.road_km
    return np.asarray(carried + library.connectors_usd_per_kg, np.float64)


def routes_of(map_: Map, library: Library, costs: np.ndarray) -> tuple[tables.Routes, tables.RouteFacts, tables.Legs]:
    n = len(library.origin)
    on_route = np.zeros((n, 4), np.int64)
    start_class = np.full(n, -1, np.int64)
    for r in range(n):
        cells = library.cell[library.start[r] : library.start[r + 1]]
        on_route[r, np.unique(map_.theatre[cells[cells >= 0]])] = 1
        if library.cluster_zone[library.origin[r]] == "vraem":
            by_air, out = library.mode[r] == BY_AIR, library.exit[r]
            start_class[r] = (
                tables.START_AIR
                if by_air
                else tables.START_COAST
                if out == COAST
                else tables.START_BOLIVIA
                if out == BOLIVIA
                else tables.START_NORTH
            )
    leg_risk = np.zeros(library.n_legs)
    leg_risk[library.step_leg] = library.step_risk
    return (
        tables.Routes(
            library.start,
            library.cell,
            library.step_days,
            library.step_leg,
            onward_of(library.start, library.step_leg),
            library.step_exposed,
        ),
        tables.RouteFacts(library.origin, library.exit, library.mode, costs, library.days, start_class),
        tables.Legs(library.leg_theatre, library.leg_start, library.leg_cell, on_route, leg_risk, np.zeros(n)),
    )


def lines_of(scenario: Any, map_: Map, travel: Travel, sites: tables.Sites, library: Library) -> Lines:
    """What lies across the line: the refuge of every community, the way back and prices."""
    n, refuge_km = len(map_.settlements), values(scenario, "start")["refuge_km"]
    abroad = np.flatnonzero((sites.country != PERU) & (sites.cell >= 0))
    home = np.flatnonzero((np.arange(n) < map_.n_communities) & (sites.theatre >= LORETO))
    refuge, back = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for s in home:
        nearest = abroad[np.argmin(travel.air_km[s, abroad])]
        refuge[s] = nearest if travel.air_km[s, nearest] <= refuge_km else -1
    for s in abroad:
        back[s] = home[np.argmin(travel.air_km[s, home])]
    theatre = np.array(
        [0 if zone == "ucayali" else sites.theatre[site] for zone, site in zip(library.cluster_zone, library.cluster_site)], np.int64
    )
    latex = [c for c, zone in enumerate(library.cluster_zone) if zone == "cajamarca"]
    return Lines(refuge, back, prices_of(scenario), theatre, np.array(latex[:1] or [-1], np.int64))


def ways_of(map_: Map, travel: Travel) -> tables.Ways:
    """Journeys and the year's course. A site has the basin of the nearest community: the Putumayo's in its province, else its theatre's."""
    main = {VRAEM: APURIMAC, LORETO: AMAZON, CAJAMARCA: MARANON}
    own = np.array([PUTUMAYO if place.province == "Putumayo" else main[place.theatre] for place in map_.settlements[: map_.n_communities]])
    year = load_seasons()
    calendar = np.zeros((4 + len(BASINS), 12))  # nobody waits for rain elsewhere
    for name, theatre in opening.THEATRES.items():
        calendar[theatre] = year["rain"][name]
    for basin, name in enumerate(BASINS):
        calendar[4 + basin] = year["river"][name]
    return tables.Ways(
        travel.air_km / travel.speeds.helicopter_km_h,
        travel.days_surface - travel.days_river,
        travel.days_river,
        own[travel.air_km[:, : map_.n_communities].argmin(axis=1)],
        calendar,
    )


def prices_of(scenario: Any) -> np.ndarray:
    """USD per kg at the destinations. f8[exits, products]"""
    prices = np.zeros((len(EXITS), 2))
    for name, value in values(scenario, "prices").items():
        product = 1 if name.startswith("latex_") else 0
        prices[EXITS.index(name.removeprefix("latex_")), product] = value
    return prices


def crops_beyond_land(scenario: Any) -> list[tuple[str, str]]:
    """(key, what the map can hold) where the scenario has more crops than the map has land for; empty where they fit."""
    map_, clusters, nearest = land(scenario.map.resolution_km, Speeds(**values(scenario, "travel")))
    try:
        opening.communities(scenario, map_, clusters, nearest, values(scenario, "start"))
    except UserError as error:
        key, _, text = str(error).partition(": ")
        return [(key, text)]
    return []


def build(scenario: Any, replication: int = 0, base_seed: int | None = None) -> World:
    """The world on the first day of the burn-in. ValueError if the map lacks a place that the scenario names."""
    map_, travel, library = geography_of(scenario)
    parameters = parameters_of(scenario)
    start = values(scenario, "start")
    key = key_of(scenario.replications.base_seed if base_seed is None else base_seed, replication)
    near = near_of(map_, travel, float(parameters.presence.reach_km[0]))
    ground = ground_of(map_, travel)
    sites = sites_of(map_, travel, near, ground.post, start)
    routes, facts, legs = routes_of(map_, library, costs_of(library, parameters.trafficking))
    lines = lines_of(scenario, map_, travel, sites, library)
    n_sites, n_legs, n_routes, n_clusters = len(map_.settlements), len(legs.theatre), len(facts.origin), len(library.cluster_names)
    weeks = -(-scenario.time.horizon_days // 7)
    with np.errstate(over="ignore"):
        communities = opening.communities(scenario, map_, library.site_cluster, travel.nearest_site, start)
        markets = opening.markets(scenario, communities, library, lines, parameters, start)
        groups = opening.groups(scenario, communities, sites, lines, start, key)
        networks, book = opening.networks(scenario, library, lines, key)
        labs = opening.labs(communities, markets, book, ground, parameters, start, key)

    def beliefs() -> np.ndarray:
        return np.zeros((len(networks), n_legs))

    world = World(
        scenario=scenario,
        key=key,
        actors=tables.Actors(np.recarray(0, dtype(Unit)), groups, networks, table(Shipment, 512), labs, table(Lead, 1024)),
        places=tables.Places(
            communities,
            markets,
            opening.partners(sites, start),
            opening.theatres(scenario),
            opening.levers(scenario),
            np.array([0, 0, int(scenario.record.events)], np.int64),
        ),
        fields=tables.Fields(
            np.zeros((n_sites, tables.FORCE_COLUMNS)),
            np.zeros(len(map_.cells)),
            np.zeros(n_sites),
            np.zeros(n_legs),
            np.zeros(n_legs),
            np.zeros(len(map_.cells)),
        ),
        land=tables.Land(opening.young_coca(communities, parameters.crops[0]), opening.basins()),
        minds=tables.Minds(
            beliefs(),
            np.zeros((len(networks), n_clusters + 1, n_legs)),
            np.zeros((len(networks), n_clusters + 1, n_legs)),
            np.zeros((len(groups), n_sites)),
            np.zeros((len(networks), 4)),
        ),
        trade=tables.Trade(
            opening.open_routes(book, facts, float(parameters.trafficking.routes_open[0])),
            np.zeros((len(networks), n_routes)),
            np.full((len(networks), n_routes), NEVER),
            book,
            np.zeros(n_routes),
            np.zeros((len(networks), n_routes)),
        ),
        ground=ground,
        sites=sites,
        near=near,
        ways=ways_of(map_, travel),
        routes=routes,
        route_facts=facts,
        legs=legs,
        lines=lines,
        bench=Bench(
            np.zeros((n_sites, 4)),
            np.zeros((n_sites, 2)),
            np.zeros(n_sites),
            np.zeros(len(map_.cells)),
            np.zeros(4),
            np.zeros((n_clusters, 3)),
            np.zeros((n_legs, 2)),
        ),
        parameters=parameters,
        tally=np.zeros((weeks + 1, len(QUANTITIES), PLACES)),
        site_names=tuple(place.name for place in map_.settlements),
        site_kinds=tuple(place.kind for place in map_.settlements),
        site_lon=np.array([place.lon for place in map_.settlements]),
        site_lat=np.array([place.lat for place in map_.settlements]),
        n_communities=map_.n_communities,
        census=np.array([float(place.population) if place.kind in ("town", "hamlet") else 0.0 for place in map_.settlements]),
        days_surface=travel.days_surface,
        cluster_names=library.cluster_names,
        map=map_,
        events=table(Event, EVENT_ROWS if scenario.record.events else 1),
    )
    with np.errstate(over="ignore"):
        world.actors = world.actors._replace(units=opening.units(world, start))
    return world
