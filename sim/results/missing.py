"""Runs that a results folder lacks: how many, in which arm, and why the first of them failed.

A table of the runs that are left looks complete, but it may be a biased sample: a run can fail, or
take long, for a cause that is related to its outcome. All code that reads a folder therefore says
what is missing in it, in the words of this file.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sim.errors import printable
from sim.results.refused import ResultsWarning

NAMED = 6  # arms that are named one by one
REASON = 160  # most characters of a reason
BIASED = (
    "The runs that are left may be a biased sample: "
    "a run can fail, or take long, for a cause that is related to its outcome."
)


class MissingRunsWarning(ResultsWarning):
    """A results folder is being read of which some runs failed or are not done."""


@dataclass(frozen=True)
class Shortfall:
    """An arm that lacks runs: `failed` and `pending` of `planned`.

    `reason` is the error of its first failed run, or "".
    """

    label: str
    planned: int
    failed: int
    pending: int
    reason: str = ""

    def __str__(self) -> str:
        told = f"{self.label}: {lacking(self.failed, self.pending, self.planned)}"
        return printable(told + (f"; first reason: {self.reason}" if self.reason else ""))


@dataclass(frozen=True)
class Missing:
    """What a folder lacks: the arms that lack runs, in the order of the plan.

    It is False if no run is missing. `planned` counts all runs.
    """

    arms: tuple[Shortfall, ...] = ()
    planned: int = 0

    def __bool__(self) -> bool:
        return bool(self.arms)

    @property
    def failed(self) -> int:
        """The number of failed runs."""
        return sum(arm.failed for arm in self.arms)

    @property
    def pending(self) -> int:
        """The number of runs that are not done."""
        return sum(arm.pending for arm in self.arms)

    @property
    def reason(self) -> str:
        """The error of the first failed run, or ""."""
        return next((arm.reason for arm in self.arms if arm.reason), "")

    def sentences(self) -> list[str]:
        """Return the number of missing runs, their arms and what this means, a sentence each.

        The list is empty if no run is missing.
        """
        if not self:
            return []
        told = [
            f"{lacking(self.failed, self.pending, self.planned)}.",
            *(f"{arm}." for arm in self.arms[:NAMED]),
        ]
        if len(self.arms) > NAMED:
            told.append(f"And {len(self.arms) - NAMED:,} more arms lack runs.")
        return [*told, BIASED] if self.failed + self.pending < self.planned else told

    def to_dict(self) -> dict[str, Any]:
        """Return the same as data, for JSON."""
        return {
            "planned": self.planned,
            "failed": self.failed,
            "pending": self.pending,
            "arms": [asdict(arm) for arm in self.arms],
        }


def lacking(failed: int, pending: int, planned: int) -> str:
    """Return `3 of 20 runs failed and 2 are not done`, without the part that is 0."""
    are = "is" if pending == 1 else "are"
    if failed and pending:
        return f"{failed:,} of {planned:,} runs failed and {pending:,} {are} not done"
    if failed:
        return f"{failed:,} of {planned:,} runs failed"
    return f"{pending:,} of {planned:,} runs {are} not done"


def missing_of(
    points: Mapping[str, str],
    planned: int,
    done: Mapping[str, str],
    failures: Iterable[Mapping[str, Any]],
) -> Missing:
    """Return what is missing of a plan.

    points: point_id -> label, in the order of the plan. planned: the number of all its runs.
    done: run_id -> label of the finished runs. failures: the lines of failures.jsonl; those whose
    runs were done later do not count.
    """
    times = Counter(points.values())
    each = planned // max(len(points), 1)
    finished = Counter(done.values())
    failed: Counter[str] = Counter()
    reason: dict[str, str] = {}
    last = {line["run_id"]: line for line in failures if line["run_id"] not in done}
    for failure in last.values():
        failed[failure["label"]] += 1
        reason.setdefault(failure["label"], shortened(str(failure["error"])))
    arms = (
        Shortfall(
            label,
            each * points_,
            failed[label],
            max(0, each * points_ - finished[label] - failed[label]),
            reason.get(label, ""),
        )
        for label, points_ in times.items()
    )
    return Missing(tuple(arm for arm in arms if arm.failed or arm.pending), planned)


def shortened(reason: str) -> str:
    """Return the first line of an error, cut to a readable length."""
    first = (reason.strip().splitlines() or [""])[0].rstrip(".")
    return first if len(first) <= REASON else f"{first[: REASON - 3]}..."


def warn_of(missing: Missing, folder: str) -> None:
    """Warn the caller outside this package with all that `sentences` says."""
    if missing:
        warnings.warn(f"{folder}: {' '.join(missing.sentences())}", MissingRunsWarning, outside())


@contextmanager
def untold() -> Iterator[None]:
    """Issue no MissingRunsWarning in here.

    Code that uses this tells of the failed runs that matter to its answer, once.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingRunsWarning)
        yield


def outside() -> int:
    """Return the `stacklevel` of the nearest caller outside this package: the user's own line."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and str(frame.f_globals.get("__name__", "")).partition(".")[0] == "sim":
        level, frame = level + 1, frame.f_back
    return level
