"""The tables of the report, as HTML. Every text from a scenario or a folder is escaped here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from sim.analysis.compare import DERIVED, Comparison, chosen
from sim.analysis.labels import short
from sim.analysis.paired import mean_of
from sim.analysis.printed import needs, number, times, with_interval
from sim.parameters import load_registry
from sim.results.results import Results
from sim.scenario.frozen import flatten

SHOWN = {
    "vacuum_vraem": "Vacuum in the VRAEM",
    "averted_kg_border": "Kept from the border exits",
    "averted_kg_total": "Kept from leaving at all",
    "attacks_vraem": "Acts of armed groups, VRAEM",
    "state_losses_total": "Soldiers and police killed",
    "interdiction_rate_border": "Seized of what came by, border",
    "cost_musd": "Cost",
}
WORDS = {"better": "▲ better", "worse": "▼ worse"}  # told by shape and word, not by colour alone
MOST_VALUES = 12


def outcomes_shown(results: Results) -> list[str]:
    """The outcomes of the report that the folder can give."""
    possible = chosen(None, results.outcomes())
    return [name for name in SHOWN if name in possible]


def unit(stored: str) -> tuple[str, float]:
    """(unit to show, its size in the stored unit): kilograms as tonnes."""
    return ("t", 1e3) if stored == "kg" else ("" if stored == "1" else stored, 1.0)


def comparison_table(comparison: Comparison) -> str:
    """A row per point, a column per outcome: paired difference, interval, what may be said of it; first, the levels of `hold`."""
    frame = comparison.table
    names = list(dict.fromkeys(frame["outcome"]))
    about = frame.drop_duplicates("outcome").set_index("outcome")
    heads = ["point"]
    for name in names:
        told, _ = unit(about.loc[name, "unit"])
        words = f"{SHOWN.get(name, name)}, {told}" if told else SHOWN.get(name, name)
        heads.append(f"{escape(words)}<br><code>{escape(name).replace('_', '_<wbr>')}</code>")
    rows = []
    for base, group in frame.groupby("baseline", sort=False):
        levels = group.drop_duplicates("outcome").set_index("outcome")
        cells = ["" if name in DERIVED else level(levels.loc[name]) for name in names]
        rows.append(
            row_of([f"{escape(short(str(base)))} <small>level</small>", *cells, ""], "base")
        )
        for label, found in group.groupby("label", sort=False):
            of_point = found.set_index("outcome")
            cells = [difference(of_point.loc[name]) for name in names]
            rows.append(
                row_of(
                    [
                        escape(short(str(label))),
                        *cells,
                        times(comparison, str(label), of_point["n"].min()),
                    ]
                )
            )
    for each in comparison.pairs:
        if not each.used:
            rows.append(row_of([escape(short(each.label)), *["no pair"] * len(names), str(each)]))
    return table([*heads, "pairs"], rows, "Paired differences against hold, with 95 % intervals")


def difference(row: Any) -> str:
    """One cell: difference, interval, verdict."""
    verdict = str(row["verdict"])
    if verdict == "n too small to rank" and math.isfinite(row["n_needed"]):
        verdict += f" (needs {needs(row)})"
    told = (
        ""
        if verdict == "= 0 exactly"
        else f"<br><small>{escape(WORDS.get(verdict, verdict))}</small>"
    )
    return f'<span class="{escape(verdict.split(" ")[0])}">{escape(plain(row)).replace(" [", "<br>[")}</span>{told}'


def plain(row: Any) -> str:
    """A difference with its interval as the command prints it, in the unit shown."""
    return with_interval(row, unit(row["unit"])[1]).strip()


def level(row: Any) -> str:
    """The mean of the baseline, in the unit shown."""
    value = row["baseline_mean"] / unit(row["unit"])[1]
    return number(value, abs(value) / 100 or 0.01)


def levels_table(results: Results, names: Sequence[str]) -> str:
    """For a folder with nothing to compare: the mean of each outcome over the runs of each point, with its 95 % interval."""
    runs, about, rows = results.runs(), results.outcomes(), []
    for label, found in runs.groupby("label", sort=False):
        for name in names:
            told, per = unit(about[name].get("unit", ""))
            there = found[found[name].notna()]
            estimate = mean_of(
                there[name].to_numpy(float) / per, futures=there["future"].to_numpy(np.int64)
            )
            half = (estimate.high - estimate.low) / 2
            shown = number(estimate.value, half if half > 0 else abs(estimate.value) / 100 or 0.01)
            if half > 0:
                shown += f" [{number(estimate.low, half)}, {number(estimate.high, half)}]"
            what = f"{escape(SHOWN[name])}<br><code>{name}</code>"
            rows.append(
                row_of([escape(short(str(label))), what, shown, escape(told), str(estimate.n)])
            )
    return table(["point", "outcome", "mean [95 %]", "unit", "runs"], rows, "Levels")


def varied(results: Results) -> dict[str, list[Any]]:
    """What differs between the points: strategies, futures, and each varied key or drawn parameter, with its values."""
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
    """The answer of `varied`; of many numbers, the ends."""
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
    """Parameters that a scenario sets (name -> value), and those among the varied `keys` (None: see the values varied)."""
    known = set(load_registry().names)
    found: dict[str, float | None] = {
        name: value
        for name, value in flatten(scenario.get("parameters", {})).items()
        if name in known
    }
    return found | {
        name: None for key in keys if (name := key.removeprefix("parameters.")) in known
    }


def parameter_table(values: Mapping[str, float | None], caption: str) -> str:
    """Parameters by name: value here and in the registry, range, unit, provenance, source."""
    registry, rows = load_registry(), []
    for name, value in values.items():
        entry = registry.get(name)
        here = "varied" if value is None else f"{value:g}"
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


def facts_table(facts: Mapping[str, str]) -> str:
    """Names and values, plain text."""
    return table(
        [],
        [row_of([escape(name), f"<code>{escape(value)}</code>"]) for name, value in facts.items()],
        "",
    )


def row_of(cells: Sequence[str], kind: str = "") -> str:
    """A row whose first cell is its head; cells are HTML."""
    first, *rest = cells
    return (
        f'<tr class="{kind}"><th scope="row">{first}</th>'
        + "".join(f"<td>{cell}</td>" for cell in rest)
        + "</tr>"
    )


def table(heads: Sequence[str], rows: Iterable[str], caption: str) -> str:
    """A table that scrolls sideways where it is wider than the page; heads and rows are HTML."""
    columns = "".join(f'<th scope="col">{each}</th>' for each in heads)
    head = f"<thead><tr>{columns}</tr></thead>" if heads else ""
    told = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f'<div class="wide" tabindex="0"><table>{told}{head}<tbody>{"".join(rows)}</tbody></table></div>'
