"""4.9 Sponsorship: what armed groups advance to growers and laboratories around them.

Reads: groups (kind, site), communities (coca, poppy and their room). Writes: groups.spare_usd,
communities (sponsored_coca, sponsored_poppy), labs.closed_until, tally. Weekly; no chance.

Of the money that it does not keep for wages a group advances `advance_share` to the coca growers in
reach, in proportion to what they have planted: laboratories there that are closed open
`usd / lab_day_usd` days sooner (whole days), the rest plants `usd / coca_usd_ha` where the land has
room. A dissident cell advances `dissident_opium_link` of it to the poppy growers of the north,
however far: that is the link between the dissidents and opium that the report speaks of; it is low,
since poppy lies far from the Putumayo. What finds no field and no laboratory, and all the rest,
goes elsewhere (`other_spending_usd`). While hectares are held nothing is advanced.

Left out: repayment (a group earns from fields by its tax alone), and growers who refuse.
"""

from typing import Any

from sim.model.compile import loop, rule
from sim.model.state.agents import COCAINE_LAB, DISSIDENT, Community
from sim.model.state.arrays import Actors, Bench, Diary, Near, Places, Sites, Today
from sim.model.state.counts import OTHER_SPENDING, SPONSORED


class Parameters:
    # share: share of a group's money beyond wages that it advances to growers and laboratories in
    # reach
    advance_share: float
    # share: share of a dissident cell's money beyond wages that it advances to poppy growers; low,
    # since poppy lies far from the Putumayo
    dissident_opium_link: float
    coca_usd_ha: float  # USD/ha: advance that plants a hectare of coca
    poppy_usd_ha: float  # USD/ha: advance that plants a hectare of poppy
    lab_day_usd: float  # USD/day: advance that opens a closed laboratory a day sooner


@rule
def coca_room(town: Community) -> float:
    """Hectares that the land could still carry."""
    return max(town.coca_max - town.coca - town.coca_young - town.coca_bare, 0.0)


@rule
def poppy_room(town: Community) -> float:
    return max(town.poppy_max - town.poppy, 0.0)


@rule
def grown(town: Community) -> float:
    """What makes a community a customer: coca in the ground, and room for more."""
    return town.coca + town.coca_young if coca_room(town) > 0.0 else 0.0


@rule
def days_sooner(usd: float, closed_days: int, p: Parameters) -> int:
    """Whole days by which this money opens a laboratory sooner."""
    return min(int(usd / max(p.lab_day_usd, 1e-9)), closed_days)


@loop
def sponsorship(
    actors: Actors,
    places: Places,
    sites: Sites,
    near: Near,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """One week. purse: f8[sites] work space: USD advanced to a community."""
    held, t = today.held, today.t
    tally = diary.tally
    groups, labs = actors.groups, actors.labs
    communities = places.communities
    site_theatre = sites.theatre
    purse = bench.per_site
    p = parameters.sponsorship[0]
    n = len(communities)
    for s in range(len(purse)):
        purse[s] = 0.0
    poppy = 0.0
    for i in range(n):
        poppy += communities[i].poppy if poppy_room(communities[i]) > 0.0 else 0.0
    for_opium = 0.0
    for g in range(len(groups)):
        group = groups[g]
        if group.alive == 0:
            continue
        spare = group.spare_usd
        left = spare
        around = 0.0
        for e in range(near.start[group.site], near.start[group.site + 1]):
            if near.site[e] < n:
                around += near.kernel[e] * grown(communities[near.site[e]])
        if held == 0 and around > 0.0:
            left -= p.advance_share * spare
            for e in range(near.start[group.site], near.start[group.site + 1]):
                if near.site[e] < n:
                    purse[near.site[e]] += (
                        p.advance_share
                        * spare
                        * near.kernel[e]
                        * grown(communities[near.site[e]])
                        / around
                    )
        if held == 0 and group.kind == DISSIDENT and poppy > 0.0:
            left -= p.dissident_opium_link * spare
            for_opium += p.dissident_opium_link * spare
        tally[OTHER_SPENDING, site_theatre[group.site]] += left
        group.spare_usd = 0.0
    for j in range(len(labs)):
        lab = labs[j]
        if (
            lab.alive == 1
            and lab.kind == COCAINE_LAB
            and lab.closed_until > t + 1
            and purse[lab.site] > 0.0
        ):
            days = days_sooner(purse[lab.site], lab.closed_until - t - 1, p)
            lab.closed_until -= days
            purse[lab.site] -= days * p.lab_day_usd
            tally[SPONSORED, site_theatre[lab.site]] += days * p.lab_day_usd
    for i in range(n):
        town = communities[i]
        town.sponsored_coca = min(purse[i] / max(p.coca_usd_ha, 1e-9), coca_room(town))
        spent = town.sponsored_coca * p.coca_usd_ha
        opium = for_opium * town.poppy / poppy if poppy > 0.0 and poppy_room(town) > 0.0 else 0.0
        town.sponsored_poppy = min(opium / max(p.poppy_usd_ha, 1e-9), poppy_room(town))
        spent += town.sponsored_poppy * p.poppy_usd_ha
        tally[SPONSORED, town.theatre] += spent
        tally[OTHER_SPENDING, town.theatre] += purse[i] + opium - spent
