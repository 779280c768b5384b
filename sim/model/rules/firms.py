"""Which firms are in business, and which firm owns a laboratory."""

from collections.abc import Sequence

from sim.model.compile import rule
from sim.model.state.agents import Network
from sim.model.state.arrays import CAPACITY, Floats


@rule
def living(networks: Sequence[Network]) -> int:
    """Return the number of firms. A new firm takes the lowest free row and no firm ever leaves its
    row, so the first rows hold them all."""
    n = 0
    while n < len(networks) and networks[n].alive == 1:
        n += 1
    return n


@rule
def owner_of(book: Floats, cluster: int, u: float) -> int:
    """Return the firm drawn by u in [0, 1) in proportion to its share of a cluster's trade; -1 when
    nobody trades there."""
    total = 0.0
    for n in range(book.shape[0]):
        total += book[n, cluster, CAPACITY]
    mark = u * total
    last = -1
    for n in range(book.shape[0]):
        if book[n, cluster, CAPACITY] > 0.0:
            last = n
            mark -= book[n, cluster, CAPACITY]
            if mark < 0.0:
                return n
    return last
