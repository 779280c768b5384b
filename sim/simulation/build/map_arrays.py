"""The map, travel tables and routes as the arrays that the day reads and never writes."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.geography.map import Map
from sim.geography.routes import Routes as Library
from sim.geography.travel import Travel
from sim.model.state import arrays
from sim.model.state.agents import AMAZON, APURIMAC, BASINS, BY_AIR, MARANON, PERU, PUTUMAYO
from sim.names import BOLIVIA, CAJAMARCA, COAST, EXITS, LORETO, MODELLED_THEATRES, VRAEM
from sim.parameters.monthly import load_seasons
from sim.simulation.build.values import values

DEPOTS = {
    VRAEM: "Pichari",
    LORETO: "Iquitos",
    CAJAMARCA: "Jaen",
}  # public towns from which a theatre is supplied, by assumption


def near_of(map_: Map, travel: Travel, reach_km: float) -> arrays.Near:
    """Kernels K = exp(-d / reach) between sites, and the share of a patrol's time in each Peruvian cell."""
    inside = map_.cell_country[travel.reach_cell] == PERU
    weight = np.where(inside, np.exp(-travel.reach_km / reach_km), 0.0)
    share = np.zeros(len(weight))
    for s in range(len(travel.reach_start) - 1):
        part = slice(travel.reach_start[s], travel.reach_start[s + 1])
        total = weight[part].sum()
        share[part] = weight[part] / total if total > 0 else 0.0
    return arrays.Near(
        travel.near_start,
        travel.near_site,
        np.exp(-travel.near_km / reach_km),
        travel.reach_start,
        travel.reach_cell,
        share,
    )


def links_of(map_: Map, travel: Travel, market_kg: np.ndarray) -> np.ndarray:
    """f8[sites, 4]: days by lorry, days by boat, flight hours from the depot of the site's theatre (FAR where there is no such link), and
    what the town can sell, kg a day."""
    link = np.full((len(map_.settlements), 4), arrays.FAR)
    link[:, arrays.SOLD_IN_TOWN] = market_kg
    depots = {theatre: map_.settlement(name) for theatre, name in DEPOTS.items()}
    for s, place in enumerate(map_.settlements[: map_.n_communities]):
        depot = depots[place.theatre]
        days = travel.days_surface[depot, s]
        if np.isfinite(days):
            if (
                map_.road[place.cell] > 0
                and map_.settlements[depot].cell >= 0
                and map_.road[map_.settlements[depot].cell] > 0
            ):
                link[s, arrays.BY_LORRY] = days
            if place.port >= 0 and map_.settlements[depot].port >= 0:
                link[s, arrays.BY_BOAT] = days
        link[s, arrays.BY_HELICOPTER] = travel.air_km[depot, s] / travel.speeds.helicopter_km_h
    return link


def sites_of(
    map_: Map, travel: Travel, near: arrays.Near, post: np.ndarray, start: dict[str, float]
) -> arrays.Sites:
    population = np.array(
        [
            float(place.population) if place.kind in ("town", "hamlet") else 0.0
            for place in map_.settlements
        ]
    )
    reached = np.array(
        [
            (
                population[near.site[near.start[s] : near.start[s + 1]]]
                * near.kernel[near.start[s] : near.start[s + 1]]
            ).sum()
            for s in range(len(population))
        ]
    )
    return arrays.Sites(
        cell=np.array([place.cell for place in map_.settlements], np.int64),
        theatre=np.array(
            [
                place.theatre if s < map_.n_communities else 0
                for s, place in enumerate(map_.settlements)
            ],
            np.int64,
        ),
        country=np.array([place.country for place in map_.settlements], np.int64),
        people_in_reach=reached,
        link=links_of(map_, travel, start["local_supply_kg"] * population / 1000.0),
        post=np.array(
            [
                post[place.cell] if place.cell >= 0 and post[place.cell] >= 0 else s
                for s, place in enumerate(map_.settlements)
            ],
            np.int64,
        ),
    )


def ground_of(map_: Map, travel: Travel) -> arrays.Ground:
    """Cells: whose land they are and which site's post controls them (its own cell and its port)."""
    post = np.full(len(map_.cells), -1, np.int64)
    for s in sorted(range(map_.n_communities), key=lambda s: map_.settlements[s].population):
        for cell in (map_.settlements[s].port, map_.settlements[s].cell):
            if cell >= 0:
                post[cell] = s  # the largest town of a cell has the last word
    return arrays.Ground(
        map_.theatre, map_.terrain_of, map_.area_km2, travel.nearest_site, post, map_.road
    )


def onward_of(start: np.ndarray, leg: np.ndarray) -> np.ndarray:
    """i8[steps]: the first later step of the same route on another leg, or the row after its last step."""
    cuts = np.union1d(np.flatnonzero(np.diff(leg)) + 1, start)
    return cuts[np.searchsorted(cuts, np.arange(len(leg)), side="right")]


def costs_of(library: Library, p: np.ndarray) -> np.ndarray:
    """USD/kg of transport along each route, bribes and tolls apart; `p` is the record of [trafficking]."""
    carried = (
        p["foot_usd"] * library.foot_days
        + p["river_usd"] * library.river_km
        + p["road_usd"] * library.road_km
    )
    return np.asarray(carried + library.connectors_usd_per_kg, np.float64)


def routes_of(
    map_: Map, library: Library, costs: np.ndarray
) -> tuple[arrays.Routes, arrays.RouteFacts, arrays.Legs]:
    n = len(library.origin)
    on_route = np.zeros((n, 4), np.int64)
    start_class = np.full(n, -1, np.int64)
    for r in range(n):
        cells = library.cell[library.start[r] : library.start[r + 1]]
        on_route[r, np.unique(map_.theatre[cells[cells >= 0]])] = 1
        if library.cluster_zone[library.origin[r]] == "vraem":
            by_air, out = library.mode[r] == BY_AIR, library.exit[r]
            start_class[r] = (
                arrays.START_AIR
                if by_air
                else arrays.START_COAST
                if out == COAST
                else arrays.START_BOLIVIA
                if out == BOLIVIA
                else arrays.START_NORTH
            )
    leg_risk = np.zeros(library.n_legs)
    leg_risk[library.step_leg] = library.step_risk
    return (
        arrays.Routes(
            library.start,
            library.cell,
            library.step_days,
            library.step_leg,
            onward_of(library.start, library.step_leg),
            library.step_exposed,
        ),
        arrays.RouteFacts(
            library.origin, library.exit, library.mode, costs, library.days, start_class
        ),
        arrays.Legs(
            library.leg_theatre,
            library.leg_start,
            library.leg_cell,
            on_route,
            leg_risk,
            np.zeros(n),
        ),
    )


def border_of(scenario: Any, map_: Map, travel: Travel, sites: arrays.Sites) -> arrays.Border:
    """The refuge of every community at the border, and the way back from every foreign town."""
    n, refuge_km = len(map_.settlements), values(scenario, "start")["refuge_km"]
    abroad = np.flatnonzero((sites.country != PERU) & (sites.cell >= 0))
    home = np.flatnonzero((np.arange(n) < map_.n_communities) & (sites.theatre >= LORETO))
    refuge, back = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    for s in home:
        nearest = abroad[np.argmin(travel.air_km[s, abroad])]
        refuge[s] = nearest if travel.air_km[s, nearest] <= refuge_km else -1
    for s in abroad:
        back[s] = home[np.argmin(travel.air_km[s, home])]
    return arrays.Border(refuge, back)


def commerce_of(scenario: Any, sites: arrays.Sites, library: Library) -> arrays.Commerce:
    """Prices at the destinations, the theatre of every cluster, and the cluster that trades in latex."""
    theatre = np.array(
        [
            0 if zone == "ucayali" else sites.theatre[site]
            for zone, site in zip(library.cluster_zone, library.cluster_site)
        ],
        np.int64,
    )
    latex = [c for c, zone in enumerate(library.cluster_zone) if zone == "cajamarca"]
    latex_cluster = np.array(latex[:1] or [-1], np.int64)
    return arrays.Commerce(prices_of(scenario), theatre, latex_cluster)


def ways_of(map_: Map, travel: Travel) -> arrays.Ways:
    """Journeys and the year's course. A site has the basin of the nearest community: the Putumayo's in its province, else its theatre's."""
    main = {VRAEM: APURIMAC, LORETO: AMAZON, CAJAMARCA: MARANON}
    own = np.array(
        [
            PUTUMAYO if place.province == "Putumayo" else main[place.theatre]
            for place in map_.settlements[: map_.n_communities]
        ]
    )
    year = load_seasons()
    calendar = np.zeros((4 + len(BASINS), 12))  # nobody waits for rain elsewhere
    for theatre, name in enumerate(MODELLED_THEATRES, VRAEM):
        calendar[theatre] = year["rain"][name]
    for basin, name in enumerate(BASINS):
        calendar[4 + basin] = year["river"][name]
    return arrays.Ways(
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
