"""How much can be gained in a place."""

from sim.model.compile import rule
from sim.model.state.agents import Community


@rule
def stakes(town: Community) -> float:
    """Return the trade of a place: kg that pass it in a week plus hectares that grow there."""
    return town.kg_recent + town.coca + town.poppy
