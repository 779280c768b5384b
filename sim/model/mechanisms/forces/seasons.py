"""Rain and rivers: what the month lets people do.

Reads: ways (calendar). Writes: theatres (foot, road, flying), basins (level, pace, load). Daily; no chance.

Twelve values a year stand for each theatre's rain and each basin's level (`parameters/seasons.toml`, with sources): the mean of a month
holds in its middle, and days between are on the straight line. The Amazon is high in April and May, the Putumayo from May to July, the
Apurimac with the rains; it rains from November to April in the VRAEM, later and less in Cajamarca, nearly all year in Loreto.

With rain r in [0, 1] those on foot move at `1 - (1 - rain_foot) r` of their dry pace, wheels at `1 - (1 - rain_road) r`, and the weather
leaves `1 - (1 - rain_flying) r` of the flight hours. With level l boats go at `1 + (high_water_pace - 1) l` of their pace at low water
and load `1 + (high_water_load - 1) l` of what they load then (evidence B1: .7 and 1.2). What this acts on: patrols and searches on foot,
supply by lorry, boat and helicopter, the journeys of units, airlift.

Leaves out: years unlike the mean (a scenario sets the factors by `[[events]]`); floods that cut roads for good; upstream against
downstream; loads under way, whose journey is the year's mean: what the state meets on a leg changes with the season, the leg's days do
not."""

from sim.model.compile import loop, rule
from sim.model.state.clock import of_month


class Parameters:
    rain_foot: float
    rain_road: float
    rain_flying: float
    high_water_pace: float
    high_water_load: float


@rule
def between(share, at_none, at_full):
    """The value at a share of the way from none to full."""
    return at_none + (at_full - at_none) * share


@loop
def seasons(places, land, ways, parameters, today):
    """The day's paces. doy: day of the year [0, 365)."""
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
