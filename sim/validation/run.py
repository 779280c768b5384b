"""Runs the experiments of `validation/facts.py`, each into a folder of its own, and has them judged.

`scoreboard.json` beside these folders tells of every fact whose runs stand there whole, for the present model."""

from __future__ import annotations

import difflib
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.batches.folder import clear_leftovers, locked, move_aside, refuse, refuse_what_is_no_folder
from sim.batches.plan import Plan, Point, make_plan, point_id_of
from sim.batches.shard import Shard
from sim.errors import UserError
from sim.machine.durable import replace_file
from sim.results.manifest import versions
from sim.results.reading import bytes_in
from sim.results.refused import ResultsError, in_words
from sim.results.results import FAILED, SUCCEEDED, Results
from sim.validation.checks import Arms
from sim.validation.facts import FACTS, Fact
from sim.validation.scoreboard import Score, Slopes

OUT = "results/validate"
ABLATE, SCOREBOARD = "ablate", "scoreboard.json"
SET_ASIDE = re.compile(r"(\.old-\d+|\.\d+\.tmp)$")


def chosen(ids: Iterable[str] | None) -> list[Fact]:
    """The facts of these ids, all by default; UserError for an unknown one."""
    wanted = list(ids or FACTS)
    for each in wanted:
        if each not in FACTS:
            several = re.split(r"[\s,]+", each.strip(", "))
            near = difflib.get_close_matches(each.upper(), FACTS, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"expected one of {', '.join(FACTS)}"
            raise UserError(
                f'--fact: no fact "{each}"; {each_named(several) if len(several) > 1 else hint}'
            )
    return [FACTS[each] for each in dict.fromkeys(wanted)]


def each_named(ids: Iterable[str]) -> str:
    """How to ask for several facts."""
    return f"expected --fact before each: {' '.join(f'--fact {each}' for each in ids)}"


def plan_of(fact: Fact) -> Plan:
    """Every arm of a fact as a point; no `hold` is added, since arms are compared with one another."""
    from sim.model.compile import source_hash
    from sim.scenario import ScenarioWarning, load_scenario

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ScenarioWarning
        )  # in the arm that others are compared with, a setting may do nothing
        worlds = {
            label: load_scenario("redeploy:baseline", dict(overrides))
            for label, overrides in fact.arms.items()
        }
    ids = {label: point_id_of(world) for label, world in worlds.items()}
    points = tuple(
        Point(ids[label], label, {}, world, ids[label], ids[label])
        for label, world in worlds.items()
    )
    return Plan(points, fact.replications, source_hash(), points[0].scenario)


def decomposition() -> Plan:
    """The shipped experiment with one coupling off at a time."""
    from sim.scenario import load_scenario

    return make_plan(load_scenario("redeploy:experiments/decomposition"))


def validate(
    ids: Iterable[str] | None = None,
    out: str | Path = OUT,
    workers: int | None = None,
    replace: bool = False,
    and_ablate: bool = False,
) -> list[Score]:
    """Run the experiments of facts (default all) into `out`/<id>, resuming what is there, judge them, and write `out`/scoreboard.json:
    these facts and the others whose runs stand in `out`.

    `replace` moves older folders and scoreboard aside. `and_ablate`: `ablate` is to follow, so that its folder too is looked at before the
    first run. Raises UserError for an unknown fact; ResultsError, before the first run, where `out` holds other things than these, where a
    folder is of another version of the model, and where the scoreboard would lose a fact."""
    from sim.batches.runner import batch

    facts, out = chosen(ids), Path(out)
    board = out / SCOREBOARD
    plans = {fact.id: plan_of(fact) for fact in facts}
    with in_words(out):
        told = ids_told(out)
        for name, plan in (plans | ({ABLATE: decomposition()} if and_ablate else {})).items():
            refuse(out / name, plan, Shard(), replace)
        out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        clear_leftovers(out)
        scores = others_in(out, plans)
        lost = [each for each in told if each not in {*plans, *scores}]
        if lost and not replace:
            what = f"tells of {', '.join(lost)}, whose runs beside it are not whole or of another version of the model"
            raise ResultsError(
                f"{board}: {what}; try these too, choose another --out, or --replace to move it aside"
            )
        for fact in facts:
            scores[fact.id] = score(
                fact, batch(plans[fact.id], out=out / fact.id, workers=workers, replace=replace)
            )
        text = to_json([scores[each] for each in FACTS if each in scores])
        with in_words(board):
            if replace and board.exists():
                move_aside(board)
            replace_file(board, lambda file: file.write(f"{text}\n".encode()))
    return [scores[fact.id] for fact in facts]


def ids_told(out: Path) -> list[str]:
    """The facts of which the scoreboard of `out` tells. ResultsError where `out` is not one of validate's folders, nor empty or new."""
    refuse_what_is_no_folder(out)
    board = out / SCOREBOARD
    if board.exists():
        try:
            told = json.loads(bytes_in(board))
            told["versions"]
            return [str(each["id"]) for each in told["facts"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            what = "in the way: not a scoreboard that `redeploy validate` wrote"
            raise ResultsError(
                f"{board}: {what}; move it away, or choose another folder with --out"
            ) from None
    names = {SET_ASIDE.sub("", path.name) for path in (out.iterdir() if out.exists() else ())}
    if names - {*FACTS, ABLATE, SCOREBOARD, "lock"}:
        raise ResultsError(
            f"{out}: not empty and not a folder of `redeploy validate`; choose another with --out"
        )
    return []


def others_in(out: Path, asked: Iterable[str]) -> dict[str, Score]:
    """The scores of the facts that are not asked for and whose runs stand in `out` whole, for the present model."""
    found = {}
    for fact in (each for each in FACTS.values() if each.id not in asked):
        try:
            results = Results.open(out / fact.id)
        except ResultsError:  # none, or one that says nothing of itself
            continue
        counts = results.status()
        whole = counts[SUCCEEDED] + counts[FAILED] == results.manifest["planned"]
        if whole and results.manifest["plan_id"] == plan_of(fact).plan_id:
            found[fact.id] = score(fact, results)
    return found


def score(fact: Fact, results: Results) -> Score:
    """A fact judged by its runs; not at all where some failed."""
    failed = results.status()[FAILED]
    return Score(fact, () if failed else tuple(fact.judge(Arms(results))), failed)


def as_dict(scores: list[Score]) -> dict[str, Any]:
    """The scoreboard for JSON, with the versions that it was measured with."""
    return {"versions": versions(), "facts": [score.as_dict() for score in scores]}


def to_json(scores: list[Score]) -> str:
    """The scoreboard, with the versions that it was measured with."""
    return json.dumps(as_dict(scores), indent=1, ensure_ascii=False, allow_nan=False)


def ablate(out: str | Path = OUT, workers: int | None = None, replace: bool = False) -> Slopes:
    """The shipped decomposition run into `out`/ablate: the headline in the whole model and with one coupling off at a time, each against
    `hold` under the same cut."""
    from sim.analysis.compare import NothingFinished, compare
    from sim.batches.runner import batch

    plan = decomposition()
    results = batch(plan, out=Path(out) / ABLATE, workers=workers, replace=replace)
    cut = results.design().set_index("point_id")["x.ablate"]
    failed = Counter(cut[failure["point_id"]] for failure in results.failures())
    try:
        table = compare(results, outcomes=("vacuum_vraem", "averted_kg_border")).table
    except NothingFinished:
        table = None
    reasons = str(results.path / "failures.jsonl")
    return Slopes(
        table,
        {each: failed[each] for each in cut.unique()},
        plan.base.strategy.share_to_border,
        reasons,
    )
