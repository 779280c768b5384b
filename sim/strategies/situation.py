"""What command knows on the day of a review.

Own forces are known exactly, population from the census, and coverage from the staff's own estimate
of its effort. Of the other side, command knows only the reports that have arrived: place, kind, age
and source, but not whether they are true.

Every array is a copy. The data that can change are copied on the day of the review; each table is
built from them when it is first read, since most reviews read few tables. A table that is read
later therefore still describes its day.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Self

import numpy as np

from sim.errors import near
from sim.strategies.words import instead_of


def means(text: str) -> dict[str, str]:
    """Return the metadata of a field; `redeploy describe situation` prints the text."""
    return {"meaning": text}


class Shown:
    """Base of what a strategy sees. An unknown attribute raises an error that names the nearest."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        own = attributes_of(type(self))
        if name in own:  # building the table failed: raise that error again
            return object.__getattribute__(self, name)
        elsewhere = [f"{way}.{name}" for way, kind in WAYS.items() if name in attributes_of(kind)]
        meant = (
            f"; it is {' or '.join(elsewhere)}."
            if elsewhere
            else f"; there are {', '.join(own)}.{near(name, own)}"
        )
        raise AttributeError(f'{type(self).__name__} has no "{name}"{meant}')


def attributes_of(kind: type) -> list[str]:
    """Return the names of the attributes that a strategy may read of a part of the situation."""
    columns = [column.name for column in fields(kind) if not column.name.startswith("_")]
    return columns + [
        name for name in dir(kind) if not name.startswith("_") and name not in columns
    ]


class ByTheatre(dict[str, Any]):
    """Values by theatre; KeyError for any other name."""

    def __missing__(self, name: object) -> Any:
        raise KeyError(f"{name!r} is no theatre here{instead_of(name, tuple(self))}")


class Table(Shown):
    """Columns of equal length."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]

    def of_kind(self, *kinds: str) -> Self:
        """Return the rows of these kinds. ValueError for an unknown kind."""
        column: np.ndarray = self.kind
        known = getattr(column, "names", kinds)
        for kind in kinds:
            if kind not in known:
                wrong = f"{kind!r} is no kind of {type(self).__name__}"
                raise ValueError(f"of_kind: {wrong}{instead_of(kind, known)}")
        return self.where(np.isin(column, kinds))

    def where(self, mask: np.ndarray) -> Self:
        """Return the rows that `mask` (bool[n], or row numbers) selects."""
        return type(self)(*(getattr(self, column.name)[mask] for column in fields(self)))  # type: ignore[arg-type]


@dataclass(frozen=True)
class OwnForces(Table):
    """Own units, one row each.

    Places are ids. A unit in transit keeps the posting and theatre that it left.
    """

    uid: np.ndarray = field(metadata=means("u8"))
    kind: np.ndarray = field(
        metadata=means("line, special, river_infantry, police, antinarcotics, eradication")
    )
    theatre: np.ndarray = field(metadata=means("vraem, loreto, cajamarca"))
    home: np.ndarray = field(metadata=means("place of its first posting"))
    posting: np.ndarray = field(metadata=means("place"))
    mission: np.ndarray = field(
        metadata=means("patrol, garrison, checkpoint, river_patrol, raid, escort, reserve, idle")
    )
    soldiers: np.ndarray = field(metadata=means("people"))
    readiness: np.ndarray = field(metadata=means("[0, 1]"))
    supply_days: np.ndarray = field(metadata=means("days that its stock lasts"))
    local_knowledge: np.ndarray = field(metadata=means("[.5, 1]"))
    status: np.ndarray = field(metadata=means("posted, preparing, transit"))
    arrives_day: np.ndarray = field(metadata=means("day of the horizon; -1 when posted"))
    home_theatre: np.ndarray = field(metadata=means("theatre of its first posting"))
    bound_for: np.ndarray = field(
        metadata=means("place it is ordered to; its posting if it has no order")
    )
    bound_theatre: np.ndarray = field(metadata=means("theatre of the place it is ordered to"))
    bound_mission: np.ndarray = field(
        metadata=means("mission it is ordered to; its own if it has no order")
    )


@dataclass(frozen=True)
class PlaceTable(Table):
    """Places, one row each; the row number is the id.

    Towns and hamlets of the theatres come first, then towns abroad and hubs.
    """

    id: np.ndarray = field(metadata=means("row number"))
    name: np.ndarray = field(metadata=means("as `redeploy describe places` lists them"))
    theatre: np.ndarray = field(metadata=means("vraem, loreto, cajamarca, elsewhere"))
    kind: np.ndarray = field(metadata=means("town, hamlet, foreign, hub"))
    lon: np.ndarray = field(metadata=means("degrees"))
    lat: np.ndarray = field(metadata=means("degrees"))
    population: np.ndarray = field(metadata=means("people; 0 where there is no census"))
    abroad: np.ndarray = field(metadata=means("bool"))
    port: np.ndarray = field(metadata=means("bool: boats reach it from the depot of its theatre"))


@dataclass(frozen=True)
class ReportTable(Table):
    """Reports that have arrived, one row each."""

    place: np.ndarray = field(metadata=means("id"))
    theatre: np.ndarray = field(metadata=means("of that place"))
    kind: np.ndarray = field(metadata=means("laboratory, armed_group, shipment, field"))
    seen_day: np.ndarray = field(metadata=means("day of the horizon; below 0 in the burn-in"))
    received_day: np.ndarray = field(metadata=means("day of the horizon"))
    source: np.ndarray = field(metadata=means("tip, patrol, partner"))


@dataclass(frozen=True)
class Weekly(Shown):
    """A count by week."""

    full_weeks: np.ndarray = field(metadata=means("f8[full weeks since day 0], the latest last"))
    baseline_week: float = field(metadata=means("mean week of the burn-in; 0 without a burn-in"))

    def last(self, weeks: int) -> float:
        """Sum the last full weeks (at least 1); weeks before day 0 count as the baseline week."""
        recent = self.full_weeks[-weeks:]
        return float(recent.sum()) + (weeks - len(recent)) * self.baseline_week


@dataclass(frozen=True)
class TheatreView(Shown):
    """What command knows of one theatre: counts by week, and coverage."""

    attacks: Weekly = field(metadata=means("acts"))
    seizures: Weekly = field(metadata=means("loads seized"))
    seized_kg: Weekly = field(metadata=means("hydrochloride equivalent seized from loads"))
    own_losses: Weekly = field(metadata=means("people killed"))
    coverage: float = field(metadata=means("mean by population, [0, 1]"))


@dataclass(frozen=True)
class Budget(Shown):
    """What each theatre holds today."""

    flight_hours: Mapping[str, float] = field(metadata=means("helicopter hours a day, by theatre"))
    lift_hours: Mapping[str, float] = field(
        metadata=means("helicopter hours saved up for lifts, by theatre")
    )
    boats: Mapping[str, float] = field(metadata=means("number, by theatre"))
    soldiers: Mapping[str, float] = field(metadata=means("people, by theatre"))
    police: Mapping[str, float] = field(metadata=means("people, by theatre"))


@dataclass(frozen=True)
class Situation(Shown):
    """What a strategy knows at a review.

    - `travel_days(a, b, by)`: days from place to place, by `surface` (inf: no connection) or `air`.
    - `flight_hours(a, b, people)`: helicopter hours to lift these people, there and back.
    - `chance(k)`: the k-th random number of this review, in [0, 1). A strategy may use k below
      16,384; the rest belong to `tasking`.
    """

    day: int = field(metadata=means("day of the horizon, from 0"))
    date: datetime.date = field(metadata=means("date of that day"))
    settings: Any = field(metadata=means("the strategy's own settings, by name"))
    travel_days: Callable[..., float] = field(
        metadata=means("(a, b, by): days from place to place by surface or air")
    )
    flight_hours: Callable[[int, int, float], float] = field(
        metadata=means("(a, b, people): helicopter hours of a lift, there and back")
    )
    chance: Callable[[int], float] = field(
        metadata=means("(k): the k-th random number of this review, in [0, 1)")
    )
    _told: Mapping[str, Callable[[], Any]] = field(repr=False)  # functions that build the tables

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
        """Counts by week, and coverage, of vraem, loreto and cajamarca."""
        return self._told["theatre"]()

    @cached_property
    def budget(self) -> Budget:
        """What each theatre holds today."""
        return self._told["budget"]()

    @cached_property
    def surface_days(self) -> np.ndarray:
        """Days from place to place by road and river: f8[places, places]."""
        return self._told["surface_days"]()


WAYS: dict[str, type] = {  # how a strategy reads each part
    "situation": Situation,
    "situation.own": OwnForces,
    "situation.reports": ReportTable,
    "situation.places": PlaceTable,
    "situation.theatre[name]": TheatreView,
    "situation.budget": Budget,
}
