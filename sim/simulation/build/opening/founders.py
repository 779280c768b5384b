"""Uids of the first generation, and ways to share a total among its members."""

from __future__ import annotations

import numpy as np

from sim.model.chance import U, child_uid

ROOTS = {
    "unit": U(1),
    "group": U(2),
    "network": U(3),
    "lab": U(4),
    "community": U(5),
}  # parents of the first generation's uids


def uid_of(kind: str, ordinal: int, family: int = 0) -> np.uint64:
    """uid of a founder: counted within its family (theatre and kind, say), so that more of one family renames nobody of another."""
    return U(child_uid(ROOTS[kind], family, ordinal))


def spread_whole(total: int, parts: int) -> np.ndarray:
    """`total` people over `parts` units as evenly as whole numbers allow."""
    return (
        np.array([total // parts + (1 if i < total % parts else 0) for i in range(parts)])
        if parts
        else np.zeros(0, int)
    )


def share_out(total: float, weight: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Spread `total` by weight, none above its room; what does not fit is spread again over those with room left."""
    given = np.zeros(len(weight))
    for _ in range(50):
        open_ = np.where(given < room - 1e-9, weight, 0.0)
        left = total - given.sum()
        if left <= 1e-9 or open_.sum() <= 0:
            break
        given = np.minimum(room, given + left * open_ / open_.sum())
    return given
