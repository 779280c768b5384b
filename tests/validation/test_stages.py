"""Direct changes of the world after day 0: each does what its experiment says, and no more."""

import dataclasses
import math

import numpy as np
import pytest

from sim.model.state.agents import IDLE, POLICE, PUTUMAYO
from sim.scenario import load_scenario
from sim.simulation.run import Run
from sim.validation import run as validation
from sim.validation.checks import ratio_to
from sim.validation.facts import FACTS, stages

STAGED = [fact for fact in FACTS.values() if fact.stages]
BEFORE = {"time.burn_in_days": 28, "time.horizon_days": 84}


def after_day_0(**overrides):
    one = Run(load_scenario("redeploy:baseline", BEFORE | overrides))
    one.advance(one.burn_in + 1)
    return one


@pytest.fixture(scope="module")
def morning():
    """The morning of day 1, for looking only."""
    return after_day_0()


@pytest.mark.parametrize("fact", STAGED, ids=lambda fact: fact.id)
def test_every_arm_of_a_staged_fact_has_a_stage(fact):
    assert set(fact.stages) == set(fact.arms)
    assert [point.scenario.title for point in validation.plan_of(fact).points] == list(fact.arms)


def test_the_code_of_the_stages_is_part_of_what_a_run_is_kept_under(monkeypatch):
    before = validation.plan_of(FACTS["N12"]).plan_id
    monkeypatch.setattr(validation, "stages_hash", lambda: "changed")
    assert validation.plan_of(FACTS["N12"]).plan_id != before


def test_a_fact_without_stages_takes_the_run_of_the_model():
    assert validation.run_of(FACTS["S17"]) is None


def test_hamlets_are_small_posted_not_ruled_and_have_a_column_near():
    one = after_day_0()
    world = one.world
    found = stages.hamlets_with_columns(world)
    towns, places = world.places.communities, list(found)
    assert len(places) == stages.HAMLETS
    assert (towns.population[places] < stages.HAMLET_PEOPLE).all()
    assert (towns.theatre[places] == stages.VRAEM).all() and not towns.ruled[places].any()
    for place, column in found.items():
        assert stages.units_at(world, {place}).size
        assert stages.km_to(world, place, np.array([column]))[column] <= stages.NEAR_KM


def test_every_unit_around_leaves_police_too_and_no_other():
    one = after_day_0(**{"record.events": True})
    units = one.world.actors.units
    before = units.mission.copy()
    stages.PostsLeft(13, 26, 2, leaves=True)(one)
    idle = np.flatnonzero((units.mission == IDLE) & (before != IDLE))
    left = set(units.posting[idle].tolist())
    assert idle.size and (units.kind[idle] >= POLICE).any()
    assert set(stages.units_at(one.world, left).tolist()) == set(idle.tolist())
    others = np.setdiff1d(np.arange(len(units)), idle)
    assert (units.mission[others] == before[others]).all()


def test_columns_get_the_fighters_of_the_case_and_kept_posts_stay():
    one = after_day_0(**{"record.events": True})
    before = one.world.actors.units.mission.copy()
    own = stages.PostsLeft(100, 100, 1, leaves=False)(one)
    groups = one.world.actors.groups
    large = groups.fighters[groups.fighters > 90.0]
    assert 1 <= len(large) <= stages.HAMLETS and (large <= 100.0).all()
    assert (one.world.actors.units.mission == before).all()
    assert 0.0 <= own["hamlets_ruled_1w"] <= 1.0 and own["acts_elsewhere"] >= 0.0


def test_putumayo_posts_are_those_of_its_basin():
    one = after_day_0()
    world = one.world
    before = world.actors.units.mission.copy()
    own = stages.PutumayoPosts(leaves=True)(one)
    left = world.actors.units.posting[world.actors.units.mission != before]
    assert len(left) and (world.ways.basin[left] == PUTUMAYO).all()
    assert set(own) == {"services_at_posts", "cooperation_at_posts"}
    assert all(0.0 <= value <= 1.0 for value in own.values())


def test_without_fighters_nobody_covers_a_place():
    one = after_day_0()
    own = stages.no_fighters(one)
    assert own["people_armed_before_vraem"] > 0.0 and own["people_armed_before_loreto"] > 0.0
    one.advance(1)
    assert not one.world.places.communities.armed_coverage.any()


def test_rotation_and_thinning_take_the_same_people_away(morning):
    units = morning.world.actors.units
    posts = stages.rotating_posts(morning.world)
    assert len(posts) == stages.POSTS and min(map(len, posts)) >= stages.POST_UNITS
    whole = sum(units.soldiers[rows].sum() for rows in posts)
    one = after_day_0()
    stages.thinning(one)
    gone = units.soldiers.sum() - one.world.actors.units.soldiers.sum()
    assert gone == pytest.approx(whole / stages.POSTS, rel=0.03)
    assert (one.world.actors.units.soldiers <= one.world.actors.units.established).all()


def test_rotation_empties_one_post_at_a_time_and_fills_it_again():
    one = after_day_0()
    units = one.world.actors.units
    posts = stages.rotating_posts(one.world)
    seen = []
    advance = one.advance

    def look(days):
        seen.append([bool((units.mission[rows] == IDLE).all()) for rows in posts])
        advance(days)

    one.advance = look
    stages.rotation(one)
    assert [row.index(True) for row in seen] == [0, 1, 2] and all(sum(row) == 1 for row in seen)


def test_a_ratio_of_means_has_the_spread_of_both():
    values, reference = np.array([2.0, 4.0]), np.array([1.0, 3.0])
    found = ratio_to(values, reference)
    assert found.mean() == pytest.approx(1.5)
    assert found.tolist() == pytest.approx([1.75, 1.25])
    assert math.isnan(ratio_to(values, np.zeros(2)).mean())


@pytest.mark.parametrize("id", ["N3", "N12", "N19", "W2", "W4"])
def test_a_staged_experiment_runs_and_is_reported(id, tmp_path, monkeypatch):
    """It has a verdict, whichever it is; runs are short here, so the verdict means nothing."""
    weeks = stages.LOOK_WEEKS * 7 + 14
    short = {"time.burn_in_days": 28, "time.horizon_days": 28 if id == "N12" else weeks}
    fact = FACTS[id]
    arms = {label: dict(overrides) | short for label, overrides in fact.arms.items()}
    quick = dataclasses.replace(fact, arms=arms, replications=2)
    monkeypatch.setitem(FACTS, id, quick)
    (score,) = validation.validate([id], tmp_path / "v", workers=1)
    assert score.failed_runs == 0 and score.checks
    assert score.result in ("pass", "fail", "open")
    assert [each["what"] for each in score.as_dict()["checks"]] == [
        check.what for check in score.checks
    ]
