"""What follows a find: whether police are present, what is seized, and how long a laboratory or
strip stays closed.

`p` is always the parameter record of detection; sources are on its page.
"""

import math
from collections.abc import Sequence
from typing import Protocol

from sim.model.chance import U
from sim.model.compile import rule
from sim.model.rules.reach import in_reach
from sim.model.rules.shipments import enter_cell, enter_land, enter_leg, settle
from sim.model.state.agents import (
    BY_LEAD,
    BY_PATROL,
    BY_POST,
    LATEX_POINT,
    STRIP,
    Community,
    Laboratory,
    Network,
    Shipment,
)
from sim.model.state.arrays import PEOPLE, POLICE_PEOPLE, Diary, Floats, Ground, Minds, Near, Routes
from sim.model.state.counts import (
    LABS_DESTROYED,
    LABS_WITH_POLICE,
    LET_GO,
    SEIZED,
    SEIZED_BY_PATROL,
    SEIZED_STOCK,
    SEIZURES,
    STRIPS_CRATERED,
)
from sim.model.state.event_log import LAB_DESTROYED, SEIZURE, STRIP_CRATERED, note
from sim.names import HCL, LATEX

# How a load was found, as an offset from SEIZED_BY_PATROL in the tally.
NOT_FOUND, IN_SEARCH, AT_POST, ON_LEAD = range(-1, 3)
SOURCE_CODES = (BY_PATROL, BY_POST, BY_LEAD)


class LoadSize(Protocol):
    """The parameters of detection by which the size of a load counts; the units stand there."""

    load_ref_kg: float
    load_exponent: float


class Detection(LoadSize, Protocol):
    """What the other rules read of the parameters of detection."""

    strip_repair_days: float
    rebuild_days: float
    rebuild_police_days: float


class Justice(Protocol):
    """What these rules read of the parameters of justice."""

    call: float
    seizure_points: float
    tonne_points: float
    lab_points: float


@rule
def size_factor(kg: float, p: LoadSize) -> float:
    """Return the factor by which the size of a load changes its detection: a larger load is easier
    to find."""
    return math.pow(max(kg, 1.0) / max(p.load_ref_kg, 1e-9), p.load_exponent)


@rule
def police_there(force: Floats, site: int, near: Near, justice: Justice) -> float:
    """Return the chance that police are with those who find something at a site (-1: nobody's
    land), or come when they are called."""
    if site < 0:
        return 0.0
    people = in_reach(force, PEOPLE, site, near)
    police = in_reach(force, POLICE_PEOPLE, site, near)
    if people <= 0.0:
        return 0.0
    return 1.0 - max(1.0 - police / people, 0.0) * math.exp(-justice.call * police)


@rule
def let_go(load: Shipment, place: int, tally: Floats) -> None:
    """Count a load found by soldiers who may hold nobody; it continues."""
    tally[LET_GO + load.product, place] += load.kg


@rule
def seize(
    load: Shipment,
    step: int,
    towns: Sequence[Community],
    lost: Floats,
    ground: Ground,
    routes: Routes,
    minds: Minds,
    networks: Sequence[Network],
    source: int,
    t: int,
    justice: Justice,
    diary: Diary,
) -> None:
    """Seize the load at `step`, which it reaches today. Its owner learns on which leg it was lost,
    and remembers it."""
    tally = diary.tally
    step_cell, step_leg = routes.cell, routes.leg
    for e in range(load.step + 1, step + 1):
        enter_leg(load, e, e - 1, step_leg, minds.tried)
        enter_land(load, step_cell[e - 1], step_cell[e], towns, ground.community)
        enter_cell(load, step_cell[e], ground.theatre, tally)
    load.step = step
    place = load.inside
    settle(load, place, tally)
    minds.seized[load.network, load.cluster, step_leg[step]] += 1.0
    networks[load.network].lost += 1.0
    minds.cases[load.network, place] += (
        justice.seizure_points + justice.tonne_points * load.kg / 1000.0
    )
    tally[SEIZED + load.product, place] += load.kg
    tally[SEIZURES + load.product, place] += 1.0
    if load.product == HCL:
        tally[SEIZED_BY_PATROL + source, place] += load.kg
        if step_cell[step] >= 0:
            lost[step_cell[step]] += load.kg
    firm, found_by = networks[load.network].uid, SOURCE_CODES[source]
    note(diary, t, SEIZURE, place, step_cell[step], load.uid, firm, load.kg, found_by)


@rule
def destroy(
    lab: Laboratory,
    police: int,
    held: int,
    u: float,
    cases: Floats,
    t: int,
    place: int,
    source: int,
    p: Detection,
    justice: Justice,
    diary: Diary,
) -> None:
    """Close a laboratory, latex point or strip for a time drawn by u. police: 1 when police are
    present; held: 1 when people may be held, so that the product there is seized."""
    tally = diary.tally
    if lab.kind == STRIP:
        lab.closed_until = t + 1 + int(u * max(2.0 * p.strip_repair_days - 1.0, 1.0))
        tally[STRIPS_CRATERED, place] += 1.0
        note(diary, t, STRIP_CRATERED, place, lab.cell, lab.uid, U(0), 1.0, source)
        return
    mean_days = p.rebuild_police_days if police == 1 else p.rebuild_days
    lab.closed_until = t + max(int(mean_days * (0.5 + u)), 1)
    tally[LABS_DESTROYED, place] += 1.0
    seized_kg = lab.held_kg if held == 1 else 0.0
    note(diary, t, LAB_DESTROYED, place, lab.cell, lab.uid, U(0), seized_kg, source)
    product = LATEX if lab.kind == LATEX_POINT else HCL
    if police == 1:
        cases[lab.owner, place] += justice.lab_points
        tally[LABS_WITH_POLICE, place] += 1.0
    if held == 1:
        tally[SEIZED_STOCK + product, place] += lab.held_kg
        lab.held_kg = 0.0
    else:
        tally[LET_GO + product, place] += lab.held_kg
