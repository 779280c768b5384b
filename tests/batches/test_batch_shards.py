import fake_runs
import pytest

from sim.batches import Results, ResultsError, batch, make_plan, merge
from sim.batches.plan import PlanError


def done(root, shard="1/1", scenario=fake_runs.SWEPT, run=fake_runs.run, replications=5, **options):
    plan = make_plan(scenario, replications, points_of=fake_runs.points_of, source="code-1")
    return batch(
        plan,
        out=root,
        workers=1,
        run=run,
        outcomes=fake_runs.OUTCOMES,
        progress=False,
        shard=shard,
        **options,
    )


@pytest.fixture
def shards(tmp_path):
    return [done(tmp_path / f"fake.shard-{i}-of-3", f"{i}/3") for i in (1, 2, 3)]


def test_merged_shards_equal_the_whole(shards, tmp_path):
    assert [shard.status()["SUCCEEDED"] for shard in shards] == [8, 8, 4]
    assert all(sum(shard.status().values()) == shard.status()["SUCCEEDED"] for shard in shards)
    assert [sorted(set(shard.runs()["replication"])) for shard in shards] == [[0, 3], [1, 4], [2]]
    whole = done(tmp_path / "whole")
    for _ in range(2):  # again is no harm
        merged = merge([shard.path for shard in shards])
        assert merged.path == tmp_path / "fake" and merged.digest() == whole.digest()
        assert merged.status() == whole.status()
        assert merged.runs().drop(columns="wall_s").equals(whole.runs().drop(columns="wall_s"))


def test_runs_that_no_shard_has_are_pending_and_the_same_command_does_them(shards, tmp_path):
    merged = merge([shard.path for shard in shards[:2]], tmp_path / "some")
    assert merged.status() == {"PENDING": 4, "SUCCEEDED": 16, "FAILED": 0, "ABORTED": 0}
    assert done(merged.path).digest() == done(tmp_path / "whole").digest()


def test_a_folder_that_lost_its_manifest_is_merged_into_again(shards, tmp_path):
    folders = [shard.path for shard in shards]
    merged = merge(folders)
    (merged.path / "manifest.json").unlink()
    assert merge(folders).digest() == merged.digest()


def test_failures_travel_with_their_shard(tmp_path):
    failing = [
        done(tmp_path / f"f.shard-{i}-of-2", f"{i}/2", run=fake_runs.failing_run) for i in (1, 2)
    ]
    for _ in range(2):
        merged = merge([shard.path for shard in failing])
        assert merged.status()["FAILED"] == len(merged.failures()) == 1


def test_shards_of_another_plan_and_foreign_folders_are_refused(shards, tmp_path):
    other = done(tmp_path / "other", scenario=fake_runs.Scenario())
    with pytest.raises(ResultsError, match="other: belongs to another plan than"):
        merge([shards[0].path, other.path], tmp_path / "x")
    with pytest.raises(ResultsError, match="another plan"):
        merge([shards[0].path], other.path)
    (other.path / "manifest.json").unlink()
    with pytest.raises(
        ResultsError,
        match=r"manifest\.json is missing or damaged, and design\.parquet is not of this plan",
    ):
        merge([shards[0].path], other.path)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter").touch()
    with pytest.raises(ResultsError, match="not a results folder"):
        merge([shards[0].path], tmp_path / "letters")
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(ResultsError, match="link: is a link to nowhere, which does not exist"):
        merge([shards[0].path], tmp_path / "link")
    with pytest.raises(ResultsError, match="--out: expected a folder"):
        merge([shards[0].path, done(tmp_path / "whole").path])
    with pytest.raises(ResultsError, match="holds shard 1/3, not 2/3"):
        done(shards[0].path, "2/3")
    assert Results.open(shards[0].path).status()["SUCCEEDED"] == 8


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "-1/2", "a/b", "1/2/3", "1.0/2", ""])
def test_a_shard_is_i_of_n(tmp_path, text):
    with pytest.raises(PlanError, match=r"expected i/n with i from 1 to n"):
        done(tmp_path / "none", text)
    with pytest.raises(PlanError, match="has no runs"):
        done(tmp_path / "none", "6/6")
    assert not (tmp_path / "none").exists()


def test_a_whole_folder_merged_with_its_shard_keeps_every_run(shards, tmp_path):
    whole = done(tmp_path / "whole")
    merged = merge([whole.path, shards[0].path], tmp_path / "both")
    assert merged.digest() == whole.digest() and merged.status() == whole.status()

    def never(scenario, replication=0):
        raise AssertionError("a finished run is done again")

    again = done(merged.path, run=never)
    assert again.digest() == whole.digest() and again.status() == whole.status()


@pytest.mark.parametrize("name", ["s3:x", "file:x", "hdfs:x", "g*", "[x]", "x=1", "a b"])
def test_a_folder_may_have_special_characters_in_its_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results = done(f"{name}/r")
    assert (
        results.digest() == Results.open(f"{name}/r").digest() == done(tmp_path / "whole").digest()
    )
    assert results.sql("select count(*) as n from runs")["n"][0] == len(results.runs()) == 20
    assert results.outcomes()


def test_series_stay_while_the_folder_of_runs_is_elsewhere(tmp_path):
    results = done(tmp_path / "r", replications=2)
    digest, (series,) = results.digest(), (results.path / "series").iterdir()
    (results.path / "runs").rename(tmp_path / "elsewhere")
    done(results.path, replications=2)
    assert series.exists()
    for part in (tmp_path / "elsewhere").iterdir():
        part.rename(results.path / "runs" / part.name)
    assert Results.open(results.path).digest() == digest
