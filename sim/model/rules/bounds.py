"""Keep a number within bounds."""

from sim.model.compile import rule


@rule
def clip(x: float, low: float, high: float) -> float:
    """Return x, or the bound that it passes."""
    return min(max(x, low), high)
