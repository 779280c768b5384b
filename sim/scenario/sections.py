"""The sections of a scenario file that describe the world: keys, ranges and defaults.

The name of a key ends in its unit. Defaults describe the state of 2021-22. Figures with an F-number
are rows of `sim/parameters/figures.csv`; the others are assumptions.
"""

import datetime
import math
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim.machine.addition import added
from sim.parameters.needs import Needs
from sim.scenario.frozen import as_whole
from sim.scenario.problems import inner, keys_of

MAX_SEED = 2**64 - 1  # the largest key of the random number generator

Count = Annotated[int, Field(ge=0, le=200_000)]
Share = Annotated[float, Field(ge=0, le=1)]
Hectares = Annotated[float, Field(ge=0, le=500_000)]
DayCount = Annotated[int, Field(ge=0, le=7_300)]


@cache
def _whole_keys(table: type[BaseModel]) -> frozenset[str]:
    """Return the keys of a table that take whole numbers."""

    def is_whole(kind: Any) -> bool:
        return kind is int or (
            get_origin(kind) is Literal and all(type(choice) is int for choice in get_args(kind))
        )

    return frozenset(key for key, field in keys_of(table).items() if is_whole(inner(field)))


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        serialize_by_alias=True,
        validate_default=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _whole_numbers(cls, table: Any) -> Any:
        return cls.with_whole_numbers(table) if isinstance(table, dict) else table

    @classmethod
    def with_whole_numbers(cls, table: Mapping[str, Any]) -> dict[str, Any]:
        """Turn values such as 364.0 into whole numbers where the table expects them."""
        return {
            key: as_whole(value) if key in _whole_keys(cls) else value
            for key, value in table.items()
        }


def _date_from_text(value: Any) -> Any:
    # A TOML date arrives as a date; in JSON and among the values of a sweep it is text.
    try:
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


class Time(Section):
    horizon_days: int = Field(
        default=1_095, ge=7, le=7_300, description="days simulated and counted, from start_date"
    )
    burn_in_days: int = Field(
        default=365,
        ge=0,
        le=730,
        description="days before start_date in which beliefs, stocks and prices settle",
    )
    start_date: Annotated[datetime.date, BeforeValidator(_date_from_text)] = Field(
        default=datetime.date(2022, 1, 1),
        ge=datetime.date(1900, 1, 1),  # so that every day of burn-in and horizon is a date
        le=datetime.date(2200, 12, 31),
        description="day 0 of the horizon; sets season and river level",
    )


class Map(Section):
    resolution_km: Literal[5, 10] = Field(
        default=5, description="side length of a grid cell; 10 is the coarse map for tests"
    )


class TheatreForces(Section):
    """The state's forces in one theatre.

    `soldiers` includes special units and river infantry; `police` includes anti-narcotics teams.
    """

    soldiers: Count = Field(
        default=0, description="soldiers posted in the theatre, all kinds together"
    )
    special: Count = Field(default=0, description="of the soldiers, those in special units")
    river_infantry: Count = Field(default=0, description="of the soldiers, those in river infantry")
    police: Count = Field(default=0, description="police posted in the theatre, all kinds together")
    antinarcotics: Count = Field(
        default=0, description="of the police, those in anti-narcotics teams"
    )
    boats: Count = Field(default=0, description="patrol and supply boats")
    lorries: Count = Field(default=0, description="supply lorries")
    helicopter_share: Annotated[Share, Needs("flight hours")] = Field(
        default=0.0, description="share of the national flight hours flown here"
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.special + self.river_infantry > self.soldiers:
            expected = f"expected at most soldiers = {self.soldiers}, which includes them"
            raise ValueError(f"special + river_infantry: {expected}")
        if self.antinarcotics > self.police:
            expected = f"expected at most police = {self.police}, which includes them"
            raise ValueError(f"antinarcotics: {expected}")
        return self


class VraemForces(TheatreForces):
    """About 10,000 soldiers and police (F0449), and half of the helicopter hours."""

    soldiers: Count = 10_000
    special: Count = 900
    river_infantry: Count = 300
    police: Count = 1_500
    antinarcotics: Count = 300
    boats: Count = 40
    lorries: Count = 250
    helicopter_share: Share = 0.5


class LoretoForces(TheatreForces):
    """The number of soldiers is a prior, between 2,000 and 7,000."""

    soldiers: Count = 2_500
    special: Count = 150
    river_infantry: Count = 600
    police: Count = 500
    antinarcotics: Count = 60
    boats: Count = 100
    lorries: Count = 10
    helicopter_share: Share = 0.1


class CajamarcaForces(TheatreForces):
    """The numbers are a prior: this border has few posts (F0471)."""

    soldiers: Count = 800
    police: Count = 600
    antinarcotics: Count = 40
    boats: Annotated[Count, Needs("port")] = 5
    lorries: Count = 40
    helicopter_share: Share = 0.05


class Forces(Section):
    flight_hours_per_year: int = Field(
        default=4_500,
        ge=0,
        le=100_000,
        description="helicopter hours of the army a year, in the whole country (F0466)",
    )
    vraem: VraemForces = VraemForces()
    loreto: LoretoForces = LoretoForces()
    cajamarca: CajamarcaForces = CajamarcaForces()

    @model_validator(mode="after")
    def _hours_fit(self) -> Self:
        total = added(
            theatre.helicopter_share for theatre in (self.vraem, self.loreto, self.cajamarca)
        )
        if total > 1 + 1e-9:
            raise ValueError(
                f"helicopter_share: expected the theatres to sum to at most 1 (got {total:g})"
            )
        return self


class Enemy(Section):
    mpcp_fighters: Annotated[Count, Needs("mpcp groups")] = Field(
        default=100, description="armed members of the Shining Path remnant, VRAEM (F0422: 60-150)"
    )
    mpcp_groups: int = Field(default=8, ge=0, le=1_000, description="columns they form")
    dissident_fighters: Annotated[Count, Needs("dissident groups")] = Field(
        default=150,
        description="FARC-dissident fighters at the Putumayo line, either bank (prior 50-300)",
    )
    dissident_groups: int = Field(default=10, ge=0, le=1_000, description="cells they form")
    networks: int = Field(default=20, ge=1, le=500, description="trafficking firms")
    cognition: Literal["logit", "salience"] = Field(
        default="logit",
        description="how firms judge a route: by its expected value (logit), or by what stands out "
        "(salience, as in NarcoLogic)",
    )


class CocaHectares(Section):
    vraem: Hectares = Field(default=32_106.0, description="F0120")
    bajo_amazonas: Hectares = Field(default=6_472.0, description="F0022")
    putumayo: Hectares = Field(default=2_193.0, description="F0103")
    condorcanqui: Hectares = Field(default=895.0, description="F0015")
    maranon: Hectares = Field(default=1_414.0, description="F0089")


class PoppyHectares(Section):
    cajamarca: Hectares = Field(
        default=600.0, description="prior 100-2,500; no solid figure after 2005"
    )


class Crops(Section):
    coca_ha: CocaHectares = Field(default=CocaHectares(), description="coca on start_date, by zone")
    poppy_ha: PoppyHectares = Field(
        default=PoppyHectares(), description="opium poppy on start_date"
    )


class Inflow(Section):
    background_kg_per_year: float = Field(
        default=50_000.0,
        ge=0,
        le=1e6,
        description="from zones outside the theatres, down the Ucayali (20-90 t)",
    )


class BorderSplit(Section):
    loreto: Share = 0.7
    cajamarca: Share = 0.3

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not math.isclose(self.loreto + self.cajamarca, 1, abs_tol=1e-9):
            raise ValueError(
                f"expected loreto + cajamarca = 1 (got {self.loreto:g} + {self.cajamarca:g})"
            )
        return self


class Secrecy(Section):
    level: Annotated[Share, Needs("movement")] = Field(
        default=0.5, description="0: plans are open; 1: nothing leaks"
    )
    until_day: Annotated[DayCount | None, Needs("movement", "secret")] = Field(
        default=None, description="day on which secrecy ends; absent: never"
    )
    until_seized_kg: Annotated[
        Annotated[float, Field(ge=0, le=1e7)] | None, Needs("movement", "secret")
    ] = Field(
        default=None,
        description="kg seized from loads in the border theatres, since day 0, that end secrecy; "
        "absent: never",
    )


class Partner(Section):
    coordination: Annotated[Share, Needs("no suspension")] = Field(
        default=0.2, description="0: none; 1: joint operations and shared reports across the border"
    )
    suspended: bool = Field(default=False, description="coordination suspended by friction")


class Mandate(Section):
    detain: Literal["joint", "pnp"] = Field(
        default="joint",
        description="who may detain: joint, soldiers and police alike; pnp, soldiers only if "
        "police are present",
    )
    unified_command: Annotated[bool, Needs("sharing")] = Field(
        default=False,
        description="one command of army, navy, police and air force: they share reports at once",
    )


class EradicationHectares(Section):
    vraem: Hectares = 0.0
    loreto: Hectares = 860.0
    cajamarca: Hectares = 160.0


class Eradication(Section):
    ha_per_year: EradicationHectares = Field(
        default=EradicationHectares(),
        description="hectares of coca that teams clear a year, by theatre (F0290, F0294, F0298)",
    )


class Replications(Section):
    count: int = Field(
        default=20, ge=1, le=1_000_000, description="runs of every point, each in a different world"
    )
    base_seed: int = Field(
        default=1,
        ge=0,
        le=MAX_SEED,
        description="with the number of the replication, the only source of randomness",
    )


class Record(Section):
    events: bool = Field(default=False, description="keep single events (attacks, seizures, moves)")
    layers_every_days: int = Field(
        default=0, ge=0, le=7_300, description="days between snapshots for maps; 0 keeps none"
    )
