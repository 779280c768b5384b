"""4.12 Processing: what fields and laboratories give in a day.

Where laboratories open again and who starts one stands in `test_processing_of_new_works.py`."""

import pytest
from small_clusters import COCA, JULY_1, POPPY, Clusters

from sim.model.state import counts as q
from sim.model.state.agents import (
    LATEX_POINT,
    STRIP,
)
from sim.names import CAJAMARCA, LATEX, LORETO, VRAEM

APRIL_15 = 105


# --- fields ---


@pytest.mark.parametrize(("theatre", "a_year"), [(VRAEM, 3_600.0), (LORETO, 2_300.0)])
def test_a_hectare_gives_leaf_by_its_theatre(theatre, a_year):
    """F0259, F0260."""
    clusters = Clusters(theatre, coca=[73.0, 0.0, 0.0]).work()
    assert clusters.markets.leaf_kg[COCA] == pytest.approx(73.0 * a_year / 365.0)


def test_a_harvest_is_counted_in_hydrochloride():
    """375 kg of leaf make a kilogram (F0262)."""
    clusters = Clusters(coca=[73.0, 0.0, 0.0]).work()
    assert clusters.flow(q.HARVESTED) == pytest.approx(73.0 * 3_600.0 / 365.0 / 375.0)


def test_nobody_buys_leaf_where_latex_is_traded():
    clusters = Clusters(CAJAMARCA, coca=[0.0, 0.0, 73.0]).work()
    assert clusters.flow(q.HARVESTED) == 0.0 == clusters.markets.leaf_kg.sum()


def test_traditional_use_takes_its_part_of_the_leaf_of_the_vraem():
    """10,891 t a year in the country (F0267), of which .05 come from the VRAEM."""
    chewed = 10_891_000.0 * 0.05 / 365.0
    clusters = Clusters(leaf=1e6, coca=[365.0, 0.0, 0.0], traditional_kg_year=10_891_000.0)
    clusters.markets.theatre[POPPY] = CAJAMARCA
    clusters.work()
    assert clusters.markets.leaf_kg[COCA] == pytest.approx(1e6 + 3_600.0 - chewed)


def test_traditional_use_is_counted_in_hydrochloride():
    clusters = Clusters(leaf=1e6, coca=[365.0, 0.0, 0.0], traditional_kg_year=10_891_000.0)
    clusters.markets.theatre[POPPY] = CAJAMARCA
    assert clusters.work().flow(q.TRADITIONAL) == pytest.approx(10_891_000.0 * 0.05 / 365.0 / 375.0)


def test_traditional_use_takes_no_more_than_there_is():
    clusters = Clusters(coca=[1.0, 0.0, 0.0], traditional_kg_year=10_891_000.0).work()
    assert clusters.markets.leaf_kg[COCA] == 0.0


def test_traditional_use_is_shared_by_the_clusters_of_the_vraem():
    clusters = Clusters(leaf=1e6, coca=[365.0, 0.0, 0.0], traditional_kg_year=10_891_000.0).work()
    half = 10_891_000.0 * 0.05 / 365.0 / 2
    assert clusters.markets.leaf_kg[COCA] == pytest.approx(1e6 + 3_600.0 - half)


def test_traditional_leaf_of_other_theatres_is_not_modelled():
    clusters = Clusters(LORETO, leaf=1e6, coca=[365.0, 0.0, 0.0], traditional_kg_year=10_891_000.0)
    assert clusters.work().flow(q.TRADITIONAL) == 0.0


def test_poppy_gives_two_harvests_of_eight_kilograms_a_year():
    """F0389, F0399. A year of days adds up to 16 kg a hectare."""
    clusters = Clusters(CAJAMARCA, poppy=[0.0, 0.0, 10.0]).work(days=365, t=0)
    assert clusters.flow(q.HARVESTED + LATEX) == pytest.approx(10.0 * 16.0, rel=0.02)


@pytest.mark.parametrize(
    ("t", "lanced"), [(APRIL_15, True), (APRIL_15 + 183, True), (JULY_1, False), (0, False)]
)
def test_poppy_is_lanced_in_april_and_october(t, lanced):
    clusters = Clusters(CAJAMARCA, poppy=[0.0, 0.0, 10.0]).work(t=t)
    assert (clusters.flow(q.HARVESTED + LATEX) > 0.0) == lanced


def test_latex_goes_to_the_cluster_that_trades_in_it():
    clusters = Clusters(CAJAMARCA, poppy=[10.0, 0.0, 0.0]).work(t=APRIL_15)
    assert clusters.markets.leaf_kg[COCA] == 0.0 < clusters.markets.leaf_kg[POPPY]


def test_what_comes_from_elsewhere_joins_the_stock():
    clusters = Clusters()
    clusters.markets.inflow_kg_day = [12.0, 0.0]
    assert clusters.work(days=3).markets.stock_kg[COCA] == 36.0 == clusters.flow(q.INFLOW)


# --- laboratories ---


def test_a_laboratory_makes_its_capacity_where_leaf_is_plenty():
    clusters = Clusters(leaf=1e6, labs=[{"cluster": COCA}]).work()
    assert clusters.labs.held_kg[0] == 10.0


def test_a_kilogram_uses_375_kilograms_of_leaf():
    clusters = Clusters(leaf=1e6, labs=[{"cluster": COCA}]).work()
    assert clusters.markets.leaf_kg[COCA] == pytest.approx(1e6 - 3_750.0)


def test_a_latex_point_uses_a_kilogram_for_a_kilogram():
    clusters = Clusters(labs=[{"cluster": POPPY, "kind": LATEX_POINT}])
    clusters.markets.leaf_kg[POPPY] = 100.0
    clusters.work()
    assert (clusters.labs.held_kg[0], clusters.markets.leaf_kg[POPPY]) == (10.0, 90.0)


def test_laboratories_share_scarce_leaf_by_capacity():
    labs = [{"cluster": COCA, "capacity": capacity} for capacity in (10.0, 30.0)]
    clusters = Clusters(leaf=375.0 * 8.0, labs=labs).work()
    assert clusters.labs.held_kg[:2] == pytest.approx([2.0, 6.0])


def test_scarce_leaf_is_used_up():
    labs = [{"cluster": COCA, "capacity": capacity} for capacity in (10.0, 30.0)]
    assert Clusters(leaf=375.0 * 8.0, labs=labs).work().markets.leaf_kg[COCA] == pytest.approx(0.0)


@pytest.mark.parametrize(
    "lab",
    [{"alive": 0}, {"closed_until": JULY_1 + 1}, {"kind": STRIP}, {"cluster": POPPY}],
    ids=lambda lab: next(iter(lab)),
)
def test_others_make_nothing_of_the_leaf_of_a_cluster(lab):
    clusters = Clusters(leaf=1e6, labs=[{"cluster": COCA} | lab]).work()
    assert clusters.markets.leaf_kg[COCA] == 1e6


@pytest.mark.parametrize(
    "lab",
    [{"alive": 0}, {"closed_until": JULY_1 + 1}, {"kind": STRIP}, {"cluster": POPPY}],
    ids=lambda lab: next(iter(lab)),
)
def test_others_take_no_share_of_scarce_leaf(lab):
    labs = [{"cluster": COCA}, {"cluster": COCA} | lab]
    assert Clusters(leaf=375.0 * 5.0, labs=labs).work().labs.held_kg[0] == pytest.approx(5.0)


def test_a_laboratory_works_on_the_day_on_which_it_opens():
    clusters = Clusters(leaf=1e6, labs=[{"cluster": COCA, "closed_until": JULY_1}]).work()
    assert clusters.labs.held_kg[0] == 10.0


def test_product_leaves_the_premises_at_a_third_a_day():
    """Kept for three days in the mean."""
    clusters = Clusters(labs=[{"cluster": COCA, "held_kg": 90.0}]).work()
    assert (clusters.labs.held_kg[0], clusters.markets.stock_kg[COCA]) == (60.0, 30.0)


def test_premises_settle_at_three_days_of_work():
    clusters = Clusters(leaf=1e9, labs=[{"cluster": COCA}]).work(days=60)
    assert clusters.labs.held_kg[0] == pytest.approx(3.0 * 10.0)


def test_what_a_closed_laboratory_still_holds_is_carried_out():
    clusters = Clusters(labs=[{"cluster": COCA, "held_kg": 90.0, "closed_until": 10_000}]).work()
    assert clusters.markets.stock_kg[COCA] == 30.0


def test_no_product_is_lost_between_field_and_stock():
    labs = [{"cluster": COCA, "capacity": capacity} for capacity in (0.5, 1.5)]
    clusters = Clusters(coca=[73.0, 20.0, 0.0], labs=labs, **{"traditional_kg_year": 1e5})
    clusters.work(days=100, t=0)
    ends = clusters.markets.leaf_kg[COCA] / 375.0 + clusters.labs.held_kg.sum()
    ends += clusters.markets.stock_kg[COCA] + clusters.flow(q.TRADITIONAL)
    assert ends == pytest.approx(clusters.flow(q.HARVESTED))
