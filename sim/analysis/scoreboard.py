"""The scoreboard of `facts.py`: runs each fact's experiment into a folder of its own, judges it, and shows what holds and what does not."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.facts import FACTS, Arms, Check, Fact
from sim.analysis.printed import number, plain_table
from sim.batch.plan import Plan, Point, point_id_of
from sim.scenario.problems import UserError

if TYPE_CHECKING:
    from rich.console import Console

SCENARIOS = Path(__file__).parents[2] / "scenarios"
DECOMPOSITION = "experiments/decomposition.toml"
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


def chosen(ids: Iterable[str] | None) -> list[Fact]:
    """The facts of these ids, all by default; UserError for an unknown one."""
    wanted = list(ids or FACTS)
    for each in wanted:
        if each not in FACTS:
            near = difflib.get_close_matches(each.upper(), FACTS, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"expected one of {', '.join(FACTS)}"
            raise UserError(f'--fact: no fact "{each}"; {hint}')
    return [FACTS[each] for each in dict.fromkeys(wanted)]


def plan_of(fact: Fact, scenarios: Path = SCENARIOS) -> Plan:
    """Every arm of a fact as a point; no `hold` is added, since arms are compared with one another."""
    from sim.kernel import source_hash
    from sim.scenario import load_scenario

    baseline = scenarios / "baseline.toml"
    if not baseline.is_file():
        raise UserError(f"{baseline}: the shipped baseline is not there; `redeploy validate` needs the scenarios of the repository")
    worlds = {label: load_scenario(baseline, dict(overrides)) for label, overrides in fact.arms.items()}
    ids = {label: point_id_of(world) for label, world in worlds.items()}
    points = tuple(Point(ids[label], label, {}, world, ids[label], ids[label]) for label, world in worlds.items())
    return Plan(points, fact.replications, source_hash(), points[0].scenario)


def validate(
    ids: Iterable[str] | None = None, out: str | Path = "results/validate", workers: int | None = None, replace: bool = False
) -> list[Score]:
    """Run the experiments of facts (default all) into `out`/<id>, resuming what is there, and judge them.

    Raises UserError for an unknown fact, ResultsError for a folder of another version of the model unless `replace`."""
    from sim.batch.runner import batch

    scores = []
    for fact in chosen(ids):
        results = batch(plan_of(fact), out=Path(out) / fact.id, workers=workers, replace=replace)
        failed = results.status()["FAILED"]
        scores.append(Score(fact, () if failed else tuple(fact.judge(Arms(results))), failed))
    return scores


def write(scores: list[Score], path: Path) -> None:
    """The scoreboard as JSON, whole or not at all."""
    from sim.batch.folder import replace_file

    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, lambda file: file.write(f"{to_json(scores)}\n".encode()))


def to_json(scores: list[Score]) -> str:
    from sim.batch.folder import versions

    told = {"versions": versions(), "facts": [score.as_dict() for score in scores]}
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)


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


def reading(scores: list[Score]) -> list[str]:
    gates, bands = ([check for score in scores for check in score.checks if check.gate is kind] for kind in (True, False))
    passed, inside = (sum(check.result == word for check in checks) for checks, word in ((gates, "pass"), (bands, "inside")))
    return [
        f"Signs: {passed} of {len(gates)} pass. Magnitudes: {inside} of {len(bands)} inside.",
        "pass, fail: the whole interval is on the right or the wrong side; open: chance decides. Bands are told, not enforced.",
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
