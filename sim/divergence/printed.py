"""Prints where two runs part, for a terminal, a pipe or a file."""

from __future__ import annotations

from rich.console import Console

from sim.analysis.sheet import Column, Sheet, tell
from sim.divergence.answer import Difference, Divergence, Element, First, Outcome, Run
from sim.divergence.diverge import BUILDING
from sim.errors import printable
from sim.names import THEATRES, outcome_in

SHOWN = 12  # the most inputs, fields or outcomes in a table; --json has all
UNNAMED = "the same agents stand in other rows, or it has another shape or type"
READING = (
    "Followed step by step: days on which more fields differ than before, and one day a week.",
    "Agents are matched by uid, and differ where one bit of them does. --json has all.",
)
HEADLINE = (
    "people_armed_vraem",
    "people_armed_border",
    "fighters_mpcp",
    "fighters_dissident_peru",
    "delivered_kg_border",
    "delivered_kg_total",
    "dead_state_total",
    "cost_musd",
)


def print_divergence(found: Divergence, console: Console) -> None:
    """Print the two runs, which inputs differ, the first difference, and how it spreads."""
    for letter, run, stored in (("A", found.a, found.stored_a), ("B", found.b, found.stored_b)):
        for line in told_of_run(letter, run, stored):
            tell(console, line, indent=4)
    console.print()
    inputs(found).print(console) if found.inputs else tell(console, "No input differs.")
    if found.first is None:
        for line in equal(found):
            tell(console, line)
    else:
        when, *which = first_in_words(found.first)
        tell(console, when, "bold")
        for line in which:
            tell(console, line)
        fields(found.first).print(console)
        mechanisms(found).print(console)
        reach(found).print(console)
        kinds(found).print(console)
    outcomes(found, console)
    if found.first is not None:
        for line in READING:
            tell(console, line)


def told_of_run(letter: str, run: Run, stored: tuple[Outcome, ...] | None) -> list[str]:
    """Return what one of the two runs is, and what its reader should know of it."""
    lines = [
        f"{letter}  {printable(run.name)}: {printable(run.strategy)}, replication "
        f"{run.replication}, seed {run.seed}, code {run.code}"
    ]
    lines += [f"   {printable(note)}" for note in run.notes]
    if stored:
        first = stored[0]
        was, now = value(first.a, first.b), value(first.b, first.a)
        lines.append(
            f"   Made again, it is NOT the stored run: {len(stored)} outcomes differ, such as "
            f"{first.name}: {was} stored, {now} now."
        )
    elif stored is not None:
        lines.append("   Made again, it has the outcomes of the stored run, to the last bit.")
    return lines


def inputs(found: Divergence) -> Sheet:
    """Return the table of the inputs that differ."""
    sheet = Sheet(
        "Inputs that differ",
        "input",
        [Column("A", right=False, prose=True), Column("B", right=False, prose=True)],
    )
    for each in found.inputs[:SHOWN]:
        sheet.add(printable(each.name), printable(each.a), printable(each.b))
    if len(found.inputs) > SHOWN:
        sheet.add(f"and {len(found.inputs) - SHOWN:,} more")
    return sheet


def equal(found: Divergence) -> list[str]:
    """Return that no difference was found, and over how many days."""
    burn_in = found.days - min(found.a.horizon_days, found.b.horizon_days)
    lines = [
        f"The two runs are equal to the last bit: {found.days:,} days ({burn_in:,} of them "
        "burn-in), all tables."
    ]
    if found.a.horizon_days != found.b.horizon_days:
        days = f"{found.a.horizon_days:,} and {found.b.horizon_days:,} days"
        lines.append(f"The horizons differ ({days}); the days that both have were compared.")
    return lines


def first_in_words(first: First) -> list[str]:
    """Return day, step, agent and field of the first difference."""
    if first.step == BUILDING:
        start = f"before day {first.day:,} ({first.date})"
        when = f"The worlds differ from the start: they were built differently, {start}."
    else:
        burn_in = " of the burn-in" if first.day < 0 else ""
        only = f" (a step that {first.only} alone takes)" if first.only else ""
        when = (
            f"The first difference: day {first.day:,}{burn_in} ({first.date}), {first.step}{only}. "
            "Before it, all tables are equal to the last bit."
        )
    if not first.differences:
        return [when]
    one = first.differences[0]
    if one.a is None and one.b is None:
        return [when, f"{one.field} differs: {UNNAMED}."]
    at = f" ({one.first.at})" if one.first.at else ""
    a, b = both(one)
    return [
        when,
        f"{one.field} differs in {one.agents:,} of {one.of:,} rows; "
        f"the first is {agent(one.first)}{at}: {a} in A, {b} in B.",
    ]


def fields(first: First) -> Sheet:
    """Return the table of every field that differs after the first step."""
    columns = [
        Column("rows"),
        Column("A"),
        Column("B"),
        Column("of the first", right=False, prose=True),
    ]
    sheet = Sheet("Fields that differ after that step", "field", columns)
    for each in first.differences[:SHOWN]:
        named = each.a is not None or each.b is not None
        where = (
            agent(each.first) + (f", {each.first.at}" if each.first.at else "")
            if named
            else UNNAMED
        )
        sheet.add(each.field, share(each.agents, each.of), *both(each), where)
    if len(first.differences) > SHOWN:
        sheet.add(f"and {len(first.differences) - SHOWN:,} more")
    return sheet


def mechanisms(found: Divergence) -> Sheet:
    """Return on which followed day each mechanism first wrote a field that differs."""
    columns = [Column("day"), Column("first field", right=False), Column("fields")]
    sheet = Sheet(
        "How it spreads: the step in which each mechanism first wrote what differs", "step", columns
    )
    for each in found.spread:
        sheet.add(each.step, f"{each.day:,}", each.field, f"{each.fields:,}")
    return sheet


def reach(found: Divergence) -> Sheet:
    """Return the table of the agents that differ after each week, by theatre."""
    columns = [
        Column("agents"),
        Column("of"),
        *(Column(name) for name in THEATRES[1:]),
        Column("elsewhere"),
        Column("counts"),
    ]
    sheet = Sheet(
        "How far it reaches: agents that differ, by theatre; "
        "counts (of the tally) that differ since day 0",
        "day",
        columns,
    )
    for week in found.weeks:
        here = [share(*week.theatres[name]) for name in (*THEATRES[1:], THEATRES[0])]
        sheet.add(
            f"{week.day:,}",
            f"{week.differ:,}",
            f"{week.agents:,}",
            *here,
            f"{len(week.quantities):,}",
        )
    return sheet


def kinds(found: Divergence) -> Sheet:
    """Return the table of the agents that differ after each week, by kind."""
    names = list(dict.fromkeys(name for week in found.weeks for name in week.kinds))
    sheet = Sheet("By kind of agent", "day", [Column(name) for name in names])
    for week in found.weeks:
        sheet.add(f"{week.day:,}", *(share(*week.kinds.get(name, (0, 0))) for name in names))
    return sheet


def outcomes(found: Divergence, console: Console) -> None:
    """Print how many outcomes differ at the end, and some of them."""
    if found.outcomes is None:
        return
    if not found.outcomes:
        tell(console, f"At the end all {found.outcomes_of:,} outcomes are equal.")
        return
    if found.first is None:
        tell(console, "Yet outcomes differ: they are computed differently from the same counts.")
    title = f"At the end {len(found.outcomes):,} of {found.outcomes_of:,} outcomes differ"
    sheet = Sheet(title, "outcome", [Column("A"), Column("B")])
    known = {each.name: each for each in found.outcomes}
    names = [outcome_in(name, known) for name in HEADLINE]
    shown = [known[name] for name in names if name in known] or list(found.outcomes[:SHOWN])
    for each in shown:
        sheet.add(each.name, value(each.a, each.b), value(each.b, each.a))
    sheet.print(console)


def agent(element: Element) -> str:
    """Return an agent in words: `unit 09459b53e791c2af (line, San Francisco, vraem)`."""
    inside = ", ".join(dict.fromkeys(filter(None, (element.name, element.place, element.theatre))))
    if element.uid:
        return f"{element.kind} {element.uid}" + (f" ({inside})" if inside else "")
    return " ".join(filter(None, (element.kind, inside)))


def both(difference: Difference) -> tuple[str, str]:
    """Return the values of a difference in A and in B, as words where they stand for something."""
    a = "absent" if difference.a is None else difference.word_a or value(difference.a, difference.b)
    b = "absent" if difference.b is None else difference.word_b or value(difference.b, difference.a)
    if a == b:
        return f"{a} [{difference.a}]", f"{b} [{difference.b}]"
    return a, b


def value(number: float | None, other: float | None) -> str:
    """Return a number with as many digits as distinguish it from the other, at least six."""
    if number is None:
        return "not defined"
    for digits in range(6, 17):
        if other is None or f"{number:.{digits}g}" != f"{other:.{digits}g}":
            return f"{number:.{digits}g}"
    return repr(number)


def share(differ: int, of: int) -> str:
    """Return how many differ out of all: `12 of 401`."""
    return f"{differ:,} of {of:,}" if differ else "0"
