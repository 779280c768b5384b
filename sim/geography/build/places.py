"""The places of one resolution: settlements, airfields, exits and connectors.

A settlement has the people of its catchment, a port and a district.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sim.geography.map import COMMUNITIES, COUNTRIES, NAVIGABLE, NO_ROAD, Grid
from sim.names import ELSEWHERE, EXITS, THEATRES

from .admin import ISO, Admin, title
from .corridors import CONNECTORS, HUBS, PLACES
from .corridors import EXITS as CROSSINGS
from .people import PERU, Town, whole
from .sources import SourceError, only
from .theatres import ABROAD

PORT_KM = 10.0
MOST = 512  # settlements in all: travel is computed from at most this many places
SNAP_KM = 20.0


@dataclass(frozen=True)
class Ground:
    """The ground of one resolution: national indices of the active cells, and their layers [n]."""

    grid: Grid
    cells: np.ndarray
    country: np.ndarray
    theatre: np.ndarray
    people: np.ndarray
    river: np.ndarray
    road: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        """x and y [km] of the centres of the active cells."""
        return np.column_stack(self.grid.centres())[self.cells]

    def nearest(self, allowed: np.ndarray, x: float, y: float) -> tuple[int, float]:
        """Return the active index of the nearest allowed cell, and its distance [km].

        This is the cell that holds (x, y) if it is allowed.
        """
        candidates = np.flatnonzero(allowed)
        national = self.grid.national_at(x, y)
        own = int(np.searchsorted(self.cells, int(national)))
        gaps = np.hypot(*(self.centres[candidates] - (x, y)).T)
        if own < len(self.cells) and self.cells[own] == national and allowed[own]:
            return own, 0.0
        return int(candidates[gaps.argmin()]), float(gaps.min())


def settle(
    ground: Ground,
    admin: Admin,
    chosen: list[Town],
    towns: list[Town],
    theatre: np.ndarray,
    active: np.ndarray,
) -> list[dict]:
    """Return the settlements as dicts: communities, foreign towns, hubs.

    Communities stand by theatre and name, foreign towns by name, hubs in the order of `HUBS`.
    `chosen` are the communities. `theatre` and `active` belong to the finest grid, so that both
    resolutions have the same settlements.
    """
    curated = {name for name, *_ in PLACES}
    chosen = sorted(chosen, key=lambda t: (theatre[t.cell], t.name))
    foreign = [
        t
        for t in towns
        if t.country in ABROAD and active[t.cell] and (t.known or t.name in curated)
    ]
    room = MOST - len(chosen) - len(HUBS)
    foreign = sorted(foreign, key=lambda t: (t.name not in curated, -t.known, t.name))[:room]
    foreign = sorted(foreign, key=lambda t: t.name)
    hubs = [next(t for t in towns if t.name == name and t.country == PERU) for name, *_ in HUBS]
    settlements = [_settlement(t, t.kind, ground, admin, int(theatre[t.cell])) for t in chosen]
    settlements += [_settlement(t, "foreign", ground, admin, ELSEWHERE) for t in foreign]
    settlements += [_settlement(t, "hub", ground, admin, int(theatre[t.cell])) for t in hubs]
    _tell_apart(settlements)
    for code in range(1, len(THEATRES)):
        _fill([s for s in settlements if s["theatre"] == code], ground, ground.theatre == code)
    for code in ABROAD:
        _fill([s for s in settlements if s["country"] == code], ground, ground.country == code)

    def order(settlement: dict) -> tuple[int, str]:
        if settlement["kind"] in COMMUNITIES:
            return settlement["theatre"], settlement["name"]
        return len(THEATRES), ""

    return sorted(settlements, key=order)


def _settlement(town: Town, kind: str, ground: Ground, admin: Admin, theatre: int) -> dict:
    """Return a town as a settlement.

    Its cell is the one that holds the town or, where that lies across a line, the nearest cell of
    its own country and theatre.
    """
    own = (ground.country == town.country) & (ground.theatre == theatre)
    cell, gap = ground.nearest(own, town.x, town.y)
    port, to_port = ground.nearest(ground.river >= NAVIGABLE, town.x, town.y)
    ours = town.country == PERU
    seat = admin.seat_of(town.name, town.x, town.y, town.cell) if ours else None
    department = int(seat.code[:2] or admin.department[town.cell]) if seat else 0
    return {
        "name": town.name,
        "kind": kind,
        "lon": round(town.lon, 4),
        "lat": round(town.lat, 4),
        "cell": cell if gap <= SNAP_KM else -1,
        "population": town.known,
        "country": town.country,
        "theatre": theatre if ours else ELSEWHERE,
        "department": admin.departments[department] if seat else "",
        "province": admin.provinces[admin.province_codes.index(seat.code[:4])] if seat else "",
        "district": title(seat.district) if seat else "",
        "port": port if to_port <= PORT_KM else -1,
    }


def _tell_apart(settlements: list[dict]) -> None:
    """Add the district (or province) to the name of one of two places with the same name.

    Of two such places in a theatre, this is the one with the smaller known population.
    """
    seen: dict[tuple, dict] = {}
    for settlement in settlements:
        key = settlement["theatre"], settlement["country"], settlement["name"]
        first = seen.setdefault(key, settlement)
        if first is not settlement:
            lesser = min(first, settlement, key=lambda s: s["population"])
            seen[key] = settlement if lesser is first else first
            district, province = lesser["district"], lesser["province"]
            lesser["name"] += f" ({province if district == lesser['name'] else district})"


def _fill(settlements: list[dict], ground: Ground, inside: np.ndarray) -> None:
    """Set the population of settlements to that of the cells nearest to each.

    Settlements in one cell share its people by their known populations.
    """
    known = np.array([settlement["population"] + 50.0 for settlement in settlements])
    at = np.array([settlement["cell"] for settlement in settlements])
    cells = np.flatnonzero(inside)
    lon, lat = ([settlement[name] for settlement in settlements] for name in ("lon", "lat"))
    x, y = ground.grid.project(lon, lat)
    nearest = cKDTree(np.c_[x, y]).query(ground.centres[cells])[1]
    total = np.zeros(len(settlements))
    for cell, other in zip(cells, nearest):
        own = np.flatnonzero(at == cell)
        if len(own):
            share = known[own] / known[own].sum() * ground.people[cell]
            total[own] += whole(share, int(ground.people[cell]))
        else:
            total[other] += ground.people[cell]
    for settlement, population in zip(settlements, total):
        settlement["population"] = int(population)


def airfields(folders: dict[str, Path], ground: Ground) -> list[tuple]:
    """Return (name, lon, lat, active cell, country) of every airfield in the active area."""
    found = []
    with only(folders["airportsdata"], "*.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["country"] in ISO[1:]:
                lon, lat = float(row["lon"]), float(row["lat"])
                national = ground.grid.national_of(lon, lat)
                cell = np.searchsorted(ground.cells, national)
                if cell < len(ground.cells) and ground.cells[cell] == national:
                    name, country = title(row["name"]), ISO.index(row["country"])
                    found.append((name, round(lon, 4), round(lat, 4), int(cell), country))
    return sorted(found)


def exits(ground: Ground) -> list[dict]:
    """Return the crossings.

    Each lies in the nearest cell across the line that has its river or road, or else on the shared
    river or road itself.
    """
    passable = {
        "river": ground.river >= NAVIGABLE,
        "road": ground.road != NO_ROAD,
        "foot": np.ones(len(ground.cells), bool),
    }
    found = []
    for name, where, mode, (lat, lon) in CROSSINGS:
        x, y = ground.grid.project(lon, lat)
        abroad = ground.country == COUNTRIES.index(where)
        cell, gap = ground.nearest(passable[mode] & abroad, float(x), float(y))
        if gap > SNAP_KM:
            cell, gap = ground.nearest(passable[mode], float(x), float(y))
        if gap > SNAP_KM:
            raise SourceError(
                f"exit {name} lies {gap:.0f} km from the nearest {mode} cell of the active area"
            )
        found.append({"name": name, "exit": EXITS.index(where), "cell": cell, "mode": mode})
    return found


def connectors(settlements: list[dict]) -> list[dict]:
    """Return the legs outside the active map, between settlements or out of the country."""
    index = {
        settlement["name"]: i
        for i, settlement in reversed(list(enumerate(settlements)))
        if settlement["country"] == PERU
    }
    return [
        {
            "name": name,
            "start": index[start],
            "end": index[end] if end else -1,
            "mode": mode,
            "days": days,
            "cost_usd_per_kg": cost,
            "seizure_probability": risk,
            "exit": EXITS.index(where) if where else -1,
        }
        for name, start, end, mode, days, cost, risk, where in CONNECTORS
    ]
