"""A results folder with known numbers, made without the model: shares 0, .1, .3, `hold`."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
from fake_runs import Scenario, points_of

from sim import Results
from sim.batches import batch, make_plan

WEEKS = 8  # the last one short
LEAVE, ARRIVE = 2, 4
SHARES = (0.0, 0.1, 0.3)
OUTCOMES = {
    "people_armed_vraem": SimpleNamespace(
        unit="people", label="people x armed share", direction="less is better"
    ),
    "vacuum_vraem": SimpleNamespace(unit="share", label="vacuum", direction="less is better"),
    "delivered_kg_border": SimpleNamespace(
        unit="kg", label="left by the border", direction="less is better"
    ),
    "delivered_kg_total": SimpleNamespace(unit="kg", label="left", direction="less is better"),
    "cost_musd": SimpleNamespace(unit="million USD", label="cost", direction="less is better"),
}


def world_of(replication):
    return np.random.default_rng(replication).random()


def run(scenario, replication=0, armed=True):
    """Make a run: vacuum grows by .1 to .15 of the share, and people under arms with it; a share of
    1 averts 30 t. `armed`: false for a run of the first edition, which counts no such people."""
    share = 0.0 if scenario.strategy.name == "hold" else scenario.strategy.share_to_border
    world = world_of(replication)
    rows = []
    for week in range(WEEKS):
        gone = share * 10_000 * (week >= LEAVE)
        come = share * 10_000 * (week >= LEAVE) * (1 if week >= ARRIVE else 0.5)
        for theatre in ("elsewhere", "vraem", "loreto", "cajamarca"):
            row = {"week": week, "days": 7 if week < WEEKS - 1 else 2, "theatre": theatre}
            row |= {
                "vacuum": (0.3 + 0.1 * world + share * week) if theatre == "vraem" else 0.0,
                "attacks": float(week),
            }
            row |= {
                "people": {"vraem": 10_000.0 - gone, "loreto": 2_000.0 + come}.get(theatre, 0.0)
            }
            row |= {
                f"exported_kg_{name}": 1_000.0 * (theatre == "elsewhere")
                for name in ("colombia", "brazil", "ecuador")
            }
            if armed:
                row |= {"people_armed": 10_000 * row["vacuum"] if theatre == "vraem" else 50.0}
            rows.append(row)
    outcomes = {
        "vacuum_vraem": 0.3 + 0.1 * world + share * (0.1 + 0.05 * world),
        "cost_musd": 100.0 + share,
    }
    if armed:
        outcomes |= {"people_armed_vraem": 10_000 * outcomes["vacuum_vraem"]}
    outcomes |= {"delivered_kg_border": 90_000 - share * (30_000 + 1_000 * world)}
    outcomes |= {"delivered_kg_total": 200_000 + share * 5_000 * (world - 0.5)}
    nothing = pd.DataFrame()
    return SimpleNamespace(
        outcomes=outcomes,
        weekly=pd.DataFrame(rows),
        events=nothing,
        layers=nothing,
        seed=replication,
    )


def folder(
    out: Path, scenario: Scenario | None = None, replications: int = 6, armed: bool = True
) -> Results:
    """The folder `out`, run from a fake scenario; by default the three shares."""
    scenario = scenario or Scenario(sweep={"strategy.share_to_border": SHARES}, title="Known")
    plan = make_plan(scenario, replications, points_of=points_of, source="code")
    known = {name: each for name, each in OUTCOMES.items() if armed or "armed" not in name}
    of = partial(run, armed=armed)
    return Results.open(
        batch(plan, out=out, workers=1, run=of, outcomes=known, progress=False).path
    )
