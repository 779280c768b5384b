"""4.12 Processing: from leaf to hydrochloride, from capsule to latex.

Reads: communities (coca, poppy), labs. Writes: markets (leaf_kg, stock_kg), labs (held_kg, capacity), tally. Daily; no chance.

Everything cocaine is counted in hydrochloride equivalent, 375 kg of leaf per kg (F0262). Leaf: 3,600 kg/ha and year in the VRAEM (F0259),
2,300 elsewhere (F0260). Traditional leaf is a sink: 10,891 t a year in the country (F0267), of which the VRAEM gives .05. Poppy: 8 kg of
latex per hectare and harvest (F0389), two harvests a year (F0399). Open laboratories share what leaf there is by capacity, keep the
product for some days, and lose it when found."""

from sim.kernel import loop, rule
from sim.world.state import COCAINE_LAB, LATEX, STRIP, VRAEM
from sim.world.tally import HARVESTED, INFLOW, TRADITIONAL


class Parameters:
    leaf_vraem_kg_ha: float
    leaf_north_kg_ha: float
    leaf_per_kg: float
    traditional_kg_year: float
    traditional_vraem: float
    latex_kg_ha: float
    harvests_poppy: float
    hold_days: float
    leaf_wait_weeks: float
    expansion: float


@rule
def count_in(markets, theatre):
    """Clusters of a theatre."""
    n = 0
    for c in range(len(markets)):
        if markets[c].theatre == theatre:
            n += 1
    return n


@loop
def processing(actors, places, bench, parameters, latex_cluster, t, tally):
    """One day. open_capacity: f8[clusters] work space."""
    labs = actors.labs
    communities, markets = places.communities, places.markets
    open_capacity = bench.per_cluster[:, 0]
    p = parameters.processing[0]
    for c in range(len(markets)):
        open_capacity[c] = 0.0
        markets[c].stock_kg += markets[c].inflow_kg_day
        tally[INFLOW, markets[c].theatre] += markets[c].inflow_kg_day
    vraem_leaf = 0.0
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
            latex = town.poppy * p.latex_kg_ha * p.harvests_poppy / 365.0
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
            made = min(lab.capacity, market.leaf_kg / leaf_per_kg * lab.capacity / open_capacity[lab.cluster])
            open_capacity[lab.cluster] -= lab.capacity
            market.leaf_kg = max(market.leaf_kg - made * leaf_per_kg, 0.0)
            lab.held_kg += made


@loop
def expand(actors, places, bench, parameters):
    """Weekly: where leaf waits for long, owners enlarge their works. weekly_leaf: f8[clusters] work space."""
    labs = actors.labs
    markets, communities = places.markets, places.communities
    weekly_leaf = bench.per_cluster[:, 0]
    p = parameters.processing[0]
    for c in range(len(markets)):
        weekly_leaf[c] = 0.0
    for i in range(len(communities)):
        town = communities[i]
        weekly_leaf[town.cluster] += town.coca * (p.leaf_vraem_kg_ha if town.theatre == VRAEM else p.leaf_north_kg_ha) / 52.0
    for j in range(len(labs)):
        lab = labs[j]
        if lab.alive == 1 and lab.kind == COCAINE_LAB and markets[lab.cluster].leaf_kg > p.leaf_wait_weeks * weekly_leaf[lab.cluster]:
            lab.capacity *= 1.0 + p.expansion
