"""What a results folder says of each community: means over the runs of an arm, and paired differences to its `hold`, day by day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.compare import find_arm
from sim.analysis.labels import short
from sim.analysis.paired import Floats, Whole, units_of
from sim.results.results import Results, ResultsError

QUANTITIES = ("state", "attempted_kg", "seized_kg")
ARRIVED = (
    0.95  # of the most people that a point ever has at the border beyond its hold: the move is over
)


@dataclass(frozen=True)
class Change:
    """Paired differences by place: mean f8[places], `clear` where the 95 % t interval leaves out 0, `zero` where every pair is equal."""

    mean: Floats
    clear: np.ndarray
    zero: np.ndarray


@dataclass(frozen=True)
class Places:
    """Snapshots of an arm and of its hold (None for hold itself). Arrays f8[pairs, days, places]; `futures`, i8[pairs], the future of each
    pair; `places` has a row per community: name, theatre, lon, lat, population. `arrived`: the first day of a snapshot with the redeployed
    in place, None where nobody moves."""

    label: str
    days: tuple[int, ...]
    resolution_km: int
    futures: Whole
    places: Any
    here: dict[str, Floats]
    hold: dict[str, Floats] | None
    arrived: int | None

    @property
    def n(self) -> int:
        """Pairs: futures x replications."""
        return len(self.here["state"])

    def inside(self, theatres: tuple[str, ...]) -> np.ndarray:
        """Which communities lie in one of the theatres: bool[places]."""
        return self.places["theatre"].isin(theatres).to_numpy()

    def on(self, values: dict[str, Floats] | None, quantity: str, day: int) -> Floats:
        if values is None:
            raise ValueError("hold has no hold to be compared with")
        return values[quantity][:, self.days.index(day)]

    def vacuum(self, day: int) -> Floats:
        """1 - state on the morning of a day, mean over the runs: f8[places]."""
        return 1.0 - self.on(self.here, "state", day).mean(axis=0)

    def vacuum_change(self, day: int) -> Change:
        """The same less that of hold."""
        return change(
            -self.on(self.here, "state", day), -self.on(self.hold, "state", day), self.futures
        )

    def per_year(
        self, values: dict[str, Floats] | None, quantity: str, start: int, stop: int
    ) -> Floats:
        """Tonnes a year between two snapshots: f8[pairs, places]."""
        return (
            (self.on(values, quantity, stop) - self.on(values, quantity, start))
            / 1_000.0
            * 365.0
            / (stop - start)
        )

    def flow(self, quantity: str, start: int, stop: int) -> Floats:
        """Tonnes a year between two snapshots, mean over the runs: f8[places]."""
        return self.per_year(self.here, quantity, start, stop).mean(axis=0)

    def flow_change(self, quantity: str, start: int, stop: int) -> Change:
        """The same less that of hold."""
        here, there = (
            self.per_year(values, quantity, start, stop) for values in (self.here, self.hold)
        )
        return change(here, there, self.futures)


def change(here: Floats, there: Floats, futures: Whole | None = None) -> Change:
    """Differences of pairs, f8[pairs, places] each, over the means of their futures as in `paired.mean_of`. Fewer than two units are
    clear of nothing."""
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


def by_place(results: Results, point: str) -> Places:
    """The snapshots of an arm (a label or a point_id) and of its hold, over the futures and replications that both have. ResultsError when
    there is no such point, no finished run or no layer."""
    design = results.design()
    try:
        about = design.set_index("point_id").loc[find_arm(design, point)]
    except ResultsError as error:
        raise ResultsError(str(error).replace("baseline", "point", 1)) from None
    label, hold = (
        about["label"],
        design.loc[design["point_id"] == about["hold_id"], "label"].iloc[0],
    )
    ids = {
        each: "', '".join(design.loc[design["label"] == each, "point_id"]) for each in (label, hold)
    }
    layers = results.sql(
        f"""select label, future, replication, day, place, name, theatre, lon, lat, population, {", ".join(QUANTITIES)}
        from layers join runs using (run_id) where point_id in ('{"', '".join(ids.values())}') order by future, replication, day, place"""
    )
    if not (layers["label"] == label).any():
        say = "set record.layers_every_days (183, say) and run the batch again"
        raise ResultsError(f"{results.path}: no map layers of {short(label)}; {say}")
    both = layers.groupby(["future", "replication"])["label"].transform("nunique") == len(ids)
    if not both.any():
        raise ResultsError(
            f"{results.path}: no replication that {point} and its hold have both finished"
        )
    layers = layers[both]
    mine = layers[layers["label"] == label]
    days = tuple(int(day) for day in mine["day"].unique())
    places = mine.drop_duplicates("place")[
        ["name", "theatre", "lon", "lat", "population"]
    ].reset_index(drop=True)
    shape = (-1, len(days), len(places))

    def arrays(of: str) -> dict[str, Floats]:
        rows = layers[layers["label"] == of]
        return {name: rows[name].to_numpy(float).reshape(shape) for name in QUANTITIES}

    return Places(
        short(label),
        days,
        int(json.loads(about["scenario"])["map"]["resolution_km"]),
        mine.drop_duplicates(["future", "replication"])["future"].to_numpy(np.int64),
        places,
        arrays(label),
        None if hold == label else arrays(hold),
        None if hold == label else arrival(results, ids[label], ids[hold], days),
    )


def arrival(results: Results, here: str, hold: str, days: tuple[int, ...]) -> int | None:
    """The first of the days by which the people at the northern border are as many more than under hold as they will ever be. `here`,
    `hold`: the point_ids of each, as SQL lists them between quotes."""
    people = results.sql(
        f"""select week, avg(people) filter (point_id in ('{here}')) - avg(people) filter (point_id in ('{hold}')) as more
        from weekly join runs using (run_id) where theatre in ('loreto', 'cajamarca') group by week order by week"""
    )["more"].to_numpy(float)
    if not people.max() > 1.0:
        return None
    there = 7 * (int(np.argmax(people >= ARRIVED * people.max())) + 1)
    return next((day for day in days if day >= there), days[-1])
