"""The tables of the report as HTML. This module escapes every text from a scenario or a folder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from sim.analysis.compare import Comparison, chosen
from sim.analysis.derived import DERIVED
from sim.analysis.headline import Row, outcomes_of_headline, tables
from sim.analysis.labels import short_labels
from sim.analysis.paired import mean_of
from sim.analysis.printed import (
    diverted,
    level,
    needs,
    number,
    shown_unit,
    times,
    with_interval,
)
from sim.analysis.verdicts import Verdict
from sim.names import outcome_in
from sim.parameters import load_moved, load_registry
from sim.results.results import Results
from sim.scenario.frozen import flatten

SHOWN = {
    "people_armed_vraem": "People x armed share, VRAEM",
    "people_armed_border": "People x armed share, border",
    "fighters_mpcp": "MPCP fighters",
    "fighters_dissident_peru": "Dissident fighters in Peru",
    "delivered_kg_total": "Cocaine out of Peru",
    "vacuum_vraem": "Vacuum in the VRAEM",
    "averted_kg_border": "Kept from the border exits",
    "averted_kg_total": "Kept from leaving at all",
    "attacks_vraem": "Acts of armed groups, VRAEM",
    "dead_state_total": "Soldiers and police killed",
    "interdiction_rate_border": "Seized of what came by, border",
    "cost_musd": "Cost",
}
# Verdicts are told by shape and word, not by colour alone.
WORDS = {Verdict.BETTER: "▲ better", Verdict.WORSE: "▼ worse"}
CLASSES = {  # of the styles in report.html; other verdicts have none
    Verdict.BETTER: "better",
    Verdict.WORSE: "worse",
    Verdict.UNCLEAR: "unclear",
    Verdict.TOO_FEW: "unclear",
}
MOST_VALUES = 12  # values of a varied key that are listed one by one


def outcomes_shown(results: Results) -> list[str]:
    """Return the outcomes of the report that the folder can give: the headline, then SHOWN."""
    possible = chosen(None, results.outcomes())
    others = [found for name in SHOWN if (found := outcome_in(name, possible)) in possible]
    return list(dict.fromkeys([*outcomes_of_headline(possible), *others]))


def headline(comparison: Comparison) -> str:
    """Return the tables of the headline: levels under hold, and the change of each point."""
    return "".join(
        table(["", *map(escape, each.heads)], map(headline_row, each.rows), each.title)
        for each in tables(comparison)
    )


def headline_row(row: Row) -> str:
    """Return a row of the headline; the level of the baseline is told as such."""
    words = escape(row.words)
    if row.level or not row.cells:
        told = f"{words} <small>level</small>" if row.level else words
        return row_of([told, *map(level, row.cells)], "base")
    beside = row.beside or (None,) * len(row.cells)
    return row_of([words, *map(difference, row.cells, beside)])


def comparison_table(comparison: Comparison) -> str:
    """Return a row per point and a column per outcome of SHOWN: difference, interval, verdict.

    The first row of each world has the levels of its `hold`."""
    frame = comparison.table
    possible = set(frame["outcome"])
    names = [found for name in SHOWN if (found := outcome_in(name, possible)) in possible]
    about = frame.drop_duplicates("outcome").set_index("outcome")
    heads = ["point"]
    for name in names:
        told, _ = shown_unit(about.loc[name, "unit"])
        words = f"{shown_as(name)}, {told}" if told else shown_as(name)
        heads.append(f"{escape(words)}<br><code>{escape(name).replace('_', '_<wbr>')}</code>")
    rows = []
    for base, group in frame.groupby("baseline", sort=False):
        levels = group.drop_duplicates("outcome").set_index("outcome", drop=False)
        cells = ["" if name in DERIVED else level(levels.loc[name]) for name in names]
        head = f"{escape(comparison.short[str(base)])} <small>level</small>"
        rows.append(row_of([head, *cells, ""], "base"))
        for label, found in group.groupby("label", sort=False):
            of_point = found.set_index("outcome")
            cells = [difference(of_point.loc[name]) for name in names]
            n = times(comparison, str(label), of_point["n"].min())
            rows.append(row_of([escape(comparison.short[str(label)]), *cells, n]))
    for each in comparison.pairs:
        if not each.used:
            head = escape(comparison.short[each.label])
            rows.append(row_of([head, *["no pair"] * len(names), str(each)]))
    return table([*heads, "pairs"], rows, "Paired differences against hold, with 95 % intervals")


def is_shown(name: str) -> bool:
    """Say whether an outcome, under whichever of its names, is one of SHOWN."""
    return outcome_in(name, SHOWN) in SHOWN


def shown_as(name: str) -> str:
    """Return the words of an outcome of SHOWN, under whichever of its names the folder has it."""
    return SHOWN[outcome_in(name, SHOWN)]


def difference(row: Any, beside: Any = None) -> str:
    """Return a cell: difference, interval, verdict; nothing where there is no row.

    `beside`: the row of the diverted share, which is told in the same cell."""
    if row is None:
        return ""
    verdict = Verdict(row["verdict"])
    words = WORDS.get(verdict, verdict)
    if verdict == Verdict.TOO_FEW and math.isfinite(row["n_needed"]):
        words += f" (needs {needs(row)})"
    value = escape(plain(row)).replace(" [", "<br>[")
    told = "" if verdict == Verdict.EXACTLY_ZERO else f"<br><small>{escape(words)}</small>"
    if beside is not None and verdict != Verdict.EXACTLY_ZERO:
        told += f"<br><small>{escape(diverted(beside))}</small>"
    return f'<span class="{CLASSES.get(verdict, "")}">{value}</span>{told}'


def plain(row: Any) -> str:
    """Return a difference with its interval as the command prints it, in the unit shown."""
    return with_interval(row, shown_unit(row["unit"])[1]).strip()


def levels_table(results: Results, names: Sequence[str]) -> str:
    """Return the mean of each outcome over the runs of each point, with its 95 % interval.

    This is the table of a folder with nothing to compare."""
    runs, about, rows = results.runs(), results.outcomes(), []
    short = short_labels(results.design())
    for label, found in runs.groupby("label", sort=False):
        for name in names:
            told, per = shown_unit(about[name].get("unit", ""))
            there = found[found[name].notna()]
            estimate = mean_of(
                there[name].to_numpy(float) / per, futures=there["future"].to_numpy(np.int64)
            )
            half = (estimate.high - estimate.low) / 2
            shown = number(estimate.value, half if half > 0 else abs(estimate.value) / 100 or 0.01)
            if half > 0:
                shown += f" [{number(estimate.low, half)}, {number(estimate.high, half)}]"
            what = f"{escape(shown_as(name))}<br><code>{name}</code>"
            head = escape(short[str(label)])
            rows.append(row_of([head, what, shown, escape(told), str(estimate.n)]))
    return table(["point", "outcome", "mean [95 %]", "unit", "runs"], rows, "Levels")


def varied(results: Results) -> dict[str, list[Any]]:
    """Return what differs between the points, each with its values.

    It may be the strategy, the future, a varied key or a drawn parameter."""
    design = results.design()
    columns = {"strategy": "strategy", "future": "future"}
    columns |= {
        name: name.partition(".")[2] for name in design.columns if name.startswith(("x.", "drawn."))
    }
    found = {
        told: list(dict.fromkeys(design[name].dropna()))
        for name, told in columns.items()
        if name in design.columns
    }
    return {told: values for told, values in found.items() if len(values) > 1}


def varied_table(found: Mapping[str, Sequence[Any]]) -> str:
    """Return the answer of `varied` as a table; of many numbers, only the two ends are shown."""
    rows = []
    for name, values in found.items():
        words = [
            f"{value:g}" if isinstance(value, float) else str(value)
            for value in values[:MOST_VALUES]
        ]
        if len(values) > MOST_VALUES:
            numbers = all(isinstance(value, int | float) for value in values)
            words = (
                [f"{len(values):,} values from {min(values):g} to {max(values):g}"]
                if numbers
                else [*words, f"{len(values):,} in all"]
            )
        rows.append(row_of([f"<code>{escape(name)}</code>", escape(", ".join(words))]))
    return (
        table(["varied", "values"], rows, "What was varied")
        if rows
        else "<p>Nothing was varied.</p>"
    )


def parameters_of(scenario: Mapping[str, Any], keys: Iterable[str] = ()) -> dict[str, float | None]:
    """Return the parameters that a scenario sets, by name, and those among the varied `keys`.

    The value of a varied parameter is None. Results of an earlier edition may have parameters that
    are gone."""
    known = {*load_registry().names, *load_moved()}
    found: dict[str, float | None] = {
        name: value
        for name, value in flatten(scenario.get("parameters", {})).items()
        if name in known
    }
    return found | {
        name: None for key in keys if (name := key.removeprefix("parameters.")) in known
    }


def parameter_table(values: Mapping[str, float | None], caption: str) -> str:
    """Return parameters with their value here, and with all that the registry says of them."""
    registry, rows = load_registry(), []
    for name, value in values.items():
        here = "varied" if value is None else f"{value:g}"
        if gone := registry.gone(name):
            told = f"<code>{escape(name)}</code><br><small>{escape(gone)}</small>"
            rows.append(row_of([told, here, "", "", "", ""]))
            continue
        entry = registry.get(name)
        cells = [
            f"<code>{escape(name)}</code><br><small>{escape(entry.meaning)}</small>",
            here,
            f"{entry.value:g}",
        ]
        cells += [
            f"{entry.low:g} to {entry.high:g}",
            escape(entry.unit),
            escape(f"{entry.provenance}: {entry.source}"),
        ]
        rows.append(row_of(cells))
    return table(["parameter", "here", "default", "range", "unit", "source"], rows, caption)


def named_values(values: Mapping[str, str]) -> str:
    """Return a table of names and values, which are plain text."""
    rows = [
        row_of([escape(name), f"<code>{escape(value)}</code>"]) for name, value in values.items()
    ]
    return table([], rows, "")


def row_of(cells: Sequence[str], kind: str = "") -> str:
    """Return a row whose first cell is its head; cells are HTML."""
    first, *rest = cells
    return (
        f'<tr class="{kind}"><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in rest)
        + "</tr>"
    )


def table(heads: Sequence[str], rows: Iterable[str], caption: str) -> str:
    """Return a table that scrolls sideways where it is wider than the page; its parts are HTML."""
    columns = "".join(f'<th scope="col">{each}</th>' for each in heads)
    head = f"<thead><tr>{columns}</tr></thead>" if heads else ""
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = f"<tbody>{''.join(rows)}</tbody>"
    return f'<div class="wide" tabindex="0"><table>{told}{head}{body}</table></div>'
