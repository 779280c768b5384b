"""What a user writes: scenario files, their checks, and the points of a sweep."""

from sim.scenario.files import load_scenario, parse_setting, to_toml
from sim.scenario.problems import Problem, ScenarioError, UserError
from sim.scenario.schema import Scenario
from sim.scenario.sweep import points, without_sweep

__all__ = ["Problem", "Scenario", "ScenarioError", "UserError", "load_scenario", "parse_setting", "points", "to_toml", "without_sweep"]
