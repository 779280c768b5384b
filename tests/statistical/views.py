"""The ways along which a run, or a batch of runs, draws from `uniform`. Each is a sequence of
numbers as some mechanism would meet them."""

from collections.abc import Callable

import numpy as np
from battery import many_children, many_keys, many_uniform

from sim.model.chance import STREAMS, U

SEED, STREAM = np.ones(1, np.uint64), STREAMS["ATTACK"]
NUMBERS = np.array(sorted(STREAMS.values()), np.uint64)


def key(replication: int = 0) -> np.ndarray:
    return many_keys(SEED, np.array([replication], np.uint64))


def uids(n: int) -> np.ndarray:
    """Return u8[n] uids as agents are born: children of some parents, a few a day."""
    i = np.arange(n, dtype=np.uint64)
    return many_children(U(77) + i // U(4_000), (i // U(4)) % U(1_000), i % U(4))


def nested(first: int, last: int, *sizes: int) -> list[np.ndarray]:
    """Return the indices of nested loops, outermost first, from step `first` to `last`. The
    outermost loop has no end."""
    i, out = np.arange(first, last, dtype=np.uint64), []
    for size in reversed(sizes):
        out.append(i % U(size))
        i = i // U(size)
    return [i, *reversed(out)]


def along_days(first: int, last: int) -> np.ndarray:
    return many_uniform(key(), STREAM, np.arange(first, last, dtype=np.uint64), U(123_456), 0)


def along_small_uids(first: int, last: int) -> np.ndarray:
    """Return draws along uids from 0 on, which is how networks, theatres and routes are
    numbered."""
    return many_uniform(key(), STREAM, U(400), np.arange(first, last, dtype=np.uint64), 0)


def along_born_uids(first: int, last: int) -> np.ndarray:
    return many_uniform(key(), STREAM, U(400), uids(last)[first:], 0)


def along_k(first: int, last: int) -> np.ndarray:
    day, k = nested(first, last, 2**16)
    return many_uniform(key(), STREAM, day, U(123_456), k)


def along_streams(first: int, last: int) -> np.ndarray:
    """Return draws along every stream of the list, each day."""
    day, s = nested(first, last, len(NUMBERS))
    return many_uniform(key(), NUMBERS[s.astype(np.int64)], day, U(123_456), 0)


def along_replications(first: int, last: int) -> np.ndarray:
    """Return the same draw in one replication after the other."""
    return many_uniform(
        many_keys(SEED, np.arange(first, last, dtype=np.uint64)), STREAM, U(400), U(123_456), 0
    )


def along_seeds(first: int, last: int) -> np.ndarray:
    """Return the same draw under base seeds 0, 1, 2 ..."""
    return many_uniform(
        many_keys(np.arange(first, last, dtype=np.uint64), np.zeros(1, np.uint64)),
        STREAM,
        U(400),
        U(123_456),
        0,
    )


def two_replications(first: int, last: int) -> np.ndarray:
    """Return draws of two replications in turn, day by day, so that what a pair of runs shares
    shows in neighbours."""
    day, replication = nested(first, last, 2)
    return many_uniform(many_keys(SEED, replication), STREAM, day, U(123_456), 0)


def two_uids(first: int, last: int) -> np.ndarray:
    """Return draws of two neighbouring uids in turn, day by day."""
    day, uid = nested(first, last, 2)
    return many_uniform(key(), STREAM, day, uid, 0)


def a_day_of_the_model(first: int, last: int) -> np.ndarray:
    """Return draws in the order of a run: each day, agent after agent, stream after stream, k = 0
    and 1."""
    day, agent, s, k = nested(first, last, 200, len(NUMBERS), 2)
    return many_uniform(
        key(), NUMBERS[s.astype(np.int64)], day, uids(200)[agent.astype(np.int64)], k
    )


VIEWS: dict[str, Callable[[int, int], np.ndarray]] = {
    view.__name__: view
    for view in (
        along_days,
        along_small_uids,
        along_born_uids,
        along_k,
        along_streams,
        along_replications,
        along_seeds,
        two_replications,
        two_uids,
        a_day_of_the_model,
    )
}
