"""The production clusters: where product is gathered, and which communities belong to each."""

from typing import NamedTuple

import numpy as np

from sim.geography import cache as cache_file
from sim.geography import travel as travel_file
from sim.geography.cache import Arrays, cached, digest_of
from sim.geography.map import Map, plain
from sim.geography.travel import Speeds, air_km, nearest_site, surface_days
from sim.names import THEATRES


class Cluster(NamedTuple):
    """A place where product is gathered. `zone` names the origin of the product.

    `seeds` are towns that may stand for the cluster: the first of them that is on the map does.
    """

    name: str
    zone: str
    theatre: str
    seeds: tuple[str, ...]
    products: tuple[str, ...]


COCA, POPPY = ("coca",), ("poppy",)
CLUSTERS = (
    Cluster("Pichari-Kimbiri", "vraem", "vraem", ("Pichari", "Kimbiri", "Quimbiri"), COCA),
    Cluster("Sivia-Llochegua", "vraem", "vraem", ("Llochegua", "Sivia"), COCA),
    Cluster(
        "Santa Rosa-Samugari-Anchihuay",
        "vraem",
        "vraem",
        ("Samugari", "Palmapampa", "Santa Rosa", "Anchihuay"),
        COCA,
    ),
    Cluster("Canayre-Vizcatan del Ene", "vraem", "vraem", ("Canayre", "Vizcatan del Ene"), COCA),
    Cluster(
        "Pangoa-Mazamari-Satipo",
        "vraem",
        "vraem",
        ("Pangoa", "San Martin de Pangoa", "Mazamari", "Satipo"),
        COCA,
    ),
    Cluster(
        "Caballococha",
        "bajo_amazonas",
        "loreto",
        ("Caballococha", "Caballo Cocha", "Ramon Castilla"),
        COCA,
    ),
    Cluster("Pebas-San Pablo", "bajo_amazonas", "loreto", ("Pebas", "San Pablo"), COCA),
    Cluster("El Estrecho", "putumayo", "loreto", ("El Estrecho", "San Antonio del Estrecho"), COCA),
    Cluster("Soplin Vargas-Gueppi", "putumayo", "loreto", ("Soplin Vargas", "Gueppi"), COCA),
    Cluster("Nieva", "condorcanqui", "cajamarca", ("Nieva", "Santa Maria de Nieva"), COCA),
    Cluster("Jaen-Bagua", "maranon", "cajamarca", ("Bagua", "Jaen"), COCA),
    Cluster("Chota-Cutervo", "cajamarca", "cajamarca", ("Cutervo", "Chota"), POPPY),
    Cluster("Celendin", "cajamarca", "cajamarca", ("Celendin",), POPPY),
    # Product of other valleys, which only passes through.
    Cluster("Ucayali inflow", "ucayali", "loreto", ("Nauta", "Iquitos"), ()),
)


def cluster_sites(map: Map) -> list[int]:
    """Return the settlement that stands for each cluster; ValueError if a cluster has none."""
    names = {
        (s.theatre, plain(s.name)): i
        for i, s in reversed(list(enumerate(map.settlements)))
        if s.cell >= 0
    }
    sites = []
    for c in CLUSTERS:
        # Names repeat between theatres, so the cluster's own theatre is searched first.
        theatres = (THEATRES.index(c.theatre), *range(len(THEATRES)))
        found = [
            names[t, plain(seed)] for t in theatres for seed in c.seeds if (t, plain(seed)) in names
        ]
        if not found:
            raise ValueError(
                f"cluster {c.name!r}: none of {', '.join(c.seeds)} is a settlement on the map"
            )
        sites.append(found[0])
    return sites


def site_clusters(map: Map, days_surface: np.ndarray, air_km: np.ndarray) -> np.ndarray:
    """Return the producing cluster of its theatre that is nearest to each community.

    i8[n_communities], -1 where the theatre has none. Nearest means the fewest days of travel, then
    the shortest distance by air, which decides where no way is known.
    """
    sites, nearest = cluster_sites(map), np.full(map.n_communities, -1, np.int64)
    for i, place in enumerate(map.settlements[: map.n_communities]):
        own = [
            k
            for k, c in enumerate(CLUSTERS)
            if c.products and THEATRES.index(c.theatre) == place.theatre
        ]
        if own:
            nearest[i] = min(own, key=lambda k: (days_surface[i, sites[k]], air_km[i, sites[k]]))
    return nearest


def cluster_and_nearest(map: Map, speeds: Speeds) -> tuple[np.ndarray, np.ndarray]:
    """Return `Routes.site_cluster` and `Travel.nearest_site` without the tables that hold them.

    This takes a fifth of the time of the full tables.
    """
    digest = digest_of(
        (map.digest, tuple(speeds)), (__file__, travel_file.__file__, cache_file.__file__)
    )

    def found() -> Arrays:
        clusters = site_clusters(map, surface_days(map, speeds), air_km(map))
        return {"site_cluster": clusters, "nearest_site": nearest_site(map, speeds)}

    arrays = cached("land", digest, found)
    return arrays["site_cluster"], arrays["nearest_site"]
