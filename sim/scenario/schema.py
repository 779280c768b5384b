"""The whole of a scenario file: the sections of the world, the strategy, overrides and the plan."""

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from sim import parameters as registry
from sim.errors import got
from sim.scenario import designs, named_strategy
from sim.scenario.events import Change, Events
from sim.scenario.events import check as check_events
from sim.scenario.frozen import Frozen, freeze, hashable
from sim.scenario.futures import Futures, resolved
from sim.scenario.overrides import checked_couplings, checked_parameters, checked_sweep, off_values
from sim.scenario.problems import faults, learn_tables
from sim.scenario.sections import (
    Crops,
    Enemy,
    Eradication,
    Forces,
    Inflow,
    Mandate,
    Map,
    Partner,
    Record,
    Replications,
    Secrecy,
    Section,
    Time,
)
from sim.scenario.strategy_section import Entry, OneLine, Strategy
from sim.strategies.own_code import Home, is_own
from sim.strategies.registry import strategy_class

PLAN = ("sweep", "strategies", "futures")


def _as_read(label: str) -> str:
    """Normalise a label: labels that differ only in case, spaces or width of letters look equal."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _schema_1(value: Any) -> Any:
    if type(value) is not int:  # true would pass for 1
        raise ValueError(f"expected 1 {got(value)}")
    return value


class Scenario(Section):
    """A complete, immutable scenario. `path` is the file it was read from."""

    schema_: Annotated[Literal[1], BeforeValidator(_schema_1)] = Field(
        alias="schema", description="version of this file format"
    )
    title: OneLine = Field(default="", max_length=300)
    description: str = Field(default="", max_length=20_000)
    allow_outside_range: bool = Field(
        default=False, description="lets [parameters] and [futures] leave the registry's ranges"
    )
    ablate: Annotated[tuple[str, ...], BeforeValidator(checked_couplings), Strict(False)] = Field(
        default=(), description="couplings switched off, by name: `redeploy describe couplings`"
    )
    time: Time = Time()
    map: Map = Map()
    forces: Forces = Forces()
    enemy: Enemy = Enemy()
    crops: Crops = Crops()
    inflow: Inflow = Inflow()
    strategy: Strategy = Field(default_factory=dict, validate_default=True)
    secrecy: Secrecy = Secrecy()
    partner: Partner = Partner()
    mandate: Mandate = Mandate()
    eradication: Eradication = Eradication()
    events: Events = Field(default=(), description="what changes on a day, and until when")
    parameters: Annotated[dict[str, float], BeforeValidator(checked_parameters)] = Field(
        default={}, description="registry name = value"
    )
    sweep: Annotated[dict[str, Any], BeforeValidator(checked_sweep)] = Field(
        default={},
        description="dotted key = list of values: all lists are crossed or, with design = "
        "one_at_a_time, varied one by one; or design = lhs or sobol, samples, seed and dotted key "
        "= {low, high, scale}, crossed with any lists; or design = table and table = a CSV file of "
        "points (a point in several rows, as in a design of SALib, is run once, and "
        "Results.in_design_order returns it for each row). A key of [strategy] applies to each of "
        "[[strategies]]; a setting that some strategies lack varies only those that have it",
    )
    strategies: Annotated[tuple[Entry, ...], Strict(False)] = Field(
        default=(),
        description="strategies to compare; each is complete and takes nothing from [strategy], "
        "which `run` runs",
    )
    futures: Futures = Field(
        default=Futures(), description="uncertain parameters, the same for every strategy"
    )
    replications: Replications = Replications()
    record: Record = Record()
    _home: Home = PrivateAttr(Home())

    @field_validator("parameters", "sweep", mode="after")
    @classmethod
    def _freeze(cls, table: dict[str, Any]) -> Frozen:
        frozen: Frozen = freeze(table)
        return frozen

    @field_serializer("sweep", mode="wrap")
    def _points_without_source(
        self, sweep: dict[str, Any], handler: SerializerFunctionWrapHandler
    ) -> dict[str, Any]:
        # The columns of a table are the points; the name of its file does not matter.
        points: dict[str, Any] = handler({k: v for k, v in sweep.items() if k != "table"})
        return points

    @field_validator("strategies", mode="after")
    @classmethod
    def _told_apart(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        wrong: list[tuple[str, str]] = []
        labels: dict[str, int] = {}
        known: dict[Any, int] = {}
        for i, entry in enumerate(entries):
            label = _as_read(entry.label)
            earlier = labels.setdefault(label, i)
            same = known.setdefault(hashable(entry.strategy()), i)
            if label and earlier < i:
                other = f'strategies[{earlier}] is "{entries[earlier].label}" too'
                wrong.append((f"[{i}].label", f"expected each label once ({other})"))
            elif same < i:
                wrong.append((f"[{i}]", f"the same strategy as strategies[{same}]"))
            if label == "hold" and (entry.name != "hold" or entry.changes):
                reason = '"hold" is the label of the strategy hold, with which all are compared'
                if entry.name == "hold":
                    reason = f"{reason}; it has no levers of its own"
                wrong.append((f"[{i}].label", reason))
        if wrong:
            raise faults(wrong)
        return entries

    @field_validator("futures", mode="after")
    @classmethod
    def _spelt_out(cls, futures: Futures, info: ValidationInfo) -> Futures:
        if (
            not futures.model_fields_set
            or not {"ablate", "parameters", "sweep"} <= info.data.keys()
        ):
            return futures  # no futures, or what they depend on is wrong
        swept, ablated = (
            info.data["sweep"],
            {*info.data["ablate"]}.union(*info.data["sweep"].get("ablate", ())),
        )
        taken = {
            key.partition(".")[2]: "[sweep] varies it"
            for key in swept
            if key.startswith("parameters.")
        }
        deployed = (info.data.get("strategy"), *info.data.get("strategies", ()))
        taken |= dict.fromkeys(
            (name for each in deployed if each for name in each.parameters),
            "a deployment sets it",
        )
        taken |= {
            key.removeprefix("strategy.parameters."): "[sweep] varies it"
            for key in swept
            if key.startswith("strategy.parameters.")
        }
        taken |= dict.fromkeys(
            off_values(name for name in ablated if name in registry.load_couplings()),
            "ablate switches it off",
        )
        spelt_out = resolved(
            futures, taken, info.data["parameters"], info.data.get("allow_outside_range") is True
        )
        # `samples = 0` draws none, but the other keys are checked all the same.
        return spelt_out if futures.samples else futures

    @model_validator(mode="after")
    def _one_ablation(self) -> Self:
        if self.ablate and "ablate" in self.sweep:
            raise faults([("ablate", "[sweep] varies it too; keep one of the two")])
        return self

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        until, horizon = self.secrecy.until_day, self.time.horizon_days
        if until is not None and until > horizon:
            text = f"expected at most time.horizon_days = {horizon} (got {until})"
            raise faults([("secrecy.until_day", text)])
        return self

    @model_validator(mode="after")
    def _events_fit(self) -> Self:
        if fault := check_events(self):
            raise fault
        return self

    def model_post_init(self, context: Any, /) -> None:
        self._home = context or Home()

    @property
    def home(self) -> Home:
        """Where the scenario was read and whether its code may run: the context of its checks."""
        return self._home

    @property
    def path(self) -> Path | None:
        """The file from which the scenario was read, if any."""
        return self._home.path

    @property
    def own_code(self) -> tuple[str, ...]:
        """Every `module:Class` that the scenario names; a run of the scenario runs that code."""
        named = [
            self.strategy.name,
            *(entry.name for entry in self.strategies),
            *self.sweep.get("strategy.name", ()),
        ]
        return tuple(dict.fromkeys(filter(is_own, named)))

    @property
    def changes(self) -> tuple[Change, ...]:
        """What changes on a day: the deployment's levers on day 1, the file's events, then its own.

        If several set a key, the last counts.
        """
        given = self.strategy.changes
        levers = [change for change in given if change.where == "strategy."]
        events = (Change(f"events[{i}].set.", event) for i, event in enumerate(self.events))
        return (*levers, *events, *given[len(levers) :])

    @property
    def plan(self) -> tuple[str, ...]:
        """The sections that make several scenarios of one file: of sweep, strategies, futures."""
        asked = {
            "sweep": designs.axes(self.sweep),
            "strategies": self.strategies,
            "futures": self.futures.samples,
        }
        return tuple(name for name in PLAN if asked[name])

    @property
    def hash(self) -> str:
        """SHA-256 of everything that decides a run, except the number of the replication.

        Title, plan and the number of replications are left out, and so is `ablate`, since
        `parameters` holds the off values.
        """
        tree = self.model_dump(
            mode="json", exclude={"title", "description", "allow_outside_range", "ablate", *PLAN}
        )
        del tree["replications"]["count"]
        tree["strategy_source"] = named_strategy.source_hash(self.strategy.name, self._home)
        return hashlib.sha256(
            json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()

    def __eq__(self, other: object) -> bool:
        # The same content read from another file is the same scenario.
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def strategy_class(self) -> type:
        """The class of the strategy; a user's own is imported, which runs its code.

        Its settings are `cls.Settings(**scenario.strategy.settings)`.
        """
        return strategy_class(self.strategy.name, self._home.folder, self._home.allow_code)

    def to_json(self) -> str:
        """Write the resolved scenario, with every default, as JSON for `model_validate_json`."""
        return self.model_dump_json(indent=2)


learn_tables(Scenario)
