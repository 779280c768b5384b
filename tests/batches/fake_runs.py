"""Small scenarios and runs with known results, to test batches without the model."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Strategy:
    name: str = "static"
    share_to_border: float = 0.0
    tasking_vraem: str = "area"
    tasking_border: str = "line"
    start_day: int = 0
    levers: dict = field(default_factory=dict)
    changes: tuple = ()


@dataclass(frozen=True)
class Scenario:
    strategy: Strategy = Strategy()
    title: str = "fake"
    leak: float = 0.5
    horizon_days: int = 365
    base_seed: int = 7
    count: int = 3
    sweep: dict = field(default_factory=dict)
    events: tuple = ()
    home: None = None

    @property
    def time(self):
        return SimpleNamespace(horizon_days=self.horizon_days)

    @property
    def futures(self):
        return SimpleNamespace(samples=0)

    @property
    def replications(self):
        return SimpleNamespace(count=self.count, base_seed=self.base_seed)

    @property
    def hash(self):
        decides = {
            key: value
            for key, value in asdict(self).items()
            if key not in ("title", "count", "sweep")
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()

    def to_json(self):
        return json.dumps(asdict(self))

    def model_copy(self, update):
        return replace(self, **update)


def points_of(scenario):
    """The cross of `share_to_border`, `tasking_vraem` and `leak` values in the sweep."""
    found = [({}, scenario)]
    for key, values in scenario.sweep.items():
        section, _, name = key.rpartition(".")
        found = [
            ({**x, key: value}, varied(each, section, name, value))
            for x, each in found
            for value in values
        ]
    return found


def varied(scenario, section, name, value):
    if section == "strategy":
        return replace(scenario, strategy=replace(scenario.strategy, **{name: value}))
    return replace(scenario, **{name: value})


def run(scenario, replication=0):
    """Outcomes and 3 weeks x 2 theatres of series that follow from the inputs alone."""
    share = 0.0 if scenario.strategy.name == "hold" else scenario.strategy.share_to_border
    world = np.random.default_rng([scenario.base_seed, replication]).random()
    weekly = pd.DataFrame(
        {"week": [0, 0, 1, 1, 2, 2], "days": [7] * 4 + [2] * 2, "theatre": ["vraem", "loreto"] * 3}
    )
    weekly["attacks"] = [world + share * i for i in range(6)]
    weekly["price"] = [np.nan, 1.5, 2.0, 2.5, 3.0, share]
    ids = np.array([3, 2**63 + 1], np.uint64)  # the second does not fit a double
    events = pd.DataFrame(
        {"day": [1, 9], "kind": ["attack", "seizure"], "uid": ids, "quantity": [1.0, world]}
    )
    places = {
        "day": [0, 0, 9, 9],
        "place": [0, 1] * 2,
        "name": ["Pichari", "Iquitos"] * 2,
        "theatre": ["vraem", "loreto"] * 2,
    }
    layers = pd.DataFrame(
        places | {"state": np.array([0.5, 0.25, 0.5 - share / 4, world], np.float32)}
    )
    rate = None if world < 0.7 else world
    outcomes = {
        "vacuum_vraem": 0.4 + world / 10 + share,
        "delivered_kg_border": 1000 * (world + 1 - share),
        "rate": rate,
    }
    return SimpleNamespace(
        outcomes=outcomes, weekly=weekly, events=events, layers=layers, seed=2**63 + replication
    )


def slow_run(scenario, replication=0):
    time.sleep(0.03)
    return run(scenario, replication)


def failing_run(scenario, replication=0):
    """Fails in the second replication of the largest share."""
    if replication == 1 and scenario.strategy.share_to_border == 0.3:
        raise ZeroDivisionError("engagement of nobody")
    return run(scenario, replication)


OUTCOMES = {
    "vacuum_vraem": SimpleNamespace(
        unit="share", label="mean vacuum in the VRAEM", direction="less is better"
    ),
    "delivered_kg_border": SimpleNamespace(
        unit="kg", label="cocaine delivered over the border", direction="less is better"
    ),
}
SWEPT = Scenario(sweep={"strategy.share_to_border": (0.0, 0.1, 0.3)})
