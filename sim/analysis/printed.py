"""Prints a comparison for a terminal, a pipe or a file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sim.analysis.headline import Table, tables
from sim.analysis.sheet import Column, Sheet, tell
from sim.analysis.verdicts import Verdict
from sim.errors import printable

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the headline or the tables of the outcomes asked for by name, and notes.

    A folder without any outcome of the headline shows all that it has. The notes say what is
    missing, which arms had no effect, and how to read the tables."""
    names = list(comparison.table["outcome"].unique())
    for line in told_of_folders(comparison) if comparison.folders else ():
        tell(console, line, indent=4)
    headline = tables(comparison) if comparison.asked is None else []
    for table in headline:
        headline_sheet(table).print(console)
    for name in comparison.asked or (() if headline else names):
        outcome_table(comparison, name).print(console)
    shown = {
        cell["outcome"]
        for table in headline
        for row in table.rows
        for cell in (*row.cells, *row.beside)
        if cell is not None
    }
    for line in [
        *shortfall(comparison),
        *(f"{head}: {what}" for head, what in no_effect(comparison)),
        *reading(comparison, headline, len(names) - len(shown) if headline else 0),
    ]:
        tell(console, line)


def told_of_folders(comparison: Comparison) -> list[str]:
    """Return which folder is compared with which, and what differs in their inputs."""
    first, second = comparison.folders
    told = [f"Second folder against the first, arm by arm: {second} less {first}."]
    if not comparison.inputs:
        return [
            *told,
            "No input differs: the scenarios, the model's code and the versions are the same.",
        ]
    return [*told, "What differs in the inputs:", *(f"  {line}" for line in comparison.inputs), ""]


def shortfall(comparison: Comparison) -> list[str]:
    """Return which runs are missing and how many pairs the arms that lack some have."""
    told = [printable(line) for line in comparison.missing.sentences()]
    lines = ["Runs are missing: " + " ".join(told)] if told else []
    if pairs := pairs_left(comparison):
        lines.append(pairs)
    return lines


def pairs_left(comparison: Comparison) -> str:
    """Return how many pairs each arm has that lacks some; nothing where all have theirs."""
    few = [f"{comparison.short[each.label]} {each}" for each in comparison.short_of_pairs]
    return f"Pairs compared: {'; '.join(few)}; every other arm has all of its pairs." if few else ""


def no_effect(comparison: Comparison) -> list[tuple[str, str]]:
    """Return a heading and a sentence for each arm that had no effect."""
    lines = []
    for each in comparison.without_effect:
        label = comparison.short[each.label]
        runs = f"each of its {each.used:,} runs" if each.used > 1 else "its one run"
        if comparison.folders:
            same = f"{label} is the same in both folders, bit for bit, in {runs}."
            lines.append(("Unchanged", same))
        else:
            base = comparison.short[each.baseline]
            lines.append(("No effect", f"{label} equals {base} bit for bit in {runs}."))
    return lines


def headline_sheet(table: Table) -> Sheet:
    """Return a table of the headline: levels under the baseline, and the change of each arm."""
    sheet = Sheet(table.title, "", [Column(head) for head in table.heads], together=table.together)
    for row in table.rows:
        beside = row.beside or (None,) * len(row.cells)
        cells = (
            level(cell) if row.level else change(cell, other)
            for cell, other in zip(row.cells, beside, strict=True)
        )
        sheet.add(row.words, *cells, bold=not row.words.startswith(" "))
    return sheet


def level(row: Any) -> str:
    """Return the mean of the baseline, in the unit shown; nothing where it is not defined."""
    if row is None or math.isnan(row["baseline_mean"]):
        return ""
    value = row["baseline_mean"] / shown_unit(row["unit"])[1]
    return number(value, abs(value) / 100 or 2)


def change(row: Any, beside: Any = None) -> str:
    """Return a difference with its interval, in the unit shown.

    `beside`: the row of the diverted share, which is told in the same cell."""
    if row is None:
        return ""
    told = with_interval(row, shown_unit(row["unit"])[1])
    return told if beside is None or row["exactly_zero"] else f"{told} {diverted(beside)}"


def diverted(row: Any) -> str:
    """Return which share of what was kept from the border left by other exits.

    A question mark says that its interval is wide against it."""
    if row["exactly_zero"] or math.isnan(row["difference"]):
        return "diverted: not defined"
    return f"diverted {100 * row['difference']:.0f} %{'' if row['enough'] else '?'}"


def outcome_table(comparison: Comparison, name: str) -> Sheet:
    """Return the table of one outcome.

    Columns: means, paired difference, share of pairs that are better, Holm's p, n, verdict."""
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
        better = "" if math.isnan(row["share_better"]) else f"{100 * row['share_better']:.0f} %"
        half = abs(row["mean"]) / 10 or 0.1
        means = (number(row["baseline_mean"], half), number(row["mean"], half))
        censored = [f"{row['baseline_censored']:.0f}, {row['censored']:.0f}"] if waiting else []
        interval = with_interval(row, mark=False)  # the verdict says whether n is enough
        n = times(comparison, str(row["label"]), row["n"])
        values = (*means, interval, better, p_value(row["p_holm"]), n, *censored)
        sheet.add(comparison.short[row["label"]], *values, verdict_with_n(row))
    for each in comparison.pairs:
        if not each.used:
            empty = ("", "", "no pair", "", "", str(each), *([""] if waiting else []))
            sheet.add(comparison.short[each.label], *empty, "no pair finished")
    return sheet


def p_value(p: float) -> str:
    """Return a p value with three decimals; nothing where it is not defined."""
    if math.isnan(p):
        return ""
    return "<.001" if p < 0.001 else f"{p:.3f}"


def verdict_with_n(row: Any) -> str:
    """Return the verdict, and how many pairs it or the size of the difference needs."""
    found = Verdict(row["verdict"])
    if row["enough"] or not math.isfinite(row["n_needed"]):
        return found
    match found:
        case Verdict.TOO_FEW:
            return f"{found} (needs {needs(row)})"
        case Verdict.BETTER | Verdict.WORSE:
            return f"{found} (its size: n = {needs(row)})"
    return found


def times(comparison: Comparison, label: str, n: int) -> str:
    """Return n, and where the arm lacks pairs, out of how many."""
    planned = next(
        (each.planned for each in comparison.short_of_pairs if each.label == label), None
    )
    return f"{n:,}" if planned is None else f"{n:,} of {planned:,}"


def reading(comparison: Comparison, headline: Sequence[Table], more: int) -> list[str]:
    """Return a few lines on how to read the tables.

    `more`: how many outcomes are not shown."""
    percent = f"{100 * comparison.confidence:g} %"
    against = (
        "the first folder in the same arms and replications"
        if comparison.folders
        else "the baseline in the same replications"
    )
    lines = [
        "Hypothetical: the redeployment rests on one unconfirmed press report. "
        "Read rankings and ranges, not forecasts.",
        f"Changes are against {against} (common random numbers), "
        f"with {percent} t intervals of the mean{pairs_each(comparison)}.",
    ]
    if comparison.futures > 1:
        lines.append(
            f"{comparison.futures} futures: n counts pairs (future x replication), and the "
            "intervals are over the means of the futures, since the replications of one future "
            "share its parameters."
        )
    if headline:
        levels = "" if comparison.folders else "Rows without an interval are levels. "
        lines.append(
            f"{levels}People, communities and fighters are means of the 28 days before; all else "
            "counts from day 0. A place is ruled while an armed group holds more of it than the "
            "state, and over a fifth: a step."
        )
        covered = (
            "chance, and the sampled parameters over their ranges"
            if comparison.futures > 1
            else "chance, not assumptions"
        )
        lines.append(
            "Do not add rows, nor the VRAEM to the border. Diverted: the share of what was kept "
            f"from the border that left by other exits. Intervals cover {covered}."
        )
    if comparison.with_levers:
        named = ", ".join(comparison.short[label] for label in comparison.with_levers[:3])
        more_arms = ", ..." if len(comparison.with_levers) > 3 else ""
        lines.append(
            f"Levers of its own: {named}{more_arms}. Against hold, the movement and the levers "
            "count together; `--baseline levers` compares with hold under the same levers."
        )
    if headline and not comparison.table["enough"].all():
        more_of = "futures" if comparison.futures > 1 else "replications"
        lines.append(
            "? = the interval is wide against the difference: "
            f"more {more_of} are needed before points are ranked by it."
        )
    if not headline and comparison.table["censored"].notna().any():
        lines.append(
            "censored: runs (baseline, point) in which the event had not come by the end; "
            "they count with the horizon, so the means are too low."
        )
    if more > 0:
        lines.append(f"{more} more outcomes: --outcome NAME, or --json for all.")
    return lines


def pairs_each(comparison: Comparison) -> str:
    """Return over how many pairs the means are, if it is the same number for every arm."""
    used = {each.used for each in comparison.pairs}
    return f" over {used.pop():,} pairs" if len(used) == 1 else ""


def shown_unit(stored: str) -> tuple[str, float]:
    """Return the unit to show and its size in the stored unit: kilograms are shown as tonnes."""
    if stored == "kg":
        return "t", 1e3
    return "" if stored == "1" else stored, 1.0


def with_interval(row: Any, per: float = 1.0, mark: bool = True) -> str:
    """Return a difference with its interval, in units of `per`.

    It is `= 0 exactly` when no pair differs. `mark`: add a question mark when n is too small for
    the difference, else a space, so that columns align."""
    if row["exactly_zero"]:
        return Verdict.EXACTLY_ZERO
    if math.isnan(row["difference"]):
        return Verdict.NOT_DEFINED
    difference = row["difference"] / per
    ends = ("boot_low", "boot_high") if math.isnan(row["low"]) else ("low", "high")
    low, high = (row[end] for end in ends)
    if math.isnan(low):
        return f"{number(difference, abs(difference) / 10, '+')}{'?' if mark else ''}"
    half = (high - low) / 2 / per
    interval = f"[{number(low / per, half)}, {number(high / per, half)}]"
    end = "" if not mark else " " if row["enough"] else "?"
    return f"{number(difference, half, '+')} {interval}{end}"


def needs(row: Any) -> str:
    """Return how many pairs a difference needs.

    Over several futures it is a number of futures, with as many pairs in each as now, since more
    pairs in one future do not help."""
    if row["futures"] == 1:
        return f"{row['n_needed']:,.0f}"
    return f"{math.ceil(row['n_needed'] * row['futures'] / row['n'] - 1e-9):,} futures"


def number(value: float, scale: float, sign: str = "") -> str:
    """Return a value with the decimals that its uncertainty `scale` leaves meaningful.

    That is one digit of the uncertainty, two where the first digit is a 1."""
    if math.isnan(value):
        return ""
    decimals = 3
    if scale >= 1e-9 * abs(value) and scale != 0:
        decimals = min(5, max(0, -math.floor(math.log10(scale / 2))))
    # A difference of 0 has no minus sign; an end just below 0 keeps it.
    shown = round(value, decimals) + 0.0 if sign else value
    return f"{shown:{sign},.{decimals}f}"
