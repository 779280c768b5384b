"""Folders of other formats: an older one is read with a warning, and no run is added to it."""

import json
import shutil
from pathlib import Path

import fake_runs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.analysis.compare import compare
from sim.batches import Results, ResultsError, batch, make_plan, merge
from sim.cli.main import main
from sim.results.refused import ResultsWarning
from sim.results.sealed import sealed

SAMPLE = Path(__file__).with_name(
    "sample_of_format_1"
)  # results/sample as version 0.1.0 wrote it, without its layers
DIGEST = (
    "731e9e7f2f3a1adef1bb46b0c24872edb2907a241a7b723d9d4a23d5a784df59"  # as that version gives it
)
OLD = (
    "a folder of format 1, which an older redeploy wrote: "
    "its files have no checksums, so damage to them may go unnoticed"
)
PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")
pytestmark = pytest.mark.filterwarnings("ignore::sim.results.refused.ResultsWarning")


def done(root, **options):
    return batch(
        PLAN,
        out=root,
        workers=1,
        run=fake_runs.run,
        outcomes=fake_runs.OUTCOMES,
        progress=False,
        **options,
    )


@pytest.fixture
def old(tmp_path):
    shutil.copytree(SAMPLE, tmp_path / "old")
    return tmp_path / "old"


def test_a_folder_of_format_1_opens_compares_and_has_its_digest():
    with pytest.warns(ResultsWarning, match=f"sample_of_format_1: {OLD}"):
        results = Results.open(SAMPLE)
    assert results.digest() == DIGEST and results.status()["SUCCEEDED"] == len(results.runs()) == 48
    assert (
        results.layers().empty
        and results.sql("select count(*) as n from weekly")["n"][0] == len(results.weekly()) == 9984
    )
    table = compare(results, outcomes=["vacuum_vraem"]).table.set_index("label")
    assert table["difference"]["static"] == 0.011286371037739643 and set(table["n"]) == {6}


@pytest.mark.filterwarnings("always::sim.results.refused.ResultsWarning")
def test_the_command_line_says_once_that_there_are_no_sums(capsys):
    assert main(["compare", str(SAMPLE), "--outcome", "vacuum_vraem"]) == 0
    assert capsys.readouterr().err.splitlines() == [f"warning: {SAMPLE}: {OLD}"]


def test_nothing_is_added_to_a_folder_of_format_1(tmp_path, capsys):
    root = done(tmp_path / "made").path
    manifest = json.loads((root / "manifest.json").read_text())
    manifest = {
        key: value
        for key, value in manifest.items()
        if key not in ("format", "sha256", "design_sha256")
    }
    (root / "manifest.json").write_text(json.dumps(manifest))
    before = {path: path.read_bytes() for path in root.rglob("*.*")}
    for damage in (lambda: None, lambda: (root / "manifest.json").write_text("{")):
        damage()
        if (root / "manifest.json").read_text() == "{":
            table = pq.read_table(root / "design.parquet")
            pq.write_table(
                table.replace_schema_metadata({"plan_id": PLAN.plan_id}), root / "design.parquet"
            )
        with pytest.raises(
            ResultsError,
            match="made: a folder of format 1, to which this version cannot add runs; choose",
        ):
            done(root)
    assert all(
        path.read_bytes() == content for path, content in before.items() if path.parent != root
    )
    assert done(root, replace=True).status()["SUCCEEDED"] == 12


def test_folders_of_format_1_are_merged_into_a_new_one(old, tmp_path):
    merged = merge([old, old], tmp_path / "new")
    assert (
        merged.digest() == DIGEST
        and merged.manifest["format"] == 2
        and merged.status() == Results.open(old).status()
    )
    with pytest.raises(ResultsError, match="format 1, to which this version cannot add runs"):
        merge([merged.path], old)


@pytest.mark.parametrize("kinds", [("runs",), ("runs", "series")])
def test_a_copied_part_of_format_1_counts_once(old, kinds):
    for kind in kinds:
        (part,) = (old / kind).glob("*.parquet")
        shutil.copy(part, part.with_name(f"{part.stem} - copia.parquet"))
    results = Results.open(old)
    assert results.digest() == DIGEST and len(results.parts("series")) == 1
    assert results.sql("select count(*) as n from weekly")["n"][0] == 9984


def without_versions(root):
    manifest = json.loads((root / "manifest.json").read_text())
    del manifest["versions"]
    (root / "manifest.json").write_text(json.dumps(manifest))


def nan_in_the_manifest(root):
    text = (root / "manifest.json").read_text()
    (root / "manifest.json").write_text(text.replace('"replications": 6', '"replications": NaN'))


def a_row_of_the_design_twice(root):
    table = pq.read_table(root / "design.parquet")
    pq.write_table(pa.concat_tables([table, table[:1]]), root / "design.parquet")


def a_column_of_another_type(root):
    (part,) = (root / "runs").glob("*.parquet")
    table = pq.read_table(part)
    at = table.column_names.index("vacuum_vraem")
    pq.write_table(table.set_column(at, "vacuum_vraem", table["vacuum_vraem"].cast("string")), part)


def half_of_the_weeks(root):
    (part,) = (root / "series").glob("*.parquet")
    table = pq.read_table(part)
    pq.write_table(table[: len(table) // 2], part)


@pytest.mark.parametrize(
    ("hurt", "file"),
    [
        (without_versions, "manifest.json"),
        (nan_in_the_manifest, "manifest.json"),
        (a_row_of_the_design_twice, "design.parquet"),
        (a_column_of_another_type, "part-932fe27a36c2d2b5.parquet"),
        (half_of_the_weeks, "part-932fe27a36c2d2b5.parquet"),
    ],
)
def test_damage_that_shows_without_checksums_is_reported_in_one_line(old, hurt, file, capsys):
    hurt(old)
    assert main(["compare", str(old)]) == 2
    (line,) = (line for line in capsys.readouterr().err.splitlines() if "no checksums" not in line)
    assert file in line and "damaged; " in line


def test_a_folder_of_a_newer_version_is_refused_by_name(tmp_path, capsys):
    root = done(tmp_path / "new").path
    (root / "manifest.json").write_bytes(sealed(Results.open(root).manifest | {"format": 3}))
    assert main(["status", str(root)]) == 2
    assert capsys.readouterr().err == (
        f"{root}: a results folder of format 3, which a newer redeploy wrote; "
        "this one reads formats 1 to 2\n"
    )
    with pytest.raises(ResultsError, match="a newer redeploy wrote"):
        done(root)
