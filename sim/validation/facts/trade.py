"""Published facts on the cocaine trade: routes, seizures, crops and prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.analysis.paired import Floats
from sim.names import EXITS
from sim.validation.checks import Arms, Check, band, gate, share, sign
from sim.validation.facts.fact import BUILT_IN, EMERGENT, YEAR, days, event, fact

# Effort on routes: people who search each of them, unseen. The coast is one of five exits, and 67
# of the 294 routes of the map lead there.
EFFORT, ROUTES, COAST_ROUTES = 45.0, 294, 67
REST = EFFORT * (ROUTES - 2 * COAST_ROUTES) / (ROUTES - COAST_ROUTES)


@fact(
    "S1",
    "protecting one stretch cuts what passes there and raises it elsewhere (-41 %, +34 %)",
    "Getmansky et al. 2019",
    EMERGENT,
    "twice the effort on the ways to the coast, taken from the four other exits; two years",
    {
        "even": days(2 * YEAR)
        | {"events": [event(0, route_effort={"share_of_routes": 1.0, "effort": EFFORT})]},
        "coast doubled": days(2 * YEAR)
        | {
            "events": [
                event(0, route_effort={"share_of_routes": 1.0, "effort": REST}),
                event(
                    0, route_effort={"share_of_routes": 1.0, "effort": 2 * EFFORT, "exit": "coast"}
                ),
            ]
        },
    },
    16,
)
def one_stretch(arms: Arms) -> list[Check]:
    """Compare what leaves by the coast and by other exits, with even and with doubled effort."""

    def by(arm: str) -> tuple[Floats, Floats]:
        """Return the kilograms that left by the coast and by the other exits."""
        coast = arms.of(arm, "delivered_kg_coast")
        return coast, arms.of(arm, "delivered_kg_total") - coast

    (coast, rest), (doubled, others) = by("even"), by("coast doubled")
    there, elsewhere = doubled - coast, others - rest
    return [
        sign("by the coast", there / coast.mean(), False),
        sign("by the other exits", elsewhere / rest.mean(), True),
        band("by the coast", there / coast.mean(), (-0.60, -0.25)),
        band("of what the coast lost, found elsewhere", -elsewhere / there.mean(), (0.5, None)),
    ]


COVER = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0)


@fact(
    "S3",
    "few routes covered do little, nearly all covered do a lot: the effect is convex",
    "SOAR, RAND 1988",
    EMERGENT,
    "139 people search a share of the routes (half of what goes there is lost); read in the second "
    "year, when firms have learned",
    {
        f"{part:.0%} covered": days(2 * YEAR)
        | {"events": [event(0, route_effort={"share_of_routes": part, "effort": 139.0})]}
        for part in COVER
    },
    20,
)
def few_routes(arms: Arms) -> list[Check]:
    """Compare the exports of the second year by the share of routes that is covered."""

    def left(part: float) -> Floats:
        """Return the kilograms that left in the second year with this share of routes covered."""
        weekly = sum(
            arms.series(f"{part:.0%} covered", f"exported_kg_{exit_}", "elsewhere")
            for exit_ in EXITS
        )
        return np.asarray(weekly)[:, 52:].sum(axis=1)

    free = left(0.0)
    loss = {part: free - left(part) for part in COVER}
    whole = loss[1.0].mean()
    return [
        sign("kept in when all are covered", loss[1.0] / free.mean(), True),
        gate("of that, kept in at 20 % cover", loss[0.2] / whole, (None, 0.10)),
        gate("of that, added by the last 30 %", (loss[1.0] - loss[0.7]) / whole, (0.30, None)),
        band("of that, kept in at 60 % cover", loss[0.6] / whole, (None, 0.60)),
    ]


def searched(weekly: bool) -> dict[str, Any]:
    """Return the search of a fifth of the routes, drawn once or anew every week."""
    table = {"share_of_routes": 0.2, "effort": 139.0}
    if not weekly:
        return {"events": [event(0, route_effort=table)]}
    return {
        "events": [
            event(7 * week, 7 * week + 7, route_effort=table | {"draw": week}) for week in range(52)
        ]
    }


DEAF = {"ablate": ["learning", "observation", "rumour"]}


@fact(
    "S4",
    "with the same effort, what cannot be predicted beats what can, if the enemy learns",
    "SOAR, RAND 1988",
    EMERGENT,
    "a fifth of the routes is searched for a year, the same ones or others every week; firms "
    "learn, or do not",
    {
        "fixed": days(YEAR) | searched(False),
        "random": days(YEAR) | searched(True),
        "fixed, deaf": days(YEAR) | searched(False) | DEAF,
        "random, deaf": days(YEAR) | searched(True) | DEAF,
    },
    24,
)
def unpredictable(arms: Arms) -> list[Check]:
    """Compare fixed and random search, with firms that learn and with firms that do not."""
    gain = arms.of("fixed", "delivered_kg_total") - arms.of("random", "delivered_kg_total")
    deaf = arms.of("fixed, deaf", "delivered_kg_total") - arms.of(
        "random, deaf", "delivered_kg_total"
    )
    usual = arms.of("fixed", "delivered_kg_total").mean()
    return [
        sign("more kept in by random search, of deliveries", gain / usual, True),
        share("random search better", gain > 0, (0.8, None), as_gate=True),
        sign(
            "the same less what it is worth where nothing is learned", (gain - deaf) / usual, True
        ),
        band("where nothing is learned, of deliveries", deaf / usual, (-0.02, 0.02)),
    ]


@fact(
    "S6",
    "Peru seizes about 7 % of its cocaine by its own accounting, 5.6 % in the model's",
    "F0373",
    BUILT_IN,
    "the baseline, three years; detection was set so that all seizures together meet it",
    {"baseline": days(3 * YEAR)},
    12,
)
def seizures(arms: Arms) -> list[Check]:
    """Compare the seized shares with those published."""
    seized = arms.of("baseline", "seized_kg_total") + arms.of("baseline", "seized_stock_kg_total")
    output = seized + arms.of("baseline", "delivered_kg_total")
    return [
        band("seized of output, country", seized / output, (0.04, 0.08)),
        band(
            "seized of what entered, VRAEM",
            arms.of("baseline", "interdiction_rate_vraem"),
            (0.02, 0.05),
        ),
        band(
            "seized of what entered, border",
            arms.of("baseline", "interdiction_rate_border"),
            (0.02, 0.05),
        ),
    ]


NO_TEAMS = {"eradication.ha_per_year": {"vraem": 0.0, "loreto": 0.0, "cajamarca": 0.0}}
CLEARED = {"eradicate": {"theatre": "loreto", "ha_per_year": 1_000.0}}


@fact(
    "S12",
    "a hectare destroyed takes far less than a hectare away for good",
    "Abadie et al. 2015 (aerial: 0.11)",
    BUILT_IN,
    "1,000 of about 10,000 ha of Loreto cleared a year for three years, or none; read 12 to 24 "
    "months later",
    {
        "nothing cleared": days(5 * YEAR) | NO_TEAMS,
        "cleared": days(5 * YEAR) | NO_TEAMS | {"events": [event(0, 3 * YEAR, **CLEARED)]},
    },
    10,
)
def net_of_gross(arms: Arms) -> list[Check]:
    """Compare the hectares that are gone with the hectares that were cleared."""
    gross = arms.of("cleared", "coca_ha_destroyed_loreto")
    year = slice(4 * 52, 5 * 52)
    gone = (
        arms.series("nothing cleared", "coca_ha", "loreto")
        - arms.series("cleared", "coca_ha", "loreto")
    )[:, year].mean(axis=1)
    return [
        gate(
            "hectares gone per hectare cleared: less than a half", gone / gross.mean(), (None, 0.5)
        ),
        band("hectares gone per hectare cleared", gone / gross.mean(), (0.02, 0.35)),
    ]


@fact(
    "S13",
    "about half of the land that is eradicated was replanted coca (55 %, 46 %)",
    "F0302; San Martin 2011",
    BUILT_IN,
    "the baseline with its eradication teams, years two to five",
    {"baseline": days(5 * YEAR)},
    8,
)
def again(arms: Arms) -> list[Check]:
    """Return how much of the eradicated land had been eradicated before."""
    every, again_ = (
        arms.series("baseline", name, "vraem", "loreto", "cajamarca", "elsewhere")[:, 52:].sum(
            axis=1
        )
        for name in ("coca_ha_destroyed", "coca_ha_destroyed_again")
    )
    return [band("eradicated before, of what is eradicated", again_ / every, (0.3, 0.7))]


@fact(
    "S15",
    "blocked transport lowers the farm-gate price within three months, and it rebounds when eased",
    "DEVIDA 2020",
    EMERGENT,
    "networks can move out three tenths of their purchases for 90 days",
    {
        "free": days(YEAR),
        "blocked": days(YEAR)
        | {"events": [event(28, 118, **{"transport.outbound_capacity": 0.3})]},
    },
    12,
)
def blocked(arms: Arms) -> list[Check]:
    """Compare the farm-gate price with blocked and with free transport."""
    free, shut = (arms.series(arm, "price_hcl", "vraem") for arm in ("free", "blocked"))
    change = shut / free - 1.0
    lowest, last = change[:, 4:17].min(axis=1), change[:, 15:17].mean(axis=1)
    later = change[:, 30:43].mean(axis=1)
    return [
        sign("price within three months", lowest, False),
        sign("rebound three to six months after it is eased", later - last, True),
        band("price within three months", lowest, (-0.70, -0.35)),
        band("price three to six months after it is eased", later, (-0.30, 0.05)),
    ]


@fact(
    "S17",
    "the price climbs with distance and risk: about twice the farm's at the Bolivian line, up to "
    "four times at the borders",
    "UNODC 2013",
    BUILT_IN,
    "the baseline: farm-gate prices against what a load is worth at each exit, which is input",
    {"baseline": days(YEAR)},
    6,
)
def along_the_chain(arms: Arms) -> list[Check]:
    """Compare farm-gate prices with the prices at the exits."""
    from sim.parameters import load_registry

    farm, near = (
        arms.series("baseline", "price_hcl", theatre).mean(axis=1)
        for theatre in ("vraem", "loreto")
    )
    at = {exit_: load_registry().get(f"prices.{exit_}").value for exit_ in EXITS}
    return [
        sign("Loreto's farms, near the line, less the VRAEM's", near - farm, True, "USD/kg"),
        gate(
            "dearest farm over the cheapest exit",
            np.maximum(farm, near) / min(at.values()),
            (None, 1.0),
        ),
        band("Bolivian line over VRAEM farm", at["bolivia"] / farm, (1.6, 2.4)),
        band("Brazilian line over VRAEM farm", at["brazil"] / farm, (2.0, 4.0)),
    ]


FACTS = (
    one_stretch,
    few_routes,
    unpredictable,
    seizures,
    net_of_gross,
    again,
    blocked,
    along_the_chain,
)
