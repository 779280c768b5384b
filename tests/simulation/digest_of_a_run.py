"""Run the small map in its own process and print digests: `python digest_of_a_run.py moving`."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from busy import STRONG, busy
from small_runs import small_scenario

from sim.model.chance import poisson, uniform
from sim.model.compile import is_compiled
from sim.simulation.run import run

MOVING = {
    "strategy.name": "static",
    "strategy.share_to_border": 0.3,
    "strategy.tasking_vraem": "reports",
}
# These values cause what a month seldom sees: chance contacts, raids on groups, leads of the
# partner, crossings, abandoned fields, arrests.
RARE = {
    "search.width_trail_km": 0.5,
    "search.width_slope_km": 0.9,
    "search.width_jungle_km": 0.5,
    "engagement.vis_group": 0.5,
    "engagement.raid_response": 1.0,
    "engagement.raid_success": 1.0,
    "engagement.leader_share": 1.0,
    "information.vis_group": 1.0,
    "information.partner_reports": 1.0,
    "information.partner_least_days": 1.0,
    "information.partner_most_days": 1.0,
    "information.file_days": 14.0,
    "information.lead_life_days": 7.0,
    "partner.return_rate": 1.0,
    "partner.joint_rate": 5.0,
    "crops.deterrence": 5.0,
    "processing.leaf_wait_weeks": 0.0,
    "processing.expansion": 0.1,
    "justice.lab_points": 5.0,
    "justice.seizure_points": 5.0,
    "justice.split_share": 0.5,
    "justice.split_least": 0.01,
    "justice.cut_weeks": 1.0,
    "founding.disband_below": 9.0,  # a new cell goes home
}
SHOCKS = [
    {"day": 7, "until": 21, "set": {"eradicate": {"theatre": "vraem", "ha_per_year": 20_000.0}}},
    {"day": 14, "set": {"partner.suspended": True, "mandate.detain": "pnp"}},
]
MONTH = {
    "time.horizon_days": 28,
    "record.events": True,
    "enemy.mpcp_groups": 60,
    "events": SHOCKS,
    "replications.base_seed": 2,  # a world in which a founded cell meets a rival within the month
}
BUSY = busy() | MONTH | {"parameters": STRONG | RARE}
SCENARIOS = {"moving": MOVING, "busy": BUSY}


def digest(name: str = "moving") -> dict:
    records = run(small_scenario(**SCENARIOS[name]))
    with np.errstate(over="ignore"):
        draws = [uniform(np.uint64(5), 801, day, np.uint64(9), 0) for day in range(100)]
    return {
        "tally": hashlib.sha256(records.tally.tobytes()).hexdigest(),
        "outcomes": hashlib.sha256(repr(records.outcomes).encode()).hexdigest(),
        "events": [len(records.log), hashlib.sha256(records.log.tobytes()).hexdigest()],
        "draws": hashlib.sha256(
            repr([float(u) for u in draws] + [int(poisson(u, 3.0)) for u in draws]).encode()
        ).hexdigest(),
    }


def elsewhere(
    name: str = "moving", python: tuple[str, ...] = (sys.executable,), **environment: str
) -> dict:
    """Return {"compiled": bool, "digest": ...} of the same run in its own process."""
    path = os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])
    done = subprocess.run(
        [*python, __file__, name],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return json.loads(done.stdout)


if __name__ == "__main__":
    json.dump({"compiled": is_compiled(), "digest": digest(*sys.argv[1:])}, sys.stdout)
