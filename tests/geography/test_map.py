"""The committed map agrees with known areas, towns, census and rivers, and keeps its contract."""

import dataclasses
import hashlib
import json
from itertools import pairwise

import numpy as np
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from sim.geography.build.__main__ import coarsen, grid_of
from sim.geography.build.people import whole
from sim.geography.build.water import edges_of
from sim.geography.map import COUNTRIES, DATA, TERRAINS, Map, load_map
from sim.names import EXITS, THEATRES

TOWNS = [  # name, theatre, country, department
    ("Pichari", "vraem", "peru", "Cusco"),
    ("Kimbiri", "vraem", "peru", "Cusco"),
    ("San Francisco", "vraem", "peru", "Ayacucho"),
    ("Sivia", "vraem", "peru", "Ayacucho"),
    ("Llochegua", "vraem", "peru", "Ayacucho"),
    ("Canayre", "vraem", "peru", "Ayacucho"),
    ("Huanta", "vraem", "peru", "Ayacucho"),
    ("Mazamari", "vraem", "peru", "Junin"),
    ("Satipo", "vraem", "peru", "Junin"),
    ("Caballococha", "loreto", "peru", "Loreto"),
    ("El Estrecho", "loreto", "peru", "Loreto"),
    ("Soplin Vargas", "loreto", "peru", "Loreto"),
    ("Gueppi", "loreto", "peru", "Loreto"),
    ("Pantoja", "loreto", "peru", "Loreto"),
    ("Islandia", "loreto", "peru", "Loreto"),
    ("Jaen", "cajamarca", "peru", "Cajamarca"),
    ("San Ignacio", "cajamarca", "peru", "Cajamarca"),
    ("Cutervo", "cajamarca", "peru", "Cajamarca"),
    ("Chota", "cajamarca", "peru", "Cajamarca"),
    ("Celendin", "cajamarca", "peru", "Cajamarca"),
    ("Santa Maria de Nieva", "cajamarca", "peru", "Amazonas"),
    ("Leticia", "elsewhere", "colombia", ""),
    ("Tabatinga", "elsewhere", "brazil", ""),
    ("Zumba", "elsewhere", "ecuador", ""),
    ("Ayacucho", "elsewhere", "peru", "Ayacucho"),
]
CENSUS_2017 = {  # INEI, as counted (F0480-F0488 and their notes)
    "Putumayo": 7_780,
    "Mariscal Ramon Castilla": 49_072,
    "Condorcanqui": 42_470,
    "San Ignacio": 130_620,
    "Jaen": 185_432,
}


@pytest.fixture(scope="module", params=[5, 10])
def either(request) -> Map:
    return load_map(request.param)


@pytest.fixture(scope="module")
def fine() -> Map:
    return load_map(5)


def positions(world: Map, places) -> np.ndarray:
    return np.column_stack(world.project([p.lon for p in places], [p.lat for p in places]))


def reachable(world: Map, start: int) -> set[int]:
    """Active cells joined to a cell by navigable river edges."""
    edges = world.river_edges[world.river_edges[:, 3] >= 1]
    size = len(world.cells)
    graph = coo_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (size, size))
    label = connected_components(graph, directed=False)[1]
    return set(np.flatnonzero(label == label[start]).tolist())


def test_the_area_of_peru_is_right(either):
    area = (either.country == COUNTRIES.index("peru")).sum() * either.resolution_km**2
    assert area == pytest.approx(1_285_216, rel=0.01)


@pytest.mark.parametrize(("name", "theatre", "country", "department"), TOWNS)
def test_towns_are_where_they_belong(either, name, theatre, country, department):
    town = either.settlements[either.settlement(name, theatre)]
    assert (THEATRES[town.theatre], COUNTRIES[town.country], town.department) == (
        theatre,
        country,
        department,
    )
    assert either.cell_country[town.cell] == town.country
    assert either.theatre[town.cell] == town.theatre
    assert (
        np.hypot(*(positions(either, [town])[0] - (either.x_km[town.cell], either.y_km[town.cell])))
        < 1.5 * either.resolution_km
    )


def test_provinces_hold_their_census_population(fine):
    for name, counted in CENSUS_2017.items():
        people = fine.population[fine.province == fine.provinces.index(name)].sum()
        assert people == pytest.approx(counted, rel=0.02), name
    assert fine.population[fine.theatre == THEATRES.index("vraem")].sum() == pytest.approx(
        400_000, rel=0.001
    )


def test_every_populated_cell_has_a_settlement_within_15_km(fine):
    for code in range(1, len(THEATRES)):
        places = [s for s in fine.settlements if s.theatre == code]
        cells = (fine.theatre == code) & (fine.population > 0)
        gap, _ = cKDTree(positions(fine, places)).query(np.c_[fine.x_km, fine.y_km][cells])
        assert gap.max() <= 15.01, THEATRES[code]


def test_settlements_share_out_the_people_of_their_theatre(either):
    for code in range(1, len(THEATRES)):
        places = [s for s in either.settlements if s.theatre == code]
        assert sum(s.population for s in places) == either.population[either.theatre == code].sum()
        outside = [s.name for s in places if s.kind == "hub"]
        assert outside == (["Iquitos"] if THEATRES[code] == "loreto" else [])


def test_communities_come_first_in_order_and_all_have_people(either):
    communities = either.settlements[: either.n_communities]
    assert {s.kind for s in communities} == {"town", "hamlet"}
    assert {s.kind for s in either.settlements[either.n_communities :]} == {"foreign", "hub"}
    keys = [(s.theatre, s.name) for s in communities]
    assert keys == sorted(set(keys))
    assert min(s.population for s in communities) >= 1
    assert 350 <= len(communities) <= 450
    assert len(either.settlements) <= 512


def test_the_two_resolutions_have_the_same_settlements(fine):
    coarse = load_map(10)
    assert [(s.name, s.theatre) for s in fine.settlements] == [
        (s.name, s.theatre) for s in coarse.settlements
    ]


def test_napo_and_yavari_reach_iquitos_and_the_putumayo_only_by_its_connector(fine):
    iquitos = fine.settlements[fine.settlement("Iquitos")]
    amazon = reachable(fine, iquitos.port)
    for name in ("Pantoja", "Santa Clotilde", "Islandia", "Estirao do Equador", "Caballococha"):
        assert fine.settlements[fine.settlement(name)].port in amazon, name
    estrecho = fine.settlement("El Estrecho")
    putumayo = reachable(fine, fine.settlements[estrecho].port)
    assert not amazon & putumayo
    assert {
        fine.settlements[fine.settlement(n)].port
        for n in ("Gueppi", "Tarapaca", "Puerto Leguizamo")
    } <= putumayo
    leg = next(c for c in fine.connectors if c.end == estrecho)
    assert (fine.settlements[leg.start].name, leg.mode, leg.days) == ("Iquitos", "river", 15.0)


def test_the_vraem_rivers_are_joined_from_the_apurimac_to_atalaya(fine):
    atalaya = fine.settlements[fine.settlement("Atalaya")]
    ene = reachable(fine, atalaya.port)
    for name in ("San Francisco", "Pichari", "Llochegua", "Canayre", "Puerto Ocopa"):
        assert fine.settlements[fine.settlement(name, "vraem")].port in ene, name


def test_ports_are_navigable_and_within_10_km(either):
    with_port = [s for s in either.settlements if s.port >= 0]
    assert len(with_port) > 100
    navigable = np.unique(either.river_edges[either.river_edges[:, 3] >= 1, :2])
    for place, (x, y) in zip(with_port, positions(either, with_port)):
        assert np.hypot(either.x_km[place.port] - x, either.y_km[place.port] - y) <= 10.01, (
            place.name
        )
        assert place.port in navigable or either.river[place.port] >= 2, place.name


def test_edges_join_active_cells_and_have_length(either):
    size = len(either.cells)
    for edges, km in ((either.road_edges, either.road_km), (either.river_edges, either.river_km)):
        assert edges[:, :2].min() >= 0 and edges[:, :2].max() < size
        assert len(edges) == len(km) and km.min() > 0
        gap = np.hypot(
            *(
                np.c_[either.x_km, either.y_km][edges[:, 0]]
                - np.c_[either.x_km, either.y_km][edges[:, 1]]
            ).T
        )
        assert gap.max() <= 1.5 * either.resolution_km
    assert either.river_edges[:, 2].max() < len(either.rivers)


def test_poppy_grows_in_the_sierra_and_never_in_lowland_loreto(either):
    loreto = either.department == either.departments.index("Loreto")
    assert loreto.any() and not either.poppy_share[loreto].any()
    high = either.poppy_share > 0.8
    assert (
        high.any() and either.elevation[high].min() > 2000 and either.elevation[high].max() < 3000
    )
    for name in ("Cutervo", "Chota", "Celendin"):
        assert either.poppy_share[either.province == either.provinces.index(name)].max() > 0.5, name


def test_coca_suits_the_vraem_valleys_and_the_lower_amazon_but_not_the_puna(either):
    def best(name, theatre):
        x, y = positions(either, [either.settlements[either.settlement(name, theatre)]])[0]
        return either.coca_suitability[np.hypot(either.x_km - x, either.y_km - y) < 15].max()

    assert best("Llochegua", "vraem") > 0.7
    assert best("Caballococha", "loreto") > 0.7
    assert not either.coca_suitability[either.terrain_of == TERRAINS.index("puna")].any()
    assert either.coca_suitability.min() >= 0 and either.coca_suitability.max() <= 1


def test_exits_lie_in_their_country_or_on_a_shared_river(either):
    assert {EXITS[e.exit] for e in either.exits} == {"colombia", "brazil", "ecuador"}
    for crossing in either.exits:
        abroad = either.cell_country[crossing.cell] == COUNTRIES.index(EXITS[crossing.exit])
        assert abroad or crossing.mode == "river", crossing.name
        if crossing.mode == "river":
            assert either.river[crossing.cell] >= 2, crossing.name


def test_connectors_are_those_of_the_model(fine):
    given = {
        c.name: (c.mode, c.days, c.seizure_probability, EXITS[c.exit] if c.exit >= 0 else "")
        for c in fine.connectors
    }
    expected = {
        "VRAEM-coast by road": ("road", 2.0, 0.03, "coast"),
        "VRAEM-Cusco-Puno-Bolivia by road": ("road", 4.0, 0.03, "bolivia"),
        "VRAEM-Bolivia by air": ("air", 0.2, 0.01, "bolivia"),
        "Atalaya-Ucayali-Iquitos": ("river", 8.0, 0.03, ""),
        "Jaen-Chiclayo": ("road", 1.0, 0.02, "coast"),
    }
    assert expected.items() <= given.items()


def test_every_exit_is_reachable_from_every_theatre(either):
    """Build the graph of all modes. Its nodes are cells, then settlements, then exits."""
    size, places = len(either.cells), len(either.settlements)
    row, col = np.divmod(either.cells, either.cols)
    pairs = [either.road_edges[:, :2], either.river_edges[:, :2]]
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        inside = (row + down < either.rows) & (col + right >= 0) & (col + right < either.cols)
        other = np.full(size, -1)
        other[inside] = either.index[either.cells[inside] + down * either.cols + right]
        pairs.append(np.column_stack([np.arange(size), other])[other >= 0])
    pairs.append(
        np.array([(s.cell, size + i) for i, s in enumerate(either.settlements) if s.cell >= 0])
    )
    pairs.append(np.array([(e.cell, size + places + e.exit) for e in either.exits]))
    pairs.append(
        np.array([(size + c.start, size + c.end) for c in either.connectors if c.end >= 0])
    )
    pairs.append(
        np.array(
            [(size + c.start, size + places + c.exit) for c in either.connectors if c.exit >= 0]
        )
    )
    a, b = np.vstack(pairs).T
    label = connected_components(
        coo_matrix((np.ones(len(a)), (a, b)), (size + places + len(EXITS),) * 2), directed=False
    )[1]
    exits = set(label[size + places :].tolist())
    assert len(exits) == 1
    for code in range(1, len(THEATRES)):
        assert set(label[:size][either.theatre == code].tolist()) == exits, THEATRES[code]


def test_arrays_are_wide_and_read_only(either):
    for field in dataclasses.fields(either):
        array = getattr(either, field.name)
        if isinstance(array, np.ndarray):
            assert array.dtype in (np.dtype("i8"), np.dtype("f8")), field.name
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def test_active_cells_and_index_are_inverse(either):
    assert np.array_equal(either.index[either.cells], np.arange(len(either.cells)))
    assert (either.index >= 0).sum() == len(either.cells)
    assert np.all(np.diff(either.cells) > 0)
    assert not np.any(either.theatre_grid[either.index < 0])


def test_lon_lat_and_cell_go_there_and_back(either):
    for cell in range(0, len(either.cells), 97):
        assert either.cell_of(*either.lonlat_of(cell)) == cell
    assert either.cell_of(-77.04, -12.05) == -1  # Lima
    assert either.cell_of(10.0, 50.0) == -1


def test_a_wrong_name_or_resolution_is_answered_with_what_there_is(fine):
    with pytest.raises(KeyError, match="Pichari"):
        fine.settlement("Pichary", "vraem")
    with pytest.raises(KeyError, match="no settlement 'Jaen' in vraem"):
        fine.settlement("Jaen", "vraem")
    with pytest.raises(ValueError, match="5 km, 10 km"):
        load_map(7)
    assert load_map(5) is fine


def test_the_manifest_matches_the_committed_files():
    manifest = json.loads((DATA / "manifest.json").read_text())
    committed = {
        p.name
        for p in DATA.iterdir()
        if p.suffix in (".npz", ".json") and p.name != "manifest.json"
    }
    assert set(manifest["outputs"]) == committed
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256((DATA / name).read_bytes()).hexdigest() == digest, name
    attribution = (DATA / "ATTRIBUTION.md").read_text()
    assert all(
        source["name"] in attribution and source["licence"] for source in manifest["sources"]
    )
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 1.1e6


def test_the_build_cuts_a_line_into_edges_that_keep_its_length():
    grid = grid_of(5)
    line = np.array(
        [[-2.5, -2.5], [37.5, -2.5], [37.5, 22.5]]
    )  # from a cell centre, 40 km east, 25 km north
    edges = edges_of(line, grid)
    assert len(edges) == 13
    assert sum(km for *_, km in edges) == pytest.approx(
        65, abs=5.1
    )  # the half cells at both ends belong to no edge
    assert all(b == c for (_, b, _), (c, _, _) in pairwise(edges))


def test_the_build_rounds_people_without_losing_any():
    shares = np.array([0.4, 0.4, 0.4, 2.7, 0.1])
    assert whole(shares, 4).tolist() == [1, 0, 0, 3, 0]


def test_the_build_coarsens_without_losing_people_or_theatres():
    grid = grid_of(5)
    size = grid.rows * grid.cols
    rng = np.random.default_rng(0)
    country = np.ones(size, int)
    theatre = np.zeros((grid.rows, grid.cols), int)
    theatre[100:151, 50:101] = 1  # cut through coarse cells
    layers = {
        "country": country,
        "theatre_grid": theatre.ravel(),
        "population": rng.integers(0, 50, size).astype(float),
    }
    coarse = coarsen(layers, grid)
    for code in (0, 1):
        before = layers["population"][layers["theatre_grid"] == code].sum()
        assert coarse["population"][coarse["theatre_grid"] == code].sum() == before
