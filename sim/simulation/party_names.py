"""The names of the armed parties, by their row in the table of parties."""

from sim.model.state.agents import FIRST_DISSIDENTS, FIRST_FREE_PARTY, GROUP_KINDS, MPCP, PARTIES

# The free rows are for parties that are founded, or break off, in the course of a run.
PARTY_NAMES = (
    GROUP_KINDS[MPCP],
    *(f"dissidents-{n}" for n in range(1, FIRST_FREE_PARTY - FIRST_DISSIDENTS + 1)),
    *(f"new-{n}" for n in range(1, PARTIES - FIRST_FREE_PARTY + 1)),
)
