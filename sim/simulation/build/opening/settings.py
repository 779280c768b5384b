"""What the scenario sets for each theatre and for the whole run; events may change part of it."""

from __future__ import annotations

from typing import Any

from sim.machine.addition import added
from sim.model.state.agents import BASINS, COGNITIONS, Basin, Levers, Table, Theatre, table
from sim.names import ELSEWHERE, MODELLED_THEATRES, THEATRES, VRAEM

NO_LAST_DAY = 1_000_000  # secrecy has no last day
NO_LIMIT_KG = 1e18  # no seized amount ends secrecy


def theatres(scenario: Any) -> Table:
    """Return the means of each theatre. The rest of the country has the remaining flight hours."""
    rows = table(Theatre, len(THEATRES))
    rows.foot = rows.road = rows.flying = 1.0
    for code, name in enumerate(MODELLED_THEATRES, VRAEM):
        force = getattr(scenario.forces, name)
        row = rows[code]
        row.lorries, row.boats = force.lorries, force.boats
        row.flight_hours_day = (
            scenario.forces.flight_hours_per_year / 365.0 * force.helicopter_share
        )
        row.eradicate_ha_year = getattr(scenario.eradication.ha_per_year, name)
    flown = added(float(row.flight_hours_day) for row in rows)
    in_all = scenario.forces.flight_hours_per_year / 365.0
    rows[ELSEWHERE].flight_hours_day = max(in_all - flown, 0.0)
    return rows


def basins() -> Table:
    """Return the river basins, before the seasons set their pace."""
    rows = table(Basin, len(BASINS))
    rows.pace = rows.load = 1.0
    return rows


def levers(scenario: Any) -> Table:
    """Return the levers: secrecy, coordination, mandate, cognition of the enemy, and time."""
    rows = table(Levers, 1)
    row = rows[0]
    burn_in = scenario.time.burn_in_days
    until = scenario.secrecy.until_day
    row.secrecy = scenario.secrecy.level
    row.secrecy_until = burn_in + (until if until is not None else NO_LAST_DAY)
    level = scenario.secrecy.until_seized_kg
    row.secrecy_until_kg = NO_LIMIT_KG if level is None else level
    row.coordination = scenario.partner.coordination
    row.suspended = int(scenario.partner.suspended)
    row.unified = int(scenario.mandate.unified_command)
    row.outbound = 1.0
    row.police_only = int(scenario.mandate.detain == "pnp")
    row.cognition = COGNITIONS.index(scenario.enemy.cognition)
    row.burn_in = burn_in
    day_0 = scenario.time.start_date.timetuple().tm_yday
    row.first_day_of_year = (day_0 - burn_in - 1) % 365 + 1
    return rows
