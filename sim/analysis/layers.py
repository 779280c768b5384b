"""The map layers of a results folder: snapshots of every community.

They give means over the runs of an arm and paired differences to its `hold`, day by day.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.arms import find_arm
from sim.analysis.labels import short_labels
from sim.analysis.paired import Floats, Whole, units_of
from sim.names import BORDER_THEATRES
from sim.results.results import Results, ResultsError

QUANTITIES = ("armed", "attempted_kg", "seized_kg")
# The move is over once this share of the people that the border ever gains over hold are there.
ARRIVED = 0.95


@dataclass(frozen=True)
class Change:
    """Paired differences by community: their mean, f8[communities].

    `clear`: where the 95 % t interval excludes 0. `zero`: where every pair is equal."""

    mean: Floats
    clear: np.ndarray
    zero: np.ndarray


@dataclass(frozen=True)
class Layers:
    """The communities of an arm and of its `hold` on the days on which they were recorded.

    - `label`: the short label of the arm.
    - `futures`: i8[pairs], the future of each pair.
    - `communities`: one row each: name, theatre, lon, lat, population.
    - `here`, `hold`: f8[pairs, days, communities] by quantity, of the arm and of its `hold`; `hold`
      is None for a `hold`.
    - `arrived`: the first of the days on which the redeployed forces are in place; None where
      nobody moves."""

    label: str
    days: tuple[int, ...]
    resolution_km: int
    futures: Whole
    communities: Any
    here: dict[str, Floats]
    hold: dict[str, Floats] | None
    arrived: int | None

    @property
    def n(self) -> int:
        """The number of pairs: futures x replications."""
        return len(self.here["armed"])

    def inside(self, theatres: tuple[str, ...]) -> np.ndarray:
        """Return which communities lie in one of the theatres, bool[communities]."""
        return self.communities["theatre"].isin(theatres).to_numpy()

    def on(self, values: dict[str, Floats] | None, quantity: str, day: int) -> Floats:
        """Return a quantity of `here` or `hold` on a day, f8[pairs, communities]."""
        if values is None:
            raise ValueError("a hold has no hold that it could be compared with")
        return values[quantity][:, self.days.index(day)]

    def armed(self, day: int) -> Floats:
        """Return the armed share of the people of each community on the morning of a day.

        It is the mean over the runs, f8[communities]."""
        return self.on(self.here, "armed", day).mean(axis=0)

    def armed_change(self, day: int) -> Change:
        """Return the difference of `armed` to hold."""
        here, there = (self.on(values, "armed", day) for values in (self.here, self.hold))
        return change(here, there, self.futures)

    def per_year(
        self, values: dict[str, Floats] | None, quantity: str, start: int, stop: int
    ) -> Floats:
        """Return a flow between two snapshots in tonnes a year, f8[pairs, communities]."""
        kg = self.on(values, quantity, stop) - self.on(values, quantity, start)
        return kg / 1_000.0 * 365.0 / (stop - start)

    def flow(self, quantity: str, start: int, stop: int) -> Floats:
        """Return the mean over the runs of `per_year`, f8[communities]."""
        return self.per_year(self.here, quantity, start, stop).mean(axis=0)

    def flow_change(self, quantity: str, start: int, stop: int) -> Change:
        """Return the difference of `flow` to hold."""
        here, there = (
            self.per_year(values, quantity, start, stop) for values in (self.here, self.hold)
        )
        return change(here, there, self.futures)


def change(here: Floats, there: Floats, futures: Whole | None = None) -> Change:
    """Return the differences of pairs, f8[pairs, communities] each.

    They are over the means of the futures, as in `paired.mean_of`. With fewer than two independent
    values no difference is clear."""
    from scipy.stats import t

    pairs = here - there
    units = units_of(pairs, futures)
    mean, n = units.mean(axis=0), len(units)
    half = (
        t.ppf(0.975, n - 1) * units.std(axis=0, ddof=1) / np.sqrt(n)
        if n > 1
        else np.full(mean.shape, np.inf)
    )
    return Change(mean, np.abs(mean) > half, (pairs == 0).all(axis=0))


def layers_of(results: Results, point: str) -> Layers:
    """Return the snapshots of an arm and of its `hold`, over the futures and replications of both.

    `point`: a label or a point_id. Raises ResultsError when there is no such point, no finished run
    or no layer."""
    design = results.design()
    arm = design.set_index("point_id").loc[find_arm(design, point, "point")]
    label = arm["label"]
    hold = design.loc[design["point_id"] == arm["hold_id"], "label"].iloc[0]
    ids = {
        each: "', '".join(design.loc[design["label"] == each, "point_id"]) for each in (label, hold)
    }
    columns = ("name", "theatre", "lon", "lat", "population", *QUANTITIES)
    layers = results.sql(
        f"""select label, future, replication, day, place, {", ".join(columns)}
        from layers join runs using (run_id)
        where point_id in ('{"', '".join(ids.values())}')
        order by future, replication, day, place"""
    )
    short = short_labels(design)[label]
    if not (layers["label"] == label).any():
        raise ResultsError(
            f"{results.path}: no map layers of {short}; "
            "set record.layers_every_days (183, say) and run the batch again"
        )
    both = layers.groupby(["future", "replication"])["label"].transform("nunique") == len(ids)
    if not both.any():
        raise ResultsError(
            f"{results.path}: no replication that {point} and its hold have both finished"
        )
    layers = layers[both]
    mine = layers[layers["label"] == label]
    days = tuple(int(day) for day in mine["day"].unique())
    communities = mine.drop_duplicates("place")[
        ["name", "theatre", "lon", "lat", "population"]
    ].reset_index(drop=True)
    shape = (-1, len(days), len(communities))

    def arrays(of: str) -> dict[str, Floats]:
        rows = layers[layers["label"] == of]
        return {name: rows[name].to_numpy(float).reshape(shape) for name in QUANTITIES}

    return Layers(
        short,
        days,
        int(json.loads(arm["scenario"])["map"]["resolution_km"]),
        mine.drop_duplicates(["future", "replication"])["future"].to_numpy(np.int64),
        communities,
        arrays(label),
        None if hold == label else arrays(hold),
        None if hold == label else arrival(results, ids[label], ids[hold], days),
    )


def arrival(results: Results, here: str, hold: str, days: tuple[int, ...]) -> int | None:
    """Return the first of the days on which nearly all who will move are at the northern border.

    The measure is the surplus of people there over hold, against the largest that it ever is
    (`ARRIVED`). `here`, `hold`: the point_ids of each, quoted as in an SQL list. None where nobody
    moves."""
    theatres = ", ".join(f"'{name}'" for name in BORDER_THEATRES)
    people = results.sql(
        f"""select week, avg(people) filter (point_id in ('{here}'))
            - avg(people) filter (point_id in ('{hold}')) as more
        from weekly join runs using (run_id)
        where theatre in ({theatres}) group by week order by week"""
    )["more"].to_numpy(float)
    if not people.max() > 1.0:
        return None
    there = 7 * (int(np.argmax(people >= ARRIVED * people.max())) + 1)
    return next((day for day in days if day >= there), days[-1])
