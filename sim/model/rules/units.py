"""The task of a unit today, and the service that it belongs to."""

from sim.model.compile import rule
from sim.model.state.agents import (
    ARMY,
    GARRISON,
    IDLE,
    NAVY,
    POLICE,
    POLICE_SERVICE,
    RIVER_INFANTRY,
    Unit,
)


@rule
def duty(unit: Unit) -> int:
    """Return what a unit does today: its mission, or the guard of its post while supplies fail."""
    return GARRISON if unit.guarding == 1 and unit.mission != IDLE else unit.mission


@rule
def service_of(kind: int) -> int:
    """Return the service of a unit, by its kind."""
    if kind >= POLICE:
        return POLICE_SERVICE
    return NAVY if kind == RIVER_INFANTRY else ARMY
