"""Names that the code and its users share, each spelt once. A name's code is its index here."""

from collections.abc import Container

THEATRES = ("elsewhere", "vraem", "loreto", "cajamarca")
ELSEWHERE, VRAEM, LORETO, CAJAMARCA = range(len(THEATRES))
MODELLED_THEATRES = THEATRES[1:]  # those that have communities and forces
BORDER_THEATRES = ("loreto", "cajamarca")
# Regions for which outcomes and observations are reported, and the theatres in each.
REGIONS = {name: (name,) for name in MODELLED_THEATRES} | {
    "border": BORDER_THEATRES,
    "total": THEATRES,
}
REGION_LABELS = {
    "vraem": "VRAEM",
    "loreto": "Loreto",
    "cajamarca": "Cajamarca-Amazonas",
    "border": "northern border",
    "total": "all theatres",
}

EXITS = ("colombia", "brazil", "ecuador", "bolivia", "coast")
COLOMBIA, BRAZIL, ECUADOR, BOLIVIA, COAST = range(len(EXITS))
BORDER_EXITS = (COLOMBIA, BRAZIL, ECUADOR)

PRODUCTS = ("hydrochloride", "latex")
HCL, LATEX = range(len(PRODUCTS))

# The horizons at which the headline outcomes of a longer run are read too, in days, by the ending
# of their names. An outcome without an ending is read at the end of the run's own horizon.
HORIZONS = {"_3y": 1_095, "_8y": 2_920}

# Outcomes that have another name now, and mean the same. Users may write either.
FORMER_OUTCOMES = {
    "displaced_share": "diverted_share",
    "poppy_ha_destroyed_border": "poppy_ha_destroyed",
    "delivered_kg_total_latex": "latex_kg",
} | {f"state_losses_{region}": f"dead_state_{region}" for region in REGIONS}


def outcome_in(name: str, known: Container[str]) -> str:
    """Return the name that `known` has for an outcome: the one given, or else its other name.

    Where `known` has neither, the name comes back as it is."""
    others = [
        FORMER_OUTCOMES.get(name, name),
        *(old for old, new in FORMER_OUTCOMES.items() if new == name),
    ]
    return next((each for each in (name, *others) if each in known), name)


HOLD = "hold"  # the strategy that moves nobody; every other is compared with it


def label_of_strategy(name: str, share_to_border: float) -> str:
    """Return how the label of an arm begins: `hold`, `static share_to_border=0.15`."""
    return name if name == HOLD else f"{name} share_to_border={share_to_border:g}"
