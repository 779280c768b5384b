"""Fixtures that many tests share: runs on the small map, and a folder of results with snapshots."""

import pytest
from small_runs import small_run


@pytest.fixture
def run_at_day_0():
    """Return a run on the small map after its burn-in: t = 7, a weekly day, before the first
    review."""
    run = small_run()
    run.advance(7)
    return run


@pytest.fixture
def run_in_week_1():
    """Return the same run on day 1 of the horizon, which is neither a weekly day nor a review."""
    run = small_run()
    run.advance(8)
    return run


@pytest.fixture(scope="session")
def results_with_layers(tmp_path_factory):
    """Return results of `hold` and of the static shares 0 and 30 %, with three runs each: ten weeks
    on the small map, with a snapshot every three weeks."""
    from sim import batch

    folder = tmp_path_factory.mktemp("layers")
    (folder / "ten_weeks.toml").write_text("""
schema = 1
[time]
horizon_days = 70
burn_in_days = 14
[map]
resolution_km = 10
[strategy]
name = "static"
[sweep]
"strategy.share_to_border" = [0, 0.3]
[record]
layers_every_days = 21
[replications]
count = 3
""")
    return batch(folder / "ten_weeks.toml", out=folder / "results", workers=1, progress=False)
