"""Political reach and the communities along routes: small cases by hand, and the built map."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.errors import UserError
from sim.geography.map import COMMUNITIES, COUNTRIES, load_map
from sim.geography.routes import routes as load_routes
from sim.geography.travel import FAR_KM, travel
from sim.model.state import arrays
from sim.simulation.build.map_arrays import (
    along_of,
    ground_of,
    reach_of,
    routes_of,
)

PERU, ECUADOR, COLOMBIA, BRAZIL = map(COUNTRIES.index, ("peru", "ecuador", "colombia", "brazil"))
LENGTH, OVER = 20.0, 0.3
# Foot-equivalent km from each site of the small world to the sites that it reaches. Sites 0 to 2
# are communities of 1,000, 500 and 200 people, 3 to 5 are towns of 9,000 in Colombia, Brazil and
# Ecuador, and 6 is a hub off the map.
KM = (
    {0: 0.0, 1: 10.0, 2: 60.5, 3: 5.0},
    {0: 10.0, 1: 0.0, 2: 60.0, 4: 5.0},
    {0: 60.5, 1: 60.0, 2: 0.0, 5: 5.0},
    {0: 5.0, 3: 0.0},
    {1: 5.0, 2: 70.0, 4: 0.0},
    {2: 5.0, 5: 0.0},
    {6: 0.0},
)


def small_world():
    """The map and the travel tables of the sites above."""
    places = [(PERU, 1000), (PERU, 500), (PERU, 200)]
    towns = [(COLOMBIA, 9000), (BRAZIL, 9000), (ECUADOR, 9000), (PERU, 9000)]
    kinds = [COMMUNITIES[0]] * len(places) + ["hub"] * len(towns)
    settlements = [
        SimpleNamespace(country=country, population=people, kind=kind)
        for (country, people), kind in zip(places + towns, kinds)
    ]
    return (
        SimpleNamespace(settlements=settlements, n_communities=len(places)),
        SimpleNamespace(
            far_start=np.concatenate(([0], np.cumsum([len(row) for row in KM]))),
            far_site=np.array([site for row in KM for site in row]),
            far_km=np.array([km for row in KM for km in row.values()]),
        ),
    )


def share_of(reach, site, place):
    """L from a site to a community that its row lists."""
    row = slice(reach.start[site], reach.start[site + 1])
    (at,) = np.flatnonzero(reach.place[row] == place)
    return reach.share[row][at]


@pytest.fixture(scope="module")
def small():
    return reach_of(*small_world(), LENGTH, OVER)  # type: ignore[arg-type]


def test_reach_lists_communities_only(small):
    rows = [small.place[a:b].tolist() for a, b in zip(small.start, small.start[1:])]
    assert rows == [[0, 1, 2], [0, 1, 2], [0, 1, 2], [0], [1, 2], [2], []]
    assert small.km[:3].tolist() == [0.0, 10.0, 60.5]


@pytest.mark.parametrize(
    ("site", "place", "share"),
    [
        (0, 0, 1.0),
        (0, 1, np.exp(-0.5)),
        (1, 2, np.exp(-3.0)),  # three lengths
        (0, 2, 0.0),  # beyond them
        (3, 0, OVER * np.exp(-0.25)),  # over the river from Colombia
        (4, 1, OVER * np.exp(-0.25)),  # and from Brazil
        (4, 2, 0.0),
        (5, 2, 0.0),  # no river is the boundary with Ecuador
    ],
)
def test_reach_shrinks_with_distance_and_at_borders(small, site, place, share):
    assert share_of(small, site, place) == pytest.approx(share, abs=1e-15)


def test_a_community_abroad_is_reached_over_the_river():
    """No shipped map has one; the rule holds in either direction."""
    map_, tables = small_world()
    map_.settlements[0].country, map_.settlements[3].country = COLOMBIA, PERU
    turned = reach_of(map_, tables, LENGTH, OVER)  # type: ignore[arg-type]
    assert share_of(turned, 3, 0) == pytest.approx(OVER * np.exp(-0.25))
    assert share_of(turned, 1, 0) == pytest.approx(OVER * np.exp(-0.5))
    map_.settlements[3].country = BRAZIL
    assert share_of(reach_of(map_, tables, LENGTH, OVER), 3, 0) == 0.0  # type: ignore[arg-type]


def test_people_in_reach_are_those_of_communities(small):
    assert small.people == pytest.approx(
        [
            1000 + 500 * np.exp(-0.5),
            1000 * np.exp(-0.5) + 500 + 200 * np.exp(-3.0),
            500 * np.exp(-3.0) + 200,
        ]
    )


def test_a_reach_beyond_the_travel_tables_is_refused():
    world = small_world()
    assert len(reach_of(*world, FAR_KM / 3.0, OVER).km)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"37 km is too long: .* at most 110 km"):
        reach_of(*world, 37.0, OVER)  # type: ignore[arg-type]


def test_a_route_lists_each_community_once_in_the_order_of_the_way():
    community = np.array([-1, 2, 2, 0, 1])
    ground = SimpleNamespace(community=community)
    ways = [[4, 3, 1, 2, 3, 0], [0, -1], [], [1, -1, 3]]  # -1 is a connector, not the last cell
    routes = SimpleNamespace(
        start=np.concatenate(([0], np.cumsum([len(way) for way in ways]))),
        cell=np.array([cell for way in ways for cell in way]),
    )
    along = along_of(routes, ground)  # type: ignore[arg-type]
    rows = [along.place[a:b].tolist() for a, b in zip(along.start, along.start[1:])]
    assert rows == [[1, 0, 2], [], [], [2, 0]]


@pytest.fixture(scope="module")
def built():
    """The shipped map of 5 km, its travel tables and its route library."""
    map_ = load_map(5)
    tables = travel(map_)
    return map_, tables, load_routes(map_, tables)


def test_reach_on_the_built_map_equals_a_loop_over_pairs(built):
    map_, tables, _ = built
    reach = reach_of(map_, tables, 25.0, OVER)
    n = map_.n_communities
    crossed, cut = 0, 0
    for i, site in enumerate(map_.settlements):
        row = slice(tables.far_start[i], tables.far_start[i + 1])
        edges, people = [], 0.0
        for j, km in zip(tables.far_site[row].tolist(), tables.far_km[row].tolist()):
            if j >= n:
                continue
            pair = {site.country, map_.settlements[j].country}
            share = float(np.exp(-km / 25.0)) if km <= 75.0 else 0.0
            if pair in ({PERU, COLOMBIA}, {PERU, BRAZIL}):
                crossed += share > 0.0
                share *= OVER
            elif len(pair) > 1:
                cut += share > 0.0
                share = 0.0
            edges.append((j, km, share))
            people += map_.settlements[j].population * share
        mine = slice(reach.start[i], reach.start[i + 1])
        found = np.column_stack((reach.place[mine], reach.km[mine], reach.share[mine]))
        assert found == pytest.approx(np.array(edges).reshape(-1, 3), rel=1e-12)
        if i < n:
            assert reach.people[i] == pytest.approx(people, rel=1e-12)
    assert crossed > 0 and cut > 0, "the map has reaches over rivers and over the land border"
    assert len(reach.start) == len(map_.settlements) + 1 and len(reach.people) == n


def test_places_along_routes_on_the_built_map_equal_a_loop_over_steps(built):
    map_, tables, library = built
    routes, _, _ = routes_of(map_, library, np.zeros(len(library.origin)))
    ground = ground_of(map_, tables)
    along = along_of(routes, ground)
    expected = [
        list(dict.fromkeys(int(ground.community[c]) for c in way if c >= 0 <= ground.community[c]))
        for way in np.split(routes.cell, routes.start[1:-1])
    ]
    rows = [along.place[a:b].tolist() for a, b in zip(along.start, along.start[1:])]
    assert rows == expected and any(len(way) > 10 for way in expected)


def test_the_arrays_are_of_the_types_that_the_day_reads(built):
    map_, tables, library = built
    reach = reach_of(map_, tables, 25.0, OVER)
    routes, _, _ = routes_of(map_, library, np.zeros(len(library.origin)))
    along = along_of(routes, ground_of(map_, tables))
    assert isinstance(reach, arrays.Reach) and isinstance(along, arrays.Along)
    assert [a.dtype.str for a in reach] == ["<i8", "<i8", "<f8", "<f8", "<f8"]
    assert [a.dtype.str for a in along] == ["<i8", "<i8"]
