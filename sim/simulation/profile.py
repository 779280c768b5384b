"""Where the time of a run goes, mechanism by mechanism.

The day is one compiled call, so the clock must be inside it: `day.py` is compiled once more with a
tick after each loop on its page. The same code in the same order gives the same run, bit for bit.
Times are processor time of the thread, so that a busy machine changes them little.
"""

import ctypes
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numba
import numpy as np

from sim.model.compile import is_compiled
from sim.simulation.page import loops_of_the_day, page_with
from sim.simulation.records import Records
from sim.simulation.run import Run, run, warm_up

COMPILED_RUNS = 3
# The rows before those of the loops: what is not part of the page, and what a tick costs.
OUTSIDE, CLOCK = 0, 1

clock_gettime = ctypes.CDLL(None).clock_gettime
clock_gettime.argtypes = [ctypes.c_int, ctypes.c_void_p]
clock_gettime.restype = ctypes.c_int
THREAD_TIME: int = time.CLOCK_THREAD_CPUTIME_ID


class Clock(NamedTuple):
    """The arrays of the clock inside the compiled day."""

    now: np.ndarray  # i8[2] seconds, ns
    last: np.ndarray  # i8[1] ns at the last tick
    spent: np.ndarray  # i8[rows, 2] ns, ticks


@numba.njit
def tick(clock, row):
    """Add the time since the last tick to a row."""
    now, last, spent = clock.now, clock.last, clock.spent
    clock_gettime(THREAD_TIME, now.ctypes)
    ns = now[0] * 1_000_000_000 + now[1]
    spent[row, 0] += ns - last[0]
    spent[row, 1] += 1
    last[0] = ns


def rows_of_the_clock() -> dict[str, int]:
    """Return the row of each loop of the day in `Clock.spent`."""
    return {name: row for row, name in enumerate(loops_of_the_day(), CLOCK + 1)}


def advance_under_the_clock() -> Callable:
    """Return `day.advance` with a last argument more, the Clock.

    `sim.model.day` does not change. The function is compiled at its first call.
    """
    rows = rows_of_the_clock()
    names = page_with(
        "clock", lambda loop: _tick(rows[loop]), (_tick(OUTSIDE), _tick(CLOCK)), tick=tick
    )
    for name in ("one_day", "advance"):
        names[name] = numba.njit(nogil=True, error_model="numpy")(names[name])
    return names["advance"]


def _tick(row: int) -> str:
    """Return the statement that gives the time since the last tick to a row."""
    return f"tick(clock, {row})"


class ProfiledRun(Run):
    """A run under the clock; `advance_clocked` is the result of `advance_under_the_clock`."""

    def __init__(self, advance_clocked: Callable, scenario: Any, replication: int = 0) -> None:
        self.rows = rows_of_the_clock()
        self.clock = Clock(
            np.zeros(2, np.int64),
            np.zeros(1, np.int64),
            np.zeros((len(self.rows) + CLOCK + 1, 2), np.int64),
        )
        self.review_ns = 0
        self._advance = advance_clocked
        super().__init__(scenario, replication)

    def _days(self, arrays: Any, start: int, stop: int) -> int:
        return self._advance(arrays, start, stop, self.clock)

    def _review(self) -> None:
        began = time.thread_time_ns()
        super()._review()
        self.review_ns += time.thread_time_ns() - began

    def loops_ms(self) -> dict[str, float]:
        """Return the milliseconds of each loop, without the time of the ticks."""
        spent = self.clock.spent
        a_tick = spent[CLOCK, 0] / max(spent[CLOCK, 1], 1)
        return {
            name: max(spent[row, 0] - a_tick * spent[row, 1], 0.0) / 1e6
            for name, row in self.rows.items()
        }


@dataclass
class Profile:
    """Processor time of a run in ms.

    loops: by name, in the order of the page. run: the whole run without a clock, as the median of
    several runs.
    """

    days: int
    build: float
    loops: dict[str, float]
    reviews: float
    outcomes: float
    run: float

    def rows(self) -> list[tuple[str, float]]:
        """Return (where, ms). After a mechanism of several loops comes an indented row for each."""
        mechanisms: dict[str, list[tuple[str, float]]] = {}
        for name, ms in self.loops.items():
            mechanism, function = name.split(".")
            mechanisms.setdefault(mechanism, []).append((f"  {function}", ms))
        rows = [("build", self.build), ("command, strategy", self.reviews)]
        for mechanism, parts in mechanisms.items():
            rows += [(mechanism, sum(ms for _, ms in parts)), *(parts if len(parts) > 1 else ())]
        return [*rows, ("outcomes", self.outcomes)]

    def text(self) -> str:
        """Return the table that `redeploy run --profile` prints."""
        rows = self.rows()
        total = sum(ms for name, ms in rows if not name.startswith(" "))
        lines = [f"{'where':<24}{'ms':>9}{'share':>8}{'us a day':>10}"]
        for name, ms in rows:
            a_day = "" if name in ("build", "outcomes") else f"{1e3 * ms / self.days:.1f}"
            lines.append(f"{name:<24}{ms:>9.1f}{ms / total:>8.1%}{a_day:>10}".rstrip())
        lines.append(f"{'in all':<24}{total:>9.1f}{1:>8.1%}{1e3 * total / self.days:>10.1f}")
        lines.append(
            f"Processor time over {self.days:,} days, burn-in included. "
            f"Without a clock the run takes {self.run:.1f} ms in all."
        )
        return "\n".join(lines)


def profiled(scenario: Any, replication: int = 0) -> tuple[Records, Profile]:
    """Return the records of a run, and where its time went.

    This compiles the day under the clock, then makes the run four times, the last of them under it.
    """
    warm_up()
    if is_compiled():
        print(
            "Compiling the day once more, with a clock in it (some ten seconds, each time)",
            file=sys.stderr,
            flush=True,
        )
    clocked = advance_under_the_clock()
    ProfiledRun(clocked, scenario, replication).advance(1)
    whole = statistics.median(_timed(run, scenario, replication)[1] for _ in range(COMPILED_RUNS))
    one, build = _timed(ProfiledRun, clocked, scenario, replication)
    one.advance(one.end)
    found, outcomes = _timed(one.records)
    return found, Profile(one.end, build, one.loops_ms(), one.review_ns / 1e6, outcomes, whole)


def _timed(function: Callable, *arguments: Any) -> tuple[Any, float]:
    """Return the result of a function, and the milliseconds that it took."""
    began = time.thread_time_ns()
    value = function(*arguments)
    return value, (time.thread_time_ns() - began) / 1e6
