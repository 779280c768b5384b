"""Travel tables on the committed map: times checked by hand, and properties of any such table."""

import hashlib
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from sim.geography.cache import cached, digest_of
from sim.geography.map import COUNTRIES, load_map
from sim.geography.travel import (
    COMMUNITY_KM,
    FAR_KM,
    ON_RIVER,
    ON_ROAD,
    ON_TRACK,
    REACH_KM,
    TRACK,
    Speeds,
    Travel,
    _reach,
    foot_edges,
    river_edges,
    road_edges,
    travel,
)
from sim.machine.cache import TEMPORARY, abandon, cache_root

TABLES = tuple(f.name for f in fields(Travel) if f.name not in ("speeds", "digest"))


@pytest.fixture(scope="module")
def map5():
    return load_map(5)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """A cache of the tests' own: what they see was built by the code under test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def tables(map5, own_cache) -> Travel:
    return travel(map5)


def digest_of_arrays(map):
    return hashlib.sha256(
        b"".join(v.tobytes() for v in vars(map).values() if isinstance(v, np.ndarray))
    ).digest()


def days(map, table, a, b):
    return table[map.settlement(a), map.settlement(b)]


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [
        ("Pichari", "Llochegua", 0.05, 1.0),  # 20 km of secondary road
        ("Pichari", "Puerto Ocopa", 1.5, 3.5),  # two to three days by loaded boat
        ("Iquitos", "Caballococha", 1.0, 4.0),  # 7-9 h by fast boat (F0499), days by a loaded one
        ("Iquitos", "El Estrecho", 8.0, 17.0),  # 16 days round by the Ica's mouth (F0495)
        ("Ayacucho", "Pichari", 0.1, 1.0),  # under a day by road
        ("Jaen", "San Ignacio", 0.1, 1.0),
        ("Lima", "San Francisco", 1.5, 2.0),  # two days by the connector, less by Ayacucho
    ],
)
def test_known_journeys(map5, tables, a, b, low, high):
    assert low <= days(map5, tables.days_surface, a, b) <= high


def test_days_on_the_water_are_a_part_of_the_way(map5, tables):
    """None on a road, most of them on the Amazon, never more than the way has."""
    water = tables.days_river
    assert (
        days(map5, water, "Jaen", "San Ignacio") == 0.0 == days(map5, water, "Ayacucho", "Pichari")
    )
    assert 0.8 * days(map5, tables.days_surface, "Iquitos", "Caballococha") < days(
        map5, water, "Iquitos", "Caballococha"
    )
    assert days(map5, water, "Pichari", "Puerto Ocopa") > 1.5
    assert np.all((water >= 0) & (water <= tables.days_surface)) and np.array_equal(water, water.T)


def test_slower_boats_lengthen_a_way_by_its_days_on_the_water(map5, tables):
    """If all boats are 1 % slower, Iquitos to Caballococha takes 1 % of its days by boat longer."""
    base = Speeds()
    slow = Speeds(
        river_large=base.river_large / 1.01,
        river_medium=base.river_medium / 1.01,
        river_small=base.river_small / 1.01,
    )
    longer = days(map5, travel(map5, slow).days_surface, "Iquitos", "Caballococha")
    more = 0.01 * days(map5, tables.days_river, "Iquitos", "Caballococha")
    assert longer - days(map5, tables.days_surface, "Iquitos", "Caballococha") == pytest.approx(
        more, rel=1e-3
    )


@pytest.mark.parametrize("name", ["days_surface", "air_km"])
def test_tables_are_metrics(tables, name):
    table = getattr(tables, name)
    assert np.array_equal(table, table.T)
    assert not np.diagonal(table).any()
    through = np.minimum.reduce(
        [table[:, k, None] + table[None, k, :] for k in range(0, len(table), 7)]
    )
    with np.errstate(invalid="ignore"):
        assert np.all((table <= through + 1e-9) | (table == through))


def test_air_distance(map5, tables):
    assert days(map5, tables.air_km, "Iquitos", "El Estrecho") == pytest.approx(
        156, abs=8
    )  # model section 4.3
    a, b = map5.settlements[0], map5.settlements[5]
    flat = (
        np.hypot((a.lon - b.lon) * np.cos(np.radians((a.lat + b.lat) / 2)), a.lat - b.lat) * 111.195
    )
    assert tables.air_km[0, 5] == pytest.approx(flat, rel=0.01)


def test_reach_is_sorted_within_40_km_and_holds_its_own_cell(map5, tables):
    assert len(tables.reach_start) == len(map5.settlements) + 1
    for i, place in enumerate(map5.settlements):
        row = slice(tables.reach_start[i], tables.reach_start[i + 1])
        cells, km = tables.reach_cell[row], tables.reach_km[row]
        assert np.all(np.diff(cells) > 0)
        assert np.all((km > 0) & (km <= REACH_KM))
        if place.cell < 0:
            assert not len(cells)
        else:
            assert km[cells == place.cell].tolist() == [map5.resolution_km / 2]


def test_off_the_roads_reach_is_a_walk_over_cells(map5, tables):
    """No way is shorter than 0.4 of the straight line; no next cell is beyond a diagonal."""
    for i in range(0, map5.n_communities, 10):
        row = slice(tables.reach_start[i], tables.reach_start[i + 1])
        cells, km, own = tables.reach_cell[row], tables.reach_km[row], map5.settlements[i].cell
        straight = np.hypot(map5.x_km[cells] - map5.x_km[own], map5.y_km[cells] - map5.y_km[own])
        assert np.all(
            km >= 0.4 * (straight - np.sqrt(2) * map5.resolution_km)
        )  # a course may cut the first and the last cell
        assert np.all(
            km[(straight > 0) & (straight < 1.5 * map5.resolution_km)]
            <= np.sqrt(2) * map5.resolution_km + 1e-9
        ) or np.any(~np.isin(map5.terrain_of[cells], (1, 2, 3, 4, 5)))


def test_near_sites_agree_with_reach(map5, tables):
    for i in range(0, len(map5.settlements), 7):
        row = slice(tables.near_start[i], tables.near_start[i + 1])
        sites, km = tables.near_site[row], tables.near_km[row]
        assert np.all(np.diff(sites) > 0)
        assert km[sites == i].tolist() == [0.0]
        reach = slice(tables.reach_start[i], tables.reach_start[i + 1])
        by_cell = dict(zip(tables.reach_cell[reach].tolist(), tables.reach_km[reach].tolist()))
        others = [(j, k) for j, k in zip(sites.tolist(), km.tolist()) if j != i]
        assert all(k == by_cell[map5.settlements[j].cell] for j, k in others)
        assert len(others) == sum(
            s.cell in by_cell for j, s in enumerate(map5.settlements) if j != i
        )


def row_of(tables, name, i):
    """The sites and their distances in a row of the tables `near` or `far`."""
    start = getattr(tables, f"{name}_start")
    row = slice(start[i], start[i + 1])
    return getattr(tables, f"{name}_site")[row], getattr(tables, f"{name}_km")[row]


def test_far_sites_on_a_line_of_cells():
    """Thirteen cells, 10 km apart: sites in cells 0, 4, 4, 11 and 12, and one off the map."""
    steps = np.arange(12)
    line = csr_matrix((np.full(12, 10.0), (steps, steps + 1)), (13, 13))
    sites = [SimpleNamespace(cell=cell) for cell in (0, 4, 4, 11, 12, -1)]
    small = SimpleNamespace(settlements=sites, cells=np.arange(13), resolution_km=5)
    tables = SimpleNamespace(**_reach(small, line + line.T))  # type: ignore[arg-type]

    def row(name, i):
        sites, km = row_of(tables, name, i)
        return list(zip(sites.tolist(), km.tolist()))

    assert row("far", 0) == [(0, 0.0), (1, 40.0), (2, 40.0), (3, 110.0)]  # 120 km is too far
    assert row("far", 1) == [(0, 40.0), (1, 0.0), (2, 2.5), (3, 70.0), (4, 80.0)]
    assert row("far", 5) == [(5, 0.0)]
    assert row("near", 0) == [(0, 0.0), (1, 40.0), (2, 40.0)]
    assert row("near", 3) == [(3, 0.0), (4, 10.0)]


def test_near_sites_are_the_far_sites_within_40_km(map5, tables):
    assert len(tables.far_start) == len(map5.settlements) + 1
    for i, place in enumerate(map5.settlements):
        (near, near_km), (far, far_km) = row_of(tables, "near", i), row_of(tables, "far", i)
        assert np.all(np.diff(far) > 0) and np.all((far_km >= 0.0) & (far_km <= FAR_KM))
        assert np.array_equal(far[far_km <= REACH_KM], near)
        assert np.array_equal(far_km[far_km <= REACH_KM], near_km)
        if place.cell < 0:
            assert far.tolist() == [i]
    assert tables.far_km.max() > 0.99 * FAR_KM


def test_far_distances_are_those_of_a_search_over_all_edges(map5, tables):
    """From some sites, edges are relaxed until no cell comes nearer."""
    foot, road, river = (e(map5, Speeds()) for e in (foot_edges, road_edges, river_edges))
    a = np.concatenate((foot.a, road.a, river.a))
    b = np.concatenate((foot.b, road.b, river.b))
    on_road = road.km * np.where(road.grade == TRACK, ON_TRACK, ON_ROAD)
    weight = np.concatenate((foot.km, on_road, river.km * ON_RIVER))
    cell = np.array([s.cell for s in map5.settlements])
    on_map = np.flatnonzero(cell >= 0)
    for i in on_map[::40]:
        km, before = np.full(len(map5.cells), np.inf), None
        km[cell[i]] = 0.0
        while not np.array_equal(km, before):
            before = km.copy()
            np.minimum.at(km, b, before[a] + weight)
            np.minimum.at(km, a, before[b] + weight)
        km[cell[i]] = 0.5 * map5.resolution_km
        to_site = np.full(len(cell), np.inf)
        to_site[on_map] = km[cell[on_map]]
        to_site[i] = 0.0
        sites, far_km = row_of(tables, "far", i)
        assert sites.tolist() == np.flatnonzero(to_site <= FAR_KM).tolist()
        assert far_km == pytest.approx(to_site[sites], abs=1e-9)


def test_every_cell_of_a_theatre_belongs_to_a_community_of_its_own_country(map5, tables):
    owner = tables.nearest_site
    peru = map5.cell_country == COUNTRIES.index("peru")
    assert len(owner) == len(map5.cells)
    assert np.all(owner[~peru | (map5.theatre == 0)] == -1)
    assert owner.max() < map5.n_communities
    home = peru & (map5.theatre > 0) & (owner >= 0)
    site = np.array([s.cell for s in map5.settlements])[owner[home]]
    straight = np.hypot(map5.x_km[home] - map5.x_km[site], map5.y_km[home] - map5.y_km[site])
    assert straight.max() <= COMMUNITY_KM / 0.4
    assert home.sum() > 0.9 * (peru & (map5.theatre > 0)).sum()
    assert all(map5.cell_country[s] == COUNTRIES.index("peru") for s in site)


def test_a_community_owns_its_cell(map5, tables):
    cells = [s.cell for s in map5.settlements[: map5.n_communities]]
    for i, cell in enumerate(cells):
        if cells.index(cell) == i and map5.theatre[cell] > 0:  # of several in one cell, the first
            assert tables.nearest_site[cell] == i


def test_slower_boats_take_longer(map5, tables):
    slow = travel(map5, Speeds(river_large=50.0))
    assert days(map5, slow.days_surface, "Iquitos", "Caballococha") > 2 * days(
        map5, tables.days_surface, "Iquitos", "Caballococha"
    )
    assert days(map5, slow.days_surface, "Jaen", "San Ignacio") == days(
        map5, tables.days_surface, "Jaen", "San Ignacio"
    )
    assert slow.digest != tables.digest


def test_only_navigable_rivers_carry_boats(map5):
    assert (
        len(river_edges(map5, Speeds()).a)
        == (map5.river_edges[:, 3] > 0).sum()
        < len(map5.river_edges)
    )


def test_arrays_are_wide_and_read_only(tables):
    for name in TABLES:
        array = getattr(tables, name)
        assert array.dtype in (np.int64, np.float64)
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_rebuild_and_a_cache_hit_give_the_same_bytes(map5, tables, tmp_path, monkeypatch):
    before = digest_of_arrays(map5)
    hit = travel(map5)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    rebuilt = travel(map5)
    assert list(tmp_path.rglob("*.npz")) and not list(tmp_path.rglob("*.part"))
    for name in TABLES:
        assert (
            getattr(hit, name).tobytes()
            == getattr(tables, name).tobytes()
            == getattr(rebuilt, name).tobytes()
        )
    assert digest_of_arrays(map5) == before, "a table's construction wrote into the map"


def test_cache_builds_once_and_mends_a_damaged_file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    built = []

    def build():
        built.append(1)
        return {"a": np.arange(5.0)}

    for _ in range(2):
        assert cached("travel", "d", build)["a"].tolist() == [0, 1, 2, 3, 4]
    assert len(built) == 1
    file = cache_root() / "travel" / "d" / "travel.npz"
    whole = file.read_bytes()
    flipped = whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:]
    for times, damaged in enumerate((whole[:60], b"", flipped, b"\x80" * 100), 2):
        file.write_bytes(damaged)
        assert cached("travel", "d", build)["a"].tolist() == [0, 1, 2, 3, 4]
        assert len(built) == times
    assert cached("travel", "d", build) and len(built) == times


def test_a_cache_that_cannot_be_written_is_told_once_and_is_no_error(tmp_path, monkeypatch, capsys):
    (tmp_path / "redeploy").write_text("a file where the folder should be")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv(TEMPORARY, raising=False)
    try:
        for _ in range(2):
            assert cached("travel", "d", lambda: {"a": np.zeros(2)})["a"].tolist() == [0, 0]
    finally:
        abandon()
    assert capsys.readouterr().err.count("cannot be used: it is not a folder") == 1


def test_digest_follows_inputs_and_sources(tmp_path):
    source = tmp_path / "source.py"
    source.write_text("a = 1")
    first = digest_of(("map", 1.0), (str(source),))
    assert (
        first == digest_of(("map", 1.0), (str(source),)) != digest_of(("map", 2.0), (str(source),))
    )
    source.write_text("a = 2")
    assert digest_of(("map", 1.0), (str(source),)) != first
