import re
import shutil
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from known_runs import Scenario, folder

from sim import Results
from sim.analysis.compare import compare
from sim.batches import MissingRunsWarning, ResultsError
from sim.cli.main import main
from sim.report import tables
from sim.report.page import covers, page, report
from sim.results.parts import parquet, write_part
from sim.results.sealed import sealed

EMPTY = {"meta", "img", "br", "wbr"}


class Elements(HTMLParser):
    """Every element of a page with its attributes; fails where one is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found, self.open = [], []
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def text(results):
    return page(results, "static 30 %")


@pytest.fixture
def no_pictures(monkeypatch):
    """For tests of the words alone: drawing a figure costs half a second."""
    monkeypatch.setattr("sim.report.style.data_uri", lambda picture: "data:,")
    monkeypatch.setattr("sim.report.series.drawn", lambda *parts: None)
    monkeypatch.setattr("sim.report.tradeoff.tradeoff", lambda *parts: None)


def test_the_numbers_are_those_of_compare(results, text):
    comparison = compare(results, outcomes=tables.outcomes_shown(results))
    table = comparison.table
    assert set(table["outcome"]) == {
        "people_armed_vraem",
        "delivered_kg_total",
        "averted_kg_border",
        "diverted_share",
        "averted_kg_total",
        "vacuum_vraem",
        "cost_musd",
    }
    for label, rows in table.groupby("label"):
        found = re.findall(rf'<th scope="row">\s*{comparison.short[label]}</th>(.*?)</tr>', text)
        *headline, others = found
        assert others.count("<td>") == 7 and others.endswith("<td>6</td>")
        assert [cells.count("<td>") for cells in headline] == [2, 1, 1, 1]
        for _, row in rows[rows["outcome"] != "diverted_share"].iterrows():
            shown = f">{escape(tables.plain(row)).replace(' [', '<br>[')}<"
            assert shown in others
            assert row["outcome"] in ("vacuum_vraem", "averted_kg_total") or any(
                shown in cells for cells in headline
            )
    row = table[
        (table["label"] == "static share_to_border=0.3") & (table["outcome"] == "averted_kg_border")
    ].iloc[0]
    assert tables.plain(row).partition(" ")[0] == f"{row['difference'] / 1000:+.2f}", (
        "kilograms are shown as tonnes"
    )


def test_the_page_states_the_main_findings(text):
    assert (
        "<strong>People x armed share, VRAEM</strong>, against hold: "
        "more: static 10 %, static 30 %; equal in every pair: static 0 %."
    ) in text
    assert "no clear gain is seen over all exits, with static 10 %, static 30 %" in text
    assert "The premise is hypothetical." in text


def test_the_page_stands_alone(text):
    elements = Elements(text).found
    assert {tag for tag, _ in elements} & {"script", "link", "iframe", "object"} == set()
    images = [attributes for tag, attributes in elements if tag == "img"]
    assert (
        len(images) == 5
    )  # trade-off, people, vacuum, attacks, kilograms at the border: what this folder has series of
    assert all(image["src"].startswith("data:image/") and image["alt"] for image in images)
    assert all(attributes["href"].startswith("#") for tag, attributes in elements if tag == "a")
    assert "url(" not in text and len(text) < 5_000_000
    anchors = {attributes["href"][1:] for tag, attributes in elements if tag == "a"}
    assert anchors == {attributes["id"] for tag, attributes in elements if "id" in attributes}


def test_what_the_folder_cannot_tell_is_said(text):
    assert "No map of armed rule and of cocaine: no map layers" in text
    assert (
        "This folder does not hold: <code>fighters_mpcp, fighters_dissident_peru, coverage_vraem"
        in text
    )


def test_maps_are_those_of_the_point(results, monkeypatch, no_pictures):
    asked = []
    for name in ("armed_rule", "interdiction"):
        monkeypatch.setattr(
            f"sim.report.maps.{name}", lambda results, point, name=name: asked.append((name, point))
        )
    told = page(results, "static 30 %")
    assert asked == [
        ("armed_rule", "static share_to_border=0.3"),
        ("interdiction", "static share_to_border=0.3"),
    ]
    maps = told.partition('<section id="maps">')[2].partition("</section>")[0]
    assert (
        maps.count("<img") == 2
        and maps.count("from layers join runs") == 2
        and "No map of" not in maps
    )


def test_the_queries_on_the_page_give_its_numbers(results, text):
    from html import unescape

    queries = re.findall(r'sql\("""\n(.*?)\n"""\)', unescape(text), re.S)
    assert len(queries) == 4
    answer = results.sql(queries[0])
    assert (
        list(answer.columns)
        == [
            "label",
            "future",
            "replication",
            "week",
            "people_armed_vraem",
            "people_armed_border",
        ]
        and len(answer) == 2 * 6 * 7
    )


def test_a_map_that_cannot_be_drawn_is_told_beside_the_other(results, monkeypatch, no_pictures):
    def refused(results, point):
        raise ResultsError(f"{results.path}: no series people_armed")

    monkeypatch.setattr("sim.report.maps.armed_rule", refused)
    monkeypatch.setattr("sim.report.maps.interdiction", lambda results, point: None)
    told = page(results, "static 30 %")
    maps = told.partition('<section id="maps">')[2].partition("</section>")[0]
    assert maps.count("<img") == 1 and "No map of armed rule: no series people_armed." in maps


def test_a_folder_without_people_under_armed_rule_says_so(tmp_path, no_pictures):
    told = page(folder(tmp_path / "first", armed=False))
    assert "This folder lacks the people under armed rule or the kilograms" in told
    assert "This folder does not hold: <code>people_armed_vraem, people_armed_border" in told


def test_what_was_run_is_told(results, text):
    assert "18 of 24" not in text and "24 of 24 done, 0 failed" in text
    for word in (
        results.digest(),
        results.manifest["source_hash"],
        results.manifest["plan_id"],
        "0, 0.1, 0.3",
        "numpy",
    ):
        assert word in text
    assert re.search(r"\d+ of the \d+ parameters of the registry are assumptions", text)


def test_the_uses_it_is_not_for_are_those_of_the_readme(text):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    uses = re.findall(
        r"- \*\*(.*?)\*\*",
        readme.partition("## What it must not be used for")[2].partition("\n## ")[0],
    )
    assert len(uses) >= 4
    assert all(f"<strong>{use}</strong>" in text for use in uses)


def test_users_text_stays_text(tmp_path, no_pictures):
    bad = '"><script>alert(1)</script><img src=x onerror=y> $title ${x}'
    scenario = Scenario(title=bad, sweep={"strategy.tasking_vraem": (bad, "line")})
    told = page(folder(tmp_path / "a & <b>", scenario, 2))
    elements = Elements(told).found
    assert "script" not in {tag for tag, _ in elements}
    assert {attributes["src"] for tag, attributes in elements if tag == "img"} == {"data:,"}
    assert escape(bad) in told and "<b>" not in told


def test_parameters_that_the_scenario_sets_are_listed_with_range_and_source(
    results, tmp_path, no_pictures
):
    shutil.copytree(results.path, tmp_path / "copy")
    copy = Results.open(tmp_path / "copy")
    copy.manifest["scenario"]["parameters"] = {"presence.felt_up_days": 41.5}
    text = page(copy)
    told = text.partition("Parameters that this scenario sets")[2].partition("</table>")[0]
    assert "presence.felt_up_days" in told and "<td>41.5</td>" in told and told.count("<tr") == 2
    assert "&quot;presence.felt_up_days&quot; = 41.5" in text


def test_futures_are_told_with_what_was_drawn(monkeypatch, results):
    design = results.design().assign(future=[0, 1, 2, 2])
    design["drawn.presence.felt_up_days"] = [30.0, 20.5, 41.0, 41.0]
    design["x.strategy.border_split"] = '{"loreto": 1}'
    monkeypatch.setattr(Results, "design", lambda self: design)
    varied = tables.varied(results)
    assert (
        varied["future"] == [0, 1, 2]
        and varied["presence.felt_up_days"] == [30.0, 20.5, 41.0]
        and "strategy.border_split" not in varied
    )
    assert tables.parameters_of({}, varied) == {"presence.felt_up_days": None}
    assert "30, 20.5, 41" in tables.varied_table(varied)
    assert covers(results).startswith("Intervals are over 3 futures")
    many = {"presence.felt_up_days": [float(value) for value in range(20, 41)]}
    assert "21 values from 20 to 40" in tables.varied_table(many)


def test_only_hold_is_told_as_levels(tmp_path, no_pictures):
    told = page(
        folder(tmp_path / "hold", Scenario(strategy=Scenario().strategy.__class__(name="hold")))
    )
    assert (
        "Nothing is compared here: there is only one arm, &quot;hold&quot;, "
        "and nothing to compare it with."
    ) in told
    assert "There is no hold to pair with." in told and "Week by week: hold" in told
    rows = re.findall(r"<code>(\w+)</code></td><td>([^<]*)</td>", told)
    assert dict(rows)["cost_musd"] == "100" or dict(rows)["cost_musd"].startswith("100")
    assert "[" in dict(rows)["vacuum_vraem"] and "averted_kg_border" not in dict(rows)


def test_one_replication_says_that_there_are_no_intervals(tmp_path, no_pictures):
    told = page(folder(tmp_path / "one", replications=1))
    assert "<strong>one pair only</strong>" in told and "not defined" in told


def cut(results, folder, keep):
    """Copy the folder with those runs only for which `keep(label, number)` is true."""
    shutil.copytree(results.path, folder)
    found = Results.open(folder)
    (part,) = found.stored.all()
    table, times = found.stored.table(part, "runs"), {}
    kept = []
    for row, label in enumerate(table["label"].to_pylist()):
        times[label] = times.get(label, 0) + 1
        if keep(label, times[label]):
            kept.append(row)
    write_part(
        folder,
        {
            kind: parquet(
                kind, table.take(kept) if kind == "runs" else found.stored.table(part, kind)
            )
            for kind in part.kinds
        },
    )
    found.stored.drop([part.name])
    return folder


def test_missing_and_failed_runs_are_counted(results, tmp_path, no_pictures):
    label = "static share_to_border=0.3"
    folder = cut(results, tmp_path / "cut", lambda each, number: each != label or number == 1)
    failure = {"run_id": "f", "label": label, "replication": 4, "error": "ValueError: <b>"}
    (folder / "failures.jsonl").write_bytes(sealed(failure) + b"\n")
    with pytest.warns(MissingRunsWarning):
        told = page(Results.open(folder))
    box = told.partition('<p class="warning">')[2].partition("</p>")[0]
    assert "1 of 24 runs failed and 4 are not done." in box
    assert (
        f"{label}: 1 of 6 runs failed and 4 are not done; first reason: ValueError: &lt;b&gt;."
        in box
    )
    assert (
        "may be a biased sample" in box
        and "Pairs compared: static 30 % 1 of 6; every other arm has all of its pairs." in box
    )
    assert "<td>1 of 6</td>" in told


def test_an_arm_without_effect_and_one_without_a_pair_are_findings(results, tmp_path, no_pictures):
    folder = cut(
        results, tmp_path / "cut", lambda label, number: label != "static share_to_border=0.3"
    )
    with pytest.warns(MissingRunsWarning):
        told = page(Results.open(folder))
    assert (
        "<strong>No effect</strong>: static 0 % equals hold bit for bit in each of its 6 runs."
        in told
    )
    assert (
        "<strong>Not compared</strong>, since no pair of runs is finished: static 30 %." in told
        and "<td>0 of 6</td>" in told
    )


def test_nothing_finished_and_an_unknown_point_are_errors(results, tmp_path):
    shutil.copytree(results.path, tmp_path / "bare", ignore=shutil.ignore_patterns("part-*"))
    with pytest.raises(ResultsError, match="no finished run"):
        report(Results.open(tmp_path / "bare"))
    with pytest.raises(ResultsError, match="did you mean 'static 10 %'"):
        report(results, tmp_path / "x.html", "static 11 %")
    assert not (tmp_path / "x.html").exists()


def test_the_command_writes_and_prints_the_path(results, tmp_path, capsys, no_pictures):
    assert main(["report", str(results.path), "--out", str(tmp_path / "new" / "page.html")]) == 0
    assert capsys.readouterr().out == f"{tmp_path}/new/page.html\n"
    assert report(results, tmp_path) == tmp_path / "report.html"
    assert main(["report", str(results.path), "--out", "/dev/null/page.html"]) == 2
    assert main(["report", str(results.path), "--language", "es"]) == 2
    error = capsys.readouterr().err
    assert "--out: /dev/null/page.html cannot be written" in error and "Traceback" not in error
