"""The headline of a comparison: which outcomes it shows, in which order, and at which days.

Each table of the headline has two places side by side, or Peru as a whole, read at three and at
eight years of the same runs. Nothing is added across rows or places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.derived import DERIVED
from sim.names import HORIZONS, outcome_in

if TYPE_CHECKING:
    from sim.analysis.compare import Comparison

YEARS = {"_3y": "3 years", "_8y": "8 years"}


@dataclass(frozen=True)
class Line:
    """An outcome of a table: its words, and its name in each column, empty where it has none.

    `beside`: an outcome whose value stands in the same cell, such as the diverted share."""

    words: str
    names: tuple[str, ...]
    beside: str = ""


@dataclass(frozen=True)
class Part:
    """A table of the headline: its title, the heads of its columns, and its outcomes."""

    title: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Reading:
    """A day at which the runs are read: the ending of the outcomes' names, and its words."""

    suffix: str
    words: str


def both(words: str, name: str) -> Line:
    """Return a line with an outcome of the VRAEM and of the border."""
    return Line(words, (f"{name}_vraem", f"{name}_border"))


PLACES = ("VRAEM", "border")
PARTS = (
    Part(
        "1. People under armed rule (border: Loreto and Cajamarca-Amazonas)",
        PLACES,
        (
            both("people x armed share", "people_armed"),
            both("of it the MPCP", "people_armed_mpcp"),
            both("of it dissidents", "people_armed_dissident"),
            both("of it others", "people_armed_other"),
            both("people ruled (a step)", "people_ruled"),
            both("communities ruled (a step)", "places_ruled"),
            both("communities that changed hands", "changed_hands"),
        ),
    ),
    Part(
        "2. Armed strength",
        ("MPCP", "dissidents in Peru"),
        (
            Line("fighters", ("fighters_mpcp", "fighters_dissident_peru")),
            Line("growth a year", ("fighters_mpcp_growth", "fighters_dissident_peru_growth")),
        ),
    ),
    Part(
        "3. Poppy and laboratories (poppy grows at the border only)",
        PLACES,
        (
            Line("poppy destroyed, ha", ("", "poppy_ha_destroyed")),
            Line("latex out by any exit, t", ("", "latex_kg")),
            both("laboratories destroyed", "labs_destroyed"),
        ),
    ),
    Part(
        "3. Cocaine out of Peru",
        ("Peru",),
        (
            Line("cocaine out by any exit, t", ("delivered_kg_total",)),
            Line("kept from the border exits, t", ("averted_kg_border",), "diverted_share"),
        ),
    ),
    Part(
        "4. Dead, hurt and displaced",
        PLACES,
        (
            both("soldiers and police killed", "dead_state"),
            both("civilians killed or hurt", "civilian_harm"),
            both("people who left", "displaced_people"),
        ),
    ),
    Part("5. Cost", ("Peru",), (Line("cost, million USD", ("cost_musd",)),)),
)
WITHOUT_ENDING = tuple(
    name for part in PARTS for line in part.lines for name in (*line.names, line.beside) if name
)


def outcomes_of_headline(known: Iterable[str]) -> list[str]:
    """Return those outcomes of the headline, with every ending, that a folder can give."""
    possible = set(known)
    names = (name + suffix for name in WITHOUT_ENDING for suffix in ("", *HORIZONS))
    return [found for name in names if (found := outcome_in(name, possible)) in possible]


def readings(comparison: Comparison) -> list[Reading]:
    """Return the days at which the headline is read.

    These are 3 and 8 years as far as some arm goes so far; and the end of the horizon where an arm
    ends before three years or between the two."""
    names = set(comparison.table["outcome"])
    last = [days for days in comparison.horizons if days not in HORIZONS.values()]
    found = [
        Reading(suffix, YEARS[suffix])
        for suffix, day in HORIZONS.items()
        if any(days >= day for days in comparison.horizons)
        and any(name.endswith(suffix) for name in names)
    ]
    passed = HORIZONS["_8y"]
    if not found or any(days < passed for days in last):
        days = sorted(set(comparison.horizons))
        words = f"{days[0]:,} days" if len(days) == 1 else "the end"
        found.append(Reading("", words))
    return found


@dataclass(frozen=True)
class Row:
    """A row of a table: its words, and for each column the row of the comparison, if there is one.

    `level`: the cells show the mean of the baseline, not a difference. Without cells the row is the
    heading of the rows below it. `beside`: the rows of the outcome beside, by column."""

    words: str
    cells: tuple[Any, ...] = ()
    level: bool = False
    beside: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table of the headline, ready to be printed: each row has a cell for each of `heads`.

    `together`: how many columns belong together, those of one reading."""

    title: str
    heads: tuple[str, ...]
    together: int
    rows: tuple[Row, ...]


def tables(comparison: Comparison) -> list[Table]:
    """Return the tables of the headline. Outcomes that the folder lacks are left out."""
    at = {(str(row["label"]), str(row["outcome"])): row for _, row in comparison.table.iterrows()}
    names = {name for _, name in at}
    days = readings(comparison)
    found = []
    for part in PARTS:
        heads = tuple(f"{head}, {day.words}" for day in days for head in part.columns)
        rows = tuple(
            row for line in part.lines for row in rows_of(line, comparison, days, at, names)
        )
        if rows:
            found.append(Table(part.title, heads, len(part.columns), rows))
    return found


def rows_of(
    line: Line,
    comparison: Comparison,
    days: list[Reading],
    at: dict[tuple[str, str], Any],
    names: set[str],
) -> Iterator[Row]:
    """Yield the rows of an outcome: its level under the baseline, then the change of each arm.

    The first row has its words. It also has the level, if all arms have the same baseline. What
    exists only for pairs has no level. An arm without a pair has a row that says so."""
    asked = [
        outcome_in(name + day.suffix, names) if name else "" for day in days for name in line.names
    ]
    if not names.intersection(asked):
        return
    beside = [
        outcome_in(line.beside + day.suffix, names) if line.beside else ""
        for day in days
        for _ in line.names
    ]
    groups = comparison.table.groupby("baseline", sort=False)["label"].unique()
    one_baseline = len(groups) == 1 and not comparison.folders
    in_pairs_only = all(name in DERIVED for name in asked if name)
    if not one_baseline or in_pairs_only:
        yield Row(line.words)
    for base, labels in groups.items():
        levels = tuple(at.get((str(labels[0]), name)) for name in asked)
        if not comparison.folders and not in_pairs_only:
            short = comparison.short[str(base)]
            yield Row(f"{line.words}: {short}" if one_baseline else f"  {short}", levels, True)
        for label in labels:
            yield Row(
                f"  {named(comparison, str(label))}",
                tuple(at.get((str(label), name)) for name in asked),
                beside=tuple(at.get((str(label), name)) for name in beside),
            )
    for each in comparison.pairs:
        if not each.used:
            yield Row(f"  {named(comparison, each.label)}: no pair finished")


def named(comparison: Comparison, label: str) -> str:
    """Return the short label of an arm, and how many of its pairs it has where some are missing."""
    few = [f", {each} pairs" for each in comparison.short_of_pairs if each.label == label]
    return comparison.short[label] + "".join(few)
