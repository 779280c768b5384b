"""Published facts as experiments on the shipped baseline, in paired replications.

A fact has arms (overrides of `scenarios/baseline.toml`, and in some a direct change of the world
after day 0) and checks (`checks.py`) that read their finished runs. Beside the facts stand
statements that would show the model wrong (`falsifiers.py`), which are run and judged in the same
way. Only this package knows the facts. No mechanism and no default refers to one of them, except
to say that it was chosen with it in view (origin `used in choosing`).
"""

from sim.validation.facts import falsifiers, trade, violence, withdrawal
from sim.validation.facts.fact import Fact

__all__ = ["FACTS", "Fact"]

FACTS = {
    each.id: each
    for each in (
        *trade.FACTS,
        *violence.FACTS,
        *withdrawal.FACTS,
        *falsifiers.FACTS,
    )
}
