"""Keeping a level within its bounds."""

from sim.model.compile import rule


@rule
def clip(x, low, high):
    return min(max(x, low), high)
