"""Calibration: which draws of the uncertain parameters give what was observed. Approximate Bayesian computation by rejection.

Each future of a batch is one draw from the prior, `[futures]`. Its distance is the sum over the observations in use of
`((model - observed) / error)^2`, the model's value a mean over the replications of that future, the error half of the range from low to
high (`observed.py`). The K nearest futures are the ensemble: a sample of the posterior as far as N draws and a tolerance can tell.
Future 0, the scenario's own values, is compared and is no draw. A share of nothing, as of what was seized where nothing was seized or
left, is undefined: a draw in which a fitted observation is, has no distance and is left out.

A range counts as narrowed where the 5-95 % spread of the ensemble is smaller than blind choice would make it: under the quantile
.05 / parameters of the spreads of K draws taken blindly from the N, so that chance narrows any of them in one calibration of twenty.
Nothing is changed in the registry; `fitted.csv` holds the joint draws, to be used as `[futures] design = "table"`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.printed import number
from sim.analysis.sheet import Column, Sheet, tell
from sim.calibration.observed import FIT, Observation, Weekly, read_weekly
from sim.errors import Problem, ScenarioError, UserError
from sim.parameters import load_registry
from sim.results.results import Interrupted, Results, ResultsError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

DISTANCE, FUTURE = "distance", "future"
SPREAD = (0.05, 0.5, 0.95)
BLIND, BY_CHANCE = (
    2_000,
    0.05,
)  # sets drawn blindly to see what chance narrows; how often it may pass for a finding
WITHIN = {True: "inside", False: "outside", None: "undefined"}
KEPT_SHARE = 5  # one in five is kept unless told otherwise


@dataclass(frozen=True)
class Calibration:
    """A batch held against observations. `draws`: one row per complete future but 0 (future, parameters, distance), nearest first, of which
    the first `keep` are the ensemble; `model`: f8[runs, rows] of the ensemble's runs; `default`: f8[rows] of future 0, NaN where it failed;
    `default_distance`: its distance; `failed`: runs that failed; `undefined`: draws left out for a fitted share of nothing."""

    rows: Sequence[Observation]
    draws: pd.DataFrame
    keep: int
    model: np.ndarray
    default: np.ndarray
    default_distance: float
    weekly: Weekly
    failed: int
    undefined: int = 0

    @property
    def names(self) -> list[str]:
        """The uncertain parameters."""
        return [name for name in self.draws.columns if name not in (FUTURE, DISTANCE)]

    @property
    def ensemble(self) -> pd.DataFrame:
        """The K nearest draws."""
        return self.draws.head(self.keep)

    def parameters(self) -> list[dict[str, Any]]:
        """Of each parameter: default, 5-95 % of all draws (the prior), median and 5-95 % of the ensemble, their ratio, narrowed or not."""
        found = []
        drawn = self.draws[self.names].to_numpy(float)
        # Not chance in the model: which K of N draws a blind choice would keep.
        blind = [
            np.random.default_rng(i).choice(len(drawn), self.keep, replace=False)
            for i in range(BLIND)
        ]
        by_chance = np.array([spread(drawn[chosen]) for chosen in blind])
        kept = drawn[: self.keep]
        for i, name in enumerate(self.names):
            low, median, high = (float(each) for each in np.quantile(kept[:, i], SPREAD))
            prior = [float(each) for each in np.quantile(drawn[:, i], (SPREAD[0], SPREAD[-1]))]
            narrowed = self.keep > 1 and spread(kept)[i] < np.quantile(
                by_chance[:, i], BY_CHANCE / len(self.names)
            )
            found.append(
                {
                    "parameter": name,
                    "unit": load_registry().get(name).unit,
                    "default": load_registry().get(name).value,
                    "prior_low": prior[0],
                    "prior_high": prior[1],
                    "low": low,
                    "median": median,
                    "high": high,
                    "spread_of_prior": (high - low) / (prior[1] - prior[0])
                    if prior[1] > prior[0]
                    else None,
                    "narrowed": bool(narrowed),
                }
            )
        return found

    def fit(self) -> list[dict[str, Any]]:
        """Of each observation: what was observed, the ensemble's median and 5-95 % over members and replications, whether the figure lies
        in it, the median's distance in errors, and what the defaults give. None where a run of the ensemble has a share of nothing."""
        found = []
        for i, row in enumerate(self.rows):
            low, median, high = (float(each) for each in np.quantile(self.model[:, i], SPREAD))
            found.append(
                {
                    "series": row.series,
                    "when": row.when,
                    "unit": row.unit,
                    "use": row.use,
                    "observed": row.value,
                    "observed_low": row.low,
                    "observed_high": row.high,
                    "source": row.source,
                    "low": finite(low),
                    "median": finite(median),
                    "high": finite(high),
                    "inside": None if np.isnan(median) else low <= row.value <= high,
                    "errors": finite((median - row.value) / row.error),
                    "default": finite(self.default[i]),
                }
            )
        return found

    def to_csv(self) -> str:
        """The ensemble as a table of futures, nearest first: future, parameters, distance; the numbers exactly as they were run."""
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow(self.ensemble.columns)
        for future, *values in self.ensemble.itertuples(index=False):
            table.writerow([int(future), *(repr(float(value)) for value in values)])
        return text.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """All of it, for JSON."""
        distances = self.draws[DISTANCE]
        return {
            "draws": len(self.draws),
            "kept": self.keep,
            "failed_runs": self.failed,
            "undefined_draws": self.undefined,
            "distance": {
                "kept": [float(distances.iloc[0]), float(distances.iloc[self.keep - 1])],
                "all": [float(each) for each in np.quantile(distances, SPREAD)],
                "default": finite(self.default_distance),
            },
            "parameters": self.parameters(),
            "fit": self.fit(),
        }


def finite(value: float) -> float | None:
    """A number for JSON; None for what is none."""
    return float(value) if np.isfinite(value) else None


def spread(values: np.ndarray) -> np.ndarray:
    """From the 5 to the 95 % quantile of each column."""
    low, high = np.quantile(values, (SPREAD[0], SPREAD[-1]), axis=0)
    return np.asarray(high - low)


def members_of(scenario: Any, keep: int | None) -> int:
    """How many draws to keep of a scenario's futures. ScenarioError or UserError where it cannot be calibrated."""
    file = scenario.path.name if scenario.path else "scenario"
    drawn = scenario.futures.samples
    if scenario.sweep or scenario.strategies or scenario.strategy.name != "hold":
        others = "[sweep], [[strategies]] and another strategy than hold"
        raise ScenarioError(
            [Problem(file, "", f"what was observed is one history: expected no {others}")]
        )
    if not drawn:
        raise ScenarioError(
            [
                Problem(
                    file,
                    "futures.samples",
                    "missing; a calibration draws from [futures]: expected 1 or more",
                )
            ]
        )
    if scenario.futures.design == "table":
        raise ScenarioError(
            [
                Problem(
                    file,
                    "futures.design",
                    'expected "lhs" or "sobol": the rows of a table are no draw from a prior',
                )
            ]
        )
    if keep is not None and not 1 <= keep <= drawn:
        raise UserError(
            f"--keep: expected a whole number from 1 to the {drawn} samples (got {keep})"
        )
    return keep or max(drawn // KEPT_SHARE, 1)


def calibrate(
    results: Results, rows: Sequence[Observation], keep: int, replications: int
) -> Calibration:
    """Hold the futures of a finished batch against observations and keep the `keep` nearest, by their first `replications` runs.

    A future with a failed or missing run is left out, and so is a draw in which a fitted observation is undefined. ResultsError when fewer
    than `keep` are left (Interrupted where runs failed), or when the folder has several arms.
    """
    design, status = results.design(), results.status()
    if design["label"].nunique() != 1 or design["future"].max() < 1:
        raise ResultsError(f"{results.path}: expected one strategy in several futures")
    if not status["SUCCEEDED"]:
        raise Interrupted(f"{results.path}: no run has succeeded")
    failed = sum(failure["replication"] < replications for failure in results.failures())
    weekly = read_weekly(results, list(dict.fromkeys(row.series for row in rows)), replications)
    values = np.column_stack([weekly.value(row) for row in rows])
    future = weekly.runs[FUTURE].to_numpy()
    complete = {each for each in np.unique(future) if (future == each).sum() == replications}
    means = {each: values[future == each].mean(axis=0) for each in complete}
    counts = np.array([row.use == FIT for row in rows])
    observed, error = (
        np.array([getattr(row, name) for row in rows]) for name in ("value", "error")
    )
    distance = {
        each: float((((mean - observed) / error)[counts] ** 2).sum())
        for each, mean in means.items()
    }
    parameters = [column for column in design.columns if column.startswith("drawn.")]
    draws = design[[FUTURE, *parameters]].rename(columns=lambda name: name.removeprefix("drawn."))
    draws = draws[draws[FUTURE].isin(complete - {0})]
    if len(draws) < keep:
        told = f"{results.path}: {len(draws)} futures have all their runs; expected at least the {keep} to keep"
        raise (Interrupted if failed else ResultsError)(told)
    draws = draws.assign(**{DISTANCE: draws[FUTURE].map(distance)}).sort_values(
        [DISTANCE, FUTURE], ignore_index=True
    )
    undefined = draws[DISTANCE].isna()
    if (~undefined).sum() < keep:
        times = [
            sum(bool(np.isnan(means[each][i])) for each in draws[FUTURE]) for i in range(len(rows))
        ]
        shares = [
            f"{row.series} in {row.when} (line {row.line}) in {n}"
            for row, n, fit in zip(rows, times, counts)
            if fit and n
        ]
        told = f"undefined, a share of nothing, in so many of {len(draws)} futures: {', '.join(shares)}"
        raise ResultsError(
            f"{told}; at least {keep} to keep must have it: give it other days, or use = held_out"
        )
    draws = draws[~undefined]
    members = np.isin(future, draws[FUTURE].head(keep))
    default = means.get(0, np.full(len(rows), np.nan))
    default_distance = distance.get(0, np.nan)
    return Calibration(
        rows,
        draws,
        keep,
        values[members],
        default,
        default_distance,
        weekly,
        failed,
        int(undefined.sum()),
    )


def print_calibration(found: Calibration, console: Console) -> None:
    """Print how near the ensemble comes, what the data say of each parameter, and the fit of each observation."""
    whole = found.to_dict()
    nearest, farthest = whole["distance"]["kept"]
    counted = sum(row.use == FIT for row in found.rows)
    tell(
        console,
        f"Kept {found.keep} of {len(found.draws)} draws. Distance, a sum over {counted} observations: {one_decimal(nearest)} to "
        f"{one_decimal(farthest)}; median of all draws {one_decimal(whole['distance']['all'][1])}; "
        f"defaults {one_decimal(whole['distance']['default'])}",
    )
    if found.undefined:
        tell(
            console,
            f"Left out: {found.undefined} draws in which a fitted observation is undefined, a share of nothing.",
        )
    parameters = Sheet(
        "What the data say of each parameter",
        "parameter",
        [
            Column("default"),
            Column("prior 5-95 %"),
            Column("fitted median"),
            Column("fitted 5-95 %"),
            Column("of prior"),
            Column("narrowed", right=False),
            Column("unit", right=False),
        ],
    )
    for each in whole["parameters"]:
        scale = (each["prior_high"] - each["prior_low"]) / 20
        shown = {
            name: number(each[name], scale)
            for name in ("default", "prior_low", "prior_high", "low", "median", "high")
        }
        parameters.add(
            each["parameter"],
            shown["default"],
            f"{shown['prior_low']}-{shown['prior_high']}",
            shown["median"],
            f"{shown['low']}-{shown['high']}",
            "" if each["spread_of_prior"] is None else f"{each['spread_of_prior']:.2f}",
            "yes" if each["narrowed"] else "no",
            each["unit"],
        )
    parameters.print(console)
    fit = Sheet(
        "Each observation: the ensemble's median and 5-95 %",
        "series",
        [
            Column("when", right=False),
            Column("observed"),
            Column("model"),
            Column("5-95 %"),
            Column("errors"),
            Column("within", right=False),
            Column("defaults"),
            Column("use", right=False),
        ],
    )
    for row, each in zip(found.rows, whole["fit"]):
        names = ("observed", "median", "low", "high", "default")
        shown = {
            name: "" if each[name] is None else number(each[name], row.error / 5) for name in names
        }
        fit.add(
            each["series"],
            each["when"],
            shown["observed"],
            shown["median"],
            f"{shown['low']}-{shown['high']}" if shown["low"] else "",
            "" if each["errors"] is None else one_decimal(each["errors"], "+"),
            WITHIN[each["inside"]],
            shown["default"],
            each["use"].replace("_", " "),
        )
    fit.print(console)
    loose = [each["parameter"] for each in whole["parameters"] if not each["narrowed"]]
    tell(
        console,
        f"The data did not narrow: {', '.join(loose) or 'none; each is narrower than chance would make it'}.",
    )
    held = [each for each in whole["fit"] if each["use"] != FIT]
    if held:
        within = [each["inside"] for each in held]
        undefined = (
            f"; {within.count(None)} undefined, a share of nothing in some runs"
            if None in within
            else ""
        )
        tell(
            console,
            f"Of {len(held)} observations held out, {within.count(True)} lie within the ensemble's 5-95 %{undefined}.",
        )


def one_decimal(value: float | None, sign: str = "") -> str:
    """A distance with one decimal, and an exponent where that would be long; `none` for None."""
    return (
        "none"
        if value is None
        else f"{value:{sign}.1f}"
        if abs(value) < 1e7
        else f"{value:{sign}.1e}"
    )
