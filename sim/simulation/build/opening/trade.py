"""The drug trade on the first day: markets, networks, open routes and laboratories."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.geography.routes import Routes as Library
from sim.model.chance import BUILD_LAB, BUILD_NETWORK, uniform
from sim.model.day import Parameters
from sim.model.rules.firms import owner_of
from sim.model.state import arrays
from sim.model.state.agents import (
    COCAINE_LAB,
    LATEX_POINT,
    STRIP,
    Laboratory,
    Market,
    Network,
    Table,
    table,
)
from sim.names import HCL, LATEX, VRAEM
from sim.simulation.build.opening.founders import uid_of

SPARE_LABS = 8  # free rows, beside half of the first laboratories, for those started later
KIND_STEP = 100  # more than there are clusters, so that each kind and cluster has a number
LEAST_AREA_HA = 1e-3  # so that a cluster without fields can have a laboratory
# The zones in which each firm trades; the pattern repeats every 20 firms. Three work in both
# theatres.
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
FOREIGN = (2, 6, 12, 17)  # firms of the pattern that are run from Colombia or Brazil


def markets(
    scenario: Any,
    towns: Table,
    library: Library,
    commerce: arrays.Commerce,
    parameters: Parameters,
    start: dict[str, float],
) -> Table:
    """Return the production clusters with a stock of some weeks of flow."""
    rows = table(Market, len(library.cluster_names))
    processing, market = parameters.processing[0], parameters.market[0]
    for c, zone in enumerate(library.cluster_zone):
        m, here = rows[c], towns.cluster == c
        m.theatre = commerce.cluster_theatre[c]
        m.product = LATEX if zone == "cajamarca" else HCL
        m.first_route, m.end_route = np.searchsorted(library.origin, (c, c + 1))
        if m.product == LATEX:
            yearly = towns.poppy[here].sum() * processing.latex_kg_ha * processing.harvests_poppy
        else:
            yearly = towns.coca[here].sum() * leaf_kg_ha(m, processing) / processing.leaf_per_kg
        if zone == "ucayali":
            m.inflow_kg_day = scenario.inflow.background_kg_per_year / 365.0
            yearly = scenario.inflow.background_kg_per_year
        m.outflow = yearly / 52.0
        m.stock_kg = market.target_weeks * m.outflow
        m.price = start["latex_price_usd"] if m.product == LATEX else start["price_usd"]
        m.price_leaf = market.leaf_share * m.price / processing.leaf_per_kg
    return rows


def leaf_kg_ha(market: Any, processing: Any) -> float:
    """Return the yearly yield of leaf in the theatre of a market [kg/ha]."""
    in_valley = market.theatre == VRAEM
    return processing.leaf_vraem_kg_ha if in_valley else processing.leaf_north_kg_ha


def networks(
    scenario: Any, library: Library, border: arrays.Border, key: np.uint64
) -> tuple[Table, np.ndarray]:
    """Return the firms and their shares of each cluster's trade.

    There are as many rows again, for the firms into which they may split. The shares are the book:
    f8[networks, clusters, BOOK_COLUMNS].
    """
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
        # Where there are few firms, a cluster would have no buyer: one of them buys there.
        if book[:, c, arrays.CAPACITY].sum() == 0.0:
            book[c % n, c, arrays.CAPACITY] = 1.0
        book[:, c, arrays.CAPACITY] /= book[:, c, arrays.CAPACITY].sum()
    book[:, :, arrays.WHOLE] = book[:, :, arrays.CAPACITY]
    return rows, book


def open_routes(book: np.ndarray, route_facts: arrays.RouteFacts, most: float) -> np.ndarray:
    """Return which routes each firm keeps open at first. f8[networks, routes]

    They are the cheapest of each exit and mode, then the second cheapest, up to `most` per cluster.
    """
    opened = np.zeros((len(book), len(route_facts.origin)))
    ways = list(zip(route_facts.exit.tolist(), route_facts.mode.tolist()))
    for c in range(book.shape[1]):
        mine = np.flatnonzero(route_facts.origin == c)
        rank: dict[int, int] = {}
        for r in sorted(mine.tolist(), key=lambda r: (route_facts.cost[r], r)):
            rank[r] = sum(ways[other] == ways[r] for other in rank)
        cheapest = sum(1 for k in rank.values() if k == 0)
        first = sorted(rank, key=lambda r: (rank[r], r))[: int(max(most, cheapest))]
        for n in np.flatnonzero(book[:, c, arrays.CAPACITY] > 0):
            opened[n, first] = 1.0
    return opened


def labs(
    towns: Table,
    markets_: Table,
    book: np.ndarray,
    ground: arrays.Ground,
    parameters: Parameters,
    start: dict[str, float],
    key: np.uint64,
) -> Table:
    """Return laboratories near the coca, latex points near the poppy, and strips in the VRAEM.

    Free rows are left for laboratories that will be started.
    """
    plan: list[tuple[int, int]] = []  # kind, cluster
    p = parameters.processing[0]
    clusters = range(len(markets_))
    coca = np.array([towns.coca[towns.cluster == c].sum() for c in clusters])
    poppy = np.array([towns.poppy[towns.cluster == c].sum() for c in clusters])
    valley = np.array([m.theatre == VRAEM and m.product == HCL for m in markets_])
    latex = np.array([m.product == LATEX for m in markets_])
    number = np.where(
        valley,
        start["labs_vraem"] * coca / max(coca[valley].sum(), 1.0),
        start["labs_per_1000_ha"] * coca / 1000.0,
    )
    for c in clusters:
        if latex[c]:
            part = poppy[c] / max(poppy[latex].sum(), 1.0)
            plan += [(LATEX_POINT, c)] * max(1, round(start["latex_points"] * part))
        elif coca[c] > 0:
            plan += [(COCAINE_LAB, c)] * max(1, round(number[c]))
            plan += [(STRIP, c)] * (round(start["strips_per_cluster"]) if valley[c] else 0)
    rows = table(Laboratory, len(plan) + len(plan) // 2 + SPARE_LABS)
    count = {kind_cluster: plan.count(kind_cluster) for kind_cluster in set(plan)}
    cells_of = [np.flatnonzero(ground.community == i) for i in range(len(towns))]
    all_poppy = towns.poppy.sum()
    for j, (kind, c) in enumerate(plan):
        row = rows[j]
        ordinal = plan[:j].count((kind, c))
        row.alive, row.kind, row.cluster = 1, kind, c
        row.uid = uid_of("lab", ordinal, KIND_STEP * kind + c)
        fields = (towns.poppy if kind == LATEX_POINT else towns.coca) + LEAST_AREA_HA
        weight = np.cumsum(np.where(towns.cluster == c, fields, 0.0))
        drawn = uniform(key, BUILD_LAB, 0, row.uid, 0) * weight[-1]
        row.site = int(np.searchsorted(weight, drawn, side="right"))
        cells = cells_of[row.site]
        if len(cells):
            row.cell = cells[int(uniform(key, BUILD_LAB, 0, row.uid, 1) * len(cells))]
        else:
            row.cell = towns.cell[row.site]
        if kind == STRIP:
            row.owner = -1
        else:
            row.owner = owner_of(book, c, uniform(key, BUILD_LAB, 0, row.uid, 2))
        if kind == LATEX_POINT:  # it also takes poppy of other clusters
            daily = all_poppy * p.latex_kg_ha * p.harvests_poppy / 365.0
        else:
            daily = coca[c] * leaf_kg_ha(markets_[c], p) / p.leaf_per_kg / 365.0
        row.capacity = start["capacity_slack"] * daily / count[(kind, c)]
    return rows
