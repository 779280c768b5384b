"""Filing a report: which service hears of it, and its row in the table of leads."""

from collections.abc import Sequence

from sim.model.chance import child_uid
from sim.model.compile import rule
from sim.model.state.agents import ARMY, NAVY, OPEN, POLICE_SERVICE, Lead, Uid
from sim.model.state.arrays import Ints
from sim.model.state.event_log import FULL, LEADS_FULL
from sim.model.state.rows import free_row


@rule
def told_to(u: float, army: float, navy: float, police: float) -> int:
    """Return the service that is told, by people on task in reach; the army where there are
    none."""
    mark = u * (army + navy + police)
    if mark < army or army + navy + police <= 0.0:
        return ARMY
    return NAVY if mark < army + navy else POLICE_SERVICE


@rule
def file_lead(
    leads: Sequence[Lead],
    kind: int,
    target: Uid,
    row: int,
    site: int,
    t: int,
    received: int,
    service: int,
    shared: int,
    source: int,
    status: Ints,
) -> None:
    """Write a lead into the lowest free row. A full table ends the stretch (LEADS_FULL)."""
    at = free_row(leads)
    if at < 0:
        status[FULL] = LEADS_FULL
        return
    lead = leads[at]
    lead.alive = OPEN
    lead.uid = child_uid(target, t, source)
    lead.kind = kind
    lead.target = target
    lead.row = row
    lead.site = site
    lead.seen = t
    lead.received = received
    lead.service = service
    lead.shared = shared
    lead.source = source
