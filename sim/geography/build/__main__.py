"""`python -m sim.geography.build [--sources DIR] [--out DIR]` makes `sim/geography/data/`.

It makes the same bytes from the same open packages. It fetches what is missing in the sources
folder (about 250 MB), then needs a minute and 1.5 GB of memory. Nothing else imports this.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

from sim.geography.map import DATA, PROJECTION, QUANTITIES, Grid

from .admin import read_admin
from .corridors import RIVERS
from .crops import coca_suitability
from .elevation import read_relief
from .people import communities, rake, read_towns, whole
from .places import Ground, airfields, connectors, exits, settle
from .roads import road_edges, trace_roads
from .sources import SourceError, fetch, unpack
from .theatres import mark_active, mark_theatres
from .water import read_rivers, river_edges
from .write import write_arrays, write_json, write_manifest, write_outlines

WIDTH_KM, HEIGHT_KM, WEST_KM, NORTH_KM = 1540, 2160, -760, 1080
FINE_KM, FIXTURE_KM = 5, 10
NATIONAL = ("country", "elevation_m", "terrain", "theatre_grid")


def grid_of(resolution_km: int) -> Grid:
    """Return the national grid with cells of this size."""
    return Grid(
        resolution_km,
        HEIGHT_KM // resolution_km,
        WIDTH_KM // resolution_km,
        WEST_KM,
        NORTH_KM,
        PROJECTION,
    )


def build(sources: Path, out: Path) -> None:
    """Fetch the packages into `sources` where they are missing, and make all outputs in `out`."""
    archives = fetch(sources)
    with tempfile.TemporaryDirectory() as scratch:
        folders = unpack(archives, Path(scratch))
        out.mkdir(parents=True, exist_ok=True)
        _build(folders, out)
    write_manifest(out, archives)


def _build(folders: dict[str, Path], out: Path) -> None:
    """Make the maps of both resolutions and the outlines from the unpacked packages."""
    grid = grid_of(FINE_KM)
    admin = read_admin(folders, grid)
    relief = read_relief(folders, grid, admin)
    rivers = read_rivers(folders, grid)
    roads = trace_roads(grid, admin, relief)
    theatre = mark_theatres(grid, admin)
    active = mark_active(grid, admin, theatre, rivers)
    _, _, river = river_edges(rivers, grid)
    _, _, road = road_edges(roads, grid, relief.roughness)
    towns = read_towns(folders, grid, admin)
    people = rake(grid, admin, relief, theatre, active, towns, road, river)
    chosen = communities(grid, theatre, people, towns, road, river)
    layers = {
        "country": admin.country,
        "elevation_m": relief.elevation.round(),
        "terrain": relief.terrain,
        "theatre_grid": theatre,
        "active": active.astype(np.int64),
        "slope_permille": relief.slope.round(),
        "forest": relief.forest.round(),
        "population": people,
        "poppy_share": relief.poppy.round(3),
        "coca_suitability": coca_suitability(grid, admin, relief, road, river).round(3),
        "department": admin.department,
        "province": admin.province,
        "roughness": relief.roughness,
    }
    coarse = coarsen(layers, grid)
    # Loreto is lowland: what the pixels show on its edge belongs to the slopes of its neighbours.
    for now in (layers, coarse):
        now["poppy_share"][now["department"] == admin.departments.index("Loreto")] = 0
    for size, now in ((grid, layers), (grid_of(FIXTURE_KM), coarse)):
        _write(size, now, out, folders, admin, rivers, roads, chosen, towns, theatre, active)
    write_outlines(out, admin, rivers, grid)


def coarsen(layers: dict[str, np.ndarray], grid: Grid) -> dict[str, np.ndarray]:
    """Return the layers at twice the cell size.

    Quantities are averaged; codes take the commonest one (the highest in a tie). People are those
    of the cell's own country and theatre, scaled so that theatres and neighbours keep their totals.
    """

    def fours(layer: np.ndarray) -> np.ndarray:
        """Return the four fine values of each coarse cell."""
        return layer.reshape(grid.rows // 2, 2, grid.cols // 2, 2).swapaxes(1, 2).reshape(-1, 4)

    coarse = {}
    for name, layer in layers.items():
        four = fours(layer)
        if name in QUANTITIES or name == "roughness":
            decimals = 3 if name in ("poppy_share", "coca_suitability") else 0
            coarse[name] = four.mean(axis=1).round(decimals)
        else:
            votes = (four[:, :, None] == four[:, None, :]).sum(axis=2) * 1000 + four
            coarse[name] = np.take_along_axis(four, votes.argmax(axis=1)[:, None], axis=1)[:, 0]
    parts = layers["country"] * 10 + layers["theatre_grid"]
    now = coarse["country"] * 10 + coarse["theatre_grid"]
    people = np.where(fours(parts) == now[:, None], fours(layers["population"]), 0).sum(axis=1)
    for part in np.unique(parts[layers["population"] > 0]):
        inside, total = now == part, layers["population"][parts == part].sum()
        people[inside] = whole(people[inside] * total / people[inside].sum(), round(total))
    coarse["population"] = people
    return coarse


def _write(
    grid, layers, out, folders, admin, rivers, roads, chosen, towns, fine_theatre, fine_active
) -> None:
    """Write the files of one resolution."""
    cells = np.flatnonzero(layers["active"])
    index = np.full(grid.rows * grid.cols, -1, np.int64)
    index[cells] = np.arange(len(cells))
    water, water_km, river = river_edges(rivers, grid)
    ways, ways_km, road = road_edges(roads, grid, layers["roughness"])
    wet, dry = (index[edges[:, :2]].min(axis=1) >= 0 for edges in (water, ways))
    suffix = f"{int(grid.resolution_km)}"
    stored = {name: layers[name].astype(np.int64) for name in NATIONAL}
    for name in ("slope_permille", "forest", "population", "department", "province"):
        stored[name] = layers[name][cells].astype(np.int64)
    write_arrays(
        out / f"grid{suffix}.npz",
        **stored,
        poppy_share=layers["poppy_share"][cells],
        coca_suitability=layers["coca_suitability"][cells],
        cells=cells,
        road=road[cells],
        road_edges=np.column_stack([index[ways[dry, :2]], ways[dry, 2]]),
        road_km=ways_km[dry].round(2),
    )
    write_arrays(
        out / f"rivers{suffix}.npz",
        river=river[cells],
        river_edges=np.column_stack([index[water[wet, :2]], water[wet, 2:]]),
        river_km=water_km[wet].round(2),
    )
    ground = Ground(
        grid,
        cells,
        country=layers["country"][cells],
        theatre=layers["theatre_grid"][cells],
        people=layers["population"][cells],
        river=river[cells],
        road=road[cells],
    )
    settlements = settle(ground, admin, chosen, towns, fine_theatre, fine_active)
    frame = {
        "resolution_km": float(grid.resolution_km),
        "rows": grid.rows,
        "cols": grid.cols,
        "x0_km": float(grid.x0_km),
        "y1_km": float(grid.y1_km),
        "projection": grid.projection,
    }
    write_json(
        out / f"places{suffix}.json",
        {
            "grid": frame,
            "settlements": settlements,
            "airfields": airfields(folders, ground),
            "exits": exits(ground),
            "connectors": connectors(settlements),
            "provinces": admin.provinces,
            "departments": admin.departments,
            "rivers": [river.name for river in RIVERS],
        },
    )
    edges = f"{wet.sum()} river and {dry.sum()} road edges"
    print(f"{suffix} km: {len(cells)} cells, {len(settlements)} settlements, {edges}", flush=True)


def main() -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m sim.geography.build", description=__doc__)
    parser.add_argument(
        "--sources",
        type=Path,
        default=Path("build/sources"),
        help="folder of the packages (default: build/sources)",
    )
    parser.add_argument(
        "--out", type=Path, default=DATA, help="folder of the outputs (default: the package's data)"
    )
    options = parser.parse_args()
    try:
        build(options.sources, options.out)
    except SourceError as error:
        print(f"the map was not built: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
