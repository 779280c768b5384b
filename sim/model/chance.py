"""Counter-based random draws: each is a pure function of (key, stream, day, uid, k).

Integer arithmetic uses np.uint64 only, so the same lines wrap around in the same way compiled and
in plain Python (there under `np.errstate(over="ignore")`).
"""

import math

import numpy as np

from sim.model.compile import rule

U = np.uint64
GOLD, M1, M2 = U(0x9E3779B97F4A7C15), U(0xBF58476D1CE4E5B9), U(0x94D049BB133111EB)


@rule
def mix(z: np.uint64) -> np.uint64:
    """Scramble 64 bits with the finaliser of splitmix64."""
    z = (z ^ (z >> U(30))) * M1
    z = (z ^ (z >> U(27))) * M2
    return z ^ (z >> U(31))


@rule
def child_uid(parent: np.uint64, day: int, ordinal: int) -> np.uint64:
    """Return the uid of child number `ordinal` of `parent`, born on `day`. Rows of a table are
    reused, so only a uid identifies an agent."""
    return mix(mix(parent + GOLD) ^ ((U(day) << U(16)) | U(ordinal)))


@rule
def uniform(key: np.uint64, stream: int, day: int, uid: np.uint64, k: int) -> float:
    """Draw a number in [0, 1). key, uid: uint64; stream and k below 2**16; 0 <= day < 2**32,
    counted from the first day of the burn-in."""
    z = mix(mix(key + GOLD) ^ uid)
    z = mix(z + ((U(stream) << U(48)) | (U(k) << U(32)) | U(day)) * GOLD)
    return (z >> U(11)) * (1.0 / 9007199254740992.0)


@rule
def tail_quantile(q: float) -> float:
    """Evaluate the rational function that Acklam's method uses in the lower tail."""
    top = (-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e00
    top = (top * q - 2.549732539343734e00) * q + 4.374664141464968e00
    top = top * q + 2.938163982698783e00
    bottom = (7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e00
    bottom = (bottom * q + 3.754408661907416e00) * q + 1.0
    return top / bottom


@rule
def normal(u: float) -> float:
    """Return the standard normal quantile of u (Acklam; relative error under 1.2e-9)."""
    u = min(max(u, 1e-16), 1.0 - 1e-16)
    if u < 0.02425:
        return tail_quantile(math.sqrt(-2.0 * math.log(u)))
    if u > 1.0 - 0.02425:
        return -tail_quantile(math.sqrt(-2.0 * math.log(1.0 - u)))
    q = u - 0.5
    r = q * q
    top = (-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02
    top = (top * r + 1.383577518672690e02) * r - 3.066479806614716e01
    top = (top * r + 2.506628277459239e00) * q
    bottom = (-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02
    bottom = (bottom * r + 6.680131188771972e01) * r - 1.328068155288572e01
    return top / (bottom * r + 1.0)


@rule
def poisson(u: float, mean: float) -> int:
    """Draw a Poisson count by inverting one uniform. The count is monotone in `mean`, which keeps
    the common random numbers of two strategies aligned. mean < 700."""
    p = math.exp(-mean)
    total = p
    n = 0
    while u > total and n < 2000:
        n += 1
        p *= mean / n
        total += p
    return n


@rule
def binomial(u: float, n: int, p: float) -> int:
    """Draw a number of successes out of n by inverting one uniform; monotone in n and p. Meant for
    a small n, such as the people in one action."""
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    odds = p / (1.0 - p)
    term = math.exp(n * math.log(1.0 - p))
    total = term
    k = 0
    while u > total and k < n:
        term *= odds * (n - k) / (k + 1)
        total += term
        k += 1
    return k


# Streams: 100 x the section of the page that first drew from them (9 for 4.9) + n. No number is
# ever used again; a test fixes the list.
BUILD_NETWORK, BUILD_LAB = 1, 2
STRATEGY, ROUTE_SEARCHED = 101, 102
REPLACE = 301
TIP, TOLD, PARTNER_DELAY = 501, 502, 503
LEAK, OBSERVE = 601, 602
LOAD_PATROL, LOAD_POST, LOAD_CONNECTOR, LOAD_LEAD = 701, 702, 703, 704
LAB_PATROL, LAB_LEAD, LEAD_ACTED = 705, 706, 707
LOAD_ROUTE, POLICE_THERE, REBUILD = 708, 709, 710
FIELD_LEAD = 715
ATTACK, TARGET, AMBUSH, AMBUSH_TIME = 801, 802, 803, 804
STATE_KILLED, REBELS_KILLED, CIVILIANS = 805, 806, 807
MEETING, GROUP_RAID, LEADER, VICTIM = 808, 809, 810, 811
RIVALS, RIVAL_KILLED, RIVAL_CIVILIANS = 812, 813, 814
PURSUERS_KILLED, PURSUED_KILLED, PURSUIT_CIVILIANS = 815, 816, 817
GROUP_MOVE, PROLOGUE_MOVE, FOUNDING = 901, 904, 905
ROUTE_CHOICE, STRIP_CHOICE, OPEN_ROUTE = 1301, 1302, 1303
ARREST, SPLIT_LAB, NEW_LAB, LAB_SITE, LAB_OWNER = 1310, 1311, 1312, 1313, 1314
CROSSING, HANDOVER, INCIDENT, SUSPENSION = 1501, 1502, 1503, 1504
FIRM_CROSSING, PROLOGUE_CROSSING = 1505, 1506
RETALIATION, RETALIATION_HARM, FLIGHT = 1601, 1602, 1603
STREAMS = {
    name: value for name, value in globals().items() if name.isupper() and isinstance(value, int)
}
