"""The masks: theatres as sets of provinces and districts, the strip abroad, the active cells."""

import numpy as np
from scipy import ndimage

from sim.geography.map import COUNTRIES, Grid
from sim.names import ELSEWHERE, THEATRES

from .admin import Admin
from .water import Rivers

STRIP_KM, RING_KM, RIVER_MARGIN_KM = 60, 30, 10
ABROAD = tuple(COUNTRIES.index(name) for name in ("ecuador", "colombia", "brazil"))

# Districts of the VRAEM (DS 040-2016-PCM and later), where the names of seats are unique inside the
# frame below.
VRAEM_DISTRICTS = {
    "AYAHUANCO", "HUANTA", "LURICOCHA", "LLOCHEGUA", "SANTILLANA", "SIVIA", "CANAYRE", "UCHURACCAY",
    "PUCACOLPA", "CHACA", "AYNA", "ANCO", "CHUNGUI", "SAMUGARI", "ANCHIHUAY", "QUIMBIRI", "PICHARI",
    "VILCABAMBA", "ECHARATE", "INKAWASI", "MAZAMARI", "PANGOA", "SATIPO", "COVIRIALI", "LLAYLLA",
    "ANDAMARCA", "SURCUBAMBA", "HUACHOCOLPA", "ROBLE", "VILLA VIRGEN", "VILLA KINTIARINA",
    "RIO TAMBO", "RIO NEGRO", "VIZCATAN DEL ENE", "PAMPA HERMOSA", "SANTO DOMINGO DE ACOBAMBA",
    "TINTAY PUNCU", "SAN MARCOS DE ROCCHAC", "SAN MIGUEL", "TAMBO", "SANTA ROSA",
}  # fmt: skip
VRAEM_FRAME = (-75.2, -13.9, -72.0, -10.5)  # west, south, east, north of the seats
VRAEM_EAST = -72.75  # cut here, since Echarate and Vilcabamba reach far beyond the Apurimac
# The provinces Putumayo and Mariscal Ramon Castilla, and the districts of Maynas on the Napo and
# the Amazon between them.
LORETO_PROVINCES = ("1608", "1604")
LORETO_DISTRICTS = {
    "TORRES CAUSANA", "NAPO", "MAZAN", "LAS AMAZONAS", "INDIANA", "IQUITOS", "PUNCHANA", "BELEN",
    "SAN JUAN BAUTISTA",
}  # fmt: skip
# Jaen, San Ignacio, Cutervo, Chota, Hualgayoc, Celendin; Bagua, Condorcanqui, Utcubamba.
CAJAMARCA_PROVINCES = ("0608", "0609", "0606", "0604", "0607", "0603", "0102", "0104", "0107")


def mark_theatres(grid: Grid, admin: Admin) -> np.ndarray:
    """Return the theatre code of each cell [rows*cols]."""
    x, y = grid.centres()
    lon, _ = grid.unproject(x, y)
    west, south, east, north = VRAEM_FRAME
    loreto = admin.departments.index("Loreto")
    vraem = [
        i + 1
        for i, s in enumerate(admin.seats)
        if s.district in VRAEM_DISTRICTS and west < s.lon < east and south < s.lat < north
    ]
    napo = [
        i + 1
        for i, s in enumerate(admin.seats)
        if s.district in LORETO_DISTRICTS and s.code.startswith("1601")
    ]
    theatre = np.zeros(x.size, np.int64)
    masks = {
        "vraem": _solid(np.isin(admin.district, vraem) & (lon < VRAEM_EAST), grid),
        "loreto": admin.in_provinces(*LORETO_PROVINCES)
        | np.isin(admin.district, napo) & (admin.department == loreto),
        "cajamarca": admin.in_provinces(*CAJAMARCA_PROVINCES),
    }
    for name, mask in masks.items():
        theatre[mask & (admin.country == COUNTRIES.index("peru"))] = THEATRES.index(name)
    return theatre


def mark_active(grid: Grid, admin: Admin, theatre: np.ndarray, rivers: Rivers) -> np.ndarray:
    """Return a mask of the active cells.

    They are the theatres, the strip abroad (and the upper Putumayo beyond it), and a ring of land
    around the theatres.
    """
    near = _distance(theatre != ELSEWHERE, grid)
    abroad = np.isin(admin.country, ABROAD)
    water = np.zeros(theatre.size, bool)
    for name in ("Putumayo alto", "San Miguel", "Putumayo"):
        cells = grid.national_at(*rivers.courses[name].T)
        water[cells[cells >= 0]] = True
    beside = (_distance(water, grid) <= RIVER_MARGIN_KM) & (near <= 2.5 * STRIP_KM)
    return (
        (theatre != ELSEWHERE)
        | abroad & ((near <= STRIP_KM) | beside)
        | (admin.country == COUNTRIES.index("peru")) & (near <= RING_KM)
    )


def _distance(mask: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the km from every cell to the nearest cell of the mask."""
    cells = ndimage.distance_transform_edt(~mask.reshape(grid.rows, grid.cols)).ravel()
    return cells * grid.resolution_km


def _solid(mask: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the largest piece of a mask, with its small holes and spurs smoothed away."""
    box = mask.reshape(grid.rows, grid.cols)
    box = ndimage.binary_opening(ndimage.binary_closing(box, iterations=2), iterations=1)
    labels, _ = ndimage.label(box)
    return (labels == 1 + np.argmax(np.bincount(labels.ravel())[1:])).ravel()
