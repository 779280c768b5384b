"""Results folders with known results, for the tests of comparisons."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console

from sim.analysis.printed import print_comparison
from sim.batches import Missing

N = 8
WORLDS = np.random.default_rng(5).normal(0, 1, N)
ABOUT = {
    "vacuum_vraem": {
        "unit": "share",
        "label": "mean vacuum in the VRAEM",
        "direction": "less is better",
    },
    "delivered_kg_border": {
        "unit": "kg",
        "label": "delivered by border exits",
        "direction": "less is better",
    },
    "delivered_kg_total": {
        "unit": "kg",
        "label": "delivered in all",
        "direction": "less is better",
    },
    "cost_musd": {"unit": "million USD", "label": "cost", "direction": "less is better"},
    "leaders_killed_vraem": {
        "unit": "persons",
        "label": "leaders killed",
        "direction": "more is better",
    },
}


class Folder:
    """A stand-in for a results folder with known results: shares 0, 0.1, 0.3, and `hold`."""

    path = Path("folder")

    def missing(self):
        return Missing(planned=N * len(self.design()))

    def design(self):
        labels = [
            "hold",
            "static share_to_border=0",
            "static share_to_border=0.1",
            "static share_to_border=0.3",
        ]
        return pd.DataFrame(
            {
                "point_id": ["h", "s0", "s1", "s3"],
                "label": labels,
                "strategy": ["hold", *["static"] * 3],
                "hold_id": "h",
                "future": 0,
                "horizon_days": 730,
                "x.strategy.share_to_border": [0.0, 0.0, 0.1, 0.3],
                "scenario": [
                    json.dumps({"strategy": {"name": name, "share_to_border": share}})
                    for name, share in zip(["hold", *["static"] * 3], [0.0, 0.0, 0.1, 0.3])
                ],
            }
        )

    def runs(self):
        rows = []
        for point_id, share in (("h", 0), ("s0", 0), ("s1", 0.1), ("s3", 0.3)):
            for replication, world in enumerate(WORLDS):
                averted = share * (10_000 + 500 * world)
                row = {
                    "run_id": f"{point_id}{replication}",
                    "point_id": point_id,
                    "future": 0,
                    "replication": replication,
                }
                row |= {
                    "vacuum_vraem": 0.4 + 0.02 * world + share * (0.5 + 0.05 * world),
                    "cost_musd": 50 + 10 * share,
                }
                row |= {
                    "delivered_kg_border": 90_000 + 9_000 * world - averted,
                    "delivered_kg_total": 300_000 + world - 0.6 * averted,
                }
                row |= {"leaders_killed_vraem": float((replication * 7 + (3 if share else 0)) % 3)}
                rows.append(row)
        return pd.DataFrame(rows)

    def outcomes(self):
        return ABOUT


class Futures(Folder):
    """The same strategies in three futures: in future k a share adds k + 1 times as much vacuum."""

    def design(self):
        frames = []
        for future in (2, 0, 1):  # the order of rows must not matter
            frame = super().design().assign(future=future)
            if future:
                frame[["point_id", "hold_id"]] += f"@{future}"
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    def runs(self):
        frames = []
        for future in (0, 1, 2):
            frame = super().runs().assign(future=future)
            share = frame["point_id"].map({"h": 0, "s0": 0, "s1": 0.1, "s3": 0.3})
            frame["vacuum_vraem"] += future * (0.1 + share * 0.5)
            frame["point_id"] += f"@{future}" if future else ""
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


def row_of(comparison, point_id, outcome):
    table = comparison.table
    (row,) = table[(table["point_id"] == point_id) & (table["outcome"] == outcome)].to_dict(
        "records"
    )
    return row


def printed(comparison):
    text = io.StringIO()
    print_comparison(comparison, Console(file=text, width=120))
    return text.getvalue()
