"""The reference of bases of support keeps its identities and answers in the right direction."""

import math

import numpy as np
import pytest
from weekly_support import (
    MPCP,
    PERU,
    Camps,
    Constants,
    Flow,
    Force,
    Ground,
    Support,
    covered,
    political_reach,
)

from sim.model.chance import U

KEY = U(7)
FEW = 12  # hamlets along a valley, 12 km from one to the next
TOWN = FEW - 1  # the last of them is a town


def valley(**changes) -> Ground:
    """Eleven hamlets and a town on a road; one load a day leaves through the town."""
    km = 12.0 * np.abs(np.arange(FEW)[:, None] - np.arange(FEW)[None, :]).astype(float)
    people = np.full(FEW, 800.0)
    people[TOWN] = 20_000.0
    made = Ground(
        people=people,
        theatre=np.ones(FEW, np.int64),
        country=np.full(FEW, PERU),
        km=km,
        kernel=np.where(km <= 40.0, np.exp(-km / 12.0), 0.0),
        ronda=np.zeros(FEW, bool),
        committee=np.full(FEW, 20.0),
        hectares=np.where(np.arange(FEW) < 8, 150.0, 0.0),
        kg_week=np.full(FEW, 100.0),
        flows=(Flow(300.0, 0, np.arange(4, FEW), np.full(FEW - 4, 300.0)),),
        cluster=np.zeros(FEW, np.int64),
        danger=np.zeros(FEW),
        coverage_scale=25.0,
        committee_weight=0.15,
        garrison_weight=1.7,
    )
    return made._replace(**changes)


def soldiers(each: float) -> Force:
    none = np.zeros(FEW)
    return Force(np.full(FEW, each), none + 2.0, none, none)


def camps(*fighters: float) -> Camps:
    n = len(fighters)
    return Camps(
        np.full(n, MPCP), np.arange(1, n + 1, dtype=np.uint64), np.arange(n), np.array(fighters)
    )


def world(ground=None, force=None, armed=None, **constants) -> Support:
    return Support(
        valley() if ground is None else ground,
        soldiers(20.0) if force is None else force,
        camps(13.0, 13.0) if armed is None else armed,
        Constants(**constants),
        KEY,
    )


@pytest.fixture(scope="module")
def rested() -> Support:
    """The valley on day 0."""
    made = world()
    made.settle()
    made.prologue()
    return made


def test_the_four_parts_of_protection_act_each_alone():
    civil = world(
        force=soldiers(0.0)._replace(police=np.zeros(FEW)), ground=valley(committee=np.zeros(FEW))
    )
    assert civil.s == pytest.approx(0.5 * civil.ground.people / (civil.ground.people + 3_000.0))
    none = world(civil=0.0)
    assert none.s == pytest.approx(1.0 - (1.0 - none.felt[0]) * (1.0 - none.felt[1]))
    ronda = world(
        ground=valley(ronda=np.ones(FEW, bool)), civil=0.0, force=Force(*np.zeros((4, FEW)))
    )
    assert ronda.s == pytest.approx(0.9)


def test_felt_coverage_falls_in_days_and_rises_in_weeks():
    made = world()
    before = made.felt[0].copy()
    made.force = soldiers(0.0)
    target = made.covered_by_state()[0]
    made.protect()
    assert made.felt[0] == pytest.approx(target + (before - target) * math.exp(-7.0 / 5.0))
    low = made.felt[0].copy()
    made.force = soldiers(20.0)
    target = made.covered_by_state()[0]
    made.protect()
    assert made.felt[0] == pytest.approx(target + (low - target) * math.exp(-7.0 / 21.0))


def test_committees_fade_where_nobody_is_felt_and_where_a_party_rules():
    lone = world(force=Force(*np.zeros((4, FEW))), ground=valley(committee=np.zeros(FEW)))
    for _ in range(26):
        lone.keep_heart()
    assert lone.vigour == pytest.approx(math.exp(-1.0))
    ruled = world(ground=valley(ronda=np.ones(FEW, bool)))
    ruled.b[:, MPCP] = 0.6
    for _ in range(1_000):
        ruled.keep_heart()
    assert ruled.vigour == pytest.approx(0.4)


def test_political_reach_stops_at_three_lengths_and_crosses_rivers_only():
    ground = valley(country=np.array([PERU] * 6 + [2] * 2 + [3] * 2 + [4] * 2))
    reach = political_reach(ground._replace(people=ground.people[:6]), Constants())
    assert reach[5, 5] == 1.0 and reach[0, 5] == pytest.approx(math.exp(-60.0 / 25.0))
    assert reach[5, 6] == 0.0  # Ecuador: no river
    assert reach[5, 8] == pytest.approx(0.3 * math.exp(-36.0 / 25.0))  # Colombia
    assert reach[0, 8] == 0.0  # 96 km


def test_rule_has_the_fixed_point_of_its_equation():
    made = world(armed=camps(13.0))
    made.settle()
    c, s = made.constants, made.s
    gain = c.growth * (1.0 - np.exp(-made.per_1000(MPCP) / c.half_reach)) * (1.0 - s) ** 2
    lost = c.fading + c.decay * s
    assert made.b[:, MPCP] == pytest.approx(gain / (gain + lost), abs=1e-9)


def test_rule_fades_at_its_own_rate_when_the_fighters_are_gone():
    made = world(armed=camps(13.0))
    made.b[:, MPCP] = 0.5
    made.fighters[:] = 0.0
    expected = 0.5 * (1.0 - 0.01 - 0.02 * made.s)
    made.rule_people()
    assert made.b[:, MPCP] == pytest.approx(expected)


def test_a_fresh_vacuum_fills_faster_and_an_old_one_does_not():
    fresh, old = world(), world()
    fresh.s_usual = fresh.s + 0.2
    old.s_usual = old.s.copy()
    fresh.rule_people()
    old.rule_people()
    assert fresh.b[0, MPCP] == pytest.approx(3.0 * old.b[0, MPCP])


def test_shares_sum_to_one_and_parties_never_pass_the_whole():
    made = world(armed=camps(400.0, 400.0), growth=0.9)
    made.settle()
    made.prologue()
    made.live(20)
    assert sum(made.shares()) == pytest.approx(np.ones(FEW))
    assert made.b.sum(axis=1).max() <= 1.0 and min(part.min() for part in made.shares()) >= 0.0


def test_a_load_pays_once_at_the_largest_rule_on_its_way():
    made = world()
    made.b[:, MPCP] = 0.1
    made.b[6, MPCP] = 0.5
    tax = 20.0 / 52.0 * float(made.ground.hectares @ made.b[:, MPCP])
    levy = 0.002 * 1_000.0 / 52.0 * float(made.ground.people @ made.b[:, MPCP])
    assert made.income_usd(MPCP) == pytest.approx(5.0 * 300.0 * 0.5 + tax + levy)
    flow = made.ground.flows[0]
    lost = flow._replace(passed=np.where(flow.way >= 6, 120.0, 300.0))
    made.ground = made.ground._replace(flows=(lost,))
    in_fields = (7 * 0.1 + 0.5) / 8
    # The rest was seized before it came to place 6.
    tolls = 5.0 * (300.0 * in_fields + 120.0 * (0.5 - in_fields))
    assert made.income_usd(MPCP) == pytest.approx(tolls + tax + levy)


def test_fighters_rest_where_income_pays_the_living_and_the_losses(rested):
    strength = rested.strength(MPCP)
    paid = rested.kept[MPCP] * (rested.income_usd(MPCP) + rested.other_usd[MPCP]) / 63.0
    assert paid == pytest.approx(strength * (1.0 + 0.0012 / 0.03), rel=0.15)


def test_the_whole_is_at_rest_under_the_same_force():
    after = []
    for key in range(8):
        held = world()
        held.key = U(key)
        held.settle()
        held.prologue()
        held.live(520)
        after.append(held.strength(MPCP))
    assert np.mean(after) == pytest.approx(26.0, rel=0.15)


def test_fewer_soldiers_leave_more_people_under_armed_rule():
    people = np.zeros(3)
    for key in range(8):
        start = world()
        start.key = U(key)
        start.settle()
        start.prologue()
        for i, each in enumerate((20.0, 10.0, 0.0)):
            arm = start.branch(soldiers(each))
            arm.live(156)
            people[i] += arm.people_armed(1)
    assert people[0] < people[1] < people[2]


def test_without_fighters_armed_rule_falls_under_half_in_three_years(rested):
    gone = rested.branch()
    gone.fighters[:] = 0.0
    gone.live(156)
    assert gone.people_armed(1) < 0.5 * rested.people_armed(1)


def test_a_camp_stays_in_its_theatre_and_within_reach():
    ground = valley(theatre=np.where(np.arange(FEW) < 6, 1, 2))
    made = world(ground=ground, move_chance=1.0)
    for made.week in range(60):
        made.move_camps()
    assert (made.site < 6).all()


def test_coverage_at_the_scale_is_two_thirds():
    assert covered(np.array(25.0), 25.0) == pytest.approx(2.0 / 3.0)
