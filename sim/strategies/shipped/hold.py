"""hold: no unit moves to the border. All other strategies are compared with this one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.strategies.movement import Movement

if TYPE_CHECKING:
    from sim.strategies.situation import Situation


class Hold(Movement):
    """Keeps every unit in its theatre; only the taskings `reports` and `random` give orders."""

    name = "hold"
    unused = ("share_to_border", "border_split", "moved", "withdrawal", "move_helicopters")

    @classmethod
    def most_sent(cls, levers: Any) -> float:
        return 0.0

    def share_on(self, situation: Situation) -> float:
        return 0.0
