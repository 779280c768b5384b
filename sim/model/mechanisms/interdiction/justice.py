"""4.13 Justice: case points against the firms, and the effect of an arrest.

Reads: units, sites, labs. Writes: minds.cases, networks (alive, uid, hub, cash, sent, lost, feared,
load_scale, foreign, capacity_left, recovers), trade (open, share, used, book), minds (belief,
seized, tried), labs (owner), tally. Weekly. Chance: ARREST, SPLIT_LAB.

The anti-narcotics teams of a theatre keep a file on every firm. Points are entered when they are
earned (`detection.py`): `seizure_points + tonne_points kg / 1,000` for a load seized with people
held, `lab_points` for a laboratory destroyed with police present, and `lead_points` more where a
lead led to it. A file fades: `points(t + 1 week) = points exp(-decay)`. At `arrest_points` the
firm's head is arrested, if anti-narcotics teams are on task in the theatre and the firm is not run
from abroad; the points of that theatre are then spent.

With probability `split_share` the arrest splits the firm in two. Each half takes half of the trade,
cash, goods and other files and about half of the laboratories, and knows all that the firm knew.
Otherwise, or when half of its largest trade would be under `split_least`, or when no row is free,
the firm trades `capacity_cut` less for `cut_weeks`. It then buys less, so product piles up at the
farm gate, the price falls and others buy it. The cuts of two arrests multiply and end together. The
rule and its numbers (`split_share`, `capacity_cut`, `cut_weeks`) are assumptions.

Left out: courts, prisons and who is arrested; cases shared by the teams of two theatres, or
belonging to the rest of the country; firms that merge or end (their number can only grow, until
halves would be too small to survive).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.model.chance import ARREST, SPLIT_LAB, U, child_uid, uniform
from sim.model.compile import loop, rule
from sim.model.rules.firms import living
from sim.model.state.agents import ANTINARCOTICS, TRANSIT, Network, Unit
from sim.model.state.arrays import (
    CAPACITY,
    WAITING,
    WHOLE,
    Actors,
    Diary,
    Floats,
    Ints,
    Minds,
    Sites,
    Today,
    Trade,
)
from sim.model.state.counts import NETWORKS_DISRUPTED
from sim.model.state.event_log import ARREST as LOG_ARREST
from sim.model.state.event_log import NO_SOURCE, note
from sim.model.state.rows import free_row

# Ordinal of a firm's half among its children. Loads have the numbers of clusters, far below.
HALF_OF = 60_000


class Parameters:
    seizure_points: float  # points: case points for a load seized with people held
    tonne_points: float  # points/1,000 kg: case points more by the weight of the load
    lab_points: float  # points: case points for a laboratory destroyed with police present
    lead_points: float  # points: case points more where a lead led to it
    decay: float  # per week: rate at which a file loses its worth
    arrest_points: float  # points: points at which an arrest is made
    capacity_cut: float  # share: share of its trade that a firm loses by an arrest
    cut_weeks: float  # weeks: weeks until it has its whole trade again
    split_share: float  # probability: chance that a firm splits in two instead
    split_least: float  # share: least share of a trade from which half a firm can live
    # per person: rate at which each policeman in reach makes it more certain that police come
    call: float


@rule
def teams_of(units: Sequence[Unit], site_theatre: Ints, theatre: int) -> float:
    """Return the anti-narcotics people on task in a theatre."""
    people = 0.0
    for i in range(len(units)):
        unit = units[i]
        if (
            unit.alive == 1
            and unit.kind == ANTINARCOTICS
            and unit.status != TRANSIT
            and site_theatre[unit.posting] == theatre
        ):
            people += unit.effort
    return people


@rule
def set_capacity(book: Floats, n: int, left: float) -> None:
    """Set what a firm can trade of each cluster, with a share `left` to it."""
    for c in range(book.shape[1]):
        book[n, c, CAPACITY] = book[n, c, WHOLE] * left


@rule
def largest_trade(book: Floats, n: int) -> float:
    """Return the firm's largest share of a cluster's trade while nothing reduces it."""
    most = 0.0
    for c in range(book.shape[1]):
        most = max(most, book[n, c, WHOLE])
    return most


@rule
def split(
    n: int, half: int, actors: Actors, minds: Minds, trade: Trade, key: np.uint64, t: int
) -> np.uint64:
    """Make row `half` the other half of firm n. Amounts are halved, knowledge is copied, and each
    laboratory goes to one of the two at random."""
    networks, labs = actors.networks, actors.labs
    book = trade.book
    other: Network
    firm, other = networks[n], networks[half]
    other.alive = 1
    other.uid = child_uid(firm.uid, t, HALF_OF)
    other.hub = firm.hub
    other.foreign = firm.foreign
    other.load_scale = firm.load_scale
    other.capacity_left = firm.capacity_left
    other.recovers = firm.recovers
    firm.cash *= 0.5
    firm.sent *= 0.5
    firm.lost *= 0.5
    firm.feared *= 0.5
    other.cash = firm.cash
    other.sent = firm.sent
    other.lost = firm.lost
    other.feared = firm.feared
    for c in range(book.shape[1]):
        for column in (WAITING, CAPACITY, WHOLE):
            book[n, c, column] *= 0.5
            book[half, c, column] = book[n, c, column]
    for h in range(minds.cases.shape[1]):
        minds.cases[n, h] *= 0.5
        minds.cases[half, h] = minds.cases[n, h]
    for r in range(trade.share.shape[1]):
        trade.open[half, r] = trade.open[n, r]
        trade.share[half, r] = trade.share[n, r]
        trade.used[half, r] = trade.used[n, r]
    for leg in range(minds.belief.shape[1]):
        minds.belief[half, leg] = minds.belief[n, leg]
        for c in range(minds.tried.shape[1]):
            minds.seized[half, c, leg] = minds.seized[n, c, leg]
            minds.tried[half, c, leg] = minds.tried[n, c, leg]
    for j in range(len(labs)):
        if (
            labs[j].alive == 1
            and labs[j].owner == n
            and uniform(key, SPLIT_LAB, t, labs[j].uid, 0) < 0.5
        ):
            labs[j].owner = half
    return other.uid


@loop
def arrests(
    actors: Actors,
    minds: Minds,
    trade: Trade,
    sites: Sites,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Weekly: firms recover, files fade, and a firm whose file is full suffers an arrest."""
    key, t = today.key, today.t
    tally = diary.tally
    units, networks = actors.units, actors.networks
    cases, book = minds.cases, trade.book
    p = parameters.justice[0]
    keep = math.exp(-p.decay)
    firms = living(networks)
    for n in range(firms):
        if networks[n].capacity_left < 1.0 and t >= networks[n].recovers:
            networks[n].capacity_left = 1.0
            set_capacity(book, n, 1.0)
        for h in range(cases.shape[1]):
            cases[n, h] *= keep
    for h in range(1, cases.shape[1]):
        if teams_of(units, sites.theatre, h) <= 0.0:
            continue
        for n in range(firms):
            firm = networks[n]
            if firm.foreign == 1 or cases[n, h] < p.arrest_points:
                continue
            cases[n, h] = 0.0
            tally[NETWORKS_DISRUPTED, h] += 1.0
            half = free_row(networks)
            if (
                half >= 0
                and 0.5 * largest_trade(book, n) >= p.split_least
                and uniform(key, ARREST, t, firm.uid, h) < p.split_share
            ):
                other = split(n, half, actors, minds, trade, key, t)
                note(diary, t, LOG_ARREST, h, -1, firm.uid, other, 2.0, NO_SOURCE)
            else:
                firm.capacity_left *= 1.0 - p.capacity_cut
                firm.recovers = t + int(7.0 * p.cut_weeks)
                set_capacity(book, n, firm.capacity_left)
                note(diary, t, LOG_ARREST, h, -1, firm.uid, U(0), 1.0, NO_SOURCE)
