"""4.9 Camps: what pulls a camp, how far it goes, and where it never goes."""

import math

import numpy as np
import pytest
from hand_made import MANY, chance, one, parameters
from small_rule import Line

from sim.model.chance import GROUP_MOVE
from sim.model.mechanisms.insurgents.camps import around, next_camp, pull
from sim.model.state.agents import Community
from sim.names import LORETO, VRAEM

SECOND = 1  # another party than the first


# --- what pulls ---


def test_the_pull_of_a_place_by_hand():
    """`(kg + ha + 100)^.5 (.05 + .5 (b + around)) (1 - s)^2 exp(-km / 15 - .02 danger)`."""
    town = one(Community, kg_recent=25.0, coca=60.0, poppy=15.0, protection=0.4)
    by_hand = math.sqrt(200.0) * (0.05 + 0.5 * 0.8) * 0.36 * math.exp(-30.0 / 15.0 - 0.02 * 40.0)
    assert pull(town, 0.8, 30.0, 40.0, parameters("camps")) == pytest.approx(by_hand)


def test_a_protected_place_pulls_nobody():
    town = one(Community, coca=500.0, protection=1.0)
    assert pull(town, 2.0, 0.0, 0.0, parameters("camps")) == 0.0


def test_fresh_ground_pulls_too():
    assert pull(one(Community), 0.0, 0.0, 0.0, parameters("camps")) == pytest.approx(10.0 * 0.05)


def test_the_people_around_are_the_mean_by_people_and_reach_without_the_place_itself():
    line = Line(3, town={"population": [1_000.0, 400.0, 2_000.0]}).rules([0.9, 0.2, 0.6])
    near, far = 400.0 * math.exp(-10.0 / 25.0), 2_000.0 * math.exp(-20.0 / 25.0)
    kept = around(0, 0, line.b, line.towns, line.reach)
    assert kept == pytest.approx((0.2 * near + 0.6 * far) / (near + far))


def test_a_place_alone_has_nobody_around():
    line = Line(2, apart=80.0).rules([0.9, 0.9])
    assert around(0, 0, line.b, line.towns, line.reach) == 0.0


# --- where it goes ---

DRAWS = 4_000


def shares(line, g=0):
    """Return the share of keys whose draws lead a camp to each place."""
    went = [
        next_camp(
            line.groups[g],
            g,
            line.places,
            line.minds,
            line.sites,
            line.reach,
            line.support,
            line.p("camps"),
            np.uint64(key),
            GROUP_MOVE,
            7,
        )
        for key in range(DRAWS)
    ]
    return np.bincount(went, minlength=len(line.towns)) / DRAWS


def by_hand(line, here=0, g=0):
    """Return the weights of the places as shares, from the law on the page."""
    p, k = line.p("camps"), line.groups[g].party
    weights = []
    for i, town in enumerate(line.towns):
        kept = line.b[i, k] + around(i, k, line.b, line.towns, line.reach)
        km = line.km[here, i]
        inside = km <= p.most_km and line.sites.theatre[i] == line.sites.theatre[here]
        weights.append(pull(town, kept, km, line.minds.danger[g, i], p) if inside else 0.0)
    return np.array(weights) / sum(weights)


def test_a_camp_is_drawn_by_the_weights():
    line = Line(5, town={"coca": [0.0, 300.0, 50.0, 0.0, 900.0], "protection": [0.2, 0, 0.5, 0, 0]})
    line.rules([0.4, 0.1, 0.0, 0.7, 0.0]).minds.danger[0] = [0.0, 30.0, 0.0, 5.0, 0.0]
    assert shares(line) == pytest.approx(by_hand(line), abs=0.03)  # four standard errors
    assert (by_hand(line) > 0.01).all()


def test_only_people_of_its_own_party_pull():
    line, other = Line(3), Line(3).rules([0.0, 0.0, 0.9], party=SECOND)
    assert np.array_equal(shares(line), shares(other))
    assert shares(line.rules([0.0, 0.0, 0.9]))[2] > shares(other)[2]


def test_a_camp_of_a_later_party_is_pulled_by_its_own_people():
    line = Line(3, camped=[(SECOND, 0, 20.0)])
    before = shares(line)
    assert np.array_equal(shares(line.rules([0.0, 0.0, 0.9])), before)
    assert shares(line.rules([0.0, 0.0, 0.9], party=SECOND))[2] > before[2]


def test_danger_that_it_believes_in_repels_it_and_only_it():
    line = Line(2, camped=[(0, 0, 20.0), (0, 0, 20.0)])
    line.minds.danger[0, 1] = 100.0
    assert shares(line, 0)[1] < 0.3 * shares(line, 1)[1]


@pytest.mark.parametrize(("apart", "reached"), [(22.4, 5), (22.6, 4), (90.1, 1)])
def test_a_camp_never_goes_farther_than_90_km(apart, reached):
    line = Line(5, apart=apart, camps={"move_km": 1e6})
    assert (shares(line) > 0.0).sum() == reached


def test_a_camp_stays_in_its_theatre():
    line = Line(4, theatre=[VRAEM, VRAEM, LORETO, VRAEM], town={"coca": [0.0, 0.0, 9e4, 0.0]})
    went = shares(line)
    assert went[2] == 0.0 < min(went[[0, 1, 3]])


def test_where_nothing_pulls_a_camp_stays():
    line = Line(3, town={"protection": 1.0}, camped=[(0, 1, 20.0)])
    assert shares(line).tolist() == [0.0, 1.0, 0.0]


# --- a week ---


def test_a_camp_moves_in_about_a_fifth_of_the_weeks():
    """Nothing pulls it home, so that whoever moves is seen to move."""
    line = Line(2, apart=1.0, town={"protection": [1.0, 0.0]})
    moved = 0
    for week in range(MANY):
        line.groups.site[0] = 0
        moved += int(line.move(key=week).groups.site[0])
    assert moved / MANY == chance(0.22)


@pytest.mark.parametrize(("chance_", "moves"), [(0.0, False), (1.0, True)])
def test_the_chance_of_a_week_decides_who_moves(chance_, moves):
    line = Line(4, camps={"move": chance_}, town={"protection": [1.0, 0.0, 0.0, 0.0]})
    assert (line.move().groups.site[0] != 0) == moves


def test_a_camp_abroad_does_not_move_by_this_law():
    line = Line(3, abroad=[5.0], camped=[(0, 3, 20.0)], camps={"move": 1.0})
    assert line.move(20).groups.site[0] == 3


def test_a_camp_that_is_gone_does_not_move():
    line = Line(3, camps={"move": 1.0}, town={"protection": [1.0, 0.0, 0.0]})
    line.groups.alive = 0
    assert line.move(20).groups.site[0] == 0


def test_camps_move_one_by_one_and_fighters_go_along():
    line = Line(6, camped=[(0, 0, 20.0)] * 4, camps={"move": 1.0}).move(3)
    assert len(set(line.groups.site[:4].tolist())) > 1
    assert line.groups.fighters.sum() == 80.0


def test_the_prologue_draws_moves_of_its_own():
    run, before = (Line(6, camped=[(0, 0, 20.0)] * 30, camps={"move": 1.0}) for _ in range(2))
    assert (run.move(stream=901).groups.site != before.move(stream=904).groups.site).any()


def test_camps_that_stand_apart_often_move_to_the_same_place():
    """The draw of a place does not depend on where the camp stands: pairs of arms meet again."""
    near, far = (Line(6, camped=[(0, at, 20.0)], camps={"move": 1.0}) for at in (0, 5))
    same = sum(
        int(near.move(key=key).groups.site[0] == far.move(key=key).groups.site[0])
        for key in range(400)
    )
    assert same > 200
