"""4.10 Protection: what the state, its allies and rondas keep safe, and the vacuum that they leave.

Reads: communities (felt coverage, ronda, under_rule, population). Writes: communities (civil,
protection, protection_usual, vigour, vacuum; on day 0 protection_0). Weekly; no chance.

Protection is `s = 1 - (1 - C_f)(1 - C_p)(1 - civil)(1 - order)`, four parts that each hold on their
own. C_f and C_p are the felt coverage of soldiers with committees and of police (`presence`). Civil
is the presence of the civil state, `civil x pop / (pop + 3,000)`: courts, schools, a town hall. It
stays when troops leave. Order is what a northern ronda keeps, its vigour x `ronda_shield`. A plain
sum of the four would pass 1, and a third of the people would then notice no change.

The vigour v of a committee follows `dv/dt = (P (1 - B) - v) / 26 weeks` with `P = 1 - exp(-felt /
.25)` and B the people under armed rule: a committee needs soldiers behind it and fades under its
enemy. A ronda follows the same law with P = 1, since it never had the army. Vigour falls at once
where a committee is attacked (`engagement`). Committees exist in the VRAEM only (915 with 6,400
weapons, F0555 and F0556).

The vacuum of a place is `max(s_0 - s, 0) / max(s_0 - civil, .05)`: what the state was on day 0
beyond its civil presence, and no longer is. What the state never held is no vacuum.

Left out: deals between a committee and armed groups; officials who leave with the troops; a civil
state that differs between towns of one size. All numbers are assumed.
"""

import math
from typing import Any

from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.state.agents import Community
from sim.model.state.arrays import Places

LEAST_STATE = 0.05  # least presence of the state that a vacuum is measured against


class Parameters:
    civil: float  # share: protection by the civil state alone in a large town
    civil_people: float  # people: size of a town that has half of it
    ronda_shield: float  # share: order that a northern ronda in full vigour keeps
    vigour_weeks: float  # weeks: time constant of a committee's or ronda's vigour
    vigour_scale: float  # share: felt coverage that gives a committee 63 % of its vigour
    usual_weeks: float  # weeks: memory of what protection was usual


@rule
def civil_state(people: float, p: Parameters) -> float:
    """Return the protection by the civil state in a place of this size."""
    return p.civil * people / max(people + p.civil_people, 1e-9)


@rule
def order_kept(town: Community, p: Parameters) -> float:
    """Return the order that a ronda keeps; 0 where there is none."""
    return p.ronda_shield * town.vigour if town.ronda == 1 else 0.0


@rule
def protection_of(town: Community, p: Parameters) -> float:
    """Return s, from the four parts as they are now."""
    forces = (1.0 - town.felt_soldiers) * (1.0 - town.felt_police)
    return 1.0 - forces * (1.0 - town.civil) * (1.0 - order_kept(town, p))


@rule
def vigour_aim(town: Community, p: Parameters) -> float:
    """Return the vigour towards which a committee or ronda moves."""
    backed = 1.0 if town.ronda == 1 else 1.0 - math.exp(-town.felt / max(p.vigour_scale, 1e-9))
    return backed * (1.0 - town.under_rule)


@rule
def share_of_week(weeks: float) -> float:
    """Return how far a stock with this time constant moves in a week."""
    return 1.0 - math.exp(-1.0 / max(weeks, 1e-9))


@rule
def vacuum_of(town: Community) -> float:
    """Return the share of the state's presence on day 0 that is gone."""
    was = max(town.protection_0 - town.civil, LEAST_STATE)
    return clip((town.protection_0 - town.protection) / was, 0.0, 1.0)


@loop
def protect(places: Places, parameters: Any) -> None:
    """Run one week: protection, what was usual of late, and the vigour of committees."""
    communities = places.communities
    p = parameters.protection[0]
    usual, spirit = share_of_week(p.usual_weeks), share_of_week(p.vigour_weeks)
    for i in range(len(communities)):
        town = communities[i]
        town.civil = civil_state(town.population, p)
        town.protection = protection_of(town, p)
        town.protection_usual += usual * (town.protection - town.protection_usual)
        town.vigour += spirit * (vigour_aim(town, p) - town.vigour)
        town.vacuum = vacuum_of(town)


@loop
def mark_protection(places: Places) -> None:
    """Keep protection as that of day 0, which the vacuum is measured against."""
    communities = places.communities
    for i in range(len(communities)):
        communities[i].protection_0 = communities[i].protection
        communities[i].vacuum = 0.0
