"""The functions for notebooks: run a scenario or a batch, open a results folder, compare, draw."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.results.results import Results as StoredResults
from sim.scenario import load_scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.analysis.compare import Comparison
    from sim.simulation.records import Records

__all__ = ["Results", "batch", "compare", "load_scenario", "run"]


class Results(StoredResults):
    """A results folder that can also compare its arms and draw them.

    Raises ResultsError when `path` is not a results folder."""

    def compare(
        self,
        baseline: str | None = None,
        outcomes: Iterable[str] | None = None,
        confidence: float = 0.95,
    ) -> Comparison:
        """Return paired differences against the baseline: see `sim.analysis.compare.compare`."""
        return compare(self, baseline, outcomes, confidence)

    def plot_tradeoff(self) -> Figure:
        """Draw the people whom each point leaves to armed rule, against the kilograms kept in Peru.

        See `sim.report.tradeoff.tradeoff`."""
        from sim.report.tradeoff import tradeoff

        return tradeoff(self)

    def plot_weekly(self, series: str | Sequence[str], point: str | None = None) -> Figure:
        """Draw weekly series of a point against its `hold`: see `sim.report.series.weekly`."""
        from sim.report.series import weekly

        return weekly(self, series, point)

    def plot_armed_map(self, point: str) -> Figure:
        """Draw the people under armed rule by community: at the start, after the move, at the end.

        See `sim.report.maps.armed_rule`."""
        from sim.report.maps import armed_rule

        return armed_rule(self, point)

    def plot_interdiction_map(self, point: str) -> Figure:
        """Draw the cocaine that passed and was seized, by community.

        See `sim.report.maps.interdiction`."""
        from sim.report.maps import interdiction

        return interdiction(self, point)


def run(scenario: Any, replication: int = 0) -> Records:
    """Run a scenario from the first day of the burn-in to the end: see `sim.simulation.run.run`."""
    from sim.simulation.run import run as run_once

    return run_once(scenario, replication)


def batch(
    scenario: Any,
    executor: Executor | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    replications: int | None = None,
    replace: bool = False,
    progress: bool = True,
    processes: bool = False,
    shard: str = "1/1",
    run: Callable[..., Any] | None = None,
    outcomes: Mapping[str, Any] | None = None,
    allow_code: bool = False,
) -> Results:
    """Run every point and replication of a scenario that its folder lacks, and open the folder.

    The arguments and the errors are those of `sim.batches.runner.batch`."""
    from sim.batches import runner

    done = runner.batch(
        scenario,
        executor,
        out,
        workers,
        replications,
        replace,
        progress,
        processes,
        shard,
        run,
        outcomes,
        allow_code,
    )
    results = Results(done.path, done.manifest)
    results._warned = True  # the batch has already warned of missing runs
    return results


def compare(
    results: StoredResults,
    baseline: str | None = None,
    outcomes: Iterable[str] | str | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Return the paired differences of the arms of a results folder against the baseline.

    See `sim.analysis.compare.compare`."""
    from sim.analysis.compare import compare as compare_arms

    return compare_arms(results, baseline, outcomes, confidence)
