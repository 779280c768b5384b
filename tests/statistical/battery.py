"""A battery of tests of uniform numbers. Each takes draws in [0, 1), or their 53 bits, and returns
a two-sided p-value.

Knuth = The Art of Computer Programming, volume 2, 3rd edition 1997, section 3.3; Marsaglia = A
current view of random number generators, 1985; L'Ecuyer & Simard = TestU01, ACM TOMS 33(4), 2007.

A p-value under `limit(n)` is an alarm. With n tests of a good generator, fewer than 1 of 10,000
batteries raise one (Bonferroni)."""

import math
from collections.abc import Callable
from types import FunctionType

import numpy as np
from scipy import stats

from sim.model.chance import GOLD, U, child_uid, mix, uniform
from sim.simulation.page import plain

FALSE_ALARM = 1e-4
BITS = 53
Draws = np.ndarray


def limit(tests: int) -> float:
    return FALSE_ALARM / tests


def on_arrays(function: Callable) -> Callable:
    """Return the model's own function, which works on whole arrays line by line."""
    return FunctionType(plain(function).__code__, {"mix": plain(mix), "U": U, "GOLD": GOLD})


many_mix, many_uniform, many_children = plain(mix), on_arrays(uniform), on_arrays(child_uid)


def many_keys(seeds: np.ndarray, replications: np.ndarray) -> np.ndarray:
    """Return `sim.simulation.build.world.key_of` of arrays of u8."""
    return many_mix(many_mix(seeds) + replications)


def two_sided(distribution, value: float) -> float:
    """Return the p-value of this value, too large or too small. In a discrete distribution the
    value itself counts as large."""
    return float(
        min(
            1.0,
            2.0
            * min(distribution.cdf(value), distribution.sf(value - 1e-9 * max(1.0, abs(value)))),
        )
    )


def chi_square(seen: np.ndarray, expected: np.ndarray) -> float:
    """Compare counts with expected counts. Cells of which few were expected are joined with the
    next (Knuth 3.3.1: at least five in each, here 20)."""
    cells, mean = [], []
    held, due = 0.0, 0.0
    for count, wanted in zip(seen, expected):
        held, due = held + count, due + wanted
        if due >= 20.0:
            cells.append(held)
            mean.append(due)
            held = due = 0.0
    cells[-1], mean[-1] = cells[-1] + held, mean[-1] + due
    values, means = np.array(cells, float), np.array(mean, float)
    return two_sided(stats.chi2(len(values) - 1), float(((values - means) ** 2 / means).sum()))


def bits_of(u: Draws) -> np.ndarray:
    """Return the 53 bits of each draw, u8[n]."""
    return (u * 2.0**BITS).astype(np.uint64)


def equidistribution(u: Draws) -> float:
    """Frequency test (Knuth 3.3.2 A) in 1,024 cells."""
    return chi_square(np.histogram(u, 1_024, (0, 1))[0], np.full(1_024, len(u) / 1_024))


def kolmogorov_smirnov(u: Draws) -> float:
    """Test the largest distance from the straight line (Knuth 3.3.1 B)."""
    return float(stats.kstest(u, "uniform").pvalue)


def serial(u: Draws, size: int, cells: int) -> float:
    """Serial test (Knuth 3.3.2 B): separate groups of `size` neighbours fill a cube evenly."""
    groups = (u[: len(u) // size * size].reshape(-1, size) * cells).astype(np.int64)
    place = groups @ (cells ** np.arange(size))
    return chi_square(
        np.bincount(place, minlength=cells**size), np.full(cells**size, len(groups) / cells**size)
    )


def gaps(u: Draws) -> float:
    """Gap test (Knuth 3.3.2 D): the waits between draws under 1/8 are geometric."""
    waits = np.diff(np.flatnonzero(u < 0.125)) - 1
    longest = 120
    chances = 0.125 * 0.875 ** np.arange(longest)
    seen = np.bincount(np.minimum(waits, longest), minlength=longest + 1)
    return chi_square(seen, len(waits) * np.append(chances, 0.875**longest))


def runs_up(u: Draws) -> float:
    """Run test (Knuth 3.3.2 G, exercise 14). The draw after a run is discarded, so that lengths are
    independent, with chances 1/r! - 1/(r + 1)!."""
    falls = np.flatnonzero(u[1:] < u[:-1]).tolist()
    lengths, start = [], 0
    for end in falls:
        if end >= start:
            lengths.append(end - start + 1)
            start = end + 2
    longest = 7
    chances = [1 / math.factorial(r) - 1 / math.factorial(r + 1) for r in range(1, longest)]
    seen = np.bincount(np.minimum(lengths, longest), minlength=longest + 1)[1:]
    return chi_square(seen, len(lengths) * np.append(chances, 1 - sum(chances)))


def permutations(u: Draws) -> float:
    """Permutation test (Knuth 3.3.2 P): the 120 orders of five neighbours are equally likely."""
    order = np.argsort(u[: len(u) // 5 * 5].reshape(-1, 5), axis=1)
    _, seen = np.unique(order @ (5 ** np.arange(5)), return_counts=True)
    return chi_square(np.append(seen, np.zeros(120 - len(seen))), np.full(120, len(order) / 120))


def maximum_of_8(u: Draws) -> float:
    """Maximum-of-t test (Knuth 3.3.2 C): the 8th power of the largest of eight is uniform."""
    return float(
        stats.kstest(u[: len(u) // 8 * 8].reshape(-1, 8).max(axis=1) ** 8, "uniform").pvalue
    )


def collisions(u: Draws) -> float:
    """Collision test (Knuth 3.3.2 I): balls that fall into an occupied cell, for 2^12 balls in 2^20
    cells, each given by two neighbours."""
    balls, cells = 2**12, 2.0**20
    pairs = (u[: len(u) // 2 * 2].reshape(-1, 2) * 1_024).astype(np.int64)
    places = pairs[:, 0] * 1_024 + pairs[:, 1]
    rounds = len(places) // balls
    taken = np.sort(places[: rounds * balls].reshape(rounds, balls), axis=1)
    seen = int((np.diff(taken, axis=1) == 0).sum())
    empty, both = (1 - 1 / cells) ** balls, (1 - 2 / cells) ** balls
    mean = balls - cells * (1 - empty)
    # the variance of the empty cells, which is that of the collisions
    spread = cells * empty + cells * (cells - 1) * both - (cells * empty) ** 2
    return two_sided(stats.norm(rounds * mean, math.sqrt(rounds * spread)), seen)


def birthday_spacings(values: np.ndarray) -> float:
    """Birthday spacings (Marsaglia; Knuth 3.3.2 J): among 2^12 birthdays in a year of 2^33 days the
    number of equal spacings is Poisson with mean 2.

    values: u8, of which the lowest 33 bits are the day."""
    m, rounds = 2**12, len(values) // 2**12
    days = np.sort(
        (values[: rounds * m] & U(2**33 - 1)).astype(np.int64).reshape(rounds, m), axis=1
    )
    spacings = np.sort(np.diff(days, axis=1), axis=1)
    return two_sided(
        stats.poisson(rounds * m**3 / 2**35), int((np.diff(spacings, axis=1) == 0).sum())
    )


def matrix_rank(rows: np.ndarray) -> float:
    """Rank of 32 x 32 matrices of bits (Marsaglia): full, one less, or two or more less.

    rows: u8, of which the lowest 32 bits are one row."""
    n = len(rows) // 32
    matrix = (rows[: n * 32] & U(2**32 - 1)).reshape(n, 32).copy()
    rank = np.zeros(n, np.int64)
    for column in range(32):
        has = (matrix >> U(column)) & U(1) == 1
        found = has.any(axis=1)
        pivot = np.where(found, matrix[np.arange(n), has.argmax(axis=1)], U(0))
        # the pivot's own row becomes 0, since it is used up
        matrix ^= np.where(has, pivot[:, None], U(0))
        rank += found
    chances = np.array([rank_chance(32), rank_chance(31)])
    seen = np.array([(rank == 32).sum(), (rank == 31).sum(), (rank < 31).sum()])
    return chi_square(seen, n * np.append(chances, 1 - chances.sum()))


def rank_chance(r: int, size: int = 32) -> float:
    """Return the chance of a rank of a square matrix of fair bits: 2^(r (2 m - r) - m^2) times the
    product of (1 - 2^(i - m))^2 / (1 - 2^(i - r)) over i < r."""
    product = math.prod((1 - 2.0 ** (i - size)) ** 2 / (1 - 2.0 ** (i - r)) for i in range(r))
    return 2.0 ** (r * (2 * size - r) - size * size) * product


def fair_bits(u: Draws) -> float:
    """Each of the 53 bits is 1 in half of the draws (monobit test of NIST SP 800-22, 2.1, for all
    places at once)."""
    values = bits_of(u)
    ones = np.array([int(((values >> U(place)) & U(1)).sum()) for place in range(BITS)])
    return two_sided(stats.chi2(BITS), float(((2 * ones - len(u)) ** 2 / len(u)).sum()))


def weights_of_neighbours(u: Draws) -> float:
    """Test whether a draw with many ones is followed by one with many (the Hamming test of L'Ecuyer
    & Simard), in nine cells."""
    weight = np.zeros(len(u), np.int64)
    values = bits_of(u)
    for place in range(BITS):
        weight += ((values >> U(place)) & U(1)).astype(np.int64)
    low, high = stats.binom(BITS, 0.5).cdf([24, 28])
    size = np.digitize(weight[: len(u) // 2 * 2], [25, 29]).reshape(-1, 2)
    chance = np.array([low, high - low, 1 - high])
    return chi_square(
        np.bincount(size @ [3, 1], minlength=9), len(size) * np.outer(chance, chance).ravel()
    )


def autocorrelation(u: Draws) -> float:
    """Sum the squares of the serial correlations (Knuth 3.3.2 K) at lags 1 to 64."""
    centred = (u - 0.5) * math.sqrt(12.0)
    z = [(centred[lag:] * centred[:-lag]).sum() / math.sqrt(len(u) - lag) for lag in range(1, 65)]
    return two_sided(stats.chi2(64), float((np.array(z) ** 2).sum()))


BATTERY: dict[str, Callable[[Draws], float]] = {
    "equidistribution": equidistribution,
    "Kolmogorov-Smirnov": kolmogorov_smirnov,
    "serial pairs": lambda u: serial(u, 2, 64),
    "serial triples": lambda u: serial(u, 3, 16),
    "gaps": gaps,
    "runs up": runs_up,
    "permutations of 5": permutations,
    "maximum of 8": maximum_of_8,
    "collisions": collisions,
    "birthday spacings, high bits": lambda u: birthday_spacings(bits_of(u) >> U(20)),
    "birthday spacings, low bits": lambda u: birthday_spacings(bits_of(u)),
    "matrix rank, high bits": lambda u: matrix_rank(bits_of(u) >> U(21)),
    "matrix rank, low bits": lambda u: matrix_rank(bits_of(u)),
    "fair bits": fair_bits,
    "weights of neighbours": weights_of_neighbours,
    "autocorrelation": autocorrelation,
}


def p_values(u: Draws) -> dict[str, float]:
    return {name: test(u) for name, test in BATTERY.items()}


def pairs(table: np.ndarray) -> tuple[float, float]:
    """Correlate every pair of rows of f8[rows, n]. Return the p-value of the largest correlation,
    corrected for their number, and that of the sum of squares (a chi-square with one degree of
    freedom a pair)."""
    rows, n = table.shape
    centred = (table - 0.5) * math.sqrt(12.0)
    z = (centred @ centred.T)[np.triu_indices(rows, 1)] / math.sqrt(n)
    largest = min(1.0, len(z) * 2.0 * float(stats.norm.sf(np.abs(z).max())))
    return largest, two_sided(stats.chi2(len(z)), float((z * z).sum()))


def avalanche(draw: Callable[[np.ndarray], Draws], inputs: np.ndarray, width: int) -> float:
    """Strict avalanche criterion (Webster & Tavares, CRYPTO '85): changing one bit of the input
    changes each of the 53 bits with chance 1/2. Return the p-value of the largest departure over
    `width` x 53 pairs of bits, corrected for their number."""
    before = bits_of(draw(inputs))
    worst = 0.0
    for turned in range(width):
        differs = before ^ bits_of(draw(inputs ^ U(1 << turned)))
        for place in range(BITS):
            ones = int(((differs >> U(place)) & U(1)).sum())
            worst = max(worst, abs(2 * ones - len(inputs)) / math.sqrt(len(inputs)))
    return min(1.0, width * BITS * 2.0 * float(stats.norm.sf(worst)))
