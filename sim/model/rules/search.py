"""Searching an area on foot: what patrols find, be it a load, a laboratory, a field or an armed group.

Koopman's random search: `lambda = W sqrt(v_s^2 + v_t^2) h n vis / A` a day (evidence B1)."""

import math

from sim.model.compile import rule


class Parameters:
    width_jungle_km: float
    width_trail_km: float
    width_valley_km: float
    width_slope_km: float
    searcher_km_h: float
    hours: float


@rule
def sweep_width(terrain, road, p):
    """Sweep width in km by terrain: lowland jungle, cloud-forest trail net, open valley or road, Andean slope."""
    if road >= 2:
        return p.width_valley_km
    if terrain == 5:
        return p.width_jungle_km
    if terrain == 4:
        return p.width_trail_km
    return p.width_slope_km


@rule
def search_rate(width_km, searcher_km_h, target_km_h, hours, teams, vis, area_km2):
    """Encounters a day of one target with `teams` random searchers in an area."""
    return (
        width_km
        * math.sqrt(searcher_km_h * searcher_km_h + target_km_h * target_km_h)
        * hours
        * teams
        * vis
        / max(area_km2, 1e-9)
    )
