"""Runs the experiments of the published facts, each into a folder of its own, and judges them.

`scoreboard.json` beside these folders holds every fact whose runs are complete there and were made
by the present model."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.batches.folder import clear_leftovers, locked, move_aside, refuse, refuse_what_is_no_folder
from sim.batches.plan import Plan, Point, digest_of, make_plan, point_id_of
from sim.batches.shard import Shard
from sim.errors import UserError
from sim.machine.durable import replace_file
from sim.parameters import EDITION
from sim.results.manifest import versions
from sim.results.reading import bytes_in
from sim.results.refused import ResultsError, in_words
from sim.results.results import FAILED, SUCCEEDED, Results
from sim.validation.checks import Arms
from sim.validation.facts import FACTS, Fact, stages
from sim.validation.scoreboard import Score, Slopes

if TYPE_CHECKING:
    from sim.simulation.records import Records

OUT = "results/validate"
ABLATE, SCOREBOARD = "ablate", "scoreboard.json"
SET_ASIDE = re.compile(r"(\.old-\d+|\.\d+\.tmp)$")


def chosen(ids: Iterable[str] | None) -> list[Fact]:
    """Return the facts of these ids, all by default. Raises UserError for an unknown one."""
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
    """Return how to ask for several facts."""
    return f"expected --fact before each: {' '.join(f'--fact {each}' for each in ids)}"


def plan_of(fact: Fact) -> Plan:
    """Return the plan of a fact: every arm is a point.

    No `hold` is added, since the arms are compared with one another."""
    from sim.model.compile import source_hash
    from sim.scenario import ScenarioWarning, load_scenario

    with warnings.catch_warnings():
        # In the arm that the others are compared with, a setting may have no effect.
        warnings.simplefilter("ignore", ScenarioWarning)
        worlds = {
            label: load_scenario("redeploy:baseline", {"title": label} | dict(overrides))
            for label, overrides in fact.arms.items()
        }
    ids = {label: point_id_of(world) for label, world in worlds.items()}
    if fact.stages:
        ids = {label: digest_of(id_, label, stages_hash()) for label, id_ in ids.items()}
    points = tuple(
        Point(ids[label], label, {}, world, ids[label], ids[label])
        for label, world in worlds.items()
    )
    return Plan(points, fact.replications, source_hash(), points[0].scenario)


def stages_hash() -> str:
    """Return the hash of the code of the stages, which decides their runs as a scenario does."""
    return hashlib.sha256(Path(stages.__file__).read_bytes()).hexdigest()


def run_of(fact: Fact) -> Callable[..., Records] | None:
    """Return what does one run of a fact: None for the model's own, or the run with its stage.

    A stage is found by the title of the scenario, which `plan_of` sets to the label of the arm."""
    if not fact.stages:
        return None

    def staged(scenario: Any, replication: int = 0) -> Records:
        """Run day 0, then the stage of the arm, then the rest of the horizon."""
        from sim.simulation.run import Run

        one = Run(scenario, replication)
        one.advance(one.burn_in + 1)
        own = fact.stages[scenario.title](one)
        one.advance(one.end - one.t)
        records = one.records()
        return dataclasses.replace(records, outcomes={**records.outcomes, **own})

    return staged


def decomposition() -> Plan:
    """Return the plan of the shipped experiment with one coupling off at a time."""
    from sim.scenario import load_scenario

    return make_plan(load_scenario("redeploy:experiments/decomposition"))


def validate(
    ids: Iterable[str] | None = None,
    out: str | Path = OUT,
    workers: int | None = None,
    replace: bool = False,
    and_ablate: bool = False,
) -> list[Score]:
    """Run the experiments of facts (by default all), judge them and write the scoreboard.

    The runs go into `out`/<id>, where finished runs are kept. `out`/scoreboard.json holds these
    facts and the others whose runs are in `out`. `replace` moves older folders and the scoreboard
    aside. `and_ablate`: `ablate` is to follow, so its folder is checked before the first run too.

    Raises UserError for an unknown fact. Raises ResultsError, before the first run, where `out`
    holds anything else, where a folder is of another version of the model, and where the scoreboard
    would lose a fact."""
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
            raise ResultsError(
                f"{board}: tells of {', '.join(lost)}, whose runs beside it are not whole or of "
                "another version of the model; try these too, choose another --out, or --replace "
                "to move it aside"
            )
        for fact in facts:
            results = batch(
                plans[fact.id],
                out=out / fact.id,
                workers=workers,
                replace=replace,
                run=run_of(fact),
            )
            scores[fact.id] = score(fact, results)
        text = to_json([scores[each] for each in FACTS if each in scores])
        with in_words(board):
            if replace and board.exists():
                move_aside(board)
            replace_file(board, lambda file: file.write(f"{text}\n".encode()))
    return [scores[fact.id] for fact in facts]


def ids_told(out: Path) -> list[str]:
    """Return the ids of the facts in the scoreboard of `out`.

    Raises ResultsError where `out` is neither a folder of `redeploy validate` nor empty or new."""
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
    """Return the scores of the other facts whose runs in `out` are complete.

    `asked`: the facts that are asked for. Runs of another version of the model do not count."""
    found = {}
    for fact in (each for each in FACTS.values() if each.id not in asked):
        try:
            results = Results.open(out / fact.id)
        except ResultsError:  # there is no folder, or it cannot be read
            continue
        counts = results.status()
        whole = counts[SUCCEEDED] + counts[FAILED] == results.manifest["planned"]
        if whole and results.manifest["plan_id"] == plan_of(fact).plan_id:
            found[fact.id] = score(fact, results)
    return found


def score(fact: Fact, results: Results) -> Score:
    """Judge a fact by its runs; it has no checks where some of its runs failed."""
    failed = results.status()[FAILED]
    return Score(fact, () if failed else tuple(fact.judge(Arms(results))), failed)


def as_dict(scores: list[Score]) -> dict[str, Any]:
    """Return the scoreboard, with the edition and the versions that measured it, for JSON."""
    facts = [score.as_dict() for score in scores]
    return {"edition": EDITION, "versions": versions(), "facts": facts}


def to_json(scores: list[Score]) -> str:
    """Return the scoreboard, with the versions that measured it, as JSON."""
    return json.dumps(as_dict(scores), indent=1, ensure_ascii=False, allow_nan=False)


def ablate(out: str | Path = OUT, workers: int | None = None, replace: bool = False) -> Slopes:
    """Run the shipped decomposition into `out`/ablate and return its slopes.

    They are the headline outcomes in the whole model and with one coupling off at a time, each
    against `hold` under the same cut."""
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
