"""Single events, kept only when the scenario asks for them: `[record] events = true`."""

from typing import NamedTuple

from sim.model.compile import rule
from sim.model.state.agents import Uid
from sim.model.state.arrays import Diary


class EventKind(NamedTuple):
    """A kind of event, as it is named in the results."""

    name: str
    unit: str  # of the event's quantity


_kinds: list[EventKind] = []


def _kind(name: str, unit: str) -> int:
    """Add a kind of event to the list and return its code."""
    _kinds.append(EventKind(name, unit))
    return len(_kinds) - 1


ATTACK = _kind("attack", "acts")
AMBUSH = _kind("ambush", "people killed")
CLASH = _kind("clash", "fighters killed")
LEADER_KILLED = _kind("leader_killed", "people killed")
SEIZURE = _kind("seizure", "kg")
LAB_DESTROYED = _kind("laboratory_destroyed", "kg")
STRIP_CRATERED = _kind("strip_cratered", "strips")
INCURSION = _kind("incursion", "fighters")
DEPARTURE = _kind("departure", "people")
ARRIVAL = _kind("arrival", "people")
ARREST = _kind("arrest", "firms")
RIVAL_CLASH = _kind("rival_clash", "fighters killed")
RETALIATION = _kind("retaliation", "people harmed")
ENTRY = _kind("third_group_entry", "fighters")
EVENT_KINDS = tuple(_kinds)

# Slots of `Arrays.status`: FULL holds the code of the table that has no row left (0: none), LOGGED
# the number of events written since the last cut, LOGGING is 1 when the run keeps events.
FULL, LOGGED, LOGGING = range(3)
# The codes in slot FULL. Codes 1 to 6 are the tables of `Actors`, in the order of its fields.
TABLES = ("", "units", "groups", "networks", "shipments", "labs", "leads", "events")
GROUPS_FULL, SHIPMENTS_FULL, LABS_FULL, LEADS_FULL, EVENTS_FULL = (
    TABLES.index(name) for name in ("groups", "shipments", "labs", "leads", "events")
)
NO_SOURCE = -1  # of an event that no report or search led to


class Event:
    """One event."""

    t: int  # days from the first day of the burn-in
    kind: int  # ATTACK .. ENTRY
    theatre: int
    cell: int  # active cell, -1 when the event has no place on the map
    uid: Uid  # the agent that acted or moved
    other: Uid  # the agent that it was done to, 0 when there is none
    quantity: float  # in the unit of its kind
    source: int  # BY_TIP .. BY_LEAD, NO_SOURCE when none is known


@rule
def note(
    diary: Diary,
    t: int,
    kind: int,
    place: int,
    cell: int,
    uid: Uid,
    other: Uid,
    quantity: float,
    source: int,
) -> None:
    """Write an event if the run keeps events. A full table of events ends the stretch."""
    events, status = diary.events, diary.status
    if status[LOGGING] == 1:
        if status[LOGGED] >= len(events):
            status[FULL] = EVENTS_FULL
            return
        event = events[status[LOGGED]]
        event.t = t
        event.kind = kind
        event.theatre = place
        event.cell = cell
        event.uid = uid
        event.other = other
        event.quantity = quantity
        event.source = source
        status[LOGGED] += 1
