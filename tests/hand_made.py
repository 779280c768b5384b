"""One row, or a few, of a record type; parameters as the registry gives them, but for what a test changes."""

import importlib

from sim.build import SECTION_OF
from sim.parameters import load_registry
from sim.world.state import table


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
    record = table(importlib.import_module(SECTION_OF[section]).Parameters, 1)
    for name, value in (load_registry().record(section) | changes).items():
        record[name] = value
    return record
