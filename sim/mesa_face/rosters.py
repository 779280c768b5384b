"""Rosters: which rows of the world's tables have views, and of which class each view is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid

from sim.mesa_face.agents import (
    Community,
    DissidentCell,
    Laboratory,
    MilitaryUnit,
    ModelOfAWorld,
    MpcpColumn,
    PartnerForce,
    PoliceUnit,
    Shipment,
    ThirdGroup,
    TraffickingNetwork,
    View,
)
from sim.mesa_face.columns import Columns
from sim.model.state import agents as state
from sim.model.state.world import World


class Source(NamedTuple):
    """Where agents come from.

    `table` is their table, `classes` their class by `kind` (or one for all), and `cell` gives the
    active cells of rows.
    """

    table: Callable[[World], np.ndarray]
    classes: tuple[type[View], ...]
    cell: Callable[[World, np.ndarray, np.ndarray], np.ndarray]


def at(field: str) -> Callable[[World, np.ndarray, np.ndarray], np.ndarray]:
    """Return a function that gives the cells of the sites in a field."""
    return lambda world, table, rows: world.sites.cell[table[field][rows]]


UNIT_CLASSES = tuple(
    MilitaryUnit if kind < state.POLICE else PoliceUnit for kind in range(len(state.UNIT_KINDS))
)
SOURCES = (
    Source(lambda w: w.actors.units, UNIT_CLASSES, at("posting")),
    Source(lambda w: w.actors.groups, (MpcpColumn, DissidentCell, ThirdGroup), at("site")),
    Source(lambda w: w.actors.networks, (TraffickingNetwork,), at("hub")),
    Source(
        lambda w: w.actors.shipments,
        (Shipment,),
        lambda w, table, rows: w.routes.cell[table["step"][rows]],
    ),
    Source(lambda w: w.actors.labs, (Laboratory,), lambda w, table, rows: table["cell"][rows]),
    Source(lambda w: w.places.partners, (PartnerForce,), at("site")),
    Source(
        lambda w: w.places.communities, (Community,), lambda w, table, rows: table["cell"][rows]
    ),
)
CLASSES = tuple(dict.fromkeys(kind for source in SOURCES for kind in source.classes))


class Roster:
    """The views on one table, by uid."""

    def __init__(self, source: Source, world: World) -> None:
        self.source, self.world = source, world
        self.views: dict[int, View] = {}
        self.columns = Columns(lambda: source.table(world))
        self.seen: tuple[np.ndarray, ...] = ()  # rows, uids and cells when somebody last looked

    def live(self) -> tuple[np.ndarray, np.ndarray]:
        """Return (rows in use, their uids)."""
        table = self.source.table(self.world)
        fields = table.dtype.names or ()
        rows = np.flatnonzero(table["alive"] == 1) if "alive" in fields else np.arange(len(table))
        return rows, table["uid"][rows] if "uid" in fields else rows

    def look(self, model: ModelOfAWorld, grid: OrthogonalMooreGrid) -> None:
        """Match the views with the rows in use: make, move and remove views."""
        rows, uids = self.live()
        active = self.source.cell(self.world, self.source.table(self.world), rows)
        cells = np.where(active >= 0, self.world.map.cells[active], -1)
        now = (rows, uids, cells)
        if len(self.views) == len(rows) and self.seen and all(map(np.array_equal, now, self.seen)):
            return
        self.drop_all_but(set(uids.tolist()))
        for row, uid, cell in zip(*(column.tolist() for column in now)):
            view = self.views.get(uid) or self.make(model, row, uid)
            view.row = row
            grid_cell = grid[divmod(cell, self.world.map.cols)] if cell >= 0 else None
            if view.cell is not grid_cell:
                view.cell = grid_cell
        self.seen = now

    def make(self, model: ModelOfAWorld, row: int, uid: int) -> View:
        """Make the view of a row, of the class that its kind asks for."""
        classes = self.source.classes
        kind = classes[self.columns["kind"].item(row) if len(classes) > 1 else 0]
        self.views[uid] = view = kind(model, self, row, uid)
        return view

    def after_step(self) -> None:
        """Drop the views of agents that are gone, so that no view reads another agent's row."""
        self.columns.clear()
        if self.views:
            self.drop_all_but(set(self.live()[1].tolist()))

    def drop_all_but(self, uids: set[int]) -> None:
        """Drop the views of all other agents."""
        for uid in [uid for uid in self.views if uid not in uids]:
            self.views[uid].remove()
