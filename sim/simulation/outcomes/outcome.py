"""An outcome: a named number that is computed from a finished run, with its unit and direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.names import REGIONS, THEATRES
from sim.simulation.outcomes.ledger import Ledger

LESS, MORE, NEUTRAL = "less is better", "more is better", "neutral"
# Region -> the theatres of which it consists, as they are numbered in the tally.
CODES = {region: tuple(map(THEATRES.index, names)) for region, names in REGIONS.items()}
COCAINE, LATEX = 0, 1  # added to the number of a quantity that is counted by product
PRODUCTS = ((COCAINE, "cocaine", ""), (LATEX, "latex", "_latex"))  # product, word, ending of names


@dataclass(frozen=True)
class Outcome:
    """One output of a run.

    `label` says in words what it is. `direction` is LESS, MORE or NEUTRAL. `kind` says how it is
    computed: count, kg, money (sums over the horizon), mean (over days), ratio (of two sums) or end
    (from the last days). `of` computes it, and gives None where it is undefined.
    """

    name: str
    unit: str
    label: str
    direction: str
    kind: str
    of: Callable[[Ledger], float | None] = field(repr=False, compare=False)
