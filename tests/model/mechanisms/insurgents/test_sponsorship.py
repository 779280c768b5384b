"""4.9 Sponsorship: what groups advance to growers and laboratories. The money is theirs, it is
spent once, and it plants what it pays for."""

import numpy as np
import pytest
from hand_made import one, parameters
from small_runs import alone, small_run

from sim.model.mechanisms.insurgents.sponsorship import coca_room, days_sooner, grown
from sim.model.state import counts as q
from sim.model.state.agents import COCAINE_LAB, DISSIDENT, MPCP, Community


def spent(ablate=(), kind=None, close_labs=False, spare=10_000.0, **changes):
    """A week in which groups (of one kind) have money at hand, and the fields planted for it."""
    run = small_run(
        ablate=list(ablate),
        parameters={f"sponsorship.{name}": value for name, value in changes.items()},
        allow_outside_range=True,
    )
    run.advance(7)
    groups, labs = run.world.actors.groups, run.world.actors.labs
    groups.spare_usd[:] = np.where(
        (groups.alive == 1) & ((groups.kind == kind) | (kind is None)), spare, 0.0
    )
    labs.closed_until[:] = run.t + 20 if close_labs else 0
    run.world.tally[:] = 0.0
    alone(run, "sponsorship.sponsorship")
    return run, float(
        (groups.alive == 1).sum()
        if kind is None
        else ((groups.kind == kind) & (groups.alive == 1)).sum()
    ) * spare


def test_every_dollar_is_advanced_or_spent_elsewhere():
    run, budget = spent(advance_share=0.5)
    flows = run.world.tally.sum(axis=(0, 2))
    assert flows[q.SPONSORED] > 0 and flows[q.SPONSORED] + flows[q.OTHER_SPENDING] == pytest.approx(
        budget
    )
    assert (run.world.actors.groups.spare_usd == 0).all()


def test_it_plants_what_it_pays_for():
    """Hectares are the money over the advance for a hectare, and `crops.grow` plants just these, at
    prices at which nothing else grows."""
    run, _ = spent(advance_share=0.5, dissident_opium_link=0.3)
    towns, p = run.world.places.communities, run.world.parameters
    paid = (
        towns.sponsored_coca.sum() * p.sponsorship.coca_usd_ha[0]
        + towns.sponsored_poppy.sum() * p.sponsorship.poppy_usd_ha[0]
    )
    assert run.world.tally[:, q.SPONSORED].sum() == pytest.approx(paid)
    coca, poppy = towns.sponsored_coca.sum(), towns.sponsored_poppy.sum()
    run.world.places.markets.price_leaf[:] = p.crops.pay_leaf_usd[0]
    run.world.places.markets.price[:] = p.crops.pay_latex_usd[0]
    run.t = 7
    alone(run, "crops.grow")
    assert run.world.tally[:, q.COCA_PLANTED].sum() == pytest.approx(coca) and coca > 0
    assert run.world.tally[:, q.POPPY_PLANTED].sum() == pytest.approx(poppy) and poppy > 0
    assert (towns.sponsored_coca == 0).all() and (towns.sponsored_poppy == 0).all()


@pytest.mark.parametrize(
    ("kind", "link", "some"), [(DISSIDENT, 0.3, True), (DISSIDENT, 0.0, False), (MPCP, 0.3, False)]
)
def test_only_dissidents_pay_for_opium_and_only_by_the_link(kind, link, some):
    run, budget = spent(kind=kind, advance_share=0.0, dissident_opium_link=link)
    poppy = run.world.places.communities.sponsored_poppy.sum()
    assert (poppy > 0) == some and run.world.places.communities.sponsored_coca.sum() == 0
    assert poppy * run.world.parameters.sponsorship.poppy_usd_ha[0] <= link * budget + 1e-6


def test_closed_laboratories_open_sooner():
    """Whole days for the money, no sooner than today, and the money is gone from what plants."""
    run, _ = spent(close_labs=True, advance_share=0.5, lab_day_usd=50.0)
    labs = run.world.actors.labs
    mine = (labs.kind == COCAINE_LAB) & (labs.alive == 1)
    days = (7 + 20 - labs.closed_until[mine]).sum()
    assert (
        days > 0
        and (labs.closed_until[mine] >= 8).all()
        and (labs.closed_until[~mine & (labs.alive == 1)] == 27).all()
    )
    assert (
        run.world.places.communities.sponsored_coca.sum()
        < spent(advance_share=0.5)[0].world.places.communities.sponsored_coca.sum()
    )
    p = parameters("sponsorship")
    assert [days_sooner(usd, 10, p) for usd in (0.0, p.lab_day_usd, 3.9 * p.lab_day_usd, 1e9)] == [
        0,
        1,
        3,
        10,
    ]


def test_nobody_advances_money_where_no_more_can_grow():
    full = one(Community, coca=10.0, coca_max=10.0)
    assert (
        coca_room(full) == 0.0 == grown(full)
        and grown(one(Community, coca=10.0, coca_young=2.0, coca_max=15.0)) == 12.0
    )


def test_the_coupling_off_or_the_burn_in_advance_nothing():
    run, budget = spent(ablate=["sponsorship"])
    assert run.world.tally[:, q.SPONSORED].sum() == 0 and run.world.tally[
        :, q.OTHER_SPENDING
    ].sum() == pytest.approx(budget)
    held = small_run(**{"time.burn_in_days": 56})
    held.advance(56)
    assert held.world.tally[:, q.SPONSORED].sum() == 0 < held.world.tally[:, q.OTHER_SPENDING].sum()
