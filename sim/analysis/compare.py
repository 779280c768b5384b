"""Each arm of a results folder (a strategy at a point of the sweep) against its baseline, pair by pair.

All strategies of a replication meet the same world (common random numbers) and the same futures, so what is compared is the difference
within each future and replication. Outcomes
that exist only as a pair with the baseline (averted kilograms, displaced share, exchange rate) are made here.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.labels import short
from sim.analysis.paired import Estimate, Floats, Whole, clear_of_zero, holm, mean_of, ratio_of
from sim.results.missing import Missing
from sim.results.results import Results, ResultsError

if TYPE_CHECKING:
    import pandas as pd

LESS, MORE, NEUTRAL = "less is better", "more is better", "neutral"
RARE = (
    "state_losses",
    "leaders_killed",
)  # counted rare events: 30 replications give no better than 25 % either way


class NothingFinished(ResultsError):
    """No arm has finished a run together with its baseline."""


@dataclass(frozen=True)
class Derived:
    """An outcome that exists only against the baseline; `needs` are the outcomes that it is made of."""

    unit: str
    label: str
    direction: str
    needs: tuple[str, ...]


DERIVED = {
    "averted_kg_border": Derived(
        "kg", "cocaine kept from the border exits", MORE, ("delivered_kg_border",)
    ),
    "averted_kg_total": Derived("kg", "cocaine kept from all exits", MORE, ("delivered_kg_total",)),
    "displaced_share": Derived(
        "1",
        "share of the averted border kilograms that left by other exits",
        LESS,
        ("delivered_kg_border", "delivered_kg_total"),
    ),
    "exchange_rate": Derived(
        "0.01 vacuum / (t/year)",
        "hundredths of VRAEM vacuum paid per tonne a year averted",
        LESS,
        ("vacuum_vraem", "delivered_kg_border"),
    ),
}


@dataclass(frozen=True)
class Pairs:
    """How many pairs of runs an arm and its baseline have, `used` of `planned`; `equal`: in each of them every outcome is the same, bit
    for bit."""

    label: str
    baseline: str
    used: int
    planned: int
    equal: bool = False

    def __str__(self) -> str:
        return f"{self.used:,} of {self.planned:,}"


@dataclass(frozen=True)
class Comparison:
    """The answer of `compare`. `baselines` gives the baseline's point_id of each compared arm, both those of future 0; `asked` the
    outcomes named, if any; `futures` how many futures the folder holds; `pairs` the arms that were to be compared, those without a pair
    included; `missing` the runs that the folder lacks; `folders` and `inputs`, of two folders that are compared, their names and what
    differs in their inputs, a line each."""

    frame: pd.DataFrame
    baselines: dict[str, str]
    asked: tuple[str, ...] | None
    confidence: float
    futures: int = 1
    pairs: tuple[Pairs, ...] = ()
    missing: Missing = field(default_factory=Missing)
    folders: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row per arm x outcome: ids, `x.` values, means, paired difference, intervals, share better, p_holm, n, verdict."""
        return self.frame

    @property
    def without_effect(self) -> tuple[Pairs, ...]:
        """The arms that equal their baseline bit for bit in every outcome of every pair, though their scenario is another."""
        return tuple(each for each in self.pairs if each.used and each.equal)

    @property
    def short_of_pairs(self) -> tuple[Pairs, ...]:
        """The arms that have fewer pairs than planned, down to none."""
        return tuple(each for each in self.pairs if each.used < each.planned)

    def to_json(self) -> str:
        """The table as a JSON object, with the pairs of each arm, what is missing and which arms had no effect; what is not defined is
        null."""
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
    """Paired differences, arm minus baseline, for each outcome; the futures of an arm are pooled.

    `baseline`: a label, a point_id or `key=value,...`; by default each arm's own `hold`, with the same world and taskings. `outcomes`:
    names, derived ones included; default all. Pairs join on (future, replication); a pair with a null is left out of that outcome's n.
    `low` and `high` are Student's t interval of the mean difference, `boot_*` a percentile bootstrap. `enough`: the half-width is at most
    half of the difference; `n_needed` the pairs for that. With two futures or more, replications of one future are not independent of
    it: differences are averaged within each future first, and the intervals are over the `futures` means, each of the same weight; n
    still counts pairs. `censored`: runs of a waiting time that ended before what is waited for; they count with the horizon, so that the
    mean is too low. Where runs are missing, a MissingRunsWarning says so, and `Comparison.pairs` which arms have fewer pairs, or none,
    for it. Raises ResultsError for an unknown name or a folder with nothing to compare.
    """
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
        pairs.append(
            Pairs(point["label"], base["label"], len(mine), planned, same_bits(mine, theirs, known))
        )
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
    )


def runs_by_label(results: Results) -> dict[str, pd.DataFrame]:
    """The finished runs of each arm, by (future, replication); the points of an arm share its label. NothingFinished where none is."""
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
    """The outcomes named, if any, and those to compare."""
    asked = (
        None if outcomes is None else (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    )
    return asked, chosen(asked, known)


def paired(
    mine: pd.DataFrame | None, theirs: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The runs that two arms share, row by row the same future and replication; None for an arm without a run."""
    import pandas as pd

    if mine is None or theirs is None:
        return pd.DataFrame(), pd.DataFrame()
    return mine.align(theirs, join="inner", axis=0)


def same_bits(mine: pd.DataFrame, theirs: pd.DataFrame, known: Iterable[str]) -> bool:
    """Whether every outcome of every pair is the same, nothing (null) in both included."""
    names = [name for name in known if name in mine and name in theirs]
    here, there = (
        runs[names].to_numpy(float) if len(runs) else np.empty(0) for runs in (mine, theirs)
    )
    return bool(names) and len(here) > 0 and np.array_equal(here, there, equal_nan=True)


def head_of(point_id: str, point: Any, baseline: str) -> dict[str, Any]:
    """What each row of an arm begins with: its ids and its `x.` values."""
    head = {"point_id": point_id, "label": point["label"], "baseline": baseline}
    return head | {key: point[key] for key in point.index if key.startswith("x.")}


def framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The rows as a table, with Holm's correction over all of them."""
    import pandas as pd

    frame = pd.DataFrame(rows)
    frame.insert(frame.columns.get_loc("p") + 1, "p_holm", holm(frame["p"].to_numpy(float)))
    return frame


def nothing_to_compare(design: pd.DataFrame) -> str:
    """Why no arm has a baseline: there is one arm, or each is a `hold` of its own world."""
    labels = list(dict.fromkeys(design["label"]))
    if len(labels) == 1:
        return f'there is one arm only, "{labels[0]}", and nothing to compare it with'
    named = ", ".join(f'"{label}"' for label in labels[:4]) + (", ..." if len(labels) > 4 else "")
    return f"in each of the {len(labels)} arms ({named}) nobody moves, so each is its own baseline; choose one of them as the baseline"


def row_for(
    name: str,
    mine: pd.DataFrame,
    theirs: pd.DataFrame,
    known: dict[str, dict[str, str]],
    horizon_days: float,
    confidence: float,
) -> dict[str, Any]:
    """One row of the table: an outcome of one arm against its baseline, over the futures and replications that both have."""
    if name in DERIVED:
        about = DERIVED[name]
        unit, label, direction = about.unit, about.label, about.direction
        estimate, differences = derived(name, mine, theirs, horizon_days, confidence)
        means = (0.0 if name.startswith("averted") else math.nan, estimate.value)
    else:
        about_ = known[name]
        unit, label, direction = (
            about_.get("unit", ""),
            about_.get("label", name),
            about_.get("direction", NEUTRAL),
        )
        both = (mine[name].notna() & theirs[name].notna()).to_numpy()
        here, there, futures = (
            mine[name].to_numpy(float)[both],
            theirs[name].to_numpy(float)[both],
            futures_of(mine)[both],
        )
        differences = here - there
        estimate = mean_of(differences, confidence, futures)
        means = (
            mean_of(there, confidence, futures).value,
            mean_of(here, confidence, futures).value,
        )
    mark = name.replace("_days_", "_censored_")
    censored = [
        float(runs[mark].sum()) if mark != name and mark in runs else math.nan
        for runs in (theirs, mine)
    ]
    sign = {LESS: -1, MORE: 1}.get(direction)
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
        "verdict": verdict(name, estimate, sign),
        "baseline_censored": censored[0],
        "censored": censored[1],
    }


def derived(
    name: str, mine: pd.DataFrame, theirs: pd.DataFrame, horizon_days: float, confidence: float
) -> tuple[Estimate, Floats]:
    """A derived outcome and, for the averted kilograms, its value in each pair."""
    needs, futures = DERIVED[name].needs, futures_of(mine)
    pairs = [(mine[need], theirs[need]) for need in needs]
    both = np.logical_and.reduce(
        [(here.notna() & there.notna()).to_numpy() for here, there in pairs]
    )
    futures = futures[both]
    change = {
        need: (here - there).to_numpy(float)[both] for need, (here, there) in zip(needs, pairs)
    }
    if name.startswith("averted"):
        averted = 0.0 - change[needs[0]]
        return mean_of(averted, confidence, futures), averted
    averted = -change["delivered_kg_border"]
    if name == "displaced_share":
        elsewhere = change["delivered_kg_total"] - change["delivered_kg_border"]
        return ratio_of(elsewhere, averted, 1.0, confidence, futures), np.empty(0)
    tonnes_a_year = averted / 1_000 * 365 / horizon_days
    return ratio_of(change["vacuum_vraem"], tonnes_a_year, 100.0, confidence, futures), np.empty(0)


def futures_of(rows: pd.DataFrame) -> Whole:
    """The future of each row, from its index (future, replication)."""
    return rows.index.get_level_values("future").to_numpy(np.int64)


def verdict(name: str, estimate: Estimate, sign: int | None) -> str:
    """What may be said of a point: a difference in words, or that n cannot carry a ranking."""
    if estimate.n < 2 or math.isnan(estimate.value):
        return "not defined"
    if estimate.exactly_zero:
        return "= 0 exactly"
    if name.startswith(RARE) and not estimate.enough:
        return "n too small to rank"
    low, high = (
        (estimate.low, estimate.high)
        if not math.isnan(estimate.low)
        else (estimate.boot_low, estimate.boot_high)
    )
    if not clear_of_zero(low, high):
        return "no clear difference"
    if name in ("displaced_share", "exchange_rate") or sign is None:
        return "above 0" if estimate.value > 0 else "below 0"
    return "better" if sign * estimate.value > 0 else "worse"


def chosen(asked: tuple[str, ...] | None, known: dict[str, dict[str, str]]) -> list[str]:
    """The outcomes to compare: those asked for, else all with the derived ones whose parts are there."""
    possible = [*known, *(name for name, each in DERIVED.items() if set(each.needs) <= set(known))]
    for name in asked or ():
        if name not in possible:
            near = difflib.get_close_matches(name, possible, 1) or [
                each for each in possible if each.startswith(name[:4])
            ]
            raise ResultsError(
                f"outcome: no {name!r} in these results"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
    return list(dict.fromkeys(asked)) if asked else possible


def baselines_of(design: pd.DataFrame, baseline: str | None) -> dict[str, str]:
    """Arm -> arm of its baseline, for each arm that is not a baseline itself; arms go by their point_id in future 0."""
    arms = design[design["future"] == 0]
    if baseline is None:
        return {
            row.point_id: row.hold_id for row in arms.itertuples() if row.point_id != row.hold_id
        }
    base_id = find_arm(design, baseline)
    return {point_id: base_id for point_id in arms["point_id"] if point_id != base_id}


def find_arm(design: pd.DataFrame, wanted: str) -> str:
    """The point_id in future 0 of an arm that is named as in `find_point`, or by its point_id in any future."""
    named = design.loc[design["point_id"] == wanted, "label"]
    return find_point(design[design["future"] == 0], named.iloc[0] if len(named) else wanted)


def find_point(design: pd.DataFrame, wanted: str, asked_by: str = "baseline") -> str:
    """The point_id of a label, a point_id or `key=value,...` (varied keys, whole or by their last part); ResultsError unless it is one.

    `asked_by`: what the message begins with, the option or the folder."""
    exact = design[(design["label"] == wanted) | (design["point_id"] == wanted)]
    if len(exact) == 1:
        return str(exact["point_id"].iloc[0])
    keys = {
        column.removeprefix("x."): column for column in design.columns if column.startswith("x.")
    }
    keys |= {key.rpartition(".")[2]: column for key, column in keys.items()} | {
        "strategy": "strategy",
        "label": "label",
    }
    found = design
    for term in wanted.split(",") if "=" in wanted else []:
        key, _, value = (part.strip() for part in term.partition("="))
        if key not in keys:
            near = difflib.get_close_matches(key, keys, 1)
            raise ResultsError(
                f"{asked_by}: no varied key {key!r}"
                + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(keys)}")
            )
        found = found[[same(cell, value) for cell in found[keys[key]]]]
    if "=" in wanted and len(found) == 1:
        return str(found["point_id"].iloc[0])
    if "=" in wanted and len(found) > 1:
        raise ResultsError(
            f"{asked_by}: {wanted!r} fits {len(found)} points: {', '.join(found['label'][:4])}; say more keys"
        )
    printed = design[design["label"].map(short) == wanted]
    if len(printed) == 1:
        return str(printed["point_id"].iloc[0])
    labels = list(design["label"])
    near = difflib.get_close_matches(wanted, [*labels, *design["point_id"]], 1, 0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"labels: {', '.join(labels[:6])}"
    raise ResultsError(f"{asked_by}: no point {wanted!r}; {hint}")


def same(cell: Any, text: str) -> bool:
    """Whether a stored value is what the user typed; numbers by value."""
    try:
        return math.isclose(float(cell), float(text), rel_tol=1e-9)
    except (TypeError, ValueError):
        return str(cell).lower() == text.lower()
