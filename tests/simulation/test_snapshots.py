"""Snapshots against the tally, which counts the same things by week and theatre."""

import numpy as np
import pytest
from small_runs import small_run

from sim.names import THEATRES
from sim.simulation.snapshots import COLUMNS, Snapshots

DAYS = [0, 21, 42, 49]


@pytest.fixture(scope="module")
def finished():
    run = small_run(time__horizon_days=49, time__burn_in_days=28, record__layers_every_days=21)
    run.advance(run.end)
    return run


@pytest.fixture(scope="module")
def layers(finished):
    return finished.records().layers


def test_one_row_per_day_and_community(finished, layers):
    world = finished.world
    assert list(layers.columns) == list(COLUMNS)
    assert (
        list(layers["day"].unique()) == DAYS
        and (layers.groupby("day").size() == world.n_communities).all()
    )
    last = layers[layers["day"] == 49]
    assert list(last["name"]) == list(world.site_names[: world.n_communities])
    assert (
        last["state"].to_numpy().tobytes()
        == world.places.communities.state.astype(np.float32).tobytes()
    )
    assert [THEATRES.index(name) for name in last["theatre"]] == list(
        world.places.communities.theatre
    )


@pytest.mark.parametrize("theatre", ["vraem", "loreto", "cajamarca"])
def test_shares_of_the_weekly_series(finished, layers, theatre):
    """Shares change on the first day of a week: its mean is the value when the next one starts."""
    here = layers[layers["theatre"] == theatre]
    weekly = finished.records().weekly.query("theatre == @theatre").set_index("week")
    for day in DAYS[1:]:
        now = here[here["day"] == day]
        for share, series in (("state", "state_control"), ("armed", "armed_control")):
            assert (now["weight"] * now[share]).sum() == pytest.approx(
                weekly[series][day // 7 - 1], abs=1e-5
            )


def test_seized_since_day_0_as_the_tally_has_it(finished, layers):
    total = 0.0
    for theatre in ("vraem", "loreto", "cajamarca"):
        now = layers[(layers["theatre"] == theatre) & (layers["day"] == 49)]
        assert now["seized_kg"].sum() == pytest.approx(
            finished.records().outcomes[f"seized_kg_{theatre}"], abs=0.1
        )
        total += now["seized_kg"].sum()
    assert (
        total > 0 and finished.world.fields.seized_kg.sum() > total * 1.1
    )  # the burn-in is in the field, not in the snapshot
    assert (layers.loc[layers["day"] == 0, ["attempted_kg", "seized_kg"]] == 0).all(axis=None)


def test_what_is_seized_on_a_land_had_come_onto_it(layers):
    assert (layers["seized_kg"] <= layers["attempted_kg"] + 1).all()
    growth = layers.set_index(["place", "day"])["attempted_kg"].unstack().diff(axis=1).iloc[:, 1:]
    assert (growth >= 0).all(axis=None) and (growth > 0).any(axis=None)


@pytest.mark.parametrize(
    ("every", "days"), [(0, []), (7, [0, 7, 14, 21]), (9, [0, 9, 18, 21]), (400, [0, 21])]
)
def test_days_of_snapshots(every, days):
    assert Snapshots(every, 21).days == days


def test_without_a_burn_in_the_first_day_is_there():
    run = small_run(time__burn_in_days=0, record__layers_every_days=400)
    run.advance(run.end)
    assert list(run.records().layers["day"].unique()) == [0, 21]
