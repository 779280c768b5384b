"""Valid scenarios run for four weeks on the coarse map: bounds, ledgers and outcomes hold."""

import warnings
from pathlib import Path
from random import Random
from typing import Any

from fuzzed_scenarios import scenario_case
from ledgers import what_breaks
from small_runs import SMALL
from trial import Verdict, folder_of


def run_verdict(pick: Random, drawn: list[dict[str, Any]]) -> Verdict:
    """`refused` where the file is, or where it does not fit four weeks; else the run's verdict."""
    from sim.scenario import UserError, base_of, load_scenario
    from sim.simulation.run import Run

    case = scenario_case(pick, drawn)
    with folder_of(case.files), warnings.catch_warnings(action="ignore"):
        try:
            scenario = base_of(load_scenario(Path(case.command[-1]), SMALL))
            run = Run(scenario, replication=pick.randrange(1_000))
        except (UserError, OSError):
            return Verdict("refused")
        broken = what_breaks(run)
    if broken:
        return Verdict(
            "finding",
            f"a run breaks: {broken[0]}",
            "\n".join([*broken[:20], scenario.to_json()[:2_000]]),
        )
    return Verdict("accepted")
