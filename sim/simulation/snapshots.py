"""Snapshots of the communities, from which maps are drawn.

They are copies, so that taking them never changes the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.names import THEATRES

if TYPE_CHECKING:
    import pandas

    from sim.model.state.world import World

# Shares and weights are 0-1. Kilograms are of cocaine, in hydrochloride equivalent, on the land of
# the community since day 0.
STATES = ("state", "armed", "coverage")
FLOWS = ("attempted_kg", "seized_kg")
COLUMNS = (
    "day",
    "place",
    "name",
    "theatre",
    "lon",
    "lat",
    "population",
    "weight",
    *STATES,
    *FLOWS,
)


class Snapshots:
    """The snapshots of a run: on day 0, every `every_days` and on the last day of the horizon.

    A snapshot of day d shows the morning of d, when d days of the horizon have passed. If
    `every_days` is 0 there are none.
    """

    def __init__(self, every_days: int, horizon_days: int) -> None:
        self.days = [*range(0, horizon_days, every_days), horizon_days] if every_days else []
        self.taken: dict[int, dict[str, np.ndarray]] = {}

    def take(self, day: int, world: World) -> None:
        """Copy the state of the communities, if `day` is one of the days."""
        if day in self.days and day not in self.taken:
            towns, owner = world.places.communities, world.ground.community
            seized = np.bincount(owner[owner >= 0], world.fields.seized_kg[owner >= 0], len(towns))
            self.taken[day] = {name: towns[name].copy() for name in (*STATES, "attempted_kg")} | {
                "seized_kg": seized
            }

    def columns(self, world: World) -> dict[str, Any]:
        """Return one row for each day and community.

        All numbers are f4, which is enough for pictures. `weight` is that of day 0, which the
        simulation of the first day sets.
        """
        if not self.taken:
            return {}
        towns, n = world.places.communities, len(world.places.communities)
        fixed = {
            "place": np.arange(n, dtype=np.int32),
            "name": np.array(world.site_names[:n], object),
            "theatre": np.array(THEATRES, object)[towns.theatre],
            "lon": world.site_lon[:n].astype(np.float32),
            "lat": world.site_lat[:n].astype(np.float32),
            "population": world.census[:n].astype(np.float32),
            "weight": towns.weight.astype(np.float32),
        }
        first = self.taken[self.days[0]]
        columns: dict[str, Any] = {"day": np.repeat(np.array(list(self.taken), np.int32), n)}
        columns |= {name: np.tile(values, len(self.taken)) for name, values in fixed.items()}
        for name in first:
            since = first[name] if name in FLOWS else 0.0
            columns[name] = np.concatenate(
                [taken[name] - since for taken in self.taken.values()]
            ).astype(np.float32)
        return columns


def frame(columns: dict[str, Any]) -> pandas.DataFrame:
    """Return the columns as a table, empty but with its column names if there are no snapshots."""
    import pandas as pd

    return pd.DataFrame(columns, columns=list(COLUMNS))
