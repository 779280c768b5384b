"""The batch with the model itself, on the 10 km map and for eight weeks."""

import pytest

from sim.analysis.compare import compare
from sim.batches import batch
from sim.simulation.run import run

SCENARIO = """
schema = 1
[time]
horizon_days = 56
burn_in_days = 28
[map]
resolution_km = 10
[strategy]
name = "static"
[sweep]
"strategy.share_to_border" = [0, 0.3]
[replications]
count = 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def results(folder):
    (folder / "eight_weeks.toml").write_text(SCENARIO)
    return batch(folder / "eight_weeks.toml", out=folder / "two", workers=2, progress=False)


def test_a_stored_run_is_the_same_run(results):
    from sim.scenario import load_scenario
    from sim.simulation.outcomes.registry import OUTCOMES

    assert results.status() == {"PENDING": 0, "SUCCEEDED": 6, "FAILED": 0, "ABORTED": 0}
    share = load_scenario(
        results.path.parent / "eight_weeks.toml", {"strategy.share_to_border": 0.3, "sweep": {}}
    )
    records = run(share, replication=1)
    runs = results.runs()
    row = runs[(runs["x.strategy.share_to_border"] == 0.3) & (runs["replication"] == 1)].iloc[0]
    assert {
        name: None if row[name] != row[name] else row[name] for name in OUTCOMES
    } == records.outcomes
    weekly = results.weekly()
    stored = weekly[weekly["run_id"] == row["run_id"]].sort_values(["week", "theatre"])
    expected = records.weekly.sort_values(["week", "theatre"])
    for series in expected.columns.drop(["week", "days", "theatre"]):
        assert stored[series].to_numpy().tobytes() == expected[series].to_numpy(float).tobytes(), (
            series
        )


def test_one_worker_and_two_give_one_digest(results, folder):
    assert (
        batch(folder / "eight_weeks.toml", out=folder / "one", workers=1, progress=False).digest()
        == results.digest()
    )


def test_a_share_of_zero_equals_hold_exactly(results):
    table = compare(results).table
    unmoved = table[table["x.strategy.share_to_border"] == 0]
    assert len(unmoved) > 100 and set(unmoved["verdict"]) <= {"= 0 exactly", "not defined"}
    moved = table[
        (table["x.strategy.share_to_border"] == 0.3) & (table["outcome"] == "vacuum_vraem")
    ]
    assert moved["difference"].iloc[0] != 0
