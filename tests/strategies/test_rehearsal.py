"""The test kit: what a strategy would order, review by review, without a run."""

import pytest

from sim.errors import UserError
from sim.scenario import load_scenario
from sim.strategies import StrategyError
from sim.strategies.testing import Report, rehearse

COARSE = {"map.resolution_km": 10}
MINE = """
from sim import Orders, Strategy

class Mine(Strategy):
    "Sends units to where a laboratory is reported."
    name = "mine"
    def decide(self, situation):
        found = situation.reports.of_kind("laboratory")
        if not len(found):
            return None
        own = situation.own.of_kind("line")
        free = own.uid[(own.theatre == "vraem") & (own.status == "posted")]
        orders = Orders()
        orders.move(free[:2], int(found.place[-1]), "patrol", prepare_days=3)
        return orders
"""


@pytest.fixture
def mine(tmp_path):
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "mine.toml").write_text(
        'schema = 1\n[map]\nresolution_km = 10\n[strategy]\nname = "mine:Mine"\n'
    )
    return tmp_path / "mine.toml"


def test_a_phased_move_is_told_step_by_step_and_its_units_arrive():
    told = rehearse("scenarios/phased.toml", 120, overrides=COARSE)
    moves = told.table[told.table["order"] == "move"]
    assert [review.day for review in told.reviews] == list(range(0, 120, 14))
    assert sorted(set(moves["day"])) == [0, 42, 84, 112]
    first = told.reviews[0].orders.moves[0]
    last = told.reviews[-1].situation.own
    arrived = last.where(last.uid == first.uids[0])
    places = told.reviews[-1].situation.places
    assert arrived.status[0] == "posted"
    assert first.place in (int(arrived.posting[0]), places.name[arrived.posting[0]])
    assert arrived.mission[0] == first.mission
    assert "people" in str(told) and str(moves["place"].iloc[0]) in str(told)


def test_a_report_reaches_the_strategy_on_its_day(mine):
    told = rehearse(mine, 42, [Report("laboratory", "Caballococha", 20, seen_day=15)])
    assert [bool(review.orders) for review in told.reviews] == [False, False, True]
    row = told.table.iloc[0]
    assert (row["day"], row["place"], row["mission"], row["leaves_day"]) == (
        28,
        "Caballococha",
        "patrol",
        31,
    )
    seen = told.reviews[-1].situation.reports
    assert (seen.seen_day[0], seen.received_day[0], seen.source[0]) == (15, 20, "tip")


def test_weekly_counts_reach_the_strategy():
    quiet = rehearse("scenarios/triggered-return.toml", 140, overrides=COARSE)
    attacked = rehearse(
        "scenarios/triggered-return.toml",
        140,
        counts={"attacks": {"vraem": {week: 200 for week in range(4, 20)}}},
        overrides=COARSE,
    )

    def home(told):
        return [row for row in told.table.itertuples() if row.order == "move" and row.day > 28]

    assert len(home(attacked)) > len(home(quiet)) == 0
    assert attacked.reviews[-1].situation.theatre["vraem"].attacks.last(1) == 200


def test_nothing_of_the_model_runs():
    told = rehearse("scenarios/baseline.toml", 84, overrides=COARSE)
    first, last = told.reviews[0].situation, told.reviews[-1].situation
    assert (first.own.soldiers == last.own.soldiers).all()
    assert not len(last.reports) and last.theatre["loreto"].own_losses.last(4) == 0
    assert len(told.table) == 0 and "no orders" in str(told)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reports": [Report("lab", "Caballococha", 1)]}, "laboratory"),
        ({"reports": [Report("laboratory", "Caballcocha", 1)]}, "Caballococha"),
        ({"reports": [Report("laboratory", "Caballococha", 1, seen_day=5)]}, "day = 1 or earlier"),
        ({"counts": {"attack": {}}}, "attacks"),
        ({"counts": {"attacks": {"vream": {0: 1}}}}, "vraem"),
        ({"counts": {"attacks": {"vraem": {5_000: 1}}}}, "week 5000"),
        ({"days": 0}, "1 or more"),
    ],
)
def test_a_wrong_word_is_told(given, message):
    scenario = load_scenario("scenarios/baseline.toml", COARSE)
    with pytest.raises(UserError, match=message):
        rehearse(scenario, **given)


def test_an_order_that_cannot_be_carried_out_is_told_with_its_day(mine):
    text = MINE.replace("int(found.place[-1])", '"Nowhere"')
    (mine.parent / "mine.py").write_text(text)
    with pytest.raises(StrategyError, match=r'day 14: no place "Nowhere"'):
        rehearse(mine, 42, [Report("laboratory", "Caballococha", 8)])
