"""Many runs: the plan, the runner, the results folder and its shards."""

from sim.batches.merge import merge
from sim.batches.plan import Plan, make_plan
from sim.batches.runner import batch
from sim.results.missing import Missing, MissingRunsWarning
from sim.results.results import Results, ResultsError

__all__ = [
    "Missing",
    "MissingRunsWarning",
    "Plan",
    "Results",
    "ResultsError",
    "batch",
    "make_plan",
    "merge",
]
