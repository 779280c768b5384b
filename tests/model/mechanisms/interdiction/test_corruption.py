"""4.7 Corruption: how what passes a post comes to buy it."""

import math

import numpy as np
import pytest
from hand_made import one, parameters
from small_runs import small_run

from sim.model.mechanisms.forces.redeployment import arrive
from sim.model.mechanisms.interdiction.corruption import taken_after
from sim.model.rules.encounters import bought, manned, post_probability
from sim.model.state import counts as q
from sim.model.state.agents import CHECKPOINT, Unit


def taken(days, a_day, rotated_every=10_000):
    p, b = parameters("corruption"), 0.0
    for day in range(1, days + 1):
        b = taken_after(b, a_day * 20.0, 20.0, p)
        b = 0.0 if day % rotated_every == 0 else b
    return b


def test_takings_settle_where_they_lapse_as_fast_as_they_come():
    """b = r (1 - k^t) / (1 - k) with k = exp(-1 / 180), which has the shape of `1 - exp(-days at
    this post / 180)` (section 4.7 of the model)."""
    keep = math.exp(-1.0 / 180.0)
    for days in (1, 30, 180, 2_000):
        assert taken(days, 5.0) == pytest.approx(5.0 * (1.0 - keep**days) / (1.0 - keep))
    assert taken(180, 5.0) / taken(5_000, 5.0) == pytest.approx(1.0 - math.exp(-1.0), abs=1e-6)
    assert taken_after(7.0, 100.0, 0.0, parameters("corruption")) == pytest.approx(
        7.0 * keep
    )  # nobody is there to be paid


def test_a_busy_post_leaks_an_idle_or_a_rotated_one_does_not():
    p = parameters("detection")

    def stops(bribed):
        return post_probability(20.0, bribed, True, 100.0, p)

    idle, busy, busier, rotated = (
        taken(360, a_day, every)
        for a_day, every in ((0.0, 1_000), (10.0, 1_000), (30.0, 1_000), (30.0, 60))
    )
    assert idle == 0.0
    assert stops(idle) == stops(0.0) == pytest.approx(manned(20.0, p) * p.q_river)
    assert stops(busier) < stops(busy) < stops(idle)
    assert stops(busy) < stops(rotated)
    assert max(taken(day, 30.0, 60) for day in range(360)) < 0.5 * busier
    assert bought(1e12, p) == p.corruption
    assert bought(0.0, p) == 0.0
    assert bought(p.corruption_usd, p) == pytest.approx(p.corruption * (1 - math.exp(-1)))


def test_only_a_move_to_another_place_breaks_the_arrangement():
    theatre = np.zeros(3, np.int64)
    p = parameters("redeployment")
    for site, left in ((1, 900.0), (2, 0.0)):
        unit = one(Unit, posting=1, order_site=site, order_mission=CHECKPOINT, bribed_usd=900.0)
        arrive(unit, theatre, p)
        assert unit.bribed_usd == left


def test_bribes_go_to_those_who_stand_where_loads_pass():
    """Posts have taken what firms paid there, less what has lapsed. Where nothing passed, nobody
    has taken anything."""
    parts = {}
    for usd in (0.0, 5.0):
        run = small_run(
            **{
                "time.horizon_days": 84,
                "allow_outside_range": True,
                "parameters": {"detection.post_bribe_usd": usd, "corruption.days": 1e9},
            }
        )
        run.advance(run.end)
        units, towns = run.world.actors.units, run.world.places.communities
        assert (towns.bribes_usd == 0.0).all()
        assert (units.bribed_usd[(units.mission != CHECKPOINT) & (units.mission != 3)] == 0.0).all()
        parts[usd] = (units.bribed_usd.copy(), float(run.world.tally[:, q.PAID_BRIBE].sum()))
    assert (parts[0.0][0] == 0.0).all()
    assert (parts[5.0][0] > 0.0).any()
    assert (parts[5.0][0][units.mission == CHECKPOINT] == 0.0).any()
    assert parts[5.0][1] > parts[0.0][1] > 0.0
