"""4.9 Insurgency: what parties collect, how many fighters that pays, and who leaves."""

import math

import numpy as np
import pytest
from hand_made import one, parameters
from small_rule import Line
from small_runs import small_run

from sim.model import prologue
from sim.model.mechanisms.insurgents.insurgency import (
    levy_of,
    recruits_of,
    rule_in_fields,
    share_paid,
    tax_of,
)
from sim.model.state import counts as q
from sim.model.state.agents import MPCP, MPCP_PARTY, Community
from sim.names import LORETO, VRAEM
from sim.simulation.page import plain

WAGE = 63.0  # USD a fighter and week
AT_ONCE = {"revenue_memory": 1.0}  # a party counts on the income of this week
NO_LICIT = {"levy_share": 0.0, "tax_ha_year": 0.0}


# --- income ---


def test_the_tax_is_20_dollars_a_hectare_and_year_by_rule():
    town = one(Community, coca=30.0, poppy=22.0, coca_young=500.0)
    assert tax_of(town, 0.5, parameters("insurgency")) == pytest.approx(20.0 * 52.0 / 52.0 * 0.5)


def test_the_levy_is_a_share_of_licit_income_by_rule():
    town = one(Community, population=5_200.0)
    levy = levy_of(town, 0.25, parameters("insurgency"))
    assert levy == pytest.approx(0.002 * 1_000.0 / 52.0 * 5_200.0 * 0.25)


def line_with_income(toll=300.0, **fields):
    """Return two places, ruled by .5 and .25, and two camps of one party, with tolls at hand."""
    made = {"camped": [(0, 0, 30.0), (0, 1, 10.0)], "party": {"toll_usd": toll}} | fields
    town = {"coca": [52.0, 26.0], "population": 5_200.0}
    return Line(2, theatre=[VRAEM, LORETO], town=town, **made).rules([0.5, 0.25])


INCOME = 300.0 + 20.0 * (0.5 + 0.125) + 200.0 * (0.5 + 0.25)  # tolls, tax and levy by hand


def test_the_income_of_a_week_by_hand():
    line = line_with_income(insurgency=AT_ONCE).live()
    assert line.parties.revenue[0] == pytest.approx(INCOME)


def test_taxes_and_levies_count_where_they_are_paid():
    line = line_with_income().live()
    assert line.tally[q.TAXED, [VRAEM, LORETO]] == pytest.approx([10.0, 2.5])
    assert line.tally[q.EXTORTION, [VRAEM, LORETO]] == pytest.approx([100.0, 50.0])


def test_tolls_are_income_once():
    line = line_with_income(insurgency=AT_ONCE).live(2)
    assert line.parties.toll_usd[0] == 0.0
    assert line.parties.revenue[0] == pytest.approx(INCOME - 300.0)


def test_a_party_without_groups_collects_nothing():
    line = line_with_income()
    line.parties.alive[0] = 0
    line.live()
    assert line.flow(q.TAXED) == line.flow(q.EXTORTION) == line.flow(q.WAGES) == 0.0


@pytest.mark.parametrize("fighters", [0.0, 3.0, 400.0])
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_every_dollar_is_paid_in_wages_or_spent(fighters, share):
    """Tolls, tax, levy and other income = wages + what the camps have to spend."""
    line = line_with_income(
        camped=[(0, 0, fighters), (0, 1, 2.0 * fighters)],
        party={"toll_usd": 300.0, "other_usd": 70.0, "wage_share": share},
    ).live()
    came = 300.0 + sum(line.flow(k) for k in (q.TAXED, q.EXTORTION, q.OTHER_INCOME))
    went = line.flow(q.WAGES) + float(line.groups.spare_usd.sum())
    assert line.flow(q.OTHER_INCOME) == pytest.approx(70.0)
    assert came == pytest.approx(INCOME + 70.0) == went
    assert line.flow(q.WAGES) == pytest.approx(min(share * came, 3.0 * fighters * WAGE), abs=1e-9)


def test_camps_share_wages_and_spending_by_their_fighters():
    line = line_with_income(party={"toll_usd": 9_700.0}).live(opening=1)
    assert line.tally[q.WAGES, [VRAEM, LORETO]] == pytest.approx([30.0 * WAGE, 10.0 * WAGE])
    assert line.groups.spare_usd[1] > 0.0
    assert line.groups.spare_usd[0] == pytest.approx(3.0 * line.groups.spare_usd[1])


def test_a_chest_is_empty_after_its_weeks():
    line = line_with_income(party={"other_usd": 70.0, "chest_until": 77}).live(3, t=63)
    assert line.flow(q.OTHER_INCOME) == pytest.approx(140.0)


# --- recruits ---


@pytest.mark.parametrize(
    ("force", "carrying", "open_", "anger", "ruled", "recruits"),
    [
        (50.0, 100.0, 1.0, 0.0, 1e9, 1.5),  # .03 of the gap
        (50.0, 100.0, 0.4, 0.0, 1e9, 0.6),
        (50.0, 100.0, 1.0, 2.0, 1e9, 3.0),  # 1 + .5 x anger
        (50.0, 100.0, 1.0, 0.0, 1_000.0, 0.3),  # .0003 of the people whom it rules
        (50.0, 100.0, 1.0, 0.0, 0.0, 0.0),
        (100.0, 50.0, 1.0, 0.0, 1e9, 0.0),
        (100.0, 100.0, 1.0, 0.0, 1e9, 0.0),
    ],
)
def test_recruits_by_hand(force, carrying, open_, anger, ruled, recruits):
    p = parameters("insurgency")
    assert recruits_of(force, carrying, open_, anger, ruled, p) == pytest.approx(recruits)


def paid(carrying, fighters=40.0, people=1e6, b=0.5, usual=0.0, town=None, **fields):
    """Return a line whose party is paid for `carrying` fighters in the coming week, by tolls alone;
    three quarters of its fighters are in the first of two camps."""
    made = {"party": {"toll_usd": carrying * WAGE, "protection_0": usual}} | fields
    return Line(
        2,
        town={"population": people} | (town or {}),
        camped=[(0, 0, 0.75 * fighters), (0, 1, 0.25 * fighters)],
        insurgency=AT_ONCE | NO_LICIT,
        **made,
    ).rules([b, b])


def strength_after(line, weeks=1):
    return float(line.live(weeks).groups.fighters.sum())


def test_a_party_grows_towards_what_its_income_can_pay():
    """`.03 (100 - 40) - .001 x 40`."""
    assert strength_after(paid(100.0)) == pytest.approx(40.0 + 1.8 - 0.04)


def test_a_party_that_cannot_pay_loses_fighters():
    """`.05 (40 - 20) + .001 x 40`."""
    assert strength_after(paid(20.0)) == pytest.approx(40.0 - 1.0 - 0.04)


def test_a_party_at_rest_loses_deserters_alone():
    assert strength_after(paid(40.0)) == pytest.approx(40.0 * 0.999)


def test_recruits_are_people_whom_it_rules():
    """4,000 people under its rule give at most 1.2 a week."""
    assert strength_after(paid(500.0, people=4_000.0)) == pytest.approx(40.0 + 1.2 - 0.04)


def test_a_party_that_rules_nobody_cannot_grow():
    assert strength_after(paid(500.0, b=0.0)) == pytest.approx(40.0 - 0.04)


def test_who_is_better_protected_than_on_day_0_joins_less():
    line = paid(100.0, town={"protection": 0.6}, usual=0.2)
    assert strength_after(line) == pytest.approx(40.0 + 1.8 * 0.4 / 0.8 - 0.04)


def test_protection_counts_by_the_people_whom_the_party_rules():
    line = paid(100.0, town={"protection": [0.8, 0.0]}).rules([0.1, 0.3])
    assert strength_after(line) == pytest.approx(40.0 + 1.8 * (1.0 - 0.2) - 0.04)


def test_harm_by_the_state_brings_recruits():
    """One person harmed per 1,000 under its rule: half as many again."""
    line = paid(100.0, people=1_000_000.0, town={"harm_state": 1_000.0})
    assert strength_after(line) == pytest.approx(40.0 + 1.8 * 1.5 - 0.04)


def test_camps_share_the_change_by_their_fighters():
    line = paid(100.0)
    line.live()
    assert line.groups.fighters[0] == pytest.approx(3.0 * line.groups.fighters[1])
    assert line.groups.fighters[:2].sum() == pytest.approx(41.76)


def test_deserters_are_counted_apart():
    line = paid(20.0).live()
    assert line.flow(q.DESERTED) == pytest.approx(0.04)


def test_a_party_that_is_gone_does_not_come_back():
    assert strength_after(paid(500.0, fighters=0.0), weeks=10) == 0.0


def test_fighters_never_fall_under_0():
    line = paid(0.0)
    line.parameters.insurgency.attrition[:] = 5.0
    assert strength_after(line) == 0.0


def test_up_to_day_0_nobody_comes_or_goes():
    line = paid(500.0)
    line.live(4, opening=1)
    assert line.groups.fighters[:2].tolist() == [30.0, 10.0]
    assert line.parties.revenue[0] == 0.0 == line.flow(q.DESERTED)


def test_a_party_counts_on_a_tenth_of_the_news_a_week():
    line = paid(100.0)
    line.parameters.insurgency.revenue_memory[:] = 0.1
    line.live()
    assert line.parties.revenue[0] == pytest.approx(0.1 * 100.0 * WAGE)
    assert line.parties.carrying[0] == pytest.approx(10.0)


def test_only_the_share_for_fighters_carries_them():
    line = paid(100.0)
    line.parties.wage_share = 0.3
    line.live()
    assert line.parties.carrying[0] == pytest.approx(30.0)


def test_parties_live_on_their_own():
    line = Line(
        1,
        town={"population": 1e6},
        camped=[(0, 0, 40.0), (1, 0, 40.0)],
        insurgency=AT_ONCE | NO_LICIT,
    )
    line.rules([0.2]).rules([0.2], party=1)
    line.parties.toll_usd[0], line.parties.toll_usd[1] = 100.0 * WAGE, 20.0 * WAGE
    line.live()
    assert line.groups.fighters[:2] == pytest.approx([41.76, 38.96])


# --- the balance of day 0 ---


@pytest.mark.parametrize(
    ("income", "need", "phi", "other"),
    [(1_000.0, 400.0, 0.4, 0.0), (1_000.0, 1_000.0, 1.0, 0.0), (300.0, 1_000.0, 1.0, 700.0)],
)
def test_phi_and_other_income_close_the_balance(income, need, phi, other):
    """phi (R + other) = need, by a share of the income where it is more than that, or by income
    from elsewhere where it is less."""
    assert share_paid(income, need) == pytest.approx(phi)
    assert share_paid(income, need) * (income + other) == pytest.approx(need)


def test_who_earns_nothing_pays_with_all_that_comes_from_elsewhere():
    assert share_paid(0.0, 1_000.0) == 1.0


# --- the fields of a cluster ---


def test_a_way_begins_at_the_mean_rule_where_the_crops_grow():
    line = Line(3, town={"coca": [30.0, 0.0, 5.0], "poppy": [0.0, 10.0, 5.0]}).rules(
        [0.4, 0.8, 0.0]
    )
    line.support.in_fields[:] = 9.0
    plain(rule_in_fields)(line.places, line.support)
    assert line.support.in_fields[0, :2] == pytest.approx([(0.4 * 30 + 0.8 * 10) / 50, 0.0])


def test_a_cluster_without_crops_has_no_fields():
    line = Line(2).rules([0.4, 0.8])
    line.support.in_fields[:] = 9.0
    plain(rule_in_fields)(line.places, line.support)
    assert (line.support.in_fields == 0.0).all()


# --- the loop of strength and income ---


def test_more_fighters_pay_for_more_but_not_in_proportion():
    """`0 < d ln income / d ln F < .9` at the baseline, with rule at its rest for either strength. A
    party twice as strong cannot pay for itself; if it could, it would grow without bound."""
    run = small_run()
    run.advance(run.burn_in)
    world, p = run.world, run.world.parameters
    income = {}
    mine = world.actors.groups.kind == MPCP
    fighters = world.actors.groups.fighters[mine].copy()
    for factor in (0.8, 1.25):
        world.actors.groups.fighters[mine] = factor * fighters
        prologue.settle(
            world.actors,
            world.places,
            world.sites,
            world.near,
            world.reach,
            world.support,
            world.bench,
            p,
        )
        world.support.parties.revenue[:] = 0.0
        prologue.weigh_week(world.places, world.support, world.route_facts, world.along, p, 1.0)
        income[factor] = float(world.support.parties.revenue[MPCP_PARTY])
    slope = math.log(income[1.25] / income[0.8]) / math.log(1.25 / 0.8)
    assert np.isfinite(slope)
    assert 0.0 < slope < 0.9
