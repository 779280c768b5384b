"""Founders, the first generation of agents: their uids, and how a total is shared among them."""

from __future__ import annotations

import numpy as np

from sim.model.chance import U, child_uid

# Parents of the founders' uids.
ROOTS = {
    "unit": U(1),
    "group": U(2),
    "network": U(3),
    "lab": U(4),
    "community": U(5),
}


def uid_of(kind: str, ordinal: int, family: int = 0) -> np.uint64:
    """Return the uid of a founder, counted within its family (theatre and kind, for example).

    More founders of one family therefore change no uid of another.
    """
    return U(child_uid(ROOTS[kind], family, ordinal))


def spread_whole(total: int, parts: int) -> np.ndarray:
    """Return `total` people spread over `parts` units as evenly as whole numbers allow."""
    if parts == 0:
        return np.zeros(0, int)
    return np.array([total // parts + (1 if i < total % parts else 0) for i in range(parts)])


def share_out(total: float, weight: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Return `total` spread by weight, none above its room.

    What does not fit is spread again over those that have room left.
    """
    given = np.zeros(len(weight))
    for _ in range(50):
        open_ = np.where(given < room - 1e-9, weight, 0.0)
        left = total - given.sum()
        if left <= 1e-9 or open_.sum() <= 0:
            break
        given = np.minimum(room, given + left * open_ / open_.sum())
    return given
