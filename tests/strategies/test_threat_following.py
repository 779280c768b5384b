"""threat-following: it moves step by step as the threat per soldier changes, without feedback."""

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest
from small_world import BURN_IN, arrive, at_border, make_world, review, strategy_of

from sim.simulation.orders import enter
from sim.simulation.situation import situation
from sim.strategies.situation import ReportTable, Weekly

LATER = tuple(range(14, 3650, 14))
USUAL = {
    "attacks": (1, 4),
    "seizures": (4, 4),
    "armed_group": (2, 2),
    "shipment": (3, 3),
    "laboratory": (6, 25),
}  # border, VRAEM, 14 days


@pytest.fixture(scope="module")
def quiet():
    return situation(make_world(), 0)


def seen(quiet, day, coverage=(0.4, 0.4), source="tip", age=5, **signs):
    """A review's situation: what two weeks told, by sign, and coverage, each of (border, VRAEM)."""
    signs = USUAL | signs
    kinds = [
        kind for kind in ("armed_group", "shipment", "laboratory") for _ in range(sum(signs[kind]))
    ]
    theatre = [
        t
        for k in ("armed_group", "shipment", "laboratory")
        for t in ["loreto"] * signs[k][0] + ["vraem"] * signs[k][1]
    ]
    n, place = len(kinds), np.zeros(len(kinds), int)
    received = place + day - age
    reports = ReportTable(
        place,
        np.array(theatre, "U9"),
        np.array(kinds, "U12"),
        received - 3,
        received,
        np.full(n, source),
    )
    views = {}
    for name, view in quiet.theatre.items():
        side = 1 if name == "vraem" else 0
        two = {
            k: Weekly(np.full(2, (0 if name == "cajamarca" else signs[k][side]) / 2.0), 0.0)
            for k in ("attacks", "seizures")
        }
        views[name] = dataclasses.replace(view, coverage=coverage[side], **two)
    now = dataclasses.replace(quiet, day=day)
    vars(now).update(own=quiet.own, reports=reports, theatre=MappingProxyType(views))
    return now


def follower(quiet, share=0.3, **settings):
    strategy = strategy_of(make_world(share_to_border=share), "threat-following", **settings)
    assert strategy.share_on(quiet) == 0.0
    return strategy


def shares(quiet, strategy, signs, **told):
    """Share after each review; `signs` by review. Own units stay where they are in these."""
    return [
        round(strategy.share_on(seen(quiet, day, **each, **told)), 6)
        for day, each in zip(LATER, signs)
    ]


MANY = {"attacks": (10, 40), "seizures": (40, 40), "armed_group": (20, 20), "shipment": (30, 30)}


def times(factor, of=USUAL, side=0):
    return {
        sign: tuple(round(n * (factor if i == side else 1)) for i, n in enumerate(both))
        for sign, both in of.items()
    }


def test_nobody_moves_before_16_weeks_are_known_nor_while_all_is_as_it_was(quiet):
    assert shares(quiet, follower(quiet), [times(k, MANY) for k in range(1, 9)])[:7] == [0.0] * 7
    assert set(shares(quiet, follower(quiet), [USUAL] * 60)) == {0.0}


def test_a_threat_that_grows_moves_one_step_after_as_many_reviews_as_patience_asks(quiet):
    rise = [MANY] * 8 + [times(2, MANY)] * 4
    assert shares(quiet, follower(quiet), rise) == [0.0] * 9 + [
        0.05,
        0.05,
        0.1,
    ]  # own units do not move here: it goes on
    assert shares(quiet, follower(quiet, patience_reviews=4, step=0.1), rise)[-2:] == [0.0, 0.1]


@pytest.mark.parametrize("sign", ["attacks", "seizures", "armed_group", "shipment"])
def test_each_sign_alone_can_call_for_a_move_and_for_a_return(quiet, sign):
    for side, way in ((0, 1), (1, -1)):
        strategy = follower(quiet)
        strategy.share = 0.15
        shown = shares(
            quiet, strategy, [MANY] * 8 + [MANY | {sign: times(8, MANY, side)[sign]}] * 5
        )
        assert (shown[-1] - 0.15) * way > 0, (sign, side)


def test_laboratories_call_for_no_move(quiet):
    assert set(
        shares(quiet, follower(quiet), [USUAL] * 8 + [USUAL | {"laboratory": (90, 25)}] * 20)
    ) == {0.0}


def test_a_change_within_chance_moves_nobody(quiet):
    assert set(shares(quiet, follower(quiet), [USUAL] * 8 + [times(1.25)] * 20)) == {0.0}
    assert (
        shares(quiet, follower(quiet), [MANY] * 8 + [times(1.25, MANY)] * 20)[-1] > 0.0
    )  # the same rise, ten times as many signs
    assert set(shares(quiet, follower(quiet, threshold_sd=9), [USUAL] * 8 + [times(2)] * 20)) == {
        0.0
    }


def test_an_equal_rise_in_both_theatres_moves_nobody(quiet):
    assert set(shares(quiet, follower(quiet), [MANY] * 8 + [times(3, times(3, MANY), 1)] * 20)) == {
        0.0
    }


def test_few_or_no_signs_are_no_sign(quiet):
    nothing = dict.fromkeys(USUAL, (0, 0))
    assert set(
        shares(
            quiet,
            follower(quiet),
            [nothing] * 8 + [nothing | {"shipment": (1, 0)}] * 9 + [nothing] * 9,
        )
    ) == {0.0}


def test_share_stays_between_0_and_the_lever(quiet):
    strategy = follower(quiet, share=0.12)
    assert shares(quiet, strategy, [MANY] * 8 + [times(9, MANY)] * 12)[-1] == 0.12
    strategy.levers = strategy.levers.model_copy(update={"share_to_border": 0.03})
    assert strategy.share_on(seen(quiet, 700)) == 0.03
    assert max(shares(quiet, follower(quiet, share=0.0), [MANY] * 8 + [times(9, MANY)] * 9)) == 0.0


def test_reports_count_once_in_the_two_weeks_in_which_they_came(quiet):
    assert set(
        shares(
            quiet, follower(quiet), [MANY | {"attacks": (0, 0), "seizures": (0, 0)}] * 20, age=14
        )
    ) == {0.0}
    strategy = follower(quiet)
    shares(quiet, strategy, [MANY] * 3, age=14)
    assert strategy.weeks[-1].counts[2:].sum() == 0.0


def test_reports_that_own_patrols_make_move_nobody(quiet):
    """Reports grow with coverage as the model has it and nothing else changes."""
    told = {"armed_group": (20, 20), "shipment": (30, 30)}
    factor = {0: (0.3 + 0.7 * 0.6) / (0.3 + 0.7 * 0.2), 1: (0.3 + 0.7 * 0.3) / (0.3 + 0.7 * 0.5)}
    heard = {
        kind: tuple(round(n * factor[i]) for i, n in enumerate(both)) for kind, both in told.items()
    }

    def followed(strategy, source="tip"):
        strategy.at_first = {}
        strategy.share_on(seen(quiet, 0, coverage=(0.2, 0.5)))
        shown = [
            strategy.share_on(seen(quiet, day, coverage=(0.2, 0.5), source=source, **told))
            for day in LATER[:8]
        ]
        return shown + [
            strategy.share_on(seen(quiet, day, coverage=(0.6, 0.3), source=source, **heard))
            for day in LATER[8:16]
        ]

    assert set(followed(follower(quiet))) == {0.0}
    assert followed(follower(quiet, told_anyway=1.0))[-1] > 0.0  # uncorrected
    assert followed(follower(quiet), "partner")[-1] > 0.0  # a partner sees what it sees


def test_ten_years_of_the_loop_end_where_threat_and_soldiers_are_in_proportion(quiet):
    """Each soldier brings more reports than the staff's trust allows for."""
    world = make_world(share_to_border=1.0)
    strategy = strategy_of(world, "threat-following")
    shown = []
    for day in (0, *LATER):
        share, threat = at_border(world).total() / 333, 1.0 if day < 1000 else 3.0
        there = {"border": (58 + 333 * share) / 58, "vraem": 1.0 - share}  # soldiers against day 0
        signs = {
            "attacks": (round(6 * threat), 24),
            "seizures": (round(30 * threat * there["border"]), round(30 * there["vraem"])),
        }
        signs |= {
            k: (round(20 * threat * there["border"] ** 0.3), round(20 * there["vraem"] ** 0.3))
            for k in ("armed_group", "shipment")
        }
        now = seen(situation(world, day), day, **signs)
        vars(now)["own"] = situation(world, day).own
        enter(world, strategy.decide(now), BURN_IN + day)
        arrive(world)
        shown.append(at_border(world).total() / 333)
    before, after = shown[: 1000 // 14], shown[2000 // 14 :]
    assert max(before) == 0.0
    in_proportion = (3 * 58 * 333 - 58 * 333) / (
        333 * (3 * 58 + 333)
    )  # share at which soldiers are three to one against day 0
    assert (
        0.5 * in_proportion < min(after)
        and max(after) < 2.5 * in_proportion
        and max(after) - min(after) <= 0.1 + 1e-9
    )


def test_orders_follow_the_share(quiet):
    world = make_world(share_to_border=0.3)
    strategy = strategy_of(world, "threat-following")
    assert review(world, strategy, 0) is None
    strategy.share = 0.1
    review(world, strategy, 14)
    assert at_border(world).total() == 33
