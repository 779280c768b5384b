"""Apply dated events to a world under way.

An event replaces values of the scenario for some days, or is a shock from outside the model.
Whatever can change is written anew from the scenario of the day, so that an event that has ended
leaves nothing behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.chance import ROUTE_SEARCHED, U, uniform
from sim.model.state.clock import tally_row
from sim.model.state.counts import HARM_ARMED, HARM_STATE
from sim.model.state.world import World
from sim.names import EXITS, THEATRES
from sim.scenario.events import scenario_on, shocks_on
from sim.simulation.build import opening
from sim.simulation.build.map_arrays import prices_of
from sim.simulation.build.world import parameters_of
from sim.simulation.orders import announce
from sim.strategies.tasking import apportion

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

BY_SIDE = {"state": ("harm_state", HARM_STATE), "armed": ("harm_armed", HARM_ARMED)}


def lay(world: World, scenario: Scenario, day: int) -> Scenario:
    """Write the values that hold from `day` of the horizon on into the world.

    This also applies what happens once that day, and returns the scenario of the day for the
    strategy.
    """
    today = scenario_on(scenario, day)
    for record, fresh in zip(world.parameters, parameters_of(today)):
        record[:] = fresh
    world.levers[:] = opening.levers(today)
    world.places.theatres.eradicate_ha_year = opening.theatres(today).eradicate_ha_year
    world.places.theatres.cleared_ha_year = 0.0
    world.legs.route_effort[:] = 0.0
    prices = prices_of(today)
    for name, value in shocks_on(scenario, day):
        match name.split("."):
            case ["price", exit_]:
                prices[EXITS.index(exit_)] *= value
            case ["transport", "outbound_capacity"]:
                world.levers.outbound = value
            case ["eradicate"]:
                theatre = THEATRES.index(value["theatre"])
                world.places.theatres.cleared_ha_year[theatre] = value["ha_per_year"]
            case ["route_effort"]:
                search_routes(world, **value)
            case ["announce_departure"]:
                announce(world, THEATRES.index(value["theatre"]), value["leave_day"])
            case ["civilian_harm"]:
                harm(world, value, day)
    world.commerce.prices[:] = prices
    return today


def search_routes(
    world: World, share_of_routes: float, effort: float, exit: str | None = None, draw: int = 0
) -> None:
    """Lay a search that nobody sees over a share of the routes, or of those to one exit.

    With the same `draw`, a larger share searches the routes of a smaller share and more.
    """
    key, ends = U(world.key), world.route_facts.exit
    with np.errstate(over="ignore"):
        drawn = np.array(
            [uniform(key, ROUTE_SEARCHED, draw, U(route), 0) for route in range(len(ends))]
        )
    where = (drawn < share_of_routes) & ((ends == EXITS.index(exit)) if exit else True)
    world.legs.route_effort[where] = effort


def harm(world: World, incident: Any, day: int) -> None:
    """Kill whole people, spread over the communities of a theatre by population.

    No community loses more people than it has.
    """
    towns = world.places.communities
    here = np.flatnonzero(towns.theatre == THEATRES.index(incident["theatre"]))
    struck = np.bincount(
        here[apportion(towns.population[here], incident["people"])], minlength=len(towns)
    )
    struck = np.minimum(struck, np.floor(towns.population))
    field, quantity = BY_SIDE[incident["side"]]
    towns[field] += struck
    towns.population = towns.population - struck
    burn_in = int(world.levers[0].burn_in)
    week, theatre = tally_row(day + burn_in, burn_in), THEATRES.index(incident["theatre"])
    world.tally[week, quantity, theatre] += struck.sum()
