"""Searching an area on foot: how patrols find loads, laboratories, fields and armed groups.

Koopman's random search: `lambda = W sqrt(v_s^2 + v_t^2) h n vis / A` a day (evidence B1), with the
sweep width W, the speeds of searcher and target, h hours a day, n teams, the visibility of the
target and the area A.
"""

import math

from sim.model.compile import rule
from sim.model.state.agents import NO_ROAD, SECONDARY_ROAD, SELVA_ALTA, SELVA_BAJA


class Parameters:
    width_jungle_km: float  # km: sweep width in lowland jungle
    width_trail_km: float  # km: sweep width in cloud forest with a net of trails
    width_valley_km: float  # km: sweep width on roads and open valley floor
    width_slope_km: float  # km: sweep width on open Andean slopes
    searcher_km_h: float  # km/h: speed of a searching patrol
    hours: float  # h/day: hours a day on task


@rule
def sweep_width(terrain: int, road: int, p: Parameters) -> float:
    """Return the sweep width in km by terrain: open valley or road, lowland jungle, trail net of
    the cloud forest, or Andean slope."""
    if road >= SECONDARY_ROAD:
        return p.width_valley_km
    if terrain == SELVA_BAJA:
        return p.width_jungle_km
    if terrain == SELVA_ALTA:
        return p.width_trail_km
    return p.width_slope_km


@rule
def rate_of_fixed(terrain: int, teams: float, vis: float, area_km2: float, p: Parameters) -> float:
    """Return the encounters a day of a target that stays in a cell, away from roads."""
    width = sweep_width(terrain, NO_ROAD, p)
    return search_rate(width, p.searcher_km_h, 0.0, p.hours, teams, vis, area_km2)


@rule
def search_rate(
    width_km: float,
    searcher_km_h: float,
    target_km_h: float,
    hours: float,
    teams: float,
    vis: float,
    area_km2: float,
) -> float:
    """Return the expected encounters a day of one target with `teams` random searchers in an
    area."""
    return (
        width_km
        * math.sqrt(searcher_km_h * searcher_km_h + target_km_h * target_km_h)
        * hours
        * teams
        * vis
        / max(area_km2, 1e-9)
    )
