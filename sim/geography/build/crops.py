"""Where coca can be grown: a suitability 0-1 from altitude, access, slope and forest.

The poppy band is made with the elevation.
"""

import numpy as np
from scipy import ndimage

from sim.geography.map import NAVIGABLE, NO_COUNTRY, NO_ROAD, TERRAINS, Grid

from .admin import Admin
from .elevation import Relief

# Altitudes [m] between which suitability rises, is full and falls, on the eastern slopes and in the
# lowland.
SLOPES = (200.0, 450.0, 1500.0, 2000.0)
LOWLAND = (60.0, 80.0, 450.0, 520.0)
ACCESS_KM = 12.0  # e-folding distance from a road or navigable river


def coca_suitability(grid: Grid, admin: Admin, relief: Relief, road, river) -> np.ndarray:
    """Return the suitability of each cell [rows*cols].

    It is 0 outside the eastern slopes and the Amazon lowland of any country.
    """
    by_altitude = np.zeros(relief.elevation.size)
    for terrain, (low, full, fading, high) in (("selva alta", SLOPES), ("selva baja", LOWLAND)):
        z = relief.elevation
        shape = np.clip(np.minimum((z - low) / (full - low), (high - z) / (high - fading)), 0, 1)
        by_altitude = np.where(relief.terrain == TERRAINS.index(terrain), shape, by_altitude)
    passable = ((road != NO_ROAD) | (river >= NAVIGABLE)).reshape(grid.rows, grid.cols)
    away_km = ndimage.distance_transform_edt(~passable).ravel() * grid.resolution_km
    access = np.exp(-away_km / ACCESS_KM)
    gentle = 1 - 0.5 * np.clip(relief.slope / 300, 0, 1)
    return by_altitude * access * gentle * (admin.country != NO_COUNTRY)
