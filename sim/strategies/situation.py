"""What command knows on the day of a review. Every array is a copy; nothing here shows what the other side has, only what was reported.

Own forces are known exactly, population from the census, coverage from the staff's own reckoning of its effort. Reports are those that
have arrived: place, kind, age and source, never the truth of their target. What can change is copied on the day, tables are made of it
when they are first read: most reviews read few of them, and one that is read late still tells of its day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.errors import near
from sim.strategies.words import instead_of

if TYPE_CHECKING:
    pass


class Shown:
    """Base of all that a strategy is shown: an attribute that is not there is refused, with where it is or the nearest."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        own = attributes_of(type(self))
        if name in own:  # a table whose making failed: say how
            return object.__getattribute__(self, name)
        elsewhere = [f"{way}.{name}" for way, kind in WAYS.items() if name in attributes_of(kind)]
        meant = (
            f"; it is {' or '.join(elsewhere)}."
            if elsewhere
            else f"; there are {', '.join(own)}.{near(name, own)}"
        )
        raise AttributeError(f'{type(self).__name__} has no "{name}"{meant}')


def attributes_of(kind: type) -> list[str]:
    """Names of all that a strategy may read of a part of the situation."""
    columns = [column.name for column in fields(kind) if not column.name.startswith("_")]
    return columns + [
        name for name in dir(kind) if not name.startswith("_") and name not in columns
    ]


class ByTheatre(dict[str, Any]):
    """Values by theatre; KeyError for another name."""

    def __missing__(self, name: object) -> Any:
        raise KeyError(f"{name!r} is no theatre here{instead_of(name, tuple(self))}")


class Table(Shown):
    """Columns of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def of_kind(self, *kinds: str) -> Self:
        """The rows of these kinds. ValueError for a kind that there is not."""
        column: np.ndarray = self.kind
        known = getattr(column, "names", kinds)
        for kind in kinds:
            if kind not in known:
                raise ValueError(
                    f"of_kind: {kind!r} is no kind of {type(self).__name__}{instead_of(kind, known)}"
                )
        return self.where(np.isin(column, kinds))

    def where(self, mask: np.ndarray) -> Self:
        """The rows for which `mask` (bool[n], or row numbers) holds."""
        return type(self)(*(getattr(self, column.name)[mask] for column in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class OwnForces(Table):
    """Own units, one row each. Places are ids; a unit in transit has the posting and theatre that it left."""

    uid: np.ndarray  # u8
    kind: np.ndarray  # line, special, river_infantry, police, antinarcotics, eradication
    theatre: np.ndarray  # vraem, loreto, cajamarca
    home: np.ndarray  # place of its first posting
    posting: np.ndarray  # place
    mission: np.ndarray  # patrol, garrison, checkpoint, river_patrol, raid, escort, reserve, idle
    soldiers: np.ndarray  # people
    readiness: np.ndarray  # [0, 1]
    supply_days: np.ndarray  # days that its stock lasts
    local_knowledge: np.ndarray  # [.5, 1]
    status: np.ndarray  # posted, preparing, transit
    arrives_day: np.ndarray  # day of the horizon; -1 when posted
    home_theatre: np.ndarray  # theatre of its first posting
    bound_for: np.ndarray  # place ordered to; its posting when under no order
    bound_theatre: np.ndarray  # theatre of the place ordered to
    bound_mission: np.ndarray  # mission ordered; its own when under no order


@dataclass(frozen=True)
class PlaceTable(Table):
    """Places, one row each, row = id: towns and hamlets of the theatres first, then towns abroad and hubs."""

    id: np.ndarray  # row number
    name: np.ndarray  # as `redeploy describe places` lists them
    theatre: np.ndarray  # vraem, loreto, cajamarca, elsewhere
    kind: np.ndarray  # town, hamlet, foreign, hub
    lon: np.ndarray  # degrees
    lat: np.ndarray  # degrees
    population: np.ndarray  # people; 0 where no census counts
    abroad: np.ndarray  # bool
    port: np.ndarray  # bool: boats reach it from the theatre's depot


@dataclass(frozen=True)
class ReportTable(Table):
    """Reports that have arrived, one row each."""

    place: np.ndarray  # id
    theatre: np.ndarray  # of that place
    kind: np.ndarray  # laboratory, armed_group, shipment, field
    seen_day: np.ndarray  # day of the horizon; below 0 in the burn-in
    received_day: np.ndarray  # day of the horizon
    source: np.ndarray  # tip, patrol, partner


@dataclass(frozen=True)
class Weekly(Shown):
    """A count by week."""

    full_weeks: np.ndarray  # f8[full weeks since day 0], the latest last
    baseline_week: float  # mean week of the burn-in; 0 without one

    def last(self, weeks: int) -> float:
        """Sum over the last full weeks (at least 1); a week before day 0 counts as the baseline."""
        recent = self.full_weeks[-weeks:]
        return float(recent.sum()) + (weeks - len(recent)) * self.baseline_week


@dataclass(frozen=True)
class TheatreView(Shown):
    """attacks: acts; seizures: loads taken; seized_kg: hydrochloride equivalent taken from loads; own_losses: people killed; coverage: mean
    by population."""

    attacks: Weekly  # acts
    seizures: Weekly  # loads taken
    seized_kg: Weekly  # hydrochloride equivalent taken from loads
    own_losses: Weekly  # people killed
    coverage: float  # mean by population, [0, 1]


@dataclass(frozen=True)
class Budget(Shown):
    """What each theatre holds today: helicopter hours a day, hours saved up for lifts, boats, soldiers and police (people)."""

    flight_hours: Mapping[str, float]  # helicopter hours a day, by theatre
    lift_hours: Mapping[str, float]  # helicopter hours saved up for lifts, by theatre
    boats: Mapping[str, float]  # number, by theatre
    soldiers: Mapping[str, float]  # people, by theatre
    police: Mapping[str, float]  # people, by theatre


@dataclass(frozen=True)
class Situation(Shown):
    """All that a strategy may know. `travel_days(a, b, by)`: days from place to place by `surface` (inf: no way) or `air`;
    `flight_hours(a, b, people)`: helicopter hours to lift so many, there and back; `chance(k)`: [0, 1), the k-th draw of this review, k
    below 16,384 (the others belong to `tasking`)."""

    day: int  # of the horizon, from 0
    date: datetime.date  # of that day
    settings: Any  # the strategy's own, by name
    travel_days: Callable[..., float]  # (a, b, by): days from place to place by surface or air
    flight_hours: Callable[
        [int, int, float], float
    ]  # (a, b, people): helicopter hours of a lift, there and back
    chance: Callable[[int], float]  # (k): [0, 1), the k-th draw of this review
    _told: Mapping[str, Callable[[], Any]] = field(repr=False)  # makers of the tables

    @cached_property
    def own(self) -> OwnForces:
        """Own units."""
        return self._told["own"]()

    @cached_property
    def places(self) -> PlaceTable:
        """All places."""
        return self._told["places"]()

    @cached_property
    def reports(self) -> ReportTable:
        """Reports that have arrived."""
        return self._told["reports"]()

    @cached_property
    def theatre(self) -> Mapping[str, TheatreView]:
        """vraem, loreto and cajamarca: counts by week, and coverage."""
        return self._told["theatre"]()

    @cached_property
    def budget(self) -> Budget:
        """What each theatre holds today."""
        return self._told["budget"]()

    @cached_property
    def surface_days(self) -> np.ndarray:
        """f8[places, places] days by surface."""
        return self._told["surface_days"]()


WAYS: dict[str, type] = {  # how a strategy comes to each part
    "situation": Situation,
    "situation.own": OwnForces,
    "situation.reports": ReportTable,
    "situation.places": PlaceTable,
    "situation.theatre[name]": TheatreView,
    "situation.budget": Budget,
}
