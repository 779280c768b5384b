"""Calibration: which draws of the uncertain parameters give what was observed. Approximate Bayesian computation by rejection.

Each future of a batch is one draw from the prior, `[futures]`. Its distance is the sum over the observations in use of
`((model - observed) / error)^2`, the model's value a mean over the replications of that future, the error half of the range from low to
high (`observed.py`). The K nearest futures are the ensemble: a sample of the posterior as far as N draws and a tolerance can tell.
Future 0, the scenario's own values, is compared and is no draw.

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

from sim.analysis.observed import FIT, Observation, Weekly, read_weekly
from sim.analysis.printed import number, plain_table
from sim.batch.store import Results, ResultsError
from sim.parameters import load_registry
from sim.scenario.problems import Problem, ScenarioError, UserError

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

DISTANCE, FUTURE = "distance", "future"
SPREAD = (0.05, 0.5, 0.95)
BLIND, BY_CHANCE = 2_000, 0.05  # sets drawn blindly to see what chance narrows; how often it may pass for a finding
KEPT_SHARE = 5  # one in five is kept unless told otherwise


@dataclass(frozen=True)
class Calibration:
    """A batch held against observations. `draws`: one row per complete future but 0 (future, parameters, distance), nearest first, of which
    the first `keep` are the ensemble; `model`: f8[runs, rows] of the ensemble's runs; `default`: f8[rows] of future 0, NaN where it failed;
    `default_distance`: its distance."""

    rows: Sequence[Observation]
    draws: pd.DataFrame
    keep: int
    model: np.ndarray
    default: np.ndarray
    default_distance: float
    weekly: Weekly
    failed: int

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
        blind = [np.random.default_rng(i).choice(len(drawn), self.keep, replace=False) for i in range(BLIND)]
        by_chance = np.array([spread(drawn[chosen]) for chosen in blind])
        kept = drawn[: self.keep]
        for i, name in enumerate(self.names):
            low, median, high = (float(each) for each in np.quantile(kept[:, i], SPREAD))
            prior = [float(each) for each in np.quantile(drawn[:, i], (SPREAD[0], SPREAD[-1]))]
            narrowed = self.keep > 1 and spread(kept)[i] < np.quantile(by_chance[:, i], BY_CHANCE / len(self.names))
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
                    "spread_of_prior": (high - low) / (prior[1] - prior[0]) if prior[1] > prior[0] else None,
                    "narrowed": bool(narrowed),
                }
            )
        return found

    def fit(self) -> list[dict[str, Any]]:
        """Of each observation: what was observed, the ensemble's median and 5-95 % over members and replications, whether the figure lies
        in it, the median's distance in errors, and what the defaults give."""
        found = []
        for i, row in enumerate(self.rows):
            low, median, high = (float(each) for each in np.quantile(self.model[:, i], SPREAD))
            default = float(self.default[i])
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
                    "low": low,
                    "median": median,
                    "high": high,
                    "inside": low <= row.value <= high,
                    "errors": (median - row.value) / row.error,
                    "default": default if np.isfinite(default) else None,
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
            "distance": {
                "kept": [float(distances.iloc[0]), float(distances.iloc[self.keep - 1])],
                "all": [float(each) for each in np.quantile(distances, SPREAD)],
                "default": self.default_distance if np.isfinite(self.default_distance) else None,
            },
            "parameters": self.parameters(),
            "fit": self.fit(),
        }


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
        raise ScenarioError([Problem(file, "", f"what was observed is one history: expected no {others}")])
    if not drawn:
        raise ScenarioError([Problem(file, "futures.samples", "missing; a calibration draws from [futures]: expected 1 or more")])
    if scenario.futures.design == "table":
        raise ScenarioError([Problem(file, "futures.design", 'expected "lhs" or "sobol": the rows of a table are no draw from a prior')])
    if keep is not None and not 1 <= keep <= drawn:
        raise UserError(f"--keep: expected a whole number from 1 to the {drawn} samples (got {keep})")
    return keep or max(drawn // KEPT_SHARE, 1)


def calibrate(results: Results, rows: Sequence[Observation], keep: int) -> Calibration:
    """Hold the futures of a finished batch against observations and keep the `keep` nearest.

    A future with a failed or missing run is left out. ResultsError when fewer than `keep` are left, or when the folder has several arms.
    """
    design = results.design()
    if design["label"].nunique() != 1 or design["future"].max() < 1:
        raise ResultsError(f"{results.path}: expected one strategy in several futures")
    weekly = read_weekly(results, list(dict.fromkeys(row.series for row in rows)))
    values = np.column_stack([weekly.value(row) for row in rows])
    future = weekly.runs[FUTURE].to_numpy()
    complete = {each for each in np.unique(future) if (future == each).sum() == results.manifest["replications"]}
    means = {each: values[future == each].mean(axis=0) for each in complete}
    counts = np.array([row.use == FIT for row in rows])
    observed, error = (np.array([getattr(row, name) for row in rows]) for name in ("value", "error"))
    distance = {each: float((((mean - observed) / error)[counts] ** 2).sum()) for each, mean in means.items()}
    parameters = [column for column in design.columns if column.startswith("drawn.")]
    draws = design[[FUTURE, *parameters]].rename(columns=lambda name: name.removeprefix("drawn."))
    draws = draws[draws[FUTURE].isin([each for each in complete if each and np.isfinite(distance[each])])]
    draws = draws.assign(**{DISTANCE: draws[FUTURE].map(distance)}).sort_values([DISTANCE, FUTURE], ignore_index=True)
    if len(draws) < keep:
        raise ResultsError(f"{results.path}: {len(draws)} futures have all their runs; expected at least the {keep} to keep")
    members = np.isin(future, draws[FUTURE].head(keep))
    nothing = np.full(len(rows), np.nan)
    failed = results.status()["FAILED"]
    return Calibration(rows, draws, keep, values[members], means.get(0, nothing), distance.get(0, np.nan), weekly, failed)


def print_calibration(found: Calibration, console: Console) -> None:
    """Print how near the ensemble comes, what the data say of each parameter, and the fit of each observation."""
    whole = found.to_dict()
    nearest, farthest = whole["distance"]["kept"]
    counted = sum(row.use == FIT for row in found.rows)
    console.print(
        f"Kept {found.keep} of {len(found.draws)} draws. Distance, a sum over {counted} observations: {nearest:.1f} to {farthest:.1f}; "
        f"median of all draws {whole['distance']['all'][1]:.1f}; defaults {found.default_distance:.1f}"
    )
    table = plain_table("What the data say of each parameter", "parameter")
    for head in ("default", "prior 5-95 %", "fitted median", "fitted 5-95 %", "of prior", "", "unit"):
        table.add_column(head, justify="left" if head in ("", "unit") else "right", no_wrap=True)
    for each in whole["parameters"]:
        scale = (each["prior_high"] - each["prior_low"]) / 20
        shown = {name: number(each[name], scale) for name in ("default", "prior_low", "prior_high", "low", "median", "high")}
        table.add_row(
            each["parameter"],
            shown["default"],
            f"{shown['prior_low']}-{shown['prior_high']}",
            shown["median"],
            f"{shown['low']}-{shown['high']}",
            "" if each["spread_of_prior"] is None else f"{each['spread_of_prior']:.2f}",
            "" if each["narrowed"] else "not narrowed",
            each["unit"],
        )
    console.print(table)
    table = plain_table("Each observation: the ensemble's median and 5-95 %", "series")
    table.columns[0].no_wrap = True
    for head in ("when", "observed", "model", "5-95 %", "errors", "", "defaults", "use"):
        table.add_column(head, justify="left" if head in ("", "when", "use") else "right", no_wrap=True)
    for row, each in zip(found.rows, whole["fit"]):
        shown = {name: number(each[name], row.error / 5) for name in ("observed", "median", "low", "high")}
        table.add_row(
            each["series"],
            each["when"],
            shown["observed"],
            shown["median"],
            f"{shown['low']}-{shown['high']}",
            f"{each['errors']:+.1f}",
            "inside" if each["inside"] else "outside",
            "" if each["default"] is None else number(each["default"], row.error / 5),
            each["use"].replace("_", " "),
        )
    console.print(table)
    loose = [each["parameter"] for each in whole["parameters"] if not each["narrowed"]]
    console.print(f"The data did not narrow: {', '.join(loose) or 'none; each is narrower than chance would make it'}.", soft_wrap=True)
    held = [each for each in whole["fit"] if each["use"] != FIT]
    if held:
        console.print(f"Of {len(held)} observations held out, {sum(each['inside'] for each in held)} lie within the ensemble's 5-95 %.")
