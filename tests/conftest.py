"""What many tests share: a run on the small map, and a folder of results with snapshots. (This file also puts `tests` on the path.)"""

import pytest
from small_runs import small_run


@pytest.fixture
def run_at_day_0():
    """A run on the small map whose burn-in is over: t = 7, a weekly day, the first review still to come."""
    run = small_run()
    run.advance(7)
    return run


@pytest.fixture
def run_in_week_1():
    """The same on day 1 of the horizon: neither a weekly day nor a review."""
    run = small_run()
    run.advance(8)
    return run


@pytest.fixture(scope="session")
def results_with_layers(tmp_path_factory):
    """`hold` and the static shares 0 and 30 %, three runs of each: ten weeks on the small map with a snapshot every three."""
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
