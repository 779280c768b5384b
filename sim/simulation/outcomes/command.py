"""Outcomes of command: what the forces cost, how ready they are, and what they move."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.state import counts
from sim.names import REGION_LABELS, THEATRES
from sim.simulation.outcomes.ledger import flow, mean, part
from sim.simulation.outcomes.outcome import LESS, MORE, NEUTRAL, Outcome

EVERYWHERE = tuple(range(len(THEATRES)))  # the theatres and the rest of the country
USD_PER_MILLION = 1e6


def supplies(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield how many people lack supplies in the region `name`."""
    yield Outcome(
        f"guarding_people_{name}",
        "people",
        "mean number of people in units so short of supplies that they only guard their post, "
        f"{REGION_LABELS[name]}",
        LESS,
        "mean",
        mean(counts.GUARDING_PEOPLE, areas),
    )


def national() -> Iterator[Outcome]:
    """Yield what is counted for the whole force."""
    yield Outcome(
        "soldier_days_in_transit",
        "days",
        "people on the move, summed over days",
        NEUTRAL,
        "count",
        flow(counts.TRANSIT_DAYS, EVERYWHERE),
    )
    yield Outcome(
        "lift_hours",
        "h",
        "helicopter hours spent on moves",
        NEUTRAL,
        "count",
        flow(counts.LIFT_HOURS, EVERYWHERE),
    )
    yield Outcome(
        "survey_hours",
        "h",
        "helicopter hours spent on the search for fields",
        NEUTRAL,
        "count",
        flow(counts.SURVEY_HOURS, EVERYWHERE),
    )
    yield Outcome(
        "cost_musd",
        "million USD",
        "pay, allowances, flight hours and eradication",
        LESS,
        "money",
        flow(counts.COST, EVERYWHERE, USD_PER_MILLION),
    )
    yield Outcome(
        "readiness_mean",
        "share",
        "readiness, mean over people and days",
        MORE,
        "ratio",
        part((counts.READINESS_PEOPLE,), (counts.PEOPLE,), EVERYWHERE),
    )
    yield Outcome(
        "over_budget",
        "0/1",
        "1 if more soldiers, police, boats or flight hours were used than the budget holds",
        LESS,
        "end",
        lambda run: float(run.world.over_budget()),
    )
