"""Designs: how the keys of `[sweep]` and the parameters of `[futures]` become rows of values.

A list of values is crossed with everything else, or ("one_at_a_time") varied alone, all else as the file has it. Ranges,
`{low, high, scale}`, are sampled together: by a Latin hypercube ("lhs") or Sobol' points ("sobol"), scrambled by a seed of their own,
so that they are the same in every process.
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
SETTINGS = ("design", "samples", "seed", "table")
FIXED = (
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
ENDS = (
    ("min", "max"),
    ("minimum", "maximum"),
    ("lower", "upper"),
    ("from", "to"),
    ("start", "stop"),
    ("start", "end"),
)


def axes(sweep: Mapping[str, Any]) -> dict[str, Any]:
    """The varied keys of a checked `[sweep]`: lists of values and ranges."""
    return {key: values for key, values in sweep.items() if key not in SETTINGS}


def faults_of(sweep: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with a `[sweep]` of dotted keys, by key."""
    design = sweep.get("design", GRID)
    if design not in DESIGNS:
        return [
            (
                "design",
                f"expected {alternatives(DESIGNS)} {got(design)}.{near(str(design), DESIGNS)}",
            )
        ]
    wrong, varied = [], axes(sweep)
    ranges = [key for key, values in varied.items() if isinstance(values, Mapping)]
    other_words = in_other_words(varied)
    needs = "" if design in (LHS, SOBOL) else '; it needs design = "lhs" or "sobol"'
    wrong += [(key, text + needs) for key, text in other_words.items()]
    for key, values in varied.items():
        if key.rpartition(".")[0] in other_words:
            continue
        if "." not in key and key != "ablate":
            wrong.append(
                (
                    key,
                    f"expected {', '.join(SETTINGS)}, or a dotted key such as strategy.share_to_border."
                    f"{belongs(key) or near(key, [*SETTINGS, 'ablate'])}",
                )
            )
        elif key.partition(".")[0] in FIXED:
            wrong.append((key, "cannot vary between the points of a sweep"))
        elif isinstance(values, Mapping):
            if design not in (LHS, SOBOL):
                wrong.append(
                    (
                        key,
                        f'a range needs design = "lhs" or "sobol"; with "{design}" expected a list of values',
                    )
                )
            elif fault := range_fault(values):
                wrong.append((key, fault))
        elif not isinstance(values, list | tuple) or not values:
            ranged = " or a range {low = ..., high = ...}" if design in (LHS, SOBOL) else ""
            wrong.append((key, f"expected a list of at least one value{ranged} {got(values)}"))
        elif key == "ablate" and (other := [value for value in values if not _are_names(value)]):
            wrong.append(
                (key, f'expected lists of couplings, such as [["leak"], []] {got(other[0])}')
            )
        elif design != TABLE and len({hashable(value) for value in values}) < len(values):
            wrong.append((key, "expected each value once"))
    wrong += overlaps(varied)
    if design == ALONE and not varied:
        wrong.append(
            (
                "design",
                f'"{design}" varies keys in turn: expected a dotted key with a list of values',
            )
        )
    if design in (LHS, SOBOL):
        if not (ranges or other_words):
            wrong.append(
                (
                    "design",
                    f'"{design}" samples ranges: expected a key with {{low = ..., high = ...}}',
                )
            )
        if "samples" not in sweep:
            wrong.append(("samples", f"missing; expected a whole number from 1 to {MAX_SAMPLES}"))
        elif fault := samples_fault(sweep["samples"], design):
            wrong.append(("samples", fault))
    else:
        wrong += [
            (key, f'only with design = "lhs" or "sobol" (this is "{design}")')
            for key in ("samples", "seed")
            if key in sweep
        ]
    if not is_whole(sweep.get("seed", 1), 0, MAX_SEED):
        wrong.append(("seed", f"expected a whole number from 0 to {MAX_SEED} {got(sweep['seed'])}"))
    if "table" in sweep and design != TABLE:
        wrong.append(("table", f'only with design = "table" (this is "{design}")'))
    elif design == TABLE:
        if not varied:
            wrong.append(
                (
                    "table",
                    f"expected the name of a CSV file with a row for every point {got(sweep.get('table'))}",
                )
            )
        lengths = {len(values) for values in varied.values() if isinstance(values, list | tuple)}
        if len(lengths) > 1:
            wrong.append(
                (
                    "design",
                    f"the columns of a table are of one length (got {alternatives(sorted(lengths))})",
                )
            )
    return wrong


def overlaps(varied: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Keys that lie within another varied key, or that tables among its values set too: one of the two would be lost."""
    known = set(varied)
    return [
        (key, f"overlaps {above}: one key is varied twice; keep one of them")
        for key in varied
        for depth in range(1, key.count(".") + 1)
        if (above := ".".join(key.split(".")[:depth])) in known
    ]


def in_other_words(varied: Mapping[str, Any]) -> dict[str, str]:
    """Keys whose values are a range in words that others use for it, `{min = 0, max = 1}`, each with how it is written here."""
    ends: dict[str, dict[str, Any]] = {}
    for key, value in varied.items():
        above, _, word = key.rpartition(".")
        if above and is_number(value):
            ends.setdefault(above, {})[word] = value
    found = {
        key: next((pair for pair in ENDS if pair[0] in given and pair[1] in given), None)
        for key, given in ends.items()
    }
    return {
        key: f"a range is written {{low = {ends[key][pair[0]]:g}, high = {ends[key][pair[1]]:g}}}, not with {' and '.join(ends[key])}"
        for key, pair in found.items()
        if pair
    }


def range_fault(values: Mapping[str, Any]) -> str | None:
    """What a range should have been, or None."""
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
    """What a number of samples should have been, or None. Sobol' points are balanced only in powers of two."""
    if not is_whole(samples, 1, MAX_SAMPLES):
        return f"expected a whole number from 1 to {MAX_SAMPLES} {got(samples)}"
    if design == SOBOL and samples & (samples - 1):
        below = 2 ** (samples.bit_length() - 1)
        return f"expected a power of two for Sobol' points: {below} or {2 * below} (got {samples})"
    return None


def size(sweep: Mapping[str, Any]) -> int:
    """Number of rows of a checked sweep, without making them."""
    varied = axes(sweep)
    lists = [len(values) for values in varied.values() if not isinstance(values, Mapping)]
    if sweep.get("design") == TABLE:
        return max(lists, default=1)
    if sweep.get("design") == ALONE:
        return 1 + sum(lists)
    return math.prod(lists) * (sweep["samples"] if len(lists) < len(varied) else 1)


def rows(sweep: Mapping[str, Any], is_integer: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """The points of a checked sweep as values by key, in the order of its keys, the last list varying fastest, samples slowest.

    One at a time, the first point varies nothing, and each of the others one key.
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
    """`n` rows of values within the ranges, to six digits; those of `whole` keys are whole numbers, both ends as likely as the rest."""
    from scipy.stats import qmc

    engine = qmc.LatinHypercube if design == LHS else qmc.Sobol
    unit = engine(len(ranges), rng=seed).random(n).tolist()
    return [
        {key: placed(u, ends, key in whole) for u, (key, ends) in zip(row, ranges.items())}
        for row in unit
    ]


def placed(u: float, ends: Mapping[str, Any], whole: bool) -> float:
    """The value at the share `u` of a range."""
    low, high = ends["low"], ends["high"]
    if ends.get("scale") == "log":
        value = low * (high / low) ** u
        value = round(value) if whole else value
    else:
        value = low + math.floor(u * (high - low + 1)) if whole else low + u * (high - low)
    # Six digits: short to read, and equal where two machines' powers differ in the last bit.
    return min(max(value if whole else float(f"{value:.6g}"), low), high)


def _are_names(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) for name in value)


def is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
