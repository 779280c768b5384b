"""Run the small map twice over in a process of its own and print what came out: `python digest_of_a_run.py`."""

import hashlib
import json
import sys

import numpy as np
from small_runs import small_scenario

from sim.chance import poisson, uniform
from sim.kernel import is_compiled
from sim.run import run

MOVING = {"strategy.name": "static", "strategy.share_to_border": 0.3, "strategy.tasking_vraem": "reports"}


def digest() -> dict:
    records = run(small_scenario(**MOVING))
    with np.errstate(over="ignore"):
        draws = [uniform(np.uint64(5), 801, day, np.uint64(9), 0) for day in range(100)]
    return {
        "tally": hashlib.sha256(records.tally.tobytes()).hexdigest(),
        "outcomes": hashlib.sha256(repr(records.outcomes).encode()).hexdigest(),
        "draws": hashlib.sha256(repr([float(u) for u in draws] + [int(poisson(u, 3.0)) for u in draws]).encode()).hexdigest(),
    }


if __name__ == "__main__":
    json.dump({"compiled": is_compiled(), "digest": digest()}, sys.stdout)
