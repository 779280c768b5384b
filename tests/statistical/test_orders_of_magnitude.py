"""The baseline against published orders of magnitude, and what a redeployment without a task gains.
These tests are long: `make validate` runs them."""

from pathlib import Path

import pytest

from sim.analysis.compare import compare
from sim.batches.runner import batch
from sim.scenario import load_scenario

pytestmark = pytest.mark.slow
SCENARIOS = Path(__file__).parents[2] / "scenarios"
SPLIT = SCENARIOS / "experiments" / "split.toml"
WITHIN = 3.0  # outside this factor there is an error

# for a year of the `hold` baseline: the lowest and highest published or expected value
YEARLY = {
    "attacks_vraem": (15, 40),
    "ambushes_vraem": (1, 4),
    "dead_state_vraem": (2, 10),
    "attempted_kg_vraem": (308_000, 308_000),
    "attempted_kg_border": (100_000, 150_000),
    "labs_destroyed_vraem": (243, 243),
}
LEVELS = {
    "fighters_vraem_end": (60, 150),
    "interdiction_rate_vraem": (0.02, 0.05),
    "interdiction_rate_border": (0.02, 0.05),
}


@pytest.fixture(scope="module")
def hold(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hold") / "hold"
    results = batch(
        load_scenario(SCENARIOS / "baseline.toml"), out=folder, replications=12, progress=False
    )
    return results, results.runs().mean(numeric_only=True)


@pytest.mark.parametrize("name", YEARLY)
def test_a_year_of_the_baseline(hold, name):
    """F0427 over F0415 (acts), F0430 (ambushes, deaths), F0120 x F0259 / F0262 (output), F0375
    (laboratories)."""
    low, high = YEARLY[name]
    assert low / WITHIN <= hold[1][name] / 3.0 <= high * WITHIN


@pytest.mark.parametrize("name", LEVELS)
def test_a_level_of_the_baseline(hold, name):
    """Sources: F0422 (fighters), F0373 in this model's accounting (seizures)."""
    low, high = LEVELS[name]
    assert low / WITHIN <= hold[1][name] <= high * WITHIN


def test_the_country_seizes_what_is_published(hold):
    """F0373: about 7 % of output by Peru's accounting, 4-8 % in the model's."""
    total = hold[1]
    seized = total.seized_kg_total + total.seized_stock_kg_total
    assert 0.04 <= seized / (seized + total.delivered_kg_total) <= 0.08


def test_force_on_task_and_loads_under_way(hold):
    weekly = hold[0].weekly()
    patrols = weekly[weekly.theatre == "vraem"].patrols.mean()
    coverage = 1.0 - hold[1].coverage_gap_vraem
    live = weekly.groupby(["run_id", "week"]).shipments.sum().mean()
    assert 300 / WITHIN <= patrols <= 300 * WITHIN
    assert 0.25 <= coverage <= 0.55
    assert 60 / WITHIN <= live <= 250 * WITHIN


def test_units_without_a_task_buy_nothing(tmp_path):
    """Where units get no task at the border, what they avert there cannot be told from zero."""
    idle = load_scenario(
        SPLIT, {"strategy.tasking_border": "none", "sweep": {"strategy.share_to_border": [0.15]}}
    )
    table = compare(
        batch(idle, out=tmp_path / "idle", replications=20, progress=False),
        outcomes=["averted_kg_border"],
    ).table
    row = table[table["x.strategy.share_to_border"] == 0.15].iloc[0]
    assert row.low <= 0.0 <= row.high


def test_a_split_opens_a_vacuum_and_buys_interdiction(tmp_path):
    """No rule of the model states either: both follow from presence, control, detection and
    choice."""
    split = load_scenario(SPLIT, {"sweep": {"strategy.share_to_border": [0.0, 0.15]}})
    results = batch(split, out=tmp_path / "split", replications=12, progress=False)
    table = compare(results, outcomes=["vacuum_vraem", "averted_kg_border"]).table
    of = table.set_index(["x.strategy.share_to_border", "outcome"])
    assert of.loc[(0.15, "vacuum_vraem")].low > 0.0
    assert of.loc[(0.15, "averted_kg_border")].low > 0.0
    assert of.loc[(0.0, "vacuum_vraem")].exactly_zero
    assert of.loc[(0.0, "averted_kg_border")].exactly_zero
