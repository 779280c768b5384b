"""The map, the travel tables and the routes as the arrays that the day reads and never writes."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.errors import UserError
from sim.geography.map import COMMUNITIES, COUNTRIES, NO_ROAD, Map
from sim.geography.routes import Routes as Library
from sim.geography.travel import FAR_KM, Travel
from sim.model.state import arrays
from sim.model.state.agents import AMAZON, APURIMAC, BASINS, BY_AIR, MARANON, PERU, PUTUMAYO
from sim.names import (
    BOLIVIA,
    CAJAMARCA,
    COAST,
    ELSEWHERE,
    EXITS,
    HCL,
    LATEX,
    LORETO,
    MODELLED_THEATRES,
    PRODUCTS,
    THEATRES,
    VRAEM,
)
from sim.parameters.monthly import load_seasons
from sim.simulation.build.values import values

# The public towns from which each theatre is supplied, by assumption.
DEPOTS = {VRAEM: "Pichari", LORETO: "Iquitos", CAJAMARCA: "Jaen"}
# How a route from the VRAEM counts in the shares of the start, by exit; air routes are apart.
START_BY_EXIT = {COAST: arrays.START_COAST, BOLIVIA: arrays.START_BOLIVIA}

# Rivers are the boundary of Peru with these countries.
OVER_RIVER = [COUNTRIES.index(name) for name in ("colombia", "brazil")]
LENGTHS = 3.0  # political reach ends after this many lengths


def people_of(map_: Map) -> np.ndarray:
    """Return the people of each settlement, 0 for those that are not communities. f8[sites]"""
    places = map_.settlements
    return np.array([float(p.population) if p.kind in COMMUNITIES else 0.0 for p in places])


def near_of(map_: Map, travel: Travel, reach_km: float) -> arrays.Near:
    """Return the nearness of sites, and the share of a patrol's time in each Peruvian cell.

    Nearness is the kernel K = exp(-d / reach).
    """
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


def reach_of(map_: Map, travel: Travel, reach_km: float, over_river: float) -> arrays.Reach:
    """Return how far a group at each site reaches politically among the communities.

    A reach has the share L = exp(-km / reach_km), and 0 beyond three lengths. Over a boundary river
    (Peru with Colombia or Brazil, in either direction) L counts `over_river` [0, 1] of this, and
    nothing between other countries. All communities within `FAR_KM` are listed, since camps also
    move where L is 0. `reach_km` is in foot-equivalent km. UserError if three lengths are longer
    than `FAR_KM`.
    """
    if LENGTHS * reach_km > FAR_KM:
        raise UserError(
            f"a political reach of {reach_km:g} km is too long: three lengths of it may be at most "
            f"{FAR_KM:g} km"
        )
    n_sites, n = len(map_.settlements), map_.n_communities
    kept = travel.far_site < n
    site = np.repeat(np.arange(n_sites), np.diff(travel.far_start))[kept]
    place, km = travel.far_site[kept], travel.far_km[kept]
    crossing = np.eye(len(COUNTRIES))
    crossing[PERU, OVER_RIVER] = crossing[OVER_RIVER, PERU] = over_river
    country = np.array([p.country for p in map_.settlements], np.int64)
    share = np.where(km <= LENGTHS * reach_km, np.exp(-km / reach_km), 0.0)
    share *= crossing[country[site], country[place]]
    own = site < n
    people = np.bincount(site[own], people_of(map_)[place[own]] * share[own], minlength=n)
    return arrays.Reach(_starts(site, n_sites), place, km, share, people)


def along_of(routes: arrays.Routes, ground: arrays.Ground) -> arrays.Along:
    """Return the communities whose land each route crosses, in the order of the way.

    A route that comes back to a community's land does not list it again. Connectors and cells that
    belong to no community count for nobody.
    """
    n_routes = len(routes.start) - 1
    place = np.where(routes.cell >= 0, ground.community[routes.cell], -1)
    route = np.repeat(np.arange(n_routes), np.diff(routes.start))
    route, place = route[place >= 0], place[place >= 0]
    n = ground.community.max(initial=-1) + 1
    _, first = np.unique(route * n + place, return_index=True)
    first.sort()
    return arrays.Along(_starts(route[first], n_routes), place[first])


def _starts(row: np.ndarray, n_rows: int) -> np.ndarray:
    """Return where each row of a table starts, given the row of each entry, ascending.

    i8[n_rows + 1], and where the last row ends.
    """
    return np.searchsorted(row, np.arange(n_rows + 1)).astype(np.int64)


def links_of(map_: Map, travel: Travel, market_kg: np.ndarray) -> np.ndarray:
    """Return how each site is linked to the depot of its theatre. f8[sites, 4]

    The columns are BY_LORRY, BY_BOAT and BY_HELICOPTER (`arrays.FAR` where there is no such link),
    and SOLD_IN_TOWN: what the town can sell.
    """
    link = np.full((len(map_.settlements), 4), arrays.FAR)
    link[:, arrays.SOLD_IN_TOWN] = market_kg
    on_road = [p.cell >= 0 and map_.road[p.cell] != NO_ROAD for p in map_.settlements]
    depots = {theatre: map_.settlement(name) for theatre, name in DEPOTS.items()}
    for s, place in enumerate(map_.settlements[: map_.n_communities]):
        depot = depots[place.theatre]
        days = travel.days_surface[depot, s]
        if np.isfinite(days):
            if on_road[s] and on_road[depot]:
                link[s, arrays.BY_LORRY] = days
            if place.port >= 0 and map_.settlements[depot].port >= 0:
                link[s, arrays.BY_BOAT] = days
        link[s, arrays.BY_HELICOPTER] = travel.air_km[depot, s] / travel.speeds.helicopter_km_h
    return link


def sites_of(
    map_: Map, travel: Travel, near: arrays.Near, post: np.ndarray, start: dict[str, float]
) -> arrays.Sites:
    """Return the sites: settlements with their cell, theatre, people in reach, links and post."""
    places = map_.settlements
    population = people_of(map_)
    reached = np.zeros(len(population))
    for s in range(len(population)):
        part = slice(near.start[s], near.start[s + 1])
        reached[s] = (population[near.site[part]] * near.kernel[part]).sum()
    theatre = [p.theatre if s < map_.n_communities else ELSEWHERE for s, p in enumerate(places)]
    of_cell = [post[p.cell] if p.cell >= 0 else -1 for p in places]
    own_post = [of_cell[s] if of_cell[s] >= 0 else s for s in range(len(places))]
    return arrays.Sites(
        cell=np.array([p.cell for p in places], np.int64),
        theatre=np.array(theatre, np.int64),
        country=np.array([p.country for p in places], np.int64),
        people_in_reach=reached,
        link=links_of(map_, travel, start["local_supply_kg"] * population / 1000.0),
        post=np.array(own_post, np.int64),
    )


def ground_of(map_: Map, travel: Travel) -> arrays.Ground:
    """Return the cells: whose land each is, and the site whose post controls it.

    A post controls the cell of its site and the cell of its port.
    """
    post = np.full(len(map_.cells), -1, np.int64)
    for s in sorted(range(map_.n_communities), key=lambda s: map_.settlements[s].population):
        for cell in (map_.settlements[s].port, map_.settlements[s].cell):
            if cell >= 0:
                post[cell] = s  # towns come in order of size, so the largest one stays
    return arrays.Ground(
        map_.theatre, map_.terrain_of, map_.area_km2, travel.nearest_site, post, map_.road
    )


def onward_of(start: np.ndarray, leg: np.ndarray) -> np.ndarray:
    """Return where each step's route goes on after its leg. i8[steps]

    This is the first later step of the route on another leg, or the row after its last step.
    """
    cuts = np.union1d(np.flatnonzero(np.diff(leg)) + 1, start)
    return cuts[np.searchsorted(cuts, np.arange(len(leg)), side="right")]


def costs_of(library: Library, p: np.ndarray) -> np.ndarray:
    """Return the cost of transport along each route without bribes and tolls [USD/kg].

    `p` is the record of [trafficking].
    """
    carried = (
        p["foot_usd"] * library.foot_days
        + p["river_usd"] * library.river_km
        + p["road_usd"] * library.road_km
    )
    return np.asarray(carried + library.connectors_usd_per_kg, np.float64)


def routes_of(
    map_: Map, library: Library, costs: np.ndarray
) -> tuple[arrays.Routes, arrays.RouteFacts, arrays.Legs]:
    """Return the steps of the routes, the facts of each route, and the legs."""
    n = len(library.origin)
    on_route = np.zeros((n, len(THEATRES)), np.int64)
    start_class = np.full(n, -1, np.int64)
    for r in range(n):
        cells = library.cell[library.start[r] : library.start[r + 1]]
        on_route[r, np.unique(map_.theatre[cells[cells >= 0]])] = 1
        if library.cluster_zone[library.origin[r]] == "vraem":
            if library.mode[r] == BY_AIR:
                start_class[r] = arrays.START_AIR
            else:
                start_class[r] = START_BY_EXIT.get(int(library.exit[r]), arrays.START_NORTH)
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
    """Return the refuge of every community at the border, and the way back from foreign towns."""
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
    """Return the prices, the theatre of every cluster, and the cluster that trades in latex."""
    theatre = np.array(
        [
            ELSEWHERE if zone == "ucayali" else sites.theatre[site]
            for zone, site in zip(library.cluster_zone, library.cluster_site)
        ],
        np.int64,
    )
    latex = [c for c, zone in enumerate(library.cluster_zone) if zone == "cajamarca"]
    latex_cluster = np.array(latex[:1] or [-1], np.int64)
    return arrays.Commerce(prices_of(scenario), theatre, latex_cluster)


def ways_of(map_: Map, travel: Travel) -> arrays.Ways:
    """Return the journeys between sites and the course of the year.

    A site has the basin of the nearest community: the Putumayo's in the province of that name, the
    main river of the theatre elsewhere.
    """
    main = {VRAEM: APURIMAC, LORETO: AMAZON, CAJAMARCA: MARANON}
    own = np.array(
        [
            PUTUMAYO if place.province == "Putumayo" else main[place.theatre]
            for place in map_.settlements[: map_.n_communities]
        ]
    )
    year = load_seasons()
    calendar = np.zeros((len(THEATRES) + len(BASINS), 12))  # there are no rains outside theatres
    for theatre, name in enumerate(MODELLED_THEATRES, VRAEM):
        calendar[theatre] = year["rain"][name]
    for basin, name in enumerate(BASINS):
        calendar[len(THEATRES) + basin] = year["river"][name]
    return arrays.Ways(
        travel.air_km / travel.speeds.helicopter_km_h,
        travel.days_surface - travel.days_river,
        travel.days_river,
        own[travel.air_km[:, : map_.n_communities].argmin(axis=1)],
        calendar,
    )


def prices_of(scenario: Any) -> np.ndarray:
    """Return the prices at the destinations, USD per kg. f8[exits, products]"""
    prices = np.zeros((len(EXITS), len(PRODUCTS)))
    for name, value in values(scenario, "prices").items():
        product = LATEX if name.startswith("latex_") else HCL
        prices[EXITS.index(name.removeprefix("latex_")), product] = value
    return prices
