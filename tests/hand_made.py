"""One row, or a few, of a record type; parameters as the registry gives them, but for what a test changes."""

import numpy as np

from sim.model.day import Diary, Today
from sim.model.state.agents import Levers, table
from sim.model.state.arrays import Near
from sim.model.state.event_log import Event
from sim.parameters import load_registry
from sim.simulation.build.world import RECORD_OF


def rows(record: type, n: int = 1, **fields):
    """A table of n rows with these values in every row (or one value a row)."""
    made = table(record, n)
    for name, value in fields.items():
        made[name] = value
    return made


def one(record: type, **fields):
    return rows(record, 1, **fields)[0]


def parameters(section: str, **changes: float):
    """The parameter record of a mechanism, as the day hands it to the rules."""
    return parameter_table(section, **changes)[0]


def parameter_table(section: str, **changes: float):
    """The same as a table of one row, as the day hands it to the loops."""
    record = table(RECORD_OF[section], 1)
    for name, value in (load_registry().record(section) | changes).items():
        record[name] = value
    return record


def near(start, site, k):
    """Who reaches whom, by kernel; patrols reach no cells."""
    none = np.zeros(len(start), np.int64)
    return Near(
        np.array(start),
        np.array(site),
        np.array(k, float),
        none,
        np.zeros(0, np.int64),
        np.zeros(0),
    )


def today(
    t: int = 0, held: int = 0, weekly: bool = True, day_of_year: int = 1, key: int = 7, **levers
):
    """A day, as the day hands it to the loops; levers that are not named are 0."""
    return Today(np.uint64(key), t, held, weekly, day_of_year, rows(Levers, 1, **levers))


def diary(tally, events: int = 1):
    """Where a loop writes down what it counts; events are not kept."""
    return Diary(tally, rows(Event, events), np.zeros(3, np.int64))
