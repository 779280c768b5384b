"""Adding numbers so that every Python comes to the same bits.

From version 3.12 on, Python's own `sum` carries the rounding errors of floats along, so its last bit differs from 3.11. A route's
days that differ in it lead a whole run elsewhere. So whatever decides a result adds floats with `added`; `sum` may count whole
numbers, which come out the same everywhere."""

from collections.abc import Iterable


def added(numbers: Iterable[float]) -> float:
    """The sum of the numbers, rounded after each step from the first to the last; 0.0 of none."""
    total = 0.0
    for number in numbers:
        total += number
    return float(total)
