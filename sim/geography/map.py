"""The map: an equal-area grid of Peru with its active cells, roads, rivers, settlements and exits.

Everything is read from `data/`, which `python -m sim.geography.build` made from open packages
(`data/ATTRIBUTION.md`). Nothing is downloaded or computed here. Arrays are int64 or float64 and
read-only. National arrays are flat and start with the northern row. Active arrays hold one entry
for each active cell, in ascending order of national index. The active cells are those of the
theatres, of a strip of 60 km beyond the line, and of the 30 km around the theatres.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from sim.names import THEATRES

COUNTRIES = ("none", "peru", "ecuador", "colombia", "brazil", "bolivia", "chile")
TERRAINS = ("sea", "costa", "sierra", "puna", "selva alta", "selva baja", "lake")
ROAD_CLASSES = ("none", "track", "secondary", "trunk")
RIVER_CLASSES = ("obstacle", "canoe", "small boat", "large boat")
COMMUNITIES = ("town", "hamlet")  # the kinds of settlements that are communities
NO_COUNTRY = COUNTRIES.index("none")
NO_ROAD = ROAD_CLASSES.index("none")
# Rivers of a cell are coded as 0 for none, else 1 + their class. From this code on, boats pass.
NAVIGABLE = 1 + RIVER_CLASSES.index("canoe")

# Stored as whole numbers or f4 and used as f8. Every other array holds codes or indices.
QUANTITIES = {
    "elevation_m",
    "slope_permille",
    "forest",
    "population",
    "poppy_share",
    "coca_suitability",
    "road_km",
    "river_km",
}
DATA = Path(__file__).parent / "data"
PROJECTION = "+proj=laea +lat_0=-9.25 +lon_0=-75 +datum=WGS84 +units=m +no_defs"


@dataclass(frozen=True)
class Settlement:
    """A community (town or hamlet of a theatre), a foreign town of the strip, or a hub.

    `country` and `theatre` are codes; `cell` and `port` are active indices. `port` is the nearest
    navigable river cell within 10 km, or -1. `cell` is -1 for a hub outside the active area.
    `population` of a community is that of the cells nearest to it.
    """

    name: str
    kind: str
    lon: float
    lat: float
    cell: int
    population: int
    country: int
    theatre: int
    department: str
    province: str
    district: str
    port: int


@dataclass(frozen=True)
class Exit:
    """A place on the map where shipments leave Peru.

    `exit` is a code in EXITS, `cell` an active index abroad, `mode` is river, foot or road.
    """

    name: str
    exit: int
    cell: int
    mode: str


@dataclass(frozen=True)
class Connector:
    """A leg outside the active map, which can be travelled in both directions.

    `start` and `end` are settlement indices or -1, `exit` is a code in EXITS or -1. `days` is the
    length of the journey, `cost_usd_per_kg` what a firm pays, and `seizure_probability` the
    exogenous risk of one passage.
    """

    name: str
    start: int
    end: int
    mode: str
    days: float
    cost_usd_per_kg: float
    seizure_probability: float
    exit: int


@dataclass(frozen=True, eq=False)
class Grid:
    """Square cells of an equal-area projection.

    `x0_km` is the western edge and `y1_km` the northern one. Row 0 lies in the north.
    """

    resolution_km: float
    rows: int
    cols: int
    x0_km: float
    y1_km: float
    projection: str

    @cached_property
    def _geod(self) -> pyproj.Transformer:
        return pyproj.Transformer.from_crs("EPSG:4326", self.projection, always_xy=True)

    def project(self, lon, lat) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y [km] of longitudes and latitudes [degrees]."""
        x, y = self._geod.transform(np.asarray(lon, float), np.asarray(lat, float))
        return np.asarray(x) / 1000, np.asarray(y) / 1000

    def unproject(self, x_km, y_km) -> tuple[np.ndarray, np.ndarray]:
        """Return longitude and latitude [degrees] of x and y [km]."""
        lon, lat = self._geod.transform(
            np.asarray(x_km) * 1000, np.asarray(y_km) * 1000, direction="INVERSE"
        )
        return np.asarray(lon), np.asarray(lat)

    def national_at(self, x_km, y_km) -> np.ndarray:
        """Return the national index of the cell that holds (x, y), -1 outside the grid."""
        row = np.floor((self.y1_km - np.asarray(y_km)) / self.resolution_km).astype(np.int64)
        col = np.floor((np.asarray(x_km) - self.x0_km) / self.resolution_km).astype(np.int64)
        inside = (row >= 0) & (row < self.rows) & (col >= 0) & (col < self.cols)
        return np.where(inside, row * self.cols + col, -1)

    def national_of(self, lon, lat) -> np.ndarray:
        """Return the national index of the cell that holds (lon, lat), -1 outside the grid."""
        return self.national_at(*self.project(lon, lat))

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Return x and y [km] of every cell centre, flat [rows*cols]."""
        x = self.x0_km + (np.arange(self.cols) + 0.5) * self.resolution_km
        y = self.y1_km - (np.arange(self.rows) + 0.5) * self.resolution_km
        return np.tile(x, self.rows), np.repeat(y, self.cols)


@dataclass(frozen=True, eq=False)
class Map(Grid):
    """The whole map at one resolution.

    Shapes and units stand in the module's docstring and beside each field.
    """

    digest: str  # sha256 over the data files it was read from
    # national [rows*cols]
    country: np.ndarray  # code in COUNTRIES
    elevation_m: np.ndarray
    terrain: np.ndarray  # code in TERRAINS
    theatre_grid: np.ndarray  # code in THEATRES
    index: np.ndarray  # active index or -1
    # active [n]
    cells: np.ndarray  # national flat index, ascending
    x_km: np.ndarray
    y_km: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    area_km2: np.ndarray
    cell_country: np.ndarray
    theatre: np.ndarray
    terrain_of: np.ndarray
    elevation: np.ndarray  # m
    slope_permille: np.ndarray  # of the cell means
    forest: np.ndarray  # percent
    population: np.ndarray  # people
    road: np.ndarray  # best class in the cell, 0 none
    river: np.ndarray  # 0 none, else 1 + best class in the cell
    # 0-1, share of 1 km pixels in the poppy band, weighted by their distance to 2,500 m
    poppy_share: np.ndarray
    coca_suitability: np.ndarray  # 0-1
    department: np.ndarray  # code in `departments`, 0 none
    province: np.ndarray  # code in `provinces`, 0 none
    # edges, in active indices
    road_edges: np.ndarray  # [m, 3] a, b, class
    road_km: np.ndarray  # [m]
    river_edges: np.ndarray  # [m, 4] a (upstream), b (downstream), code in `rivers`, class
    river_km: np.ndarray  # [m]
    # places
    settlements: tuple[Settlement, ...]  # communities first, then foreign towns, then hubs
    n_communities: int
    airfields: tuple[tuple[str, float, float, int, int], ...]  # name, lon, lat, cell, country
    exits: tuple[Exit, ...]
    connectors: tuple[Connector, ...]
    provinces: tuple[str, ...]
    departments: tuple[str, ...]
    rivers: tuple[str, ...]

    def cell_of(self, lon: float, lat: float) -> int:
        """Return the active index of the cell at (lon, lat) [degrees], -1 outside the area."""
        national = int(self.national_of(lon, lat))
        return int(self.index[national]) if national >= 0 else -1

    def lonlat_of(self, cell: int) -> tuple[float, float]:
        """Return longitude and latitude [degrees] of the centre of an active cell."""
        return float(self.lon[cell]), float(self.lat[cell])

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        names: dict[str, list[int]] = {}
        for i, place in enumerate(self.settlements):
            names.setdefault(plain(place.name), []).append(i)
        return names

    def settlement(self, name: str, theatre: str | None = None) -> int:
        """Return the index of a settlement by name, whatever its accents and case.

        Where names repeat, it is the first in the order of `settlements`. KeyError, with near
        names, where there is none (or none in `theatre`, if one is named).
        """
        code = None if theatre is None else THEATRES.index(theatre)
        for i in self._by_name.get(plain(name), []):
            if code is None or self.settlements[i].theatre == code:
                return i
        here = {
            plain(s.name): s.name for s in self.settlements if code is None or s.theatre == code
        }
        near = [here[key] for key in get_close_matches(plain(name), here, n=3)]
        where = f" in {theatre}" if theatre else ""
        raise KeyError(
            f"no settlement {name!r}{where}" + (f"; near names: {', '.join(near)}" if near else "")
        )


def plain(name: str) -> str:
    """Return a name without accents, in lower case: the key under which it is looked up."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold().strip()


def resolutions() -> tuple[int, ...]:
    """Return the grid resolutions [km] for which there is data."""
    return tuple(sorted(int(re.sub(r"\D", "", path.stem)) for path in DATA.glob("grid*.npz")))


@cache
def load_map(resolution_km: float = 5) -> Map:
    """Return the committed map at 5 or 10 km; ValueError for any other resolution.

    The 10 km map is for tests: Pichari and Sivia share a cell there.
    """
    if resolution_km not in resolutions():
        known = ", ".join(f"{r} km" for r in resolutions())
        raise ValueError(f"no map at {resolution_km:g} km; available: {known}")
    files = [
        DATA / f"{stem}{int(resolution_km)}.{suffix}"
        for stem, suffix in (("grid", "npz"), ("rivers", "npz"), ("places", "json"))
    ]
    digest = hashlib.sha256(
        b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)
    ).hexdigest()
    arrays: dict[str, Any] = {}
    for path in files[:2]:
        with np.load(path) as stored:
            for name in stored.files:
                kind = np.float64 if name in QUANTITIES else np.int64
                arrays[name] = stored[name].astype(kind)
    places = json.loads(files[2].read_text(encoding="utf-8"))
    grid = Grid(**places["grid"])
    x, y = grid.centres()
    cells = arrays["cells"]
    lon, lat = grid.unproject(x[cells], y[cells])
    index = np.full(grid.rows * grid.cols, -1, np.int64)
    index[cells] = np.arange(len(cells))
    arrays |= {
        "index": index,
        "x_km": x[cells],
        "y_km": y[cells],
        "lon": lon,
        "lat": lat,
        "area_km2": np.full(len(cells), float(grid.resolution_km) ** 2),
        "cell_country": arrays["country"][cells],
        "theatre": arrays["theatre_grid"][cells],
        "terrain_of": arrays["terrain"][cells],
        "elevation": arrays["elevation_m"][cells],
    }
    for array in arrays.values():
        array.setflags(write=False)
    settlements = tuple(Settlement(**record) for record in places["settlements"])
    return Map(
        **places["grid"],
        **arrays,
        digest=digest,
        settlements=settlements,
        n_communities=sum(place.kind in COMMUNITIES for place in settlements),
        airfields=tuple(tuple(airfield) for airfield in places["airfields"]),
        exits=tuple(Exit(**record) for record in places["exits"]),
        connectors=tuple(Connector(**record) for record in places["connectors"]),
        provinces=tuple(places["provinces"]),
        departments=tuple(places["departments"]),
        rivers=tuple(places["rivers"]),
    )
