"""Keep a number within bounds."""

from sim.model.compile import rule


@rule
def clip(x, low, high):
    """Return x, or the bound that it passes."""
    return min(max(x, low), high)
