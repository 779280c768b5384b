"""The model as a Mesa model: one step is one day of the same compiled loop that `run` uses.

Mesa's agents are views on the arrays (`agents.py`), made when somebody looks at `agents`,
`agents_by_type` or an agent reporter. A model at which nobody looks makes none. The simulation
draws nothing from `model.random` or `model.rng`.
"""

from __future__ import annotations

import datetime
import inspect
import math
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import mesa
import numpy as np
from mesa.discrete_space import OrthogonalMooreGrid

from sim.mesa_face.agents import ArmedGroup
from sim.mesa_face.parties import Party, living_parties
from sim.mesa_face.rosters import CLASSES, SOURCES, Roster
from sim.model.state import counts
from sim.model.state.agents import DISSIDENT, MPCP, PERU
from sim.model.state.world import World
from sim.names import CAJAMARCA, LORETO, THEATRES, VRAEM
from sim.scenario import Scenario, UserError, load_scenario
from sim.scenario.sections import MAX_SEED
from sim.simulation.records import Records
from sim.simulation.run import Run

Layer = Callable[[World], np.ndarray]


def painted(field: str) -> Layer:
    """Return a layer: a value of communities on all of their land, NaN elsewhere. f8[cells]"""

    def layer(world: World) -> np.ndarray:
        of = world.ground.community
        return np.where(of >= 0, world.places.communities[field][of], np.nan)

    return layer


def spread(fields: tuple[str, ...], suits: str) -> Layer:
    """Return a layer: hectares of communities spread over their cells. f8[cells]

    They are spread by suitable land (by area if none is suitable), so that they add up.
    """

    def layer(world: World) -> np.ndarray:
        towns, of = world.places.communities, world.ground.community
        mine = of >= 0
        land = np.where(mine, getattr(world.map, suits) * world.ground.area_km2, 0.0)
        bare = np.bincount(of[mine], land[mine], len(towns)) <= 0.0
        land = np.where(mine & bare[of], world.ground.area_km2, land)
        whole = np.bincount(of[mine], land[mine], len(towns))
        hectares = np.sum([towns[field] for field in fields], axis=0) / np.maximum(whole, 1e-9)
        return np.where(mine, hectares[of] * land, 0.0)

    return layer


LAYERS: dict[str, Layer] = {
    "state_presence": painted("coverage"),  # [0, 1]
    "armed_presence": painted("armed_coverage"),  # [0, 1]
    "protection": painted("protection"),  # [0, 1]
    "state_control": painted("state"),  # [0, 1]
    "armed_control": painted("armed"),  # [0, 1]
    "cooperation": painted("cooperation"),  # [0, 1]
    "fear": painted("fear"),  # [0, 1]
    "patrols": lambda world: world.fields.patrols,  # patrol teams, weighted by local knowledge
    "coca_ha": spread(("coca", "coca_young"), "coca_suitability"),  # ha in the cell
    "poppy_ha": spread(("poppy",), "poppy_share"),  # ha in the cell
}


class Layers(Mapping[str, np.ndarray]):
    """Today's layers by name, as f8[rows, cols] with row 0 in the north.

    Every access gives a fresh copy. Values are NaN outside the active map.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in LAYERS:
            raise KeyError(f"no such layer: {name!r}; there are {', '.join(LAYERS)}")
        map_ = self._world.map
        grid = np.full(map_.rows * map_.cols, np.nan)
        grid[map_.cells] = LAYERS[name](self._world)
        return grid.reshape(map_.rows, map_.cols)

    def __iter__(self) -> Iterator[str]:
        return iter(LAYERS)

    def __len__(self) -> int:
        return len(LAYERS)


def so_far(quantity: int) -> Callable[[RedeploymentModel], float]:
    """Return a reporter of a flow summed over all theatres since day 0.

    It is NaN in the burn-in, whose flows do not count.
    """

    def reporter(model: RedeploymentModel) -> float:
        if model.day < 0:
            return math.nan
        return float(model.world.tally[1:, quantity, : len(THEATRES)].sum())

    return reporter


def people_armed(theatres: tuple[int, ...]) -> Callable[[RedeploymentModel], float]:
    """Return a reporter of people x the share of their community that armed groups hold today."""

    def reporter(model: RedeploymentModel) -> float:
        towns = model.world.places.communities
        here = np.isin(towns.theatre, theatres)
        return float((towns.population[here] * towns.armed[here]).sum())

    return reporter


def fighters(kind: int, in_peru: bool = False) -> Callable[[RedeploymentModel], float]:
    """Return a reporter of the fighters of a kind today; `in_peru`: only those on its side.

    In the burn-in these stand as they were placed: groups keep their strength until day 0.
    """

    def reporter(model: RedeploymentModel) -> float:
        groups = model.world.actors.groups
        mine = (groups.alive == 1) & (groups.kind == kind)
        if in_peru:
            mine &= groups.country == PERU
        return float(groups.fighters[mine].sum())

    return reporter


HEADLINES: dict[str, Callable[[RedeploymentModel], float]] = {
    "day": lambda model: model.day,
    "people_armed_vraem": people_armed((VRAEM,)),
    "people_armed_border": people_armed((LORETO, CAJAMARCA)),
    "fighters_mpcp": fighters(MPCP),
    "fighters_dissident_peru": fighters(DISSIDENT, in_peru=True),
    "seized_kg": so_far(counts.SEIZED),  # hydrochloride equivalent, from shipments
    "attacks": so_far(counts.ATTACKS),
    "dead_state": so_far(counts.STATE_LOSSES),
}


class RedeploymentModel(mesa.Model):
    """The simulation as a Mesa model.

    scenario: a Scenario or the path of its file; kept as `inputs`. rng: replaces the scenario's
    `base_seed` [0, 2^64 - 1]. replication: counted from 0, the default.
    `RedeploymentModel(s, rng=N, replication=r)`, `run(s, replication=r)` with base seed N and
    `redeploy run --seed N --replication r` are the same run, bit for bit. A wrong argument raises
    ValueError.

    `datacollector` collects after every step: the headline series, or whatever the user's own
    `mesa.DataCollector` asks for, if one is assigned in its place. Steps begin with the burn-in,
    whose days are negative. `seized_kg`, `attacks` and `dead_state` count from day 0 and are NaN
    before it. Agent reporters ask some thousand agents
    each time; with `collect_days=7` they are asked on every seventh day, counted from day 0, and on
    the last one.

    `mesa.batch_run(RedeploymentModel, {"scenario": [s]}, iterations=3, max_steps=2000)` makes three
    different runs, the replications 0, 1 and 2, in whichever processes. An `rng` or `replication`
    among the parameters is used as given. The Scenario stands in a list because Mesa takes apart
    whatever can be iterated. A horizon of three years with its burn-in has 1460 steps, while Mesa's
    own limit is 1000. Mesa 3.3 needs a row for each step, so there `collect_days` must be 1.
    """

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        rng: int | None = None,
        replication: int | None = None,
        collect_days: int = 1,
    ) -> None:
        inputs = scenario_of(scenario)
        seed = inputs.replications.base_seed if rng is None else whole("rng", rng)
        if replication is None:
            replication = iteration_of_a_batch() if rng is None else 0
        super().__init__(rng=seed)
        self.inputs = inputs
        self.collect_days = whole("collect_days", collect_days, least=1)
        self._course = Run(inputs, whole("replication", replication), seed)
        self._rosters = tuple(Roster(source, self.world) for source in SOURCES)
        self._grid: OrthogonalMooreGrid | None = None
        self.layers = Layers(self.world)
        self.datacollector = mesa.DataCollector(model_reporters=HEADLINES)

    @property
    def world(self) -> World:
        """The world: the arrays of the simulation."""
        return self._course.world

    @property
    def day(self) -> int:
        """The day that the next step simulates: 0 is `start_date`, the burn-in is negative."""
        return self._course.day

    @property
    def parties(self) -> list[Party]:
        """The armed parties that have groups; `group.its_party` is that of one group."""
        return living_parties(self.world)

    @property
    def date(self) -> datetime.date:
        """The date of `day`."""
        return self.inputs.time.start_date + datetime.timedelta(days=self.day)

    def step(self) -> None:
        """Simulate one day; do nothing after the last day."""
        if self._course.finished:
            return
        self._course.advance(1)
        for roster in self._rosters:
            roster.after_step()
        self.running = not self._course.finished
        if self.day % self.collect_days == 0 or not self.running:
            self.datacollector.collect(self)

    def run(self) -> Records:
        """Step to the end of the horizon and return the records of the run."""
        while self.running:
            self.step()
        return self.records()

    def records(self) -> Records:
        """Return what the run has written up to today."""
        return self._course.records()

    @property
    def grid(self) -> OrthogonalMooreGrid:
        """The grid of rows x cols cells with the agents that stand there today.

        Row 0 lies in the north. At 5 km the grid takes a second or two and 170 MB.
        """
        self._look()
        return self._grid

    def _look(self) -> None:
        """Match the views with the world; the first call builds the grid."""
        map_ = self.world.map
        if self._grid is None:
            self._grid = OrthogonalMooreGrid(
                (map_.rows, map_.cols), torus=False, random=self.random
            )
        for roster in self._rosters:
            roster.look(self, self._grid)

    @property
    def agents(self) -> Any:
        """The AgentSet of all agents that live today."""
        self._look()
        return super().agents

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The AgentSet of every class, empty if none of it lives.

        That of `ArmedGroup` is the union of its kinds.
        """
        everyone, found = self.agents, super().agents_by_type
        sets = {
            kind: found[kind] if kind in found else everyone.select(lambda _: False)
            for kind in CLASSES
        }
        return sets | {ArmedGroup: everyone.select(lambda agent: isinstance(agent, ArmedGroup))}

    @property
    def agent_types(self) -> list[type]:
        """Every class of agents."""
        return list(self.agents_by_type)

    def close(self) -> None:
        """Drop the views, the grid and the references that Mesa 3.3 would keep for ever.

        The simulation does not change.
        """
        self.remove_all_agents()
        self._grid = None
        getattr(mesa.Agent, "_ids", {}).pop(self, None)


def scenario_of(given: Any) -> Scenario:
    """Return the scenario that a user gave as such or by its path; UserError for anything else."""
    if isinstance(given, Scenario):
        return given
    if isinstance(given, str | os.PathLike):
        return load_scenario(os.fspath(given))
    # Mesa's batch_run takes a bare Scenario apart, so that the model gets a field of it, a tuple.
    in_list = '; in batch_run put it in a list, {"scenario": [scenario]}'
    hint = in_list if isinstance(given, tuple) else ""
    raise UserError(
        f"scenario: expected a Scenario or the path of its file (got {type(given).__name__}){hint}"
    )


def whole(name: str, given: Any, least: int = 0) -> int:
    """Return a whole number that a user gave, from `least` to MAX_SEED; UserError otherwise."""
    is_whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not is_whole or not least <= given <= MAX_SEED:
        raise UserError(f"{name}: expected a whole number from {least} to 2^64 - 1 (got {given!r})")
    return int(given)


def iteration_of_a_batch() -> int:
    """Return the iteration that Mesa's `batch_run` is at, 0 outside of it.

    Mesa counts its iterations but does not tell the model, and without the count all of them would
    be the same run. It is therefore read from the function of Mesa that makes the model.
    """
    frame = inspect.currentframe()
    while frame is not None:
        name, module = frame.f_code.co_name, frame.f_globals.get("__name__")
        if name == "_model_run_func" and module == "mesa.batchrunner":
            return int(frame.f_locals["run"][1])
        frame = frame.f_back
    return 0
