"""What a strategy is, and what it may order.

A strategy is plain Python. At every review (every 14 days from day 0, or every `review_days`) it
receives a `Situation`, which holds what command knows that day, and returns `Orders` or None. An
instance serves one run, so it may keep state between reviews; it has no access to the model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import UserError

if TYPE_CHECKING:
    from sim.strategies.situation import Situation

REVIEW_DAYS = 14


class StrategyError(UserError):
    """A strategy that cannot be found or has wrong settings; one line says what was expected."""


@dataclass(frozen=True)
class Move:
    uids: tuple[int, ...]
    place: int | str
    mission: str
    by: str
    prepare_days: int | None


@dataclass(frozen=True)
class Task:
    uids: tuple[int, ...]
    mission: str


@dataclass(frozen=True)
class Announcement:
    theatre: str
    day: int


@dataclass(frozen=True)
class Loan:
    origin: str
    theatre: str
    hours_per_day: float


@dataclass
class Orders:
    """Orders that take effect from today on.

    `simulation.orders.enter` checks them; its messages name the strategy and the day.
    """

    moves: list[Move] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)

    def move(
        self,
        uids: int | Iterable[int],
        place: int | str,
        mission: str,
        by: str = "auto",
        prepare_days: int | None = None,
    ) -> None:
        """Post units to a place (id or name) with a mission.

        `by` is surface, air or auto: special units fly, others only if no road or river leads
        there. Units leave after `prepare_days`; the default is 7, or 14 if more than 300 people are
        ordered to move on one day.
        """
        self.moves.append(
            Move(
                as_uids(uids),
                place if isinstance(place, str) else int(place),
                mission,
                by,
                prepare_days,
            )
        )

    def task(self, uids: int | Iterable[int], mission: str) -> None:
        """Give units another mission at their post; units on their way take it up on arrival."""
        self.tasks.append(Task(as_uids(uids), mission))

    def announce(self, theatre: str, day: int) -> None:
        """Announce in public that units leave a theatre by `day` of the horizon."""
        self.announcements.append(Announcement(theatre, int(day)))

    def lend_hours(self, origin: str, theatre: str, hours_per_day: float) -> None:
        """Lend helicopter hours a day from one theatre to another.

        `elsewhere` is the rest of the national pool: hours from there exceed the budget, and are
        paid and flagged as such.
        """
        self.loans.append(Loan(origin, theatre, float(hours_per_day)))

    def __bool__(self) -> bool:
        return bool(self.moves or self.tasks or self.announcements or self.loans)


def as_uids(uids: int | Iterable[int]) -> tuple[int, ...]:
    return tuple(int(uid) for uid in uids) if isinstance(uids, Iterable) else (int(uids),)


class Strategy(ABC):
    """Base of every strategy. A subclass has a `name`, `decide`, and perhaps a `Settings` model.

    settings: the strategy's own settings, checked.
    levers: the validated section `[strategy]` (share_to_border, border_split, moved, withdrawal,
    move_helicopters, tasking_vraem, tasking_border).
    unused: the levers that the strategy never reads; a scenario that sets one is refused.
    StrategyError for settings that the `Settings` model refuses.
    """

    name: ClassVar[str] = ""
    unused: ClassVar[tuple[str, ...]] = ()

    @property
    def review_days(self) -> int:
        """Days between two reviews; reviews fall on multiples of it."""
        return REVIEW_DAYS

    class Settings(BaseModel):
        """The strategy's own settings; the base has none."""

        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(
        self, settings: Mapping[str, Any] | BaseModel | None = None, levers: Any = None
    ) -> None:
        given = settings.model_dump() if isinstance(settings, BaseModel) else dict(settings or {})
        try:
            self.settings: Any = self.Settings.model_validate(given)
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
                for item in error.errors(include_url=False)
            )
            raise StrategyError(f'settings of strategy "{self.name}": {wrong}') from error
        self.levers = levers

    @abstractmethod
    def decide(self, situation: Situation) -> Orders | None:
        """Return the orders of this review, or None to change nothing."""
