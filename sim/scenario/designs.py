"""Designs: how the keys of `[sweep]` and the parameters of `[futures]` become rows of values.

A list of values is crossed with all others or, with "one_at_a_time", varied alone while all else
stays as in the file. Ranges, `{low, high, scale}`, are sampled together, by a Latin hypercube
("lhs") or Sobol' points ("sobol"). Their own seed scrambles them, so they are the same in every
process.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from sim.errors import alternatives, got, near
from sim.scenario.frozen import RANGE, hashable
from sim.scenario.problems import belongs
from sim.scenario.sections import MAX_SEED

GRID, ALONE, LHS, SOBOL, TABLE = "grid", "one_at_a_time", "lhs", "sobol", "table"
DESIGNS = (GRID, ALONE, LHS, SOBOL, TABLE)
SAMPLED = (LHS, SOBOL)  # designs that sample ranges
SETTINGS = ("design", "samples", "seed", "table")
FIXED = (  # keys that no point of a sweep may change
    "sweep",
    "strategies",
    "futures",
    "replications",
    "record",
    "schema",
    "title",
    "description",
    "extends",
    "events",
)
MAX_SAMPLES = 1_000_000
ENDS = (  # words of other programs for low and high
    ("min", "max"),
    ("minimum", "maximum"),
    ("lower", "upper"),
    ("from", "to"),
    ("start", "stop"),
    ("start", "end"),
)


def axes(sweep: Mapping[str, Any]) -> dict[str, Any]:
    """Return the varied keys of a checked `[sweep]`: lists of values and ranges."""
    return {key: values for key, values in sweep.items() if key not in SETTINGS}


def faults_of(sweep: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Report what is wrong with a `[sweep]` of dotted keys, as (key, what was expected)."""
    return list(_faults(sweep))


def _faults(sweep: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    design = sweep.get("design", GRID)
    if design not in DESIGNS:
        hint = near(str(design), DESIGNS)
        yield "design", f"expected {alternatives(DESIGNS)} {got(design)}.{hint}"
        return
    varied = axes(sweep)
    foreign = in_other_words(varied)
    needs = "" if design in SAMPLED else '; it needs design = "lhs" or "sobol"'
    for key, text in foreign.items():
        yield key, text + needs
    for key, values in varied.items():
        within_foreign = key.rpartition(".")[0] in foreign
        if not within_foreign and (fault := _axis_fault(key, values, design)):
            yield key, fault
    yield from overlaps(varied)
    if design == ALONE and not varied:
        text = "varies keys in turn: expected a dotted key with a list of values"
        yield "design", f'"{design}" {text}'
    has_ranges = any(isinstance(values, Mapping) for values in varied.values())
    yield from _sampling_faults(sweep, design, has_ranges or bool(foreign))
    if "table" in sweep and design != TABLE:
        yield "table", f'only with design = "table" (this is "{design}")'
    elif design == TABLE:
        yield from _table_faults(varied, sweep.get("table"))


def _axis_fault(key: str, values: Any, design: str) -> str | None:
    """Say what is wrong with one varied key and its values, or None."""
    sampled = design in SAMPLED
    if "." not in key and key != "ablate":
        hint = belongs(key) or near(key, [*SETTINGS, "ablate"])
        expected = f"{', '.join(SETTINGS)}, or a dotted key such as strategy.share_to_border"
        return f"expected {expected}.{hint}"
    if key.partition(".")[0] in FIXED:
        return "cannot vary between the points of a sweep"
    if isinstance(values, Mapping):
        if sampled:
            return range_fault(values)
        needs = f'a range needs design = "lhs" or "sobol"; with "{design}"'
        return f"{needs} expected a list of values"
    if not isinstance(values, list | tuple) or not values:
        ranged = " or a range {low = ..., high = ...}" if sampled else ""
        return f"expected a list of at least one value{ranged} {got(values)}"
    if key == "ablate" and (other := [value for value in values if not _are_names(value)]):
        return f'expected lists of couplings, such as [["leak"], []] {got(other[0])}'
    if design != TABLE and len({hashable(value) for value in values}) < len(values):
        return "expected each value once"
    return None


def _sampling_faults(
    sweep: Mapping[str, Any], design: str, has_ranges: bool
) -> Iterator[tuple[str, str]]:
    """Report what is wrong with `samples` and `seed`."""
    if design in SAMPLED:
        if not has_ranges:
            text = "samples ranges: expected a key with {low = ..., high = ...}"
            yield "design", f'"{design}" {text}'
        if "samples" not in sweep:
            yield "samples", f"missing; expected a whole number from 1 to {MAX_SAMPLES}"
        elif fault := samples_fault(sweep["samples"], design):
            yield "samples", fault
    else:
        for key in ("samples", "seed"):
            if key in sweep:
                yield key, f'only with design = "lhs" or "sobol" (this is "{design}")'
    if not is_whole(sweep.get("seed", 1), 0, MAX_SEED):
        yield "seed", f"expected a whole number from 0 to {MAX_SEED} {got(sweep['seed'])}"


def _table_faults(varied: Mapping[str, Any], table: Any) -> Iterator[tuple[str, str]]:
    """Report what is wrong with the columns of a table of points."""
    if not varied:
        expected = "expected the name of a CSV file with a row for every point"
        yield "table", f"{expected} {got(table)}"
    lengths = {len(values) for values in varied.values() if isinstance(values, list | tuple)}
    if len(lengths) > 1:
        each = alternatives(sorted(lengths))
        yield "design", f"the columns of a table are of one length (got {each})"


def overlaps(varied: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Report keys within another varied key, since one of the two values would be lost."""
    known = set(varied)
    return [
        (key, f"overlaps {above}: one key is varied twice; keep one of them")
        for key in varied
        for depth in range(1, key.count(".") + 1)
        if (above := ".".join(key.split(".")[:depth])) in known
    ]


def in_other_words(varied: Mapping[str, Any]) -> dict[str, str]:
    """Report ranges in words of other programs, such as `{min = 0, max = 1}`, by key."""
    ends: dict[str, dict[str, Any]] = {}
    for key, value in varied.items():
        above, _, word = key.rpartition(".")
        if above and is_number(value):
            ends.setdefault(above, {})[word] = value
    found = {
        key: next((pair for pair in ENDS if pair[0] in given and pair[1] in given), None)
        for key, given in ends.items()
    }
    wrong = {}
    for key, pair in found.items():
        if pair:
            low, high = (ends[key][word] for word in pair)
            words = " and ".join(ends[key])
            wrong[key] = f"a range is written {{low = {low:g}, high = {high:g}}}, not with {words}"
    return wrong


def range_fault(values: Mapping[str, Any]) -> str | None:
    """Say what a range should have been, or None."""
    low, high, scale = (
        values.get("low", "absent"),
        values.get("high", "absent"),
        values.get("scale", "linear"),
    )
    if (
        not (
            isinstance(low, int | float)
            and isinstance(high, int | float)
            and is_number(low)
            and is_number(high)
        )
        or values.keys() - RANGE
    ):
        return "expected a range {low = ..., high = ...} of two numbers"
    if not low < high:
        return f"expected low under high (got {low:g} and {high:g})"
    if scale not in ("linear", "log"):
        return f'expected scale = "linear" or "log" {got(scale)}'
    return (
        f"expected low above 0 for a log scale (got {low:g})"
        if scale == "log" and low <= 0
        else None
    )


def samples_fault(samples: Any, design: str) -> str | None:
    """Say what a number of samples should have been, or None.

    Sobol' points are balanced only if their number is a power of two.
    """
    if not is_whole(samples, 1, MAX_SAMPLES):
        return f"expected a whole number from 1 to {MAX_SAMPLES} {got(samples)}"
    if design == SOBOL and samples & (samples - 1):
        below = 2 ** (samples.bit_length() - 1)
        return f"expected a power of two for Sobol' points: {below} or {2 * below} (got {samples})"
    return None


def size(sweep: Mapping[str, Any]) -> int:
    """Count the rows of a checked sweep without making them."""
    varied = axes(sweep)
    lists = [len(values) for values in varied.values() if not isinstance(values, Mapping)]
    if sweep.get("design") == TABLE:
        return max(lists, default=1)
    if sweep.get("design") == ALONE:
        return 1 + sum(lists)
    return math.prod(lists) * (sweep["samples"] if len(lists) < len(varied) else 1)


def rows(sweep: Mapping[str, Any], is_integer: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """Yield the points of a checked sweep as values by key, in the order of its keys.

    The last list varies fastest and samples vary slowest. With "one_at_a_time" the first point
    varies nothing and each other point varies one key.
    """
    varied = axes(sweep)
    lists = {key: values for key, values in varied.items() if not isinstance(values, Mapping)}
    if sweep.get("design") == TABLE:
        yield from (dict(zip(lists, values)) for values in zip(*lists.values()))
        return
    if sweep.get("design") == ALONE:
        yield {}
        yield from ({key: value} for key, values in lists.items() for value in values)
        return
    ranges = {key: values for key, values in varied.items() if key not in lists}
    sampled: Sequence[dict[str, Any]] = [{}]
    if ranges:
        whole = {key for key in ranges if is_integer(key)}
        sampled = sample(ranges, sweep["samples"], sweep.get("seed", 1), sweep["design"], whole)
    for drawn in sampled:
        for values in itertools.product(*lists.values()):
            point = drawn | dict(zip(lists, values))
            yield {key: point[key] for key in varied}


def sample(
    ranges: Mapping[str, Mapping[str, Any]],
    n: int,
    seed: int,
    design: Literal["lhs", "sobol"] | str,
    whole: set[str] = frozenset(),  # type: ignore[assignment]
) -> list[dict[str, float]]:
    """Draw `n` rows of values within the ranges, to six digits.

    Values of `whole` keys are whole numbers; both ends are as likely as the others.
    """
    from scipy.stats import qmc

    engine = qmc.LatinHypercube if design == LHS else qmc.Sobol
    unit = engine(len(ranges), rng=seed).random(n).tolist()
    return [
        {key: placed(u, ends, key in whole) for u, (key, ends) in zip(row, ranges.items())}
        for row in unit
    ]


def placed(u: float, ends: Mapping[str, Any], whole: bool) -> float:
    """Return the value at the share `u` of a range."""
    low: float = ends["low"]
    high: float = ends["high"]
    if ends.get("scale") == "log":
        value = low * (high / low) ** u
        value = round(value) if whole else value
    else:
        value = low + math.floor(u * (high - low + 1)) if whole else low + u * (high - low)
    # Six digits are short, and are equal on machines whose powers differ in the last bit.
    return min(max(value if whole else float(f"{value:.6g}"), low), high)


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
