"""Many runs: the plan, the runner, the results folder and its shards."""

from sim.batch.merge import merge
from sim.batch.missing import Missing, MissingRunsWarning
from sim.batch.plan import Plan, make_plan
from sim.batch.runner import batch
from sim.batch.store import Results, ResultsError

__all__ = ["Missing", "MissingRunsWarning", "Plan", "Results", "ResultsError", "batch", "make_plan", "merge"]
