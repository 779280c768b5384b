"""Headline outcomes: people under armed rule, armed strength, drugs, the dead and the cost.

A run of eight years is read three times: at day 1,095 (`_3y`), at day 2,920 (`_8y`) and at the end
of its own horizon (no ending). People, places and fighters are means of the 28 days before the day
of the reading. Everything else counts from day 0. An outcome is None where the horizon is shorter
than the reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sim.model.state import counts
from sim.names import BORDER_EXITS, EXITS, HORIZONS, LATEX, REGION_LABELS, THEATRES
from sim.simulation.outcomes.ledger import RECENT_DAYS, Ledger, Of
from sim.simulation.outcomes.outcome import CODES, LESS, MORE, NEUTRAL, Outcome

EVERYWHERE = tuple(range(len(THEATRES)))
ALL_EXITS = tuple(range(len(EXITS)))
REGIONS = ("vraem", "loreto", "cajamarca", "border")
SUFFIXES = ("", *HORIZONS)
KINDS = {
    "mpcp": (counts.PEOPLE_ARMED_MPCP, "the MPCP"),
    "dissident": (counts.PEOPLE_ARMED_DISSIDENT, "dissidents"),
    "other": (counts.PEOPLE_ARMED_OTHER, "other armed groups"),
}
USD_PER_MILLION = 1e6
# A value by the day of the reading; the day is None at the end of the run's own horizon.
At = Callable[[Ledger, "int | None"], "float | None"]


def recent(quantity: int, areas: tuple[int, ...]) -> At:
    """Return the mean of a state over the 28 days before a day, added over the areas."""
    return lambda run, day: run.recent(quantity, areas, day)


def until(quantities: tuple[int, ...], areas: tuple[int, ...], per: float = 1.0) -> At:
    """Return the sum of flows from day 0 to a day, over the areas, in units of `per`."""

    def sum_of(run: Ledger, day: int | None) -> float | None:
        found = run.until(quantities, areas, day)
        return None if found is None else found / per

    return sum_of


def growth(quantity: int, areas: tuple[int, ...]) -> At:
    """Return the growth a year of a state, from its first 28 days to the 28 days before a day.

    It is None where the two overlap, or where the first is 0.
    """

    def share_a_year(run: Ledger, day: int | None) -> float | None:
        days = (run.horizon_days if day is None else day) - RECENT_DAYS
        first, last = (run.recent(quantity, areas, at) for at in (RECENT_DAYS, day))
        if days < RECENT_DAYS or last is None or not first:
            return None
        return float((last / first) ** (365.0 / days) - 1.0)

    return share_a_year


def on(at: At, day: int | None) -> Of:
    """Return the outcome that reads a value on a day."""
    return lambda run: at(run, day)


def readings(
    name: str,
    unit: str,
    label: str,
    direction: str,
    kind: str,
    at: At,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> Iterator[Outcome]:
    """Yield an outcome at each of its readings. `kind` is `end`, or `count`, `kg` or `money`.

    `suffixes`: only the endings of HORIZONS where the outcome at the end of the run's own horizon
    stands elsewhere in the registry.
    """
    for suffix in suffixes:
        day = HORIZONS.get(suffix)
        before = "on" if kind == "end" else "until"
        told = f"{label}, {before} day {day:,}" if day else label
        yield Outcome(name + suffix, unit, told, direction, kind, on(at, day))


def under_arms(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield the people and places under armed rule in the region `name`."""
    where = REGION_LABELS[name]
    yield from readings(
        f"people_armed_{name}",
        "people",
        f"people x armed share of their community, {where}",
        LESS,
        "end",
        recent(counts.PEOPLE_ARMED, areas),
    )
    for kind, (quantity, whose) in KINDS.items():
        yield from readings(
            f"people_armed_{kind}_{name}",
            "people",
            f"people x share of their community that {whose} hold, {where}",
            LESS,
            "end",
            recent(quantity, areas),
        )
    yield from readings(
        f"people_ruled_{name}",
        "people",
        f"people of communities that an armed group rules (a step), {where}",
        LESS,
        "end",
        recent(counts.PEOPLE_RULED, areas),
    )
    yield from readings(
        f"places_ruled_{name}",
        "communities",
        f"communities that an armed group rules (a step), {where}",
        LESS,
        "end",
        recent(counts.PLACES_RULED, areas),
    )
    yield from readings(
        f"changed_hands_{name}",
        "communities",
        f"communities ruled now and not on day 0, or the reverse, {where}",
        NEUTRAL,
        "end",
        recent(counts.CHANGED_HANDS, areas),
    )


def strength() -> Iterator[Outcome]:
    """Yield the fighters of the MPCP and of dissidents in Peru, and their growth a year."""
    for name, quantity, whose in (
        ("fighters_mpcp", counts.FIGHTERS_MPCP, "MPCP fighters"),
        (
            "fighters_dissident_peru",
            counts.FIGHTERS_DISSIDENT_PERU,
            "fighters of dissidents on the Peruvian side",
        ),
    ):
        yield from readings(name, "people", whose, LESS, "end", recent(quantity, EVERYWHERE))
        yield from readings(
            f"{name}_growth",
            "share a year",
            f"growth of {whose} a year since the first 28 days",
            LESS,
            "end",
            growth(quantity, EVERYWHERE),
        )


def drugs() -> Iterator[Outcome]:
    """Yield what was destroyed and what left Peru, at the named horizons."""
    counted = partial(readings, suffixes=tuple(HORIZONS))
    yield from counted(
        "poppy_ha_destroyed",
        "ha",
        "poppy eradicated",
        NEUTRAL,
        "count",
        until((counts.POPPY_DESTROYED,), EVERYWHERE),
    )
    yield from counted(
        "latex_kg",
        "kg",
        "latex that left, by any exit",
        LESS,
        "kg",
        until((counts.EXPORTED + LATEX,), ALL_EXITS),
    )
    for name, areas in CODES.items():
        yield from counted(
            f"labs_destroyed_{name}",
            "count",
            f"laboratories destroyed, {REGION_LABELS[name]}",
            MORE,
            "count",
            until((counts.LABS_DESTROYED,), areas),
        )
    for name, exits, which in (
        ("border", BORDER_EXITS, "Colombia, Brazil or Ecuador"),
        ("total", ALL_EXITS, "any exit"),
    ):
        yield from counted(
            f"delivered_kg_{name}",
            "kg",
            f"cocaine that left by {which}",
            LESS,
            "kg",
            until((counts.EXPORTED,), exits),
        )


def victims(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield the dead, the hurt and the displaced in the region `name`, at the named horizons."""
    where = REGION_LABELS[name]
    for key, label, quantities in (
        ("dead_state", "soldiers and police killed", (counts.STATE_LOSSES,)),
        ("civilian_harm", "civilians killed or hurt", (counts.HARM_STATE, counts.HARM_ARMED)),
        ("displaced_people", "people who left", (counts.DISPLACED,)),
    ):
        yield from readings(
            f"{key}_{name}",
            "people",
            f"{label}, {where}",
            LESS,
            "count",
            until(quantities, areas),
            tuple(HORIZONS),
        )


def cost() -> Iterator[Outcome]:
    """Yield the cost at the named horizons."""
    yield from readings(
        "cost_musd",
        "million USD",
        "pay, allowances, flight hours and eradication",
        LESS,
        "money",
        until((counts.COST,), EVERYWHERE, USD_PER_MILLION),
        tuple(HORIZONS),
    )


def headline() -> Iterator[Outcome]:
    """Yield the headline outcomes that the other families do not have."""
    for name in REGIONS:
        yield from under_arms(name, CODES[name])
    yield from strength()
    yield from drugs()
    for name, areas in CODES.items():
        yield from victims(name, areas)
    yield from cost()
