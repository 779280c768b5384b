"""Writes the outputs: two resolutions, outlines, and the manifest.

The manifest names version, licence and sha256 of every source, and the sha256 of every output.
"""

import json
from pathlib import Path

import numpy as np
import shapely

from .admin import Admin
from .corridors import RIVERS
from .sources import SOURCES, sha256
from .water import Rivers


def write_arrays(path: Path, **arrays: np.ndarray) -> None:
    """Write arrays compressed, each in the narrowest type that holds it (f4 for fractions).

    Numpy's archives carry no date, so equal arrays make equal bytes.
    """
    narrow = {}
    for name, array in arrays.items():
        if array.dtype.kind == "f":
            narrow[name] = array.astype(np.float32)
        else:
            least, most = (np.min_scalar_type(int(end)) for end in (array.min(), array.max()))
            narrow[name] = array.astype(np.result_type(least, most))
    np.savez_compressed(path, **narrow)


def write_json(path: Path, content) -> None:
    """Write JSON without spaces, as UTF-8."""
    path.write_text(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )


def write_outlines(out: Path, admin: Admin, rivers: Rivers, grid) -> None:
    """Write `outline.json` and `outline_rivers.json` (LGPL).

    The first has rings of [lon, lat] for each department, the second [lon, lat] points for each
    river.
    """
    rings = {}
    for name in sorted(admin.outlines):
        parts = []
        for polygon in admin.outlines[name]:
            simple = shapely.simplify(polygon, 0.02)
            parts += [
                part.exterior
                for part in getattr(simple, "geoms", [simple])
                if part.geom_type == "Polygon"
            ]
        rings[name] = [
            np.round(np.array(ring.coords), 3).tolist() for ring in parts if ring.length > 0.3
        ]
    write_json(out / "outline.json", rings)
    lines = {}
    for river in RIVERS:
        lon, lat = grid.unproject(*rivers.courses[river.name].T)
        simple = shapely.simplify(shapely.LineString(np.c_[lon, lat]), 0.015)
        lines[river.name] = np.round(np.array(simple.coords), 3).tolist()
    write_json(out / "outline_rivers.json", lines)


def write_manifest(out: Path, archives: dict[str, Path]) -> None:
    """Write `manifest.json`."""
    sources = [
        {
            "name": s.name,
            "version": s.version,
            "file": archives[s.name].name,
            "licence": s.licence,
            "sha256": sha256(archives[s.name]),
        }
        for s in SOURCES
    ]
    outputs = {
        path.name: sha256(path)
        for path in sorted(out.iterdir())
        if path.suffix in (".npz", ".json") and path.stem != "manifest"
    }
    manifest = {"sources": sources, "outputs": outputs}
    (out / "manifest.json").write_text(
        json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
