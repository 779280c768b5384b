"""The route library on the committed map: reachable exits, connected chains, legs that add up."""

from dataclasses import fields

import numpy as np
import pytest

from sim.geography.clusters import CLUSTERS, cluster_and_nearest, cluster_sites
from sim.geography.map import COUNTRIES, load_map
from sim.geography.route_search import (
    ALTERNATIVES,
    FOOT,
    FOOT_DAYS,
    MODES,
    NEW_SHARE,
    RIVER,
    ROAD,
)
from sim.geography.routes import BLOCK_KM, MOST_ROUTES, Routes, routes
from sim.geography.travel import Speeds, ports, travel
from sim.names import EXITS, THEATRES
from sim.simulation.build.map_arrays import costs_of

PERU = COUNTRIES.index("peru")
COCA_ZONES = ("vraem", "bajo_amazonas", "putumayo", "condorcanqui", "maranon")
ARRAYS = tuple(f.name for f in fields(Routes) if f.name not in ("cluster_names", "cluster_zone"))


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def map5():
    return load_map(5)


@pytest.fixture(scope="module")
def library(map5, own_cache) -> Routes:
    return routes(map5, travel(map5))


def steps(library, i):
    return slice(library.start[i], library.start[i + 1])


def connector_of(map, library, leg):
    return map.connectors[leg - (library.n_legs - len(map.connectors))]


@pytest.mark.parametrize("zone", COCA_ZONES)
@pytest.mark.parametrize("exit", range(len(EXITS)))
def test_every_exit_is_reachable_from_every_origin_zone(library, zone, exit):
    assert any(
        library.cluster_zone[o] == zone and e == exit for o, e in zip(library.origin, library.exit)
    )


def test_the_valley_has_every_mode_that_the_sources_tell_of(library):
    have = {
        (EXITS[e], MODES[m])
        for o, e, m in zip(library.origin, library.exit, library.mode)
        if library.cluster_zone[o] == "vraem"
    }
    north = {("brazil", "river"), ("colombia", "river")}
    assert {
        ("bolivia", "air"),
        ("bolivia", "road"),
        ("coast", "road"),
        ("coast", "foot"),
    } | north <= have


def test_the_fixture_map_works_too(map5):
    map10 = load_map(10)
    small = routes(map10, travel(map10))
    reached = {(small.cluster_zone[o], int(e)) for o, e in zip(small.origin, small.exit)}
    assert {(zone, e) for zone in COCA_ZONES for e in range(len(EXITS))} <= reached


def test_known_journeys(library):
    def quickest(cluster, exit, mode):
        mine = (library.origin == library.cluster_names.index(cluster)) & (
            library.exit == EXITS.index(exit)
        )
        return library.days[mine & (library.mode == MODES.index(mode))].min()

    assert (
        1.5 <= quickest("Pichari-Kimbiri", "coast", "road") <= 3.0
    )  # two days by the connector, or by Ayacucho
    assert 4.0 <= quickest("Pichari-Kimbiri", "bolivia", "road") <= 5.0
    assert 0.2 < quickest("Sivia-Llochegua", "bolivia", "air") < 0.5
    assert quickest("Caballococha", "brazil", "river") < 2.0
    assert quickest("El Estrecho", "colombia", "river") < 1.0
    assert (
        12.0 <= quickest("Pichari-Kimbiri", "brazil", "river") <= 25.0
    )  # eight days on the Ucayali, the rest by smaller boats


def test_numbers_of_routes(library):
    n = len(library.origin)
    assert 100 <= n <= MOST_ROUTES
    _, counts = np.unique(
        np.stack((library.origin, library.exit, library.mode)), axis=1, return_counts=True
    )
    assert counts.max() <= ALTERNATIVES
    assert counts.max() >= 3, "no cluster has real alternatives"


def test_routes_start_at_their_cluster_and_end_at_an_exit(map5, library):
    ends, landing = {(e.cell, e.exit) for e in map5.exits}, ports(map5)
    for i in range(len(library.origin)):
        row = steps(library, i)
        cells, legs = library.cell[row], library.step_leg[row]
        site = library.cluster_site[library.origin[i]]
        assert cells[0] in (map5.settlements[site].cell, landing[site])
        if cells[-1] >= 0:
            assert (cells[-1], library.exit[i]) in ends
        else:
            last = connector_of(map5, library, legs[-1])
            coast = {c.end for c in map5.connectors if c.exit == library.exit[i] and c.end >= 0}
            assert last.exit == library.exit[i] or {last.start, last.end} & coast


def test_steps_are_chains_of_neighbours(map5, library):
    edges = {
        frozenset(e)
        for e in np.concatenate((map5.road_edges[:, :2], map5.river_edges[:, :2])).tolist()
    }
    row, col = map5.cells // map5.cols, map5.cells % map5.cols
    for i in range(len(library.origin)):
        cells = library.cell[steps(library, i)]
        assert len(set(cells[cells >= 0].tolist())) == (cells >= 0).sum(), "a route meets itself"
        for a, b in zip(cells[:-1].tolist(), cells[1:].tolist()):
            if a >= 0 and b >= 0:
                assert (
                    max(abs(row[a] - row[b]), abs(col[a] - col[b])) == 1
                    or frozenset((a, b)) in edges
                )


def test_days_and_costs_add_up(map5, library):
    for i in range(len(library.origin)):
        row = steps(library, i)
        assert library.days[i] == pytest.approx(library.step_days[row].sum())
        used = [
            connector_of(map5, library, leg)
            for leg, cell in zip(library.step_leg[row], library.cell[row])
            if cell < 0
        ]
        assert library.connectors_usd_per_kg[i] == pytest.approx(
            sum(c.cost_usd_per_kg for c in used)
        )
        assert library.days[i] >= sum(c.days for c in used)
        by = library.leg_mode[library.step_leg[row]]
        assert library.foot_days[i] == pytest.approx(library.step_days[row][by == FOOT].sum())
        assert library.river_km[i] + library.road_km[i] <= library.km[i] + 1e-9
        for mode, km in ((RIVER, library.river_km[i]), (ROAD, library.road_km[i])):
            assert km == 0.0 or (by == mode).any()
    assert np.all(library.step_days >= 0)


def test_transport_is_paid_by_day_on_foot_and_by_distance_else(library):
    """Each price buys its own part of the way, and nothing is carried for nothing."""
    prices = {"foot_usd": 7.0, "river_usd": 0.03, "road_usd": 0.02}
    costs = costs_of(library, prices)
    assert np.all(costs > 0)
    for name, length in (
        ("foot_usd", library.foot_days),
        ("river_usd", library.river_km),
        ("road_usd", library.road_km),
    ):
        dearer = costs_of(library, prices | {name: 2 * prices[name]})
        assert length.any() and dearer - costs == pytest.approx(prices[name] * length)


def test_no_step_is_exposed_abroad(map5, library):
    on_map = library.cell >= 0
    assert np.array_equal(
        library.step_exposed[on_map] == 1, map5.cell_country[library.cell[on_map]] == PERU
    )
    assert not library.step_exposed[~on_map].any()
    assert 0 < library.step_exposed.mean() < 1


def test_only_connectors_bear_an_exogenous_risk(map5, library):
    assert not library.step_risk[library.cell >= 0].any()
    for leg, risk in set(
        zip(
            library.step_leg[library.cell < 0].tolist(),
            library.step_risk[library.cell < 0].tolist(),
        )
    ):
        assert risk == connector_of(map5, library, leg).seizure_probability


def test_legs_are_blocks_of_a_mode(map5, library):
    on_map = library.cell >= 0
    assert library.step_leg.min() >= 0 and library.step_leg.max() < library.n_legs
    pairs = np.unique(np.stack((library.step_leg[on_map], library.cell[on_map])), axis=1)
    assert np.array_equal(pairs[1], library.leg_cell), (
        "cells of legs are the cells of steps, sorted"
    )
    assert np.array_equal(
        np.repeat(np.arange(library.n_legs), np.diff(library.leg_start)), pairs[0]
    )
    seen = set()
    for leg in range(library.n_legs):
        cells = library.leg_cell[library.leg_start[leg] : library.leg_start[leg + 1]]
        if leg >= library.n_legs - len(map5.connectors):
            assert not len(cells) and library.leg_theatre[leg] == 0
            continue
        blocks = {
            (x // BLOCK_KM, y // BLOCK_KM, library.leg_mode[leg])
            for x, y in zip(map5.x_km[cells], map5.y_km[cells])
        }
        assert len(blocks) == 1 and not blocks & seen
        seen |= blocks
        counts = np.bincount(map5.theatre[cells], minlength=len(THEATRES))
        assert counts[library.leg_theatre[leg]] == counts.max()


def test_routes_share_legs(library):
    users = np.unique(
        np.stack(
            (library.step_leg, np.repeat(np.arange(len(library.origin)), np.diff(library.start)))
        ),
        axis=1,
    )[0]
    assert np.bincount(users).max() > 20


def test_marches_are_short(library):
    foot, air = MODES.index("foot"), MODES.index("air")
    for i in range(len(library.origin)):
        row = steps(library, i)
        walked = library.step_days[row][library.leg_mode[library.step_leg[row]] == foot].sum()
        if library.mode[i] == foot:
            assert 0 < walked <= FOOT_DAYS
            assert (library.cell[row] < 0).sum() <= 1, "a team meets one truck"
        elif library.mode[i] == air:
            assert walked == 0


def test_alternatives_by_the_same_way_out_differ(library):
    groups: dict[tuple, list[set[int]]] = {}
    for i in range(len(library.origin)):
        row = steps(library, i)
        key = (library.origin[i], library.exit[i], library.mode[i], library.cell[row][-1])
        groups.setdefault(key, []).append(set(library.cell[row].tolist()) - {-1})
    for alternatives in groups.values():
        for j, one in enumerate(alternatives):
            assert all(
                len(one - other) > 0.5 * NEW_SHARE * len(one) for other in alternatives[:j]
            )  # cells stand in for km
    assert max(map(len, groups.values())) >= 3


def test_clusters_stand_in_their_theatres(map5, library):
    for c, site in zip(CLUSTERS, library.cluster_site):
        if c.products:
            assert THEATRES[map5.settlements[site].theatre] == c.theatre
    assert len(set(library.cluster_site.tolist())) == len(CLUSTERS)


def test_each_community_has_a_producing_cluster_of_its_theatre(map5, library):
    assert len(library.site_cluster) == map5.n_communities
    for i, k in enumerate(library.site_cluster):
        theatre = THEATRES[map5.settlements[i].theatre]
        assert (k == -1) == (theatre == "elsewhere")
        if k >= 0:
            assert CLUSTERS[k].theatre == theatre and CLUSTERS[k].products
    for k, site in enumerate(library.cluster_site):
        if CLUSTERS[k].products:
            assert library.site_cluster[site] == k


@pytest.mark.parametrize("speeds", [Speeds(), Speeds(river_winding=1.6, foot_sierra=12.0)])
def test_the_land_by_itself_is_the_land_of_the_tables(speeds):
    map10 = load_map(10)
    tables = travel(map10, speeds)
    clusters, nearest = cluster_and_nearest(map10, speeds)
    assert np.array_equal(clusters, routes(map10, tables).site_cluster)
    assert np.array_equal(nearest, tables.nearest_site)


def test_a_cluster_without_a_town_is_named(map5):
    class Bare:
        settlements = tuple(s for s in map5.settlements if s.name not in CLUSTERS[0].seeds)

    with pytest.raises(ValueError, match="Pichari"):
        cluster_sites(Bare)


def test_the_same_bytes_on_a_rebuild_and_from_the_cache(map5, library, tmp_path, monkeypatch):
    before = [v.tobytes() for v in vars(map5).values() if isinstance(v, np.ndarray)]
    hit = routes(map5, travel(map5))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    rebuilt = routes(map5, travel(map5))
    for name in ARRAYS:
        array = getattr(library, name)
        assert array.tobytes() == getattr(hit, name).tobytes() == getattr(rebuilt, name).tobytes()
        assert array.dtype in (np.int64, np.float64) and not array.flags.writeable
    assert [v.tobytes() for v in vars(map5).values() if isinstance(v, np.ndarray)] == before
