"""4.9 Insurgency: what groups earn, what their revenue pays for, and where they camp."""

import math

import numpy as np
import pytest
from hand_made import one, parameters
from small_runs import alone, small_run

from sim.model.mechanisms.insurgents.insurgency import (
    attraction,
    income_elsewhere,
    levy_of,
    strength_after,
)
from sim.model.state import counts as q
from sim.model.state.agents import MPCP, Community
from sim.names import CAJAMARCA, VRAEM

FROZEN = {
    "insurgency.recruitment": 0.0,
    "insurgency.attrition": 0.0,
    "engagement.attack_rate": 0.0,
    "engagement.raid_response": 0.0,
}
FROZEN |= {"engagement.vis_group": 0.0, "entry.hazard": 0.0, "insurgency.move_rate": 0.0}


def carried(factor: float) -> tuple[float, float]:
    """Return the fighters of the MPCP and what its revenue carries, after a year in which its
    columns stay `factor` times as strong."""
    run = small_run(**{"time.horizon_days": 364, "parameters": FROZEN, "allow_outside_range": True})
    run.advance(7)
    groups = run.world.actors.groups
    groups.fighters[groups.kind == MPCP] *= factor
    run.advance(run.end)
    mine = (groups.kind == MPCP) & (groups.alive == 1)
    return float(groups.fighters[mine].sum()), float(groups.carrying[mine].sum())


def test_more_fighters_pay_for_more_but_not_in_proportion():
    """`0 < d ln K / d ln F < 1` at the baseline (4.9). Revenue rises with what a group holds, but a
    group twice as strong cannot pay for itself; if it could, revenue and fighters would grow
    without bound."""
    (weak, weak_k), (strong, strong_k) = carried(0.8), carried(1.25)
    slope = math.log(strong_k / weak_k) / math.log(strong / weak)
    assert 0.0 < slope < 1.0


def test_what_is_not_drugs_makes_up_the_balance():
    """Day 0 is in balance. Extortion does not count as income from drugs, and a group that earns
    too much needs nothing from elsewhere (4.9)."""
    p = parameters("insurgency")
    assert income_elsewhere(600.0, 100.0, 1_000.0, p) == pytest.approx(300.0)
    assert income_elsewhere(1_000.0, 100.0, 1_000.0, p) == pytest.approx(0.25 * 1_000 - 100)
    assert income_elsewhere(1_000.0, 400.0, 1_000.0, p) == 0.0


def test_the_baseline_starts_in_balance():
    run = small_run(**{"time.burn_in_days": 56})
    run.advance(56)
    groups = run.world.actors.groups
    live = groups.alive == 1
    assert groups.carrying[live] == pytest.approx(groups.fighters[live])
    assert groups.extorted[live].sum() > 0
    assert (groups.extorted <= groups.revenue + 1e-9).all()


def test_a_levy_is_a_share_of_licit_income_where_they_hold():
    """`levy x income x people x a`, over all groups together; nothing where no group is in
    reach."""
    run = small_run()
    run.advance(7)
    towns, p = run.world.places.communities, run.world.parameters.insurgency
    towns.armed[:] = 0.4
    run.world.tally[:] = 0.0
    alone(run, "insurgency.insurgency")
    paid = towns.levied > 0
    assert 0 < paid.sum() < len(towns)
    assert towns.levied[paid] == pytest.approx(0.4 * p.levy_share[0])
    due = (towns.levied * p.licit_usd_year[0] / 52 * towns.population).sum()
    assert run.world.tally[:, q.EXTORTION].sum() == pytest.approx(due)
    assert due > 0
    assert levy_of(one(Community, armed=0.0), p[0]) == 0.0


def test_without_the_coupling_nobody_pays():
    run = small_run(ablate=["extortion"])
    run.advance(run.end)
    assert run.world.tally[:, q.EXTORTION].sum() == 0
    assert (run.world.places.communities.levied == 0).all()


def test_savings_are_kept_for_lean_times_and_no_further():
    """A group keeps at most `reserve_weeks` of wages. The rest can be spent, and no dollar is
    lost."""
    run = small_run()
    run.advance(7)
    groups, p = run.world.actors.groups, run.world.parameters.insurgency
    live = groups.alive == 1
    groups.money[live] = 1e6
    run.world.tally[:] = 0.0
    fighters = groups.fighters[live].copy()
    alone(run, "insurgency.insurgency")
    assert groups.money[live] == pytest.approx(p.reserve_weeks[0] * fighters * p.wage_usd[0])
    flows = run.world.tally.sum(axis=(0, 2))
    came = flows[[q.COLLECTED, q.TAXED, q.EXTORTION, q.OTHER_INCOME]].sum()
    assert groups.money[live].sum() + groups.spare_usd[live].sum() + flows[
        q.WAGES
    ] - came == pytest.approx(live.sum() * 1e6)


def test_a_camp_is_drawn_by_trade_and_repelled_by_danger_and_rondas():
    p = parameters("insurgency")
    town = one(Community, coca=100.0, kg_recent=50.0)
    plain = attraction(town, 0.0, p, 0.9)
    assert plain == pytest.approx((1 + 150 / p.stakes_scale) ** p.move_stakes)
    assert attraction(town, 50.0, p, 0.9) == pytest.approx(plain * math.exp(-50 * p.move_danger))
    watched = one(Community, coca=100.0, kg_recent=50.0, ronda=1, vigour=1.0)
    assert attraction(watched, 0.0, p, 0.9) == pytest.approx(0.1 * plain)
    assert attraction(watched, 0.0, p, 0.0) == pytest.approx(plain)
    assert attraction(watched, 0.0, p, 1.0) == 0.0


def test_a_group_moves_within_its_theatre():
    run = small_run(parameters={"insurgency.move_rate": 50.0}, allow_outside_range=True)
    run.advance(7)
    groups, theatre = run.world.actors.groups, run.world.sites.theatre
    here = np.flatnonzero((groups.alive == 1) & (theatre[groups.site] == VRAEM))
    before = groups.site[here].copy()
    alone(run, "insurgency.insurgency")
    assert (groups.site[here] != before).any()
    assert (theatre[groups.site[here]] == VRAEM).all()
    assert (theatre[groups.site[groups.alive == 1]] != CAJAMARCA).all()


@pytest.mark.parametrize(
    ("fighters", "carried", "state", "after"),
    [(50.0, 100.0, 0.0, 51.5), (50.0, 100.0, 1.0, 50.0), (100.0, 50.0, 0.5, 97.5)],
    ids=["recruits", "no recruits where the state rules", "leaves"],
)
def test_fighters_follow_what_revenue_carries(fighters, carried, state, after):
    """`.03 max(K - F, 0)(1 - s) - .05 max(F - K, 0)` a week (evidence B4)."""
    p = parameters("insurgency")
    assert strength_after(fighters, carried, state, 0.0, p) == pytest.approx(after)


def test_harm_by_the_state_brings_recruits():
    p = parameters("insurgency")
    assert strength_after(50.0, 100.0, 0.5, 1.0, p) > strength_after(50.0, 100.0, 0.5, 0.0, p)
