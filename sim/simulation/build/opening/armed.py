"""The armed groups and parties on the first day."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.errors import UserError
from sim.geography.map import COUNTRIES
from sim.model.chance import BUILD_NETWORK, uniform
from sim.model.state import arrays
from sim.model.state.agents import (
    DISSIDENT,
    FIRST_DISSIDENTS,
    MPCP,
    MPCP_PARTY,
    PARTIES,
    THIRD,
    ArmedGroup,
    Party,
    Table,
    table,
)
from sim.names import LORETO, VRAEM
from sim.simulation.build.opening.founders import spread_whole, uid_of

NO_END = 2**62  # t until which something lasts that does not end
SPARE_GROUPS = 8  # free rows for groups that come later; the table also grows between stretches


def groups(
    scenario: Any,
    towns: Table,
    sites: arrays.Sites,
    border: arrays.Border,
    start: dict[str, float],
    key: np.uint64,
) -> Table:
    """Return the armed groups where the scenario and a draw place them.

    MPCP columns stand in coca hamlets of the VRAEM, by preference far from towns. Dissident cells
    stand along the Colombian line, and a share of them across it.
    """
    enemy = scenario.enemy
    founders = enemy.mpcp_groups + enemy.dissident_groups
    rows = table(ArmedGroup, 2 * founders + SPARE_GROUPS)
    remote = np.sqrt(towns.coca + 1.0) / (1.0 + towns.population / 1000.0)
    colombia = COUNTRIES.index("colombia")
    refuge = border.refuge[: len(towns)]
    at_line = (
        (towns.theatre == LORETO)
        & (refuge >= 0)
        & (sites.country[np.maximum(refuge, 0)] == colombia)
    )
    where = {
        MPCP: np.where(towns.theatre == VRAEM, remote, 0.0),
        DISSIDENT: np.where(at_line, remote, 0.0),
    }
    for g in range(founders):
        kind = MPCP if g < enemy.mpcp_groups else DISSIDENT
        ordinal = g if kind == MPCP else g - enemy.mpcp_groups
        number = enemy.mpcp_groups if kind == MPCP else enemy.dissident_groups
        fighters = enemy.mpcp_fighters if kind == MPCP else enemy.dissident_fighters
        row = rows[g]
        row.alive = 1
        row.uid = uid_of("group", ordinal, kind)
        row.kind = kind
        cumulative = np.cumsum(where[kind])
        if cumulative[-1] <= 0:
            raise UserError(
                f"enemy: the map has no place for {'mpcp' if kind == MPCP else 'dissident'} groups"
            )
        drawn = uniform(key, BUILD_NETWORK, 0, row.uid, 0) * cumulative[-1]
        row.site = int(np.searchsorted(cumulative, drawn, side="right"))
        if kind == DISSIDENT and ordinal < round(start["abroad_share"] * number):
            row.site = border.refuge[row.site]
        row.country = sites.country[row.site]
        row.fighters = spread_whole(fighters, number)[ordinal]
        row.party = MPCP_PARTY if kind == MPCP else FIRST_DISSIDENTS
    return rows


def parties(rows: Table) -> Table:
    """Return the parties of the groups. Nothing ends what they earn elsewhere."""
    found = table(Party, PARTIES)
    found.wage_share = 1.0
    found.kind = [MPCP, DISSIDENT, DISSIDENT, THIRD, THIRD, THIRD]
    for row in rows[rows.alive == 1]:
        party = found[row.party]
        party.alive, party.chest_until = 1, NO_END
    return found
