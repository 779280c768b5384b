"""A way made by hand: loads on one route, where patrols, a post, a connector and searchers may find
them."""

import math
from types import SimpleNamespace

import numpy as np
from hand_made import MANY, diary, empty_tally, near, parameter_table, rows, today

from sim.model.mechanisms.interdiction.detection import loads
from sim.model.state.agents import ON_FOOT, Community, Network, Shipment
from sim.model.state.arrays import FORCE_COLUMNS, POST_PEOPLE, Ground, Minds, Routes
from sim.names import HCL, VRAEM
from sim.simulation.page import plain

JUNGLE = 5  # terrain


class Way:
    """n loads of 100 kg at the start of one route of three steps: cells 0 and 1 of the VRAEM, each
    half a day long, then a connector (leg 1) that takes a day.

    Unless a test changes it, nobody searches, no post stands anywhere and the connector is safe.
    Cells have 100 km2 of jungle; the land is that of community 0."""

    def __init__(self, n=MANY, mode=ON_FOOT, kg=100.0, product=HCL, **changes: float) -> None:
        self.loads = rows(
            Shipment, n, alive=1, uid=np.arange(1, n + 1), product=product, kg=kg, post=-1
        )
        self.loads.inside, self.loads.entered = VRAEM, 1 << VRAEM
        self.firms = rows(Network, 1, alive=1, uid=9)
        self.actors = SimpleNamespace(shipments=self.loads, networks=self.firms)
        self.towns = rows(Community, 1, theatre=VRAEM)
        self.police_only = 0
        self.places = SimpleNamespace(communities=self.towns)
        self.force = np.zeros((1, FORCE_COLUMNS))
        self.patrols = np.zeros(2)
        self.fields = SimpleNamespace(force=self.force, patrols=self.patrols, seized_kg=np.zeros(2))
        self.minds = Minds(
            belief=np.zeros((1, 2)),
            seized=np.zeros((1, 2, 2)),
            tried=np.zeros((1, 2, 2)),
            danger=np.zeros((1, 1)),
            cases=np.zeros((1, 4)),
        )
        self.ground = Ground(
            theatre=np.array([VRAEM, VRAEM]),
            terrain=np.array([JUNGLE, JUNGLE]),
            area_km2=np.full(2, 100.0),
            post=np.array([-1, -1]),
            road=np.zeros(2, np.int64),
            community=np.zeros(2, np.int64),
        )
        self.routes = Routes(
            cell=np.array([0, 1, -1]),
            days=np.array([0.5, 0.5, 1.0]),
            leg=np.array([0, 0, 1]),
            onward=np.array([2, 2, 3]),
            exposed=np.array([1, 1, 0]),
            start=np.array([0, 3]),
        )
        self.facts = SimpleNamespace(mode=np.array([mode]), days=np.array([2.0]))
        self.legs = SimpleNamespace(risk=np.zeros(2), route_effort=np.zeros(1))
        self.near = near([0, 1], [0], [1.0])
        sections = {name: parameter_table(name) for name in ("search", "justice", "trafficking")}
        self.parameters = SimpleNamespace(
            detection=parameter_table("detection", **changes), **sections
        )
        self.tally = empty_tally()
        self.t = 0

    @property
    def p(self):
        return self.parameters.detection[0]

    def patrol(self, per_day: float, vis: float, km_h: float, cells=(0, 1)):
        """Put as many teams in each cell as would find a load of 100 kg `per_day` times a day."""
        q_ = self.parameters.search[0]
        speed = math.hypot(q_.searcher_km_h, km_h)
        teams = per_day * 100.0 / (q_.width_jungle_km * speed * q_.hours * vis)
        self.patrols[list(cells)] = teams
        return self

    def post(self, cell=1, people=1e6, column=POST_PEOPLE):
        self.ground.post[cell] = 0
        self.force[0, column] = people
        return self

    def day(self):
        plain(loads)(
            self.actors,
            self.places,
            self.fields,
            self.minds,
            self.ground,
            self.near,
            self.routes,
            self.facts,
            self.legs,
            self.parameters,
            today(self.t, police_only=self.police_only),
            diary(self.tally),
        )
        self.t += 1
        return self

    @property
    def found(self) -> np.ndarray:
        return self.loads.alive == 0

    def share(self) -> float:
        return float(self.found.mean())

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())
