"""What a scenario file may say as a whole: the lever `[strategy]`, the overrides and the sweep, around the sections of the world."""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_serializer,
    model_validator,
)

from sim import parameters as registry
from sim.errors import SHOWN, got, near
from sim.parameters.needs import Needs
from sim.scenario import designs, named_strategy
from sim.scenario import events as dated
from sim.scenario.frozen import Frozen, as_whole, freeze, hashable, pairs
from sim.scenario.futures import Futures, resolved
from sim.scenario.problems import belongs, faults, keys_of, learn_places
from sim.scenario.sections import (
    BorderSplit,
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
    Share,
    Time,
)
from sim.strategies.own_code import Home, is_own
from sim.strategies.registry import strategy_class

PLAN = ("sweep", "strategies", "futures")


def _one_line(text: str) -> str:
    if text and not (text.isprintable() and text == text.strip()):
        raise ValueError(
            f"expected one line of printable letters, with no space around it {got(text)}"
        )
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]


def _as_read(label: str) -> str:
    """What a reader tells labels apart by: neither case, nor spaces, nor the width of letters."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


class Strategy(Section):
    """The lever: movement x tasking. A strategy's own settings stand in the same table and are held in `settings`."""

    name: str = Field(
        default="hold",
        description="a shipped strategy, a registered one, or module:Class: the class of a Python file beside the scenario. Its code is "
        "that of whoever wrote it, and runs with `run`, `batch` and `calibrate` (never with `check` or `describe`); code outside the "
        "scenario's folder runs only with --allow-code",
    )
    share_to_border: Annotated[Share, Needs("movement")] = Field(
        default=0.0, description="share of the VRAEM's soldiers sent to the border"
    )
    border_split: Annotated[BorderSplit, Needs("movement")] = Field(
        default=BorderSplit(),
        description="how those sent are shared between the two border theatres",
    )
    moved: Annotated[Literal["line", "special", "proportional"], Needs("movement", "kinds")] = (
        Field(default="proportional", description="which units go")
    )
    withdrawal: Annotated[
        Literal["thin", "close_small", "close_remote", "close_quiet"], Needs("movement")
    ] = Field(
        default="thin",
        description="how the place is left: every post with fewer people, or small, remote or quiet posts closed",
    )
    move_helicopters: Annotated[
        Share, Needs("movement", "flight hours", "flight hours in the valley")
    ] = Field(default=0.0, description="share of the VRAEM's flight hours that goes with them")
    tasking_vraem: Literal["area", "garrison", "reports", "random"] = Field(
        default="area", description="what units in the VRAEM do"
    )
    tasking_border: Annotated[
        Literal["line", "chokepoint", "area", "reports", "random", "none"],
        Needs("movement", of=("none",)),
    ] = Field(
        default="chokepoint",
        description="what redeployed units do; none leaves them without a task",
    )
    settings: dict[str, Any] = Field(
        default=Frozen(), repr=False, description="the strategy's own settings, defaults filled in"
    )

    @model_validator(mode="before")
    @classmethod
    def _own_settings_apart(cls, table: Any) -> Any:
        if not isinstance(table, dict):
            return table
        levers = {
            key: value
            for key, value in table.items()
            if key in cls.model_fields and key != "settings"
        }
        return {
            **levers,
            "settings": {key: value for key, value in table.items() if key not in levers},
        }

    @field_validator("settings", mode="after")
    @classmethod
    def _own_settings(cls, settings: dict[str, Any], info: ValidationInfo) -> Frozen:
        if "name" not in info.data:
            return Frozen()  # the name is wrong already: nothing to check them by
        return freeze(
            named_strategy.own_settings(
                info.data["name"], settings, info.context or Home(), keys_of(cls)
            )
        )

    @field_validator("name", mode="after")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        named_strategy.check_name(name, info.context or Home())
        return name

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        table = handler(self)
        own = table.pop("settings", {})
        return table | own


class Entry(Strategy):
    """One of [[strategies]]: a whole [strategy], with a label."""

    label: OneLine = Field(
        default="",
        max_length=60,
        description="its name in tables; default: made of the strategy's name and share",
    )

    def strategy(self) -> dict[str, Any]:
        """The entry as the table [strategy]."""
        return {key: value for key, value in self.model_dump().items() if key != "label"}


def _schema_1(value: Any) -> Any:
    if type(value) is not int:  # true would pass for 1
        raise ValueError(f"expected 1 {got(value)}")
    return value


def _checked_couplings(value: Any) -> Any:
    known = registry.load_couplings()
    if not isinstance(value, list | tuple):
        raise ValueError(
            f'expected a list of couplings such as ["leak"]; `redeploy describe couplings` lists them {got(value)}'
        )
    wrong = [name for name in value if not isinstance(name, str) or name not in known]
    if wrong:
        hint = near(str(wrong[0]), known) or f" Expected some of {', '.join(known)}."
        raise ValueError(
            f"no coupling {got(wrong[0])[5:-1]}; `redeploy describe couplings` lists them.{hint}"
        )
    if len(set(value)) < len(value):
        raise ValueError("expected each coupling once")
    return value


def _off(names: Iterable[str]) -> dict[str, float]:
    return registry.off_values(names, registry.load_couplings(), registry.load_registry())


def _checked_parameters(value: Any, info: ValidationInfo) -> Any:
    """The overrides, with the off values of what is ablated: what a run uses stands here, whoever asked for it."""
    if not isinstance(value, Mapping):
        return value
    known, off = registry.load_registry(), _off(info.data.get("ablate", ()))
    wrong: list[tuple[str, str]] = []
    checked: dict[str, float] = {}
    for name, number in pairs(value):
        if name not in known:
            hint = belongs(name) if len(wrong) < SHOWN else ""
            hint = hint or (
                f' Did you mean "{found}"?'
                if len(wrong) < SHOWN and (found := known.near(name))
                else ""
            )
            wrong.append(
                (name, f"no such parameter; `redeploy describe parameters` lists them.{hint}")
            )
        elif name in off and number != off[name]:
            wrong.append((name, f"ablate switches this off; take one of the two out {got(number)}"))
        elif fault := known.get(name).fault(number, info.data.get("allow_outside_range") is True):
            wrong.append((name, f"{fault} {got(number)}"))
        else:
            checked[name] = float(number)
    if wrong:
        raise faults(wrong)
    return checked | off


def _checked_sweep(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    flat = {
        key: as_whole(each) if key in ("samples", "seed") else each for key, each in pairs(value)
    }
    if wrong := designs.faults_of(flat):
        raise faults(wrong)
    return flat


class Scenario(Section):
    """A whole scenario, frozen. `path` is the file it came from, `folder` where a user's own strategy is looked up first."""

    schema_: Annotated[Literal[1], BeforeValidator(_schema_1)] = Field(
        alias="schema", description="version of this file format"
    )
    title: OneLine = Field(default="", max_length=300)
    description: str = Field(default="", max_length=20_000)
    allow_outside_range: bool = Field(
        default=False, description="lets [parameters] and [futures] leave the range of the registry"
    )
    ablate: Annotated[tuple[str, ...], BeforeValidator(_checked_couplings), Strict(False)] = Field(
        default=(), description="couplings switched off, by name: `redeploy describe couplings`"
    )
    time: Time = Time()
    map: Map = Map()
    forces: Forces = Forces()
    enemy: Enemy = Enemy()
    crops: Crops = Crops()
    inflow: Inflow = Inflow()
    strategy: Strategy = Field(default_factory=dict, validate_default=True)  # type: ignore[assignment]
    secrecy: Secrecy = Secrecy()
    partner: Partner = Partner()
    mandate: Mandate = Mandate()
    eradication: Eradication = Eradication()
    events: tuple[dated.Event, ...] = Field(
        default=(), description="what changes on a day, and until when"
    )
    parameters: Annotated[dict[str, float], BeforeValidator(_checked_parameters)] = Field(
        default={}, description="registry name = value"
    )
    sweep: Annotated[dict[str, Any], BeforeValidator(_checked_sweep)] = Field(
        default={},
        description="dotted key = list of values, crossed, or with design = one_at_a_time varied alone; or design = lhs or sobol, samples, "
        "seed and dotted key = {low, high, scale}, with lists crossed; or design = table and table = a CSV file of points (a point that "
        "stands in several rows, as in a design of SALib, is run once, and Results.in_design_order gives it back in each). A key of "
        "[strategy] goes over each of [[strategies]]; a setting that some strategies lack varies only those that have it",
    )
    strategies: Annotated[tuple[Entry, ...], Strict(False)] = Field(
        default=(),
        description="strategies to compare; each is whole and takes nothing from [strategy], which `run` runs",
    )
    futures: Futures = Field(
        default=Futures(), description="uncertain parameters, the same for every strategy"
    )
    replications: Replications = Replications()
    record: Record = Record()
    _home: Home = PrivateAttr(Home())

    @field_validator("events", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) > dated.MAX_EVENTS:
            raise ValueError(f"expected at most {dated.MAX_EVENTS:,} events (got {len(value):,})")
        return tuple(value) if isinstance(value, list) else value

    @field_validator("parameters", "sweep", mode="after")
    @classmethod
    def _freeze(cls, table: dict[str, Any]) -> Frozen:
        return freeze(table)

    @field_serializer("sweep", mode="wrap")
    def _points_without_source(
        self, sweep: dict[str, Any], handler: SerializerFunctionWrapHandler
    ) -> dict[str, Any]:
        # The columns of a table are the points; where they were read from decides nothing.
        return handler({key: value for key, value in sweep.items() if key != "table"})

    @field_validator("strategies", mode="after")
    @classmethod
    def _told_apart(cls, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        wrong: list[tuple[str, str]] = []
        labels: dict[str, int] = {}
        known: dict[Any, int] = {}
        for place, entry in enumerate(entries):
            label = _as_read(entry.label)
            earlier, same = (
                labels.setdefault(label, place),
                known.setdefault(hashable(entry.strategy()), place),
            )
            if label and earlier < place:
                wrong.append(
                    (
                        f"[{place}].label",
                        f'expected each label once (strategies[{earlier}] is "{entries[earlier].label}" too)',
                    )
                )
            elif same < place:
                wrong.append((f"[{place}]", f"the same strategy as strategies[{same}]"))
            if label == "hold" and entry.name != "hold":
                wrong.append(
                    (
                        f"[{place}].label",
                        '"hold" is the label of the strategy hold, with which all are compared',
                    )
                )
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
            return futures  # nothing asked for, or what they depend on is wrong already
        swept, ablated = (
            info.data["sweep"],
            {*info.data["ablate"]}.union(*info.data["sweep"].get("ablate", ())),
        )
        taken = {
            key.partition(".")[2]: "[sweep] varies it"
            for key in swept
            if key.startswith("parameters.")
        }
        taken |= dict.fromkeys(
            _off(name for name in ablated if name in registry.load_couplings()),
            "ablate switches it off",
        )
        spelt_out = resolved(
            futures, taken, info.data["parameters"], info.data.get("allow_outside_range") is True
        )
        return (
            spelt_out if futures.samples else futures
        )  # `samples = 0` draws none; what stands beside it is checked all the same

    @model_validator(mode="after")
    def _one_ablation(self) -> Self:
        if self.ablate and "ablate" in self.sweep:
            raise faults([("ablate", "[sweep] varies it too; keep one of the two")])
        return self

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if (until := self.secrecy.until_day) is not None and until > self.time.horizon_days:
            raise faults(
                [
                    (
                        "secrecy.until_day",
                        f"expected at most time.horizon_days = {self.time.horizon_days} (got {until})",
                    )
                ]
            )
        return self

    @model_validator(mode="after")
    def _events_fit(self) -> Self:
        if fault := dated.check(self):
            raise fault
        return self

    def model_post_init(self, context: Any, /) -> None:
        self._home = context or Home()

    @property
    def home(self) -> Home:
        """Where this scenario was read, and what is done with the code that it names: the context in which its values are checked."""
        return self._home

    @property
    def path(self) -> Path | None:
        """The file this scenario was read from, if any."""
        return self._home.path

    @property
    def own_code(self) -> tuple[str, ...]:
        """Every `module:Class` that this scenario names: whoever runs it runs that code."""
        named = [
            self.strategy.name,
            *(entry.name for entry in self.strategies),
            *self.sweep.get("strategy.name", ()),
        ]
        return tuple(dict.fromkeys(filter(is_own, named)))

    @property
    def plan(self) -> tuple[str, ...]:
        """The sections by which this file asks for more than one scenario: some of sweep, strategies and futures."""
        asked = {
            "sweep": designs.axes(self.sweep),
            "strategies": self.strategies,
            "futures": self.futures.samples,
        }
        return tuple(name for name in PLAN if asked[name])

    @property
    def hash(self) -> str:
        """SHA-256 of all that decides a run but the replication's number: title, plan and the number of replications are left out, and so
        is `ablate`, since `parameters` holds the off values."""
        tree = self.model_dump(
            mode="json", exclude={"title", "description", "allow_outside_range", "ablate", *PLAN}
        )
        del tree["replications"]["count"]
        tree["strategy_source"] = named_strategy.source_hash(self.strategy.name, self._home)
        return hashlib.sha256(
            json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()
        ).hexdigest()

    def __eq__(self, other: object) -> bool:
        # The same content read from another place is the same scenario.
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def strategy_class(self) -> type:
        """The class that decides; `cls.Settings(**scenario.strategy.settings)` are its settings. A user's own is imported: its code
        runs."""
        return strategy_class(self.strategy.name, self._home.folder, self._home.allow_code)

    def to_json(self) -> str:
        """The resolved scenario, every default filled in; `Scenario.model_validate_json` reads it back equal."""
        return self.model_dump_json(indent=2)


learn_places(Scenario)
