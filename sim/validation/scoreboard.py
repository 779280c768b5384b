"""The scoreboard: how far each published fact holds in the runs of its experiment."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.markdown import table
from sim.analysis.printed import number, with_interval
from sim.analysis.sheet import Column, Sheet, tell
from sim.validation.checks import Check, Result
from sim.validation.facts import Fact

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

WORST_FIRST = (Result.FAIL, Result.OPEN, Result.UNDEFINED, Result.PASS)
MARKS = {  # what a table in Markdown adds to a check
    Result.PASS: "",
    Result.INSIDE: "",
    Result.FAIL: ": **fails**",
    Result.OUTSIDE: ": **outside**",
    Result.OPEN: ": open",
    Result.UNDEFINED: ": undefined",
}


@dataclass(frozen=True)
class Score:
    """A fact, its checks, and how many of its runs failed."""

    fact: Fact
    checks: tuple[Check, ...]
    failed_runs: int = 0

    @property
    def result(self) -> Result:
        """The worst result of its gates, or of its bands where it has no gate.

        It is undefined where no run was left to judge."""
        gates = [check.result for check in self.checks if check.gate]
        if gates:
            return min(gates, key=WORST_FIRST.index)
        bands = {check.result for check in self.checks}
        if Result.OUTSIDE in bands:
            return Result.OUTSIDE
        return Result.INSIDE if bands == {Result.INSIDE} else Result.UNDEFINED

    def as_dict(self) -> dict[str, Any]:
        """Return the score for JSON; a value that is not finite is null."""
        fact = self.fact
        told = {
            name: getattr(fact, name)
            for name in ("id", "says", "source", "origin", "experiment", "replications", "cause")
        }
        checks = [
            {k: _finite(v) for k, v in (asdict(check) | {"result": check.result}).items()}
            for check in self.checks
        ]
        return told | {
            "arms": list(fact.arms),
            "result": self.result,
            "failed_runs": self.failed_runs,
            "checks": checks,
        }


@dataclass(frozen=True)
class Slopes:
    """The change that a tenth of the soldiers makes with each coupling off.

    A *cut* is the list of couplings that are off, as JSON.

    - `table`: rows of `compare` for the cuts with a finished pair.
    - `failed`: the failed runs of each cut, those of its `hold` included, in the order of the plan.
    - `share`: the share of the soldiers that moves.
    - `reasons`: the file that has the reason of each failed run."""

    table: pd.DataFrame | None
    failed: dict[str, int]
    share: float
    reasons: str

    def as_dict(self) -> dict[str, Any]:
        """Return the slopes for JSON."""
        rows = (
            []
            if self.table is None
            else json.loads(self.table.to_json(orient="records", double_precision=15))
        )
        return {
            "ablate": rows,
            "ablate_failed_runs": {off(cut): count for cut, count in self.failed.items() if count},
        }


def print_scores(scores: list[Score], console: Console) -> None:
    """Print a row for each check, whether it holds or not, and then what the words mean."""
    columns = [Column(head, right=False) for head in ("found [95 %]", "accepted", "result")]
    sheet = Sheet("Published facts, tried on the baseline", "fact and its checks", columns)
    for score in scores:
        fact = score.fact
        sheet.add(
            f"{fact.id}  {fact.says} ({fact.source}; {fact.origin})",
            "",
            "",
            score.result,
            bold=True,
        )
        for check in score.checks:
            sheet.add(f"  {check.what}", found(check), accepted(check), check.result)
        if fact.cause and not all_hold(score.checks):
            sheet.add(f"  why: {fact.cause}")
        if score.failed_runs:
            asked = len(fact.arms) * fact.replications
            sheet.add(
                f"  {score.failed_runs:,} of {asked:,} runs failed; "
                "`redeploy status` on its folder lists them"
            )
    sheet.print(console)
    for line in reading(scores):
        tell(console, line)


def all_hold(checks: Iterable[Check]) -> bool:
    """Return whether every sign passes and every magnitude is inside."""
    return all(check.result in (Result.PASS, Result.INSIDE) for check in checks)


def print_slopes(slopes: Slopes, console: Console) -> None:
    """Print a row for each cut, the whole model first, and then which runs failed."""
    title = (
        f"Per tenth of the VRAEM's soldiers moved ({slopes.share:.0%} in all), "
        "with one coupling off at a time"
    )
    sheet = Sheet(
        title,
        "off",
        [Column("vacuum_vraem [95 %]"), Column("averted_kg_border, t [95 %]"), Column("n")],
    )
    rows = [] if slopes.table is None else [row for _, row in slopes.table.iterrows()]
    scales = {"vacuum_vraem": 10.0 * slopes.share, "averted_kg_border": 1e4 * slopes.share}
    for cut in slopes.failed:
        row = {each["outcome"]: each for each in rows if each["x.ablate"] == cut}
        cells = (
            [with_interval(row[name], scale) for name, scale in scales.items()]
            if row
            else ["no pair finished", ""]
        )
        sheet.add(off(cut), *cells, str(row["vacuum_vraem"]["n"] if row else 0))
    sheet.print(console)
    if told := ", ".join(f"{count} of {off(cut)}" for cut, count in slopes.failed.items() if count):
        tell(console, f"Runs failed: {told}; {slopes.reasons} has the reasons")


def off(cut: str) -> str:
    """Return the couplings of a cut in words."""
    return ", ".join(json.loads(cut)) or "nothing: the whole model"


def reading(scores: list[Score]) -> list[str]:
    """Return how many checks hold, and what the words of the table mean."""
    gates, bands = (
        [check for score in scores for check in score.checks if check.gate is kind]
        for kind in (True, False)
    )
    passed, inside = (
        sum(check.result == result for check in checks)
        for checks, result in ((gates, Result.PASS), (bands, Result.INSIDE))
    )
    return [
        f"Signs: {passed} of {len(gates)} pass. Magnitudes: {inside} of {len(bands)} inside.",
        "pass, fail: the whole interval is on the right or the wrong side; open: chance decides. "
        "A share of runs is judged by its value, not by its interval.",
        "Magnitudes are reported, not enforced.",
        "built in: a parameter or an equation states it outright; "
        "emergent: no mechanism mentions it; "
        "used in choosing: a form or a default was chosen with it in view, so it tests nothing.",
    ]


def as_markdown(scores: list[dict[str, Any]]) -> str:
    """Return the scoreboard of a JSON file as a Markdown table with one row per fact."""
    rows = []
    for each in scores:
        checks = [
            Check(**{key: _number(check[key]) for key in Check.__dataclass_fields__})
            for check in each["checks"]
        ]
        told = "; ".join(
            f"{check.what}: {found(check)} ({accepted(check)}{MARKS[check.result]})"
            for check in checks
        )
        if each.get("cause") and not all_hold(checks):
            told += f". *Why:* {each['cause']}"
        says = f"{each['says']} ({each['source']})"
        rows.append([each["id"], says, each["origin"], each["result"], told])
    return table(("", "published fact", "origin", "signs", "found (accepted)"), rows)


def found(check: Check) -> str:
    """Return a value with its interval."""
    if math.isnan(check.value):
        return "not defined"
    half = (check.high - check.low) / 2 if check.high > check.low else abs(check.value) / 10
    value = number(check.value, half)
    return (
        f"{value} [{number(check.low, half)}, {number(check.high, half)}]"
        if check.high > check.low
        else value
    )


def accepted(check: Check) -> str:
    """Return what is accepted, in words: `above 0`, `.25 to .6`."""
    low, high = check.accept
    unit = f" {check.unit}" if check.unit else ""
    if low is None or high is None:
        return (f"below {high:g}" if low is None else f"above {low:g}") + unit
    return f"{low:g} to {high:g}{unit}"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Any) -> Any:
    return math.nan if value is None else tuple(value) if isinstance(value, list) else value
