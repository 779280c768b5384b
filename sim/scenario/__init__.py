"""What a user writes: scenario files, their checks, and the arms of a plan."""

from sim.errors import Problem, ScenarioError, UserError
from sim.scenario.effects import ScenarioWarning
from sim.scenario.files import load_scenario, parse_setting, to_toml, with_code
from sim.scenario.schema import Scenario
from sim.scenario.sweep import Arm, base_of, points

__all__ = [
    "Arm",
    "Problem",
    "Scenario",
    "ScenarioError",
    "ScenarioWarning",
    "UserError",
    "base_of",
    "load_scenario",
    "parse_setting",
    "points",
    "to_toml",
    "with_code",
]
