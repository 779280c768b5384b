"""A results folder as one HTML page: pictures, comparison, what was run, and limits of its use.

The page needs no network and no scripts. Its frame and its fixed text are `report.html` beside this
file; this module writes what depends on the results. Each figure names what it shows and the
command or query that gives its numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from shlex import quote
from string import Template

import numpy as np

from sim import __version__
from sim.analysis.compare import Comparison, compare
from sim.analysis.printed import no_effect, pairs_left, shown_unit
from sim.analysis.verdicts import Verdict
from sim.machine.durable import replace_file
from sim.parameters import load_registry
from sim.report import maps, series, tables, tradeoff
from sim.report.figures import asked_in_sql, command, figure, folded, numbers
from sim.results.results import FAILED, SUCCEEDED, Results, ResultsError
from sim.scenario import to_toml

PAGE = Path(__file__).with_name("report.html")
# Outcomes that are told of the point whose weeks are shown.
OF_THE_POINT = (
    "people_armed_vraem",
    "people_armed_border",
    "fighters_mpcp",
    "averted_kg_border",
    "averted_kg_total",
    "cost_musd",
)
NAMED = 8  # points that are listed one by one
FANS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("people_armed_vraem", "people_armed_border"),
        "People, each counted by the share of their community that armed groups rule, in the VRAEM "
        "and in the two border theatres.",
    ),
    (
        ("fighters_mpcp", "fighters_dissident_peru"),
        "Fighters of the MPCP, and of dissident groups while they are on the Peruvian side.",
    ),
    (
        ("vacuum_vraem",),
        "The part of the VRAEM, weighted by community, that the state protected on day 0 beyond "
        "its civil presence, and no longer does.",
    ),
    (
        ("coverage_vraem",),
        "The weight of VRAEM communities that force covers: the mechanical part of protection.",
    ),
    (("attacks_vraem",), "Acts opened by armed groups in the VRAEM."),
    (("delivered_kg_border",), "Cocaine that left by the northern border exits, by any route."),
    (
        ("attempted_kg_border", "seized_kg_border"),
        "What came into the two border theatres, and what of it was seized from shipments: "
        "seizures are shown only together with what passed.",
    ),
    (
        ("on_task_vraem", "on_task_loreto", "on_task_cajamarca"),
        "People on task, each counted by readiness: what stays in the VRAEM, what arrives at the "
        "border, and what supply lets it do.",
    ),
)


def report(results: Results, out: str | Path | None = None, point: str | None = None) -> Path:
    """Write the page and return its path.

    `out`: the file, or a directory that gets a report.html; by default report.html in the folder.
    `point`: the label or point_id whose weeks and maps are shown; by default the middle one of the
    points. Raises ResultsError when no run is finished, for an unknown point, or where the page
    cannot be written."""
    path = Path(out) if out is not None else results.path / "report.html"
    path = path / "report.html" if path.is_dir() else path
    text = page(results, point)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, lambda file: file.write(text.encode()))
    except OSError as error:
        raise ResultsError(f"--out: {path} cannot be written: {error.strerror}") from None
    return path


def page(results: Results, point: str | None = None) -> str:
    """Return the page as text."""
    arm = series.arm_of(results, point)
    scenario = results.manifest["scenario"]
    names = tables.outcomes_shown(results)
    comparison, why = None, ""
    try:
        comparison = compare(results, outcomes=names) if names else None
    except ResultsError as error:
        why = str(error).removeprefix(f"{results.path}: ")
    days = sorted({int(each) for each in results.design()["horizon_days"]})
    horizon = " or ".join(f"{each:,} days" for each in days)
    parts = {
        "version": __version__,
        "title": escape(scenario.get("title") or f"Results of {results.path.name}"),
        "description": escape(scenario.get("description") or ""),
        "point": escape(arm.short[arm.label]),
        "horizon": horizon,
        "covers": covers(results),
        "missing": missing(results, comparison),
        "short": f"<p>Nothing is compared here: {escape(why or 'no outcome of this page')}.</p>",
        "trade": "<p>Without a comparison there is no trade-off to show.</p>",
        "table": compared(results, comparison, names),
        "weeks": fans(results, arm),
        "maps": mapped(results, arm),
        "run": what_was_run(results),
    }
    if comparison:
        parts |= {"short": findings(comparison, arm, horizon), "trade": trade(results, comparison)}
    return Template(PAGE.read_text(encoding="utf-8")).substitute(parts)


def covers(results: Results) -> str:
    """Return what the intervals cover: chance alone, or the drawn parameters too."""
    futures = len(tables.varied(results).get("future", ()))
    if not futures:
        return "Intervals cover chance only, not the effect of the assumptions."
    return (
        f"Intervals are over {futures} futures, each averaged over its worlds: they cover chance "
        "and the draws of the parameters that are listed under <em>What was run</em>, not the "
        "effect of the other assumptions."
    )


def missing(results: Results, comparison: Comparison | None = None) -> str:
    """Return a warning about missing runs, if any.

    It says how many of how many runs are missing, in which arms, why the first failed, and how many
    pairs are left."""
    absent = results.missing()
    if not absent:
        return ""
    told = [*absent.sentences()]
    if comparison and (pairs := pairs_left(comparison)):
        told.append(pairs)
    if absent.pending:
        told.append("The command that made the folder does the runs that are not done.")
    if absent.failed:
        told.append(
            f"`redeploy status {quote(str(results.path))}` lists every failed run with its reason."
        )
    lines = "<br>".join(escape(line) for line in told)
    return f'<p class="warning"><strong>Runs are missing.</strong> {lines}</p>'


def findings(comparison: Comparison, arm: series.Arm, horizon: str) -> str:
    """Return what may be said of the points, outcome by outcome, and where the trade only moved."""
    table = comparison.table
    number = table["label"].nunique()
    lines = []
    for name, better, worse in (
        ("people_armed_vraem", "fewer", "more"),
        ("people_armed_border", "fewer", "more"),
        ("averted_kg_border", "more is kept", "more leaves"),
        ("averted_kg_total", "more is kept", "more leaves"),
    ):
        rows = table[table["outcome"] == name]
        if rows.empty:
            continue
        groups = {
            better: rows["verdict"] == Verdict.BETTER,
            worse: rows["verdict"] == Verdict.WORSE,
            "equal in every pair": rows["verdict"] == Verdict.EXACTLY_ZERO,
        }
        groups["no clear difference"] = ~np.logical_or.reduce(list(groups.values()))
        told = [
            f"{words}: {listed(comparison, rows.loc[which, 'label'], number)}"
            for words, which in groups.items()
            if which.any()
        ]
        lines.append(f"<strong>{tables.SHOWN[name]}</strong>, against hold: {'; '.join(told)}.")
    verdicts = table.pivot_table(
        index="label", columns="outcome", values="verdict", aggfunc="first", sort=False
    )
    if {"averted_kg_border", "averted_kg_total"} <= set(verdicts.columns):
        moved = verdicts.index[
            (verdicts["averted_kg_border"] == Verdict.BETTER)
            & (verdicts["averted_kg_total"] != Verdict.BETTER)
        ]
        if len(moved):
            lines.append(
                "<strong>Diversion</strong>: less leaves by the northern border, but no clear gain "
                f"is seen over all exits, with {listed(comparison, moved, number)}. "
                "The cocaine may have left by another exit."
            )
    told = []
    for _, row in table[
        (table["label"] == arm.label) & table["outcome"].isin(OF_THE_POINT)
    ].iterrows():
        unit, _ = shown_unit(row["unit"])
        told.append(f"{tables.SHOWN[row['outcome']]}: {tables.plain(row)} {unit}".strip())
    if told:
        head = f"<strong>{escape(arm.short[arm.label])}</strong>, the point shown below"
        lines.append(f"{head}, over {horizon}: {escape('; '.join(told))}.")
    for head, what in no_effect(comparison):
        lines.append(f"<strong>{escape(head)}</strong>: {escape(what)}")
    if unpaired := [each.label for each in comparison.pairs if not each.used]:
        named = listed(comparison, unpaired, len(comparison.pairs))
        lines.append(f"<strong>Not compared</strong>, since no pair of runs is finished: {named}.")
    if table["n"].max() < 2:
        lines.append(
            "There is <strong>one pair only</strong>, so there are no intervals and nothing can be "
            "ranked."
        )
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def listed(comparison: Comparison, labels: Iterable[str], number: int) -> str:
    """Return the points by name where they are few, else how many they are of `number`."""
    names = [comparison.short[label] for label in labels]
    return escape(", ".join(names)) if len(names) <= NAMED else f"{len(names)} of {number} points"


def trade(results: Results, comparison: Comparison) -> str:
    """Return the trade-off with its caption, or the reason why it cannot be drawn."""
    if not {tradeoff.PAID, *tradeoff.BOUGHT} <= set(comparison.table["outcome"]):
        return (
            "<p>This folder lacks the people under armed rule or the kilograms that the figure "
            "shows.</p>"
        )
    caption = (
        "To the right: more people under armed rule in the VRAEM than under hold, the mean of the "
        "last 28 days. Up: more kept, in tonnes a year, from the northern border exits (left "
        "panel) and from every exit (right panel). A point that is high on the left and near 0 on "
        "the right has mostly moved the trade. Crosses are 95 % intervals over pairs; the thin "
        "line joins points in the order of the plan. Outcomes: <code>people_armed_vraem</code>, "
        "<code>averted_kg_border</code>, <code>averted_kg_total</code>."
    )
    alt = (
        "Two panels: the change of people under armed rule in the VRAEM against tonnes a year kept "
        "from the border exits, and from all exits. Numbers: next table."
    )
    return figure(
        tradeoff.tradeoff(results, comparison),
        alt,
        caption,
        command(results, (tradeoff.PAID, *tradeoff.BOUGHT)),
        "all",
    )


def compared(results: Results, comparison: Comparison | None, names: Sequence[str]) -> str:
    """Return the comparison and the command that prints it, or levels if nothing is compared."""
    if comparison is not None:
        others = folded("Other outcomes, at the end", tables.comparison_table(comparison))
        told = numbers(f"redeploy compare {quote(str(results.path))}")
        return f"{tables.headline(comparison)}{told}{others}"
    stored = [name for name in names if name in results.outcomes() and tables.is_shown(name)]
    return (
        tables.levels_table(results, stored)
        if stored
        else "<p>This folder holds none of the outcomes of this page.</p>"
    )


def fans(results: Results, arm: series.Arm) -> str:
    """Return the weekly figures and how to read them, and name those that are not available."""
    found: list[str] = []
    absent: list[str] = []
    for names, words in FANS:
        try:
            asked = series.chosen(arm, names)
            picture = series.of_arm(results, names, arm)
        except ResultsError:
            absent += names
            continue
        smooth = " Means of four weeks." if any(each.flow for each in asked.values()) else ""
        titles = "; ".join(each.title for each in asked.values())
        against = f" against {arm.short[arm.hold]}" if arm.hold else ""
        alt = f"{titles}: weekly, {arm.short[arm.label]}{against}. {words}"
        code = asked_in_sql(results, series.query(asked, arm))
        found.append(figure(picture, alt, words + smooth, code, "all" if len(names) > 1 else ""))
    above = (
        "Lines are medians over the runs; the darker band contains the middle half of them, the "
        "lighter one 95 %."
    )
    below = "Below: the mean difference within pairs, with its 95 % interval, week by week."
    shaded = (
        "Yellow, where units move: from the first week in which the VRAEM is short of one unit to "
        "the week by which nine tenths are at the border."
    )
    told = f"{above} {below} {shaded}" if arm.hold else f"{above} There is no hold to pair with."
    text = f"<p>{told}</p>" if found else ""
    text += f'<div class="fans">{"".join(found)}</div>' if found else ""
    if absent:
        text += f"<p>This folder does not hold: <code>{', '.join(absent)}</code>.</p>"
    return text


def mapped(results: Results, arm: series.Arm) -> str:
    """Return the two maps of the point, with the reason for each that cannot be drawn."""
    labels = ", ".join(series.quoted(label) for label in (arm.label, arm.hold) if label is not None)
    query = (
        "select label, day, place, name, avg(armed) as armed, "
        "avg(attempted_kg) as came_kg_since_day_0, avg(seized_kg) as seized_kg_since_day_0\n"
        f"from layers join runs using (run_id)\nwhere label in ({labels})\n"
        "group by all order by all"
    )
    found: list[str] = []
    absent: dict[str, list[str]] = {}
    for draw, name, words in (
        (
            maps.armed_rule,
            "armed rule",
            "The share of the people of each community in the VRAEM who live under armed rule: at "
            "the start, once the move is done, at the end.",
        ),
        (
            maps.interdiction,
            "cocaine",
            "The cocaine that crossed the land of each community and what of it was seized "
            "there, at the border and in the VRAEM.",
        ),
    ):
        try:
            picture = draw(results, arm.label)
        except ResultsError as error:
            why = str(error).removeprefix(f"{results.path}: ")
            absent.setdefault(why, []).append(name)
            continue
        caption = (
            f"{words} Means over the runs of {escape(arm.short[arm.label])}; below, where there is "
            "a hold, the paired change."
        )
        found.append(figure(picture, words, caption, asked_in_sql(results, query), "all"))
    told = [
        f"<p>No map of {' and of '.join(names)}: {escape(why)}.</p>"
        for why, names in absent.items()
    ]
    return "".join([*found, *told])


def what_was_run(results: Results) -> str:
    """Return the plan, its parameters, the full scenario, and what identifies the results."""
    manifest, counts = results.manifest, results.status()
    scenario, registry = manifest["scenario"], load_registry()
    varied = tables.varied(results)
    own = tables.parameters_of(scenario, varied)
    assumed = {
        entry.name: own.get(entry.name, entry.value)
        for entry in registry
        if entry.provenance == "assumed"
    }
    identity = {
        "runs": f"{counts[SUCCEEDED]:,} of {sum(counts.values()):,} done, "
        f"{counts[FAILED]:,} failed",
        "points x replications": f"{len(manifest['points']):,} x {manifest['replications']:,}",
        "base seed": str(scenario.get("replications", {}).get("base_seed", "")),
        "plan": manifest["plan_id"],
        "digest of the results": results.digest(),
        "hash of the model's code": manifest["source_hash"],
        "versions": "; later ".join(
            ", ".join(f"{name} {version}" for name, version in each.items())
            for each in (manifest["versions"], *manifest.get("later_versions", []))
        ),
    }
    said = (
        f"<p>{len(assumed)} of the {len(registry)} parameters of the registry are assumptions of "
        "this model; the others are measured or estimated from published sources. Forces, boats, "
        "fighters and crops stand in the scenario; most of them are priors. "
        "<code>redeploy describe parameters</code> lists all of them, with sources.</p>"
    )
    changed = "<p>This scenario sets no parameter of its own.</p>"
    if own:
        changed = tables.parameter_table(own, "Parameters that this scenario sets")
    return (
        tables.varied_table(varied)
        + said
        + changed
        + folded(
            f"The {len(assumed)} assumed parameters",
            tables.parameter_table(assumed, "Assumptions of this model"),
        )
        + folded(
            "The scenario, with every default filled in (TOML)",
            f"<pre>{escape(to_toml(scenario))}</pre>",
        )
        + tables.named_values(identity)
        + numbers(f"redeploy status {quote(str(results.path))}")
    )
