"""Three runs and the Mesa model as one JSON object, equal for any two versions of Python.

The runs are a few weeks on the small map with orders and events, and a year of the baseline and of
the observed past on the 5 km map, whose routes are long enough to show how days are added. Each
series is printed by itself, so that a difference names it. The script needs only what a run needs.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path

from sim import RedeploymentModel, load_scenario, run
from sim.model.state.counts import QUANTITIES
from sim.simulation.run import Run

SCENARIOS = Path(__file__).parents[2] / "scenarios"
MONTHS = {
    "map.resolution_km": 10,
    "time.burn_in_days": 28,
    "time.horizon_days": 84,
    "strategy.name": "phased",
    "strategy.share_to_border": 0.3,
    "strategy.duration_days": 28,
    "record.events": True,
}
YEAR = 364


def sha(array):
    return hashlib.sha256(array.tobytes()).hexdigest()[:16]


def first_year(path):
    """Not a horizon of a year: the scenario has events in later years."""
    one = Run(load_scenario(SCENARIOS / path))
    one.advance(one.burn_in + YEAR)
    return one.records()


def digest(records):
    series = {name: sha(records.tally[:, number]) for number, name in enumerate(QUANTITIES)}
    return {
        "outcomes": records.outcomes,
        "series": series,
        "events": [len(records.log), sha(records.log)],
    }


def main() -> None:
    months = load_scenario(SCENARIOS / "baseline.toml", MONTHS)
    model = RedeploymentModel(months, rng=months.replications.base_seed)
    model.run()
    found = {
        "months": digest(run(months)),
        "agents": dict(sorted(Counter(type(agent).__name__ for agent in model.agents).items())),
        "baseline": digest(first_year("baseline.toml")),
        "2018": digest(first_year("history/2018.toml")),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
