"""Rows of a table of agents: the lowest free row, and whether the table is nearly full."""

from sim.model.compile import rule
from sim.model.state.agents import Table


@rule
def free_row(table: Table) -> int:
    """Return the lowest row not in use, or -1 when the table is full."""
    for row in range(len(table)):
        if table[row].alive == 0:
            return row
    return -1


@rule
def nearly_full(table: Table) -> bool:
    """Return whether more than three quarters of the rows are in use; then the stretch ends and the
    table is doubled."""
    used = 0
    for row in range(len(table)):
        if table[row].alive != 0:
            used += 1
    return 4 * used > 3 * len(table)
