"""Fields of coca by age: planting, ripening and losing them.

`young` is f8[communities, AGES, 2]: hectares that do not bear yet, by week of planting. Its last
index is 1 for ground eradicated before.
"""

from typing import Protocol

from sim.model.compile import rule
from sim.model.rules.bounds import clip
from sim.model.state.agents import Community
from sim.model.state.arrays import AGES, Floats
from sim.model.state.counts import COCA_PLANTED


class Ripening(Protocol):
    """What ripening reads of the parameters of crops."""

    maturation_weeks: float
    ramp_weeks: float


@rule
def bearing(age: float, maturation_weeks: float, ramp_weeks: float) -> float:
    """Return the share of a field that counts as bearing at an age in weeks."""
    if age < maturation_weeks:
        return 0.0
    return min((age - maturation_weeks) / ramp_weeks, 1.0) if ramp_weeks > 0.0 else 1.0


@rule
def week_of(t: int, burn_in: int) -> int:
    """Return the weeks since the first day of the horizon. Each week of planting has its own place
    in `young`."""
    return (t - burn_in) // 7


@rule
def ripen(town: Community, young: Floats, i: int, week: int, p: Ripening) -> None:
    """Let fields begin to bear as they grow older. What remains at the greatest age that `young`
    distinguishes bears too."""
    for age in range(max(int(p.maturation_weeks), 1), AGES):
        slot = (week - age) % AGES
        if young[i, slot, 0] <= 0.0 and young[i, slot, 1] <= 0.0:
            continue
        before = bearing(age - 1.0, p.maturation_weeks, p.ramp_weeks)
        share = 1.0
        if age < AGES - 1 and before < 1.0:
            share = (bearing(float(age), p.maturation_weeks, p.ramp_weeks) - before) / (
                1.0 - before
            )
        for again in range(2):
            ha = share * young[i, slot, again]
            if ha > 0.0:
                young[i, slot, again] -= ha
                town.coca_young = max(town.coca_young - ha, 0.0)
                town.coca += ha
                if again == 1:
                    town.coca_again += ha


@rule
def lose_young(town: Community, young: Floats, i: int, share: float) -> tuple[float, float]:
    """Remove a share of all coca that does not bear yet. Returns its ha, and the ha of it on ground
    eradicated before."""
    gone = 0.0
    again = 0.0
    for slot in range(AGES):
        again += share * young[i, slot, 1]
        gone += share * (young[i, slot, 0] + young[i, slot, 1])
        young[i, slot, 0] *= 1.0 - share
        young[i, slot, 1] *= 1.0 - share
    town.coca_young = max(town.coca_young - gone, 0.0) if share < 1.0 else 0.0
    return gone, again


@rule
def lose_bearing(town: Community, ha: float) -> float:
    """Remove bearing coca. Returns the ha of it on ground eradicated before."""
    again = town.coca_again * ha / town.coca if town.coca > 0.0 else 0.0
    town.coca = max(town.coca - ha, 0.0)
    town.coca_again = clip(town.coca_again - again, 0.0, town.coca)
    return again


@rule
def plant(town: Community, young: Floats, i: int, ha: float, week: int, tally: Floats) -> float:
    """Plant coca within what the land can carry. Returns the ha planted."""
    room = town.coca_max - town.coca - town.coca_young - town.coca_bare
    planted = clip(ha, 0.0, max(room, 0.0))
    town.coca_young += planted
    young[i, week % AGES, 0] += planted
    tally[COCA_PLANTED, town.theatre] += planted
    return planted
