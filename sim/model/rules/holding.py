"""Who holds a place, and what there is to win there: shared by all that ask it."""

from sim.model.compile import rule
from sim.model.state.agents import ARMED, NOBODY, STATE


@rule
def holder_after(holder, state, armed, above):
    """Who holds a place a week later: it changes hands only when another's share is over `above` (evidence B4: the incumbent keeps a
    place until then). Over half, only one of the three can be."""
    if state > above:
        return STATE
    if armed > above:
        return ARMED
    return NOBODY if 1.0 - state - armed > above else holder


@rule
def stakes(town):
    """The trade of a place: kg that pass it in a week and hectares that stand there."""
    return town.kg_recent + town.coca + town.poppy


@rule
def kept_out(town, shield):
    """Share of armed outsiders that a ronda keeps off its land, by its vigour."""
    return shield * town.ronda * town.vigour
