"""The places of one resolution: settlements with catchment, port and district, airfields, exits and connectors."""

import csv
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from sim.geography.map import COUNTRIES, EXITS, THEATRES, Grid

from .admin import ISO, Admin, title
from .corridors import CONNECTORS, HUBS, PLACES
from .corridors import EXITS as CROSSINGS
from .people import PERU, Town, _whole
from .sources import only
from .theatres import ABROAD

PORT_KM = 10.0
MOST = 512  # settlements in all: travel is computed from at most so many anchors
SNAP_KM = 15.0


def settle(grid: Grid, layers: dict, admin: Admin, admin_grid: Grid, chosen: list[Town], towns: list[Town]) -> list[dict]:
    """Settlement records: communities by theatre and name, then foreign towns by name, then hubs in the order of `HUBS`.

    `chosen` are the communities with the theatre of their cell at the finest resolution (`admin_grid`); `layers` are national arrays.
    """
    centres = np.column_stack(grid.centres())
    active, country, theatre = layers["cells"], layers["country"], layers["theatre_grid"]
    index = np.full(grid.rows * grid.cols, -1, np.int64)
    index[active] = np.arange(len(active))
    water = active[layers["river_all"][active] >= 2]
    ports = cKDTree(centres[water])
    fine_theatre = layers["fine_theatre"]
    home = {id(t): int(fine_theatre[t.cell]) for t in chosen}
    chosen = sorted(chosen, key=lambda t: (home[id(t)], t.name))
    curated = {name for name, *_ in PLACES}
    foreign = [t for t in towns if t.country in ABROAD and layers["fine_active"][t.cell]]
    room = MOST - len(chosen) - len(HUBS)
    foreign = sorted(foreign, key=lambda t: (t.name not in curated, -t.known, t.name))[:room]
    hubs = [next(t for t in towns if t.name == name and t.country == PERU) for name, *_ in HUBS]
    records = []
    for kind, places in (("", chosen), ("foreign", sorted(foreign, key=lambda t: t.name)), ("hub", hubs)):
        for town in places:
            code = int(fine_theatre[town.cell])
            inside = active[(theatre[active] == code) & (country[active] == town.country)]
            own = int(grid.national_at(town.x, town.y))
            if kind == "hub":
                cell = index[own] if own >= 0 else -1
            elif own in inside:
                cell = index[own]
            else:
                cell = index[inside[cKDTree(centres[inside]).query((town.x, town.y))[1]]]
            gap, port = ports.query((town.x, town.y))
            seat = admin.seats[admin.district[town.cell] - 1] if town.country == PERU else None
            records.append({
                "name": town.name, "kind": kind or town.kind, "lon": round(town.lon, 4), "lat": round(town.lat, 4), "cell": int(cell),
                "population": town.known, "country": town.country, "theatre": code if town.country == PERU else 0,
                "department": admin.departments[admin.department[town.cell]] if seat else "",
                "province": admin.provinces[admin.province[town.cell]] if seat else "",
                "district": title(seat.district) if seat else "",
                "port": int(index[water[port]]) if gap <= PORT_KM else -1,
            })  # fmt: skip
    _fill(records, centres[active], theatre[active], layers["population_all"][active], grid)
    return records


def _fill(records: list[dict], centres, theatre, people, grid: Grid) -> None:
    """Population of the settlements of a theatre: that of the cells nearest to them; settlements of one cell share it."""
    for code in range(1, len(THEATRES)):
        mine = [r for r in records if r["theatre"] == code and r["cell"] >= 0]
        known = np.array([r["population"] + 50.0 for r in mine])
        x, y = grid.project([r["lon"] for r in mine], [r["lat"] for r in mine])
        cells = np.flatnonzero(theatre == code)
        nearest = cKDTree(np.c_[x, y]).query(centres[cells])[1]
        total = np.bincount(nearest, people[cells], len(mine))
        at = np.array([r["cell"] for r in mine])
        position = np.full(len(theatre), -1)
        position[cells] = np.arange(len(cells))
        for cell in np.unique(at):  # the cell itself belongs to the settlements in it
            inside = np.flatnonzero(at == cell)
            total[nearest[position[cell]]] -= people[cell]
            total[inside] += _whole(known[inside] / known[inside].sum() * people[cell], int(people[cell]))
        for record, population in zip(mine, total):
            record["population"] = int(population)


def airfields(folders: dict[str, Path], grid: Grid, index: np.ndarray) -> list[tuple]:
    """(name, lon, lat, active cell, country) of every airfield in the active area, by name."""
    found = []
    with only(folders["airportsdata"], "*.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["country"] in ISO[1:]:
                lon, lat = float(row["lon"]), float(row["lat"])
                cell = int(grid.national_of(lon, lat))
                if cell >= 0 and index[cell] >= 0:
                    found.append((title(row["name"]), round(lon, 4), round(lat, 4), int(index[cell]), ISO.index(row["country"])))
    return sorted(found)


def exits(grid: Grid, country: np.ndarray, cells: np.ndarray) -> list[dict]:
    """Crossings, each in the nearest active cell of the country across the line."""
    centres = np.column_stack(grid.centres())[cells]
    records = []
    for name, where, mode, (lat, lon) in CROSSINGS:
        abroad = np.flatnonzero(country[cells] == COUNTRIES.index(where))
        gap, near = cKDTree(centres[abroad]).query(np.ravel(grid.project(lon, lat)))
        if gap > SNAP_KM:
            raise ValueError(f"exit {name} lies {gap:.0f} km from the nearest active cell of {where}")
        records.append({"name": name, "exit": EXITS.index(where), "cell": int(abroad[near]), "mode": mode})
    return records


def connectors(settlements: list[dict]) -> list[dict]:
    index = {r["name"]: i for i, r in reversed(list(enumerate(settlements))) if r["country"] == PERU}
    return [
        {
            "name": name, "start": index[start], "end": index[end] if end else -1, "mode": mode, "days": days, "cost_usd_per_kg": cost,
            "seizure_probability": risk, "exit": EXITS.index(exit_) if exit_ else -1,
        }
        for name, start, end, mode, days, cost, risk, exit_ in CONNECTORS
    ]  # fmt: skip
