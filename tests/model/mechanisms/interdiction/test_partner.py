"""4.15 The partner: pressure, hand-over, joint timing, and the friction that suspends
coordination."""

import math

import numpy as np
import pytest
from hand_made import near, one, parameters, rows

from sim.model.chance import INCIDENT, SUSPENSION, U, uniform
from sim.model.mechanisms.interdiction.partner import (
    friction_after,
    incident_hazard,
    strike,
    suspension_days,
)
from sim.model.rules.crossing import people_abroad, pressure
from sim.model.state import counts as q
from sim.model.state.agents import ArmedGroup, Community, Partner
from sim.model.state.arrays import FORCE_COLUMNS, PEOPLE

NEAR = near(
    [0, 1, 3], [0, 0, 1], [1.0, 0.5, 1.0]
)  # town 1 is abroad and community 0 is in its reach


def test_pressure_saturates():
    p = parameters("partner")
    assert pressure(0.0, p) == 0.0
    assert pressure(p.pressure_people, p) == pytest.approx(1 - 1 / math.e)
    assert pressure(1e9, p) == 1.0


@pytest.mark.parametrize(
    ("z", "here", "people"),
    [(0.0, 1.0, 20.0), (1.0, 0.0, 20.0), (0.5, 0.5, 40.0), (1.0, 1.0, 100.0)],
)
def test_the_partner_presses_when_we_press_and_only_if_coordinated(z, here, people):
    """Joint timing: of 100 people `.2 + .8 z here` press."""
    partners = rows(Partner, site=1, presence=100.0, coordination=z)
    assert people_abroad(partners, 1, 0.2, here, NEAR) == pytest.approx(people)


def test_hand_over_needs_coordination():
    """Without a floor nobody is available for joint work until z is above 0."""
    for z in (0.0, 0.4):
        assert people_abroad(
            rows(Partner, site=1, presence=100.0, coordination=z), 1, 0.0, 1.0, NEAR
        ) == pytest.approx(100 * z)


def test_a_strike_takes_whole_fighters_and_is_remembered():
    p, tally = parameters("partner"), np.zeros((len(q.QUANTITIES), q.PLACES))
    cell, partners = one(ArmedGroup, fighters=17.0), rows(Partner)
    strike(cell, partners, 0, 2, p, tally)
    assert cell.fighters == 17 - math.floor(17 * p.joint_loss)
    assert tally[q.FIGHTERS_LOST, 2] == 17 - cell.fighters
    assert partners[0].strikes == 1.0


def test_incidents_come_with_troops_harm_and_strikes_of_that_country_only():
    p = parameters("partner")
    partners, towns, force = (
        rows(Partner, 2, site=1, country=[3, 2], strikes=[2.0, 0.0]),
        rows(Community),
        np.zeros((2, FORCE_COLUMNS)),
    )
    quiet = incident_hazard(partners, 2, towns, force, NEAR, p)
    assert quiet == p.incident_rate
    assert incident_hazard(partners, 3, towns, force, NEAR, p) == pytest.approx(
        quiet + 2 * p.incident_strike
    )
    force[0, PEOPLE] = 1_000.0
    assert incident_hazard(partners, 2, towns, force, NEAR, p) == pytest.approx(
        quiet + 0.5 * p.incident_crossing
    )
    towns.harm_state = 3.0
    assert incident_hazard(partners, 2, towns, force, NEAR, p) == pytest.approx(
        quiet + 0.5 * p.incident_crossing + 1.5 * p.incident_harm
    )


def test_friction_settles_where_its_equation_says():
    """With incidents in a share q of weeks the mean is `k s q / (1 - k (1 - s q))`. Without
    incidents there is no friction, and it is never above 1."""
    p, share = parameters("partner"), 0.1
    keep = math.exp(-1 / p.heal_weeks)
    weeks = 40_000
    friction, total, top = 0.0, 0.0, 0.0
    with np.errstate(over="ignore"):
        for week in range(weeks):
            friction = friction_after(
                friction, float(uniform(U(5), INCIDENT, week, U(3), 0) < share), p
            )
            total, top = total + friction, max(top, friction)
    expected = keep * p.incident_step * share / (1 - keep * (1 - p.incident_step * share))
    assert total / weeks == pytest.approx(expected, rel=0.03)
    assert top < 1.0
    assert friction_after(0.0, 0.0, p) == 0.0
    assert friction_after(1.0, 1.0, p) == pytest.approx(keep)


def test_friction_heals_by_e():
    p, friction = parameters("partner"), 0.8
    for _ in range(int(p.heal_weeks)):
        friction = friction_after(friction, 0.0, p)
    assert friction == pytest.approx(0.8 / math.e)


def test_suspensions_last_weeks_with_an_exponential_tail():
    """They last whole weeks, at least one. The rounded-up exponential of mean m weeks has the mean
    1 / (1 - exp(-1/m))."""
    p = parameters("partner")
    with np.errstate(over="ignore"):
        days = np.array(
            [suspension_days(uniform(U(9), SUSPENSION, t, U(3), 1), p) for t in range(20_000)]
        )
    assert days.min() == 7
    assert (days % 7 == 0).all()
    assert days.mean() / 7 == pytest.approx(1 / (1 - math.exp(-1 / p.suspension_weeks)), rel=0.03)
