"""The places of one resolution: settlements with catchment, port and district, airfields, exits and connectors."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sim.geography.map import COUNTRIES, Grid
from sim.names import EXITS, THEATRES

from .admin import ISO, Admin, title
from .corridors import CONNECTORS, HUBS, PLACES
from .corridors import EXITS as CROSSINGS
from .people import PERU, Town, whole
from .sources import SourceError, only
from .theatres import ABROAD

PORT_KM = 10.0
MOST = 512  # settlements in all: travel is computed from at most so many anchors
SNAP_KM = 20.0


@dataclass(frozen=True)
class Ground:
    """What the places of one resolution stand on: national indices of the active cells, and their layers [n]."""

    grid: Grid
    cells: np.ndarray
    country: np.ndarray
    theatre: np.ndarray
    people: np.ndarray
    river: np.ndarray
    road: np.ndarray

    @property
    def centres(self) -> np.ndarray:
        return np.column_stack(self.grid.centres())[self.cells]

    def nearest(self, allowed: np.ndarray, x: float, y: float) -> tuple[int, float]:
        """Active index of the nearest allowed cell, and its distance [km]; the cell that holds (x, y) if it is allowed."""
        candidates = np.flatnonzero(allowed)
        own = int(np.searchsorted(self.cells, int(self.grid.national_at(x, y))))
        gaps = np.hypot(*(self.centres[candidates] - (x, y)).T)
        if (
            own < len(self.cells)
            and self.cells[own] == self.grid.national_at(x, y)
            and allowed[own]
        ):
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
    """Settlement records: communities by theatre and name, then foreign towns by name, then hubs in the order of `HUBS`.

    `chosen` are the communities; `theatre` and `active` belong to the finest grid, so that both resolutions have the same settlements.
    """
    curated = {name for name, *_ in PLACES}
    chosen = sorted(chosen, key=lambda t: (theatre[t.cell], t.name))
    foreign = [
        t
        for t in towns
        if t.country in ABROAD and active[t.cell] and (t.known or t.name in curated)
    ]
    foreign = sorted(foreign, key=lambda t: (t.name not in curated, -t.known, t.name))[
        : MOST - len(chosen) - len(HUBS)
    ]
    hubs = [next(t for t in towns if t.name == name and t.country == PERU) for name, *_ in HUBS]
    records = [_record(t, t.kind, ground, admin, int(theatre[t.cell])) for t in chosen]
    records += [
        _record(t, "foreign", ground, admin, 0) for t in sorted(foreign, key=lambda t: t.name)
    ]
    records += [_record(t, "hub", ground, admin, int(theatre[t.cell])) for t in hubs]
    _tell_apart(records)
    for code in range(1, len(THEATRES)):
        _fill([r for r in records if r["theatre"] == code], ground, ground.theatre == code)
    for code in ABROAD:
        _fill([r for r in records if r["country"] == code], ground, ground.country == code)
    return sorted(
        records,
        key=lambda r: (
            (r["theatre"], r["name"]) if r["kind"] in ("town", "hamlet") else (len(THEATRES), "")
        ),
    )


def _record(town: Town, kind: str, ground: Ground, admin: Admin, theatre: int) -> dict:
    """The cell is the one that holds the town or, where that lies across a line, the nearest of its own country and theatre."""
    cell, gap = ground.nearest(
        (ground.country == town.country) & (ground.theatre == theatre), town.x, town.y
    )
    port, to_port = ground.nearest(ground.river >= 2, town.x, town.y)
    ours = town.country == PERU
    seat = admin.seat_of(town.name, town.x, town.y, town.cell) if ours else None
    return {
        "name": town.name,
        "kind": kind,
        "lon": round(town.lon, 4),
        "lat": round(town.lat, 4),
        "cell": cell if gap <= SNAP_KM else -1,
        "population": town.known,
        "country": town.country,
        "theatre": theatre if ours else 0,
        "department": admin.departments[int(seat.code[:2] or admin.department[town.cell])]
        if seat
        else "",
        "province": admin.provinces[admin.province_codes.index(seat.code[:4])] if seat else "",
        "district": title(seat.district) if seat else "",
        "port": port if to_port <= PORT_KM else -1,
    }


def _tell_apart(records: list[dict]) -> None:
    """Of two places of one name in a theatre, the one with the smaller known population is called after its district (or province) too."""
    seen: dict[tuple, dict] = {}
    for record in records:
        key = record["theatre"], record["country"], record["name"]
        first = seen.setdefault(key, record)
        if first is not record:
            lesser = min(first, record, key=lambda r: r["population"])
            seen[key] = record if lesser is first else first
            where = (
                lesser["province"] if lesser["district"] == lesser["name"] else lesser["district"]
            )
            lesser["name"] += f" ({where})"


def _fill(records: list[dict], ground: Ground, inside: np.ndarray) -> None:
    """Population of settlements: that of the cells nearest to each; those in one cell share it by their known populations."""
    known = np.array([record["population"] + 50.0 for record in records])
    at = np.array([record["cell"] for record in records])
    cells = np.flatnonzero(inside)
    x, y = ground.grid.project(
        [record["lon"] for record in records], [record["lat"] for record in records]
    )
    nearest = cKDTree(np.c_[x, y]).query(ground.centres[cells])[1]
    total = np.zeros(len(records))
    for cell, other in zip(cells, nearest):
        own = np.flatnonzero(at == cell)
        if len(own):
            total[own] += whole(
                known[own] / known[own].sum() * ground.people[cell], int(ground.people[cell])
            )
        else:
            total[other] += ground.people[cell]
    for record, population in zip(records, total):
        record["population"] = int(population)


def airfields(folders: dict[str, Path], ground: Ground) -> list[tuple]:
    """(name, lon, lat, active cell, country) of every airfield in the active area, by name."""
    found = []
    with only(folders["airportsdata"], "*.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["country"] in ISO[1:]:
                lon, lat = float(row["lon"]), float(row["lat"])
                cell = np.searchsorted(ground.cells, ground.grid.national_of(lon, lat))
                if cell < len(ground.cells) and ground.cells[cell] == ground.grid.national_of(
                    lon, lat
                ):
                    found.append(
                        (
                            title(row["name"]),
                            round(lon, 4),
                            round(lat, 4),
                            int(cell),
                            ISO.index(row["country"]),
                        )
                    )
    return sorted(found)


def exits(ground: Ground) -> list[dict]:
    """Crossings, each in the nearest cell across the line that has its river or road, or else on the shared river or road itself."""
    passable = {
        "river": ground.river >= 2,
        "road": ground.road > 0,
        "foot": np.ones(len(ground.cells), bool),
    }
    records = []
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
        records.append({"name": name, "exit": EXITS.index(where), "cell": cell, "mode": mode})
    return records


def connectors(settlements: list[dict]) -> list[dict]:
    index = {
        record["name"]: i
        for i, record in reversed(list(enumerate(settlements)))
        if record["country"] == PERU
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
