"""What presses cells and firms on either bank of the border, and where they would cross to.

`p` is always the parameter record of partner; sources are on its page.
"""

import math
from collections.abc import Sequence
from typing import Protocol

from sim.model.compile import rule
from sim.model.state.agents import PERU, ArmedGroup, Partner
from sim.model.state.arrays import Border, Near, Sites


class Crossing(Protocol):
    """What these rules read of the parameters of partner."""

    sigma: float
    pressure_people: float
    own_will: float
    return_rate: float
    sanctuary: float


@rule
def pressure(people: float, p: Crossing) -> float:
    """Return the pressure [0, 1] of the people on task in reach."""
    return 1.0 - math.exp(-people / max(p.pressure_people, 1e-9))


@rule
def people_abroad(
    partners: Sequence[Partner], site: int, floor: float, worth: float, near: Near
) -> float:
    """Return the partner's people in reach of a foreign site: the share `floor` of them, and the
    rest by coordination and `worth`."""
    people = 0.0
    for b in range(len(partners)):
        for e in range(near.start[site], near.start[site + 1]):
            if near.site[e] == partners[b].site:
                people += (
                    near.kernel[e]
                    * partners[b].presence
                    * (floor + (1.0 - floor) * partners[b].coordination * worth)
                )
    return people


@rule
def partner_at(partners: Sequence[Partner], site: int) -> int:
    """Return the row of the partner's forces at a foreign town, -1 where there are none."""
    for b in range(len(partners)):
        if partners[b].site == site:
            return b
    return -1


@rule
def other_bank(group: ArmedGroup, sites: Sites, border: Border) -> int:
    """Return the settlement across the border to which a cell would cross, -1 if there is none."""
    abroad = sites.country[group.site] != PERU
    other: int = border.back[group.site] if abroad else border.refuge[group.site]
    return other


@rule
def crossing_rate(here: float, across: float, abroad: bool, p: Crossing) -> float:
    """Return the hazard a week that a cell crosses, from the pressure of either side."""
    if abroad:
        return p.return_rate + p.sigma * max(0.0, across - here)
    return p.sanctuary * (p.return_rate + p.sigma * max(0.0, here - across))


@rule
def pressures(
    people: float, foreign: int, partners: Sequence[Partner], near: Near, p: Crossing
) -> tuple[float, float]:
    """Return the pressure on this side, of people on task, and that across at a foreign town."""
    here = pressure(people, p)
    return here, pressure(people_abroad(partners, foreign, p.own_will, here, near), p)
