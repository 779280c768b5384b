"""The draws behind common random numbers: batteries of tests along every way in which a run, or a
batch of runs, draws.

A short battery always runs. Under `make validate` there are a million draws along each way, and
Dieharder where it is installed. A bad generator in the same place is caught."""

import shutil
import subprocess
from functools import partial

import numpy as np
import pytest
from battery import (
    BATTERY,
    BITS,
    FALSE_ALARM,
    avalanche,
    limit,
    many_keys,
    many_uniform,
    p_values,
    pairs,
)
from scipy import stats
from views import NUMBERS, STREAM, VIEWS, key, uids

from sim.model.chance import GOLD, U, uniform
from sim.simulation.build.world import key_of

SHORT, LONG = 2**17, 2**22


def alarms(p: dict[str, float], tests: int) -> dict[str, float]:
    return {name: value for name, value in p.items() if value < limit(tests)}


@pytest.fixture(autouse=True)
def whole_numbers_wrap():
    """Allow whole numbers to wrap, as a plain run does: numpy warns of it where the compiled code
    does not."""
    with np.errstate(over="ignore"):
        yield


def test_the_views_draw_what_the_model_draws():
    """The arrays of the battery hold the numbers of the compiled function, under the keys of
    runs."""
    for view, last in (("along_days", 40), ("along_replications", 40), ("a_day_of_the_model", 40)):
        assert len(VIEWS[view](0, last)) == last
    assert [*VIEWS["along_days"](7, 9)] == [
        uniform(key_of(1, 0), STREAM, day, U(123_456), 0) for day in (7, 8)
    ]
    assert [*VIEWS["along_replications"](7, 9)] == [
        uniform(key_of(1, r), STREAM, 400, U(123_456), 0) for r in (7, 8)
    ]
    assert [*VIEWS["along_seeds"](7, 9)] == [
        uniform(key_of(seed, 0), STREAM, 400, U(123_456), 0) for seed in (7, 8)
    ]
    assert [*VIEWS["along_streams"](0, 2)] == [
        uniform(key_of(1, 0), int(number), 0, U(123_456), 0) for number in NUMBERS[:2]
    ]
    assert [*VIEWS["a_day_of_the_model"](0, 3)] == [
        uniform(key_of(1, 0), int(NUMBERS[n]), 0, uids(1)[0], k)
        for n, k in ((0, 0), (0, 1), (1, 0))
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_short_battery_along(view):
    assert alarms(p_values(VIEWS[view](0, SHORT)), len(VIEWS) * len(BATTERY)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS)
def test_a_long_battery_along(view):
    """32 times as many draws, from farther along the same way."""
    p = p_values(VIEWS[view](SHORT, SHORT + LONG))
    print(view, {name: round(value, 4) for name, value in p.items()})
    assert alarms(p, len(VIEWS) * len(BATTERY)) == {}


# Bad generators in the place of `uniform` along days: all are known to be bad and have been used.
def counter(n: int) -> np.ndarray:
    """Return the counter without the mixing: a Weyl sequence, evenly spread and predictable."""
    return ((np.arange(n, dtype=np.uint64) * GOLD) >> U(11)) * 2.0**-BITS


def weakly_mixed(n: int) -> np.ndarray:
    """Return the counter after one multiplication and one shift, half a round of the finaliser."""
    z = np.arange(n, dtype=np.uint64) * U(0xBF58476D1CE4E5B9)
    return ((z ^ (z >> U(31))) >> U(11)) * 2.0**-BITS


def congruential(n: int, multiplier: int, increment: int, modulus: int) -> np.ndarray:
    state, out = 12_345, []
    for _ in range(n):
        state = (multiplier * state + increment) % modulus
        out.append(state / modulus)
    return np.array(out)


def seeded_by_number(n: int) -> np.ndarray:
    """Return the first number of a good 64-bit congruential generator (Knuth's MMIX), seeded with
    0, 1, 2 ..., as one might seed replications."""
    state = np.arange(n, dtype=np.uint64) * U(6_364_136_223_846_793_005) + U(
        1_442_695_040_888_963_407
    )
    return (state >> U(11)) * 2.0**-BITS


def repeated(n: int) -> np.ndarray:
    """Return a good generator of which every replication gets the numbers of the one before, a day
    later, so that streams overlap."""
    day = np.arange(n, dtype=np.uint64)
    return many_uniform(key(), STREAM, day // U(2) + day % U(2), U(123_456), 0)


BAD = {
    "counter": counter,
    "weakly mixed": weakly_mixed,
    "RANDU": partial(congruential, multiplier=65_539, increment=0, modulus=2**31),
    "C library": partial(congruential, multiplier=1_103_515_245, increment=12_345, modulus=2**31),
    "seeded by number": seeded_by_number,
    "overlapping": repeated,
}


@pytest.mark.parametrize("name", BAD)
def test_the_short_battery_catches(name):
    """If it did not, the tests above would show nothing."""
    found = alarms(p_values(BAD[name](SHORT)), len(VIEWS) * len(BATTERY))
    print(name, sorted(found))
    assert found


def test_the_battery_does_not_cry_wolf():
    """Over 40 batteries on numpy's PCG64, a generator of another family, no p-value is under the
    limit, and those of each test are uniform."""
    p = [p_values(np.random.default_rng(seed).random(2**15)) for seed in range(40)]
    assert [
        alarms(one, len(p) * len(BATTERY)) for one in p if alarms(one, len(p) * len(BATTERY))
    ] == []
    for name in BATTERY:
        assert stats.kstest([one[name] for one in p], "uniform").pvalue > limit(len(BATTERY)), name


def grid(vary: str, rows: int, n: int) -> np.ndarray:
    """Return f8[rows, n]: one row for each replication, seed, stream, uid, born uid or k, along n
    days; or one row for each day, along n uids."""
    row, day = np.arange(rows, dtype=np.uint64)[:, None], np.arange(n, dtype=np.uint64)[None, :]
    one = np.ones(1, np.uint64)
    match vary:
        case "replication":
            return many_uniform(many_keys(one, row), STREAM, day, U(123_456), 0)
        case "base seed":
            return many_uniform(many_keys(row, U(0)), STREAM, day, U(123_456), 0)
        case "stream":
            return many_uniform(key(), NUMBERS[:, None], day, U(123_456), 0)
        case "uid":
            return many_uniform(key(), STREAM, day, row, 0)
        case "born uid":
            return many_uniform(key(), STREAM, day, uids(rows)[:, None], 0)
        case "k":
            return many_uniform(key(), STREAM, day, U(123_456), row)
        case _:
            return many_uniform(key(), STREAM, row, day, 0)


GRIDS = ("replication", "base seed", "stream", "uid", "born uid", "k", "day")


@pytest.mark.parametrize("vary", GRIDS)
def test_no_two_are_correlated(vary):
    """Every pair of 150 replications, seeds, uids, k and days, and every pair of streams, along
    4,000 draws."""
    largest, sum_of_squares = pairs(grid(vary, 150, 4_000))
    assert min(largest, sum_of_squares) > limit(2 * len(GRIDS)), (largest, sum_of_squares)


@pytest.mark.slow
@pytest.mark.parametrize("vary", GRIDS)
def test_no_two_of_many_are_correlated(vary):
    """The same for 1,500 (over a million pairs), and for their squares, which correlate where
    spreads do."""
    u = grid(vary, 1_500, 10_000)
    p = [*pairs(u), *pairs(np.abs(2.0 * u - 1.0))]
    print(vary, [round(value, 4) for value in p])
    assert min(p) > limit(4 * len(GRIDS))


def test_correlated_pairs_are_found():
    """Two of 150 rows that share one draw in ten; and rows that all share one in twenty."""
    u = grid("replication", 150, 4_000)
    shared = u.copy()
    shared[7, ::10] = shared[120, ::10]
    assert pairs(shared)[0] < limit(2 * len(GRIDS))
    alike = u.copy()
    alike[:, ::20] = u[0, ::20]
    assert min(pairs(alike)) < limit(2 * len(GRIDS))


INPUTS = {
    "key": (64, lambda x: many_uniform(x, STREAM, U(400), U(123_456), 0)),
    "uid": (64, lambda x: many_uniform(key(), STREAM, U(400), x, 0)),
    "day": (32, lambda x: many_uniform(key(), STREAM, x & U(2**32 - 1), U(123_456), 0)),
    "k": (16, lambda x: many_uniform(key(), STREAM, U(400), U(123_456), x & U(2**16 - 1))),
    "stream": (16, lambda x: many_uniform(key(), x & U(2**16 - 1), U(400), U(123_456), 0)),
}


@pytest.mark.parametrize("part", INPUTS)
def test_each_bit_of_the_input_moves_each_bit_of_the_draw(part):
    """Strict avalanche, from inputs as small as those of the model and from any inputs."""
    width, draw = INPUTS[part]
    for inputs in (
        np.arange(2**13, dtype=np.uint64),
        many_keys(U(5), np.arange(2**13, dtype=np.uint64)),
    ):
        inputs = np.unique(inputs & U(2**width - 1))
        if width > 16:
            assert avalanche(draw, inputs, width) > limit(2 * len(INPUTS))
        else:
            # Of only 65,536 inputs each pair would be counted twice: take those of even parity.
            even = np.bitwise_count(inputs) % 2 == 0
            assert avalanche(draw, inputs[even], width) > limit(2 * len(INPUTS))


def test_a_poor_avalanche_is_found():
    assert (
        avalanche(
            lambda x: ((x * GOLD) >> U(11)) * 2.0**-BITS, np.arange(2**13, dtype=np.uint64), 64
        )
        < FALSE_ALARM
    )


# Dieharder (Brown, Eddelbuettel & Bauer): number of the test, and its name there
DIEHARDER = {
    "0": "birthdays",
    "1": "OPERM5",
    "2": "rank 32x32",
    "3": "rank 6x8",
    "8": "count the 1s, stream",
    "10": "parking lot",
    "11": "2d circle",
    "12": "3d sphere",
    "13": "squeeze",
    "15": "runs",
    "16": "craps",
    "100": "monobit",
    "101": "runs of bits",
    "102": "serial",
}
DIEHARDER_VIEWS = ("two_replications", "a_day_of_the_model")


def dieharder(number: str, make) -> list[float]:
    """Return the p-values of one test of Dieharder on 32-bit numbers, of which `make(first, last)`
    provides as many as it asks for."""
    command = ["dieharder", "-g", "200", "-d", number, "-D", "pvalues", "-c", ","]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as program:
        first = 0
        try:
            while program.poll() is None:
                u = make(first, first + 2**20)
                program.stdin.write((u * 2.0**32).astype(np.uint32).tobytes())
                first += 2**20
        except BrokenPipeError:
            pass
        text = program.stdout.read().decode()
    return [
        float(word) for word in text.replace(",", " ").split() if word.replace(".", "", 1).isdigit()
    ]


needs_dieharder = pytest.mark.skipif(
    shutil.which("dieharder") is None,
    reason="needs the program dieharder (Debian: apt-get install dieharder)",
)


@pytest.mark.slow
@needs_dieharder
@pytest.mark.parametrize("view", DIEHARDER_VIEWS)
@pytest.mark.parametrize("number", DIEHARDER, ids=DIEHARDER.get)
def test_dieharder_along(view, number):
    p = dieharder(number, VIEWS[view])
    print(view, DIEHARDER[number], p)
    assert p and min(p) > limit(60 * len(DIEHARDER_VIEWS)), p
