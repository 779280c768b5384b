"""surge-and-return: units leave, stay and come home, and repeat this if asked."""

import pytest
from small_world import arrive, at_border, make_world, review, strategy_of

from sim.scenario.schema import Scenario


def away_by_day(last, **settings):
    world = make_world(share_to_border=0.3)
    strategy = strategy_of(world, "surge-and-return", **settings)
    away = {}
    for day in range(0, last, 14):
        review(world, strategy, day)
        away[day] = at_border(world).total()
        arrive(world)
    return away, world


def test_the_surge_goes_out_once_and_all_units_come_home():
    before = make_world(share_to_border=0.3).actors.units
    away, world = away_by_day(400, start_day=20, stay_days=60)
    assert away == {day: 100 if 20 <= day < 80 else 0 for day in away}
    assert all(
        (world.actors.units[name] == before[name]).all()
        for name in ("uid", "posting", "mission", "status")
    )


def test_the_surge_repeats_at_the_set_interval():
    away, _ = away_by_day(500, start_day=14, stay_days=56, repeat_every_days=140)
    assert away == {day: 100 if day >= 14 and (day - 14) % 140 < 56 else 0 for day in away}
    assert sum(away[day] > away[day - 14] for day in list(away)[1:]) == 4


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"repeat_every_days": 180},
            r"repeat_every_days: expected 0 \(once\) or more than stay_days = 180 \(got 180\)",
        ),
        ({"stay_days": 7}, r"stay_days: expected a whole number from 14 to 7300 \(got 7\)"),
        ({"stay_weeks": 7}, r'stay_weeks: unknown key for strategy "surge-and-return"'),
    ],
)
def test_settings_out_of_range_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        Scenario.model_validate({"schema": 1, "strategy": {"name": "surge-and-return", **settings}})
