"""The prologue: rule at rest before day 0, the balance that follows from it, and what stays as it
was."""

from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import along, one, parameters
from small_rule import Line
from small_runs import MAP, STATE, arrays_of, small_run, taken_apart

import sim.model.day
from sim.model import prologue
from sim.model.mechanisms.forces import presence
from sim.model.mechanisms.insurgents.support import openness
from sim.model.prologue import REST_WEEKS, balance, rule_at_rest, settle, tolls_of, weigh_week
from sim.model.state.agents import FIRST_DISSIDENTS, MPCP_PARTY, PARTIES, Community
from sim.model.state.arrays import RouteFacts
from sim.simulation.page import plain

WAGE = 63.0  # USD a fighter and week

# --- where rule settles ---


def settled(**fields):
    """Return a line at rest: half the places have police, and all have their committee."""
    town = {"population": 3_000.0, "committee": [400.0, 0.0, 150.0, 60.0]}
    line = Line(4, camped=[(0, 0, 20.0), (1, 3, 6.0)], town=town, **fields)
    line.bench.pair_per_site[:] = [[30.0, 5.0], [0.0, 40.0], [80.0, 0.0], [0.0, 0.0]]
    return line.settle()


def test_a_settled_week_changes_nothing():
    line = settled()
    b, vigour, s = line.b.copy(), line.towns.vigour.copy(), line.towns.protection.copy()
    assert b.sum(axis=1).min() > 0.05
    assert np.ptp(s) > 0.1
    assert vigour.min() > 0.01
    line.protect().win()
    assert line.towns.protection == pytest.approx(s, abs=1e-9)
    assert line.towns.vigour == pytest.approx(vigour, abs=1e-9)
    assert line.b == pytest.approx(b, abs=1e-9)


def test_years_of_weeks_keep_what_was_settled():
    line = settled()
    b = line.b.copy()
    for _ in range(520):
        plain(presence.cover)(line.places, line.sites, line.near, line.bench, line.parameters)
        for town in line.towns:
            presence.follow(town, *presence.pace(7.0, line.p("presence")), 1.0)
        line.protect().win()
    assert line.b == pytest.approx(b, abs=1e-8)


def test_what_is_felt_is_what_covers_at_rest():
    towns = settled().towns
    assert (towns.felt_soldiers == towns.covered_by_soldiers).all()
    assert (towns.felt_police == towns.covered_by_police).all()
    assert (towns.protection_usual == towns.protection).all()
    assert towns.felt == pytest.approx(1 - (1 - towns.felt_soldiers) * (1 - towns.felt_police))


def test_without_camps_rule_settles_at_nothing_and_rondas_in_full_vigour():
    line = Line(2, camped=[], town={"ronda": [1, 0]}).settle()
    assert (line.b == 0.0).all()
    assert line.towns.vigour.tolist() == [1.0, 0.0]


def test_the_rest_of_a_fully_protected_place_is_no_rule():
    b = np.zeros((1, PARTIES))
    town = one(Community, protection=1.0)
    rule_at_rest(town, 0, b, np.full((1, PARTIES), 9.0), parameters("support"))
    assert openness(1.0, 1.0, parameters("support")) == 0.0 == b.sum() == town.under_rule


# --- the balance ---


def facts(*origins):
    n = len(origins)
    each = np.zeros(n, np.int64)
    return RouteFacts(np.array(origins), each, each, np.zeros(n), np.zeros(n), each)


def test_tolls_of_the_balance_are_paid_once_per_load_at_its_largest_rule():
    """Two routes of one cluster: 300 kg in 26 weeks, of which 200 come to the .6, 520 kg at the .3
    of their fields, and a way that nobody took."""
    line = Line(3).rules([0.2, 0.6, 0.1])
    armed = line.support._replace(
        sent_kg=np.array([300.0, 520.0, 0.0]),
        passed_kg=np.array([300.0, 200.0, 200.0, 520.0, 0.0]),
        in_fields=np.array([[0.3] + [0.0] * (PARTIES - 1)]),
    )
    way = along([0, 1, 2], [2], [1])
    usd = tolls_of(0, armed.b, armed, facts(0, 0, 0), way, 26.0, 5.0)
    assert usd == pytest.approx(5.0 * (300.0 * 0.3 + 200.0 * 0.3 + 520.0 * 0.3) / 26.0)
    assert tolls_of(1, armed.b, armed, facts(0, 0, 0), way, 26.0, 5.0) == 0.0


def test_a_load_that_comes_back_to_a_place_is_counted_there_once():
    line = Line(2).rules([0.1, 0.5])
    armed = line.support._replace(sent_kg=np.array([260.0]), passed_kg=np.array([260.0, 520.0]))
    usd = tolls_of(0, armed.b, armed, facts(0), along([0, 1]), 26.0, 5.0)
    assert usd == pytest.approx(5.0 * 10.0 * 0.5)


def test_a_week_of_the_balance_adds_tolls_taxes_and_protection():
    line = Line(2, town={"coca": 52.0, "population": 5_200.0, "protection": [0.2, 0.6]})
    line.rules([0.5, 0.25])
    armed = line.support._replace(sent_kg=np.array([260.0]), passed_kg=np.array([260.0, 260.0]))
    plain(weigh_week)(line.places, armed, facts(0), along([0, 1]), line.parameters, 26.0)
    party = armed.parties[0]
    tolls = 5.0 * 10.0 * 0.5
    assert party.revenue == pytest.approx(tolls + 20.0 * 0.75 + 200.0 * 0.75)
    assert party.protection_0 == pytest.approx((0.2 * 0.5 + 0.6 * 0.25) / 0.75)
    assert (armed.parties.revenue[1:] == 0.0).all()


@pytest.mark.parametrize(("income", "poor"), [(400.0, True), (9e5, False)])
def test_on_day_0_income_pays_for_the_fighters_and_for_the_usual_losses(income, poor):
    """`K = F (1 + loss / .03)`, so that recruits replace the usual losses exactly."""
    line = Line(2, camped=[(0, 0, 30.0), (0, 1, 20.0), (1, 0, 7.0)])
    line.parties.revenue = REST_WEEKS * income
    line.parties.protection_0 = REST_WEEKS * 0.4
    plain(balance)(line.actors, line.support, line.parameters, float(REST_WEEKS))
    party, p = line.parties[0], line.p("insurgency")
    assert party.carrying == pytest.approx(50.0 * (1.0 + p.usual_losses / 0.03))
    assert p.recruitment * (party.carrying - 50.0) == pytest.approx(p.usual_losses * 50.0)
    assert party.wage_share * (party.revenue + party.other_usd) == pytest.approx(
        WAGE * party.carrying
    )
    assert (party.wage_share == 1.0) == poor == (party.other_usd > 0.0)
    assert (party.revenue, party.protection_0) == pytest.approx((income, 0.4))
    assert line.parties.carrying[1] == pytest.approx(7.0 * (1.0 + p.usual_losses / 0.03))
    assert (line.parties.carrying[2:] == 0.0).all()


# --- in a run ---

CHANGES = {
    "groups": {"site", "country"},
    "communities": {
        "covered_by_soldiers",
        "covered_by_police",
        "coverage",
        "felt",
        "felt_soldiers",
        "felt_police",
        "felt_soldiers_0",
        "felt_police_0",
        "civil",
        "protection",
        "protection_usual",
        "protection_0",
        "vacuum",
        "vigour",
        "under_rule",
        "unreached_weeks",
        "armed_coverage",
        "armed",
        "state",
        "state_0",
        "ruled",
        "ruled_0",
    },
    "parties": {"revenue", "protection_0", "wage_share", "other_usd", "carrying"},
    "b": {"b"},
    "present": {"present"},
    "in_fields": {"in_fields"},
    "danger": {"danger"},
}


def snapshot(world):
    parts = arrays_of(world, *STATE, *MAP) | {
        "world.tally": world.tally,
        "world.events": world.events,
        "world.status": world.status,
    }
    return {name: array.copy() for name, array in parts.items()}


def through_the_prologue(replication=0, key=None, **overrides):
    """Return the world just before and just after the prologue of a run."""
    run = small_run(replication, record__events=True, **overrides)
    seen = []

    def look(*arguments):
        if key is not None:
            arguments = (*arguments[:-1], arguments[-1]._replace(key=np.uint64(key)))
        seen.append(snapshot(run.world))
        prologue.prologue(*arguments)
        seen.append(snapshot(run.world))

    of_the_day = SimpleNamespace(settle=settle, prologue=look)
    as_ever = taken_apart(lambda name, loop, arguments: loop(*arguments))
    with as_ever, pytest.MonkeyPatch.context() as to:
        to.setattr(sim.model.day, "prologue", of_the_day)
        run.advance(run.burn_in + 1)
    return seen


@pytest.fixture(scope="module")
def passed():
    return through_the_prologue()


def changed(before, after):
    """Return what differs, by array and field."""
    found = {}
    for name, array in before.items():
        table, now = name.split(".")[1], after[name]
        if array.dtype.names:
            fields = {f for f in array.dtype.names if array[f].tobytes() != now[f].tobytes()}
        else:
            fields = {table} if array.tobytes() != now.tobytes() else set()
        if fields:
            found[table] = fields
    return found


def test_the_prologue_runs_once_on_day_0(passed):
    assert len(passed) == 2


def test_fighters_forces_flows_tally_and_events_stay_as_they_are(passed):
    """Rule, protection and camps change, and the work space; nothing else does."""
    undeclared = {
        table: fields - CHANGES.get(table, set())
        for table, fields in changed(*passed).items()
        if fields - CHANGES.get(table, set())
    }
    assert undeclared == {}


def test_rule_and_camps_change(passed):
    found = changed(*passed)
    assert {"b", "groups", "parties"} <= set(found)
    assert "site" in found["groups"]
    before, after = passed
    assert abs(after["support.b"] - before["support.b"]).max() > 0.01
    alive = before["actors.groups"].alive == 1
    moved = before["actors.groups"].site[alive] != after["actors.groups"].site[alive]
    assert moved.mean() > 0.5


def test_shares_of_day_0_are_kept_and_sum_to_all(passed):
    towns = passed[1]["places.communities"]
    assert (towns.state_0 == towns.state).all()
    assert (towns.ruled_0 == towns.ruled).all()
    assert (towns.protection_0 == towns.protection).all()
    assert (towns.vacuum == 0.0).all()
    nobody = (1.0 - towns.armed) * (1.0 - towns.protection)
    assert towns.state + towns.armed + nobody == pytest.approx(np.ones(len(towns)))


def test_each_party_of_day_0_is_in_balance(passed):
    groups, parties = passed[1]["actors.groups"], passed[1]["support.parties"]
    p = parameters("insurgency")
    for k in (MPCP_PARTY, FIRST_DISSIDENTS):
        force = groups.fighters[(groups.alive == 1) & (groups.party == k)].sum()
        assert force > 0.0
        assert parties.carrying[k] == pytest.approx(force * (1.0 + p.usual_losses / 0.03))
        assert 0.0 < parties.protection_0[k] < 1.0
    assert (parties.carrying[2:] == 0.0).all()


def test_worlds_differ_by_their_key_and_by_nothing_else(passed):
    again, other = through_the_prologue(), through_the_prologue(key=99)
    assert changed(passed[1], again[1]) == {}
    assert (other[1]["actors.groups"].site != again[1]["actors.groups"].site).any()


def test_arms_that_agree_until_day_0_share_the_prologue(passed):
    moved = through_the_prologue(**{"strategy.name": "static", "strategy.share_to_border": 0.6})
    for name in ("support.b", "support.parties", "actors.groups", "places.communities"):
        assert moved[1][name].tobytes() == passed[1][name].tobytes()
