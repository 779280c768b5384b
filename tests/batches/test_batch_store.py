import fake_runs
import numpy as np
import pytest

from sim.batches import Results, ResultsError, batch, make_plan

PLAN = make_plan(fake_runs.SWEPT, points_of=fake_runs.points_of, source="code-1")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return batch(
        PLAN,
        out=tmp_path_factory.mktemp("results") / "fake",
        workers=1,
        run=fake_runs.run,
        outcomes=fake_runs.OUTCOMES,
        progress=False,
    )


def test_sql_sees_runs_weekly_events_and_design(results):
    answer = results.sql(
        "select label, avg(attacks) as attacks from weekly join runs using (run_id) "
        'where "x.strategy.share_to_border" > 0.2 group by label'
    )
    assert list(answer["label"]) == ["static share_to_border=0.3"]
    weekly = results.weekly().merge(results.runs()[["run_id", "label"]], on="run_id")
    assert answer["attacks"][0] == pytest.approx(
        weekly.loc[weekly["label"] == answer["label"][0], "attacks"].mean()
    )
    assert results.sql("select count(*) as n from events")["n"][0] == len(results.events()) == 24
    assert results.sql("select count(*) as n from design")["n"][0] == len(results.design()) == 4


def test_layers_are_stored_as_they_were_taken(results):
    layers, runs = results.layers(), results.runs()
    assert len(layers) == results.sql("select count(*) as n from layers")["n"][0] == 4 * len(runs)
    assert (
        layers["state"].dtype == np.float32
        and not layers.duplicated(["run_id", "day", "place"]).any()
    )
    for run in runs.itertuples():
        task = next(task for task in PLAN.tasks() if task.run_id == run.run_id)
        taken = fake_runs.run(task.point.scenario, task.replication).layers
        stored = layers[layers["run_id"] == run.run_id].reset_index(drop=True)
        assert stored[list(taken.columns)].to_dict("list") == taken.to_dict("list")


def test_the_digest_covers_layers(results, tmp_path):
    def without(scenario, replication=0):
        records = fake_runs.run(scenario, replication)
        records.layers = records.layers[:0]
        return records

    bare = batch(
        PLAN, out=tmp_path / "without", run=without, outcomes=fake_runs.OUTCOMES, progress=False
    )
    assert bare.layers().empty and bare.sql("select count(*) as n from layers")["n"][0] == 0
    assert bare.status() == results.status() and bare.digest() != results.digest()


def test_a_wrong_query_is_one_clear_error(results):
    with pytest.raises(ResultsError, match="no_such_column"):
        results.sql("select no_such_column from runs")


def test_units_and_labels_travel_with_the_columns(results):
    described = results.outcomes()
    assert list(described) == ["vacuum_vraem", "delivered_kg_border", "rate"]
    assert described["delivered_kg_border"] == {
        "unit": "kg",
        "label": "cocaine delivered over the border",
        "direction": "less is better",
    }


def test_events_keep_64_bit_ids(results):
    assert set(results.sql("select distinct uid from events")["uid"]) == {3, 2**63 + 1}


@pytest.mark.parametrize("kinds", [("runs",), ("series",), ("runs", "series", "events", "layers")])
@pytest.mark.parametrize(
    "name", ["{} - copia.parquet", "part-again.parquet", "part-0123456789abcdef.parquet"]
)
def test_a_copy_of_a_part_changes_nothing(results, kinds, name, tmp_path):
    import shutil

    shutil.copytree(results.path, copy := tmp_path / "copy")
    part = results.parts("runs")[-1]
    for kind in kinds:
        shutil.copy(copy / kind / part.name, copy / kind / name.format(part.stem))
    for _ in range(2):
        twice = Results.open(copy)
        assert twice.parts("runs") == [copy / "runs" / part.name]
        assert (len(twice.runs()), len(twice.weekly()), len(twice.layers())) == (12, 72, 48)
        assert twice.sql("select count(*) as n from weekly")["n"][0] == 72
        assert twice.digest() == results.digest() and twice.status()["SUCCEEDED"] == 12
        batch(PLAN, out=copy, run=fake_runs.run, outcomes=fake_runs.OUTCOMES, progress=False)


@pytest.mark.parametrize("name", ["g*", "[ab]", "x=1", "a?", "~", "q'"])
def test_the_name_of_a_folder_is_no_pattern(results, name, tmp_path):
    import shutil

    for folder in (name, "gg", "a", "b"):
        shutil.copytree(results.path, tmp_path / folder)
    named = Results.open(tmp_path / name)
    assert (
        list(named.sql("from weekly")) == list(results.sql("from weekly"))
        and len(named.sql("from weekly")) == 72
    )
    assert named.digest() == results.digest()


def test_a_folder_without_finished_runs_reads_as_empty_tables(results, tmp_path):
    import shutil

    shutil.copytree(results.path, tmp_path / "bare", ignore=shutil.ignore_patterns("part-*"))
    bare = Results.open(tmp_path / "bare")
    assert bare.runs().empty and bare.weekly().empty and bare.events().empty
    assert bare.sql("select count(*) as n from runs, weekly, events")["n"][0] == 0
    assert bare.status()["PENDING"] == 12


def test_what_is_not_a_results_folder_is_named(results, tmp_path):
    with pytest.raises(ResultsError, match="not a results folder"):
        Results.open(tmp_path)
    with pytest.raises(ResultsError, match=r"did you mean .*fake"):
        Results.open(results.path.with_name("fke"))


def test_a_folder_opens_by_its_path_too(results):
    assert Results(str(results.path)).digest() == results.digest()


def test_digest_does_not_depend_on_the_encoding_or_the_order_of_weeks(results, tmp_path):
    import shutil
    from io import BytesIO

    import pyarrow.parquet as pq

    from sim.results.parts import write_part

    shutil.copytree(results.path, tmp_path / "copy", ignore=shutil.ignore_patterns("part-*"))
    files = {
        kind: results.parts(kind)[0].read_bytes() for kind in ("runs", "series", "events", "layers")
    }
    table = pq.read_table(BytesIO(files["series"]))
    pq.write_table(
        table.take(list(reversed(range(len(table))))),
        other := BytesIO(),
        compression="none",
        use_dictionary=False,
    )
    write_part(tmp_path / "copy", files | {"series": other.getvalue()})
    copy = Results.open(tmp_path / "copy")
    assert copy.parts("runs")[0].name != results.parts("runs")[0].name
    assert copy.weekly().equals(results.weekly())
    assert copy.digest() == results.digest()


def test_a_part_is_read_back_as_it_was_written():
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from sim.results.parts import parquet

    constant, spread = [0.0] * 400, np.random.default_rng(3).normal(size=400)
    spread[:3] = [np.nan, -0.0, 5e-324]
    ids = {"run_id": ["r"] * 400, "theatre": ["vraem"] * 400, "week": pa.array(range(400), "int32")}
    table = pa.table(ids | {"zero": constant, "spread": spread})
    back = pq.read_table(pa.BufferReader(parquet("series", table)))
    assert back.schema.equals(table.schema)
    assert all(
        back[name].to_numpy().tobytes() == table[name].to_numpy().tobytes()
        for name in ("zero", "spread")
    )
