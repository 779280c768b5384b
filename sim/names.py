"""Names that the code and its users share, each spelt once. A name's code is its index here."""

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

HOLD = "hold"  # the strategy that moves nobody; every other is compared with it


def label_of_strategy(name: str, share_to_border: float) -> str:
    """Return how the label of an arm begins: `hold`, `static share_to_border=0.15`."""
    return name if name == HOLD else f"{name} share_to_border={share_to_border:g}"
