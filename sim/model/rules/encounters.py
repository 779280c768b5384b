"""What a load meets on its way: how far it stands out, how fast it goes, and the posts."""

import math
from typing import Protocol

from sim.model.compile import rule
from sim.model.rules.bounds import clip
from sim.model.rules.finds import LoadSize, size_factor
from sim.model.state.agents import BY_RIVER, BY_ROAD, ON_FOOT


class Passage(LoadSize, Protocol):
    """What a passage reads of the parameters of detection."""

    foot_km_h: float
    boat_km_h: float
    road_km_h: float
    manned: float
    post_people: float
    vis_on_foot: float
    vis_on_river: float
    vis_on_road: float
    q_road: float
    q_river: float
    corruption: float
    corruption_usd: float


@rule
def visibility(mode: int, p: Passage) -> float:
    """Return how far a load stands out from other traffic; 0 for an aircraft, which passes
    above."""
    if mode == ON_FOOT:
        return p.vis_on_foot
    return p.vis_on_river if mode == BY_RIVER else p.vis_on_road if mode == BY_ROAD else 0.0


@rule
def speed_of(mode: int, p: Passage) -> float:
    """Return the speed of a load in km/h."""
    return p.foot_km_h if mode == ON_FOOT else p.boat_km_h if mode == BY_RIVER else p.road_km_h


@rule
def manned(people: float, p: Passage) -> float:
    """Return the share of passages at which somebody stands at the post."""
    return 1.0 - math.pow(1.0 - p.manned, people / max(p.post_people, 1e-9))


@rule
def bought(bribed: float, p: Passage) -> float:
    """Return the share of stops that are bought off, when each of a post's people has taken
    `bribed` USD."""
    return p.corruption * (1.0 - math.exp(-bribed / max(p.corruption_usd, 1e-9)))


@rule
def post_probability(people: float, bribed: float, river: bool, kg: float, p: Passage) -> float:
    """Return the probability that the post of a site stops a load that passes."""
    return clip(
        manned(people, p)
        * (p.q_river if river else p.q_road)
        * size_factor(kg, p)
        * (1.0 - bought(bribed, p)),
        0.0,
        0.95,
    )
