"""The Mesa agents: views on the rows of the world's tables, made when somebody looks.

A view holds no state. Its attributes are the fields of its record in `model/state/agents.py`, read
from and written to the arrays in place; `MilitaryUnit.soldiers.__doc__` gives unit and range. Two
fields have another name because Mesa uses theirs: `cell` is `cell_index` and `step` is
`step_index`. Removing a view never changes the simulation: the next look makes another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, get_type_hints

import mesa
from mesa.discrete_space import CellAgent, FixedAgent

from sim.geography.map import COUNTRIES
from sim.mesa_face.columns import GONE, Column, named, notes
from sim.mesa_face.parties import Party
from sim.model.state import agents as state
from sim.model.state.world import World
from sim.names import ELSEWHERE, EXITS, THEATRES, VRAEM
from sim.simulation.party_names import PARTY_NAMES

if TYPE_CHECKING:
    from sim.mesa_face.rosters import Roster

RENAMED = {"cell": "cell_index", "step": "step_index"}
IDENTITY = ("alive", "uid")  # fields that say whose row it is; a view has its own of these names


class ModelOfAWorld(Protocol):
    """What a view needs of its model: the world whose rows it shows, and the day."""

    world: World
    day: int


class View(mesa.Agent):
    """An agent of the world.

    `uid` identifies it, `row` is where it stands in its table, `site` is a place index, -1 for
    none. Reading or writing a field of an agent that has left the model raises LookupError.
    """

    if TYPE_CHECKING:  # the fields of the record, made below

        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls, record: type | None = None, **options: Any) -> None:
        super().__init_subclass__(**options)
        if record is not None:
            note = notes(record)
            for field in get_type_hints(record):
                if field not in IDENTITY:
                    setattr(cls, RENAMED.get(field, field), Column(field, note.get(field, "")))

    def __init__(self, model: ModelOfAWorld, roster: Roster, row: int, uid: int) -> None:
        self.roster, self.columns, self.row, self.uid = roster, roster.columns, row, uid
        super().__init__(model)

    def remove(self) -> None:
        """Drop the view; its row stays as it is."""
        self.roster.views.pop(self.uid, None)
        self.columns = GONE  # type: ignore[assignment]
        super().remove()

    @property
    def alive(self) -> bool:
        """Whether the agent is still in the model."""
        return self.columns is not GONE

    @property
    def world(self) -> World:
        """The world that the model simulates."""
        return self.model.world

    @property
    def site_name(self) -> str:
        """The name of the place, empty if there is none."""
        return self.world.site_names[self.site] if self.site >= 0 else ""

    @property
    def theatre_name(self) -> str:
        """vraem, loreto, cajamarca or elsewhere."""
        theatre = self.world.sites.theatre[self.site] if self.site >= 0 else ELSEWHERE
        return THEATRES[theatre]

    @property
    def country_name(self) -> str:
        """The country on whose soil it stands; `none` if there is no place."""
        return COUNTRIES[self.world.sites.country[self.site]] if self.site >= 0 else COUNTRIES[0]

    @property
    def lon(self) -> float:
        """Longitude in degrees; NaN if there is no place."""
        return float(self.world.site_lon[self.site]) if self.site >= 0 else float("nan")

    @property
    def lat(self) -> float:
        """Latitude in degrees; NaN if there is no place."""
        return float(self.world.site_lat[self.site]) if self.site >= 0 else float("nan")


class InCell(View):
    """An agent that stands in a cell of its own rather than at a place.

    Off the active map its position is NaN.
    """

    @property
    def active_cell(self) -> int:
        """The index among the active cells, -1 outside them."""
        return self.cell_index

    @property
    def lon(self) -> float:
        """Longitude of the centre of its cell, degrees."""
        cell = self.active_cell
        return float(self.world.map.lon[cell]) if cell >= 0 else float("nan")

    @property
    def lat(self) -> float:
        """Latitude of the centre of its cell, degrees."""
        cell = self.active_cell
        return float(self.world.map.lat[cell]) if cell >= 0 else float("nan")


class StateUnit(View, CellAgent, record=state.Unit):
    """A unit of about 30 people of the state; in transit it stands at the site that it left."""

    kind_name = named("kind", state.UNIT_KINDS)
    mission_name = named("mission", state.MISSIONS)
    status_name = named("status", state.STATUSES)

    @property
    def site(self) -> int:
        """The place index of its post."""
        return self.posting

    @property
    def home_name(self) -> str:
        """The name of the place of its first post."""
        return self.world.site_names[self.home]


class MilitaryUnit(StateUnit):
    """Line, special or river infantry."""


class PoliceUnit(StateUnit):
    """Police, an anti-narcotics team or an eradication team."""

    @property
    def case_points(self) -> float:
        """Points that the anti-narcotics teams of its theatre hold against all firms.

        0 for other police.
        """
        if self.kind != state.ANTINARCOTICS:
            return 0.0
        theatre = self.world.sites.theatre[self.posting]
        return float(self.world.minds.cases[:, theatre].sum())


class ArmedGroup(View, CellAgent, record=state.ArmedGroup):
    """An armed group, one camp of its party; `model.agents_by_type[ArmedGroup]` holds all kinds."""

    kind_name = named("kind", state.GROUP_KINDS)
    party_name = named("party", PARTY_NAMES)
    country_name = named("country", COUNTRIES)

    @property
    def its_party(self) -> Party:
        """The party, with what it collects and rules and how many fighters that can pay."""
        return Party(self.world, self.party)


class MpcpColumn(ArmedGroup):
    """A column of the Shining Path remnant (MPCP) in the VRAEM."""


class DissidentCell(ArmedGroup):
    """A cell of the FARC dissidents on the Colombian line."""


class ThirdGroup(ArmedGroup):
    """An armed group of another kind, whose party was founded where no party reached."""


class TraffickingNetwork(View, CellAgent, record=state.Network):
    """A trafficking firm, shown at its hub."""

    @property
    def site(self) -> int:
        """The place index of its hub."""
        return self.hub

    @property
    def case_points(self) -> float:
        """Points that anti-narcotics teams hold against it in all theatres together."""
        return float(self.world.minds.cases[self.row, VRAEM:].sum())


class Shipment(InCell, CellAgent, record=state.Shipment):
    """One shipment under way. On a connector it is off the active map, without cell and place."""

    theatre_name = named("inside", THEATRES)

    @property
    def active_cell(self) -> int:
        """The index among the active cells, -1 on a connector."""
        return int(self.world.routes.cell[self.step_index])

    @property
    def site(self) -> int:
        """The community through whose land it passes, -1 for none."""
        cell = self.active_cell
        return int(self.world.ground.community[cell]) if cell >= 0 else -1

    @property
    def exit_name(self) -> str:
        """The exit by which its route leaves Peru."""
        return EXITS[self.world.route_facts.exit[self.route]]

    @property
    def cluster_name(self) -> str:
        """The production cluster that it comes from."""
        return self.world.cluster_names[self.cluster]


class Laboratory(InCell, CellAgent, record=state.Laboratory):
    """A cocaine laboratory, latex point or airstrip."""

    kind_name = named("kind", state.LAB_KINDS)

    @property
    def age_days(self) -> int:
        """Days since it began to work where it is; if it is closed, where it was."""
        return int(self.model.day + self.world.levers.burn_in[0] - self.opened)

    @property
    def owner_uid(self) -> int:
        """The uid of the network that runs it, 0 for a strip."""
        return int(self.world.actors.networks.uid[self.owner]) if self.owner >= 0 else 0


class PartnerForce(View, CellAgent, record=state.Partner):
    """A neighbour's forces at one town across the line; its uid is its row."""


class Community(View, FixedAgent, record=state.Community):
    """A settlement or hamlet with its fields."""

    @property
    def site(self) -> int:
        """The place index, which is its row."""
        return self.row
