"""The opening position: who and what stands where on the first day.

Each function fills one table. A draw is keyed by the agent that it places, so that more agents of
one family change nothing for those of another.
"""

from sim.simulation.build.opening.armed import groups, parties
from sim.simulation.build.opening.forces import partners, units
from sim.simulation.build.opening.people import communities, name_communities, young_coca
from sim.simulation.build.opening.settings import basins, levers, theatres
from sim.simulation.build.opening.trade import labs, markets, networks, open_routes

__all__ = [
    "basins",
    "communities",
    "groups",
    "labs",
    "levers",
    "markets",
    "name_communities",
    "networks",
    "open_routes",
    "parties",
    "partners",
    "theatres",
    "units",
    "young_coca",
]
