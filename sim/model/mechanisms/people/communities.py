"""4.16 Communities: cooperation, fear, committees, departures.

Reads: communities (state, armed, felt, holder, levied, harm, tips_8w, eradicated_ha). Writes: communities, tally. Weekly. Chance:
RETALIATION, RETALIATION_HARM, FLIGHT.

Cooperation is goodwill and mood. Goodwill rises with services and protection (mostly where control is held), falls with eradication,
coercion and extortion, and reverts to its mean (without that, harm-tips-harm is bistable). Mood is what the remembered harm of each side
per 1,000 inhabitants does, by the state down, by armed groups up, and passes as the harm is forgotten, with a half-life of some weeks
(Condra and Shapiro 2012; Shaver and Shapiro 2021); a part of it, `harm_slow` .2 [.1-.3], stays in goodwill (evidence B2). Informers are
struck back at, at the hazard `kappa x reports of 8 weeks x a (1 - a)` a
week, worst where armed groups are strong but not sole masters (Kalyvas): most are threats, some harm people, and these count as attacks;
fear follows each, and fades by .02-.05 a week. Above a level of fear people leave, whole persons. A committee's vigour falls by .02 a
week where no force is felt, where armed groups hold the place, or under fear above .6; the same wears a northern ronda down, but for the
army, whose support it never had. Committees exist in the VRAEM only (915 with 6,400 weapons, F0555-F0556).

Left out: return of those who left, who flees to whom, and rivalry within a community."""

import math

from sim.model.chance import FLIGHT, RETALIATION, RETALIATION_HARM, U, poisson, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.violence import frighten, harm_by_armed
from sim.model.state.agents import ARMED
from sim.model.state.counts import ATTACKS, DISPLACED, RETALIATIONS
from sim.model.state.event_log import RETALIATION as LOG_RETALIATION
from sim.model.state.event_log import note


class Parameters:
    gain_services: float
    cost_harm_state: float
    gain_harm_armed: float
    harm_slow: float
    cost_eradication: float
    cost_coercion: float
    cost_extortion: float
    reversion: float
    harm_half_life_weeks: float
    retaliation: float
    retaliation_harm: float
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
    """What services under state control, and coercion and extortion by armed groups, do to cooperation in a week."""
    return (
        p.gain_services * town.services * town.state
        - p.cost_coercion * town.armed
        - p.cost_extortion * town.levied
    )


@rule
def fading(p):
    """What is left of remembered harm after a week."""
    return math.exp(-math.log(2.0) / max(p.harm_half_life_weeks, 1e-9))


@rule
def mood(town, p):
    """What the harm that is remembered adds to cooperation, or takes from it."""
    per_1000 = 1000.0 / max(town.population, 1.0)
    gained = p.gain_harm_armed * min(town.harm_armed * per_1000, p.harm_cap)
    return gained - p.cost_harm_state * min(town.harm_state * per_1000, p.harm_cap)


@rule
def goodwill_after(town, p):
    """Goodwill a week later. Of an incident `harm_slow` of its first mood stays, added up over the weeks in which it is forgotten."""
    change = support(town, p) + p.harm_slow * (1.0 - fading(p)) * mood(town, p)
    change -= p.cost_eradication * min(
        town.eradicated_ha * 10.0 / max(town.population, 1.0), p.harm_cap
    )
    change -= p.reversion * (town.goodwill - town.cooperation_0)
    return clip(town.goodwill + change, 0.0, 1.0)


@rule
def retaliation_rate(town, p):
    """Acts against informers in a week: selective violence answers reports where armed groups hold much, but not all."""
    return p.retaliation * town.tips_8w * town.armed * (1.0 - town.armed)


@rule
def supported(town, p):
    """Whether a committee or ronda keeps heart."""
    return (
        town.fear < p.fear_limit
        and town.holder != ARMED
        and (town.ronda == 1 or town.felt > p.support_above)
    )


@rule
def leaving(town, p):
    """Expected people who leave in a week."""
    return town.population * p.leave_rate * max(town.fear - p.leave_fear, 0.0)


@rule
def struck_back(town, held, events, status, key, t, p, tally):
    """Informers are threatened, and some are harmed. While held nobody is, but acts count for the baseline that command knows."""
    if uniform(key, RETALIATION, t, town.uid, 0) >= 1.0 - math.exp(-retaliation_rate(town, p)):
        return
    harmed = poisson(uniform(key, RETALIATION_HARM, t, town.uid, 0), p.retaliation_harm)
    tally[RETALIATIONS, town.theatre] += 1.0
    tally[ATTACKS, town.theatre] += min(harmed, 1)
    note(
        events,
        status,
        t,
        LOG_RETALIATION,
        town.theatre,
        town.cell,
        U(0),
        town.uid,
        float(harmed),
        -1,
    )
    frighten(town, p.fear_step)
    if held == 0:
        harm_by_armed(town, harmed, tally)


@loop
def live(places, parameters, today, diary):
    """One week. While held (burn-in) cooperation and population stay as they are, and the level that cooperation reverts to is set
    so that day 0 is at rest."""
    held, key, t = today.held, today.key, today.t
    events, tally = diary.events, diary.tally
    communities, status = places.communities, diary.status
    p = parameters.communities[0]
    fade = fading(p)
    for i in range(len(communities)):
        town = communities[i]
        town.kg_recent += (town.kg_passed - town.kg_recent) * p.flow_memory
        town.fear *= 1.0 - p.fear_decay
        struck_back(town, held, events, status, key, t, p, tally)
        if held == 1:
            town.cooperation_0 = town.goodwill - support(town, p) / max(p.reversion, 1e-9)
        town.vigour = clip(
            town.vigour + (p.vigour_step if supported(town, p) else -p.vigour_step), 0.0, 1.0
        )
        if held == 0:
            town.goodwill = goodwill_after(town, p)
            town.cooperation = clip(town.goodwill + mood(town, p), 0.0, 1.0)
            left = min(
                math.floor(leaving(town, p) + uniform(key, FLIGHT, t, town.uid, 0)),
                math.floor(town.population),
            )
            town.population -= left
            town.displaced += left
            tally[DISPLACED, town.theatre] += left
        town.harm_state *= fade
        town.harm_armed *= fade
        town.kg_passed = 0.0
        town.eradicated_ha = 0.0
