"""A valley made by hand: two communities that reach each other, a unit, and the loops of presence,
run as plain Python."""

from types import SimpleNamespace

import numpy as np
from hand_made import near, parameter_table, rows, support, today

from sim.model.mechanisms.forces.presence import (
    cover,
    cover_by_armed,
    feel,
    place_units,
    spread,
)
from sim.model.state.agents import LINE, PATROL, PERU, POSTED, ArmedGroup, Community, Theatre, Unit
from sim.model.state.arrays import FORCE_COLUMNS
from sim.names import VRAEM
from sim.simulation.page import plain

HERE, NEXT_DOOR = 0, 1
PEOPLE_IN_REACH = 38_000.0  # with the 2,000 that the law always adds: 40,000


class Valley:
    """Two communities that reach each other with kernel .5, and one unit at the first of them.

    Patrols of the first spend three quarters of their time in cell 0 and the rest in cell 1. The
    posts of both stand at the second, the largest town of their cell."""

    def __init__(
        self, groups=None, town=None, foot=1.0, unit=None, country=(PERU, PERU), **changes: float
    ) -> None:
        fields = {"alive": 1, "uid": 1, "posting": HERE, "kind": LINE, "mission": PATROL}
        self.units = rows(
            Unit,
            1,
            **(fields | {"status": POSTED, "knowledge": 1.0, "effort": 40.0} | (unit or {})),
        )
        self.towns = rows(Community, 2, **(town or {}))
        self.actors = SimpleNamespace(
            units=self.units, groups=rows(ArmedGroup, 1) if groups is None else groups
        )
        self.places = SimpleNamespace(communities=self.towns, theatres=rows(Theatre, 4, foot=foot))
        self.fields = SimpleNamespace(
            force=np.zeros((2, FORCE_COLUMNS)), patrols=np.zeros(2), guard=np.zeros(2)
        )
        self.sites = SimpleNamespace(
            post=np.array([NEXT_DOOR, NEXT_DOOR]),
            theatre=np.array([VRAEM, VRAEM]),
            country=np.array(country),
            people_in_reach=np.full(2, PEOPLE_IN_REACH),
        )
        self.near = near(
            [0, 2, 4], [0, 1, 0, 1], [1.0, 0.5, 0.5, 1.0], cells=[{0: 0.75, 1: 0.25}, {1: 1.0}]
        )
        self.bench = SimpleNamespace(pair_per_site=np.zeros((2, 2)), per_site=np.zeros(2))
        self.support = support(2)
        self.parameters = SimpleNamespace(
            presence=parameter_table("presence", **changes), crops=parameter_table("crops")
        )

    @property
    def p(self):
        return self.parameters.presence[0]

    def place(self):
        """Return what stands at each site after a morning, f8[2, FORCE_COLUMNS]."""
        plain(place_units)(self.actors, self.fields, self.sites, self.parameters)
        return self.fields.force

    def spread(self):
        self.place()
        plain(spread)(self.places, self.fields, self.sites, self.near, self.bench, self.parameters)
        plain(cover)(self.places, self.sites, self.near, self.bench, self.parameters)
        return self

    def cover_by_armed(self):
        plain(cover_by_armed)(
            self.actors, self.places, self.sites, self.near, self.support, self.parameters
        )
        return self

    def feel(self, t: int = 30, opening: int = 0):
        plain(feel)(self.places, self.parameters, today(t, opening=opening))
        return self
