"""The parts of a world that a test makes by hand: rows of records, parameters, a day, a tally.

A parameter has the value of the registry unless the test changes it."""

import math

import numpy as np
import pytest

from sim.model.day import Diary, Today
from sim.model.state.agents import PARTIES, Levers, Party, table
from sim.model.state.arrays import Along, Near, Reach, Support
from sim.model.state.counts import PLACES, QUANTITIES
from sim.model.state.event_log import Event
from sim.parameters import load_registry
from sim.simulation.build.world import RECORD_OF


def rows(record: type, n: int = 1, **fields):
    """Return a table of n rows. A field takes one value for all rows, or one value a row."""
    made = table(record, n)
    for name, value in fields.items():
        made[name] = value
    return made


def one(record: type, **fields):
    """Return a single row with these values."""
    return rows(record, 1, **fields)[0]


def parameters(section: str, **changes: float):
    """Return the parameter record of a mechanism, which is what a rule takes."""
    return parameter_table(section, **changes)[0]


def parameter_table(section: str, **changes: float):
    """Return the same as a table of one row, which is what a loop takes."""
    record = table(RECORD_OF[section], 1)
    for name, value in (load_registry().record(section) | changes).items():
        record[name] = value
    return record


def near(start, site, k, cells=()):
    """Return which sites reach which, with kernel k. `cells` has, for each site, a mapping from
    the cells that its patrols reach to the share of their time there; by default there are none."""
    cells = list(cells) or [{} for _ in start[1:]]
    return Near(
        np.array(start),
        np.array(site),
        np.array(k, float),
        np.cumsum([0, *(len(reached) for reached in cells)]),
        np.array([cell for reached in cells for cell in reached], np.int64),
        np.array([share for reached in cells for share in reached.values()], float),
    )


def reach(km, people, length: float = 25.0, country=None, over_river: float = 0.3):
    """Return who reaches whom politically. km: f8[sites, communities], inf out of reach; people:
    f8[communities]. With `country`, i8[sites], a reach that crosses a border is x `over_river`."""
    km = np.asarray(km, float)
    people = np.asarray(people, float)
    starts, place, far, share = [0], [], [], []
    for site, row in enumerate(km):
        for i in np.flatnonzero(np.isfinite(row)):
            crosses = country is not None and country[site] != country[i]
            near_by = math.exp(-row[i] / length) if row[i] <= 3.0 * length else 0.0
            place.append(i)
            far.append(row[i])
            share.append(near_by * (over_river if crosses else 1.0))
        starts.append(len(place))
    made = Reach(
        np.array(starts), np.array(place), np.array(far), np.array(share), np.zeros(len(people))
    )
    for site in range(len(people)):
        for e in range(starts[site], starts[site + 1]):
            made.people[place[e]] += people[site] * share[e]
    return made


def along(*ways):
    """Return the communities on the way of each route, given in order."""
    start = np.cumsum([0, *(len(way) for way in ways)])
    return Along(start, np.array([place for way in ways for place in way], np.int64))


def support(
    communities: int,
    clusters: int = 1,
    loads: int = 1,
    routes: int = 1,
    on_ways: int = 0,
    living=(0,),
    **fields,
):
    """Return the bases of support of parties that rule nobody.

    `on_ways` is the number of places on all routes. `living` are the parties that have groups; what
    they earn elsewhere never ends. Other fields are those of `Party`."""
    parties = rows(Party, PARTIES, **({"wage_share": 1.0, "chest_until": 2**62} | fields))
    parties.alive[list(living)] = 1
    return Support(
        parties,
        np.zeros((communities, PARTIES)),
        np.zeros((communities, PARTIES)),
        np.zeros((clusters, PARTIES)),
        np.zeros((loads, PARTIES)),
        np.zeros(routes),
        np.zeros(on_ways),
    )


def today(
    t: int = 0,
    held: int = 0,
    weekly: bool = True,
    day_of_year: int = 1,
    key: int = 7,
    opening: int | None = None,
    **levers,
):
    """Return a day, which is what a loop takes. Levers that are not named are 0. Unless `opening`
    is given, it is 1 in the burn-in alone."""
    opening = held if opening is None else opening
    return Today(np.uint64(key), t, held, weekly, day_of_year, rows(Levers, 1, **levers), opening)


def empty_tally():
    """Return the counts of a week, f8[quantities, places], all zero."""
    return np.zeros((len(QUANTITIES), PLACES))


def diary(tally, events: int = 1):
    """Return a diary that writes into this tally and keeps no events."""
    return Diary(tally, rows(Event, events), np.zeros(3, np.int64))


MANY = 1_000  # rows in a test of chance: 4 standard errors of a share are at most .063


def chance(share: float, n: int = MANY):
    """Return a share to compare with, within 4 standard errors of n independent draws."""
    return pytest.approx(share, abs=4 * math.sqrt(max(share * (1 - share), 1e-9) / n))
