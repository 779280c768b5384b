"""Outcomes of violence: what the state, armed groups and communities do and suffer."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.state import counts
from sim.model.state.agents import MPCP
from sim.names import ELSEWHERE, LORETO, REGION_LABELS
from sim.simulation.outcomes.ledger import Ledger, flow, ratio
from sim.simulation.outcomes.outcome import CODES, LESS, MORE, NEUTRAL, Outcome

COUNT, PEOPLE = "count", "people"
# Name, unit, quantity of the tally, label, direction.
COUNTED = (
    ("attacks", COUNT, counts.ATTACKS, "acts opened by armed groups", LESS),
    ("ambushes", COUNT, counts.AMBUSHES, "lethal ambushes", LESS),
    ("clashes", COUNT, counts.CLASHES, "fights opened by the state or by chance", NEUTRAL),
    (
        "rival_clashes",
        COUNT,
        counts.RIVAL_CLASHES,
        "clashes of armed groups of different kinds",
        NEUTRAL,
    ),
    (
        "retaliations",
        COUNT,
        counts.RETALIATIONS,
        "acts against informers, most of them threats",
        LESS,
    ),
    (
        "third_group_entries",
        COUNT,
        counts.THIRD_GROUP_ENTRIES,
        "third groups that entered where nobody governed",
        LESS,
    ),
    ("dead_state", PEOPLE, counts.STATE_LOSSES, "soldiers and police killed", LESS),
    ("fighters_lost", PEOPLE, counts.FIGHTERS_LOST, "fighters killed", NEUTRAL),
    ("leaders_killed", PEOPLE, counts.LEADERS_KILLED, "community leaders killed", LESS),
    ("displaced_people", PEOPLE, counts.DISPLACED, "people who left", LESS),
    ("labs_destroyed", COUNT, counts.LABS_DESTROYED, "laboratories destroyed", MORE),
    (
        "labs_with_police",
        COUNT,
        counts.LABS_WITH_POLICE,
        "laboratories destroyed with police present",
        MORE,
    ),
    (
        "labs_started",
        COUNT,
        counts.LABS_STARTED,
        "laboratories started where leaf waited for processing",
        LESS,
    ),
    (
        "networks_disrupted",
        COUNT,
        counts.NETWORKS_DISRUPTED,
        "arrests that cut or split a firm",
        MORE,
    ),
    ("strips_cratered", COUNT, counts.STRIPS_CRATERED, "airstrips cratered", MORE),
    ("reports", COUNT, counts.REPORTS, "expected reports by communities", MORE),
)


def violence(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield the acts, losses and arrests in the region `name`."""
    where = REGION_LABELS[name]
    for key, unit, quantity, label, direction in COUNTED:
        yield Outcome(
            f"{key}_{name}", unit, f"{label}, {where}", direction, "count", flow(quantity, areas)
        )
    yield Outcome(
        f"civilian_harm_{name}",
        PEOPLE,
        f"civilians killed or hurt, {where}",
        LESS,
        "count",
        lambda run: run.flow(counts.HARM_STATE, areas) + run.flow(counts.HARM_ARMED, areas),
    )
    yield Outcome(
        f"civilian_harm_by_state_{name}",
        PEOPLE,
        f"civilians killed or hurt by the state, {where}",
        LESS,
        "count",
        flow(counts.HARM_STATE, areas),
    )
    yield Outcome(
        f"civilian_harm_by_armed_{name}",
        PEOPLE,
        f"civilians killed or hurt by armed groups, {where}",
        LESS,
        "count",
        flow(counts.HARM_ARMED, areas),
    )


def money(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield what armed groups take and advance in a region."""
    where = REGION_LABELS[name]
    yield Outcome(
        f"extortion_usd_{name}",
        "USD",
        f"taken by armed groups from licit income, {where}",
        LESS,
        "money",
        flow(counts.EXTORTION, areas),
    )
    yield Outcome(
        f"sponsored_usd_{name}",
        "USD",
        f"advanced by armed groups to growers and laboratories, {where}",
        LESS,
        "money",
        flow(counts.SPONSORED, areas),
    )


def mpcp_fighters(run: Ledger) -> float:
    """Return the fighters of the MPCP on the last day."""
    groups = run.world.actors.groups
    return float(groups.fighters[(groups.kind == MPCP) & (groups.alive == 1)].sum())


def fighters() -> Iterator[Outcome]:
    """Yield the strength of the MPCP."""
    yield Outcome(
        "fighters_vraem_end", PEOPLE, "MPCP fighters on the last day", LESS, "end", mpcp_fighters
    )


def border() -> Iterator[Outcome]:
    """Yield what dissident cells and neighbours do at the northern border."""
    areas = CODES["border"]
    with_abroad = (ELSEWHERE, *areas)
    yield Outcome(
        "incursions_border",
        COUNT,
        "groups of five or more fighters that came in after a week or more abroad",
        LESS,
        "count",
        flow(counts.INCURSIONS, areas),
    )
    yield Outcome(
        "cell_days_border",
        "days",
        "days of dissident cells on the Peruvian side",
        LESS,
        "count",
        flow(counts.CELL_DAYS, areas),
    )
    yield Outcome(
        "fighter_days_border",
        "days",
        "fighter-days on the Peruvian side",
        LESS,
        "count",
        flow(counts.FIGHTER_DAYS, areas),
    )
    yield Outcome(
        "cell_days_abroad",
        "days",
        "days of dissident cells across the line",
        NEUTRAL,
        "count",
        flow(counts.CELL_DAYS_ABROAD, with_abroad),
    )
    yield Outcome(
        "cells_handed_over_border",
        COUNT,
        "cells that crossed the line to escape pursuit and were met by the partner",
        MORE,
        "count",
        flow(counts.HANDED_OVER, areas),
    )
    yield Outcome(
        "line_incidents_border",
        COUNT,
        "incidents with a neighbour at the line",
        LESS,
        "count",
        flow(counts.LINE_INCIDENTS, with_abroad),
    )
    yield Outcome(
        "suspended_days_border",
        "days",
        "days on which a neighbour suspended coordination, summed over neighbours",
        LESS,
        "count",
        flow(counts.SUSPENDED_DAYS, with_abroad),
    )
    yield Outcome(
        "belief_lag_border",
        PEOPLE,
        "believed minus true effort per cell, mean over networks and border legs",
        NEUTRAL,
        "mean",
        lambda run: ratio(
            run.mean(counts.BELIEF_GAP, areas), float((run.world.legs.theatre >= LORETO).sum())
        ),
    )
