"""4.1 Command: a strategy's orders become orders of units.

Plain numpy: command runs at reviews, between compiled stretches.

Reads: sites, days_surface, levers. Writes: units (order_site, order_mission, by_air, departs,
arrives, status, known, mission), theatres (flight_hours_day, announced). Chance: none.

All orders are checked before the first is carried out. How long preparation takes is a parameter of
`redeployment`; an airlift waits in the queue of `redeployment` until the hours of its flight are
available.

Left out: orders that are late, misread or not followed, and the staff that it takes to give them.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.machine.addition import added
from sim.model.state.agents import MISSIONS, POSTED, PREPARING, SPECIAL, TRANSIT, UNIT_KINDS
from sim.names import MODELLED_THEATRES, THEATRES, VRAEM

if TYPE_CHECKING:
    from sim.model.state.world import World

WAYS = ("auto", "surface", "air")
AIR_DAYS = 1


class OrderError(ValueError):
    """An order that cannot be carried out. The text names the strategy, the day and the item."""


def enter(world: World, orders: Any, t: int) -> None:
    """Carry out a strategy's `Orders` (or None) on day t, counted from the start of the burn-in.

    OrderError, with the world untouched, for an unknown uid, place, mission, way or theatre, for a
    unit that is on its way or is ordered to two places, for a place that holds no post, and for
    flight hours that a theatre does not have.
    """
    if orders is None:
        return
    desk = Desk(world, t)
    if not all(hasattr(orders, part) for part in ("moves", "tasks", "announcements", "loans")):
        raise desk.refusal(f"decide: expected Orders or None (got {type(orders).__name__})")
    moves = [
        (desk.rows(move.uids), desk.place(move.place), desk.mission(move.mission), move)
        for move in orders.moves
    ]
    tasks = [(desk.rows(task.uids), desk.mission(task.mission)) for task in orders.tasks]
    leaving = [(desk.theatre(item.theatre), item.day) for item in orders.announcements]
    loans = [
        (desk.lender(loan.origin), desk.lender(loan.theatre), loan.hours_per_day)
        for loan in orders.loans
    ]
    desk.check_moves(moves)
    desk.check_loans(loans)

    units = world.actors.units.view(np.ndarray)
    unhurried = [(rows, site) for rows, site, _, move in moves if move.prepare_days is None]
    people = added(
        units["soldiers"][row]
        for rows, site in unhurried
        for row in rows
        if units["posting"][row] != site
    )
    p = world.parameters.redeployment[0]
    usual = int(p.prepare_days_many if people > p.many_people else p.prepare_days)
    for rows, site, mission, move in moves:
        for row in rows:
            unit, here = units[row], units["posting"][row]
            if here == site:
                stay(unit, mission)
            else:
                days = world.days_surface[here, site]
                flies = move.by == "air" or (move.by == "auto" and unit["kind"] == SPECIAL)
                by_air = flies or not math.isfinite(days)
                prepare = usual if move.prepare_days is None else move.prepare_days
                send(unit, site, mission, by_air, days, prepare, t)
    for rows, mission in tasks:
        for row in rows:
            units["mission" if units["status"][row] == POSTED else "order_mission"][row] = mission
    for theatre, day in leaving:
        announce(world, theatre, day)
    for origin, theatre, hours in loans:
        world.places.theatres[origin].flight_hours_day -= hours
        world.places.theatres[theatre].flight_hours_day += hours


def stay(unit: np.void, mission: int) -> None:
    """Give a unit a mission at the place where it is; an order to leave that place is withdrawn."""
    unit["mission"] = mission
    unit["status"] = POSTED
    unit["order_site"] = -1
    unit["known"] = 0


def send(
    unit: np.void,
    site: int,
    mission: int,
    by_air: bool,
    surface_days: float,
    prepare_days: int,
    t: int,
) -> None:
    """Order a unit to prepare and then to go. It is on the way for whole days, at least one."""
    unit["order_site"] = site
    unit["order_mission"] = mission
    unit["by_air"] = int(by_air)
    unit["departs"] = t + prepare_days
    unit["arrives"] = t + prepare_days + (AIR_DAYS if by_air else max(1, math.ceil(surface_days)))
    unit["status"] = PREPARING
    unit["known"] = 0


def announce(world: World, theatre: int, day: int) -> None:
    """Make public that troops will have left a theatre by `day` of the horizon.

    Units that prepare to go by then are no longer secret.
    """
    world.places.theatres[theatre].announced = day + int(world.levers[0].burn_in)


class Desk:
    """Reads the words of orders and checks the orders. Every refusal is an OrderError."""

    def __init__(self, world: World, t: int) -> None:
        self.world, self.day = world, t - int(world.levers[0].burn_in)
        units = world.actors.units
        rows = np.flatnonzero(units.alive == 1)
        self.row_of = dict(zip(units.uid[rows].tolist(), rows.tolist()))

    def refusal(self, item: str) -> OrderError:
        """Return the error for an item of the orders."""
        return OrderError(f'strategy "{self.world.scenario.strategy.name}", day {self.day}: {item}')

    def rows(self, uids: Iterable[int]) -> list[int]:
        """Return the rows of units by uid."""
        unknown = [uid for uid in uids if uid not in self.row_of]
        if unknown:
            raise self.refusal(
                f"no unit with uid {unknown[0]}; the uids are those of situation.own.uid"
            )
        return [self.row_of[uid] for uid in uids]

    def place(self, place: int | str) -> int:
        """Return the site of a place by name or id; units are posted in the theatres only."""
        names = self.world.site_names
        if isinstance(place, str) and place not in names:
            raise self.refusal(f'no place "{place}"{near(place, names)}')
        site = names.index(place) if isinstance(place, str) else place
        if not 0 <= site < len(names):
            raise self.refusal(f"no place {site}; the ids are 0 to {self.world.n_communities - 1}")
        if site >= self.world.n_communities:
            raise self.refusal(
                f'place {site} ("{names[site]}") lies outside the theatres: '
                "units are posted to their towns and hamlets"
            )
        return site

    def mission(self, name: str) -> int:
        """Return the code of a mission."""
        return self.one_of("mission", name, MISSIONS)

    def theatre(self, name: str) -> int:
        """Return the code of a theatre that has forces."""
        return VRAEM + self.one_of("theatre", name, MODELLED_THEATRES)

    def lender(self, name: str) -> int:
        """Return the code of a theatre or of `elsewhere`, which also lends flight hours."""
        return self.one_of("theatre", name, THEATRES)

    def one_of(self, what: str, name: str, known: tuple[str, ...]) -> int:
        """Return the index of a name among the known ones."""
        if name not in known:
            raise self.refusal(
                f"no {what} {name!r}; expected one of {', '.join(known)}{near(name, known)}"
            )
        return known.index(name)

    def check_moves(self, moves: list[tuple[list[int], int, int, Any]]) -> None:
        """Refuse moves with a wrong way or time, and units that move already or twice."""
        units, ordered = self.world.actors.units, set()
        on_the_way = set(np.flatnonzero(units.status == TRANSIT).tolist())
        for rows, _, _, move in moves:
            self.one_of("way to go", move.by, WAYS)
            days = move.prepare_days
            if days is not None and (
                not isinstance(days, int | np.integer) or not 0 <= days <= 3_650
            ):
                raise self.refusal(
                    f"prepare_days: expected a whole number from 0 to 3650 (got {days!r})"
                )
            for row in rows:
                if row in on_the_way:
                    arrives = int(units.arrives[row]) - int(self.world.levers[0].burn_in)
                    raise self.refusal(
                        f"{self.name_of(row)} is on its way until day {arrives}; "
                        "order units whose status is posted or preparing"
                    )
                if row in ordered:
                    raise self.refusal(f"{self.name_of(row)} is ordered to move twice")
                ordered.add(row)

    def name_of(self, row: int) -> str:
        """Return the uid and kind of a unit, for messages."""
        unit = self.world.actors.units[row]
        return f"unit {int(unit.uid)} ({UNIT_KINDS[unit.kind]})"

    def check_loans(self, loans: list[tuple[int, int, float]]) -> None:
        """Refuse loans of more flight hours than the lender has."""
        held = [float(row.flight_hours_day) for row in self.world.places.theatres]
        for origin, theatre, hours in loans:
            if not 0.0 <= hours <= held[origin] + 1e-9:
                has = f"it has {held[origin]:g}"
                raise self.refusal(
                    f"{THEATRES[origin]} cannot lend {hours:g} flight hours a day: {has}"
                )
            held[origin] -= hours
            held[theatre] += hours


def near(name: object, known: Iterable[str]) -> str:
    """Return a suggestion for a misspelt name, or an empty text."""
    close = difflib.get_close_matches(str(name), list(known), 1)
    return f'; did you mean "{close[0]}"?' if close else ""
