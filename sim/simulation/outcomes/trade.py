"""Outcomes of the drug trade: shipments, seizures, deliveries and crops."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.state import counts
from sim.names import BORDER_EXITS, EXITS, LATEX, REGION_LABELS, VRAEM
from sim.simulation.outcomes.ledger import flow, last_week, mean, part
from sim.simulation.outcomes.outcome import BY_PRODUCT, CODES, LESS, NEUTRAL, Outcome

SEIZED_BY = (
    ("patrol", counts.QUANTITIES.index("seized_by_patrol_kg")),
    ("post", counts.QUANTITIES.index("seized_by_post_kg")),
    ("lead", counts.QUANTITIES.index("seized_by_lead_kg")),
)
FIELDS_BY = (
    ("air", counts.FIELDS_BY_AIR),
    ("patrol", counts.FIELDS_BY_PATROL),
    ("lead", counts.FIELDS_BY_LEAD),
)


def shipments(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield what entered the region `name`, what was seized there, and by whom."""
    where = REGION_LABELS[name]
    for product, what, suffix in BY_PRODUCT:
        yield Outcome(
            f"attempted_kg_{name}{suffix}",
            "kg",
            f"{what} that entered {where}",
            NEUTRAL,
            "kg",
            flow(counts.ATTEMPTED + product, areas),
        )
        yield Outcome(
            f"seized_kg_{name}{suffix}",
            "kg",
            f"{what} seized from shipments in {where}",
            NEUTRAL,
            "kg",
            flow(counts.SEIZED + product, areas),
        )
        yield Outcome(
            f"seized_stock_kg_{name}{suffix}",
            "kg",
            f"{what} seized in laboratories and depots in {where}",
            NEUTRAL,
            "kg",
            flow(counts.SEIZED_STOCK + product, areas),
        )
        yield Outcome(
            f"let_go_kg_{name}{suffix}",
            "kg",
            f"{what} that soldiers found in {where} and let go because no police were there, "
            "counted each time",
            LESS,
            "kg",
            flow(counts.LET_GO + product, areas),
        )
        # Neutral: more is seized where more comes, and a larger share is no gain if more leaves.
        yield Outcome(
            f"interdiction_rate_{name}{suffix}",
            "share",
            f"{what} seized over seized and passed, {where}",
            NEUTRAL,
            "ratio",
            part(
                (counts.SEIZED + product,),
                (counts.SEIZED + product, counts.PASSED + product),
                areas,
            ),
        )
        yield Outcome(
            f"seizure_size_kg_{name}{suffix}",
            "kg",
            f"mean {what} seizure in {where}",
            NEUTRAL,
            "ratio",
            part((counts.SEIZED + product,), (counts.SEIZURES + product,), areas),
        )
    for source, quantity in SEIZED_BY:
        yield Outcome(
            f"seized_by_{source}_kg_{name}",
            "kg",
            f"cocaine shipments in {where} found by a {source}",
            NEUTRAL,
            "kg",
            flow(quantity, areas),
        )
    yield Outcome(
        f"active_routes_{name}",
        "routes",
        f"mean number of routes in use that cross {where}",
        NEUTRAL,
        "mean",
        mean(counts.ACTIVE_ROUTES, areas),
    )


def coca(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield the coca of a region: what stands at the end, and what was eradicated."""
    where = REGION_LABELS[name]
    yield Outcome(
        f"coca_ha_{name}_end",
        "ha",
        f"coca on the last day, {where}",
        LESS,
        "end",
        last_week(counts.COCA_HA, areas),
    )
    yield Outcome(
        f"coca_ha_destroyed_{name}",
        "ha",
        f"coca eradicated, {where}",
        NEUTRAL,
        "count",
        flow(counts.COCA_DESTROYED, areas),
    )


def fields(name: str, areas: tuple[int, ...]) -> Iterator[Outcome]:
    """Yield how fields were found in a region, and what was eradicated there more than once."""
    where = REGION_LABELS[name]
    yield Outcome(
        f"eradicated_again_share_{name}",
        "share",
        f"coca eradicated on ground eradicated before, {where}",
        NEUTRAL,
        "ratio",
        part((counts.COCA_DESTROYED_AGAIN,), (counts.COCA_DESTROYED,), areas),
    )
    for source, quantity in FIELDS_BY:
        yield Outcome(
            f"fields_by_{source}_ha_{name}",
            "ha",
            f"coca and poppy located by {source}, {where}",
            NEUTRAL,
            "count",
            flow(quantity, areas),
        )


def poppy() -> Iterator[Outcome]:
    """Yield the poppy at the end, and what was eradicated. It stands at the border only."""
    yield Outcome(
        "poppy_ha_border_end",
        "ha",
        "poppy on the last day, northern border",
        LESS,
        "end",
        last_week(counts.POPPY_HA, CODES["border"]),
    )
    yield Outcome(
        "poppy_ha_destroyed",
        "ha",
        "poppy eradicated",
        NEUTRAL,
        "count",
        flow(counts.POPPY_DESTROYED, CODES["total"]),
    )


def delivered() -> Iterator[Outcome]:
    """Yield what left Peru, by exit and by origin."""
    for product, what, suffix in BY_PRODUCT:
        yield Outcome(
            f"delivered_kg_border{suffix}",
            "kg",
            f"{what} that left by Colombia, Brazil or Ecuador",
            LESS,
            "kg",
            flow(counts.EXPORTED + product, BORDER_EXITS),
        )
        yield Outcome(
            f"delivered_kg_vraem{suffix}",
            "kg",
            f"{what} of VRAEM origin that left, by any exit",
            LESS,
            "kg",
            flow(counts.DELIVERED + product, (VRAEM,)),
        )
        yield Outcome(
            "latex_kg" if product == LATEX else "delivered_kg_total",
            "kg",
            f"{what} that left, by any exit",
            LESS,
            "kg",
            flow(counts.EXPORTED + product, tuple(range(len(EXITS)))),
        )
        for code, exit_ in enumerate(EXITS):
            yield Outcome(
                f"delivered_kg_{exit_}{suffix}",
                "kg",
                f"{what} that left by {exit_.capitalize()}",
                LESS,
                "kg",
                flow(counts.EXPORTED + product, (code,)),
            )
