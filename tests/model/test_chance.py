"""Draws: one number from (key, stream, day, uid, k), the same compiled, plain and in whole numbers;
and one uniform for each variate."""

import math
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.model.chance import STREAMS, binomial, child_uid, mix, normal, poisson, uniform

U = np.uint64
WHOLE = 2**64 - 1
FROZEN = {  # Never renumber or reuse a stream: its number decides every draw of past runs.
    "BUILD_NETWORK": 1,
    "BUILD_LAB": 2,
    "STRATEGY": 101,
    "ROUTE_SEARCHED": 102,
    "REPLACE": 301,
    "TIP": 501,
    "TOLD": 502,
    "PARTNER_DELAY": 503,
    "LEAK": 601,
    "OBSERVE": 602,
    "LOAD_PATROL": 701,
    "LOAD_POST": 702,
    "LOAD_CONNECTOR": 703,
    "LOAD_LEAD": 704,
    "LAB_PATROL": 705,
    "LAB_LEAD": 706,
    "LEAD_ACTED": 707,
    "LOAD_ROUTE": 708,
    "POLICE_THERE": 709,
    "REBUILD": 710,
    "FIELD_LEAD": 715,
    "ATTACK": 801,
    "TARGET": 802,
    "AMBUSH": 803,
    "AMBUSH_TIME": 804,
    "STATE_KILLED": 805,
    "REBELS_KILLED": 806,
    "CIVILIANS": 807,
    "MEETING": 808,
    "GROUP_RAID": 809,
    "LEADER": 810,
    "VICTIM": 811,
    "RIVALS": 812,
    "RIVAL_KILLED": 813,
    "RIVAL_CIVILIANS": 814,
    "PURSUERS_KILLED": 815,
    "PURSUED_KILLED": 816,
    "PURSUIT_CIVILIANS": 817,
    "GROUP_MOVE": 901,
    "PROLOGUE_MOVE": 904,
    "FOUNDING": 905,
    "ROUTE_CHOICE": 1301,
    "STRIP_CHOICE": 1302,
    "OPEN_ROUTE": 1303,
    "ARREST": 1310,
    "SPLIT_LAB": 1311,
    "NEW_LAB": 1312,
    "LAB_SITE": 1313,
    "LAB_OWNER": 1314,
    "CROSSING": 1501,
    "HANDOVER": 1502,
    "INCIDENT": 1503,
    "SUSPENSION": 1504,
    "FIRM_CROSSING": 1505,
    "PROLOGUE_CROSSING": 1506,
    "RETALIATION": 1601,
    "RETALIATION_HARM": 1602,
    "FLIGHT": 1603,
}
RETIRED = {902, 903}  # of mechanisms that are gone; a number is never used again
# A loop takes the stream from its caller, so that the prologue draws from one of its own.
HANDED_ON = {"GROUP_MOVE", "PROLOGUE_MOVE"}
GRID = np.linspace(0.0005, 0.9995, 1_000)


def test_the_streams_are_frozen():
    assert STREAMS == FROZEN
    assert len(set(STREAMS.values())) == len(STREAMS)
    assert max(STREAMS.values()) < 2**16
    assert not RETIRED & set(STREAMS.values())


@pytest.mark.parametrize("name", FROZEN)
def test_a_stream_is_drawn_from_in_one_file_or_by_the_opening_position(name):
    """A stream that nobody draws from is not needed, and one that two mechanisms draw from could
    repeat a draw. The files of the opening position share one: their uids differ."""
    root = Path(sim.__file__).parent
    call = "move_camps" if name in HANDED_ON else "uniform"
    drawn = rf"{call}\([^()]*\b{name}\b"
    users = {
        file.parent if file.parent.name == "opening" else file
        for file in root.rglob("*.py")
        if file.name != "chance.py" and re.search(drawn, file.read_text())
    }
    assert len(users) == 1, users


def in_whole_numbers(key: int, stream: int, day: int, uid: int, k: int) -> float:
    """Return the same draw by splitmix64's published finaliser, on Python's unbounded integers."""

    def finalise(z: int) -> int:
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & WHOLE
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & WHOLE
        return z ^ (z >> 31)

    gold = 0x9E3779B97F4A7C15
    z = finalise(finalise((key + gold) & WHOLE) ^ uid)
    return (finalise((z + (stream << 48 | k << 32 | day) * gold) & WHOLE) >> 11) / 2**53


def test_splitmix64_gives_its_published_numbers():
    """The first outputs of splitmix64 from seed 0 (Vigna) are the mix of one and of two steps of
    the golden gamma."""
    gold = 0x9E3779B97F4A7C15
    assert int(mix(U(gold))) == 0xE220A8397B1DCDAF
    assert int(mix(U(2 * gold & WHOLE))) == 0x6E789E6AA1B965F4


@pytest.mark.parametrize(
    "part",
    [
        (1, 801, 0, 5, 0),
        (WHOLE, 1501, 7_300 + 730, WHOLE, 65_535),
        (0, 1, 2**32 - 1, 0, 1),
        (9, 9, 9, 9, 9),
    ],
)
def test_uniform_compiled_equals_whole_numbers(part):
    key, stream, day, uid, k = part
    value = uniform(U(key), stream, day, U(uid), k)
    assert value == in_whole_numbers(*part)
    assert 0.0 <= value < 1.0


def draws(vary: str, n: int = 2_000, **fixed) -> np.ndarray:
    parts = {"key": U(77), "stream": 801, "day": 40, "uid": U(123_456), "k": 0} | fixed
    made = []
    for i in range(n):
        parts[vary] = U(i) if vary in ("key", "uid") else i
        made.append(uniform(parts["key"], parts["stream"], parts["day"], parts["uid"], parts["k"]))
    return np.array(made)


@pytest.mark.parametrize("vary", ["key", "stream", "day", "uid", "k"])
def test_uniform_along_each_part(vary):
    """Mean, spread, ends and the correlation of neighbours along one part are each within 5
    standard errors."""
    u = draws(vary)
    n = len(u)
    assert u.mean() == pytest.approx(0.5, abs=5 * math.sqrt(1 / 12 / n))
    assert u.var() == pytest.approx(1 / 12, abs=5 * math.sqrt(1 / 180 / n))
    assert np.histogram(u, 20, (0, 1))[0] == pytest.approx(n / 20, abs=5 * math.sqrt(n / 20))
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 5 / math.sqrt(n)
    assert len(set(u)) == n


def test_no_two_streams_are_alike():
    """Over keys, and over the days of one key, no pair of streams is correlated by more than chance
    (5 standard errors, some 400 pairs)."""
    for vary in ("key", "day"):
        u = {name: draws(vary, 1_000, stream=number) for name, number in STREAMS.items()}
        for one, other in combinations(u, 2):
            assert abs(np.corrcoef(u[one], u[other])[0, 1]) < 5 / math.sqrt(1_000), (
                vary,
                one,
                other,
            )


def test_uids_of_children_differ():
    uids = {
        int(child_uid(U(p), day, ordinal))
        for p in range(20)
        for day in range(50)
        for ordinal in range(20)
    }
    assert len(uids) == 20 * 50 * 20


@pytest.mark.parametrize("mean", [0.0, 0.3, 4.0, 30.0, 80.0])
def test_poisson_mean_and_spread(mean):
    counts = np.array([poisson(u, mean) for u in GRID])
    assert counts.mean() == pytest.approx(mean, abs=0.02 * mean + 0.005)
    assert counts.var() == pytest.approx(mean, rel=0.06, abs=0.01)
    assert (np.diff(counts) >= 0).all()
    assert all(counts == np.floor(counts))
    assert counts.min() >= 0


def test_poisson_edges():
    assert poisson(0.0, 3.0) == 0
    assert poisson(0.999, 0.0) == 0
    assert 3 < poisson(1 - 2**-53, 3.0) <= 400


@pytest.mark.parametrize("u", [0.001, 0.2, 0.5, 0.9, 0.9999])
def test_poisson_is_monotone_in_its_mean(u):
    counts = [poisson(u, mean) for mean in np.linspace(0, 50, 400)]
    assert (np.diff(counts) >= 0).all()
    assert counts[-1] > counts[0]


def test_poisson_is_monotone_at_large_means():
    assert all(poisson(u, 50.0 + 1e-9) >= poisson(u, 50.0) for u in GRID)


@pytest.mark.parametrize(("n", "p"), [(30, 0.02), (8, 0.4), (200, 0.5), (1, 0.7)])
def test_binomial_mean_and_spread(n, p):
    counts = np.array([binomial(u, n, p) for u in GRID])
    assert counts.mean() == pytest.approx(n * p, abs=0.01 * n * p + 0.005)
    assert counts.var() == pytest.approx(n * p * (1 - p), rel=0.06, abs=0.01)
    assert (np.diff(counts) >= 0).all()
    assert counts.min() >= 0
    assert counts.max() <= n


def test_binomial_edges():
    assert [
        binomial(0.5, 0, 0.5),
        binomial(0.5, -3, 0.5),
        binomial(0.5, 9, 0.0),
        binomial(0.5, 9, -0.1),
    ] == [0, 0, 0, 0]
    assert binomial(0.0, 9, 1.0) == binomial(0.0, 9, 1.7) == 9
    assert binomial(0.0, 9, 0.99) == 0
    assert binomial(1 - 2**-53, 9, 0.01) <= 9


@pytest.mark.parametrize("u", [0.001, 0.2, 0.5, 0.9, 0.9999])
def test_binomial_is_monotone_in_both(u):
    assert (np.diff([binomial(u, 30, p) for p in np.linspace(0, 1, 300)]) >= 0).all()
    assert (np.diff([binomial(u, n, 0.3) for n in range(60)]) >= 0).all()


def test_normal_quantiles():
    """Quantiles of the standard normal from tables, its symmetry, and the ends of its tails."""
    assert [normal(u) for u in (0.5, 0.8413447460685429, 0.975, 0.01, 1e-6)] == pytest.approx(
        [0.0, 1.0, 1.959963984540054, -2.3263478740408408, -4.753424308822899], rel=2e-9, abs=2e-9
    )
    assert all(
        normal(1 - u) == pytest.approx(-normal(u), rel=1e-8, abs=1e-9)
        for u in (0.001, 0.02, 0.03, 0.3)
    )
    assert math.isfinite(normal(0.0))
    assert math.isfinite(normal(1.0))
    assert normal(0.0) < -8 < 8 < normal(1.0)
    assert (np.diff([normal(u) for u in GRID]) > 0).all()
