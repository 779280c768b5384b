"""The sections `[strategy]` and `[[strategies]]`: which units move, and what they do."""

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
from sim.scenario.frozen import Frozen, freeze
from sim.scenario.problems import keys_of
from sim.scenario.sections import BorderSplit, Section, Share
from sim.strategies.own_code import Home


def _one_line(text: str) -> str:
    if text and not (text.isprintable() and text == text.strip()):
        raise ValueError(
            f"expected one line of printable letters, with no space around it {got(text)}"
        )
    return text


OneLine = Annotated[str, AfterValidator(_one_line)]


class Strategy(Section):
    """The movement and the taskings.

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
        return table | own


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
