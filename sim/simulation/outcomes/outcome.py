"""An outcome: a named number that is computed from a finished run, with its unit and direction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sim.names import HCL, LATEX, REGIONS, THEATRES
from sim.simulation.outcomes.ledger import Ledger

LESS, MORE, NEUTRAL = "less is better", "more is better", "neutral"
# Region -> the theatres of which it consists, as they are numbered in the tally.
CODES = {region: tuple(map(THEATRES.index, names)) for region, names in REGIONS.items()}
# Product, its word in labels, and the ending of its names. A quantity that is counted by product
# has consecutive numbers, so that `counts.SEIZED + product` is the quantity of one product.
BY_PRODUCT = ((HCL, "cocaine", ""), (LATEX, "latex", "_latex"))


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
