"""The drug trade at the opening: markets, networks, routes and laboratories."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.geography.routes import Routes as Library
from sim.model.chance import BUILD_LAB, BUILD_NETWORK, uniform
from sim.model.day import Lines, Parameters
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


def markets(
    scenario: Any,
    towns: Table,
    library: Library,
    lines: Lines,
    parameters: Parameters,
    start: dict[str, float],
) -> Table:
    """Production clusters with a stock of some weeks of flow."""
    rows = table(Market, len(library.cluster_names))
    p, q = parameters.processing[0], parameters.market[0]
    for c, zone in enumerate(library.cluster_zone):
        m, here = rows[c], towns.cluster == c
        m.theatre = lines.cluster_theatre[c]
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


def networks(
    scenario: Any, library: Library, lines: Lines, key: np.uint64
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
        if row.foreign and lines.refuge[row.hub] >= 0:
            row.hub = lines.refuge[row.hub]
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
