"""4.13 Justice: how a file fills, what an arrest does, and that nothing is lost in it."""

import math

import numpy as np
import pytest
from small_runs import alone, small_run

from sim.model.state import counts as q
from sim.model.state.agents import ANTINARCOTICS
from sim.model.state.arrays import CAPACITY, SENT, WAITING, WHOLE
from sim.names import LORETO, VRAEM

POINTS = 100.0  # points that are enough for an arrest
FREE = {"parameters": {"justice.split_share": 0.0}}
TORN = {"parameters": {"justice.split_share": 1.0, "justice.split_least": 0.01}}


def year(**overrides):
    """Return a run at day 0 that has a year to go."""
    run = small_run(**{"time.horizon_days": 364} | overrides)
    run.advance(7)
    run.world.minds.cases[:] = 0.0
    return run


def court(run, t=None):
    run.t = run.t if t is None else t
    alone(run, "justice.arrests")
    run.t -= 1


def arrests(run):
    return run.world.tally[1:, q.NETWORKS_DISRUPTED].sum(axis=0)


@pytest.mark.parametrize("points", [1.0, 2.5, 11.0])
def test_a_file_fills_by_its_law(points):
    """`x` points a week add up to x e^-d (1 - e^-nd) / (1 - e^-d) after n weeks. The arrest comes
    in the first week in which this reaches 10."""
    run = year(**FREE)
    d = float(run.world.parameters.justice.decay[0])
    goal = float(run.world.parameters.justice.arrest_points[0])
    keep = math.exp(-d)
    due = next(n for n in range(1, 100) if points * keep * (1 - keep**n) / (1 - keep) >= goal)
    week = 0
    while arrests(run).sum() == 0:
        week += 1
        run.world.minds.cases[0, VRAEM] += points
        court(run, 7 * week)
    assert week == due
    assert arrests(run)[VRAEM] == 1
    assert run.world.minds.cases[0, VRAEM] == 0.0


def test_a_file_too_thin_never_fills():
    """x points a week never add up to more than x / (e^d - 1)."""
    run = year(**FREE)
    d = float(run.world.parameters.justice.decay[0])
    for week in range(1, 50):
        run.world.minds.cases[0, VRAEM] += 9.0 * (math.exp(d) - 1.0)
        court(run, 7 * week)
    assert arrests(run).sum() == 0
    assert 0 < run.world.minds.cases[0, VRAEM] < 9.0


def test_an_arrest_halves_the_trade_for_26_weeks():
    run = year(**FREE)
    book, before = run.world.trade.book, run.world.trade.book.copy()
    run.world.minds.cases[0, VRAEM] = POINTS
    court(run, 7)
    traded = before[0, :, CAPACITY] > 0
    assert traded.any()
    assert (book[0, traded, CAPACITY] == before[0, traded, CAPACITY] / 2).all()
    assert (book[1:] == before[1:]).all()
    assert (book[..., WHOLE] == before[..., WHOLE]).all()
    for t in range(14, 7 + 182, 7):
        court(run, t)
        assert run.world.actors.networks[0].capacity_left == 0.5
    court(run, 7 + 182)
    assert run.world.actors.networks[0].capacity_left == 1.0
    assert (book == before).all()


def test_two_arrests_multiply_and_end_together():
    run = year(**FREE)
    before = run.world.trade.book.copy()
    for t, theatre in ((7, VRAEM), (70, LORETO)):
        run.world.minds.cases[4, theatre] = POINTS  # a firm that works in both
        court(run, t)
    assert run.world.actors.networks[4].capacity_left == 0.25
    court(run, 7 + 182)
    assert run.world.actors.networks[4].capacity_left == 0.25
    court(run, 70 + 182)
    assert (run.world.trade.book == before).all()


def test_who_is_never_arrested():
    """A firm that is run from abroad; and any firm where no anti-narcotics team is on task."""
    run = year(**FREE)
    networks = run.world.actors.networks
    assert networks.foreign.sum() == 4
    assert (networks.alive == 1).sum() == 20
    run.world.minds.cases[networks.foreign == 1] = POINTS
    court(run, 7)
    assert arrests(run).sum() == 0
    units = run.world.actors.units
    units.alive[
        (units.kind == ANTINARCOTICS) & (run.world.sites.theatre[units.posting] == VRAEM)
    ] = 0
    run.world.minds.cases[:] = POINTS
    court(run, 14)
    home = (networks.alive == 1) & (networks.foreign == 0)
    assert arrests(run)[[0, VRAEM]].sum() == 0
    assert arrests(run)[LORETO] == home.sum() > 0


def test_a_firm_splits_and_nothing_is_lost():
    """Amounts are halved, knowledge is copied, and each laboratory goes to one of the halves."""
    run = year(**TORN)
    world = run.world
    networks, labs, book, minds, trade = (
        world.actors.networks,
        world.actors.labs,
        world.trade.book,
        world.minds,
        world.trade,
    )
    minds.cases[0, VRAEM], minds.cases[0, LORETO] = POINTS, 4.0
    minds.belief[0], networks[0].cash = 3.0, 1_000.0
    owned, whole, waiting, uid = (
        (labs.owner == 0).sum(),
        book[0].copy(),
        book[..., WAITING].sum(),
        int(networks[0].uid),
    )
    court(run, 7)
    half = 20
    assert networks[half].alive == 1
    assert int(networks[half].uid) not in (0, uid)
    assert int(networks[0].uid) == uid
    assert networks[0].cash == networks[half].cash == 500.0
    assert book[..., WAITING].sum() == pytest.approx(waiting)
    assert (
        book[half, :, [WAITING, CAPACITY, WHOLE]] == whole[:, [WAITING, CAPACITY, WHOLE]].T / 2
    ).all()
    assert minds.cases[0, LORETO] == minds.cases[half, LORETO] == pytest.approx(2.0, rel=0.1)
    for array in (minds.belief, minds.seized, minds.tried, trade.open, trade.share, trade.used):
        assert (array[0] == array[half]).all()
    assert (labs.owner == 0).sum() + (labs.owner == half).sum() == owned
    assert 0 < (labs.owner == half).sum() < owned
    assert networks[0].capacity_left == networks[half].capacity_left == 1.0
    run.advance(28)  # and the new firm trades too
    assert networks[half].sent > 0
    assert (world.actors.shipments.network[world.actors.shipments.alive == 1] == half).any()


@pytest.mark.parametrize("why", ["no row free", "halves too small"])
def test_a_firm_that_cannot_split_is_cut(why):
    run = year(**TORN)
    networks = run.world.actors.networks
    if why == "no row free":
        networks.alive[20:] = 1
    else:
        run.world.parameters.justice.split_least[:] = 0.3
        assert run.world.trade.book[0, :, WHOLE].max() < 0.6
    run.world.minds.cases[0, VRAEM] = POINTS
    court(run, 7)
    assert networks[0].capacity_left == 0.5
    assert arrests(run).sum() == 1


def test_with_its_off_values_an_arrest_changes_nothing():
    run = year(ablate=["arrests"])
    before = run.world.trade.book.copy()
    run.world.minds.cases[:] = POINTS
    court(run, 7)
    assert arrests(run).sum() > 20
    assert (run.world.trade.book == before).all()
    assert (run.world.actors.networks.alive == 1).sum() == 20


def test_a_cut_binds_and_others_take_over():
    """Firms that are cut buy less, stock piles up at the farm gate, the price falls, and the other
    firms buy more."""
    cut, free = (year(**{"parameters": {"justice.arrest_points": 40.0}}) for _ in range(2))
    book = cut.world.trade.book
    struck = [0, 1, 3, 4, 5, 7]  # about half of those that buy in the valley
    cut.world.actors.networks.capacity_left[struck] = 0.5
    cut.world.actors.networks.recovers[struck] = 10_000
    book[struck, :, CAPACITY] *= 0.5
    here = free.world.places.markets.theatre == VRAEM
    before = free.world.trade.book[:20][:, here, SENT].sum(axis=1)
    for run in (cut, free):
        run.advance(84)
    stock, price = (
        {run: run.world.places.markets[name][here].mean() for run in (cut, free)}
        for name in ("stock_kg", "price")
    )
    assert stock[cut] > 1.1 * stock[free]
    assert price[cut] < price[free]
    sent = {
        run: run.world.trade.book[:20][:, here, SENT].sum(axis=1) - before for run in (cut, free)
    }
    spared = [n for n in range(20) if n not in struck]
    assert sent[cut][struck].sum() < 0.8 * sent[free][struck].sum()
    assert sent[cut][spared].sum() > 1.1 * sent[free][spared].sum()


def test_ten_years_leave_firms_that_trade():
    """Firms neither disappear nor multiply without bound. The shares of a cluster's trade add up to
    1, less what arrests hold back."""
    run = small_run(
        **{
            "time.horizon_days": 3_640,
            "parameters": {"justice.seizure_points": 2.0, "justice.lab_points": 2.0},
        }
    )
    firms = []
    while not run.finished:
        run.advance(91)
        networks, book = run.world.actors.networks, run.world.trade.book
        firms.append(int((networks.alive == 1).sum()))
        assert book[..., WHOLE].sum(axis=0) == pytest.approx(np.ones(book.shape[1]))
        assert book[..., CAPACITY] == pytest.approx(
            book[..., WHOLE] * networks.capacity_left[:, None]
        )
        assert (networks.capacity_left[networks.alive == 1] > 0).all()
    labs = run.world.actors.labs
    assert arrests(run).sum() > 40
    assert 20 < firms[-1] <= 40
    assert (book[..., CAPACITY].sum(axis=0) > 0.2).all()
    assert firms[-1] == firms[-8], "it comes to rest: halves would be too small to live"
    assert (labs.alive == 1).sum() < 2 * 400
    assert run.world.tally[-20:, q.DISPATCHED].sum() > 0


def test_an_arrest_is_an_event_that_names_the_firms():
    run = small_run(**{"record.events": True} | TORN)
    run.advance(7)
    networks = run.world.actors.networks
    run.world.minds.cases[:] = 0.0
    run.world.minds.cases[[0, 1], VRAEM] = POINTS
    run.world.trade.book[1, :, WHOLE] *= 0.01  # too small to split
    run.advance(7)
    events = run.records().events
    made = events[events.kind == "arrest"]
    assert made.theatre.tolist() == ["vraem"] * 2
    assert made.day.tolist() == [0, 0]
    assert made.quantity.tolist() == [2.0, 1.0]
    assert made.uid.tolist() == networks.uid[:2].tolist()
    assert made.other_uid.tolist() == [
        networks.uid[20],
        0,
    ]
    assert set(made.unit) == {"firms"}
