"""4.16 Communities: cooperation, fear, departures.

Reads: communities (state, armed, harm, tips_8w, eradicated_ha). Writes: communities, tally. Weekly.
Chance: RETALIATION, RETALIATION_HARM, FLIGHT.

Cooperation is the sum of goodwill and mood. Goodwill rises with services where people are with the
state, falls with eradication, and reverts to its mean (without reversion the loop of harm and tips
is bistable). Mood is the effect of the remembered harm of each side per 1,000 inhabitants: harm by
the state lowers it, harm by armed groups raises it. It passes as the harm is forgotten, with a
half-life of some weeks (Condra and Shapiro 2012; Shaver and Shapiro 2021); a part of it,
`harm_slow` .2 [.1-.3], stays in goodwill (evidence B2). People under armed rule report nothing
(`information`), so rule costs no goodwill as well.

Armed groups retaliate against informers at the hazard `retaliation x reports of 8 weeks x a (1 -
a)` a week, most where they are strong but not in sole control (Kalyvas). Most of these acts are
threats; some harm people, and these count as attacks. Each one raises fear, which fades by .02-.05
a week. Above a level of fear people leave, as whole persons.

Left out: the return of those who left, where people flee to, and rivalry within a community.
"""

import math
from typing import Any

from sim.model.chance import FLIGHT, RETALIATION, RETALIATION_HARM, U, poisson, uniform
from sim.model.compile import loop, rule
from sim.model.rules.bounds import clip
from sim.model.rules.violence import frighten, harm_by_armed
from sim.model.state.agents import Community
from sim.model.state.arrays import Diary, Places, Today
from sim.model.state.counts import ATTACKS, DISPLACED, RETALIATIONS
from sim.model.state.event_log import NO_SOURCE, note
from sim.model.state.event_log import RETALIATION as LOG_RETALIATION


class Parameters:
    gain_services: float  # per week: cooperation gained where the state governs and serves
    # 1,000/person: cooperation lost, while it is remembered, per person harmed by the state per
    # 1,000
    cost_harm_state: float
    # 1,000/person: cooperation gained, while it is remembered, per person harmed by armed groups
    # per 1,000
    gain_harm_armed: float
    # share: part of the first effect of harm on cooperation that stays after the harm is forgotten
    harm_slow: float
    cost_eradication: float  # per week: cooperation lost per 100 ha eradicated per 1,000 people
    reversion: float  # per week: rate at which cooperation reverts
    harm_half_life_weeks: float  # weeks: half-life of harm in memory
    # per report: acts against informers a week per report of recent weeks where
    # people are contested
    retaliation: float
    retaliation_harm: float  # people: people harmed in one act against informers; most are threats
    fear_step: float  # share: fear that one act against informers adds
    fear_decay: float  # per week: rate at which fear fades
    leave_rate: float  # per week: share of people who leave a week per unit of fear above the limit
    leave_fear: float  # share: fear above which people leave
    flow_memory: float  # per week: weight of the last week in what passes a community
    harm_cap: float  # people/1,000: harm beyond which cooperation changes no more


@rule
def support(town: Community, p: Parameters) -> float:
    """Return the change of cooperation in a week from services where people are with the state."""
    return p.gain_services * town.services * town.state


@rule
def fading(p: Parameters) -> float:
    """Return the share of remembered harm that is left after a week."""
    return math.exp(-math.log(2.0) / max(p.harm_half_life_weeks, 1e-9))


@rule
def mood(town: Community, p: Parameters) -> float:
    """Return what remembered harm adds to cooperation, or takes from it."""
    per_1000 = 1000.0 / max(town.population, 1.0)
    gained = p.gain_harm_armed * min(town.harm_armed * per_1000, p.harm_cap)
    return gained - p.cost_harm_state * min(town.harm_state * per_1000, p.harm_cap)


@rule
def goodwill_after(town: Community, p: Parameters) -> float:
    """Return goodwill a week later. The share `harm_slow` of an incident's first mood stays in
    goodwill; it is added over the weeks in which the incident is forgotten."""
    change = support(town, p) + p.harm_slow * (1.0 - fading(p)) * mood(town, p)
    change -= p.cost_eradication * min(
        town.eradicated_ha * 10.0 / max(town.population, 1.0), p.harm_cap
    )
    change -= p.reversion * (town.goodwill - town.cooperation_0)
    return clip(town.goodwill + change, 0.0, 1.0)


@rule
def retaliation_rate(town: Community, p: Parameters) -> float:
    """Return the acts against informers in a week: selective violence answers reports where armed
    groups hold much of a place, but not all of it."""
    return p.retaliation * town.tips_8w * town.armed * (1.0 - town.armed)


@rule
def leaving(town: Community, p: Parameters) -> float:
    """Return the expected number of people who leave in a week."""
    return town.population * p.leave_rate * max(town.fear - p.leave_fear, 0.0)


@rule
def struck_back(town: Community, p: Parameters, today: Today, diary: Diary) -> None:
    """Let armed groups threaten informers and harm some of them. While held (burn-in) nobody is
    harmed, but the acts count for the baseline that command knows."""
    key, t, tally = today.key, today.t, diary.tally
    if uniform(key, RETALIATION, t, town.uid, 0) >= 1.0 - math.exp(-retaliation_rate(town, p)):
        return
    harmed = poisson(uniform(key, RETALIATION_HARM, t, town.uid, 0), p.retaliation_harm)
    tally[RETALIATIONS, town.theatre] += 1.0
    tally[ATTACKS, town.theatre] += min(harmed, 1)
    note(
        diary, t, LOG_RETALIATION, town.theatre, town.cell, U(0), town.uid, float(harmed), NO_SOURCE
    )
    frighten(town, p.fear_step)
    if today.held == 0:
        harm_by_armed(town, harmed, tally)


@loop
def live(places: Places, parameters: Any, today: Today, diary: Diary) -> None:
    """Run one week. While held (burn-in) cooperation and population stay as they are, and up to
    day 0 the level to which goodwill reverts is set so that day 0 is at rest."""
    held, key, t = today.held, today.key, today.t
    tally = diary.tally
    communities = places.communities
    p = parameters.communities[0]
    fade = fading(p)
    for i in range(len(communities)):
        town = communities[i]
        town.kg_recent += (town.kg_passed - town.kg_recent) * p.flow_memory
        town.fear *= 1.0 - p.fear_decay
        struck_back(town, p, today, diary)
        if today.opening == 1:
            town.cooperation_0 = town.goodwill - support(town, p) / max(p.reversion, 1e-9)
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
