"""What a finished run gives: outcomes, weekly series, and the events and snapshots asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.state.agents import SOURCES
from sim.model.state.counts import QUANTITIES, STATES
from sim.model.state.event_log import EVENT_KINDS
from sim.names import EXITS, THEATRES
from sim.simulation.snapshots import frame

if TYPE_CHECKING:
    import pandas


@dataclass
class Records:
    """What a run wrote.

    tally: f8[weeks + 1, quantities, areas], of which row 0 is the burn-in. outcomes: name -> value,
    None where undefined. sums: the sums of the tally from day 0 to the days at which outcomes are
    read, f8[quantities, areas] each.
    """

    tally: np.ndarray
    horizon_days: int
    seed: int
    replication: int
    outcomes: dict[str, float | None]
    log: Any
    burn_in: int
    layer_columns: dict[str, Any]
    sums: dict[int, np.ndarray]

    @property
    def weekly(self) -> pandas.DataFrame:
        """One row for each week and theatre: week, days, theatre, then every series.

        States are means over the days of the week, flows are sums. `exported_kg_<exit>` stand in
        the rows of `elsewhere`.
        """
        import pandas as pd

        full, rest = divmod(self.horizon_days, 7)
        days = np.array([7] * full + ([rest] if rest else []), dtype=np.int64)
        weeks = len(days)
        columns: dict[str, Any] = {
            "week": np.repeat(np.arange(weeks, dtype=np.int64), len(THEATRES)),
            "days": np.repeat(days, len(THEATRES)),
            "theatre": np.tile(np.array(THEATRES), weeks),
        }
        for number, name in enumerate(QUANTITIES):
            values = self.tally[1 : weeks + 1, number, : len(THEATRES)]
            if name.startswith("exported"):
                for code, exit_ in enumerate(EXITS):
                    row = np.zeros((weeks, len(THEATRES)))
                    row[:, 0] = self.tally[1 : weeks + 1, number, code]
                    columns[name.replace("exported_kg", f"exported_kg_{exit_}")] = row.ravel()
                continue
            columns[name] = (values / days[:, None] if name in STATES else values).ravel()
        return pd.DataFrame(columns)

    @property
    def events(self) -> pandas.DataFrame:
        """Single events of the horizon, if the scenario records them.

        The columns are day, kind, theatre, cell, uid, other_uid, quantity, unit and source.
        """
        import pandas as pd

        log = self.log[self.log["t"] >= self.burn_in]
        sources = np.array([*SOURCES, ""])
        return pd.DataFrame(
            {
                "day": log["t"] - self.burn_in,
                "kind": np.array([kind.name for kind in EVENT_KINDS])[log["kind"]],
                "theatre": np.array(THEATRES)[log["theatre"]],
                "cell": log["cell"],
                "uid": log["uid"],
                "other_uid": log["other"],
                "quantity": log["quantity"],
                "unit": np.array([kind.unit for kind in EVENT_KINDS])[log["kind"]],
                "source": sources[log["source"]],
            }
        )

    @property
    def layers(self) -> pandas.DataFrame:
        """Snapshots of the communities, if the scenario records them.

        The columns are day, place, name, theatre, lon, lat, population, weight, state, armed,
        coverage, attempted_kg and seized_kg (on its land since day 0). See
        `sim.simulation.snapshots`.
        """
        return frame(self.layer_columns)
