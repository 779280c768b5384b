"""What pairing by common random numbers gains: the variance of `15 % of the soldiers leave` minus
`hold`, paired and with independent seeds.

With independent seeds the variance of a difference is the sum of the two variances; with pairs it
is the variance of the differences. Their ratio says how many times more runs independent seeds
would need for the same interval (Law, Simulation Modeling and Analysis, 5th edition 2015, section
11.2). This is long: `make validate` runs it and prints the table."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.paired import percentiles, resamples
from sim.batches.runner import batch
from sim.scenario import load_scenario

pytestmark = pytest.mark.slow
SPLIT = Path(__file__).parents[2] / "scenarios" / "experiments" / "split.toml"
HEADLINE = (
    "people_armed_vraem",
    "people_armed_border",
    "fighters_mpcp",
    "fighters_dissident_peru",
    "vacuum_vraem",
    "coverage_gap_vraem",
    "control_lost_vraem",
    "delivered_kg_border",
    "delivered_kg_total",
    "seized_kg_border",
    "attacks_vraem",
    "dead_state_vraem",
    "civilian_harm_vraem",
    "fighters_vraem_end",
    "cost_musd",
)


def ratio(strategy: np.ndarray, hold: np.ndarray) -> float:
    """Return the variance with independent seeds over that of the pairs, infinite where pairs do
    not vary."""
    paired = (strategy - hold).var(ddof=1)
    return float((strategy.var(ddof=1) + hold.var(ddof=1)) / paired) if paired > 0 else np.inf


def test_a_ratio_by_hand():
    """Worlds that differ by 1, and chances of .1 of their own: (1.01 + 1.01) / .02 = 101. Without
    pairing the ratio is 1."""
    chance = np.random.default_rng(1).normal(size=(3, 200_000))
    world, a, b = chance[0], chance[1] / 10, chance[2] / 10
    assert ratio(world + a, world + b) == pytest.approx(101.0, rel=0.02)
    assert ratio(chance[1], chance[2]) == pytest.approx(1.0, rel=0.02)


def test_pairing_is_never_clearly_worse(tmp_path):
    split = load_scenario(
        SPLIT, {"sweep": {"strategy.share_to_border": [0.15]}, "record.layers_every_days": 0}
    )
    runs = batch(split, out=tmp_path / "pairs", replications=30, progress=False).runs()
    hold, moved = (
        runs[(runs.strategy == "hold") == held].sort_values("replication") for held in (True, False)
    )
    assert [*hold.replication] == [*moved.replication] == [*range(30)]
    titles = f"{'outcome':24s} {'independent':>12s} {'paired':>12s} {'ratio':>7s}"
    print(f"{titles}  95 % (bootstrap of 30 worlds)")
    worse = []
    for name in HEADLINE:
        of_hold, of_moved = hold[name].to_numpy(float), moved[name].to_numpy(float)
        drawn = np.array([ratio(of_moved[i], of_hold[i]) for i in resamples(30)])
        low, high = percentiles(np.minimum(drawn, 1e12), 0.95)
        apart, paired = of_moved.var(ddof=1) + of_hold.var(ddof=1), (of_moved - of_hold).var(ddof=1)
        gain = ratio(of_moved, of_hold)
        print(f"{name:24s} {apart:12.5g} {paired:12.5g} {gain:7.2f}  [{low:.2f}, {high:.2f}]")
        worse += [name] if high < 1.0 else []
    assert worse == []
