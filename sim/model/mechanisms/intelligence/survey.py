"""4.7 Detection of fields: what flights, patrols and leads locate before anybody can clear it.

Reads: fields (patrols, force), theatres (flight hours, flying, programme), leads, levers (unified).
Writes: communities (coca_seen, coca_found, poppy_seen, poppy_found), theatres.survey_hours,
leads.alive, tally. Weekly, leads daily. Chance: FIELD_LEAD.

Random search (Koopman): a week locates the share `1 - exp(-rate vis)` of the hectares not yet
located, with vis 1 for pure fields and .3 for poppy among maize. From the air
`rate = 200 km/h x 1 km x 3 h x sorties / area x .5`, over the land with such crops that a clearing
team can reach. A sortie flies `transit_hours` more, there and back. Sorties take `flight_share` of
the theatre's flight hours while the hectares located fall short of the year's programme. Supply and
lifts lack these hours, and the weather takes its part of them as of every flight (`seasons`).
Without hours there are no sorties. On the ground patrols search their cells (`rules/search.py`).
When a team in reach answers a lead on a field, it locates at most `lead_ha` of it, with a chance
that depends on local knowledge. A field does not move, so such a lead keeps its worth with age.

At first only the service that located a field knows it. The eradication teams learn of it
`sharing_days` later (a share `1 - exp(-7 / sharing_days)` a week), or at once under a unified
command. A located field is lost again at `field_forget` a week, as crops move. Sources: section 4.7
of the model; the share of hours, `lead_ha` and the forgetting are assumed.

Left out: satellites, and pictures from past campaigns; clouds apart from the season; which part of
the land a theatre surveys first.
"""

import math
from typing import Any

from sim.model.chance import FIELD_LEAD, uniform
from sim.model.compile import loop, rule
from sim.model.rules.reach import able_to_answer, knowledge_in_reach
from sim.model.rules.search import rate_of_fixed
from sim.model.state.agents import CLOSED, LEAD_FIELD, OPEN
from sim.model.state.arrays import (
    CLEARERS,
    Actors,
    Bench,
    Diary,
    Fields,
    Floats,
    Ground,
    Near,
    Places,
    Sites,
    Today,
)
from sim.model.state.counts import (
    COST,
    FIELDS_BY_AIR,
    FIELDS_BY_LEAD,
    FIELDS_BY_PATROL,
    LEADS_ACTED,
    SURVEY_HOURS,
)


class Parameters:
    # share: share of a theatre's flight hours that the search for fields may take
    flight_share: float
    air_km_h: float  # km/h: speed of a searching helicopter
    air_width_km: float  # km: sweep width from the air
    sortie_hours: float  # h: hours of search in a sortie
    transit_hours: float  # h: hours of a sortie spent on the way
    # share: chance that a pure field swept from the air is recognised and located
    air_success: float
    vis_coca: float  # share: visibility of a coca field
    vis_poppy: float  # share: visibility of a poppy field
    field_forget: float  # per week: rate at which a located field is lost again
    lead_ha: float  # ha: hectares located when a lead on fields is answered


@rule
def air_rate(hours: float, area_km2: float, p: Parameters) -> float:
    """Return the hazard that a pure field is located from the air in `hours` of flight over an
    area."""
    sorties = hours / max(p.sortie_hours + p.transit_hours, 1e-9)
    return (
        p.air_km_h * p.air_width_km * p.sortie_hours * sorties / max(area_km2, 1e-9) * p.air_success
    )


@rule
def unlocated(area: float, seen: float, found: float) -> float:
    """Return the hectares of a crop that no service has located."""
    return max(area - seen - found, 0.0)


@loop
def fly(
    places: Places,
    fields: Fields,
    near: Near,
    ground: Ground,
    worth: Floats,
    rate: Floats,
    parameters: Any,
    tally: Floats,
) -> None:
    """Fly one week of sorties. Work space: worth f8[sites], 1 where located fields could be
    cleared; rate f8[4], the hazard that a pure field there is located from the air."""
    communities, theatres = places.communities, places.theatres
    force = fields.force
    cell_community, cell_area = ground.community, ground.area_km2
    p = parameters.survey[0]
    flight_hour_usd = parameters.sustainment[0].flight_hour_usd
    for h in range(len(theatres)):
        rate[h] = 0.0
    for s in range(len(worth)):
        worth[s] = 0.0
    for s in range(len(force)):
        if force[s, CLEARERS] > 0.0:
            for e in range(near.start[s], near.start[s + 1]):
                i = near.site[e]
                if (
                    i < len(communities)
                    and communities[i].coca_max + communities[i].poppy_max > 0.0
                ):
                    worth[i] = 1.0
    for c in range(len(cell_community)):
        if cell_community[c] >= 0:
            rate[communities[cell_community[c]].theatre] += worth[cell_community[c]] * cell_area[c]
    for h in range(len(theatres)):
        theatre = theatres[h]
        located = 0.0
        for i in range(len(communities)):
            town = communities[i]
            if town.theatre == h:
                located += town.coca_seen + town.coca_found + town.poppy_seen + town.poppy_found
        theatre.survey_hours = (
            p.flight_share * theatre.flight_hours_day
            if located < theatre.eradicate_ha_year and rate[h] > 0.0
            else 0.0
        )
        hours = 7.0 * theatre.survey_hours * theatre.flying
        rate[h] = air_rate(hours, rate[h], p)
        tally[SURVEY_HOURS, h] += hours
        tally[COST, h] += hours * flight_hour_usd


@loop
def find_fields(
    places: Places,
    fields: Fields,
    near: Near,
    ground: Ground,
    bench: Bench,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Run one week of the survey: located fields are forgotten and shared, and flights and patrols
    locate more."""
    tally = diary.tally
    communities = places.communities
    patrols = fields.patrols
    cell_terrain, cell_area = ground.terrain, ground.area_km2
    worth, air = bench.per_site, bench.per_theatre
    fly(places, fields, near, ground, worth, air, parameters, tally)
    search = parameters.search[0]
    p = parameters.survey[0]
    keep = math.exp(-p.field_forget)
    days = parameters.information[0].sharing_days
    shared = 1.0 if today.levers[0].unified == 1 or days <= 0.0 else 1.0 - math.exp(-7.0 / days)
    for i in range(len(communities)):
        town = communities[i]
        c = town.cell
        walks = 7.0 * rate_of_fixed(cell_terrain[c], patrols[c], 1.0, cell_area[c], search)
        sweeps = worth[i] * air[town.theatre]
        rate = walks + sweeps
        town.coca_found = min(town.coca_found * keep, town.coca)
        town.poppy_found = min(town.poppy_found * keep, town.poppy)
        town.coca_seen = min(town.coca_seen * keep, town.coca - town.coca_found)
        town.poppy_seen = min(town.poppy_seen * keep, town.poppy - town.poppy_found)
        coca = unlocated(town.coca, town.coca_seen, town.coca_found) * (
            1.0 - math.exp(-rate * p.vis_coca)
        )
        poppy = unlocated(town.poppy, town.poppy_seen, town.poppy_found) * (
            1.0 - math.exp(-rate * p.vis_poppy)
        )
        if rate > 0.0:
            tally[FIELDS_BY_AIR, town.theatre] += (coca + poppy) * sweeps / rate
            tally[FIELDS_BY_PATROL, town.theatre] += (coca + poppy) * walks / rate
        told = (town.coca_seen + coca) * shared
        town.coca_seen += coca - told
        town.coca_found += told
        told = (town.poppy_seen + poppy) * shared
        town.poppy_seen += poppy - told
        town.poppy_found += told


@loop
def answer(
    actors: Actors,
    places: Places,
    fields: Fields,
    sites: Sites,
    near: Near,
    parameters: Any,
    today: Today,
    diary: Diary,
) -> None:
    """Daily: teams in reach answer leads on fields."""
    key, t = today.key, today.t
    tally = diary.tally
    leads = actors.leads
    communities = places.communities
    force = fields.force
    site_theatre = sites.theatre
    p = parameters.survey[0]
    response, success = parameters.detection[0].response, parameters.detection[0].lead_success
    for r in range(len(leads)):
        lead = leads[r]
        if lead.alive != OPEN or lead.kind != LEAD_FIELD or lead.received > t:
            continue
        teams = able_to_answer(force, lead, t, near)
        if uniform(key, FIELD_LEAD, t, lead.uid, 0) >= 1.0 - math.exp(-response * teams):
            continue
        lead.alive = CLOSED
        tally[LEADS_ACTED, site_theatre[lead.site]] += 1.0
        if uniform(key, FIELD_LEAD, t, lead.uid, 1) < success * knowledge_in_reach(
            force, lead.site, near
        ):
            town = communities[lead.row]
            coca = unlocated(town.coca, town.coca_seen, town.coca_found)
            poppy = unlocated(town.poppy, town.poppy_seen, town.poppy_found)
            share = min(1.0, p.lead_ha / max(coca + poppy, 1e-9))
            town.coca_seen += share * coca
            town.poppy_seen += share * poppy
            tally[FIELDS_BY_LEAD, town.theatre] += share * (coca + poppy)
