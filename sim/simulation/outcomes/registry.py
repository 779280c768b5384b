"""The registry of outcomes: the only list of what a run gives, in the order of its columns.

Every outcome is computed from the tally of the horizon (burn-in excluded) and from the world on its
last day. Counts and kilograms are per horizon. A ratio whose denominator is 0 is None. Kilograms
are hydrochloride equivalent; latex has columns of its own (`..._latex`). Outcomes that need a
paired baseline (averted_kg_border, diverted_share, exchange_rate) are made in
`analysis/derived.py`. Outcomes that end in `_3y` or `_8y` are read at that day of a longer run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.names import MODELLED_THEATRES, THEATRES
from sim.simulation.outcomes import command, headline, security, territory, trade
from sim.simulation.outcomes.ledger import Ledger
from sim.simulation.outcomes.outcome import CODES, Outcome


def every() -> Iterator[Outcome]:
    """Yield the outcomes in the order of their columns, which later versions must keep."""
    for name, areas in CODES.items():
        if len(areas) == 1:
            yield from territory.vacuum(name, areas[0])
    for name, areas in CODES.items():
        yield from trade.shipments(name, areas)
        yield from security.violence(name, areas)
        yield from security.money(name, areas)
    for name in MODELLED_THEATRES:
        yield from territory.attitudes(name, THEATRES.index(name))
    for name, areas in CODES.items():
        yield from trade.coca(name, areas)
        yield from command.supplies(name, areas)
        yield from trade.fields(name, areas)
    yield from trade.poppy()
    yield from security.fighters()
    yield from trade.delivered()
    yield from territory.foothold()
    yield from security.border()
    yield from command.national()
    yield from headline.headline()


OUTCOMES: dict[str, Outcome] = {outcome.name: outcome for outcome in every()}


def compute(
    tally: np.ndarray, horizon_days: int, world: Any, sums: dict[int, np.ndarray]
) -> dict[str, float | None]:
    """Return every outcome of a finished run, in the order of the registry.

    `tally` and `sums` are those of `Ledger`.
    """
    ledger = Ledger(tally, horizon_days, world, sums)
    return {name: outcome.of(ledger) for name, outcome in OUTCOMES.items()}
