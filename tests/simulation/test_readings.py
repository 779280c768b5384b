"""Headline outcomes are read at day 1,095, at day 2,920 and at the end, to the day."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_runs import STATE, arrays_of, small_run, small_scenario

from sim.model.state import counts
from sim.names import BORDER_EXITS, HORIZONS, LORETO, VRAEM
from sim.simulation.outcomes.ledger import Ledger, days_summed
from sim.simulation.outcomes.registry import OUTCOMES
from sim.simulation.run import run

MOVING = {"strategy.name": "static", "strategy.share_to_border": 0.3}


def ledger(horizon_days, **of_day):
    """Return a finished run in which each quantity, by its constant, has these values by day.

    All of them stand in the VRAEM, and for an exit, in the first one."""
    weeks = -(-horizon_days // 7)
    tally = np.zeros((weeks + 1, len(counts.QUANTITIES), counts.PLACES))
    sums = {}
    for day in range(horizon_days + 1):
        if day in days_summed(horizon_days):
            sums[day] = tally[1:].sum(axis=0)
        if day < horizon_days:
            for name, values in of_day.items():
                tally[day // 7 + 1, getattr(counts, name), VRAEM] += values[day]
    return Ledger(tally, horizon_days, SimpleNamespace(), sums)


def value(run_, name):
    return OUTCOMES[name].of(run_)


DAYS = np.arange(3_000.0)


@pytest.mark.parametrize("suffix, day", [("_3y", 1_095), ("_8y", 2_920), ("", 3_000)])
def test_people_and_fighters_are_means_of_the_28_days_before(suffix, day):
    found = ledger(3_000, PEOPLE_ARMED=DAYS, FIGHTERS_MPCP=2 * DAYS)
    mean = DAYS[day - 28 : day].mean()
    assert value(found, f"people_armed_vraem{suffix}") == pytest.approx(mean, rel=1e-12)
    assert value(found, f"fighters_mpcp{suffix}") == pytest.approx(2 * mean, rel=1e-12)


@pytest.mark.parametrize("suffix, day", [("_3y", 1_095), ("_8y", 2_920), ("", 3_000)])
def test_the_dead_and_the_cost_count_from_day_0(suffix, day):
    found = ledger(3_000, STATE_LOSSES=DAYS, HARM_STATE=DAYS, HARM_ARMED=3 * DAYS, COST=DAYS)
    until = DAYS[:day].sum()
    assert value(found, f"dead_state_vraem{suffix}") == until
    assert value(found, f"civilian_harm_vraem{suffix}") == 4 * until
    assert value(found, f"cost_musd{suffix}") == pytest.approx(until / 1e6)


def test_a_reading_after_the_end_is_undefined():
    found = ledger(1_100, PEOPLE_ARMED=DAYS, COST=DAYS)
    late = [name for name in OUTCOMES if name.endswith("_8y")]
    assert len(late) > 40
    assert {name: value(found, name) for name in late} == dict.fromkeys(late)
    assert value(found, "people_armed_vraem_3y") is not None


def test_a_run_of_three_years_reads_the_same_with_and_without_the_ending():
    found = ledger(1_095, PEOPLE_ARMED=DAYS, STATE_LOSSES=DAYS, FIGHTERS_MPCP=5 + DAYS)
    named = [name for name in OUTCOMES if name.endswith("_3y")]
    assert [value(found, name) for name in named] == [
        value(found, name.removesuffix("_3y")) for name in named
    ]


def test_a_run_shorter_than_28_days_reads_all_of_its_days():
    assert value(ledger(21, PEOPLE_ARMED=DAYS), "people_armed_vraem") == DAYS[:21].mean()


def test_growth_a_year_of_fighters_that_double_each_year():
    found = ledger(1_095, FIGHTERS_MPCP=100 * 2.0 ** (DAYS / 365))
    assert value(found, "fighters_mpcp_growth_3y") == pytest.approx(1.0, rel=1e-9)
    assert value(found, "fighters_dissident_peru_growth_3y") is None  # there were none
    assert value(ledger(55, FIGHTERS_MPCP=1 + DAYS), "fighters_mpcp_growth") is None


def test_every_promised_name_is_an_outcome():
    """The names of section 3, each at its three readings."""
    regional = ["people_armed", "people_ruled", "places_ruled", "changed_hands", "labs_destroyed"]
    regional += [f"people_armed_{kind}" for kind in ("mpcp", "dissident", "other")]
    regional += ["dead_state", "civilian_harm", "displaced_people"]
    names = [
        f"{name}_{where}"
        for name in regional
        for where in ("vraem", "loreto", "cajamarca", "border")
    ]
    names += ["fighters_mpcp", "fighters_dissident_peru", "poppy_ha_destroyed", "latex_kg"]
    names += ["delivered_kg_total", "cost_musd"]
    assert [
        name + suffix
        for name in names
        for suffix in ("", *HORIZONS)
        if name + suffix not in OUTCOMES
    ] == []


def test_the_border_is_loreto_and_cajamarca_together():
    found = ledger(40)
    found.tally[1:, counts.PEOPLE_ARMED, LORETO] = 7.0
    found.tally[1:, counts.PEOPLE_ARMED, LORETO + 1] = 14.0
    found.sums = {day: found.tally[1 : day // 7 + 1].sum(axis=0) for day in (12, 28)}
    found.sums[12] = found.tally[1:2].sum(axis=0) * 12 / 7
    got = [value(found, f"people_armed_{where}") for where in ("loreto", "cajamarca", "border")]
    assert got[2] == pytest.approx(got[0] + got[1]) and got[1] == pytest.approx(2 * got[0])


def test_the_vacuum_starts_at_0_and_recovers_within_two_hundredths():
    weeks = np.r_[np.linspace(0, 0.3, 12), np.linspace(0.3, 0, 20), np.zeros(20)]
    found = ledger(364, VACUUM=np.repeat(weeks, 7))
    days, censored = found.recovery(VRAEM)
    smooth = found.four_weeks(counts.VACUUM, VRAEM)
    peak = int(smooth.argmax())
    assert censored == 0 and smooth[peak + int(days / 7)] <= 0.02 < smooth[peak + int(days / 7) - 1]
    never = ledger(364, VACUUM=np.full(364, 0.1))
    assert never.recovery(VRAEM) == (364.0, 1.0)


def test_cuts_change_no_byte_of_a_run():
    """The run ends stretches where it keeps sums; without them, and with a cut on every third day,
    it is the same run."""
    found = {}
    for name, days in (("as it is", None), ("without", ()), ("often", range(0, 60, 3))):
        one = small_run(**MOVING, **{"time.horizon_days": 60})
        assert {28, 32, 60} <= one.cuts
        if days is not None:
            one.cuts = {*one.turns, *days}
        one.advance(one.end)
        found[name] = {key: array.tobytes() for key, array in arrays_of(one.world, *STATE).items()}
        found[name]["tally"] = one.world.tally.tobytes()
    assert found["without"] == found["as it is"] == found["often"]


def test_the_sums_of_a_run_are_those_of_the_run_that_stops_there():
    one = run(small_scenario(**MOVING, time__horizon_days=60))
    assert sorted(one.sums) == [28, 32, 60]
    for day, sums in one.sums.items():
        short = run(small_scenario(**MOVING, time__horizon_days=day))
        assert short.tally[1:].sum(axis=0).tobytes() == sums.tobytes()


def test_a_reading_at_three_years_is_that_of_a_run_of_three_years():
    """Outcomes at day 1,095 of a longer run are, bit for bit, those of a run that ends there."""
    short, long = (run(small_scenario(time__horizon_days=days)) for days in (1_095, 1_123))
    named = [name for name in OUTCOMES if name.endswith("_3y")]
    assert {name: long.outcomes[name] for name in named} == {
        name: short.outcomes[name.removesuffix("_3y")] for name in named
    }
    assert long.outcomes["people_armed_vraem_3y"] > 0
    assert long.outcomes["people_armed_vraem_3y"] != long.outcomes["people_armed_vraem"]
    border = float(short.tally[1:, counts.EXPORTED, list(BORDER_EXITS)].sum())
    assert long.outcomes["delivered_kg_border_3y"] == pytest.approx(border)
