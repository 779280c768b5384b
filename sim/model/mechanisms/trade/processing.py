"""4.12 Processing: from leaf to hydrochloride, from capsule to latex; laboratories that are
started, rebuilt and moved.

Reads: communities (coca, poppy), labs, trade.book, networks (uid). Writes: markets (leaf_kg,
stock_kg), labs, tally. Daily; new laboratories weekly. Chance: NEW_LAB, LAB_OWNER, LAB_SITE.

All cocaine is counted in hydrochloride equivalent, 375 kg of leaf per kg (F0262). Coca yields 3,600
kg of leaf per ha and year in the VRAEM (F0259) and 2,300 elsewhere (F0260). Traditional use takes
10,891 t of leaf a year in the country (F0267), .05 of it from the VRAEM. Poppy yields 8 kg of latex
per hectare and harvest (F0389), with two harvests a year (F0399): it is sown with the rains and
again at their end, and lanced about mid-April and mid-October, spread over some weeks because not
all growers sow at once. Open laboratories share the leaf in proportion to capacity. They keep the
product for some days, and lose it when they are found.

A laboratory belongs to a firm, drawn by its share of the cluster's trade. Where more than
`leaf_wait_weeks` of harvest lie unprocessed, Poisson(`expansion` x laboratories there) are started
a week, each as large as their mean. The owner of a destroyed laboratory rebuilds it after a time
drawn in `detection.py`, at another community of its cluster, drawn by fields. The site of a new one
is drawn in the same way.

Left out: the cost of a laboratory; owners who give one up; communities that refuse one; what owners
believe about patrols at a site, since firms have beliefs about routes, not places (they only avoid
the place where they were found).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.model.chance import LAB_OWNER, LAB_SITE, NEW_LAB, U, child_uid, poisson, uniform
from sim.model.compile import loop, rule
from sim.model.rules.firms import owner_of
from sim.model.state.agents import (
    COCAINE_LAB,
    LATEX_POINT,
    STRIP,
    Community,
    Laboratory,
    Market,
)
from sim.model.state.arrays import Actors, Bench, Diary, Ground, Ints, Places, Today, Trade
from sim.model.state.clock import harvest
from sim.model.state.counts import HARVESTED, INFLOW, LABS_STARTED, TRADITIONAL
from sim.model.state.event_log import FULL, LABS_FULL
from sim.model.state.rows import free_row
from sim.names import LATEX, VRAEM

MOST_IN_A_WEEK = 16  # new laboratories of one cluster
# First ordinal of laboratories among a firm's children. Loads have the numbers of clusters, which
# are far below.
FIRST_LAB = 32_768


class Parameters:
    leaf_vraem_kg_ha: float  # kg/ha-year: dry leaf of a VRAEM hectare
    leaf_north_kg_ha: float  # kg/ha-year: dry leaf of a hectare elsewhere
    leaf_per_kg: float  # kg: leaf per kg of hydrochloride
    traditional_kg_year: float  # kg/year: leaf chewed and used in the country
    traditional_vraem: float  # share: share of it that the VRAEM supplies
    latex_kg_ha: float  # kg/ha-harvest: latex of a hectare and harvest
    harvests_poppy: float  # per year: poppy harvests a year
    poppy_harvest_day: float  # day of year: middle of the first latex harvest of the year
    poppy_harvest_days: float  # days: days over which a latex harvest is spread
    hold_days: float  # days: days that product lies in a laboratory
    leaf_wait_weeks: float  # weeks: weeks of harvest that may wait before laboratories are started
    # per week: laboratories started a week, per laboratory there, while leaf waits
    expansion: float


@rule
def count_in(markets: Sequence[Market], theatre: int) -> int:
    """Return the number of clusters in a theatre."""
    n = 0
    for c in range(len(markets)):
        if markets[c].theatre == theatre:
            n += 1
    return n


@rule
def fields_for(town: Community, lab: Laboratory) -> float:
    """Return the fields that draw a laboratory to a community of its cluster: coca, or poppy for a
    latex point."""
    if town.cluster != lab.cluster:
        return 0.0
    return 1e-3 + (town.poppy if lab.kind == LATEX_POINT else town.coca)


@rule
def settle_in(
    lab: Laboratory,
    communities: Sequence[Community],
    cell_community: Ints,
    key: np.uint64,
    t: int,
    opens: int,
) -> None:
    """Choose the laboratory's next site by the fields of its cluster, and a cell of the land there.
    The site where it was found is excluded, unless there is no other."""
    found_at = lab.site
    total = 0.0
    for i in range(len(communities)):
        total += fields_for(communities[i], lab) if i != found_at else 0.0
    mark = uniform(key, LAB_SITE, t, lab.uid, 0) * total
    for i in range(len(communities)):
        here = fields_for(communities[i], lab) if i != found_at else 0.0
        if here > 0.0:
            lab.site = i
            mark -= here
            if mark < 0.0:
                break
    cells = 0
    for c in range(len(cell_community)):
        if cell_community[c] == lab.site:
            cells += 1
    pick = int(uniform(key, LAB_SITE, t, lab.uid, 1) * cells)
    lab.cell = communities[lab.site].cell
    for c in range(len(cell_community)):
        if cell_community[c] == lab.site:
            if pick == 0:
                lab.cell = c
            pick -= 1
    lab.opened = opens


@loop
def processing(
    actors: Actors,
    places: Places,
    bench: Bench,
    parameters: Any,
    latex_cluster: int,
    today: Today,
    diary: Diary,
) -> None:
    """Run one day. open_capacity: f8[clusters] work space."""
    t = today.t
    tally = diary.tally
    labs = actors.labs
    communities, markets = places.communities, places.markets
    open_capacity = bench.per_cluster[:, 0]
    p = parameters.processing[0]
    for c in range(len(markets)):
        open_capacity[c] = 0.0
        markets[c].stock_kg += markets[c].inflow_kg_day
        tally[INFLOW, markets[c].theatre] += markets[c].inflow_kg_day
    vraem_leaf = 0.0
    lanced = harvest(
        t + today.levers[0].first_day_of_year - 1,
        p.harvests_poppy,
        p.poppy_harvest_day,
        p.poppy_harvest_days,
    )
    for i in range(len(communities)):
        town = communities[i]
        per_ha = p.leaf_vraem_kg_ha if town.theatre == VRAEM else p.leaf_north_kg_ha
        leaf = town.coca * per_ha / 365.0
        if markets[town.cluster].product != LATEX:
            markets[town.cluster].leaf_kg += leaf
            tally[HARVESTED, town.theatre] += leaf / max(p.leaf_per_kg, 1e-9)
            if town.theatre == VRAEM:
                vraem_leaf += leaf
        if latex_cluster >= 0 and town.poppy > 0.0:
            latex = town.poppy * p.latex_kg_ha * p.harvests_poppy / 365.0 * lanced
            gathers = town.cluster if markets[town.cluster].product == LATEX else latex_cluster
            markets[gathers].leaf_kg += latex
            tally[HARVESTED + LATEX, town.theatre] += latex
    chewed = p.traditional_kg_year * p.traditional_vraem / 365.0
    for c in range(len(markets)):
        market = markets[c]
        if market.theatre == VRAEM and vraem_leaf > 0.0:
            taken = min(market.leaf_kg, chewed / max(count_in(markets, VRAEM), 1))
            market.leaf_kg -= taken
            tally[TRADITIONAL, market.theatre] += taken / max(p.leaf_per_kg, 1e-9)
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.kind != STRIP and lab.closed_until <= t:
            open_capacity[lab.cluster] += lab.capacity
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 0 or lab.kind == STRIP:
            continue
        market = markets[lab.cluster]
        ready = lab.held_kg / max(p.hold_days, 1.0)
        lab.held_kg -= ready
        market.stock_kg += ready
        if lab.closed_until <= t and open_capacity[lab.cluster] > 0.0:
            leaf_per_kg = max(p.leaf_per_kg, 1e-9) if lab.kind == COCAINE_LAB else 1.0
            made = min(
                lab.capacity,
                market.leaf_kg / leaf_per_kg * lab.capacity / open_capacity[lab.cluster],
            )
            open_capacity[lab.cluster] -= lab.capacity
            market.leaf_kg = max(market.leaf_kg - made * leaf_per_kg, 0.0)
            lab.held_kg += made


@loop
def start(
    actors: Actors,
    places: Places,
    trade: Trade,
    ground: Ground,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Weekly: where leaf waits for long, firms start laboratories, each firm by its share of the
    trade. weekly_leaf: f8[clusters] work space. A full table ends the stretch (LABS_FULL)."""
    key, t = today.key, today.t
    tally = diary.tally
    labs, networks = actors.labs, actors.networks
    markets, communities = places.markets, places.communities
    book = trade.book
    cell_community = ground.community
    weekly_leaf = bench.per_cluster[:, 0]
    p = parameters.processing[0]
    for c in range(len(markets)):
        weekly_leaf[c] = 0.0
    for i in range(len(communities)):
        town = communities[i]
        weekly_leaf[town.cluster] += (
            town.coca * (p.leaf_vraem_kg_ha if town.theatre == VRAEM else p.leaf_north_kg_ha) / 52.0
        )
    for c in range(len(markets)):
        if markets[c].product == LATEX or markets[c].leaf_kg <= p.leaf_wait_weeks * weekly_leaf[c]:
            continue
        count = 0
        capacity = 0.0
        for j in range(len(labs)):
            if labs[j].alive == 1 and labs[j].kind == COCAINE_LAB and labs[j].cluster == c:
                count += 1
                capacity += labs[j].capacity
        started = poisson(uniform(key, NEW_LAB, t, U(c), 0), p.expansion * count)
        for k in range(min(started, MOST_IN_A_WEEK)):
            owner = owner_of(book, c, uniform(key, LAB_OWNER, t, U(c), k))
            if owner < 0:
                break
            row = free_row(labs)
            if row < 0:
                diary.status[FULL] = LABS_FULL
                return
            lab = labs[row]
            lab.alive = 1
            lab.uid = child_uid(networks[owner].uid, t, FIRST_LAB + MOST_IN_A_WEEK * c + k)
            lab.kind = COCAINE_LAB
            lab.cluster = c
            lab.owner = owner
            lab.site = -1
            lab.closed_until = t
            lab.capacity = capacity / count
            lab.held_kg = 0.0
            settle_in(lab, communities, cell_community, key, t, t)
            tally[LABS_STARTED, communities[lab.site].theatre] += 1.0


@loop
def rebuild(actors: Actors, places: Places, ground: Ground, today: Today) -> None:
    """Daily: a laboratory that opens again tomorrow does so away from where it was found. Strips
    are repaired where they are."""
    key, t = today.key, today.t
    labs = actors.labs
    communities = places.communities
    cell_community = ground.community
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.kind != STRIP and lab.closed_until == t + 1:
            settle_in(lab, communities, cell_community, key, t, t + 1)
