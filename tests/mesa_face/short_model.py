"""Four weeks of the baseline on the 10 km map: a week of burn-in and three of the horizon."""

from pathlib import Path

from sim.scenario import load_scenario

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.toml"
SHORT = {"time.burn_in_days": 7, "time.horizon_days": 21, "map.resolution_km": 10}


def short(**more):
    return load_scenario(BASELINE, SHORT | more)


def run_for(model, days):
    for _ in range(days):
        model.step()
    return model
