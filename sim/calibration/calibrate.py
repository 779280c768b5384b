"""Calibration by rejection: approximate Bayesian computation of the uncertain parameters.

Each future of a batch is one draw of the uncertain parameters from the prior, `[futures]`. Its
distance is the sum of `((model - observed) / error)^2` over the observations in use. The model's
value is the mean over the replications of that future, and the error is half of the range from low
to high (`observed.py`). The K nearest futures are the ensemble: a sample of the posterior, as well
as N draws and a tolerance allow. Future 0, the scenario's own values, is compared but is no draw. A
share of nothing, such as the share seized where nothing was seized or left, is undefined; a draw in
which a fitted observation is undefined has no distance and is left out.

A parameter counts as narrowed where the 5-95 % spread of the ensemble is smaller than blind choice
would make it: below the quantile .05 / (number of parameters) of the spreads of K draws chosen
blindly from the N. Chance then narrows any parameter in one calibration of twenty. The registry is
not changed; `fitted.csv` holds the joint draws, to be used as `[futures] design = "table"`.
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
from sim.names import HOLD
from sim.parameters import EDITION, load_registry
from sim.results.results import Interrupted, Results, ResultsError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

DISTANCE, FUTURE, MODEL = "distance", "future", "edition"
SPREAD = (0.05, 0.5, 0.95)
BLIND = 2_000  # sets chosen blindly, to see what chance narrows
BY_CHANCE = 0.05  # how often chance may pass for a finding
WITHIN = {True: "inside", False: "outside", None: "undefined"}
KEPT_SHARE = 5  # by default one draw in five is kept


@dataclass(frozen=True)
class Calibration:
    """A batch compared with observations.

    - `rows`: the observations.
    - `draws`: a row for each complete future but 0 (future, parameters, distance), nearest first.
    - `keep`: how many of them, from the first, are the ensemble.
    - `model`: f8[runs, rows], what the runs of the ensemble give.
    - `default`: f8[rows], what future 0 gives; NaN where it failed.
    - `default_distance`: the distance of future 0.
    - `failed`: how many runs failed.
    - `undefined`: how many draws were left out for a fitted share of nothing."""

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
        """Return a row for each parameter.

        It has the default, 5-95 % of all draws (the prior), the median and 5-95 % of the ensemble,
        the ratio of the two spreads, and whether the range narrowed."""
        found = []
        drawn = self.draws[self.names].to_numpy(float)
        # This chance is not the model's: it says which K of N draws a blind choice would keep.
        blind = [
            np.random.default_rng(i).choice(len(drawn), self.keep, replace=False)
            for i in range(BLIND)
        ]
        by_chance = np.array([spread(drawn[chosen]) for chosen in blind])
        kept = drawn[: self.keep]
        for i, name in enumerate(self.names):
            entry = load_registry().get(name)
            low, median, high = (float(each) for each in np.quantile(kept[:, i], SPREAD))
            prior = [float(each) for each in np.quantile(drawn[:, i], (SPREAD[0], SPREAD[-1]))]
            width = prior[1] - prior[0]
            narrowed = self.keep > 1 and spread(kept)[i] < np.quantile(
                by_chance[:, i], BY_CHANCE / len(self.names)
            )
            found.append(
                {
                    "parameter": name,
                    "unit": entry.unit,
                    "default": entry.value,
                    "prior_low": prior[0],
                    "prior_high": prior[1],
                    "low": low,
                    "median": median,
                    "high": high,
                    "spread_of_prior": (high - low) / width if width > 0 else None,
                    "narrowed": bool(narrowed),
                }
            )
        return found

    def fit(self) -> list[dict[str, Any]]:
        """Return a row for each observation.

        It has what was observed, the ensemble's median and 5-95 % over members and replications,
        whether the figure lies inside, the distance of the median in errors, and what the defaults
        give. A value is None where a run of the ensemble has a share of nothing."""
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
        """Return the ensemble as a CSV table: future, parameters, distance, edition; nearest first.

        The edition of the model lets a later one say that the fit is outdated. The numbers are
        exactly those that were run."""
        text = io.StringIO(newline="")
        table = csv.writer(text, lineterminator="\n")
        table.writerow([*self.ensemble.columns, MODEL])
        for future, *values in self.ensemble.itertuples(index=False):
            table.writerow([int(future), *(repr(float(value)) for value in values), EDITION])
        return text.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """Return the whole calibration for JSON."""
        distances = self.draws[DISTANCE]
        return {
            MODEL: EDITION,
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
    """Return a number for JSON, None where it is not finite."""
    return float(value) if np.isfinite(value) else None


def spread(values: np.ndarray) -> np.ndarray:
    """Return the width from the 5 to the 95 % quantile of each column."""
    low, high = np.quantile(values, (SPREAD[0], SPREAD[-1]), axis=0)
    return np.asarray(high - low)


def members_of(scenario: Any, keep: int | None) -> int:
    """Return how many draws of a scenario's futures to keep.

    Raises ScenarioError or UserError where the scenario cannot be calibrated."""
    file = scenario.path.name if scenario.path else "scenario"
    drawn = scenario.futures.samples
    if scenario.sweep or scenario.strategies or scenario.strategy.name != HOLD:
        others = f"[sweep], [[strategies]] and another strategy than {HOLD}"
        told = f"what was observed is one history: expected no {others}"
        raise ScenarioError([Problem(file, "", told)])
    if not drawn:
        told = "missing; a calibration draws from [futures]: expected 1 or more"
        raise ScenarioError([Problem(file, "futures.samples", told)])
    if scenario.futures.design == "table":
        told = 'expected "lhs" or "sobol": the rows of a table are no draw from a prior'
        raise ScenarioError([Problem(file, "futures.design", told)])
    if keep is not None and not 1 <= keep <= drawn:
        raise UserError(
            f"--keep: expected a whole number from 1 to the {drawn} samples (got {keep})"
        )
    return keep or max(drawn // KEPT_SHARE, 1)


def calibrate(
    results: Results, rows: Sequence[Observation], keep: int, replications: int
) -> Calibration:
    """Compare the futures of a finished batch with observations and keep the `keep` nearest.

    Only the first `replications` of each future count. A future with a failed or missing run is
    left out, and so is a draw in which a fitted observation is undefined. Raises ResultsError when
    fewer than `keep` are left (Interrupted where runs failed), or when the folder has several
    arms."""
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
        raise (Interrupted if failed else ResultsError)(
            f"{results.path}: {len(draws)} futures have all their runs; "
            f"expected at least the {keep} to keep"
        )
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
        raise ResultsError(
            f"undefined, a share of nothing, in so many of {len(draws)} futures: "
            f"{', '.join(shares)}; at least {keep} to keep must have it: "
            "give it other days, or use = held_out"
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
    """Print how near the ensemble comes, what the data say of each parameter, and each fit."""
    whole = found.to_dict()
    nearest, farthest = whole["distance"]["kept"]
    counted = sum(row.use == FIT for row in found.rows)
    tell(
        console,
        f"Kept {found.keep} of {len(found.draws)} draws. Distance, a sum over {counted} "
        f"observations: {one_decimal(nearest)} to {one_decimal(farthest)}; "
        f"median of all draws {one_decimal(whole['distance']['all'][1])}; "
        f"defaults {one_decimal(whole['distance']['default'])}",
    )
    if found.undefined:
        tell(
            console,
            f"Left out: {found.undefined} draws in which a fitted observation is undefined, "
            "a share of nothing.",
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
    told = ", ".join(loose) or "none; each is narrower than chance would make it"
    tell(console, f"The data did not narrow: {told}.")
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
            f"Of {len(held)} observations held out, {within.count(True)} lie within the "
            f"ensemble's 5-95 %{undefined}.",
        )


def one_decimal(value: float | None, sign: str = "") -> str:
    """Return a distance with one decimal, in exponent form where it is long; `none` for None."""
    if value is None:
        return "none"
    return f"{value:{sign}.1f}" if abs(value) < 1e7 else f"{value:{sign}.1e}"
