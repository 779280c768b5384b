"""The sections `[strategy]` and `[[strategies]]`: which units move, what they do, and how.

A deployment is one thing: besides the movement it may hold levers of its own, such as its secrecy.
They replace the file's own from day 1 on: on day 0 the world comes to rest under the file's
(`model/prologue.py`). `hold` keeps the file's.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.errors import got
from sim.parameters.needs import Needs
from sim.scenario import named_strategy
from sim.scenario.events import Change, Event, Events, fault_of
from sim.scenario.frozen import Frozen, flatten, freeze
from sim.scenario.problems import faults, keys_of
from sim.scenario.sections import (
    BorderSplit,
    Eradication,
    Mandate,
    Partner,
    Secrecy,
    Section,
    Share,
)
from sim.strategies.own_code import Home


def _one_line(text: str) -> str:
    if text and not (text.isprintable() and text == text.strip()):
        raise ValueError(
            f"expected one line of printable letters, with no space around it {got(text)}"
        )
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]


LEVERS = ("secrecy", "partner", "mandate", "eradication", "parameters")
FIRST_DAY = 1  # the first day after the prologue, so that arms agree on day 0
OWN = "of this deployment, from day 1 on; a key left out stays as the file has it"


def is_lever(key: str) -> bool:
    """Whether a dotted key, such as strategy.secrecy.level, is a lever of a deployment."""
    table, _, name = key.partition(".")
    return table == "strategy" and name.partition(".")[0] in LEVERS


class Strategy(Section):
    """The movement, the taskings, and the levers of this deployment alone.

    A strategy's own settings are keys of the same table; the model holds them in `settings`.
    """

    name: str = Field(
        default="hold",
        description="a shipped strategy, a registered one, or module:Class: the class of a Python "
        "file beside the scenario. `run`, `batch` and `calibrate` run its code, whoever wrote it "
        "(`check` and `describe` never do); code outside the scenario's folder runs only with "
        "--allow-code",
    )
    share_to_border: Annotated[Share, Needs("movement")] = Field(
        default=0.0, description="share of the VRAEM's soldiers that is sent to the border"
    )
    border_split: Annotated[BorderSplit, Needs("movement")] = Field(
        default=BorderSplit(),
        description="how the units sent are divided between the two border theatres",
    )
    moved: Annotated[Literal["line", "special", "proportional"], Needs("movement", "kinds")] = (
        Field(default="proportional", description="which kinds of units go first")
    )
    withdrawal: Annotated[
        Literal["thin", "close_small", "close_remote", "close_quiet"], Needs("movement")
    ] = Field(
        default="thin",
        description="how the VRAEM is thinned out: every post keeps fewer people, or small, remote "
        "or quiet posts are closed",
    )
    move_helicopters: Annotated[
        Share, Needs("movement", "flight hours", "flight hours in the valley")
    ] = Field(
        default=0.0, description="share of the VRAEM's flight hours that moves with the units"
    )
    tasking_vraem: Literal["area", "garrison", "reports", "random"] = Field(
        default="area", description="what the units in the VRAEM do"
    )
    tasking_border: Annotated[
        Literal["line", "chokepoint", "area", "reports", "random", "none"],
        Needs("movement", of=("none",)),
    ] = Field(
        default="chokepoint",
        description="what the redeployed units do; none leaves them without a task",
    )
    secrecy: Secrecy | None = Field(default=None, description=f"secrecy {OWN}")
    partner: Partner | None = Field(default=None, description=f"the partner {OWN}")
    mandate: Mandate | None = Field(default=None, description=f"the mandate {OWN}")
    eradication: Eradication | None = Field(default=None, description=f"clearing {OWN}")
    parameters: dict[str, float] = Field(
        default={}, description="parameters of this deployment, from day 1 on: name = value"
    )
    events: Events = Field(
        default=(), description="dated events of this deployment alone, after those of the file"
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

    @field_validator("parameters", mode="before")
    @classmethod
    def _by_name(cls, table: Any) -> Any:
        return flatten(table) if isinstance(table, dict) else table

    @field_validator("parameters", mode="after")
    @classmethod
    def _can_change(cls, table: dict[str, float]) -> Frozen:
        # Their values are checked with the scenario, which knows whether they may leave the ranges.
        wrong = [
            (name, text)
            for name, value in table.items()
            for _, text in fault_of(f"parameters.{name}", value)
        ]
        if wrong:
            raise faults(wrong)
        frozen: Frozen = freeze(table)
        return frozen

    @field_validator("settings", mode="after")
    @classmethod
    def _own_settings(cls, settings: dict[str, Any], info: ValidationInfo) -> Frozen:
        if "name" not in info.data:
            return Frozen()  # the name is wrong, so there is no strategy to check them by
        home = info.context or Home()
        own = named_strategy.own_settings(info.data["name"], settings, home, keys_of(cls))
        frozen: Frozen = freeze(own)
        return frozen

    @field_validator("name", mode="after")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        named_strategy.check_name(name, info.context or Home())
        return name

    @model_serializer(mode="wrap")
    def _flat(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        table: dict[str, Any] = handler(self)
        own: dict[str, Any] = table.pop("settings", {})
        given = self.levers
        kept = {
            key: value
            for key, value in table.items()
            if key not in LEVERS and (key != "events" or value)
        }
        return kept | given | own

    @property
    def levers(self) -> dict[str, Any]:
        """The levers that this deployment sets, as tables: only the keys that are given."""
        given: dict[str, Any] = {}
        for name in LEVERS:
            table = getattr(self, name)
            if table:
                given[name] = (
                    table.model_dump(exclude_unset=True)
                    if isinstance(table, Section)
                    else dict(table)
                )
        return {name: table for name, table in given.items() if table}

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The levers, as an event of day 1, and the events of this deployment."""
        return tuple(self._changes())

    def _changes(self) -> Iterator[Change]:
        if levers := self.levers:
            yield Change("strategy.", Event(day=FIRST_DAY, set=levers))
        yield from (
            Change(f"strategy.events[{i}].set.", event) for i, event in enumerate(self.events)
        )

    def without_movement(self) -> "Strategy":
        """Return `hold` with the taskings and the levers of this deployment."""
        kept = [each.without_movement() for each in self.events]
        return Strategy(
            tasking_vraem=self.tasking_vraem,
            tasking_border=self.tasking_border,
            events=tuple(event for event in kept if event),
            **self.levers,
        )


class Entry(Strategy):
    """An entry of [[strategies]]: a complete [strategy] with a label."""

    label: OneLine = Field(
        default="",
        max_length=60,
        description="its name in tables; the default is made of the strategy's name and share",
    )

    def strategy(self) -> dict[str, Any]:
        """Return the entry as the table [strategy]."""
        return {key: value for key, value in self.model_dump().items() if key != "label"}
