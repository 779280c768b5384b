"""`[mandate] unified_command`: who has a lead, from when."""

import numpy as np
import pytest
from small_runs import alone, small_run

from sim.model.state import counts as q
from sim.model.state.agents import ARMY, BY_PARTNER, BY_TIP, NAVY, POLICE_SERVICE
from sim.model.state.arrays import POST_PEOPLE, RIVER_PEOPLE


def leads_of(**overrides):
    run = small_run(**overrides)
    run.advance(run.end)
    leads = run.world.actors.leads
    return leads[leads.alive > 0], run


@pytest.mark.parametrize(("unified", "days"), [(True, 0), (False, 5)])
def test_what_one_service_is_told_all_have_at_once_or_days_later(unified, days):
    leads, run = leads_of(mandate__unified_command=unified)
    tips = leads[leads.source == BY_TIP]
    assert len(tips) > 20 and set(tips.shared - tips.received) == {days}
    assert run.world.parameters.information.sharing_days[0] == 5


def test_people_tell_more_than_one_service():
    leads, _ = leads_of()
    assert {ARMY, POLICE_SERVICE} <= set(leads.service) <= {ARMY, NAVY, POLICE_SERVICE}


def test_an_event_puts_the_services_under_one_command_and_apart_again():
    leads, run = leads_of(
        events=[{"day": 7, "until": 14, "set": {"mandate.unified_command": True}}],
        time__horizon_days=28,
    )
    tips = leads[leads.source == BY_TIP]
    day = tips.seen - run.burn_in
    together = (day >= 7) & (day < 14)
    assert together.any() and (~together).any()
    assert set((tips.shared - tips.received)[together]) == {0} and set(
        (tips.shared - tips.received)[~together]
    ) == {5}


def test_a_partner_reports_after_weeks_to_all():
    """Each report takes one to six weeks, drawn; then every service has it (section 4.15)."""
    leads, run = leads_of(
        partner__coordination=1.0,
        parameters={"information.partner_reports": 0.3},
        time__horizon_days=56,
    )
    reports = leads[leads.source == BY_PARTNER]
    delay = reports.received - reports.seen
    assert len(reports) > 10 and len(np.unique(delay)) > 3
    assert delay.min() >= 7 and delay.max() <= 42 and (reports.shared == reports.received).all()
    assert (run.world.sites.theatre[reports.site] > 0).all()


def test_units_do_not_act_on_the_foreign_bank(run_in_week_1):
    """Unlimited patrols and posts abroad cause no loss of a load there."""

    world = run_in_week_1.world
    loads, steps = world.actors.shipments, world.routes
    assert (world.map.cell_country[steps.cell[(steps.exposed == 1)]] == 1).all()
    abroad = world.map.cell_country != 1
    world.fields.patrols[:] = np.where(abroad, 1e9, 0.0)
    world.fields.force[:] = 0.0
    world.fields.force[world.sites.country != 1, POST_PEOPLE] = 1e9
    world.fields.force[world.sites.country != 1, RIVER_PEOPLE] = 1e9
    foreign = np.flatnonzero(
        (steps.cell >= 0) & abroad[np.maximum(steps.cell, 0)] & (steps.exposed == 0)
    )
    assert len(foreign) > 20
    rows = np.flatnonzero(loads.alive == 0)[:20]
    for row, step in zip(rows, foreign[:: len(foreign) // 20][:20], strict=True):
        route = int(np.searchsorted(steps.start, step, side="right") - 1)
        loads[row].alive, loads[row].uid, loads[row].step, loads[row].route, loads[row].kg = (
            1,
            10_000 + row,
            step,
            route,
            100.0,
        )
        loads[row].elapsed, loads[row].post = 0.0, -1
    loads.alive[[row for row in range(len(loads)) if row not in rows]] = 0
    world.tally[:] = 0.0
    alone(run_in_week_1, "detection.loads")
    taken = world.tally[:, q.SEIZED].sum() - world.tally[:, q.SEIZED, 0].sum()
    assert taken == 0.0
