"""What stands within reach of a site: the kernel over `Near`, and who there can answer a lead."""

from sim.model.compile import rule
from sim.model.state.arrays import ANSWERING, ANSWERS, RESPONDERS


@rule
def in_reach(force, column, site, near):
    """What stands within reach of a site, by a column of `Fields.force`."""
    total = 0.0
    for e in range(near.start[site], near.start[site + 1]):
        total += near.k[e] * force[near.site[e], column]
    return total


@rule
def nearness(site, other, near):
    """The kernel between two sites, 0 out of reach."""
    for e in range(near.start[site], near.start[site + 1]):
        if near.site[e] == other:
            return near.k[e]
    return 0.0


@rule
def knowledge_in_reach(force, site, near):
    """Mean local knowledge of the teams within reach of a site [0, 1]."""
    known = in_reach(force, RESPONDERS, site, near)
    return known / max(in_reach(force, ANSWERING, site, near), 1e-9)


@rule
def told(lead, t):
    """Column of `Fields.force` of those who have a lead: the service that was told, and all once it is shared."""
    return ANSWERING if t >= lead.shared else ANSWERS + lead.service


@rule
def able_to_answer(force, lead, t, near):
    """Teams within reach of a lead that have it."""
    return in_reach(force, told(lead, t), lead.site, near)
