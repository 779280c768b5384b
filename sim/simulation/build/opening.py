"""The opening position: who and what stands where on the first day. Each function fills one table; draws are keyed by what they place."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.errors import UserError
from sim.geography.map import COUNTRIES, Map, plain
from sim.geography.routes import CLUSTERS
from sim.geography.routes import Routes as Library
from sim.machine.addition import added
from sim.model.chance import BUILD_LAB, BUILD_NETWORK, U, child_uid, uniform
from sim.model.day import Parameters
from sim.model.mechanisms.trade.crops import bearing
from sim.model.rules.firms import owner_of
from sim.model.state import arrays
from sim.model.state.agents import (
    BASINS,
    COCAINE_LAB,
    COGNITIONS,
    DISSIDENT,
    LATEX_POINT,
    MISSIONS,
    MPCP,
    PERU,
    POSTED,
    STRIP,
    UNIT_KINDS,
    ArmedGroup,
    Basin,
    Community,
    Laboratory,
    Levers,
    Market,
    Network,
    Partner,
    Table,
    Theatre,
    Unit,
    table,
)
from sim.model.state.arrays import Border, Commerce
from sim.model.state.world import World
from sim.names import CAJAMARCA, HCL, LATEX, LORETO, MODELLED_THEATRES, THEATRES, VRAEM
from sim.simulation.situation import places_of
from sim.strategies.tasking import assign

SPARE_GROUPS = 8  # rows for groups that come later; the table grows between stretches
ROOTS = {
    "unit": U(1),
    "group": U(2),
    "network": U(3),
    "lab": U(4),
    "community": U(5),
}  # parents of the first generation's uids
# zones that a firm of the pattern trades in; the pattern repeats every 20 firms. Three work in both theatres.
VALLEY, AMAZON = ("vraem",), ("bajo_amazonas",)
FIRMS = (
    VALLEY,
    VALLEY,
    AMAZON,
    VALLEY,
    ("vraem", "bajo_amazonas"),
    VALLEY,
    ("putumayo",),
    VALLEY,
    ("condorcanqui", "maranon"),
    VALLEY,
    ("cajamarca",),
    ("vraem", "ucayali"),
    AMAZON,
    VALLEY,
    ("putumayo",),
    VALLEY,
    ("condorcanqui", "maranon", "cajamarca"),
    ("ucayali",),
    ("vraem", "putumayo"),
    AMAZON,
)
FOREIGN = (2, 6, 12, 17)  # of the pattern, those run from Colombia or Brazil


def uid_of(kind: str, ordinal: int, family: int = 0) -> np.uint64:
    """uid of a founder: counted within its family (theatre and kind, say), so that more of one family renames nobody of another."""
    return U(child_uid(ROOTS[kind], family, ordinal))


def spread_whole(total: int, parts: int) -> np.ndarray:
    """`total` people over `parts` units as evenly as whole numbers allow."""
    return (
        np.array([total // parts + (1 if i < total % parts else 0) for i in range(parts)])
        if parts
        else np.zeros(0, int)
    )


def share_out(total: float, weight: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Spread `total` by weight, none above its room; what does not fit is spread again over those with room left."""
    given = np.zeros(len(weight))
    for _ in range(50):
        open_ = np.where(given < room - 1e-9, weight, 0.0)
        left = total - given.sum()
        if left <= 1e-9 or open_.sum() <= 0:
            break
        given = np.minimum(room, given + left * open_ / open_.sum())
    return given


def parts(
    here: np.ndarray, department: np.ndarray, start: dict[str, float]
) -> list[tuple[float, np.ndarray]]:
    """Parts of a zone with their shares of its coca: by department where the published table tells the zone's apart, else the whole."""
    told = {
        "ayacucho": start["coca_ayacucho_ha"],
        "junin": start["coca_junin_ha"],
        "cusco": start["coca_cusco_ha"],
    }
    inside = {name: np.where(department == name, here, 0.0) for name in told}
    if not here.any() or added(part.sum() for part in inside.values()) < 0.9 * here.sum():
        return [(1.0, here)]
    total = added(told[name] for name, part in inside.items() if part.any())
    return [(told[name] / total, part) for name, part in inside.items() if part.any()]


def communities(
    scenario: Any,
    map_: Map,
    site_cluster: np.ndarray,
    nearest_site: np.ndarray,
    start: dict[str, float],
) -> Table:
    """Settlements and hamlets with their people and fields. `site_cluster` is the production cluster of each of them (-1: none),
    `nearest_site` the community to which each cell of the map belongs (-1: none). Hectares of a zone go to the communities whose
    cluster lies in it, by suitable land; zones that the map cannot hold in full are reported by UserError."""
    n = map_.n_communities
    towns = table(Community, n)
    held = nearest_site >= 0
    land = np.bincount(nearest_site[held], (map_.coca_suitability * map_.area_km2 * 100)[held], n)
    high = np.bincount(nearest_site[held], (map_.poppy_share * map_.area_km2 * 100)[held], n)
    people = np.array([float(place.population) for place in map_.settlements[:n]])
    theatre = np.array([place.theatre for place in map_.settlements[:n]])
    zone = np.array([CLUSTERS[c].zone if c >= 0 else "" for c in site_cluster])
    towns.cell = [place.cell for place in map_.settlements[:n]]
    towns.theatre = theatre
    towns.cluster = np.maximum(site_cluster, 0)
    towns.population = people
    towns.ronda = theatre == CAJAMARCA
    towns.cooperation = start["cooperation"]
    towns.goodwill = start["cooperation"]
    towns.cooperation_0 = start["cooperation"]
    towns.services = [
        start["services_town"] if place.kind == "town" else start["services_hamlet"]
        for place in map_.settlements[:n]
    ]
    valley = theatre == VRAEM
    towns.committee = np.where(
        valley, start["committee_members"] * people / max(people[valley].sum(), 1.0), 0.0
    )
    towns.vigour = start["vigour"]
    towns.coca_max = np.where(zone == "cajamarca", 0.0, start["land_share"] * land)
    department = np.array([plain(place.department) for place in map_.settlements[:n]])
    for name, hectares in scenario.crops.coca_ha.model_dump().items():
        here = np.where(zone == name, 1.0, 0.0)
        given = np.zeros(n)
        for share, part in parts(here, department, start):
            given += share_out(hectares * share, part * land, part * towns.coca_max)
        if given.sum() < hectares - 1.0:
            raise UserError(
                f"crops.coca_ha.{name}: the map's suitable land holds {given.sum():,.0f} ha (got {hectares:,.0f})"
            )
        towns.coca += given * (1.0 - start["young_share"])
        towns.coca_young += given * start["young_share"]
    band = np.where(theatre == CAJAMARCA, high, 0.0)
    towns.poppy_max = start["poppy_land_share"] * band
    hectares = scenario.crops.poppy_ha.cajamarca
    towns.poppy = share_out(hectares, band, towns.poppy_max)
    if towns.poppy.sum() < hectares - 1.0:
        raise UserError(
            f"crops.poppy_ha.cajamarca: the poppy band holds {towns.poppy.sum():,.0f} ha (got {hectares:,.0f})"
        )
    return towns


def name_communities(towns: Table) -> None:
    """Give each community its uid. This is apart, since it calls compiled code, and a check of a scenario is to compile nothing."""
    towns.uid = [uid_of("community", i) for i in range(len(towns))]


def young_coca(towns: Table, p: Any) -> np.ndarray:
    """Coca that does not bear yet, by week of planting: f8[communities, AGES, 2], with the ages that planting at an even pace leaves."""
    ages = np.arange(1, arrays.AGES)
    left = np.array(
        [1.0 - bearing(age - 1.0, float(p.maturation_weeks), float(p.ramp_weeks)) for age in ages]
    )
    young = np.zeros((len(towns), arrays.AGES, 2))
    young[:, -ages % arrays.AGES, 0] = towns.coca_young[:, None] * left / left.sum()
    return young


def markets(
    scenario: Any,
    towns: Table,
    library: Library,
    commerce: Commerce,
    parameters: Parameters,
    start: dict[str, float],
) -> Table:
    """Production clusters with a stock of some weeks of flow."""
    rows = table(Market, len(library.cluster_names))
    p, q = parameters.processing[0], parameters.market[0]
    for c, zone in enumerate(library.cluster_zone):
        m, here = rows[c], towns.cluster == c
        m.theatre = commerce.cluster_theatre[c]
        m.product = LATEX if zone == "cajamarca" else HCL
        m.first_route, m.end_route = np.searchsorted(library.origin, (c, c + 1))
        if m.product == LATEX:
            yearly = towns.poppy[here].sum() * p.latex_kg_ha * p.harvests_poppy
        else:
            yearly = (
                towns.coca[here].sum()
                * (p.leaf_vraem_kg_ha if m.theatre == VRAEM else p.leaf_north_kg_ha)
                / p.leaf_per_kg
            )
        if zone == "ucayali":
            m.inflow_kg_day = scenario.inflow.background_kg_per_year / 365.0
            yearly = scenario.inflow.background_kg_per_year
        m.outflow = yearly / 52.0
        m.stock_kg = q.target_weeks * m.outflow
        m.price = start["latex_price_usd"] if m.product == LATEX else start["price_usd"]
        m.price_leaf = q.leaf_share * m.price / p.leaf_per_kg
    return rows


def groups(
    scenario: Any,
    towns: Table,
    sites: arrays.Sites,
    border: Border,
    start: dict[str, float],
    key: np.uint64,
) -> Table:
    """Columns in the VRAEM's coca hamlets far from towns; cells along the Colombian line, a share of them across it."""
    enemy = scenario.enemy
    founders = enemy.mpcp_groups + enemy.dissident_groups
    rows = table(ArmedGroup, 2 * founders + SPARE_GROUPS)
    remote = np.sqrt(towns.coca + 1.0) / (1.0 + towns.population / 1000.0)
    colombia = COUNTRIES.index("colombia")
    refuge = border.refuge[: len(towns)]
    at_line = (
        (towns.theatre == LORETO)
        & (refuge >= 0)
        & (sites.country[np.maximum(refuge, 0)] == colombia)
    )
    where = {
        MPCP: np.where(towns.theatre == VRAEM, remote, 0.0),
        DISSIDENT: np.where(at_line, remote, 0.0),
    }
    for g in range(founders):
        kind = MPCP if g < enemy.mpcp_groups else DISSIDENT
        ordinal = g if kind == MPCP else g - enemy.mpcp_groups
        number = enemy.mpcp_groups if kind == MPCP else enemy.dissident_groups
        fighters = enemy.mpcp_fighters if kind == MPCP else enemy.dissident_fighters
        row = rows[g]
        row.alive = 1
        row.uid = uid_of("group", ordinal, kind)
        row.kind = kind
        cumulative = np.cumsum(where[kind])
        if cumulative[-1] <= 0:
            raise UserError(
                f"enemy: the map has no place for {'mpcp' if kind == MPCP else 'dissident'} groups"
            )
        row.site = int(
            np.searchsorted(
                cumulative,
                uniform(key, BUILD_NETWORK, 0, row.uid, 0) * cumulative[-1],
                side="right",
            )
        )
        if kind == DISSIDENT and ordinal < round(start["abroad_share"] * number):
            row.site = border.refuge[row.site]
        row.country = sites.country[row.site]
        row.fighters = spread_whole(fighters, number)[ordinal]
        row.supporters = row.fighters * start["supporters_per_fighter"]
    return rows


def networks(
    scenario: Any, library: Library, border: Border, key: np.uint64
) -> tuple[Table, np.ndarray]:
    """Firms and their shares of each cluster's trade, with as many rows again for those into which they may split.
    book: f8[networks, clusters, BOOK_COLUMNS]."""
    n, clusters = scenario.enemy.networks, len(library.cluster_names)
    rows = table(Network, 2 * n)
    book = np.zeros((2 * n, clusters, arrays.BOOK_COLUMNS))
    for i in range(n):
        row = rows[i]
        row.alive = 1
        row.uid = uid_of("network", i)
        row.load_scale = row.capacity_left = 1.0
        for c, zone in enumerate(library.cluster_zone):
            if zone in FIRMS[i % len(FIRMS)]:
                book[i, c, arrays.CAPACITY] = 0.5 + uniform(key, BUILD_NETWORK, 0, row.uid, 1 + c)
                row.hub = library.cluster_site[c] if row.hub == 0 else row.hub
        row.foreign = int(i % len(FIRMS) in FOREIGN)
        if row.foreign and border.refuge[row.hub] >= 0:
            row.hub = border.refuge[row.hub]
    for c in range(clusters):
        if book[:, c, arrays.CAPACITY].sum() == 0.0:  # few firms: somebody buys everywhere
            book[c % n, c, arrays.CAPACITY] = 1.0
        book[:, c, arrays.CAPACITY] /= book[:, c, arrays.CAPACITY].sum()
    book[:, :, arrays.WHOLE] = book[:, :, arrays.CAPACITY]
    return rows, book


def open_routes(book: np.ndarray, facts: arrays.RouteFacts, most: float) -> np.ndarray:
    """The routes that firms keep open at first: the cheapest of each exit and mode, then the next, up to `most` per cluster."""
    opened = np.zeros((len(book), len(facts.origin)))
    for c in range(book.shape[1]):
        mine = np.flatnonzero(facts.origin == c)
        rank: dict[int, int] = {}
        for r in sorted(mine, key=lambda r: (facts.cost[r], r)):
            kind = (int(facts.exit[r]), int(facts.mode[r]))
            rank[int(r)] = sum(
                (int(facts.exit[other]), int(facts.mode[other])) == kind for other in rank
            )
        first = sorted(rank, key=lambda r: (rank[r], r))[
            : int(max(most, sum(1 for k in rank.values() if k == 0)))
        ]
        for n in np.flatnonzero(book[:, c, arrays.CAPACITY] > 0):
            opened[n, first] = 1.0
    return opened


def labs(
    towns: Table,
    rows_market: Table,
    book: np.ndarray,
    ground: arrays.Ground,
    parameters: Parameters,
    start: dict[str, float],
    key: np.uint64,
) -> Table:
    """Laboratories near the coca, latex points near the poppy, strips in the VRAEM's clusters; and rows for those that will be started."""
    plan: list[tuple[int, int]] = []  # kind, cluster
    p = parameters.processing[0]
    coca = np.array([towns.coca[towns.cluster == c].sum() for c in range(len(rows_market))])
    poppy = np.array([towns.poppy[towns.cluster == c].sum() for c in range(len(rows_market))])
    valley = np.array([m.theatre == VRAEM and m.product == HCL for m in rows_market])
    latex = np.array([m.product == LATEX for m in rows_market])
    number = np.where(
        valley,
        start["labs_vraem"] * coca / max(coca[valley].sum(), 1.0),
        start["labs_per_1000_ha"] * coca / 1000.0,
    )
    for c in range(len(rows_market)):
        if latex[c]:
            part = poppy[c] / max(poppy[latex].sum(), 1.0)
            plan += [(LATEX_POINT, c)] * max(1, round(start["latex_points"] * part))
        elif coca[c] > 0:
            plan += [(COCAINE_LAB, c)] * max(1, round(number[c]))
            plan += [(STRIP, c)] * (round(start["strips_per_cluster"]) if valley[c] else 0)
    rows = table(Laboratory, len(plan) + len(plan) // 2 + 8)
    count = {kind_cluster: plan.count(kind_cluster) for kind_cluster in set(plan)}
    cells_of = [np.flatnonzero(ground.community == i) for i in range(len(towns))]
    all_poppy = towns.poppy.sum()
    for j, (kind, c) in enumerate(plan):
        row = rows[j]
        ordinal = plan[:j].count((kind, c))
        row.alive, row.uid, row.kind, row.cluster = (
            1,
            uid_of("lab", ordinal, 100 * kind + c),
            kind,
            c,
        )
        weight = np.cumsum(
            np.where(
                towns.cluster == c,
                towns.poppy + 1e-3 if kind == LATEX_POINT else towns.coca + 1e-3,
                0.0,
            )
        )
        row.site = int(
            np.searchsorted(
                weight, uniform(key, BUILD_LAB, 0, row.uid, 0) * weight[-1], side="right"
            )
        )
        cells = cells_of[row.site]
        row.cell = (
            cells[int(uniform(key, BUILD_LAB, 0, row.uid, 1) * len(cells))]
            if len(cells)
            else towns.cell[row.site]
        )
        row.owner = (
            -1 if kind == STRIP else owner_of(book, c, uniform(key, BUILD_LAB, 0, row.uid, 2))
        )
        if kind == LATEX_POINT:  # poppy of other clusters comes here too
            daily = all_poppy * p.latex_kg_ha * p.harvests_poppy / 365.0
        else:
            per_ha = p.leaf_vraem_kg_ha if rows_market[c].theatre == VRAEM else p.leaf_north_kg_ha
            daily = coca[c] * per_ha / p.leaf_per_kg / 365.0
        row.capacity = start["capacity_slack"] * daily / count[(kind, c)]
    return rows


def partners(sites: arrays.Sites, start: dict[str, float]) -> Table:
    """Each neighbour's people, spread evenly over its towns in the strip."""
    strip = np.flatnonzero((sites.country != PERU) & (sites.cell >= 0))
    named = [
        (COUNTRIES.index(name.removeprefix("partner_")), people)
        for name, people in start.items()
        if name.startswith("partner_")
    ]
    posts = [
        (s, country, people)
        for country, people in named
        for s in strip[sites.country[strip] == country]
    ]
    rows = table(Partner, len(posts))
    for row, (s, country, people) in zip(rows, posts):
        row.site, row.country = s, country
        row.presence = people / (sites.country[strip] == country).sum()
    return rows


def theatres(scenario: Any) -> Table:
    rows = table(Theatre, 4)
    rows.foot = rows.road = rows.flying = 1.0
    for code, name in enumerate(MODELLED_THEATRES, VRAEM):
        force = getattr(scenario.forces, name)
        row = rows[code]
        row.lorries, row.boats = force.lorries, force.boats
        row.flight_hours_day = (
            scenario.forces.flight_hours_per_year / 365.0 * force.helicopter_share
        )
        row.eradicate_ha_year = getattr(scenario.eradication.ha_per_year, name)
    flown = added(float(row.flight_hours_day) for row in rows)
    rows[0].flight_hours_day = max(
        scenario.forces.flight_hours_per_year / 365.0 - flown, 0.0
    )  # in the rest of the country
    return rows


def basins() -> Table:
    rows = table(Basin, len(BASINS))
    rows.pace = rows.load = 1.0
    return rows


def levers(scenario: Any) -> Table:
    rows = table(Levers, 1)
    row = rows[0]
    burn_in = scenario.time.burn_in_days
    until = scenario.secrecy.until_day
    row.secrecy = scenario.secrecy.level
    row.secrecy_until = burn_in + (until if until is not None else 1_000_000)
    level = scenario.secrecy.until_seized_kg
    row.secrecy_until_kg = 1e18 if level is None else level
    row.coordination = scenario.partner.coordination
    row.suspended = int(scenario.partner.suspended)
    row.unified = int(scenario.mandate.unified_command)
    row.outbound = 1.0
    row.police_only = int(scenario.mandate.detain == "pnp")
    row.cognition = COGNITIONS.index(scenario.enemy.cognition)
    row.burn_in = burn_in
    day_0 = scenario.time.start_date.timetuple().tm_yday
    row.first_day_of_year = (day_0 - burn_in - 1) % 365 + 1
    return rows


def packages(
    scenario: Any, name: str, start: dict[str, float], crops: Any
) -> list[tuple[str, int]]:
    """(kind, people) of every unit of a theatre, with as many clearing teams as do the programme in their 20 weeks."""
    season_ha = float(crops.team_ha_day * crops.work_days * 20.0)
    force = getattr(scenario.forces, name)
    people = {
        "line": force.soldiers - force.special - force.river_infantry,
        "special": force.special,
        "river_infantry": force.river_infantry,
        "police": force.police - force.antinarcotics,
        "antinarcotics": force.antinarcotics,
        "eradication": round(crops.team_people)
        * math.ceil(getattr(scenario.eradication.ha_per_year, name) / season_ha),
    }
    found = []
    for kind in UNIT_KINDS:
        parts = math.ceil(people[kind] / start["package_people"]) if people[kind] else 0
        found += [(kind, int(size)) for size in spread_whole(people[kind], parts)]
    return found


def units(world: World, start: dict[str, float]) -> Table:
    """Every package at its first posting, by the tasking of its theatre; none is over 30 people and none is empty."""
    scenario = world.scenario
    planned = {
        name: packages(scenario, name, start, world.parameters.crops[0])
        for name in MODELLED_THEATRES
    }
    rows = table(Unit, sum(len(found) for found in planned.values()))
    at = places_of(world)
    tasking = {
        name: scenario.strategy.tasking_vraem
        if name == "vraem"
        else scenario.strategy.tasking_border
        for name in MODELLED_THEATRES
    }
    i = 0
    for name, found in planned.items():
        first = i
        for kind, size in found:
            row = rows[i]
            code = UNIT_KINDS.index(kind)
            row.alive, row.uid, row.kind = (
                1,
                uid_of(
                    "unit",
                    i - first - sum(k != kind for k, _ in found[: i - first]),
                    16 * THEATRES.index(name) + code,
                ),
                code,
            )
            row.soldiers = row.established = size
            row.order_site, row.status = -1, POSTED
            row.readiness, row.knowledge, row.sustained = start["readiness"], 1.0, 1.0
            row.stock_kg = (
                float(
                    world.parameters.sustainment.stock_days[0]
                    * world.parameters.sustainment.ration_kg[0]
                )
                * size
            )
            i += 1
        of = {int(rows[j].uid): j for j in range(first, i)}
        # with `none` it is the redeployed units that get no task; those already at the border keep the chokepoints
        stand = "chokepoint" if tasking[name] == "none" else tasking[name]
        chance = opening_chance(world.key)
        for uid, site, mission in assign(
            stand,
            name,
            [(int(rows[j].uid), UNIT_KINDS[rows[j].kind]) for j in range(first, i)],
            at,
            None,
            chance,
            world.days_surface,
        ):
            row = rows[of[uid]]
            row.home = row.posting = site
            row.mission = MISSIONS.index(mission)
    return rows


def opening_chance(key: np.uint64) -> Any:
    """Draws of the first postings."""

    def chance(k: int) -> float:
        with np.errstate(over="ignore"):
            return float(uniform(key, BUILD_NETWORK, 1, U(0), k))

    return chance
