"""Runs the experiments of `analysis/facts.py`, each into a folder of its own, and has them judged."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sim.analysis.checks import Arms
from sim.analysis.facts import FACTS, Fact
from sim.analysis.scoreboard import Score
from sim.batch.plan import Plan, Point, point_id_of
from sim.scenario.problems import UserError

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def chosen(ids: Iterable[str] | None) -> list[Fact]:
    """The facts of these ids, all by default; UserError for an unknown one."""
    wanted = list(ids or FACTS)
    for each in wanted:
        if each not in FACTS:
            near = difflib.get_close_matches(each.upper(), FACTS, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"expected one of {', '.join(FACTS)}"
            raise UserError(f'--fact: no fact "{each}"; {hint}')
    return [FACTS[each] for each in dict.fromkeys(wanted)]


def plan_of(fact: Fact) -> Plan:
    """Every arm of a fact as a point; no `hold` is added, since arms are compared with one another."""
    from sim.kernel import source_hash
    from sim.scenario import load_scenario

    baseline = SCENARIOS / "baseline.toml"
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


def to_json(scores: list[Score]) -> str:
    """The scoreboard, with the versions that it was measured with."""
    from sim.batch.folder import versions

    told = {"versions": versions(), "facts": [score.as_dict() for score in scores]}
    return json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)


def ablate(out: str | Path = "results/validate", workers: int | None = None, replace: bool = False) -> tuple[Comparison, float]:
    """The shipped decomposition run into `out`/ablate, and the share that moves in it: the headline in the whole model and with one
    coupling off at a time, each against `hold` under the same cut."""
    from sim.analysis.compare import compare
    from sim.batch.runner import batch
    from sim.scenario import load_scenario

    cut = load_scenario(SCENARIOS / "experiments" / "decomposition.toml")
    results = batch(cut, out=Path(out) / "ablate", workers=workers, replace=replace)
    return compare(results, outcomes=("vacuum_vraem", "averted_kg_border")), cut.strategy.share_to_border
