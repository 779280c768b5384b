"""Paired comparison of the arms of a results folder with their baselines.

An arm is a strategy at a point of the sweep. In a replication all strategies meet the same world
(common random numbers) and the same futures, so arms are compared by the difference within each
future and replication.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.arms import arms_with_levers, baselines_of, nothing_to_compare
from sim.analysis.derived import DERIVED, LESS, MORE, NEUTRAL, derived, futures_of
from sim.analysis.labels import short_labels
from sim.analysis.paired import holm, mean_of, value_of
from sim.analysis.verdicts import verdict
from sim.names import outcome_in
from sim.results.missing import Missing
from sim.results.results import Results, ResultsError

if TYPE_CHECKING:
    import pandas as pd


class NothingFinished(ResultsError):
    """No arm has finished a run together with its baseline."""


@dataclass(frozen=True)
class Pairs:
    """How many pairs of runs an arm and its baseline have: `used` of `planned`.

    `equal`: in every pair every outcome is the same, bit for bit."""

    label: str
    baseline: str
    used: int
    planned: int
    equal: bool = False

    def __str__(self) -> str:
        return f"{self.used:,} of {self.planned:,}"


@dataclass(frozen=True)
class Comparison:
    """The answer of `compare`.

    - `baselines`: the baseline of each compared arm, both by their point_id in future 0.
    - `asked`: the outcomes asked for by name, if any.
    - `futures`: how many futures the folder holds.
    - `pairs`: the arms that were to be compared, those without a pair included.
    - `missing`: the runs that the folder lacks.
    - `short`: the short label of each arm, by its full label.
    - `horizons`: the days of the horizon of each compared arm.
    - `with_levers`: the arms that have levers of their own, which their baseline has not.
    - `folders`, `inputs`: where two folders are compared, their names and a line for each input
      that differs."""

    frame: pd.DataFrame
    baselines: dict[str, str]
    asked: tuple[str, ...] | None
    confidence: float
    futures: int = 1
    pairs: tuple[Pairs, ...] = ()
    missing: Missing = field(default_factory=Missing)
    short: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    horizons: tuple[int, ...] = ()
    with_levers: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row per arm and outcome.

        Columns: ids, `x.` values, means, paired difference, intervals, share better, p_holm, n,
        verdict (the text of a `Verdict`)."""
        return self.frame

    @property
    def without_effect(self) -> tuple[Pairs, ...]:
        """The arms that equal their baseline bit for bit in every outcome of every pair, although
        their scenario differs from it."""
        return tuple(each for each in self.pairs if each.used and each.equal)

    @property
    def short_of_pairs(self) -> tuple[Pairs, ...]:
        """The arms that have fewer pairs than planned, down to none."""
        return tuple(each for each in self.pairs if each.used < each.planned)

    def to_json(self) -> str:
        """Return the table as a JSON object; a value that is not defined is null.

        The object also holds the pairs of each arm, what is missing and the arms without effect."""
        told: dict[str, Any] = {"confidence": self.confidence, "baselines": self.baselines}
        told["pairs"] = [asdict(each) for each in self.pairs]
        told["missing"] = self.missing.to_dict()
        told["without_effect"] = [each.label for each in self.without_effect]
        if self.folders:
            told |= {"folders": self.folders, "inputs": self.inputs}
        told["rows"] = json.loads(self.frame.to_json(orient="records", double_precision=15))
        return json.dumps(told, ensure_ascii=False)


def compare(
    results: Results,
    baseline: str | None = None,
    outcomes: Iterable[str] | str | None = None,
    confidence: float = 0.95,
) -> Comparison:
    """Return the paired differences, arm minus baseline, of each outcome.

    `baseline`: a label, a point_id or `key=value,...`; by default the `hold` of each arm, with the
    same world and taskings and the file's levers; "levers" for the `hold` with the levers of the
    arm's own strategy, so that only the movement differs.
    `outcomes`: names, derived ones included; by default all.

    Runs are paired by future and replication. A pair in which an outcome is null does not count in
    the `n` of that outcome. `low` and `high` are Student's t interval of the mean difference,
    `boot_*` a percentile bootstrap. `enough` says that the half-width is at most half of the
    difference; `n_needed` is the number of pairs for that. `censored` counts the runs of a waiting
    time that ended before the awaited event; they enter with the horizon, so the mean is too low.

    The futures of an arm are pooled. From two futures on, the replications of one future are not
    independent, so differences are first averaged within each future, and the intervals are over
    the means of the `futures`, all of the same weight; `n` still counts pairs.

    Where runs are missing, a MissingRunsWarning says so, and `Comparison.pairs` says which arms
    have fewer pairs, or none. Raises ResultsError for an unknown name or a folder with nothing to
    compare."""
    if not 0 < confidence < 1:
        raise ResultsError(f"confidence: expected between 0 and 1, got {confidence}")
    missing, known, design = results.missing(), results.outcomes(), results.design()
    by_label = runs_by_label(results)
    asked, names = asked_of(outcomes, known)
    baselines = baselines_of(design, baseline)
    if not baselines:
        raise ResultsError(f"{results.path}: {nothing_to_compare(design)}")
    points = design.set_index("point_id")

    rows: list[dict[str, Any]] = []
    pairs: list[Pairs] = []
    for point_id, base_id in baselines.items():
        point, base = points.loc[point_id], points.loc[base_id]
        mine, theirs = paired(by_label.get(point["label"]), by_label.get(base["label"]))
        planned = missing.planned // len(design) * int((design["label"] == point["label"]).sum())
        equal = same_bits(mine, theirs, known)
        pairs.append(Pairs(point["label"], base["label"], len(mine), planned, equal))
        if len(mine):
            head = head_of(point_id, point, base["label"])
            rows += [
                head | row_for(name, mine, theirs, known, float(point["horizon_days"]), confidence)
                for name in names
            ]
    if not rows:
        told = " ".join(
            ["no point and its baseline have both finished a run.", *missing.sentences()]
        )
        raise NothingFinished(f"{results.path}: {told}")
    return Comparison(
        framed(rows),
        baselines,
        asked,
        confidence,
        int(design["future"].nunique()),
        tuple(pairs),
        missing,
        short_labels(design),
        horizons=tuple(int(points.loc[point_id, "horizon_days"]) for point_id in baselines),
        with_levers=arms_with_levers(design, baselines),
    )


def runs_by_label(results: Results) -> dict[str, pd.DataFrame]:
    """Return the finished runs of each arm, indexed by (future, replication).

    The points of an arm share its label. Raises NothingFinished where no run is finished."""
    runs = results.runs()
    if runs.empty:
        told = " ".join(["no finished run to compare yet.", *results.missing().sentences()])
        raise NothingFinished(f"{results.path}: {told}")
    labels = dict(zip(results.design()["point_id"], results.design()["label"]))
    return {
        str(label): rows.set_index(["future", "replication"])
        for label, rows in runs.groupby(runs["point_id"].map(labels))
    }


def asked_of(
    outcomes: Iterable[str] | str | None, known: dict[str, dict[str, str]]
) -> tuple[tuple[str, ...] | None, list[str]]:
    """Return the outcomes asked for by name, if any, and the outcomes to compare."""
    asked = (
        None if outcomes is None else (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    )
    names = chosen(asked, known)
    return (None if asked is None else tuple(names)), names


def paired(
    mine: pd.DataFrame | None, theirs: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the runs that two arms share, row by row the same future and replication.

    An arm without a finished run is None."""
    import pandas as pd

    if mine is None or theirs is None:
        return pd.DataFrame(), pd.DataFrame()
    return mine.align(theirs, join="inner", axis=0)


def same_bits(mine: pd.DataFrame, theirs: pd.DataFrame, known: Iterable[str]) -> bool:
    """Say whether every outcome of every pair is the same; null equals null."""
    names = [name for name in known if name in mine and name in theirs]
    here, there = (
        runs[names].to_numpy(float) if len(runs) else np.empty(0) for runs in (mine, theirs)
    )
    return bool(names) and len(here) > 0 and np.array_equal(here, there, equal_nan=True)


def head_of(point_id: str, point: Any, baseline: str) -> dict[str, Any]:
    """Return the first columns of the rows of an arm: its ids and its `x.` values."""
    head = {"point_id": point_id, "label": point["label"], "baseline": baseline}
    return head | {key: point[key] for key in point.index if key.startswith("x.")}


def framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the rows as a table, with Holm's correction over all of them."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    frame.insert(frame.columns.get_loc("p") + 1, "p_holm", holm(frame["p"].to_numpy(float)))
    return frame


def row_for(
    name: str,
    mine: pd.DataFrame,
    theirs: pd.DataFrame,
    known: dict[str, dict[str, str]],
    horizon_days: float,
    confidence: float,
) -> dict[str, Any]:
    """Return one row of the table: an outcome of an arm against its baseline.

    `mine`, `theirs`: the runs of the two, row by row a pair. `known`: unit, label and direction of
    the stored outcomes."""
    if name in DERIVED:
        about = DERIVED[name]
        unit, label, direction = about.unit, about.label, about.direction
        estimate, differences = derived(name, mine, theirs, horizon_days, confidence)
        means = (math.nan if about.ratio else 0.0, estimate.value)
    else:
        stored = known[name]
        unit, label = stored.get("unit", ""), stored.get("label", name)
        direction = stored.get("direction", NEUTRAL)
        both = (mine[name].notna() & theirs[name].notna()).to_numpy()
        here, there = (runs[name].to_numpy(float)[both] for runs in (mine, theirs))
        futures = futures_of(mine)[both]
        differences = here - there
        estimate = mean_of(differences, confidence, futures)
        means = (value_of(there, futures), value_of(here, futures))
    censored_base, censored_own = (censored(name, runs) for runs in (theirs, mine))
    sign = {LESS: -1, MORE: 1}.get(direction)
    is_ratio = name in DERIVED and DERIVED[name].ratio
    better = (
        math.nan if sign is None or not len(differences) else float((sign * differences > 0).mean())
    )
    return {
        "outcome": name,
        "unit": unit,
        "outcome_label": label,
        "n": estimate.n,
        "futures": estimate.futures,
        "baseline_mean": means[0],
        "mean": means[1],
        "difference": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "boot_low": estimate.boot_low,
        "boot_high": estimate.boot_high,
        "share_better": better,
        "p": estimate.p,
        "enough": estimate.enough,
        "n_needed": estimate.n_needed,
        "exactly_zero": estimate.exactly_zero,
        "verdict": verdict(name, estimate, None if is_ratio else sign).value,
        "baseline_censored": censored_base,
        "censored": censored_own,
    }


def censored(name: str, runs: pd.DataFrame) -> float:
    """Return in how many runs an awaited event had not come by the end; NaN for other outcomes.

    A waiting time `X_days_Y` has its mark in the column `X_censored_Y`."""
    mark = name.replace("_days_", "_censored_")
    return float(runs[mark].sum()) if mark != name and mark in runs else math.nan


def chosen(asked: tuple[str, ...] | None, known: dict[str, dict[str, str]]) -> list[str]:
    """Return the outcomes to compare: those asked for, else all, derived ones included.

    An outcome that is asked for by a former name is found under the name that the folder has."""
    possible = [*known, *(name for name, each in DERIVED.items() if set(each.needs) <= set(known))]
    wanted = [outcome_in(name, possible) for name in asked or ()]
    for name in wanted:
        if name not in possible:
            near = difflib.get_close_matches(name, possible, 1) or [
                each for each in possible if each.startswith(name[:4])
            ]
            raise ResultsError(
                f"outcome: no {name!r} in these results"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
    return list(dict.fromkeys(wanted)) if asked else possible
