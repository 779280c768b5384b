"""police-backfill: police leave one posting for the towns that soldiers left."""

from collections import Counter

import numpy as np
import pytest
from small_world import UNITS, arrive, at_border, make_world, review, strategy_of

from sim.model.state.agents import GARRISON, POLICE, POSTED
from sim.names import CAJAMARCA, LORETO, VRAEM

MORE_POLICE = [*UNITS, (LORETO, POLICE, 20), (CAJAMARCA, POLICE, 10)]


@pytest.fixture(autouse=True)
def police(monkeypatch):
    monkeypatch.setattr("small_world.UNITS", MORE_POLICE)


def began(share=0.15, **settings):
    world = make_world(share_to_border=share)
    strategy = strategy_of(world, "police-backfill", **settings)
    review(world, strategy, 0)
    return world, strategy


def moved(world):
    """Count the police units that are in, or bound for, another theatre, by (from, to)."""
    u, theatre = world.actors.units, world.sites.theatre
    bound = np.where(u.status == POSTED, u.posting, u.order_site)
    away = (u.alive == 1) & (u.kind == POLICE) & (theatre[u.home] != theatre[bound])
    return Counter(zip(theatre[u.home[away]].tolist(), theatre[bound[away]].tolist()))


@pytest.mark.parametrize(
    ("share", "source", "expected"),
    [
        (0.3, "loreto", {(LORETO, VRAEM): 6}),
        (0.3, "cajamarca", {(CAJAMARCA, VRAEM): 3}),
        (0.3, "border", {(LORETO, VRAEM): 6, (CAJAMARCA, VRAEM): 3}),
        (1.0, "loreto", {(LORETO, VRAEM): 20}),
        (0.0, "border", {}),
    ],
)
def test_the_share_of_the_police_there_follows_at_the_next_review(share, source, expected):
    world, strategy = began(police_share=share, police_from=source)
    assert at_border(world) == {"loreto": 35, "cajamarca": 15} and not moved(world)
    before = world.actors.units.copy()
    review(world, strategy, 14)
    assert moved(world) == expected
    arrive(world)
    u = world.actors.units
    assert u.soldiers[u.kind == POLICE].sum() == before.soldiers[before.kind == POLICE].sum()
    assert review(world, strategy, 28) is None


def test_they_garrison_the_towns_that_lost_soldiers_and_no_post_is_emptied():
    world, strategy = began(police_share=1.0, police_from="border")
    u = world.actors.units
    left = Counter(u.home[(u.alive == 1) & (u.status != POSTED)].tolist())
    review(world, strategy, 14)
    arrive(world)
    came = u[
        (u.alive == 1)
        & (u.kind == POLICE)
        & (world.sites.theatre[u.home] != VRAEM)
        & (world.sites.theatre[u.posting] == VRAEM)
    ]
    assert len(came) == 30 and set(came.mission.tolist()) == {GARRISON}
    at = Counter(came.posting.tolist())
    assert set(at) <= set(left) and all(
        abs(at[town] - 30 * left[town] / left.total()) <= 1.5 for town in left
    )
    world, strategy = began(police_share=0.5)
    u = world.actors.units
    theirs = (u.alive == 1) & (u.kind == POLICE) & (world.sites.theatre[u.posting] == LORETO)
    held = set(u.posting[theirs].tolist())
    review(world, strategy, 14)
    assert (u.status[theirs] != POSTED).sum() == 10 and held == set(
        u.posting[theirs & (u.status == POSTED)].tolist()
    )


def test_no_more_police_than_soldiers_and_none_without_them():
    world, strategy = began(share=0.03, police_share=1.0, police_from="border")
    review(world, strategy, 14)
    assert at_border(world).total() == 10 and sum(moved(world).values()) == 10
    world, strategy = began(share=0.0, police_share=1.0, police_from="border")
    assert all(review(world, strategy, day) is None for day in range(0, 84, 14)) and not moved(
        world
    )


def test_police_go_home_when_soldiers_come_back():
    world, strategy = began(police_share=0.5)
    before = world.actors.units.copy()
    review(world, strategy, 14)
    arrive(world)
    strategy.levers = strategy.levers.model_copy(update={"share_to_border": 0.0})
    for day in range(28, 84, 14):
        review(world, strategy, day)
        arrive(world)
    u = world.actors.units
    mine = (before.alive == 1) & (before.kind == POLICE)
    assert not moved(world) and all(
        np.array_equal(u[name][mine], before[name][mine])
        for name in ("posting", "mission", "status")
    )
