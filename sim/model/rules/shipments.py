"""The book-keeping of a load's way, shared by those who move it and those who stop it."""

from sim.model.compile import rule
from sim.model.state.counts import ATTEMPTED, PASSED
from sim.names import HCL


@rule
def enter_cell(load, cell, cell_theatre, tally):
    """The load is in a cell (-1: off the map): an attempt on a theatre is counted on first entry."""
    place = cell_theatre[cell] if cell >= 0 else 0
    if place != load.inside:
        if place > 0 and (load.entered >> place) % 2 == 0:
            tally[ATTEMPTED + load.product, place] += load.kg
            load.entered += 1 << place
        load.inside = place


@rule
def enter_land(load, before, cell, communities, cell_community):
    """The community onto whose land the step from `before` to `cell` leads, -1 if onto no other's. It is counted there, each time anew."""
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
def enter_leg(load, step, before, step_leg, tried):
    """One more attempt of the branch that sent it on a leg, when the step leads into another."""
    if step_leg[step] != step_leg[before]:
        tried[load.network, load.cluster, step_leg[step]] += 1.0


@rule
def settle(load, seized_in, tally):
    """A load's end: it has passed every theatre that it entered, but the one in which it was seized (-1: it arrived)."""
    load.alive = 0
    for place in range(1, 4):
        if (load.entered >> place) % 2 == 1 and place != seized_in:
            tally[PASSED + load.product, place] += load.kg
