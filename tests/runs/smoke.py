"""A run and the Mesa model on the small map, as one JSON object: two versions of Python must print the same. Needs no more than a run."""

import hashlib
import json
from collections import Counter
from pathlib import Path

from sim import RedeploymentModel, load_scenario, run

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.toml"
MONTHS = {
    "map.resolution_km": 10,
    "time.burn_in_days": 28,
    "time.horizon_days": 84,
    "strategy.name": "phased",
    "strategy.share_to_border": 0.3,
    "strategy.duration_days": 28,
    "record.events": True,
}


def main() -> None:
    scenario = load_scenario(BASELINE, MONTHS)
    records = run(scenario)
    model = RedeploymentModel(scenario, rng=scenario.replications.base_seed)
    model.run()
    found = {
        "outcomes": records.outcomes,
        "tally": hashlib.sha256(records.tally.tobytes()).hexdigest(),
        "events": [len(records.log), hashlib.sha256(records.log.tobytes()).hexdigest()],
        "agents": dict(sorted(Counter(type(agent).__name__ for agent in model.agents).items())),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
