import dataclasses
import io
import json
import math
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim.batches.runner
import sim.model.compile
from sim.batches import Results, ResultsError
from sim.cli.main import main
from sim.names import EXITS
from sim.parameters import FIRST, other_edition
from sim.scenario import load_scenario
from sim.simulation.build.world import geography_of
from sim.validation import scoreboard
from sim.validation.checks import Check, band, share, sign
from sim.validation.facts import FACTS
from sim.validation.facts.fact import BUILT_IN, EMERGENT, USED
from sim.validation.facts.trade import COAST_ROUTES, EFFORT, REST, ROUTES
from sim.validation.run import plan_of

ROOT = Path(__file__).parents[2]
TEN = np.linspace(-0.1, 0.3, 10)


@pytest.mark.parametrize("id", FACTS)
def test_arms_of_a_fact_are_worlds_that_differ(id):
    plan = plan_of(FACTS[id])
    assert (
        len({point.point_id for point in plan.points})
        == len(FACTS[id].arms)
        == len({point.label for point in plan.points})
    )
    assert plan.replications >= 6
    assert all(point.scenario.map.resolution_km == 5 for point in plan.points), "on the real map"


def test_routes_to_the_coast_are_those_of_the_map():
    """S1 keeps the total effort: what the coast gets more, the other routes get less."""
    library = geography_of(load_scenario(ROOT / "scenarios" / "baseline.toml"))[2]
    coast = int((library.exit == EXITS.index("coast")).sum())
    assert (len(library.exit), coast) == (ROUTES, COAST_ROUTES)
    assert 2 * EFFORT * coast + REST * (ROUTES - coast) == pytest.approx(EFFORT * ROUTES)


@pytest.mark.parametrize(
    ("values", "positive", "result"),
    [
        (TEN + 1.0, True, "pass"),
        (TEN + 1.0, False, "fail"),
        (TEN - 0.1, True, "open"),
        (0.0 * TEN, True, "fail"),
        ([], True, "undefined"),
    ],
)
def test_a_sign_passes_only_when_its_whole_interval_does(values, positive, result):
    assert sign("x", np.asarray(values), positive).result == result


def test_a_band_is_told_by_its_mean():
    assert (
        band("x", TEN, (0.0, 0.2)).result == "inside"
        and band("x", TEN, (0.2, None)).result == "outside"
    )


def test_a_share_of_runs_fails_when_even_its_interval_is_outside():
    def of(k):
        return share("x", np.arange(20) < k, (0.8, None), as_gate=True).result

    assert (of(20), of(16), of(14), of(5)) == ("pass", "pass", "open", "fail")


def test_the_worst_gate_is_the_result():
    fact = FACTS["S19"]
    good, bad = (
        Check("a", 1.0, 0.5, 1.5, (0.0, None), True),
        Check("b", -1.0, -1.5, -0.5, (0.0, None), True),
    )
    outside = Check("c", 9.0, 8.0, 10.0, (0.0, 1.0), False)
    assert scoreboard.Score(fact, (good, bad, outside)).result == "fail"
    assert scoreboard.Score(fact, (good, outside)).result == "pass"
    assert scoreboard.Score(fact, (outside,)).result == "outside"
    assert scoreboard.Score(fact, (), 3).result == "undefined"


@pytest.mark.parametrize(("low", "shown"), [(0.5, False), (-0.5, True)])
def test_a_cause_is_told_only_where_a_check_does_not_hold(low, shown):
    fact = dataclasses.replace(FACTS["S19"], cause="chance")
    score = scoreboard.Score(fact, (Check("a", 1.0, low, 1.5, (0.0, None), True),))
    assert ("*Why:* chance" in scoreboard.as_markdown([score.as_dict()])) is shown
    page = io.StringIO()
    scoreboard.print_scores([score], Console(file=page, width=120))
    assert ("why: chance" in page.getvalue()) is shown


@pytest.mark.parametrize("id", ["N1", "N1b", "N3", "N12", "N19", "W1", "W2", "W3", "W4"])
def test_cases_and_falsifiers_are_on_the_board_with_their_origin(id):
    assert FACTS[id].origin in (BUILT_IN, EMERGENT, USED)


def test_the_case_that_chose_the_defaults_says_so():
    assert FACTS["N1"].origin == USED and "chosen with this case" in FACTS["N1"].experiment


def test_no_fact_is_known_elsewhere_in_the_model():
    """A mechanism or a default that names a fact is made for it, and its origin must say so."""
    kept_apart = [fact.id for fact in FACTS.values() if fact.origin != USED]
    named = re.compile(r"\b(" + "|".join(kept_apart) + r")\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "sim").rglob("*"))
        if path.suffix in (".py", ".toml", ".csv", ".md") and path.parent.name != "facts"
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ]
    assert found == []


def test_the_measured_scoreboard_has_every_fact_or_is_told_as_outdated():
    kept = json.loads((ROOT / "results" / "scoreboard.json").read_text(encoding="utf-8"))
    if other_edition(kept.get("edition", FIRST)):
        page = (ROOT / "docs" / "results" / "scoreboard.md").read_text(encoding="utf-8")
        assert "**Outdated:** measured on edition" in page
        return
    measured = kept["facts"]
    assert [each["id"] for each in measured] == list(FACTS)
    assert [each["says"] for each in measured] == [fact.says for fact in FACTS.values()]


def test_validate_runs_judges_and_resumes(tmp_path, capsys):
    out = str(tmp_path / "v")
    assert main(["validate", "--fact", "S17", "--out", out, "--json"]) == 0
    first = capsys.readouterr()
    told = json.loads(first.out)["facts"]
    assert [each["id"] for each in told] == ["S17"] and told[0]["result"] in (
        "pass",
        "fail",
        "open",
    )
    assert all(math.isfinite(check["value"]) for check in told[0]["checks"])
    assert json.loads((tmp_path / "v" / "scoreboard.json").read_text()) == json.loads(first.out)
    assert main(["validate", "--fact", "S17", "--out", out]) == 0
    again = capsys.readouterr()
    assert "nothing left to run" in again.err and "S17" in again.out and "accepted" in again.out


def test_slopes_are_told_per_tenth_with_what_was_cut():
    """+.03 of vacuum and 6 t at a share of .15 are .02 and 4 t a tenth."""
    told = {"low": 0.015, "high": 0.045, "n": 4, "enough": True, "exactly_zero": False}
    rows = [
        {"point_id": point, "x.ablate": cut, "outcome": name}
        | told
        | {"difference": each, "low": each / 2, "high": 1.5 * each}
        for point, cut in (("a", "[]"), ("b", '["tips", "leak"]'))
        for name, each in (("vacuum_vraem", 0.03), ("averted_kg_border", 6_000.0))
    ]
    page, failed = io.StringIO(), {"[]": 0, '["danger"]': 8, '["tips", "leak"]': 1}
    scoreboard.print_slopes(
        scoreboard.Slopes(pd.DataFrame(rows), failed, 0.15, "f.jsonl"),
        Console(file=page, width=120),
    )
    lines = page.getvalue().splitlines()
    whole, lost, cut = (
        next(line for line in lines if what in line)
        for what in ("the whole model", "danger", "tips, leak")
    )
    assert "+0.020 [0.010, 0.030]" in whole and "+4 [2, 6]" in cut and "15%" in page.getvalue()
    assert lost.split() == ["danger", "no", "pair", "finished", "0"]
    assert lines[-1] == "Runs failed: 8 of danger, 1 of tips, leak; f.jsonl has the reasons"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--fact", "S99"], "S99"),
        (["--fact", "s19"], 'did you mean "S19"?'),
        (["--fact", "S1,S3"], 'no fact "S1,S3"; expected --fact before each: --fact S1 --fact S3'),
        (["S19"], "validate: expected --fact before each: --fact S19"),
        (["--workers", "0"], "expected 1 or more"),
    ],
)
def test_validate_refuses_what_it_does_not_know(arguments, told, capsys):
    assert main(["validate", *arguments]) == 2
    assert told in capsys.readouterr().err


class Quick:
    """Stands for the model under `redeploy validate`: runs of a moment, of which some fail."""

    def __init__(self) -> None:
        self.begun: list = []
        self.fails = lambda scenario: False

    def run(self, scenario, replication=0):
        self.begun.append(scenario)
        if self.fails(scenario):
            raise ZeroDivisionError("nobody there")
        share = scenario.strategy.share_to_border
        weekly = pd.DataFrame(
            {"week": np.repeat(range(52), 2), "days": 7, "theatre": ["vraem", "loreto"] * 52}
        )
        weekly["price_hcl"] = (
            900.0
            + replication
            + 300.0 * (weekly["theatre"] == "loreto")
            - 200.0 * bool(scenario.events)
        )
        outcomes = {
            "vacuum_vraem": 0.3 + share + replication / 1e3,
            "delivered_kg_border": 1e5 - 1e4 * share - replication,
        }
        nothing = pd.DataFrame()
        return SimpleNamespace(
            outcomes=outcomes, weekly=weekly, events=nothing, layers=nothing, seed=replication
        )


@pytest.fixture
def quick(monkeypatch):
    quick, batch, about = (
        Quick(),
        sim.batches.runner.batch,
        SimpleNamespace(unit="", label="", direction="neutral"),
    )
    outcomes = dict.fromkeys(("vacuum_vraem", "delivered_kg_border"), about)
    fixed = {"run": quick.run, "outcomes": outcomes, "progress": False}
    monkeypatch.setattr(
        sim.batches.runner,
        "batch",
        lambda plan, **options: batch(plan, **{**options, **fixed, "workers": 1}),
    )
    return quick


def tried(out, *ids, more=()):
    return main(
        ["validate", "--out", str(out), *(part for each in ids for part in ("--fact", each)), *more]
    )


def told_in(file):
    return [each["id"] for each in json.loads(file.read_text())["facts"]]


def test_one_fact_leaves_the_others_on_the_scoreboard(quick, tmp_path, capsys):
    board = tmp_path / "scoreboard.json"
    assert tried(tmp_path, "S17", "S15") == 0 and told_in(board) == ["S15", "S17"]
    (tmp_path / "scoreboard.json.77.tmp").touch()
    first, begun = board.read_bytes(), len(quick.begun)
    capsys.readouterr()
    assert tried(tmp_path, "S17", more=["--json"]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)["facts"]] == ["S17"]
    assert board.read_bytes() == first and len(quick.begun) == begun
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("lost", ["the folder", "some runs", "the code"])
def test_a_fact_that_cannot_be_measured_again_is_not_dropped_silently(
    lost, quick, tmp_path, capsys, monkeypatch
):
    tried(tmp_path, "S17", "S15")
    first, begun = (tmp_path / "scoreboard.json").read_bytes(), len(quick.begun)
    if lost == "the code":
        monkeypatch.setattr(sim.model.compile, "source_hash", lambda: "changed")
        shutil.rmtree(tmp_path / "S17")
    else:
        shutil.rmtree(tmp_path / "S15" / ("runs" if lost == "some runs" else ""))
    capsys.readouterr()
    assert tried(tmp_path, "S17") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert (
        line.startswith(f"{tmp_path}/scoreboard.json: tells of S15, whose runs")
        and "--replace" in line
    )
    assert (tmp_path / "scoreboard.json").read_bytes() == first and len(quick.begun) == begun
    assert tried(tmp_path, "S17", more=["--replace"]) == 0
    assert (
        told_in(tmp_path / "scoreboard.json") == ["S17"]
        and (tmp_path / "scoreboard.json.old-1").read_bytes() == first
    )


def letters(folder):
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("kept")


IN_THE_WAY = {
    "letters": (letters, ": not empty and not a folder of `redeploy validate`"),
    "a batch": (
        lambda out: (out.mkdir(), (out / "manifest.json").write_text("{}")),
        ": not empty and not a folder of `redeploy validate`",
    ),
    "a scoreboard": (
        lambda out: (out.mkdir(), (out / "scoreboard.json").write_text("[1]")),
        "/scoreboard.json: in the way",
    ),
    "a directory": (lambda out: letters(out / "scoreboard.json"), "/scoreboard.json: in the way"),
    "the second": (lambda out: letters(out / "S15"), "/S15: not empty and not a results folder"),
    "the last": (
        lambda out: letters(out / "ablate"),
        "/ablate: not empty and not a results folder",
    ),
    "a link": (
        lambda out: out.symlink_to("nowhere"),
        ": is a link to nowhere, which does not exist",
    ),
    "a link below": (
        lambda out: (out.mkdir(), (out / "ablate").symlink_to("nowhere")),
        "/ablate: is a link to nowhere, which does not",
    ),
    "a file": (lambda out: out.touch(), ": a file is in the way"),
}


@pytest.mark.parametrize("replacing", [[], ["--replace"]])
@pytest.mark.parametrize("case", IN_THE_WAY)
def test_every_folder_is_checked_before_the_first_run_and_none_is_changed(
    case, replacing, quick, tmp_path, capsys
):
    make, told = IN_THE_WAY[case]
    out = tmp_path / "out"
    make(out)
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    assert tried(out, "S17", "S15", more=["--ablate", *replacing]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{out}{told}"), line
    assert {
        path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")
    } == before and quick.begun == []


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_failed_cuts_are_named_beside_the_facts(as_json, quick, tmp_path, capsys):
    reasons = tmp_path / "ablate" / "failures.jsonl"
    quick.fails = lambda scenario: (
        "danger" in scenario.ablate and scenario.strategy.name == "static"
    )
    assert tried(tmp_path, "S17", more=["--ablate", *as_json]) == 1
    some = capsys.readouterr().out
    quick.fails = lambda scenario: scenario.time.horizon_days > 364
    assert tried(tmp_path, "S17", more=["--ablate", "--replace", *as_json]) == 1
    all_ = capsys.readouterr().out
    assert len(reasons.read_text().splitlines()) == 400
    if as_json:
        some, all_ = json.loads(some), json.loads(all_)
        assert [each["id"] for each in (some["facts"] + all_["facts"])] == ["S17", "S17"]
        assert some["ablate_failed_runs"] == {"danger": 20} and len(some["ablate"]) == 9 * 2
        assert all_["ablate"] == [] and sum(all_["ablate_failed_runs"].values()) == 400
    else:
        assert (
            "S17" in some
            and some.count("no pair finished") == 1
            and "S17" in all_
            and all_.count("no pair finished") == 10
        )
        assert (
            some.endswith(f"Runs failed: 20 of danger; {reasons} has the reasons\n")
            and "40 of leak, " in all_
        )


def test_failed_runs_of_a_fact_are_told_once(quick, tmp_path, capsys):
    quick.fails = lambda scenario: bool(scenario.events)
    assert tried(tmp_path, "S15") == 1
    out, err = capsys.readouterr()
    assert " ".join(out.split()).count("12 of 24 runs failed") == 1 and err == ""


def test_a_damaged_part_is_mended_by_the_command_that_made_it(quick, tmp_path, capsys):
    tried(tmp_path, "S17")
    digest = Results.open(tmp_path / "S17").digest()
    (part,) = (tmp_path / "S17" / "series").iterdir()
    content = bytearray(part.read_bytes())
    content[4:200] = bytes(196)
    part.write_bytes(content)
    with pytest.raises(ResultsError, match="damaged"):
        Results.open(tmp_path / "S17").digest()
    capsys.readouterr()
    assert tried(tmp_path, "S17") == 0
    assert f"{part}: damaged; its runs are done again" in capsys.readouterr().err
    assert Results.open(tmp_path / "S17").digest() == digest
