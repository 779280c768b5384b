"""Strategies: what moves, when, and what it does there. One file each; `protocol` says what a strategy is, `tasking` is shared by all."""

from sim.strategies.hold import Hold
from sim.strategies.phased import Phased
from sim.strategies.police_backfill import PoliceBackfill
from sim.strategies.protocol import Orders, Strategy, StrategyError, catalogue, file_hash, is_shipped, register, resolve
from sim.strategies.rapid_reserve import RapidReserve
from sim.strategies.static import Static
from sim.strategies.surge_and_return import SurgeAndReturn
from sim.strategies.threat_following import ThreatFollowing
from sim.strategies.triggered_return import TriggeredReturn

for shipped in (Hold, Static, Phased, SurgeAndReturn, TriggeredReturn, RapidReserve, ThreatFollowing, PoliceBackfill):
    register(shipped)

__all__ = ["Orders", "Strategy", "StrategyError", "catalogue", "file_hash", "is_shipped", "register", "resolve"]
