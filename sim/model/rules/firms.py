"""Who trades where: the firms in business, and whose a laboratory is."""

from sim.model.compile import rule
from sim.model.state.arrays import CAPACITY


@rule
def living(networks):
    """Number of firms. They take the lowest free row and never leave theirs, so that the first rows hold them all."""
    n = 0
    while n < len(networks) and networks[n].alive == 1:
        n += 1
    return n


@rule
def owner_of(book, cluster, u):
    """The firm that u in [0, 1) draws by its share of a cluster's trade; -1 when nobody trades there."""
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
