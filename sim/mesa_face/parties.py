"""Views on the armed parties, to which the armed groups belong.

A party stands nowhere, so it is no Mesa agent. `model.parties` lists those that have groups, and
`group.its_party` gives the party of a group. A view holds no state: its attributes are the fields
of the record in `model/state/agents.py`, read from and written to the arrays in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

from sim.mesa_face.columns import Column, Columns, named, notes
from sim.model.state import agents as state
from sim.model.state.world import World
from sim.simulation.party_names import PARTY_NAMES


class Party:
    """An armed party; `row` is where it stands in the table of parties."""

    if TYPE_CHECKING:  # the fields of the record, made below

        def __getattr__(self, name: str) -> Any: ...

    kind_name = named("kind", state.GROUP_KINDS)

    def __init__(self, world: World, row: int) -> None:
        self.world, self.row = world, row
        self.columns = Columns(lambda: world.support.parties)

    def __repr__(self) -> str:
        return f"<Party {self.name}>"

    @property
    def name(self) -> str:
        """mpcp, dissidents-1, dissidents-2, or new-1 to new-3 for those founded in a run."""
        return PARTY_NAMES[self.row]

    @property
    def fighters(self) -> float:
        """People in all its groups."""
        groups = self.world.actors.groups
        return float(groups.fighters[(groups.alive == 1) & (groups.party == self.row)].sum())

    @property
    def people_ruled(self) -> float:
        """People under its rule: the sum over communities of people x b."""
        people = self.world.places.communities.population
        return float((people * self.world.support.b[:, self.row]).sum())


for _field in get_type_hints(state.Party):
    setattr(Party, _field, Column(_field, notes(state.Party).get(_field, "")))


def living_parties(world: World) -> list[Party]:
    """Return the parties that have groups, by row."""
    return [Party(world, row) for row, alive in enumerate(world.support.parties.alive) if alive]
