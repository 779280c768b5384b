"""What a results folder says of each community: means over the replications, and paired differences to `hold`, day by day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.compare import find_point
from sim.analysis.paired import Floats
from sim.analysis.printed import short
from sim.batch.store import Results, ResultsError

QUANTITIES = ("state", "attempted_kg", "seized_kg")
ARRIVED = 0.95  # of the most people that a point ever has at the border beyond its hold: the move is over


@dataclass(frozen=True)
class Change:
    """Paired differences by place: mean f8[places], `clear` where the 95 % t interval leaves out 0, `zero` where every pair is equal."""

    mean: Floats
    clear: np.ndarray
    zero: np.ndarray


@dataclass(frozen=True)
class Places:
    """Snapshots of a point and of its hold (None for hold itself). Arrays f8[pairs, days, places]; `places` has a row per community:
    name, theatre, lon, lat, population. `arrived`: the first day of a snapshot with the redeployed in place, None where nobody moves."""

    label: str
    days: tuple[int, ...]
    resolution_km: int
    places: Any
    here: dict[str, Floats]
    hold: dict[str, Floats] | None
    arrived: int | None

    @property
    def n(self) -> int:
        """Replications."""
        return len(self.here["state"])

    def inside(self, theatres: tuple[str, ...]) -> np.ndarray:
        """Which communities lie in one of the theatres: bool[places]."""
        return self.places["theatre"].isin(theatres).to_numpy()

    def on(self, values: dict[str, Floats] | None, quantity: str, day: int) -> Floats:
        if values is None:
            raise ValueError("hold has no hold to be compared with")
        return values[quantity][:, self.days.index(day)]

    def vacuum(self, day: int) -> Floats:
        """1 - state on the morning of a day, mean over the replications: f8[places]."""
        return 1.0 - self.on(self.here, "state", day).mean(axis=0)

    def vacuum_change(self, day: int) -> Change:
        """The same less that of hold."""
        return change(-self.on(self.here, "state", day), -self.on(self.hold, "state", day))

    def per_year(self, values: dict[str, Floats] | None, quantity: str, start: int, stop: int) -> Floats:
        """Tonnes a year between two snapshots: f8[pairs, places]."""
        return (self.on(values, quantity, stop) - self.on(values, quantity, start)) / 1_000.0 * 365.0 / (stop - start)

    def flow(self, quantity: str, start: int, stop: int) -> Floats:
        """Tonnes a year between two snapshots, mean over the replications: f8[places]."""
        return self.per_year(self.here, quantity, start, stop).mean(axis=0)

    def flow_change(self, quantity: str, start: int, stop: int) -> Change:
        """The same less that of hold."""
        return change(self.per_year(self.here, quantity, start, stop), self.per_year(self.hold, quantity, start, stop))


def change(here: Floats, there: Floats) -> Change:
    """Differences of pairs, f8[pairs, places] each. Fewer than two pairs are clear of nothing."""
    from scipy.stats import t

    pairs = here - there
    mean, n = pairs.mean(axis=0), len(pairs)
    half = t.ppf(0.975, n - 1) * pairs.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(mean.shape, np.inf)
    return Change(mean, np.abs(mean) > half, (pairs == 0).all(axis=0))


def by_place(results: Results, point: str) -> Places:
    """The snapshots of a point (a label or a point_id) and of its hold, over the replications that both have. ResultsError when there is
    no such point, no finished run or no layer."""
    design = results.design().set_index("point_id", drop=False)
    try:
        point_id = find_point(design.reset_index(drop=True), point)
    except ResultsError as error:
        raise ResultsError(str(error).replace("baseline", "point", 1)) from None
    hold_id = design.loc[point_id, "hold_id"]
    runs = results.runs()
    keys = [key for key in ("future", "replication") if key in runs.columns]
    layers = results.sql(
        f"""select point_id, {", ".join(keys)}, day, place, name, theatre, lon, lat, population, {", ".join(QUANTITIES)}
        from layers join runs using (run_id) where point_id in ('{point_id}', '{hold_id}') order by {", ".join(keys)}, day, place"""
    )
    if layers[layers["point_id"] == point_id].empty:
        label = short(design.loc[point_id, "label"])
        raise ResultsError(f"{results.path}: no map layers of {label}; set record.layers_every_days (183, say) and run the batch again")
    both = layers.groupby(keys)["point_id"].transform("nunique") == len({point_id, hold_id})
    if not both.any():
        raise ResultsError(f"{results.path}: no replication that {point} and its hold have both finished")
    layers = layers[both]
    mine = layers[layers["point_id"] == point_id]
    days = tuple(int(day) for day in mine["day"].unique())
    places = mine.drop_duplicates("place")[["name", "theatre", "lon", "lat", "population"]].reset_index(drop=True)
    shape = (-1, len(days), len(places))

    def arrays(of: str) -> dict[str, Floats]:
        rows = layers[layers["point_id"] == of]
        return {name: rows[name].to_numpy(float).reshape(shape) for name in QUANTITIES}

    return Places(
        short(design.loc[point_id, "label"]),
        days,
        int(json.loads(design.loc[point_id, "scenario"])["map"]["resolution_km"]),
        places,
        arrays(point_id),
        None if hold_id == point_id else arrays(hold_id),
        None if hold_id == point_id else arrival(results, point_id, hold_id, days),
    )


def arrival(results: Results, point_id: str, hold_id: str, days: tuple[int, ...]) -> int | None:
    """The first of the days by which the people at the northern border are as many more than under hold as they will ever be."""
    people = results.sql(
        f"""select week, avg(people) filter (point_id = '{point_id}') - avg(people) filter (point_id = '{hold_id}') as more
        from weekly join runs using (run_id) where theatre in ('loreto', 'cajamarca') group by week order by week"""
    )["more"].to_numpy(float)
    if not people.max() > 1.0:
        return None
    there = 7 * (int(np.argmax(people >= ARRIVED * people.max())) + 1)
    return next((day for day in days if day >= there), days[-1])
