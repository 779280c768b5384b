"""What a scenario file may say as a whole: the lever `[strategy]`, the overrides and the sweep, around the sections of the world."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from sim import parameters as registry
from sim.scenario import dated, lookup
from sim.scenario.frozen import Frozen, flatten, freeze
from sim.scenario.problems import faults
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


class Strategy(Section):
    """The lever: movement x tasking. A strategy's own settings stand in the same table and are held in `settings`."""

    name: str = Field(default="hold", description="a shipped strategy, a registered one, or module:Class")
    share_to_border: Share = Field(default=0.0, description="share of the VRAEM's soldiers sent to the border")
    border_split: BorderSplit = Field(default=BorderSplit(), description="how those sent are shared between the two border theatres")
    moved: Literal["line", "special", "proportional"] = Field(default="proportional", description="which units go")
    withdrawal: Literal["thin"] = Field(default="thin", description="how the place is left: every post stays, with fewer people")
    move_helicopters: Share = Field(default=0.0, description="share of the VRAEM's flight hours that goes with them")
    tasking_vraem: Literal["area", "garrison", "reports", "random"] = Field(default="area", description="what units in the VRAEM do")
    tasking_border: Literal["line", "chokepoint", "area", "reports", "random", "none"] = Field(
        default="chokepoint", description="what redeployed units do; none leaves them without a task"
    )
    settings: dict[str, Any] = Field(default=Frozen(), repr=False, description="the strategy's own settings, defaults filled in")

    @model_validator(mode="before")
    @classmethod
    def _own_settings_apart(cls, table: Any) -> Any:
        if not isinstance(table, dict):
            return table
        levers = {key: value for key, value in table.items() if key in cls.model_fields and key != "settings"}
        return {**levers, "settings": {key: value for key, value in table.items() if key not in levers}}

    @field_validator("settings", mode="after")
    @classmethod
    def _own_settings(cls, settings: dict[str, Any], info: ValidationInfo) -> Frozen:
        if "name" not in info.data:
            return Frozen()  # the name is wrong already: nothing to check them by
        return freeze(lookup.own_settings(info.data["name"], settings, (info.context or {}).get("folder")))

    @field_validator("name", mode="after")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        lookup.strategy_class(name, (info.context or {}).get("folder"))
        return name

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        table = handler(self)
        own = table.pop("settings", {})
        return table | own


def _checked_parameters(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, Mapping) or not value:
        return value
    known = registry.load_registry()
    wrong, checked = [], {}
    for name, number in flatten(value).items():
        if name not in known:
            near = f' Did you mean "{found}"?' if (found := known.near(name)) else ""
            wrong.append((name, f"no such parameter; `redeploy describe parameters` lists them.{near}"))
        elif fault := known.get(name).fault(number, info.data.get("allow_outside_range") is True):
            wrong.append((name, f"{fault} (got {number})"))
        else:
            checked[name] = float(number)
    if wrong:
        raise faults(wrong)
    return checked


def _checked_sweep(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    wrong = []
    for key, values in flatten(value).items():
        if "." not in key:
            if key != "design":
                wrong.append((key, 'expected design = "grid", or a dotted key such as "strategy.share_to_border" with a list of values'))
            elif values != "grid":
                wrong.append((key, f'expected "grid" (got {values!r})'))
        elif not isinstance(values, list | tuple) or not values:
            wrong.append((key, f"expected a list of at least one value (got {values!r})"))
        elif key.partition(".")[0] in ("sweep", "replications", "record", "schema"):
            wrong.append((key, "cannot vary between the points of a sweep"))
        elif any(one == other for place, one in enumerate(values) for other in values[:place]):
            wrong.append((key, "expected each value once"))
    if wrong:
        raise faults(wrong)
    return flatten(value)


class Scenario(Section):
    """A whole scenario, frozen. `path` is the file it came from, `folder` where a user's own strategy is looked up first."""

    schema_: Literal[1] = Field(alias="schema", description="version of this file format")
    title: str = Field(default="", max_length=300)
    description: str = Field(default="", max_length=20_000)
    allow_outside_range: bool = Field(default=False, description="lets [parameters] leave the range of the registry")
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
    events: tuple[dated.Event, ...] = Field(default=(), description="what changes on a day, and until when")
    parameters: Annotated[dict[str, float], BeforeValidator(_checked_parameters)] = Field(default={}, description="registry name = value")
    sweep: Annotated[dict[str, Any], BeforeValidator(_checked_sweep)] = Field(
        default={}, description="dotted key = list of values, crossed"
    )
    replications: Replications = Replications()
    record: Record = Record()
    _path: Path | None = PrivateAttr(None)

    @field_validator("events", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    @field_validator("parameters", "sweep", mode="after")
    @classmethod
    def _freeze(cls, table: dict[str, Any]) -> Frozen:
        return freeze(table)

    @model_validator(mode="after")
    def _days_fit(self) -> Self:
        if (until := self.secrecy.until_day) is not None and until > self.time.horizon_days:
            raise ValueError(f"secrecy.until_day: expected at most time.horizon_days = {self.time.horizon_days} (got {until})")
        return self

    @model_validator(mode="after")
    def _events_fit(self) -> Self:
        if fault := dated.check(self):
            raise fault
        return self

    def model_post_init(self, context: Any, /) -> None:
        self._path = (context or {}).get("path")

    @property
    def path(self) -> Path | None:
        """The file this scenario was read from, if any."""
        return self._path

    @property
    def folder(self) -> Path | None:
        """Where `module:Class` is looked up first."""
        return self._path.parent if self._path else None

    @property
    def hash(self) -> str:
        """SHA-256 of all that decides a run but the replication's number: title, sweep and the number of replications are left out."""
        tree = self.model_dump(mode="json", exclude={"title", "description", "sweep", "allow_outside_range"})
        del tree["replications"]["count"]
        tree["strategy_source"] = lookup.source_hash(self.strategy.name, self.folder)
        return hashlib.sha256(json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        # The same content read from another place is the same scenario.
        return isinstance(other, Scenario) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def strategy_class(self) -> type:
        """The class that decides; `cls.Settings(**scenario.strategy.settings)` are its settings."""
        return lookup.strategy_class(self.strategy.name, self.folder)

    def to_json(self) -> str:
        """The resolved scenario, every default filled in; `Scenario.model_validate_json` reads it back equal."""
        return self.model_dump_json(indent=2)
