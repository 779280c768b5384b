"""Published facts as experiments on the shipped baseline, in paired replications.

A fact has arms (overrides of `scenarios/baseline.toml`) and checks (`checks.py`) that read their
finished runs. Only this package knows the facts; no mechanism and no default refers to one of them.
"""

from sim.validation.facts import trade, violence
from sim.validation.facts.fact import Fact

__all__ = ["FACTS", "Fact"]

FACTS = {each.id: each for each in (*trade.FACTS, *violence.FACTS)}
