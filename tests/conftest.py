"""A run on the small map for any test that asks for one. (This file also puts `tests` on the path, for `small_runs`.)"""

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
