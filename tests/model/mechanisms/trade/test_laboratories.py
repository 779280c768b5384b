"""4.12: whose a laboratory is, how long it stays closed, where it opens again, and where new ones are started."""

import math

import numpy as np
import pytest
from hand_made import near, parameters, rows
from small_runs import alone, small_run

from sim.model.mechanisms.interdiction.detection import police_there
from sim.model.rules.firms import living, owner_of
from sim.model.state import counts as q
from sim.model.state.agents import (
    COCAINE_LAB,
    LATEX_POINT,
    LEAD_LAB,
    PERU,
    STRIP,
    Laboratory,
    Lead,
    Network,
)
from sim.model.state.arrays import (
    ANSWERING,
    BOOK_COLUMNS,
    CAPACITY,
    FORCE_COLUMNS,
    PEOPLE,
    POLICE_PEOPLE,
    RESPONDERS,
)
from sim.names import VRAEM


def test_owners_are_drawn_by_their_share_of_the_trade():
    book = np.zeros((4, 2, BOOK_COLUMNS))
    book[:, 0, CAPACITY] = [0.5, 0.0, 0.3, 0.1]  # an arrest holds .1 back
    drawn = [owner_of(book, 0, (i + 0.5) / 900) for i in range(900)]
    assert [drawn.count(n) for n in range(4)] == [500, 0, 300, 100]
    assert owner_of(book, 1, 0.5) == -1
    assert living(rows(Network, 3, alive=[1, 1, 0])) == 2 and living(rows(Network, 2, alive=1)) == 2


def test_every_laboratory_has_an_owner_that_trades_there():
    labs = small_run().world.actors.labs
    book = small_run().world.trade.book
    works = (labs.alive == 1) & (labs.kind != STRIP)
    assert (labs.owner[(labs.alive == 1) & (labs.kind == STRIP)] == -1).all()
    assert (book[labs.owner[works], labs.cluster[works], CAPACITY] > 0).all() and len(
        set(labs.owner[works])
    ) > 10


def found(run, n=2_000, kind=COCAINE_LAB, police=0.0, held=100.0):
    """n laboratories at one place that a crowd of patrols finds today, with that share of police among them."""
    world = run.world
    template = next(
        lab
        for lab in world.actors.labs
        if lab.kind == COCAINE_LAB and world.sites.theatre[lab.site] == VRAEM
    )
    fields = {name: template[name] for name in ("cluster", "site", "cell")}
    table = rows(
        Laboratory, 2 * n, uid=np.arange(1, 2 * n + 1), kind=kind, held_kg=held, owner=3, **fields
    )
    labs = table[:n]  # half of the rows are free, so that the table does not grow
    labs.alive = 1
    world.actors = world.actors._replace(labs=table)
    world.fields.patrols[template.cell] = 1e9
    world.fields.force[:] = 0.0
    world.fields.force[template.site, PEOPLE] = 1e6
    world.fields.force[template.site, POLICE_PEOPLE] = police * 1e6
    world.parameters.justice.call[:] = 0.0
    world.minds.cases[:] = 0.0
    world.tally[:] = 0.0
    alone(run, "detection.works")
    return labs


@pytest.mark.parametrize(
    ("people", "police", "call"),
    [(100.0, 0.0, 0.2), (100.0, 30.0, 0.0), (100.0, 30.0, 0.02), (50.0, 50.0, 0.0)],
)
def test_police_are_there_by_their_law(people, police, call):
    """`1 - (1 - s) exp(-call E)` with both sites in reach, the farther at half weight."""
    force = np.zeros((2, FORCE_COLUMNS))
    force[0, PEOPLE], force[0, POLICE_PEOPLE] = people, police
    force[1, PEOPLE], force[1, POLICE_PEOPLE] = 20.0, 20.0
    reach = near([0, 2, 2], [0, 1], [1.0, 0.5])
    share, within = (police + 10.0) / (people + 10.0), police + 10.0
    law = 1.0 - (1.0 - share) * math.exp(-call * within)
    j = parameters("justice", call=call)
    assert police_there(force, 0, reach, j) == pytest.approx(law)
    assert police_there(force, 1, reach, j) == 0.0 == police_there(force, -1, reach, j)


@pytest.mark.parametrize("police", [0.0, 0.3, 1.0])
def test_police_make_a_destruction_last(run_in_week_1, police):
    """Without them it is closed for 10 to 31 days, with them for 28 to 84 and its owner's file grows."""
    run = run_in_week_1
    t, p, j = run.t, run.world.parameters.detection[0], run.world.parameters.justice[0]
    labs = found(run, police=police)
    days = labs.closed_until - t
    with_police = run.world.tally[:, q.LABS_WITH_POLICE].sum()
    assert (days > 0).all() and with_police == pytest.approx(2_000 * police, abs=4 * np.sqrt(500))
    assert days.mean() == pytest.approx(
        (1 - police) * p.rebuild_days + police * p.rebuild_police_days, rel=0.03
    )
    assert days.min() >= 0.5 * p.rebuild_days - 1 and days.max() <= 1.5 * p.rebuild_police_days
    assert (
        run.world.minds.cases[3, VRAEM]
        == pytest.approx(j.lab_points * with_police)
        == run.world.minds.cases.sum()
    )
    assert (labs.held_kg == 0).all() and run.world.tally[:, q.SEIZED_STOCK].sum() == pytest.approx(
        2_000 * 100.0
    )  # mandate: joint


def test_soldiers_alone_close_works_and_hold_nobody_under_pnp(run_in_week_1):
    run = run_in_week_1
    run.world.levers.police_only = 1
    labs = found(run, kind=LATEX_POINT)
    assert (
        (labs.closed_until > run.t).all()
        and (labs.held_kg == 100.0).all()
        and run.world.minds.cases.sum() == 0
    )
    assert (
        run.world.tally[:, q.LET_GO + 1].sum() == pytest.approx(2e5)
        and run.world.tally[:, q.SEIZED_STOCK : q.SEIZED_STOCK + 2].sum() == 0
    )


def test_a_strip_is_repaired_in_one_to_five_days(run_in_week_1):
    """F0354: each as often; police change nothing."""
    run, t = run_in_week_1, run_in_week_1.t
    days = found(run, kind=STRIP, police=1.0).closed_until - t
    counts = np.bincount(days, minlength=6)
    assert set(days) == {1, 2, 3, 4, 5} and counts[1:] == pytest.approx(
        [400] * 5, abs=4 * np.sqrt(400 * 0.8)
    )


def test_it_opens_again_elsewhere_in_its_cluster_on_the_day(run_in_week_1):
    run = run_in_week_1
    labs = found(run, n=300)
    towns, site, cluster = run.world.places.communities, int(labs.site[0]), int(labs.cluster[0])
    first = int(labs.closed_until.min())
    run.t = first - 2
    alone(run, "processing.rebuild")
    assert (labs.site == site).all()
    alone(run, "processing.rebuild")
    due = labs.closed_until == first
    assert due.any() and (labs.site[due] != site).all() and (labs.site[~due] == site).all()
    assert (towns.cluster[labs.site[due]] == cluster).all() and (labs.opened[due] == first).all()
    assert (
        run.world.ground.community[labs.cell[due]] == labs.site[due]
    ).mean() > 0.95  # a hamlet may have no cell of its own
    assert (labs.uid == np.arange(1, 301)).all()


def test_strips_stay_where_they_are(run_in_week_1):
    run = run_in_week_1
    labs = found(run, n=50, kind=STRIP)
    site = labs.site.copy()
    alone(run, "processing.rebuild", days=7)
    assert (labs.site == site).all()


def test_new_ones_start_where_leaf_waits_and_only_there():
    """Poisson(expansion x laboratories there) a week, as large as the mean there, owned by firms that trade there."""
    run = small_run(parameters={"processing.expansion": 0.1})
    run.advance(7)
    world = run.world
    labs, markets, before = (
        world.actors.labs,
        world.places.markets,
        int((world.actors.labs.alive == 1).sum()),
    )
    markets.leaf_kg[:] = 0.0
    alone(run, "processing.start")
    assert (labs.alive == 1).sum() == before
    waits = int(labs.cluster[0])
    there = (labs.alive == 1) & (labs.kind == COCAINE_LAB) & (labs.cluster == waits)
    mean = labs.capacity[there].mean()
    markets.leaf_kg[waits] = 1e12
    expected, weeks = 0.0, 8
    for _ in range(weeks):
        expected += (
            0.1 * ((labs.alive == 1) & (labs.kind == COCAINE_LAB) & (labs.cluster == waits)).sum()
        )
        run.t = 7 if run.t == 8 else run.t
        alone(run, "processing.start", days=7)
        labs = run.world.actors.labs
    new = labs[(labs.alive == 1) & (labs.opened >= 7)]
    assert len(new) == (labs.alive == 1).sum() - before == world.tally[:, q.LABS_STARTED].sum()
    assert len(new) == pytest.approx(expected, abs=4 * np.sqrt(expected)) and len(new) > 0
    assert (
        (new.cluster == waits).all()
        and new.capacity == pytest.approx(mean)
        and (world.trade.book[new.owner, waits, CAPACITY] > 0).all()
    )
    assert len(set(labs.uid[labs.alive == 1].tolist())) == (labs.alive == 1).sum()


@pytest.mark.parametrize("knowledge", [0.5, 1.0])
def test_a_lead_succeeds_by_local_knowledge(run_in_week_1, knowledge):
    """`.5 exp(-age / 5 d) x local knowledge` of those in reach (4.5), here for fresh leads on laboratories."""
    run, n = run_in_week_1, 2_000
    labs = found(run, n)
    labs.closed_until = 0
    site = int(labs.site[0])
    run.world.fields.force[site, RESPONDERS], run.world.fields.force[site, ANSWERING] = (
        1e6 * knowledge,
        1e6,
    )
    leads = rows(
        Lead,
        2 * n,
        alive=1,
        uid=np.arange(1, 2 * n + 1),
        kind=LEAD_LAB,
        seen=run.t,
        received=run.t,
        site=site,
    )
    leads.row = leads.target = 0
    leads.row[:n], leads.target[:n] = np.arange(n), labs.uid
    leads.alive[n:] = 0
    run.world.actors = run.world.actors._replace(leads=leads)
    assert run.world.sites.country[site] == PERU
    run.world.tally[:] = 0.0
    alone(run, "detection.act_on_leads")
    hit = run.world.tally[:, q.LABS_DESTROYED].sum()
    assert run.world.tally[:, q.LEADS_ACTED].sum() == n
    assert hit == pytest.approx(0.5 * knowledge * n, abs=4 * np.sqrt(0.25 * n))
    labs.closed_until, labs.site, leads.alive[:n], leads.seen, leads.received = (
        0,
        site + 1,
        1,
        run.t,
        run.t,
    )
    alone(run, "detection.act_on_leads")
    assert run.world.tally[:, q.LABS_DESTROYED].sum() == hit, "it has moved: the lead leads nowhere"
