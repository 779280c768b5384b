"""A place made by hand, with works that patrols may find and leads that teams may answer."""

from types import SimpleNamespace

import numpy as np
from hand_made import (
    MANY,
    diary,
    empty_tally,
    near,
    parameter_table,
    rows,
    today,
)

from sim.model.mechanisms.interdiction.detection import act_on_leads, works
from sim.model.state.agents import (
    BY_TIP,
    COCAINE_LAB,
    LEAD_LAB,
    PERU,
    Community,
    Laboratory,
    Lead,
    Network,
    Shipment,
)
from sim.model.state.arrays import (
    ANSWERING,
    FORCE_COLUMNS,
    PEOPLE,
    POLICE_PEOPLE,
    RESPONDERS,
    Ground,
    Minds,
    Routes,
)
from sim.names import LORETO, VRAEM
from sim.simulation.page import plain

JUNGLE = 5
TODAY = 50
KEPT_ON_FILE = 2  # `Lead.alive` of a lead that has been answered


class Place:
    """n laboratories of firm 0, with 100 kg each, in one cell of a community of the VRAEM; and n
    leads, received today: one on each laboratory, or one on each of n loads of 100 kg.

    Of the people on task there a share is police, who are not called from elsewhere."""

    def __init__(self, n=MANY, kind=COCAINE_LAB, police=0.0, leads_on=LEAD_LAB, **changes) -> None:
        uids = np.arange(1, n + 1)
        self.labs = rows(Laboratory, n, alive=1, uid=uids, kind=kind, held_kg=100.0)
        self.loads = rows(Shipment, n, alive=1, uid=uids, kg=100.0, inside=VRAEM)
        self.loads.entered = 1 << VRAEM
        self.leads = rows(Lead, n, alive=1, uid=uids, target=uids, row=uids - 1, kind=leads_on)
        self.leads.seen = self.leads.received = self.leads.shared = TODAY
        self.leads.source = BY_TIP
        self.actors = SimpleNamespace(
            labs=self.labs,
            leads=self.leads,
            shipments=self.loads,
            networks=rows(Network, 1, alive=1),
        )
        self.police_only = 0
        self.places = SimpleNamespace(communities=rows(Community, 1, theatre=VRAEM))
        self.force = np.zeros((2, FORCE_COLUMNS))
        self.force[0, [PEOPLE, POLICE_PEOPLE]] = 100.0, 100.0 * police
        self.force[0, [ANSWERING, RESPONDERS]] = 1e6
        self.fields = SimpleNamespace(
            force=self.force, patrols=np.array([1e9]), seized_kg=np.zeros(1)
        )
        self.minds = Minds(
            belief=np.zeros((1, 1)),
            seized=np.zeros((1, 2, 1)),
            tried=np.zeros((1, 2, 1)),
            danger=np.zeros((1, 1)),
            cases=np.zeros((1, 4)),
        )
        self.ground = Ground(
            theatre=np.array([VRAEM]),
            terrain=np.array([JUNGLE]),
            area_km2=np.array([100.0]),
            community=np.array([0]),
            post=np.array([-1]),
            road=np.array([0]),
        )
        self.sites = SimpleNamespace(
            theatre=np.array([VRAEM, LORETO]), country=np.array([PERU, PERU + 1])
        )
        self.near = near([0, 1, 2], [0, 1], [1.0, 1.0])
        self.routes = Routes(
            start=np.array([0, 1]),
            cell=np.array([0]),
            days=np.array([1.0]),
            leg=np.array([0]),
            onward=np.array([1]),
            exposed=np.array([1]),
        )
        self.parameters = SimpleNamespace(
            search=parameter_table("search"),
            justice=parameter_table("justice", call=0.0),
            detection=parameter_table("detection", **changes),
        )
        self.tally = empty_tally()

    def patrol(self, per_day: float):
        """Put as many teams in the cell as would find a laboratory `per_day` times a day."""
        q_, p = self.parameters.search[0], self.parameters.detection[0]
        width = q_.width_jungle_km * q_.searcher_km_h * q_.hours * p.vis_lab
        self.fields.patrols[0] = per_day * 100.0 / width
        return self

    def search(self, t: int = TODAY):
        plain(works)(
            self.actors,
            self.fields,
            self.minds,
            self.ground,
            self.near,
            self.parameters,
            today(t, police_only=self.police_only),
            diary(self.tally),
        )
        return self

    def answer(self, t: int = TODAY):
        plain(act_on_leads)(
            self.actors,
            self.places,
            self.fields,
            self.minds,
            self.ground,
            self.sites,
            self.near,
            self.routes,
            self.parameters,
            today(t, police_only=self.police_only),
            diary(self.tally),
        )
        return self

    @property
    def days_closed(self) -> np.ndarray:
        return self.labs.closed_until - TODAY

    def share(self) -> float:
        """Return the share of laboratories that are closed."""
        return float((self.labs.closed_until > TODAY).mean())

    def flow(self, quantity: int) -> float:
        return float(self.tally[quantity].sum())
