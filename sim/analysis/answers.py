"""The headline answer under varied assumptions and with links cut, kept in `results/answers.json`.

`make answers` runs the experiments and keeps what they say of the headline outcomes, by the name of
the folder. The documents show it as tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.compare import compare
from sim.analysis.markdown import table
from sim.parameters import EDITION
from sim.results.results import Results

OUTCOMES = ("vacuum_vraem", "averted_kg_border", "averted_kg_total")
# People x armed share and fighters in the valley, at three and at eight years.
RULE = (
    "people_armed_vraem_3y",
    "people_armed_vraem_8y",
    "fighters_mpcp_3y",
    "fighters_mpcp_8y",
)
YEARS = ("after 3 years", "after 8 years")
OF_FOLDER = {"sign": RULE}  # outcomes that are kept of a folder in place of OUTCOMES
SHARE = "x.strategy.share_to_border"
KEPT = ("label", "outcome", "n", "baseline_mean", "difference", "low", "high")
CHANGES = ("vacuum opened", "averted at the border, t", "averted in all, t")

Row = Mapping[str, Any]
"""A row of a comparison: the columns KEPT, and `varied`, the varied keys and their values."""


def keep(folders: Sequence[str | Path], file: Path) -> None:
    """Write what finished batches say of the headline outcomes, by the name of the folder, and the
    edition of the model that made them."""
    found = {
        Path(folder).name: rows_of(
            Results.open(Path(folder)), OF_FOLDER.get(Path(folder).name, OUTCOMES)
        )
        for folder in folders
    }
    lines = [f'"edition": {EDITION}'] + [
        f"{json.dumps(name)}: [\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for name, rows in found.items()
    ]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def rows_of(results: Results, outcomes: Sequence[str] = OUTCOMES) -> list[Row]:
    """Return the rows of a batch that are kept.

    Where its strategies move different shares, the share counts as varied."""
    frame = compare(results, outcomes=outcomes).table
    design = results.design()
    shares = {
        label: json.loads(scenario)["strategy"]["share_to_border"]
        for label, scenario in zip(design["label"], design["scenario"])
    }
    if SHARE not in frame and frame["label"].map(shares).nunique() > 1:
        frame[SHARE] = frame["label"].map(shares)
    keys = [
        column.removeprefix("x.")
        for column in frame.columns
        if column.startswith("x.") and frame[column].nunique(dropna=False) > 1
    ]
    rows = json.loads(frame.to_json(orient="records", double_precision=6))
    return [{name: row[name] for name in KEPT} | {"varied": varied_in(row, keys)} for row in rows]


def varied_in(row: Row, keys: Sequence[str]) -> dict[str, Any]:
    """Return those of the varied keys that an arm sets, with their values."""
    found = {key: row[f"x.{key}"] for key in keys if row[f"x.{key}"] is not None}
    if "ablate" in found:
        found["ablate"] = json.loads(found["ablate"])
    return found


def by_varied(rows: Sequence[Row]) -> dict[str, dict[str, Row]]:
    """Return the rows of each point by outcome; a point goes by what varies in it, in words."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(in_words(row["varied"]), {})[row["outcome"]] = row
    return found


def in_words(varied: Mapping[str, Any]) -> str:
    """Return varied values as words: `presence.reach_km=6`; of a cut, the couplings alone."""
    words = []
    for key, value in varied.items():
        if key == "ablate":
            words.append("+".join(value) or "nothing")
        else:
            name = key.removeprefix("parameters.").removeprefix("strategy.")
            words.append(f"{name}={value if isinstance(value, str) else format(value, 'g')}")
    return " ".join(words)


def ends(rows: Sequence[Row]) -> str:
    """Return the answer with one assumption at a time at an end of its range, as Markdown.

    The first point has the defaults."""
    points = by_varied(rows)
    moved = list(points.values())[1:]
    opened, gained = (
        sum(point[name]["low"] > 0 for point in moved)
        for name in ("vacuum_vraem", "averted_kg_border")
    )
    unclear = sum(
        point["averted_kg_total"]["low"] <= 0 <= point["averted_kg_total"]["high"]
        for point in moved
    )
    shown = table(
        ("at", *CHANGES),
        [[f"`{at}`" if at else "the defaults", *changes(point)] for at, point in points.items()],
    )
    return (
        f"{shown}\n\nOf {len(moved)} such points, the whole interval of the vacuum opened lies "
        f"above 0 in {opened}, and that of the gain at the border in {gained}; the interval of "
        f"what is averted in all contains 0 in {unclear}."
    )


def links(decomposition: Sequence[Row], stale_beliefs: Sequence[Row]) -> str:
    """Return what is left of the answer with one link cut at a time, as Markdown."""
    points = {f"`{cut}`": point for cut, point in by_varied(decomposition).items()}
    (points["beliefs stale from day 0"],) = by_varied(stale_beliefs).values()
    rows = [
        [cut, f"{point['vacuum_vraem']['baseline_mean']:.3f}", *changes(point)]
        for cut, point in points.items()
    ]
    return table(("cut", "vacuum under `hold`", *CHANGES), rows)


def changes(point: Mapping[str, Row]) -> list[str]:
    """Return each of CHANGES with its interval; kilograms are shown as tonnes."""
    vacuum, border, total = (point[name] for name in OUTCOMES)
    return [
        f"{vacuum['difference']:.3f} [{vacuum['low']:.3f}, {vacuum['high']:.3f}]",
        *(
            f"{row['difference'] / 1e3:.1f} [{row['low'] / 1e3:.1f}, {row['high'] / 1e3:.1f}]"
            for row in (border, total)
        ),
    ]


def sign(rows: Sequence[Row]) -> str:
    """Return how many times as many people are under armed rule, and fighters in the MPCP, as under
    hold, with one number at a time at an end of its range, as Markdown.

    The intervals are those of the differences, over the mean under hold.
    """
    points: dict[str, dict[str, dict[str, Row]]] = {}
    for row in rows:
        varied = dict(row["varied"])
        share = varied.pop(SHARE.removeprefix("x."), None)
        if share:
            at = points.setdefault(in_words(varied), {})
            at.setdefault(f"{share:.0%}".replace("%", " %"), {})[row["outcome"]] = row
    shares = list(dict.fromkeys(share for at in points.values() for share in at))
    shown = table(
        ("at", "share", *(f"{name} {year}" for name in ("people", "fighters") for year in YEARS)),
        [
            [f"`{at}`" if at else "the defaults", share, *(times(found[share][n]) for n in RULE)]
            for at, found in points.items()
            for share in shares
            if share in found
        ],
    )
    cells = [
        (row["low"], row["high"])
        for at in points.values()
        for f in at.values()
        for row in f.values()
    ]
    above = sum(low > 0 for low, _ in cells)
    below = sum(high < 0 for _, high in cells)
    return (
        f"{shown}\n\nOf {len(cells)} such changes, the whole interval lies above 1 in {above}, "
        f"below 1 in {below}, and contains 1 in {len(cells) - above - below}."
    )


def times(row: Row) -> str:
    """Return a change as a multiple of the mean under hold, with its interval."""
    level = row["baseline_mean"]
    mean, low, high = (1.0 + row[name] / level for name in ("difference", "low", "high"))
    return f"{mean:.2f} [{low:.2f}, {high:.2f}]"
