"""What fights do, shared by all mechanisms that start one: how many people fall, on which side, and
which civilians are hit. Losses are whole people.

`p` is always the parameter record of engagement; sources are on the pages of engagement and
rivalry.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from sim.model.chance import RIVAL_CIVILIANS, RIVAL_KILLED, VICTIM, binomial, mix, poisson, uniform
from sim.model.compile import rule
from sim.model.rules.bounds import clip
from sim.model.rules.units import duty
from sim.model.state.agents import (
    CHECKPOINT,
    GARRISON,
    IDLE,
    POLICE,
    TRANSIT,
    ArmedGroup,
    Community,
    Uid,
    Unit,
)
from sim.model.state.arrays import Diary, Floats, Sites, Today
from sim.model.state.counts import (
    FIGHTERS_LOST,
    HARM_ARMED,
    HARM_STATE,
    LEADERS_KILLED,
    RIVAL_CLASHES,
    STATE_LOSSES,
)
from sim.model.state.event_log import LEADER_KILLED, NO_SOURCE, RIVAL_CLASH, note

# kinds of target; the first three stand in the columns of `Fields.force` from N_PATROL on
PATROLS, POSTS, POLICE_TEAMS, COMMITTEES, INFRASTRUCTURE, RIVALS_CAMP = range(6)
ANYBODY = -1


class Engagement(Protocol):
    """What these rules read of the parameters of engagement, where the units stand."""

    core: float
    fear_per_act: float


class Rivalry(Protocol):
    """What these rules read of the parameters of rivalry."""

    break_share: float
    civilians: float


@rule
def deitchman(
    hidden: float, exposed: float, aim: float, sweep: float, minutes: float, hidden_break: float
) -> tuple[float, float]:
    """Fight for `minutes` by Deitchman's law: the hidden side aims (`d exposed = -aim hidden`) and
    the exposed side fires into an area (`d hidden = -sweep hidden exposed`). The fight ends early
    when the hidden side has lost the share `hidden_break` or one side has nobody left. Returns
    (losses of the exposed, losses of the hidden), real numbers. Conserves
    `sweep (G0^2 - G^2) / 2 = aim (I0 - I)`, G the exposed and I the hidden side."""
    g = exposed
    i = hidden
    left = minutes
    while left > 0.0 and g > 0.0 and i > hidden * (1.0 - hidden_break):
        dt = min(left, 0.25)
        mid_g = max(g - aim * i * dt * 0.5, 0.0)
        mid_i = max(i - sweep * i * g * dt * 0.5, 0.0)
        g = max(g - aim * mid_i * dt, 0.0)
        i = max(i - sweep * mid_i * mid_g * dt, 0.0)
        left -= dt
    return exposed - g, hidden - i


@rule
def square_law(
    first: float, second: float, first_break: float, second_break: float
) -> tuple[float, float]:
    """Fight in the open with equal arms until one side has lost its share and breaks; the rate of
    fire does not matter. Returns (losses of the first, losses of the second), real numbers."""
    time = min(first_break * first / max(second, 1e-9), second_break * second / max(first, 1e-9))
    return second * time, first * time


@rule
def whole(u: float, losses: float, people: float) -> int:
    """Draw a whole number of people lost, with the expectation `losses` and at most all of them."""
    n = int(people)
    if n <= 0:
        return 0
    return binomial(u, n, clip(losses / n, 0.0, 1.0))


@rule
def target_of(unit: Unit) -> int:
    """Return the kind of target that a unit is, by what it does today."""
    if unit.kind >= POLICE:
        return POLICE_TEAMS
    return POSTS if duty(unit) == GARRISON or duty(unit) == CHECKPOINT else PATROLS


@rule
def kill_soldiers(
    units: Sequence[Unit],
    site: int,
    target: int,
    killed: int,
    key: np.uint64,
    t: int,
    place: int,
    tally: Floats,
) -> int:
    """Take the dead from one package of a kind of target (or ANYBODY) posted at a site, the one
    with the highest draw, and then from the next. Returns how many were taken."""
    left = killed
    while left > 0:
        struck = -1
        most = -1.0
        for i in range(len(units)):
            unit = units[i]
            if (
                unit.alive == 1
                and unit.posting == site
                and unit.status != TRANSIT
                and unit.mission != IDLE
                and unit.soldiers >= 1.0
            ):
                if target == ANYBODY or target_of(unit) == target:
                    draw = uniform(key, VICTIM, t, unit.uid, 0)
                    if draw > most:
                        most = draw
                        struck = i
        if struck < 0:
            break
        lost = min(left, int(units[struck].soldiers))
        units[struck].soldiers -= lost
        left -= lost
    tally[STATE_LOSSES, place] += killed - left
    return killed - left


@rule
def kill_fighters(group: ArmedGroup, killed: int, core: float, place: int, tally: Floats) -> int:
    """Take losses from a group. Its core survives everything but a cued raid."""
    lost = min(killed, max(int(group.fighters - core), 0))
    group.fighters -= lost
    tally[FIGHTERS_LOST, place] += lost
    return lost


@rule
def harm_by_state(town: Community, people: float, tally: Floats) -> None:
    """Count civilians of a community hit by the state, at most all who live there."""
    people = min(people, math.floor(town.population))
    town.harm_state += people
    town.population -= people
    tally[HARM_STATE, town.theatre] += people


@rule
def harm_by_armed(town: Community, people: float, tally: Floats) -> None:
    """Count civilians of a community hit by armed groups, at most all who live there."""
    people = min(people, math.floor(town.population))
    town.harm_armed += people
    town.population -= people
    tally[HARM_ARMED, town.theatre] += people


@rule
def state_harm(town: Community) -> float:
    """Return how many of each 1,000 inhabitants the state has harmed lately, at most one. This
    provokes attacks and brings recruits."""
    return min(1000.0 * town.harm_state / max(town.population, 1.0), 1.0)


@rule
def frighten(town: Community, step: float) -> None:
    """Raise fear by a share of what is left to 1."""
    town.fear += step * (1.0 - town.fear)


@rule
def kill_leader(town: Community, killer: Uid, t: int, diary: Diary) -> None:
    """Kill the head of a community or of its committee, who counts among the people harmed by armed
    groups. The caller decides what this does to the committee."""
    tally = diary.tally
    tally[LEADERS_KILLED, town.theatre] += 1.0
    note(diary, t, LEADER_KILLED, town.theatre, town.cell, killer, town.uid, 1.0, NO_SOURCE)
    harm_by_armed(town, 1.0, tally)


@rule
def rival_fight(
    first: ArmedGroup,
    second: ArmedGroup,
    at: int,
    communities: Sequence[Community],
    sites: Sites,
    p: Engagement,
    rivalry: Rivalry,
    today: Today,
    diary: Diary,
) -> None:
    """Let two armed groups fight at the camp of the second, at site `at`, by the square law until
    one breaks. Civilians there are caught between them."""
    key, t, tally = today.key, today.t, diary.tally
    place = sites.theatre[at]
    pair = mix(first.uid ^ second.uid)
    lost_first, lost_second = square_law(
        first.fighters, second.fighters, rivalry.break_share, rivalry.break_share
    )
    fall_first = whole(
        uniform(key, RIVAL_KILLED, t, first.uid ^ pair, 0), lost_first, first.fighters
    )
    dead_first = kill_fighters(first, fall_first, p.core, place, tally)
    fall_second = whole(
        uniform(key, RIVAL_KILLED, t, second.uid ^ pair, 0), lost_second, second.fighters
    )
    dead_second = kill_fighters(second, fall_second, p.core, place, tally)
    dead = float(dead_first + dead_second)
    tally[RIVAL_CLASHES, place] += 1.0
    note(diary, t, RIVAL_CLASH, place, sites.cell[at], first.uid, second.uid, dead, NO_SOURCE)
    if at < len(communities):
        hit = poisson(uniform(key, RIVAL_CIVILIANS, t, pair, 0), rivalry.civilians)
        harm_by_armed(communities[at], hit, tally)
        frighten(communities[at], p.fear_per_act)
