"""The state of a run as fields that two runs can be compared by, and names for what stands in them.

A field is one array: a column of a table (`units.soldiers`, of the rows in use), an array of
beliefs, plans or land (`minds.belief`), or one quantity of the tally in the week under way
(`tally.attacks`). Bytes are compared, by digest, so that no rounding hides a difference. Work space
(`bench`) is no state. What the scenario sets (parameters, levers, prices at the exits, the search
of routes) has fields of its own."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from sim.model.state import agents as state
from sim.model.state import arrays as tables
from sim.model.state.clock import tally_row
from sim.model.state.counts import QUANTITIES
from sim.model.state.world import World
from sim.names import ELSEWHERE, EXITS, THEATRES

# Parts of the world, in the order in which fields are told.
STATE = ("actors", "places", "land", "fields", "minds", "trade")
MAP = ("ground", "sites", "near", "ways", "routes", "route_facts", "legs", "border", "commerce")
NOT_MAP = ("legs.route_effort", "commerce.prices")  # dated events write these
GROWING = "minds.danger"  # has a row for each row of the groups' table, which grows between days
SHORT = 40  # bytes of a field that is its own digest: a quantity of the tally, say
LARGE = 200_000  # bytes of an array that is compared in place, since a copy would take longer
ROWS = "table_row"  # the field of a table that says which of its rows are in use

Column = Callable[[str], np.ndarray]  # the values of a field as they stood


class Content(NamedTuple):
    """What a field held when it was looked at."""

    data: bytes
    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def array(self) -> np.ndarray:
        """The values, read-only."""
        return np.frombuffer(self.data, self.dtype).reshape(self.shape)

    @property
    def digest(self) -> bytes:
        """What tells contents apart: short ones themselves, else a CRC-32, which is four times as
        fast as a cryptographic hash. One difference in 4e9 gets by it, and is met the day after."""
        short = self.data if len(self.data) <= SHORT else zlib.crc32(self.data).to_bytes(4)
        return f"{self.dtype.str}{self.shape}".encode() + short


def content_of(array: np.ndarray) -> Content:
    """A copy of an array as a field holds it."""
    return Content(array.tobytes(), array.dtype, array.shape)


def arrays_of(world: World, t: int) -> Iterator[tuple[str, np.ndarray]]:
    """Every table and array of the state at day `t`, then those of the inputs, in the order in
    which differences are told; `tally` is the row of the week of `t`, f8[quantities, places]."""
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
    """The fields of one of `arrays_of`: of a table each column, of the rows in use, and which rows
    these are; of the tally each quantity; of another array itself."""
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
    elif name == GROWING:
        used = np.flatnonzero(array.any(axis=1))
        yield name, content_of(array[: used[-1] + 1 if len(used) else 0])
    else:
        yield name, content_of(array)


def map_of(world: World) -> dict[str, bytes]:
    """A digest of every array of the map, which no day changes."""
    arrays = {
        f"{part}.{name}": array
        for part in MAP
        for name, array in getattr(world, part)._asdict().items()
    }
    return {name: content_of(array).digest for name, array in arrays.items() if name not in NOT_MAP}


class Looks:
    """The fields of a run as last looked at; after `keep`, as they stood at each look since then
    too."""

    def __init__(self) -> None:
        self.now: dict[str, Content] = {}
        self.digests: dict[str, bytes] = {}
        self._whole: dict[
            str, np.ndarray | bytes
        ] = {}  # copies of the arrays: most do not change from one step to the next
        self._kept: dict[str, list[tuple[int, Content]]] | None = None
        self._number = 0

    def look(self, world: World, t: int) -> dict[str, bytes]:
        """Look at the state at day `t`: the digests of the fields that have changed since the last
        look."""
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
        """Whether an array has changed since the last look; it is then kept for the next."""
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
        """Keep every content from now on, the present one included as look 0, and forget what was
        kept before."""
        self._number = 0
        self._kept = {name: [(0, content)] for name, content in self.now.items()}

    def forget(self) -> None:
        """Keep nothing more."""
        self._kept = None

    def at(self, number: int, field: str) -> np.ndarray:
        """The values of a field after look `number` since `keep`. KeyError where there is no such
        field."""
        assert self._kept is not None
        return [content for look, content in self._kept[field] if look <= number][-1].array


# What stands on each axis of the fields that are no column of a table.
AXES = {
    "fields.force": ("site", "force"),
    "fields.patrols": ("cell",),
    "fields.guard": ("site",),
    "fields.leg_effort": ("leg",),
    "fields.leg_planned": ("leg",),
    "fields.seized_kg": ("cell",),
    "land.young": ("communities", "week of planting", "ground"),
    "minds.belief": ("networks", "leg"),
    "minds.seized": ("networks", "branch", "leg"),
    "minds.tried": ("networks", "branch", "leg"),
    "minds.danger": ("groups", "site"),
    "minds.cases": ("networks", "theatre"),
    "trade.open": ("networks", "route"),
    "trade.share": ("networks", "route"),
    "trade.used": ("networks", "route"),
    "trade.book": ("networks", "branch", "book"),
    "trade.constant": ("route",),
    "trade.risk": ("networks", "route"),
    "prices": ("exit", "product"),
    "route_effort": ("route",),
}
PRODUCTS = ("hydrochloride", "latex")
FORCE = {
    getattr(tables, name): name.lower()
    for name in dir(tables)
    if name.startswith(("N_", "POST_", "RIVER_"))
} | {
    getattr(tables, name): name.lower()
    for name in (
        "WEIGHTED",
        "PEOPLE",
        "TEAMS",
        "RESPONDERS",
        "CLEARERS",
        "ANSWERING",
        "ESCORTS",
        "HOLDING",
        "SERVES",
        "ANSWERS",
    )
    if hasattr(tables, name)
}
BOOK = ("waiting", "sent", "capacity", "whole")
# What a row of a table is called, and the words for its `kind`.
NOUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "units": ("unit", state.UNIT_KINDS),
    "groups": ("armed group", state.GROUP_KINDS),
    "networks": ("network", ()),
    "shipments": ("shipment", ()),
    "labs": ("laboratory", state.LAB_KINDS),
    "leads": ("report", state.LEAD_KINDS),
    "communities": ("community", ()),
    "markets": ("market", ()),
    "partners": ("partner force", ()),
    "theatres": ("theatre", ()),
    "basins": ("basin", ()),
}
AGENTS = tuple(name for name in NOUNS if name not in ("theatres", "basins"))
WITH_UID = tuple(name for name in AGENTS if name not in ("markets", "partners"))
OF_AN_AGENT = {  # arrays with a row for each agent of a table: what these believe, plan and own
    table: tuple(name for name, axes in AXES.items() if axes[0] == table)
    for table in ("networks", "groups", "communities")
}
GROWN = ("networks", "groups")  # of these tables not every row is in use
PLACED = {
    "units": "posting",
    "groups": "site",
    "networks": "hub",
    "labs": "site",
    "leads": "site",
    "partners": "site",
}
WORDS = {
    **{f"{table}.kind": words for table, (_, words) in NOUNS.items() if words},
    "units.mission": state.MISSIONS,
    "units.order_mission": state.MISSIONS,
    "units.status": state.STATUSES,
    "communities.holder": state.HOLDERS,
    "leads.source": state.SOURCES,
    **dict.fromkeys(("shipments.product", "markets.product"), PRODUCTS),
    **dict.fromkeys(("shipments.inside", "communities.theatre", "markets.theatre"), THEATRES),
    "levers.cognition": state.COGNITIONS,
}
SITES = ("home", "posting", "order_site", "site", "hub", "post")
DAYS = (
    "departs",
    "arrives",
    "recovers",
    "born",
    "opened",
    "closed_until",
    "suspended_until",
    "seen",
    "received",
    "shared",
)


class Names:
    """Says what stands at an index of a field and what its value means, in words that the
    scenario's author knows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.burn_in = int(world.levers.burn_in[0])

    def element(self, field: str, index: tuple[int, ...], column: Column) -> dict[str, Any]:
        """What stands at `index` of a field: kind, name, uid in hex, place, theatre ("" where there
        is none), and `at`, the other axes in words. `column` gives the fields of the same
        moment."""
        table = field.partition(".")[0]
        if field in AXES:
            axes = AXES[field]
        elif table == "tally":
            axes = ("exit" if "exported" in field else "theatre",)
        else:
            axes = (table,)
        first, position = axes[0], int(index[0])
        if first not in NOUNS:
            found = self.spot(first, position)
        elif field in AXES and first in GROWN:  # a row for each row of the table, in use or not
            rows = column(f"{first}.{ROWS}")
            at = np.flatnonzero(rows == position)
            found = (
                self.agent(first, int(at[0]), column)
                if len(at)
                else _spot(NOUNS[first][0], f"of row {position}")
            )
        else:
            found = self.agent(first, position, column)
        more = [self.spot(axis, int(i)) for axis, i in zip(axes[1:], index[1:])]
        return found | {"at": ", ".join(filter(None, map(_in_words, more)))}

    def agent(self, table: str, place: int, column: Column) -> dict[str, Any]:
        """The agent of a table at `place` among the rows in use."""
        noun, kinds = NOUNS[table]

        def value(name: str) -> int:
            return int(column(f"{table}.{name}")[place])

        found = _spot(noun, kinds[value("kind")] if kinds else "")
        if table in WITH_UID:
            found["uid"] = f"{value('uid'):016x}"
        match table:
            case "markets":
                return found | {
                    "name": self.world.cluster_names[place],
                    "theatre": THEATRES[value("theatre")],
                }
            case "theatres":
                return found | {"name": THEATRES[place], "theatre": THEATRES[place]}
            case "basins":
                return found | {"name": state.BASINS[place]}
            case "communities":
                site = place
            case "shipments":
                cell = int(self.world.routes.cell[value("step")])
                site = int(self.world.ground.community[cell]) if cell >= 0 else -1
                return found | {"place": self.site_name(site), "theatre": THEATRES[value("inside")]}
            case _:
                site = value(PLACED[table])
        return found | self.place(site)

    def spot(self, axis: str, index: int) -> dict[str, Any]:
        """What stands at an index of an axis that no table fills."""
        w = self.world
        match axis:
            case "site":
                return _spot("place") | self.place(index)
            case "cell":
                return _spot("cell", str(index)) | self.place(int(w.ground.community[index]))
            case "leg":
                start, stop = int(w.legs.start[index]), int(w.legs.start[index + 1])
                cell = int(w.legs.cell[start]) if stop > start else -1
                site = int(w.ground.community[cell]) if cell >= 0 else -1
                return (
                    _spot("leg", str(index))
                    | self.place(site)
                    | {"theatre": THEATRES[w.legs.theatre[index]]}
                )
            case "route":
                ends = EXITS[w.route_facts.exit[index]]
                return _spot(
                    "route",
                    f"{index} from {w.cluster_names[w.route_facts.origin[index]]} to {ends}",
                )
            case "branch":
                return _spot(
                    "branch",
                    w.cluster_names[index] if index < len(w.cluster_names) else "of the whole firm",
                )
            case "theatre":
                return _spot("", THEATRES[index] if index < len(THEATRES) else str(index)) | {
                    "theatre": THEATRES[index] if index < len(THEATRES) else ""
                }
            case "exit":
                return _spot("exit", EXITS[index])
            case "product":
                return _spot("", PRODUCTS[index])
            case "force":
                return _spot("", FORCE.get(index, f"column {index}"))
            case "book":
                return _spot("", BOOK[index])
            case "ground":
                return _spot("", "eradicated before" if index else "")
        return _spot(axis, str(index))

    def place(self, site: int) -> dict[str, str]:
        """Name and theatre of a place index."""
        return {
            "place": self.site_name(site),
            "theatre": THEATRES[self.world.sites.theatre[site]] if site >= 0 else "",
        }

    def site_name(self, site: int) -> str:
        """Name of a place index, empty where there is none."""
        return self.world.site_names[site] if 0 <= site < len(self.world.site_names) else ""

    def word(self, field: str, value: float) -> str:
        """What a value of a field stands for: a mission, a place, a day of the horizon; empty where
        it is a plain number."""
        name = field.partition(".")[2]
        if field in WORDS:
            return WORDS[field][int(value)] if 0 <= value < len(WORDS[field]) else ""
        if name in SITES and field.partition(".")[0] in NOUNS:
            return self.site_name(int(value)) or "none"
        if name in DAYS:
            return f"day {int(value) - self.burn_in}"
        return ""

    def theatre_of(self, table: str, rows: np.ndarray) -> np.ndarray:
        """i8[rows]: the theatre code of each agent of a table."""
        if table == "shipments":
            return rows["inside"]
        if "theatre" in (rows.dtype.names or ()):
            return rows["theatre"]
        sites = rows[PLACED[table]]
        return np.where(sites >= 0, self.world.sites.theatre[sites], ELSEWHERE)

    def agents(self, common: set[str]) -> dict[str, dict[str, Any]]:
        """Every agent by table: `noun`, uid u8[n], theatre i8[n], and a digest of its row, and of
        what it believes, plans and owns, list[n]. Only the fields in `common`, which both runs
        have, enter."""
        found = {}
        for name in AGENTS:
            part = "actors" if hasattr(self.world.actors, name) else "places"
            table = np.asarray(getattr(getattr(self.world, part), name))
            columns = table.dtype.names or ()
            rows = np.flatnonzero(table["alive"]) if "alive" in columns else np.arange(len(table))
            used = table[rows]
            stacked = [used[column].tobytes() for column in columns if f"{name}.{column}" in common]
            widths = [len(data) // max(len(rows), 1) for data in stacked]
            for array in OF_AN_AGENT.get(name, ()):
                part, _, field = array.partition(".")
                if array in common:
                    data = getattr(getattr(self.world, part), field)[rows].tobytes()
                    stacked.append(data)
                    widths.append(len(data) // max(len(rows), 1))
            digests = []
            for i in range(len(rows)):
                digest = hashlib.blake2b(digest_size=8)
                for data, width in zip(stacked, widths):
                    digest.update(data[i * width : (i + 1) * width])
                digests.append(digest.digest())
            uid = used["uid"].astype(np.uint64) if "uid" in columns else rows.astype(np.uint64)
            theatre = np.asarray(self.theatre_of(name, used), np.int64)
            found[name] = {
                "noun": NOUNS[name][0],
                "uid": uid,
                "theatre": theatre,
                "digest": digests,
            }
        return found


def _spot(kind: str, name: str = "") -> dict[str, Any]:
    return {"kind": kind, "name": name, "uid": "", "place": "", "theatre": ""}


def _in_words(spot: dict[str, Any]) -> str:
    """`leg 12 near Pichari`."""
    words = " ".join(filter(None, (spot["kind"], spot["name"])))
    near = f" near {spot['place']}" if spot["place"] and spot["kind"] != "place" else spot["place"]
    return f"{words}{near}" if words != "place" else spot["place"]
