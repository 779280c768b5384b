"""Outcomes: name, unit, direction and label of each, and what of `simulation/outcomes/ledger.py` it is. The only registry of outputs.

Every outcome is computed from the tally of the horizon (burn-in excluded) and the world on its last day. Counts and kg are per horizon;
a ratio whose denominator is 0 is None. Kilograms are hydrochloride equivalent, latex has columns of its own (`..._latex`). What exists only
against a paired baseline (averted_kg_border, displaced_share, exchange_rate) is made in `analysis/compare.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.model.state import counts as q
from sim.model.state.agents import MPCP
from sim.names import (
    BORDER_EXITS,
    EXITS,
    LORETO,
    MODELLED_THEATRES,
    REGION_LABELS,
    REGIONS,
    THEATRES,
    VRAEM,
)
from sim.simulation.outcomes.ledger import Ledger, flow, last_week, mean, part, ratio, weighted

LESS, MORE, NEUTRAL = "less is better", "more is better", "neutral"
CODES = {region: tuple(map(THEATRES.index, names)) for region, names in REGIONS.items()}


@dataclass(frozen=True)
class Outcome:
    """One output. `kind`: count, kg, mean, ratio, end, money."""

    name: str
    unit: str
    label: str
    direction: str
    kind: str
    of: Callable[[Ledger], float | None] = field(repr=False, compare=False)


def compute(tally: np.ndarray, horizon_days: int, world: Any) -> dict[str, float | None]:
    """Every outcome of a finished run, in the order of the registry."""
    ledger = Ledger(tally, horizon_days, world)
    return {name: outcome.of(ledger) for name, outcome in OUTCOMES.items()}


OUTCOMES: dict[str, Outcome] = {}


def add(
    name: str,
    unit: str,
    label: str,
    direction: str,
    kind: str,
    of: Callable[[Ledger], float | None],
) -> None:
    OUTCOMES[name] = Outcome(name, unit, label, direction, kind, of)


def vacuum_outcomes(name: str, code: int) -> None:
    where = REGION_LABELS[name]
    add(
        f"vacuum_{name}",
        "share",
        f"mean weight of {where} communities that the state does not hold",
        LESS,
        "mean",
        mean(q.VACUUM, (code,)),
    )
    add(
        f"vacuum_exploited_{name}",
        "share",
        f"of the vacuum in {where}: held by armed groups",
        LESS,
        "mean",
        mean(q.EXPLOITED, (code,)),
    )
    add(
        f"vacuum_open_{name}",
        "share",
        f"of the vacuum in {where}: held by nobody",
        LESS,
        "mean",
        lambda d: d.mean(q.VACUUM, (code,)) - d.mean(q.EXPLOITED, (code,)),
    )
    add(
        f"coverage_gap_{name}",
        "share",
        f"mean weight of {where} communities that force does not cover (mechanical)",
        LESS,
        "mean",
        mean(q.GAP, (code,)),
    )
    add(
        f"control_lost_{name}",
        "share",
        f"state control of {where} on day 0 less its mean over the last 28 days",
        LESS,
        "end",
        lambda d: d.weighted("state_0", code) - float(d.four_weeks(q.STATE_CONTROL, code)[-1]),
    )
    add(
        f"vacuum_peak_{name}",
        "share",
        f"largest 28-day mean of the vacuum in {where}",
        LESS,
        "mean",
        lambda d: float(d.four_weeks(q.VACUUM, code).max()),
    )
    add(
        f"vacuum_recovery_days_{name}",
        "days",
        f"from the peak of the vacuum in {where} to within .02 of day 0 (the horizon if never)",
        LESS,
        "end",
        lambda d: d.recovery(code)[0],
    )
    add(
        f"vacuum_recovery_censored_{name}",
        "0/1",
        f"1 when the vacuum in {where} had not recovered by the end",
        NEUTRAL,
        "end",
        lambda d: d.recovery(code)[1],
    )


def trade_outcomes(name: str, places: tuple[int, ...]) -> None:
    where = REGION_LABELS[name]
    for product, suffix in ((0, ""), (1, "_latex")):
        what = "latex" if product else "cocaine"
        add(
            f"attempted_kg_{name}{suffix}",
            "kg",
            f"{what} that entered {where}",
            NEUTRAL,
            "kg",
            flow(q.ATTEMPTED + product, places),
        )
        add(
            f"seized_kg_{name}{suffix}",
            "kg",
            f"{what} seized from shipments in {where}",
            NEUTRAL,
            "kg",
            flow(q.SEIZED + product, places),
        )
        add(
            f"seized_stock_kg_{name}{suffix}",
            "kg",
            f"{what} seized in laboratories and depots in {where}",
            NEUTRAL,
            "kg",
            flow(q.SEIZED_STOCK + product, places),
        )
        add(
            f"let_go_kg_{name}{suffix}",
            "kg",
            f"{what} that soldiers found and let go for want of police in {where}, each time anew",
            LESS,
            "kg",
            flow(q.LET_GO + product, places),
        )
        add(
            f"interdiction_rate_{name}{suffix}",
            "share",
            f"{what} seized over seized and passed, {where}",
            NEUTRAL,  # more is seized where more comes, and a larger share is no gain where more leaves
            "ratio",
            part((q.SEIZED + product,), (q.SEIZED + product, q.PASSED + product), places),
        )
        add(
            f"seizure_size_kg_{name}{suffix}",
            "kg",
            f"mean {what} seizure in {where}",
            NEUTRAL,
            "ratio",
            part((q.SEIZED + product,), (q.SEIZURES + product,), places),
        )
    for source in ("patrol", "post", "lead"):
        quantity = q.QUANTITIES.index(f"seized_by_{source}_kg")
        add(
            f"seized_by_{source}_kg_{name}",
            "kg",
            f"cocaine shipments in {where} found by a {source}",
            NEUTRAL,
            "kg",
            flow(quantity, places),
        )
    add(
        f"active_routes_{name}",
        "routes",
        f"mean number of routes in use that cross {where}",
        NEUTRAL,
        "mean",
        mean(q.ACTIVE_ROUTES, places),
    )


def violence_outcomes(name: str, places: tuple[int, ...]) -> None:
    where = REGION_LABELS[name]
    counts = (
        ("attacks", q.ATTACKS, "acts opened by armed groups", LESS),
        ("ambushes", q.AMBUSHES, "lethal ambushes", LESS),
        ("clashes", q.CLASHES, "fights opened by the state or by chance", NEUTRAL),
        ("rival_clashes", q.RIVAL_CLASHES, "clashes of armed groups of different kinds", NEUTRAL),
        ("retaliations", q.RETALIATIONS, "acts against informers, most of them threats", LESS),
        (
            "third_group_entries",
            q.THIRD_GROUP_ENTRIES,
            "third groups that came where nobody governed",
            LESS,
        ),
        ("state_losses", q.STATE_LOSSES, "soldiers and police killed", LESS),
        ("fighters_lost", q.FIGHTERS_LOST, "fighters killed", NEUTRAL),
        ("leaders_killed", q.LEADERS_KILLED, "community leaders killed", LESS),
        ("displaced_people", q.DISPLACED, "people who left", LESS),
        ("labs_destroyed", q.LABS_DESTROYED, "laboratories destroyed", MORE),
        ("labs_with_police", q.LABS_WITH_POLICE, "of these with police present", MORE),
        ("labs_started", q.LABS_STARTED, "laboratories started where leaf waited", LESS),
        ("networks_disrupted", q.NETWORKS_DISRUPTED, "arrests that cut or split a firm", MORE),
        ("strips_cratered", q.STRIPS_CRATERED, "airstrips cratered", MORE),
        ("reports", q.REPORTS, "expected reports by communities", MORE),
    )
    for key, quantity, label, direction in counts:
        add(
            f"{key}_{name}",
            "people" if "killed" in label or "left" in label else "count",
            f"{label}, {where}",
            direction,
            "count",
            flow(quantity, places),
        )
    add(
        f"civilian_harm_{name}",
        "people",
        f"civilians killed or hurt, {where}",
        LESS,
        "count",
        lambda d: d.flow(q.HARM_STATE, places) + d.flow(q.HARM_ARMED, places),
    )
    add(
        f"civilian_harm_by_state_{name}",
        "people",
        f"of these by the state, {where}",
        LESS,
        "count",
        flow(q.HARM_STATE, places),
    )
    add(
        f"civilian_harm_by_armed_{name}",
        "people",
        f"of these by armed groups, {where}",
        LESS,
        "count",
        flow(q.HARM_ARMED, places),
    )


def money_outcomes(name: str, places: tuple[int, ...]) -> None:
    where = REGION_LABELS[name]
    add(
        f"extortion_usd_{name}",
        "USD",
        f"taken by armed groups from licit income, {where}",
        LESS,
        "money",
        flow(q.EXTORTION, places),
    )
    add(
        f"sponsored_usd_{name}",
        "USD",
        f"advanced by armed groups to growers and laboratories, {where}",
        LESS,
        "money",
        flow(q.SPONSORED, places),
    )


for _name, _codes in CODES.items():
    if len(_codes) == 1:
        vacuum_outcomes(_name, _codes[0])
for _name, _codes in CODES.items():
    trade_outcomes(_name, _codes)
    violence_outcomes(_name, _codes)
    money_outcomes(_name, _codes)
for _name in MODELLED_THEATRES:
    _code = THEATRES.index(_name)
    add(
        f"cooperation_{_name}_end",
        "share",
        f"weighted cooperation on the last day, {REGION_LABELS[_name]}",
        MORE,
        "end",
        weighted("cooperation", _code),
    )
    add(
        f"fear_{_name}_end",
        "share",
        f"weighted fear on the last day, {REGION_LABELS[_name]}",
        LESS,
        "end",
        weighted("fear", _code),
    )
for _name, _codes in CODES.items():
    add(
        f"coca_ha_{_name}_end",
        "ha",
        f"coca on the last day, {REGION_LABELS[_name]}",
        LESS,
        "end",
        last_week(q.COCA_HA, _codes),
    )
    add(
        f"coca_ha_destroyed_{_name}",
        "ha",
        f"coca eradicated, {REGION_LABELS[_name]}",
        NEUTRAL,
        "count",
        flow(q.COCA_DESTROYED, _codes),
    )
    add(
        f"guarding_people_{_name}",
        "people",
        f"mean number in units so short of supplies that they only guard their post, {REGION_LABELS[_name]}",
        LESS,
        "mean",
        mean(q.GUARDING_PEOPLE, _codes),
    )
    add(
        f"eradicated_again_share_{_name}",
        "share",
        f"coca eradicated on ground eradicated before, {REGION_LABELS[_name]}",
        NEUTRAL,
        "ratio",
        part((q.COCA_DESTROYED_AGAIN,), (q.COCA_DESTROYED,), _codes),
    )
    for _source, _quantity in (
        ("air", q.FIELDS_BY_AIR),
        ("patrol", q.FIELDS_BY_PATROL),
        ("lead", q.FIELDS_BY_LEAD),
    ):
        add(
            f"fields_by_{_source}_ha_{_name}",
            "ha",
            f"coca and poppy located by {_source}, {REGION_LABELS[_name]}",
            NEUTRAL,
            "count",
            flow(_quantity, _codes),
        )
_border = CODES["border"]
add(
    "poppy_ha_border_end",
    "ha",
    "poppy on the last day, northern border",
    LESS,
    "end",
    last_week(q.POPPY_HA, _border),
)
add(
    "poppy_ha_destroyed_border",
    "ha",
    "poppy eradicated, northern border",
    NEUTRAL,
    "count",
    flow(q.POPPY_DESTROYED, _border),
)
add(
    "fighters_vraem_end",
    "people",
    "MPCP fighters on the last day",
    LESS,
    "end",
    lambda d: float(
        d.world.actors.groups.fighters[
            (d.world.actors.groups.kind == MPCP) & (d.world.actors.groups.alive == 1)
        ].sum()
    ),
)
for _k, _suffix in ((0, ""), (1, "_latex")):
    _what = "latex" if _k else "cocaine"
    add(
        f"delivered_kg_border{_suffix}",
        "kg",
        f"{_what} that left by Colombia, Brazil or Ecuador",
        LESS,
        "kg",
        flow(q.EXPORTED + _k, BORDER_EXITS),
    )
    add(
        f"delivered_kg_vraem{_suffix}",
        "kg",
        f"{_what} of VRAEM origin that left, by any exit",
        LESS,
        "kg",
        flow(q.DELIVERED + _k, (VRAEM,)),
    )
    add(
        f"delivered_kg_total{_suffix}",
        "kg",
        f"{_what} that left, by any exit",
        LESS,
        "kg",
        flow(q.EXPORTED + _k, (0, 1, 2, 3, 4)),
    )
    for _code, _name in enumerate(EXITS):
        add(
            f"delivered_kg_{_name}{_suffix}",
            "kg",
            f"{_what} that left by {_name.capitalize()}",
            LESS,
            "kg",
            flow(q.EXPORTED + _k, (_code,)),
        )
add(
    "foothold_border",
    "share",
    "mean weight held by armed groups, over the two border theatres",
    LESS,
    "mean",
    mean(q.EXPLOITED, _border, 2.0),
)
add(
    "incursions_border",
    "count",
    "groups of 5 or more that came in after a week or more abroad",
    LESS,
    "count",
    flow(q.INCURSIONS, _border),
)
add(
    "cell_days_border",
    "days",
    "days of dissident cells on the Peruvian side",
    LESS,
    "count",
    flow(q.CELL_DAYS, _border),
)
add(
    "fighter_days_border",
    "days",
    "fighter-days on the Peruvian side",
    LESS,
    "count",
    flow(q.FIGHTER_DAYS, _border),
)
add(
    "cell_days_abroad",
    "days",
    "days of dissident cells across the line",
    NEUTRAL,
    "count",
    flow(q.CELL_DAYS_ABROAD, (0, *_border)),
)
add(
    "cells_handed_over_border",
    "count",
    "cells that crossed away from pursuit and were met by the partner",
    MORE,
    "count",
    flow(q.HANDED_OVER, _border),
)
add(
    "line_incidents_border",
    "count",
    "incidents with a neighbour at the line",
    LESS,
    "count",
    flow(q.LINE_INCIDENTS, (0, *_border)),
)
add(
    "suspended_days_border",
    "days",
    "days on which a neighbour suspended coordination, summed over neighbours",
    LESS,
    "count",
    flow(q.SUSPENDED_DAYS, (0, *_border)),
)
add(
    "belief_lag_border",
    "people",
    "believed less true effort per cell, mean over networks and border legs",
    NEUTRAL,
    "mean",
    lambda d: ratio(d.mean(q.BELIEF_GAP, _border), float((d.world.legs.theatre >= LORETO).sum())),
)
add(
    "soldier_days_in_transit",
    "days",
    "people on the move, summed over days",
    NEUTRAL,
    "count",
    flow(q.TRANSIT_DAYS, (0, 1, 2, 3)),
)
add(
    "lift_hours",
    "h",
    "helicopter hours spent on moves",
    NEUTRAL,
    "count",
    flow(q.LIFT_HOURS, (0, 1, 2, 3)),
)
add(
    "survey_hours",
    "h",
    "helicopter hours spent on the search for fields",
    NEUTRAL,
    "count",
    flow(q.SURVEY_HOURS, (0, 1, 2, 3)),
)
add(
    "cost_musd",
    "million USD",
    "pay, allowances, flight hours and eradication",
    LESS,
    "money",
    flow(q.COST, (0, 1, 2, 3), 1e6),
)
add(
    "readiness_mean",
    "share",
    "readiness, mean over people and days",
    MORE,
    "ratio",
    part((q.READINESS_PEOPLE,), (q.PEOPLE,), (0, 1, 2, 3)),
)
add(
    "over_budget",
    "0/1",
    "1 when more soldiers, police, boats or flight hours were used than the budget holds",
    LESS,
    "end",
    lambda d: float(d.world.over_budget()),
)
