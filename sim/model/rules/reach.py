"""What is within reach of a site, by the kernel in `Near`, and which teams there can answer a
lead."""

from sim.model.compile import rule
from sim.model.state.agents import Lead
from sim.model.state.arrays import ANSWERING, ANSWERS, RESPONDERS, Floats, Near


@rule
def in_reach(force: Floats, column: int, site: int, near: Near) -> float:
    """Sum a column of `Fields.force` over the sites within reach of a site, weighted by the
    kernel."""
    total = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        total += near.kernel[e] * force[near.site[e], column]
    return total


@rule
def nearness(site: int, other: int, near: Near) -> float:
    """Return the kernel between two sites; 0 when one is out of reach of the other."""
    for e in range(near.start[site], near.start[site + 1]):
        if near.site[e] == other:
            return near.kernel[e]  # type: ignore[no-any-return]
    return 0.0


@rule
def knowledge_in_reach(force: Floats, site: int, near: Near) -> float:
    """Return the mean local knowledge of the teams within reach of a site [0, 1]."""
    known = in_reach(force, RESPONDERS, site, near)
    return known / max(in_reach(force, ANSWERING, site, near), 1e-9)


@rule
def told(lead: Lead, t: int) -> int:
    """Return the column of `Fields.force` of the teams that have a lead: those of the service that
    was told, or all teams once it is shared."""
    return ANSWERING if t >= lead.shared else ANSWERS + lead.service


@rule
def able_to_answer(force: Floats, lead: Lead, t: int, near: Near) -> float:
    """Return the teams within reach of a lead that have it."""
    return in_reach(force, told(lead, t), lead.site, near)
