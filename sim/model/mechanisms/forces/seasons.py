"""Rain and rivers: what the month lets people do.

Reads: ways (calendar). Writes: theatres (foot, road, flying), basins (level, pace, load). Daily; no
chance.

Each theatre has twelve values of rain a year and each basin twelve of level
(`parameters/seasons.toml`, with sources). The mean of a month holds in its middle, and the days
between follow a straight line. The Amazon is high in April and May, the Putumayo from May to July,
and the Apurimac in the rainy season. It rains from November to April in the VRAEM, later and less
in Cajamarca, and nearly all year in Loreto.

With rain r in [0, 1] people on foot move at `1 - (1 - rain_foot) r` of their dry pace and wheels at
`1 - (1 - rain_road) r`, and the weather leaves `1 - (1 - rain_flying) r` of the flight hours. With
level l boats go at `1 + (high_water_pace - 1) l` of their pace at low water and carry
`1 + (high_water_load - 1) l` of their load at low water (evidence B1: .7 and 1.2). This affects
patrols and searches on foot, supply by lorry, boat and helicopter, the journeys of units, and
airlift.

Left out: years that differ from the mean (a scenario sets the factors by `[[events]]`); floods that
cut roads for good; differences between upstream and downstream; loads under way, which take the
year's mean time (the force that a load meets on a leg changes with the season, the days of the leg
do not).
"""

from typing import Any

from sim.model.compile import loop, rule
from sim.model.state.arrays import Land, Places, Today, Ways
from sim.model.state.clock import of_month


class Parameters:
    rain_foot: float  # ratio: pace on foot at the height of the rains
    rain_road: float  # ratio: pace on wheels at the height of the rains
    rain_flying: float  # ratio: flight hours that the rains leave at their height
    # ratio: pace of boats at the highest monthly level, of that at the lowest
    high_water_pace: float
    # ratio: load of boats at the highest monthly level, of that at the lowest
    high_water_load: float


@rule
def between(share: float, at_none: float, at_full: float) -> float:
    """Return the value at a share of the way from `at_none` to `at_full`."""
    return at_none + (at_full - at_none) * share


@loop
def seasons(places: Places, land: Land, ways: Ways, parameters: Any, today: Today) -> None:
    """Set the day's paces. doy: day of the year [0, 365)."""
    doy = today.day_of_year
    theatres, basins, calendar = places.theatres, land.basins, ways.calendar
    p = parameters.seasons[0]
    for h in range(len(theatres)):
        rain = of_month(calendar, h, doy)
        theatres[h].foot = between(rain, 1.0, p.rain_foot)
        theatres[h].road = between(rain, 1.0, p.rain_road)
        theatres[h].flying = between(rain, 1.0, p.rain_flying)
    for b in range(len(basins)):
        basins[b].level = of_month(calendar, len(theatres) + b, doy)
        basins[b].pace = between(basins[b].level, 1.0, p.high_water_pace)
        basins[b].load = between(basins[b].level, 1.0, p.high_water_load)
