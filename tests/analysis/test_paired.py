import math

import numpy as np
import pytest

from sim.analysis.paired import RESAMPLES, holm, mean_of, ratio_of, resamples

T_4 = 2.7764451051977987  # Student's t, 4 degrees of freedom, two-sided 5 %


def test_mean_and_t_interval_by_hand():
    estimate = mean_of(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = T_4 * math.sqrt(2.5 / 5)
    assert (estimate.value, estimate.n) == (3.0, 5)
    assert estimate.low == pytest.approx(3 - half, rel=1e-12)
    assert estimate.high == pytest.approx(3 + half, rel=1e-12)
    assert estimate.p == pytest.approx(0.013236, abs=1e-5)  # t = 3 / 0.70711 = 4.2426
    assert 1.5 < estimate.boot_low < 2.2 and 3.8 < estimate.boot_high < 4.5


def test_replications_needed_by_hand():
    estimate = mean_of(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    half = T_4 * math.sqrt(2.5 / 5)  # 1.963 > 1.5, half of the mean
    assert estimate.n_needed == math.ceil(5 * (half / 1.5) ** 2) == 9
    assert not estimate.enough
    assert mean_of(np.array([1.0, 2.0, 3.0, 4.0, 5.0]) + 2).enough


def test_exact_zero_and_constant_differences():
    zero = mean_of(np.zeros(6))
    assert zero.exactly_zero and zero.enough and zero.p == 1
    assert (zero.low, zero.high) == (0, 0)
    constant = mean_of(np.full(6, 2.0))
    assert not constant.exactly_zero and constant.p == 0 and (constant.low, constant.high) == (2, 2)
    assert not mean_of(np.array([1.0, -1.0])).exactly_zero


def test_too_few_pairs_give_no_interval():
    assert math.isnan(mean_of(np.empty(0)).value)
    one = mean_of(np.array([4.0]))
    assert one.value == 4 and math.isnan(one.low) and math.isnan(one.p) and not one.enough


def test_t_interval_covers_the_true_difference_at_its_rate():
    chance = np.random.default_rng(11)
    samples = [mean_of(chance.normal(0.3, 1.0, 12)) for _ in range(1_000)]
    covered = np.mean([each.low <= 0.3 <= each.high for each in samples])
    assert 0.93 < covered < 0.97  # 0.95 with a standard error of 0.007
    booted = np.mean([each.boot_low <= 0.3 <= each.boot_high for each in samples])
    assert 0.87 < booted < 0.96  # a percentile bootstrap of 12 is a little narrow


def test_ratio_of_sums_by_hand():
    above, below = np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 11.0, 9.0, 10.0])
    estimate = ratio_of(above, below, 100.0)
    assert estimate.value == pytest.approx(100 * 10 / 40)
    assert 10 < estimate.boot_low < 25 < estimate.boot_high < 40
    assert math.isnan(estimate.low)
    proportional = ratio_of(3 * below, below)
    assert (proportional.boot_low, proportional.boot_high) == (pytest.approx(3), pytest.approx(3))


def test_a_ratio_with_an_unsure_denominator_is_not_defined():
    assert math.isnan(ratio_of(np.ones(4), np.array([1.0, -1.0, 2.0, -1.0])).value)
    assert math.isnan(ratio_of(np.ones(4), np.zeros(4)).value)


def test_holm_by_hand():
    adjusted = holm(np.array([0.01, 0.04, math.nan, 0.03, 0.005]))
    # sorted .005 .01 .03 .04, times 4 3 2 1: .02 .03 .06 .04, made monotone: .02 .03 .06 .06
    assert adjusted[[4, 0, 3, 1]] == pytest.approx([0.02, 0.03, 0.06, 0.06])
    assert math.isnan(adjusted[2])
    assert list(holm(np.array([0.7, 0.9]))) == [1.0, 1.0]


def test_resamples_are_the_same_each_time():
    first = resamples(7).copy()
    resamples.cache_clear()
    assert (
        (resamples(7) == first).all()
        and first.shape == (RESAMPLES, 7)
        and set(np.unique(first)) == set(range(7))
    )


def test_replications_of_one_future_are_not_independent_of_it():
    futures = np.repeat([0, 1, 2, 3], 5)
    effect = np.array([1.0, 2.0, 4.0, 5.0])
    within = np.tile([-0.2, -0.1, 0.0, 0.1, 0.2], 4)
    estimate = mean_of(effect[futures] + within, futures=futures)
    of_four = mean_of(effect)
    assert (estimate.n, estimate.futures) == (20, 4)
    assert (estimate.low, estimate.high, estimate.p) == (
        pytest.approx(of_four.low),
        pytest.approx(of_four.high),
        pytest.approx(of_four.p),
    )
    assert estimate.n_needed == 5 * of_four.n_needed
    naive = mean_of(effect[futures] + within)
    assert (
        naive.high - naive.low < (estimate.high - estimate.low) / 2
    )  # what a pooled t interval would have claimed
    one = mean_of(effect, futures=np.zeros(4, int))
    assert (one.low, one.high) == (of_four.low, of_four.high)


def test_an_interval_over_futures_covers_the_true_difference_at_its_rate():
    chance = np.random.default_rng(12)
    futures = np.repeat(np.arange(10), 3)
    samples = [
        mean_of(chance.normal(0.3, 1.0, 10)[futures] + chance.normal(0, 1, 30), futures=futures)
        for _ in range(1_000)
    ]
    assert 0.93 < np.mean([each.low <= 0.3 <= each.high for each in samples]) < 0.97
    naive = [
        mean_of(chance.normal(0.3, 1.0, 10)[futures] + chance.normal(0, 1, 30))
        for _ in range(1_000)
    ]
    assert np.mean([each.low <= 0.3 <= each.high for each in naive]) < 0.9


def test_every_future_weighs_the_same():
    assert mean_of(np.array([1.0, 1.0, 1.0, 5.0]), futures=np.array([0, 0, 0, 1])).value == 3.0


def test_differences_that_cancel_within_a_future_are_not_exactly_zero():
    cancelling = mean_of(np.array([1.0, -1.0, 2.0, -2.0]), futures=np.array([0, 0, 1, 1]))
    assert cancelling.value == 0 and not cancelling.exactly_zero
    assert mean_of(np.zeros(4), futures=np.array([0, 0, 1, 1])).exactly_zero


def test_a_ratio_resamples_whole_futures():
    futures = np.repeat([0, 1, 2, 3], 2)
    below = np.array([10.0, 11.0, 9.0, 10.0])[futures]
    above = np.array([1.0, 2.0, 3.0, 4.0])[futures]
    estimate, of_four = ratio_of(above, below, futures=futures), ratio_of(above[::2], below[::2])
    assert (estimate.value, estimate.boot_low, estimate.boot_high) == (
        of_four.value,
        of_four.boot_low,
        of_four.boot_high,
    )
    assert (estimate.n, estimate.futures, estimate.n_needed) == (8, 4, 2 * of_four.n_needed)
