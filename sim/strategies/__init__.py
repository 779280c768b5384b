"""Strategies: which units move, when they move, and what they do there.

`protocol` defines a strategy, `tasking` is shared by all, and each shipped strategy has a file.
"""

from sim.strategies.protocol import Orders, Strategy, StrategyError
from sim.strategies.registry import catalogue, file_hash, is_shipped, register, resolve
from sim.strategies.shipped.hold import Hold
from sim.strategies.shipped.phased import Phased
from sim.strategies.shipped.police_backfill import PoliceBackfill
from sim.strategies.shipped.rapid_reserve import RapidReserve
from sim.strategies.shipped.static import Static
from sim.strategies.shipped.surge_and_return import SurgeAndReturn
from sim.strategies.shipped.threat_following import ThreatFollowing
from sim.strategies.shipped.triggered_return import TriggeredReturn

for shipped in (
    Hold,
    Static,
    Phased,
    SurgeAndReturn,
    TriggeredReturn,
    RapidReserve,
    ThreatFollowing,
    PoliceBackfill,
):
    register(shipped)

__all__ = [
    "Orders",
    "Strategy",
    "StrategyError",
    "catalogue",
    "file_hash",
    "is_shipped",
    "register",
    "resolve",
]
