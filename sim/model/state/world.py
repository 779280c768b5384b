"""The world of one run: all tables, layers and map arrays, with the names that people read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.machine.addition import added
from sim.model.state.agents import ANTINARCOTICS, POLICE, Table
from sim.model.state.arrays import (
    Actors,
    Along,
    Bench,
    Border,
    Commerce,
    Fields,
    Ground,
    Land,
    Legs,
    Minds,
    Near,
    Places,
    Reach,
    RouteFacts,
    Routes,
    Sites,
    Support,
    Trade,
    Ways,
)
from sim.model.state.event_log import EVENTS_FULL, FULL, TABLES
from sim.model.state.rows import nearly_full

if TYPE_CHECKING:
    from sim.model.day import Parameters


class TableFull(RuntimeError):
    """A table had no row left within a stretch of days, and the run has failed."""


@dataclass
class World:
    """Everything that a run holds. The day changes actors, places, fields, land, minds, trade,
    support and tally; it never writes the rest."""

    scenario: Any
    key: np.uint64
    actors: Actors
    places: Places
    fields: Fields
    land: Land
    minds: Minds
    trade: Trade
    support: Support
    ground: Ground
    sites: Sites
    near: Near
    reach: Reach
    along: Along
    ways: Ways
    routes: Routes
    route_facts: RouteFacts
    legs: Legs
    border: Border
    commerce: Commerce
    levers: Table  # one row: what the scenario sets
    bench: Bench
    parameters: Parameters
    tally: np.ndarray  # f8[weeks + 1, quantities, places]
    site_names: tuple[str, ...]
    site_kinds: tuple[str, ...]
    site_lon: np.ndarray
    site_lat: np.ndarray
    n_communities: int
    census: np.ndarray  # f8[sites] people on the first day, as published
    days_surface: np.ndarray  # f8[sites, sites]
    cluster_names: tuple[str, ...]
    events: Table  # what was logged since the last cut; `status` counts it
    status: np.ndarray  # i8[3] see `event_log`
    map: Any
    overdrawn: bool = False  # whether more than the budget was in use at some review

    def grow_if_nearly_full(self) -> None:
        """Double every table of agents that is nearly full. Rows keep their places, so nothing else
        changes."""
        grown = {}
        for name in ("groups", "shipments", "labs", "leads"):
            table = getattr(self.actors, name)
            if nearly_full(table):
                larger = np.zeros(2 * len(table), table.dtype).view(np.recarray)
                larger[: len(table)] = table
                grown[name] = larger
        if "groups" in grown:
            danger = np.zeros((len(grown["groups"]), self.minds.danger.shape[1]))
            danger[: len(self.minds.danger)] = self.minds.danger
            self.minds = self.minds._replace(danger=danger)
        if "shipments" in grown:
            tolled = np.zeros((len(grown["shipments"]), self.support.tolled.shape[1]))
            tolled[: len(self.support.tolled)] = self.support.tolled
            self.support = self.support._replace(tolled=tolled)
        if grown:
            self.actors = self.actors._replace(**grown)

    def over_budget(self) -> bool:
        """Return whether the soldiers, police, boats or flight hours in use exceed those that the
        scenario's forces hold, now or at an earlier call. Eradication teams are left out, because
        they belong to the eradication programme; so are the flight hours of no theatre, which
        belong to the rest of the country."""
        forces = self.scenario.forces
        held = [forces.vraem, forces.loreto, forces.cajamarca]
        units, theatres = self.actors.units, self.places.theatres[1:]
        people = np.where(units.alive == 1, units.soldiers, 0.0)
        army, police = units.kind < POLICE, (units.kind == POLICE) | (units.kind == ANTINARCOTICS)
        used_and_held = (
            (people[army].sum(), sum(each.soldiers for each in held)),
            (people[police].sum(), sum(each.police for each in held)),
            (theatres.boats.sum(), sum(each.boats for each in held)),
            (
                theatres.flight_hours_day.sum() * 365.0,
                forces.flight_hours_per_year * added(each.helicopter_share for each in held),
            ),
        )
        self.overdrawn = self.overdrawn or any(
            used > held * (1.0 + 1e-9) for used, held in used_and_held
        )
        return self.overdrawn

    def check(self) -> None:
        """Raise TableFull when the last stretch ended because a table had no row left."""
        full = int(self.status[FULL])
        if full:
            table = self.events if full == EVENTS_FULL else self.actors[full - 1]
            raise TableFull(f"the table of {TABLES[full]} is full ({len(table)} rows)")
