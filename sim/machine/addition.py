"""Addition of floats that gives the same bits on every version of Python.

From version 3.12 on, `sum` compensates the rounding errors of floats, so its last bit differs from
3.11. If the travel days of one route differ in that bit, the whole run differs. Code that decides a
result therefore adds floats with `added`; `sum` may add whole numbers, which are exact.
"""

from collections.abc import Iterable


def added(numbers: Iterable[float]) -> float:
    """Add the numbers in order, rounding after each step; 0.0 if there are none."""
    total = 0.0
    for number in numbers:
        total += number
    return float(total)
