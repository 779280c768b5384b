"""Single events, kept only when the scenario asks for them (`[record] events = true`)."""

from sim.model.compile import rule
from sim.model.state.agents import Uid

(
    ATTACK,
    AMBUSH,
    CLASH,
    LEADER_KILLED,
    SEIZURE,
    LAB_DESTROYED,
    STRIP_CRATERED,
    INCURSION,
    DEPARTURE,
    ARRIVAL,
    ARREST,
    RIVAL_CLASH,
    RETALIATION,
    ENTRY,
) = range(14)
EVENT_KINDS = (
    "attack",
    "ambush",
    "clash",
    "leader_killed",
    "seizure",
    "laboratory_destroyed",
    "strip_cratered",
    "incursion",
    "departure",
    "arrival",
    "arrest",
    "rival_clash",
    "retaliation",
    "third_group_entry",
)
EVENT_UNITS = (
    "acts",
    "people killed",
    "fighters killed",
    "people killed",
    "kg",
    "kg",
    "strips",
    "fighters",
    "people",
    "people",
    "firms",
    "fighters killed",
    "people harmed",
    "fighters",
)
# Slots of `Arrays.status`: the table that ran full, events logged since the last cut, whether events are kept.
FULL, LOGGED, LOGGING = range(3)
TABLES = (
    "",
    "units",
    "groups",
    "networks",
    "shipments",
    "labs",
    "leads",
    "events",
)  # by the code in slot FULL
_, UNITS_FULL, GROUPS_FULL, NETWORKS_FULL, SHIPMENTS_FULL, LABS_FULL, LEADS_FULL, EVENTS_FULL = (
    range(len(TABLES))
)


class Event:
    """One event; `cell` is -1 where it has no place on the map, `source` -1 where none is known."""

    t: int  # days from the first day of the burn-in
    kind: int  # ATTACK .. ENTRY
    theatre: int
    cell: int  # active cell
    uid: Uid  # of who did it or moved
    other: Uid  # of whom it was done to, 0 none
    quantity: float  # in the unit of its kind
    source: int  # BY_TIP .. BY_LEAD, -1 none


@rule
def note(events, status, t, kind, place, cell, uid, other, quantity, source):
    """Write an event if the run keeps them; a full table ends the stretch."""
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
