"""hold: nobody moves to the border. What every other strategy is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.strategies.movement import Movement

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class Hold(Movement):
    """Keeps every unit in its theatre; only `reports` and `random` tasking give orders."""

    name = "hold"

    def share_on(self, situation: Situation) -> float:
        return 0.0
