"""The taskings: where units stand and what they do."""

from collections import Counter

import numpy as np
import pytest
from small_world import add_leads, make_world

from sim.model.state.agents import MISSIONS
from sim.names import MODELLED_THEATRES, THEATRES
from sim.simulation.situation import situation
from sim.strategies import tasking
from sim.strategies.tasking import BORDER_TASKINGS, VRAEM_TASKINGS, apportion, assign, passing


def assigned(world, how, theatre, kinds, day=0):
    view = situation(world, day)
    units = [(7 * i + 1, kind) for i, kind in enumerate(kinds)]
    return assign(how, theatre, units, view.places, view.reports, view.chance, view.surface_days)


@pytest.mark.parametrize("how", dict.fromkeys(VRAEM_TASKINGS + BORDER_TASKINGS))
@pytest.mark.parametrize("theatre", ["vraem", "loreto", "cajamarca"])
def test_every_unit_gets_one_valid_post_in_its_theatre(world, how, theatre):
    add_leads(world, [1, 1, 22, 35])
    kinds = (
        ["line"] * 20
        + ["special"] * 3
        + ["river_infantry"] * 4
        + ["police"] * 5
        + ["antinarcotics"] * 2
        + ["eradication"]
    )
    posts = assigned(world, how, theatre, kinds)
    assert sorted(uid for uid, *_ in posts) == [7 * i + 1 for i in range(35)]
    assert {THEATRES[world.sites.theatre[site]] for _, site, _ in posts} == {theatre}
    assert {mission for *_, mission in posts} <= set(MISSIONS)
    by_kind = {
        kind: {m for uid, _, m in posts if kinds[(uid - 1) // 7] == kind} for kind in set(kinds)
    }
    assert by_kind["police"] == {"garrison"} and by_kind["eradication"] == {"escort"}
    assert by_kind["antinarcotics"] == ({"raid"} if how == "reports" else {"checkpoint"})


TOWNS_OF = {"vraem": range(20), "loreto": range(20, 32), "cajamarca": range(32, 40)}


@pytest.mark.parametrize("theatre", TOWNS_OF)
def test_area_patrols_the_towns_by_population(world, theatre):
    towns = TOWNS_OF[theatre]
    posts = assigned(world, "area", theatre, ["line"] * 300)
    area, people = Counter(site for _, site, _ in posts), world.places.communities.population[towns]
    assert all(abs(area[i] - 300 * n / people.sum()) <= 1.0 for i, n in zip(towns, people)) and set(
        area
    ) <= set(towns)  # no hamlet
    assert {mission for *_, mission in posts} == {"patrol"}


def test_garrison_holds_the_larger_towns(world):
    held = assigned(world, "garrison", "vraem", ["line"] * 300)
    assert {site for _, site, _ in held} == set(range(10)) and {m for *_, m in held} == {"garrison"}


def test_line_keeps_to_the_towns_nearest_to_the_other_side(world):
    posts = assigned(world, "line", "loreto", ["line"] * 20)
    lon = {site: world.site_lon[site] for _, site, _ in posts}
    near = sorted(
        range(20, 32),
        key=lambda s: min(abs(world.site_lon[s] - world.site_lon[a]) for a in (50, 51, 52)),
    )[:5]
    assert set(lon) == set(near) and {m for *_, m in posts} == {"river_patrol"}
    assert {m for *_, m in assigned(world, "line", "cajamarca", ["line"] * 8)} == {"patrol"}


@pytest.mark.parametrize("theatre", ["loreto", "cajamarca"])
def test_chokepoint_puts_a_company_where_most_quickest_ways_lead_through(world, theatre):
    places, days = [*TOWNS_OF[theatre]], world.days_surface
    ends = [*places, 50, 51, 52, 53]  # and the towns abroad and the hub
    through = {
        c: sum(
            days[a, b]
            for a in places
            for b in ends
            if c not in (a, b) and days[a, c] + days[c, b] <= days[a, b] * 1.02
        )
        for c in places
    }
    posts = assigned(world, "chokepoint", theatre, ["line"] * 20)
    companies = Counter(site for _, site, _ in posts)
    assert set(companies) == set(sorted(places, key=lambda c: -through[c])[:5]) and set(
        companies.values()
    ) == {4}
    assert {mission for *_, mission in posts} == {"checkpoint"}


def test_chokepoints_are_where_most_travel_passes():
    hops = np.abs(
        np.subtract.outer(np.arange(5.0), np.arange(5.0))
    )  # five towns along one road: the middle one counts most
    through = passing(5, 5, hops.tobytes())
    assert through == (0.0, 2 * (2 + 3 + 4), 2 * (2 + 3 + 3 + 4), 2 * (2 + 3 + 4), 0.0)
    hops[2, :2] = hops[:2, 2] = np.inf
    assert passing(5, 5, hops.tobytes())[2] == 0.0


def test_reports_split_patrols_from_raids_where_reports_point(world):
    add_leads(world, [4] * 6 + [11] * 3)
    posts = assigned(world, "reports", "vraem", ["special"] * 3 + ["line"] * 15)
    raids = Counter(site for _, site, mission in posts if mission == "raid")
    assert raids == {4: 6, 11: 3}
    assert {1, 8, 15} <= {
        uid for uid, _, mission in posts if mission == "raid"
    }  # special units raid first
    assert sum(mission == "patrol" for *_, mission in posts) == 9
    crowd = assigned(world, "reports", "vraem", ["line"] * 100)
    assert Counter(site for _, site, mission in crowd if mission == "raid") == {
        4: 24,
        11: 12,
    }  # a company for each report


@pytest.mark.parametrize("theatre", ["loreto", "cajamarca"])
def test_reports_at_the_border_send_companies_to_what_is_named_there(world, theatre):
    town = TOWNS_OF[theatre][3]
    add_leads(world, [town, town, 4])  # one of the VRAEM does not count here
    posts = assigned(world, "reports", theatre, ["line"] * 40)
    assert Counter(site for _, site, mission in posts if mission == "raid") == {town: 8}
    rest = Counter(site for _, site, mission in posts if mission == "patrol")
    assert rest == Counter(site for _, site, _ in assigned(world, "area", theatre, ["line"] * 32))


@pytest.mark.parametrize("theatre", TOWNS_OF)
def test_random_is_drawn_anew_every_week_and_by_population(world, theatre):
    first, again, later = (
        assigned(world, "random", theatre, ["line"] * 300, day) for day in (0, 0, 7)
    )
    assert first == again != later
    towns = TOWNS_OF[theatre]
    counts = Counter(site for _, site, _ in first + later)
    people = world.places.communities.population[towns]
    expected = 600 * people / people.sum()
    critical = {20: 45.0, 12: 32.0, 8: 25.0}[len(towns)]  # chi-square, p about .001
    assert sum((counts[i] - e) ** 2 / e for i, e in zip(towns, expected)) < critical


def test_random_and_none_reach_every_place_or_one(world):
    assert len({site for _, site, _ in assigned(world, "random", "loreto", ["line"] * 200)}) == 12
    assert {
        (site, mission)
        for _, site, mission in assigned(world, "none", "loreto", ["line", "special"])
    } == {(20, "idle")}


@pytest.mark.parametrize("how", ["area", "garrison", "line", "chokepoint", "random"])
def test_one_more_unit_changes_no_other_post(world, how):
    few, more = (
        Counter(p[1:] for p in assigned(world, how, "loreto", ["line"] * n)) for n in (30, 31)
    )
    assert (more - few).total() == 1 and not few - more


def test_river_infantry_keeps_to_the_ports(world):
    ports = set(range(0, 20, 4))
    posts = assigned(world, "area", "vraem", ["river_infantry"] * 10)
    assert {site for _, site, _ in posts} <= ports and {m for *_, m in posts} == {"river_patrol"}


def test_apportion_is_exact_on_whole_shares():
    assert Counter(apportion(np.array([5.0, 3.0, 2.0, 0.0]), 10)) == {0: 5, 1: 3, 2: 2}
    assert sorted(apportion(np.zeros(3), 3)) == [0, 1, 2]


def test_errors_name_what_was_expected(world):
    with pytest.raises(ValueError, match="expected one of area, garrison"):
        assigned(world, "everywhere", "vraem", ["line"])
    with pytest.raises(ValueError, match='no place in theatre "puno"'):
        assigned(world, "area", "puno", ["line"])


def test_draws_of_the_theatres_do_not_overlap():
    world = make_world()
    used = []

    def chance(k):
        used.append(k)
        return 0.5

    view = situation(world, 0)
    for theatre in MODELLED_THEATRES:
        assign(
            "random",
            theatre,
            [(i, "line") for i in range(50)],
            view.places,
            view.reports,
            chance,
            view.surface_days,
        )
    assert len(set(used)) == 150 and min(used) >= tasking.DRAWS and max(used) < 1 << 16
