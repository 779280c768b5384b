"""The state of a run as fields by which two runs are compared.

A field is one array: a column of a table (`units.soldiers`, of the rows in use), an array of
beliefs, plans or land (`minds.belief`), or one quantity of the tally in the current week
(`tally.attacks`). Digests of bytes are compared, so no rounding hides a difference. Work space
(`bench`) is not part of the state. What the scenario sets (parameters, levers, prices at the exits,
the search of routes) has fields of its own."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.divergence.gaps import ROWS
from sim.model.state.clock import tally_row
from sim.model.state.counts import QUANTITIES
from sim.model.state.world import World

# Parts of the world, in the order in which fields are listed.
STATE = ("actors", "places", "land", "fields", "minds", "trade", "support")
MAP = (
    "ground",
    "sites",
    "near",
    "reach",
    "along",
    "ways",
    "routes",
    "route_facts",
    "legs",
    "border",
    "commerce",
)
NOT_MAP = ("legs.route_effort", "commerce.prices")  # dated events write these
# A row for each row of the tables of groups and of shipments, which grow between days.
GROWING = ("minds.danger", "support.tolled")
SHORT = 40  # bytes of a field that is its own digest: a quantity of the tally, say
LARGE = 200_000  # bytes; a larger array is compared in place, since a copy would take longer


class Content(NamedTuple):
    """The content of a field when it was read."""

    data: bytes
    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def array(self) -> np.ndarray:
        """The values, read-only."""
        return np.frombuffer(self.data, self.dtype).reshape(self.shape)

    @property
    def digest(self) -> bytes:
        """A key by which contents are compared: a short content itself, else its CRC-32.

        A CRC-32 is four times as fast as a cryptographic hash. It misses one difference in 4e9,
        which is found on the next day."""
        short = self.data if len(self.data) <= SHORT else zlib.crc32(self.data).to_bytes(4)
        return f"{self.dtype.str}{self.shape}".encode() + short


def content_of(array: np.ndarray) -> Content:
    """Return a copy of an array as the content of a field."""
    return Content(array.tobytes(), array.dtype, array.shape)


def arrays_of(world: World, t: int) -> Iterator[tuple[str, np.ndarray]]:
    """Yield every table and array of the state at day `t`, then those of the inputs.

    The order is that in which differences are listed. `tally` is the row of the week of `t`,
    f8[quantities, theatres and exits]."""
    for part in STATE:
        for name, array in getattr(world, part)._asdict().items():
            yield name if array.dtype.names else f"{part}.{name}", np.asarray(array)
    yield "tally", world.tally[tally_row(t, int(world.levers["burn_in"][0]))]
    yield "levers", np.asarray(world.levers)
    for section, record in world.parameters._asdict().items():
        yield f"parameters.{section}", np.asarray(record)
    yield "prices", world.commerce.prices
    yield "route_effort", world.legs.route_effort


def fields_of(name: str, array: np.ndarray) -> Iterator[tuple[str, Content]]:
    """Yield the fields of one of `arrays_of`.

    A table has a field for each column, of the rows in use, and one for which rows these are. The
    tally has a field for each quantity. Any other array is a field itself."""
    if columns := array.dtype.names:
        if "alive" in columns:
            rows = np.flatnonzero(array["alive"])
            yield f"{name}.{ROWS}", content_of(rows)
            array = array[rows]
        for column in columns:
            yield f"{name}.{column}", content_of(array[column])
    elif name == "tally":
        for quantity, values in zip(QUANTITIES, array, strict=True):
            yield f"tally.{quantity}", content_of(values)
    elif name in GROWING:
        used = np.flatnonzero(array.any(axis=1))
        yield name, content_of(array[: used[-1] + 1 if len(used) else 0])
    else:
        yield name, content_of(array)


def map_of(world: World) -> dict[str, bytes]:
    """Return a digest of every array of the map, which no day changes."""
    arrays = {
        f"{part}.{name}": array
        for part in MAP
        for name, array in getattr(world, part)._asdict().items()
    }
    return {name: content_of(array).digest for name, array in arrays.items() if name not in NOT_MAP}


class Looks:
    """The fields of a run as they were last read, and after `keep` also at each reading."""

    def __init__(self) -> None:
        self.now: dict[str, Content] = {}
        self.digests: dict[str, bytes] = {}
        # Copies of whole arrays, since most do not change from one step to the next.
        self._whole: dict[str, np.ndarray | bytes] = {}
        self._kept: dict[str, list[tuple[int, Content]]] | None = None
        self._number = 0

    def look(self, world: World, t: int) -> dict[str, bytes]:
        """Read the state at day `t` and return the digests of the fields that have changed."""
        self._number += 1
        changed: dict[str, bytes] = {}
        for name, array in arrays_of(world, t):
            if not self._is_new(name, array):
                continue
            for field, content in fields_of(name, array):
                if self.now.get(field) != content:
                    self.now[field] = content
                    changed[field] = self.digests[field] = content.digest
                    if self._kept is not None:
                        self._kept.setdefault(field, []).append((self._number, content))
        return changed

    def _is_new(self, name: str, array: np.ndarray) -> bool:
        """Say whether an array has changed since the last reading, and keep it for the next."""
        before = self._whole.get(name)
        if array.nbytes > LARGE and array.flags.c_contiguous:
            whole = array.view(np.int64)
            if isinstance(before, np.ndarray) and np.array_equal(whole, before):
                return False
            self._whole[name] = whole.copy()
            return True
        self._whole[name] = data = array.tobytes()
        return data != before

    def keep(self) -> None:
        """Keep every content from now on, the present one as reading 0, and forget older ones."""
        self._number = 0
        self._kept = {name: [(0, content)] for name, content in self.now.items()}

    def forget(self) -> None:
        """Stop keeping contents."""
        self._kept = None

    def at(self, number: int, field: str) -> np.ndarray:
        """Return the values of a field at reading `number` since `keep`.

        Raises KeyError where there is no such field."""
        assert self._kept is not None
        return [content for look, content in self._kept[field] if look <= number][-1].array
