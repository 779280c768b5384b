"""Makes the world of a run from the scenario, the map and the registry.

Nothing here runs in the daily loop. The same scenario and replication make the same bytes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from sim.errors import UserError
from sim.geography.clusters import cluster_and_nearest
from sim.geography.map import Map, load_map
from sim.geography.routes import Routes as Library
from sim.geography.routes import routes as load_routes
from sim.geography.travel import Speeds, Travel
from sim.geography.travel import travel as load_travel
from sim.model import day
from sim.model.chance import U, mix
from sim.model.day import Bench, Parameters
from sim.model.rules import search
from sim.model.state import arrays
from sim.model.state.agents import PARTIES, Lead, Shipment, Unit, dtype, table
from sim.model.state.counts import PLACES, QUANTITIES
from sim.model.state.event_log import Event
from sim.model.state.world import World
from sim.simulation.build import opening
from sim.simulation.build.map_arrays import (
    along_of,
    border_of,
    commerce_of,
    costs_of,
    ground_of,
    near_of,
    people_of,
    reach_of,
    routes_of,
    sites_of,
    ways_of,
)
from sim.simulation.build.values import values

NEVER = -1e9  # the day of what has never happened
SHIPMENT_ROWS = 512  # loads under way at first; the table grows
EVENT_ROWS = 16_384  # most events of one stretch
# `search` is a rule that several mechanisms share, so `day.py` does not import it.
RECORD_OF: dict[str, type] = {
    name: getattr(day, name, search).Parameters for name in Parameters._fields
}


def key_of(base_seed: int, replication: int) -> np.uint64:
    """Return the key of a run, from which all its draws follow.

    The strategy has no part in it, so that every strategy of a replication meets the same world.
    Seed and replication wrap at 2**64.
    """
    with np.errstate(over="ignore"):
        return U(mix(mix(U(base_seed % 2**64)) + U(replication % 2**64)))


def parameters_of(scenario: Any) -> Parameters:
    """Return the parameters as one record array of one row for each mechanism."""
    filled = {}
    for name in Parameters._fields:
        record = table(RECORD_OF[name], 1)
        for field, value in values(scenario, name).items():
            record[field] = value
        filled[name] = record
    return Parameters(**filled)


@cache
def geography(resolution_km: float, speeds: Speeds) -> tuple[Map, Travel, Library]:
    """Return the map, travel tables and route library, computed once and kept on disk."""
    map_ = load_map(resolution_km)
    travel = load_travel(map_, speeds)
    return map_, travel, load_routes(map_, travel)


@cache
def land(resolution_km: float, speeds: Speeds) -> tuple[Map, np.ndarray, np.ndarray]:
    """Return the map, the cluster of each community and the community of each cell.

    This is what crops need, without the travel tables that take some seconds.
    """
    map_ = load_map(resolution_km)
    return map_, *cluster_and_nearest(map_, speeds)


def geography_of(scenario: Any) -> tuple[Map, Travel, Library]:
    """Return the map, travel tables and route library that a scenario uses."""
    return geography(scenario.map.resolution_km, Speeds(**values(scenario, "travel")))


def crops_beyond_land(scenario: Any) -> list[tuple[str, str]]:
    """Return (key, what the map can hold) if the scenario has more crops than the map has land for.

    The list is empty if the crops fit.
    """
    map_, clusters, nearest = land(scenario.map.resolution_km, Speeds(**values(scenario, "travel")))
    try:
        opening.communities(scenario, map_, clusters, nearest, values(scenario, "start"))
    except UserError as error:
        key, _, text = str(error).partition(": ")
        return [(key, text)]
    return []


def build(scenario: Any, replication: int = 0, base_seed: int | None = None) -> World:
    """Return the world on the first day of the burn-in.

    ValueError if the map lacks a place that the scenario names.
    """
    map_, travel, library = geography_of(scenario)
    parameters = parameters_of(scenario)
    start = values(scenario, "start")
    key = key_of(scenario.replications.base_seed if base_seed is None else base_seed, replication)
    near = near_of(map_, travel, float(parameters.presence.reach_km[0]))
    ground = ground_of(map_, travel)
    sites = sites_of(map_, travel, near, ground.post, start)
    routes, route_facts, legs = routes_of(map_, library, costs_of(library, parameters.trafficking))
    along = along_of(routes, ground)
    border = border_of(scenario, map_, travel, sites)
    commerce = commerce_of(scenario, sites, library)
    n_sites, n_routes = len(map_.settlements), len(route_facts.origin)
    n_legs, n_clusters = len(legs.theatre), len(library.cluster_names)
    weeks = -(-scenario.time.horizon_days // 7)
    with np.errstate(over="ignore"):
        communities = opening.communities(
            scenario, map_, library.site_cluster, travel.nearest_site, start
        )
        opening.name_communities(communities)
        markets = opening.markets(scenario, communities, library, commerce, parameters, start)
        groups = opening.groups(scenario, communities, sites, border, start, key)
        networks, book = opening.networks(scenario, library, border, key)
        labs = opening.labs(communities, markets, book, ground, parameters, start, key)

    def beliefs() -> np.ndarray:
        return np.zeros((len(networks), n_legs))

    world = World(
        scenario=scenario,
        key=key,
        actors=arrays.Actors(
            np.recarray(0, dtype(Unit)),
            groups,
            networks,
            table(Shipment, SHIPMENT_ROWS),
            labs,
            table(Lead, 1024),
        ),
        places=arrays.Places(
            communities,
            markets,
            opening.partners(sites, start),
            opening.theatres(scenario),
        ),
        fields=arrays.Fields(
            np.zeros((n_sites, arrays.FORCE_COLUMNS)),
            np.zeros(len(map_.cells)),
            np.zeros(n_sites),
            np.zeros(n_legs),
            np.zeros(n_legs),
            np.zeros(len(map_.cells)),
        ),
        land=arrays.Land(opening.young_coca(communities, parameters.crops[0]), opening.basins()),
        minds=arrays.Minds(
            beliefs(),
            np.zeros((len(networks), n_clusters + 1, n_legs)),
            np.zeros((len(networks), n_clusters + 1, n_legs)),
            np.zeros((len(groups), n_sites)),
            np.zeros((len(networks), 4)),
        ),
        trade=arrays.Trade(
            opening.open_routes(book, route_facts, float(parameters.trafficking.routes_open[0])),
            np.zeros((len(networks), n_routes)),
            np.full((len(networks), n_routes), NEVER),
            book,
            np.zeros(n_routes),
            np.zeros((len(networks), n_routes)),
        ),
        support=arrays.Support(
            opening.parties(groups),
            np.zeros((len(communities), PARTIES)),
            np.zeros((len(communities), PARTIES)),
            np.zeros((n_clusters, PARTIES)),
            np.zeros((SHIPMENT_ROWS, PARTIES)),
            np.zeros(n_routes),
            np.zeros(len(along.place)),
        ),
        ground=ground,
        sites=sites,
        near=near,
        reach=reach_of(
            map_,
            travel,
            float(parameters.support.reach_km[0]),
            float(parameters.support.over_river[0]),
        ),
        along=along,
        ways=ways_of(map_, travel),
        routes=routes,
        route_facts=route_facts,
        legs=legs,
        border=border,
        commerce=commerce,
        levers=opening.levers(scenario),
        bench=Bench(
            np.zeros((n_sites, 4)),
            np.zeros((n_sites, 2)),
            np.zeros(n_sites),
            np.zeros(len(map_.cells)),
            np.zeros(4),
            np.zeros((n_clusters, 3)),
            np.zeros((n_legs, 2)),
            np.zeros((n_sites, PARTIES)),
        ),
        parameters=parameters,
        tally=np.zeros((weeks + 1, len(QUANTITIES), PLACES)),
        site_names=tuple(place.name for place in map_.settlements),
        site_kinds=tuple(place.kind for place in map_.settlements),
        site_lon=np.array([place.lon for place in map_.settlements]),
        site_lat=np.array([place.lat for place in map_.settlements]),
        n_communities=map_.n_communities,
        census=people_of(map_),
        days_surface=travel.days_surface,
        cluster_names=library.cluster_names,
        map=map_,
        events=table(Event, EVENT_ROWS if scenario.record.events else 1),
        status=np.array([0, 0, int(scenario.record.events)], np.int64),
    )
    with np.errstate(over="ignore"):
        world.actors = world.actors._replace(units=opening.units(world, start))
    return world
