"""The comparison as text for a terminal, a pipe or a file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sim.analysis.labels import short
from sim.analysis.sheet import Column, Sheet, tell
from sim.errors import printable

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison

HEADLINE = ("vacuum_vraem", "averted_kg_border", "averted_kg_total", "cost_musd")


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the headline table (one line per point) and a table for every other outcome that was asked for by name; then what is missing,
    which arms had no effect, and how to read it all."""
    frame = comparison.table
    names = list(frame["outcome"].unique())
    asked = list(comparison.asked or names)
    headline = set(HEADLINE) <= set(asked)
    others = (
        [name for name in asked if not (headline and name in HEADLINE)]
        if comparison.asked or not headline
        else []
    )
    for line in told_of_folders(comparison) if comparison.folders else ():
        tell(console, line, indent=4)
    if headline:
        headline_table(comparison).print(console)
    for name in others:
        outcome_table(comparison, name).print(console)
    more = len(names) - len(HEADLINE) if headline and comparison.asked is None else 0
    for line in [
        *shortfall(comparison),
        *no_effect(comparison),
        *reading(comparison, headline, more),
    ]:
        tell(console, line)


def told_of_folders(comparison: Comparison) -> list[str]:
    """Which folder is held against which, and what differs in their inputs."""
    first, second = comparison.folders
    told = [f"Second folder against the first, arm by arm: {second} less {first}."]
    if not comparison.inputs:
        return [
            *told,
            "No input differs: scenarios, the model's code and the versions are the same.",
        ]
    return [*told, "What differs in the inputs:", *(f"  {line}" for line in comparison.inputs), ""]


def shortfall(comparison: Comparison) -> list[str]:
    """What is missing, and the pairs that each arm that lacks some was compared by; nothing where no run is missing."""
    told = [printable(line) for line in comparison.missing.sentences()]
    lines = ["Runs are missing: " + " ".join(told)] if told else []
    if short_of := [f"{short(each.label)} {each}" for each in comparison.short_of_pairs]:
        lines.append(f"Pairs compared: {'; '.join(short_of)}; every other arm all of its pairs.")
    return lines


def no_effect(comparison: Comparison) -> list[str]:
    """Which arms had no effect, in words."""
    lines = []
    for each in comparison.without_effect:
        runs = f"each of its {each.used:,} runs" if each.used > 1 else "its one run"
        if comparison.folders:
            lines.append(
                f"Unchanged: {short(each.label)} is the same in both folders, bit for bit, in {runs}."
            )
        else:
            lines.append(
                f"No effect: {short(each.label)} equals {short(each.baseline)} bit for bit in {runs}."
            )
    return lines


def headline_table(comparison: Comparison) -> Sheet:
    """Split | change of the vacuum in the VRAEM | averted at the border | averted in all | cost change | n; first, the baseline itself."""
    percent = f"[{100 * comparison.confidence:g} %]"
    heads = (
        f"vacuum_vraem {percent}",
        "averted_kg_border, t",
        "averted_kg_total, t",
        f"cost_musd {percent}",
        "n",
    )
    title = "Security paid in the VRAEM; kilograms kept from the border, and from leaving at all"
    sheet = Sheet(title, "split", [Column(head) for head in heads])
    for base, group in comparison.table.groupby("baseline", sort=False):
        if not comparison.folders:  # of two folders, each arm has a baseline of its own
            at = {
                name: group.loc[group["outcome"] == name, "baseline_mean"].iloc[0]
                for name in (HEADLINE[0], HEADLINE[-1])
            }
            sheet.add(
                short(str(base)),
                number(at["vacuum_vraem"], 0.01),
                "",
                "",
                number(at["cost_musd"], 10),
            )
        for _, rows in group.groupby("point_id", sort=False):
            found = [rows[rows["outcome"] == name].iloc[0] for name in HEADLINE]
            cells = [with_interval(row, 1e3 if row["unit"] == "kg" else 1.0) for row in found]
            label = str(found[0]["label"])
            sheet.add(
                short(label), *cells, times(comparison, label, min(row["n"] for row in found))
            )
    for each in comparison.pairs:
        if not each.used:
            sheet.add(short(each.label), "no pair", "no pair", "no pair", "no pair", str(each))
    return sheet


def outcome_table(comparison: Comparison, name: str) -> Sheet:
    """One outcome: means, paired difference, share of replications better, Holm's p, n, what may be said."""
    rows = comparison.table[comparison.table["outcome"] == name]
    waiting = rows["censored"].notna().any()
    unit, words = rows[["unit", "outcome_label"]].iloc[0]
    columns = [
        Column("baseline"),
        Column("mean"),
        Column(f"difference [{100 * comparison.confidence:g} %]"),
        Column("better in"),
        Column("p Holm"),
        Column("n"),
        *([Column("censored")] if waiting else []),
        Column("verdict", right=False),
    ]
    title = f"{name}: {words}" + (f" ({unit})" if unit not in ("", "1") else "")
    sheet = Sheet(title, "point", columns)
    for _, row in rows.iterrows():
        p = (
            ""
            if math.isnan(row["p_holm"])
            else "<.001"
            if row["p_holm"] < 0.001
            else f"{row['p_holm']:.3f}"
        )
        better = "" if math.isnan(row["share_better"]) else f"{100 * row['share_better']:.0f} %"
        half = abs(row["mean"]) / 10 or 0.1
        what = {
            "n too small to rank": "needs",
            "better": "its size: n =",
            "worse": "its size: n =",
        }.get(row["verdict"])
        needed = (
            f" ({what} {needs(row)})"
            if what and not row["enough"] and math.isfinite(row["n_needed"])
            else ""
        )
        means = (number(row["baseline_mean"], half), number(row["mean"], half))
        censored = [f"{row['baseline_censored']:.0f}, {row['censored']:.0f}"] if waiting else []
        interval = with_interval(row).rstrip("? ")  # here the verdict says what n carries
        n = times(comparison, str(row["label"]), row["n"])
        sheet.add(
            short(row["label"]), *means, interval, better, p, n, *censored, row["verdict"] + needed
        )
    for each in comparison.pairs:
        if not each.used:
            sheet.add(
                short(each.label),
                "",
                "",
                "no pair",
                "",
                "",
                str(each),
                *([""] if waiting else []),
                "no pair finished",
            )
    return sheet


def times(comparison: Comparison, label: str, n: int) -> str:
    """n, and of how many pairs where the arm lacks some."""
    planned = next(
        (each.planned for each in comparison.short_of_pairs if each.label == label), None
    )
    return f"{n:,}" if planned is None else f"{n:,} of {planned:,}"


def reading(comparison: Comparison, headline: bool, more: int) -> list[str]:
    """How to read the tables, in a few lines."""
    percent = f"{100 * comparison.confidence:g} %"
    against = (
        "the first folder in the same arms and replications"
        if comparison.folders
        else "the baseline in the same replications"
    )
    lines = [
        "Hypothetical: the redeployment rests on one unconfirmed press report. Read rankings and ranges, not forecasts.",
        f"Changes are against {against} (common random numbers), with {percent} t intervals of the mean.",
    ]
    if comparison.futures > 1:
        lines.append(
            f"{comparison.futures} futures: n counts pairs (future x replication), and the intervals are over the futures' means, since "
            "the replications of one future share its parameters."
        )
    if headline:
        levels = "" if comparison.folders else "First row: levels. "
        lines.append(
            f"{levels}vacuum_vraem: 0 = the state holds every community, 1 = none. Averted: left there, not here."
        )
        covered = (
            "chance, and the sampled parameters over their ranges"
            if comparison.futures > 1
            else "chance, not assumptions"
        )
        lines.append(
            f"What is averted at the border but not in total has found another way out. Intervals cover {covered}."
        )
    if headline and not comparison.table["enough"].all():
        more_of = "futures" if comparison.futures > 1 else "replications"
        lines.append(
            f"? = the interval is wide against the difference: more {more_of} are needed before points are ranked by it."
        )
    if not headline and comparison.table["censored"].notna().any():
        lines.append(
            "censored: runs (baseline, point) in which it had not come by the end; they count with the horizon: means too low."
        )
    if more > 0:
        lines.append(f"{more} more outcomes: --outcome NAME, or --json for all.")
    return lines


def with_interval(row: Any, per: float = 1.0) -> str:
    """A difference with its interval, in units of `per`; `= 0 exactly` when no pair differs, a question mark when n is too small for it."""
    if row["exactly_zero"]:
        return "= 0 exactly"
    if math.isnan(row["difference"]):
        return "not defined"
    difference = row["difference"] / per
    low, high = (
        (row["low"], row["high"])
        if not math.isnan(row["low"])
        else (row["boot_low"], row["boot_high"])
    )
    if math.isnan(low):
        return f"{number(difference, abs(difference) / 10, '+')}?"
    half = (high - low) / 2 / per
    interval = f"[{number(low / per, half)}, {number(high / per, half)}]"
    return f"{number(difference, half, '+')} {interval}" + (" " if row["enough"] else "?")


def needs(row: Any) -> str:
    """How many pairs a difference needs; over futures, how many of these with as many pairs each, since more pairs in one do not help."""
    if row["futures"] == 1:
        return f"{row['n_needed']:,.0f}"
    return f"{math.ceil(row['n_needed'] * row['futures'] / row['n'] - 1e-9):,} futures"


def number(value: float, scale: float, sign: str = "") -> str:
    """A value with the decimals that its uncertainty `scale` leaves meaningful: one digit of it, two where that digit is a 1."""
    if math.isnan(value):
        return ""
    decimals = (
        3
        if scale < 1e-9 * abs(value) or scale == 0
        else min(5, max(0, -math.floor(math.log10(scale / 2))))
    )
    shown = (
        round(value, decimals) + 0.0 if sign else value
    )  # a difference of 0 has no minus; an end just under 0 keeps it
    return f"{shown:{sign},.{decimals}f}"
