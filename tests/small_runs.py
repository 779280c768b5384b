"""Runs of four weeks on the 10 km map, and tools that run the loops of a day one by one.

A test runs one loop alone, or looks at the world before and after it. The day itself is then plain
Python, and each loop stays compiled; the test need not know which arguments the day gives to a
loop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import sim.model.day
import sim.simulation.run
from sim.divergence import fields
from sim.scenario import load_scenario
from sim.simulation.page import loops_of_the_day, plain
from sim.simulation.run import Run, warm_up

BASELINE = Path(__file__).parents[1] / "scenarios" / "baseline.toml"
STATE, MAP = fields.STATE, (*fields.MAP, "parameters")
SMALL = {"map.resolution_km": 10, "time.burn_in_days": 7, "time.horizon_days": 21}


@contextmanager
def taken_apart(around: Callable) -> Iterator[None]:
    """Make the day plain Python that calls `around(name, loop, arguments)` in place of each
    loop.

    The prologue calls loops as well, so it is compiled before they are replaced."""
    warm_up()
    with pytest.MonkeyPatch.context() as to:
        for name, loop in loops_of_the_day().items():
            module, function = name.split(".")
            to.setattr(
                getattr(sim.model.day, module),
                function,
                lambda *a, _name=name, _loop=loop: around(_name, _loop, a),
            )
        to.setattr(sim.model.day, "one_day", plain(sim.model.day.one_day))
        to.setattr(sim.simulation.run, "advance", plain(sim.model.day.advance))
        yield


def alone(run: Run, *names: str, days: int = 1) -> None:
    """Advance a run in which only the named loops do anything; there is no prologue either."""
    unknown = set(names) - set(loops_of_the_day())
    assert not unknown, f"the day has no loop {unknown}"
    few = taken_apart(lambda name, loop, arguments: loop(*arguments) if name in names else 0)
    with few, pytest.MonkeyPatch.context() as to:
        for function in ("settle", "prologue"):
            to.setattr(sim.model.day.prologue, function, lambda *arguments: None)
        run.advance(days)


def small_scenario(**overrides):
    """Return the baseline on the 10 km map, of 7 + 21 days. Overrides have dotted names, with `__`
    for the dot."""
    return load_scenario(
        BASELINE, SMALL | {name.replace("__", "."): value for name, value in overrides.items()}
    )


def small_run(replication: int = 0, **overrides) -> Run:
    """Return a run of `small_scenario` on the first day of its burn-in."""
    return Run(small_scenario(**overrides), replication)


def arrays_of(world, *parts: str) -> dict[str, np.ndarray]:
    """Return the arrays of some parts of the world, by `part.array`."""
    return {
        f"{part}.{name}": array
        for part in parts
        for name, array in getattr(world, part)._asdict().items()
    }
