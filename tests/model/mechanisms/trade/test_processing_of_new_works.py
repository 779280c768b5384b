"""4.12 Processing: where a laboratory opens again, and where firms start new ones."""

import numpy as np
import pytest
from hand_made import MANY, chance, rows, today
from small_clusters import COCA, POPPY, Clusters
from small_runs import alone, small_run

from sim.model.mechanisms.trade.processing import (
    MOST_IN_A_WEEK,
    start,
)
from sim.model.state import counts as q
from sim.model.state.agents import (
    COCAINE_LAB,
    LATEX_POINT,
    STRIP,
    Laboratory,
)
from sim.model.state.arrays import CAPACITY
from sim.model.state.event_log import FULL, LABS_FULL
from sim.simulation.page import plain

# --- where a laboratory opens again ---


def opened_again(found_at, kind=COCAINE_LAB, cluster=COCA, towns=(COCA, COCA, POPPY), **fields):
    """Return 1,000 works of one cluster that open again after they were found at a site."""
    clusters = Clusters(**fields)
    clusters.towns.cluster = towns
    made = {"kind": kind, "cluster": cluster, "site": found_at, "closed_until": 20}
    clusters.actors.labs = rows(Laboratory, MANY, alive=1, uid=np.arange(1, MANY + 1), **made)
    return clusters.rebuild(19).actors.labs


def share_at(labs, site):
    return float((labs.site == site).mean())


def test_a_site_is_drawn_by_the_fields_of_the_cluster():
    labs = opened_again(found_at=-1, coca=[30.0, 10.0, 500.0])
    assert share_at(labs, 0) == chance(0.75)
    assert share_at(labs, 2) == 0.0


def test_a_latex_point_is_drawn_by_poppy():
    fields = {"coca": [500.0, 0.0, 0.0], "poppy": [1.0, 4.0, 0.0]}
    labs = opened_again(found_at=-1, kind=LATEX_POINT, **fields)
    assert share_at(labs, 1) == chance(0.8)


def test_it_avoids_the_place_where_it_was_found():
    labs = opened_again(found_at=0, coca=[30.0, 10.0, 500.0])
    assert share_at(labs, 1) == 1.0


def test_it_goes_to_the_other_places_by_their_fields():
    labs = opened_again(found_at=0, towns=(COCA, COCA, COCA), coca=[60.0, 10.0, 30.0])
    assert share_at(labs, 1) == chance(0.25)
    assert share_at(labs, 0) == 0.0


def test_it_stays_where_there_is_no_other_place():
    labs = opened_again(found_at=2, cluster=POPPY, coca=[30.0, 10.0, 500.0])
    assert share_at(labs, 2) == 1.0


def test_it_stands_in_any_cell_of_the_land_there():
    labs = opened_again(found_at=2, cluster=POPPY)
    assert (labs.cell == 2).mean() == chance(0.5)
    assert (labs.cell == 3).mean() == chance(0.5)


def test_a_community_without_land_has_it_in_its_own_cell():
    clusters = Clusters(coca=10.0, labs=[CLOSED])
    clusters.ground.community[:] = 0
    assert clusters.rebuild(19).labs.cell[0] == 1


CLOSED = {"cluster": COCA, "site": 0, "closed_until": 20}


@pytest.mark.parametrize(("t", "moves"), [(18, False), (19, True), (20, False)])
def test_it_moves_on_the_eve_of_the_day_on_which_it_opens(t, moves):
    clusters = Clusters(coca=10.0, labs=[CLOSED]).rebuild(t)
    assert (clusters.labs.site[0] == 1) == moves


def test_it_works_from_the_day_on_which_it_opens():
    assert Clusters(coca=10.0, labs=[CLOSED]).rebuild(19).labs.opened[0] == 20


def test_it_keeps_its_identity():
    assert Clusters(coca=10.0, labs=[CLOSED]).rebuild(19).labs.uid[0] == 100


def test_a_strip_is_repaired_where_it_is():
    assert Clusters(coca=10.0, labs=[CLOSED | {"kind": STRIP}]).rebuild(19).labs.site[0] == 0


# --- who starts a laboratory ---

TWO = [{"cluster": COCA, "capacity": capacity, "closed_until": 0} for capacity in (10.0, 30.0)]
WEEKS = 4.0  # of harvest that lie unprocessed before anybody starts one


def waiting(weeks, labs=TWO, **changes):
    """Return clusters where so many weeks of harvest wait, and new laboratories are very likely."""
    harvest = 52.0 * 3_600.0 / 52.0
    return Clusters(
        coca=[52.0, 0.0, 0.0], leaf=weeks * harvest, labs=labs, **({"expansion": 2.0} | changes)
    )


def test_nobody_starts_one_while_leaf_is_worked_in_time():
    assert waiting(WEEKS).start(weeks=20).flow(q.LABS_STARTED) == 0.0


def test_firms_start_some_where_leaf_waits_for_longer():
    assert waiting(WEEKS + 0.01).start().flow(q.LABS_STARTED) > 0.0


def test_nobody_starts_one_where_there_is_none():
    assert waiting(100.0, labs=[]).start(weeks=20).flow(q.LABS_STARTED) == 0.0


def test_nobody_starts_a_latex_point():
    clusters = Clusters(labs=[{"cluster": POPPY, "kind": LATEX_POINT}], expansion=2.0)
    clusters.markets.leaf_kg[POPPY] = 1e9
    assert clusters.start(weeks=20).flow(q.LABS_STARTED) == 0.0


def test_nobody_starts_one_where_nobody_trades():
    clusters = waiting(100.0)
    clusters.trade.book[:] = 0.0
    assert clusters.start(weeks=20).flow(q.LABS_STARTED) == 0.0


@pytest.fixture
def started():
    clusters = waiting(100.0).start()
    return clusters, clusters.labs[2:][clusters.labs.alive[2:] == 1]


def test_a_new_one_is_as_large_as_the_mean(started):
    assert len(started[1]) > 0
    assert (started[1].capacity == 20.0).all()


def test_a_new_one_opens_at_once(started):
    assert (started[1].opened == 0).all()
    assert (started[1].closed_until == 0).all()


def test_a_new_one_belongs_to_a_firm_that_trades_there(started):
    assert set(started[1].owner) <= {1, 2}


def test_a_new_one_stands_in_the_cluster_whose_leaf_waits(started):
    assert (started[1].cluster == COCA).all()
    assert set(started[1].site) <= {0, 1}


def test_each_new_one_has_an_identity_of_its_own(started):
    uids = started[0].labs.uid[started[0].labs.alive == 1].tolist()
    assert len(set(uids)) == len(uids)


def test_a_full_table_ends_the_stretch():
    clusters = waiting(100.0, labs=TWO * 4).start()
    assert clusters.diary.status[FULL] == LABS_FULL


def test_a_week_starts_no_more_than_its_limit():
    clusters = waiting(100.0, expansion=1e6)
    clusters.labs = clusters.actors.labs = rows(Laboratory, 100)
    clusters.labs[:2].alive, clusters.labs[:2].capacity = 1, 10.0
    assert clusters.start().flow(q.LABS_STARTED) == MOST_IN_A_WEEK


def test_new_ones_follow_a_poisson_law():
    """The mean is `expansion` x laboratories there: .1 x 2 over 2,000 weeks with the same two."""
    clusters = waiting(100.0, expansion=0.1)
    for week in range(2_000):
        clusters.labs.alive[2:] = 0
        plain(start)(
            clusters.actors,
            clusters.places,
            clusters.trade,
            clusters.ground,
            clusters.bench,
            clusters.parameters,
            today(7 * week),
            clusters.diary,
        )
    assert clusters.flow(q.LABS_STARTED) == pytest.approx(400.0, abs=4 * np.sqrt(400.0))


def test_on_the_map_it_opens_again_on_the_land_of_another_place_of_its_cluster(run_in_week_1):
    run = run_in_week_1
    world = run.world
    labs = world.actors.labs
    works = np.flatnonzero((labs.alive == 1) & (labs.kind != STRIP))
    before, cluster = labs.site[works].copy(), labs.cluster[works]
    labs.closed_until[works] = run.t + 1
    alone(run, "processing.rebuild")
    assert (labs.site[works] != before).all()
    assert (world.places.communities.cluster[labs.site[works]] == cluster).all()


def test_on_the_map_new_ones_are_started_by_firms_that_trade_there():
    run = small_run(parameters={"processing.expansion": 0.1})
    run.advance(7)
    run.world.places.markets.leaf_kg[:] = 1e12
    alone(run, "processing.start", days=21)
    labs = run.world.actors.labs
    new = labs[(labs.alive == 1) & (labs.opened >= 7)]
    assert len(new) == run.world.tally[:, q.LABS_STARTED].sum() > 0
    assert (run.world.trade.book[new.owner, new.cluster, CAPACITY] > 0).all()
