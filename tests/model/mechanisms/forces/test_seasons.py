"""Rain and rivers: the months of the table, the days between them, and their effect on pace, load
and flight."""

from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import parameter_table, parameters, rows, today

from sim.model.mechanisms.forces.seasons import between, seasons
from sim.model.state.agents import APURIMAC, BASINS, Basin, Theatre
from sim.model.state.clock import harvest, of_month
from sim.names import LORETO, VRAEM
from sim.parameters import RegistryError
from sim.parameters.monthly import load_seasons
from sim.simulation.page import plain

MONTHS = range(12)


def middle(month: int) -> float:
    """Return the day of the year in the middle of a month of 365/12 days."""
    return (month + 0.5) * 365 / 12 - 0.5


def calendar():
    year = load_seasons()
    table = np.zeros((8, 12))
    table[1:4] = [year["rain"][name] for name in ("vraem", "loreto", "cajamarca")]
    table[4:] = [year["river"][name] for name in BASINS]
    return table


def turned(doy: float, table=None, **changes: float):
    theatres, basins = rows(Theatre, 4), rows(Basin, len(BASINS))
    record = parameter_table("seasons", **changes)
    ways = SimpleNamespace(calendar=calendar() if table is None else table)
    land, values = SimpleNamespace(basins=basins), SimpleNamespace(seasons=record)
    plain(seasons)(SimpleNamespace(theatres=theatres), land, ways, values, today(day_of_year=doy))
    return theatres, basins


@pytest.mark.parametrize("month", MONTHS)
def test_the_middle_of_a_month_has_its_value(month):
    table = calendar()
    for row in range(len(table)):
        assert of_month(table, row, middle(month)) == pytest.approx(table[row, month], abs=1e-12)


def test_days_between_lie_on_the_line_and_the_year_closes():
    table = np.array([np.arange(12.0)])
    half = 0.5 * (middle(3) + middle(4))
    assert of_month(table, 0, half) == pytest.approx(3.5)
    assert of_month(table, 0, 0.0) == pytest.approx(of_month(table, 0, 365.0))
    assert 0.0 < of_month(table, 0, 0.0) < 11.0  # between December and January
    assert all(
        0.0 <= of_month(calendar(), row, doy) <= 1.0 for row in range(8) for doy in range(365)
    )


def test_rivers_peak_when_the_sources_say():
    """The Amazon is high in April and May and the Putumayo from May to July; the rivers of the
    VRAEM rise with its rains (section 2 of the model)."""
    year = load_seasons()

    def high(name: str, n: int) -> set[int]:
        return set(np.argsort(year["river"][name])[-n:] + 1)

    assert high("amazon", 2) == {4, 5}
    assert high("putumayo", 3) == {5, 6, 7}
    assert high("apurimac", 3) == set(np.argsort(year["rain"]["vraem"])[-3:] + 1)
    wet = [year["rain"]["vraem"][month - 1] for month in (11, 12, 1, 2, 3, 4)]
    assert min(wet) >= max(year["rain"]["vraem"][month - 1] for month in range(5, 11))


def test_the_height_of_the_rains_and_the_lowest_water():
    p = parameters("seasons")
    theatres, basins = turned(middle(0))  # January: rain in the VRAEM is at its height
    assert (theatres[VRAEM].foot, theatres[VRAEM].road, theatres[VRAEM].flying) == pytest.approx(
        (p.rain_foot, p.rain_road, p.rain_flying)
    )
    assert theatres[LORETO].road > theatres[VRAEM].road
    assert theatres[0].road == 1.0
    _, basins = turned(middle(7))  # August: the rivers of the VRAEM are at their lowest
    assert (basins[APURIMAC].level, basins[APURIMAC].pace, basins[APURIMAC].load) == (0.0, 1.0, 1.0)
    _, basins = turned(middle(1))
    assert (basins[APURIMAC].pace, basins[APURIMAC].load) == pytest.approx(
        (p.high_water_pace, p.high_water_load)
    )


def test_off_every_day_is_alike():
    off = dict.fromkeys(
        ("rain_foot", "rain_road", "rain_flying", "high_water_pace", "high_water_load"), 1.0
    )
    for doy in (0, 100, 200, 300):
        theatres, basins = turned(doy, **off)
        for name in ("foot", "road", "flying"):
            assert (theatres[name] == 1.0).all()
        assert (basins.pace == 1.0).all()
        assert (basins.load == 1.0).all()


def test_between_is_linear():
    assert [between(share, 1.0, 0.5) for share in (0.0, 0.5, 1.0)] == [1.0, 0.75, 0.5]


@pytest.mark.parametrize("times", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("length", [30.0, 60.0, 400.0])
def test_harvests_come_in_their_months_and_keep_the_years_sum(times, length):
    yields = [harvest(day, times, 105.0, length) for day in range(730)]
    assert sum(yields) == pytest.approx(730.0, rel=0.03)
    assert yields[105] > 0
    assert all(value >= 0 for value in yields)
    if length * times < 365:
        assert yields[int(105 + 0.5 * 365 / times)] == 0.0
    else:
        assert set(yields) == {1.0}


def test_a_faulty_table_is_told_in_full(tmp_path):
    file = tmp_path / "seasons.toml"
    short = "[river.amazon]\nmonthly = [0.1, 0.2]\nsource = 'x'\nprovenance = 'estimated'\n"
    file.write_text(
        short + f"[rain.vraem]\nmonthly = {[0.5] * 11 + [2.0]}\nprovenance = 'estimated'\n"
    )
    with pytest.raises(RegistryError) as error:
        load_seasons(file)
    text = str(error.value)
    assert "river.amazon.monthly: expected twelve" in text
    assert "rain.vraem.monthly" in text
    assert "rain.vraem: expected a source" in text
