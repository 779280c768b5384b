import io
import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from sim.analysis import facts, scoreboard
from sim.analysis.checks import Check, band, share, sign
from sim.analysis.facts import FACTS
from sim.build import geography_of
from sim.cli import main
from sim.scenario import load_scenario
from sim.validation import plan_of

ROOT = Path(__file__).parents[2]
TEN = np.linspace(-0.1, 0.3, 10)


@pytest.mark.parametrize("id", FACTS)
def test_arms_of_a_fact_are_worlds_that_differ(id):
    plan = plan_of(FACTS[id])
    assert len({point.point_id for point in plan.points}) == len(FACTS[id].arms) == len({point.label for point in plan.points})
    assert plan.replications >= 6
    assert all(point.scenario.map.resolution_km == 5 for point in plan.points), "on the real map"


def test_routes_to_the_coast_are_those_of_the_map():
    """S1 keeps the total effort: what the coast gets more, the other routes get less."""
    library = geography_of(load_scenario(ROOT / "scenarios" / "baseline.toml"))[2]
    coast = int((library.exit == facts.EXITS.index("coast")).sum())
    assert (len(library.exit), coast) == (facts.ROUTES, facts.COAST_ROUTES)
    assert 2 * facts.EFFORT * coast + facts.REST * (facts.ROUTES - coast) == pytest.approx(facts.EFFORT * facts.ROUTES)


@pytest.mark.parametrize(
    ("values", "positive", "result"),
    [(TEN + 1.0, True, "pass"), (TEN + 1.0, False, "fail"), (TEN - 0.1, True, "open"), (0.0 * TEN, True, "fail"), ([], True, "undefined")],
)
def test_a_sign_passes_only_when_its_whole_interval_does(values, positive, result):
    assert sign("x", np.asarray(values), positive).result == result


def test_a_band_is_told_by_its_mean():
    assert band("x", TEN, (0.0, 0.2)).result == "inside" and band("x", TEN, (0.2, None)).result == "outside"


def test_a_share_of_runs_fails_when_even_its_interval_is_outside():
    def of(k):
        return share("x", np.arange(20) < k, (0.8, None), as_gate=True).result

    assert (of(20), of(16), of(14), of(5)) == ("pass", "pass", "open", "fail")


def test_the_worst_gate_is_the_result():
    fact = FACTS["S19"]
    good, bad = Check("a", 1.0, 0.5, 1.5, (0.0, None), True), Check("b", -1.0, -1.5, -0.5, (0.0, None), True)
    outside = Check("c", 9.0, 8.0, 10.0, (0.0, 1.0), False)
    assert scoreboard.Score(fact, (good, bad, outside)).result == "fail"
    assert scoreboard.Score(fact, (good, outside)).result == "pass"
    assert scoreboard.Score(fact, (outside,)).result == "outside"
    assert scoreboard.Score(fact, (), 3).result == "undefined"


def test_no_fact_is_known_elsewhere_in_the_model():
    """A mechanism or a default that names a fact would be made for it."""
    named = re.compile(r"\b(" + "|".join(FACTS) + r")\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in sorted((ROOT / "sim").rglob("*"))
        if path.suffix in (".py", ".toml", ".csv", ".md") and path.name != "facts.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if named.search(line)
    ]
    assert found == []


def test_the_measured_scoreboard_has_every_fact():
    measured = json.loads((ROOT / "results" / "scoreboard.json").read_text(encoding="utf-8"))["facts"]
    assert [each["id"] for each in measured] == list(FACTS)
    assert [each["says"] for each in measured] == [fact.says for fact in FACTS.values()]


def test_validate_runs_judges_and_resumes(tmp_path, capsys):
    out = str(tmp_path / "v")
    assert main(["validate", "--fact", "S17", "--out", out, "--json"]) == 0
    first = capsys.readouterr()
    told = json.loads(first.out)["facts"]
    assert [each["id"] for each in told] == ["S17"] and told[0]["result"] in ("pass", "fail", "open")
    assert all(math.isfinite(check["value"]) for check in told[0]["checks"])
    assert json.loads((tmp_path / "v" / "scoreboard.json").read_text()) == json.loads(first.out)
    assert main(["validate", "--fact", "S17", "--out", out]) == 0
    again = capsys.readouterr()
    assert "nothing left to run" in again.err and "S17" in again.out and "accepted" in again.out


def test_slopes_are_told_per_tenth_with_what_was_cut():
    """+.03 of vacuum and 6 t at a share of .15 are .02 and 4 t a tenth."""
    told = {"low": 0.015, "high": 0.045, "n": 4, "enough": True, "exactly_zero": False}
    rows = [
        {"point_id": point, "x.ablate": cut, "outcome": name} | told | {"difference": each, "low": each / 2, "high": 1.5 * each}
        for point, cut in (("a", "[]"), ("b", '["tips", "leak"]'))
        for name, each in (("vacuum_vraem", 0.03), ("averted_kg_border", 6_000.0))
    ]
    page = io.StringIO()
    scoreboard.print_slopes(SimpleNamespace(table=pd.DataFrame(rows)), 0.15, Console(file=page, width=120))
    lines = page.getvalue().splitlines()
    whole, cut = (next(line for line in lines if what in line) for what in ("the whole model", "tips, leak"))
    assert "+0.020 [0.010, 0.030]" in whole and "+4 [2, 6]" in cut and "15%" in page.getvalue()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(["--fact", "S99"], "S99"), (["--fact", "s19"], 'did you mean "S19"?'), (["--workers", "0"], "expected 1 or more")],
)
def test_validate_refuses_what_it_does_not_know(arguments, told, capsys):
    assert main(["validate", *arguments]) == 2
    assert told in capsys.readouterr().err
