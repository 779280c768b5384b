"""A test kit for strategies: what a strategy would order, review by review, without a run.

`rehearse` builds the opening world of a scenario and asks its strategy at each review. Between
reviews only the own units move, by the dates of their orders, and what the test feeds in arrives:
reports and weekly counts. No mechanism of the model runs, so nothing else changes: nobody attacks,
nobody is killed, and supplies last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import UserError, near
from sim.model.rules.leads import file_lead
from sim.model.state.agents import (
    ARMY,
    LEAD_KINDS,
    POSTED,
    PREPARING,
    SOURCES,
    TRANSIT,
    UNIT_KINDS,
)
from sim.model.state.clock import tally_row
from sim.model.state.counts import ATTACKS, SEIZED, SEIZURES, STATE_LOSSES
from sim.names import MODELLED_THEATRES, THEATRES
from sim.scenario import Scenario, load_scenario
from sim.simulation.run import Run
from sim.strategies.protocol import Orders
from sim.strategies.situation import Situation

if TYPE_CHECKING:
    import pandas as pd

COUNTS = {
    "attacks": ATTACKS,
    "seizures": SEIZURES,
    "seized_kg": SEIZED,
    "own_losses": STATE_LOSSES,
}
COLUMNS = ("day", "order", "units", "people", "kinds", "origin", "place", "mission", "leaves_day")


@dataclass(frozen=True)
class Report:
    """A report that command receives on a day of the horizon.

    kind: laboratory, armed_group, shipment or field. place: name of a place. seen_day: by default
    the day on which it arrives. source: tip, patrol or partner.
    """

    kind: str
    place: str
    day: int
    seen_day: int | None = None
    source: str = "tip"


@dataclass(frozen=True)
class Review:
    """One review: its day, what the strategy was shown, and what it ordered (None: nothing)."""

    day: int
    situation: Situation
    orders: Orders | None


@dataclass(frozen=True)
class Rehearsal:
    """The reviews of a rehearsal, and their orders as a table."""

    reviews: tuple[Review, ...]
    table: pd.DataFrame

    def __str__(self) -> str:
        n = len(self.reviews)
        days = f"{n} review{'s' * (n != 1)}, days {self.reviews[0].day} to {self.reviews[-1].day}"
        return f"{days}\n{self.table.to_string(index=False) if len(self.table) else 'no orders'}"


def rehearse(
    scenario: str | Path | Scenario,
    days: int = 84,
    reports: Iterable[Report] = (),
    counts: Mapping[str, Mapping[str, Mapping[int, float]]] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Rehearsal:
    """Ask the strategy of a scenario at every review of the first `days` days.

    scenario: a file, `redeploy:NAME`, or a loaded scenario; a strategy of your own is imported.
    counts: attacks, seizures, seized_kg or own_losses by theatre and week (0 is the first), such as
    `{"attacks": {"vraem": {3: 12}}}`; weeks that are not named count nothing. overrides: dotted
    keys, as `--set` takes them.

    UserError for a wrong word; StrategyError for what the strategy's code raises or for an order
    that cannot be carried out, as in a run.
    """
    if isinstance(scenario, Scenario):
        if overrides:
            raise UserError("rehearse: overrides go with a file; load the scenario with them")
        loaded = scenario
    else:
        loaded = load_scenario(scenario, overrides)
    days = min(days, loaded.time.horizon_days)
    if days < 1:
        raise UserError(f"rehearse: days: expected 1 or more (got {days})")
    stage = _Stage(loaded)
    for report in reports:
        stage.file(report)
    for name, by_theatre in (counts or {}).items():
        stage.count(name, by_theatre)
    stage.advance(days)
    return Rehearsal(tuple(stage.reviews), stage.table())


class _Stage(Run):
    """A run in which only the own units move."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario)
        self.t = self.burn_in
        self.reviews: list[Review] = []
        self.rows: list[tuple[Any, ...]] = []

    def file(self, report: Report) -> None:
        """File a report; the situation shows it from its day on."""
        kind = _one_of("kind", report.kind, LEAD_KINDS)
        source = _one_of("source", report.source, SOURCES[:3])
        names = self.world.site_names[: self.world.n_communities]
        site = _one_of("place", report.place, names)
        received = self.burn_in + report.day
        seen = received if report.seen_day is None else self.burn_in + report.seen_day
        if seen > received:
            raise UserError(
                f"report: seen_day: expected day = {report.day} or earlier (got {report.seen_day})"
            )
        leads = self.world.actors.leads
        number = np.uint64(1 + int((leads.alive > 0).sum()))
        with np.errstate(over="ignore"):
            file_lead(
                leads,
                kind,
                number,
                0,
                site,
                seen,
                received,
                ARMY,
                received,
                source,
                self.world.status,
            )
        self.world.grow_if_nearly_full()

    def count(self, name: str, by_theatre: Mapping[str, Mapping[int, float]]) -> None:
        """Write weekly counts of a quantity."""
        _one_of("counts", name, COUNTS)
        for theatre, weeks in by_theatre.items():
            _one_of("theatre", theatre, MODELLED_THEATRES)
            for week, value in weeks.items():
                day = 7 * week
                if not 0 <= day < self.end - self.burn_in:
                    raise UserError(f"counts: week {week} is not a week of the horizon")
                row = tally_row(day + self.burn_in, self.burn_in)
                self.world.tally[row, COUNTS[name], THEATRES.index(theatre)] = value

    def ask(self, shown: Situation) -> Orders | None:
        """Ask the strategy, and keep what it was shown and what it ordered."""
        orders = super().ask(shown)
        # Its tables describe today, before the orders are carried out.
        for part in ("own", "places", "reports", "theatre", "budget"):
            getattr(shown, part)
        self.reviews.append(Review(self.day, shown, orders))
        return orders

    def _review(self) -> None:
        super()._review()
        if orders := self.reviews[-1].orders:
            self.rows += self._told_rows(orders, self.reviews[-1].situation)

    def _told_rows(self, orders: Orders, shown: Situation) -> Iterator[tuple[Any, ...]]:
        names, own = self.world.site_names, shown.own
        row_of = {int(uid): row for row, uid in enumerate(own.uid)}
        units = self.world.actors.units
        departs = {int(unit.uid): int(unit.departs) - self.burn_in for unit in units if unit.alive}
        for move in orders.moves:
            rows = [row_of[uid] for uid in move.uids]
            place = move.place if isinstance(move.place, str) else names[move.place]
            leaves = max((departs[uid] for uid in move.uids), default=-1)
            yield self._row("move", own, rows, place, move.mission, leaves)
        for task in orders.tasks:
            yield self._row("task", own, [row_of[uid] for uid in task.uids], "", task.mission, -1)
        for each in orders.announcements:
            yield (self.day, "announce", 0, 0, "", each.theatre, "", "", each.day)
        for loan in orders.loans:
            lent = f"{loan.hours_per_day:g} h/day"
            yield (self.day, "lend hours", 0, 0, lent, loan.origin, loan.theatre, "", self.day)

    def _row(
        self, order: str, own: Any, rows: list[int], place: str, mission: str, leaves: int
    ) -> tuple[Any, ...]:
        posts = sorted({self.world.site_names[own.posting[row]] for row in rows})
        kinds = [kind for kind in UNIT_KINDS if kind in set(own.kind[rows])]
        origin = posts[0] if len(posts) == 1 else f"{len(posts)} places"
        people = int(own.soldiers[rows].sum())
        return (
            self.day,
            order,
            len(rows),
            people,
            ", ".join(kinds),
            origin,
            place,
            mission,
            leaves,
        )

    def _days(self, arrays: Any, start: int, stop: int) -> int:
        """Let units leave and arrive by their dates, and nothing else happen."""
        units = self.world.actors.units
        leaving = (units.alive == 1) & (units.status == PREPARING) & (units.departs < stop)
        units.status[leaving] = TRANSIT
        there = (units.alive == 1) & (units.status == TRANSIT) & (units.arrives < stop)
        units.posting[there] = units.order_site[there]
        units.mission[there] = units.order_mission[there]
        units.order_site[there] = -1
        units.status[there] = POSTED
        return stop

    def table(self) -> pd.DataFrame:
        """Return the orders of all reviews, one row each."""
        import pandas as pd

        return pd.DataFrame(self.rows, columns=list(COLUMNS))


def _one_of(what: str, name: str, known: Iterable[str]) -> int:
    """Return the index of a word; UserError, with a near word, for an unknown one."""
    words = list(known)
    if name not in words:
        hint = near(name, words)
        offered = f"; expected one of {', '.join(words)}." if len(words) < 10 else "."
        raise UserError(f"{what}: no {name!r}{offered}{hint}")
    return words.index(name)


__all__ = ["Rehearsal", "Report", "Review", "rehearse"]
