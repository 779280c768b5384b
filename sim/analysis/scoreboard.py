"""The scoreboard of `facts.py`: what of each published fact holds in the runs of its experiment, and what does not."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.checks import Check
from sim.analysis.facts import Fact
from sim.analysis.printed import number, plain_table, with_interval

if TYPE_CHECKING:
    from rich.console import Console

    from sim.analysis.compare import Comparison

ORDER = ("fail", "open", "undefined", "pass")


@dataclass(frozen=True)
class Score:
    """A fact, its checks, and how many runs of it failed."""

    fact: Fact
    checks: tuple[Check, ...]
    failed_runs: int = 0

    @property
    def result(self) -> str:
        """The worst of its gates; of its bands where it has no gate; `undefined` where no run was left to judge."""
        gates = [check.result for check in self.checks if check.gate]
        if gates:
            return min(gates, key=ORDER.index)
        bands = {check.result for check in self.checks}
        return "outside" if "outside" in bands else "inside" if bands == {"inside"} else "undefined"

    def as_dict(self) -> dict[str, Any]:
        fact = self.fact
        told = {name: getattr(fact, name) for name in ("id", "says", "source", "origin", "experiment", "replications")}
        checks = [{k: _finite(v) for k, v in (asdict(check) | {"result": check.result}).items()} for check in self.checks]
        return told | {"arms": list(fact.arms), "result": self.result, "failed_runs": self.failed_runs, "checks": checks}


def print_scores(scores: list[Score], console: Console) -> None:
    """One row per check, failures as plain as the rest; then what the words mean."""
    from rich.text import Text

    table = plain_table("Published facts, tried on the baseline", "fact")
    for head in ("check", "found \\[95 %]", "accepted", "result"):
        table.add_column(head, justify="left", overflow="fold")
    for score in scores:
        fact = score.fact
        table.add_row(Text(fact.id, "bold"), Text(f"{fact.says} ({fact.source}; {fact.origin})"), "", "", Text(score.result, "bold"))
        for check in score.checks:
            table.add_row("", Text(f"  {check.what}"), Text(found(check)), Text(accepted(check)), Text(check.result))
        if score.failed_runs:
            table.add_row("", Text(f"  {score.failed_runs} runs failed; `redeploy status` on its folder lists them"), "", "", "")
    console.print(table)
    for line in reading(scores):
        console.print(Text(line))


def print_slopes(comparison: Comparison, share: float, console: Console) -> None:
    """What each tenth of the soldiers changes where `share` of them moves, in the whole model and with each coupling off."""
    from rich.text import Text

    table = plain_table(f"Per tenth of the VRAEM's soldiers moved ({share:.0%} in all), with one coupling off at a time", "off")
    for head in ("vacuum_vraem \\[95 %]", "averted_kg_border, t \\[95 %]", "n"):
        table.add_column(head, justify="right", no_wrap=True)
    for _, rows in comparison.table.groupby("point_id", sort=False):
        row = {each["outcome"]: each for _, each in rows.iterrows()}
        cells = [with_interval(row[name], per * 10.0 * share) for name, per in (("vacuum_vraem", 1.0), ("averted_kg_border", 1e3))]
        off = ", ".join(json.loads(rows["x.ablate"].iloc[0])) or "nothing: the whole model"
        table.add_row(Text(off), *cells, str(row["vacuum_vraem"]["n"]))
    console.print(table)


def reading(scores: list[Score]) -> list[str]:
    gates, bands = ([check for score in scores for check in score.checks if check.gate is kind] for kind in (True, False))
    passed, inside = (sum(check.result == word for check in checks) for checks, word in ((gates, "pass"), (bands, "inside")))
    return [
        f"Signs: {passed} of {len(gates)} pass. Magnitudes: {inside} of {len(bands)} inside.",
        "pass, fail: the whole interval is on the right or the wrong side; open: chance decides. A share of runs passes by itself.",
        "Magnitudes are told, not enforced.",
        "built in: a parameter or an equation says it outright; emergent: no mechanism mentions it.",
    ]


def as_markdown(scores: list[dict[str, Any]]) -> str:
    """The scoreboard of a JSON file as a Markdown table, one line per fact."""
    lines = ["| | published fact | origin | signs | found (accepted) |", "|---|---|---|---|---|"]
    for each in scores:
        checks = [Check(**{key: _number(check[key]) for key in Check.__dataclass_fields__}) for check in each["checks"]]
        told = "; ".join(f"{check.what}: {found(check)} ({accepted(check)}{OFF[check.result]})" for check in checks)
        lines.append(f"| {each['id']} | {each['says']} ({each['source']}) | {each['origin']} | {each['result']} | {told} |")
    return "\n".join(lines)


OFF = {"pass": "", "inside": "", "fail": ": **fails**", "outside": ": **outside**", "open": ": open", "undefined": ": undefined"}


def found(check: Check) -> str:
    """A value with its interval."""
    if math.isnan(check.value):
        return "not defined"
    half = (check.high - check.low) / 2 if check.high > check.low else abs(check.value) / 10
    value = number(check.value, half)
    return f"{value} [{number(check.low, half)}, {number(check.high, half)}]" if check.high > check.low else value


def accepted(check: Check) -> str:
    """What is accepted, in words: `above 0`, `.25 to .6`."""
    low, high = check.accept
    unit = f" {check.unit}" if check.unit else ""
    if low is None or high is None:
        return (f"below {high:g}" if low is None else f"above {low:g}") + unit
    return f"{low:g} to {high:g}{unit}"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: Any) -> Any:
    return math.nan if value is None else tuple(value) if isinstance(value, list) else value
