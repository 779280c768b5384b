"""The comparison as text for a terminal of 120 columns."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.scenario.problems import printable

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison

SHARE = re.compile(r"share_to_border=(\d(?:\.\d+)?(?:e-\d+)?)")  # a user's own label may hold any other word
HEADLINE = ("vacuum_vraem", "averted_kg_border", "averted_kg_total", "cost_musd")


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print the headline table (one line per point) and a table for every other outcome that was asked for by name."""
    frame = comparison.table
    names = list(frame["outcome"].unique())
    asked = list(comparison.asked or names)
    headline = set(HEADLINE) <= set(asked)
    others = [name for name in asked if not (headline and name in HEADLINE)] if comparison.asked or not headline else []
    if headline:
        console.print(headline_table(comparison))
    for name in others:
        unit, label = comparison.table.loc[comparison.table["outcome"] == name, ["unit", "outcome_label"]].iloc[0]
        console.print(Text(f"{name}: {label}" + (f" ({unit})" if unit not in ("", "1") else ""), "bold"))
        console.print(outcome_table(comparison, name))
    for line in reading(comparison, headline, len(names) - len(HEADLINE) if headline and comparison.asked is None else 0):
        console.print(Text(line), soft_wrap=False)


def headline_table(comparison: Comparison) -> Table:
    """Split | change of the vacuum in the VRAEM | averted at the border | averted in all | cost change | n; first, the baseline itself."""
    percent = f"\\[{100 * comparison.confidence:g} %]"
    table = plain_table("Security paid in the VRAEM; kilograms kept from the border, and from leaving at all", "split")
    for head in (f"vacuum_vraem {percent}", "averted_kg_border, t", "averted_kg_total, t", f"cost_musd {percent}", "n"):
        table.add_column(head, justify="right", no_wrap=True)
    for base, group in comparison.table.groupby("baseline", sort=False):
        at = {name: group.loc[group["outcome"] == name, "baseline_mean"].iloc[0] for name in (HEADLINE[0], HEADLINE[-1])}
        table.add_row(Text(short(str(base))), number(at["vacuum_vraem"], 0.01), "", "", number(at["cost_musd"], 10), "")
        for _, rows in group.groupby("point_id", sort=False):
            found = [rows[rows["outcome"] == name].iloc[0] for name in HEADLINE]
            cells = [with_interval(row, 1e3 if row["unit"] == "kg" else 1.0) for row in found]
            table.add_row(Text(short(found[0]["label"])), *cells, str(min(row["n"] for row in found)))
    return table


def outcome_table(comparison: Comparison, name: str) -> Table:
    """One outcome: means, paired difference, share of replications better, Holm's p, n, what may be said."""
    rows = comparison.table[comparison.table["outcome"] == name]
    waiting = rows["censored"].notna().any()
    table = plain_table(None, "point")
    difference = f"difference \\[{100 * comparison.confidence:g} %]"
    for head in ("baseline", "mean", difference, "better in", "p Holm", "n", *(["censored"] if waiting else []), "verdict"):
        table.add_column(head, justify="left" if head == "verdict" else "right", no_wrap=True)
    for _, row in rows.iterrows():
        p = "" if math.isnan(row["p_holm"]) else "<.001" if row["p_holm"] < 0.001 else f"{row['p_holm']:.3f}"
        better = "" if math.isnan(row["share_better"]) else f"{100 * row['share_better']:.0f} %"
        half = abs(row["mean"]) / 10 or 0.1
        what = {"n too small to rank": "needs", "better": "its size: n =", "worse": "its size: n ="}.get(row["verdict"])
        needed = f" ({what} {needs(row)})" if what and not row["enough"] and math.isfinite(row["n_needed"]) else ""
        means = (number(row["baseline_mean"], half), number(row["mean"], half))
        censored = [f"{row['baseline_censored']:.0f}, {row['censored']:.0f}"] if waiting else []
        interval = with_interval(row).rstrip("? ")  # here the verdict says what n carries
        table.add_row(Text(short(row["label"])), *means, interval, better, p, str(row["n"]), *censored, row["verdict"] + needed)
    return table


def reading(comparison: Comparison, headline: bool, more: int) -> list[str]:
    """How to read the tables, in a few lines."""
    percent = f"{100 * comparison.confidence:g} %"
    lines = [
        "Hypothetical: the redeployment rests on one unconfirmed press report. Read rankings and ranges, not forecasts.",
        f"Changes are against the baseline in the same replications (common random numbers), with {percent} t intervals of the mean.",
    ]
    if comparison.futures > 1:
        lines.append(
            f"{comparison.futures} futures: n counts pairs (future x replication), and the intervals are over the futures' means, since "
            "the replications of one future share its parameters."
        )
    if headline:
        lines.append(
            "First row: levels. vacuum_vraem: 0 = the state holds every community, 1 = none. Averted: left there, not here."
        )
        covered = "chance, and the sampled parameters over their ranges" if comparison.futures > 1 else "chance, not assumptions"
        lines.append(f"What is averted at the border but not in total has found another way out. Intervals cover {covered}.")
    if headline and not comparison.table["enough"].all():
        more_of = "futures" if comparison.futures > 1 else "replications"
        lines.append(f"? = the interval is wide against the difference: more {more_of} are needed before points are ranked by it.")
    if not headline and comparison.table["censored"].notna().any():
        lines.append("censored: runs (baseline, point) in which it had not come by the end; they count with the horizon: means too low.")
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
    low, high = (row["low"], row["high"]) if not math.isnan(row["low"]) else (row["boot_low"], row["boot_high"])
    if math.isnan(low):
        return f"{number(difference, abs(difference) / 10, '+')}?"
    half = (high - low) / 2 / per
    interval = f"\\[{number(low / per, half)}, {number(high / per, half)}]"
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
    decimals = 3 if scale < 1e-9 * abs(value) or scale == 0 else min(5, max(0, -math.floor(math.log10(scale / 2))))
    shown = round(value, decimals) + 0.0 if sign else value  # a difference of 0 has no minus; an end just under 0 keeps it
    return f"{shown:{sign},.{decimals}f}"


def short(label: str) -> str:
    """A label for a narrow column: `static share_to_border=0.15` is `static 15 %`; an own strategy that moves by no share has none."""
    words = printable(label).split(" ")
    share = SHARE.fullmatch(words[1]) if len(words) > 1 else None
    if share and ":" in words[0] and not float(share[1]):
        del words[1]
    elif share:
        words[1] = f"{100 * float(share[1]):g} %"
    return " ".join(words)


def plain_table(title: str | None, first: str) -> Table:
    from rich.box import SIMPLE_HEAD

    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(first, overflow="fold", min_width=11)
    return table
