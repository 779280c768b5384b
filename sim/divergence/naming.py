"""Names in words for what stands at an index of a field, and for the values of fields."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.divergence.gaps import ROWS, WITH_UID
from sim.model.state import agents as state
from sim.model.state import arrays as tables
from sim.model.state.world import World
from sim.names import ELSEWHERE, EXITS, PRODUCTS, THEATRES
from sim.simulation.party_names import PARTY_NAMES

Column = Callable[[str], np.ndarray]  # gives the values of a field as they stood

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
    "support.b": ("communities", "party"),
    "support.present": ("communities", "party"),
    "support.in_fields": ("branch", "party"),
    "support.tolled": ("shipments", "party"),
    "support.sent_kg": ("route",),
    "support.passed_kg": ("place on a route",),
    "trade.open": ("networks", "route"),
    "trade.share": ("networks", "route"),
    "trade.used": ("networks", "route"),
    "trade.book": ("networks", "branch", "book"),
    "trade.constant": ("route",),
    "trade.risk": ("networks", "route"),
    "prices": ("exit", "product"),
    "route_effort": ("route",),
}
# The names of the columns of `fields.force`.
FORCE = {
    getattr(tables, name): name.lower()
    for name in (
        *(name for name in dir(tables) if name.startswith(("N_", "POST_", "RIVER_"))),
        "WEIGHTED",
        "WEIGHTED_POLICE",
        "PEOPLE",
        "TEAMS",
        "RESPONDERS",
        "CLEARERS",
        "ANSWERING",
        "ESCORTS",
        "HOLDING",
        "HOLDING_POLICE",
        "SERVES",
        "ANSWERS",
    )
    if hasattr(tables, name)
}
BOOK = ("waiting", "sent", "capacity", "whole")
# The name of a row of each table, and the names of its kinds.
NOUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "units": ("unit", state.UNIT_KINDS),
    "groups": ("armed group", state.GROUP_KINDS),
    "networks": ("network", ()),
    "shipments": ("shipment", ()),
    "labs": ("laboratory", state.LAB_KINDS),
    "leads": ("report", state.LEAD_KINDS),
    "communities": ("community", ()),
    "markets": ("market", ()),
    "parties": ("party", state.GROUP_KINDS),
    "partners": ("partner force", ()),
    "theatres": ("theatre", ()),
    "basins": ("basin", ()),
}
AGENTS = tuple(name for name in NOUNS if name not in ("parties", "theatres", "basins"))
OF_AN_AGENT = {  # arrays with a row for each agent of a table: its beliefs, plans and possessions
    table: tuple(name for name, axes in AXES.items() if axes[0] == table)
    for table in ("networks", "groups", "shipments", "communities")
}
GROWN = ("networks", "groups", "shipments")  # of these tables not every row is in use
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
    "groups.party": PARTY_NAMES,
    "units.mission": state.MISSIONS,
    "units.order_mission": state.MISSIONS,
    "units.status": state.STATUSES,
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
    """Names what stands at an index of a field and what its value means, in words of a scenario."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.burn_in = int(world.levers.burn_in[0])

    def element(self, field: str, index: tuple[int, ...], column: Column) -> dict[str, Any]:
        """Return what stands at `index` of a field.

        The keys are kind, name, uid in hex, place and theatre ("" where there is none), and `at`,
        the other axes in words. `column` gives the fields of the same moment."""
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

    def agent(self, table: str, row: int, column: Column) -> dict[str, Any]:
        """Return the agent of a table at `row` among the rows in use."""
        noun, kinds = NOUNS[table]

        def value(name: str) -> int:
            return int(column(f"{table}.{name}")[row])

        found = _spot(noun, kinds[value("kind")] if kinds else "")
        if table in WITH_UID:
            found["uid"] = f"{value('uid'):016x}"
        match table:
            case "markets":
                return found | {
                    "name": self.world.cluster_names[row],
                    "theatre": THEATRES[value("theatre")],
                }
            case "theatres":
                return found | {"name": THEATRES[row], "theatre": THEATRES[row]}
            case "parties":
                return found | {"name": PARTY_NAMES[value(ROWS)]}
            case "basins":
                return found | {"name": state.BASINS[row]}
            case "communities":
                site = row
            case "shipments":
                cell = int(self.world.routes.cell[value("step")])
                site = int(self.world.ground.community[cell]) if cell >= 0 else -1
                return found | {"place": self.site_name(site), "theatre": THEATRES[value("inside")]}
            case _:
                site = value(PLACED[table])
        return found | self.at_site(site)

    def spot(self, axis: str, index: int) -> dict[str, Any]:
        """Return what stands at an index of an axis that does not belong to a table."""
        w = self.world
        match axis:
            case "site":
                return _spot("place") | self.at_site(index)
            case "cell":
                return _spot("cell", str(index)) | self.at_site(int(w.ground.community[index]))
            case "leg":
                start, stop = int(w.legs.start[index]), int(w.legs.start[index + 1])
                cell = int(w.legs.cell[start]) if stop > start else -1
                site = int(w.ground.community[cell]) if cell >= 0 else -1
                return (
                    _spot("leg", str(index))
                    | self.at_site(site)
                    | {"theatre": THEATRES[w.legs.theatre[index]]}
                )
            case "route":
                begins = w.cluster_names[w.route_facts.origin[index]]
                ends = EXITS[w.route_facts.exit[index]]
                return _spot("route", f"{index} from {begins} to {ends}")
            case "branch":
                is_cluster = index < len(w.cluster_names)
                return _spot(
                    "branch", w.cluster_names[index] if is_cluster else "of the whole firm"
                )
            case "theatre":
                if index >= len(THEATRES):
                    return _spot("", str(index))
                return _spot("", THEATRES[index]) | {"theatre": THEATRES[index]}
            case "exit":
                return _spot("exit", EXITS[index])
            case "party":
                return _spot("party", PARTY_NAMES[index])
            case "product":
                return _spot("", PRODUCTS[index])
            case "force":
                return _spot("", FORCE.get(index, f"column {index}"))
            case "book":
                return _spot("", BOOK[index])
            case "ground":
                return _spot("", "eradicated before" if index else "")
        return _spot(axis, str(index))

    def at_site(self, site: int) -> dict[str, str]:
        """Return the name and the theatre of a site."""
        return {
            "place": self.site_name(site),
            "theatre": THEATRES[self.world.sites.theatre[site]] if site >= 0 else "",
        }

    def site_name(self, site: int) -> str:
        """Return the name of a site, "" where there is none."""
        return self.world.site_names[site] if 0 <= site < len(self.world.site_names) else ""

    def word(self, field: str, value: float) -> str:
        """Return what a value stands for (a mission, a site, a day), "" for a plain number."""
        name = field.partition(".")[2]
        if field in WORDS:
            return WORDS[field][int(value)] if 0 <= value < len(WORDS[field]) else ""
        if name in SITES and field.partition(".")[0] in NOUNS:
            return self.site_name(int(value)) or "none"
        if name in DAYS:
            return f"day {int(value) - self.burn_in}"
        return ""

    def theatre_of(self, table: str, rows: np.ndarray) -> np.ndarray:
        """Return the theatre code of each agent of a table, i8[rows]."""
        if table == "shipments":
            return rows["inside"]
        if "theatre" in (rows.dtype.names or ()):
            return rows["theatre"]
        sites = rows[PLACED[table]]
        return np.where(sites >= 0, self.world.sites.theatre[sites], ELSEWHERE)

    def agents(self, common: set[str]) -> dict[str, dict[str, Any]]:
        """Return every agent, by table.

        Each table has its `noun`, uid u8[n], theatre i8[n], and for each agent a digest of its row
        and of its beliefs, plans and possessions. Only the fields in `common`, which both runs
        have, enter the digest."""
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
    """Return a thing without uid, place and theatre."""
    return {"kind": kind, "name": name, "uid": "", "place": "", "theatre": ""}


def _in_words(spot: dict[str, Any]) -> str:
    """Return what stands on an axis in words: `leg 12 near Pichari`."""
    words = " ".join(filter(None, (spot["kind"], spot["name"])))
    near = f" near {spot['place']}" if spot["place"] and spot["kind"] != "place" else spot["place"]
    return f"{words}{near}" if words != "place" else spot["place"]
