"""4.7 Corruption: a post is bought by the loads that pass it, and by nothing else.

Reads: fields (force), sites. Writes: units (bribed_usd), communities (bribes_usd). Daily; no
chance.

Loads pay at the posts that let them pass (detection). The people on task there share the day's
bribes. What they have taken fades as men are replaced and arrangements lapse:
`db/dt = paid / people - b / days`, b in USD a person, days 180 [60-720]. The share of stops that
are bought off is `c (1 - exp(-b / price))`, c .2 [0-.6] (assumed, as is the price, some
months' pay of a soldier). Where a steady r USD a person and day is paid from the day
of arrival, `b = 180 r (1 - exp(-t / 180))`. For small sums corruption is then
`c' (1 - exp(-days at this post / 180))`, with a c' that grows with the traffic. A unit that moves
to another place starts from zero (redeployment). Rotating the units of a busy post therefore keeps
it clean, and a post that no load passes is never bought.

Left out: superiors who are paid from elsewhere; a firm that has bought a post for itself (here all
firms profit from what one pays); bribes after an arrest; the effect of past bribes on the units
that are posted there next.
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.units import duty
from sim.model.state.agents import CHECKPOINT, POSTED, PREPARING, RIVER_PATROL
from sim.model.state.arrays import POST_PEOPLE, RIVER_PEOPLE, Actors, Fields, Places, Sites


class Parameters:
    days: float  # days: days after which what a post's people took has lost its hold by e


@rule
def taken_after(bribed: float, paid: float, people: float, p: Parameters) -> float:
    """Return the USD that each of a post's people has taken, after a day on which `paid` came
    in."""
    return bribed * math.exp(-1.0 / max(p.days, 1e-9)) + (paid / people if people > 0.0 else 0.0)


@loop
def corruption(
    actors: Actors, places: Places, fields: Fields, sites: Sites, parameters: Any
) -> None:
    """Share out the day's bribes."""
    units = actors.units
    communities = places.communities
    force = fields.force
    site_post = sites.post
    p = parameters.corruption[0]
    for i in range(len(units)):
        unit = units[i]
        post = site_post[unit.posting]
        paid = 0.0
        stands = unit.status == POSTED or unit.status == PREPARING
        if (
            unit.alive == 1
            and stands
            and post < len(communities)
            and (duty(unit) == CHECKPOINT or duty(unit) == RIVER_PATROL)
        ):
            paid = communities[post].bribes_usd
        if paid > 0.0 or unit.bribed_usd > 0.0:
            unit.bribed_usd = taken_after(
                unit.bribed_usd, paid, force[post, POST_PEOPLE] + force[post, RIVER_PEOPLE], p
            )
    for i in range(len(communities)):
        communities[i].bribes_usd = 0.0
