"""4.16 Communities: cooperation, fear, committees, departures.

Reads: communities (state, armed, felt, harm, tips_8w, eradicated_ha). Writes: communities, tally. Weekly; no chance.

Cooperation rises with services and protection (mostly where control is held), falls with harm by the state per 1,000 inhabitants,
eradication and coercion, and reverts to its mean (without that, harm-tips-harm is bistable); harm by armed groups raises it (S24). Harm
decays with a half-life of some weeks. Fear: retaliation against informers, which is worst where armed groups are strong but not sole
masters (Kalyvas), decay .02-.05 a week. A committee's vigour falls by .02 a week without state support or under fear above .6. Committees
exist in the VRAEM only (915 with 6,400 weapons, F0555-F0556)."""

import math

from sim.kernel import loop, rule
from sim.world.tables import clip
from sim.world.tally import DISPLACED


class Parameters:
    gain_services: float
    cost_harm_state: float
    gain_harm_armed: float
    cost_eradication: float
    cost_coercion: float
    reversion: float
    harm_half_life_weeks: float
    retaliation: float
    fear_step: float
    fear_decay: float
    vigour_step: float
    support_above: float
    fear_limit: float
    leave_rate: float
    leave_fear: float
    flow_memory: float
    harm_cap: float


@rule
def support(town, p):
    """What services under state control and coercion by armed groups do to cooperation in a week."""
    return p.gain_services * town.services * town.state - p.cost_coercion * town.armed


@rule
def cooperation_after(town, p):
    """Cooperation a week later."""
    per_1000 = 1000.0 / max(town.population, 1.0)
    change = support(town, p)
    change -= p.cost_harm_state * min(town.harm_state * per_1000, p.harm_cap)
    change += p.gain_harm_armed * min(town.harm_armed * per_1000, p.harm_cap)
    change -= p.cost_eradication * min(town.eradicated_ha * per_1000 / 100.0, p.harm_cap)
    change -= p.reversion * (town.cooperation - town.cooperation_0)
    return clip(town.cooperation + change, 0.0, 1.0)


@rule
def fear_after(town, p):
    """Fear a week later: selective violence answers reports where armed groups hold much, but not all."""
    struck = p.retaliation * town.tips_8w * town.armed * (1.0 - town.armed)
    return clip(town.fear + p.fear_step * min(struck, 1.0) * (1.0 - town.fear) - p.fear_decay * town.fear, 0.0, 1.0)


@loop
def live(places, parameters, held, tally):
    """One week. While held (burn-in) cooperation and population stay as they are, and the level that cooperation reverts to is set
    so that day 0 is at rest."""
    communities = places.communities
    p = parameters.communities[0]
    fade = math.exp(-math.log(2.0) / max(p.harm_half_life_weeks, 1e-9))
    for i in range(len(communities)):
        town = communities[i]
        town.kg_recent += (town.kg_passed - town.kg_recent) * p.flow_memory
        town.fear = fear_after(town, p)
        if held == 1:
            town.cooperation_0 = town.cooperation - support(town, p) / max(p.reversion, 1e-9)
        supported = town.felt > p.support_above and town.fear < p.fear_limit
        town.vigour = clip(town.vigour + (p.vigour_step if supported else -p.vigour_step), 0.0, 1.0)
        if held == 0:
            town.cooperation = cooperation_after(town, p)
            if town.fear > p.leave_fear:
                left = town.population * p.leave_rate * (town.fear - p.leave_fear)
                town.population -= left
                town.displaced += left
                tally[DISPLACED, town.theatre] += left
        town.harm_state *= fade
        town.harm_armed *= fade
        town.kg_passed = 0.0
        town.eradicated_ha = 0.0
