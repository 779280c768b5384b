"""What is within reach of a site, by the kernel in `Near`, and which teams there can answer a
lead."""

from sim.model.compile import rule
from sim.model.state.arrays import ANSWERING, ANSWERS, RESPONDERS


@rule
def in_reach(force, column, site, near):
    """Sum a column of `Fields.force` over the sites within reach of a site, weighted by the
    kernel."""
    total = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        total += near.kernel[e] * force[near.site[e], column]
    return total


@rule
def nearness(site, other, near):
    """Return the kernel between two sites; 0 when one is out of reach of the other."""
    for e in range(near.start[site], near.start[site + 1]):
        if near.site[e] == other:
            return near.kernel[e]
    return 0.0


@rule
def knowledge_in_reach(force, site, near):
    """Return the mean local knowledge of the teams within reach of a site [0, 1]."""
    known = in_reach(force, RESPONDERS, site, near)
    return known / max(in_reach(force, ANSWERING, site, near), 1e-9)


@rule
def told(lead, t):
    """Return the column of `Fields.force` of the teams that have a lead: those of the service that
    was told, or all teams once it is shared."""
    return ANSWERING if t >= lead.shared else ANSWERS + lead.service


@rule
def able_to_answer(force, lead, t, near):
    """Return the teams within reach of a lead that have it."""
    return in_reach(force, told(lead, t), lead.site, near)
