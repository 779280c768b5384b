"""4.15 The partner over weeks on the small map: coordination comes slowly and goes at once; cells
that flee are met."""

import numpy as np
import pytest
from small_runs import alone, small_run

from sim.model.state import counts as q
from sim.model.state.agents import DISSIDENT, PERU
from sim.model.state.arrays import POLICE_PEOPLE
from sim.names import LORETO


def weeks(run, n, *loops):
    """Run n weekly days of the named loops and nothing else."""
    for week in range(1, n + 1):
        run.t = 7 * week
        alone(run, *loops)


def quiet(**more):
    """Return a run whose goal is full coordination, without friction except what a test adds."""
    off = {
        "partner.incident_rate": 0.0,
        "partner.incident_crossing": 0.0,
        "partner.incident_harm": 0.0,
    }
    return small_run(
        time__horizon_days=350,
        partner__coordination=1.0,
        allow_outside_range=True,
        parameters=off | more,
    )


def test_coordination_comes_with_a_delay():
    """After n weeks 1 - (1 - 1/4)^n of the way is done: `delay_weeks` is 4."""
    run = quiet()
    weeks(run, 6, "partner.coordinate")
    assert run.world.places.partners.coordination == pytest.approx(1 - 0.75**6)


def test_suspension_takes_it_away_at_once_and_it_must_grow_again():
    run = quiet(**{"partner.suspend": 100.0, "partner.heal_weeks": 1e9})
    weeks(run, 6, "partner.coordinate")
    colombia = run.world.places.partners.country == 3
    run.world.places.partners.friction[colombia] = 0.5
    run.t = 49
    alone(run, "partner.coordinate")
    partners = run.world.places.partners
    assert (partners.coordination[colombia] == 0).all()
    assert (partners.coordination[~colombia] > 0.8).all()
    assert (partners.suspended_until[colombia] >= 56).all()
    assert run.world.tally[:, q.SUSPENDED_DAYS].sum() == 7.0
    partners.friction[:], run.t = 0.0, int(partners.suspended_until[colombia][0])
    alone(run, "partner.coordinate")
    assert partners.coordination[colombia] == pytest.approx(0.25)


def test_friction_off_never_suspends():
    run = quiet(**{"partner.suspend": 0.0, "partner.incident_rate": 5.0})
    weeks(run, 20, "partner.coordinate")
    assert run.world.places.partners.friction.min() > 0.5
    assert run.world.tally[:, q.LINE_INCIDENTS].sum() > 40
    assert run.world.tally[:, q.SUSPENDED_DAYS].sum() == 0.0
    assert run.world.places.partners.coordination.min() > 0.9


def test_the_lever_suspends_whatever_the_friction():
    run = small_run(partner__coordination=1.0, partner__suspended=True)
    run.advance(run.end)
    assert run.world.places.partners.coordination.max() == 0.0


def flight(handover, z=1.0):
    """Return the fighters that the partner leaves of a cell that flees across the line from great
    pressure."""
    run = quiet(
        **{
            "partner.handover": handover,
            "partner.sigma": 100.0,
            "partner.joint_rate": 0.0,
            "partner.pressure_people": 1.0,
        }
    )
    run.advance(8)
    world = run.world
    groups, partners = world.actors.groups, world.places.partners
    cell = np.flatnonzero((groups.kind == DISSIDENT) & (groups.country == PERU))[0]
    partners.coordination[:] = z
    partners.presence[:] = 0.0
    foreign = world.border.refuge[groups.site[cell]]
    partners.presence[partners.site == foreign] = 2.0 if z else 0.0
    world.minds.danger[:] = 1e6
    world.tally[:] = 0.0
    groups.fighters[cell], run.t = 20.0, 14
    alone(run, "partner.cross")
    assert groups.country[cell] != PERU
    return float(groups.fighters[cell]), world.tally[:, q.HANDED_OVER, LORETO].sum()


def test_pursuit_stops_at_the_line_without_coordination_or_hand_over():
    assert flight(0.0) == (20.0, 0.0)
    assert flight(1.0, z=0.0) == (20.0, 0.0)


def test_a_cell_in_flight_is_handed_over():
    """With hand-over certain and both sides pressing hard, the cell is met and loses `joint_loss`,
    a fifth."""
    left, handed_over = flight(1.16)  # divided by 1 - exp(-2), the pressure of the two people there
    assert left == 16.0
    assert handed_over >= 1


@pytest.mark.parametrize(
    ("police", "across", "moves"), [(1e6, 0.0, True), (0.0, 0.0, False), (1e6, 1e6, False)]
)
def test_firms_move_their_base_away_from_the_police(police, across, moves):
    """Only firms at the line move, and only towards less pressure. From abroad they count as
    foreign, out of reach of an arrest."""
    run = quiet(**{"partner.sigma": 100.0, "partner.own_will": 1.0})
    run.advance(8)
    world = run.world
    firms = world.actors.networks
    at_line = (firms.alive == 1) & (world.border.refuge[firms.hub] >= 0)
    others = firms.hub[~at_line].copy()
    world.fields.force[:, POLICE_PEOPLE], world.places.partners.presence[:] = police, across
    run.world.parameters.partner.firm_return[:] = 0.0
    run.t = 14
    alone(run, "partner.move_bases")
    assert at_line.any()
    assert (world.sites.country[firms.hub[at_line]] != PERU).all() == moves
    assert firms.foreign[at_line].all() == moves
    assert (firms.hub[~at_line] == others).all()


def test_business_draws_a_base_home():
    run = quiet(**{"partner.firm_return": 0.0})
    run.advance(8)
    run.world.parameters.partner.firm_return[:] = 100.0
    firms = run.world.actors.networks
    abroad = (firms.alive == 1) & (run.world.sites.country[firms.hub] != PERU)
    assert abroad.any()
    assert firms.foreign[abroad].all()
    run.t = 14
    alone(run, "partner.move_bases")
    assert (run.world.sites.country[firms.hub[abroad]] == PERU).all()
    assert not firms.foreign[abroad].any()
