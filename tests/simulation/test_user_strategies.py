"""A user's strategy can fail a run, which names it, the day and the line; it can do no more."""

import pytest
from small_runs import BASELINE, SMALL

from sim.scenario import load_scenario
from sim.simulation.run import run
from sim.strategies import StrategyError

HEAD = """from sim import Orders, Strategy

class Mine(Strategy):
    name = 'mine'
    def decide(self, situation):
"""
WRONG = {
    "return 1 / 0": "ZeroDivisionError",
    "raise SystemExit(0)": "SystemExit",
    "orders = Orders(); orders.move([None], 3, 'patrol'); return orders": "mine:Mine",
    "situation.travel_days(10**9, 0)": "IndexError",
}


def scenario_with(tmp_path, body):
    (tmp_path / "mine.py").write_text(HEAD + "        " + body + "\n")
    file = tmp_path / "mine.toml"
    file.write_text(f'schema = 1\nextends = "{BASELINE}"\n[strategy]\nname = "mine:Mine"\n')
    return load_scenario(file, SMALL)


@pytest.mark.parametrize("body", WRONG)
def test_a_strategy_that_fails_is_named(tmp_path, body):
    with pytest.raises((StrategyError, ValueError), match=WRONG[body]) as told:
        run(scenario_with(tmp_path, body))
    assert "mine:Mine" in str(told.value) and "day 0" in str(told.value)


@pytest.mark.parametrize(
    ("days", "reviews"),
    [("", [0, 14]), ("review_days = 7", [0, 7, 14]), ("review_days = 9", [0, 9, 18])],
)
def test_a_strategy_is_asked_as_often_as_it_says(tmp_path, days, reviews):
    (tmp_path / "mine.py").write_text(
        HEAD.replace("    name", f"    {days}\n    asked = []\n    name")
        + "        self.asked.append(situation.day)\n"
    )
    file = tmp_path / "mine.toml"
    file.write_text(f'schema = 1\nextends = "{BASELINE}"\n[strategy]\nname = "mine:Mine"\n')
    scenario = load_scenario(file, SMALL)
    assert (
        run(scenario).tally.tobytes() == run(load_scenario(BASELINE, SMALL)).tally.tobytes()
    )  # asking changes nothing
    assert scenario.strategy_class().asked == reviews


@pytest.mark.parametrize("days", ["0", "-7", "7.0", "None"])
def test_days_between_reviews_are_whole_and_positive(tmp_path, days):
    (tmp_path / "mine.py").write_text(
        HEAD.replace("    name", f"    review_days = {days}\n    name") + "        return None\n"
    )
    file = tmp_path / "mine.toml"
    file.write_text(f'schema = 1\nextends = "{BASELINE}"\n[strategy]\nname = "mine:Mine"\n')
    with pytest.raises(
        StrategyError, match=r"mine:Mine.*review_days: expected a whole number of days, 1 or more"
    ):
        run(load_scenario(file, SMALL))


def test_a_strategy_cannot_reach_the_map(tmp_path):
    hold = load_scenario(BASELINE, SMALL)
    before = run(hold).tally
    grabs = "table = situation.surface_days; table.setflags(write=True); table[:] = 1.0"
    run(scenario_with(tmp_path, grabs))
    assert (run(hold).tally == before).all()
