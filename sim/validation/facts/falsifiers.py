"""What would show the model wrong: statements about it, judged as the published facts are.

Each was written down before it was run. No published figure stands behind them; a failure means
that an answer of the model follows from an artefact of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.paired import Floats
from sim.validation.checks import Arms, Check, gate, ratio_to, sign
from sim.validation.facts.fact import BUILT_IN, EMERGENT, USED, YEAR, days, fact
from sim.validation.facts.stages import no_fighters, rotation, thinning, unchanged
from sim.validation.facts.withdrawal import EIGHT_YEARS, MONTH, STILL

OWN = "stated before it was run"
THIRD = 1.0 / 3.0
# Where the fighters and their losses of a theatre are counted: cells abroad desert elsewhere.
COUNTED = {"vraem": ("vraem",), "loreto": ("loreto", "elsewhere")}


def usual(parameter: str) -> float:
    """Return the default of a parameter."""
    from sim.parameters import load_registry

    return float(load_registry().get(parameter).value)


@fact(
    "W1",
    "wrong if hold drifts by more than a tenth in ten years, or if its losses are not those that "
    "the balance of day 0 assumes",
    OWN,
    USED,
    "hold for ten years in 16 worlds, hectares and farm prices frozen: the tenth year against the "
    "first four weeks, and fighters lost a week; `insurgency.usual_losses` was chosen from such "
    "losses, so that they tell nothing new",
    {"hold": days(10 * YEAR) | STILL},
    16,
)
def at_rest(arms: Arms) -> list[Check]:
    """Compare the tenth year with the first month, and the losses with those assumed."""

    def drift(quantity: str, theatre: str) -> Check:
        """Return the drift of a series, as a share of its first month."""
        series = arms.series("hold", quantity, theatre)
        first, last = series[:, :MONTH].mean(axis=1), series[:, -52:].mean(axis=1)
        return gate(
            f"drift of {quantity} in ten years, {theatre}", ratio_to(last, first) - 1.0, (-0.1, 0.1)
        )

    def a_week(quantities: tuple[str, ...], theatre: str) -> Floats:
        """Return the share of the fighters of a theatre that is lost in a week."""
        lost = sum(
            arms.series("hold", quantity, *COUNTED[theatre]).sum(axis=1) for quantity in quantities
        )
        return ratio_to(
            np.asarray(lost), arms.series("hold", "fighters", *COUNTED[theatre]).sum(axis=1)
        )

    def losses(what: str, quantities: tuple[str, ...], parameter: str, theatre: str) -> Check:
        """Return the check of losses, as a multiple of the assumed share."""
        return gate(
            f"{what}, times {parameter}, {theatre}",
            a_week(quantities, theatre) / usual(parameter),
            (1.0 - THIRD, 1.0 + THIRD),
        )

    every = ("fighters_lost", "deserted")
    return [
        *(drift(each, theatre) for theatre in COUNTED for each in ("fighters", "people_armed")),
        *(losses("all losses", every, "insurgency.usual_losses", theatre) for theatre in COUNTED),
        *(
            losses("desertion", ("deserted",), "insurgency.desertion", theatre)
            for theatre in COUNTED
        ),
    ]


@fact(
    "W2",
    "wrong if rule outlives those who rule: with all fighters gone, people x armed is still above "
    "half of day 0 after three years",
    OWN,
    BUILT_IN,
    "the world is changed on day 1: no armed group has a fighter left; three years",
    {"no fighters": days(3 * YEAR)},
    12,
    {"no fighters": no_fighters},
)
def without_fighters(arms: Arms) -> list[Check]:
    """Compare people x armed after three years with that before all fighters were removed."""
    return [
        gate(
            f"people x armed after three years, of day 0, {theatre}",
            ratio_to(
                arms.of("no fighters", f"people_armed_{theatre}"),
                arms.of("no fighters", f"people_armed_before_{theatre}"),
            ),
            (None, 0.5),
        )
        for theatre in COUNTED
    ]


# The ends of the ranges of what nobody has measured. Civil protection is .5 by default, which is
# its upper end.
ENDS: dict[str, dict[str, float]] = {
    "defaults": {},
    "no civil state": {"protection.civil": 0.0},
    "n0 .25": {"support.half_reach": 0.25},
    "n0 1": {"support.half_reach": 1.0},
    "reach 15 km": {"support.reach_km": 15.0},
    "reach 35 km": {"support.reach_km": 35.0},
    "d0 .005": {"support.fading": 0.005},
    "d0 .02": {"support.fading": 0.02},
}


def with_ends(moved: bool) -> dict[str, dict[str, Any]]:
    """Return the arms with each number at an end of its range, with or without a move of 15 %."""
    strategy = {"strategy": {"name": "static", "share_to_border": 0.15}} if moved else {}
    return {
        f"{end}, {'15 % moved' if moved else 'hold'}": days(EIGHT_YEARS)
        | strategy
        | ({"parameters": dict(values)} if values else {})
        for end, values in ENDS.items()
    }


@fact(
    "W3",
    "wrong if the answer to -15 % comes mostly from one unsourced number: its sign must stay",
    OWN,
    EMERGENT,
    "15 % of the VRAEM's soldiers moved for eight years against hold, with civil, n0, reach and d0 "
    "at the ends of their ranges, one at a time: people x armed in the VRAEM",
    with_ends(False) | with_ends(True),
    6,
)
def sign_stays(arms: Arms) -> list[Check]:
    """Return the change of people x armed in the VRAEM at each end of each range."""
    found = []
    for end in ENDS:
        hold, moved = (
            arms.of(f"{end}, {arm}", "people_armed_vraem") for arm in ("hold", "15 % moved")
        )
        found.append(sign(f"people x armed, of hold: {end}", ratio_to(moved, hold) - 1.0, True))
    return found


@fact(
    "W4",
    "wrong if rotation of posts opens more than half again of what an even thinning by the same "
    "soldiers does",
    OWN,
    USED,
    "the world is changed from day 1: of the six posts of the VRAEM nearest to a column, with four "
    "units or more, each is emptied in turn for four weeks, or a sixth of the people of each is "
    "away; three years, against hold; the form of `support` was chosen with this in view",
    dict.fromkeys(("hold", "rotation", "thinning"), days(3 * YEAR)),
    12,
    {"hold": unchanged, "rotation": rotation, "thinning": thinning},
    cause="a fresh vacuum fills faster (`support.fresh`), and felt coverage falls in 5 days and "
    "rises in 21: without freshness, or with the same days both ways, rotation opens less",
)
def rotation_of_posts(arms: Arms) -> list[Check]:
    """Compare what rotation and thinning open, as means over three years."""
    found = []
    for quantity in ("people_armed", "vacuum"):
        hold, turned, thinned = (
            arms.series(arm, quantity, "vraem").mean(axis=1)
            for arm in ("hold", "rotation", "thinning")
        )
        of = hold.mean() if quantity == "people_armed" else 1.0
        found += [
            sign(
                f"{quantity}: rotation less 1.5 x thinning",
                (turned - hold - 1.5 * (thinned - hold)) / of,
                False,
            ),
            sign(f"{quantity}: thinning, which must open something", (thinned - hold) / of, True),
        ]
    return found


FACTS = (at_rest, without_fighters, sign_stays, rotation_of_posts)
