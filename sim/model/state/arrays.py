"""How the compiled day receives the world: namedtuples of a few arrays, and the columns of
the layers; then what a day hands to its mechanisms: the date, the diary and the work space."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from sim.model.state.agents import POLICE_SERVICE, Table

# Columns of Fields.force, one row per site.
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
WEIGHTED_POLICE = 20  # WEIGHTED has soldiers only
HOLDING_POLICE = 21  # HOLDING has soldiers only
ANSWERING = 11  # teams that answer leads; RESPONDERS are these teams x local knowledge
ESCORTS = 12  # people on task who can guard a clearing team
HOLDING = 13  # weighted soldiers of units that only guard their post
# Three columns each, one for each service: people on task, and teams that answer leads.
SERVES, ANSWERS = 14, 17
POLICE_PEOPLE = SERVES + POLICE_SERVICE
FORCE_COLUMNS = 22
CARRIED_DAYS = 182  # last days of the burn-in, whose loads are counted by route
AGES = 208  # weeks of planting that Land.young distinguishes
# Columns of Sites.link, and the days or hours that stand for "no such link".
BY_LORRY, BY_BOAT, BY_HELICOPTER, SOLD_IN_TOWN = range(4)
FAR = 1e9
# Columns of Trade.book: kg bought but not sent, loads sent so far, the share of the cluster's trade
# today, and that share when no arrest reduces it.
WAITING, SENT, CAPACITY, WHOLE = range(4)
BOOK_COLUMNS = 4
# Classes of VRAEM routes whose shares at the start are given.
START_AIR, START_COAST, START_BOLIVIA, START_NORTH = range(4)


class Floats(Protocol):
    """An array of f8, as a rule or a loop takes it: numpy gives no type to an element."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, at: Any, /) -> float: ...
    def __setitem__(self, at: Any, value: float, /) -> None: ...


class Ints(Protocol):
    """An array of i8, as a rule or a loop takes it."""

    @property
    def shape(self) -> tuple[int, ...]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, at: Any, /) -> int: ...
    def __setitem__(self, at: Any, value: int, /) -> None: ...


class Actors(NamedTuple):
    """The tables of agents that act. Codes of a full table follow this order
    (`event_log.TABLES`)."""

    units: Table
    groups: Table
    networks: Table
    shipments: Table
    labs: Table
    leads: Table


class Places(NamedTuple):
    """The tables of places and of what belongs to a place."""

    communities: Table
    markets: Table
    partners: Table
    theatres: Table


class Fields(NamedTuple):
    """Layers that change from day to day."""

    force: np.ndarray  # f8[sites, FORCE_COLUMNS]
    patrols: np.ndarray  # f8[cells] patrol teams present x local knowledge
    guard: np.ndarray  # f8[sites] people on task within reach
    leg_effort: np.ndarray  # f8[legs] people on task whom a traveller meets, per cell of the leg
    leg_planned: np.ndarray  # f8[legs] leg_effort once every known order is carried out
    seized_kg: np.ndarray  # f8[cells] kg seized from loads since t = 0, HCl equivalent


class Land(NamedTuple):
    """Young coca and the rivers."""

    # ha of coca not yet bearing, by week of planting; last index 1: on ground eradicated before
    young: np.ndarray  # f8[communities, AGES, 2]
    basins: Table


class Minds(NamedTuple):
    """What networks, armed groups and police believe. Rows are networks, except in `danger`, where
    they are groups."""

    belief: np.ndarray  # f8[networks, legs] believed effort, people
    # a branch's loads that were seized, and those that entered (decayed); the last row: its firm's
    seized: np.ndarray  # f8[networks, clusters + 1, legs]
    tried: np.ndarray  # f8[networks, clusters + 1, legs]
    danger: np.ndarray  # f8[groups, sites] believed people on task near a site
    # points that the anti-narcotics teams of a theatre hold against a firm
    cases: np.ndarray  # f8[networks, theatres]


class Trade(NamedTuple):
    """What networks plan. Rows are networks."""

    open: np.ndarray  # f8[networks, routes] 1 while it keeps the route open
    share: np.ndarray  # f8[networks, routes] share of the cluster's loads that it sends this way
    used: np.ndarray  # f8[networks, routes] t of the last dispatch, -1e9 never
    book: np.ndarray  # f8[networks, clusters, BOOK_COLUMNS] columns WAITING .. WHOLE
    constant: np.ndarray  # f8[routes] USD per kg that reproduces the start shares, fixed at day 0
    risk: np.ndarray  # f8[networks, routes] believed probability of loss on open routes


class Support(NamedTuple):
    """The armed parties and the people whom they rule."""

    parties: Table
    b: np.ndarray  # f8[communities, PARTIES] share of people under a party's rule
    # f8[communities, PARTIES] share of people whom a party's fighters at hand cover today
    present: np.ndarray
    in_fields: np.ndarray  # f8[clusters, PARTIES] mean b where a cluster's crops grow, by ha
    tolled: np.ndarray  # f8[shipments, PARTIES] largest b that a load has met so far
    # kg of hydrochloride in the last CARRIED_DAYS of the burn-in
    sent_kg: np.ndarray  # f8[routes] sent on a route
    passed_kg: np.ndarray  # f8[entries of Along] that came to a community on its route


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
    people_in_reach: np.ndarray  # f8[sites] sum of population x kernel
    # days by lorry and by boat and flight hours from the depot (FAR: no such link), and kg a day
    # that the town can sell
    link: np.ndarray  # f8[sites, 4]
    post: np.ndarray  # i8[sites] site whose post controls its cell: the largest town there


class Border(NamedTuple):
    """The nearest settlement on the other side of the border, never written."""

    refuge: np.ndarray  # i8[sites] foreign town nearest to a community of the border, -1 none
    back: np.ndarray  # i8[sites] community nearest to a foreign town, -1 none


class Commerce(NamedTuple):
    """What loads fetch abroad and where they start. No day writes it; a dated event may set the
    prices."""

    prices: np.ndarray  # f8[exits, products] USD per kg at the destination
    cluster_theatre: np.ndarray  # i8[clusters]
    latex_cluster: np.ndarray  # i8[1] cluster that trades in latex, -1 none


class Ways(NamedTuple):
    """Journeys of units and the course of the year, never written."""

    air_hours: np.ndarray  # f8[sites, sites] flight hours
    # days of the quickest way: on foot and wheels in the dry season, and by boat at low water
    land_days: np.ndarray  # f8[sites, sites]
    river_days: np.ndarray  # f8[sites, sites]
    basin: np.ndarray  # i8[sites] row of `Land.basins`
    calendar: np.ndarray  # f8[theatres + basins, 12] rain by theatre, then level by basin


class Near(NamedTuple):
    """Which sites and cells are within reach of a site, never written."""

    start: np.ndarray  # i8[sites + 1]
    site: np.ndarray  # i8[] sites in reach
    kernel: np.ndarray  # f8[] kernel exp(-d / reach)
    cell_start: np.ndarray  # i8[sites + 1]
    cell: np.ndarray  # i8[] cells in reach
    cell_share: np.ndarray  # f8[] share of a patrol's time spent there, sums to 1 per site


class Reach(NamedTuple):
    """How far armed groups reach politically, never written."""

    start: np.ndarray  # i8[sites + 1]
    place: np.ndarray  # i8[] communities within the far distance of the site, ascending
    km: np.ndarray  # f8[] foot-equivalent km
    # L = exp(-km / reach), 0 beyond three lengths; reduced over a boundary river, and 0 between
    # other countries
    share: np.ndarray  # f8[]
    people: np.ndarray  # f8[communities] sum over communities of people on the first day x L


class Routes(NamedTuple):
    """The route library, never written. The routes of a cluster stand together, in rows
    `first_route` to `end_route - 1` of its market."""

    start: np.ndarray  # i8[routes + 1] into the steps
    cell: np.ndarray  # i8[steps] -1 on a connector
    days: np.ndarray  # f8[steps]
    leg: np.ndarray  # i8[steps]
    onward: np.ndarray  # i8[steps] the step at which the route enters its next leg, or ends
    exposed: np.ndarray  # i8[steps] 1 on Peruvian soil or water


class Along(NamedTuple):
    """The communities whose land each route crosses, never written."""

    start: np.ndarray  # i8[routes + 1]
    place: np.ndarray  # i8[] each community once per route, in the order of the way


class RouteFacts(NamedTuple):
    """Fixed facts of each route, never written."""

    origin: np.ndarray  # i8[routes] cluster
    exit: np.ndarray  # i8[routes]
    mode: np.ndarray  # i8[routes] ON_FOOT .. BY_AIR
    cost: np.ndarray  # f8[routes] USD per kg
    days: np.ndarray  # f8[routes]
    start_class: np.ndarray  # i8[routes] START_AIR .. START_NORTH, -1 outside the VRAEM


class Legs(NamedTuple):
    """The legs that routes share. A dated event sets `route_effort`; no day writes any of it."""

    theatre: np.ndarray  # i8[legs]
    start: np.ndarray  # i8[legs + 1]
    cell: np.ndarray  # i8[]
    on_route: np.ndarray  # i8[routes, 4] 1 where the route crosses the theatre
    risk: np.ndarray  # f8[legs] exogenous seizure probability of a connector
    route_effort: np.ndarray  # f8[routes] unseen searchers of a whole route (a dated event)


class Today(NamedTuple):
    """The date, the key of the run's random draws, and what the scenario sets at present."""

    key: np.uint64
    t: int  # counted from the first day of the burn-in
    held: int  # 1 in the burn-in, while numbers are held at their start
    weekly: bool  # whether weekly mechanisms act today
    day_of_year: int  # [0, 365)
    levers: Table  # one row: what the scenario sets
    opening: int  # 1 up to and on day 0, while what later days are measured by is set


class Diary(NamedTuple):
    """Where a day writes its counts and single events, and the status that can end a stretch of
    days."""

    tally: np.ndarray  # f8[quantities, places]
    events: Table
    status: np.ndarray  # i8[3] see `event_log`


class Bench(NamedTuple):
    """Work space of the day, allocated once. Each call fills what it uses and leaves nothing for
    the next call to read."""

    post_need: np.ndarray  # f8[sites, 4]
    pair_per_site: np.ndarray  # f8[sites, 2]
    per_site: np.ndarray  # f8[sites]
    per_cell: np.ndarray  # f8[cells]
    per_theatre: np.ndarray  # f8[4]
    per_cluster: np.ndarray  # f8[clusters, 3]
    per_leg: np.ndarray  # f8[legs, 2]
    per_party: np.ndarray  # f8[sites, PARTIES]
