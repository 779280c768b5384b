"""How the world is handed to the compiled day: namedtuples of at most six arrays, and the columns of its layers."""

from typing import NamedTuple

import numpy as np

from sim.model.state.agents import POLICE_SERVICE, Table

# columns of Fields.force, one row per site
(
    WEIGHTED,
    PEOPLE,
    TEAMS,
    RESPONDERS,
    N_PATROL,
    N_POST,
    N_POLICE,
    POST_PEOPLE,
    POST_BRIBED,
    RIVER_PEOPLE,
    CLEARERS,
) = range(11)
ANSWERING = 11  # teams that answer leads; RESPONDERS: the same x local knowledge
ESCORTS, HOLDING = (
    12,
    13,
)  # people on task who can guard a clearing team; people of units that only guard their post
# and by service: people on task from SERVES on, teams that answer leads from ANSWERS on
SERVES, ANSWERS = 14, 17
POLICE_PEOPLE = SERVES + POLICE_SERVICE
FORCE_COLUMNS = 20
AGES = 208  # weeks of planting that Land.young tells apart
# columns of Trade.book
WAITING, SENT, CAPACITY, WHOLE = range(
    4
)  # CAPACITY: share of the trade now; WHOLE: when no arrest reduces it
BOOK_COLUMNS = 4
# classes of VRAEM routes whose shares at the start are given
START_AIR, START_COAST, START_BOLIVIA, START_NORTH = range(4)


class Actors(NamedTuple):
    units: Table
    groups: Table
    networks: Table
    shipments: Table
    labs: Table
    leads: Table


class Places(NamedTuple):
    communities: Table
    markets: Table
    partners: Table
    theatres: Table
    levers: Table


class Fields(NamedTuple):
    """Layers that change from day to day."""

    force: np.ndarray  # f8[sites, FORCE_COLUMNS]
    patrols: np.ndarray  # f8[cells] patrol teams x local knowledge present
    guard: np.ndarray  # f8[sites] people on task within reach
    leg_effort: (
        np.ndarray
    )  # f8[legs] people on task per cell of the leg, as a traveller would meet them
    leg_planned: np.ndarray  # f8[legs] the same once every order given is carried out
    seized_kg: (
        np.ndarray
    )  # f8[cells] kg seized from loads since the first day of the burn-in, HCl equivalent


class Land(NamedTuple):
    """What grows and what flows."""

    young: np.ndarray  # f8[communities, AGES, 2] ha of coca not yet bearing, by week of planting; last index 1: on ground eradicated before
    basins: Table


class Minds(NamedTuple):
    """What networks, groups and police believe. Rows are networks (groups in `danger`)."""

    belief: np.ndarray  # f8[networks, legs] believed effort, people
    seized: np.ndarray  # f8[networks, clusters + 1, legs] decayed count of a branch's loads seized; last: of its firm, as of this week
    tried: np.ndarray  # f8[networks, clusters + 1, legs] the same of those that entered
    danger: np.ndarray  # f8[groups, sites] believed people on task near a site
    cases: np.ndarray  # f8[networks, theatres] points that the anti-narcotics teams of a theatre hold against a firm


class Trade(NamedTuple):
    """What networks plan. Rows are networks."""

    open: np.ndarray  # f8[networks, routes] 1 while it keeps the route open
    share: np.ndarray  # f8[networks, routes] share of the cluster's loads that it sends this way
    used: np.ndarray  # f8[networks, routes] t of the last dispatch, -1e9 never
    book: np.ndarray  # f8[networks, clusters, BOOK_COLUMNS] columns WAITING .. WHOLE
    constant: np.ndarray  # f8[routes] USD per kg that reproduces the start shares, frozen at day 0
    risk: np.ndarray  # f8[networks, routes] believed probability of loss on the routes that it keeps open, as of this week


class Ground(NamedTuple):
    """The map by cell, never written."""

    theatre: np.ndarray  # i8[cells]
    terrain: np.ndarray  # i8[cells]
    area_km2: np.ndarray  # f8[cells]
    community: np.ndarray  # i8[cells] nearest community, -1 none
    post: np.ndarray  # i8[cells] site whose post controls this cell, -1 none
    road: np.ndarray  # i8[cells] road class


class Sites(NamedTuple):
    """The map by site, never written."""

    cell: np.ndarray  # i8[sites]
    theatre: np.ndarray  # i8[sites]
    country: np.ndarray  # i8[sites]
    people_in_reach: np.ndarray  # f8[sites] sum of pop K
    link: np.ndarray  # f8[sites, 4] days by lorry, by boat, flight hours from the depot (FAR: none); kg a day that the town can sell
    post: np.ndarray  # i8[sites] the site whose post controls its cell: the largest town there


class Ways(NamedTuple):
    """Journeys of units and the course of the year, never written."""

    air_hours: np.ndarray  # f8[sites, sites] of flight
    land_days: (
        np.ndarray
    )  # f8[sites, sites] of the quickest way, on foot and wheels, in the dry season
    river_days: np.ndarray  # f8[sites, sites] of the same way, by boat at low water
    basin: np.ndarray  # i8[sites] row of `Land.basins`
    calendar: np.ndarray  # f8[theatres + basins, 12] rain by theatre, then level by basin


class Near(NamedTuple):
    """Who reaches whom, never written."""

    start: np.ndarray  # i8[sites + 1]
    site: np.ndarray  # i8[] sites in reach
    k: np.ndarray  # f8[] kernel exp(-d / reach)
    cell_start: np.ndarray  # i8[sites + 1]
    cell: np.ndarray  # i8[] cells in reach
    cell_share: np.ndarray  # f8[] share of a patrol's time spent there, sums to 1 per site


class Routes(NamedTuple):
    """The route library, never written. The routes of a cluster stand together: rows `first_route` to `end_route - 1` of its market."""

    start: np.ndarray  # i8[routes + 1] into the steps
    cell: np.ndarray  # i8[steps] -1 on a connector
    days: np.ndarray  # f8[steps]
    leg: np.ndarray  # i8[steps]
    onward: np.ndarray  # i8[steps] the step at which the route enters its next leg, or ends
    exposed: np.ndarray  # i8[steps] 1 on Peruvian soil or water


class RouteFacts(NamedTuple):
    origin: np.ndarray  # i8[routes] cluster
    exit: np.ndarray  # i8[routes]
    mode: np.ndarray  # i8[routes]
    cost: np.ndarray  # f8[routes] USD per kg
    days: np.ndarray  # f8[routes]
    start_class: np.ndarray  # i8[routes] START_AIR .. START_NORTH for VRAEM routes, -1 where choice is free from the start


class Legs(NamedTuple):
    theatre: np.ndarray  # i8[legs]
    start: np.ndarray  # i8[legs + 1]
    cell: np.ndarray  # i8[]
    on_route: np.ndarray  # i8[routes, 4] 1 where the route crosses the theatre
    risk: np.ndarray  # f8[legs] exogenous seizure probability of a connector
    route_effort: (
        np.ndarray
    )  # f8[routes] people who search the whole route, unseen (a dated event sets it at a cut)
