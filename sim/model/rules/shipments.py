"""Book-keeping of a load's journey, shared by the mechanisms that move loads and those that stop
them."""

from collections.abc import Sequence

from sim.model.compile import rule
from sim.model.state.agents import STRIP, Community, Laboratory, Shipment
from sim.model.state.arrays import Floats, Ints
from sim.model.state.counts import ATTEMPTED, PASSED
from sim.names import CAJAMARCA, ELSEWHERE, HCL, LORETO, VRAEM


@rule
def enter_cell(load: Shipment, cell: int, cell_theatre: Ints, tally: Floats) -> None:
    """Put the load into a cell (-1: off the map). Its first entry into a theatre counts as an
    attempt."""
    place = cell_theatre[cell] if cell >= 0 else ELSEWHERE
    if place != load.inside:
        if place != ELSEWHERE and (load.entered >> place) % 2 == 0:
            tally[ATTEMPTED + load.product, place] += load.kg
            load.entered += 1 << place
        load.inside = place


@rule
def enter_land(
    load: Shipment, before: int, cell: int, communities: Sequence[Community], cell_community: Ints
) -> int:
    """Return the community onto whose land the step from `before` to `cell` leads; -1 when it stays
    on the same land or reaches none. The load is counted there, again on each return."""
    if (
        cell < 0
        or cell_community[cell] < 0
        or (before >= 0 and cell_community[before] == cell_community[cell])
    ):
        return -1
    if load.product == HCL:
        communities[cell_community[cell]].attempted_kg += load.kg
    return cell_community[cell]


@rule
def enter_leg(load: Shipment, step: int, before: int, step_leg: Ints, tried: Floats) -> None:
    """Count one more attempt on a leg, by the branch that sent the load, when the step leads into
    another leg."""
    if step_leg[step] != step_leg[before]:
        tried[load.network, load.cluster, step_leg[step]] += 1.0


@rule
def settle(load: Shipment, seized_in: int, tally: Floats) -> None:
    """End the load. It has passed every theatre that it entered, except the one in which it was
    seized (-1: it arrived)."""
    load.alive = 0
    for place in (VRAEM, LORETO, CAJAMARCA):
        if (load.entered >> place) % 2 == 1 and place != seized_in:
            tally[PASSED + load.product, place] += load.kg


@rule
def strip_is_open(labs: Sequence[Laboratory], cluster: int, u: float, t: int) -> bool:
    """Return whether the strip where the next flight is to land can be used today. Every strip of
    the cluster is as likely."""
    count = 0
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].kind == STRIP and labs[j].cluster == cluster:
            count += 1
    pick = int(u * count)
    for j in range(len(labs)):
        if labs[j].alive == 1 and labs[j].kind == STRIP and labs[j].cluster == cluster:
            if pick == 0:
                return labs[j].closed_until <= t
            pick -= 1
    return False
