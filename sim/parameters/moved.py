"""Parameters of earlier editions that are gone: `moved.toml` says why, and what replaces each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Moved:
    """A parameter that is gone.

    - why: the reason, a clause without a full stop.
    - now: the parameters that took its place; empty if none did.
    """

    name: str
    why: str
    now: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """The end of a message about the name: what replaces it, and why."""
        if not self.now:
            return f"is no parameter any more, and none replaces it ({self.why})"
        *others, last = self.now
        place = f"{', '.join(others)} and {last}" if others else last
        return f"is no parameter any more; {place} replaced it ({self.why})"


@cache
def load_moved(path: Path = HERE / "moved.toml") -> Mapping[str, Moved]:
    """Read the parameters that are gone, by their former name."""
    with path.open("rb") as file:
        tree = tomllib.load(file)
    return MappingProxyType(
        {
            name: Moved(name, entry["why"], tuple(entry.get("now", ())))
            for name, entry in tree.items()
        }
    )
