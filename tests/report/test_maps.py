"""The panels of the maps show the values of the table."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.text import Text

from sim.analysis.layers import layers_of
from sim.batches import Results, ResultsError
from sim.geography.map import load_map
from sim.report import maps
from sim.report.basemap import BORDER, VRAEM, territories
from sim.report.style import DIVERGING, SEQUENTIAL


def panels(picture):
    """The axes of the picture that hold a map."""
    return [axes for axes in picture.axes if axes.images]


def texts(picture):
    return " ".join(text.get_text() for text in picture.findobj(Text))


def colour_of(axes, place):
    """RGBA with which the land of a community is painted in a panel, the same in all its cells."""
    land = axes.images[1].get_array()[territories(10) == place]
    assert len(land) and (land == land[0]).all()
    return tuple(float(channel) for channel in land[0])


def colour_bars(picture):
    """Of each colour bar, the norm that its panels share."""
    return [axes._colorbar.norm for axes in picture.axes if hasattr(axes, "_colorbar")]


@pytest.fixture(scope="module")
def armed_rule(results_with_layers):
    return maps.armed_rule(results_with_layers, "static 30 %")


@pytest.fixture(scope="module")
def layers(results_with_layers):
    return layers_of(results_with_layers, "static 30 %")


def test_armed_panels_hold_the_means(armed_rule, layers):
    days = [0, layers.arrived, 70]
    shown = panels(armed_rule)
    titles = ["day 0: start", f"day {layers.arrived}: move done", "day 70: end"]
    assert len(shown) == 6 and [axes.get_title("left") for axes in shown[:3]] == titles
    level, both_ways = colour_bars(armed_rule)
    assert (level.vmin, level.vmax) == (0, 1) and both_ways.vmin == -both_ways.vmax
    land = np.bincount(territories(10)[territories(10) >= 0], minlength=len(layers.communities))
    for place in np.argsort(np.where(layers.inside(VRAEM.theatres), land, 0))[-5:]:
        for axes, day in zip(shown, days):
            assert colour_of(axes, place) == pytest.approx(
                colormaps[SEQUENTIAL](layers.armed(day)[place])
            )
        for axes, day in zip(shown[3:], days):
            change = layers.armed_change(day)
            opacity = 1 if change.clear[place] or change.zero[place] else maps.PALE
            assert colour_of(axes, place) == pytest.approx(
                [*colormaps[DIVERGING](both_ways(change.mean[place]))[:3], opacity]
            )
    assert shown[3].get_title("left") == "= 0 exactly in every pair"


def test_only_the_theatre_is_painted(armed_rule, layers):
    owner = territories(10)
    inside = (owner >= 0) & (layers.communities["theatre"] == "vraem").to_numpy()[owner]
    for axes in panels(armed_rule):
        assert ((axes.images[1].get_array()[..., 3] > 0) == inside).all()


def test_discs_and_land_of_the_interdiction(results_with_layers, layers):
    picture = maps.interdiction(results_with_layers, "static 30 %")
    shown, periods = panels(picture), maps.periods_of(layers)
    assert len(shown) == 4 * len(periods) and periods[0][0] == 0 and periods[-1][1] == 70
    level, _ = colour_bars(picture)
    largest = max(layers.flow("seized_kg", *period).max() for period in periods)
    for row, frame in enumerate((BORDER, VRAEM)):
        here = layers.inside(frame.theatres)
        for axes, period in zip(shown[row * len(periods) :], periods):
            seized = layers.flow("seized_kg", *period)
            drawn = axes.collections[-1].get_sizes()
            assert drawn == pytest.approx(maps.area(seized[here & (seized > 0)], largest))
            came = np.where(here, layers.flow("attempted_kg", *period), 0.0)
            most = int(
                np.argmax(np.where(np.isin(np.arange(len(came)), territories(10)), came, 0.0))
            )
            assert came[most] > maps.LEAST_T and colour_of(axes, most) == pytest.approx(
                colormaps[SEQUENTIAL](level(came[most]))
            )
    assert sum(len(axes.collections[-1].get_sizes()) for axes in shown[: 2 * len(periods)]) > 5


@pytest.mark.parametrize("draw", [maps.armed_rule, maps.interdiction])
def test_hold_has_levels_only_and_a_share_of_0_no_change(results_with_layers, draw, tmp_path):
    hold, still = draw(results_with_layers, "hold"), draw(results_with_layers, "static 0 %")
    assert 2 * len(panels(hold)) == len(panels(still))
    assert "Hypothetical scenario; mean of 3 runs" in texts(
        hold
    ) and "Hypothetical scenario; mean of 3 runs" in texts(still)
    changes = panels(still)[len(panels(hold)) :]
    assert all(axes.get_title("left") == "= 0 exactly in every pair" for axes in changes)
    still.savefig(tmp_path / "still.png", dpi=40)


def test_towns_of_the_frames_stand_on_both_maps():
    for km in (5, 10):
        for frame in (VRAEM, BORDER):
            assert all(load_map(km).settlement(name) >= 0 for name, _ in frame.towns)


def test_a_folder_of_another_map_is_refused(results_with_layers, monkeypatch):
    map_ = load_map(10)
    monkeypatch.setattr(
        maps,
        "load_map",
        lambda km: replace(
            map_, settlements=map_.settlements[1:], n_communities=map_.n_communities - 1
        ),
    )
    with pytest.raises(ResultsError, match="made on another map"):
        maps.armed_rule(results_with_layers, "static 30 %")


def test_layers_of_an_edition_without_armed_people_are_refused(results_with_layers, monkeypatch):
    """The column `armed` of the first edition is a share of control, so it cannot be drawn."""
    ask = Results.sql

    def first_edition(self, query):
        found = ask(self, query)
        return found.drop(columns="people_armed") if "weekly limit 0" in query else found

    monkeypatch.setattr(Results, "sql", first_edition)
    with pytest.raises(ResultsError, match=r"no series people_armed.* run the batch again"):
        maps.armed_rule(results_with_layers, "static 30 %")
    assert panels(maps.interdiction(results_with_layers, "static 30 %"))


@pytest.mark.parametrize(
    ("arrived", "periods"),
    [
        (21, [(0, 21), (21, 42), (42, 70)]),
        (63, [(0, 63), (63, 70)]),
        (70, [(0, 70)]),
        (None, [(0, 21), (21, 42), (42, 70)]),
    ],
)
def test_the_move_cuts_the_days_in_periods(layers, arrived, periods):
    assert maps.periods_of(replace(layers, arrived=arrived)) == periods
