"""A small world made by hand: 40 towns and 10 hamlets on a line, three towns abroad, one hub."""

import datetime
from collections import Counter
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np

from sim.model.mechanisms.forces import redeployment
from sim.model.state import agents as state
from sim.model.state import counts
from sim.model.state.agents import (
    ANTINARCOTICS,
    LINE,
    MISSIONS,
    PATROL,
    PERU,
    POLICE,
    POSTED,
    PREPARING,
    RIVER_INFANTRY,
    SPECIAL,
    TRANSIT,
    UNIT_KINDS,
    table,
)
from sim.model.state.arrays import Actors, Places, Sites
from sim.names import CAJAMARCA, ELSEWHERE, LORETO, THEATRES, VRAEM
from sim.parameters import load_registry
from sim.scenario.schema import Strategy as Section
from sim.simulation.orders import enter
from sim.simulation.situation import situation
from sim.strategies import catalogue
from sim.strategies.tasking import assign

BURN_IN = 364
TOWNS = {VRAEM: 20, LORETO: 12, CAJAMARCA: 8}
NAMES = {VRAEM: "Valle", LORETO: "Rio", CAJAMARCA: "Cerro"}
UNITS = [  # theatre, kind, number
    (VRAEM, LINE, 293),
    (VRAEM, SPECIAL, 30),
    (VRAEM, RIVER_INFANTRY, 10),
    (VRAEM, POLICE, 12),
    (VRAEM, ANTINARCOTICS, 4),
    (LORETO, LINE, 40),
    (LORETO, RIVER_INFANTRY, 8),
    (CAJAMARCA, LINE, 10),
]


@dataclass
class World:
    actors: Actors
    places: Places
    levers: np.ndarray
    sites: Sites
    site_names: tuple
    site_kinds: tuple
    site_lon: np.ndarray
    site_lat: np.ndarray
    n_communities: int
    days_surface: np.ndarray
    ways: SimpleNamespace
    tally: np.ndarray
    key: np.uint64
    scenario: SimpleNamespace
    census: np.ndarray
    parameters: SimpleNamespace


def make_world(**levers) -> World:
    site = []  # name, kind, theatre, country, lon, lat, population, days by boat
    for theatre, count in TOWNS.items():
        lat0 = {VRAEM: -12.0, LORETO: -2.5, CAJAMARCA: -5.5}[theatre]
        for i in range(count):
            port = (
                1.0 + 0.1 * i if theatre == LORETO or (theatre == VRAEM and i % 4 == 0) else np.inf
            )
            site.append(
                (
                    f"{NAMES[theatre]} {i}",
                    "town",
                    theatre,
                    PERU,
                    -74.0 - 0.2 * i,
                    lat0,
                    20_000.0 / (1 + i),
                    port,
                )
            )
    site += [
        (f"Hamlet {i}", "hamlet", VRAEM, PERU, -74.0 - 0.2 * i, -12.1, 300.0, np.inf)
        for i in range(10)
    ]
    n = len(site)
    site += [
        (f"Abroad {i}", "foreign", ELSEWHERE, 3, -76.4 + 0.4 * i, -2.3, 0.0, np.inf)
        for i in range(3)
    ]
    site += [("Hub", "hub", ELSEWHERE, PERU, -73.2, -3.7, 0.0, np.inf)]
    names, kinds, theatre, country, lon, lat, people, boat = map(np.array, zip(*site))
    position = 10.0 * (lat - lat[0]) + 5.0 * lon  # everything lies along one road
    days = np.abs(position[:, None] - position)
    communities = table(state.Community, n)
    communities.theatre, communities.population, communities.coverage = theatre[:n], people[:n], 0.4
    units = table(state.Unit, sum(count for *_, count in UNITS) + 20)
    theatres = table(state.Theatre, 4)
    theatres.flight_hours_day, theatres.boats = [4.0, 6.0, 1.2, 0.6], [0.0, 40.0, 60.0, 5.0]
    theatres.lift_bank = [0.0, 200.0, 100.0, 50.0]
    lever = table(state.Levers, 1)
    lever.burn_in = BURN_IN
    tables = (
        table(record, 30)
        for record in (
            state.ArmedGroup,
            state.Network,
            state.Shipment,
            state.Laboratory,
            state.Lead,
        )
    )
    strategy = Section.model_validate({"name": "static", "share_to_border": 0.15, **levers})
    link = np.stack(
        (np.full(len(site), 1.0), boat, np.full(len(site), 300.0), np.zeros(len(site))), axis=1
    )
    moving = table(redeployment.Parameters, 1)
    for name, value in load_registry().record("redeployment").items():
        moving[name] = value
    time = SimpleNamespace(start_date=datetime.date(2022, 1, 1))
    world = World(
        actors=Actors(units, *tables),
        places=Places(communities, None, None, theatres),
        levers=lever,
        sites=Sites(np.arange(len(site)), theatre, country, people, link, np.arange(len(site))),
        site_names=tuple(map(str, names)),
        site_kinds=tuple(map(str, kinds)),
        site_lon=lon,
        site_lat=lat,
        n_communities=n,
        days_surface=days,
        ways=SimpleNamespace(air_hours=0.5 * days),
        tally=np.zeros((160, len(counts.QUANTITIES), counts.PLACES)),
        key=np.uint64(7),
        scenario=SimpleNamespace(strategy=strategy, time=time),
        census=people.copy(),
        parameters=SimpleNamespace(redeployment=moving),
    )
    post_everybody(world)
    return world


def post_everybody(world: World) -> None:
    units, row = world.actors.units, 0
    rng = np.random.default_rng(1)
    for theatre, kind, count in UNITS:
        for _ in range(count):
            u = units[row]
            u.alive, u.uid, u.kind = 1, 2 * rng.integers(1 << 63, dtype=np.uint64), kind
            u.status, u.order_site, u.mission = POSTED, -1, PATROL
            u.soldiers = u.established = 30.0
            u.posting = int(np.flatnonzero(world.sites.theatre == theatre)[0])
            row += 1
    view = situation(world, 0)
    for theatre, name in ((VRAEM, "vraem"), (LORETO, "loreto"), (CAJAMARCA, "cajamarca")):
        rows = np.flatnonzero((units.alive == 1) & (world.sites.theatre[units.posting] == theatre))
        row_of = {int(units.uid[r]): r for r in rows}
        wanted = [(int(units.uid[r]), UNIT_KINDS[units.kind[r]]) for r in rows]
        lever = world.scenario.strategy
        tasking = (
            lever.tasking_vraem
            if theatre == VRAEM
            else {"none": "area"}.get(lever.tasking_border, lever.tasking_border)
        )
        for uid, place, mission in assign(
            tasking, name, wanted, view.places, view.reports, view.chance, world.days_surface
        ):
            u = units[row_of[uid]]
            u.posting = u.home = place
            u.mission = MISSIONS.index(mission)


def add_leads(world: World, places, received=BURN_IN, seen=BURN_IN) -> None:
    leads = world.actors.leads
    for row, place in enumerate(places):
        leads[row].alive, leads[row].uid, leads[row].site, leads[row].seen, leads[row].received = (
            1,
            row + 1,
            place,
            seen,
            received,
        )


def strategy_of(world: World, name: str, **settings):
    return catalogue()[name](settings, world.scenario.strategy)


def review(world, strategy, day):
    orders = strategy.decide(situation(world, day))
    enter(world, orders, BURN_IN + day)
    return orders


def arrive(world, day=10_000):
    """Whoever is due by a day has left or is there; by default everybody at once."""
    u, t = world.actors.units, BURN_IN + day
    u.status[(u.status == PREPARING) & (u.departs <= t)] = TRANSIT
    there = (u.status == TRANSIT) & (u.arrives <= t)
    u.posting[there], u.mission[there] = u.order_site[there], u.order_mission[there]
    u.status[there], u.order_site[there] = POSTED, -1


def at_border(world):
    """Soldiers from the VRAEM by theatre where they are or are bound for."""
    u, theatre = world.actors.units, world.sites.theatre
    bound = np.where(u.status == POSTED, u.posting, u.order_site)
    away = (
        (u.alive == 1) & (theatre[u.home] == VRAEM) & (u.kind < POLICE) & (theatre[bound] != VRAEM)
    )
    return Counter(THEATRES[code] for code in theatre[bound[away]])
