"""What armed parties take from a load: a fee once per load and party, at its largest rule on the
way."""

from collections.abc import Sequence
from typing import Protocol

from sim.model.compile import rule
from sim.model.rules.shipments import enter_land
from sim.model.state.agents import PARTIES, Community, Network, Shipment
from sim.model.state.arrays import CARRIED_DAYS, Along, Floats, Ints, Support, Today
from sim.model.state.counts import PAID_TOLL
from sim.names import HCL


class Fee(Protocol):
    """What these rules read of the parameters of trafficking."""

    toll_usd: float


@rule
def pay_toll(
    row: int,
    load: Shipment,
    networks: Sequence[Network],
    support: Support,
    b: Floats,
    at: int,
    place: int,
    p: Fee,
    tally: Floats,
) -> None:
    """Let each party take its fee from a load where it rules more people than anywhere on the way
    so far, so that a load pays a party once, at its largest share. b: f8[rows, PARTIES], `at` its
    row; place: where the toll counts."""
    parties, tolled = support.parties, support.tolled
    for k in range(PARTIES):
        if parties[k].alive == 1 and b[at, k] > tolled[row, k]:
            toll = p.toll_usd * load.kg * (b[at, k] - tolled[row, k])
            tolled[row, k] = b[at, k]
            parties[k].toll_usd += toll
            networks[load.network].cash -= toll
            tally[PAID_TOLL, place] += toll


@rule
def pass_land(
    row: int,
    load: Shipment,
    networks: Sequence[Network],
    communities: Sequence[Community],
    support: Support,
    before: int,
    cell: int,
    cell_community: Ints,
    along: Along,
    counting: bool,
    p: Fee,
    tally: Floats,
) -> None:
    """Count the load in the catchment of a community that it enters, and let it pay tolls there.
    Latex pays none. counting: whether the loads of the burn-in are counted by route today."""
    owner = enter_land(load, before, cell, communities, cell_community)
    if owner >= 0 and load.product == HCL:
        town = communities[owner]
        town.kg_passed += load.kg
        if counting:
            for e in range(along.start[load.route], along.start[load.route + 1]):
                if along.place[e] == owner:
                    support.passed_kg[e] += load.kg
        pay_toll(row, load, networks, support, support.b, owner, town.theatre, p, tally)


@rule
def counted(today: Today) -> bool:
    """Return whether today's loads are counted by route: in the last days of the burn-in."""
    return today.held == 1 and today.t >= today.levers[0].burn_in - CARRIED_DAYS


@rule
def start_tolls(
    row: int,
    load: Shipment,
    networks: Sequence[Network],
    support: Support,
    place: int,
    p: Fee,
    tally: Floats,
) -> None:
    """Let a load pay its first tolls in the fields of its cluster, where its way begins."""
    for k in range(PARTIES):
        support.tolled[row, k] = 0.0
    if load.product == HCL:
        pay_toll(row, load, networks, support, support.in_fields, load.cluster, place, p, tally)
