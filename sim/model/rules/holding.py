"""Who holds a place, and how much can be gained there."""

from sim.model.compile import rule
from sim.model.state.agents import ARMED, NOBODY, STATE, Community


@rule
def holder_after(holder: int, state: float, armed: float, above: float) -> int:
    """Return who holds a place a week later. A place changes hands only when another side's share
    is over `above` (evidence B4: the incumbent keeps a place until then). Above one half, only one
    of the three can qualify."""
    if state > above:
        return STATE
    if armed > above:
        return ARMED
    return NOBODY if 1.0 - state - armed > above else holder


@rule
def stakes(town: Community) -> float:
    """Return the trade of a place: kg that pass it in a week plus hectares that grow there."""
    return town.kg_recent + town.coca + town.poppy


@rule
def kept_out(town: Community, shield: float) -> float:
    """Return the share of armed outsiders that a ronda keeps off its land, by its vigour."""
    return shield * town.ronda * town.vigour
